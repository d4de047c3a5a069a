//! Web API: messages.

use serde_json::{Map, Value, json};

use super::state::{BOT_USER, Channel, Edited, Ephemeral, Message, Slack};
use super::web_api::{Answer, Call, Refused, fields};

const TEXT_KEPT: usize = 40_000;

/// What a message says: text, blocks, attachments. Something must be there.
struct Words {
    text: String,
    blocks: Vec<Value>,
    attachments: Vec<Value>,
}

fn words(call: &mut Call<'_>) -> Result<Words, Refused> {
    let markdown = call.text("markdown_text").map(str::to_owned);
    let text = call.text("text").map(str::to_owned);
    if markdown.is_some() && (text.is_some() || call.args.contains_key("blocks")) {
        return Err("markdown_text_conflict".into());
    }
    let blocks = call.blocks()?;
    let attachments = match call.args.get("attachments") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(list)) if list.len() > 100 => return Err("too_many_attachments".into()),
        Some(Value::Array(list)) => list.clone(),
        Some(_) => return Err("invalid_attachments".into()),
    };
    if text.is_none() && markdown.is_none() && blocks.is_empty() && attachments.is_empty() {
        return Err("no_text".into());
    }
    Ok(Words { text: text.or(markdown).unwrap_or_default(), blocks, attachments })
}

fn metadata(call: &Call<'_>) -> Result<Option<Value>, Refused> {
    let Some(metadata) = call.args.get("metadata").filter(|value| !value.is_null()) else { return Ok(None) };
    let whole = metadata["event_type"].is_string() && metadata["event_payload"].is_object();
    if whole || metadata["entities"].is_array() {
        Ok(Some(metadata.clone()))
    } else {
        Err("invalid_metadata_format".into())
    }
}

/// Where a message can be posted: a channel by id or name, a person's direct messages by user id.
fn place(call: &mut Call<'_>) -> Result<Channel, Refused> {
    let asked = call.needed("channel", "channel_not_found")?;
    let person = call.slack.user(&asked).filter(|user| !user.is_bot).map(|user| user.id.clone());
    if let Some(user) = person {
        let now_s = call.now_s();
        let (id, _) = call.slack.direct(&user, now_s);
        return usable(call, &id);
    }
    let id = call.slack.find_channel(&asked).map(|channel| channel.id.clone()).ok_or("channel_not_found")?;
    usable(call, &id)
}

fn usable(call: &Call<'_>, id: &str) -> Result<Channel, Refused> {
    let channel = call.visible(id)?;
    if channel.is_direct() && !call.slack.switches.messages_tab {
        return Err("messages_tab_disabled".into());
    }
    if channel.archived {
        return Err("is_archived".into());
    }
    if !channel.has(BOT_USER) && call.scope("chat:write.public").is_err() {
        return Err("not_in_channel".into());
    }
    Ok(channel)
}

fn thread(call: &Call<'_>, channel: &Channel) -> Result<Option<String>, Refused> {
    let Some(thread) = call.text("thread_ts") else { return Ok(None) };
    let parent = channel.message(thread).ok_or("cannot_reply_to_message")?;
    Ok(Some(parent.thread_ts.clone().unwrap_or_else(|| parent.ts.clone())))
}

/// <https://docs.slack.dev/reference/methods/chat.postMessage>
pub fn post(call: &mut Call<'_>) -> Answer {
    let channel = place(call)?;
    let thread_ts = thread(call, &channel)?;
    let metadata = metadata(call)?;
    let mut words = words(call)?;
    let mut answer = Map::new();
    if words.text.chars().count() > TEXT_KEPT {
        words.text = words.text.chars().take(TEXT_KEPT).collect();
        answer = fields(
            json!({ "warning": "message_truncated", "response_metadata": { "warnings": ["message_truncated"] } }),
        );
    }
    let ts = call.slack.fresh_ts(call.now);
    let mut extra = Map::new();
    for (argument, name) in [("username", "username"), ("icon_emoji", "icon_emoji")] {
        if let Some(value) = call.text(argument) {
            extra.insert(name.into(), value.into());
        }
    }
    let message = Message {
        ts: ts.clone(),
        user: BOT_USER.into(),
        text: words.text,
        blocks: words.blocks,
        attachments: words.attachments,
        by_app: true,
        thread_ts,
        metadata,
        extra,
        ..Message::default()
    };
    let told = call.slack.message_json(&message);
    call.slack.post(&channel.id, message);
    answer.extend(fields(json!({ "channel": channel.id, "ts": ts, "message": told })));
    Ok(answer)
}

/// <https://docs.slack.dev/reference/methods/chat.postEphemeral>
pub fn post_ephemeral(call: &mut Call<'_>) -> Answer {
    let channel = place(call)?;
    let user = call.needed("user", "user_not_in_channel")?;
    if !channel.has(BOT_USER) && channel.is_private() {
        return Err("channel_not_found".into());
    }
    if !channel.has(&user) {
        return Err("user_not_in_channel".into());
    }
    let thread_ts = thread(call, &channel)?;
    let words = words(call)?;
    if words.text.chars().count() > TEXT_KEPT {
        return Err("msg_too_long".into());
    }
    let ts = call.slack.fresh_ts(call.now);
    let message = Message {
        ts: ts.clone(),
        user: BOT_USER.into(),
        text: words.text,
        blocks: words.blocks,
        attachments: words.attachments,
        by_app: true,
        thread_ts,
        ..Message::default()
    };
    call.slack.ephemerals.push(Ephemeral { channel: channel.id, user, message });
    Ok(fields(json!({ "message_ts": ts })))
}

/// <https://docs.slack.dev/reference/methods/chat.update>: the app's own messages only.
pub fn update(call: &mut Call<'_>) -> Answer {
    let channel = call.channel("channel")?;
    let ts = call.needed("ts", "message_not_found")?;
    let message = channel.message(&ts).ok_or("message_not_found")?;
    if !message.by_app {
        return Err("cant_update_message".into());
    }
    let metadata = metadata(call)?;
    let previous = call.slack.message_json(message);
    let only_metadata = metadata.is_some()
        && !["text", "blocks", "attachments"].iter().any(|name| call.args.contains_key(*name));
    let words = if only_metadata { None } else { Some(words(call)?) };
    if words.as_ref().is_some_and(|words| words.text.chars().count() > TEXT_KEPT) {
        return Err("msg_too_long".into());
    }
    let edited = Edited { user: BOT_USER.into(), ts: call.slack.fresh_ts(call.now) };
    let given_blocks = call.args.contains_key("blocks");
    let kept = call
        .slack
        .channel_mut(&channel.id)
        .and_then(|channel| channel.message_mut(&ts))
        .ok_or("message_not_found")?;
    if let Some(words) = words {
        kept.text = words.text;
        // Text alone replaces the blocks too, as in Slack.
        if given_blocks || words.attachments.is_empty() {
            kept.blocks = words.blocks;
        }
        kept.attachments = words.attachments;
        kept.state.clear();
    }
    if metadata.is_some() {
        kept.metadata = metadata;
    }
    kept.edited = Some(edited);
    let now = kept.clone();
    let told = call.slack.message_json(&now);
    tell_changed(call.slack, &channel.id, &told, previous, call.now);
    Ok(fields(json!({ "channel": channel.id, "ts": ts, "text": now.text, "message": told })))
}

/// Tells the app that a message was edited.
pub fn tell_changed(
    slack: &mut Slack,
    channel: &str,
    now: &Map<String, Value>,
    before: Map<String, Value>,
    at: i64,
) {
    let ts = slack.fresh_ts(at);
    let event = fields(json!({
        "type": "message", "subtype": "message_changed", "hidden": true, "ts": ts, "message": now, "previous_message": before,
    }));
    slack.emit_message(channel, event);
}

/// <https://docs.slack.dev/reference/methods/chat.delete>: the app's own messages, and the notices it caused.
pub fn delete(call: &mut Call<'_>) -> Answer {
    let channel = call.channel("channel")?;
    let ts = call.needed("ts", "message_not_found")?;
    let message = channel.message(&ts).ok_or("message_not_found")?;
    if message.user != BOT_USER {
        return Err("cant_delete_message".into());
    }
    remove(call.slack, &channel.id, &ts, call.now);
    Ok(fields(json!({ "channel": channel.id, "ts": ts })))
}

/// Takes a message out, with its pin, and tells the app.
pub fn remove(slack: &mut Slack, channel: &str, ts: &str, at: i64) {
    let Some(message) = slack.channel(channel).and_then(|place| place.message(ts)) else { return };
    let previous = slack.message_json(message);
    if let Some(place) = slack.channel_mut(channel) {
        place.messages.retain(|message| message.ts != ts);
        place.pins.retain(|pin| pin.ts != ts);
    }
    let event_ts = slack.fresh_ts(at);
    let event = fields(json!({
        "type": "message", "subtype": "message_deleted", "hidden": true, "ts": event_ts, "deleted_ts": ts, "previous_message": previous,
    }));
    slack.emit_message(channel, event);
}

/// <https://docs.slack.dev/reference/methods/chat.getPermalink>
pub fn permalink(call: &mut Call<'_>) -> Answer {
    let channel = call.channel("channel")?;
    let ts = call.needed("message_ts", "message_not_found")?;
    channel.message(&ts).ok_or("message_not_found")?;
    Ok(fields(json!({ "channel": channel.id, "permalink": Slack::permalink(&channel.id, &ts) })))
}
