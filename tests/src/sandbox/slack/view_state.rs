//! What a person has chosen in a view or a message, in the words of `state.values`.
//!
//! A choice lives as long as its block and action ids do: an element that comes back under another action id starts
//! from its initial value again, as in Slack.

use serde_json::{Map, Value, json};

/// An element that people can fill, with the block it stands in.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub block: &'a Value,
    pub element: &'a Value,
}

impl<'a> Input<'a> {
    pub fn block_id(&self) -> &'a str {
        text(self.block, "block_id")
    }

    pub fn action_id(&self) -> &'a str {
        text(self.element, "action_id")
    }

    pub fn kind(&self) -> &'a str {
        text(self.element, "type")
    }

    /// Stands in an `input` block, so that it is submitted and may be required.
    pub fn is_field(&self) -> bool {
        self.block["type"] == "input"
    }

    /// A change is told to the app at once.
    pub fn dispatches(&self) -> bool {
        !self.is_field() || self.block["dispatch_action"] == true
    }

    pub fn keeps_state(&self) -> bool {
        !matches!(self.kind(), "button" | "overflow" | "image" | "workflow_button" | "")
    }
}

/// A text property, empty when absent.
pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Every element of the blocks that a person can touch, buttons among them.
pub fn elements(blocks: &[Value]) -> Vec<Input<'_>> {
    let mut found = Vec::new();
    for block in blocks {
        match text(block, "type") {
            "input" => found.push(Input { block, element: &block["element"] }),
            "section" if block["accessory"].is_object() => {
                found.push(Input { block, element: &block["accessory"] })
            }
            "actions" => {
                let elements = block["elements"].as_array().map_or(&[][..], Vec::as_slice);
                found.extend(elements.iter().map(|element| Input { block, element }));
            }
            _ => {}
        }
    }
    found
}

/// `state.values` of these blocks: what was chosen, else what they start with.
pub fn values(blocks: &[Value], chosen: &Map<String, Value>) -> Value {
    let mut out = Map::new();
    for input in elements(blocks).into_iter().filter(Input::keeps_state) {
        let kept = chosen.get(input.block_id()).and_then(|block| block.get(input.action_id()));
        let value = kept
            .filter(|value| value["type"] == input.kind())
            .cloned()
            .unwrap_or_else(|| initial(input.element));
        let block = out.entry(input.block_id()).or_insert_with(|| json!({}));
        block[input.action_id()] = value;
    }
    Value::Object(out)
}

/// The state value of an element that nobody has touched.
pub fn initial(element: &Value) -> Value {
    let kind = text(element, "type");
    let of = |name: &str| element.get(name).cloned().unwrap_or(Value::Null);
    let many = |name: &str| element.get(name).cloned().unwrap_or_else(|| json!([]));
    match kind {
        "static_select" | "external_select" | "radio_buttons" => {
            json!({ "type": kind, "selected_option": of("initial_option") })
        }
        "multi_static_select" | "multi_external_select" | "checkboxes" => {
            json!({ "type": kind, "selected_options": many("initial_options") })
        }
        "users_select" => json!({ "type": kind, "selected_user": of("initial_user") }),
        "multi_users_select" => json!({ "type": kind, "selected_users": many("initial_users") }),
        "channels_select" => json!({ "type": kind, "selected_channel": of("initial_channel") }),
        "multi_channels_select" => json!({ "type": kind, "selected_channels": many("initial_channels") }),
        "conversations_select" => {
            json!({ "type": kind, "selected_conversation": of("initial_conversation") })
        }
        "multi_conversations_select" => {
            json!({ "type": kind, "selected_conversations": many("initial_conversations") })
        }
        "datepicker" => json!({ "type": kind, "selected_date": of("initial_date") }),
        "timepicker" => json!({ "type": kind, "selected_time": of("initial_time") }),
        "datetimepicker" => json!({ "type": kind, "selected_date_time": of("initial_date_time") }),
        _ => json!({ "type": kind, "value": of("initial_value") }),
    }
}

/// The state value of `given`: an option's value, a person's id, a text, a list of them, seconds or `2026-10-14T14:10`
/// (UTC) for a moment; `null` and empty are nothing.
///
/// # Errors
/// In words, when the element does not offer that.
pub fn chosen(element: &Value, given: &Value, suggested: Option<&Value>) -> Result<Value, String> {
    let kind = text(element, "type");
    let one = || if given.is_array() { given.get(0).cloned().unwrap_or(Value::Null) } else { given.clone() };
    let list = || match given {
        Value::Null => Vec::new(),
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::Array(items) => items.iter().filter(|item| **item != "").cloned().collect(),
        other => vec![other.clone()],
    };
    let options =
        options(element).into_iter().chain(suggested.map(options).into_iter().flatten()).collect::<Vec<_>>();
    let single = |name: &str| Ok(json!({ "type": kind, name: nothing(one()) }));
    let several = |name: &str| Ok(json!({ "type": kind, name: list() }));
    match kind {
        "static_select" | "external_select" | "radio_buttons" | "overflow" => {
            let given = nothing(one());
            let option = if given.is_null() { Value::Null } else { option(&options, &given)? };
            Ok(json!({ "type": kind, "selected_option": option }))
        }
        "multi_static_select" | "multi_external_select" | "checkboxes" => {
            let picked = list().iter().map(|given| option(&options, given)).collect::<Result<Vec<_>, _>>()?;
            Ok(json!({ "type": kind, "selected_options": picked }))
        }
        "users_select" => single("selected_user"),
        "multi_users_select" => several("selected_users"),
        "channels_select" => single("selected_channel"),
        "multi_channels_select" => several("selected_channels"),
        "conversations_select" => single("selected_conversation"),
        "multi_conversations_select" => several("selected_conversations"),
        "datepicker" => single("selected_date"),
        "timepicker" => single("selected_time"),
        "datetimepicker" => Ok(json!({ "type": kind, "selected_date_time": moment(&nothing(one()))? })),
        "plain_text_input" | "email_text_input" | "url_text_input" | "number_input" => single("value"),
        other => Err(format!("{other} cannot be filled here")),
    }
}

/// The options of an element or of a suggestion answer, groups flattened.
pub fn options(holder: &Value) -> Vec<&Value> {
    let flat = holder["options"].as_array().into_iter().flatten();
    let groups = holder["option_groups"].as_array().into_iter().flatten();
    flat.chain(groups.flat_map(|group| group["options"].as_array().into_iter().flatten())).collect()
}

fn option(options: &[&Value], given: &Value) -> Result<Value, String> {
    let value = given.get("value").unwrap_or(given);
    let found = options.iter().find(|option| option["value"] == *value);
    found.map(|option| (*option).clone()).ok_or_else(|| format!("{value} is not among the options"))
}

fn nothing(value: Value) -> Value {
    if value == "" { Value::Null } else { value }
}

fn moment(given: &Value) -> Result<Value, String> {
    let text = match given {
        Value::String(text) => text,
        other => return Ok(other.clone()),
    };
    if let Ok(seconds) = text.parse::<i64>() {
        return Ok(seconds.into());
    }
    let shapes = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"];
    let parsed = shapes.iter().find_map(|shape| chrono::NaiveDateTime::parse_from_str(text, shape).ok());
    parsed.map(|moment| moment.and_utc().timestamp().into()).ok_or_else(|| format!("{text} is not a moment"))
}

/// Whether the person left a field empty.
pub fn is_empty(value: &Value) -> bool {
    let mut held = value.as_object().into_iter().flatten().filter(|(name, _)| *name != "type");
    held.all(|(_, value)| value.is_null() || value == "" || value.as_array().is_some_and(Vec::is_empty))
}

/// What Slack's own client refuses before it sends a view: what is required and empty, too short or too long.
pub fn missing(blocks: &[Value], chosen: &Map<String, Value>) -> Vec<(String, String)> {
    let values = values(blocks, chosen);
    let mut errors = Vec::new();
    for input in elements(blocks).into_iter().filter(Input::is_field) {
        let value = &values[input.block_id()][input.action_id()];
        let optional = input.block["optional"] == true;
        if is_empty(value) {
            if !optional {
                errors.push((input.block_id().to_owned(), "Complete this required field".to_owned()));
            }
            continue;
        }
        let length = value["value"].as_str().map_or(0, |text| text.chars().count() as u64);
        let bound = |name: &str| input.element[name].as_u64();
        if input.kind() == "plain_text_input" {
            if let Some(least) = bound("min_length").filter(|least| length < *least) {
                errors.push((
                    input.block_id().to_owned(),
                    format!("At least {least} characters, {length} so far"),
                ));
            } else if let Some(most) = bound("max_length").or(Some(3_000)).filter(|most| length > *most) {
                errors.push((
                    input.block_id().to_owned(),
                    format!("At most {most} characters, {length} so far"),
                ));
            }
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks() -> Vec<Value> {
        let option = |value: &str| json!({ "text": { "type": "plain_text", "text": value }, "value": value });
        vec![
            json!({ "type": "input", "block_id": "title", "element": { "type": "plain_text_input", "action_id": "a", "min_length": 10 } }),
            json!({ "type": "input", "block_id": "level", "optional": true, "element": { "type": "static_select", "action_id": "a",
                "option_groups": [{ "options": [option("low")] }, { "options": [option("high")] }], "initial_option": option("low") } }),
            json!({ "type": "actions", "block_id": "go", "elements": [{ "type": "button", "action_id": "b" }] }),
        ]
    }

    #[test]
    fn values_start_from_the_initial_ones_and_buttons_have_none() {
        let values = values(&blocks(), &Map::new());
        assert_eq!(values["level"]["a"]["selected_option"]["value"], "low");
        assert_eq!(values["title"]["a"], json!({ "type": "plain_text_input", "value": null }));
        assert!(values.get("go").is_none());
    }

    #[test]
    fn a_choice_outside_the_options_is_refused() {
        let blocks = blocks();
        let element = &blocks[1]["element"];
        assert_eq!(
            chosen(element, &json!("high"), None).expect("offered")["selected_option"]["value"],
            "high"
        );
        assert!(chosen(element, &json!("higher"), None).is_err());
        assert!(chosen(element, &json!(""), None).expect("nothing")["selected_option"].is_null());
    }

    #[test]
    fn required_and_short_fields_are_named() {
        let blocks = blocks();
        assert_eq!(missing(&blocks, &Map::new())[0].0, "title");
        let short = json!({ "title": { "a": { "type": "plain_text_input", "value": "short" } } });
        let errors = missing(&blocks, short.as_object().expect("an object"));
        assert_eq!(errors, [("title".to_owned(), "At least 10 characters, 5 so far".to_owned())]);
    }

    #[test]
    fn a_moment_is_seconds_or_a_local_text() {
        let element = json!({ "type": "datetimepicker", "action_id": "a" });
        let value = chosen(&element, &json!("2026-10-14T14:10"), None).expect("a moment");
        assert_eq!(value["selected_date_time"], 1_791_987_000);
        assert_eq!(chosen(&element, &json!(5), None).expect("seconds")["selected_date_time"], 5);
    }
}
