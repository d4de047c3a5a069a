//! What people do, through every door, whatever happens meanwhile: they press again until the server has answered, and
//! do what their screen says next. The drivers of crashes and of misbehaving vendors tell these stories; a new story is
//! one entry here.

use serde_json::{Value, json};
use std::{
    any::Any,
    collections::BTreeSet,
    future::Future,
    path::Path,
    pin::Pin,
    time::{Duration, Instant},
};
use tests::{
    app::{
        App, Web,
        doors::{Api, CATEGORY, P2, P4, PRD, PRIVATE_CATEGORY},
        slack::{level, number, option, said},
    },
    sandbox::{
        faults::{Fault, Kind},
        slack::state::{Channel, View},
    },
};

pub type Story = for<'a> fn(&'a App) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Through every door: told with a crash at every point, and with every fault of every call.
pub const DOORS: &[(&str, Story)] = &[
    ("declare and update on the web", |t| Box::pin(declare_and_update(t))),
    ("raise a P4 that has no channel", |t| Box::pin(raise(t))),
    ("date, hand over, tag", |t| Box::pin(beside(t))),
    ("promise the next update, and correct this one", |t| Box::pin(correct(t))),
    ("declare and close", |t| Box::pin(async { _ = close(t).await })),
    ("declare and update in Slack", |t| Box::pin(in_slack(t))),
    ("declare by the API", |t| Box::pin(by_api(t))),
];

/// Told with a crash at every point only: what Slack refused at first is not wanted any more in the end.
pub const AFTERWARDS: &[(&str, Story)] = &[("close, and bring back", |t| Box::pin(close_and_reopen(t)))];

/// Where Slack is not as we left it: told with every fault of the calls that only they make.
pub const CORNERS: &[(&str, Story)] = &[
    ("the channel was renamed and its bookmark too", |t| Box::pin(renamed(t))),
    ("an answer got lost", |t| Box::pin(lost(t))),
    ("the name is taken", |t| Box::pin(taken(t))),
    ("somebody unknown types a command", |t| Box::pin(unknown(t))),
    ("somebody known by address only is invited", |t| Box::pin(by_address(t))),
    ("an operator tags a channel", |t| Box::pin(tagged(t))),
    ("the server starts again", |t| Box::pin(started_again(t))),
    ("Slack takes no view", |t| Box::pin(no_view(t))),
    ("a private incident", |t| Box::pin(private(t))),
];

/// People look at their screen this long before they press again.
const PATIENCE: Duration = Duration::from_millis(1_500);

async fn declare_and_update(t: &App) {
    let web = t.web_as("yusuf.demir").await;
    let incident = declare(t, &web, P2).await;
    let said =
        [("asked[message]", "Rolling back the gateway, at 40 % of traffic."), ("asked[status][to]", "20")];
    t.insist(&web, &format!("{incident}update/"), "/fn/incident/update", &said).await;
    t.run_jobs().await;
    update(t, &web, &incident, "The rollback is complete, we watch the error rate.").await;
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

/// A promise, and other words for what was said.
async fn correct(t: &App) {
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
}

/// Closes early; where the incident's page is.
async fn close(t: &App) -> String {
    let web = t.web_as("yusuf.demir").await;
    let incident = declare(t, &web, P2).await;
    // What is closed before it was announced is not announced any more.
    t.run_jobs().await;
    let said =
        [("asked[closure][reason]", "duplicate"), ("asked[message]", "The same as the one before it.")];
    t.insist(&web, &format!("{incident}close/"), "/fn/incident/close", &said).await;
    t.run_jobs().await;
    incident
}

async fn close_and_reopen(t: &App) {
    let web = t.web_as("yusuf.demir").await;
    let incident = close(t).await;
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

async fn in_slack(t: &App) {
    let id = declare_in_slack(t, "U0YUSUF").await;
    t.run_jobs().await;
    update_in_slack(t, "U0YUSUF", id, "The payment provider answers again.").await;
    t.run_jobs().await;
}

async fn by_api(t: &App) {
    t.stay_alive().await;
    let api = t.api_as("yusuf.demir@example.com").await;
    let key = [("idempotency-key", "the one sending")];
    for _ in 0..20 {
        t.stay_alive().await;
        let body = Api::declaration(json!({}));
        if let Ok((status, body)) = api.try_send(reqwest::Method::POST, "incidents", Some(body), &key).await {
            assert!(status.is_success(), "{status}: {body}");
            t.run_jobs().await;
            return;
        }
    }
    panic!("the API does not answer: {}", t.server.log());
}

async fn renamed(t: &App) {
    let web = t.web_as("yusuf.demir").await;
    let incident = declare(t, &web, P2).await;
    t.mend().await;
    let channel = channel(t);
    t.sandbox.rename("U0YUSUF", &channel.id, "war-room").expect("it can be renamed");
    t.sandbox.with(|s| {
        let there = s.slack.channel_mut(&channel.id).expect("the channel");
        there.bookmarks[0].title = "Click me".into();
        // Somebody missed it and set it again, word for word.
        let mut again = there.bookmarks[0].clone();
        again.id = "Bk0AGAIN".into();
        again.title = "Incident Page".into();
        again.created += 60;
        there.bookmarks.push(again);
    });
    t.mend().await;
    let said = [("asked[message]", "It is fixed."), ("asked[status][to]", "20")];
    t.insist(&web, &format!("{incident}update/"), "/fn/incident/update", &said).await;
    t.run_jobs().await;
}

/// The call that looks is only made after an answer that got lost.
async fn lost(t: &App) {
    let web = t.web_as("yusuf.demir").await;
    t.sandbox.order(Fault::slack("chat.postMessage", Kind::LostAnswer, 1));
    declare(t, &web, P2).await;
    t.run_jobs().await;
}

/// While Slack asks to wait a minute with the channel, somebody else makes one of that name.
async fn taken(t: &App) {
    let web = t.web_as("yusuf.demir").await;
    t.sandbox.order(Fault::slack("conversations.create", Kind::RateLimited { retry_after: 60 }, 1));
    declare(t, &web, P2).await;
    let end = Instant::now() + Duration::from_secs(20);
    let asked = || {
        t.sandbox.read(|s| {
            let call = s.deliveries.all().iter().find(|call| call.what == "conversations.create")?;
            let form: Vec<(String, String)> = serde_urlencoded::from_str(&call.sent).unwrap_or_default();
            let json: Value = serde_json::from_str(&call.sent).unwrap_or_default();
            let named = form.into_iter().find(|(name, _)| name == "name").map(|(_, value)| value);
            named.or_else(|| json["name"].as_str().map(str::to_owned))
        })
    };
    let name = loop {
        if let Some(name) = asked() {
            break name;
        }
        assert!(Instant::now() < end, "the channel is not asked for");
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    t.sandbox.create_channel("U0INES", &name, false).expect("the name is free");
    t.run_jobs().await;
}

async fn unknown(t: &App) {
    t.sandbox.with(|s| {
        let mut person = s.slack.users.iter().find(|u| u.id == "U0MARA").cloned().expect("Mara");
        person.id = "U0NEW".into();
        person.name = "noor.haddad".into();
        person.real_name = "Noor Haddad".into();
        person.email = Some("noor.haddad@example.com".into());
        s.slack.users.push(person);
        let general = s.slack.channel_mut("C0GENERAL").expect("general");
        general.members.push("U0NEW".into());
    });
    declare_in_slack(t, "U0NEW").await;
    t.run_jobs().await;
}

async fn by_address(t: &App) {
    sqlx::query("DELETE FROM slack_users WHERE slack_id = 'U0SOFIA'")
        .execute(&t.db)
        .await
        .expect("an account can be forgotten");
    let web = t.web_as("yusuf.demir").await;
    let sofia = t.web_as("sofia.lindgren").await;
    let incident = declare(t, &web, P2).await;
    t.run_jobs().await;
    t.insist(&sofia, &format!("{incident}roles/"), "/fn/incident/join", &[]).await;
    t.run_jobs().await;
}

async fn tagged(t: &App) {
    for _ in 0..5 {
        let (done, said) = t.server.try_cli(&["channel", "tag", "it-deploy", "it_deploy"]).await;
        if done {
            return;
        }
        assert!(said.contains("Slack"), "it says who is to blame: {said}");
        t.sandbox.advance(Duration::from_secs(60));
    }
    panic!("the channel is not tagged");
}

async fn started_again(t: &App) {
    let asked = t.sandbox.calls("auth.test");
    t.kill().await;
    t.server.spawn().await;
    // A rejected token ends the start: that is seen, and mended, by who started it.
    let end = Instant::now() + Duration::from_secs(20);
    while t.sandbox.calls("auth.test") == asked || !t.server.is_healthy().await {
        assert!(Instant::now() < end, "it does not start: {}", t.server.log());
        if !t.server.is_running().await {
            t.server.spawn().await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // An answer that rejects takes a moment to end it.
    tokio::time::sleep(Duration::from_millis(200)).await;
    t.stay_alive().await;
    let web = t.web_as("yusuf.demir").await;
    declare(t, &web, P2).await;
    t.run_jobs().await;
}

/// Neither the step nor the words that it did not open can be shown: that is whispered, and pressed again it opens.
async fn no_view(t: &App) {
    let yusuf = t.slack("U0YUSUF");
    t.sandbox.command("U0YUSUF", "general", "/incident", "open").await;
    shows(t, "U0YUSUF", "incident_open", "").await;
    let root = t.sandbox.view("U0YUSUF").expect("the root");
    let late = Kind::Error { code: "expired_trigger_id".into() };
    t.sandbox.order(Fault::slack("views.push", late, 2));
    yusuf.uses(&root, "push_incident_select_impact", Value::Null).await;
    let end = Instant::now() + Duration::from_secs(10);
    while t.sandbox.calls("chat.postEphemeral") == 0 {
        assert!(Instant::now() < end, "nobody is told");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    declare_in_slack(t, "U0YUSUF").await;
    t.run_jobs().await;
}

async fn private(t: &App) {
    let web = t.web_as("yusuf.demir").await;
    let incident = declare_in(t, &web, P2, PRIVATE_CATEGORY).await;
    t.run_jobs().await;
    update(t, &web, &incident, "The key is revoked.").await;
}

/// Declares by the form; where the incident's page is.
pub async fn declare(t: &App, web: &Web, priority: &str) -> String {
    declare_in(t, web, priority, CATEGORY).await
}

async fn declare_in(t: &App, web: &Web, priority: &str, category: &str) -> String {
    let form = [
        ("asked[title]", "Card payments fail at checkout"),
        ("asked[description]", "Customers reach the last step and get an error."),
        ("asked[priority]", priority),
        ("asked[incident_category]", category),
        ("asked[environment][]", PRD),
        ("asked[platform][]", "platform-All"),
    ];
    let page = t.insist(web, "/incident/create/", "/fn/incident/declare", &form).await;
    assert!(page.at.starts_with("/incident/"), "declared: {} {}", page.at, page.text());
    page.at.split(['?', '#']).next().expect("a path").to_owned()
}

pub async fn update(t: &App, web: &Web, incident: &str, words: &str) {
    let said = [("asked[message]", words)];
    t.insist(web, &format!("{incident}update/"), "/fn/incident/update", &said).await;
    t.run_jobs().await;
}

/// The channel of the only incident.
pub fn channel(t: &App) -> Channel {
    let made = t.sandbox.read(|s| s.slack.channels.iter().find(|c| c.name.contains("-prd-")).cloned());
    made.expect("the incident has its channel")
}

/// Declares by the modals, always doing what the screen asks for next; the number.
async fn declare_in_slack(t: &App, person: &str) -> i64 {
    let p = t.slack(person);
    for _ in 0..30 {
        t.stay_alive().await;
        let Some(view) = t.sandbox.view(person) else {
            t.sandbox.command(person, "general", "/incident", "open").await;
            shows(t, person, "incident_open", "").await;
            continue;
        };
        let words = said(&view.content);
        match view.callback_id() {
            "incident_open" if words.contains("Edit details") => {
                p.submits(&view, &[]).await;
                shows(t, person, "incident_result", "#").await;
            }
            "incident_open" if words.contains("Set details") => {
                p.uses(&view, "push_incident_unified", Value::Null).await;
                shows(t, person, "open_incident_unified", "").await;
            }
            "incident_open" => {
                p.uses(&view, "push_incident_select_impact", Value::Null).await;
                shows(t, person, "incident_select_impact", "").await;
            }
            "incident_select_impact" => {
                let levels = ("set_impact_type_customers_impact", level(&view, "customers_impact", "HI"));
                p.submits(&view, &[levels]).await;
                shows(t, person, "incident_open", "Set details").await;
            }
            "open_incident_unified" => {
                let details = [
                    ("incident_category", json!(option(&view, "Payment"))),
                    ("title", json!("Card payments fail at checkout")),
                    ("description", json!("Customers reach the last step and get an error.")),
                ];
                p.submits(&view, &details).await;
                shows(t, person, "incident_open", "Edit details").await;
            }
            _ => match number(&words) {
                Some(number) => {
                    t.sandbox.close_view(person, &view.id, true).await;
                    return number;
                }
                None => drop(t.sandbox.close_view(person, &view.id, true).await),
            },
        }
    }
    panic!("{person} cannot declare: {:#?}\n{}", t.sandbox.view(person), t.server.log());
}

/// Says something by the modals, once.
async fn update_in_slack(t: &App, person: &str, id: i64, message: &str) {
    let p = t.slack(person);
    for _ in 0..30 {
        t.stay_alive().await;
        let Some(view) = t.sandbox.view(person) else {
            t.sandbox.command(person, "general", "/incident", &format!("update {id}")).await;
            shows(t, person, "", "Update incident").await;
            continue;
        };
        match view.callback_id() {
            "incident_update_status" => {
                let chosen = option(&view, "Investigating");
                let fields = [("message", json!(message)), ("status", json!(chosen))];
                if p.submits(&view, &fields).await.is_fine() {
                    if let Some(view) = t.sandbox.view(person) {
                        t.sandbox.close_view(person, &view.id, true).await;
                    }
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            _ => {
                p.uses(&view, "push_modal_incident_update_status", Value::Null).await;
                shows(t, person, "incident_update_status", "").await;
            }
        }
    }
    panic!("{person} cannot update: {:#?}\n{}", t.sandbox.view(person), t.server.log());
}

/// Waits a moment for a view with this callback and these words.
async fn shows(t: &App, person: &str, callback: &str, words: &str) {
    let end = Instant::now() + PATIENCE;
    let fits = |view: View| {
        (callback.is_empty() || view.callback_id() == callback) && said(&view.content).contains(words)
    };
    while Instant::now() < end && !t.sandbox.view(person).is_some_and(fits) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// What an assertion said.
pub fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
}

/// `FF_CELLS=chat.postMessage` runs only the cells of a driver whose name holds that, to look at one again.
pub fn is_asked(cell: &str) -> bool {
    std::env::var("FF_CELLS").map_or(true, |asked| cell.contains(&asked))
}

/// The fault points that the server's code names.
pub fn fault_points() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("readable").map(|e| e.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            let text = std::fs::read_to_string(&entry).expect("readable");
            let named = text.split("fault!(\"").skip(1).filter_map(|rest| rest.split('"').next());
            found.extend(named.map(str::to_owned));
        }
    }
    found
}

/// What differs, part by part, from where it begins to differ.
pub fn difference(expected: &Value, found: &Value) -> String {
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
