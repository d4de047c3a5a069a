//! An incident as it was: a fold of its history.
//!
//! [`Past::of`] takes the records of an incident from the first on, as many as one likes, and says what was true after
//! the last of them. After all of them it equals the tables, which a property test holds; after some of them it is the
//! page of that moment.

mod moment;
mod record;
mod since;
mod step;

pub use moment::through;
pub use record::*;
pub use since::{Field, New, Place, since};

use crate::catalog::Catalog;
use crate::incident::{self, Milestone, Milestones, Status};
use crate::{
    CategoryId, CostId, EnvironmentId, ImpactLevelId, ImpactTypeId, IncidentId, MetricTypeId, PriorityId,
    RoleTypeId, SeverityId, Timestamp, UpdateId, UserId,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Everything that was true of an incident.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    pub id: IncidentId,
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
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub mitigated_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    pub next_update_at: Option<Timestamp>,
    pub closure_reason: Option<String>,
    pub closure_reference: String,
    pub custom_fields: Value,
    pub roles: BTreeMap<RoleTypeId, UserId>,
    pub members: BTreeSet<UserId>,
    pub impacts: BTreeMap<ImpactTypeId, ImpactLevelId>,
    /// In microseconds.
    pub metrics: BTreeMap<MetricTypeId, i64>,
    pub costs: BTreeMap<CostId, incident::Cost>,
    /// By name.
    pub tags: BTreeSet<String>,
    pub channel: Option<Channel>,
    /// Entries of the timeline without key events, in the order in which they were written.
    pub entries: Vec<Entry>,
    pub key_events: BTreeMap<String, KeyEvent>,
}

/// Its channel at Slack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    pub id: String,
    pub name: String,
    pub archived: bool,
}

/// One entry of the timeline: only what changed is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub id: UpdateId,
    pub author: Option<UserId>,
    pub message: Option<String>,
    pub status: Option<Status>,
    pub priority: Option<PriorityId>,
    pub category: Option<CategoryId>,
    pub environment: Option<EnvironmentId>,
    pub title: Option<String>,
    pub description: Option<String>,
    pub marker: Option<String>,
    /// Who holds a role since, or nobody.
    pub roles: Vec<(RoleTypeId, Option<UserId>)>,
    /// The next one was promised by then.
    pub next_update_at: Option<Timestamp>,
    /// `message` is not what was said first.
    pub corrected: Option<Correction>,
    pub event_ts: Timestamp,
    pub created_at: Timestamp,
}

/// That an entry was given other words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    pub original: String,
    pub by: Option<UserId>,
    pub at: Timestamp,
}

/// A key event: also an entry of the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyEvent {
    pub at: Timestamp,
    pub by: Option<UserId>,
    /// When it was first written down.
    pub created_at: Timestamp,
    /// The record that did so.
    pub seq: i64,
}

impl Past {
    /// What was true after these records, given in their order. `None` when they do not begin with the declaration.
    ///
    /// `catalog` is asked for the first records alone, which name environments by id.
    pub fn of<'a>(records: impl IntoIterator<Item = &'a Record>, catalog: &Catalog) -> Option<Past> {
        let mut records = records.into_iter();
        let first = records.next()?;
        let Fact::Declared(declared) = &first.fact else { return None };
        let mut past = step::declared(first, declared);
        records.for_each(|record| past.step(record, catalog));
        Some(past)
    }

    /// The key events as rules read them.
    pub fn milestones(&self) -> Milestones {
        let events = self.key_events.iter();
        events.map(|(name, event)| (name.clone(), Milestone { at: event.at, by: event.by })).collect()
    }

    /// Everybody it names.
    pub fn people(&self) -> BTreeSet<UserId> {
        let mut people = self.members.clone();
        people.insert(self.created_by);
        people.extend(self.roles.values());
        people.extend(self.entries.iter().filter_map(|entry| entry.author));
        people.extend(self.entries.iter().filter_map(|entry| entry.corrected.as_ref()?.by));
        people.extend(self.key_events.values().filter_map(|event| event.by));
        people
    }

    /// Who belongs to it: members, holders of a role, its creator.
    pub fn belonging(&self) -> BTreeSet<UserId> {
        let mut people = self.members.clone();
        people.insert(self.created_by);
        people.extend(self.roles.values());
        people
    }
}

#[cfg(test)]
mod tests;
