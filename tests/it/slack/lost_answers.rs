//! Slack did it, and its answer got lost: nothing is made or said twice.

use serde_json::json;
use std::time::{Duration, Instant};
use tests::{
    app::{
        App,
        slack::{Declares, said},
    },
    sandbox::{
        faults::{Fault, Kind},
        slack::state::{Bookmark, Channel, Message},
    },
};

fn channels_of(t: &App, id: i64) -> Vec<Channel> {
    let part = format!("-{id}-prd-");
    t.sandbox.read(|s| s.slack.channels.iter().filter(|c| c.name.contains(&part)).cloned().collect())
}

fn messages_that_say(channel: &Channel, ff_type: &str) -> usize {
    let of_type = |m: &&Message| json!(m)["metadata"]["event_type"].as_str() == Some(ff_type);
    channel.messages.iter().filter(of_type).count()
}

// SLK-225: an answer that got lost leaves one channel, not two.
#[tokio::test]
async fn a_channel_whose_answer_got_lost_is_adopted() {
    let t = App::start().await;
    t.sandbox.order(Fault::slack("conversations.create", Kind::LostAnswer, 1));
    let id = t.slack("U0YUSUF").declares(&Declares::default()).await;
    t.run_jobs().await;
    let channels = channels_of(&t, id);
    assert_eq!(channels.len(), 1, "{:?}", channels.iter().map(|c| &c.name).collect::<Vec<_>>());
    t.ends_well().await;
}

#[tokio::test]
async fn a_message_whose_answer_got_lost_is_found_again() {
    let t = App::start().await;
    t.sandbox.order(Fault::slack("chat.postMessage", Kind::LostAnswer, 2));
    let id = t.slack("U0YUSUF").declares(&Declares::default()).await;
    t.run_jobs().await;
    let channel = channels_of(&t, id).pop().expect("a channel");
    assert_eq!(messages_that_say(&channel, "ff_incident_declared"), 1);
    assert_eq!(messages_that_say(&channel, "ff_incident_roles_updated"), 1);
    assert_eq!(channel.pins.len(), 1);
    t.ends_well().await;
}

// What was repeated is looked for once more: had the first request landed late, the younger of the two goes.
#[tokio::test]
async fn a_message_that_landed_twice_after_all_is_there_once() {
    let t = App::start().await;
    t.sandbox.order(Fault::slack("chat.postMessage", Kind::Reset, 1));
    t.slack("U0YUSUF").declares(&Declares::default()).await;
    // The try after the pause repeats it, and orders the look.
    let repeated = async || {
        sqlx::query_as::<_, (String, String)>(
            "SELECT s.place, s.vendor_id FROM jobs j JOIN said s ON s.id::text = j.payload->'job'->>'say'
             WHERE j.kind = 'slack.look_again' AND j.state = 'waiting' AND s.done_at IS NOT NULL",
        )
        .fetch_optional(&t.db)
        .await
        .expect("said can be read")
    };
    let end = Instant::now() + Duration::from_secs(15);
    let (place, ts) = loop {
        if let Some(found) = repeated().await {
            break found;
        }
        assert!(Instant::now() < end, "nothing was repeated: {:#?}", t.jobs().await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let said_there = || {
        let channel = t.sandbox.channel(&place).expect("the channel");
        let say = |m: &Message| json!(m)["metadata"]["event_payload"]["say"].clone();
        let first = channel.messages.iter().find(|m| m.ts == ts).expect("the message").clone();
        let count = channel.messages.iter().filter(|m| say(m) == say(&first)).count();
        (first, count)
    };
    let mut late = said_there().0;
    t.sandbox.with(|s| {
        late.ts = format!("{}.000001", s.clock.now_ms() / 1_000 + 1);
        let channel = s.slack.channels.iter_mut().find(|c| c.id == place).expect("the channel");
        channel.messages.push(late);
    });
    assert_eq!(said_there().1, 2);
    t.run_jobs().await;
    assert_eq!(said_there().1, 1);
    t.ends_well().await;
}

// However long the repetition takes, the look comes after it.
#[tokio::test]
async fn a_bookmark_that_landed_while_it_was_repeated_is_there_once() {
    let t = App::start().await;
    t.sandbox.order(Fault::slack("bookmarks.add", Kind::Reset, 1));
    t.sandbox.order(Fault::slack("bookmarks.add", Kind::Slow { ms: 3_000 }, 1));
    let id = t.slack("U0YUSUF").declares(&Declares::default()).await;
    let end = Instant::now() + Duration::from_secs(30);
    while t.sandbox.read(|s| s.faults.all().count()) > 0 {
        assert!(Instant::now() < end, "nothing was repeated: {:#?}", t.jobs().await);
        t.advance(Duration::from_secs(1)).await;
    }
    // The second request is on its way; the first one lands, and an hour passes.
    let late = Bookmark {
        id: "Bk0LATE".into(),
        title: "Incident Page".into(),
        link: format!("{}/incident/{id}/", t.url()),
        emoji: None,
        created: t.sandbox.read(|s| s.clock.now_ms()) / 1_000,
        updated: 0,
    };
    t.sandbox.with(|s| {
        let channel = s.slack.channels.iter_mut().find(|c| c.name.contains(&format!("-{id}-prd-")));
        channel.expect("the channel").bookmarks.push(late);
    });
    t.advance(Duration::from_secs(3_600)).await;
    t.run_jobs().await;
    let there = channels_of(&t, id).pop().expect("a channel").bookmarks;
    assert_eq!(there.len(), 1, "{there:?}");
    t.ends_well().await;
}

// SLK-225: a name that is taken gets a suffix.
#[tokio::test]
async fn a_taken_name_gets_a_suffix() {
    let t = App::start().await;
    let yusuf = t.slack("U0YUSUF");
    t.sandbox.order(Fault::slack("conversations.create", Kind::Error { code: "name_taken".into() }, 1));
    let id = yusuf.declares(&Declares::default()).await;
    t.run_jobs().await;
    let channel = channels_of(&t, id).pop().expect("a channel");
    assert!(channel.name.ends_with("-2"), "{}", channel.name);
    t.ends_well().await;
}

// SLK-224: what Slack refuses to a private incident never becomes public.
#[tokio::test]
async fn a_private_incident_never_gets_a_public_channel() {
    let t = App::start().await;
    t.sandbox.order(Fault::slack(
        "conversations.create",
        Kind::Error { code: "restricted_action".into() },
        9,
    ));
    let private = Declares { category: "System Compromise".into(), ..Declares::default() };
    let id = t.slack("U0YUSUF").declares(&private).await;
    t.until_idle().await;
    assert!(channels_of(&t, id).is_empty());
    let jobs = t.jobs().await;
    assert!(
        jobs.iter().any(|job| job.contains("slack.create_channel") && job.contains("parked")),
        "{jobs:#?}"
    );
    t.keeps_contracts();
}

// SLK-174 SLK-226 SLK-227: topic and bookmark, and the notice of the topic change is deleted.
#[tokio::test]
async fn a_channel_is_dressed_and_its_notice_is_gone() {
    let t = App::start().await;
    let id = t.slack("U0YUSUF").declares(&Declares::default()).await;
    t.run_jobs().await;
    let channel = channels_of(&t, id).pop().expect("a channel");
    assert!(channel.topic.value.contains("P2"), "{}", channel.topic.value);
    assert_eq!(channel.bookmarks.len(), 1);
    assert!(channel.has("U0YUSUF"));
    let notices: Vec<String> = channel
        .messages
        .iter()
        .filter(|m| json!(m)["subtype"] == "channel_topic")
        .map(|m| said(&json!({"text": m.text})))
        .collect();
    assert!(notices.is_empty(), "{notices:?}");
    t.ends_well().await;
}
