//! What people say on the web: with a promise of the next word, and with other words where the first were wrong.

use super::{declares, path};
use reqwest::StatusCode;
use std::time::Duration;
use tests::app::{
    App, Web,
    doors::{P4, Page},
    slack::said,
};

const UPDATE: &str = "/fn/incident/update";
const CORRECT: &str = "/fn/incident/correct";

async fn says(web: &Web, at: &str, words: &str, more: &[(&str, &str)]) -> Page {
    let page = web.get(at).await;
    let mut fill = vec![("asked[message]", words)];
    fill.extend(more.iter().copied());
    web.submit(&page, UPDATE, &fill).await
}

/// Minutes until the next update is due, if one is promised.
async fn due_in(t: &App) -> Option<i64> {
    let now = t.sandbox.read(|state| state.clock.now_micros());
    let due: Option<i64> = sqlx::query_scalar(
        "SELECT (extract(epoch FROM next_update_at) * 1000000)::bigint FROM incidents ORDER BY id DESC LIMIT 1",
    )
    .fetch_one(&t.db)
    .await
    .expect("an incident");
    due.map(|due| (due - now + 30_000_000).div_euclid(60_000_000))
}

// A promise is counted down and up where people look; the next word keeps it, a time on the clock sets it, closing ends it.
#[tokio::test]
async fn the_next_update_is_promised_counted_and_kept() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    let at = path(&declares(&web, &[]).await);
    let page = says(&web, &at, "We look at the gateway.", &[("asked[next_update]", "30")]).await;
    assert_eq!(due_in(&t).await, Some(30));
    assert!(page.text().contains("Next update promised by"), "the entry says it: {}", page.text());

    t.advance(Duration::from_secs(20 * 60)).await;
    let page = web.get(&at).await.text();
    let name: String = sqlx::query_scalar("SELECT full_name FROM users WHERE username = 'yusuf.demir'")
        .fetch_one(&t.db)
        .await
        .expect("a person");
    assert!(
        page.contains(&format!(", {name}")) && (page.contains("10 min") || page.contains("9 min")),
        "who promised, and what is left: {page}"
    );
    t.advance(Duration::from_secs(13 * 60)).await;
    for place in [&at, "/", "/incident/"] {
        let page = web.get(place).await.text();
        assert!(page.contains("late by 3 min"), "{place} shows that it is late: {page}");
    }

    says(&web, &at, "It is not the gateway.", &[]).await;
    assert_eq!(due_in(&t).await, None, "kept, and nothing promised");
    assert!(!web.get(&at).await.text().contains("late by"));

    let refused = says(&web, &at, "We look at the provider.", &[("asked[next_update_at]", "soon")]).await;
    assert!(refused.text().contains("Not a time"), "{}", refused.text());
    assert!(refused.html.contains("value=\"soon\""), "what was typed is kept");
    let past = says(&web, &at, "We look at the provider.", &[("asked[next_update]", "0")]).await;
    assert!(past.text().contains("That is past"), "{}", past.text());
    let now = t.sandbox.read(|state| state.clock.now_micros());
    let clock: String = sqlx::query_scalar(
        "SELECT to_char((to_timestamp($1::float8 / 1000000) + interval '95 minutes') AT TIME ZONE 'Europe/Paris', 'HH24:MI')",
    )
    .bind(now as f64)
    .fetch_one(&t.db)
    .await
    .expect("a time on the clock of the desk");
    let both = [("asked[next_update]", "15"), ("asked[next_update_at]", clock.as_str())];
    says(&web, &at, "We look at the provider.", &both).await;
    assert!(matches!(due_in(&t).await, Some(94 | 95)), "the time counts: {:?}", due_in(&t).await);

    let form = web.get(&format!("{at}close/")).await;
    let closing = [("asked[closure][reason]", "external"), ("asked[message]", "The provider had an outage.")];
    web.submit(&form, "/fn/incident/close", &closing).await;
    assert_eq!(due_in(&t).await, None, "nothing is promised about what is closed");
    let promises: Vec<bool> = sqlx::query_scalar(
        "SELECT body::jsonb #>> '{facts,fields,next_update_at,to}' IS NOT NULL FROM history
         WHERE kind = 'incident_updated' AND body::jsonb #> '{facts,fields,next_update_at}' IS NOT NULL ORDER BY seq",
    )
    .fetch_all(&t.db)
    .await
    .expect("the record");
    assert_eq!(promises, [true, false, true, false], "the record has each promise and its end");
    t.ends_well().await;
}

// A timeline that is too long says so, and how to read on; what was changed is shown however old it is.
#[tokio::test]
async fn a_long_timeline_says_that_there_is_more() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    let at = path(&declares(&web, &[("asked[priority]", P4)]).await);
    let id = at.trim_matches(|c: char| !c.is_ascii_digit());
    let form = web.get(&format!("{at}roles/")).await;
    let mara: uuid::Uuid = sqlx::query_scalar("SELECT id FROM users WHERE username = 'mara.lindqvist'")
        .fetch_one(&t.db)
        .await
        .expect("a person");
    let given = [("asked[role_communication_lead][to]", mara.to_string())];
    let given = given.each_ref().map(|(name, id)| (*name, id.as_str()));
    web.submit(&form, "/fn/incident/roles", &given).await;
    for number in 0..503_u32 {
        if number == 3 {
            t.advance(Duration::from_secs(600)).await;
        }
        let words = format!("The gateway answers, attempt {number}.");
        let key = uuid::Uuid::from_u128(u128::from(number) + 1).to_string();
        let form = [("id", id), ("submission", &key), ("asked[message]", &words)];
        let sent = web.once(reqwest::Method::POST, UPDATE, Some(&form)).await;
        assert!(sent.status.is_redirection(), "{}", sent.html);
    }
    let page = web.get(&at).await;
    let text = page.text();
    assert!(text.contains("declared it") && text.contains("attempt 502."), "first and last are there");
    assert!(text.contains("3 older messages are not shown here"), "{text}");
    assert!(text.contains("attempt 3.") && !text.contains("attempt 2."), "the fourth is the oldest");
    let rest = page.html.split("not shown here.").nth(1).and_then(|rest| rest.split("href=\"").nth(1));
    let then = rest.and_then(|rest| rest.split('"').next()).expect("a way to them").replace("&amp;", "&");
    let text = web.get(&then).await.text();
    assert!(text.contains("attempt 0.") && text.contains("attempt 2."), "as it was then: {text}");
    assert!(!text.contains("attempt 3."), "{text}");
    t.ends_well().await;
}

// Words are corrected by who said them; the first ones stay readable; the channel is edited; each entry has its link.
#[tokio::test]
async fn what_was_said_wrongly_is_corrected_and_stays_readable() {
    let t = App::start().await;
    let yusuf = t.web_as("yusuf.demir").await;
    let at = path(&declares(&yusuf, &[]).await);
    let page = says(&yusuf, &at, "Ten percent of payments fail.", &[]).await;
    t.run_jobs().await;
    let entry: uuid::Uuid = sqlx::query_scalar("SELECT id FROM incident_updates WHERE message IS NOT NULL")
        .fetch_one(&t.db)
        .await
        .expect("one entry with words");
    let lines = page.html.split("<li ").skip(1).filter_map(|li| li.split('>').next());
    let ids: Vec<&str> = lines
        .filter(|tag| tag.contains("class=\"ev "))
        .filter_map(|tag| tag.split("id=\"").nth(1)?.split('"').next())
        .collect();
    assert!(ids.len() >= 3, "{ids:?}");
    for id in ids.iter().filter(|id| !id.starts_with("d-")) {
        assert!(page.html.contains(&format!("href=\"{at}#{id}\"")), "{id} has a link for good");
    }
    let form_at = format!("{at}correct/{entry}/");
    assert!(page.html.contains(&form_at), "offered to who said it");

    let sofia = t.web_as("sofia.lindgren").await;
    assert!(!sofia.get(&at).await.html.contains(&form_at), "and to nobody else");
    let theirs = sofia.get(&form_at).await;
    assert!(theirs.text().contains("Only who said it"), "{}", theirs.text());
    let form = yusuf.get(&form_at).await;
    let forged = sofia.submit(&form, CORRECT, &[("message[to]", "Everything is fine now.")]).await;
    assert!(forged.text().contains("change_incident"), "asked of the person: {}", forged.text());

    let short = yusuf.submit(&form, CORRECT, &[("message[to]", "Few")]).await;
    assert!(short.text().contains("At least 10 characters"), "{}", short.text());
    let stale = yusuf.get(&form_at).await;
    let page = yusuf.submit(&form, CORRECT, &[("message[to]", "Three percent of payments fail.")]).await;
    assert!(page.at.ends_with(&format!("#e-{entry}")), "back at the entry: {}", page.at);
    let text = page.text();
    for words in ["Three percent of payments fail.", "corrected by", "Ten percent of payments fail."] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let conflict = yusuf.submit(&stale, CORRECT, &[("message[to]", "Half of all payments fail.")]).await;
    assert!(conflict.text().contains("Three percent"), "somebody was faster: {}", conflict.text());
    assert!(conflict.html.contains("Half of all payments fail."), "nothing is lost");
    let form = yusuf.get(&form_at).await;
    let page = yusuf.submit(&form, CORRECT, &[("message[to]", "Two percent of payments fail.")]).await;
    assert!(page.text().contains("Ten percent of payments fail."), "the first words stay: {}", page.text());
    assert!(!page.text().contains("Three percent"), "{}", page.text());

    t.run_jobs().await;
    let channel = t
        .sandbox
        .read(|s| s.slack.channels.iter().find(|c| c.name.ends_with("-prd-other")).cloned())
        .expect("a channel");
    let told: Vec<String> = channel
        .messages
        .iter()
        .map(|m| said(&serde_json::json!({"text": m.text, "blocks": m.blocks})))
        .filter(|m| m.contains("percent of payments"))
        .collect();
    assert_eq!(told.len(), 1, "edited, not said again: {told:#?}");
    assert!(told[0].contains("Two percent"), "{told:#?}");
    let recorded: i64 = sqlx::query_scalar("SELECT count(*) FROM history WHERE kind = 'message_corrected'")
        .fetch_one(&t.db)
        .await
        .expect("countable");
    assert_eq!(recorded, 2);
    assert_eq!(yusuf.get(&format!("{at}correct/{}/", uuid::Uuid::nil())).await.status, StatusCode::NOT_FOUND);
    t.ends_well().await;
}
