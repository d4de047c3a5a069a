//! Posting updates on the web.

use super::{declares, path};
use tests::app::{
    App,
    doors::{P1, P3},
    slack::said,
};

const UPDATE: &str = "/fn/incident/update";

// WEB-091 CORE-074 CORE-094: an update is told everywhere; a stale form is a conflict with both values, and nothing is lost.
#[tokio::test]
async fn an_update_is_told_everywhere_and_a_stale_form_is_a_conflict() {
    let t = App::start().await;
    let yusuf = t.web_as("yusuf.demir").await;
    let at = path(&declares(&yusuf, &[]).await);
    t.run_jobs().await;
    let mara = t.web_as("mara.lindqvist").await;
    let stale = mara.get(&at).await;

    let page = yusuf.get(&at).await;
    let page = yusuf
        .submit(
            &page,
            UPDATE,
            &[
                ("asked[message]", "Cause found, a bad release."),
                ("asked[status][to]", "20"),
                ("asked[priority][to]", P1),
            ],
        )
        .await;
    assert!(page.text().contains("Cause found, a bad release."), "{}", page.text());
    assert!(page.text().contains("Investigating"));

    let conflict = mara
        .submit(
            &stale,
            UPDATE,
            &[("asked[message]", "Lowering it, few are hit."), ("asked[priority][to]", P3)],
        )
        .await;
    let text = conflict.text();
    assert!(text.contains("P1") && text.contains("P3"), "both values are told: {text}");
    assert!(conflict.html.contains("Lowering it, few are hit."), "the words are kept: {text}");

    let message = mara.submit(&stale, UPDATE, &[("asked[message]", "Support has sixty contacts.")]).await;
    assert!(
        message.text().contains("Support has sixty contacts."),
        "a message alone never conflicts: {}",
        message.text()
    );

    let short = mara.get(&at).await;
    let short = mara.submit(&short, UPDATE, &[("asked[message]", "short")]).await;
    assert!(short.text().contains("10"), "the limit is told: {}", short.text());
    let nowhere = yusuf.get(&at).await;
    let nowhere = yusuf.submit(&nowhere, UPDATE, &[("asked[status][to]", "40")]).await;
    assert!(nowhere.text().contains("cannot go to"), "the table is the domain's: {}", nowhere.text());

    t.run_jobs().await;
    let channel = t
        .sandbox
        .read(|s| s.slack.channels.iter().find(|c| c.name.ends_with("-prd-other")).cloned())
        .expect("a channel");
    let all: Vec<String> = channel
        .messages
        .iter()
        .map(|m| said(&serde_json::json!({"text": m.text, "blocks": m.blocks})))
        .collect();
    let cause = all.iter().position(|m| m.contains("Cause found")).expect("the first update is said");
    let contacts = all.iter().position(|m| m.contains("sixty contacts")).expect("the second too");
    assert!(cause < contacts, "in order: {all:#?}");
    assert_eq!(all.iter().filter(|m| m.contains("Cause found")).count(), 1);
    assert!(!all.iter().any(|m| m.contains("Lowering it")), "what conflicted was not said");
    assert!(
        channel.topic.value.contains("P1") && channel.topic.value.contains("Investigating"),
        "{}",
        channel.topic.value
    );
    t.ends_well().await;
}

// CORE-079 CORE-087 CORE-092 CORE-096 CORE-106 CORE-135: mitigating dates the recovery and computes; closing from Open needs a reason.
#[tokio::test]
async fn the_table_of_states_holds_and_mitigating_dates_the_recovery() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    let at = path(&declares(&web, &[]).await);
    let closed = web.get(&at).await;
    let closed = web
        .submit(&closed, UPDATE, &[("asked[message]", "Nothing to see here."), ("asked[status][to]", "60")])
        .await;
    let open: i32 = sqlx::query_scalar("SELECT status FROM incidents").fetch_one(&t.db).await.expect("one");
    assert_eq!(open, 10, "closing early needs a reason: {}", closed.text());
    for status in ["20", "30", "40"] {
        let page = web.get(&at).await;
        web.submit(
            &page,
            UPDATE,
            &[("asked[message]", "One step further on the way."), ("asked[status][to]", status)],
        )
        .await;
    }
    let (status, mitigated): (i32, bool) =
        sqlx::query_as("SELECT status, mitigated_at IS NOT NULL FROM incidents")
            .fetch_one(&t.db)
            .await
            .expect("one");
    assert_eq!((status, mitigated), (40, true));
    let events: Vec<String> =
        sqlx::query_scalar("SELECT event_type FROM incident_updates WHERE is_milestone ORDER BY event_type")
            .fetch_all(&t.db)
            .await
            .expect("key events");
    assert_eq!(events, ["declared", "mitigated", "recovered"]);
    let metrics: Vec<String> = sqlx::query_scalar(
        "SELECT t.type FROM incident_metrics m JOIN metric_types t ON t.id = m.metric_type_id ORDER BY 1",
    )
    .fetch_all(&t.db)
    .await
    .expect("metrics");
    assert_eq!(metrics, ["time_to_fix", "time_to_repair"], "what can be computed is");
    t.ends_well().await;
}
