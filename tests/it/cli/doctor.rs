//! `firefighter doctor`: says what is wrong, what it breaks and how to mend it, and has an exit code.

use serde_json::Value;
use std::collections::BTreeMap;
use tests::{
    app::{App, Setup},
    sandbox::faults::{Fault, Kind},
};

/// Exit code and findings by check.
async fn examines(t: &App, more: &[(&str, &str)]) -> (Option<i32>, BTreeMap<String, Value>) {
    let (code, said) = t.server.asks(&["doctor", "--json"], more).await;
    let report: Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
    assert_eq!(report["ok"].as_bool(), Some(code == Some(0)), "{said}");
    let findings = report["findings"].as_array().expect("a list").iter();
    let named = |finding: &Value| finding["check"].as_str().expect("a name").to_owned();
    (code, findings.map(|finding| (named(finding), finding.clone())).collect())
}

/// The only failed check, with all that a finding says.
fn alone_failed(findings: &BTreeMap<String, Value>, check: &str) -> Value {
    let failed: Vec<_> = findings.values().filter(|finding| finding["state"] == "failed").collect();
    assert_eq!(failed.len(), 1, "{failed:#?}");
    assert_eq!(failed[0]["check"], check);
    for part in ["found", "breaks", "remedy"] {
        assert!(failed[0][part].as_str().is_some_and(|text| !text.is_empty()), "{part}: {failed:#?}");
    }
    failed[0].clone()
}

fn says(finding: &Value, part: &str, words: &str) {
    assert!(finding[part].as_str().is_some_and(|text| text.contains(words)), "{words:?} in {finding:#}");
}

async fn desk() -> App {
    App::with(Setup { no_worker: true, ..Setup::default() }).await
}

#[tokio::test]
async fn a_desk_that_works_is_found_whole_and_nothing_is_changed_by_looking() {
    let t = desk().await;
    let before = t.end_state().await;
    let (code, findings) = examines(&t, &[]).await;
    assert_eq!(code, Some(0), "{findings:#?}");
    for check in [
        "settings",
        "settings.BASE_URL",
        "machine.disk",
        "database",
        "database.version",
        "database.migrations",
        "database.clock",
        "slack.token",
        "slack.clock",
        "slack.scope.chat:write",
        "slack.scope.im:history",
        "slack.announcements",
    ] {
        let state = findings.get(check).map(|finding| finding["state"].clone());
        let small_disk = check == "machine.disk" && state == Some("warning".into());
        assert!(small_disk || state == Some("ok".into()), "{check}: {findings:#?}");
    }
    assert_eq!(t.end_state().await, before, "looking changes nothing");
    t.keeps_contracts();
    let (fine, text) = t.server.try_cli(&["check-config"]).await;
    assert!(fine && text.contains("Everything that is switched on works."), "{text}");
}

// SLK-267
#[tokio::test]
async fn each_missing_scope_is_named_with_what_it_breaks_by_the_list_and_by_trying() {
    let t = desk().await;
    let (_, manifest) = t.server.asks(&["slack-manifest"], &[]).await;
    let manifest: Value = serde_json::from_str(&manifest).expect("JSON");
    let scopes = manifest["oauth_config"]["scopes"]["bot"].as_array().expect("a list");
    let (_, findings) = examines(&t, &[]).await;
    let proven: Vec<Value> =
        findings.keys().filter_map(|c| c.strip_prefix("slack.scope.")).map(Value::from).collect();
    assert_eq!(&proven, scopes, "what is asked for is what is proven");

    let lacks = |scope: &str, hidden: bool| {
        t.sandbox.with(|state| {
            state.slack.switches.missing_scopes = vec![scope.to_owned()];
            state.slack.switches.scopes_hidden = hidden;
        });
    };
    for scope in scopes.iter().filter_map(Value::as_str) {
        lacks(scope, false);
        let (code, findings) = examines(&t, &[]).await;
        assert_eq!(code, Some(1));
        // Without channels:read the channel of announcements cannot be seen either.
        let mut findings = findings;
        if scope == "channels:read" {
            findings.remove("slack.announcements");
        }
        let failed = alone_failed(&findings, &format!("slack.scope.{scope}"));
        says(&failed, "remedy", "firefighter slack-manifest");
    }
    for scope in ["pins:write", "groups:write", "users:read.email", "groups:read", "im:write"] {
        lacks(scope, true);
        let (_, findings) = examines(&t, &[]).await;
        alone_failed(&findings, &format!("slack.scope.{scope}"));
        assert_eq!(findings["slack.scope.commands"]["state"], "warning", "no list, no call: not proven");
    }
}

#[tokio::test]
async fn a_token_an_outage_and_a_wrong_clock_of_slack_are_told_apart() {
    let t = desk().await;
    t.sandbox.with(|state| state.slack.switches.token_revoked = true);
    let (_, findings) = examines(&t, &[]).await;
    let failed = alone_failed(&findings, "slack.token");
    says(&failed, "found", "token_revoked");
    says(&failed, "remedy", "SLACK_BOT_TOKEN");
    t.sandbox.with(|state| state.slack.switches.token_revoked = false);

    t.sandbox.order(Fault::slack("auth.test", Kind::Down, 1));
    says(&alone_failed(&examines(&t, &[]).await.1, "slack.token"), "remedy", "SLACK_API_URL");

    t.sandbox.with(|state| state.slack.switches.clock_ahead_s = 400);
    let failed = alone_failed(&examines(&t, &[]).await.1, "slack.clock");
    says(&failed, "found", "behind Slack");
    says(&failed, "breaks", "refused as too old");
    t.sandbox.with(|state| state.slack.switches.clock_ahead_s = 0);

    sqlx::query("UPDATE slack_conversations SET tag = ''").execute(&t.db).await.expect("the tag goes");
    let (code, findings) = examines(&t, &[]).await;
    assert_eq!((code, &findings["slack.announcements"]["state"]), (Some(0), &"warning".into()));
}

#[tokio::test]
async fn what_is_wrong_with_settings_and_database_is_told_and_ends_with_its_code() {
    let t = App::with(Setup { no_worker: true, no_slack: true, ..Setup::default() }).await;
    let (code, findings) = examines(&t, &[("SECRET_KEY", ""), ("TIME_ZONE", "Mars/Base")]).await;
    assert_eq!(code, Some(2), "as every command with wrong settings");
    assert!(findings.contains_key("settings.SECRET_KEY") && findings.contains_key("settings.TIME_ZONE"));

    let nowhere = [("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")];
    let (code, findings) = examines(&t, &nowhere).await;
    assert_eq!(code, Some(1));
    says(&alone_failed(&findings, "database"), "remedy", "DATABASE_URL");
    assert_eq!(findings["slack"]["state"], "off", "the rest is examined");

    let sql = |text: &'static str| sqlx::raw_sql(text).execute(&t.db);
    sql("UPDATE _sqlx_migrations SET checksum = 'x' WHERE version = (SELECT max(version) FROM _sqlx_migrations)")
        .await
        .expect("tampered");
    says(&alone_failed(&examines(&t, &[]).await.1, "database.migrations"), "found", "not what was applied");
    sql("DELETE FROM _sqlx_migrations WHERE checksum = 'x'").await.expect("tampered");
    says(&alone_failed(&examines(&t, &[]).await.1, "database.migrations"), "remedy", "firefighter migrate");
    sql("UPDATE _sqlx_migrations SET version = 99991231000000 WHERE version = (SELECT max(version) FROM _sqlx_migrations)")
        .await
        .expect("tampered");
    says(&alone_failed(&examines(&t, &[]).await.1, "database.migrations"), "found", "newer version");
}

#[tokio::test]
async fn a_database_with_another_time_is_found() {
    let t = App::with(Setup { no_worker: true, no_slack: true, ..Setup::default() }).await;
    let name: String =
        sqlx::query_scalar("SELECT current_database()").fetch_one(&t.db).await.expect("a name");
    // A clock of its own, found before that of PostgreSQL.
    let skewed = format!(
        "CREATE SCHEMA skewed;
         CREATE FUNCTION skewed.clock_timestamp() RETURNS timestamptz LANGUAGE sql
         AS 'SELECT pg_catalog.clock_timestamp() + interval ''10 minutes''';
         ALTER DATABASE {name} SET search_path = skewed, pg_catalog, public"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(skewed)).execute(&t.db).await.expect("a skewed clock");
    let (code, findings) = examines(&t, &[]).await;
    assert_eq!(code, Some(1));
    says(&alone_failed(&findings, "database.clock"), "found", "behind the database");
}
