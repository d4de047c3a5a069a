//! The server dies anywhere and nothing is lost, nothing is said twice.
//!
//! A story runs once undisturbed and writes down every fault point that the server reaches. Then it runs once per
//! point: the server dies there as by `kill -9`, is started again, and the end state of database and Slack must be the
//! same. A new story is one entry of [`STORIES`]; a new fault point is covered by being reached.

use futures::{StreamExt, stream};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    future::Future,
    pin::Pin,
    time::{Duration, Instant},
};
use tests::app::{
    App, Setup,
    doors::{CATEGORY, P2, P4, PRD},
};

/// What people do. It goes on pressing until the server has answered.
type Story = for<'a> fn(&'a App) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

const STORIES: &[(&str, Story)] = &[
    ("declare and update on the web", |t| Box::pin(declare_and_update(t))),
    ("raise a P4 that has no channel", |t| Box::pin(raise(t))),
    ("date, hand over, tag", |t| Box::pin(beside(t))),
    ("declare, correct, close, and bring back", |t| Box::pin(close_and_reopen(t))),
];

/// Each point is hit at its first, and the busiest ones at a later occurrence too.
const OCCURRENCES: [usize; 2] = [1, 3];
/// Two cores: more at once only wait for each other.
const AT_ONCE: usize = 3;

async fn declare_and_update(t: &App) {
    let web = t.web_as("yusuf.demir").await;
    let incident = declare(t, &web, P2).await;
    let said =
        [("asked[message]", "Rolling back the gateway, at 40 % of traffic."), ("asked[status][to]", "20")];
    t.insist(&web, &format!("{incident}update/"), "/fn/incident/update", &said).await;
    t.run_jobs().await;
    let said = [("asked[message]", "The rollback is complete, we watch the error rate.")];
    t.insist(&web, &format!("{incident}update/"), "/fn/incident/update", &said).await;
    t.run_jobs().await;
}

async fn raise(t: &App) {
    let web = t.web_as("yusuf.demir").await;
    let incident = declare(t, &web, P4).await;
    let said =
        [("asked[message]", "Many more customers are hit than we thought."), ("asked[priority][to]", P2)];
    t.insist(&web, &format!("{incident}update/"), "/fn/incident/update", &said).await;
    t.run_jobs().await;
}

/// What stands beside an incident: key events, roles, tags, impacts, members.
async fn beside(t: &App) {
    let web = t.web_as("yusuf.demir").await;
    let sofia = t.web_as("sofia.lindgren").await;
    let incident = declare(t, &web, P2).await;
    t.run_jobs().await;
    let ines: uuid::Uuid = sqlx::query_scalar("SELECT id FROM users WHERE username = 'ines.okafor'")
        .fetch_one(&t.db)
        .await
        .expect("a person");
    let dated = [("asked[key_event_started][to]", "2024-05-01T11:50:00")];
    t.insist(&web, &format!("{incident}update_key_events/"), "/fn/incident/key-events", &dated).await;
    let held = [("asked[role_communication_lead][to]", &*ines.to_string())];
    t.insist(&web, &format!("{incident}roles/"), "/fn/incident/roles", &held).await;
    t.run_jobs().await;
    t.insist(&web, &format!("{incident}tags/"), "/fn/incident/tags", &[("tags[to]", "vendor")]).await;
    let hit = [("asked[customers_impact][to]", "HI")];
    t.insist(&web, &format!("{incident}impacts/"), "/fn/incident/impacts", &hit).await;
    t.insist(&sofia, &format!("{incident}roles/"), "/fn/incident/join", &[]).await;
    t.run_jobs().await;
}

async fn close_and_reopen(t: &App) {
    let web = t.web_as("yusuf.demir").await;
    let incident = declare(t, &web, P2).await;
    let said = [("asked[message]", "It is the gateway again."), ("asked[next_update]", "30")];
    t.insist(&web, &incident, "/fn/incident/update", &said).await;
    t.run_jobs().await;
    let entry: uuid::Uuid = sqlx::query_scalar("SELECT id FROM incident_updates WHERE message IS NOT NULL")
        .fetch_one(&t.db)
        .await
        .expect("what was said");
    let other = [("message[to]", "It is the provider this time.")];
    t.insist(&web, &format!("{incident}correct/{entry}/"), "/fn/incident/correct", &other).await;
    t.run_jobs().await;
    let said =
        [("asked[closure][reason]", "duplicate"), ("asked[message]", "The same as the one before it.")];
    t.insist(&web, &format!("{incident}close/"), "/fn/incident/close", &said).await;
    t.run_jobs().await;
    sqlx::query(
        "INSERT INTO user_groups (user_id, group_id)
         SELECT u.id, g.id FROM users u, auth_groups g WHERE u.username = 'yusuf.demir' AND g.name = 'admins'
         ON CONFLICT DO NOTHING",
    )
    .execute(&t.db)
    .await
    .expect("an administrator");
    let said = [("asked[message]", "It is not the same after all.")];
    t.insist(&web, &format!("{incident}reopen/"), "/fn/incident/reopen", &said).await;
    t.run_jobs().await;
}

/// Declares by the form; where the incident's page is.
async fn declare(t: &App, web: &tests::app::Web, priority: &str) -> String {
    let form = [
        ("asked[title]", "Card payments fail at checkout"),
        ("asked[description]", "Customers reach the last step and get an error."),
        ("asked[priority]", priority),
        ("asked[incident_category]", CATEGORY),
        ("asked[environment][]", PRD),
        ("asked[platform][]", "platform-All"),
    ];
    let page = t.insist(web, "/incident/create/", "/fn/incident/declare", &form).await;
    assert!(page.at.starts_with("/incident/"), "declared: {} {}", page.at, page.text());
    page.at.split(['?', '#']).next().expect("a path").to_owned()
}

/// Runs a story, with a fault or undisturbed, and says how it ended.
async fn run(story: Story, env: &[(&str, &str)]) -> Result<Value, String> {
    let setup = env.iter().fold(Setup::default(), |setup, (name, value)| setup.env(name, value));
    let t = App::with(setup).await;
    story(&t).await;
    t.catch_up().await;
    let violations = t.sandbox.violations();
    if !violations.is_empty() {
        return Err(format!("contracts broken: {violations:#?}"));
    }
    Ok(t.end_state().await)
}

// CORE-049 CORE-072 CORE-073: a crash between any two steps loses nothing and repeats nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_anywhere_ends_as_if_nothing_had_happened() {
    let started = Instant::now();
    for (name, story) in STORIES {
        let log =
            std::env::temp_dir().join(format!("firefighter-faults-{}-{}", std::process::id(), name.len()));
        let path = log.display().to_string();
        let undisturbed =
            run(*story, &[("FF_FAULT_LOG", &path)]).await.expect("the undisturbed run ends well");
        let reached = std::fs::read_to_string(&log).expect("fault points are written down");
        let _gone = std::fs::remove_file(&log);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for point in reached.lines() {
            *counts.entry(point).or_default() += 1;
        }
        assert!(counts.len() > 10, "the story reaches the fault points: {counts:?}");
        let cells: Vec<String> = counts
            .iter()
            .flat_map(|(point, count)| {
                OCCURRENCES.iter().filter(move |nth| **nth <= *count).map(move |nth| format!("{point}@{nth}"))
            })
            .collect();
        let total = cells.len();
        let failed: Vec<String> = stream::iter(cells)
            .map(|cell| {
                let undisturbed = &undisturbed;
                async move {
                    let ended = run(*story, &[("FF_FAULT", &cell)]).await;
                    match ended {
                        Ok(state) if state == *undisturbed => None,
                        Ok(state) => Some(format!("{cell}: {}", difference(undisturbed, &state))),
                        Err(why) => Some(format!("{cell}: {why}")),
                    }
                }
            })
            .buffer_unordered(AT_ONCE)
            .filter_map(|failed| async { failed })
            .collect()
            .await;
        println!("crash: {name}: {total} cells, {} s so far", started.elapsed().as_secs());
        assert!(
            failed.is_empty(),
            "{name}: {} of {total} cells differ:\n{}",
            failed.len(),
            failed.join("\n\n")
        );
    }
    assert!(started.elapsed() < Duration::from_secs(900), "the driver hangs");
}

/// What differs, part by part, from where it begins to differ.
fn difference(expected: &Value, found: &Value) -> String {
    let parts = expected.as_object().into_iter().flatten();
    let differing = parts.filter(|(name, value)| found[name.as_str()] != **value);
    let told = differing.map(|(name, value)| {
        let (expected, found) = (value.to_string(), found[name.as_str()].to_string());
        let same = expected.chars().zip(found.chars()).take_while(|(a, b)| a == b).count().saturating_sub(60);
        let cut = |text: &str| text.chars().skip(same).take(260).collect::<String>();
        format!("{name}: expected …{}\n    found …{}\n", cut(&expected), cut(&found))
    });
    told.collect()
}
