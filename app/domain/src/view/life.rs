//! What may be done to an incident besides posting an update: edit, close, reopen, take back.

use super::Choice;
use crate::incident::{ClosureReason, Gate, Remedy};
use serde::{Deserialize, Serialize};

/// What the forms to edit, close and reopen offer, and whether they are offered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Life {
    /// The key of whichever of these forms is sent.
    pub submission: String,
    /// It is closed with a reason: nothing was mitigated yet.
    pub early: bool,
    pub reasons: Vec<Choice>,
    /// What stands before closing; empty: it can be closed.
    pub blockers: Vec<Blocker>,
    /// All; those of the incident are chosen.
    pub environments: Vec<Choice>,
    /// It is closed, and this person may bring it back.
    pub may_reopen: bool,
    /// The button "Declared by mistake" is there.
    pub mistake: bool,
}

/// One thing that stands before closing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Blocker {
    /// Stable, for machines and for people who ask for help.
    pub code: String,
    pub text: String,
    /// Where it is put right.
    pub remedy: Option<Remedy>,
}

impl Life {
    /// The gate as the form to close shows it.
    pub fn gate(gate: Gate, submission: String) -> Self {
        let blocker =
            |r: crate::Refusal| Blocker { remedy: Remedy::of(&r.code), code: r.code, text: r.message };
        Life {
            submission,
            early: gate.early,
            reasons: ClosureReason::selectable().map(|r| Choice::new(r.as_str(), r.label())).collect(),
            blockers: gate.blockers.into_iter().map(blocker).collect(),
            ..Life::default()
        }
    }
}
