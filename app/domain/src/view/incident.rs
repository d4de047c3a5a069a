//! The page of one incident.

use super::{Life, Moment, Person, PriorityMark, Promise, Ruler, StatusMark, SurfaceState, UpdateForm};
use crate::{IncidentId, JobId};
use serde::{Deserialize, Serialize};

/// Everything the page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IncidentPage {
    pub id: IncidentId,
    pub title: String,
    pub description: String,
    pub priority: PriorityMark,
    pub status: StatusMark,
    pub private: bool,
    /// Primary first.
    pub environments: Vec<String>,
    pub category: String,
    pub group: String,
    pub declared: Moment,
    pub declared_by: Person,
    /// While the impact lasts: "burning for 51 min"; after: "took 42 min". Empty: nothing to say.
    pub lasting: String,
    pub promise: Option<Promise>,
    /// The last words a person said.
    pub doing_now: String,
    /// What comes next by the rules: "Set Mitigated when the impact is over. A post-mortem follows."
    pub then: String,
    pub ruler: Ruler,
    /// Newest first.
    pub timeline: Vec<Entry>,
    /// Entries that the timeline leaves out: it is too long.
    pub older: Option<Older>,
    pub people: Vec<RoleHolder>,
    /// "14 in the channel"
    pub members: String,
    pub key_events: Vec<KeyEvent>,
    pub metrics: Vec<Metric>,
    pub surfaces: Vec<Surface>,
    /// "2 deliveries pending"; empty when none.
    pub pending: String,
    /// Worst first, without those of rank 6.
    pub impacts: Vec<Impact>,
    /// "They suggest P1; it is P3." Empty: they agree, or it is over.
    pub suggestion: String,
    /// Platform, support ticket and other facts of the form, in words.
    pub facts: Vec<Fact>,
    pub costs: Vec<Fact>,
    /// The form to post an update; `None`: the caller may not, or it is closed (`closed_to` says why).
    pub update: Option<UpdateForm>,
    /// Why there is no form: "Closed on 2026/10/14. A closed incident is not changed."
    pub closed_to: String,
    /// To edit, close, reopen, take back.
    pub life: Life,
    /// May press Retry.
    pub may_retry: bool,
    /// "Record unbroken, 41 entries, last hash 9f3c 71ab"; empty: not checked.
    pub record: String,
    pub past: TimeTravel,
    /// What is new since the caller looked.
    pub since: Since,
}

/// Words so old that they are not shown. What was changed is shown however old it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Older {
    pub count: usize,
    /// They are on the page as it was then.
    pub at: Moment,
}

/// What others did since somebody looked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Since {
    pub look: Look,
    pub at: Moment,
    /// Nothing: nothing is new.
    pub parts: Vec<SincePart>,
}

/// A look that is over; record 0: there was none. A page that is read again while it is open says which one it speaks
/// of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// The last record that was there.
    pub seq: i64,
    /// In microseconds.
    pub at: i64,
}

/// One new thing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SincePart {
    /// "priority P3 → P1", "4 updates"
    pub text: String,
    /// The id of what tells it.
    pub entry: String,
}

/// The way into the past, and back.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TimeTravel {
    /// The moment that is shown; `None`: now.
    pub at: Option<Moment>,
    /// What the field holds, in the zone of the installation: `2026-10-14T14:31:00`.
    pub field: String,
    /// Why the moment that was asked for is not shown; empty: it is.
    pub problem: String,
    /// Where something was recorded before and after, as `?at=` says it.
    pub earlier: Option<String>,
    pub later: Option<String>,
    /// What the clock on the wall showed when: for the slider, which knows seconds.
    pub shifts: Vec<Shift>,
}

/// From this second on (Unix time) the zone is so many seconds east of Greenwich.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    pub from: i64,
    pub seconds: i32,
}

impl TimeTravel {
    /// The clock on the wall, as if it hung in Greenwich, in seconds of Unix time.
    pub fn wall(&self, second: i64) -> i64 {
        let shift = self.shifts.iter().rev().find(|shift| shift.from <= second);
        second + shift.map_or(0, |shift| i64::from(shift.seconds))
    }
}

/// What else there is to an entry with words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Said {
    /// The next update is promised by then.
    pub promised: Option<Moment>,
    pub corrected: Option<Corrected>,
    /// This caller may give it other words.
    pub may_correct: bool,
}

/// The words shown are not the first ones.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Corrected {
    pub by: String,
    pub at: Moment,
    pub original: String,
}

/// One entry of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Entry {
    /// Stable, usable as a fragment: `e-<update id>`.
    pub id: String,
    pub at: Moment,
    pub what: EntryKind,
    /// Somebody else wrote it since the caller looked.
    pub new: bool,
}

/// People are loud, machines quiet.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EntryKind {
    /// Somebody's words, with what changed by them.
    Said {
        by: Person,
        did: String,
        changes: Vec<Changed>,
        words: String,
        /// Nothing for most entries.
        more: Box<Said>,
    },
    /// A change without words: one line.
    Changed { by: Option<Person>, did: String, changes: Vec<Changed>, about: About },
    /// From another system, also what was ignored and why.
    Other { system: String, text: String },
    /// What FireFighter did itself, folded.
    Machine { summary: String, steps: Vec<Step> },
    /// A delivery that needs a person.
    Refused { what: String, reason: String, job: Option<JobId> },
    /// A line across: the day changes.
    Day { text: String },
    /// A line across: so far the caller had seen it.
    Looked { text: String },
}

/// What a line is about: chooses its icon.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum About {
    #[default]
    Facts,
    Status,
    Role,
    KeyEvent,
    Paging,
    Help,
}

/// From what to what; `from` is `None` at the declaration.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Changed {
    /// "Title"; said to those who do not see the marks.
    pub field: String,
    pub from: Option<Value>,
    pub to: Value,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Value {
    Status(StatusMark),
    Priority(PriorityMark),
    Text(String),
}

/// One step of a machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Step {
    /// `14:09:43`
    pub at: String,
    pub text: String,
}

/// A role and who holds it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RoleHolder {
    pub role: String,
    /// `None`: nobody yet.
    pub person: Option<Person>,
}

/// A key event.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct KeyEvent {
    pub name: String,
    pub at: Option<Moment>,
    /// Since the one before: "+4 min".
    pub gap: String,
    /// When it is not set: "set when Mitigated", "missing".
    pub note: String,
}

/// A duration between two key events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    pub name: String,
    pub code: String,
    pub description: String,
    /// "2 hours and 3 minutes"
    pub duration: String,
    /// "2:03:04"
    pub exact: String,
    /// Why there is none: "Recovered 14:01 is before Declared 14:09". Empty: there is one.
    pub odd: String,
}

/// Something outside that is kept in line with the incident.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Surface {
    pub kind: SurfaceKind,
    /// "Slack channel"
    pub label: String,
    /// "20261014-4127-prd-payment"; empty while it does not exist.
    pub name: String,
    pub url: Option<String>,
    pub state: SurfaceState,
    /// "in step", "behind by 12 s", "refused", "on its way"
    pub text: String,
    /// Why, in words: "403, the space does not let us write. Tried 3 times, last 14:51."
    pub reason: String,
    /// The job to retry.
    pub job: Option<JobId>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SurfaceKind {
    #[default]
    Channel,
    Announcement,
    Ticket,
    Paging,
    Document,
    Message,
}

/// An answered impact.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Impact {
    /// "Customers Impact"
    pub kind: String,
    /// "Highest"
    pub label: String,
    /// "Critical issue for many customers"
    pub name: String,
    pub rank: i32,
}

/// A fact in words, perhaps a link.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    pub label: String,
    pub text: String,
    pub url: Option<String>,
}

impl IncidentPage {
    /// It is shown as it was, not as it is: nothing can be changed on this page.
    pub fn is_past(&self) -> bool {
        self.past.at.is_some()
    }

    /// The impact lasts: Open, Investigating or Mitigating (spec 01 §2.1: below 40).
    pub fn burning(&self) -> bool {
        self.status.value < 40
    }
}
