//! What the server does at its start when Slack is out of order, or does not want it.

use std::time::{Duration, Instant};
use tests::app::App;

// SLK-012
#[tokio::test]
async fn a_rejected_token_ends_the_start() {
    let t = App::start().await;
    t.kill().await;
    t.sandbox.with(|state| state.slack.switches.token_revoked = true);
    t.server.spawn().await;
    t.server.until_dead().await;
    let log = t.server.log();
    assert!(log.contains("Slack rejects the token in SLACK_BOT_TOKEN (token_revoked)"), "{log}");
}

// SLK-012
#[tokio::test]
async fn an_outage_of_slack_leaves_the_web_working() {
    let t = App::start().await;
    t.kill().await;
    t.sandbox.goes_down();
    let before = t.sandbox.calls("auth.test");
    t.restart().await;
    t.web_as("yusuf.demir").await;
    let end = Instant::now() + Duration::from_secs(20);
    while t.sandbox.calls("auth.test") < before + 2 {
        assert!(Instant::now() < end, "Slack is not asked again: {}", t.server.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(t.server.is_running().await, "{}", t.server.log());
    t.sandbox.comes_back();
}
