//! Web API: channels, their names, members, topics and what was said in them.
//!
//! What the app may not see does not exist (`channel_not_found`), what it is not in it cannot change
//! (`not_in_channel`), what is archived stays as it is (`is_archived`).

use serde_json::{Map, Value, json};

use super::state::{BOT_USER, Channel, ChannelKind, Note, TEAM, new_channel};
use super::web_api::{Answer, Call, Refused, fields};

/// A channel as Slack writes it out to the app.
pub fn channel_json(channel: &Channel) -> Value {
    if channel.kind == ChannelKind::Im {
        let person = channel.members.iter().find(|member| *member != BOT_USER);
        return json!({
            "id": channel.id, "created": channel.created, "is_im": true, "is_archived": false, "is_org_shared": false,
            "context_team_id": TEAM, "user": person, "is_user_deleted": false, "priority": 0,
        });
    }
    let note =
        |note: &Note| json!({ "value": note.value, "creator": note.creator, "last_set": note.last_set });
    json!({
        "id": channel.id, "name": channel.name, "name_normalized": channel.name,
        "is_channel": channel.kind != ChannelKind::Mpim, "is_group": channel.kind == ChannelKind::Private, "is_im": false,
        "is_mpim": channel.kind == ChannelKind::Mpim, "is_private": channel.is_private(), "created": channel.created,
        "is_archived": channel.archived, "is_general": channel.is_general, "unlinked": 0, "is_shared": false,
        "is_org_shared": false, "is_pending_ext_shared": false, "pending_shared": [], "context_team_id": TEAM,
        "updated": channel.created * 1_000, "parent_conversation": null, "creator": channel.creator,
        "is_ext_shared": false, "shared_team_ids": [TEAM], "pending_connected_team_ids": [],
        "is_member": channel.has(BOT_USER), "topic": note(&channel.topic), "purpose": note(&channel.purpose),
        "previous_names": channel.previous_names,
    })
}

/// A channel name as Slack accepts it.
///
/// # Errors
/// Which of Slack's rules it breaks.
pub fn name_allowed(name: &str) -> Result<(), Refused> {
    if name.is_empty() {
        return Err("invalid_name_required".into());
    }
    if name.chars().count() > 80 {
        return Err("invalid_name_maxlength".into());
    }
    if name.chars().all(|c| !c.is_alphanumeric()) {
        return Err("invalid_name_punctuation".into());
    }
    let refused =
        |c: char| c.is_whitespace() || c.is_uppercase() || (c.is_ascii_punctuation() && c != '-' && c != '_');
    if name.chars().any(refused) {
        return Err("invalid_name_specials".into());
    }
    Ok(())
}

/// The channel, when the app is in it and it is not archived.
fn mine(call: &Call<'_>) -> Result<Channel, Refused> {
    let channel = call.channel("channel")?;
    call.scope(if channel.is_private() { "groups:write" } else { "channels:manage" })?;
    if channel.is_direct() {
        return Err("method_not_supported_for_channel_type".into());
    }
    if !channel.has(BOT_USER) {
        return Err("not_in_channel".into());
    }
    if channel.archived {
        return Err("is_archived".into());
    }
    Ok(channel)
}

fn told(call: &Call<'_>, id: &str) -> Answer {
    let channel = call.slack.channel(id).ok_or("channel_not_found")?;
    Ok(fields(json!({ "channel": channel_json(channel) })))
}

/// <https://docs.slack.dev/reference/methods/conversations.create>: a name is taken also by an archived channel.
pub fn create(call: &mut Call<'_>) -> Answer {
    let name = call.text("name").unwrap_or_default().to_owned();
    let private = call.flag("is_private");
    call.scope(if private { "groups:write" } else { "channels:manage" })?;
    name_allowed(&name)?;
    let switches = &call.slack.switches;
    if switches.channel_creation_forbidden || (private && switches.private_channels_forbidden) {
        return Err("restricted_action".into());
    }
    if call.slack.channels.iter().any(|channel| !channel.is_direct() && channel.name == name) {
        return Err("name_taken".into());
    }
    let id = call.slack.fresh_id("C0");
    let kind = if private { ChannelKind::Private } else { ChannelKind::Public };
    let (now_s, now) = (call.now_s(), call.now);
    call.slack.channels.push(new_channel(&id, &name, kind, BOT_USER, now_s, Vec::new()));
    call.slack.join(&id, BOT_USER, None, now);
    told(call, &id)
}

/// <https://docs.slack.dev/reference/methods/conversations.join>: public channels only.
pub fn join(call: &mut Call<'_>) -> Answer {
    let channel = call.channel("channel")?;
    if channel.is_private() {
        return Err("method_not_supported_for_channel_type".into());
    }
    if channel.archived {
        return Err("is_archived".into());
    }
    let came = call.slack.join(&channel.id, BOT_USER, None, call.now);
    let mut answer = told(call, &channel.id)?;
    if !came {
        answer.extend(fields(json!({ "warning": "already_in_channel", "response_metadata": { "warnings": ["already_in_channel"] } })));
    }
    Ok(answer)
}

/// <https://docs.slack.dev/reference/methods/conversations.leave>
pub fn leave(call: &mut Call<'_>) -> Answer {
    let channel = call.channel("channel")?;
    if channel.archived {
        return Err("is_archived".into());
    }
    if channel.is_general {
        return Err("cant_leave_general".into());
    }
    if call.slack.leave(&channel.id, BOT_USER, call.now) {
        Ok(Map::new())
    } else {
        Ok(fields(json!({ "not_in_channel": true })))
    }
}

/// <https://docs.slack.dev/reference/methods/conversations.invite>: all or nobody, unless `force`.
pub fn invite(call: &mut Call<'_>) -> Answer {
    let channel = mine(call)?;
    let users = call.list("users");
    if users.is_empty() {
        return Err("no_user".into());
    }
    if users.len() > 100 {
        return Err("too_many_users".into());
    }
    let mut errors = Vec::new();
    let mut fine = Vec::new();
    for user in users {
        let known = call.slack.user(&user).filter(|known| !known.deleted);
        let refused = match known {
            None => Some("user_not_found"),
            Some(known) if known.id == BOT_USER => Some("cant_invite_self"),
            Some(_) if channel.has(&user) => Some("already_in_channel"),
            Some(known) if known.is_restricted => Some("user_is_restricted"),
            Some(_) => None,
        };
        match refused {
            Some(error) => errors.push((user, error)),
            None => fine.push(user),
        }
    }
    let force = call.flag("force");
    if errors.is_empty() || force {
        for user in &fine {
            call.slack.join(&channel.id, user, Some(BOT_USER), call.now);
        }
    }
    let each: Vec<Value> =
        errors.iter().map(|(user, error)| json!({ "user": user, "ok": false, "error": error })).collect();
    match errors.first() {
        Some((_, error)) if !force || fine.is_empty() => Err(Refused::with(error, json!({ "errors": each }))),
        Some(_) => {
            let mut answer = told(call, &channel.id)?;
            answer.insert("errors".into(), each.into());
            Ok(answer)
        }
        None => told(call, &channel.id),
    }
}

/// <https://docs.slack.dev/reference/methods/conversations.kick>
pub fn kick(call: &mut Call<'_>) -> Answer {
    let channel = mine(call)?;
    let user = call.needed("user", "user_not_found")?;
    if user == BOT_USER {
        return Err("cant_kick_self".into());
    }
    if channel.is_general {
        return Err("cant_kick_from_general".into());
    }
    call.slack.user(&user).ok_or("user_not_found")?;
    if !call.slack.leave(&channel.id, &user, call.now) {
        return Err("not_in_channel".into());
    }
    Ok(Map::new())
}

/// <https://docs.slack.dev/reference/methods/conversations.rename>: only who created the channel.
pub fn rename(call: &mut Call<'_>) -> Answer {
    let channel = mine(call)?;
    let name = call.text("name").unwrap_or_default().to_owned();
    name_allowed(&name)?;
    if channel.creator != BOT_USER {
        return Err("not_authorized".into());
    }
    let same = |other: &Channel| other.id != channel.id && !other.is_direct() && other.name == name;
    if call.slack.channels.iter().any(same) {
        return Err("name_taken".into());
    }
    if channel.name != name {
        call.slack.rename(&channel.id, BOT_USER, &name, call.now);
    }
    told(call, &channel.id)
}

/// <https://docs.slack.dev/reference/methods/conversations.setTopic>: leaves a notice in the channel.
pub fn set_topic(call: &mut Call<'_>) -> Answer {
    let (id, note) = note(call, "topic")?;
    let value = note.value.clone();
    if let Some(channel) = call.slack.channel_mut(&id) {
        channel.topic = note;
    }
    let text = if value.is_empty() {
        "cleared the channel topic".into()
    } else {
        format!("set the channel topic: {value}")
    };
    call.slack.notice(&id, "topic", BOT_USER, text, json!({ "topic": value }), call.now);
    told(call, &id)
}

/// <https://docs.slack.dev/reference/methods/conversations.setPurpose>: leaves a notice in the channel.
pub fn set_purpose(call: &mut Call<'_>) -> Answer {
    let (id, note) = note(call, "purpose")?;
    let value = note.value.clone();
    if let Some(channel) = call.slack.channel_mut(&id) {
        channel.purpose = note;
    }
    call.slack.notice(
        &id,
        "purpose",
        BOT_USER,
        format!("set the channel description: {value}"),
        json!({ "purpose": value }),
        call.now,
    );
    told(call, &id)
}

fn note(call: &Call<'_>, argument: &str) -> Result<(String, Note), Refused> {
    let channel = mine(call)?;
    let value = call.text(argument).unwrap_or_default();
    if value.chars().count() > 250 {
        return Err("too_long".into());
    }
    Ok((channel.id, Note { value: value.into(), creator: BOT_USER.into(), last_set: call.now_s() }))
}

/// <https://docs.slack.dev/reference/methods/conversations.archive>
pub fn archive(call: &mut Call<'_>) -> Answer {
    let channel = call.channel("channel")?;
    call.scope(if channel.is_private() { "groups:write" } else { "channels:manage" })?;
    if channel.is_direct() {
        return Err("method_not_supported_for_channel_type".into());
    }
    if channel.archived {
        return Err("already_archived".into());
    }
    if channel.is_general {
        return Err("cant_archive_general".into());
    }
    if !channel.has(BOT_USER) {
        return Err("not_in_channel".into());
    }
    call.slack.set_archived(&channel.id, BOT_USER, true, call.now);
    Ok(Map::new())
}

/// <https://docs.slack.dev/reference/methods/conversations.unarchive>: not with a bot's token.
pub fn unarchive(_: &mut Call<'_>) -> Answer {
    Err("not_allowed_token_type".into())
}

/// The scope that shows a channel of this kind.
fn looks(channel: &Channel) -> &'static str {
    match channel.kind {
        ChannelKind::Public => "channels:read",
        ChannelKind::Private => "groups:read",
        ChannelKind::Im => "im:read",
        ChannelKind::Mpim => "mpim:read",
    }
}

/// <https://docs.slack.dev/reference/methods/conversations.info>
pub fn info(call: &mut Call<'_>) -> Answer {
    let channel = call.channel("channel")?;
    call.scope(looks(&channel))?;
    let mut out = channel_json(&channel);
    if call.flag("include_num_members") {
        out["num_members"] = channel.members.len().into();
    }
    Ok(fields(json!({ "channel": out })))
}

/// <https://docs.slack.dev/reference/methods/conversations.list>
pub fn list(call: &mut Call<'_>) -> Answer {
    let wanted = wanted(call)?;
    let seen = call.slack.channels.iter().filter(|channel| !channel.is_private() || channel.has(BOT_USER));
    let found = seen.filter(|channel| wanted(channel)).map(channel_json).collect();
    let (channels, next) = call.page(found)?;
    Ok(fields(json!({ "channels": channels, "response_metadata": { "next_cursor": next } })))
}

/// <https://docs.slack.dev/reference/methods/users.conversations>: without `user`, where the app is in.
pub fn of_user(call: &mut Call<'_>) -> Answer {
    let wanted = wanted(call)?;
    let user = call.text("user").unwrap_or(BOT_USER).to_owned();
    let seen = call.slack.channels.iter().filter(|channel| !channel.is_private() || channel.has(BOT_USER));
    let found = seen.filter(|channel| channel.has(&user) && wanted(channel)).map(channel_json).collect();
    let (channels, next) = call.page(found)?;
    Ok(fields(json!({ "channels": channels, "response_metadata": { "next_cursor": next } })))
}

fn wanted(call: &Call<'_>) -> Result<impl Fn(&Channel) -> bool + use<>, Refused> {
    let mut types = call.list("types");
    if types.is_empty() {
        types.push("public_channel".into());
    }
    if types.iter().any(|kind| !["public_channel", "private_channel", "im", "mpim"].contains(&kind.as_str()))
    {
        return Err("invalid_types".into());
    }
    for kind in &types {
        match kind.as_str() {
            "public_channel" => call.scope("channels:read")?,
            "private_channel" => call.scope("groups:read")?,
            "im" => call.scope("im:read")?,
            _ => call.scope("mpim:read")?,
        }
    }
    let without_archived = call.flag("exclude_archived");
    Ok(move |channel: &Channel| {
        let kind = match channel.kind {
            ChannelKind::Public => "public_channel",
            ChannelKind::Private => "private_channel",
            ChannelKind::Im => "im",
            ChannelKind::Mpim => "mpim",
        };
        types.iter().any(|wanted| wanted == kind) && !(without_archived && channel.archived)
    })
}

/// <https://docs.slack.dev/reference/methods/conversations.members>
pub fn members(call: &mut Call<'_>) -> Answer {
    let channel = call.channel("channel")?;
    call.scope(looks(&channel))?;
    let (members, next) = call.page(channel.members)?;
    Ok(fields(json!({ "members": members, "response_metadata": { "next_cursor": next } })))
}

/// <https://docs.slack.dev/reference/methods/conversations.history>: newest first, replies left out.
pub fn history(call: &mut Call<'_>) -> Answer {
    let channel = readable(call)?;
    let messages = channel.messages.iter().rev();
    let top =
        messages.filter(|message| message.thread_ts.as_ref().is_none_or(|thread| *thread == message.ts));
    let found = within(call, top.map(|message| (message.ts.clone(), message)).collect())?;
    let mut answer = said(call, found)?;
    answer.extend(fields(
        json!({ "pin_count": channel.pins.len(), "channel_actions_ts": null, "channel_actions_count": 0 }),
    ));
    Ok(answer)
}

/// <https://docs.slack.dev/reference/methods/conversations.replies>: the parent first, then oldest first.
pub fn replies(call: &mut Call<'_>) -> Answer {
    let channel = readable(call)?;
    let ts = call.needed("ts", "thread_not_found")?;
    let asked = channel.message(&ts).ok_or("thread_not_found")?;
    let root = asked.thread_ts.clone().unwrap_or(ts);
    let thread = channel
        .messages
        .iter()
        .filter(|message| message.ts == root || message.thread_ts.as_ref() == Some(&root));
    let found = within(call, thread.map(|message| (message.ts.clone(), message)).collect())?;
    said(call, found)
}

fn readable(call: &Call<'_>) -> Result<Channel, Refused> {
    let channel = call.channel("channel")?;
    call.scope(match channel.kind {
        ChannelKind::Public => "channels:history",
        ChannelKind::Private => "groups:history",
        ChannelKind::Im => "im:history",
        ChannelKind::Mpim => "mpim:history",
    })?;
    if !channel.has(BOT_USER) {
        return Err("not_in_channel".into());
    }
    Ok(channel)
}

/// Messages between `oldest` and `latest`, written out; metadata only when asked for.
fn within(call: &Call<'_>, messages: Vec<(String, &super::state::Message)>) -> Result<Vec<Value>, Refused> {
    let bound = |name: &str, error: &str| match call.text(name) {
        None => Ok(None),
        Some(text) => micros(text).map(Some).ok_or_else(|| Refused::from(error)),
    };
    let (oldest, latest) = (bound("oldest", "invalid_ts_oldest")?, bound("latest", "invalid_ts_latest")?);
    let inclusive = call.flag("inclusive");
    let with_metadata = call.flag("include_all_metadata");
    let fits = |ts: i64| {
        let young = oldest.is_none_or(|oldest| ts > oldest || (inclusive && ts == oldest));
        let old = latest.is_none_or(|latest| ts < latest || (inclusive && ts == latest));
        young && old
    };
    let found = messages.into_iter().filter(|(ts, _)| micros(ts).is_some_and(fits));
    Ok(found
        .map(|(_, message)| {
            let mut out = call.slack.message_json(message);
            if !with_metadata {
                out.remove("metadata");
            }
            Value::Object(out)
        })
        .collect())
}

fn said(call: &Call<'_>, found: Vec<Value>) -> Answer {
    let (messages, next) = call.page(found)?;
    let more = !next.is_empty();
    Ok(fields(
        json!({ "messages": messages, "has_more": more, "response_metadata": { "next_cursor": next } }),
    ))
}

fn micros(ts: &str) -> Option<i64> {
    let (seconds, rest) = ts.split_once('.').unwrap_or((ts, "0"));
    let seconds: i64 = seconds.parse().ok()?;
    let rest: i64 = format!("{rest:0<6}").get(..6)?.parse().ok()?;
    Some(seconds * 1_000_000 + rest)
}

/// <https://docs.slack.dev/reference/methods/conversations.open>
pub fn open(call: &mut Call<'_>) -> Answer {
    if call.text("channel").is_some() {
        let channel = call.channel("channel")?;
        if !channel.is_direct() {
            return Err("method_not_supported_for_channel_type".into());
        }
        return Ok(fields(json!({ "no_op": true, "already_open": true, "channel": { "id": channel.id } })));
    }
    let mut users = call.list("users");
    users.retain(|user| user != BOT_USER);
    users.dedup();
    if users.is_empty() {
        return Err("users_list_not_supplied".into());
    }
    if users.len() > 8 {
        return Err("too_many_users".into());
    }
    for user in &users {
        let known = call.slack.user(user).ok_or("user_not_found")?;
        if known.deleted {
            return Err("user_disabled".into());
        }
    }
    let kind = if users.len() == 1 { ChannelKind::Im } else { ChannelKind::Mpim };
    users.push(BOT_USER.into());
    let now_s = call.now_s();
    let (id, was_open) = call.slack.conversation(kind, &users, now_s);
    let channel = call.slack.channel(&id).ok_or("channel_not_found")?;
    let out = if call.flag("return_im") { channel_json(channel) } else { json!({ "id": id }) };
    let mut answer = fields(json!({ "channel": out }));
    if was_open {
        answer.extend(fields(json!({ "no_op": true, "already_open": true })));
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_vendors_rules() {
        assert!(name_allowed("20261014-4127-prd-payment").is_ok());
        assert!(name_allowed("été_2").is_ok());
        for (name, error) in [
            ("", "invalid_name_required"),
            ("---", "invalid_name_punctuation"),
            ("Upper", "invalid_name_specials"),
            ("a b", "invalid_name_specials"),
            ("a.b", "invalid_name_specials"),
        ] {
            assert_eq!(name_allowed(name).expect_err("refused").error, error, "{name:?}");
        }
        assert_eq!(name_allowed(&"x".repeat(81)).expect_err("refused").error, "invalid_name_maxlength");
    }

    #[test]
    fn time_stamps_compare_as_numbers() {
        assert_eq!(micros("12.5"), Some(12_500_000));
        assert_eq!(micros("12"), Some(12_000_000));
        assert_eq!(micros("12.000001"), Some(12_000_001));
        assert_eq!(micros("soon"), None);
    }
}
