//! Reference data: what an administrator maintains and every rule reads.
//!
//! The server reads it from the database once, keeps it in a cache and hands a [`Catalog`] to forms and plans. Lists
//! are sorted the way people see them; [`Catalog::sorted`] brings rows in any order there.
//! Fields and limits: spec 01 §3, values of a fresh installation: spec 02.

use crate::incident::LevelCode;
use crate::{
    CategoryId, CostTypeId, EnvironmentId, GroupId, ImpactLevelId, ImpactTypeId, MetricTypeId,
    MilestoneTypeId, PriorityId, RoleTypeId, SeverityId,
};
use serde::{Deserialize, Serialize};

#[cfg(any(test, feature = "fixture"))]
mod fixture;

/// How a new incident is handled: with a channel, or by its ticket alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResponseType {
    Critical,
    Normal,
}

impl ResponseType {
    pub const fn as_str(self) -> &'static str {
        match self {
            ResponseType::Critical => "critical",
            ResponseType::Normal => "normal",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "critical" => Some(ResponseType::Critical),
            "normal" => Some(ResponseType::Normal),
            _ => None,
        }
    }
}

/// Where it happens. Lower `order` = more critical.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    pub id: EnvironmentId,
    /// Short name as shown: `PRD`.
    pub value: String,
    pub name: String,
    pub description: String,
    pub order: i32,
    pub default: bool,
}

impl Environment {
    /// Post-mortems and announcements depend on production (01 §3.1).
    pub fn is_production(&self) -> bool {
        self.value == "PRD"
    }
}

/// P1…P5 and GAMEDAY. `value` 1 is worst.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Priority {
    pub id: PriorityId,
    pub name: String,
    pub value: i32,
    pub emoji: String,
    pub description: String,
    pub order: i32,
    pub default: bool,
    pub needs_postmortem: bool,
    /// Offered when declaring.
    pub enabled_create: bool,
    /// Offered when updating.
    pub enabled_update: bool,
    /// Silence before a reminder, in seconds.
    pub reminder_time_s: i64,
    pub sla_s: i64,
    pub recommended_response_type: Option<ResponseType>,
}

impl Priority {
    /// The recommendation, else critical below value 4 (01 §2.5).
    pub fn response_type(&self) -> ResponseType {
        match self.recommended_response_type {
            Some(recommended) => recommended,
            None if self.value < 4 => ResponseType::Critical,
            None => ResponseType::Normal,
        }
    }

    /// Gets a channel.
    pub fn is_critical(&self) -> bool {
        self.response_type() == ResponseType::Critical
    }

    /// Must have its key events before it closes: value below 4, so a game day need not (01 §11 rule 5).
    pub fn needs_key_events(&self) -> bool {
        self.value < 4
    }

    /// `🌪️ P1 - Critical`.
    pub fn full_name(&self) -> String {
        [self.emoji.as_str(), " ", &self.name, " - ", &self.description].concat()
    }
}

/// Group of incident categories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub id: GroupId,
    pub name: String,
    pub description: String,
    pub order: i32,
}

/// What is affected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    pub id: CategoryId,
    pub name: String,
    pub description: String,
    pub order: i32,
    /// New incidents of this category are private.
    pub private: bool,
    /// Severe incidents may ask for a deploy freeze.
    pub deploy_warning: bool,
    pub group: GroupId,
}

impl Category {
    /// The name, behind a lock when private.
    pub fn display(&self) -> String {
        if self.private { ["🔒 ", &self.name].concat() } else { self.name.clone() }
    }
}

/// One axis of impact with its levels, worst first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImpactType {
    pub id: ImpactTypeId,
    /// Key relied upon by rules: `business_impact`, `customers_impact`, `sellers_impact`, `employees_impact`.
    pub value: String,
    pub name: String,
    pub emoji: String,
    pub help_text: String,
    pub order: i32,
    pub levels: Vec<ImpactLevel>,
}

impl ImpactType {
    pub fn level(&self, id: ImpactLevelId) -> Option<&ImpactLevel> {
        self.levels.iter().find(|l| l.id == id)
    }

    pub fn level_by_code(&self, code: LevelCode) -> Option<&ImpactLevel> {
        self.levels.iter().find(|l| l.code == code)
    }

    /// The initial choice of the form; a type without an N/A level starts empty.
    pub fn none_level(&self) -> Option<&ImpactLevel> {
        self.level_by_code(LevelCode::None)
    }

    /// Name of the form field: `set_impact_type_customers_impact`.
    pub fn field(&self) -> String {
        ["set_impact_type_", &self.value].concat()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImpactLevel {
    pub id: ImpactLevelId,
    pub code: LevelCode,
    pub name: String,
    pub emoji: String,
    pub order: i32,
    pub description: Option<String>,
}

impl ImpactLevel {
    /// `🔼 Some customers have major issues`; the label of the code when the level has no name.
    pub fn display(&self) -> String {
        let name = if self.name.is_empty() { self.code.label() } else { &self.name };
        if self.emoji.is_empty() { name.into() } else { [&self.emoji, " ", name].concat() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleType {
    pub id: RoleTypeId,
    /// `commander`: a–z, 0–9 and `_`.
    pub slug: String,
    pub name: String,
    pub emoji: String,
    /// Given to the creator; can be handed over but not vacated.
    pub required: bool,
    pub order: i32,
    pub aka: String,
    pub summary: String,
    pub summary_first_person: Option<String>,
    pub description: String,
}

impl RoleType {
    /// Name of the form field: `role_commander`.
    pub fn field(&self) -> String {
        ["role_", &self.slug].concat()
    }
}

/// Definition of a key event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MilestoneType {
    pub id: MilestoneTypeId,
    pub name: String,
    /// Key stored on timeline entries: `recovered`.
    pub event_type: String,
    /// One line in Slack markdown.
    pub summary: String,
    pub description: Option<String>,
    pub user_editable: bool,
    /// Must be dated before a P1–P3 incident closes.
    pub required: bool,
    /// Shown in the key-events form.
    pub asked_for: bool,
}

impl MilestoneType {
    /// Name of the form field: `key_event_recovered`.
    pub fn field(&self) -> String {
        ["key_event_", &self.event_type].concat()
    }
}

/// A duration between two key events: `lhs − rhs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricType {
    pub id: MetricTypeId,
    /// `TTF`.
    pub code: String,
    pub name: String,
    /// Key in the API: `time_to_fix`.
    pub kind: String,
    pub description: String,
    pub lhs: MilestoneTypeId,
    pub rhs: MilestoneTypeId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostType {
    pub id: CostTypeId,
    pub name: String,
    pub description: Option<String>,
    pub category: Option<String>,
    pub default: bool,
    pub editable: bool,
}

/// Legacy twin of a priority: stored beside it when one with the same value exists, never needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Severity {
    pub id: SeverityId,
    pub name: String,
    pub value: i32,
}

/// All reference data at once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Catalog {
    pub environments: Vec<Environment>,
    pub priorities: Vec<Priority>,
    pub groups: Vec<Group>,
    pub categories: Vec<Category>,
    pub impact_types: Vec<ImpactType>,
    pub role_types: Vec<RoleType>,
    pub milestone_types: Vec<MilestoneType>,
    pub metric_types: Vec<MetricType>,
    pub cost_types: Vec<CostType>,
    pub severities: Vec<Severity>,
    /// Names of the teams a ticket can be routed to; empty when there is no Jira.
    pub feature_teams: Vec<String>,
}

impl Catalog {
    /// Every list in the order people see it: by `order`, then name; categories by group first; levels worst first;
    /// key events and metrics by id.
    pub fn sorted(mut self) -> Self {
        self.environments.sort_by(|a, b| (a.order, &a.value).cmp(&(b.order, &b.value)));
        self.priorities.sort_by_key(|p| (p.order, p.value));
        self.groups.sort_by(|a, b| (a.order, &a.name).cmp(&(b.order, &b.name)));
        let place = |id: GroupId| self.groups.iter().position(|g| g.id == id).unwrap_or(usize::MAX);
        self.categories
            .sort_by(|a, b| (place(a.group), a.order, &a.name).cmp(&(place(b.group), b.order, &b.name)));
        self.impact_types.sort_by_key(|t| (t.order, t.id));
        for kind in &mut self.impact_types {
            kind.levels.sort_by_key(|l| l.code.rank());
        }
        self.role_types.sort_by_key(|r| (r.order, r.id));
        self.milestone_types.sort_by_key(|m| m.id);
        self.metric_types.sort_by_key(|m| m.id);
        self.cost_types.sort_by(|a, b| a.name.cmp(&b.name));
        self.severities.sort_by_key(|s| s.value);
        self
    }

    pub fn environment(&self, id: EnvironmentId) -> Option<&Environment> {
        self.environments.iter().find(|e| e.id == id)
    }

    pub fn environment_by_value(&self, value: &str) -> Option<&Environment> {
        self.environments.iter().find(|e| e.value == value)
    }

    /// Preselected in forms: the one flagged default, else the most critical one.
    pub fn default_environment(&self) -> Option<&Environment> {
        self.environments
            .iter()
            .find(|e| e.default)
            .or_else(|| self.environments.iter().min_by_key(|e| e.order))
    }

    /// Of several environments the one with the lowest order is the incident's own.
    pub fn primary_environment(&self, ids: &[EnvironmentId]) -> Option<&Environment> {
        ids.iter().filter_map(|id| self.environment(*id)).min_by_key(|e| e.order)
    }

    pub fn priority(&self, id: PriorityId) -> Option<&Priority> {
        self.priorities.iter().find(|p| p.id == id)
    }

    pub fn priority_by_value(&self, value: i32) -> Option<&Priority> {
        self.priorities.iter().find(|p| p.value == value)
    }

    pub fn default_priority(&self) -> Option<&Priority> {
        self.priorities.iter().find(|p| p.default)
    }

    /// Choices when declaring.
    pub fn creatable_priorities(&self) -> impl Iterator<Item = &Priority> {
        self.priorities.iter().filter(|p| p.enabled_create)
    }

    /// Choices when updating.
    pub fn updatable_priorities(&self) -> impl Iterator<Item = &Priority> {
        self.priorities.iter().filter(|p| p.enabled_update)
    }

    pub fn severity_by_value(&self, value: i32) -> Option<&Severity> {
        self.severities.iter().find(|s| s.value == value)
    }

    pub fn group(&self, id: GroupId) -> Option<&Group> {
        self.groups.iter().find(|g| g.id == id)
    }

    pub fn category(&self, id: CategoryId) -> Option<&Category> {
        self.categories.iter().find(|c| c.id == id)
    }

    /// Choices of the category field: groups by order then name, categories by order then name; no empty group.
    pub fn grouped_categories(&self) -> Vec<(&Group, Vec<&Category>)> {
        self.groups
            .iter()
            .map(|group| (group, self.categories.iter().filter(|c| c.group == group.id).collect::<Vec<_>>()))
            .filter(|(_, categories)| !categories.is_empty())
            .collect()
    }

    pub fn impact_type(&self, id: ImpactTypeId) -> Option<&ImpactType> {
        self.impact_types.iter().find(|t| t.id == id)
    }

    pub fn impact_type_by_value(&self, value: &str) -> Option<&ImpactType> {
        self.impact_types.iter().find(|t| t.value == value)
    }

    pub fn role_type(&self, id: RoleTypeId) -> Option<&RoleType> {
        self.role_types.iter().find(|r| r.id == id)
    }

    pub fn role_type_by_slug(&self, slug: &str) -> Option<&RoleType> {
        self.role_types.iter().find(|r| r.slug == slug)
    }

    pub fn milestone_type(&self, id: MilestoneTypeId) -> Option<&MilestoneType> {
        self.milestone_types.iter().find(|m| m.id == id)
    }

    pub fn milestone_type_by_event(&self, event_type: &str) -> Option<&MilestoneType> {
        self.milestone_types.iter().find(|m| m.event_type == event_type)
    }

    pub fn metric_type(&self, id: MetricTypeId) -> Option<&MetricType> {
        self.metric_types.iter().find(|m| m.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // CORE-009 CORE-062: listed by order; groups by order then name, categories likewise.
    #[test]
    fn lists_come_in_the_order_people_see() {
        let mut shuffled = Catalog::demo();
        shuffled.environments.reverse();
        shuffled.groups.reverse();
        shuffled.categories.reverse();
        shuffled.priorities.reverse();
        let catalog = shuffled.sorted();
        assert_eq!(catalog, Catalog::demo());
        assert_eq!(catalog.environments.iter().map(|e| &*e.value).collect::<Vec<_>>(), ["PRD", "STG", "INT"]);
        let grouped = catalog.grouped_categories();
        assert_eq!(grouped[0].0.name, "Marketplace");
        assert_eq!(
            grouped[0].1.iter().map(|c| &*c.name).collect::<Vec<_>>()[..3],
            ["Commercial Animation", "Mobile Apps", "Spartacux Foundations"]
        );
        assert_eq!(grouped.iter().map(|(_, c)| c.len()).sum::<usize>(), 52);
    }

    // The flagged one is the initial value; without a flag the most critical one.
    #[test]
    fn default_environment_falls_back_to_lowest_order() {
        let mut catalog = Catalog::demo();
        assert_eq!(catalog.default_environment().map(|e| &*e.value), Some("PRD"));
        for e in &mut catalog.environments {
            e.default = e.value == "INT";
        }
        assert_eq!(catalog.default_environment().map(|e| &*e.value), Some("INT"));
        catalog.environments.iter_mut().for_each(|e| e.default = false);
        catalog.environments.reverse();
        assert_eq!(catalog.default_environment().map(|e| &*e.value), Some("PRD"));
        assert_eq!(Catalog::default().default_environment(), None);
    }

    // CORE-013: a private category carries a lock.
    #[test]
    fn private_category_shows_a_lock() {
        let catalog = Catalog::demo();
        let names: Vec<_> = catalog.categories.iter().filter(|c| c.private).map(Category::display).collect();
        assert_eq!(names, ["🔒 System Compromise", "🔒 Personal Data Breach"]);
        assert!(catalog.categories.iter().filter(|c| !c.private).all(|c| c.display() == c.name));
    }

    // CORE-018: emoji, name, description.
    #[test]
    fn full_name_of_a_priority() {
        let catalog = Catalog::demo();
        let p1 = catalog.priority_by_value(1).expect("P1 is in the fixture");
        assert_eq!(p1.full_name(), "🌪️ P1 - Critical");
    }

    // CORE-016: each flag filters its own choices.
    #[test]
    fn flags_filter_the_choices() {
        let mut catalog = Catalog::demo();
        catalog.priorities[0].enabled_create = false;
        catalog.priorities[1].enabled_update = false;
        assert_eq!(catalog.creatable_priorities().map(|p| &*p.name).collect::<Vec<_>>()[0], "P2");
        let updatable: Vec<_> = catalog.updatable_priorities().map(|p| &*p.name).collect();
        assert_eq!(updatable, ["P1", "P3", "P4", "P5", "GAMEDAY"]);
    }

    // CORE-071 SLK-144: the recommendation wins, else value < 4 is critical.
    #[test]
    fn response_type_by_recommendation_then_value() {
        let mut priority = Catalog::demo().priorities[0].clone();
        for (value, recommended, expected) in [
            (1, None, ResponseType::Critical),
            (3, None, ResponseType::Critical),
            (4, None, ResponseType::Normal),
            (20, None, ResponseType::Normal),
            (20, Some(ResponseType::Critical), ResponseType::Critical),
            (1, Some(ResponseType::Normal), ResponseType::Normal),
        ] {
            priority.value = value;
            priority.recommended_response_type = recommended;
            assert_eq!(priority.response_type(), expected, "{value} {recommended:?}");
            assert_eq!(ResponseType::from_name(expected.as_str()), Some(expected));
        }
    }
}
