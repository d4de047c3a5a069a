//! What pages read: plain data, ready to be shown.
//!
//! The server fills these, per caller and behind the fence; pages only lay them out. So no view holds a clock, a time
//! zone or a rule: every moment arrives as words beside its ISO form ([`Moment`]), every length of time as words, every
//! place on a ruler in per mille. Numbers are `i32`/`i64`, so that they mean the same in the browser.

pub mod category;
pub mod desk;
pub mod editors;
pub mod form;
pub mod incident;
pub mod life;
pub mod list;
pub mod promise;
pub mod ruler;

pub use category::*;
pub use desk::*;
pub use editors::*;
pub use form::*;
pub use incident::*;
pub use life::*;
pub use list::*;
pub use promise::*;
pub use ruler::*;

use crate::{UserId, catalog::Priority, incident::Status};
use serde::{Deserialize, Serialize};

/// A moment, said for the place it stands in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Moment {
    /// As said here: `14:09`, `5 h ago`, `2026/10/14 14:09`.
    pub text: String,
    /// `YYYY/MM/DD HH:MM:SS` with the zone, for the tooltip.
    pub full: String,
    /// RFC 3339, for `<time datetime>`.
    pub iso: String,
}

/// A person by name; initials stand in for a picture.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Person {
    /// `None`: not a user (a vendor's side).
    pub id: Option<UserId>,
    pub name: String,
    /// One or two letters.
    pub initials: String,
}

impl Person {
    /// A person of this name, with the first letters of the first and the last word as initials.
    pub fn named(id: Option<UserId>, name: &str) -> Self {
        let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
        let initials = words.next().into_iter().chain(words.next_back());
        Person { id, name: name.to_owned(), initials: initials.flat_map(char::to_uppercase).collect() }
    }
}

/// A status: its number (spec 01 §2.1) chooses the shape and the colour, its label is always said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StatusMark {
    pub value: i32,
    pub label: String,
}

/// A priority: its value (1 is worst, 20 is GAMEDAY) chooses the fill.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PriorityMark {
    pub value: i32,
    pub name: String,
    /// "critical, executives involved"
    pub description: String,
}

impl From<Status> for StatusMark {
    fn from(status: Status) -> Self {
        StatusMark { value: status.number().into(), label: status.label().into() }
    }
}

impl From<&Priority> for PriorityMark {
    fn from(priority: &Priority) -> Self {
        let Priority { value, name, description, .. } = priority.clone();
        PriorityMark { value, name, description }
    }
}

/// One thing that can be chosen in a form or filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    pub label: String,
    /// Said fainter behind the label; may be empty.
    pub note: String,
    /// Chosen when the page is made.
    pub chosen: bool,
    /// Status number, priority value or impact rank, where the choice has a mark; else 0.
    pub rank: i32,
}

impl Choice {
    /// A choice without a note or a mark.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Choice { value: value.into(), label: label.into(), ..Choice::default() }
    }
}

impl From<Status> for Choice {
    fn from(status: Status) -> Self {
        Choice { rank: status.number().into(), ..Choice::new(status.number().to_string(), status.label()) }
    }
}

impl From<&Priority> for Choice {
    fn from(p: &Priority) -> Self {
        Choice { note: p.description.clone(), rank: p.value, ..Choice::new(p.id.to_string(), p.name.clone()) }
    }
}

/// Choices under a heading: categories by group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ChoiceGroup {
    pub label: String,
    pub choices: Vec<Choice>,
}

/// A link that leaves or stays: the page marks those that leave.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Link {
    pub text: String,
    pub url: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_those_of_first_and_last_name() {
        for (name, initials) in
            [("Yusuf Demir", "YD"), ("Priya", "P"), ("Ana de la Cruz", "AC"), ("", ""), ("émile zola", "ÉZ")]
        {
            assert_eq!(Person::named(None, name).initials, initials);
        }
    }
}
