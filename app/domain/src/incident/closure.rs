//! Closing: reasons for closing early, and what still stands before closing.

use super::{State, Status, bounded, milestone, tidy};
use crate::catalog::Catalog;
use crate::{FieldCode, FieldErrors, Refusal};
use serde::{Deserialize, Serialize};

/// Why an incident is closed. `Resolved` is the normal end and cannot be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosureReason {
    Resolved,
    Duplicate,
    FalsePositive,
    Superseded,
    External,
    Cancelled,
}

impl ClosureReason {
    pub const ALL: [ClosureReason; 6] = [
        ClosureReason::Resolved,
        ClosureReason::Duplicate,
        ClosureReason::FalsePositive,
        ClosureReason::Superseded,
        ClosureReason::External,
        ClosureReason::Cancelled,
    ];

    /// The five that the closure form offers.
    pub fn selectable() -> impl Iterator<Item = ClosureReason> {
        ClosureReason::ALL.into_iter().filter(|r| *r != ClosureReason::Resolved)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            ClosureReason::Resolved => "resolved",
            ClosureReason::Duplicate => "duplicate",
            ClosureReason::FalsePositive => "false_positive",
            ClosureReason::Superseded => "superseded",
            ClosureReason::External => "external",
            ClosureReason::Cancelled => "cancelled",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        ClosureReason::ALL.into_iter().find(|r| r.as_str() == name)
    }

    pub const fn label(self) -> &'static str {
        match self {
            ClosureReason::Resolved => "Resolved normally",
            ClosureReason::Duplicate => "Duplicate incident",
            ClosureReason::FalsePositive => "False alarm - no actual issue",
            ClosureReason::Superseded => "Superseded by another incident",
            ClosureReason::External => "External dependency/known issue",
            ClosureReason::Cancelled => "Cancelled - no longer relevant",
        }
    }
}

/// Why it is closed early, and where to read on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closure {
    pub reason: ClosureReason,
    /// An incident number or address, ≤ 100 characters; empty when there is none.
    pub reference: String,
}

/// The closure form as sent. Its message travels as the update's message and is required with it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RawClosure {
    /// Left empty it is sent as empty: a form that leaves it out asks for no closing.
    #[serde(serialize_with = "or_empty")]
    pub reason: Option<String>,
    pub reference: Option<String>,
}

fn or_empty<S: serde::Serializer>(text: &Option<String>, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(text.as_deref().unwrap_or_default())
}

impl Closure {
    /// Notes what is wrong under `closure_reason` and `closure_reference`.
    pub(super) fn parse(raw: &RawClosure, errors: &mut FieldErrors) -> Option<Self> {
        let reason = match raw.reason.as_deref().map(str::trim) {
            None | Some("") => Err((FieldCode::Required, "Why is it closed? Choose a reason.".to_owned())),
            Some(name) => ClosureReason::from_name(name)
                .filter(|r| *r != ClosureReason::Resolved)
                .ok_or((FieldCode::InvalidChoice, "Choose one of the listed reasons.".to_owned())),
        };
        let reason = errors.take("closure_reason", reason);
        let reference = bounded(tidy(raw.reference.as_deref().unwrap_or_default()), 0, 100, "");
        let reference = errors.take("closure_reference", reference);
        Some(Closure { reason: reason?, reference: reference? })
    }
}

/// What the rules must know of post-mortems. The default: no backend is enabled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Postmortem {
    /// `None`: not enabled. Else whether a page is linked.
    pub confluence: Option<bool>,
    /// `None`: not enabled.
    pub jira: Option<JiraPostmortem>,
}

impl Postmortem {
    pub fn is_enabled(&self) -> bool {
        self.confluence.is_some() || self.jira.is_some()
    }
}

/// The Jira post-mortem as last read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JiraPostmortem {
    Missing,
    Ready {
        key: String,
    },
    NotReady {
        key: String,
        status: String,
    },
    /// Jira did not say; `error` is short and fit for people, `support` names the channel to ask.
    Unknown {
        key: String,
        error: String,
        support: Option<String>,
    },
}

/// Codes of [`blockers`], in the order of 01 §11, and of other refusals of an update.
pub mod code {
    pub const STATUS_NOT_POST_MORTEM: &str = "STATUS_NOT_POST_MORTEM";
    pub const POSTMORTEM_NOT_LINKED: &str = "POSTMORTEM_NOT_LINKED";
    pub const POSTMORTEM_NOT_READY: &str = "POSTMORTEM_NOT_READY";
    pub const POSTMORTEM_STATUS_UNKNOWN: &str = "POSTMORTEM_STATUS_UNKNOWN";
    pub const STATUS_NOT_MITIGATED: &str = "STATUS_NOT_MITIGATED";
    pub const MISSING_REQUIRED_KEY_EVENTS: &str = "MISSING_REQUIRED_KEY_EVENTS";
    /// Closing from Open or Investigating without a reason.
    pub const CLOSURE_REASON_REQUIRED: &str = "CLOSURE_REASON_REQUIRED";
    /// Not in the table of transitions.
    pub const TRANSITION_NOT_ALLOWED: &str = "TRANSITION_NOT_ALLOWED";
    /// Too late, or not theirs, to take a declaration back.
    pub const NOT_A_MISTAKE: &str = "NOT_A_MISTAKE";
    /// Reopening one while another open one holds its key.
    pub const DEDUP_KEY_TAKEN: &str = "DEDUP_KEY_TAKEN";
}

/// A backend is enabled, the priority asks for one, and it happened in production (01 §10).
pub fn needs_postmortem(state: &State, catalog: &Catalog) -> bool {
    state.postmortem.is_enabled()
        && catalog.priority(state.priority).is_some_and(|p| p.needs_postmortem)
        && catalog.environment(state.environment).is_some_and(|e| e.is_production())
}

/// Everything that stands before closing; empty = closable. A closure reason or `ignore` lets it pass (01 §11).
pub fn blockers(state: &State, catalog: &Catalog) -> Vec<Refusal> {
    if state.closure.is_some() || state.ignore {
        return Vec::new();
    }
    let mut blockers = Vec::new();
    if needs_postmortem(state, catalog) {
        if state.status != Status::PostMortem {
            blockers.push(Refusal::new(
                code::STATUS_NOT_POST_MORTEM,
                "This incident needs a post-mortem. Move it to Post-mortem first.",
            ));
        }
        blockers.extend(postmortem_blockers(&state.postmortem));
    } else if state.status < Status::Mitigated {
        let words = ["It is ", state.status.label(), ". Only a Mitigated incident can be closed."].concat();
        blockers.push(Refusal::new(code::STATUS_NOT_MITIGATED, words));
    }
    let key_events_count = catalog.priority(state.priority).is_some_and(|p| p.needs_key_events());
    let missing = milestone::missing(&state.milestones, state.ignore, catalog);
    if key_events_count && !missing.is_empty() {
        let names: Vec<_> = missing.iter().map(|m| m.event_type.as_str()).collect();
        let words = ["Key events are missing: ", &names.join(", "), ". Fill them in first."].concat();
        blockers.push(Refusal::new(code::MISSING_REQUIRED_KEY_EVENTS, words));
    }
    blockers
}

/// Per enabled backend: a document exists; only Jira knows whether it is ready.
fn postmortem_blockers(postmortem: &Postmortem) -> Vec<Refusal> {
    let mut blockers = Vec::new();
    if postmortem.confluence == Some(false) {
        let words = "No Confluence post-mortem is linked. Create it first.";
        blockers.push(Refusal::new(code::POSTMORTEM_NOT_LINKED, words));
    }
    match &postmortem.jira {
        None | Some(JiraPostmortem::Ready { .. }) => {}
        Some(JiraPostmortem::Missing) => {
            let words = "No Jira post-mortem is linked. Create it first.";
            blockers.push(Refusal::new(code::POSTMORTEM_NOT_LINKED, words));
        }
        Some(JiraPostmortem::NotReady { key, status }) => {
            let words = ["The post-mortem ", key, " is \"", status, "\". Bring it to Ready first."].concat();
            blockers.push(Refusal::new(code::POSTMORTEM_NOT_READY, words));
        }
        Some(JiraPostmortem::Unknown { key, error, support }) => {
            let ask = support.as_deref().map(|c| [" or ask in ", c].concat()).unwrap_or_default();
            let words =
                ["Jira does not say whether ", key, " is ready (", error, "). Try again", &ask, "."].concat();
            blockers.push(Refusal::new(code::POSTMORTEM_STATUS_UNKNOWN, words));
        }
    }
    blockers
}

/// A closure form without its message.
pub(super) const CLOSURE_MESSAGE: &str = "Say in a sentence why it is closed.";
