//! Declaring: what it takes, and what a new incident is made of.
//!
//! Every door sends the same [`RawDeclaration`]; [`Declaration::parse`] answers with everything that is wrong at once,
//! [`Declaration::plan`] with everything to store. Conditional fields are dropped where they are not asked: a Zendesk
//! ticket without customer impact is not stored (spec 01 §6.3).

use super::words::Wrong;
use super::{Description, Impact, Impacts, Limits, RawUpdate, Reference, Status, Title, bounded, tidy};
use crate::catalog::{Catalog, Priority, ResponseType};
use crate::{
    CategoryId, EnvironmentId, FieldCode, FieldErrors, PriorityId, RoleTypeId, SeverityId, Timestamp, UserId,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::str::FromStr;

/// A choice of the platform field; `emoji` is a Slack short code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Platform {
    pub value: &'static str,
    pub label: &'static str,
    pub emoji: &'static str,
}

pub const PLATFORMS: &[Platform] = &[
    Platform { value: "platform-FR", label: "FR", emoji: ":fr:" },
    Platform { value: "platform-DE", label: "DE", emoji: ":de:" },
    Platform { value: "platform-IT", label: "IT", emoji: ":it:" },
    Platform { value: "platform-ES", label: "ES", emoji: ":es:" },
    Platform { value: "platform-UK", label: "UK", emoji: ":uk:" },
    Platform { value: "platform-All", label: "ALL", emoji: ":earth_africa:" },
    Platform { value: "platform-Internal", label: "Internal", emoji: ":office:" },
];

/// Preselected.
pub const DEFAULT_PLATFORM: &str = "platform-All";

/// A declaration as forms and machines send it. Absent is `None`; ids are text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RawDeclaration {
    pub title: Option<String>,
    pub description: Option<String>,
    pub incident_category: Option<String>,
    /// Ids, in the order of the form. The one with the lowest order becomes the incident's own.
    pub environment: Vec<String>,
    /// Absent: [`DEFAULT_PLATFORM`] in forms, none elsewhere.
    pub platform: Option<Vec<String>>,
    /// Absent or empty: the impacts suggest one.
    pub priority: Option<String>,
    /// Type value or field name → level id or two-letter code.
    pub impacts: BTreeMap<String, String>,
    pub suggested_team_routing: Option<String>,
    pub zendesk_ticket_id: Option<String>,
    pub seller_contract_id: Option<String>,
    pub is_key_account: bool,
    pub is_seller_in_golden_list: bool,
    pub zoho_desk_ticket_id: Option<String>,
    /// Absent: as the category says.
    pub private: Option<bool>,
    pub ignore: bool,
    pub dedup_key: Option<String>,
}

impl RawDeclaration {
    /// The same words as an update of an incident that exists already: what somebody was about to declare is it.
    pub fn as_update(&self) -> RawUpdate {
        let words = [&self.title, &self.description];
        let words: Vec<&str> =
            words.into_iter().flatten().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
        RawUpdate { message: Some(words.join("\n")), ..RawUpdate::default() }
    }
}

/// One value of [`CustomFields`], as in the stored JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FieldValue {
    Flag(bool),
    Text(String),
    List(Vec<String>),
}

/// The extra words of a declaration: a JSON object without nulls, keys in alphabetical order.
pub type CustomFields = BTreeMap<String, FieldValue>;

/// A declaration that can be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    pub title: Title,
    pub description: Description,
    pub category: CategoryId,
    /// All chosen, in the order of the form, without doubles.
    pub environments: Vec<EnvironmentId>,
    /// The most critical of them.
    pub environment: EnvironmentId,
    pub priority: PriorityId,
    pub response_type: ResponseType,
    pub impacts: Impacts,
    pub private: Option<bool>,
    pub ignore: bool,
    pub dedup_key: Option<String>,
    pub custom_fields: CustomFields,
}

/// Which conditional fields a form shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visible {
    pub team_routing: bool,
    /// `zendesk_ticket_id`.
    pub customer_fields: bool,
    /// `seller_contract_id`, `is_key_account`, `is_seller_in_golden_list`, `zoho_desk_ticket_id`.
    pub seller_fields: bool,
}

/// What to show for these impacts and this way of responding.
pub fn visible_fields(impacts: &Impacts, response: Option<ResponseType>, catalog: &Catalog) -> Visible {
    Visible {
        team_routing: response == Some(ResponseType::Normal) && !catalog.feature_teams.is_empty(),
        customer_fields: impacts.touches_customers(catalog),
        seller_fields: impacts.touches_sellers(catalog),
    }
}

impl Declaration {
    /// # Errors
    /// Every wrong field, in the order of the form, named as the door names it.
    pub fn parse(raw: &RawDeclaration, catalog: &Catalog, limits: Limits) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let impacts = Impacts::read(&raw.impacts, catalog);

        let title = required(raw.title.as_deref(), limits, Title::parse);
        let title = errors.take("title", title);
        let description = required(raw.description.as_deref(), limits, Description::parse);
        let description = errors.take("description", description);

        let found = parse_priority(raw.priority.as_deref(), &impacts, catalog, limits);
        let priority = errors.take(limits.name(Reference::Priority), found);

        let name = limits.name(Reference::Category);
        let found = reference(
            raw.incident_category.as_deref(),
            limits,
            "What is affected? Choose a category.",
            |id| catalog.category(id).map(|c| c.id),
        );
        let category = errors.take(name, found);

        let found = parse_environments(&raw.environment, catalog, limits);
        let environments = errors.take(limits.name(Reference::Environment), found);
        let platforms = errors.take("platform", parse_platforms(raw.platform.as_deref(), limits));

        let visible = visible_fields(&impacts, priority.map(Priority::response_type), catalog);
        let mut custom_fields = parse_extras(raw, visible, catalog, limits, &mut errors);
        let dedup_key = errors.take("dedup_key", parse_dedup_key(raw.dedup_key.as_deref()));

        if !errors.is_empty() {
            return Err(errors);
        }
        let parsed = (|| {
            let (environments, platforms, priority) = (environments?, platforms?, priority?);
            let values = values_of(&environments, catalog);
            custom_fields.insert("environments".into(), FieldValue::List(values));
            if !platforms.is_empty() {
                custom_fields.insert("platforms".into(), FieldValue::List(platforms));
            }
            Some(Declaration {
                title: title?,
                description: description?,
                category: category?,
                environment: catalog.primary_environment(&environments)?.id,
                environments,
                priority: priority.id,
                response_type: priority.response_type(),
                impacts,
                private: raw.private,
                ignore: raw.ignore,
                dedup_key: dedup_key?,
                custom_fields,
            })
        })();
        errors.finish(parsed)
    }

    /// Everything a new incident consists of; `now` becomes its creation time.
    pub fn plan(&self, catalog: &Catalog, creator: UserId, now: Timestamp) -> DeclarationPlan {
        let category = catalog.category(self.category);
        let priority = catalog.priority(self.priority);
        let private = self.private.unwrap_or_else(|| category.is_some_and(|c| c.private));
        let critical = self.response_type == ResponseType::Critical;
        let required = catalog.role_types.iter().filter(|r| r.required);
        DeclarationPlan {
            title: self.title.clone(),
            description: self.description.clone(),
            status: Status::Open,
            severity: priority.and_then(|p| catalog.severity_by_value(p.value)).map(|s| s.id),
            priority: self.priority,
            category: self.category,
            environment: self.environment,
            environments: self.environments.clone(),
            private,
            ignore: self.ignore,
            dedup_key: self.dedup_key.clone(),
            custom_fields: self.custom_fields.clone(),
            created_by: creator,
            created_at: now,
            roles: required.map(|r| (r.id, creator)).collect(),
            members: vec![creator],
            impacts: self.impacts.0.clone(),
            response_type: self.response_type,
            needs_channel: critical,
            may_announce: !private,
            deploy_warning: critical && !private && category.is_some_and(|c| c.deploy_warning),
        }
    }
}

/// What to store for a new incident, in one transaction, and the facts that its consequences depend on.
///
/// Its timeline starts with two entries at `created_at` by `created_by`: one with title, description, status,
/// priority, category, environment and the commander, and one key event `declared`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclarationPlan {
    pub title: Title,
    pub description: Description,
    pub status: Status,
    pub severity: Option<SeverityId>,
    pub priority: PriorityId,
    pub category: CategoryId,
    pub environment: EnvironmentId,
    pub environments: Vec<EnvironmentId>,
    pub private: bool,
    pub ignore: bool,
    pub dedup_key: Option<String>,
    pub custom_fields: CustomFields,
    pub created_by: UserId,
    pub created_at: Timestamp,
    /// Every required role, given to the creator.
    pub roles: Vec<(RoleTypeId, UserId)>,
    pub members: Vec<UserId>,
    /// One row per type, N/A levels too; none when nobody was asked.
    pub impacts: Vec<Impact>,
    pub response_type: ResponseType,
    /// Critical incidents get a channel, others their ticket alone.
    pub needs_channel: bool,
    /// Public: may be told in general channels and to people who are not on it.
    pub may_announce: bool,
    /// May ask for a deploy freeze.
    pub deploy_warning: bool,
}

/// `PRD`, `STG` in the given order.
pub fn values_of(environments: &[EnvironmentId], catalog: &Catalog) -> Vec<String> {
    environments.iter().filter_map(|id| catalog.environment(*id)).map(|e| e.value.clone()).collect()
}

fn required<T>(
    raw: Option<&str>,
    limits: Limits,
    parse: impl Fn(&str, Limits) -> Result<T, Wrong>,
) -> Result<T, Wrong> {
    match raw {
        Some(text) => parse(text, limits),
        None => parse("", limits).map_err(|(_, sentence)| (FieldCode::Required, sentence)),
    }
}

/// An id in text that names a row of the catalog; `ask` is the sentence for nothing chosen.
pub(super) fn reference<Id: FromStr, T>(
    raw: Option<&str>,
    limits: Limits,
    ask: &str,
    find: impl Fn(Id) -> Option<T>,
) -> Result<T, Wrong> {
    let text = raw.map(str::trim).unwrap_or_default();
    if text.is_empty() {
        return Err((FieldCode::Required, ask.into()));
    }
    let unknown = match limits {
        Limits::Form => FieldCode::InvalidChoice,
        Limits::Api => FieldCode::DoesNotExist,
    };
    match text.parse() {
        Ok(id) => find(id).ok_or_else(|| (unknown, "Does not exist any more. Choose another.".into())),
        Err(_) if limits == Limits::Api => Err((FieldCode::Invalid, "Must be a valid UUID.".into())),
        Err(_) => Err((FieldCode::InvalidChoice, "Choose one of the list.".into())),
    }
}

/// At least one, without doubles, in the given order.
pub(super) fn parse_environments(
    raw: &[String],
    catalog: &Catalog,
    limits: Limits,
) -> Result<Vec<EnvironmentId>, Wrong> {
    let ask = "Where does it happen? Choose at least one environment.";
    let mut chosen: Vec<EnvironmentId> = Vec::new();
    for text in raw.iter().filter(|text| !text.trim().is_empty()) {
        let id = reference(Some(text), limits, ask, |id| catalog.environment(id).map(|e| e.id))?;
        if !chosen.contains(&id) {
            chosen.push(id);
        }
    }
    if chosen.is_empty() { Err((FieldCode::Required, ask.into())) } else { Ok(chosen) }
}

fn parse_platforms(raw: Option<&[String]>, limits: Limits) -> Result<Vec<String>, Wrong> {
    let Some(raw) = raw else {
        return Ok(match limits {
            Limits::Form => vec![DEFAULT_PLATFORM.into()],
            Limits::Api => Vec::new(),
        });
    };
    let mut chosen: Vec<String> = Vec::new();
    for value in raw.iter().map(|v| v.trim()).filter(|v| !v.is_empty()) {
        if !PLATFORMS.iter().any(|p| p.value == value) {
            return Err((FieldCode::InvalidChoice, "Choose platforms of the list.".into()));
        }
        if !chosen.iter().any(|c| c == value) {
            chosen.push(value.into());
        }
    }
    if chosen.is_empty() {
        return Err((FieldCode::Required, "Choose at least one platform.".into()));
    }
    Ok(chosen)
}

/// The chosen one, else the suggested one.
fn parse_priority<'a>(
    raw: Option<&str>,
    impacts: &Impacts,
    catalog: &'a Catalog,
    limits: Limits,
) -> Result<&'a Priority, Wrong> {
    let ask = "How bad is it? Choose a priority, or say what is impacted.";
    if raw.is_none_or(|text| text.trim().is_empty()) {
        return impacts.suggest_priority(catalog).ok_or_else(|| (FieldCode::Required, ask.into()));
    }
    let chosen = reference(raw, limits, ask, |id| catalog.priority(id))?;
    if chosen.enabled_create {
        Ok(chosen)
    } else {
        let words = [&chosen.name, " cannot be chosen for new incidents. Choose another."].concat();
        Err((FieldCode::InvalidChoice, words))
    }
}

fn parse_extras(
    raw: &RawDeclaration,
    visible: Visible,
    catalog: &Catalog,
    limits: Limits,
    errors: &mut FieldErrors,
) -> CustomFields {
    let mut fields = CustomFields::new();
    // Machines know nothing of feature teams (01 §6.3), but may name one.
    if visible.team_routing {
        let team = raw.suggested_team_routing.as_deref().map(tidy).filter(|t| !t.is_empty());
        match team {
            Some(team) if catalog.feature_teams.contains(&team) => {
                fields.insert("suggested_team_routing".into(), FieldValue::Text(team));
            }
            Some(_) => errors.push(
                "suggested_team_routing",
                FieldCode::InvalidChoice,
                "This team does not exist any more. Choose another.",
            ),
            None if limits == Limits::Form => {
                errors.push(
                    "suggested_team_routing",
                    FieldCode::Required,
                    "Which team can help? Choose one.",
                );
            }
            None => {}
        }
    }
    let mut text = |field: &str, value: &Option<String>, min: usize| {
        let Some(value) = value.as_deref().map(tidy) else { return };
        let min = if value.is_empty() { 0 } else { min };
        if let Some(value) =
            errors.take(field, bounded(value, min, 128, "At least 2 characters, or leave it empty."))
        {
            fields.insert(field.into(), FieldValue::Text(value));
        }
    };
    if visible.customer_fields {
        text("zendesk_ticket_id", &raw.zendesk_ticket_id, 2);
    }
    if visible.seller_fields {
        text("seller_contract_id", &raw.seller_contract_id, 0);
        text("zoho_desk_ticket_id", &raw.zoho_desk_ticket_id, 1);
        fields.insert("is_key_account".into(), FieldValue::Flag(raw.is_key_account));
        fields.insert("is_seller_in_golden_list".into(), FieldValue::Flag(raw.is_seller_in_golden_list));
    }
    fields
}

fn parse_dedup_key(raw: Option<&str>) -> Result<Option<String>, Wrong> {
    let Some(raw) = raw else { return Ok(None) };
    bounded(raw.trim().to_owned(), 1, 160, "Give a key, or leave it out.").map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn now() -> Timestamp {
        "2024-05-01T12:30:00Z".parse().expect("a moment")
    }

    fn creator() -> UserId {
        "00000000-0000-0000-0000-00000000000a".parse().expect("an id")
    }

    fn environment(catalog: &Catalog, value: &str) -> String {
        catalog.environment_by_value(value).expect("in the fixture").id.to_string()
    }

    fn priority(catalog: &Catalog, value: i32) -> Option<String> {
        catalog.priority_by_value(value).map(|p| p.id.to_string())
    }

    fn category(catalog: &Catalog, name: &str) -> Option<String> {
        catalog.categories.iter().find(|c| c.name == name).map(|c| c.id.to_string())
    }

    fn good(catalog: &Catalog) -> RawDeclaration {
        RawDeclaration {
            title: Some("Checkout is down".into()),
            description: Some("Nobody can pay since noon.".into()),
            incident_category: category(catalog, "Payment"),
            environment: vec![environment(catalog, "PRD")],
            priority: priority(catalog, 1),
            ..RawDeclaration::default()
        }
    }

    fn codes(parsed: Result<Declaration, FieldErrors>) -> Vec<(String, FieldCode)> {
        parsed.map_or_else(|e| e.0.into_iter().map(|e| (e.field, e.code)).collect(), |_| Vec::new())
    }

    fn wrong(raw: &RawDeclaration, catalog: &Catalog) -> Vec<String> {
        codes(Declaration::parse(raw, catalog, Limits::Form)).into_iter().map(|(field, _)| field).collect()
    }

    fn impacts(levels: &[(&str, &str)]) -> BTreeMap<String, String> {
        levels.iter().map(|(kind, level)| ((*kind).to_owned(), (*level).to_owned())).collect()
    }

    // CORE-061: every wrong field at once, in the order of the form, in words.
    #[test]
    fn all_errors_at_once() {
        let catalog = Catalog::demo();
        let errors =
            Declaration::parse(&RawDeclaration::default(), &catalog, Limits::Form).expect_err("empty");
        let fields: Vec<_> = errors.0.iter().map(|e| &*e.field).collect();
        assert_eq!(fields, ["title", "description", "priority", "incident_category", "environment"]);
        assert_eq!(errors.of("title"), Some("At least 10 characters. What is broken, and where?"));
        let short = RawDeclaration { title: Some("Too short".into()), ..good(&catalog) };
        assert_eq!(
            codes(Declaration::parse(&short, &catalog, Limits::Form)),
            [("title".into(), FieldCode::MinLength)]
        );
    }

    #[test]
    fn a_machine_hears_its_own_field_names() {
        let catalog = Catalog::demo();
        let errors = codes(Declaration::parse(&RawDeclaration::default(), &catalog, Limits::Api));
        assert_eq!(
            errors,
            ["title", "description", "priority_id", "incident_category_id", "environment_id"]
                .map(|field| (field.to_owned(), FieldCode::Required))
        );
        let raw = RawDeclaration {
            title: Some(" ".into()),
            description: Some("x".into()),
            incident_category: Some("nonsense".into()),
            priority: Some("00000000-0000-0000-0000-000000000000".into()),
            ..good(&catalog)
        };
        assert_eq!(
            codes(Declaration::parse(&raw, &catalog, Limits::Api)),
            [
                ("title".into(), FieldCode::Blank),
                ("priority_id".into(), FieldCode::DoesNotExist),
                ("incident_category_id".into(), FieldCode::Invalid)
            ]
        );
    }

    // CORE-069 CORE-063: several environments, the lowest order is primary; platforms default to all.
    #[test]
    fn environments_and_platforms() {
        let catalog = Catalog::demo();
        let all = ["INT", "PRD", "STG", "INT"].map(|value| environment(&catalog, value));
        let raw = RawDeclaration { environment: all.into(), ..good(&catalog) };
        let parsed = Declaration::parse(&raw, &catalog, Limits::Form).expect("complete");
        assert_eq!(parsed.environment.to_string(), environment(&catalog, "PRD"));
        assert_eq!(
            serde_json::to_string(&parsed.custom_fields).expect("plain values"),
            r#"{"environments":["INT","PRD","STG"],"platforms":["platform-All"]}"#
        );
        let none = RawDeclaration { platform: Some(Vec::new()), ..good(&catalog) };
        assert_eq!(wrong(&none, &catalog), ["platform"]);
        let odd = RawDeclaration { platform: Some(vec!["platform-XX".into()]), ..good(&catalog) };
        assert_eq!(wrong(&odd, &catalog), ["platform"]);
    }

    // CORE-065 CORE-067 CORE-070: conditional fields only with their impact; N/A hides them; what is
    // visible is kept, false too.
    #[test]
    fn conditional_fields_follow_the_impacts() {
        let catalog = Catalog::demo();
        let filled = RawDeclaration {
            zendesk_ticket_id: Some("ZD-1".into()),
            seller_contract_id: Some(String::new()),
            is_key_account: true,
            zoho_desk_ticket_id: None,
            ..good(&catalog)
        };
        for (chosen, expected) in [
            (vec![], vec![]),
            (vec![("customers_impact", "NO"), ("sellers_impact", "NO")], vec![]),
            (vec![("employees_impact", "HI"), ("business_impact", "HT")], vec![]),
            (vec![("set_impact_type_customers_impact", "LT")], vec!["zendesk_ticket_id"]),
            (
                vec![("sellers_impact", "HI")],
                vec!["is_key_account", "is_seller_in_golden_list", "seller_contract_id"],
            ),
        ] {
            let raw = RawDeclaration { impacts: impacts(&chosen), ..filled.clone() };
            let fields = Declaration::parse(&raw, &catalog, Limits::Form).expect("complete").custom_fields;
            let extras: Vec<_> =
                fields.keys().filter(|k| !matches!(&***k, "environments" | "platforms")).collect();
            assert_eq!(extras, expected, "{chosen:?}");
            if let Some(golden) = fields.get("is_seller_in_golden_list") {
                assert_eq!(golden, &FieldValue::Flag(false));
                assert_eq!(fields["is_key_account"], FieldValue::Flag(true));
                assert_eq!(fields["seller_contract_id"], FieldValue::Text(String::new()));
            }
        }
    }

    // CORE-068: Zendesk 2..128, Zoho 1..128, seller contract up to 128; not judged while invisible.
    #[test]
    fn lengths_of_conditional_fields() {
        let catalog = Catalog::demo();
        let long = "x".repeat(129);
        let raw = RawDeclaration {
            zendesk_ticket_id: Some("1".into()),
            seller_contract_id: Some(long.clone()),
            zoho_desk_ticket_id: Some(long),
            ..good(&catalog)
        };
        assert_eq!(wrong(&raw, &catalog), Vec::<String>::new());
        let raw = RawDeclaration {
            impacts: impacts(&[("customers_impact", "HI"), ("sellers_impact", "HI")]),
            ..raw
        };
        assert_eq!(wrong(&raw, &catalog), ["zendesk_ticket_id", "seller_contract_id", "zoho_desk_ticket_id"]);
        let fits = RawDeclaration {
            zendesk_ticket_id: Some("12".into()),
            seller_contract_id: Some("x".repeat(128)),
            zoho_desk_ticket_id: Some("1".into()),
            ..raw
        };
        assert_eq!(wrong(&fits, &catalog), Vec::<String>::new());
    }

    // CORE-064: a team only for normal response and where teams exist, required there, never by machines.
    #[test]
    fn team_routing() {
        let mut catalog = Catalog::demo();
        let normal = RawDeclaration { priority: priority(&catalog, 4), ..good(&catalog) };
        assert_eq!(wrong(&normal, &catalog), Vec::<String>::new());
        catalog.feature_teams = vec!["Payments".into()];
        assert_eq!(wrong(&normal, &catalog), ["suggested_team_routing"]);
        assert!(Declaration::parse(&normal, &catalog, Limits::Api).is_ok());
        assert_eq!(wrong(&good(&catalog), &catalog), Vec::<String>::new());
        let with_team =
            |team: &str| RawDeclaration { suggested_team_routing: Some(team.into()), ..normal.clone() };
        assert_eq!(wrong(&with_team("Nobody"), &catalog), ["suggested_team_routing"]);
        let parsed = Declaration::parse(&with_team("Payments"), &catalog, Limits::Form).expect("complete");
        assert_eq!(parsed.custom_fields["suggested_team_routing"], FieldValue::Text("Payments".into()));
        let critical = RawDeclaration { suggested_team_routing: Some("Payments".into()), ..good(&catalog) };
        let parsed = Declaration::parse(&critical, &catalog, Limits::Form).expect("complete");
        assert!(!parsed.custom_fields.contains_key("suggested_team_routing"));
    }

    // CORE-016: the impacts suggest a priority, an explicit one wins, a disabled one is refused; response type
    // and channel follow from it for every door.
    #[test]
    fn priority_chosen_or_suggested() {
        let mut catalog = Catalog::demo();
        let suggested = RawDeclaration {
            priority: None,
            impacts: impacts(&[("business_impact", "HI"), ("customers_impact", "LO")]),
            ..good(&catalog)
        };
        for limits in [Limits::Form, Limits::Api] {
            let name = |raw: &RawDeclaration| {
                let parsed = Declaration::parse(raw, &catalog, limits).expect("complete");
                let plan = parsed.plan(&catalog, creator(), now());
                (catalog.priority(parsed.priority).expect("known").value, plan.needs_channel)
            };
            assert_eq!(name(&suggested), (2, true));
            let explicit = RawDeclaration { priority: priority(&catalog, 5), ..suggested.clone() };
            assert_eq!(name(&explicit), (5, false));
            let gameday = RawDeclaration { priority: priority(&catalog, 20), ..suggested.clone() };
            assert_eq!(name(&gameday), (20, true));
        }
        let neither = RawDeclaration {
            priority: None,
            impacts: impacts(&[("business_impact", "NO")]),
            ..good(&catalog)
        };
        assert_eq!(wrong(&neither, &catalog), ["priority"]);
        catalog.priorities[0].enabled_create = false;
        assert_eq!(wrong(&good(&catalog), &catalog), ["priority"]);
    }

    #[test]
    fn dedup_key_is_trimmed_bounded_and_never_blank() {
        let catalog = Catalog::demo();
        let key = |key: &str| {
            let raw = RawDeclaration { dedup_key: Some(key.into()), ..good(&catalog) };
            Declaration::parse(&raw, &catalog, Limits::Api)
        };
        assert_eq!(key(" disk-1 ").expect("fits").dedup_key.as_deref(), Some("disk-1"));
        assert_eq!(codes(key("  ")), [("dedup_key".into(), FieldCode::Blank)]);
        assert_eq!(codes(key(&"k".repeat(161))), [("dedup_key".into(), FieldCode::MaxLength)]);
        assert!(key(&"k".repeat(160)).is_ok());
    }

    fn planned(raw: &RawDeclaration, catalog: &Catalog) -> DeclarationPlan {
        Declaration::parse(raw, catalog, Limits::Form).expect("complete").plan(catalog, creator(), now())
    }

    // CORE-050 CORE-155: private as the category says, an explicit value wins; private is announced nowhere.
    #[test]
    fn privacy_defaults_to_the_category() {
        let catalog = Catalog::demo();
        let breach = RawDeclaration {
            incident_category: category(&catalog, "Personal Data Breach"),
            ..good(&catalog)
        };
        for (raw, explicit, private) in [
            (&good(&catalog), None, false),
            (&good(&catalog), Some(true), true),
            (&breach, None, true),
            (&breach, Some(false), false),
        ] {
            let plan = planned(&RawDeclaration { private: explicit, ..raw.clone() }, &catalog);
            assert_eq!(plan.private, private);
            assert_eq!((plan.may_announce, plan.deploy_warning), (!private, !private));
        }
    }

    // CORE-051 CORE-019: severity of the same value when it exists, none otherwise.
    #[test]
    fn severity_is_copied_or_absent() {
        let mut catalog = Catalog::demo();
        let plan = planned(&good(&catalog), &catalog);
        let severity = catalog.severities.iter().find(|s| Some(s.id) == plan.severity);
        assert_eq!(severity.map(|s| &*s.name), Some("SEV1"));
        catalog.severities.clear();
        assert_eq!(planned(&good(&catalog), &catalog).severity, None);
    }

    // CORE-052: required roles and membership for the creator; declared and first entry at
    // the time of creation, the environment with them.
    #[test]
    fn a_new_incident() {
        let mut catalog = Catalog::demo();
        let plan = planned(&good(&catalog), &catalog);
        assert_eq!(plan.status, Status::Open);
        assert_eq!(plan.roles, [(RoleTypeId(1), creator())]);
        assert_eq!(plan.members, [creator()]);
        assert_eq!((plan.created_by, plan.created_at), (creator(), now()));
        assert_eq!(plan.environment.to_string(), environment(&catalog, "PRD"));
        catalog.role_types[1].required = true;
        assert_eq!(planned(&good(&catalog), &catalog).roles.len(), 2);
    }

    // A row per type, N/A too; none when nobody was asked.
    #[test]
    fn impacts_include_na() {
        let catalog = Catalog::demo();
        let raw = RawDeclaration { impacts: impacts(&[("customers_impact", "HI")]), ..good(&catalog) };
        let codes: Vec<_> = planned(&raw, &catalog).impacts.iter().map(|i| i.code.as_str()).collect();
        assert_eq!(codes, ["NO", "HI", "NO", "NO"]);
        assert_eq!(planned(&good(&catalog), &catalog).impacts, []);
    }

    fn any_raw() -> impl Strategy<Value = RawDeclaration> {
        let text = || proptest::option::of(any::<String>());
        let catalog = Catalog::demo();
        let ids: Vec<String> = catalog.environments.iter().map(|e| e.id.to_string()).collect();
        let environments = proptest::collection::vec(proptest::sample::select(ids), 0..4);
        let priorities: Vec<String> = catalog.priorities.iter().map(|p| p.id.to_string()).collect();
        let priority =
            proptest::option::of(prop_oneof![proptest::sample::select(priorities), any::<String>()]);
        let category = prop_oneof![Just(category(&catalog, "Payment")), text()];
        let levels = proptest::collection::btree_map(
            prop_oneof![
                Just("customers_impact".to_owned()),
                Just("sellers_impact".to_owned()),
                any::<String>()
            ],
            prop_oneof![Just("HI".to_owned()), Just("NO".to_owned()), any::<String>()],
            0..4,
        );
        (
            text(),
            "\\PC{0,200}",
            category,
            environments,
            priority,
            levels,
            text(),
            text(),
            proptest::option::of(any::<bool>()),
        )
            .prop_map(
                |(
                    title,
                    description,
                    incident_category,
                    environment,
                    priority,
                    impacts,
                    zendesk,
                    dedup,
                    private,
                )| {
                    RawDeclaration {
                        title,
                        description: Some(description),
                        incident_category,
                        environment,
                        priority,
                        impacts,
                        zendesk_ticket_id: zendesk,
                        dedup_key: dedup,
                        private,
                        ..RawDeclaration::default()
                    }
                },
            )
    }

    proptest! {
        #[test]
        fn what_is_parsed_can_be_stored(raw in any_raw()) {
            let catalog = Catalog::demo();
            for limits in [Limits::Form, Limits::Api] {
                match Declaration::parse(&raw, &catalog, limits) {
                    Err(errors) => prop_assert!(!errors.is_empty()),
                    Ok(parsed) => {
                        let plan = parsed.plan(&catalog, creator(), now());
                        prop_assert!(plan.environments.contains(&plan.environment));
                        prop_assert!((1..=128).contains(&plan.title.as_str().chars().count()));
                        prop_assert!(plan.dedup_key.is_none_or(|k| !k.is_empty() && k.chars().count() <= 160));
                        prop_assert_eq!(plan.needs_channel, parsed.response_type == ResponseType::Critical);
                    }
                }
            }
        }
    }
}
