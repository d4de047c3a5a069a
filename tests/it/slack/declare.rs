//! Declaring from Slack.

use serde_json::json;
use tests::app::{
    App,
    slack::{Declares, said},
};

// SLK-054 SLK-140 SLK-142 SLK-154 SLK-155 SLK-157 SLK-160: `/incident open`, impacts, details, one incident, one channel.
#[tokio::test]
async fn an_incident_declared_in_slack_gets_its_channel() {
    let t = App::start().await;
    let yusuf = t.slack("U0YUSUF");
    let id = yusuf.declares(&Declares::default()).await;
    t.run_jobs().await;
    println!("{:#?}", t.jobs().await);
    let channel = t.sandbox.read(|s| s.slack.find_channel(&format!("20261124-{id}-prd-payment")).cloned());
    let channel = channel.unwrap_or_else(|| {
        panic!(
            "channels: {:?}",
            t.sandbox.read(|s| s.slack.channels.iter().map(|c| c.name.clone()).collect::<Vec<_>>())
        )
    });
    for m in &channel.messages {
        println!("{} {}", m.ts, said(&json!({"text": m.text, "blocks": m.blocks})));
    }
    t.ends_well().await;
}
