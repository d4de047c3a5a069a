//! What the forms offer: choices, what the person sees now (`from`), and the key that lets a form count once.

use super::{Choice, ChoiceGroup, Connection, Moment, PriorityMark, StatusMark};
use crate::{
    CategoryId, IncidentId, PriorityId,
    catalog::{Catalog, Priority},
    incident::{DEFAULT_PLATFORM, LevelCode, PLATFORMS, Status, human_duration},
};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// The form to declare.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DeclareForm {
    /// Made by the server for this rendering; the same form sent twice declares once.
    pub submission: String,
    /// Impact types and priorities alone: what the suggestion needs, also in the browser.
    pub scales: Catalog,
    /// Those enabled for declaring.
    pub priorities: Vec<Choice>,
    pub categories: Vec<ChoiceGroup>,
    /// The default ones are chosen.
    pub environments: Vec<Choice>,
    pub platforms: Vec<Choice>,
    /// What happens when it is sent, one sentence each.
    pub then: Vec<String>,
    pub connections: Vec<Connection>,
}

impl DeclareForm {
    /// What this catalog offers; the caller adds `then` and `connections`.
    pub fn offer(catalog: &Catalog, submission: String) -> Self {
        let default = catalog.default_environment().map(|e| e.id);
        let environment = |e: &crate::catalog::Environment| Choice {
            note: e.name.clone(),
            chosen: Some(e.id) == default,
            ..Choice::new(e.id.to_string(), e.value.clone())
        };
        let platform = |p: &crate::incident::Platform| Choice {
            chosen: p.value == DEFAULT_PLATFORM,
            ..Choice::new(p.value, p.label)
        };
        DeclareForm {
            submission,
            scales: scales(catalog),
            priorities: catalog.creatable_priorities().map(Choice::from).collect(),
            categories: categories(catalog),
            environments: catalog.environments.iter().map(environment).collect(),
            platforms: PLATFORMS.iter().map(platform).collect(),
            ..DeclareForm::default()
        }
    }

    /// What a priority means for a new incident: "To be fixed within 2 hours. It gets a channel."
    pub fn means(priority: &Priority) -> String {
        let within = human_duration(TimeDelta::seconds(priority.sla_s));
        let channel = if priority.is_critical() { "It gets a channel." } else { "A ticket, no channel." };
        format!("To be fixed within {within}. {channel}")
    }

    /// The answer that stands when nothing was chosen.
    pub const UNTOUCHED: &str = LevelCode::None.as_str();
}

/// Impact types and priorities alone: what the suggestion needs, also in the browser.
pub fn scales(catalog: &Catalog) -> Catalog {
    Catalog {
        impact_types: catalog.impact_types.clone(),
        priorities: catalog.priorities.clone(),
        ..Catalog::default()
    }
}

fn categories(catalog: &Catalog) -> Vec<ChoiceGroup> {
    let grouped = catalog.grouped_categories().into_iter();
    grouped
        .map(|(group, categories)| ChoiceGroup {
            label: group.name.clone(),
            choices: categories
                .into_iter()
                .map(|c| {
                    let note = if c.private { "private" } else { "" };
                    Choice { note: note.into(), ..Choice::new(c.id.to_string(), c.name.clone()) }
                })
                .collect(),
        })
        .collect()
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
    /// The present one first, then where it may go from here.
    pub statuses: Vec<Choice>,
    pub priorities: Vec<Choice>,
    pub categories: Vec<ChoiceGroup>,
    /// When the next update may be promised for: "in 15 min, 15:08".
    pub promises: Vec<Choice>,
    /// "Goes to the channel and the announcement."
    pub goes_to: String,
    /// What else there is to know: "Not offered here: …"
    pub hints: Vec<String>,
}

impl UpdateForm {
    /// What may be asked of an incident that stands so. Closing before it is mitigated wants a reason, which this form
    /// has no field for, so it is not offered.
    pub fn offer(
        catalog: &Catalog,
        submission: String,
        status: Status,
        priority: PriorityId,
        category: CategoryId,
        needs_postmortem: bool,
    ) -> Self {
        let targets =
            status.targets(needs_postmortem).into_iter().filter(|to| !status.needs_closure_reason(*to));
        let offered = |p: &&Priority| p.enabled_update || p.id == priority;
        UpdateForm {
            submission,
            status: status.number().to_string(),
            priority: priority.to_string(),
            category: category.to_string(),
            statuses: targets.map(Choice::from).collect(),
            priorities: catalog.priorities.iter().filter(offered).map(Choice::from).collect(),
            categories: categories(catalog),
            ..UpdateForm::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    // WEB-090: what the form shows is what the operation would choose.
    #[test]
    fn every_rank_suggests_what_declaring_would_choose() {
        let form = DeclareForm::offer(&Catalog::demo(), "s".into());
        let names: Vec<_> =
            (1..=6).map(|rank| form.scales.suggest_at(rank).map(|p| p.name.as_str())).collect();
        assert_eq!(names, [Some("P1"), Some("P2"), Some("P3"), Some("P4"), Some("P5"), None]);
        let chosen = [("business_impact", "LO"), ("customers_impact", "HI")]
            .map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(form.scales.rank_of(&chosen.into()), 2);
        assert_eq!(form.scales.rank_of(&BTreeMap::new()), 6);
    }

    // WEB-087: defaults are chosen.
    #[test]
    fn the_default_environment_and_platform_are_chosen() {
        let form = DeclareForm::offer(&Catalog::demo(), "s".into());
        let chosen = |choices: &[Choice]| {
            choices.iter().filter(|c| c.chosen).map(|c| c.label.clone()).collect::<Vec<_>>()
        };
        assert_eq!(chosen(&form.environments), ["PRD"]);
        assert_eq!(chosen(&form.platforms), ["ALL"]);
    }

    #[test]
    fn an_update_offers_the_present_state_first_and_no_closing_without_a_reason() {
        let catalog = Catalog::demo();
        let (priority, category) = (catalog.priorities[0].id, catalog.categories[0].id);
        let statuses = |status, pm| {
            let form = UpdateForm::offer(&catalog, "s".into(), status, priority, category, pm);
            form.statuses.into_iter().map(|c| c.label).collect::<Vec<_>>()
        };
        assert_eq!(statuses(Status::Open, false), ["Open", "Investigating"]);
        assert_eq!(
            statuses(Status::Mitigated, false),
            ["Mitigated", "Closed", "Investigating", "Mitigating"]
        );
        assert_eq!(statuses(Status::Mitigated, true)[1], "Post-mortem");
    }
}
