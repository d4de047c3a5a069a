//! Who asks, and whether they may: `Authorization: Bearer <key>` first, else the session of the web (spec 04 §2).
//!
//! A handler says in its signature what it needs: `Allowed<ViewIncident>`.

use super::problem::{Problem, Result};
use crate::{context::Context, http::RequestFacts, users::tokens, web::session};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, header, request::Parts},
};
use domain::{Caller, Origin, Permission};
use std::marker::PhantomData;

/// What a handler needs of its caller.
pub trait Need: Send + Sync {
    const PERMISSION: Permission;
}

macro_rules! needs {
    ($($name:ident),* $(,)?) => {
        $(
            /// The permission of the same name.
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl Need for $name {
                const PERMISSION: Permission = Permission::$name;
            }
        )*
    };
}

needs!(
    ViewIncident,
    AddIncident,
    ViewEnvironment,
    ViewPriority,
    ViewGroup,
    ViewIncidentCategory,
    ViewIncidentCost,
    ViewIncidentCostType,
);

/// A caller who holds the permission; HEAD asks for the same as GET.
#[derive(Debug, Clone)]
pub struct Allowed<P> {
    pub caller: Caller,
    need: PhantomData<P>,
}

impl<P: Need> FromRequestParts<Context> for Allowed<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, ctx: &Context) -> Result<Self> {
        let Known(caller) = Known::from_request_parts(parts, ctx).await?;
        caller.need(P::PERMISSION)?;
        Ok(Allowed { caller, need: PhantomData })
    }
}

/// Somebody we know, whatever they may do. Their origin is the API, also with a session: what a machine needs a
/// permission for, a script in a browser does too.
#[derive(Debug, Clone)]
pub struct Known(pub Caller);

impl FromRequestParts<Context> for Known {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, ctx: &Context) -> Result<Self> {
        let caller = match bearer(&parts.headers)? {
            Some(key) => by_key(ctx, &key).await?,
            None => by_session(ctx, parts).await?,
        };
        if let (Some(facts), Some(user)) = (parts.extensions.get::<RequestFacts>(), caller.user_id()) {
            facts.is_from(user);
        }
        Ok(Known(caller))
    }
}

async fn by_session(ctx: &Context, parts: &Parts) -> Result<Caller> {
    let Some(signed_in) = session::of(ctx, &parts.headers).await? else { return Err(Problem::NoCredentials) };
    if !is_own(&parts.method, &parts.headers, |origin| ctx.settings.security.trusts(origin)) {
        return Err(Problem::CrossSite);
    }
    Ok(Caller { origin: Origin::Api, ..signed_in.caller })
}

async fn by_key(ctx: &Context, key: &str) -> Result<Caller> {
    match tokens::authenticate(&ctx.db, key, ctx.now()).await? {
        tokens::Checked::User(user, permissions) => Ok(Caller::user(user, Origin::Api, permissions)),
        tokens::Checked::Unknown => Err(Problem::BadCredentials("Invalid token.")),
        tokens::Checked::Expired => Err(Problem::BadCredentials("Token has expired.")),
        tokens::Checked::Inactive => Err(Problem::BadCredentials("User inactive or deleted.")),
    }
}

/// The key of the header; `None` when it is another scheme or absent.
///
/// # Errors
/// A bearer header of another shape than `Bearer <key>`.
fn bearer(headers: &HeaderMap) -> Result<Option<String>> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let text = String::from_utf8_lossy(value.as_bytes());
    let mut parts = text.split_ascii_whitespace();
    if !parts.next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer")) {
        return Ok(None);
    }
    let wrong = |why| Err(Problem::BadCredentials(why));
    match (parts.next(), parts.next()) {
        (None, _) => wrong("Invalid token header. No credentials provided."),
        (Some(_), Some(_)) => wrong("Invalid token header. Token string should not contain spaces."),
        (Some(key), None) if !key.is_ascii() => {
            wrong("Invalid token header. Token string should not contain invalid characters.")
        }
        (Some(key), None) => Ok(Some(key.to_owned())),
    }
}

/// A cookie travels by itself, so an unsafe request of a session must come from our own pages: the browser says so in
/// `Sec-Fetch-Site`, an older one in `Origin`. A program that says neither uses a key.
fn is_own(method: &Method, headers: &HeaderMap, trusts: impl Fn(&str) -> bool) -> bool {
    let says = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (says("sec-fetch-site"), says("origin")) {
        _ if method.is_safe() => true,
        (Some("same-origin" | "none"), _) => true,
        (_, Some(origin)) => trusts(origin),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap()))
            .collect()
    }

    // API-001: the scheme in any case. Another scheme leaves it to the session.
    #[test]
    fn the_scheme_is_read_in_any_case() {
        for text in ["Bearer abc", "bearer abc", "BEARER   abc"] {
            assert_eq!(bearer(&headers(&[("authorization", text)])), Ok(Some("abc".into())), "{text}");
        }
        assert_eq!(bearer(&headers(&[("authorization", "Basic abc")])), Ok(None));
        assert_eq!(bearer(&headers(&[])), Ok(None));
    }

    // API-002: a malformed header says what is wrong with it.
    #[test]
    fn a_malformed_header_says_why() {
        let wrong = |text| match bearer(&headers(&[("authorization", text)])) {
            Err(Problem::BadCredentials(why)) => why,
            other => panic!("{other:?}"),
        };
        assert_eq!(wrong("Bearer"), "Invalid token header. No credentials provided.");
        assert_eq!(wrong("Bearer a b"), "Invalid token header. Token string should not contain spaces.");
        assert_eq!(
            wrong("Bearer é"),
            "Invalid token header. Token string should not contain invalid characters."
        );
    }

    // API-003: a session's unsafe request must come from our own pages.
    #[test]
    fn a_session_cannot_be_used_from_another_site() {
        let trusts = |origin: &str| origin == "https://desk.example.com";
        let own = |pairs: &[(&'static str, &str)]| is_own(&Method::POST, &headers(pairs), trusts);
        assert!(own(&[("sec-fetch-site", "same-origin")]));
        assert!(own(&[("origin", "https://desk.example.com")]));
        assert!(!own(&[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example.net")]));
        assert!(!own(&[("sec-fetch-site", "same-site")]));
        assert!(!own(&[]));
        assert!(is_own(&Method::GET, &headers(&[]), trusts));
    }
}
