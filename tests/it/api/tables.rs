//! CSV and TSV.

use super::{YUSUF, client_error, text};
use reqwest::{Method, StatusCode, header};
use serde_json::json;
use tests::app::App;

const PLAIN: &str = "id,status,environment.value,priority.name,title,description,incident_category.name,\
                     incident_category.group.name,created_at,slack_channel_name,status_page_url,jira_ticket_key,\
                     jira_ticket_url";

// API-012 API-013 API-053 API-054 API-055 API-056 API-057 API-059 API-060: tables by Accept, suffix or parameter, with the columns that were asked for.
#[tokio::test]
async fn incidents_are_exported_as_tables() {
    let t = App::start().await;
    let api = t.api_as(YUSUF).await;
    // Nothing to show yet.
    assert_eq!(text(&api, "incidents.csv", "*/*").await, format!("{PLAIN}\r\n"));
    assert_eq!(text(&api, "incidents.csv?fields=__all__", "*/*").await, "");
    assert_eq!(text(&api, "incidents.csv?fields=id&labels=__hidden__", "*/*").await, "");

    let id = api.declares(json!({"title": "Say \"no\", twice", "description": "two\nlines"})).await;
    t.run_jobs().await;
    let whole = text(&api, "incidents.csv", "*/*").await;
    assert_eq!(whole.split("\r\n").next(), Some(format!("{PLAIN},roles.commander.email").as_str()));
    assert!(whole.contains("\"Say \"\"no\"\", twice\",\"two\nlines\",Other,Other,"), "{whole}");
    for (path, accept) in [
        ("incidents/", "text/csv"),
        ("incidents", "text/csv"),
        ("incidents.csv/", "text/html, */*;q=0.8"),
        ("incidents/?format=csv", "*/*"),
        ("incidents.csv?fields=", "*/*"),
        ("incidents.csv?labels=__original__", "*/*"),
    ] {
        assert_eq!(text(&api, path, accept).await, whole, "{path}");
    }
    assert_eq!(text(&api, &format!("incidents/{id}.csv"), "*/*").await, whole, "one incident is one row");
    for (query, expected) in [
        ("fields=id,title&labels=__hidden__", format!("{id},\"Say \"\"no\"\", twice\"\r\n")),
        ("fields=ignore,nothing,id", format!("ignore,nothing,id\r\nFalse,,{id}\r\n")),
        ("fields=id,roles.*.email,costs.*.amount", format!("id,roles.commander.email\r\n{id},{YUSUF}\r\n")),
    ] {
        assert_eq!(text(&api, &format!("incidents.csv?{query}"), "*/*").await, expected, "{query}");
    }
    let all = text(&api, "incidents.tsv?fields=__all__", "*/*").await;
    let columns: Vec<&str> = all.split("\r\n").next().expect("a header").split('\t').collect();
    assert!(
        columns.is_sorted() && columns.contains(&"environment.value") && columns.contains(&"id"),
        "{columns:?}"
    );
    assert_eq!(text(&api, "incidents/?fields=__all__", "text/tab-separated-values").await, all);

    let answer = api.raw(Method::GET, "incidents.csv", None, &[]).await;
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    let file = answer.headers()[header::CONTENT_DISPOSITION].to_str().expect("text");
    assert!(file.starts_with("attachment; filename=\"incidents-20") && file.ends_with(".csv\""), "{file}");
    t.ends_well().await;
}

// API-014 API-017 API-074: an unknown format is not found, a contradicting one not acceptable; errors are JSON also here.
#[tokio::test]
async fn other_formats_are_refused_in_json() {
    let t = App::start().await;
    let api = t.api_as(YUSUF).await;
    for (path, accept, status, code) in [
        ("incidents.xml", "*/*", 404, "not_found"),
        ("incidents/?format=xml", "*/*", 404, "not_found"),
        ("incidents/", "application/xml", 406, "not_acceptable"),
        ("incidents.csv", "application/json", 406, "not_acceptable"),
        ("incidents/999999.csv", "text/csv", 404, "not_found"),
        ("nothing.csv", "text/csv", 404, "not_found"),
    ] {
        let (found, body) = api.send(Method::GET, path, None, &[("accept", accept)]).await;
        assert_eq!(found.as_u16(), status, "{path}");
        assert!(client_error(code, &body), "{path}: {body}");
    }
    let guest = t.api_as(super::GUEST).await;
    let (status, body) = guest.get("incidents.csv").await;
    assert!(status == StatusCode::FORBIDDEN && client_error("permission_denied", &body), "{body}");
}
