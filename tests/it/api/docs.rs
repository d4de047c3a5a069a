//! The OpenAPI document and its page.

use super::{BASE, YUSUF, bare, client_error, said};
use reqwest::{Method, StatusCode, header};
use serde_json::Value;
use tests::app::{App, Setup};

// API-077 API-078 API-022: the document in YAML and JSON, and its page with all its files, for anybody.
#[tokio::test]
async fn the_document_and_its_page_are_there_for_anybody() {
    let t = App::start().await;
    let get = async |path: &str, accept: &str| {
        let answer = bare(&t, Method::GET, &format!("{BASE}{path}"), &[("accept", accept)], "").await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let kind = answer.headers()[header::CONTENT_TYPE].to_str().expect("text").to_owned();
        (kind, answer.bytes().await.expect("a body"))
    };
    let (kind, yaml) = get("schema", "*/*").await;
    assert!(kind.starts_with("application/vnd.oai.openapi"), "{kind}");
    let yaml = String::from_utf8(yaml.to_vec()).expect("text");
    assert!(yaml.starts_with("openapi: "), "{}", &yaml[..80]);
    assert_eq!(get("schema/", "*/*").await.1, yaml);
    assert_eq!(t.server.cli(&["openapi"]).await.trim_end(), yaml.trim_end(), "the command prints the same");
    let (_, json) = get("schema?format=json", "*/*").await;
    assert_eq!(get("schema", "application/json").await.1, json);
    let document: Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(document["info"]["version"], "0.3.0");
    assert!(
        document["info"]["title"].as_str().is_some_and(|title| title.contains(" API (FF ")),
        "{document}"
    );
    assert_eq!(document["servers"][0]["url"], t.url());
    let paths = document["paths"].as_object().expect("paths");
    assert!(paths["/api/v2/firefighter/incidents"]["post"]["requestBody"].is_object());
    assert!(paths["/api/v2/firefighter/incidents/"]["get"]["parameters"].is_array());
    let incident = &document["components"]["schemas"]["IncidentBody"]["properties"];
    for key in [
        "id",
        "ignore",
        "status",
        "title",
        "description",
        "created_at",
        "slack_channel_name",
        "status_page_url",
    ] {
        assert!(incident[key].is_object(), "{key} is stable");
    }

    let (kind, page) = get("schema/swagger-ui", "text/html").await;
    assert!(kind.starts_with("text/html"), "{kind}");
    let page = String::from_utf8(page.to_vec()).expect("text");
    let files: Vec<&str> =
        page.split('"').filter_map(|part| part.strip_prefix(BASE)).filter(|f| f.contains('.')).collect();
    assert_eq!(files.len(), 3, "{page}");
    for file in files {
        assert!(get(file, "*/*").await.1.len() > 100, "{file}");
    }
    let policy = bare(&t, Method::GET, &format!("{BASE}schema/swagger-ui"), &[], "").await;
    let policy =
        policy.headers().get(header::CONTENT_SECURITY_POLICY).map(|v| v.to_str().expect("text").to_owned());
    assert!(policy.is_none_or(|policy| policy.contains("'self'")), "its scripts may run");
}

// CFG-015 API-079: without the setting there is nothing.
#[tokio::test]
async fn the_document_is_hidden_by_a_setting() {
    let t = App::with(Setup::default().env("FF_EXPOSE_API_DOCS", "false")).await;
    for path in ["schema", "schema/", "schema/swagger-ui", "schema/swagger-ui/swagger-ui.css"] {
        let (status, body) = said(bare(&t, Method::GET, &format!("{BASE}{path}"), &[], "").await).await;
        assert!(status == StatusCode::NOT_FOUND && client_error("not_found", &body), "{path}: {body}");
    }
    assert_eq!(t.api_as(YUSUF).await.get("incidents/").await.0, StatusCode::OK);
}
