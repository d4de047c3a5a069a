//! What goes wrong below `/api/`.

use super::{BASE, YUSUF, bare, client_error, said};
use reqwest::{Method, StatusCode, header};
use serde_json::Value;
use tests::app::App;

// API-017 API-074: unknown paths and methods below /api/ are told in the API's shape; the house's other doors there go on.
#[tokio::test]
async fn unknown_paths_and_methods_are_told_in_one_shape() {
    let t = App::start().await;
    let api = t.api_as(YUSUF).await;
    for path in
        ["/api", "/api/", "/api/v1/incidents/", "/api/v2/firefighter/", "/api/v2/firefighter/nothing/at/all"]
    {
        let (status, body) = said(bare(&t, Method::GET, path, &[("accept", "text/html")], "").await).await;
        assert!(status == StatusCode::NOT_FOUND && client_error("not_found", &body), "{path}: {body}");
    }
    for (method, path) in [
        (Method::PUT, "incidents/"),
        (Method::DELETE, "incidents/"),
        (Method::PATCH, "incidents/1/"),
        (Method::POST, "groups/"),
        (Method::POST, "incidents/1/"),
    ] {
        let answer = api.raw(method.clone(), path, None, &[]).await;
        assert!(answer.headers().contains_key(header::ALLOW), "{method} {path}");
        let (status, body) = said(answer).await;
        assert!(
            status == StatusCode::METHOD_NOT_ALLOWED && client_error("method_not_allowed", &body),
            "{path}: {body}"
        );
        let (status, _) = said(bare(&t, method, &format!("{BASE}{path}"), &[], "").await).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "who is not known learns nothing of methods");
    }
    for probe in ["monitoring/healthcheck", "monitoring/readiness"] {
        let answer = bare(&t, Method::GET, &format!("{BASE}{probe}"), &[], "").await;
        assert_eq!(answer.status(), StatusCode::OK, "{probe}");
    }
    let slack = bare(&t, Method::POST, &format!("{BASE}slack/incident/"), &[], "").await;
    assert_eq!(slack.status(), StatusCode::UNAUTHORIZED);
    assert!(!slack.headers().contains_key(header::WWW_AUTHENTICATE), "Slack's door asks for a signature");
}

// API-075: what breaks on our side is told with a reference and nothing of its inside.
#[tokio::test]
async fn a_broken_server_tells_a_reference_and_no_details() {
    let t = App::start().await;
    let api = t.api_as(YUSUF).await;
    sqlx::query("ALTER TABLE incident_costs RENAME TO incident_costs_gone")
        .execute(&t.db)
        .await
        .expect("renamed");
    let (status, body) = api.get("incident_costs.csv").await;
    assert_eq!((status, &body["type"]), (StatusCode::INTERNAL_SERVER_ERROR, &Value::from("server_error")));
    let errors = body["errors"].as_array().expect("errors");
    assert_eq!(
        (errors.len(), &errors[0]["code"], &errors[0]["attr"]),
        (1, &Value::from("error"), &Value::Null)
    );
    let text = body.to_string();
    assert!(!text.contains("incident_costs") && !text.contains("relation"), "{text}");
}
