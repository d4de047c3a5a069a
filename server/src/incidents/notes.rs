//! Changes that have no words of their own – key events, roles, costs, tags, impacts, who came and went – as the record tells
//! them, for the timeline of a page.

use super::query::Person;
use crate::{history::Stored, users::directory};
use domain::{
    CostTypeId, ImpactLevelId, ImpactTypeId, Result, RoleTypeId, Timestamp, UserId, incident::Cents,
};
use serde_json::Value;
use sqlx::PgPool;
use std::collections::HashMap;

/// Kinds of records that become notes.
pub(super) const KINDS: [&str; 10] = [
    "key_events_changed",
    "roles_changed",
    "cost_added",
    "cost_changed",
    "cost_removed",
    "tags_changed",
    "impacts_changed",
    "member_joined",
    "member_left",
    "words_erased",
];

/// One change, with before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// Its place in the record.
    pub seq: i64,
    pub at: Timestamp,
    pub by: Option<Person>,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// Event type, from, to.
    KeyEvents(Vec<(String, Option<Timestamp>, Option<Timestamp>)>),
    /// Role, who held it, who holds it.
    Roles(Vec<(RoleTypeId, Option<Person>, Option<Person>)>),
    Cost {
        added: bool,
        cost_type: CostTypeId,
        amount: Option<Cents>,
    },
    /// Kind and amount, before and after; whether its details changed.
    CostChanged {
        from: (CostTypeId, Option<Cents>),
        to: (CostTypeId, Option<Cents>),
        details: bool,
    },
    Tags {
        added: Vec<String>,
        removed: Vec<String>,
    },
    /// Axis, the level before, the level now.
    Impacts(Vec<(ImpactTypeId, Option<ImpactLevelId>, ImpactLevelId)>),
    Joined,
    Left,
    /// All words, or those of one person.
    Erased(Option<Person>),
}

/// A record of one of these kinds: its place, when, which kind, and the body as JSON.
pub(super) type Record = (i64, Timestamp, String, Value);

/// The newest `limit` notes among these records of one incident.
///
/// # Errors
/// When the database does not answer.
pub async fn among(db: &PgPool, records: &[Stored], limit: usize) -> Result<Vec<Note>> {
    let of_kind = records.iter().rev().filter(|record| KINDS.contains(&record.kind.as_str())).take(limit);
    of_records(db, of_kind.map(|r| (r.seq, r.at, r.kind.clone(), r.body.clone())).collect()).await
}

/// What records tell. What Slack reports of its channel is left out: who is there is told beside the timeline.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn of_records(db: &PgPool, records: Vec<Record>) -> Result<Vec<Note>> {
    let mut ids = Vec::new();
    for (_, _, _, body) in &records {
        collect_ids(body, &mut ids);
    }
    let known = if ids.is_empty() { vec![] } else { directory::by_ids(db, &ids).await? };
    let people: HashMap<UserId, Person> = known
        .into_iter()
        .map(|user| (user.id, Person { id: Some(user.id), name: user.full_name, slack_id: None }))
        .collect();
    let person = |value: &Value| user(value).map(|id| people.get(&id).cloned().unwrap_or_else(|| gone(id)));
    let note = |(seq, at, kind, body): Record| {
        let by_hand = body["origin"] == "web";
        let facts = &body["facts"];
        let what = match kind.as_str() {
            "key_events_changed" => What::KeyEvents(key_events(facts)),
            "roles_changed" => What::Roles(roles(facts, &person)),
            "cost_added" | "cost_removed" => {
                let (cost_type, amount) = cost(facts);
                What::Cost { added: kind == "cost_added", cost_type, amount }
            }
            "cost_changed" => What::CostChanged {
                from: cost(&facts["from"]),
                to: cost(facts),
                details: facts["details"] == true,
            },
            "tags_changed" => What::Tags { added: texts(&facts["added"]), removed: texts(&facts["removed"]) },
            "impacts_changed" => What::Impacts(impacts(facts)),
            "words_erased" => What::Erased(person(&facts["of"])),
            "member_joined" if by_hand => What::Joined,
            "member_left" if by_hand => What::Left,
            _ => return None,
        };
        Some(Note { seq, at, by: person(&body["actor"]), what })
    };
    Ok(records.into_iter().filter_map(note).collect())
}

fn gone(id: UserId) -> Person {
    Person { id: Some(id), name: "somebody who is gone".into(), slack_id: None }
}

fn user(value: &Value) -> Option<UserId> {
    value.as_str()?.parse().ok()
}

fn collect_ids(body: &Value, ids: &mut Vec<UserId>) {
    ids.extend(user(&body["actor"]));
    ids.extend(user(&body["facts"]["of"]));
    for role in body["facts"]["roles"].as_array().into_iter().flatten() {
        ids.extend(user(&role["from"]));
        ids.extend(user(&role["to"]));
    }
}

fn key_events(facts: &Value) -> Vec<(String, Option<Timestamp>, Option<Timestamp>)> {
    let at = |value: &Value| value.as_i64().and_then(Timestamp::from_timestamp_micros);
    let events = facts["events"].as_object().into_iter().flatten();
    events.map(|(name, event)| (name.clone(), at(&event["from"]), at(&event["to"]))).collect()
}

type RoleNote = (RoleTypeId, Option<Person>, Option<Person>);

fn roles(facts: &Value, person: &impl Fn(&Value) -> Option<Person>) -> Vec<RoleNote> {
    let roles = facts["roles"].as_array().into_iter().flatten();
    let role = |value: &Value| {
        let id = i32::try_from(value["role"].as_i64()?).ok()?;
        Some((RoleTypeId(id), person(&value["from"]), person(&value["to"])))
    };
    roles.filter_map(role).collect()
}

fn impacts(facts: &Value) -> Vec<(ImpactTypeId, Option<ImpactLevelId>, ImpactLevelId)> {
    let level = |value: &Value| value.as_str()?.parse().ok();
    let change = |value: &Value| {
        let kind = i32::try_from(value["type"].as_i64()?).ok()?;
        Some((ImpactTypeId(kind), level(&value["from"]), level(&value["to"])?))
    };
    facts["impacts"].as_array().into_iter().flatten().filter_map(change).collect()
}

fn cost(facts: &Value) -> (CostTypeId, Option<Cents>) {
    (CostTypeId(facts["type"].as_i64().unwrap_or_default()), facts["cents"].as_i64().map(Cents))
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|v| v.as_str()).map(str::to_owned).collect()
}
