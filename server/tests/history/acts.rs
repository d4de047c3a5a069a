//! What people do to an incident, at random. [`is_of_incidents`] is asked of every kind of record: a new one is listed
//! there, and is done here, or the test says that nobody does it.

use crate::desk::Seat;
use chrono::TimeDelta;
use domain::{
    CostId, Error, IncidentId, Origin, Result, Timestamp, UserId,
    incident::{
        AskedImpacts, Cents, Closure, ClosureReason, Correction, Cost, CostChange, Description, Handover,
        KeyEvents, Limits, Message, Promised, Set, Status, Title, Update, parse_tags,
    },
    past::Kind,
};
use proptest::prelude::*;
use server::{
    change::ChannelEvent,
    incidents::{self, NewChannel, Told},
    jobs::{Job, Run, SlackJob},
    write::Sent,
};
use std::collections::BTreeMap;

/// Something that was accepted: it stands in the history once.
pub type Did = (Kind, UserId);

/// Whether records of this kind stand in the stream of an incident.
pub fn is_of_incidents(kind: Kind) -> bool {
    match kind {
        Kind::IncidentDeclared
        | Kind::IncidentUpdated
        | Kind::ChannelAttached
        | Kind::ChannelChanged
        | Kind::MemberJoined
        | Kind::MemberLeft
        | Kind::KeyEventsChanged
        | Kind::RolesChanged
        | Kind::CostAdded
        | Kind::CostChanged
        | Kind::CostRemoved
        | Kind::TagsChanged
        | Kind::ImpactsChanged
        | Kind::MessageCorrected
        | Kind::WordsErased => true,
        Kind::ChannelTagged
        | Kind::TokenCreated
        | Kind::TokenRevoked
        | Kind::AdminMade
        | Kind::HistoryRooted => false,
    }
}

/// One thing that somebody does. Numbers choose among what there is.
#[derive(Debug, Clone)]
pub enum Act {
    Say(Say),
    Date { event: usize, minutes_ago: Option<i64> },
    Give { role: usize, to: Option<usize>, note: bool },
    Join,
    Leave,
    ComeIn { who: usize },
    GoAway { who: usize },
    Pay { cents: Option<i64>, words: bool },
    Reckon { line: usize, cents: Option<i64>, words: Option<bool> },
    TakeBack { line: usize },
    Tag { to: Vec<usize> },
    Assess { axis: usize, level: usize },
    Correct { entry: usize, words: u8 },
    Mistake,
    Channel(u8),
}

#[derive(Debug, Clone)]
pub struct Say {
    words: bool,
    status: Option<usize>,
    priority: Option<usize>,
    category: Option<usize>,
    title: Option<u8>,
    summary: Option<u8>,
    environments: Option<Vec<usize>>,
    ignore: Option<bool>,
    closure: Option<usize>,
    minutes_ago: Option<i64>,
    promise: Option<i64>,
}

const TAGS: [&str; 5] = ["Black Friday", "black friday", "vendor", "Vendor", "night"];

fn say() -> impl Strategy<Value = Say> {
    let maybe = |weight, of: std::ops::Range<usize>| proptest::option::weighted(weight, of);
    let facts = (any::<bool>(), maybe(0.5, 0..6), maybe(0.3, 0..99), maybe(0.2, 0..99));
    let texts = (proptest::option::weighted(0.2, 0u8..4), proptest::option::weighted(0.2, 0u8..4));
    let rest = (
        proptest::option::weighted(0.2, proptest::collection::vec(0usize..3, 1..3)),
        proptest::option::weighted(0.1, any::<bool>()),
        maybe(0.15, 0..6),
        proptest::option::weighted(0.1, 1i64..200),
        proptest::option::weighted(0.3, 5i64..90),
    );
    (facts, texts, rest).prop_map(
        |(
            (words, status, priority, category),
            (title, summary),
            (environments, ignore, closure, minutes_ago, promise),
        )| Say {
            words,
            status,
            priority,
            category,
            title,
            summary,
            environments,
            ignore,
            closure,
            minutes_ago,
            promise,
        },
    )
}

pub fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => say().prop_map(Act::Say),
        3 => (0usize..3, proptest::option::weighted(0.8, -30i64..300))
            .prop_map(|(event, minutes_ago)| Act::Date { event, minutes_ago }),
        2 => (0usize..2, proptest::option::weighted(0.8, 0usize..3), any::<bool>())
            .prop_map(|(role, to, note)| Act::Give { role, to, note }),
        1 => Just(Act::Join),
        1 => Just(Act::Leave),
        2 => (0usize..9, 0usize..9).prop_map(|(axis, level)| Act::Assess { axis, level }),
        2 => (0usize..9, 0u8..4).prop_map(|(entry, words)| Act::Correct { entry, words }),
        1 => Just(Act::Mistake),
        1 => (0usize..3).prop_map(|who| Act::ComeIn { who }),
        1 => (0usize..3).prop_map(|who| Act::GoAway { who }),
        2 => (proptest::option::weighted(0.8, 1i64..900_000), any::<bool>())
            .prop_map(|(cents, words)| Act::Pay { cents, words }),
        2 => (0usize..9, proptest::option::weighted(0.8, 1i64..900_000), proptest::option::weighted(0.5, any::<bool>()))
            .prop_map(|(line, cents, words)| Act::Reckon { line, cents, words }),
        1 => (0usize..9).prop_map(|line| Act::TakeBack { line }),
        2 => proptest::collection::vec(0usize..TAGS.len(), 0..4).prop_map(|to| Act::Tag { to }),
        2 => (0u8..6).prop_map(Act::Channel),
    ]
}

/// Does it by the real operation. What the rules refuse is no failure: nothing was accepted then.
pub async fn perform(
    seat: &Seat,
    id: IncidentId,
    act: &Act,
    key: &str,
) -> std::result::Result<Vec<Did>, String> {
    let done = match act {
        Act::Say(say) => says(seat, id, say, key).await,
        Act::Date { event, minutes_ago } => dates(seat, id, *event, *minutes_ago, key).await,
        Act::Give { role, to, note } => gives(seat, id, *role, *to, *note, key).await,
        Act::Join => unseen(incidents::members::add_me(&seat.ctx, &seat.caller, id).await),
        Act::Leave => unseen(incidents::members::remove_me(&seat.ctx, &seat.caller, id).await),
        Act::ComeIn { who } => {
            let who = seat.people[who % seat.people.len()];
            unseen(incidents::members::join(&seat.ctx, &seat.caller, id, who).await)
        }
        Act::GoAway { who } => {
            let who = seat.people[who % seat.people.len()];
            let told = Told::seen(&format!("C{id}"));
            unseen(incidents::members::went(&seat.ctx, &told, "U0WHO", id, Some(who)).await)
        }
        Act::Pay { cents, words } => pays(seat, id, *cents, *words, key).await,
        Act::Reckon { line, cents, words } => reckons(seat, id, *line, *cents, *words, key).await,
        Act::TakeBack { line } => takes_back(seat, id, *line).await,
        Act::Tag { to } => tags(seat, id, to).await,
        Act::Assess { axis, level } => assesses(seat, id, *axis, *level, key).await,
        Act::Correct { entry, words } => corrects(seat, id, *entry, *words, key).await,
        Act::Mistake => incidents::mistake(&seat.ctx, &seat.caller, id, &sent(key))
            .await
            .map(|done| done.update.map(|_| Kind::IncidentUpdated)),
        Act::Channel(what) => unseen(channel(seat, id, *what).await),
    };
    match done {
        Ok(kind) => Ok(kind.into_iter().map(|kind| (kind, seat.me())).collect()),
        Err(Error::Refused(_) | Error::Invalid(_) | Error::Conflict(_)) => Ok(vec![]),
        Err(e) => Err(format!("{act:?}: {e}")),
    }
}

/// Done, but whether anything changed is not told.
fn unseen(done: Result<()>) -> Result<Option<Kind>> {
    done.map(|()| None)
}

fn sent(key: &str) -> Sent {
    Sent::new(Origin::Web, key, &key)
}

async fn says(seat: &Seat, id: IncidentId, say: &Say, key: &str) -> Result<Option<Kind>> {
    let catalog = seat.ctx.catalog().await?;
    let text = |number: u8| format!("Card payments fail, told for the {number}th time");
    let words = |text: &str| Message::parse(text, Limits::Api).expect("a message");
    let status = say.status.map(|n| Status::ALL[n % Status::ALL.len()]);
    let update = Update {
        message: say.words.then(|| words(&format!("This is what {key} has to say about it."))),
        status: status.map(Set::to),
        priority: say.priority.map(|n| Set::to(catalog.priorities[n % catalog.priorities.len()].id)),
        category: say.category.map(|n| Set::to(catalog.categories[n % catalog.categories.len()].id)),
        title: say.title.map(|n| Set::to(Title::parse(&text(n), Limits::Api).expect("a title"))),
        description: say
            .summary
            .map(|n| Set::to(Description::parse(&text(n), Limits::Api).expect("a summary"))),
        environments: say.environments.as_ref().map(|chosen| {
            let mut ids: Vec<_> = chosen.iter().map(|n| catalog.environments[*n].id).collect();
            ids.dedup();
            Set::to(ids)
        }),
        ignore: say.ignore.map(Set::to),
        closure: say.closure.map(|n| Closure {
            reason: ClosureReason::ALL[n % ClosureReason::ALL.len()],
            reference: format!("#{n}"),
        }),
        event_ts: say.minutes_ago.map(|minutes| whole(seat.ctx.now()) - TimeDelta::minutes(minutes)),
        next_update: say.promise.map(|minutes| Promised::In(TimeDelta::minutes(minutes))),
        reopen_closed: seat.caller.may_do(domain::access::Act::Reopen).is_ok(),
        ..Update::default()
    };
    let done = incidents::update(&seat.ctx, &seat.caller, id, &update, Some(&sent(key))).await?;
    Ok(done.update.map(|_| Kind::IncidentUpdated))
}

/// PostgreSQL keeps microseconds.
fn whole(at: Timestamp) -> Timestamp {
    at - TimeDelta::nanoseconds(i64::from(at.timestamp_subsec_nanos() % 1000))
}

async fn dates(
    seat: &Seat,
    id: IncidentId,
    event: usize,
    ago: Option<i64>,
    key: &str,
) -> Result<Option<Kind>> {
    let event = ["started", "detected", "recovered"][event];
    let at = ago.map(|minutes| whole(seat.ctx.now()) - TimeDelta::minutes(minutes));
    let asked = KeyEvents(BTreeMap::from([(event.to_owned(), Set::to(at))]));
    let count = incidents::key_events(&seat.ctx, &seat.caller, id, &asked, Some(&sent(key))).await?;
    Ok((count > 0).then_some(Kind::KeyEventsChanged))
}

async fn gives(
    seat: &Seat,
    id: IncidentId,
    role: usize,
    to: Option<usize>,
    note: bool,
    key: &str,
) -> Result<Option<Kind>> {
    let catalog = seat.ctx.catalog().await?;
    let slug = catalog.role_types[role % catalog.role_types.len()].slug.clone();
    let roles = BTreeMap::from([(slug, Set::to(to.map(|n| seat.people[n % seat.people.len()])))]);
    let words = format!("The gateway is restarted by {key}.");
    let note = note.then(|| Message::parse(&words, Limits::Form).expect("a note"));
    let asked = Handover { roles, note };
    let count = incidents::roles(&seat.ctx, &seat.caller, id, &asked, Some(&sent(key))).await?;
    Ok((count > 0).then_some(Kind::RolesChanged))
}

async fn pays(
    seat: &Seat,
    id: IncidentId,
    cents: Option<i64>,
    words: bool,
    key: &str,
) -> Result<Option<Kind>> {
    let catalog = seat.ctx.catalog().await?;
    let cost = Cost {
        cost_type: catalog.cost_types[0].id,
        amount: cents.map(Cents),
        details: words.then(|| format!("Vouchers, says {key}.")),
    };
    incidents::costs::add(&seat.ctx, &seat.caller, id, &cost, Some(&sent(key))).await?;
    Ok(Some(Kind::CostAdded))
}

/// The line costs something else, or is said in other words, or in none.
async fn reckons(
    seat: &Seat,
    id: IncidentId,
    line: usize,
    cents: Option<i64>,
    words: Option<bool>,
    key: &str,
) -> Result<Option<Kind>> {
    let lines = incidents::costs::of(&seat.ctx.db, id).await?;
    let Some((line, _)) = lines.get(line).or(lines.first()) else { return Ok(None) };
    let asked = CostChange {
        amount: Some(Set::to(cents.map(Cents))),
        details: words.map(|some| Set::to(some.then(|| format!("Dearer, says {key}.")))),
        ..CostChange::default()
    };
    let done = incidents::costs::change(&seat.ctx, &seat.caller, id, *line, &asked, Some(&sent(key))).await?;
    Ok(done.then_some(Kind::CostChanged))
}

async fn takes_back(seat: &Seat, id: IncidentId, line: usize) -> Result<Option<Kind>> {
    let lines = incidents::costs::of(&seat.ctx.db, id).await?;
    let line = lines.get(line).or(lines.first()).map_or(CostId(0), |(line, _)| *line);
    unseen(incidents::costs::remove(&seat.ctx, &seat.caller, id, line, None).await)
}

async fn tags(seat: &Seat, id: IncidentId, to: &[usize]) -> Result<Option<Kind>> {
    let names: Vec<&str> = to.iter().map(|n| TAGS[*n]).collect();
    let asked = parse_tags(&Set::to(names.join(", "))).map_err(Error::Invalid)?;
    unseen(incidents::tags(&seat.ctx, &seat.caller, id, &asked, None).await)
}

async fn assesses(seat: &Seat, id: IncidentId, axis: usize, level: usize, key: &str) -> Result<Option<Kind>> {
    let catalog = seat.ctx.catalog().await?;
    let axis = &catalog.impact_types[axis % catalog.impact_types.len()];
    let level = axis.levels[level % axis.levels.len()].id;
    let asked = AskedImpacts::from([(axis.id, Set { from: None, to: level })]);
    let count = incidents::impacts(&seat.ctx, &seat.caller, id, &asked, Some(&sent(key))).await?;
    Ok((count > 0).then_some(Kind::ImpactsChanged))
}

/// Other words for one of the entries; there is none before somebody said something.
async fn corrects(seat: &Seat, id: IncidentId, entry: usize, number: u8, key: &str) -> Result<Option<Kind>> {
    let said = incidents::query::timeline(&seat.ctx.db, id, 100).await?;
    let said: Vec<_> = said.into_iter().filter(|entry| entry.message.is_some()).collect();
    if said.is_empty() {
        return Ok(None);
    }
    let words = Set::to(format!("What was meant, for the {number}th time."));
    let asked = Correction::parse(&words, Limits::Form).map_err(Error::Invalid)?;
    let entry = said[entry % said.len()].id;
    match incidents::correct(&seat.ctx, &seat.caller, id, entry, &asked, Some(&sent(key))).await {
        Ok(done) => Ok(done.then_some(Kind::MessageCorrected)),
        // What somebody else said may be theirs alone to correct.
        Err(Error::Forbidden { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What Slack reports of its channel.
async fn channel(seat: &Seat, id: IncidentId, what: u8) -> Result<()> {
    let name = format!("C{id}");
    let told = Told::seen(&name);
    match what {
        0 => {
            let job = Job::Slack(SlackJob::CreateChannel { incident: id, raised_by: None });
            let run = Run::in_the_foreground(&job, seat.ctx.now());
            let channel = NewChannel { id: name, name: format!("card-{id}"), private: false, creator: None };
            incidents::attach_channel(&seat.ctx, &run, id, &channel, None).await
        }
        1 => incidents::channel_event(&seat.ctx, &told, ChannelEvent::Archived).await,
        2 => incidents::channel_event(&seat.ctx, &told, ChannelEvent::Unarchived).await,
        3 => incidents::channel_event(&seat.ctx, &told, ChannelEvent::Deleted).await,
        n => incidents::channel_event(&seat.ctx, &told, ChannelEvent::Renamed(format!("renamed-{n}"))).await,
    }
}
