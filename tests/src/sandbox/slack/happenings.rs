//! What happens in the workspace, whoever did it: a message, a notice, somebody joins, a channel is renamed.
//!
//! What the app can see is also an event, if it subscribed; a notice is left where Slack leaves one.

use serde_json::{Map, Value, json};

use super::state::{BOT_USER, Message, Slack, TEAM};

impl Slack {
    /// Adds a message and tells the app when it sits in that channel.
    pub fn post(&mut self, channel: &str, message: Message) {
        let event = self.message_json(&message);
        let Some(place) = self.channel_mut(channel) else { return };
        place.messages.push(message);
        self.emit_message(channel, event);
    }

    /// Tells the app of a message in a channel it is in.
    pub fn emit_message(&mut self, channel: &str, mut event: Map<String, Value>) {
        let Some(place) = self.channel(channel) else { return };
        if !place.has(BOT_USER) {
            return;
        }
        let kind = place.event_kind();
        event.insert("channel".into(), channel.into());
        event.insert("channel_type".into(), kind.into());
        let ts = event.get("event_ts").or(event.get("ts")).cloned().unwrap_or_default();
        event.insert("event_ts".into(), ts);
        let subscription = if kind == "channel" || kind == "group" {
            format!("message.{kind}s")
        } else {
            format!("message.{kind}")
        };
        self.emit(&subscription, Value::Object(event));
    }

    /// The notice Slack leaves in a channel: joined, topic set, renamed.
    pub fn notice(
        &mut self,
        channel: &str,
        what: &str,
        user: &str,
        text: String,
        extra: Value,
        now_micros: i64,
    ) {
        let Some(place) = self.channel(channel) else { return };
        if place.is_direct() {
            return;
        }
        let prefix = place.event_kind();
        let ts = self.fresh_ts(now_micros);
        let extra = if let Value::Object(extra) = extra { extra } else { Map::new() };
        let subtype = Some(format!("{prefix}_{what}"));
        self.post(channel, Message { ts, user: user.into(), text, subtype, extra, ..Message::default() });
    }

    /// A person or the app comes into a channel; `false`: was there.
    pub fn join(&mut self, channel: &str, user: &str, inviter: Option<&str>, now_micros: i64) -> bool {
        let Some(place) = self.channel_mut(channel) else { return false };
        if place.has(user) {
            return false;
        }
        place.members.push(user.into());
        let (direct, private) = (place.is_direct(), place.is_private());
        if direct {
            return true;
        }
        let extra = inviter.map_or_else(|| json!({}), |inviter| json!({ "inviter": inviter }));
        self.notice(
            channel,
            "join",
            user,
            format!("<@{user}> has joined the channel"),
            extra.clone(),
            now_micros,
        );
        let ts = self.fresh_ts(now_micros);
        let mut event = json!({
            "type": "member_joined_channel", "user": user, "channel": channel,
            "channel_type": if private { "G" } else { "C" }, "team": TEAM, "event_ts": ts,
        });
        if let Some(inviter) = inviter {
            event["inviter"] = inviter.into();
        }
        self.emit_in_channel("member_joined_channel", channel, event);
        true
    }

    /// A member goes; `false`: was not there.
    pub fn leave(&mut self, channel: &str, user: &str, now_micros: i64) -> bool {
        let Some(place) = self.channel(channel) else { return false };
        if !place.has(user) {
            return false;
        }
        let private = place.is_private();
        let ts = self.fresh_ts(now_micros);
        let event = json!({
            "type": "member_left_channel", "user": user, "channel": channel,
            "channel_type": if private { "G" } else { "C" }, "team": TEAM, "event_ts": ts,
        });
        self.notice(channel, "leave", user, format!("<@{user}> has left the channel"), json!({}), now_micros);
        self.emit_in_channel("member_left_channel", channel, event);
        if let Some(place) = self.channel_mut(channel) {
            place.members.retain(|member| member != user);
        }
        true
    }

    /// Queues an event of a channel the app can see: its own, or a public one.
    pub fn emit_in_channel(&mut self, subscription: &str, channel: &str, event: Value) {
        let visible = self.channel(channel).is_some_and(|place| place.has(BOT_USER) || !place.is_private());
        if visible {
            self.emit(subscription, event);
        }
    }

    /// Archives or opens again, with notice and event.
    pub fn set_archived(&mut self, channel: &str, user: &str, archived: bool, now_micros: i64) {
        let what = if archived { "archive" } else { "unarchive" };
        let Some(place) = self.channel_mut(channel) else { return };
        place.archived = archived;
        let kind = place.event_kind();
        self.notice(channel, what, user, format!("{what}d the channel"), json!({}), now_micros);
        let ts = self.fresh_ts(now_micros);
        let name = format!("{kind}_{what}");
        let event = json!({ "type": name, "channel": channel, "user": user, "is_moved": 0, "event_ts": ts });
        self.emit_in_channel(&name, channel, event);
    }

    /// Gives the channel another name, with notice and event.
    pub fn rename(&mut self, channel: &str, user: &str, name: &str, now_micros: i64) {
        let Some(place) = self.channel_mut(channel) else { return };
        let old = std::mem::replace(&mut place.name, name.into());
        place.previous_names.insert(0, old.clone());
        let (kind, created) = (place.event_kind(), place.created);
        let text = format!("has renamed the channel from \"{old}\" to \"{name}\"");
        self.notice(channel, "name", user, text, json!({ "old_name": old, "name": name }), now_micros);
        let ts = self.fresh_ts(now_micros);
        let event = json!({
            "type": format!("{kind}_rename"), "event_ts": ts,
            "channel": { "id": channel, "is_channel": kind == "channel", "is_mpim": false, "name": name, "name_normalized": name, "created": created },
        });
        self.emit_in_channel(&format!("{kind}_rename"), channel, event);
    }
}
