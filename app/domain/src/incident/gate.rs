//! The one gate before Closed, and the two short ways around it.
//!
//! [`Gate::of`] says what stands before closing and where each thing is put right; a form shows it, the operation
//! refuses by the same rules ([`State::plan`]). Who declared by mistake takes it back within a minute
//! ([`State::mistake`]).

use super::{Closure, ClosureReason, Limits, Message, Set, State, Status, Update, blockers, code};
use crate::catalog::Catalog;
use crate::{Error, Refusal, Timestamp, UserId};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// What closing an incident takes now.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// Nothing was mitigated yet: it is closed with a reason, and nothing else is asked.
    pub early: bool,
    /// Everything that stands before closing; empty: it can be closed.
    pub blockers: Vec<Refusal>,
}

impl Gate {
    pub fn of(state: &State, catalog: &Catalog) -> Self {
        let early = state.status.needs_closure_reason(Status::Closed) && !state.ignore;
        let fresh = State { closure: None, ..state.clone() };
        Gate { early, blockers: if early { vec![] } else { blockers(&fresh, catalog) } }
    }
}

/// Where a thing that stands before closing is put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Remedy {
    /// Post an update with another status.
    Update,
    /// Date the key events.
    KeyEvents,
    /// The post-mortem, at its own place.
    Postmortem,
    /// Close with a reason.
    Reason,
}

impl Remedy {
    /// Of a refusal's code; `None`: there is nothing to do about it.
    pub fn of(code: &str) -> Option<Self> {
        match code {
            code::STATUS_NOT_POST_MORTEM | code::STATUS_NOT_MITIGATED => Some(Remedy::Update),
            code::MISSING_REQUIRED_KEY_EVENTS => Some(Remedy::KeyEvents),
            code::POSTMORTEM_NOT_LINKED | code::POSTMORTEM_NOT_READY | code::POSTMORTEM_STATUS_UNKNOWN => {
                Some(Remedy::Postmortem)
            }
            code::CLOSURE_REASON_REQUIRED | code::NOT_A_MISTAKE => Some(Remedy::Reason),
            _ => None,
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Remedy::Update => "Post an update",
            Remedy::KeyEvents => "Look at the key events",
            Remedy::Postmortem => "Look at the post-mortem",
            Remedy::Reason => "Close with a reason",
        }
    }
}

/// For so long a declaration can be taken back by one button.
pub const MISTAKE_FOR: TimeDelta = TimeDelta::seconds(60);

impl State {
    /// Whether the button "Declared by mistake" is there: for who declared it, for a minute, while nobody works on it.
    pub fn may_be_mistake(&self, by: Option<UserId>, now: Timestamp) -> bool {
        self.status == Status::Open && by == Some(self.created_by) && now - self.created_at <= MISTAKE_FOR
    }

    /// Taking a declaration back: closed as cancelled, with its words.
    ///
    /// # Errors
    /// [`Error::Refused`] when it is too late, somebody else's, or not Open any more.
    pub fn mistake(&self, by: Option<UserId>, now: Timestamp) -> Result<Update, Error> {
        if !self.may_be_mistake(by, now) {
            let words = "Only who declared it takes it back, within a minute and while it is Open. Close it with a \
                         reason instead.";
            return Err(Error::refused(code::NOT_A_MISTAKE, words));
        }
        let words = Message::parse("Declared by mistake.", Limits::Form);
        let message = words.map_err(|(code, text)| Error::field("message", code, text))?;
        Ok(Update {
            message: Some(message),
            status: Some(Set::to(Status::Closed)),
            closure: Some(Closure { reason: ClosureReason::Cancelled, reference: String::new() }),
            ..Update::default()
        })
    }
}

#[cfg(test)]
mod tests;
