//! Web API: modals and the App Home.
//!
//! A trigger opens one view, within three seconds of machine time. A person's modals form a stack of at most three;
//! `views.open` begins a new stack. Every change gives the view a new hash; an update with an old one is refused.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::rules;
use super::state::{Slack, View};
use super::web_api::{Answer, Call, Refused, fields, fill_ids};

/// Source: Slack's guide on modals.
pub const STACK: usize = 3;
const TRIGGER_LASTS: Duration = Duration::from_secs(3);
const VIEW_BYTES: usize = 250_000;

/// <https://docs.slack.dev/reference/methods/views.open>
pub fn open(call: &mut Call<'_>) -> Answer {
    let content = content(call, "modal")?;
    let (user, _) = trigger(call)?;
    free_external_id(call.slack, &content, None)?;
    let view = show(call.slack, &user, content, None, call.now);
    Ok(fields(json!({ "view": call.slack.view_json(&view) })))
}

/// <https://docs.slack.dev/reference/methods/views.push>: only with a trigger from inside a modal.
pub fn push(call: &mut Call<'_>) -> Answer {
    let content = content(call, "modal")?;
    let (user, below) = trigger(call)?;
    let below = below.filter(|view| call.slack.views.contains_key(view)).ok_or("not_found")?;
    if call.slack.stacks.get(&user).map_or(0, Vec::len) >= STACK {
        return Err("push_limit_reached".into());
    }
    free_external_id(call.slack, &content, None)?;
    let view = show(call.slack, &user, content, Some(&below), call.now);
    Ok(fields(json!({ "view": call.slack.view_json(&view) })))
}

/// <https://docs.slack.dev/reference/methods/views.update>
pub fn update(call: &mut Call<'_>) -> Answer {
    let content = content(call, "modal")?;
    let by_external = call.text("external_id").map(str::to_owned);
    let id = match call.text("view_id") {
        Some(id) => id.to_owned(),
        None => {
            let external = by_external.ok_or("not_found")?;
            let found = call.slack.views.values().find(|view| view.external_id == external);
            found.map(|view| view.id.clone()).ok_or("not_found")?
        }
    };
    let current = call.slack.views.get(&id).ok_or("not_found")?;
    if call.text("hash").is_some_and(|hash| hash != current.hash) {
        return Err("hash_conflict".into());
    }
    free_external_id(call.slack, &content, Some(&id))?;
    let view = replace(call.slack, &id, content, call.now).ok_or("not_found")?;
    Ok(fields(json!({ "view": call.slack.view_json(&view) })))
}

/// <https://docs.slack.dev/reference/methods/views.publish>
pub fn publish(call: &mut Call<'_>) -> Answer {
    let content = content(call, "home")?;
    let user = call.needed("user_id", "invalid_arguments")?;
    call.slack.user(&user).ok_or("user_not_found")?;
    if let (Some(hash), Some(home)) = (call.text("hash"), call.slack.homes.get(&user))
        && hash != home.hash
    {
        return Err("hash_conflict".into());
    }
    let id = match call.slack.homes.get(&user) {
        Some(home) => home.id.clone(),
        None => call.slack.fresh_id("V0"),
    };
    let hash = fresh_hash(call.slack, call.now);
    let state = call.slack.homes.get(&user).map(|home| home.state.clone()).unwrap_or_default();
    let mut view = new_view(&id, &user, "home", hash, content);
    view.state = state;
    call.slack.homes.insert(user, view.clone());
    Ok(fields(json!({ "view": call.slack.view_json(&view) })))
}

fn content(call: &mut Call<'_>, kind: &str) -> Result<Map<String, Value>, Refused> {
    let Some(view) = call.args.get("view").filter(|view| view.is_object()).cloned() else {
        return Err(Refused::invalid(
            "invalid_arguments",
            &["missing required field: view [json-pointer:/]".into()],
        ));
    };
    checked(call.slack, view, kind)
}

/// A view as the app gave it, refused or with the missing ids filled in.
///
/// # Errors
/// `view_too_large`, `invalid_arguments` with the places.
pub fn checked(slack: &mut Slack, view: Value, kind: &str) -> Result<Map<String, Value>, Refused> {
    if view.to_string().len() > VIEW_BYTES {
        return Err("view_too_large".into());
    }
    let problems = rules::view(&view, kind);
    if !problems.is_empty() {
        return Err(Refused::invalid("invalid_arguments", &problems));
    }
    let mut content = fields(view);
    if let Some(blocks) = content.get_mut("blocks").and_then(Value::as_array_mut) {
        fill_ids(slack, blocks);
    }
    Ok(content)
}

fn trigger(call: &mut Call<'_>) -> Result<(String, Option<String>), Refused> {
    let id = call.needed("trigger_id", "invalid_trigger_id")?;
    let expire = call.slack.switches.triggers_expire;
    let trigger = call.slack.triggers.get_mut(&id).ok_or("invalid_trigger_id")?;
    if trigger.used {
        return Err("exchanged_trigger_id".into());
    }
    if expire && trigger.made.elapsed() > TRIGGER_LASTS {
        return Err("expired_trigger_id".into());
    }
    trigger.used = true;
    Ok((trigger.user.clone(), trigger.view.clone()))
}

fn free_external_id(slack: &Slack, content: &Map<String, Value>, own: Option<&str>) -> Result<(), Refused> {
    let Some(external) = content.get("external_id").and_then(Value::as_str).filter(|id| !id.is_empty())
    else {
        return Ok(());
    };
    let taken =
        slack.views.values().any(|view| view.external_id == external && Some(view.id.as_str()) != own);
    if taken { Err("duplicate_external_id".into()) } else { Ok(()) }
}

/// Puts a view on a person's screen: on top of `below`, else as a new stack.
pub fn show(
    slack: &mut Slack,
    user: &str,
    content: Map<String, Value>,
    below: Option<&str>,
    now: i64,
) -> View {
    let id = slack.fresh_id("V0");
    let hash = fresh_hash(slack, now);
    let mut view = new_view(&id, user, "modal", hash, content);
    match below {
        Some(below) => {
            view.previous_view_id = Some(below.to_owned());
            view.root_view_id = slack.views.get(below).map_or(id.clone(), |below| below.root_view_id.clone());
        }
        None => clear(slack, user),
    }
    slack.stacks.entry(user.to_owned()).or_default().push(id.clone());
    slack.views.insert(id, view.clone());
    view
}

/// Gives a view other content; what was chosen stays where block and action ids stay.
pub fn replace(slack: &mut Slack, id: &str, content: Map<String, Value>, now: i64) -> Option<View> {
    let hash = fresh_hash(slack, now);
    let view = slack.views.get_mut(id)?;
    view.external_id = content.get("external_id").and_then(Value::as_str).unwrap_or_default().to_owned();
    view.content = content;
    view.hash = hash;
    view.errors.clear();
    Some(view.clone())
}

/// Takes the topmost view away, or that one and all above it.
pub fn close(slack: &mut Slack, user: &str, id: &str) {
    let Some(stack) = slack.stacks.get_mut(user) else { return };
    let at = stack.iter().position(|view| view == id).unwrap_or(stack.len());
    let closed = stack.split_off(at);
    if stack.is_empty() {
        slack.stacks.remove(user);
    }
    for view in closed {
        slack.views.remove(&view);
    }
}

/// Takes all views of a person away.
pub fn clear(slack: &mut Slack, user: &str) {
    for view in slack.stacks.remove(user).unwrap_or_default() {
        slack.views.remove(&view);
    }
}

fn new_view(id: &str, user: &str, kind: &str, hash: String, content: Map<String, Value>) -> View {
    let external_id = content.get("external_id").and_then(Value::as_str).unwrap_or_default().to_owned();
    View {
        id: id.into(),
        user: user.into(),
        kind: kind.into(),
        content,
        hash,
        external_id,
        root_view_id: id.into(),
        previous_view_id: None,
        state: Map::new(),
        errors: BTreeMap::new(),
        suggested: BTreeMap::new(),
    }
}

fn fresh_hash(slack: &mut Slack, now: i64) -> String {
    let mark = slack.fresh_id("h").to_lowercase();
    format!("{}.{mark}", now / 1_000_000)
}
