//! Buttons, selects and inputs: what blocks hold (spec 10 §6.2, §22).

use super::blocks::{HEADER, INPUT, LABEL, OPTIONS};
use super::ids::Action;
use super::mrkdwn::{Text, plain, shorten};
use serde::Serialize;
use std::fmt;

/// One entry of a select: label at most 75 characters, value at most 75 (older clients check that, §22).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Choice {
    text: Text,
    value: String,
}

impl Choice {
    pub fn new(label: &str, value: impl fmt::Display) -> Self {
        let value = value.to_string();
        debug_assert!(!value.is_empty() && value.chars().count() <= LABEL, "values are ids of ours: {value}");
        Choice { text: plain(label, LABEL), value }
    }

    /// The only entry of a list that has none; refused when it comes back (§6.2).
    pub fn none_available() -> Self {
        Choice::new("Nothing to choose", NONE_AVAILABLE)
    }

    pub fn value(&self) -> &str {
        &self.value
    }

    pub fn label(&self) -> &str {
        match &self.text {
            Text::PlainText { text, .. } | Text::Mrkdwn { text } => text,
        }
    }
}

/// Comes back from a select that had no real entry.
pub const NONE_AVAILABLE: &str = "__placeholder__";

/// Entries under a heading.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChoiceGroup {
    label: Text,
    options: Vec<Choice>,
}

impl ChoiceGroup {
    pub fn new(label: &str, options: Vec<Choice>) -> Self {
        ChoiceGroup { label: plain(label, LABEL), options }
    }

    pub fn into_choices(self) -> Vec<Choice> {
        self.options
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    Primary,
    Danger,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Element {
    Button {
        action_id: String,
        text: Text,
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        style: Option<Style>,
    },
    StaticSelect {
        action_id: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        options: Vec<Choice>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        option_groups: Vec<ChoiceGroup>,
        #[serde(skip_serializing_if = "Option::is_none")]
        initial_option: Option<Choice>,
        #[serde(skip_serializing_if = "Option::is_none")]
        placeholder: Option<Text>,
    },
    MultiStaticSelect {
        action_id: String,
        options: Vec<Choice>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        initial_options: Vec<Choice>,
        #[serde(skip_serializing_if = "Option::is_none")]
        placeholder: Option<Text>,
    },
    ExternalSelect {
        action_id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        initial_option: Option<Choice>,
        min_query_length: u8,
        #[serde(skip_serializing_if = "Option::is_none")]
        placeholder: Option<Text>,
    },
    MultiExternalSelect {
        action_id: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        initial_options: Vec<Choice>,
        min_query_length: u8,
        #[serde(skip_serializing_if = "Option::is_none")]
        placeholder: Option<Text>,
    },
    UsersSelect {
        action_id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        initial_user: Option<String>,
    },
    PlainTextInput {
        action_id: String,
        multiline: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        initial_value: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        min_length: Option<usize>,
        #[serde(skip_serializing_if = "Option::is_none")]
        max_length: Option<usize>,
    },
    Checkboxes {
        action_id: String,
        options: Vec<Choice>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        initial_options: Vec<Choice>,
    },
    Datetimepicker {
        action_id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        initial_date_time: Option<i64>,
    },
}

/// A button that comes back with `value`.
pub fn button(action: Action, label: &str, value: impl fmt::Display) -> Element {
    let value = value.to_string();
    let value = (!value.is_empty()).then(|| shorten(&value, 2000));
    Element::Button {
        action_id: action.as_str().into(),
        text: plain(label, LABEL),
        value,
        url: None,
        style: None,
    }
}

/// A button that opens an address.
pub fn link_button(label: &str, url: &str) -> Element {
    Element::Button {
        action_id: Action::OpenLink.as_str().into(),
        text: plain(label, LABEL),
        value: None,
        url: Some(url.chars().take(3000).collect()),
        style: None,
    }
}

/// One of a list. Up to 100 entries stand in the view; more are asked for while typing (§6.2, SLK-041 by construction).
pub fn select(action_id: impl Into<String>, choices: Vec<Choice>, initial: Option<&str>) -> Element {
    let initial_option = initial.and_then(|value| choices.iter().find(|c| c.value == value).cloned());
    if choices.len() > OPTIONS {
        return external_select(action_id, initial_option, 0);
    }
    let options = if choices.is_empty() { vec![Choice::none_available()] } else { choices };
    Element::StaticSelect {
        action_id: action_id.into(),
        options,
        option_groups: vec![],
        initial_option,
        placeholder: Some(plain("Choose", HEADER)),
    }
}

/// One of a grouped list; groups without entries are left out.
pub fn grouped_select(
    action_id: impl Into<String>,
    groups: Vec<ChoiceGroup>,
    initial: Option<&str>,
) -> Element {
    let groups: Vec<_> = groups.into_iter().filter(|g| !g.options.is_empty()).collect();
    let initial_option =
        initial.and_then(|value| groups.iter().flat_map(|g| &g.options).find(|c| c.value == value).cloned());
    if groups.len() > OPTIONS || groups.iter().any(|g| g.options.len() > OPTIONS) {
        return external_select(action_id, initial_option, 0);
    }
    let option_groups = if groups.is_empty() {
        vec![ChoiceGroup::new("Nothing", vec![Choice::none_available()])]
    } else {
        groups
    };
    Element::StaticSelect {
        action_id: action_id.into(),
        options: vec![],
        option_groups,
        initial_option,
        placeholder: Some(plain("Choose", HEADER)),
    }
}

/// Several of a list.
pub fn multi_select(action_id: impl Into<String>, choices: Vec<Choice>, initial: &[String]) -> Element {
    let initial_options: Vec<_> = choices.iter().filter(|c| initial.contains(&c.value)).cloned().collect();
    if choices.len() > OPTIONS {
        return Element::MultiExternalSelect {
            action_id: action_id.into(),
            initial_options,
            min_query_length: 0,
            placeholder: Some(plain("Type to search", HEADER)),
        };
    }
    let options = if choices.is_empty() { vec![Choice::none_available()] } else { choices };
    Element::MultiStaticSelect {
        action_id: action_id.into(),
        options,
        initial_options,
        placeholder: Some(plain("Choose", HEADER)),
    }
}

/// One of a list that Slack asks us for while somebody types.
pub fn external_select(action_id: impl Into<String>, initial: Option<Choice>, from_letters: u8) -> Element {
    Element::ExternalSelect {
        action_id: action_id.into(),
        initial_option: initial,
        min_query_length: from_letters,
        placeholder: Some(plain("Type to search", HEADER)),
    }
}

/// Bounds of a text field in characters; Slack checks them before we do.
#[derive(Debug, Clone, Copy, Default)]
pub struct Length {
    pub min: Option<usize>,
    pub max: Option<usize>,
}

/// A text field. What is longer than Slack takes is shortened; the full text stays where it was.
pub fn text_input(
    action_id: impl Into<String>,
    multiline: bool,
    initial: Option<&str>,
    length: Length,
) -> Element {
    let max = length.max.unwrap_or(INPUT).min(INPUT);
    Element::PlainTextInput {
        action_id: action_id.into(),
        multiline,
        initial_value: initial.filter(|v| !v.is_empty()).map(|v| v.chars().take(max).collect()),
        min_length: length.min.filter(|min| *min > 0),
        max_length: Some(max),
    }
}

/// A single box to tick.
pub fn tick_box(action_id: impl Into<String>, label: &str, ticked: bool) -> Element {
    let yes = Choice::new(label, "True");
    Element::Checkboxes {
        action_id: action_id.into(),
        options: vec![yes.clone()],
        initial_options: if ticked { vec![yes] } else { vec![] },
    }
}
