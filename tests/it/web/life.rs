//! The end of an incident on the web: edited, closed, brought back, taken back.

use super::{declares, path};
use reqwest::StatusCode;
use std::time::Duration;
use tests::app::{
    App, Web,
    doors::{P4, Page, STG},
};

const UPDATE: &str = "/fn/incident/update";
const CLOSE: &str = "/fn/incident/close";
const EDIT: &str = "/fn/incident/edit";
const REOPEN: &str = "/fn/incident/reopen";
const MISTAKE: &str = "/fn/incident/mistake";

/// Status, closure reason and reference, and whether it has a time of closing.
async fn end(t: &App) -> (i32, Option<String>, String, bool) {
    sqlx::query_as(
        "SELECT status, closure_reason, closure_reference, closed_at IS NOT NULL FROM incidents ORDER BY id DESC LIMIT 1",
    )
    .fetch_one(&t.db)
    .await
    .expect("an incident")
}

async fn key_events(t: &App) -> Vec<String> {
    sqlx::query_scalar("SELECT event_type FROM incident_updates WHERE is_milestone ORDER BY event_type")
        .fetch_all(&t.db)
        .await
        .expect("key events")
}

/// Whether the incident's channel is archived, and how many of its messages say this.
fn channel(t: &App, words: &str) -> (bool, usize) {
    let channel = t
        .sandbox
        .read(|s| s.slack.channels.iter().find(|c| c.name.ends_with("-prd-other")).cloned())
        .expect("a channel");
    let says = channel.messages.iter().filter(|m| format!("{:?}", m.blocks).contains(words)).count();
    (channel.archived, says)
}

/// Posts a step on the way.
async fn moves(web: &Web, at: &str, status: &str) -> Page {
    let page = web.get(&format!("{at}update/")).await;
    let said = [("asked[message]", "One step further on the way."), ("asked[status][to]", status)];
    web.submit(&page, UPDATE, &said).await
}

/// Puts this person into the group of administrators.
async fn administrator(t: &App, username: &str) {
    sqlx::query(
        "INSERT INTO user_groups (user_id, group_id)
         SELECT u.id, g.id FROM users u, auth_groups g WHERE u.username = $1 AND g.name = 'admins'",
    )
    .bind(username)
    .execute(&t.db)
    .await
    .expect("a member");
}

// WEB-094 CORE-098 CORE-107 CORE-108 CORE-081: closed early with reason and reference, its channel archived after the last word; reopened by an administrator only, with a reason, which takes all of it back.
#[tokio::test]
async fn closed_early_with_a_reason_and_brought_back_by_an_administrator() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    let at = path(&declares(&web, &[]).await);
    t.run_jobs().await;

    let form = web.get(&format!("{at}close/")).await;
    let refused = web.submit(&form, CLOSE, &[]).await;
    assert!(refused.text().contains("Choose a reason"), "{}", refused.text());
    assert_eq!(end(&t).await, (10, None, String::new(), false));
    let closing = [
        ("asked[closure][reason]", "duplicate"),
        ("asked[closure][reference]", "#4100"),
        ("asked[message]", "The same as number 4100."),
    ];
    let page = web.submit(&form, CLOSE, &closing).await;
    assert!(page.text().contains("closed it early") && page.text().contains("#4100"), "{}", page.text());
    assert_eq!(end(&t).await, (60, Some("duplicate".into()), "#4100".into(), true));
    let marked: Vec<Option<String>> =
        sqlx::query_scalar("SELECT event_type FROM incident_updates WHERE status = 60")
            .fetch_all(&t.db)
            .await
            .expect("one closing entry");
    assert_eq!(marked, [Some("closure_reason".to_owned())]);
    assert_eq!(key_events(&t).await, ["declared", "resolved"]);
    t.run_jobs().await;
    let (archived, told) = channel(&t, "number 4100");
    assert!(archived);
    assert_eq!(told, 1, "the last word is said before the channel is archived");
    let archived = t.jobs().await.into_iter().filter(|job| job.starts_with("slack.archive_channel")).count();
    assert_eq!(archived, 1, "closing is told once");

    let refused = web.get(&format!("{at}reopen/")).await;
    assert!(refused.text().contains("Only an administrator"), "{}", refused.text());
    administrator(&t, "mara.lindqvist").await;
    let mara = t.web_as("mara.lindqvist").await;
    let form = mara.get(&format!("{at}reopen/")).await;
    let stolen = web.submit(&form, REOPEN, &[("asked[message]", "I want it back, now.")]).await;
    assert!(
        stolen.text().contains("delete_incident"),
        "asked of the person, not of the form: {}",
        stolen.text()
    );
    let short = mara.submit(&form, REOPEN, &[("asked[message]", "")]).await;
    assert!(short.text().contains("Why is it reopened"), "{}", short.text());
    assert_eq!(end(&t).await.0, 60);
    let form = mara.get(&format!("{at}reopen/")).await;
    let page = mara.submit(&form, REOPEN, &[("asked[message]", "It is not the same after all.")]).await;
    assert!(page.text().contains("Investigating"), "{}", page.text());
    assert!(page.text().contains("the channel is archived"), "where words go now: {}", page.text());
    assert_eq!(end(&t).await, (20, None, String::new(), false));
    assert_eq!(key_events(&t).await, ["declared"]);
    t.ends_well().await;
}

// WEB-094 CORE-087: the gate shows what stands before closing, each with its way; a P4 has none once it is mitigated.
#[tokio::test]
async fn the_gate_explains_itself_and_opens() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    let at = path(&declares(&web, &[]).await);
    for status in ["20", "30"] {
        moves(&web, &at, status).await;
    }
    let gate = web.get(&format!("{at}close/")).await;
    for code in ["STATUS_NOT_MITIGATED", "MISSING_REQUIRED_KEY_EVENTS"] {
        assert!(gate.text().contains(code), "{code}: {}", gate.text());
    }
    assert!(gate.html.contains(&format!("href=\"{at}update/\"")), "the way to Mitigated");
    assert!(gate.html.contains(&format!("href=\"{at}update_key_events/\"")), "the way to the key events");
    assert!(!gate.html.contains(CLOSE), "no form in front of a shut gate");

    let at = path(&declares(&web, &[("asked[priority]", P4)]).await);
    for status in ["20", "30", "40"] {
        moves(&web, &at, status).await;
    }
    let form = web.get(&format!("{at}close/")).await;
    let page = web.submit(&form, CLOSE, &[("asked[message]", "Quiet for an hour, all good.")]).await;
    assert!(page.text().contains("A closed incident is not changed"), "{}", page.text());
    assert_eq!(end(&t).await, (60, None, String::new(), true));
    t.ends_well().await;
}

// CORE-159: what would hold a key twice is refused in words.
#[tokio::test]
async fn a_key_that_another_one_holds_stands_against_reopening() {
    let t = App::start().await;
    administrator(&t, "mara.lindqvist").await;
    let mara = t.web_as("mara.lindqvist").await;
    let at = path(&declares(&mara, &[]).await);
    t.run_jobs().await;
    let form = mara.get(&format!("{at}close/")).await;
    let closing =
        [("asked[closure][reason]", "cancelled"), ("asked[message]", "Nothing was broken after all.")];
    mara.submit(&form, CLOSE, &closing).await;
    declares(&mara, &[("asked[title]", "Card payments fail once more")]).await;
    sqlx::query("UPDATE incidents SET dedup_key = 'checkout'").execute(&t.db).await.expect("the same key");
    let form = mara.get(&format!("{at}reopen/")).await;
    let page = mara.submit(&form, REOPEN, &[("asked[message]", "It is broken after all.")]).await;
    assert!(page.text().contains("holds its deduplication key"), "{}", page.text());
    t.ends_well().await;
}

#[tokio::test]
async fn declared_by_mistake_is_taken_back_within_a_minute() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    // Slack is away, so that nothing was said yet when the button is pressed.
    t.sandbox.goes_down();
    let at = path(&declares(&web, &[]).await);
    let mara = t.web_as("mara.lindqvist").await;
    assert!(!mara.get(&at).await.html.contains(MISTAKE), "offered to who declared it");
    let form = web.get(&at).await;
    let page = web.submit(&form, MISTAKE, &[]).await;
    assert!(page.text().contains("Declared by mistake."), "{}", page.text());
    assert_eq!(end(&t).await, (60, Some("cancelled".into()), String::new(), true));
    t.sandbox.comes_back();
    t.run_jobs().await;
    let (archived, told) = channel(&t, "by mistake");
    assert!(archived);
    assert_eq!(told, 1);
    assert!(t.sandbox.messages("tech-incidents").iter().all(|m| !m.by_app), "nobody else is told");

    let at = path(&declares(&web, &[]).await);
    let form = web.get(&at).await;
    t.advance(Duration::from_secs(61)).await;
    let late = web.submit(&form, MISTAKE, &[]).await;
    assert!(late.text().contains("within a minute"), "{}", late.text());
    assert!(late.html.contains(&format!("{at}close/")), "the way that is left");
    assert_eq!(end(&t).await.0, 10);
    assert!(!web.get(&at).await.html.contains(MISTAKE), "and not offered any more");
    t.ends_well().await;
}

// WEB-066 WEB-092 CORE-043 CORE-074: whoever may change it edits words and places; the entry holds only what changed; a stale edit writes nothing, shows both values, and lets choose.
#[tokio::test]
async fn an_edit_says_before_and_after_and_a_stale_one_lets_choose() {
    let t = App::start().await;
    let yusuf = t.web_as("yusuf.demir").await;
    let at = path(&declares(&yusuf, &[]).await);
    let mara = t.web_as("mara.lindqvist").await;
    let edit = format!("{at}edit/");
    assert!(mara.get(&at).await.html.contains(&format!("href=\"{edit}\"")), "the button");
    let stale = mara.get(&edit).await;

    let form = yusuf.get(&edit).await;
    let page = yusuf.submit(&form, EDIT, &[("asked[title][to]", "Card payments fail in Spain")]).await;
    let text = page.text();
    assert!(text.contains("Card payments fail at checkout"), "what it was stays readable: {text}");
    assert!(text.contains("Card payments fail in Spain"), "{text}");
    let only: (bool, bool, bool) = sqlx::query_as(
        "SELECT title IS NOT NULL, num_nulls(message, status, description, severity_id, priority_id,
                environment_id, category_id, event_type) = 8,
                (SELECT description = 'Customers reach the last step and get an error.' FROM incidents)
         FROM incident_updates ORDER BY created_at DESC, id DESC LIMIT 1",
    )
    .fetch_one(&t.db)
    .await
    .expect("the newest entry");
    assert_eq!(only, (true, true, true), "the title alone");

    let mine = [
        ("asked[title][to]", "Card payments fail in France"),
        ("asked[description][to]", "Customers in France get an error at the last step."),
    ];
    let conflict = mara.submit(&stale, EDIT, &mine).await;
    let text = conflict.text();
    assert!(text.contains("in Spain") && text.contains("in France"), "both values: {text}");
    assert!(text.contains("Take theirs"), "{text}");
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM incidents WHERE description LIKE '%France%'")
        .fetch_one(&t.db)
        .await
        .expect("countable");
    assert_eq!(count, 0, "nothing is written");
    assert!(conflict.html.contains("Customers in France get an error"), "nothing is lost: {text}");
    let page = mara.submit(&conflict, EDIT, &[("theirs[]", "title")]).await;
    let text = page.text();
    assert!(text.contains("Customers in France get an error"), "{text}");
    let title: String =
        sqlx::query_scalar("SELECT title FROM incidents").fetch_one(&t.db).await.expect("one");
    assert_eq!(title, "Card payments fail in Spain", "theirs was taken");

    let form = mara.get(&edit).await;
    let page = mara.submit(&form, EDIT, &[("asked[environment][to][]", STG)]).await;
    assert!(page.text().contains("STG"), "{}", page.text());
    let place: (String, serde_json::Value) = sqlx::query_as(
        "SELECT e.value, i.custom_fields->'environments' FROM incidents i JOIN environments e ON e.id = i.environment_id",
    )
    .fetch_one(&t.db)
    .await
    .expect("one");
    assert_eq!(place, ("STG".to_owned(), serde_json::json!(["STG"])));
    let form = mara.get(&edit).await;
    let page = mara.submit(&form, EDIT, &[("asked[title][to]", "Short")]).await;
    assert!(page.text().contains("At least 10 characters"), "{}", page.text());
    let missing = mara.get("/incident/999999/edit/").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    t.ends_well().await;
}
