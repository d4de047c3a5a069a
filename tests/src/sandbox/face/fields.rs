//! The elements that people touch, as HTML form controls: buttons, selects, pickers, inputs.
//!
//! A control is named `v:<block>/<action>` and announced by a hidden `has`, so that an empty choice is a choice too.
//! Without script an element that dispatches has a "Choose" button beside it; with script the change presses it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::blocks::list;
use super::html::{esc, hidden, icon, is_web, put};
use super::mrkdwn::plain;
use crate::sandbox::clock::at_ms;
use crate::sandbox::slack::state::{ChannelKind, Slack};
use crate::sandbox::slack::view_state::{Input, initial, options, text};

/// Between the element and the option in the value of a menu's button.
pub const SEPARATOR: char = '\u{2063}';

/// What a view or a message holds besides its blocks.
pub struct Held<'a> {
    pub state: &'a Map<String, Value>,
    pub errors: Option<&'a BTreeMap<String, String>>,
    pub suggested: Option<&'a BTreeMap<String, Value>>,
    /// Makes the ids of two messages different.
    pub scope: &'a str,
}

impl Held<'_> {
    fn value(&self, input: &Input<'_>) -> Value {
        let kept = self.state.get(input.block_id()).and_then(|block| block.get(input.action_id()));
        kept.filter(|value| value["type"] == input.kind()).cloned().unwrap_or_else(|| initial(input.element))
    }

    fn error(&self, input: &Input<'_>) -> Option<&str> {
        self.errors?.get(input.block_id()).map(String::as_str)
    }

    fn id(&self, input: &Input<'_>) -> String {
        let raw = format!("{}-{}-{}", self.scope, input.block_id(), input.action_id());
        raw.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
    }
}

fn key(input: &Input<'_>) -> String {
    format!("{}/{}", input.block_id(), input.action_id())
}

/// An `input` block: label, control, hint, error.
pub fn field(slack: &Slack, input: &Input<'_>, held: &Held<'_>) -> String {
    let id = held.id(input);
    let label = plain(text(&input.block["label"], "text"));
    let optional =
        if input.block["optional"] == true { " <span class=\"quiet\">optional</span>" } else { "" };
    let mut described = Vec::new();
    let mut below = String::new();
    let hint = text(&input.block["hint"], "text");
    if let Some(error) = held.error(input) {
        put!(below, "<p class=\"error\" id=\"{id}-error\">{}</p>", esc(error));
        described.push(format!("{id}-error"));
    }
    if !hint.is_empty() {
        put!(below, "<p class=\"hint\" id=\"{id}-hint\">{}</p>", plain(hint));
        described.push(format!("{id}-hint"));
    }
    let mut attributes = String::new();
    if !described.is_empty() {
        put!(attributes, " aria-describedby=\"{}\"", described.join(" "));
    }
    if held.error(input).is_some() {
        attributes.push_str(" aria-invalid=\"true\"");
    }
    let drawn = control(slack, input, held, &attributes);
    if is_group(input) {
        return format!(
            "<fieldset class=\"field\"{attributes}><legend>{label}{optional}</legend>{drawn}{below}</fieldset>"
        );
    }
    format!("<div class=\"field\"><label for=\"{id}\">{label}{optional}</label>{drawn}{below}</div>")
}

/// An element outside an `input` block; `called` names it for those who cannot see its place.
pub fn element(slack: &Slack, input: &Input<'_>, held: &Held<'_>, called: &str) -> String {
    match input.kind() {
        "button" | "workflow_button" => button(input),
        "overflow" => overflow(input),
        _ => {
            let placeholder = text(&input.element["placeholder"], "text");
            let called = if called.is_empty() {
                if placeholder.is_empty() { "Choose" } else { placeholder }
            } else {
                called
            };
            let attributes = format!(" aria-label=\"{}\"", esc(called));
            let drawn = control(slack, input, held, &attributes);
            if is_group(input) {
                format!(
                    "<fieldset class=\"field\"><legend class=\"away\">{}</legend>{drawn}</fieldset>",
                    esc(called)
                )
            } else {
                drawn
            }
        }
    }
}

fn is_group(input: &Input<'_>) -> bool {
    matches!(
        input.kind(),
        "checkboxes"
            | "radio_buttons"
            | "multi_static_select"
            | "multi_users_select"
            | "multi_external_select"
            | "multi_channels_select"
            | "multi_conversations_select"
    )
}

fn button(input: &Input<'_>) -> String {
    let words = plain(text(&input.element["text"], "text"));
    let style = match text(input.element, "style") {
        "primary" => "btn main",
        "danger" => "btn danger",
        _ => "btn",
    };
    let label = text(input.element, "accessibility_label");
    let label = if label.is_empty() { String::new() } else { format!(" aria-label=\"{}\"", esc(label)) };
    let press = esc(&key(input)).to_string();
    let url = text(input.element, "url");
    if is_web(url) {
        return format!(
            "<a class=\"{style}\" href=\"{}\" target=\"_blank\" rel=\"noopener\" data-press=\"{press}\"{label}>{words}</a>",
            esc(url)
        );
    }
    format!("<button class=\"{style}\" name=\"press\" value=\"{press}\"{label}>{words}</button>")
}

fn overflow(input: &Input<'_>) -> String {
    let items = list(&input.element["options"]).iter().map(|option| {
        let words = plain(text(&option["text"], "text"));
        let press = format!("{}{SEPARATOR}{}", key(input), text(option, "value"));
        let url = text(option, "url");
        if is_web(url) {
            return format!("<a class=\"item\" href=\"{}\" target=\"_blank\" rel=\"noopener\" data-press=\"{}\">{words}</a>", esc(url), esc(&press));
        }
        format!("<button class=\"item\" name=\"press\" value=\"{}\">{words}</button>", esc(&press))
    });
    format!(
        "<details class=\"menu\"><summary class=\"btn\" aria-label=\"More\">{}</summary><div>{}</div></details>",
        icon("more"),
        items.collect::<String>()
    )
}

fn control(slack: &Slack, input: &Input<'_>, held: &Held<'_>, attributes: &str) -> String {
    let id = held.id(input);
    let key = key(input);
    let name = format!("v:{key}");
    let value = held.value(input);
    let mut out = hidden("has", &key);
    let common = format!("id=\"{id}\" name=\"{}\"{attributes}", esc(&name));
    match input.kind() {
        "plain_text_input" => out.push_str(&text_input(input, &value, &common)),
        "number_input" => {
            put!(out, "<input {common} inputmode=\"decimal\" value=\"{}\">", esc(text(&value, "value")))
        }
        "email_text_input" => {
            put!(out, "<input {common} type=\"email\" value=\"{}\">", esc(text(&value, "value")))
        }
        "url_text_input" => {
            put!(out, "<input {common} type=\"url\" value=\"{}\">", esc(text(&value, "value")))
        }
        "datepicker" => {
            put!(out, "<input {common} type=\"date\" value=\"{}\">", esc(text(&value, "selected_date")))
        }
        "timepicker" => {
            put!(out, "<input {common} type=\"time\" value=\"{}\">", esc(text(&value, "selected_time")))
        }
        "datetimepicker" => {
            let at = value["selected_date_time"].as_i64().map(|seconds| at_ms(seconds.saturating_mul(1_000)));
            let at = at.map(|at| at.format("%Y-%m-%dT%H:%M").to_string()).unwrap_or_default();
            put!(
                out,
                "<span class=\"row\"><input {common} type=\"datetime-local\" value=\"{at}\"><span class=\"quiet\">UTC</span></span>"
            );
        }
        "static_select" => out.push_str(&select(input, &common, &choices(input.element, &picked(&value)))),
        "external_select" | "multi_external_select" => out.push_str(&external(input, held, &common, &value)),
        "users_select" | "conversations_select" | "channels_select" => {
            out.push_str(&select(input, &common, &directory(slack, input.kind(), &picked(&value))));
        }
        "radio_buttons" => out.push_str(&boxes("radio", &name, &choices(input.element, &picked(&value)))),
        "checkboxes" | "multi_static_select" => {
            out.push_str(&boxes("checkbox", &name, &choices(input.element, &picked(&value))))
        }
        kind @ ("multi_users_select" | "multi_channels_select" | "multi_conversations_select") => {
            out.push_str(&boxes(
                "checkbox",
                &name,
                &directory(slack, &kind.replace("multi_", ""), &picked(&value)),
            ));
        }
        other => return format!("<p class=\"quiet\">A {} cannot be filled here.</p>", esc(other)),
    }
    if input.dispatches() {
        put!(
            out,
            "<button class=\"btn small choose\" name=\"press\" value=\"{}\" data-choose>Choose</button>",
            esc(&key)
        );
        return format!("<span class=\"row dispatches\">{out}</span>");
    }
    out
}

fn text_input(input: &Input<'_>, value: &Value, common: &str) -> String {
    let mut limits = String::new();
    for (name, attribute) in [("min_length", "minlength"), ("max_length", "maxlength")] {
        if let Some(limit) = input.element[name].as_u64() {
            put!(limits, " data-{attribute}=\"{limit}\"");
        }
    }
    let placeholder = esc(text(&input.element["placeholder"], "text")).to_string();
    if input.element["multiline"] == true {
        return format!(
            "<textarea {common}{limits} rows=\"5\" placeholder=\"{placeholder}\">{}</textarea>",
            esc(text(value, "value"))
        );
    }
    format!(
        "<input {common}{limits} type=\"text\" autocomplete=\"off\" placeholder=\"{placeholder}\" value=\"{}\">",
        esc(text(value, "value"))
    )
}

/// A choice: its group, its value, its words, what is said below it, whether it is chosen.
struct Choice {
    group: String,
    value: String,
    words: String,
    below: String,
    chosen: bool,
}

fn choice(option: &Value, group: &str, picked: &[String]) -> Choice {
    let value = text(option, "value").to_owned();
    Choice {
        group: group.into(),
        words: plain(text(&option["text"], "text")),
        below: plain(text(&option["description"], "text")),
        chosen: picked.contains(&value),
        value,
    }
}

fn choices(element: &Value, picked: &[String]) -> Vec<Choice> {
    let flat = list(&element["options"]).iter().map(|option| choice(option, "", picked));
    let groups = list(&element["option_groups"]).iter().flat_map(|group| {
        let label = text(&group["label"], "text");
        list(&group["options"]).iter().map(move |option| choice(option, label, picked))
    });
    flat.chain(groups).collect()
}

/// People or channels as choices.
fn directory(slack: &Slack, kind: &str, picked: &[String]) -> Vec<Choice> {
    let make = |id: &str, words: &str| Choice {
        group: String::new(),
        value: id.into(),
        words: esc(words).to_string(),
        below: String::new(),
        chosen: picked.iter().any(|chosen| chosen == id),
    };
    if kind == "users_select" {
        let people = slack.users.iter().filter(|user| !user.is_bot && !user.deleted && user.email.is_some());
        return people.map(|user| make(&user.id, &user.real_name)).collect();
    }
    let channels =
        slack.channels.iter().filter(|channel| channel.kind == ChannelKind::Public && !channel.archived);
    channels.map(|channel| make(&channel.id, &format!("#{}", channel.name))).collect()
}

/// The values chosen so far.
fn picked(value: &Value) -> Vec<String> {
    let held = value.as_object().into_iter().flatten().filter(|(name, _)| *name != "type");
    let all = held.flat_map(|(_, value)| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]));
    all.filter_map(|one| one.get("value").unwrap_or(&one).as_str().map(str::to_owned)).collect()
}

fn select(input: &Input<'_>, common: &str, choices: &[Choice]) -> String {
    let placeholder = text(&input.element["placeholder"], "text");
    let placeholder = if placeholder.is_empty() { "Choose" } else { placeholder };
    let mut out = format!("<select {common}><option value=\"\">{}</option>", plain(placeholder));
    let mut group = "";
    for choice in choices {
        if choice.group != group {
            if !group.is_empty() {
                out.push_str("</optgroup>");
            }
            group = &choice.group;
            if !group.is_empty() {
                put!(out, "<optgroup label=\"{}\">", esc(group));
            }
        }
        let selected = if choice.chosen { " selected" } else { "" };
        put!(out, "<option value=\"{}\"{selected}>{}</option>", esc(&choice.value), choice.words);
    }
    if !group.is_empty() {
        out.push_str("</optgroup>");
    }
    out + "</select>"
}

fn boxes(kind: &str, name: &str, choices: &[Choice]) -> String {
    let mut out = String::from("<div class=\"boxes\">");
    let mut group = "";
    for choice in choices {
        if choice.group != group {
            group = &choice.group;
            put!(out, "<p class=\"hd\">{}</p>", esc(group));
        }
        let checked = if choice.chosen { " checked" } else { "" };
        let below = if choice.below.is_empty() {
            String::new()
        } else {
            format!(" <span class=\"quiet\">{}</span>", choice.below)
        };
        put!(
            out,
            "<label><input type=\"{kind}\" name=\"{}\" value=\"{}\"{checked}><span>{}{below}</span></label>",
            esc(name),
            esc(&choice.value),
            choice.words
        );
    }
    out + "</div>"
}

/// An external select: what to look for, and what was found last.
fn external(input: &Input<'_>, held: &Held<'_>, common: &str, value: &Value) -> String {
    let key = key(input);
    let chosen = picked(value);
    let found = held.suggested.and_then(|suggested| suggested.get(&key));
    let mut offered = found.map(|found| choices(found, &chosen)).unwrap_or_default();
    let known: Vec<String> = offered.iter().map(|choice| choice.value.clone()).collect();
    for option in
        options_held(value).into_iter().filter(|option| !known.contains(&text(option, "value").to_owned()))
    {
        offered.insert(0, choice(option, "", &chosen));
    }
    let id = held.id(input);
    let mut out = format!(
        "<span class=\"row\"><input type=\"search\" id=\"{id}-q\" name=\"q:{0}\" aria-label=\"Look for\" placeholder=\"Look for\" autocomplete=\"off\">\
         <button class=\"btn small\" name=\"suggest\" value=\"{0}\" data-suggest>Search</button></span>",
        esc(&key)
    );
    if input.kind() == "external_select" {
        out.push_str(&select(input, common, &offered));
    } else {
        out.push_str(&boxes("checkbox", &format!("v:{key}"), &offered));
    }
    if found.is_some_and(|found| options(found).is_empty()) {
        out.push_str("<p class=\"hint\">Nothing found.</p>");
    }
    out
}

/// The options that a state value holds.
fn options_held(value: &Value) -> Vec<&Value> {
    let one = value.get("selected_option").filter(|option| option.is_object());
    one.into_iter().chain(list(&value["selected_options"])).collect()
}
