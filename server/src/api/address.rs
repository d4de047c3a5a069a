//! One address for every spelling: `incidents`, `incidents/`, `incidents.csv` and `incidents.csv/` all reach the same
//! route; the suffix travels along as [`Suffix`] (spec 04 §1).

use super::problem::{Problem, Result};
use axum::{
    extract::{FromRequestParts, RawPathParams, Request},
    http::{Uri, request::Parts, uri::PathAndQuery},
};
use std::str::FromStr;

/// The format that the address ended in: `csv` of `incidents.csv`. As written, not checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suffix(pub String);

/// The `{name}` of the route's address, among those of the routers around it.
///
/// # Errors
/// Not found, when it is no UTF-8.
pub async fn part<S: Send + Sync>(parts: &mut Parts, state: &S, name: &str) -> Result<String> {
    let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Problem::not_found())?;
    let found = params.iter().find(|(found, _)| *found == name);
    found.map(|(_, text)| text.to_owned()).ok_or_else(Problem::not_found)
}

/// The `{id}` in an address; what is no id is not found.
#[derive(Debug, Clone, Copy)]
pub struct Id<T>(pub T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        part(parts, state, "id").await?.parse().map(Id).map_err(|_| Problem::not_found())
    }
}

/// Takes suffix and last slash off before the request is routed.
pub fn normalise<B>(mut request: Request<B>) -> Request<B> {
    let (path, suffix) = split(request.uri().path());
    if path.len() == request.uri().path().len() {
        return request;
    }
    let suffix = suffix.map(|suffix| Suffix(suffix.to_owned()));
    let rest = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    let Ok(path) = format!("{path}{rest}").parse::<PathAndQuery>() else { return request };
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = Some(path);
    let Ok(uri) = Uri::from_parts(parts) else { return request };
    *request.uri_mut() = uri;
    if let Some(suffix) = suffix {
        request.extensions_mut().insert(suffix);
    }
    request
}

fn split(path: &str) -> (&str, Option<&str>) {
    let bare = path.strip_suffix('/').filter(|bare| !bare.is_empty()).unwrap_or(path);
    // The files of the documentation page have names with dots.
    if bare.contains("/schema/") {
        return (bare, None);
    }
    match bare.rsplit_once('.') {
        Some((front, suffix)) if is_format(suffix) && !front.ends_with('/') => (front, Some(suffix)),
        _ => (bare, None),
    }
}

fn is_format(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    // API-051 API-072: every spelling is one address.
    #[test]
    fn slash_and_suffix_come_off() {
        for (path, expected) in [
            ("/api/v2/firefighter/incidents", ("/api/v2/firefighter/incidents", None)),
            ("/api/v2/firefighter/incidents/", ("/api/v2/firefighter/incidents", None)),
            ("/api/v2/firefighter/incidents.csv", ("/api/v2/firefighter/incidents", Some("csv"))),
            ("/api/v2/firefighter/incidents.tsv/", ("/api/v2/firefighter/incidents", Some("tsv"))),
            ("/api/v2/firefighter/incidents/12.json", ("/api/v2/firefighter/incidents/12", Some("json"))),
            (
                "/api/v2/firefighter/schema/swagger-ui/x.css",
                ("/api/v2/firefighter/schema/swagger-ui/x.css", None),
            ),
            ("/api/v2/firefighter/.csv", ("/api/v2/firefighter/.csv", None)),
            ("/", ("/", None)),
        ] {
            assert_eq!(split(path), expected, "{path}");
        }
    }

    #[test]
    fn the_query_stays() {
        let request = Request::builder().uri("/api/x.csv?fields=id&a=b%2F").body(()).unwrap();
        let request = normalise(request);
        assert_eq!(request.uri(), "/api/x?fields=id&a=b%2F");
        assert_eq!(request.extensions().get::<Suffix>(), Some(&Suffix("csv".into())));
    }
}
