//! Messages and views as Slack writes them out.

use serde_json::{Map, Value, json};

use super::state::{APP_ID, BOT_ID, BOT_NAME, Message, Slack, TEAM, TEAM_DOMAIN, View};

impl Slack {
    /// A message as Slack writes it out.
    pub fn message_json(&self, message: &Message) -> Map<String, Value> {
        let mut out = Map::new();
        out.insert("type".into(), "message".into());
        if let Some(subtype) = &message.subtype {
            out.insert("subtype".into(), subtype.as_str().into());
        }
        out.insert("user".into(), message.user.as_str().into());
        out.insert("text".into(), message.text.as_str().into());
        out.insert("ts".into(), message.ts.as_str().into());
        out.insert("team".into(), TEAM.into());
        if message.by_app {
            out.insert("bot_id".into(), BOT_ID.into());
            out.insert("app_id".into(), APP_ID.into());
            out.insert("bot_profile".into(), bot_profile());
        }
        if !message.blocks.is_empty() {
            out.insert("blocks".into(), message.blocks.clone().into());
        }
        if !message.attachments.is_empty() {
            out.insert("attachments".into(), message.attachments.clone().into());
        }
        if let Some(thread) = &message.thread_ts {
            out.insert("thread_ts".into(), thread.as_str().into());
        }
        if let Some(edited) = &message.edited {
            out.insert("edited".into(), json!({ "user": edited.user, "ts": edited.ts }));
        }
        if !message.reactions.is_empty() {
            let reactions = message.reactions.iter();
            let told = reactions.map(|r| json!({ "name": r.name, "users": r.users, "count": r.users.len() }));
            out.insert("reactions".into(), told.collect());
        }
        if let Some(metadata) = &message.metadata {
            out.insert("metadata".into(), metadata.clone());
        }
        out.extend(message.extra.clone());
        out
    }

    /// A view as Slack writes it out, with what the person chose so far.
    pub fn view_json(&self, view: &View) -> Value {
        let mut out = Map::new();
        out.insert("id".into(), view.id.as_str().into());
        out.insert("team_id".into(), TEAM.into());
        out.insert("type".into(), view.kind.as_str().into());
        out.insert("blocks".into(), view.blocks().to_vec().into());
        for (name, absent) in [
            ("private_metadata", json!("")),
            ("callback_id", json!("")),
            ("clear_on_close", json!(false)),
            ("notify_on_close", json!(false)),
        ] {
            out.insert(name.into(), view.content.get(name).cloned().unwrap_or(absent));
        }
        for name in ["title", "submit", "close"] {
            out.insert(name.into(), view.content.get(name).cloned().unwrap_or(Value::Null));
        }
        out.insert(
            "state".into(),
            json!({ "values": super::view_state::values(view.blocks(), &view.state) }),
        );
        out.insert("hash".into(), view.hash.as_str().into());
        out.insert("external_id".into(), view.external_id.as_str().into());
        out.insert("root_view_id".into(), view.root_view_id.as_str().into());
        out.insert("previous_view_id".into(), view.previous_view_id.clone().map_or(Value::Null, Value::from));
        out.insert("app_id".into(), APP_ID.into());
        out.insert("app_installed_team_id".into(), TEAM.into());
        out.insert("bot_id".into(), BOT_ID.into());
        Value::Object(out)
    }

    /// The address people can open a message at.
    pub fn permalink(channel: &str, ts: &str) -> String {
        format!("https://{TEAM_DOMAIN}.slack.com/archives/{channel}/p{}", ts.replace('.', ""))
    }
}

/// The app's face next to its messages.
pub fn bot_profile() -> Value {
    json!({
        "id": BOT_ID, "deleted": false, "name": BOT_NAME, "updated": 1_750_000_000, "app_id": APP_ID,
        "icons": { "image_36": "https://avatar.example.com/36.png", "image_48": "https://avatar.example.com/48.png", "image_72": "https://avatar.example.com/72.png" },
        "team_id": TEAM,
    })
}
