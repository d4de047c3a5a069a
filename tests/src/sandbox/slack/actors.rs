//! What people click in the workspace: a command, a button, a field, the submit button of a view, a shortcut.
//!
//! Each click sends the product what Slack would send and returns what the person sees: the answer, field errors, or
//! that something went wrong. Nobody can press what is not on his screen.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::delivery::{Answer, post_form};
use super::reply::address;
pub use super::screen::Place;
use super::screen::{
    Prepared, about, command_answered, find, fresh_ts, keep_typed, on_screen, person, prepare_action,
    prepare_submission, scene, submitted, trigger,
};
use super::state::{APP_ID, ChannelKind, TEAM, TEAM_DOMAIN, VERIFICATION_TOKEN};
use super::views;
use crate::contracts::told;
use crate::sandbox::Sandbox;

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

    /// A person types and chooses without pressing anything: kept for the next click, told to nobody.
    pub fn type_into(&self, user: &str, place: &Place, fields: &BTreeMap<String, Value>) {
        self.with(|state| keep_typed(&mut state.slack, user, place, fields));
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

    /// A person closes the window: every view is gone, and nobody is told.
    pub fn closes_everything(&self, user: &str) {
        self.with(|state| views::clear(&mut state.slack, user));
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

    /// What nobody can press: a button with an id and a value of the sender's making, under a message that is not there.
    pub async fn forged_button(&self, user: &str, action_id: &str, value: &str) -> Answer {
        let payload = self.with(|state| {
            let (trigger_id, ts) = (trigger(state, user, None), fresh_ts(state));
            let place = state.slack.find_channel("general").ok_or("there is no #general")?.clone();
            let now_ms = state.clock.now_ms();
            let response_url = address(&mut state.slack, self.url(), &place.id, user, None, now_ms);
            let more = json!({
                "trigger_id": trigger_id, "response_url": response_url,
                "container": { "type": "message", "message_ts": ts, "channel_id": place.id, "is_ephemeral": false },
                "channel": { "id": place.id, "name": place.name },
                "actions": [{ "type": "button", "action_id": action_id, "block_id": action_id, "value": value,
                              "action_ts": ts, "text": { "type": "plain_text", "text": "Press", "emoji": true } }],
            });
            Ok::<_, String>(about(&state.slack, user, "block_actions", more))
        });
        self.forged(action_id, payload).await
    }

    /// What nobody can submit: a view with an id and hidden data of the sender's making.
    pub async fn forged_view(&self, user: &str, callback_id: &str, private_metadata: &str) -> Answer {
        let payload = self.with(|state| {
            let trigger_id = trigger(state, user, None);
            let view = json!({
                "id": "V0FORGED", "team_id": TEAM, "type": "modal", "callback_id": callback_id, "hash": "1.forged",
                "private_metadata": private_metadata, "external_id": private_metadata, "blocks": [],
                "state": { "values": {} }, "app_id": APP_ID, "root_view_id": "V0FORGED", "previous_view_id": null,
                "title": { "type": "plain_text", "text": "Forged", "emoji": true },
            });
            let more = json!({ "trigger_id": trigger_id, "view": view, "response_urls": [] });
            Ok::<_, String>(about(&state.slack, user, "view_submission", more))
        });
        self.forged(callback_id, payload).await
    }

    /// What is searched for in a select that is on nobody's screen.
    pub async fn forged_search(&self, user: &str, action_id: &str, typed: &str) -> Answer {
        let payload = self.with(|state| {
            let more = json!({
                "action_id": action_id, "block_id": action_id, "value": typed,
                "container": { "type": "view", "view_id": "V0FORGED" },
            });
            Ok::<_, String>(about(&state.slack, user, "block_suggestion", more))
        });
        self.forged(action_id, payload).await
    }

    async fn forged(&self, what: &str, payload: Result<Value, String>) -> Answer {
        match payload {
            Ok(payload) => {
                post_form(self, &format!("forged {what}"), &[("payload", payload.to_string())]).await
            }
            Err(why) => Answer::not_sent(why),
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
}
