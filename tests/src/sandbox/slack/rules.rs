//! Block Kit's limits, as far as no schema is needed to say them. Source: Slack's Block Kit reference.
//!
//! Always on; where the vendor contracts are present they are asked too, and are stricter.

use std::collections::BTreeSet;

use serde_json::Value;

use super::view_state::{elements, options, text};

/// What is wrong with the blocks of a message, each with its JSON pointer.
pub fn message_blocks(blocks: &Value) -> Vec<String> {
    check_blocks(blocks, 50, &[])
}

/// What is wrong with a view.
pub fn view(view: &Value, kind: &str) -> Vec<String> {
    let mut found = Vec::new();
    if view["type"] != kind {
        found.push(format!("a view of type {kind} is expected [json-pointer:/view/type]"));
    }
    for name in ["title", "submit", "close"] {
        if let Some(words) = view.get(name) {
            within(&mut found, text(words, "text"), 1, 24, &format!("/view/{name}/text"));
        }
    }
    if kind == "modal" && view["title"].is_null() {
        found.push("missing required field: title [json-pointer:/view]".into());
    }
    within(&mut found, text(view, "private_metadata"), 0, 3_000, "/view/private_metadata");
    for name in ["callback_id", "external_id"] {
        within(&mut found, text(view, name), 0, 255, &format!("/view/{name}"));
    }
    let blocks = view["blocks"].as_array().map_or(&[][..], Vec::as_slice);
    if kind == "modal" && view["submit"].is_null() && blocks.iter().any(|block| block["type"] == "input") {
        found.push("a view with an input needs a submit button [json-pointer:/view]".into());
    }
    let focused = elements(blocks).iter().filter(|input| input.element["focus_on_load"] == true).count();
    if focused > 1 {
        found.push("only one element can have the focus [json-pointer:/view/blocks]".into());
    }
    found.extend(check_blocks(
        &view["blocks"],
        100,
        if kind == "modal" { &["markdown", "table"] } else { &["input", "markdown", "table"] },
    ));
    found
}

fn check_blocks(blocks: &Value, most: usize, foreign: &[&str]) -> Vec<String> {
    let Some(blocks) = blocks.as_array() else {
        return vec!["blocks must be a list [json-pointer:/blocks]".into()];
    };
    let mut found = Vec::new();
    if blocks.len() > most {
        found.push(format!("no more than {most} items allowed [json-pointer:/blocks]"));
    }
    let mut ids = BTreeSet::new();
    for (index, block) in blocks.iter().enumerate() {
        let at = format!("/blocks/{index}");
        let id = text(block, "block_id");
        within(&mut found, id, 0, 255, &format!("{at}/block_id"));
        if !id.is_empty() && !ids.insert(id) {
            found.push(format!("block_id {id:?} is used twice [json-pointer:{at}]"));
        }
        let kind = text(block, "type");
        if foreign.contains(&kind) {
            found.push(format!("{kind} blocks do not stand here [json-pointer:{at}]"));
        }
        check_block(&mut found, block, kind, &at);
    }
    for input in elements(blocks) {
        check_element(&mut found, input.element, input.block_id());
    }
    found
}

fn check_block(found: &mut Vec<String>, block: &Value, kind: &str, at: &str) {
    match kind {
        "section" => {
            if block["text"].is_null() && block["fields"].is_null() {
                found.push(format!("a section needs text or fields [json-pointer:{at}]"));
            }
            if !block["text"].is_null() {
                within(found, text(&block["text"], "text"), 1, 3_000, &format!("{at}/text/text"));
            }
            let fields = block["fields"].as_array().map_or(&[][..], Vec::as_slice);
            at_most(found, fields.len(), 10, &format!("{at}/fields"));
            for (index, field) in fields.iter().enumerate() {
                within(found, text(field, "text"), 1, 2_000, &format!("{at}/fields/{index}/text"));
            }
        }
        "header" => within(found, text(&block["text"], "text"), 1, 150, &format!("{at}/text/text")),
        "context" => counted(found, &block["elements"], 10, &format!("{at}/elements")),
        "actions" => counted(found, &block["elements"], 25, &format!("{at}/elements")),
        "input" => {
            within(found, text(&block["label"], "text"), 1, 2_000, &format!("{at}/label/text"));
            within(found, text(&block["hint"], "text"), 0, 2_000, &format!("{at}/hint/text"));
        }
        "divider" | "image" | "rich_text" | "markdown" | "table" | "video" | "file" => {}
        "" => found.push(format!("missing required field: type [json-pointer:{at}]")),
        other => found.push(format!("unsupported type: {other} [json-pointer:{at}/type]")),
    }
}

fn check_element(found: &mut Vec<String>, element: &Value, block: &str) {
    let at = format!("{block}/{}", text(element, "action_id"));
    within(found, text(element, "action_id"), 0, 255, &at);
    match text(element, "type") {
        "button" => {
            within(found, text(&element["text"], "text"), 1, 75, &at);
            within(found, text(element, "value"), 0, 2_000, &at);
            within(found, text(element, "url"), 0, 3_000, &at);
        }
        kind @ ("static_select" | "multi_static_select") => {
            let flat = element["options"].as_array().map_or(0, Vec::len);
            let groups = element["option_groups"].as_array().map_or(0, Vec::len);
            at_most(found, flat, 100, &at);
            at_most(found, groups, 100, &at);
            if (flat == 0) == (groups == 0) {
                found.push(format!("{kind} needs options or option_groups, one of them [json-pointer:{at}]"));
            }
            check_options(found, element, &at);
        }
        "radio_buttons" | "checkboxes" => {
            counted(found, &element["options"], 10, &at);
            check_options(found, element, &at);
        }
        "overflow" => {
            counted(found, &element["options"], 5, &at);
            check_options(found, element, &at);
        }
        "plain_text_input" => {
            within(found, text(element, "initial_value"), 0, 3_000, &at);
            within(found, text(&element["placeholder"], "text"), 0, 150, &at);
        }
        _ => {}
    }
}

fn check_options(found: &mut Vec<String>, element: &Value, at: &str) {
    let offered = options(element);
    let mut values = BTreeSet::new();
    for option in &offered {
        let value = text(option, "value");
        within(found, text(&option["text"], "text"), 1, 75, at);
        within(found, value, 1, 150, at);
        if !values.insert(value) {
            found.push(format!("the option value {value:?} is offered twice [json-pointer:{at}]"));
        }
    }
    let firsts = element["initial_options"].as_array().into_iter().flatten();
    for initial in firsts.chain(element.get("initial_option")) {
        if !offered.contains(&initial) {
            found.push(format!("the initial option is not among the options [json-pointer:{at}]"));
        }
    }
}

fn counted(found: &mut Vec<String>, list: &Value, most: usize, at: &str) {
    let count = list.as_array().map_or(0, Vec::len);
    if count == 0 {
        found.push(format!("no less than 1 item allowed [json-pointer:{at}]"));
    }
    at_most(found, count, most, at);
}

fn at_most(found: &mut Vec<String>, count: usize, most: usize, at: &str) {
    if count > most {
        found.push(format!("no more than {most} items allowed [json-pointer:{at}]"));
    }
}

fn within(found: &mut Vec<String>, text: &str, least: usize, most: usize, at: &str) {
    let length = text.chars().count();
    if length < least {
        found.push(format!("must be more than {} characters [json-pointer:{at}]", least - 1));
    } else if length > most {
        found.push(format!("must be less than {} characters [json-pointer:{at}]", most + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn section(text: &str) -> Value {
        json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } })
    }

    #[test]
    fn a_message_has_at_most_fifty_blocks_of_bounded_text() {
        assert!(message_blocks(&Value::from(vec![section("a"); 50])).is_empty());
        assert_eq!(message_blocks(&Value::from(vec![section("a"); 51])).len(), 1);
        assert_eq!(message_blocks(&json!([section(&"x".repeat(3_001))])).len(), 1);
        assert_eq!(message_blocks(&json!([section("")])).len(), 1);
        assert_eq!(
            message_blocks(&json!([{ "type": "header", "text": { "text": "x".repeat(151) } }])).len(),
            1
        );
    }

    #[test]
    fn a_view_with_an_input_needs_a_submit_button() {
        let mut asked = json!({ "type": "modal", "title": { "type": "plain_text", "text": "Title" }, "blocks": [
            { "type": "input", "block_id": "a", "label": { "text": "L" }, "element": { "type": "plain_text_input", "action_id": "a" } }] });
        assert_eq!(view(&asked, "modal").len(), 1);
        asked["submit"] = json!({ "type": "plain_text", "text": "Save" });
        assert!(view(&asked, "modal").is_empty());
        asked["title"]["text"] = json!("x".repeat(25));
        assert_eq!(view(&asked, "modal").len(), 1);
    }

    #[test]
    fn a_select_offers_at_most_a_hundred_options_and_starts_with_one_of_them() {
        let option =
            |n: usize| json!({ "text": { "type": "plain_text", "text": "o" }, "value": n.to_string() });
        let select = |count: usize| json!([{ "type": "actions", "elements": [{ "type": "static_select", "action_id": "s", "options": (0..count).map(option).collect::<Vec<_>>() }] }]);
        assert!(message_blocks(&select(100)).is_empty());
        assert_eq!(message_blocks(&select(101)).len(), 1);
        let mut strange = select(2);
        strange[0]["elements"][0]["initial_option"] = option(7);
        assert_eq!(message_blocks(&strange).len(), 1);
    }
}
