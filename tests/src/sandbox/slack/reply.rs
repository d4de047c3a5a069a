//! Reply addresses: what the app posts to the `response_url` of a command or a button.
//!
//! Five uses within thirty minutes of product time. Source: Slack's guide on handling user interaction.

use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::state::{
    BOT_USER, Edited, Ephemeral, Message, RESPONSE_URL_LASTS_MS, RESPONSE_URL_USES, ResponseUrl, Slack,
};
use super::web_api::fill_ids;
use super::{chat, rules};
use crate::contracts::told;
use crate::sandbox::deliveries::{Delivery, Direction};
use crate::sandbox::{Sandbox, State};

/// `POST /slack/response/<token>`.
pub async fn receive(Shared(sandbox): Shared<Sandbox>, Path(token): Path<String>, body: Bytes) -> Response {
    let read: Option<Value> = serde_json::from_slice(&body).ok().filter(Value::is_object);
    let outcome = match &read {
        None => Err("invalid_payload"),
        Some(message) => {
            if let Some(Err(found)) = sandbox.contracts().map(|c| c.slack_answer("response.message", message))
            {
                sandbox.with(|state| state.violate("a reply", "response_url", told(&found)));
            }
            sandbox.with(|state| take(state, &token, message))
        }
    };
    let (status, note) = match outcome {
        Ok(()) => (StatusCode::OK, ""),
        Err(error @ ("used_url" | "expired_url")) => (StatusCode::NOT_FOUND, error),
        Err(error) => (StatusCode::BAD_REQUEST, error),
    };
    sandbox.with(|state| {
        let at_ms = state.clock.now_ms();
        state.deliveries.push(Delivery {
            id: 0,
            at_ms,
            direction: Direction::FromApp,
            vendor: "slack".into(),
            what: "response_url".into(),
            status: Some(status.as_u16()),
            ms: 0,
            note: note.into(),
            sent: String::from_utf8_lossy(&body).into_owned(),
            answered: note.into(),
        });
    });
    if status == StatusCode::OK {
        (status, "ok").into_response()
    } else {
        (status, axum::Json(json!({ "ok": false, "error": note }))).into_response()
    }
}

fn take(state: &mut State, token: &str, message: &Value) -> Result<(), &'static str> {
    let now_ms = state.clock.now_ms();
    let now = state.clock.now_micros();
    let url = state.slack.response_urls.get_mut(token).ok_or("used_url")?;
    if url.until_ms < now_ms {
        return Err("expired_url");
    }
    if url.uses_left == 0 {
        return Err("used_url");
    }
    url.uses_left -= 1;
    let url = url.clone();
    say(&mut state.slack, &url, message, now)
}

/// Puts a reply where it belongs: a new ephemeral or message, or in place of the pressed one.
///
/// # Errors
/// Slack's error code.
pub fn say(slack: &mut Slack, url: &ResponseUrl, reply: &Value, now: i64) -> Result<(), &'static str> {
    let original = url.original.as_deref();
    if reply["delete_original"] == true {
        let original = original.ok_or("message_not_found")?;
        if url.original_is_ephemeral {
            slack.ephemerals.retain(|kept| kept.message.ts != original);
        } else {
            chat::remove(slack, &url.channel, original, now);
        }
        return Ok(());
    }
    if !reply["blocks"].is_null() && !rules::message_blocks(&reply["blocks"]).is_empty() {
        return Err("invalid_blocks");
    }
    let mut blocks = reply["blocks"].as_array().cloned().unwrap_or_default();
    fill_ids(slack, &mut blocks);
    let text = reply["text"].as_str().unwrap_or_default().to_owned();
    if text.is_empty() && blocks.is_empty() {
        return Err("no_text");
    }
    if reply["replace_original"] == true
        && let Some(original) = original
    {
        return replace(slack, url, original, text, blocks, now);
    }
    let ts = slack.fresh_ts(now);
    let message = Message { ts, user: BOT_USER.into(), text, blocks, by_app: true, ..Message::default() };
    if reply["response_type"] == "in_channel" {
        slack.post(&url.channel, message);
    } else {
        slack.ephemerals.push(Ephemeral { channel: url.channel.clone(), user: url.user.clone(), message });
    }
    Ok(())
}

fn replace(
    slack: &mut Slack,
    url: &ResponseUrl,
    original: &str,
    text: String,
    blocks: Vec<Value>,
    now: i64,
) -> Result<(), &'static str> {
    let edited = Edited { user: BOT_USER.into(), ts: slack.fresh_ts(now) };
    if url.original_is_ephemeral {
        let kept = slack
            .ephemerals
            .iter_mut()
            .find(|kept| kept.message.ts == original)
            .ok_or("message_not_found")?;
        (kept.message.text, kept.message.blocks) = (text, blocks);
        return Ok(());
    }
    let message =
        slack.channel(&url.channel).and_then(|place| place.message(original)).ok_or("message_not_found")?;
    let before = slack.message_json(message);
    let place = slack.channel_mut(&url.channel).ok_or("channel_not_found")?;
    let message = place.message_mut(original).ok_or("message_not_found")?;
    (message.text, message.blocks, message.edited) = (text, blocks, Some(edited));
    let message = message.clone();
    let told = slack.message_json(&message);
    chat::tell_changed(slack, &url.channel, &told, before, now);
    Ok(())
}

/// Makes a reply address and its token.
pub fn address(
    slack: &mut Slack,
    base: &str,
    channel: &str,
    user: &str,
    original: Option<(&str, bool)>,
    now_ms: i64,
) -> String {
    let token = slack.fresh_id("R");
    let url = ResponseUrl {
        channel: channel.into(),
        user: user.into(),
        uses_left: RESPONSE_URL_USES,
        until_ms: now_ms + RESPONSE_URL_LASTS_MS,
        original: original.map(|(ts, _)| ts.to_owned()),
        original_is_ephemeral: original.is_some_and(|(_, ephemeral)| ephemeral),
    };
    slack.response_urls.insert(token.clone(), url);
    format!("{base}/slack/response/{token}")
}
