//! How a promised update stands, counted by the server and, where the page stays open, on in the browser.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// When the next update is due.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Promise {
    pub mood: Mood,
    /// "12 min", "late by 11 min"
    pub text: String,
    /// "due 15:05, Mara Lindqvist"
    pub note: String,
    /// When this was said; negative when late.
    pub left_s: i64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Mood {
    #[default]
    Due,
    /// Within five minutes.
    Soon,
    Late,
}

impl Promise {
    /// As it stands with so many seconds left.
    pub fn with(left_s: i64, note: String) -> Self {
        let mood = match left_s {
            ..0 => Mood::Late,
            0..=300 => Mood::Soon,
            _ => Mood::Due,
        };
        let text = match mood {
            Mood::Late => ["late by ", &length(TimeDelta::seconds(-left_s))].concat(),
            Mood::Due | Mood::Soon => length(TimeDelta::seconds(left_s)),
        };
        Promise { mood, text, note, left_s }
    }

    /// The same one, so many seconds later.
    pub fn later(&self, seconds: i64) -> Self {
        Promise::with(self.left_s - seconds, self.note.clone())
    }
}

/// In the two largest units: `51 min`, `1 h 15 min`, `3 days`; `under a minute` when it is less.
pub fn length(delta: TimeDelta) -> String {
    let (days, hours, minutes) = (delta.num_days(), delta.num_hours() % 24, delta.num_minutes() % 60);
    match (days, hours, minutes) {
        (0, 0, ..=0) => "under a minute".into(),
        (0, 0, m) => format!("{m} min"),
        (0, h, 0) => format!("{h} h"),
        (0, h, m) => format!("{h} h {m} min"),
        (1, 0, _) => "1 day".into(),
        (1, h, _) => format!("1 day {h} h"),
        (d, _, _) => format!("{d} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_counts_down_and_then_up() {
        let said = |seconds| {
            let promise = Promise::with(12 * 60, "due 15:05".into()).later(seconds);
            (promise.mood, promise.text)
        };
        assert_eq!(said(0), (Mood::Due, "12 min".into()));
        assert_eq!(said(8 * 60), (Mood::Soon, "4 min".into()));
        assert_eq!(said(12 * 60), (Mood::Soon, "under a minute".into()));
        assert_eq!(said(23 * 60), (Mood::Late, "late by 11 min".into()));
    }
}
