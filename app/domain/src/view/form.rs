//! What the forms offer: choices, what the person sees now (`from`), and the key that lets a form count once.

use super::{Choice, ChoiceGroup, Connection, Moment, PriorityMark, StatusMark};
use crate::IncidentId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The form to declare.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DeclareForm {
    /// Made by the server for this rendering; the same form sent twice declares once.
    pub submission: String,
    /// In the order of the form.
    pub impacts: Vec<ImpactScale>,
    /// Those enabled for declaring; `note` says what it means ("To be fixed within 2 hours."), `rank` is its value.
    pub priorities: Vec<Choice>,
    pub categories: Vec<ChoiceGroup>,
    /// The default ones are chosen.
    pub environments: Vec<Choice>,
    pub platforms: Vec<Choice>,
    /// Recent and active ones: "Is it one of these?"
    pub recent: Vec<RecentIncident>,
    /// What happens when it is sent, one sentence each.
    pub then: Vec<String>,
    pub connections: Vec<Connection>,
}

/// One question about impact, answered on a scale.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ImpactScale {
    /// `business_impact`
    pub value: String,
    /// "Business Impact"
    pub name: String,
    /// "payment, order funnel, revenue"
    pub help: String,
    /// From none (rank 6) to highest (rank 1).
    pub levels: Vec<ImpactLevel>,
}

/// One answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ImpactLevel {
    /// `HT`, `HI`, `MD`, `LO`, `LT`, `NO`
    pub code: String,
    /// 1 is highest, 6 is none.
    pub rank: i32,
    /// "Highest"
    pub label: String,
    /// "Critical issue for many customers"
    pub name: String,
}

/// An incident that may be the same one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecentIncident {
    pub id: IncidentId,
    pub title: String,
    pub priority: PriorityMark,
    pub status: StatusMark,
    pub opened: Moment,
}

/// The form to post an update. `status`, `priority` and `category` are what the person sees now: they go along as
/// `from`, so that nobody's change is overwritten.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UpdateForm {
    pub submission: String,
    pub status: String,
    pub priority: String,
    pub category: String,
    /// The present one first, then the allowed targets.
    pub statuses: Vec<Choice>,
    pub priorities: Vec<Choice>,
    pub categories: Vec<ChoiceGroup>,
    /// "Goes to the channel and the announcement."
    pub goes_to: String,
    /// Statuses that are not offered here and what to do about it: "To close it, say why: …"
    pub hints: Vec<String>,
}

impl DeclareForm {
    /// The rank of the worst answer, 1 to 6; 6 is: nobody is hit, no priority yet.
    pub fn rank(&self, chosen: &BTreeMap<String, String>) -> i32 {
        let ranks = self.impacts.iter().filter_map(|scale| {
            let code = chosen.get(&scale.value)?;
            scale.levels.iter().find(|level| level.code == *code).map(|level| level.rank)
        });
        ranks.min().unwrap_or(6)
    }

    /// The priority that a rank suggests (spec 01 §14.2).
    pub fn suggest(&self, rank: i32) -> Option<&Choice> {
        if rank > 5 {
            return None;
        }
        let fallback = || self.priorities.iter().filter(|p| p.rank >= 3).min_by_key(|p| p.rank);
        self.priorities.iter().find(|p| p.rank == rank).or_else(fallback)
    }
}
