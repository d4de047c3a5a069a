//! Who may post here: only our own pages.
//!
//! The browser says where a request comes from (`Sec-Fetch-Site`, always on https and localhost; `Origin` elsewhere),
//! and no page can forge that. A request that says neither carries nobody's session from a browser and is refused. The
//! cookie's `SameSite=Lax` is the second fence. Needs no token and no script, so it holds for plain forms too.
//! Bearer requests and Slack's signed deliveries prove themselves otherwise and are let through.

use crate::context::Context;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::Response,
};

/// Slack's one address; its requests are signed over their bytes.
const SLACK: &str = "/api/v2/firefighter/slack/incident";

/// Refuses what another site makes a person's browser send. May stand around every door.
pub async fn guard(State(ctx): State<Context>, request: Request, next: Next) -> Response {
    let trusts = |origin: &str| ctx.settings.security.trusts(origin);
    if is_allowed(request.method(), request.uri().path(), request.headers(), trusts) {
        return next.run(request).await;
    }
    let (method, path) = (request.method(), request.uri().path());
    tracing::warn!(
        http.origin = ?request.headers().get(header::ORIGIN),
        http.fetch_site = ?request.headers().get("sec-fetch-site"),
        "{method} {path} refused: it was sent from another site. If that site is ours, BASE_URL or CSRF_TRUSTED_ORIGINS must name it"
    );
    super::errors::page(&ctx, request.headers(), axum::http::StatusCode::FORBIDDEN, None)
}

fn is_allowed(method: &Method, path: &str, headers: &HeaderMap, trusts: impl Fn(&str) -> bool) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) || proves_itself(path, headers) {
        return true;
    }
    let text = |name| headers.get(name).map(|value: &header::HeaderValue| value.to_str().unwrap_or_default());
    match (text(header::HeaderName::from_static("sec-fetch-site")), text(header::ORIGIN)) {
        (Some("same-origin" | "none"), _) => true,
        // A sister site may be listed by name.
        (Some(_), Some(origin)) => trusts(origin),
        (Some(_), None) => false,
        (None, Some(origin)) => trusts(origin),
        (None, None) => false,
    }
}

fn proves_itself(path: &str, headers: &HeaderMap) -> bool {
    let authorization = headers.get(header::AUTHORIZATION).map(|value| value.as_bytes().to_ascii_lowercase());
    let bearer = authorization.is_some_and(|text| text.starts_with(b"bearer "));
    path.trim_end_matches('/') == SLACK || (path.starts_with("/api/") && bearer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(method: Method, path: &str, headers: &[(&str, &str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(
                header::HeaderName::from_bytes(name.as_bytes()).expect("a name"),
                value.parse().expect("a value"),
            );
        }
        is_allowed(&method, path, &map, |origin| {
            ["https://fire.example.com", "https://listed.example.org"].contains(&origin)
        })
    }

    // WEB-007: our own pages post, others do not, with and without script alike.
    #[test]
    fn only_our_own_pages_may_post() {
        let post = |headers: &[(&str, &str)]| allowed(Method::POST, "/fn/incident/update", headers);
        assert!(post(&[("sec-fetch-site", "same-origin")]));
        assert!(post(&[("sec-fetch-site", "none")]));
        assert!(post(&[("origin", "https://fire.example.com")]));
        assert!(post(&[("sec-fetch-site", "cross-site"), ("origin", "https://listed.example.org")]));
        for refused in [
            &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "cross-site")],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[],
        ] {
            assert!(!post(refused), "{refused:?}");
        }
        for method in [Method::PUT, Method::PATCH, Method::DELETE] {
            assert!(!allowed(method, "/fn/incident/update", &[("origin", "https://evil.example")]));
        }
    }

    #[test]
    fn reading_is_free() {
        assert!(allowed(Method::GET, "/", &[("sec-fetch-site", "cross-site")]));
        assert!(allowed(Method::HEAD, "/incident/7/", &[]));
    }

    #[test]
    fn what_proves_itself_is_let_through() {
        let bearer = [("authorization", "Bearer abc")];
        assert!(allowed(Method::POST, "/api/v2/firefighter/incidents", &bearer));
        assert!(allowed(Method::POST, "/api/v2/firefighter/slack/incident/", &[]));
        assert!(!allowed(Method::POST, "/fn/incident/update", &bearer), "the pages know no bearer");
        assert!(!allowed(Method::POST, "/api/v2/firefighter/incidents", &[]));
    }
}
