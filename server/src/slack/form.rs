//! Fields of the domain as inputs of a modal, and back: one mapping for all modals (spec 10 §6.2 – §6.4).
//!
//! A block's id is the field's name, so an error of the domain finds its input by itself. An error that belongs to no
//! visible input stands at the first one: Slack throws the whole answer away when a key names no input.

use super::{
    blocks::{
        Block, Choice, ChoiceGroup, Element, Length, OPTIONS, View, grouped_select, input, multi_select,
        select, text_input,
    },
    delivery::State,
    ids::Field,
};
use domain::{
    Conflict, Error,
    catalog::Catalog,
    incident::{PLATFORMS, RawDeclaration, RawUpdate, Set, Status, Visible},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a submission is answered with.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The view closes; what lies under it shows.
    Close,
    /// All views close.
    Clear,
    /// This view instead.
    Replace(Box<View>),
    /// Sentences at fields; what was typed stays.
    Errors(BTreeMap<String, String>),
}

impl Answer {
    pub fn replace(view: View) -> Self {
        Answer::Replace(Box::new(view))
    }

    /// As Slack wants it; nothing is an empty 200.
    pub fn body(&self) -> Option<Value> {
        match self {
            Answer::Close => None,
            Answer::Clear => Some(json!({"response_action": "clear"})),
            Answer::Replace(view) => Some(json!({"response_action": "update", "view": view})),
            Answer::Errors(errors) => Some(json!({"response_action": "errors", "errors": errors})),
        }
    }
}

/// The sentences of an error at the inputs that are there. `None`: there is no input to say it at.
pub fn errors(error: &Error, state: &State) -> Option<BTreeMap<String, String>> {
    let first = first_input(state)?;
    let mut at: BTreeMap<String, String> = BTreeMap::new();
    let mut say = |field: &str, sentence: &str| {
        let field = if state.has(field) { field } else { first };
        let text = at.entry(field.to_owned()).or_default();
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(sentence);
    };
    match error {
        Error::Invalid(fields) => fields.0.iter().for_each(|e| say(&e.field, &e.message)),
        Error::Refused(refusals) => {
            for refusal in refusals {
                let bullet = if refusals.len() > 1 {
                    format!("• {}", refusal.message)
                } else {
                    refusal.message.clone()
                };
                say(refusal.field.as_deref().unwrap_or(Field::Status.as_str()), &bullet);
            }
        }
        Error::Conflict(conflicts) => conflicts.iter().for_each(|c| say(&c.field, &conflict(c))),
        other => say(first, &format!("{other}.")),
    }
    Some(at)
}

/// `It is "Mitigating" by now, you chose "Mitigated".`
pub fn conflict(c: &Conflict) -> String {
    format!("It is \"{}\" by now, you chose \"{}\".", c.theirs, c.yours)
}

fn first_input(state: &State) -> Option<&str> {
    let order = [Field::Message, Field::Category, Field::Title, Field::Status];
    let known = order.iter().map(|f| f.as_str()).find(|name| state.has(name));
    known.or_else(|| state.blocks().next())
}

pub fn status_choices(targets: &[Status]) -> Vec<Choice> {
    targets.iter().map(|s| Choice::new(s.label(), s.number())).collect()
}

pub fn category_choices(catalog: &Catalog) -> Vec<ChoiceGroup> {
    let group = |categories: Vec<&domain::catalog::Category>| {
        categories.iter().map(|c| Choice::new(&c.display(), c.id)).collect::<Vec<_>>()
    };
    catalog
        .grouped_categories()
        .into_iter()
        .map(|(g, categories)| ChoiceGroup::new(&g.name, group(categories)))
        .collect()
}

pub fn environment_choices(catalog: &Catalog) -> Vec<Choice> {
    let label = |e: &domain::catalog::Environment| format!("{} - {}", e.value, e.description);
    catalog.environments.iter().map(|e| Choice::new(&label(e), e.id)).collect()
}

fn platform_choices() -> Vec<Choice> {
    PLATFORMS.iter().map(|p| Choice::new(&format!("{} {}", p.emoji, p.label), p.value)).collect()
}

/// The options of a field that is too long for a static list, as far as they match what was typed.
pub fn suggested(field: Field, typed: &str, catalog: &Catalog) -> Vec<Choice> {
    let typed = typed.trim().to_lowercase();
    let all: Vec<Choice> = match field {
        Field::Category => {
            category_choices(catalog).into_iter().flat_map(ChoiceGroup::into_choices).collect()
        }
        Field::Environment => environment_choices(catalog),
        Field::TeamRouting => team_choices(catalog),
        _ => vec![],
    };
    all.into_iter().filter(|c| c.label().to_lowercase().contains(&typed)).take(OPTIONS).collect()
}

fn team_choices(catalog: &Catalog) -> Vec<Choice> {
    catalog
        .feature_teams
        .iter()
        .map(|team| Choice::new(team, team.chars().take(75).collect::<String>()))
        .collect()
}

/// The inputs of the details step, filled with what the draft holds (spec 10 §9.3).
pub fn details(raw: &RawDeclaration, visible: Visible, catalog: &Catalog) -> Vec<Block> {
    let field = |f: Field, label: &str, element: Element, optional: bool| {
        input(label, element, optional, None).id(f.as_str())
    };
    let text = |f: Field, value: &Option<String>, multiline: bool, min: Option<usize>, max: usize| {
        text_input(f.as_str(), multiline, value.as_deref(), Length { min, max: Some(max) })
    };
    let platforms = raw.platform.clone().unwrap_or_else(|| vec![domain::incident::DEFAULT_PLATFORM.into()]);
    let environments = if raw.environment.is_empty() { defaults(catalog) } else { raw.environment.clone() };
    let category =
        grouped_select(Field::Category.as_str(), category_choices(catalog), raw.incident_category.as_deref());
    let environment = multi_select(Field::Environment.as_str(), environment_choices(catalog), &environments);
    let platform = multi_select(Field::Platform.as_str(), platform_choices(), &platforms);
    let mut blocks = vec![
        field(Field::Category, "What is affected?", category, false),
        field(Field::Environment, "Where?", environment, false),
        field(Field::Platform, "Platforms", platform, false),
        field(Field::Title, "Title", text(Field::Title, &raw.title, false, Some(10), 128), false),
        field(
            Field::Description,
            "What do people see?",
            text(Field::Description, &raw.description, true, Some(10), 1_200),
            false,
        ),
    ];
    if visible.team_routing {
        let teams =
            select(Field::TeamRouting.as_str(), team_choices(catalog), raw.suggested_team_routing.as_deref());
        blocks.push(field(Field::TeamRouting, "Which team?", teams, false));
    }
    if visible.customer_fields {
        let ticket = text(Field::ZendeskTicket, &raw.zendesk_ticket_id, false, Some(2), 128);
        blocks.push(field(Field::ZendeskTicket, "Zendesk ticket", ticket, true));
    }
    if visible.seller_fields {
        blocks.push(field(
            Field::SellerContract,
            "Seller contract",
            text(Field::SellerContract, &raw.seller_contract_id, false, None, 128),
            true,
        ));
        blocks.push(tick(Field::KeyAccount, "Key account", raw.is_key_account));
        blocks.push(tick(Field::GoldenList, "Seller in the golden list", raw.is_seller_in_golden_list));
        blocks.push(field(
            Field::ZohoTicket,
            "Zoho Desk ticket",
            text(Field::ZohoTicket, &raw.zoho_desk_ticket_id, false, Some(1), 128),
            true,
        ));
    }
    blocks
}

fn tick(f: Field, label: &str, ticked: bool) -> Block {
    input(label, super::blocks::tick_box(f.as_str(), "Yes", ticked), true, None).id(f.as_str())
}

fn defaults(catalog: &Catalog) -> Vec<String> {
    let flagged: Vec<String> =
        catalog.environments.iter().filter(|e| e.default).map(|e| e.id.to_string()).collect();
    if flagged.is_empty() {
        catalog.default_environment().map(|e| e.id.to_string()).into_iter().collect()
    } else {
        flagged
    }
}

/// What stands in the details step. A field that was not shown keeps what the draft holds.
pub fn read_details(state: &State, draft: &RawDeclaration) -> RawDeclaration {
    let text = |f: Field, kept: &Option<String>| {
        if state.has(f.as_str()) { state.field(f).map(str::to_owned) } else { kept.clone() }
    };
    let tick = |f: Field, kept: bool| if state.has(f.as_str()) { state.ticked(f.as_str()) } else { kept };
    let list = |f: Field| state.choices(f.as_str());
    RawDeclaration {
        incident_category: text(Field::Category, &draft.incident_category),
        environment: if state.has(Field::Environment.as_str()) {
            list(Field::Environment)
        } else {
            draft.environment.clone()
        },
        platform: if state.has(Field::Platform.as_str()) {
            Some(list(Field::Platform))
        } else {
            draft.platform.clone()
        },
        title: text(Field::Title, &draft.title),
        description: text(Field::Description, &draft.description),
        suggested_team_routing: text(Field::TeamRouting, &draft.suggested_team_routing),
        zendesk_ticket_id: text(Field::ZendeskTicket, &draft.zendesk_ticket_id),
        seller_contract_id: text(Field::SellerContract, &draft.seller_contract_id),
        is_key_account: tick(Field::KeyAccount, draft.is_key_account),
        is_seller_in_golden_list: tick(Field::GoldenList, draft.is_seller_in_golden_list),
        zoho_desk_ticket_id: text(Field::ZohoTicket, &draft.zoho_desk_ticket_id),
        ..draft.clone()
    }
}

/// What a person saw in the update form, by the names of its fields. It travels with the view.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    pub status: String,
    pub priority: String,
    pub incident_category: String,
}

/// What stands in the update form, each field with what the person saw.
pub fn read_update(state: &State, seen: &Seen) -> RawUpdate {
    let set = |f: Field, from: &str| {
        state
            .has(f.as_str())
            .then(|| Set { from: Some(from.to_owned()), to: state.field(f).unwrap_or_default().to_owned() })
    };
    RawUpdate {
        message: state.field(Field::Message).map(str::to_owned),
        status: set(Field::Status, &seen.status),
        priority: set(Field::Priority, &seen.priority),
        incident_category: set(Field::Category, &seen.incident_category),
        ..RawUpdate::default()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::slack::delivery::Delivery;
    use domain::{
        FieldCode,
        incident::{Impacts, visible_fields},
    };

    /// The state of a submitted view with these values.
    pub fn state(values: Value) -> State {
        let view = json!({"id": "V1", "callback_id": "incident_open", "state": {"values": values}});
        let payload = json!({"type": "view_submission", "user": {"id": "U1"}, "view": view}).to_string();
        let body = serde_urlencoded::to_string([("payload", payload)]).unwrap();
        match Delivery::parse("application/x-www-form-urlencoded", body.as_bytes()).unwrap() {
            Delivery::Submission(who, _) => who.view.unwrap().state,
            other => panic!("{other:?}"),
        }
    }

    fn typed(text: &str) -> Value {
        json!({"a": {"type": "plain_text_input", "value": text}})
    }

    // SLK-042 SLK-043
    #[test]
    fn errors_stand_at_their_field_or_at_the_first_that_is_there() {
        let form = state(json!({"message": typed(""), "status": typed("")}));
        let mut fields = domain::FieldErrors::default();
        fields.push("message", FieldCode::MinLength, "Too short.");
        fields.push("not_in_this_form", FieldCode::Invalid, "Hidden.");
        let at = errors(&Error::Invalid(fields), &form).unwrap();
        assert_eq!(at.len(), 1);
        assert_eq!(at["message"], "Too short. Hidden.");

        let form_level = errors(&Error::Unavailable { service: "The database".into() }, &form).unwrap();
        assert!(form_level["message"].contains("does not answer"));
        assert_eq!(errors(&Error::NotFound, &State::default()), None);
    }

    // SLK-083
    #[test]
    fn reasons_why_it_cannot_close_stand_at_the_status_as_a_list() {
        let form = state(json!({"message": typed(""), "status": typed("")}));
        let refused = Error::Refused(vec![
            domain::Refusal::new("A", "Key events are missing."),
            domain::Refusal::new("B", "It is Open."),
        ]);
        assert_eq!(errors(&refused, &form).unwrap()["status"], "• Key events are missing. • It is Open.");
    }

    // SLK-147: fields, their order, limits and defaults.
    #[test]
    fn the_details_step_has_its_fields_limits_and_defaults() {
        let catalog = Catalog::demo();
        let nothing = visible_fields(&Impacts::default(), None, &catalog);
        let blocks = serde_json::to_value(details(&RawDeclaration::default(), nothing, &catalog)).unwrap();
        let ids: Vec<&str> =
            blocks.as_array().unwrap().iter().map(|b| b["block_id"].as_str().unwrap()).collect();
        assert_eq!(ids, ["incident_category", "environment", "platform", "title", "description"]);
        assert_eq!(
            (&blocks[3]["element"]["min_length"], &blocks[3]["element"]["max_length"]),
            (&json!(10), &json!(128))
        );
        assert_eq!(
            (&blocks[4]["element"]["min_length"], &blocks[4]["element"]["max_length"]),
            (&json!(10), &json!(1200))
        );
        assert_eq!(blocks[4]["element"]["multiline"], true);
        assert_eq!(blocks[2]["element"]["initial_options"][0]["value"], "platform-All");
        let prd = catalog.environment_by_value("PRD").unwrap().id.to_string();
        assert_eq!(blocks[1]["element"]["initial_options"][0]["value"], prd);
        assert!(blocks.as_array().unwrap().iter().all(|b| b["optional"] == false));
    }

    // SLK-149 SLK-150 SLK-148
    #[test]
    fn conditional_fields_appear_with_their_impact_only() {
        let mut catalog = Catalog::demo();
        catalog.feature_teams = vec!["Search".into()];
        let shown = |visible: Visible| {
            let blocks = details(&RawDeclaration::default(), visible, &catalog);
            blocks.iter().skip(5).filter_map(|b| b.block_id().map(str::to_owned)).collect::<Vec<_>>()
        };
        let none = Visible { team_routing: false, customer_fields: false, seller_fields: false };
        assert!(shown(none).is_empty());
        assert_eq!(shown(Visible { customer_fields: true, ..none }), ["zendesk_ticket_id"]);
        assert_eq!(shown(Visible { team_routing: true, ..none }), ["suggested_team_routing"]);
        assert_eq!(
            shown(Visible { seller_fields: true, ..none }),
            ["seller_contract_id", "is_key_account", "is_seller_in_golden_list", "zoho_desk_ticket_id"]
        );
    }

    // SLK-151: a field that is not shown any more keeps its value.
    #[test]
    fn values_survive_a_step_that_does_not_show_them() {
        let draft = RawDeclaration {
            zendesk_ticket_id: Some("Z-12".into()),
            is_key_account: true,
            title: Some("Old title of it".into()),
            ..RawDeclaration::default()
        };
        let read = read_details(&state(json!({"title": typed("New title of it")})), &draft);
        assert_eq!(read.title.as_deref(), Some("New title of it"));
        assert_eq!(read.zendesk_ticket_id.as_deref(), Some("Z-12"));
        assert!(read.is_key_account);
    }

    // SLK-084: what was sent back unchanged is not asked.
    #[test]
    fn an_update_asks_only_for_what_differs_from_what_was_seen() {
        let catalog = Catalog::demo();
        let seen = Seen { status: "10".into(), ..Seen::default() };
        let chosen =
            |value: &str| json!({"a": {"type": "static_select", "selected_option": {"value": value}}});
        let form = state(json!({"message": typed(""), "status": chosen("10")}));
        let same = domain::incident::Update::parse(
            &read_update(&form, &seen),
            &catalog,
            domain::incident::Limits::Form,
        );
        assert_eq!(same, Ok(domain::incident::Update::default()));
        let moved = read_update(&state(json!({"status": chosen("20")})), &seen);
        assert_eq!(moved.status, Some(Set { from: Some("10".into()), to: "20".into() }));
        assert_eq!(moved.priority, None, "a field that the form does not have is not asked");
    }

    // SLK-038: the entry of an empty list is refused when it comes back.
    #[test]
    fn the_entry_of_an_empty_list_is_refused() {
        let catalog = Catalog::demo();
        let raw = RawDeclaration {
            incident_category: Some(super::super::blocks::NONE_AVAILABLE.into()),
            ..RawDeclaration::default()
        };
        let errors =
            domain::incident::Declaration::parse(&raw, &catalog, domain::incident::Limits::Form).unwrap_err();
        assert!(errors.of("incident_category").is_some());
    }

    // SLK-036
    #[test]
    fn each_kind_of_field_has_its_element() {
        let catalog = Catalog::demo();
        let all = Visible { team_routing: false, customer_fields: true, seller_fields: true };
        let blocks = serde_json::to_value(details(&RawDeclaration::default(), all, &catalog)).unwrap();
        let kinds: Vec<&str> =
            blocks.as_array().unwrap().iter().map(|b| b["element"]["type"].as_str().unwrap()).collect();
        assert_eq!(
            kinds,
            [
                "static_select",
                "multi_static_select",
                "multi_static_select",
                "plain_text_input",
                "plain_text_input",
                "plain_text_input",
                "plain_text_input",
                "checkboxes",
                "checkboxes",
                "plain_text_input"
            ]
        );
    }
}
