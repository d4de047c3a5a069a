//! The control API: what tests and browser drivers ask of the twins from another process. JSON in, JSON out.
//!
//! `/__/…` mirrors the actors; `/clock` is what the product reads as `FF_CLOCK`.

use std::collections::BTreeMap;

use axum::extract::State as Shared;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures::{Stream, StreamExt as _, stream};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Sandbox;
use super::clock::Clock;
use super::faults::Fault;
use super::slack::actors::Place;
use super::slack::state::{Switches, User};

/// The control API's routes.
pub fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/clock", get(clock).post(advance))
        .route("/__/health", get(|| async { "ok" }))
        .route("/__/version", get(version))
        .route("/__/changes", get(changes))
        .route("/__/state", get(state))
        .route("/__/violations", get(violations))
        .route("/__/reset", post(reset))
        .route("/__/settle", post(settle))
        .route("/__/app", post(app))
        .route("/__/faults", get(faults).post(order).delete(clear_faults))
        .route("/__/switches", post(switches))
        .route("/__/person", post(person))
        .route("/__/command", post(command))
        .route("/__/action", post(action))
        .route("/__/submit", post(submit))
        .route("/__/close", post(close))
        .route("/__/suggest", post(suggest))
        .route("/__/shortcut", post(shortcut))
        .route("/__/message", post(message))
        .route("/__/delete", post(delete))
        .route("/__/reaction", post(reaction))
        .route("/__/member", post(member))
        .route("/__/channel", post(channel))
        .route("/__/home", post(home))
}

async fn clock(Shared(sandbox): Shared<Sandbox>) -> Json<Clock> {
    Json(sandbox.read(|state| state.clock))
}

#[derive(Deserialize)]
struct Advance {
    advance_ms: i64,
}

async fn advance(Shared(sandbox): Shared<Sandbox>, Json(asked): Json<Advance>) -> Json<Clock> {
    Json(sandbox.with(|state| {
        state.clock.offset_ms += asked.advance_ms;
        state.clock
    }))
}

async fn version(Shared(sandbox): Shared<Sandbox>) -> Json<Value> {
    Json(json!({ "version": *sandbox.version().borrow() }))
}

/// One event per change: its number.
async fn changes(
    Shared(sandbox): Shared<Sandbox>,
) -> Sse<impl Stream<Item = Result<Event, std::convert::Infallible>>> {
    let changes = stream::unfold(sandbox.version(), |mut version| async move {
        version.changed().await.ok()?;
        let number = *version.borrow_and_update();
        Some((Event::default().data(number.to_string()), version))
    });
    Sse::new(changes.map(Ok)).keep_alive(KeepAlive::default())
}

async fn state(Shared(sandbox): Shared<Sandbox>) -> Response {
    match sandbox.read(|state| serde_json::to_value(state)) {
        Ok(state) => Json(state).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn violations(Shared(sandbox): Shared<Sandbox>) -> Json<Value> {
    Json(json!({ "held": sandbox.contracts().is_some(), "violations": sandbox.violations() }))
}

async fn reset(Shared(sandbox): Shared<Sandbox>) -> Json<Value> {
    sandbox.reset();
    Json(json!({ "ok": true }))
}

async fn settle(Shared(sandbox): Shared<Sandbox>) -> Response {
    done(sandbox.settle().await.map_err(|error| error.to_string()))
}

#[derive(Deserialize)]
struct AppAt {
    url: String,
}

async fn app(Shared(sandbox): Shared<Sandbox>, Json(asked): Json<AppAt>) -> Json<Value> {
    sandbox.connect(&asked.url);
    Json(json!({ "ok": true, "url": sandbox.app_url() }))
}

async fn faults(Shared(sandbox): Shared<Sandbox>) -> Json<Vec<Fault>> {
    Json(sandbox.read(|state| state.faults.all().cloned().collect()))
}

async fn order(Shared(sandbox): Shared<Sandbox>, Json(fault): Json<Fault>) -> Json<Value> {
    sandbox.order(fault);
    Json(json!({ "ok": true }))
}

async fn clear_faults(Shared(sandbox): Shared<Sandbox>) -> Json<Value> {
    sandbox.comes_back();
    Json(json!({ "ok": true }))
}

async fn switches(Shared(sandbox): Shared<Sandbox>, Json(asked): Json<Switches>) -> Json<Value> {
    sandbox.with(|state| state.slack.switches = asked);
    Json(json!({ "ok": true }))
}

/// Adds somebody, or changes who has that id.
async fn person(Shared(sandbox): Shared<Sandbox>, Json(asked): Json<User>) -> Json<Value> {
    sandbox.with(|state| match state.slack.users.iter_mut().find(|user| user.id == asked.id) {
        Some(user) => *user = asked,
        None => state.slack.users.push(asked),
    });
    Json(json!({ "ok": true }))
}

#[derive(Deserialize)]
struct Command {
    user: String,
    channel: String,
    #[serde(default = "incident")]
    command: String,
    #[serde(default)]
    text: String,
}

fn incident() -> String {
    "/incident".into()
}

async fn command(Shared(sandbox): Shared<Sandbox>, Json(asked): Json<Command>) -> Response {
    Json(sandbox.command(&asked.user, &asked.channel, &asked.command, &asked.text).await).into_response()
}

#[derive(Deserialize)]
struct Action {
    user: String,
    #[serde(flatten)]
    place: Place,
    element: String,
    #[serde(default)]
    value: Value,
}

async fn action(Shared(sandbox): Shared<Sandbox>, Json(asked): Json<Action>) -> Response {
    Json(sandbox.act(&asked.user, &asked.place, &asked.element, &asked.value).await).into_response()
}

async fn suggest(Shared(sandbox): Shared<Sandbox>, Json(asked): Json<Action>) -> Response {
    let typed = asked.value.as_str().unwrap_or_default();
    Json(sandbox.suggest(&asked.user, &asked.place, &asked.element, typed).await).into_response()
}

#[derive(Deserialize)]
struct Submit {
    user: String,
    /// Absent: the view on top.
    view: Option<String>,
    #[serde(default)]
    fields: BTreeMap<String, Value>,
    #[serde(default)]
    all: bool,
}

impl Submit {
    fn view(&self, sandbox: &Sandbox) -> String {
        self.view.clone().or_else(|| sandbox.view(&self.user).map(|view| view.id)).unwrap_or_default()
    }
}

async fn submit(Shared(sandbox): Shared<Sandbox>, Json(asked): Json<Submit>) -> Response {
    Json(sandbox.submit(&asked.user, &asked.view(&sandbox), &asked.fields).await).into_response()
}

async fn close(Shared(sandbox): Shared<Sandbox>, Json(asked): Json<Submit>) -> Response {
    Json(sandbox.close_view(&asked.user, &asked.view(&sandbox), asked.all).await).into_response()
}

#[derive(Deserialize)]
struct Shortcut {
    user: String,
    callback_id: String,
    /// On a message: its channel and time stamp.
    channel: Option<String>,
    ts: Option<String>,
}

async fn shortcut(Shared(sandbox): Shared<Sandbox>, Json(asked): Json<Shortcut>) -> Response {
    let answer = match (&asked.channel, &asked.ts) {
        (Some(channel), Some(ts)) => {
            sandbox.message_shortcut(&asked.user, channel, ts, &asked.callback_id).await
        }
        _ => sandbox.shortcut(&asked.user, &asked.callback_id).await,
    };
    Json(answer).into_response()
}

#[derive(Deserialize)]
struct Written {
    user: String,
    channel: String,
    text: String,
    thread_ts: Option<String>,
}

async fn message(Shared(sandbox): Shared<Sandbox>, Json(asked): Json<Written>) -> Response {
    match sandbox.write(&asked.user, &asked.channel, &asked.text, asked.thread_ts.as_deref()) {
        Ok(ts) => Json(json!({ "ok": true, "ts": ts })).into_response(),
        Err(why) => done(Err(why)),
    }
}

#[derive(Deserialize)]
struct Reaction {
    #[serde(default)]
    user: String,
    channel: String,
    ts: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    remove: bool,
}

async fn reaction(Shared(sandbox): Shared<Sandbox>, Json(asked): Json<Reaction>) -> Response {
    done(if asked.remove {
        sandbox.unreact(&asked.user, &asked.channel, &asked.ts, &asked.name)
    } else {
        sandbox.react(&asked.user, &asked.channel, &asked.ts, &asked.name)
    })
}

async fn delete(Shared(sandbox): Shared<Sandbox>, Json(asked): Json<Reaction>) -> Response {
    done(sandbox.delete_message(&asked.channel, &asked.ts))
}

#[derive(Deserialize)]
struct Member {
    user: String,
    channel: String,
    #[serde(rename = "do")]
    what: Move,
    /// Who is invited.
    invited: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Move {
    Join,
    Leave,
    Invite,
}

async fn member(Shared(sandbox): Shared<Sandbox>, Json(asked): Json<Member>) -> Response {
    done(match asked.what {
        Move::Join => sandbox.join(&asked.user, &asked.channel),
        Move::Leave => sandbox.leave(&asked.user, &asked.channel),
        Move::Invite => {
            sandbox.invite(&asked.user, &asked.channel, asked.invited.as_deref().unwrap_or_default())
        }
    })
}

#[derive(Deserialize)]
struct ChannelDeed {
    user: String,
    channel: String,
    #[serde(rename = "do")]
    what: Deed,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Deed {
    Create,
    CreatePrivate,
    Archive,
    Unarchive,
    Rename,
    Topic,
}

async fn channel(Shared(sandbox): Shared<Sandbox>, Json(asked): Json<ChannelDeed>) -> Response {
    let ChannelDeed { user, channel, what, value } = asked;
    done(match what {
        Deed::Create => sandbox.create_channel(&user, &channel, false).map(drop),
        Deed::CreatePrivate => sandbox.create_channel(&user, &channel, true).map(drop),
        Deed::Archive => sandbox.archive(&user, &channel, true),
        Deed::Unarchive => sandbox.archive(&user, &channel, false),
        Deed::Rename => sandbox.rename(&user, &channel, &value),
        Deed::Topic => sandbox.set_topic(&user, &channel, &value),
    })
}

#[derive(Deserialize)]
struct Who {
    user: String,
}

async fn home(Shared(sandbox): Shared<Sandbox>, Json(asked): Json<Who>) -> Response {
    done(sandbox.open_home(&asked.user).map(drop))
}

fn done(outcome: Result<(), String>) -> Response {
    match outcome {
        Ok(()) => Json(json!({ "ok": true })).into_response(),
        Err(why) => (StatusCode::CONFLICT, Json(json!({ "ok": false, "error": why }))).into_response(),
    }
}
