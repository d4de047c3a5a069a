//! What people do in the workspace: type a command, press a button, fill and submit a view, write, react, come and go.
//!
//! Each click sends the product what Slack would send and returns what the person sees: the answer, field errors, or
//! that something went wrong. Nobody can press what is not on his screen.

use std::collections::BTreeMap;
use std::time::Instant;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::delivery::{Answer, post_form};
use super::reply::{address, say};
use super::state::{
    APP_ID, Channel, ChannelKind, Ephemeral, Message, Note, ResponseUrl, Slack, TEAM, TEAM_DOMAIN, Trigger,
    VERIFICATION_TOKEN, View, new_channel,
};
use super::view_state::{Input, chosen, elements, missing, options, text, values};
use super::{chat, conversations, dressing, views};
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
struct Prepared {
    what: String,
    payload: Value,
}

impl Sandbox {
    /// A person types a slash command in a channel. `channel` is an id or a name, `command` begins with `/`.
    pub async fn command(&self, user: &str, channel: &str, command: &str, text: &str) -> Answer {
        let prepared = self.with(|state| {
            let person = person(&state.slack, user)?;
            let place = state.slack.find_channel(channel).ok_or("there is no such channel")?.clone();
            let trigger_id = trigger(state, user, None);
            let now_ms = state.clock.now_ms();
            let response_url = address(&mut state.slack, self.url(), &place.id, user, None, now_ms);
            let token = response_url.rsplit('/').next().unwrap_or_default().to_owned();
            let channel_name = match place.kind {
                ChannelKind::Public => place.name,
                ChannelKind::Private => "privategroup".into(),
                ChannelKind::Im | ChannelKind::Mpim => "directmessage".into(),
            };
            let form = [
                ("token", VERIFICATION_TOKEN.to_owned()),
                ("team_id", TEAM.into()),
                ("team_domain", TEAM_DOMAIN.into()),
                ("channel_id", place.id),
                ("channel_name", channel_name),
                ("user_id", user.to_owned()),
                ("user_name", person),
                ("command", command.to_owned()),
                ("text", text.to_owned()),
                ("api_app_id", APP_ID.into()),
                ("is_enterprise_install", "false".into()),
                ("response_url", response_url),
                ("trigger_id", trigger_id),
            ];
            Ok::<_, String>((form, token))
        });
        let (form, token) = match prepared {
            Ok(prepared) => prepared,
            Err(why) => return Answer::not_sent(why),
        };
        self.hold_command(&form);
        let what = format!("{command} {text}");
        let answer = post_form(self, what.trim(), &form).await;
        self.with(|state| command_answered(state, self, &token, command, &answer));
        answer
    }

    fn hold_command(&self, form: &[(&str, String)]) {
        let decoded: Map<String, Value> =
            form.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
        if let Some(Err(found)) =
            self.contracts().map(|contracts| contracts.slack_command(&Value::Object(decoded)))
        {
            self.with(|state| state.violate("the twin's command", "slash command", told(&found)));
        }
    }

    /// A person presses a button or chooses in an element. `element` is an action id, a block id, `block/action`, or
    /// the words on a button; `given` is what is chosen (see [`chosen`]), `null` for a button.
    pub async fn act(&self, user: &str, place: &Place, element: &str, given: &Value) -> Answer {
        let prepared = self.with(|state| prepare_action(state, self.url(), user, place, element, given));
        match prepared {
            Err(why) => Answer::not_sent(why),
            Ok(None) => Answer { status: Some(200), ..Answer::default() },
            Ok(Some(prepared)) => self.send(prepared).await,
        }
    }

    /// A person fills a field of a view without submitting; fields that dispatch are told to the product at once.
    pub async fn fill(&self, user: &str, view: &str, field: &str, given: &Value) -> Answer {
        self.act(user, &Place::view(view), field, given).await
    }

    /// A person fills fields (block id → value) and submits the view on top of his screen.
    ///
    /// Slack's own client refuses what is required and empty, or too short: then nothing is sent.
    pub async fn submit(&self, user: &str, view: &str, fields: &BTreeMap<String, Value>) -> Answer {
        let prepared = self.with(|state| prepare_submission(state, user, view, fields));
        let prepared = match prepared {
            Ok(prepared) => prepared,
            Err(refused) => return refused,
        };
        let mut answer = self.send(prepared).await;
        let body = answer.json();
        if answer.is_acknowledged() && body.is_object() && body != json!({}) {
            self.hold_answer("response.view_submission", &body);
        }
        self.with(|state| submitted(state, user, view, &mut answer));
        answer
    }

    fn hold_answer(&self, name: &str, body: &Value) {
        if let Some(Err(found)) = self.contracts().map(|contracts| contracts.slack_answer(name, body)) {
            self.with(|state| state.violate("an answer", name, told(&found)));
        }
    }

    /// A person closes the view on top, or all views at once.
    pub async fn close_view(&self, user: &str, view: &str, all: bool) -> Answer {
        let prepared = self.with(|state| {
            let current = on_screen(&state.slack, user, view)?.clone();
            let payload = about(
                &state.slack,
                user,
                "view_closed",
                json!({ "view": state.slack.view_json(&current), "is_cleared": all }),
            );
            if all || current.content.get("clear_on_close") == Some(&Value::Bool(true)) {
                views::clear(&mut state.slack, user);
            } else {
                views::close(&mut state.slack, user, view);
            }
            let told = current.content.get("notify_on_close") == Some(&Value::Bool(true));
            Ok::<_, String>(
                told.then(|| Prepared { what: format!("close {}", current.callback_id()), payload }),
            )
        });
        match prepared {
            Err(why) => Answer::not_sent(why),
            Ok(None) => Answer { status: Some(200), ..Answer::default() },
            Ok(Some(prepared)) => self.send(prepared).await,
        }
    }

    /// A person runs a global shortcut.
    pub async fn shortcut(&self, user: &str, callback_id: &str) -> Answer {
        let prepared = self.with(|state| {
            person(&state.slack, user)?;
            let trigger_id = trigger(state, user, None);
            let more =
                json!({ "callback_id": callback_id, "trigger_id": trigger_id, "action_ts": fresh_ts(state) });
            Ok::<_, String>(Prepared {
                what: format!("shortcut {callback_id}"),
                payload: about(&state.slack, user, "shortcut", more),
            })
        });
        match prepared {
            Err(why) => Answer::not_sent(why),
            Ok(prepared) => self.send(prepared).await,
        }
    }

    /// A person runs a shortcut on a message.
    pub async fn message_shortcut(&self, user: &str, channel: &str, ts: &str, callback_id: &str) -> Answer {
        let prepared = self.with(|state| {
            person(&state.slack, user)?;
            let place = state.slack.find_channel(channel).ok_or("there is no such channel")?.clone();
            let message = place.message(ts).ok_or("there is no such message")?.clone();
            let trigger_id = trigger(state, user, None);
            let now_ms = state.clock.now_ms();
            let response_url = address(&mut state.slack, self.url(), &place.id, user, None, now_ms);
            let more = json!({
                "callback_id": callback_id, "trigger_id": trigger_id, "action_ts": fresh_ts(state), "message_ts": ts,
                "channel": { "id": place.id, "name": place.name }, "message": state.slack.message_json(&message), "response_url": response_url,
            });
            Ok::<_, String>(Prepared { what: format!("shortcut {callback_id}"), payload: about(&state.slack, user, "message_action", more) })
        });
        match prepared {
            Err(why) => Answer::not_sent(why),
            Ok(prepared) => self.send(prepared).await,
        }
    }

    /// A person types into an external select: the product suggests options, which can then be chosen.
    pub async fn suggest(&self, user: &str, place: &Place, element: &str, typed: &str) -> Answer {
        let prepared = self.with(|state| {
            let scene = scene(&state.slack, user, place)?;
            let input = find(&scene.blocks, element)?;
            let mut more =
                json!({ "action_id": input.action_id(), "block_id": input.block_id(), "value": typed });
            more["container"] = scene.container.clone();
            match place {
                Place::View { .. } => more["view"] = scene.told.clone(),
                Place::Message { .. } => more["message"] = scene.told.clone(),
            }
            let key = format!("{}/{}", input.block_id(), input.action_id());
            let what = format!("suggest {}", input.action_id());
            Ok::<_, String>((
                Prepared { what, payload: about(&state.slack, user, "block_suggestion", more) },
                key,
            ))
        });
        let (prepared, key) = match prepared {
            Ok(prepared) => prepared,
            Err(why) => return Answer::not_sent(why),
        };
        let answer = self.send(prepared).await;
        let body = answer.json();
        if answer.is_acknowledged() {
            self.hold_answer("response.block_suggestion", &body);
            self.with(|state| {
                if let Place::View { view } = place
                    && let Some(view) = state.slack.views.get_mut(view)
                {
                    view.suggested.insert(key, body);
                }
            });
        }
        answer
    }

    async fn send(&self, prepared: Prepared) -> Answer {
        if let Some(Err(found)) =
            self.contracts().map(|contracts| contracts.slack_interaction(&prepared.payload))
        {
            self.with(|state| state.violate("the twin's interaction", &prepared.what, told(&found)));
        }
        post_form(self, &prepared.what, &[("payload", prepared.payload.to_string())]).await
    }

    /// A person writes into a channel he is in, or to the app. Returns the message's time stamp.
    ///
    /// # Errors
    /// In words, when he cannot write there.
    pub fn write(
        &self,
        user: &str,
        channel: &str,
        words: &str,
        thread: Option<&str>,
    ) -> Result<String, String> {
        self.with(|state| {
            let place = writable(&state.slack, user, channel)?;
            let ts = fresh_ts(state);
            let blocks = vec![json!({ "type": "rich_text", "block_id": "text", "elements": [
                { "type": "rich_text_section", "elements": [{ "type": "text", "text": words }] }] })];
            let message = Message {
                ts: ts.clone(),
                user: user.into(),
                text: words.into(),
                blocks,
                thread_ts: thread.map(Into::into),
                ..Message::default()
            };
            state.slack.post(&place, message);
            mark_read(&mut state.slack, user, &place);
            Ok(ts)
        })
    }

    /// A person reacts to a message; `name` without colons.
    ///
    /// # Errors
    /// In words, when there is no such message or the reaction is there.
    pub fn react(&self, user: &str, channel: &str, ts: &str, name: &str) -> Result<(), String> {
        self.with(|state| {
            let place = writable(&state.slack, user, channel)?;
            let now = state.clock.now_micros();
            let done = dressing::add_reaction(&mut state.slack, &place, ts, user, name, now);
            done.then_some(()).ok_or_else(|| "there is no such message, or it has that reaction".into())
        })
    }

    /// A person takes his reaction back.
    ///
    /// # Errors
    /// In words, when it is not there.
    pub fn unreact(&self, user: &str, channel: &str, ts: &str, name: &str) -> Result<(), String> {
        self.with(|state| {
            let place = writable(&state.slack, user, channel)?;
            let now = state.clock.now_micros();
            let done = dressing::remove_reaction(&mut state.slack, &place, ts, user, name, now);
            done.then_some(()).ok_or_else(|| "he has not reacted so".into())
        })
    }

    /// A person comes into a public channel.
    ///
    /// # Errors
    /// In words, when he cannot.
    pub fn join(&self, user: &str, channel: &str) -> Result<(), String> {
        self.with(|state| {
            person(&state.slack, user)?;
            let place = state.slack.find_channel(channel).ok_or("there is no such channel")?;
            let (id, private, archived) = (place.id.clone(), place.is_private(), place.archived);
            if private || archived {
                return Err("a private or archived channel cannot be joined".into());
            }
            let now = state.clock.now_micros();
            state.slack.join(&id, user, None, now);
            Ok(())
        })
    }

    /// A member invites somebody.
    ///
    /// # Errors
    /// In words, when he cannot.
    pub fn invite(&self, user: &str, channel: &str, invited: &str) -> Result<(), String> {
        self.with(|state| {
            let place = writable(&state.slack, user, channel)?;
            person(&state.slack, invited)?;
            let now = state.clock.now_micros();
            state.slack.join(&place, invited, Some(user), now);
            Ok(())
        })
    }

    /// A member leaves.
    ///
    /// # Errors
    /// In words, when he is not there.
    pub fn leave(&self, user: &str, channel: &str) -> Result<(), String> {
        self.with(|state| {
            let place = writable(&state.slack, user, channel)?;
            let now = state.clock.now_micros();
            state.slack.leave(&place, user, now);
            Ok(())
        })
    }

    /// A member archives the channel, or opens it again.
    ///
    /// # Errors
    /// In words, when he is not there.
    pub fn archive(&self, user: &str, channel: &str, archived: bool) -> Result<(), String> {
        self.with(|state| {
            let place = state
                .slack
                .find_channel(channel)
                .filter(|place| place.has(user))
                .ok_or("he is not in that channel")?;
            let (id, now) = (place.id.clone(), state.clock.now_micros());
            state.slack.set_archived(&id, user, archived, now);
            Ok(())
        })
    }

    /// A member renames the channel.
    ///
    /// # Errors
    /// In words, when the name is refused.
    pub fn rename(&self, user: &str, channel: &str, name: &str) -> Result<(), String> {
        self.with(|state| {
            let place = writable(&state.slack, user, channel)?;
            conversations::name_allowed(name).map_err(|refused| refused.error)?;
            let now = state.clock.now_micros();
            state.slack.rename(&place, user, name, now);
            Ok(())
        })
    }

    /// A member sets the topic.
    ///
    /// # Errors
    /// In words, when he is not there.
    pub fn set_topic(&self, user: &str, channel: &str, topic: &str) -> Result<(), String> {
        self.with(|state| {
            let place = writable(&state.slack, user, channel)?;
            let (now, now_s) = (state.clock.now_micros(), state.clock.now_s());
            if let Some(kept) = state.slack.channel_mut(&place) {
                kept.topic = Note { value: topic.into(), creator: user.into(), last_set: now_s };
            }
            state.slack.notice(
                &place,
                "topic",
                user,
                format!("set the channel topic: {topic}"),
                json!({ "topic": topic }),
                now,
            );
            Ok(())
        })
    }

    /// A person makes a channel and is its first member.
    ///
    /// # Errors
    /// In words, when the name is refused or taken.
    pub fn create_channel(&self, user: &str, name: &str, private: bool) -> Result<String, String> {
        self.with(|state| {
            person(&state.slack, user)?;
            conversations::name_allowed(name).map_err(|refused| refused.error)?;
            if state.slack.find_channel(name).is_some() {
                return Err("name_taken".into());
            }
            let id = state.slack.fresh_id("C0");
            let kind = if private { ChannelKind::Private } else { ChannelKind::Public };
            let (now_s, now) = (state.clock.now_s(), state.clock.now_micros());
            state.slack.channels.push(new_channel(&id, name, kind, user, now_s, Vec::new()));
            state.slack.join(&id, user, None, now);
            Ok(id)
        })
    }

    /// Somebody deletes a message.
    ///
    /// # Errors
    /// In words, when it is not there.
    pub fn delete_message(&self, channel: &str, ts: &str) -> Result<(), String> {
        self.with(|state| {
            let place = state.slack.find_channel(channel).ok_or("there is no such channel")?;
            place.message(ts).ok_or("there is no such message")?;
            let (id, now) = (place.id.clone(), state.clock.now_micros());
            chat::remove(&mut state.slack, &id, ts, now);
            Ok(())
        })
    }

    /// A person opens the app's home. Returns the direct channel with the app.
    ///
    /// # Errors
    /// In words, when there is no such person.
    pub fn open_home(&self, user: &str) -> Result<String, String> {
        self.with(|state| {
            person(&state.slack, user)?;
            let now_s = state.clock.now_s();
            let (channel, _) = state.slack.direct(user, now_s);
            let event_ts = fresh_ts(state);
            let mut event = json!({ "type": "app_home_opened", "user": user, "channel": channel, "tab": "home", "event_ts": event_ts });
            if let Some(home) = state.slack.homes.get(user) {
                event["view"] = state.slack.view_json(home);
            }
            state.slack.emit("app_home_opened", event);
            Ok(channel)
        })
    }

    /// A person has read a channel.
    pub fn read_channel(&self, user: &str, channel: &str) {
        let unread =
            self.read(|state| state.slack.find_channel(channel).is_some_and(|place| unread(place, user) > 0));
        if unread {
            self.with(|state| mark_read(&mut state.slack, user, channel));
        }
    }

    /// A channel by id or name.
    pub fn channel(&self, channel: &str) -> Option<Channel> {
        self.read(|state| state.slack.find_channel(channel).cloned())
    }

    /// The messages of a channel, oldest first; empty when there is no such channel.
    pub fn messages(&self, channel: &str) -> Vec<Message> {
        self.channel(channel).map(|channel| channel.messages).unwrap_or_default()
    }

    /// What the app wrote to a person alone, oldest first: his direct messages with it.
    pub fn direct_messages(&self, user: &str) -> Vec<Message> {
        self.read(|state| {
            let mut direct = state
                .slack
                .channels
                .iter()
                .filter(|channel| channel.kind == ChannelKind::Im && channel.has(user));
            direct.next().map(|channel| channel.messages.clone()).unwrap_or_default()
        })
    }

    /// What only this person sees, oldest first.
    pub fn ephemerals(&self, user: &str) -> Vec<Ephemeral> {
        self.read(|state| state.slack.ephemerals.iter().filter(|kept| kept.user == user).cloned().collect())
    }

    /// The view on top of a person's screen.
    pub fn view(&self, user: &str) -> Option<View> {
        self.read(|state| {
            let top = state.slack.stacks.get(user)?.last()?;
            state.slack.views.get(top).cloned()
        })
    }

    /// A person's App Home as it was last published.
    pub fn home(&self, user: &str) -> Option<View> {
        self.read(|state| state.slack.homes.get(user).cloned())
    }
}

/// How many messages of others a member has not read.
pub fn unread(channel: &Channel, user: &str) -> usize {
    if !channel.has(user) {
        return 0;
    }
    let read = channel.read.get(user).map_or("", String::as_str);
    channel
        .messages
        .iter()
        .filter(|message| message.user != user && message.subtype.is_none() && message.ts.as_str() > read)
        .count()
}

fn mark_read(slack: &mut Slack, user: &str, channel: &str) {
    let Some(id) = slack.find_channel(channel).map(|place| place.id.clone()) else { return };
    let Some(place) = slack.channel_mut(&id) else { return };
    if let Some(last) = place.messages.last().map(|message| message.ts.clone()) {
        place.read.insert(user.to_owned(), last);
    }
}

/// The handle of somebody who can use the workspace.
fn person(slack: &Slack, user: &str) -> Result<String, String> {
    let known = slack.user(user).filter(|user| !user.deleted && !user.is_bot);
    known.map(|user| user.name.clone()).ok_or_else(|| "there is no such person".into())
}

fn writable(slack: &Slack, user: &str, channel: &str) -> Result<String, String> {
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

fn fresh_ts(state: &mut State) -> String {
    let now = state.clock.now_micros();
    state.slack.fresh_ts(now)
}

fn trigger(state: &mut State, user: &str, view: Option<&str>) -> String {
    let mark = state.slack.fresh_id("t").to_lowercase();
    let id = format!("{}.{}.{mark}", state.clock.now_s(), state.clock.now_micros() % 10_000_000_000);
    let trigger =
        Trigger { user: user.into(), made: Instant::now(), used: false, view: view.map(str::to_owned) };
    state.slack.triggers.insert(id.clone(), trigger);
    id
}

/// What every interaction carries, with what this one adds.
fn about(slack: &Slack, user: &str, kind: &str, more: Value) -> Value {
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
struct Scene {
    blocks: Vec<Value>,
    state: Map<String, Value>,
    suggested: BTreeMap<String, Value>,
    container: Value,
    /// The view or the message as Slack writes it out; `Null` for an ephemeral one.
    told: Value,
    channel: Option<Channel>,
    ephemeral: bool,
}

fn scene(slack: &Slack, user: &str, place: &Place) -> Result<Scene, String> {
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
fn on_screen<'a>(slack: &'a Slack, user: &str, view: &str) -> Result<&'a View, String> {
    let top = slack.stacks.get(user).and_then(|stack| stack.last()).ok_or("no view is open")?;
    if top != view {
        return Err("another view lies on top".into());
    }
    slack.views.get(view).ok_or_else(|| "no view is open".into())
}

fn find<'a>(blocks: &'a [Value], key: &str) -> Result<Input<'a>, String> {
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

fn prepare_action(
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

fn prepare_submission(
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
fn submitted(state: &mut State, user: &str, view: &str, answer: &mut Answer) {
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
fn command_answered(state: &mut State, sandbox: &Sandbox, token: &str, command: &str, answer: &Answer) {
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

/// What an external select last offered, for the face.
pub fn offered<'a>(view: &'a View, input: &Input<'_>) -> Vec<&'a Value> {
    view.suggested
        .get(&format!("{}/{}", input.block_id(), input.action_id()))
        .map(options)
        .unwrap_or_default()
}
