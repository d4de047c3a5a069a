//! The Web API's door: token, fault, arguments, contract, method, answer.
//!
//! A call is answered as Slack answers it: 200 also for a refusal, `ok:false` with an error code; 429 and 5xx only when
//! ordered. A JSON body sent to a form-only method is ignored, so that its arguments appear missing.

use serde_json::{Map, Value, json};

use super::state::{BOT_USER, Channel, Slack};
use super::{chat, conversations, dressing, people, rules, views};

/// What a method answers besides `ok`.
pub type Answer = Result<Map<String, Value>, Refused>;

/// A refusal with Slack's error code.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    pub error: String,
    pub more: Map<String, Value>,
}

impl Refused {
    pub fn with(error: &str, more: Value) -> Self {
        let more = if let Value::Object(more) = more { more } else { Map::new() };
        Refused { error: error.into(), more }
    }

    /// Refused for what stands in the blocks or the view, with the places in words.
    pub fn invalid(error: &str, problems: &[String]) -> Self {
        let told: Vec<String> = problems.iter().map(|problem| format!("[ERROR] {problem}")).collect();
        let mut more = json!({ "response_metadata": { "messages": told } });
        if error == "invalid_blocks" {
            more["errors"] = problems.into();
        }
        Refused::with(error, more)
    }
}

impl From<&str> for Refused {
    fn from(error: &str) -> Self {
        Refused { error: error.into(), more: Map::new() }
    }
}

/// One call of a method, with the workspace locked for it.
pub struct Call<'a> {
    pub slack: &'a mut Slack,
    pub args: Map<String, Value>,
    /// Product time in microseconds.
    pub now: i64,
}

impl Call<'_> {
    /// A text argument; absent and empty are the same.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.args.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// A text argument that must be there.
    pub fn needed(&self, name: &str, error: &str) -> Result<String, Refused> {
        self.text(name).map(str::to_owned).ok_or_else(|| error.into())
    }

    pub fn flag(&self, name: &str) -> bool {
        self.args.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    pub fn list(&self, name: &str) -> Vec<String> {
        let items = self.args.get(name).and_then(Value::as_array);
        items.into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    }

    pub fn now_s(&self) -> i64 {
        self.now / 1_000_000
    }

    /// Refuses when the app was not given this scope.
    pub fn scope(&self, scope: &str) -> Result<(), Refused> {
        if self.slack.switches.missing_scopes.iter().any(|missing| missing == scope) {
            return Err(Refused::with(
                "missing_scope",
                json!({ "needed": scope, "provided": self.slack.switches.granted() }),
            ));
        }
        Ok(())
    }

    /// The channel of an argument, as the app can see it: a private one it is not in does not exist.
    pub fn channel(&self, argument: &str) -> Result<Channel, Refused> {
        let id = self.text(argument).ok_or_else(|| Refused::from("channel_not_found"))?;
        self.visible(id)
    }

    /// A channel by id, as the app can see it.
    pub fn visible(&self, id: &str) -> Result<Channel, Refused> {
        let channel = self.slack.channel(id).filter(|channel| !channel.is_private() || channel.has(BOT_USER));
        channel.cloned().ok_or_else(|| "channel_not_found".into())
    }

    /// The part of a list that `cursor` and `limit` ask for, with the cursor of the next.
    pub fn page<T>(&self, items: Vec<T>) -> Result<(Vec<T>, String), Refused> {
        let limit = self.args.get("limit").and_then(Value::as_i64).filter(|limit| *limit > 0).unwrap_or(100);
        let limit = usize::try_from(limit.min(1_000)).expect("between 1 and 1000");
        let from = match self.text("cursor") {
            None => 0,
            Some(cursor) => offset_of(cursor).filter(|from| *from <= items.len()).ok_or("invalid_cursor")?,
        };
        let end = items.len().min(from + limit);
        let next = if end < items.len() { hex::encode(format!("next:{end}")) } else { String::new() };
        Ok((items.into_iter().skip(from).take(limit).collect(), next))
    }

    /// The message blocks of the call, checked.
    pub fn blocks(&mut self) -> Result<Vec<Value>, Refused> {
        let Some(blocks) = self.args.get("blocks").filter(|blocks| !blocks.is_null()) else {
            return Ok(Vec::new());
        };
        if !blocks.is_array() {
            return Err("invalid_blocks_format".into());
        }
        let problems = rules::message_blocks(blocks);
        if !problems.is_empty() {
            return Err(Refused::invalid("invalid_blocks", &problems));
        }
        let mut blocks = blocks.as_array().cloned().unwrap_or_default();
        if blocks.iter().map(|block| block.to_string().len()).sum::<usize>() > 100_000 {
            return Err("msg_blocks_too_long".into());
        }
        fill_ids(self.slack, &mut blocks);
        Ok(blocks)
    }
}

fn offset_of(cursor: &str) -> Option<usize> {
    String::from_utf8(hex::decode(cursor).ok()?).ok()?.strip_prefix("next:")?.parse().ok()
}

/// Gives blocks and elements without an id one, as Slack does.
pub fn fill_ids(slack: &mut Slack, blocks: &mut [Value]) {
    for block in blocks {
        let Some(fields) = block.as_object_mut() else { continue };
        if fields.get("block_id").and_then(Value::as_str).is_none_or(str::is_empty) {
            fields.insert("block_id".into(), slack.fresh_id("b").into());
        }
        for name in ["element", "accessory"] {
            if let Some(element) = fields.get_mut(name) {
                fill_action_id(slack, element);
            }
        }
        if fields.get("type").is_some_and(|kind| kind == "actions") {
            let elements = fields.get_mut("elements").and_then(Value::as_array_mut);
            elements.into_iter().flatten().for_each(|element| fill_action_id(slack, element));
        }
    }
}

fn fill_action_id(slack: &mut Slack, element: &mut Value) {
    let Some(fields) = element.as_object_mut() else { return };
    let interactive = fields.get("type").is_some_and(|kind| kind != "image");
    if interactive && fields.get("action_id").and_then(Value::as_str).is_none_or(str::is_empty) {
        fields.insert("action_id".into(), slack.fresh_id("a").into());
    }
}

/// A method of the Web API: whether it reads JSON bodies, which scopes it needs (one of these, before it looks at its
/// arguments), what it does.
pub struct Method {
    pub takes_json: bool,
    scopes: &'static [&'static str],
    run: fn(&mut Call<'_>) -> Answer,
}

impl Method {
    /// Runs the call after the scopes are checked.
    pub fn run(&self, call: &mut Call<'_>) -> Answer {
        if let Some(first) = self.scopes.first()
            && !self.scopes.iter().any(|scope| call.scope(scope).is_ok())
        {
            call.scope(first)?;
        }
        (self.run)(call)
    }
}

/// The method of that name, when the twin plays it.
pub fn method(name: &str) -> Option<Method> {
    const FORM: bool = false;
    const JSON: bool = true;
    const CHANGE: &[&str] = &["channels:manage", "groups:write"];
    const LOOK: &[&str] = &["channels:read", "groups:read", "im:read"];
    const READ: &[&str] = &["channels:history", "groups:history", "im:history"];
    let (takes_json, scopes, run): (bool, &'static [&'static str], fn(&mut Call<'_>) -> Answer) = match name {
        "api.test" => (JSON, &[], |_| Ok(Map::new())),
        "auth.test" => (JSON, &[], people::auth_test),
        "team.info" => (JSON, &["team:read"], people::team_info),
        "users.info" => (FORM, &["users:read"], people::info),
        "users.list" => (FORM, &["users:read"], people::list),
        "users.lookupByEmail" => (FORM, &["users:read.email"], people::lookup_by_email),
        "users.conversations" => (FORM, LOOK, conversations::of_user),
        "usergroups.list" => (FORM, &["usergroups:read"], people::usergroups),
        "chat.postMessage" => (JSON, &["chat:write"], chat::post),
        "chat.postEphemeral" => (JSON, &["chat:write"], chat::post_ephemeral),
        "chat.update" => (JSON, &["chat:write"], chat::update),
        "chat.delete" => (JSON, &["chat:write"], chat::delete),
        "chat.getPermalink" => (FORM, &[], chat::permalink),
        "conversations.create" => (JSON, CHANGE, conversations::create),
        "conversations.join" => (JSON, &["channels:join"], conversations::join),
        "conversations.leave" => (JSON, CHANGE, conversations::leave),
        "conversations.invite" => (JSON, CHANGE, conversations::invite),
        "conversations.kick" => (JSON, CHANGE, conversations::kick),
        "conversations.rename" => (JSON, CHANGE, conversations::rename),
        "conversations.setTopic" => (JSON, CHANGE, conversations::set_topic),
        "conversations.setPurpose" => (JSON, CHANGE, conversations::set_purpose),
        "conversations.archive" => (JSON, CHANGE, conversations::archive),
        "conversations.unarchive" => (JSON, CHANGE, conversations::unarchive),
        "conversations.info" => (FORM, LOOK, conversations::info),
        "conversations.list" => (FORM, LOOK, conversations::list),
        "conversations.members" => (FORM, LOOK, conversations::members),
        "conversations.history" => (JSON, READ, conversations::history),
        "conversations.replies" => (FORM, READ, conversations::replies),
        "conversations.open" => (JSON, &["im:write"], conversations::open),
        "pins.add" => (JSON, &["pins:write"], dressing::pin),
        "pins.remove" => (JSON, &["pins:write"], dressing::unpin),
        "pins.list" => (FORM, &["pins:read"], dressing::pins),
        "bookmarks.add" => (JSON, &["bookmarks:write"], dressing::add_bookmark),
        "bookmarks.edit" => (JSON, &["bookmarks:write"], dressing::edit_bookmark),
        "bookmarks.remove" => (JSON, &["bookmarks:write"], dressing::remove_bookmark),
        "bookmarks.list" => (JSON, &["bookmarks:read"], dressing::bookmarks),
        "reactions.add" => (JSON, &["reactions:write"], dressing::react),
        "reactions.remove" => (JSON, &["reactions:write"], dressing::unreact),
        "views.open" => (JSON, &[], views::open),
        "views.push" => (JSON, &[], views::push),
        "views.update" => (JSON, &[], views::update),
        "views.publish" => (JSON, &[], views::publish),
        _ => return None,
    };
    Some(Method { takes_json, scopes, run })
}

/// The arguments of a call, decoded as Slack decodes them.
///
/// # Errors
/// The error code for what cannot be read.
pub fn arguments(
    takes_json: bool,
    content_type: &str,
    query: &str,
    body: &[u8],
) -> Result<Map<String, Value>, Refused> {
    let mut args = Map::new();
    if content_type.starts_with("application/json") && takes_json {
        let read: Value = serde_json::from_slice(body).map_err(|_| Refused::from("invalid_json"))?;
        let Value::Object(fields) = read else { return Err("json_not_object".into()) };
        for (name, value) in fields {
            let value = match value {
                Value::String(text) if is_list(&name) => comma_list(&text),
                Value::Array(_) if is_list(&name) => return Err("invalid_array_arg".into()),
                other => other,
            };
            args.insert(name, value);
        }
    }
    let form: &[u8] = if content_type.starts_with("application/x-www-form-urlencoded") { body } else { b"" };
    for part in [query.as_bytes(), form] {
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_bytes(part).map_err(|_| Refused::from("invalid_form_data"))?;
        for (name, text) in pairs {
            args.insert(name.clone(), form_value(&name, text)?);
        }
    }
    Ok(args)
}

fn form_value(name: &str, text: String) -> Result<Value, Refused> {
    const FLAGS: [&str; 15] = [
        "is_private",
        "force",
        "exclude_archived",
        "include_all_metadata",
        "inclusive",
        "return_im",
        "include_users",
        "include_disabled",
        "include_count",
        "include_locale",
        "include_num_members",
        "unfurl_links",
        "unfurl_media",
        "reply_broadcast",
        "prevent_creation",
    ];
    if FLAGS.contains(&name) {
        return Ok(Value::Bool(text == "true" || text == "1"));
    }
    if is_list(name) {
        return Ok(comma_list(&text));
    }
    Ok(match name {
        "limit" => text.parse::<i64>().map(Value::from).map_err(|_| Refused::from("invalid_limit"))?,
        "blocks" => serde_json::from_str(&text).map_err(|_| Refused::from("invalid_blocks_format"))?,
        "attachments" => serde_json::from_str(&text).map_err(|_| Refused::from("invalid_attachments"))?,
        "metadata" => serde_json::from_str(&text).map_err(|_| Refused::from("invalid_metadata_format"))?,
        "view" => serde_json::from_str(&text).map_err(|_| Refused::from("invalid_arguments"))?,
        _ => Value::String(text),
    })
}

fn is_list(name: &str) -> bool {
    matches!(name, "users" | "types")
}

fn comma_list(text: &str) -> Value {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(Value::from).collect()
}

/// An object as the map of an answer.
pub fn fields(value: Value) -> Map<String, Value> {
    if let Value::Object(fields) = value { fields } else { Map::new() }
}
