//! The app as Slack has to know it: one document to paste at api.slack.com/apps (spec 10 §20).
//!
//! Made of what the code does: scopes and events of [`super::scopes`], commands of the settings, the one address of
//! [`super::routes`]. `firefighter doctor` proves the same scopes.

use super::{
    ids::Shortcut,
    routes,
    scopes::{EVENTS, Scope},
};
use crate::settings::{SiteSettings, SlackSettings};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Slack takes no longer name.
const NAME: usize = 35;

/// Shortcuts that lead somewhere, with their words.
const SHORTCUTS: [(Shortcut, &str, &str); 2] = [
    (Shortcut::OpenIncident, "Declare an incident", "Opens the form that declares an incident"),
    (Shortcut::UpdateStatus, "Update an incident", "Opens the form that posts an update"),
];

/// The manifest of this installation.
pub fn manifest(slack: &SlackSettings, site: &SiteSettings) -> Value {
    let name: String = site.display_name.chars().take(NAME).collect();
    let address = site.link(routes::PATH);
    let command = |command: &str| {
        json!({
            "command": command,
            "description": "Declares incidents and keeps them up to date",
            "usage_hint": "[open|update|help]",
            "url": address,
            "should_escape": false,
        })
    };
    let shortcut = |(id, name, description): (Shortcut, &str, &str)| {
        json!({
            "name": name, "type": "global", "callback_id": id.as_str(), "description": description,
        })
    };
    json!({
        "display_information": {
            "name": name,
            "description": "The incident desk: declare, work, learn",
            "background_color": "#000000",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": true,
                "messages_tab_enabled": true,
                "messages_tab_read_only_enabled": true,
            },
            "bot_user": { "display_name": name, "always_online": true },
            "shortcuts": SHORTCUTS.map(shortcut),
            "slash_commands": slack.commands().map(command).collect::<Vec<_>>(),
        },
        "oauth_config": {
            "scopes": { "bot": Scope::ALL.iter().map(|scope| scope.as_str()).collect::<Vec<_>>() },
        },
        "settings": {
            "event_subscriptions": {
                "request_url": address,
                "bot_events": EVENTS.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
            },
            "interactivity": {
                "is_enabled": true,
                "request_url": address,
                "message_menu_options_url": address,
            },
            "org_deploy_enabled": false,
            "socket_mode_enabled": false,
            "token_rotation_enabled": false,
        },
    })
}

/// The same as YAML. Texts are quoted as in JSON, which YAML reads.
pub fn yaml(value: &Value) -> String {
    let mut out = String::new();
    write_yaml(value, 0, &mut out);
    out
}

fn write_yaml(value: &Value, depth: usize, out: &mut String) {
    let pad = "  ".repeat(depth);
    // Writing to a text cannot fail.
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let _ = write!(out, "{pad}{name}:");
                write_behind(field, depth, out);
            }
        }
        Value::Array(items) => {
            for item in items {
                match item {
                    Value::Object(_) | Value::Array(_) => {
                        let mut inner = String::new();
                        write_yaml(item, depth + 1, &mut inner);
                        let _ = write!(out, "{pad}- {}", inner.trim_start());
                    }
                    scalar => {
                        let _ = writeln!(out, "{pad}- {scalar}");
                    }
                }
            }
        }
        scalar => {
            let _ = writeln!(out, "{pad}{scalar}");
        }
    }
}

/// A field's value: on its line, or deeper below it.
fn write_behind(field: &Value, depth: usize, out: &mut String) {
    let filled = match field {
        Value::Object(fields) => !fields.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    };
    if filled {
        out.push('\n');
        write_yaml(field, depth + 1, out);
    } else {
        let _ = writeln!(out, " {field}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::read;

    fn of(more: &[(&str, &str)]) -> Value {
        let on = [("SLACK_BOT_TOKEN", "xoxb-1"), ("SLACK_SIGNING_SECRET", "s")];
        let settings = read(&[&on[..], more].concat());
        manifest(settings.slack.as_ref().expect("on"), &settings.site)
    }

    // SLK-266
    #[test]
    fn people_can_be_written_to_and_their_coming_and_going_is_told() {
        let manifest = of(&[]);
        assert_eq!(manifest["features"]["app_home"]["messages_tab_enabled"], true);
        assert_eq!(manifest["features"]["app_home"]["messages_tab_read_only_enabled"], true);
        let events = manifest["settings"]["event_subscriptions"]["bot_events"].as_array().expect("a list");
        for event in ["member_joined_channel", "member_left_channel", "channel_shared", "channel_unshared"] {
            assert!(events.contains(&json!(event)), "{event}");
        }
    }

    #[test]
    fn names_commands_and_addresses_are_those_of_the_installation() {
        let long = "The desk of everybody who puts out fires";
        let manifest = of(&[("APP_DISPLAY_NAME", long), ("SLACK_INCIDENT_COMMAND_ALIASES", "Fire, remind")]);
        let name = manifest["display_information"]["name"].as_str().expect("a name");
        assert!(long.starts_with(name) && name.chars().count() == NAME, "{name}");
        let commands = manifest["features"]["slash_commands"].as_array().expect("a list");
        let named: Vec<_> = commands.iter().filter_map(|command| command["command"].as_str()).collect();
        assert_eq!(named, ["/incident", "/fire"], "cleaned as the door cleans them");
        let address = "https://fire.example.com/api/v2/firefighter/slack/incident/";
        for at in [
            "/settings/event_subscriptions/request_url",
            "/settings/interactivity/request_url",
            "/settings/interactivity/message_menu_options_url",
            "/features/slash_commands/0/url",
        ] {
            assert_eq!(manifest.pointer(at), Some(&json!(address)), "{at}");
        }
    }

    #[test]
    fn yaml_says_the_same() {
        let value = json!({"a": {"b": [1, {"c": "x: y", "d": true}], "e": []}, "f": "#"});
        assert_eq!(yaml(&value), "a:\n  b:\n    - 1\n    - c: \"x: y\"\n      d: true\n  e: []\nf: \"#\"\n");
    }
}
