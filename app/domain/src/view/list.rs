//! The incident list: rows, what is filtered, and the way on.

use super::{Choice, ChoiceGroup, Moment, PriorityMark, Promise, StatusMark};
use crate::{FieldErrors, IncidentId};
use serde::{Deserialize, Serialize};

/// One page of the list. The query string is the state: every link below is a query string without `?`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct IncidentList {
    pub rows: Vec<IncidentRow>,
    /// "1,284", or "1,000+" where counting stops.
    pub count: String,
    /// "newest first", "by relevance among the newest 1,000 matches"
    pub order: String,
    /// "4127 to 4103, 25 of 1,284"; empty without rows.
    pub span: String,
    pub filters: Filters,
    /// What of the query could not be read; then there are no rows.
    pub errors: FieldErrors,
    /// The sorted column, `-` before it for descending: `-id`.
    pub sort: String,
    /// The query without sort and cursor, for links that change the sort.
    pub base: String,
    pub newer: Option<String>,
    pub older: Option<String>,
    /// Named queries above the bar.
    pub views: Vec<SavedView>,
}

/// A query with a name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SavedView {
    pub label: String,
    pub query: String,
    /// How many; empty: not counted.
    pub count: String,
    pub current: bool,
}

/// What can be filtered, and what is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Filters {
    pub search: String,
    /// As typed: `2026/Q3`, `last_week - now`.
    pub created_at: String,
    /// "From 2026/01/01 00:00:00 to 2026/10/14 23:59:59 CEST"; empty when nothing is asked or it cannot be read.
    pub created_bounds: String,
    /// `rank` is the status number.
    pub status: Vec<Choice>,
    /// `rank` is the priority's value.
    pub priority: Vec<Choice>,
    pub environment: Vec<Choice>,
    pub category: Vec<ChoiceGroup>,
    /// Filters given by address only, in words: "opened by Yusuf Demir". They are kept by the form as `kept`.
    pub also: Vec<String>,
    /// Name and value of those, sent along as hidden fields.
    pub kept: Vec<(String, String)>,
}

/// One incident in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IncidentRow {
    pub id: IncidentId,
    pub title: String,
    pub priority: PriorityMark,
    pub status: StatusMark,
    pub private: bool,
    pub environment: String,
    pub category: String,
    pub group: String,
    /// `YYYY/MM/DD HH:MM`
    pub created: Moment,
    /// The last word, when nothing is promised: "1 h ago".
    pub last: Moment,
    pub promise: Option<Promise>,
}
