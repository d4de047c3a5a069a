//! An incident as it was, and what changed since somebody looked, without JavaScript.

use super::{declares, path};
use reqwest::StatusCode;
use std::time::{Duration, Instant};
use tests::app::{
    App, Setup, Web,
    doors::{P1, PRIVATE_CATEGORY, Page},
};

const UPDATE: &str = "/fn/incident/update";

async fn desk() -> App {
    App::with(Setup { no_announcements: true, no_worker: true, ..Setup::default() }).await
}

async fn says(t: &App, web: &Web, at: &str, form: &[(&str, &str)]) {
    t.advance(Duration::from_secs(600)).await;
    let page = web.get(at).await;
    let page = web.submit(&page, UPDATE, form).await;
    assert!(page.at.ends_with("#posted") || page.html.contains("id=\"posted\""), "{}", page.text());
}

/// The times of the record, as an address says them.
async fn moments(t: &App) -> Vec<String> {
    sqlx::query_scalar(
        r#"SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') FROM history
           WHERE stream LIKE 'incident %' ORDER BY at"#,
    )
    .fetch_all(&t.db)
    .await
    .expect("moments")
}

fn shows(page: &Page, there: &[&str], not_there: &[&str]) {
    let text = page.text();
    for words in there {
        assert!(text.contains(words), "{words:?} is not at {}: {text}", page.at);
    }
    for words in not_there {
        assert!(!text.contains(words), "{words:?} is at {}: {text}", page.at);
    }
}

#[tokio::test]
async fn the_page_shows_the_incident_as_it_was_at_any_moment() {
    let t = desk().await;
    let web = t.web_as("yusuf.demir").await;
    let at = path(&declares(&web, &[]).await);
    says(
        &t,
        &web,
        &at,
        &[
            ("asked[message]", "Cause found, a bad release."),
            ("asked[status][to]", "20"),
            ("asked[priority][to]", P1),
        ],
    )
    .await;
    t.advance(Duration::from_secs(600)).await;
    let form = web.get(&format!("{at}tags/")).await;
    web.submit(&form, "/fn/incident/tags", &[("tags[to]", "black-friday")]).await;
    says(&t, &web, &at, &[("asked[message]", "The old release is back."), ("asked[status][to]", "30")]).await;
    let [declared, found, tagged, back] = <[String; 4]>::try_from(moments(&t).await).expect("four records");

    let first = web.get(&format!("{at}?at={declared}")).await;
    assert_eq!(first.status, StatusCode::OK);
    let changing = ["Post update", "Change people", "Change key events", "Change tags", "Add costs"];
    shows(&first, &["As it was at", "Back to now", "Later", "P2", "Set Investigating when"], &changing);
    shows(&first, &[], &["Cause found", "black-friday", "The old release", "Earlier"]);
    shows(
        &web.get(&format!("{at}?at={found}")).await,
        &["Cause found", "Investigating", "Set Mitigating when", "P1", "Earlier"],
        &["black-friday", "The old release"],
    );
    shows(
        &web.get(&format!("{at}?at={tagged}")).await,
        &["black-friday", "Set Mitigating when"],
        &["The old release"],
    );
    let last = web.get(&format!("{at}?at={back}")).await;
    shows(&last, &["The old release is back.", "black-friday", "As it was at"], &["Later"]);
    assert!(
        first.html.contains(&format!("{at}?at={}", found.replace(':', "%3A")))
            || first.html.contains(&format!("{at}?at={found}")),
        "one step later: {}",
        first.html
    );

    let now = web.get(&at).await;
    shows(&now, &["Post update", "Change people", "See it as it was at"], &["As it was at 2", "Back to now"]);
    let early = web.get(&format!("{at}?at=2020-01-01")).await;
    shows(&early, &["Before that there is nothing to see", "Post update"], &["Back to now"]);
    let odd = web.get(&format!("{at}?at=soon")).await;
    shows(&odd, &["That is no date and time", "Post update"], &[]);
    assert!(odd.html.contains("aria-invalid=\"true\""));
}

// CORE-050: the past of a private incident does not exist for those outside it.
#[tokio::test]
async fn the_past_is_behind_the_fence_of_today() {
    let t = desk().await;
    let yusuf = t.web_as("yusuf.demir").await;
    let at = path(&declares(&yusuf, &[("asked[incident_category]", PRIVATE_CATEGORY)]).await);
    let moment = moments(&t).await.remove(0);
    let sofia = t.web_as("sofia.lindgren").await;
    for asked in ["", "soon", "2020-01-01", &moment] {
        let there = sofia.get(&format!("{at}?at={asked}")).await;
        let nowhere = sofia.get(&format!("/incident/999999/?at={asked}")).await;
        assert_eq!((there.status, nowhere.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND), "{asked}");
    }
    let marks: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM looks l JOIN users u ON u.id = l.user_id WHERE u.username = 'sofia.lindgren'",
    )
    .fetch_one(&t.db)
    .await
    .expect("marks");
    assert_eq!(marks, 0, "who is outside has not looked");
    assert_eq!(yusuf.get(&format!("{at}?at={moment}")).await.status, StatusCode::OK);
}

/// The mark is written after the answer.
async fn looked(t: &App, username: &str, records: i64) {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let seq: Option<i64> = sqlx::query_scalar(
            "SELECT l.seq FROM looks l JOIN users u ON u.id = l.user_id WHERE u.username = $1",
        )
        .bind(username)
        .fetch_optional(&t.db)
        .await
        .expect("marks");
        if seq == Some(records) {
            return;
        }
        assert!(Instant::now() < end, "{username} saw {seq:?}, not {records}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn what_others_did_since_somebody_looked_is_told_once() {
    let t = desk().await;
    let yusuf = t.web_as("yusuf.demir").await;
    let at = path(&declares(&yusuf, &[]).await);
    let mara = t.web_as("mara.lindqvist").await;
    shows(&mara.get(&at).await, &[], &["Since you last looked"]);
    looked(&t, "mara.lindqvist", 1).await;

    says(&t, &yusuf, &at, &[("asked[message]", "Cause found, a bad release."), ("asked[priority][to]", P1)])
        .await;
    says(&t, &yusuf, &at, &[("asked[message]", "It is rolled back now."), ("asked[status][to]", "20")]).await;
    let back = mara.get(&at).await;
    shows(
        &back,
        &[
            "Since you last looked",
            "priority P2 → P1",
            "status Open → Investigating",
            "2 updates",
            "You last looked at",
        ],
        &[],
    );
    assert_eq!(back.html.matches(">new<").count(), 2, "both are marked: {}", back.text());
    looked(&t, "mara.lindqvist", 3).await;
    shows(&mara.get(&at).await, &[], &["Since you last looked", "You last looked at"]);

    says(&t, &mara, &at, &[("asked[message]", "Support has sixty contacts.")]).await;
    shows(&mara.get(&at).await, &["Support has sixty contacts."], &["Since you last looked"]);
    let past = yusuf.get(&format!("{at}?at={}", moments(&t).await[1])).await;
    shows(&past, &["As it was at"], &["Since you last looked"]);
}
