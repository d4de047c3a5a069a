//! The incident list: rows, what is filtered, and the way on.

use super::{Choice, ChoiceGroup, Moment, PriorityMark, Promise, StatusMark};
use crate::{FieldErrors, IncidentId, catalog::Catalog, incident::Status, query};
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

/// What the form of the list sends by itself; the rest of an address travels along unseen.
const OWN: [&str; 6] = ["search", "created_at", "status", "environment", "priority", "incident_category"];

impl Filters {
    /// What can be filtered by this catalog, and what this query string (without `?`) asks, also where it asks
    /// nonsense. The caller adds `created_bounds`.
    pub fn of(query: &str, catalog: &Catalog) -> Self {
        let pairs = query::pairs(query);
        let asked = |name: &str, value: &str| pairs.iter().any(|(n, v)| n == name && v == value);
        let first =
            |name: &str| pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap_or_default();
        let mark = |name: &str, choice: Choice| Choice { chosen: asked(name, &choice.value), ..choice };
        let environment = |e: &crate::catalog::Environment| {
            mark(
                "environment",
                Choice { note: e.name.clone(), ..Choice::new(e.id.to_string(), e.value.clone()) },
            )
        };
        let category = |c: &crate::catalog::Category| {
            mark("incident_category", Choice::new(c.id.to_string(), c.name.clone()))
        };
        let groups = catalog.grouped_categories().into_iter();
        let kept = pairs
            .iter()
            .filter(|(n, v)| !v.is_empty() && !OWN.contains(&n.as_str()) && !LEFT.contains(&n.as_str()));
        let also = |name: &str| !["sort", "order_by", "per_page"].contains(&name);
        Filters {
            search: first("search"),
            created_at: first("created_at"),
            created_bounds: String::new(),
            status: Status::ALL.into_iter().map(|s| mark("status", s.into())).collect(),
            priority: catalog.priorities.iter().map(|p| mark("priority", p.into())).collect(),
            environment: catalog.environments.iter().map(environment).collect(),
            category: groups
                .map(|(group, categories)| ChoiceGroup {
                    label: group.name.clone(),
                    choices: categories.into_iter().map(category).collect(),
                })
                .collect(),
            also: kept
                .clone()
                .filter(|(name, _)| also(name))
                .map(|(name, value)| format!("{name} = {value}"))
                .collect(),
            kept: kept.cloned().collect(),
        }
    }
}

/// Where in the list one is: another question begins at the top.
const LEFT: [&str; 4] = ["page", "after", "before", "draft"];

/// One incident in the list.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

#[cfg(test)]
mod tests {
    use super::*;

    // WEB-054 WEB-056 WEB-058: several values of a filter are chosen, what has no widget is kept, the place is left.
    #[test]
    fn filters_show_what_the_address_asks() {
        let catalog = Catalog::demo();
        let p1 = catalog.priorities[0].id;
        let filters = Filters::of(
            &format!("search=a+b&status=10&status=20&priority={p1}&created_by=x&sort=-title&before=7"),
            &catalog,
        );
        assert_eq!(filters.search, "a b");
        let chosen: Vec<_> = filters.status.iter().filter(|c| c.chosen).map(|c| c.label.as_str()).collect();
        assert_eq!(chosen, ["Open", "Investigating"]);
        assert_eq!(filters.priority.iter().filter(|c| c.chosen).count(), 1);
        assert_eq!(filters.also, ["created_by = x"]);
        assert_eq!(filters.kept, [("created_by".into(), "x".into()), ("sort".into(), "-title".into())]);
    }
}
