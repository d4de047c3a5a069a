//! The twin of Slack: a workspace with people, channels and the app.
//!
//! The app calls `/slack/api/<method>` ([`web_api`]) and posts to the reply addresses it was given; the twin signs and
//! sends what people do ([`actors`]) and what happened ([`delivery`]). It refuses what Slack refuses, with Slack's own
//! errors, and misbehaves on order.

pub mod actors;
pub mod chat;
pub mod conversations;
pub mod delivery;
pub mod dressing;
pub mod endpoint;
mod happenings;
pub mod people;
pub mod presence;
pub mod reply;
pub mod rules;
pub mod screen;
pub mod seed;
pub mod signing;
pub mod state;
pub mod view_state;
pub mod views;
pub mod web_api;
mod written;

use axum::Router;
use axum::routing::{any, post};

use super::Sandbox;

/// What the app calls.
pub fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/slack/api/{method}", any(endpoint::call))
        .route("/slack/response/{token}", post(reply::receive))
}
