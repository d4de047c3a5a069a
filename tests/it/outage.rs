//! Slack is away, or refuses: the desk goes on, says what waits and why, and nothing is said twice afterwards.

use crate::web::{declares, path};
use std::time::Duration;
use tests::{
    app::{
        App,
        doors::{P1, P2, PRIVATE_CATEGORY},
        slack::said,
    },
    sandbox::{
        faults::{Fault, Kind},
        slack::state::{Channel, Message},
    },
};

// CORE-058 CORE-072 CORE-073: twenty minutes without Slack: declaring and updating go on; on return one channel, each message once, in order.
#[tokio::test]
async fn what_was_said_while_slack_was_away_stands_behind_the_card_in_order() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    t.sandbox.goes_down();
    let at = path(&declares(&web, &[]).await);
    for (minutes, words, priority) in [
        (5, "First, we look at the gateway.", P2),
        (5, "Second, the provider is healthy.", P1),
        (10, "Third, we roll the release back.", P1),
    ] {
        t.advance(Duration::from_secs(60 * minutes)).await;
        let page = web.get(&at).await;
        let said = [("asked[message]", words), ("asked[priority][to]", priority)];
        let page = web.submit(&page, "/fn/incident/update", &said).await;
        assert!(page.text().contains(words), "{}", page.text());
    }
    let page = web.get(&at).await.text();
    assert!(
        page.contains("Slack channel") && !page.contains("in step"),
        "the page says that it waits: {page}"
    );
    let jobs = t.jobs().await;
    let to_slack = jobs.iter().filter(|job| job.starts_with("slack."));
    assert!(to_slack.clone().count() > 0, "{jobs:?}");
    assert!(to_slack.clone().all(|job| job.contains("waiting") || job.contains("running")), "{jobs:?}");

    t.sandbox.comes_back();
    t.run_jobs().await;
    let channels = t.sandbox.read(|s| {
        s.slack.channels.iter().filter(|c| c.name.ends_with("-prd-other")).cloned().collect::<Vec<_>>()
    });
    assert_eq!(channels.len(), 1, "one channel");
    let updates = ["First, we look", "Second, the provider", "Third, we roll"];
    says_once_in_order(&channels[0], &["*Opened by*", updates[0], updates[1], updates[2]]);
    // Where it is announced: that it exists before what followed, though the channel it names came last.
    let announced = t.sandbox.read(|s| s.slack.channels.iter().find(|c| c.name == "tech-incidents").cloned());
    let announced = announced.expect("where it is announced");
    says_once_in_order(&announced, &["New incident", updates[0], updates[1], updates[2]]);
    t.ends_well().await;
}

fn says_once_in_order(channel: &Channel, words: &[&str]) {
    let said = |m: &Message| said(&serde_json::json!({"text": m.text, "blocks": m.blocks}));
    let all: Vec<String> = channel.messages.iter().map(said).collect();
    let place = |words: &&str| {
        let places: Vec<usize> = (0..all.len()).filter(|place| all[*place].contains(words)).collect();
        assert_eq!(places.len(), 1, "{words:?} is said once in #{}: {all:#?}", channel.name);
        places[0]
    };
    let order: Vec<usize> = words.iter().map(place).collect();
    assert!(order.is_sorted(), "#{}: {order:?}: {all:#?}", channel.name);
}

// SLK-224 SLK-225: a refused private channel is never made public: it waits for a person, who presses Retry.
#[tokio::test]
async fn a_refused_private_channel_waits_for_retry_and_what_waited_follows() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    t.sandbox.with(|s| s.slack.switches.private_channels_forbidden = true);
    let at = path(&declares(&web, &[("asked[incident_category]", PRIVATE_CATEGORY)]).await);
    t.until_idle().await;
    let page = web.get(&at).await;
    assert!(page.text().contains("Retry"), "the page offers to try again: {}", page.text());
    let none = t.sandbox.read(|s| s.slack.channels.iter().all(|c| !c.name.contains("breach")));
    assert!(none, "no channel, above all no public one");

    t.sandbox.with(|s| s.slack.switches.private_channels_forbidden = false);
    web.submit(&page, "/fn/delivery/retry", &[]).await;
    t.run_jobs().await;
    let channel = t.sandbox.read(|s| s.slack.channels.iter().find(|c| c.name.contains("breach")).cloned());
    let channel = channel.expect("the channel is made");
    assert!(channel.is_private());
    assert_eq!(channel.pins.len(), 1, "what waited for it followed: the card is pinned");
    t.ends_well().await;
}

// What tidies up in the channel has a reason and a Retry too: the notice of our own topic is no exception.
#[tokio::test]
async fn a_notice_that_may_not_be_removed_waits_for_retry_on_the_page() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    t.sandbox.order(Fault::slack("chat.delete", Kind::Error { code: "missing_scope".into() }, 1));
    let at = path(&declares(&web, &[]).await);
    t.run_jobs().await;
    let page = web.get(&at).await;
    let text = page.text();
    assert!(
        text.contains("Notice of the topic: Slack wants the scope"),
        "the page says why it waits: {text}"
    );
    let notices = || {
        t.sandbox.read(|s| {
            s.slack
                .channels
                .iter()
                .flat_map(|c| &c.messages)
                .filter(|m| m.subtype.as_deref() == Some("channel_topic"))
                .count()
        })
    };
    assert_eq!(notices(), 1);
    web.submit(&page, "/fn/delivery/retry", &[]).await;
    t.run_jobs().await;
    assert_eq!(notices(), 0);
    t.ends_well().await;
}
