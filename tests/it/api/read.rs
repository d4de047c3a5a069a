//! The list, one incident, pages.

use super::{YUSUF, client_error, moves, numbers, text, wrong};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use tests::app::App;

/// Every key of an incident, in its order.
const KEYS: [&str; 19] = [
    "id",
    "title",
    "status",
    "description",
    "created_at",
    "environment",
    "incident_category",
    "priority",
    "slack_channel_name",
    "status_page_url",
    "postmortem_url",
    "jira_ticket_key",
    "jira_ticket_url",
    "tags",
    "created_by",
    "costs",
    "metrics",
    "roles",
    "ignore",
];

/// Keys of the outermost object, as they stand in the text.
fn keys(text: &str) -> Vec<&str> {
    let (mut keys, mut depth, mut quoted, mut start) = (Vec::new(), 0, None, 0);
    let bytes = text.as_bytes();
    for (at, byte) in text.bytes().enumerate() {
        match (byte, quoted) {
            (b'"', None) => (quoted, start) = (Some(()), at + 1),
            (b'"', Some(())) if bytes[at - 1] != b'\\' => {
                quoted = None;
                if depth == 1 && bytes.get(at + 1) == Some(&b':') {
                    keys.push(&text[start..at]);
                }
            }
            (b'{' | b'[', None) => depth += 1,
            (b'}' | b']', None) => depth -= 1,
            _ => {}
        }
    }
    keys
}

// API-019 API-020 API-021 API-022 API-023 API-024 API-025 API-026 API-028 API-018 CORE-037: what is shown of an incident, key by key.
#[tokio::test]
async fn an_incident_is_shown_with_the_keys_that_consumers_rely_on() {
    let t = App::start().await;
    let api = t.api_as(YUSUF).await;
    let id = api.declares(json!({})).await;
    t.run_jobs().await;
    moves(&t, &t.web_as("yusuf.demir").await, id, &[20, 30, 40]).await;
    for sql in [
        "INSERT INTO cost_types (id, name, created_at, updated_at) VALUES (900, 'Vouchers', '2026-11-24', '2026-11-24')",
        "INSERT INTO incident_costs (incident_id, cost_type_id, amount, details, created_at, updated_at)
         SELECT id, 900, 1200.5, 'first', created_at, created_at FROM incidents
         UNION ALL SELECT id, 900, 99.5, 'second', created_at, created_at FROM incidents",
        "INSERT INTO tags (id, name, slug) VALUES (1, 'night', 'night'), (2, 'database', 'database')",
        "INSERT INTO incident_tags SELECT i.id, t.id FROM incidents i, tags t",
    ] {
        sqlx::query(sql).execute(&t.db).await.expect("written");
    }
    let path = format!("incidents/{id}/");
    let whole = text(&api, &path, "application/json").await;
    assert_eq!(keys(&whole), KEYS);
    let row: Value = serde_json::from_str(&whole).expect("JSON");
    assert_eq!((&row["id"], &row["status"]), (&json!(id), &json!("Mitigated")));
    assert_eq!(row["status_page_url"], format!("{}/incident/{id}/", t.url()));
    assert_eq!((&row["environment"]["value"], &row["priority"]["name"]), (&json!("PRD"), &json!("P2")));
    assert_eq!(
        (&row["incident_category"]["name"], &row["incident_category"]["group"]["name"]),
        (&json!("Other"), &json!("Other"))
    );
    assert_eq!(row["roles"]["commander"]["email"], YUSUF);
    assert_eq!(row["roles"]["commander"]["name"], "Yusuf Demir");
    assert_eq!(
        row["costs"],
        json!({"Vouchers": {"amount": "1300.00", "details": "second"}}),
        "summed by type"
    );
    assert_eq!(row["tags"], json!(["database", "night"]));
    let metric = &row["metrics"]["time_to_fix"];
    assert_eq!(metric["metric_type"], "Time To Fix");
    assert!(metric["duration"].as_str().is_some_and(|text| text.starts_with("00:00:")), "{metric}");
    assert!(metric["duration_seconds"].as_f64().is_some_and(|seconds| seconds > 0.0), "{metric}");
    for key in ["postmortem_url", "jira_ticket_key", "jira_ticket_url"] {
        assert_eq!(row[key], Value::Null, "{key}");
    }
    let created = row["created_at"].as_str().expect("text");
    assert!(
        created.ends_with("+01:00") && created.len() == "2026-11-24T14:07:12.482913+01:00".len(),
        "{created}"
    );
    let sla = row["priority"]["sla"].as_str().expect("text");
    assert!(sla.len() >= 8 && sla.contains(':'), "{sla}");

    let (_, list) = api.get("incidents/").await;
    assert_eq!(list[0].get("tags"), None, "lists carry no tags");
    let (_, list) = api.get("incidents/?show_tags=true").await;
    assert_eq!(list, json!([row]), "with tags, the list shows the same");
    for unknown in ["incidents/999999/", "incidents/abc/", "incidents/0/", "incidents/99999999999999999999/"]
    {
        let (status, body) = api.get(unknown).await;
        assert!(status == StatusCode::NOT_FOUND && client_error("not_found", &body), "{unknown}: {body}");
    }
}

// API-015 API-016 API-038 API-040: whole and newest first by itself; limit and offset cut the array, headers tell the rest.
#[tokio::test]
async fn a_list_is_whole_unless_a_part_is_asked_for() {
    let t = App::start().await;
    let api = t.api_as(YUSUF).await;
    let mut ids = Vec::new();
    for _ in 0..30 {
        ids.insert(0, api.declares(json!({})).await);
    }
    assert_eq!(numbers(&api, "").await, ids, "all, the newest first");
    let answer = api.raw(Method::GET, "incidents/?status=10&limit=10&offset=10", None, &[]).await;
    assert_eq!(answer.headers()["x-total-count"], "30");
    let link = answer.headers()[header::LINK].to_str().expect("text").to_owned();
    let here = format!("{}/api/v2/firefighter/incidents/?status=10&limit=10", t.url());
    for (rel, offset) in [("first", 0), ("prev", 0), ("next", 20), ("last", 20)] {
        assert!(link.contains(&format!("<{here}&offset={offset}>; rel=\"{rel}\"")), "{rel}: {link}");
    }
    let page: Value = answer.json().await.expect("JSON");
    let shown: Vec<i64> =
        page.as_array().expect("an array").iter().filter_map(|row| row["id"].as_i64()).collect();
    assert_eq!(shown, ids[10..20]);
    let plain = api.raw(Method::GET, "incidents/", None, &[]).await;
    assert!(!plain.headers().contains_key("x-total-count") && !plain.headers().contains_key(header::LINK));
    let categories = api.raw(Method::GET, "incident-categories/?limit=5", None, &[]).await;
    assert_eq!(categories.headers()["x-total-count"], "59");
    assert_eq!(categories.json::<Value>().await.expect("JSON").as_array().map(Vec::len), Some(5));
    for (query, field) in
        [("limit=0", "limit"), ("limit=x", "limit"), ("limit=1001", "limit"), ("offset=-1", "offset")]
    {
        let (status, body) = api.get(&format!("incidents/?{query}")).await;
        assert_eq!((status, wrong(&body)[0].0.as_str()), (StatusCode::BAD_REQUEST, field));
    }
}
