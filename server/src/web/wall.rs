//! The login wall: pages are for people who are signed in.
//!
//! Sign in first, then learn whether a page exists: an anonymous request for an unknown incident is sent to the login
//! page like any other (spec 03 §3). Open are the ways in (`/admin/login/`, `/oidc/…`), error previews and files.

use super::errors;
use crate::context::Context;
use app::{Problem, routes};
use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{Caller, Error};
use serde_json::json;

/// The one server function that needs nobody: what the login page offers.
const LOGIN_OFFER: &str = "/fn/login";

/// Sends whoever is not signed in to where they can be, and lets all others pass.
pub async fn stand(State(ctx): State<Context>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if is_open(path) || request.extensions().get::<Caller>().is_some() {
        return next.run(request).await;
    }
    if path.starts_with("/fn/") {
        return refuse_call();
    }
    if ctx.settings.sso.as_ref().is_some_and(|sso| sso.no_redirect) {
        let body = json!({ "error": "Sign in first", "token_type": "id_token" });
        return (StatusCode::UNAUTHORIZED, Json(body)).into_response();
    }
    let to = match *request.method() {
        Method::GET | Method::HEAD => routes::login(&wanted(request.uri())),
        // What was posted to a page that takes no posts is not repeated.
        _ => routes::LOGIN.to_owned(),
    };
    match HeaderValue::from_str(&to) {
        Ok(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Err(_) => errors::page(&ctx, request.headers(), StatusCode::BAD_REQUEST, None),
    }
}

/// The encoded error, as a server function's caller reads it.
fn refuse_call() -> Response {
    let problem = Problem(Error::NotSignedIn);
    (StatusCode::UNAUTHORIZED, Json(problem)).into_response()
}

/// Path and query, to come back to.
fn wanted(uri: &Uri) -> String {
    uri.path_and_query().map_or("/", |wanted| wanted.as_str()).to_owned()
}

fn is_open(path: &str) -> bool {
    ["/admin/", "/api/", "/err/", "/oidc/"].iter().any(|open| path.starts_with(open))
        || path == "/admin"
        || path == LOGIN_OFFER
        || super::assets::is_file(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    // WEB-004: open are sign-in, API, previews, robots, single sign-on and files; nothing else.
    #[test]
    fn what_is_open_and_what_is_not() {
        for open in [
            "/admin/login/",
            "/admin/",
            "/api/v2/firefighter/incidents/",
            "/err/404/",
            "/robots.txt",
            "/oidc/callback",
            "/favicon.ico",
            "/pkg/firefighter.js",
            "/fn/login",
        ] {
            assert!(is_open(open), "{open}");
        }
        for closed in [
            "/",
            "/incident/",
            "/incident/7/",
            "/statistics/",
            "/nothing",
            "/fn/incidents",
            "/fn/login/x",
            "/errors/",
        ] {
            assert!(!is_open(closed), "{closed}");
        }
    }
}
