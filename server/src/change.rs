//! What an operation did, as a closed enum: facts, ids, before and after.
//!
//! A change is recorded as it is (see [`crate::history`]) and decides what follows (see [`crate::consequences`]).
//! Records are read for ever: a field is added, never renamed; what changes meaning gets a new name.

use crate::history::{self, Record};
use domain::{
    CategoryId, CostId, CostTypeId, EnvironmentId, ImpactLevelId, ImpactTypeId, IncidentId, MetricTypeId,
    PriorityId, RoleTypeId, SeverityId, Timestamp, UpdateId, UserId,
    incident::{Cents, ImpactChange, Status},
    past::Kind,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Everything that can happen to what the product keeps.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    IncidentDeclared(Declared),
    IncidentUpdated(Updated),
    ChannelAttached(Attached),
    ChannelChanged {
        incident: Option<IncidentId>,
        channel: String,
        what: ChannelEvent,
    },
    /// A channel got a meaning by its tag (`tech_incidents`), or lost it (empty).
    ChannelTagged {
        channel: String,
        name: String,
        tag: String,
    },
    MemberJoined {
        incident: IncidentId,
        user: UserId,
        /// They said so themselves elsewhere: the channel is still to ask them in.
        invited: bool,
    },
    MemberLeft {
        incident: IncidentId,
        user: UserId,
    },
    /// A key of the REST API was made for this person; `name` says what for.
    TokenCreated {
        token: Uuid,
        user: UserId,
        name: String,
        expires_at: Option<Timestamp>,
    },
    TokenRevoked {
        token: Uuid,
        user: UserId,
    },
    /// A person became administrator, with a new password.
    AdminMade {
        user: UserId,
    },
    /// Every hour: where the heads of the history stand that moved.
    HistoryRooted {
        heads: Vec<history::Head>,
    },
    KeyEventsChanged(KeyEventsChanged),
    RolesChanged(RolesChanged),
    CostAdded {
        incident: IncidentId,
        line: CostId,
        cost: CostFacts,
        details: Option<String>,
    },
    CostChanged {
        incident: IncidentId,
        line: CostId,
        from: CostFacts,
        to: CostFacts,
        details: NewDetails,
    },
    CostRemoved {
        incident: IncidentId,
        line: CostId,
        cost: CostFacts,
    },
    TagsChanged {
        incident: IncidentId,
        added: Vec<String>,
        removed: Vec<String>,
    },
    /// An entry of the timeline got other words.
    MessageCorrected {
        incident: IncidentId,
        update: UpdateId,
        words: String,
        /// It may stand in the channel, where it is edited.
        told: bool,
    },
    /// Who is hit was assessed again.
    ImpactsChanged {
        incident: IncidentId,
        impacts: Vec<ImpactChange>,
    },
    /// Words were taken out of the history and the tables: all, or those that one person wrote.
    WordsErased {
        incident: IncidentId,
        of: Option<UserId>,
        /// Number of the record, and the field in it.
        words: Vec<(i64, String)>,
        /// A channel shows the incident.
        shown: bool,
        /// Entries of the timeline that may stand there, and now say nothing.
        rewritten: Vec<UpdateId>,
    },
}

/// Key events were dated, moved or cleared; the metrics made of them came along.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyEventsChanged {
    pub incident: IncidentId,
    pub events: Vec<KeyEventChange>,
    /// Metric → microseconds, or none when it can no longer be computed.
    pub metrics: Vec<(MetricTypeId, Option<i64>)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct KeyEventChange {
    pub event_type: String,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

/// Roles were given, handed over or cleared.
#[derive(Debug, Clone, PartialEq)]
pub struct RolesChanged {
    pub incident: IncidentId,
    pub update: UpdateId,
    /// Role, who held it, who holds it.
    pub roles: Vec<(RoleTypeId, Option<UserId>, Option<UserId>)>,
    /// What whoever takes over should know.
    pub note: Option<String>,
    pub channel: Channel,
    /// Slack is there to tell the new holders.
    pub told: bool,
}

/// What a cost line says in numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct CostFacts {
    pub cost_type: CostTypeId,
    pub amount: Option<Cents>,
}

/// The words of a cost line, when they changed with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewDetails {
    Same,
    Gone,
    Words(String),
}

/// Whether an incident has, or will have, a channel: decided by its response type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// No channel and none coming: there is nothing to tell it in.
    None,
    /// This change asks for one.
    Wanted,
    /// It exists, or its creation is under way.
    There,
    /// It exists and nothing can be said in it.
    Archived,
}

/// What the vendor's side did to a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelEvent {
    Renamed(String),
    Archived,
    Unarchived,
    Deleted,
}

/// The channel exists: what names it elsewhere can be said now.
#[derive(Debug, Clone, PartialEq)]
pub struct Attached {
    pub incident: IncidentId,
    pub channel: String,
    pub name: String,
    pub announced: bool,
    /// The update that asked for the channel, when it was not asked for at declaring: that is what is announced.
    pub raised_by: Option<UpdateId>,
    /// Who holds a role, to be told so.
    pub holders: Vec<(RoleTypeId, UserId)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    pub incident: IncidentId,
    pub title: String,
    pub description: String,
    pub status: Status,
    pub severity: Option<SeverityId>,
    pub priority: PriorityId,
    pub category: CategoryId,
    pub environment: EnvironmentId,
    pub private: bool,
    pub ignore: bool,
    pub created_by: UserId,
    pub sent_by: Option<UserId>,
    pub dedup_key: Option<String>,
    pub custom_fields: Value,
    pub roles: Vec<(RoleTypeId, UserId)>,
    pub members: Vec<UserId>,
    pub impacts: Vec<(ImpactTypeId, ImpactLevelId)>,
    /// The first entry of the timeline, and the `declared` milestone.
    pub updates: [UpdateId; 2],
    pub channel: Channel,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Updated {
    pub incident: IncidentId,
    pub update: UpdateId,
    pub message: Option<String>,
    /// Column → (before, after), as stored; words are in `words` instead.
    pub fields: Vec<(&'static str, Value, Value)>,
    /// When it happened, as the entry of the timeline says.
    pub event_ts: Timestamp,
    /// What the entry is besides a change: `closure_reason`, `jira_status_sync`.
    pub marker: Option<&'static str>,
    /// The environment that the entry says.
    pub entry_environment: Option<EnvironmentId>,
    /// All environments as they are stored, when they changed.
    pub environment_values: Option<Vec<String>>,
    /// Field → its new words.
    pub words: Vec<(&'static str, String)>,
    /// Milestone → its time, or none when it was taken back.
    pub milestones: Vec<(String, Option<Timestamp>)>,
    /// Metric → microseconds, or none when it can no longer be computed.
    pub metrics: Vec<(MetricTypeId, Option<i64>)>,
    pub channel: Channel,
    /// Title, status, priority, category or environment: what a channel's name and topic are made of.
    pub touches_channel: bool,
    pub announced: bool,
    /// By this update: its channel is archived after the last word.
    pub closed_now: bool,
}

impl Change {
    pub fn incident(&self) -> Option<IncidentId> {
        match self {
            Change::IncidentDeclared(d) => Some(d.incident),
            Change::IncidentUpdated(u) => Some(u.incident),
            Change::ChannelAttached(a) => Some(a.incident),
            Change::ChannelChanged { incident, .. } => *incident,
            Change::ChannelTagged { .. }
            | Change::TokenCreated { .. }
            | Change::TokenRevoked { .. }
            | Change::AdminMade { .. }
            | Change::HistoryRooted { .. } => None,
            Change::MemberJoined { incident, .. }
            | Change::MemberLeft { incident, .. }
            | Change::CostAdded { incident, .. }
            | Change::CostChanged { incident, .. }
            | Change::CostRemoved { incident, .. }
            | Change::TagsChanged { incident, .. }
            | Change::MessageCorrected { incident, .. }
            | Change::ImpactsChanged { incident, .. }
            | Change::WordsErased { incident, .. } => Some(*incident),
            Change::KeyEventsChanged(k) => Some(k.incident),
            Change::RolesChanged(r) => Some(r.incident),
        }
    }

    /// As it goes into the history of its stream.
    pub fn record(&self) -> Record {
        let stream = match (self.incident(), self) {
            (Some(incident), _) => format!("incident {incident}"),
            (None, Change::TokenCreated { .. } | Change::TokenRevoked { .. } | Change::AdminMade { .. }) => {
                history::ACCESS.into()
            }
            (None, _) => history::DESK.into(),
        };
        let (kind, facts, words) = match self {
            Change::IncidentDeclared(d) => (Kind::IncidentDeclared, declared_facts(d), declared_words(d)),
            Change::IncidentUpdated(u) => (Kind::IncidentUpdated, updated_facts(u), updated_words(u)),
            Change::ChannelAttached(a) => {
                (Kind::ChannelAttached, json!({ "channel": a.channel, "name": a.name }), vec![])
            }
            Change::ChannelChanged { channel, what, .. } => {
                let what = match what {
                    ChannelEvent::Renamed(name) => json!({ "renamed": name }),
                    ChannelEvent::Archived => json!("archived"),
                    ChannelEvent::Unarchived => json!("unarchived"),
                    ChannelEvent::Deleted => json!("deleted"),
                };
                (Kind::ChannelChanged, json!({ "channel": channel, "what": what }), vec![])
            }
            Change::ChannelTagged { channel, name, tag } => {
                (Kind::ChannelTagged, json!({ "channel": channel, "name": name, "tag": tag }), vec![])
            }
            Change::MemberJoined { user, .. } => (Kind::MemberJoined, json!({ "user": user }), vec![]),
            Change::MemberLeft { user, .. } => (Kind::MemberLeft, json!({ "user": user }), vec![]),
            Change::TokenCreated { token, user, name, expires_at } => {
                let expires_at = expires_at.map(|at| at.timestamp_micros());
                let facts = json!({ "token": token, "user": user, "expires_at": expires_at });
                (Kind::TokenCreated, facts, vec![("name".into(), name.clone())])
            }
            Change::TokenRevoked { token, user } => {
                (Kind::TokenRevoked, json!({ "token": token, "user": user }), vec![])
            }
            Change::AdminMade { user } => (Kind::AdminMade, json!({ "user": user }), vec![]),
            Change::HistoryRooted { heads } => (Kind::HistoryRooted, json!({ "heads": heads }), vec![]),
            Change::KeyEventsChanged(k) => (Kind::KeyEventsChanged, key_events_facts(k), vec![]),
            Change::RolesChanged(r) => {
                let note = r.note.iter().map(|note| ("message".to_owned(), note.clone()));
                (Kind::RolesChanged, roles_facts(r), note.collect())
            }
            Change::CostAdded { line, cost, details, .. } => {
                let words = details.iter().map(|text| ("details".to_owned(), text.clone())).collect();
                (Kind::CostAdded, cost_facts(*line, cost), words)
            }
            Change::CostChanged { line, from, to, details, .. } => {
                (Kind::CostChanged, cost_changed_facts(*line, from, to, details), details_words(details))
            }
            Change::CostRemoved { line, cost, .. } => (Kind::CostRemoved, cost_facts(*line, cost), vec![]),
            Change::MessageCorrected { update, words, .. } => {
                let facts = json!({ "update": update });
                (Kind::MessageCorrected, facts, vec![("message".into(), words.clone())])
            }
            Change::TagsChanged { added, removed, .. } => {
                (Kind::TagsChanged, json!({ "added": added, "removed": removed }), vec![])
            }
            Change::ImpactsChanged { impacts, .. } => (Kind::ImpactsChanged, impacts_facts(impacts), vec![]),
            Change::WordsErased { of, words, .. } => {
                (Kind::WordsErased, json!({ "of": of, "words": words }), vec![])
            }
        };
        Record { stream, begins: matches!(self, Change::IncidentDeclared(_)), kind, facts, words }
    }
}

fn declared_facts(d: &Declared) -> Value {
    json!({
        "incident": d.incident,
        "status": d.status.number(),
        "severity": d.severity,
        "priority": d.priority,
        "category": d.category,
        "environment": d.environment,
        "private": d.private,
        "ignore": d.ignore,
        "created_by": d.created_by,
        "sent_by": d.sent_by,
        "dedup_key": d.dedup_key,
        "custom_fields": d.custom_fields,
        "roles": d.roles.iter().map(|(r, u)| json!({ "role": r, "user": u })).collect::<Vec<_>>(),
        "members": d.members,
        "impacts": d.impacts.iter().map(|(t, l)| json!({ "type": t, "level": l })).collect::<Vec<_>>(),
        "updates": d.updates,
    })
}

fn declared_words(d: &Declared) -> Vec<(String, String)> {
    vec![("title".into(), d.title.clone()), ("description".into(), d.description.clone())]
}

fn updated_facts(u: &Updated) -> Value {
    let fields: Map<String, Value> = u
        .fields
        .iter()
        .map(|(name, from, to)| ((*name).to_owned(), json!({ "from": from, "to": to })))
        .collect();
    let milestones: Map<String, Value> = u
        .milestones
        .iter()
        .map(|(name, at)| (name.clone(), json!(at.map(|t| t.timestamp_micros()))))
        .collect();
    json!({
        "update": u.update,
        "event_ts": u.event_ts.timestamp_micros(),
        "marker": u.marker,
        "entry_environment": u.entry_environment,
        "environment_values": u.environment_values,
        "fields": fields,
        "milestones": milestones,
        "metrics": metrics_facts(&u.metrics),
    })
}

fn metrics_facts(metrics: &[(MetricTypeId, Option<i64>)]) -> Map<String, Value> {
    metrics.iter().map(|(metric, us)| (metric.to_string(), json!(us))).collect()
}

fn key_events_facts(k: &KeyEventsChanged) -> Value {
    let micros = |at: Option<Timestamp>| at.map(|at| at.timestamp_micros());
    let events: Map<String, Value> = k
        .events
        .iter()
        .map(|e| (e.event_type.clone(), json!({ "from": micros(e.from), "to": micros(e.to) })))
        .collect();
    json!({ "events": events, "metrics": metrics_facts(&k.metrics) })
}

fn impacts_facts(changes: &[ImpactChange]) -> Value {
    let change = |c: &ImpactChange| json!({ "type": c.impact_type, "from": c.from, "to": c.to });
    json!({ "impacts": changes.iter().map(change).collect::<Vec<_>>() })
}

fn roles_facts(r: &RolesChanged) -> Value {
    let roles = r.roles.iter().map(|(role, from, to)| json!({ "role": role, "from": from, "to": to }));
    json!({ "update": r.update, "roles": roles.collect::<Vec<_>>() })
}

fn cost_facts(line: CostId, cost: &CostFacts) -> Value {
    json!({ "line": line, "type": cost.cost_type, "cents": cost.amount.map(|cents| cents.0) })
}

fn cost_changed_facts(line: CostId, from: &CostFacts, to: &CostFacts, details: &NewDetails) -> Value {
    let cents = |cost: &CostFacts| cost.amount.map(|cents| cents.0);
    json!({
        "line": line,
        "type": to.cost_type,
        "cents": cents(to),
        "from": { "type": from.cost_type, "cents": cents(from) },
        "details": *details != NewDetails::Same,
    })
}

fn details_words(details: &NewDetails) -> Vec<(String, String)> {
    match details {
        NewDetails::Same | NewDetails::Gone => vec![],
        NewDetails::Words(text) => vec![("details".into(), text.clone())],
    }
}

fn updated_words(u: &Updated) -> Vec<(String, String)> {
    let message = u.message.iter().map(|m| ("message".to_owned(), m.clone()));
    message.chain(u.words.iter().map(|(field, text)| ((*field).to_owned(), text.clone()))).collect()
}
