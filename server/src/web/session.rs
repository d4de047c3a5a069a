//! Who asks: a cookie names a session, the session a person, the person what they may do.
//!
//! The browser holds 32 random bytes; the database their SHA-256, so a copy of the table opens no session. A session
//! lasts 14 days of product time and gets new bytes at every sign-in. People are read anew with every request: whoever
//! is switched off is out at once, whoever loses a permission has lost it. Any server may answer any request.
//! (Spec 03 §3.)

use crate::{
    context::Context,
    failure::OrInternal,
    http::RequestFacts,
    live::{self, News},
    settings::{Profile, Settings},
    told,
    users::permissions,
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use domain::{
    Caller, Origin, Result, Timestamp, UserId,
    view::{Analytics, Me, Person, Session, Site},
};
use sha2::{Digest, Sha256};
use sqlx::PgPool;

/// How long a person stays signed in.
pub const LASTS: TimeDelta = TimeDelta::days(14);

/// The bytes in the cookie, as text. Whoever has them is the person.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    fn fresh() -> Self {
        Token(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()))
    }

    /// As the database knows it.
    fn hash(&self) -> String {
        hex::encode(Sha256::digest(&self.0))
    }
}

/// Whose session the request belongs to; also when it ended, so that what a person typed is kept for the same person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WasSignedIn(pub UserId);

/// Somebody signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub caller: Caller,
    pub me: Me,
}

/// Puts [`Session`], and of somebody signed in [`Caller`], into the request.
pub async fn recognise(State(ctx): State<Context>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if super::assets::is_file(path) {
        return next.run(request).await;
    }
    let found = match token(request.headers(), &ctx.settings) {
        Some(token) => find(&ctx, &token).await,
        None => Ok(Found::Nobody),
    };
    let signed_in = match found {
        Ok(Found::SignedIn(signed_in)) => Some(*signed_in),
        Ok(Found::Ended(person)) => {
            request.extensions_mut().insert(WasSignedIn(person));
            None
        }
        Ok(Found::Nobody) => None,
        Err(error) => return super::errors::of(&ctx, request.headers(), &error),
    };
    let mut session = Session { me: None, site: site(&ctx.settings) };
    if let Some(SignedIn { caller, me }) = signed_in {
        if let Some(facts) = request.extensions().get::<RequestFacts>() {
            facts.is_from(me.id);
        }
        session.me = Some(me);
        request.extensions_mut().insert(caller);
    }
    request.extensions_mut().insert(session);
    next.run(request).await
}

/// Who a request with these headers is from, by its session; for doors beside the pages (a download by link).
///
/// # Errors
/// When the database does not answer.
pub async fn of(ctx: &Context, headers: &HeaderMap) -> Result<Option<SignedIn>> {
    let Some(token) = token(headers, &ctx.settings) else { return Ok(None) };
    Ok(match find(ctx, &token).await? {
        Found::SignedIn(signed_in) => Some(*signed_in),
        Found::Ended(_) | Found::Nobody => None,
    })
}

/// Begins a session: the `Set-Cookie` that carries it. A session that the browser had is ended, so nobody can plant one
/// before a person signs in.
///
/// # Errors
/// When the database does not answer.
pub async fn begin(ctx: &Context, headers: &HeaderMap, person: UserId) -> Result<HeaderValue> {
    if let Some(old) = token(headers, &ctx.settings) {
        forget(ctx, &old).await?;
    }
    let (token, now) = (Token::fresh(), ctx.now());
    sqlx::query!(
        "INSERT INTO sessions (id, user_id, data, expires_at) VALUES ($1, $2, '{}', $3)",
        token.hash(),
        person.0,
        now + LASTS,
    )
    .execute(&ctx.db)
    .await
    .or_internal("beginning a session")?;
    sweep(&ctx.db, now).await?;
    Ok(cookie(&ctx.settings, &token.0, LASTS))
}

/// Ends the session of these headers: the `Set-Cookie` that takes it from the browser.
///
/// # Errors
/// When the database does not answer.
pub async fn end(ctx: &Context, headers: &HeaderMap) -> Result<HeaderValue> {
    if let Some(token) = token(headers, &ctx.settings) {
        forget(ctx, &token).await?;
    }
    Ok(cookie(&ctx.settings, "", TimeDelta::zero()))
}

/// Ended ones stay a day more: whoever posts a form then is told to sign in, and keeps what they typed.
async fn sweep(db: &PgPool, now: Timestamp) -> Result<()> {
    sqlx::query!("DELETE FROM sessions WHERE expires_at < $1", now - TimeDelta::days(1))
        .execute(db)
        .await
        .or_internal("sweeping ended sessions")?;
    Ok(())
}

async fn forget(ctx: &Context, token: &Token) -> Result<()> {
    let hash = token.hash();
    sqlx::query!("DELETE FROM sessions WHERE id = $1", hash)
        .execute(&ctx.db)
        .await
        .or_internal("ending a session")?;
    // Its streams end now, on whichever server they are.
    live::announce(ctx, [News::Session(hash)]);
    Ok(())
}

enum Found {
    SignedIn(Box<SignedIn>),
    /// It was this person's.
    Ended(UserId),
    Nobody,
}

/// One question: whose session it is, who that is and what they may do.
async fn find(ctx: &Context, token: &Token) -> Result<Found> {
    let row = sqlx::query!(
        r#"SELECT s.user_id AS "person!", s.expires_at, p.full_name AS "name?", p.is_staff AS "staff?",
                  p.is_superuser AS "superuser?", p.permissions AS "permissions?",
                  (SELECT version FROM catalog_version) AS "catalog!", pg_current_snapshot()::text AS "moment!"
           FROM sessions s LEFT JOIN people_allowed p ON p.user_id = s.user_id
           WHERE s.id = $1 AND s.user_id IS NOT NULL"#,
        token.hash()
    )
    .fetch_optional(&ctx.db)
    .await
    .or_internal("reading a session")?;
    let Some(row) = row else { return Ok(Found::Nobody) };
    let person = UserId(row.person);
    if row.expires_at <= ctx.now() {
        return Ok(Found::Ended(person));
    }
    told::catalog_is(row.catalog);
    told::moment_is(row.moment.into());
    let (Some(name), Some(superuser), Some(names)) = (row.name, row.superuser, row.permissions) else {
        return Ok(Found::Nobody);
    };
    let caller = Caller::user(person, Origin::Web, permissions::named(&names, superuser));
    let initials = Person::named(None, &name).initials;
    let me = Me { id: person, name, initials, staff: row.staff == Some(true) || superuser };
    Ok(Found::SignedIn(Box::new(SignedIn { caller, me })))
}

/// `__Host-` makes the browser refuse a cookie that a sister site or plain http tries to set.
fn cookie_name(settings: &Settings) -> &'static str {
    if settings.security.https_only { "__Host-firefighter" } else { "firefighter" }
}

/// What the database calls the session of these headers.
pub(super) fn hash(headers: &HeaderMap, settings: &Settings) -> Option<String> {
    token(headers, settings).map(|token| token.hash())
}

fn token(headers: &HeaderMap, settings: &Settings) -> Option<Token> {
    cookie_value(headers, cookie_name(settings)).filter(|text| text.len() == 43).map(Token)
}

/// The first cookie of this name.
pub(super) fn cookie_value(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

fn cookie(settings: &Settings, value: &str, lasts: TimeDelta) -> HeaderValue {
    set_cookie(settings, cookie_name(settings), value, lasts)
}

pub(super) fn set_cookie(settings: &Settings, name: &str, value: &str, lasts: TimeDelta) -> HeaderValue {
    let secure = if settings.security.https_only { "; Secure" } else { "" };
    let seconds = lasts.num_seconds();
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).expect("names and values are plain ASCII of ours")
}

/// What this installation is, for everybody.
pub(super) fn site(settings: &Settings) -> Site {
    let docs = |path: &str| settings.site.expose_api_docs.then(|| format!("/api/v2/firefighter/{path}"));
    Site {
        name: settings.site.display_name.clone(),
        version: settings.site.version.clone(),
        source_url: String::new(),
        openapi_url: docs("schema"),
        swagger_url: docs("schema/swagger-ui"),
        zone: settings.site.time_zone.name().to_owned(),
        sandbox_url: settings.site.sandbox_url.as_ref().map(ToString::to_string),
        analytics: settings
            .site
            .analytics
            .as_ref()
            .map(|a| Analytics { domain: a.domain.clone(), script_url: a.script_url.to_string() }),
        error_previews: settings.site.debug_error_pages,
    }
}

/// A development server that talks to the sandbox: its people may be chosen by name. Never in production, whatever
/// else is set.
pub(super) fn is_sandbox(settings: &Settings) -> bool {
    let token = settings.slack.as_ref().map(|slack| slack.bot_token.reveal());
    settings.profile == Profile::Development && token == Some("xoxb-sandbox")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&str, &str)]) -> Settings {
        let base = [
            ("BASE_URL", "https://fire.example.com"),
            ("SECRET_KEY", "q7Jp2Xz9Lw4Rk8Vn3Tb6Yh1Gf5Ds0Ac-EuMiOyQxWzKjHgPv"),
        ];
        let all = base.iter().chain(pairs).map(|(name, value)| (name.to_string(), value.to_string()));
        Settings::from_env(all.collect()).expect("valid settings")
    }

    // WEB-006: 14 days, not for script, not sent by other sites' forms, only over https in production.
    #[test]
    fn the_cookie_is_closed_on_all_sides() {
        let dev = cookie(&settings(&[("BASE_URL", "http://localhost:8000")]), "t", LASTS);
        assert_eq!(dev, "firefighter=t; Path=/; Max-Age=1209600; HttpOnly; SameSite=Lax");
        let prod = cookie(&settings(&[("ENV", "prod")]), "t", LASTS);
        assert_eq!(prod, "__Host-firefighter=t; Path=/; Max-Age=1209600; HttpOnly; SameSite=Lax; Secure");
    }

    #[test]
    fn a_token_is_found_among_cookies_and_stored_as_a_hash() {
        let fresh = Token::fresh();
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=b; xfirefighter=no"));
        headers.append(header::COOKIE, format!("c=d; firefighter={}", fresh.0).parse().expect("a value"));
        let settings = settings(&[]);
        assert!(token(&headers, &settings).is_some_and(|found| found == fresh));
        assert!(!fresh.hash().contains(&fresh.0) && fresh.hash().len() == 64);
        assert!(Token::fresh() != fresh);

        let mut short = HeaderMap::new();
        short.insert(header::COOKIE, HeaderValue::from_static("firefighter=abc"));
        assert!(token(&short, &settings).is_none());
    }

    #[test]
    fn people_are_chosen_by_name_in_the_sandbox_only() {
        let sandbox =
            [("SLACK_BOT_TOKEN", "xoxb-sandbox"), ("SLACK_SIGNING_SECRET", "sandbox-signing-secret")];
        assert!(is_sandbox(&settings(&sandbox)));
        assert!(!is_sandbox(&settings(&[])));
        assert!(!is_sandbox(&settings(&[sandbox[0], sandbox[1], ("ENV", "prod")])));
    }
}
