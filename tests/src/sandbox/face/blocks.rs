//! Block Kit as HTML: what stands in messages, views and the App Home.

use serde_json::Value;

use super::fields::{Held, element, field};
use super::html::{esc, is_web, put};
use super::mrkdwn::{mrkdwn, plain, text_object};
use crate::sandbox::slack::state::Slack;
use crate::sandbox::slack::view_state::{Input, text};

/// The blocks, one after the other. `held` is what was chosen in them so far.
pub fn blocks(slack: &Slack, blocks: &[Value], held: &Held<'_>) -> String {
    blocks.iter().map(|block| one(slack, block, held)).collect()
}

fn one(slack: &Slack, block: &Value, held: &Held<'_>) -> String {
    match text(block, "type") {
        "section" => section(slack, block, held),
        "header" => format!("<h3 class=\"header\">{}</h3>", text_object(slack, &block["text"])),
        "divider" => "<hr>".into(),
        "context" => {
            let parts = list(&block["elements"]).iter().map(|part| match text(part, "type") {
                "image" => image(part),
                _ => format!("<span>{}</span>", text_object(slack, part)),
            });
            format!("<div class=\"context\">{}</div>", parts.collect::<String>())
        }
        "actions" => {
            let parts = list(&block["elements"])
                .iter()
                .map(|part| element(slack, &Input { block, element: part }, held, ""));
            format!("<div class=\"actions\">{}</div>", parts.collect::<String>())
        }
        "input" => field(slack, &Input { block, element: &block["element"] }, held),
        "image" => format!(
            "<figure>{}<figcaption>{}</figcaption></figure>",
            image(block),
            plain(text(&block["title"], "text"))
        ),
        "rich_text" => format!("<div class=\"words\">{}</div>", rich(slack, &block["elements"])),
        "markdown" => format!("<div class=\"words\">{}</div>", plain(text(block, "text"))),
        other => format!("<p class=\"quiet\">A {} block is not drawn here.</p>", esc(other)),
    }
}

fn section(slack: &Slack, block: &Value, held: &Held<'_>) -> String {
    let mut words = String::new();
    if block["text"].is_object() {
        put!(words, "<div class=\"words\">{}</div>", text_object(slack, &block["text"]));
    }
    let fields = list(&block["fields"]);
    if !fields.is_empty() {
        let told = fields.iter().map(|field| format!("<div>{}</div>", text_object(slack, field)));
        put!(words, "<div class=\"fields\">{}</div>", told.collect::<String>());
    }
    let accessory = &block["accessory"];
    if !accessory.is_object() {
        return format!("<div class=\"section\">{words}</div>");
    }
    if text(accessory, "type") == "image" {
        return format!("<div class=\"section beside\"><div>{words}</div>{}</div>", image(accessory));
    }
    // What a select beside a text is called, for those who do not see that it stands beside it.
    let called: String =
        text(&block["text"], "text").chars().filter(|c| !"*_~`".contains(*c)).take(75).collect();
    let drawn = element(slack, &Input { block, element: accessory }, held, &called);
    format!("<div class=\"section beside\"><div>{words}</div><div class=\"accessory\">{drawn}</div></div>")
}

fn image(part: &Value) -> String {
    let url = text(part, "image_url");
    if !is_web(url) {
        return String::new();
    }
    format!("<img src=\"{}\" alt=\"{}\" loading=\"lazy\">", esc(url), esc(text(part, "alt_text")))
}

fn rich(slack: &Slack, parts: &Value) -> String {
    let mut out = String::new();
    for part in list(parts) {
        match text(part, "type") {
            "rich_text_section" => put!(out, "<p>{}</p>", rich(slack, &part["elements"])),
            "rich_text_quote" => put!(out, "<blockquote>{}</blockquote>", rich(slack, &part["elements"])),
            "rich_text_preformatted" => put!(out, "<pre>{}</pre>", rich(slack, &part["elements"])),
            "rich_text_list" => {
                let items = list(&part["elements"])
                    .iter()
                    .map(|item| format!("<li>{}</li>", rich(slack, &item["elements"])));
                put!(out, "<ul>{}</ul>", items.collect::<String>());
            }
            "text" => put!(out, "{}", plain(text(part, "text"))),
            "link" => {
                let words =
                    if text(part, "text").is_empty() { text(part, "url") } else { text(part, "text") };
                put!(out, "{}", mrkdwn(slack, &format!("<{}|{words}>", text(part, "url"))));
            }
            "user" => put!(out, "{}", mrkdwn(slack, &format!("<@{}>", text(part, "user_id")))),
            "channel" => put!(out, "{}", mrkdwn(slack, &format!("<#{}>", text(part, "channel_id")))),
            "usergroup" => {
                put!(out, "{}", mrkdwn(slack, &format!("<!subteam^{}>", text(part, "usergroup_id"))))
            }
            "broadcast" => put!(out, "{}", mrkdwn(slack, &format!("<!{}>", text(part, "range")))),
            "emoji" => put!(out, "{}", plain(&format!(":{}:", text(part, "name")))),
            _ => {}
        }
    }
    out
}

/// The legacy attachments of a message, with their bar.
pub fn attachments(slack: &Slack, attachments: &[Value], held: &Held<'_>) -> String {
    let told = attachments.iter().map(|part| {
        let mut inside = String::new();
        if !text(part, "title").is_empty() {
            put!(inside, "<b>{}</b><br>", plain(text(part, "title")));
        }
        put!(inside, "{}", mrkdwn(slack, text(part, "text")));
        put!(inside, "{}", blocks(slack, list(&part["blocks"]), held));
        format!("<blockquote>{inside}</blockquote>")
    });
    told.collect()
}

/// A list, empty when there is none.
pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Whether a message reads better in a frame.
pub fn is_card(blocks: &[Value]) -> bool {
    blocks.len() > 3 || blocks.iter().any(|block| block["fields"].is_array() || block["type"] == "header")
}
