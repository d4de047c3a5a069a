//! Key events: when it started, was detected, declared, recovered.
//!
//! Users date the editable ones; `declared`, `mitigated` and `resolved` are set by what happens. (Spec 01 §13.)

use super::{Set, State, metric};
use crate::catalog::{Catalog, MilestoneType};
use crate::incident::MetricValue;
use crate::period::{Zone, parse_instant, shown};
use crate::{Conflict, Error, FieldCode, FieldErrors, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub const STARTED: &str = "started";
pub const DETECTED: &str = "detected";
pub const DECLARED: &str = "declared";
pub const RECOVERED: &str = "recovered";
pub const RESOLVED: &str = "resolved";
pub const MITIGATED: &str = "mitigated";

/// What a timeline entry is besides a change; not a key event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Marker {
    ClosureReason,
    TriggerOncall,
    SendSos,
    JiraStatusSync,
    JiraPrioritySync,
}

impl Marker {
    pub const ALL: [Marker; 5] = [
        Marker::ClosureReason,
        Marker::TriggerOncall,
        Marker::SendSos,
        Marker::JiraStatusSync,
        Marker::JiraPrioritySync,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Marker::ClosureReason => "closure_reason",
            Marker::TriggerOncall => "trigger_oncall",
            Marker::SendSos => "send_sos",
            Marker::JiraStatusSync => "jira_status_sync",
            Marker::JiraPrioritySync => "jira_priority_sync",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Marker::ALL.into_iter().find(|m| m.as_str() == name)
    }

    pub const fn label(self) -> &'static str {
        match self {
            Marker::ClosureReason => "Closed early",
            Marker::TriggerOncall => "On-call paged",
            Marker::SendSos => "SOS sent",
            Marker::JiraStatusSync => "Status from Jira",
            Marker::JiraPrioritySync => "Priority from Jira",
        }
    }
}

/// When a key event happened, and who said so (nobody: FireFighter itself or a deleted account).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestone {
    pub at: Timestamp,
    pub by: Option<UserId>,
}

/// The latest of each event type.
pub type Milestones = BTreeMap<String, Milestone>;

/// Of several timeline entries per event type the one with the greatest time (01 §4.1).
pub fn latest(entries: impl IntoIterator<Item = (String, Milestone)>) -> Milestones {
    let mut latest = Milestones::new();
    for (event_type, milestone) in entries {
        match latest.get(&event_type) {
            Some(known) if known.at >= milestone.at => {}
            _ => {
                latest.insert(event_type, milestone);
            }
        }
    }
    latest
}

/// Required key events without a time, by id; none when the incident is ignored.
pub fn missing<'a>(milestones: &Milestones, ignored: bool, catalog: &'a Catalog) -> Vec<&'a MilestoneType> {
    let required = catalog.milestone_types.iter().filter(|m| m.required && !ignored);
    required.filter(|m| !milestones.contains_key(&m.event_type)).collect()
}

/// What to do with the timeline entries of one event type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MilestoneChange {
    /// Update the latest entry of this type, or insert one; author = who changes.
    Set { event_type: String, at: Timestamp },
    /// Delete all entries of this type.
    Remove { event_type: String },
}

impl MilestoneChange {
    pub fn event_type(&self) -> &str {
        match self {
            MilestoneChange::Set { event_type, .. } | MilestoneChange::Remove { event_type } => event_type,
        }
    }

    /// `milestones` after the change; authors of set ones are left open.
    pub fn apply(&self, milestones: &mut Milestones) {
        match self {
            MilestoneChange::Set { event_type, at } => {
                milestones.insert(event_type.clone(), Milestone { at: *at, by: None });
            }
            MilestoneChange::Remove { event_type } => {
                milestones.remove(event_type);
            }
        }
    }
}

/// The key-events form, typed: event type → time, or nothing to clear it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyEvents(pub BTreeMap<String, Set<Option<Timestamp>>>);

/// What to store when key events are edited. Metrics come along, so nothing stale stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyEventsPlan {
    pub milestones: Vec<MilestoneChange>,
    pub metrics: Vec<MetricValue>,
    /// Sentences about an odd order (recovered before detected…); a warning, never a refusal.
    pub warnings: Vec<String>,
}

impl KeyEventsPlan {
    pub fn is_empty(&self) -> bool {
        self.milestones.is_empty()
    }
}

impl KeyEvents {
    /// Reads the form: keys are event types or field names (`key_event_recovered`), values times with or without zone
    /// (without: `zone`'s), empty to clear. What users may not edit, and unknown keys, are ignored.
    ///
    /// # Errors
    /// Under the field name: text that is no time.
    pub fn parse(
        raw: &BTreeMap<String, Set<String>>,
        catalog: &Catalog,
        zone: &dyn Zone,
    ) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut events = BTreeMap::new();
        for kind in catalog.milestone_types.iter().filter(|m| m.user_editable && m.asked_for) {
            let field = kind.field();
            let Some(sent) = raw.get(&field).or_else(|| raw.get(&kind.event_type)) else { continue };
            let from = sent.from.as_deref().map(|text| read(text, zone));
            match read(&sent.to, zone) {
                Ok(to) => {
                    let from = from.and_then(Result::ok);
                    events.insert(kind.event_type.clone(), Set { from, to });
                }
                Err(words) => errors.push(field, FieldCode::Invalid, words),
            }
        }
        errors.finish(Some(KeyEvents(events)))
    }
}

fn read(text: &str, zone: &dyn Zone) -> Result<Option<Timestamp>, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    parse_instant(text, zone).map(Some).ok_or("Not a date and time. Write it as 2024-05-01 14:30.")
}

impl State {
    /// What editing key events changes. Equal up to the second is no change.
    ///
    /// # Errors
    /// [`Error::Conflict`] when somebody moved the same event meanwhile.
    pub fn plan_key_events(
        &self,
        asked: &KeyEvents,
        catalog: &Catalog,
        zone: &dyn Zone,
    ) -> Result<KeyEventsPlan, Error> {
        let mut plan = KeyEventsPlan::default();
        let mut conflicts = Vec::new();
        let mut after = self.milestones.clone();
        for (event_type, set) in &asked.0 {
            let Some(kind) = catalog.milestone_type_by_event(event_type).filter(|m| m.user_editable) else {
                continue;
            };
            let current = self.milestones.get(event_type).map(|m| m.at);
            if set.from.is_some_and(|from| same_second(from, set.to)) || same_second(current, set.to) {
                continue;
            }
            if set.from.is_some_and(|from| !same_second(from, current)) {
                conflicts.push(Conflict {
                    field: kind.field(),
                    theirs: spoken(current, zone),
                    yours: spoken(set.to, zone),
                });
                continue;
            }
            let event_type = event_type.clone();
            let change = match set.to {
                Some(at) => MilestoneChange::Set { event_type, at },
                None => MilestoneChange::Remove { event_type },
            };
            change.apply(&mut after);
            plan.milestones.push(change);
        }
        if !conflicts.is_empty() {
            return Err(Error::Conflict(conflicts));
        }
        if !plan.is_empty() {
            plan.metrics = metric::compute(&after, catalog);
            plan.warnings = odd_order(&after);
        }
        Ok(plan)
    }
}

fn same_second(a: Option<Timestamp>, b: Option<Timestamp>) -> bool {
    a.map(|t| t.timestamp()) == b.map(|t| t.timestamp())
}

fn spoken(at: Option<Timestamp>, zone: &dyn Zone) -> String {
    at.map_or_else(|| "empty".into(), |at| shown(at, zone))
}

/// Pairs of key events that are dated the wrong way round.
fn odd_order(milestones: &Milestones) -> Vec<String> {
    let known: Vec<_> = [STARTED, DETECTED, DECLARED, RECOVERED]
        .into_iter()
        .filter_map(|event_type| milestones.get(event_type).map(|m| (event_type, m.at)))
        .collect();
    known
        .windows(2)
        .filter(|pair| pair[0].1 > pair[1].1)
        .map(|pair| {
            ["\"", pair[1].0, "\" is before \"", pair[0].0, "\". Durations between them are left out."]
                .concat()
        })
        .collect()
}
