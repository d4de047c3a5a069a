//! One incident, three doors, one truth.

use crate::web::{declares, path};
use serde_json::json;
use tests::app::{
    App,
    slack::{Declares, said},
};

const PAYMENT: &str = "02a18a9c-67ba-45e8-9b50-8662f1c6eae1";

// CORE-060: the same words through Slack, the web and the API become the same incident, record and messages.
#[tokio::test]
async fn the_same_words_become_the_same_incident_through_every_door() {
    let t = App::start().await;
    let from_slack = t.slack("U0YUSUF").declares(&Declares::default()).await;
    let web = t.web_as("yusuf.demir").await;
    let form = [
        ("asked[priority]", ""),
        ("asked[impacts][customers_impact]", "HI"),
        ("asked[incident_category]", PAYMENT),
    ];
    let page = declares(&web, &form).await;
    let from_web: i64 =
        path(&page).trim_matches('/').rsplit('/').next().and_then(|n| n.parse().ok()).expect("a number");
    let api = t.api_as("yusuf.demir@example.com").await;
    let from_api = api.declares(json!({ "incident_category_id": PAYMENT })).await;
    t.run_jobs().await;

    let mut records = Vec::new();
    let mut channels = Vec::new();
    for id in [from_slack, from_web, from_api] {
        let kinds: Vec<String> =
            sqlx::query_scalar("SELECT kind FROM history WHERE stream = $1 ORDER BY seq")
                .bind(format!("incident {id}"))
                .fetch_all(&t.db)
                .await
                .expect("a record");
        let facts: (String, String, i32, String, bool) = sqlx::query_as(
            "SELECT i.title, i.description, i.status, p.name, i.private FROM incidents i JOIN priorities p ON p.id = i.priority_id
             WHERE i.id = $1",
        )
        .bind(id)
        .fetch_one(&t.db)
        .await
        .expect("an incident");
        records.push((kinds, facts));
        let channel = t.sandbox.read(|s| {
            s.slack.channels.iter().find(|c| c.name.ends_with(&format!("-{id}-prd-payment"))).cloned()
        });
        let channel = channel.unwrap_or_else(|| panic!("#{id} has its channel"));
        let words: Vec<String> = channel
            .messages
            .iter()
            .map(|m| said(&json!({ "text": m.text, "blocks": m.blocks })))
            // Numbers and moments differ; impacts were not asked by the API.
            .map(|text| {
                text.replace(&format!("#{id}"), "#N")
                    .split("*Opened at*")
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            })
            .map(|text| text.replace(&format!("/incident/{id}/"), "/incident/N/"))
            .collect();
        channels.push((
            channel.topic.value.replace(&format!("/incident/{id}/"), "/incident/N/"),
            channel.pins.len(),
            words,
        ));
    }
    assert_eq!(records[0], records[1], "Slack and web");
    assert_eq!(records[0], records[2], "Slack and API");
    assert_eq!(channels[0], channels[1], "Slack and web");
    assert_eq!(channels[0], channels[2], "Slack and API");
    t.ends_well().await;
}
