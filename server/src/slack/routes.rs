//! The single address of Slack: commands, interactions and events (spec 10 §1).
//!
//! Raw bytes first: size, signature, age. Only then they mean something. Every delivery is answered within three
//! seconds; an event that could not be handled is answered 500, so that Slack brings it again.

use super::{
    client::Client,
    delivery::Delivery,
    dispatch, events,
    signature::{self, SIGNATURE_HEADER, TIMESTAMP_HEADER},
};
use crate::{catalog, context::Context, failure};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
};

/// Where manifests in the field point to.
pub const PATH: &str = "/api/v2/firefighter/slack/incident/";
/// Slack's largest payloads (a view with its state) stay far below.
const LARGEST: usize = 1024 * 1024;

/// The address, for the house's router.
pub fn routes() -> Router<Context> {
    Router::new().route(PATH, post(receive)).layer(DefaultBodyLimit::max(LARGEST))
}

async fn receive(State(ctx): State<Context>, headers: HeaderMap, body: Bytes) -> Response {
    let (Some(slack), Some(settings)) = (ctx.slack().cloned(), ctx.settings.slack.clone()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if !settings.skip_checks {
        let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
        let (timestamp, signature) = (header(TIMESTAMP_HEADER), header(SIGNATURE_HEADER));
        let secret = settings.signing_secret.reveal();
        if let Err(forged) = signature::verify(secret, timestamp, signature, &body, ctx.now()) {
            tracing::warn!(error.message = %forged, "A request to Slack's address is not Slack's");
            return StatusCode::UNAUTHORIZED.into_response();
        }
    }
    let content_type = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    match Delivery::parse(content_type, &body) {
        Ok(delivery) => answer(ctx, slack, delivery).await,
        Err(malformed) => {
            tracing::warn!(error.message = %malformed, "A signed request of Slack cannot be read");
            StatusCode::BAD_REQUEST.into_response()
        }
    }
}

/// Answers within three seconds, whatever it is.
async fn answer(ctx: Context, slack: Client, delivery: Delivery) -> Response {
    tracing::debug!(slack.delivery = delivery.kind(), "Slack delivers");
    match delivery {
        Delivery::SslCheck => StatusCode::OK.into_response(),
        Delivery::UrlVerification { challenge } => challenge.into_response(),
        Delivery::Command(command) => later(dispatch::command(ctx, slack, command)),
        Delivery::Action(who, pressed) => later(dispatch::action(ctx, slack, *who, pressed)),
        Delivery::Shortcut(who, shortcut) => later(dispatch::shortcut(ctx, slack, *who, shortcut)),
        Delivery::Submission(who, callback) => match dispatch::submission(ctx, slack, *who, callback).await {
            Some(body) => Json(body).into_response(),
            None => StatusCode::OK.into_response(),
        },
        Delivery::Suggestion(who, asked) => {
            Json(dispatch::suggestion(ctx, slack, *who, asked).await).into_response()
        }
        Delivery::Event(event) => match events::take(&ctx, &slack, &event).await {
            Ok(()) => StatusCode::OK.into_response(),
            Err(error) => {
                tracing::warn!(error.message = %error, slack.event_id = event.event_id, "An event waits to be delivered again");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        },
        Delivery::Ignored(what) => {
            tracing::debug!("Ignored: {what}");
            StatusCode::OK.into_response()
        }
    }
}

/// 200 now, the work in a task under the reference of this request.
fn later(work: impl Future<Output = ()> + Send + 'static) -> Response {
    let reference = failure::reference().unwrap_or_else(failure::fresh_reference);
    tokio::spawn(failure::under(reference, catalog::during(work)));
    StatusCode::OK.into_response()
}
