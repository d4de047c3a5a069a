//! What the face's forms do: one actor each, then back to where they were sent from.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::{Form, Query, State as Shared};
use axum::response::Redirect;
use serde_json::Value;

use super::fields::SEPARATOR;
use super::html::screen;
use super::page::Asked;
use super::panels;
use crate::sandbox::Sandbox;
use crate::sandbox::faults::Fault;
use crate::sandbox::slack::actors::Place;
use crate::sandbox::slack::delivery::Answer;

/// Long enough for the product to open a view after its acknowledgement, short enough not to be felt.
const QUIET: Duration = Duration::from_millis(120);
const AT_MOST: Duration = Duration::from_millis(1_200);

/// The fields of a form, in order, repeated ones too.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn get(&self, name: &str) -> &str {
        self.0.iter().rev().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// What the elements were filled with: element → value, a list where several were chosen.
    fn filled(&self) -> BTreeMap<String, Value> {
        let announced = self.0.iter().filter(|(name, _)| name == "has").map(|(_, key)| key);
        announced
            .map(|key| {
                let name = format!("v:{key}");
                let given = self
                    .0
                    .iter()
                    .filter(|(known, _)| *known == name)
                    .map(|(_, value)| Value::from(value.as_str()));
                (key.clone(), given.collect())
            })
            .collect()
    }

    /// Back to the screen, with a word if there is one.
    fn back(&self, say: &str) -> Redirect {
        Redirect::to(&screen(self.get("as"), self.get("at"), &[("say", say)]))
    }

    /// Back to the screen, at the open view if there is one.
    fn back_to_view(&self, sandbox: &Sandbox, say: &str) -> Redirect {
        let part = if sandbox.view(self.get("as")).is_some() { "#view" } else { "" };
        Redirect::to(&(screen(self.get("as"), self.get("at"), &[("say", say)]) + part))
    }
}

fn words(answer: &Answer) -> String {
    answer.trouble.clone().unwrap_or_default()
}

/// Waits until what a click set off has come to rest.
async fn rest(sandbox: &Sandbox) {
    let mut version = sandbox.version();
    let settled = async {
        version.mark_unchanged();
        while tokio::time::timeout(QUIET, version.changed()).await.is_ok() {}
    };
    // Still busy after that time: the page shows what there is.
    let _ = tokio::time::timeout(AT_MOST, settled).await;
}

/// A message or a command.
pub async fn send(Shared(sandbox): Shared<Sandbox>, Form(fields): Form<Vec<(String, String)>>) -> Redirect {
    let fields = Fields(fields);
    let (user, at, typed) = (fields.get("as"), fields.get("at"), fields.get("text").trim());
    if typed.is_empty() {
        return fields.back("");
    }
    let say = match typed.strip_prefix('/') {
        Some(_) => {
            let (command, text) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
            let answer = sandbox.command(user, at, command, text.trim()).await;
            rest(&sandbox).await;
            words(&answer)
        }
        None => sandbox.write(user, at, &escaped(typed), None).err().unwrap_or_default(),
    };
    if typed.starts_with('/') { fields.back_to_view(&sandbox, &say) } else { fields.back(&say) }
}

/// What a person types is text: Slack's client escapes it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A button or a choice in a message or on the App Home.
pub async fn act(Shared(sandbox): Shared<Sandbox>, Form(fields): Form<Vec<(String, String)>>) -> Redirect {
    let fields = Fields(fields);
    let place = match fields.get("view") {
        "" => Place::message(fields.get("channel"), fields.get("ts")),
        view => Place::view(view),
    };
    let filled = fields.filled();
    sandbox.type_into(fields.get("as"), &place, &filled);
    let answer = press(&sandbox, fields.get("as"), &place, fields.get("press"), &filled).await;
    rest(&sandbox).await;
    fields.back_to_view(&sandbox, &words(&answer))
}

async fn press(
    sandbox: &Sandbox,
    user: &str,
    place: &Place,
    pressed: &str,
    filled: &BTreeMap<String, Value>,
) -> Answer {
    match pressed.split_once(SEPARATOR) {
        Some((element, option)) => sandbox.act(user, place, element, &option.into()).await,
        None => sandbox.act(user, place, pressed, filled.get(pressed).unwrap_or(&Value::Null)).await,
    }
}

/// The open view: submit, close, a button or a choice in it, a search.
pub async fn view(Shared(sandbox): Shared<Sandbox>, Form(fields): Form<Vec<(String, String)>>) -> Redirect {
    let fields = Fields(fields);
    let (user, id) = (fields.get("as"), fields.get("view"));
    let place = Place::view(id);
    let filled = fields.filled();
    let (pressed, searched) = (fields.get("press"), fields.get("suggest"));
    let answer = if !pressed.is_empty() {
        sandbox.type_into(user, &place, &filled);
        press(&sandbox, user, &place, pressed, &filled).await
    } else if !searched.is_empty() {
        sandbox.type_into(user, &place, &filled);
        let asked = fields.get(&format!("q:{searched}")).to_owned();
        sandbox.suggest(user, &place, searched, &asked).await
    } else {
        match fields.get("do") {
            "submit" => sandbox.submit(user, id, &filled).await,
            "clear" => sandbox.close_view(user, id, true).await,
            "close" => sandbox.close_view(user, id, false).await,
            _ => {
                sandbox.type_into(user, &place, &filled);
                Answer::default()
            }
        }
    };
    rest(&sandbox).await;
    fields.back_to_view(&sandbox, &words(&answer))
}

/// What a person does with a message.
pub async fn message(
    Shared(sandbox): Shared<Sandbox>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Redirect {
    let fields = Fields(fields);
    let (user, channel, ts) = (fields.get("as"), fields.get("channel"), fields.get("ts"));
    let done = match (fields.get("react"), fields.get("do")) {
        ("", "dismiss") => {
            sandbox.dismiss(user, ts);
            Ok(())
        }
        ("", "delete") => sandbox.delete_message(channel, ts),
        ("", _) if fields.get("text").trim().is_empty() => Ok(()),
        ("", _) => sandbox.write(user, channel, &escaped(fields.get("text").trim()), Some(ts)).map(drop),
        (name, _) => {
            sandbox.react(user, channel, ts, name).or_else(|_| sandbox.unreact(user, channel, ts, name))
        }
    };
    rest(&sandbox).await;
    fields.back(&done.err().unwrap_or_default())
}

/// Comes into a channel, or leaves it.
pub async fn member(Shared(sandbox): Shared<Sandbox>, Form(fields): Form<Vec<(String, String)>>) -> Redirect {
    let fields = Fields(fields);
    let (user, channel) = (fields.get("as"), fields.get("channel"));
    let done =
        if fields.get("do") == "leave" { sandbox.leave(user, channel) } else { sandbox.join(user, channel) };
    fields.back(&done.err().unwrap_or_default())
}

/// Moves product time.
pub async fn clock(Shared(sandbox): Shared<Sandbox>, Form(fields): Form<Vec<(String, String)>>) -> Redirect {
    let fields = Fields(fields);
    sandbox.advance(Duration::from_millis(fields.get("by").parse().unwrap_or_default()));
    fields.back("")
}

/// Orders a fault in place of those before.
pub async fn faults(Shared(sandbox): Shared<Sandbox>, Form(fields): Form<Vec<(String, String)>>) -> Redirect {
    let fields = Fields(fields);
    sandbox.comes_back();
    if let Some(kind) = panels::fault(fields.get("fault")) {
        let mut fault = Fault::slack("*", kind, fields.get("for").parse().unwrap_or(1));
        match fields.get("for") {
            "minute" => {
                fault = fault.lasting();
                fault.for_ms = Some(60_000);
            }
            "stop" => fault = fault.lasting(),
            _ => {}
        }
        sandbox.order(fault);
    }
    fields.back("")
}

/// Sets the rules of the workspace.
pub async fn switches(
    Shared(sandbox): Shared<Sandbox>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Redirect {
    let fields = Fields(fields);
    let on = |name: &str| fields.get(name) == "true";
    let scopes = fields.get("missing_scopes").split(',').map(str::trim).filter(|scope| !scope.is_empty());
    let missing_scopes = scopes.map(str::to_owned).collect();
    sandbox.with(|state| {
        let switches = &mut state.slack.switches;
        switches.private_channels_forbidden = on("private_channels_forbidden");
        switches.channel_creation_forbidden = on("channel_creation_forbidden");
        switches.token_revoked = on("token_revoked");
        switches.messages_tab = !on("messages_tab_off");
        switches.triggers_expire = !on("triggers_last");
        switches.missing_scopes = missing_scopes;
    });
    fields.back("")
}

/// Runs a global shortcut.
pub async fn shortcut(
    Shared(sandbox): Shared<Sandbox>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Redirect {
    let fields = Fields(fields);
    let answer = sandbox.shortcut(fields.get("as"), fields.get("callback_id")).await;
    rest(&sandbox).await;
    fields.back_to_view(&sandbox, &words(&answer))
}

/// Opens the App Home: the product is told, and publishes it.
pub async fn home(Shared(sandbox): Shared<Sandbox>, Query(asked): Query<Asked>) -> Redirect {
    let say = sandbox.open_home(&asked.user).err().unwrap_or_default();
    rest(&sandbox).await;
    Redirect::to(&screen(&asked.user, "home", &[("say", &say)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_announced_element_without_a_value_is_an_empty_choice() {
        let pairs = [("has", "a/b"), ("has", "c/d"), ("v:c/d", "1"), ("v:c/d", "2")];
        let fields = Fields(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec());
        let filled: serde_json::Map<String, Value> = fields.filled().into_iter().collect();
        assert_eq!(Value::Object(filled), serde_json::json!({ "a/b": [], "c/d": ["1", "2"] }));
    }
}
