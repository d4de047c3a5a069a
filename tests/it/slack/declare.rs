//! Declaring from Slack.

use serde_json::json;
use tests::app::{
    App,
    slack::{Declares, said},
};

// SLK-054 SLK-155 SLK-157 SLK-160: `/incident open`, impacts, details: one incident, and the channel that it is worked on in.
#[tokio::test]
async fn an_incident_declared_in_slack_gets_its_channel() {
    let t = App::start().await;
    let id = t.slack("U0YUSUF").declares(&Declares::default()).await;
    t.run_jobs().await;

    let begun: (i64, i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM incident_roles r JOIN role_types t ON t.id = r.role_type_id WHERE t.slug = 'commander'),
                (SELECT count(*) FROM incident_members),
                (SELECT count(*) FROM incident_updates WHERE title IS NOT NULL AND status = 10),
                (SELECT count(*) FROM incident_updates WHERE is_milestone AND event_type = 'declared')",
    )
    .fetch_one(&t.db)
    .await
    .expect("countable");
    assert_eq!(begun, (1, 1, 1, 1), "commander, member, first entry, declared");

    let name = format!("-{id}-prd-payment");
    let channel = t.sandbox.read(|s| s.slack.channels.iter().find(|c| c.name.ends_with(&name)).cloned());
    let channel = channel.expect("its channel exists");
    assert!(channel.members.contains(&"U0YUSUF".to_owned()), "who opened it is in it: {:?}", channel.members);
    assert_eq!(channel.pins.len(), 1, "the card is pinned");
    let words = said(&json!(channel.messages.iter().map(|m| &m.blocks).collect::<Vec<_>>()));
    for part in ["Card payments fail at checkout", "*Opened by*", "Commander"] {
        assert!(words.contains(part), "{part:?} is said: {words}");
    }
    let announced = t.sandbox.messages("tech-incidents");
    assert!(announced.iter().any(|m| m.by_app), "a public P2 in production is announced");
    t.ends_well().await;
}
