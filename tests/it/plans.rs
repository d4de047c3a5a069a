//! A hundred thousand incidents: no door reads a large table from end to end.
//!
//! Asked is the database itself, about the statements that the server really sends: it counts how often each table was
//! read in sequence. Every door runs on a server of its own, often enough for plans to become generic, and ends before
//! the counters are read, because a connection tells its counts at the latest when it closes.

use serde_json::json;
use sqlx::PgPool;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use tests::app::{Api, App};

/// Enough for a prepared statement to be planned once and for all.
const TIMES: usize = 7;
const INCIDENTS: &str = "100000";
/// One that has a channel, a timeline of 300 and its key events.
const INCIDENT: i64 = 60_000;

/// Large tables, and how often each was read in sequence.
async fn read_in_sequence(db: &PgPool) -> BTreeMap<String, i64> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT relname::text, seq_scan FROM pg_stat_user_tables
         WHERE relname IN ('incidents', 'incident_updates', 'incident_members', 'incident_roles', 'incident_impacts',
                           'incident_metrics', 'slack_conversations', 'history', 'history_text', 'history_heads',
                           'jobs', 'incident_words')",
    )
    .fetch_all(db)
    .await
    .expect("the database counts");
    assert_eq!(rows.len(), 12, "every table is counted");
    rows.into_iter().collect()
}

/// Ends the server and waits until its connections have told what they did.
async fn ended(t: &App) {
    t.kill().await;
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let left: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'firefighter'",
        )
        .fetch_one(&t.db)
        .await
        .expect("connections can be counted");
        if left == 0 {
            return;
        }
        assert!(Instant::now() < end, "connections of a server that is gone stay open");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Runs one door on a server of its own and says which tables it read in sequence.
async fn scanned(t: &App, door: &str, run: impl AsyncFnOnce()) -> Vec<String> {
    ended(t).await;
    let before = read_in_sequence(&t.db).await;
    t.restart().await;
    run().await;
    ended(t).await;
    let after = read_in_sequence(&t.db).await;
    t.restart().await;
    after
        .into_iter()
        .filter(|(table, scans)| *scans > before[table])
        .map(|(table, scans)| format!("{door}: {table}, {} times", scans - before[&table]))
        .collect()
}

async fn pages(t: &App, paths: &[&str]) {
    let web = t.web_as("yusuf.demir").await;
    for path in paths {
        for _ in 0..TIMES {
            let page = web.get(path).await;
            assert_eq!(page.status, 200, "{path}: {}", page.html);
        }
    }
}

async fn answers(api: &Api, paths: &[&str]) {
    for path in paths {
        for _ in 0..TIMES {
            let (status, body) = api.get(path).await;
            assert_eq!(status, 200, "{path}: {body}");
        }
    }
}

// The list, a search, an incident, the dashboard, the API, Slack and the queue walk indexes, whatever was asked.
#[tokio::test]
async fn no_door_reads_a_large_table_from_end_to_end() {
    let t = App::start().await;
    let said = t.server.cli(&["seed", "--incidents", INCIDENTS]).await;
    assert!(said.contains("100000 made-up incidents are there"), "{said}");
    let api = t.api_as("yusuf.demir@example.com").await;
    let one = format!("/incident/{INCIDENT}/");
    let mut found = scanned(&t, "dashboard", async || pages(&t, &["/"]).await).await;
    found.extend(
        scanned(&t, "list", async || {
            pages(&t, &["/incident/", "/incident/?after=50000", "/incident/?sort=-created_at"]).await;
        })
        .await,
    );
    found.extend(
        scanned(&t, "filtered list", async || {
            pages(
                &t,
                &[
                    "/incident/?status=10",
                    "/incident/?status=60&priority=3d8a4e0f-cc79-4063-9431-8aa785a56ca0",
                    "/incident/?environment=41e06f3b-4b42-4617-af9a-fa91e9af13c9",
                ],
            )
            .await;
        })
        .await,
    );
    found.extend(
        scanned(&t, "search", async || {
            pages(&t, &["/incident/?search=checkout", "/incident/?search=60000"]).await;
        })
        .await,
    );
    found.extend(scanned(&t, "incident", async || pages(&t, &[&one]).await).await);
    found.extend(
        scanned(&t, "api", async || {
            answers(
                &api,
                &[&format!("incidents/{INCIDENT}"), "incidents?search=invoices+timeout+region&limit=25"],
            )
            .await;
        })
        .await,
    );
    found.extend(
        scanned(&t, "declare, its jobs, Slack", async || {
            for number in 0..TIMES {
                api.declares(json!({ "title": format!("Declared among many {number}") })).await;
            }
            t.run_jobs().await;
            let ines = t.slack("U0INES");
            for _ in 0..TIMES {
                ines.types("general", "update").await;
            }
        })
        .await,
    );
    assert!(found.is_empty(), "read from end to end: {found:#?}");
}
