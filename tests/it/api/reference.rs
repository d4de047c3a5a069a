//! Reference data and cost lines.

use super::{YUSUF, client_error, text};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::app::{App, doors};

// API-042 API-043 API-044 API-045 API-046 API-047 API-048 API-049 API-038 API-051: every collection, by its order, and one row of each in every spelling.
#[tokio::test]
async fn every_collection_is_listed_and_read_by_id() {
    let t = App::start().await;
    let api = t.api_as(YUSUF).await;
    let id = api.declares(json!({})).await;
    for sql in [
        "INSERT INTO cost_types (id, name, category, created_at, updated_at)
         VALUES (900, 'Vouchers', 'sales', '2026-11-24 12:00:00Z', '2026-11-24 12:00:00Z')",
        "INSERT INTO incident_costs (id, incident_id, cost_type_id, amount, details, created_at, updated_at)
         SELECT 7, id, 900, 1200.5, NULL, '2026-11-24 12:00:00Z', '2026-11-24 12:00:00Z' FROM incidents",
    ] {
        sqlx::query(sql).execute(&t.db).await.expect("written");
    }
    for (path, keys) in [
        ("environments", "id value name description order default"),
        (
            "severities",
            "id name value emoji description order default needs_postmortem enabled_create enabled_update \
             reminder_time sla recommended_response_type created_at updated_at",
        ),
        ("groups", "id name description order created_at updated_at"),
        (
            "incident-categories",
            "id group name description order private deploy_warning created_at updated_at",
        ),
        ("incident_cost_types", "id name description category default editable created_at updated_at"),
        ("incident_costs", "id cost_type amount details created_at updated_at incident"),
    ] {
        let (status, rows) = api.get(&format!("{path}/")).await;
        assert_eq!(status, StatusCode::OK, "{path}: {rows}");
        let row = rows.as_array().and_then(|rows| rows.last()).unwrap_or_else(|| panic!("{path} has no row"));
        let mut expected: Vec<&str> = keys.split_whitespace().collect();
        let mut found: Vec<&str> = row.as_object().expect("an object").keys().map(String::as_str).collect();
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected, "{path}");
        let key = row["id"].as_str().map_or_else(|| row["id"].to_string(), str::to_owned);
        for one in [format!("{path}/{key}/"), format!("{path}/{key}"), format!("{path}/{key}.json")] {
            assert_eq!(&api.get(&one).await.1, row, "{one}");
        }
        assert_eq!(api.get(&format!("{path}.json")).await.1, rows, "{path}");
        let table = text(&api, &format!("{path}.csv"), "*/*").await;
        assert!(
            table.split("\r\n").next().expect("a header").split(',').is_sorted(),
            "all columns, sorted: {table}"
        );
        assert!(text(&api, &format!("{path}/{key}.tsv"), "*/*").await.contains(&key), "{path}");
        for unknown in [
            format!("{path}/12345/"),
            format!("{path}/00000000-0000-0000-0000-000000000000/"),
            format!("{path}/x"),
        ] {
            let (status, body) = api.get(&unknown).await;
            assert!(status == StatusCode::NOT_FOUND && client_error("not_found", &body), "{unknown}: {body}");
        }
    }
    let names = |rows: &Value, key: &str| -> Vec<String> {
        rows.as_array().expect("rows").iter().map(|row| row[key].as_str().expect("text").to_owned()).collect()
    };
    let (_, priorities) = api.get("severities/").await;
    assert_eq!(names(&priorities, "name"), ["P1", "P2", "P3", "P4", "P5", "GAMEDAY"]);
    assert_eq!(priorities[0]["id"], doors::P1);
    assert_eq!(api.get("priorities/").await.1, priorities);
    let (_, categories) = api.get("incident-categories/").await;
    assert_eq!(api.get("components/").await.1, categories);
    let orders: Vec<i64> =
        categories.as_array().expect("rows").iter().filter_map(|row| row["order"].as_i64()).collect();
    assert!(orders.len() > 50 && orders.is_sorted(), "{orders:?}");
    let (_, environments) = api.get("environments/").await;
    assert!(names(&environments, "value").contains(&"PRD".to_owned()));

    let (_, cost) = api.get("incident_costs/7/").await;
    assert_eq!(
        (&cost["amount"], &cost["details"], &cost["incident"]),
        (&json!("1200.50"), &Value::Null, &json!(id))
    );
    assert_eq!(
        (&cost["cost_type"]["name"], &cost["cost_type"]["category"]),
        (&json!("Vouchers"), &json!("sales"))
    );
    assert_eq!(cost["created_at"], "2026-11-24T13:00:00.000000+01:00");
    t.ends_well().await;
}
