//! Error answers by meaning: a page for people, a small JSON body for programs that ask for it (spec 03 §15).

use crate::{context::Context, failure};
use app::Problem;
use axum::{
    Json,
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderName, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use domain::Error;
use http_body_util::{BodyExt, Limited};
use leptos::server_fn::error::FromServerFnError;
use serde_json::json;

/// Set by the framework on an answer that is a server function's error.
pub(super) const SERVER_FN_ERROR: HeaderName = HeaderName::from_static("serverfnerror");

/// The largest error that a server function answers with.
const ERROR_LIMIT: usize = 256 * 1024;

/// Gives server functions' errors the status that says the same, and programs JSON instead of pages.
pub async fn by_meaning(request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let (call, method) = (request.uri().path().starts_with("/fn/"), request.method().clone());
    let response = next.run(request).await;
    let status = response.status();
    if call {
        return told_by_status(response).await;
    }
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    if wants_json(&headers) && !is_json(&response) {
        return as_json(status);
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        return (status, format!("This address does not take {method}. Go back and load the page again.\n"))
            .into_response();
    }
    response
}

/// A refused call is not our fault: only what is keeps 500.
async fn told_by_status(response: Response) -> Response {
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR
        || !response.headers().contains_key(SERVER_FN_ERROR)
    {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Some((problem, bytes)) = read_problem(body).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    parts.status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Response::from_parts(parts, Body::from(bytes))
}

/// The error inside of a server function's answer, and its bytes.
pub(super) async fn read_problem(body: Body) -> Option<(Problem, axum::body::Bytes)> {
    let bytes = Limited::new(body, ERROR_LIMIT).collect().await.ok()?.to_bytes();
    Some((Problem::de(bytes.clone()), bytes))
}

/// The page of an error that never reached the app.
pub fn of(ctx: &Context, headers: &HeaderMap, error: &Error) -> Response {
    let problem = Problem(error.clone());
    let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let reference = match error {
        Error::Internal { reference } => Some(reference.clone()),
        _ => failure::reference(),
    };
    page(ctx, headers, status, reference)
}

/// A whole page for a status, without script and without session; JSON for programs.
pub fn page(ctx: &Context, headers: &HeaderMap, status: StatusCode, reference: Option<String>) -> Response {
    if wants_json(headers) {
        return as_json(status);
    }
    let site = super::session::site(&ctx.settings);
    let html = app::error_page(&super::assets::options(), &site, status.as_u16(), reference);
    (status, Html(html)).into_response()
}

fn as_json(status: StatusCode) -> Response {
    let (code, message) = match status.as_u16() {
        401 => ("NOT_AUTHENTICATED", "Sign in first"),
        403 => ("FORBIDDEN", "Forbidden"),
        404 => ("NOT_FOUND", "Page not found"),
        405 => ("METHOD_NOT_ALLOWED", "Method not allowed"),
        400..=499 => ("BAD_REQUEST", "Bad request"),
        _ => ("SERVER_ERROR", "Server error"),
    };
    (status, Json(json!({ "error": { "app_code": code, "message": message } }))).into_response()
}

/// JSON is asked for, or sent, and a page is not.
fn wants_json(headers: &HeaderMap) -> bool {
    let names = |name| {
        headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_ascii_lowercase()
    };
    let accept = names(header::ACCEPT);
    !accept.contains("text/html")
        && (accept.contains("application/json")
            || names(header::CONTENT_TYPE).starts_with("application/json"))
}

fn is_json(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    // WEB-126: JSON on a JSON Accept or Content-Type, anywhere in it; a browser gets pages.
    #[test]
    fn programs_get_json_and_browsers_pages() {
        let wants = |name: HeaderName, value: &str| {
            wants_json(&HeaderMap::from_iter([(name, value.parse().expect("a value"))]))
        };
        assert!(wants(header::ACCEPT, "application/json"));
        assert!(wants(header::ACCEPT, "text/plain;q=0.5, application/json"));
        assert!(wants(header::CONTENT_TYPE, "application/json; charset=utf-8"));
        assert!(!wants(header::ACCEPT, "text/html,application/xhtml+xml,application/json;q=0.1"));
        assert!(!wants(header::ACCEPT, "*/*"));
    }

    #[tokio::test]
    async fn json_errors_have_the_codes_that_programs_know() {
        for (status, code) in [
            (400, "BAD_REQUEST"),
            (403, "FORBIDDEN"),
            (404, "NOT_FOUND"),
            (500, "SERVER_ERROR"),
            (503, "SERVER_ERROR"),
        ] {
            let response = as_json(StatusCode::from_u16(status).expect("a status"));
            assert_eq!(response.status(), status);
            let bytes = response.into_body().collect().await.expect("a body").to_bytes();
            let body: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
            assert_eq!(body["error"]["app_code"], code);
        }
    }

    #[tokio::test]
    async fn a_refused_call_says_so_by_its_status() {
        let answer = |error: Error| {
            let mut response = (StatusCode::INTERNAL_SERVER_ERROR, Problem(error).ser()).into_response();
            response.headers_mut().insert(SERVER_FN_ERROR, "/fn/x".parse().expect("a value"));
            told_by_status(response)
        };
        assert_eq!(answer(Error::NotSignedIn).await.status(), 401);
        assert_eq!(answer(Error::NotFound).await.status(), 404);
        assert_eq!(answer(Error::Refused(vec![])).await.status(), 409);
        assert_eq!(answer(Error::Internal { reference: "R".into() }).await.status(), 500);
        let kept = answer(Error::NotFound).await.into_body().collect().await.expect("a body").to_bytes();
        assert_eq!(Problem::de(kept), Problem(Error::NotFound));
    }
}
