//! The list of categories, as it is shown.

use super::Choice;
use crate::{CategoryId, FieldErrors};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CategoryList {
    pub rows: Vec<CategoryRow>,
    pub search: String,
    /// The period as it was typed; empty: MTBF and counts are not shown.
    pub period: String,
    /// "From 2026/10/01 00:00:00 CEST to …"
    pub bounds: String,
    /// By group order.
    pub groups: Vec<Choice>,
    /// Parameters of the address that have no widget.
    pub kept: Vec<(String, String)>,
    /// What cannot be read of the address.
    pub errors: FieldErrors,
    /// `-mtbf`; empty: by group.
    pub sort: String,
    /// The address without order and page.
    pub base: String,
    /// "59 categories"
    pub count: String,
    pub newer: Option<String>,
    pub older: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CategoryRow {
    pub id: CategoryId,
    pub name: String,
    pub private: bool,
    pub group: String,
    /// `2 days, 3:04:05` or `N/A`; empty without a period.
    pub mtbf: String,
    /// How many incidents were declared in the period.
    pub incidents: i64,
    /// The list of them.
    pub query: String,
}
