//! The forms beside an incident: key events, people, impacts, costs, tags. Each holds what the person sees now, which goes back
//! as `from`, and the key that lets the form count once.

use super::{Choice, Person};
use crate::{CostId, IncidentId, catalog::Catalog, incident::RawCost};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which incident a form is about, and its key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subject {
    pub id: IncidentId,
    pub title: String,
    pub submission: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeyEventsForm {
    pub about: Subject,
    /// "Times are those of Europe/Paris."
    pub zone: String,
    pub fields: Vec<KeyEventField>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct KeyEventField {
    /// `key_event_started`
    pub field: String,
    pub name: String,
    /// What it means, in one sentence.
    pub summary: String,
    /// `2026-10-14T14:02:00`, in the office's zone; empty: not set.
    pub value: String,
    /// People may date it.
    pub editable: bool,
    pub required: bool,
    /// "Recovered 14:01 is before Declared 14:09. No Time to fix."
    pub odd: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PeopleForm {
    pub about: Subject,
    pub roles: Vec<RoleField>,
    /// Everybody who can hold a role.
    pub people: Vec<Choice>,
    /// Who is on it.
    pub on_it: Vec<Person>,
    /// The caller is a member.
    pub am_on_it: bool,
    /// What leaving and joining mean for the channel.
    pub channel: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RoleField {
    /// `role_commander`
    pub field: String,
    pub label: String,
    pub help: String,
    pub required: bool,
    /// The id of who holds it; empty: nobody.
    pub holder: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostsForm {
    pub about: Subject,
    pub kinds: Vec<Choice>,
    pub lines: Vec<CostView>,
    /// "1,200.50 EUR"
    pub total: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostView {
    pub id: CostId,
    pub kind: String,
    /// "1,200.50 EUR", "not known yet"
    pub amount: String,
    pub details: String,
    /// Kept by hand.
    pub editable: bool,
    /// As the form to change it begins.
    pub values: RawCost,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TagsForm {
    pub about: Subject,
    /// Divided by commas.
    pub tags: String,
}

/// Who is hit, to be assessed again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImpactsForm {
    pub about: Subject,
    /// Impact types and priorities alone: what the suggestion needs, also in the browser.
    pub scales: Catalog,
    /// The level of each axis by its two letters; empty: never answered.
    pub levels: BTreeMap<String, String>,
    /// "P3": what it is now.
    pub priority: String,
}
