//! The six states of an incident and the only table of transitions.
//!
//! | now | with post-mortem | without |
//! |---|---|---|
//! | Open | Investigating, Closed* | same |
//! | Investigating | Mitigating, Closed* | same |
//! | Mitigating | Mitigated | same |
//! | Mitigated | Post-mortem, Investigating†, Mitigating† | Closed, Investigating†, Mitigating† |
//! | Post-mortem | Closed | Closed |
//! | Closed | – | – |
//!
//! \* with a closure reason. † reopening: a message of at least 10 characters says why.
//! The first column applies only where a post-mortem is needed: a backend is enabled, the priority asks for one and
//! it happened in production. An ignored incident may be closed from anywhere. (Spec 01 §8, corrections DM-04, DM-10,
//! DM-11.)

use serde::{Deserialize, Serialize};

/// Ordered: below Closed is active, up to Mitigated holds the dedup key, from Mitigated on counts as fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i16", into = "i16")]
pub enum Status {
    Open = 10,
    Investigating = 20,
    Mitigating = 30,
    Mitigated = 40,
    PostMortem = 50,
    Closed = 60,
}

use Status::{Closed, Investigating, Mitigated, Mitigating, Open, PostMortem};

impl Status {
    pub const ALL: [Status; 6] = [Open, Investigating, Mitigating, Mitigated, PostMortem, Closed];

    /// As stored and sent: 10…60.
    pub const fn number(self) -> i16 {
        self as i16
    }

    pub fn from_number(number: i16) -> Option<Self> {
        Status::ALL.into_iter().find(|s| s.number() == number)
    }

    /// A form's choice: the number as text, or the label in any case.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        match text.parse() {
            Ok(number) => Status::from_number(number),
            Err(_) => Status::ALL.into_iter().find(|s| s.label().eq_ignore_ascii_case(text)),
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Open => "Open",
            Investigating => "Investigating",
            Mitigating => "Mitigating",
            Mitigated => "Mitigated",
            PostMortem => "Post-mortem",
            Closed => "Closed",
        }
    }

    pub fn is_active(self) -> bool {
        self < Closed
    }

    /// Its dedup key is taken (01 §16).
    pub fn holds_dedup_key(self) -> bool {
        self <= Mitigated
    }

    /// Below this number, ascending.
    pub fn lt(number: i16) -> Vec<Status> {
        Status::ALL.into_iter().filter(|s| s.number() < number).collect()
    }

    pub fn lte(number: i16) -> Vec<Status> {
        Status::ALL.into_iter().filter(|s| s.number() <= number).collect()
    }

    pub fn gt(number: i16) -> Vec<Status> {
        Status::ALL.into_iter().filter(|s| s.number() > number).collect()
    }

    pub fn gte(number: i16) -> Vec<Status> {
        Status::ALL.into_iter().filter(|s| s.number() >= number).collect()
    }

    /// Number and label of states below this number.
    pub fn choices_lt(number: i16) -> Vec<(i16, &'static str)> {
        Status::lt(number).into_iter().map(Status::choice).collect()
    }

    pub fn choices_lte(number: i16) -> Vec<(i16, &'static str)> {
        Status::lte(number).into_iter().map(Status::choice).collect()
    }

    /// As [`Status::choices_lte`], for incidents that need no post-mortem.
    pub fn choices_lte_without_postmortem(number: i16) -> Vec<(i16, &'static str)> {
        Status::lte(number).into_iter().filter(|s| *s != PostMortem).map(Status::choice).collect()
    }

    pub const fn choice(self) -> (i16, &'static str) {
        (self.number(), self.label())
    }

    /// What the status field offers: the current state first, then where it may go.
    pub fn targets(self, needs_postmortem: bool) -> Vec<Status> {
        let onward: &[Status] = match (self, needs_postmortem) {
            (Open, _) => &[Investigating, Closed],
            (Investigating, _) => &[Mitigating, Closed],
            (Mitigating, _) => &[Mitigated],
            (Mitigated, true) => &[PostMortem, Investigating, Mitigating],
            (Mitigated, false) => &[Closed, Investigating, Mitigating],
            (PostMortem, _) => &[Closed],
            (Closed, _) => &[],
        };
        [&[self], onward].concat()
    }

    /// The choices of a form: of this incident's state, or all six when there is no incident.
    pub fn offered(current: Option<Status>, needs_postmortem: bool) -> Vec<Status> {
        current.map_or_else(|| Status::ALL.into(), |status| status.targets(needs_postmortem))
    }

    /// Stays, or goes along the table.
    pub fn may_go(self, to: Status, needs_postmortem: bool) -> bool {
        self.targets(needs_postmortem).contains(&to)
    }

    /// Closed before anything was mitigated: somebody must say why (01 §8.4).
    pub fn needs_closure_reason(self, to: Status) -> bool {
        to == Closed && matches!(self, Open | Investigating)
    }

    /// Back to work: a message must say why (01 §8.3).
    pub fn is_reopening(self, to: Status) -> bool {
        self >= Mitigated && to < Mitigated
    }
}

impl From<Status> for i16 {
    fn from(status: Status) -> i16 {
        status.number()
    }
}

impl TryFrom<i16> for Status {
    type Error = &'static str;
    fn try_from(number: i16) -> Result<Self, Self::Error> {
        Status::from_number(number).ok_or("a status is one of 10, 20, 30, 40, 50, 60")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // CORE-001: exactly six numbers with their labels.
    #[test]
    fn six_states_with_labels() {
        let all: Vec<_> = Status::ALL.into_iter().map(Status::choice).collect();
        assert_eq!(
            all,
            [
                (10, "Open"),
                (20, "Investigating"),
                (30, "Mitigating"),
                (40, "Mitigated"),
                (50, "Post-mortem"),
                (60, "Closed")
            ]
        );
        assert_eq!((0..=100).filter_map(Status::from_number).count(), 6);
        assert_eq!(serde_json::to_string(&Mitigated).expect("a number"), "40");
        assert!(serde_json::from_str::<Status>("45").is_err());
    }

    // CORE-002: helper lists and choices are ordered and exact.
    #[test]
    fn helper_lists_are_ordered_and_exact() {
        assert_eq!(Status::lt(30), [Open, Investigating]);
        assert_eq!(Status::lte(30), [Open, Investigating, Mitigating]);
        assert_eq!(Status::gt(40), [PostMortem, Closed]);
        assert_eq!(Status::gte(40), [Mitigated, PostMortem, Closed]);
        assert_eq!(Status::lt(10), []);
        assert_eq!(Status::choices_lt(20), [(10, "Open")]);
        assert_eq!(Status::choices_lte(20), [(10, "Open"), (20, "Investigating")]);
        let short: Vec<_> =
            Status::choices_lte_without_postmortem(60).into_iter().map(|(number, _)| number).collect();
        assert_eq!(short, [10, 20, 30, 40, 60]);
    }

    // CORE-083 SLK-076: the table with post-mortem, all pairs. CORE-085 CORE-092: current first, one way on.
    #[test]
    fn table_with_postmortem() {
        assert_eq!(Open.targets(true), [Open, Investigating, Closed]);
        assert_eq!(Investigating.targets(true), [Investigating, Mitigating, Closed]);
        assert_eq!(Mitigating.targets(true), [Mitigating, Mitigated]);
        assert_eq!(Mitigated.targets(true), [Mitigated, PostMortem, Investigating, Mitigating]);
        assert_eq!(PostMortem.targets(true), [PostMortem, Closed]);
    }

    // CORE-084 SLK-077: the short table, all pairs. CORE-088: Closed is the end, short Post-mortem only closes.
    #[test]
    fn table_without_postmortem() {
        assert_eq!(Open.targets(false), [Open, Investigating, Closed]);
        assert_eq!(Investigating.targets(false), [Investigating, Mitigating, Closed]);
        assert_eq!(Mitigating.targets(false), [Mitigating, Mitigated]);
        assert_eq!(Mitigated.targets(false), [Mitigated, Closed, Investigating, Mitigating]);
        assert_eq!(PostMortem.targets(false), [PostMortem, Closed]);
        assert_eq!(Closed.targets(false), [Closed]);
        assert_eq!(Closed.targets(true), [Closed]);
    }

    // CORE-086 CORE-087 CORE-093: no Post-mortem on the short path, no Closed from Mitigating, never back to Open.
    #[test]
    fn what_is_never_offered() {
        for from in Status::ALL {
            for postmortem in [true, false] {
                let onward = &from.targets(postmortem)[1..];
                assert!(!onward.contains(&Open));
                assert!(!onward.contains(&from));
                assert!(postmortem || !onward.contains(&PostMortem));
            }
        }
        assert!(!Mitigating.may_go(Closed, true) && !Mitigating.may_go(Closed, false));
    }

    // CORE-089: all six without an incident.
    #[test]
    fn without_an_incident_all_are_offered() {
        assert_eq!(Status::offered(None, false), Status::ALL);
        assert_eq!(Status::offered(Some(Mitigating), true), [Mitigating, Mitigated]);
    }

    // CORE-096: a closure reason exactly from Open and Investigating to Closed.
    #[test]
    fn closure_reason_only_before_mitigating() {
        for from in Status::ALL {
            for to in Status::ALL {
                let needed = to == Closed && (from == Open || from == Investigating);
                assert_eq!(from.needs_closure_reason(to), needed, "{from:?} {to:?}");
            }
        }
    }

    #[test]
    fn parses_numbers_and_labels() {
        assert_eq!(Status::parse(" 40 "), Some(Mitigated));
        assert_eq!(Status::parse("post-mortem"), Some(PostMortem));
        assert_eq!(Status::parse("45"), None);
        assert_eq!(Status::parse(""), None);
    }
}
