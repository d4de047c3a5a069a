//! `firefighter erase`: words go, facts stay, the record says so and is whole.

use reqwest::StatusCode;
use serde_json::json;
use tests::app::{App, Setup};

async fn desk() -> (App, i64) {
    let t = App::with(Setup { no_announcements: true, no_worker: true, ..Setup::default() }).await;
    let api = t.api_as("yusuf.demir@example.com").await;
    let title = "Anna Schmidt cannot pay";
    let number = api.declares(json!({ "title": title, "description": "She called at ten." })).await;
    for (who, words) in [("yusuf.demir", "Anna called again."), ("mara.lindqvist", "We write to Anna.")] {
        let web = t.web_as(who).await;
        let page = web.get(&format!("/incident/{number}/")).await;
        let sent = web.submit(&page, "/fn/incident/update", &[("asked[message]", words)]).await;
        assert!(sent.text().contains(words), "{}", sent.text());
    }
    (t, number)
}

/// Every text of the product that holds these words.
async fn found(t: &App, words: &str) -> i64 {
    sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM history_text WHERE text LIKE '%' || $1 || '%')
              + (SELECT count(*) FROM history WHERE body LIKE '%' || $1 || '%')
              + (SELECT count(*) FROM incident_updates WHERE concat(message, title, description) LIKE '%' || $1 || '%')
              + (SELECT count(*) FROM incidents WHERE concat(title, description) LIKE '%' || $1 || '%')",
    )
    .bind(words)
    .fetch_one(&t.db)
    .await
    .expect("texts can be counted")
}

#[tokio::test]
async fn the_words_of_an_incident_are_erased_and_the_record_says_so() {
    let (t, number) = desk().await;
    assert!(found(&t, "Anna").await > 5);
    let id = number.to_string();
    let (done, said) = t.server.try_cli(&["erase", "incident", &id, "--by", "priya.raman@example.com"]).await;
    assert!(!done && said.contains("--yes"), "asked first: {said}");
    let (done, said) =
        t.server.try_cli(&["erase", "incident", &id, "--by", "mara.lindqvist@example.com", "--yes"]).await;
    assert!(!done && said.contains("delete_incident"), "for administrators: {said}");
    assert!(found(&t, "Anna").await > 5, "nothing was done");

    let said = t.server.cli(&["erase", "incident", &id, "--by", "priya.raman@example.com", "--yes"]).await;
    assert!(said.contains(&format!("Erased 4 texts of incident {id}.")), "{said}");
    assert_eq!((found(&t, "Anna").await, found(&t, "She called").await), (0, 0), "nowhere any more");
    assert!(t.server.cli(&["verify"]).await.contains("The history is whole."));

    let web = t.web_as("yusuf.demir").await;
    let page = web.get(&format!("/incident/{number}/")).await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    assert!(text.contains("(erased)") && text.contains("Priya Raman erased all words"), "{text}");
    assert!(text.contains("Mara Lindqvist"), "what people did stays: {text}");
    let again = t.server.cli(&["erase", "incident", &id, "--by", "priya.raman@example.com", "--yes"]).await;
    assert!(again.contains("Erased 0 texts"), "{again}");
}

#[tokio::test]
async fn the_words_of_a_person_are_erased_and_those_of_others_stay() {
    let (t, number) = desk().await;
    let said = t
        .server
        .cli(&["erase", "person", "mara.lindqvist@example.com", "--by", "priya.raman@example.com", "--yes"])
        .await;
    assert!(said.contains("Erased 1 text of mara.lindqvist@example.com."), "{said}");
    assert_eq!((found(&t, "We write to").await, found(&t, "Anna called again.").await), (0, 2));
    assert!(t.server.cli(&["verify"]).await.contains("The history is whole."));
    let web = t.web_as("yusuf.demir").await;
    let text = web.get(&format!("/incident/{number}/")).await.text();
    assert!(text.contains("Priya Raman erased the words of Mara Lindqvist"), "{text}");
    assert!(text.contains("Anna called again."), "{text}");
}

/// Messages of the incident's channel that hold these words.
fn told(t: &App, words: &str) -> usize {
    t.sandbox.read(|s| {
        let of_incident = s.slack.channels.iter().filter(|c| c.name.contains("-prd-"));
        let messages = of_incident.flat_map(|c| &c.messages);
        messages.filter(|m| m.by_app && format!("{} {:?}", m.text, m.blocks).contains(words)).count()
    })
}

#[tokio::test]
async fn what_was_said_in_the_channel_is_gone_there_too() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    let api = t.api_as("yusuf.demir@example.com").await;
    let number = api.declares(json!({ "title": "Anna Schmidt cannot pay" })).await;
    let page = web.get(&format!("/incident/{number}/")).await;
    web.submit(&page, "/fn/incident/update", &[("asked[message]", "Anna called again.")]).await;
    t.run_jobs().await;
    assert_eq!(told(&t, "Anna"), 2, "the card and the update");
    t.server
        .cli(&["erase", "incident", &number.to_string(), "--by", "priya.raman@example.com", "--yes"])
        .await;
    t.run_jobs().await;
    assert_eq!((told(&t, "Anna"), told(&t, "(erased)")), (0, 2));
    t.ends_well().await;
}
