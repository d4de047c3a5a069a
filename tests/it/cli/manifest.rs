//! `firefighter slack-manifest`: what to paste into Slack, without a token and without a database.

use serde_json::Value;
use std::path::Path;
use tests::{
    app::{App, Setup},
    contracts::Contracts,
};

const BARE: [(&str, &str); 5] = [
    ("SLACK_BOT_TOKEN", ""),
    ("SLACK_SIGNING_SECRET", ""),
    ("SECRET_KEY", ""),
    ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none"),
    ("BASE_URL", "https://fire.example.com"),
];

async fn desk() -> App {
    App::with(Setup { no_worker: true, no_slack: true, ..Setup::default() }).await
}

// CFG-065 SLK-265
#[tokio::test]
async fn the_manifest_is_printed_in_both_formats_for_both_addresses() {
    let t = desk().await;
    let (code, json) = t.server.asks(&["slack-manifest", "--json"], &BARE).await;
    assert_eq!(code, Some(0), "{json}");
    let manifest: Value = serde_json::from_str(&json).expect("JSON");
    let at = "https://fire.example.com/api/v2/firefighter/slack/incident/";
    assert_eq!(manifest["features"]["slash_commands"][0]["command"], "/incident");
    assert_eq!(manifest["settings"]["event_subscriptions"]["request_url"], at);

    let (code, yaml) = t.server.asks(&["slack-manifest", "--yml"], &BARE).await;
    assert_eq!(code, Some(0));
    for line in ["display_information:", "  slash_commands:", "    - \"pins:write\""] {
        assert!(yaml.lines().any(|found| found.trim_start() == line.trim_start()), "{line}: {yaml}");
    }
    assert!(yaml.contains(&format!("request_url: {at:?}")), "{yaml}");

    let tunnel = ["generate-manifest", "--public-url", "abc.tunnel.example"];
    let (_, json) = t.server.asks(&tunnel, &BARE).await;
    assert!(
        json.contains("https://abc.tunnel.example/api/v2/") && !json.contains("fire.example.com"),
        "{json}"
    );

    let bad = [BARE.as_slice(), &[("SLACK_INCIDENT_COMMAND", "/status")]].concat();
    let (code, said) = t.server.asks(&["slack-manifest"], &bad).await;
    assert_eq!((code, said.as_str()), (Some(2), ""), "nothing is printed for a command that Slack refuses");
}

// SLK-267
#[tokio::test]
async fn every_method_of_the_client_has_a_scope_in_the_manifest_that_slack_takes() {
    let Some(contracts) = Contracts::find() else {
        eprintln!("skipped: the vendors' contracts are not here");
        return;
    };
    let read = |path: &Path| std::fs::read_to_string(path).expect("readable");
    let contract: Value =
        serde_json::from_str(&read(&contracts.root().join("slack/web-api.contract.json"))).expect("JSON");
    let t = desk().await;
    let (_, json) = t.server.asks(&["slack-manifest"], &BARE).await;
    let manifest: Value = serde_json::from_str(&json).expect("JSON");
    let asked = manifest["oauth_config"]["scopes"]["bot"].as_array().expect("a list");

    let source = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/src/slack/transport.rs"));
    let list =
        source.split("\nmethods! {").nth(1).and_then(|rest| rest.split("\n}").next()).expect("the methods");
    let names: Vec<&str> = list.lines().filter_map(|line| line.split('"').nth(1)).collect();
    assert!(names.len() > 20, "{names:?}");
    for name in names {
        let taken = &contract["operations"][name]["scopes"];
        assert!(taken.is_object(), "{name} is no method of Slack");
        let Some(taken) = taken["bot"].as_array().filter(|scopes| !scopes.is_empty()) else { continue };
        assert!(taken.iter().any(|scope| asked.contains(scope)), "{name} needs one of {taken:?}");
    }
}
