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
use crate::{context::Context, failure, told};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Where manifests in the field point to.
pub const PATH: &str = "/api/v2/firefighter/slack/incident/";
/// Slack's largest payloads (a view with its state) stay far below.
const LARGEST: usize = 1024 * 1024;
/// So much work that follows an answer is under way at a time.
const AT_ONCE: usize = 256;
static UNDER_WAY: Semaphore = Semaphore::const_new(AT_ONCE);
/// Slack waits three seconds.
const WAITS: Duration = Duration::from_secs(2);

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
        Delivery::Command(command) => later(dispatch::command(ctx, slack, command)).await,
        Delivery::Action(who, pressed) => later(dispatch::action(ctx, slack, *who, pressed)).await,
        Delivery::Shortcut(who, shortcut) => later(dispatch::shortcut(ctx, slack, *who, shortcut)).await,
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

/// 200 now, the work in a task under the reference of this request. In a flood the answer waits for a place, so that
/// work does not pile up; without one it is 503, which Slack tells the person.
async fn later(work: impl Future<Output = ()> + Send + 'static) -> Response {
    let Ok(Ok(place)) = tokio::time::timeout(WAITS, UNDER_WAY.acquire()).await else {
        tracing::error!("{AT_ONCE} deliveries of Slack are under way; one more is refused");
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let reference = failure::reference().unwrap_or_else(failure::fresh_reference);
    tokio::spawn(failure::under(reference, async move {
        told::during(work).await;
        drop(place);
    }));
    StatusCode::OK.into_response()
}
