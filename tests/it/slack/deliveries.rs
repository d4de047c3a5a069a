//! What Slack delivers comes twice, late and out of order: it is taken once, in the order in which it happened, and
//! answered before the work begins.

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::{
    app::{
        App,
        slack::{Declares, option},
    },
    sandbox::{
        deliveries::Direction,
        faults::{Fault, Kind},
        slack::state::Channel,
    },
};

async fn channel_of(t: &App, id: i64) -> Channel {
    t.run_jobs().await;
    let part = format!("-{id}-prd-");
    let found = t.sandbox.read(|s| s.slack.channels.iter().find(|c| c.name.contains(&part)).cloned());
    found.expect("the incident has a channel")
}

/// What we believe of a channel: its name and whether it is open.
async fn believed(t: &App, channel: &str) -> (String, String) {
    sqlx::query_as("SELECT name, status FROM slack_conversations WHERE channel_id = $1")
        .bind(channel)
        .fetch_one(&t.db)
        .await
        .expect("the channel is known")
}

/// By Slack's id.
async fn is_member(t: &App, person: &str) -> bool {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM incident_members m JOIN slack_users s ON s.user_id = m.user_id WHERE s.slack_id = $1)",
    )
    .bind(person)
    .fetch_one(&t.db)
    .await
    .expect("members can be read")
}

async fn comes_and_goes(t: &App) {
    let id = t.slack("U0YUSUF").declares(&Declares::default()).await;
    let channel = channel_of(t, id).await;
    t.sandbox.join("U0SOFIA", &channel.id).expect("she may come");
    t.sandbox.join("U0MARA", &channel.id).expect("she may come");
    t.sandbox.leave("U0SOFIA", &channel.id).expect("she may go");
    t.sandbox.rename("U0YUSUF", &channel.id, "war-room").expect("it can be renamed");
    t.sandbox.archive("U0YUSUF", &channel.id, true).expect("it can be archived");
    t.catch_up().await;
}

// SLK-007: each event three times is each event once, in everything that people see and in the record.
#[tokio::test]
async fn events_that_come_three_times_happened_once() {
    let undisturbed = App::start().await;
    comes_and_goes(&undisturbed).await;
    let t = App::start().await;
    t.sandbox.order(Fault::slack("*", Kind::Duplicate { times: 3 }, 0).lasting());
    comes_and_goes(&t).await;
    let again = t
        .sandbox
        .read(|s| s.deliveries.all().iter().filter(|d| d.note.contains("same delivery again")).count());
    assert!(again > 6, "they were sent again: {again}");
    let (expected, found) = (undisturbed.end_state().await, t.end_state().await);
    assert!(found == expected, "{}", crate::stories::difference(&expected, &found));
    t.ends_well().await;
}

// What happened last counts, whatever comes last.
#[tokio::test]
async fn an_event_that_comes_late_does_not_undo_a_newer_one() {
    let t = App::start().await;
    let id = t.slack("U0YUSUF").declares(&Declares::default()).await;
    let channel = channel_of(&t, id).await;
    let late = |what: &str| t.sandbox.order(Fault::slack(what, Kind::Late { ms: 60_000 }, 1));
    let settled = async || t.sandbox.settle().await.expect("events are taken");

    late("channel_archive");
    t.sandbox.archive("U0YUSUF", &channel.id, true).expect("archived");
    t.sandbox.archive("U0YUSUF", &channel.id, false).expect("opened again");
    late("channel_rename");
    t.sandbox.rename("U0YUSUF", &channel.id, "war-room").expect("renamed");
    t.sandbox.rename("U0YUSUF", &channel.id, "war-room-2").expect("renamed");
    late("member_joined_channel");
    t.sandbox.join("U0SOFIA", &channel.id).expect("she comes");
    t.sandbox.leave("U0SOFIA", &channel.id).expect("she goes");
    t.sandbox.join("U0MARA", &channel.id).expect("she comes");
    settled().await;
    late("member_left_channel");
    t.sandbox.leave("U0MARA", &channel.id).expect("she goes");
    t.sandbox.join("U0MARA", &channel.id).expect("she comes back");
    settled().await;
    assert_eq!(t.sandbox.read(|s| s.deliveries.owed), 4, "four events are late");
    t.catch_up().await;

    assert_eq!(believed(&t, &channel.id).await, ("war-room-2".to_owned(), "opened".to_owned()));
    assert!(!is_member(&t, "U0SOFIA").await, "she left, and her coming was old news");
    assert!(is_member(&t, "U0MARA").await, "she is back, and her going was old news");
    t.ends_well().await;
}

// Somebody whom we meet only by the late news that they came, after we heard that they left.
#[tokio::test]
async fn who_left_before_we_heard_that_they_came_is_no_member() {
    let t = App::start().await;
    let id = t.slack("U0YUSUF").declares(&Declares::default()).await;
    let channel = channel_of(&t, id).await;
    sqlx::query("DELETE FROM slack_users WHERE slack_id = 'U0SOFIA'")
        .execute(&t.db)
        .await
        .expect("forgotten");
    t.sandbox.order(Fault::slack("member_joined_channel", Kind::Overtaken, 1));
    t.sandbox.join("U0SOFIA", &channel.id).expect("she comes");
    t.sandbox.leave("U0SOFIA", &channel.id).expect("she goes");
    t.catch_up().await;
    let known: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM slack_users WHERE slack_id = 'U0SOFIA')")
            .fetch_one(&t.db)
            .await
            .expect("readable");
    assert!(known, "the late news was taken");
    assert!(!is_member(&t, "U0SOFIA").await);
    t.ends_well().await;
}

// SLK-006: Slack waits three seconds for an answer; ours does not wait for Slack.
#[tokio::test]
async fn every_delivery_is_answered_before_the_work_begins() {
    let t = App::start().await;
    let yusuf = t.slack("U0YUSUF");
    let id = yusuf.declares(&Declares::default()).await;
    let channel = channel_of(&t, id).await;
    let before = t.sandbox.read(|s| s.deliveries.all().len());
    t.sandbox.order(Fault::slack("*", Kind::Slow { ms: 1_500 }, 0).lasting());
    yusuf.types(&channel.id, "update").await;
    let hub = yusuf.reads(&format!("Update incident #{id}")).await;
    yusuf.uses(&hub, "push_modal_incident_update_status", Value::Null).await;
    let form = yusuf.sees("incident_update_status").await;
    let fields = [("message", json!("We are on it.")), ("status", json!(option(&form, "Investigating")))];
    assert!(yusuf.submits(&form, &fields).await.is_fine());
    t.sandbox.shortcut("U0YUSUF", "open_incident").await;
    t.sandbox.join("U0SOFIA", &channel.id).expect("she comes");
    t.sandbox.rename("U0YUSUF", &channel.id, "war-room").expect("renamed");
    t.sandbox.settle().await.expect("events are taken");
    let answers: Vec<(String, Option<u16>, u64)> = t.sandbox.read(|s| {
        let since = s.deliveries.all().iter().skip(before).filter(|d| d.direction == Direction::ToApp);
        since.map(|d| (d.what.clone(), d.status, d.ms)).collect()
    });
    let has = |what: &str| answers.iter().any(|(found, ..)| found.contains(what));
    for what in ["/incident", "press ", "submit ", "shortcut", "event member_joined", "event channel_rename"]
    {
        assert!(has(what), "{what} is among {answers:?}");
    }
    let late: Vec<_> =
        answers.iter().filter(|(_, status, ms)| *status != Some(200) || *ms >= 1_000).collect();
    assert!(late.is_empty(), "answered at once: {late:?}");
    t.sandbox.comes_back();
    t.ends_well().await;
}

// SLK-008: pressed twice, the same view is one incident.
#[tokio::test]
async fn the_same_view_submitted_twice_is_one_incident() {
    let t = App::start().await;
    let yusuf = t.slack("U0YUSUF");
    let review = yusuf.prepares(&Declares::default()).await;
    let (one, other) = futures::future::join(yusuf.submits(&review, &[]), yusuf.submits(&review, &[])).await;
    assert!(one.is_acknowledged() && other.is_acknowledged(), "{one:?} {other:?}");
    assert!(one.is_fine() || other.is_fine());
    let end = Instant::now() + Duration::from_secs(5);
    while t.sandbox.read(|s| s.deliveries.all().iter().filter(|d| d.what.starts_with("submit ")).count()) < 2
    {
        assert!(Instant::now() < end, "both were sent");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    t.run_jobs().await;
    let incidents: i64 =
        sqlx::query_scalar("SELECT count(*) FROM incidents").fetch_one(&t.db).await.expect("countable");
    assert_eq!(incidents, 1);
    t.ends_well().await;
}
