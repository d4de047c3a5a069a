//! Web API: what hangs on channels and messages: pins, bookmarks, reactions.

use serde_json::{Map, Value, json};

use super::state::{BOT_USER, Bookmark, Channel, Message, Pin, Reaction, Slack, TEAM};
use super::web_api::{Answer, Call, Refused, fields};

fn pinned(call: &Call<'_>) -> Result<(Channel, Message), Refused> {
    let channel = call.channel("channel")?;
    let ts = call.needed("timestamp", "no_item_specified")?;
    let message = channel.message(&ts).ok_or("message_not_found")?.clone();
    Ok((channel, message))
}

/// <https://docs.slack.dev/reference/methods/pins.add>
pub fn pin(call: &mut Call<'_>) -> Answer {
    let (channel, message) = pinned(call)?;
    if !channel.has(BOT_USER) {
        return Err("not_in_channel".into());
    }
    if channel.pins.iter().any(|pin| pin.ts == message.ts) {
        return Err("already_pinned".into());
    }
    if channel.pins.len() >= 100 {
        return Err("too_many_pins".into());
    }
    let created = call.now_s();
    if let Some(place) = call.slack.channel_mut(&channel.id) {
        place.pins.push(Pin { ts: message.ts.clone(), created, created_by: BOT_USER.into() });
    }
    let event_ts = call.slack.fresh_ts(call.now);
    let item = item(call.slack, &channel.id, &message, created);
    let event = json!({
        "type": "pin_added", "user": BOT_USER, "channel_id": channel.id, "item": item, "item_user": message.user,
        "pin_count": channel.pins.len() + 1, "event_ts": event_ts,
    });
    call.slack.emit_in_channel("pin_added", &channel.id, event);
    Ok(Map::new())
}

/// <https://docs.slack.dev/reference/methods/pins.remove>
pub fn unpin(call: &mut Call<'_>) -> Answer {
    let (channel, message) = pinned(call)?;
    if !channel.pins.iter().any(|pin| pin.ts == message.ts) {
        return Err("no_pin".into());
    }
    if let Some(place) = call.slack.channel_mut(&channel.id) {
        place.pins.retain(|pin| pin.ts != message.ts);
    }
    Ok(Map::new())
}

/// <https://docs.slack.dev/reference/methods/pins.list>
pub fn pins(call: &mut Call<'_>) -> Answer {
    let channel = call.channel("channel")?;
    let pins = channel.pins.iter().rev();
    let items =
        pins.filter_map(|pin| Some(item(call.slack, &channel.id, channel.message(&pin.ts)?, pin.created)));
    Ok(fields(json!({ "items": items.collect::<Vec<_>>() })))
}

fn item(slack: &Slack, channel: &str, message: &Message, created: i64) -> Value {
    let mut told = slack.message_json(message);
    told.insert("pinned_to".into(), json!([channel]));
    told.insert("permalink".into(), Slack::permalink(channel, &message.ts).into());
    json!({ "type": "message", "channel": channel, "created": created, "created_by": BOT_USER, "message": told })
}

fn bookmarked(call: &Call<'_>) -> Result<Channel, Refused> {
    let channel = call.channel("channel_id")?;
    if !channel.has(BOT_USER) {
        return Err("permission_denied".into());
    }
    Ok(channel)
}

fn link(call: &Call<'_>) -> Result<Option<String>, Refused> {
    let Some(link) = call.text("link") else { return Ok(None) };
    let web = link.starts_with("https://") || link.starts_with("http://");
    if web && link.len() <= 2_048 { Ok(Some(link.into())) } else { Err("invalid_link".into()) }
}

fn emoji(call: &Call<'_>) -> Result<Option<String>, Refused> {
    let Some(emoji) = call.text("emoji") else { return Ok(None) };
    let named = emoji.len() > 2 && emoji.starts_with(':') && emoji.ends_with(':');
    if named { Ok(Some(emoji.into())) } else { Err("invalid_emoji".into()) }
}

/// <https://docs.slack.dev/reference/methods/bookmarks.add>: links only, 100 a channel.
pub fn add_bookmark(call: &mut Call<'_>) -> Answer {
    let channel = bookmarked(call)?;
    if call.text("type") != Some("link") {
        return Err("invalid_bookmark_type".into());
    }
    let title = call.needed("title", "invalid_arguments")?;
    let link = link(call)?.ok_or("invalid_link")?;
    let emoji = emoji(call)?;
    if channel.bookmarks.len() >= 100 {
        return Err("too_many_bookmarks".into());
    }
    let id = call.slack.fresh_id("Bk0");
    let bookmark = Bookmark { id, title, link, emoji, created: call.now_s(), updated: 0 };
    let told = bookmark_json(&channel.id, &bookmark);
    if let Some(place) = call.slack.channel_mut(&channel.id) {
        place.bookmarks.push(bookmark);
    }
    Ok(fields(json!({ "bookmark": told })))
}

/// <https://docs.slack.dev/reference/methods/bookmarks.edit>
pub fn edit_bookmark(call: &mut Call<'_>) -> Answer {
    let channel = bookmarked(call)?;
    let id = call.needed("bookmark_id", "not_found")?;
    let (title, link, emoji, now_s) =
        (call.text("title").map(str::to_owned), link(call)?, emoji(call)?, call.now_s());
    let kept = call.slack.channel_mut(&channel.id).ok_or("channel_not_found")?;
    let bookmark = kept.bookmarks.iter_mut().find(|bookmark| bookmark.id == id).ok_or("not_found")?;
    bookmark.title = title.unwrap_or_else(|| bookmark.title.clone());
    bookmark.link = link.unwrap_or_else(|| bookmark.link.clone());
    bookmark.emoji = emoji.or_else(|| bookmark.emoji.clone());
    bookmark.updated = now_s;
    Ok(fields(json!({ "bookmark": bookmark_json(&channel.id, bookmark) })))
}

/// <https://docs.slack.dev/reference/methods/bookmarks.remove>
pub fn remove_bookmark(call: &mut Call<'_>) -> Answer {
    let channel = bookmarked(call)?;
    let id = call.needed("bookmark_id", "not_found")?;
    if !channel.bookmarks.iter().any(|bookmark| bookmark.id == id) {
        return Err("not_found".into());
    }
    if let Some(place) = call.slack.channel_mut(&channel.id) {
        place.bookmarks.retain(|bookmark| bookmark.id != id);
    }
    Ok(Map::new())
}

/// <https://docs.slack.dev/reference/methods/bookmarks.list>
pub fn bookmarks(call: &mut Call<'_>) -> Answer {
    let channel = call.channel("channel_id")?;
    let told = channel.bookmarks.iter().map(|bookmark| bookmark_json(&channel.id, bookmark));
    Ok(fields(json!({ "bookmarks": told.collect::<Vec<_>>() })))
}

fn bookmark_json(channel: &str, bookmark: &Bookmark) -> Value {
    json!({
        "id": bookmark.id, "channel_id": channel, "title": bookmark.title, "link": bookmark.link, "emoji": bookmark.emoji,
        "icon_url": null, "type": "link", "entity_id": null, "date_created": bookmark.created,
        "date_updated": bookmark.updated, "rank": "i", "last_updated_by_user_id": BOT_USER,
        "last_updated_by_team_id": TEAM, "shortcut_id": null, "app_id": null, "app_action_id": null,
    })
}

/// <https://docs.slack.dev/reference/methods/reactions.add>
pub fn react(call: &mut Call<'_>) -> Answer {
    let (channel, message) = pinned(call)?;
    let name = call.needed("name", "invalid_name")?;
    if name.contains(':') && !name.contains("::skin-tone-") {
        return Err("invalid_name".into());
    }
    if channel.archived {
        return Err("is_archived".into());
    }
    if add_reaction(call.slack, &channel.id, &message.ts, BOT_USER, &name, call.now) {
        Ok(Map::new())
    } else {
        Err("already_reacted".into())
    }
}

/// <https://docs.slack.dev/reference/methods/reactions.remove>
pub fn unreact(call: &mut Call<'_>) -> Answer {
    let (channel, message) = pinned(call)?;
    let name = call.needed("name", "invalid_name")?;
    if remove_reaction(call.slack, &channel.id, &message.ts, BOT_USER, &name, call.now) {
        Ok(Map::new())
    } else {
        Err("no_reaction".into())
    }
}

/// Adds somebody's reaction and tells the app; `false`: it was there.
pub fn add_reaction(slack: &mut Slack, channel: &str, ts: &str, user: &str, name: &str, now: i64) -> bool {
    let Some(message) = slack.channel_mut(channel).and_then(|place| place.message_mut(ts)) else {
        return false;
    };
    let author = message.user.clone();
    match message.reactions.iter_mut().find(|reaction| reaction.name == name) {
        Some(reaction) if reaction.users.iter().any(|reacted| reacted == user) => return false,
        Some(reaction) => reaction.users.push(user.into()),
        None => message.reactions.push(Reaction { name: name.into(), users: vec![user.into()] }),
    }
    tell(slack, "reaction_added", channel, ts, user, name, &author, now);
    true
}

/// Takes somebody's reaction away and tells the app; `false`: it was not there.
pub fn remove_reaction(slack: &mut Slack, channel: &str, ts: &str, user: &str, name: &str, now: i64) -> bool {
    let Some(message) = slack.channel_mut(channel).and_then(|place| place.message_mut(ts)) else {
        return false;
    };
    let author = message.user.clone();
    let Some(reaction) = message.reactions.iter_mut().find(|reaction| reaction.name == name) else {
        return false;
    };
    let before = reaction.users.len();
    reaction.users.retain(|reacted| reacted != user);
    if reaction.users.len() == before {
        return false;
    }
    message.reactions.retain(|reaction| !reaction.users.is_empty());
    tell(slack, "reaction_removed", channel, ts, user, name, &author, now);
    true
}

#[expect(clippy::too_many_arguments, reason = "the fields of one event")]
fn tell(
    slack: &mut Slack,
    kind: &str,
    channel: &str,
    ts: &str,
    user: &str,
    name: &str,
    author: &str,
    now: i64,
) {
    let event_ts = slack.fresh_ts(now);
    let event = json!({
        "type": kind, "user": user, "reaction": name, "item": { "type": "message", "channel": channel, "ts": ts },
        "item_user": author, "event_ts": event_ts,
    });
    let inside = slack.channel(channel).is_some_and(|place| place.has(BOT_USER));
    if inside {
        slack.emit(kind, event);
    }
}
