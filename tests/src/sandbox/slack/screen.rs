//! What is on a person's screen, what a click on it sends, and what the product's answer does to it.

use std::collections::BTreeMap;
use std::time::Instant;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::delivery::Answer;
use super::reply::{address, say};
use super::state::{
    APP_ID, Channel, Ephemeral, Message, ResponseUrl, Slack, TEAM, TEAM_DOMAIN, Trigger, VERIFICATION_TOKEN,
    View,
};
use super::view_state::{Input, chosen, elements, missing, text, values};
use super::views;
use crate::contracts::told;
use crate::sandbox::{Sandbox, State};

/// Where an element stands.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Place {
    /// A message of a channel, or an ephemeral one.
    Message { channel: String, ts: String },
    /// A modal or an App Home, by view id.
    View { view: String },
}

impl Place {
    pub fn message(channel: &str, ts: &str) -> Self {
        Place::Message { channel: channel.into(), ts: ts.into() }
    }

    pub fn view(id: &str) -> Self {
        Place::View { view: id.into() }
    }
}

/// What a click is about, gathered under the lock.
pub(super) struct Prepared {
    pub what: String,
    pub payload: Value,
}

/// The handle of somebody who can use the workspace.
pub(super) fn person(slack: &Slack, user: &str) -> Result<String, String> {
    let known = slack.user(user).filter(|user| !user.deleted && !user.is_bot);
    known.map(|user| user.name.clone()).ok_or_else(|| "there is no such person".into())
}

pub(super) fn writable(slack: &Slack, user: &str, channel: &str) -> Result<String, String> {
    person(slack, user)?;
    let place = slack.find_channel(channel).ok_or("there is no such channel")?;
    if !place.has(user) {
        return Err("he is not in that channel".into());
    }
    if place.archived {
        return Err("the channel is archived".into());
    }
    Ok(place.id.clone())
}

pub(super) fn fresh_ts(state: &mut State) -> String {
    let now = state.clock.now_micros();
    state.slack.fresh_ts(now)
}

pub(super) fn trigger(state: &mut State, user: &str, view: Option<&str>) -> String {
    let mark = state.slack.fresh_id("t").to_lowercase();
    let id = format!("{}.{}.{mark}", state.clock.now_s(), state.clock.now_micros() % 10_000_000_000);
    let trigger =
        Trigger { user: user.into(), made: Instant::now(), used: false, view: view.map(str::to_owned) };
    state.slack.triggers.insert(id.clone(), trigger);
    id
}

/// What every interaction carries, with what this one adds.
pub(super) fn about(slack: &Slack, user: &str, kind: &str, more: Value) -> Value {
    let name = slack.user(user).map(|user| user.name.clone()).unwrap_or_default();
    let mut payload = json!({
        "type": kind, "team": { "id": TEAM, "domain": TEAM_DOMAIN },
        "user": { "id": user, "username": name, "name": name, "team_id": TEAM },
        "api_app_id": APP_ID, "token": VERIFICATION_TOKEN, "enterprise": null, "is_enterprise_install": false,
    });
    if let (Value::Object(payload), Value::Object(more)) = (&mut payload, more) {
        payload.extend(more);
    }
    payload
}

/// The blocks a person can touch at a place, and how a payload names them.
pub(super) struct Scene {
    pub blocks: Vec<Value>,
    pub state: Map<String, Value>,
    pub suggested: BTreeMap<String, Value>,
    pub container: Value,
    /// The view or the message as Slack writes it out; `Null` for an ephemeral one.
    pub told: Value,
    pub channel: Option<Channel>,
    pub ephemeral: bool,
}

pub(super) fn scene(slack: &Slack, user: &str, place: &Place) -> Result<Scene, String> {
    person(slack, user)?;
    match place {
        Place::View { view } => {
            let home = slack.homes.get(user).filter(|home| home.id == *view);
            let view = match home {
                Some(home) => home,
                None => on_screen(slack, user, view)?,
            };
            Ok(Scene {
                blocks: view.blocks().to_vec(),
                state: view.state.clone(),
                suggested: view.suggested.clone(),
                container: json!({ "type": "view", "view_id": view.id }),
                told: slack.view_json(view),
                channel: None,
                ephemeral: false,
            })
        }
        Place::Message { channel, ts } => {
            let place = slack.find_channel(channel).ok_or("there is no such channel")?.clone();
            if !place.has(user) && place.is_private() {
                return Err("he cannot see that channel".into());
            }
            let own =
                |kept: &&Ephemeral| kept.user == user && kept.channel == place.id && kept.message.ts == *ts;
            let ephemeral = slack.ephemerals.iter().find(own).map(|kept| &kept.message);
            let message = place.message(ts).or(ephemeral).ok_or("there is no such message")?.clone();
            let ephemeral = place.message(ts).is_none();
            Ok(Scene {
                blocks: message.blocks.clone(),
                state: message.state.clone(),
                suggested: BTreeMap::new(),
                container: json!({ "type": "message", "message_ts": ts, "channel_id": place.id, "is_ephemeral": ephemeral }),
                told: if ephemeral { Value::Null } else { Value::Object(slack.message_json(&message)) },
                channel: Some(place),
                ephemeral,
            })
        }
    }
}

/// The view, when it is the top one on this person's screen.
pub(super) fn on_screen<'a>(slack: &'a Slack, user: &str, view: &str) -> Result<&'a View, String> {
    let top = slack.stacks.get(user).and_then(|stack| stack.last()).ok_or("no view is open")?;
    if top != view {
        return Err("another view lies on top".into());
    }
    slack.views.get(view).ok_or_else(|| "no view is open".into())
}

pub(super) fn find<'a>(blocks: &'a [Value], key: &str) -> Result<Input<'a>, String> {
    let all = elements(blocks);
    let by = |fits: &dyn Fn(&Input<'a>) -> bool| all.iter().find(|input| fits(input)).copied();
    by(&|input| format!("{}/{}", input.block_id(), input.action_id()) == key)
        .or_else(|| by(&|input| input.action_id() == key))
        .or_else(|| by(&|input| input.block_id() == key))
        .or_else(|| by(&|input| text(&input.element["text"], "text") == key))
        .or_else(|| by(&|input| text(&input.block["label"], "text") == key))
        .ok_or_else(|| format!("there is no element {key}"))
}

fn keep(state: &mut Map<String, Value>, input: &Input<'_>, value: Value) {
    let block = state.entry(input.block_id()).or_insert_with(|| json!({}));
    block[input.action_id()] = value;
}

pub(super) fn prepare_action(
    state: &mut State,
    base: &str,
    user: &str,
    place: &Place,
    key: &str,
    given: &Value,
) -> Result<Option<Prepared>, String> {
    let mut scene = scene(&state.slack, user, place)?;
    let blocks = std::mem::take(&mut scene.blocks);
    let input = find(&blocks, key)?;
    let mut action =
        json!({ "type": input.kind(), "action_id": input.action_id(), "block_id": input.block_id() });
    if input.kind() == "button" {
        for name in ["text", "value", "url", "style"] {
            if let Some(value) = input.element.get(name) {
                action[name] = value.clone();
            }
        }
    } else {
        let suggested = scene.suggested.get(&format!("{}/{}", input.block_id(), input.action_id()));
        let value = chosen(input.element, given, suggested)?;
        for (name, part) in value.as_object().into_iter().flatten() {
            action[name.as_str()] = part.clone();
        }
        if input.keeps_state() {
            keep(&mut scene.state, &input, value);
            remember(&mut state.slack, user, place, &scene.state);
        }
    }
    if !input.dispatches() {
        return Ok(None);
    }
    let opened_in = match place {
        Place::View { view } if state.slack.views.contains_key(view) => Some(view.as_str()),
        _ => None,
    };
    action["action_ts"] = fresh_ts(state).into();
    let mut more = json!({ "container": scene.container, "trigger_id": trigger(state, user, opened_in), "actions": [action] });
    match (place, &scene.channel) {
        (Place::View { view }, _) => {
            let current = state.slack.views.get(view).or_else(|| state.slack.homes.get(user));
            more["view"] = current.map(|view| state.slack.view_json(view)).unwrap_or_default();
        }
        (Place::Message { ts, .. }, Some(channel)) => {
            let now_ms = state.clock.now_ms();
            more["response_url"] =
                address(&mut state.slack, base, &channel.id, user, Some((ts, scene.ephemeral)), now_ms)
                    .into();
            more["channel"] = json!({ "id": channel.id, "name": channel.name });
            more["state"] = json!({ "values": values(&blocks, &scene.state) });
            if !scene.ephemeral {
                more["message"] = scene.told;
            }
        }
        (Place::Message { .. }, None) => {}
    }
    Ok(Some(Prepared {
        what: format!("press {}", input.action_id()),
        payload: about(&state.slack, user, "block_actions", more),
    }))
}

/// Keeps what was typed into the elements of a place; what an element does not offer is left out.
pub(super) fn keep_typed(slack: &mut Slack, user: &str, place: &Place, fields: &BTreeMap<String, Value>) {
    let Ok(mut scene) = scene(slack, user, place) else { return };
    let blocks = std::mem::take(&mut scene.blocks);
    for (field, given) in fields {
        let Ok(input) = find(&blocks, field) else { continue };
        let suggested = scene.suggested.get(&format!("{}/{}", input.block_id(), input.action_id()));
        if let Ok(value) = chosen(input.element, given, suggested) {
            keep(&mut scene.state, &input, value);
        }
    }
    remember(slack, user, place, &scene.state);
}

fn remember(slack: &mut Slack, user: &str, place: &Place, chosen: &Map<String, Value>) {
    match place {
        Place::View { view } => {
            if let Some(kept) = slack.views.get_mut(view) {
                kept.state = chosen.clone();
            } else if let Some(home) = slack.homes.get_mut(user) {
                home.state = chosen.clone();
            }
        }
        Place::Message { channel, ts } => {
            let id = slack.find_channel(channel).map(|place| place.id.clone()).unwrap_or_default();
            if let Some(message) = slack.channel_mut(&id).and_then(|place| place.message_mut(ts)) {
                message.state = chosen.clone();
            } else if let Some(kept) = slack.ephemerals.iter_mut().find(|kept| kept.message.ts == *ts) {
                kept.message.state = chosen.clone();
            }
        }
    }
}

pub(super) fn prepare_submission(
    state: &mut State,
    user: &str,
    view: &str,
    fields: &BTreeMap<String, Value>,
) -> Result<Prepared, Answer> {
    let mut current = on_screen(&state.slack, user, view).map_err(Answer::not_sent)?.clone();
    if current.words("submit").is_none() {
        return Err(Answer::not_sent("the view has no submit button"));
    }
    let blocks = current.blocks().to_vec();
    for (field, given) in fields {
        let input = find(&blocks, field).map_err(Answer::not_sent)?;
        let suggested = current.suggested.get(&format!("{}/{}", input.block_id(), input.action_id()));
        let value = chosen(input.element, given, suggested).map_err(Answer::not_sent)?;
        keep(&mut current.state, &input, value);
    }
    current.errors = missing(&blocks, &current.state).into_iter().collect();
    state.slack.views.insert(view.to_owned(), current.clone());
    if !current.errors.is_empty() {
        return Err(Answer { errors: current.errors, ..Answer::default() });
    }
    let trigger_id = trigger(state, user, Some(view));
    let more =
        json!({ "trigger_id": trigger_id, "view": state.slack.view_json(&current), "response_urls": [] });
    Ok(Prepared {
        what: format!("submit {}", current.callback_id()),
        payload: about(&state.slack, user, "view_submission", more),
    })
}

/// Does with the screen what the product answered: closes, shows errors, updates, pushes, clears.
pub(super) fn submitted(state: &mut State, user: &str, view: &str, answer: &mut Answer) {
    if !answer.is_acknowledged() {
        let words = format!(
            "We had some trouble connecting. Try again? ({})",
            answer.trouble.clone().unwrap_or_default()
        );
        return refuse(state, view, answer, words);
    }
    let body = answer.json();
    let now = state.clock.now_micros();
    match body["response_action"].as_str() {
        None => views::close(&mut state.slack, user, view),
        Some("clear") => views::clear(&mut state.slack, user),
        Some("errors") => {
            let told = body["errors"].as_object().into_iter().flatten();
            answer.errors = told
                .map(|(block, words)| (block.clone(), words.as_str().unwrap_or_default().to_owned()))
                .collect();
            let known: Vec<String> = state.slack.views.get(view).map(inputs).unwrap_or_default();
            let strange: Vec<&String> = answer.errors.keys().filter(|block| !known.contains(block)).collect();
            if !strange.is_empty() {
                let problem = format!("errors name blocks that are no inputs of the view: {strange:?}");
                state.violate("an answer", "response.view_submission", problem);
            }
            if let Some(kept) = state.slack.views.get_mut(view) {
                kept.errors = answer.errors.clone();
            }
        }
        Some(action @ ("update" | "push")) => {
            let full = action == "push" && state.slack.stacks.get(user).map_or(0, Vec::len) >= views::STACK;
            let checked = if full {
                Err("push_limit_reached".into())
            } else {
                views::checked(&mut state.slack, body["view"].clone(), "modal")
            };
            match checked {
                Err(refused) => {
                    refuse(state, view, answer, format!("The view was refused: {}", refused.error))
                }
                Ok(content) if action == "push" => {
                    drop(views::show(&mut state.slack, user, content, Some(view), now))
                }
                Ok(content) => drop(views::replace(&mut state.slack, view, content, now)),
            }
        }
        Some(other) => refuse(state, view, answer, format!("{other} is no response_action")),
    }
}

fn inputs(view: &View) -> Vec<String> {
    elements(view.blocks())
        .iter()
        .filter(|input| input.is_field())
        .map(|input| input.block_id().to_owned())
        .collect()
}

fn refuse(state: &mut State, view: &str, answer: &mut Answer, words: String) {
    if let Some(kept) = state.slack.views.get_mut(view) {
        kept.errors = BTreeMap::from([(String::new(), words.clone())]);
    }
    answer.trouble = Some(words);
}

/// Shows what the product answered a command: nothing, a message, or Slackbot's word that it failed.
pub(super) fn command_answered(
    state: &mut State,
    sandbox: &Sandbox,
    token: &str,
    command: &str,
    answer: &Answer,
) {
    let now = state.clock.now_micros();
    let Some(url) = state.slack.response_urls.get(token).cloned() else { return };
    if !answer.is_acknowledged() {
        let error = if answer.status.is_some() { "dispatch_failed" } else { "operation_timeout" };
        return slackbot(&mut state.slack, &url, format!("{command} failed with the error \"{error}\""), now);
    }
    if answer.body.trim().is_empty() {
        return;
    }
    let body = answer.json();
    let reply = if body.is_object() { body } else { json!({ "text": answer.body }) };
    if let Some(Err(found)) =
        sandbox.contracts().map(|contracts| contracts.slack_answer("response.message", &reply))
    {
        state.violate("an answer", "response.message", told(&found));
    }
    if let Err(error) = say(&mut state.slack, &url, &reply, now) {
        slackbot(&mut state.slack, &url, format!("{command} failed with the error \"{error}\""), now);
    }
}

fn slackbot(slack: &mut Slack, url: &ResponseUrl, text: String, now: i64) {
    let ts = slack.fresh_ts(now);
    let message = Message { ts, user: "USLACKBOT".into(), text, ..Message::default() };
    slack.ephemerals.push(Ephemeral { channel: url.channel.clone(), user: url.user.clone(), message });
}
