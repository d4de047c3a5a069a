//! Updating from Slack: the hub, the form, a stale form, and raising what had no channel.

use serde_json::{Value, json};
use tests::{
    app::{
        App,
        slack::{Declares, Person, option, said},
    },
    sandbox::{
        faults::{Fault, Kind},
        slack::state::{Channel, View},
    },
};

const WORDS: &str = "The payment provider answers again.";

async fn channel_of(t: &App, id: i64) -> Channel {
    t.run_jobs().await;
    let part = format!("-{id}-prd-");
    let found = t.sandbox.read(|s| s.slack.channels.iter().find(|c| c.name.contains(&part)).cloned());
    found.expect("the incident has a channel")
}

/// From what is typed in the channel over the hub to the form.
async fn opens_form(person: &Person, channel: &str, typed: &str, id: i64) -> View {
    person.types(channel, typed).await;
    let hub = person.reads(&format!("Update incident #{id}")).await;
    person.uses(&hub, "push_modal_incident_update_status", Value::Null).await;
    person.sees("incident_update_status").await
}

// SLK-031 SLK-055 SLK-073 SLK-074: from the channel, without naming the incident.
#[tokio::test]
async fn an_update_from_the_channel_is_said_there() {
    let t = App::start().await;
    let yusuf = t.slack("U0YUSUF");
    let id = yusuf.declares(&Declares::default()).await;
    let channel = channel_of(&t, id).await;
    let form = opens_form(&yusuf, &channel.id, "update", id).await;
    let chosen = option(&form, "Investigating");
    let answer = yusuf.submits(&form, &[("message", json!(WORDS)), ("status", json!(chosen))]).await;
    assert!(answer.is_fine(), "{answer:?}");
    let after = channel_of(&t, id).await;
    let last = said(&json!(after.messages.iter().map(|m| json!({"blocks": m.blocks})).collect::<Vec<_>>()));
    assert!(last.contains(WORDS) && last.contains("Investigating"), "{last}");
    assert!(after.topic.value.contains("Investigating"), "{}", after.topic.value);
    t.ends_well().await;
}

// Words do not wait for the name and the topic of the channel.
#[tokio::test]
async fn words_are_said_while_the_topic_waits_for_its_turn() {
    let t = App::start().await;
    let yusuf = t.slack("U0YUSUF");
    let id = yusuf.declares(&Declares::default()).await;
    let channel = channel_of(&t, id).await;
    let form = opens_form(&yusuf, &channel.id, "update", id).await;
    t.sandbox.order(Fault::slack("conversations.setTopic", Kind::RateLimited { retry_after: 30 }, 1));
    let chosen = option(&form, "Investigating");
    yusuf.submits(&form, &[("message", json!(WORDS)), ("status", json!(chosen))]).await;
    // No minute passes.
    t.until_idle().await;
    let now =
        t.sandbox.read(|s| s.slack.channels.iter().find(|c| c.id == channel.id).cloned()).expect("there");
    assert!(!now.topic.value.contains("Investigating"), "the topic waits: {}", now.topic.value);
    let last = said(&json!(now.messages.iter().map(|m| json!({"blocks": m.blocks})).collect::<Vec<_>>()));
    assert!(last.contains(WORDS), "{last}");
    assert!(channel_of(&t, id).await.topic.value.contains("Investigating"));
    t.ends_well().await;
}

// SLK-085: both values, the words kept, and sent again it is written.
#[tokio::test]
async fn a_stale_form_comes_back_with_both_values() {
    let t = App::start().await;
    let (yusuf, ines) = (t.slack("U0YUSUF"), t.slack("U0INES"));
    let id = yusuf.declares(&Declares::default()).await;
    let channel = channel_of(&t, id).await;
    for person in [&yusuf, &ines] {
        opens_form(person, &channel.id, &format!("update {id}"), id).await;
    }
    let (his, hers) = (yusuf.sees("incident_update_status").await, ines.sees("incident_update_status").await);
    let p1 = option(&his, "P1 - Critical: the business stands still, executives are involved");
    let p3 = option(&hers, "P3 - Minor: some customers are affected");
    assert!(yusuf.submits(&his, &[("priority", json!(p1))]).await.is_fine());
    let stale = ines.submits(&hers, &[("message", json!(WORDS)), ("priority", json!(p3))]).await;
    assert!(stale.is_fine(), "{stale:?}");
    let again = ines.reads("nothing is written yet").await;
    let words = said(&again.content);
    assert!(words.contains("P1") && words.contains("P3"), "{words}");
    assert!(json!(again.content).to_string().contains(WORDS));
    let answer = ines.submits(&again, &[]).await;
    assert!(answer.is_fine(), "{answer:?}");
    t.run_jobs().await;
    let said_once: i64 = sqlx::query_scalar("SELECT count(*) FROM incident_updates WHERE message = $1")
        .bind(WORDS)
        .fetch_one(&t.db)
        .await
        .expect("updates can be counted");
    assert_eq!(said_once, 1);
    t.ends_well().await;
}

// SLK-157 SLK-160 SLK-221: no channel for a P4, and raising it makes one.
#[tokio::test]
async fn a_p4_says_that_it_has_no_channel_and_raising_it_makes_one() {
    let t = App::start().await;
    let yusuf = t.slack("U0YUSUF");
    let id = yusuf.declares(&Declares { customers: "LO".into(), ..Declares::default() }).await;
    let result = yusuf.reads("no channel for P4").await;
    yusuf.uses(&result, "Raise to P2", Value::Null).await;
    let form = yusuf.sees("incident_update_status").await;
    let answer = yusuf.submits(&form, &[("message", json!("It spreads to all customers."))]).await;
    assert!(answer.is_fine(), "{answer:?}");
    yusuf.reads("channel on its way").await;
    let channel = channel_of(&t, id).await;
    assert!(channel.topic.value.contains("P2"), "{}", channel.topic.value);
    t.ends_well().await;
}

// SLK-051 SLK-053 SLK-067 SLK-070: help, unknown words, and the picker.
#[tokio::test]
async fn outside_of_a_channel_one_is_asked_which_incident() {
    let t = App::start().await;
    let yusuf = t.slack("U0YUSUF");
    yusuf.types("general", "").await;
    yusuf.is_told("declares an incident").await;
    yusuf.types("general", "updaet").await;
    yusuf.is_told("Did you mean").await;
    let id = yusuf.declares(&Declares::default()).await;
    yusuf.types("general", "update").await;
    let picker = yusuf.reads("Which incident").await;
    let place = tests::sandbox::slack::actors::Place::view(&picker.id);
    let offered = t.sandbox.suggest("U0YUSUF", &place, "incident_update_select_incident", "card").await;
    assert!(offered.body.contains(&format!("{id}: Card payments fail")), "{offered:?}");
    yusuf.uses(&picker, "incident_update_select_incident", json!(id.to_string())).await;
    yusuf.reads(&format!("Update incident #{id}")).await;
    t.ends_well().await;
}

// SLK-024: a guest is told no.
#[tokio::test]
async fn a_guest_is_told_no() {
    let t = App::start().await;
    let guest = t.slack("U0GUEST");
    guest.types("general", "open").await;
    guest.is_told("Guests of the workspace cannot use FireFighter").await;
    assert!(t.sandbox.view("U0GUEST").is_none());
    t.keeps_contracts();
}
