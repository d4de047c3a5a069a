//! The face in the browser: one person's screen of the workspace, and the panel that makes the twin misbehave.
//!
//! Links and forms only; everything works without script. The address says whose screen it is and where
//! (`/?as=U0YUSUF&at=C0TECH`), so that two windows can be two people. The script (`face.js`) keeps the page fresh
//! without losing what is being typed.

mod blocks;
mod emoji;
mod fields;
mod forms;
mod html;
mod mrkdwn;
mod page;
mod panels;
mod screen;
mod workspace;

use axum::Router;
use axum::routing::{get, post};
use http::header;

use super::Sandbox;

/// The face's routes.
pub fn routes() -> Router<Sandbox> {
    let asset = |kind: &'static str, text: &'static str| {
        get(
            move || async move { ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text) },
        )
    };
    Router::new()
        .route("/", get(page::show))
        .route("/face.css", asset("text/css; charset=utf-8", include_str!("face.css")))
        .route("/face.js", asset("text/javascript; charset=utf-8", include_str!("face.js")))
        .route("/face/home", get(forms::home))
        .route("/face/delivery/{id}", get(panels::delivery))
        .route("/face/send", post(forms::send))
        .route("/face/act", post(forms::act))
        .route("/face/view", post(forms::view))
        .route("/face/message", post(forms::message))
        .route("/face/member", post(forms::member))
        .route("/face/clock", post(forms::clock))
        .route("/face/faults", post(forms::faults))
        .route("/face/switches", post(forms::switches))
        .route("/face/shortcut", post(forms::shortcut))
}

#[cfg(test)]
mod tests;
