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
    /// The words are for whoever takes over a role.
    RoleHandover,
}

impl Marker {
    pub const ALL: [Marker; 6] = [
        Marker::ClosureReason,
        Marker::TriggerOncall,
        Marker::SendSos,
        Marker::JiraStatusSync,
        Marker::JiraPrioritySync,
        Marker::RoleHandover,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Marker::ClosureReason => "closure_reason",
            Marker::TriggerOncall => "trigger_oncall",
            Marker::SendSos => "send_sos",
            Marker::JiraStatusSync => "jira_status_sync",
            Marker::JiraPrioritySync => "jira_priority_sync",
            Marker::RoleHandover => "role_handover",
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
            Marker::RoleHandover => "Role handed over",
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

/// Who is named with a key event. What only the product sets is nobody's: it has no line of its own.
pub fn credited(event_type: &str, author: Option<UserId>) -> Option<UserId> {
    author.filter(|_| event_type != MITIGATED && event_type != RESOLVED)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::{Postmortem, Status};
    use chrono::{FixedOffset, TimeDelta};

    fn at(minute: i64) -> Timestamp {
        let noon: Timestamp = "2024-05-01T12:00:00Z".parse().expect("a moment");
        noon + TimeDelta::minutes(minute)
    }

    fn paris() -> FixedOffset {
        FixedOffset::east_opt(7200).expect("two hours")
    }

    fn state(events: &[(&str, i64)]) -> State {
        let catalog = Catalog::demo();
        State {
            id: crate::IncidentId(7),
            title: "Checkout is down".into(),
            description: "Nobody can pay since noon.".into(),
            status: Status::Mitigating,
            priority: catalog.priorities[0].id,
            category: catalog.categories[0].id,
            environment: catalog.environments[0].id,
            environments: vec![catalog.environments[0].id],
            private: false,
            ignore: false,
            closure: None,
            created_at: at(0),
            created_by: "00000000-0000-0000-0000-00000000000a".parse().expect("an id"),
            mitigated_at: None,
            closed_at: None,
            next_update_at: None,
            milestones: milestones(events),
            roles: BTreeMap::new(),
            postmortem: Postmortem::default(),
        }
    }

    fn milestones(events: &[(&str, i64)]) -> Milestones {
        events.iter().map(|(event, m)| ((*event).to_owned(), Milestone { at: at(*m), by: None })).collect()
    }

    fn form(fields: &[(&str, &str, &str)]) -> Result<KeyEvents, FieldErrors> {
        let raw = fields
            .iter()
            .map(|(field, from, to)| ((*field).to_owned(), Set::new((*from).to_owned(), (*to).to_owned())))
            .collect();
        KeyEvents::parse(&raw, &Catalog::demo(), &paris())
    }

    fn plan(state: &State, fields: &[(&str, &str, &str)]) -> Result<KeyEventsPlan, Error> {
        state.plan_key_events(&form(fields).expect("well-formed"), &Catalog::demo(), &paris())
    }

    // CORE-038: of several entries of a type the one with the greatest time.
    #[test]
    fn latest_of_each_type() {
        let entries = [("recovered", 5), ("recovered", 9), ("recovered", 7), ("declared", 0)]
            .map(|(event, m)| (event.to_owned(), Milestone { at: at(m), by: None }));
        assert_eq!(latest(entries), milestones(&[("declared", 0), ("recovered", 9)]));
    }

    // CORE-134: required ones without a time, by id; none when ignored.
    #[test]
    fn missing_key_events() {
        let catalog = Catalog::demo();
        let names = |events: &[(&str, i64)], ignored| {
            let missing = missing(&milestones(events), ignored, &catalog);
            missing.into_iter().map(|m| m.event_type.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(&[], false), ["started", "detected", "declared", "recovered"]);
        assert_eq!(names(&[("declared", 0), ("mitigated", 1)], false), ["started", "detected", "recovered"]);
        assert_eq!(names(&[], true), Vec::<String>::new());
    }

    // CORE-046: markers keep their stored spelling and are no key events.
    #[test]
    fn markers() {
        let names: Vec<_> = Marker::ALL.into_iter().map(Marker::as_str).collect();
        assert_eq!(
            names,
            [
                "closure_reason",
                "trigger_oncall",
                "send_sos",
                "jira_status_sync",
                "jira_priority_sync",
                "role_handover"
            ]
        );
        for marker in Marker::ALL {
            assert_eq!(Marker::from_name(marker.as_str()), Some(marker));
            assert_eq!(Catalog::demo().milestone_type_by_event(marker.as_str()), None);
        }
    }

    // CORE-132: setting upserts; naive times are the zone's, Z is Z.
    #[test]
    fn setting_a_key_event() {
        for typed in ["2024-05-01 14:05", "2024-05-01T14:05:00", "2024-05-01T12:05:00Z"] {
            let plan = plan(&state(&[("declared", 0)]), &[("key_event_detected", "", typed)]).expect("free");
            assert_eq!(
                plan.milestones,
                [MilestoneChange::Set { event_type: "detected".into(), at: at(5) }],
                "{typed}"
            );
        }
        let errors = form(&[("key_event_started", "", "soon")]).expect_err("not a time");
        assert_eq!(errors.0[0].field, "key_event_started");
    }

    // CORE-128 CORE-138: clearing deletes it, and the metrics that need it.
    #[test]
    fn clearing_a_key_event() {
        let state = state(&[("started", -10), ("detected", -5), ("declared", 0)]);
        let plan = plan(&state, &[("key_event_started", "2024-05-01T11:50:00Z", "")]).expect("free");
        assert_eq!(plan.milestones, [MilestoneChange::Remove { event_type: "started".into() }]);
        assert_eq!(plan.metrics.len(), 7);
        assert!(plan.metrics.iter().all(|m| m.duration.is_none()));
    }

    // CORE-130: equal up to the second is unchanged. CORE-127: what users may not edit is ignored.
    #[test]
    fn unchanged_and_untouchable() {
        let mut state = state(&[("declared", 0)]);
        let precise = at(5) + TimeDelta::microseconds(250);
        state.milestones.insert("detected".into(), Milestone { at: precise, by: None });
        let fields = [
            ("key_event_detected", "2024-05-01T12:05:00Z", "2024-05-01 14:05:00"),
            ("key_event_declared", "2024-05-01T12:00:00Z", "2024-05-01T13:00:00Z"),
            ("key_event_mitigated", "", "2024-05-01T13:00:00Z"),
            ("key_event_unknown", "", "2024-05-01T13:00:00Z"),
        ];
        assert!(plan(&state, &fields).expect("nothing asked").is_empty());
    }

    #[test]
    fn moved_meanwhile_is_a_conflict_in_local_time() {
        let state = state(&[("detected", 5)]);
        let refused = plan(&state, &[("key_event_detected", "", "2024-05-01 14:10")]);
        let conflict = Conflict {
            field: "key_event_detected".into(),
            theirs: "2024/05/01 14:05".into(),
            yours: "2024/05/01 14:10".into(),
        };
        assert_eq!(refused, Err(Error::Conflict(vec![conflict])));
    }

    #[test]
    fn odd_order_is_a_warning() {
        let state = state(&[("started", 5), ("declared", 0)]);
        let plan = plan(&state, &[("key_event_recovered", "", "2024-05-01T12:30:00Z")]).expect("allowed");
        assert_eq!(
            plan.warnings,
            ["\"declared\" is before \"started\". Durations between them are left out."]
        );
    }
}
