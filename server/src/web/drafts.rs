//! What a person typed survives a refusal, without script and without a session that still lives.
//!
//! With script a form is sent by fetch and stays on the page. Without, the browser leaves the page; so this layer
//! around plain form posts keeps what was typed, and why it was refused, as a draft row, and sends the browser back to
//! the form with the draft's number and nothing else in the address. The page fills itself from it. Server functions
//! know nothing of this. Own person only, 24 h, 64 kB, never a password.
//!
//! Whoever is signed out by then is sent to sign in and comes back to the same form: the draft belongs to the person
//! whose session ended, or, where that is unknown, to this browser.

use super::{FORM_LIMIT, errors, next, session};
use crate::{
    context::Context,
    failure::{OrInternal, broken},
};
use app::routes;
use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use domain::{Caller, Error, FieldCode, Result, UserId, view::Draft};
use http_body_util::{BodyExt, Limited};
use sha2::{Digest, Sha256};
use url::Url;
use uuid::Uuid;

const KEPT_FOR: TimeDelta = TimeDelta::hours(24);
/// The table takes 64 kB; JSON in PostgreSQL is written with more blanks than ours.
const DRAFT_LIMIT: usize = 60_000;
/// Names the browser of somebody nobody knows.
const BROWSER: &str = "firefighter-draft";

/// The layer: loads `?draft=` on page loads, keeps refused plain posts to `/fn/`.
pub async fn keep(State(ctx): State<Context>, request: Request, next: Next) -> Response {
    if is_plain_post(&request) {
        return answer_plain_post(&ctx, request, next).await;
    }
    match asked_for(&request) {
        Some(id) => with_draft(&ctx, id, request, next).await,
        None => next.run(request).await,
    }
}

fn is_plain_post(request: &Request) -> bool {
    let text = |name| {
        request.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default()
    };
    request.method() == Method::POST
        && request.uri().path().starts_with("/fn/")
        && text(header::ACCEPT).contains("text/html")
        && text(header::CONTENT_TYPE).starts_with("application/x-www-form-urlencoded")
}

fn asked_for(request: &Request) -> Option<Uuid> {
    let query = request.uri().query().filter(|_| matches!(*request.method(), Method::GET | Method::HEAD))?;
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == "draft")?.1.parse().ok()
}

async fn with_draft(ctx: &Context, id: Uuid, mut request: Request, next: Next) -> Response {
    match load(ctx, id, request.extensions(), request.headers()).await {
        Ok(Some(draft)) => {
            request.extensions_mut().insert(draft);
            next.run(request).await
        }
        // Too old or somebody else's: an empty form.
        Ok(None) => next.run(request).await,
        Err(error) => errors::of(ctx, request.headers(), &error),
    }
}

async fn answer_plain_post(ctx: &Context, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let (headers, path) = (parts.headers.clone(), parts.uri.path().to_owned());
    let owner = Owner::of(&parts.extensions, &headers);
    let signed_in = parts.extensions.get::<Caller>().is_some();
    let Ok(collected) = Limited::new(body, FORM_LIMIT).collect().await else {
        return errors::page(ctx, &headers, StatusCode::PAYLOAD_TOO_LARGE, None);
    };
    let bytes = collected.to_bytes();
    let back = back_to(&headers);
    if !signed_in {
        let told = "You were signed out meanwhile, so nothing was sent. All you wrote is here. Send it again";
        let draft = draft_of(path, &bytes, Error::field("form", FieldCode::Invalid, told));
        return match store(ctx, owner, &draft).await {
            Ok((id, cookie)) => {
                let to = format!("{}&error=session", routes::login(&back.with_draft(Some(id))));
                see_other(&to, cookie)
            }
            Err(error) => errors::of(ctx, &headers, &error),
        };
    }
    let response = next.run(Request::from_parts(parts, Body::from(bytes.clone()))).await;
    if !response.headers().contains_key(errors::SERVER_FN_ERROR) {
        return accepted(response, &back);
    }
    let error = match errors::read_problem(response.into_body()).await {
        Some((problem, _)) => problem.0,
        None => {
            broken("reading why a form was refused", &std::io::Error::other("the answer could not be read"))
        }
    };
    match store(ctx, owner, &draft_of(path, &bytes, error)).await {
        Ok((id, cookie)) => see_other(&back.with_draft(Some(id)), cookie),
        Err(error) => errors::of(ctx, &headers, &error),
    }
}

/// Done: the browser is told to read the next page, not to post again.
fn accepted(mut response: Response, back: &Back) -> Response {
    let Some(location) = response.headers().get(header::LOCATION) else { return response };
    let to =
        location.to_str().ok().map_or_else(|| back.with_draft(None), |to| Back::parse(to).with_draft(None));
    if let Ok(to) = HeaderValue::from_str(&to) {
        response.headers_mut().insert(header::LOCATION, to);
    }
    *response.status_mut() = StatusCode::SEE_OTHER;
    *response.body_mut() = Body::empty();
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response.headers_mut().remove(header::CONTENT_TYPE);
    response
}

fn see_other(to: &str, cookie: Option<HeaderValue>) -> Response {
    let Ok(to) = HeaderValue::from_str(to) else { return StatusCode::BAD_REQUEST.into_response() };
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response();
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn draft_of(path: String, form: &Bytes, error: Error) -> Draft {
    let pairs = url::form_urlencoded::parse(form).into_owned();
    let secret = |name: &str| name.to_ascii_lowercase().contains("password");
    // The one character that PostgreSQL stores in no text.
    let storable =
        |(name, value): (String, String)| (name.replace('\0', "\u{FFFD}"), value.replace('\0', "\u{FFFD}"));
    Draft { path, fields: pairs.filter(|(name, _)| !secret(name)).map(storable).collect(), error }
}

/// A place of this site: path, query and fragment, without what errors and drafts left in it.
#[derive(Debug, PartialEq)]
struct Back {
    path: String,
    query: Vec<(String, String)>,
    fragment: Option<String>,
}

fn back_to(headers: &HeaderMap) -> Back {
    Back::parse(headers.get(header::REFERER).and_then(|value| value.to_str().ok()).unwrap_or("/"))
}

impl Back {
    /// Of an address or a path; a host is dropped.
    fn parse(address: &str) -> Self {
        let here = Url::parse("http://here/").expect("a constant address");
        let Ok(url) = here.join(address) else {
            return Back { path: "/".into(), query: vec![], fragment: None };
        };
        let ours = |name: &str| !matches!(name, "__path" | "__err" | "draft");
        Back {
            path: next::safe(url.path()).to_owned(),
            query: url.query_pairs().into_owned().filter(|(name, _)| ours(name)).collect(),
            fragment: url.fragment().map(str::to_owned),
        }
    }

    fn with_draft(&self, draft: Option<Uuid>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.query);
        if let Some(draft) = draft {
            query.append_pair("draft", &draft.to_string());
        }
        let query = query.finish();
        let mark = if query.is_empty() { "" } else { "?" };
        // A refused form is shown from its top, where the summary stands.
        let fragment = self.fragment.as_ref().filter(|_| draft.is_none());
        let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
        format!("{}{mark}{query}{fragment}", self.path)
    }
}

/// Whose a draft is.
enum Owner {
    Person(UserId),
    /// The hash of what the browser's cookie says.
    Browser(String),
    /// Nobody we know, in a browser we do not know yet.
    New,
}

impl Owner {
    fn of(extensions: &Extensions, headers: &HeaderMap) -> Self {
        let now = extensions.get::<Caller>().and_then(Caller::user_id);
        let before = extensions.get::<session::WasSignedIn>().map(|was| was.0);
        match now.or(before) {
            Some(person) => Owner::Person(person),
            None => browser(headers).map_or(Owner::New, Owner::Browser),
        }
    }
}

fn browser(headers: &HeaderMap) -> Option<String> {
    let cookie = session::cookie_value(headers, BROWSER).filter(|text| text.len() == 43)?;
    Some(hex::encode(Sha256::digest(cookie)))
}

async fn store(ctx: &Context, owner: Owner, draft: &Draft) -> Result<(Uuid, Option<HeaderValue>)> {
    let (person, cookie) = match owner {
        Owner::Person(person) => (format!("user {person}"), None),
        Owner::Browser(hash) => (format!("browser {hash}"), None),
        Owner::New => {
            let token = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
            let person = format!("browser {}", hex::encode(Sha256::digest(&token)));
            (person, Some(session::set_cookie(&ctx.settings, BROWSER, &token, KEPT_FOR)))
        }
    };
    let body = serde_json::to_value(draft).or_internal("writing a draft")?;
    if body.to_string().len() > DRAFT_LIMIT {
        return Err(Error::field("form", FieldCode::MaxLength, "This is too long to be kept."));
    }
    let (id, now) = (Uuid::new_v4(), ctx.now());
    sqlx::query!(
        "WITH old AS (DELETE FROM drafts WHERE door = 'web' AND expires_at < $5)
         INSERT INTO drafts (id, door, person, kind, body, created_at, expires_at)
         VALUES ($1, 'web', $2, $3, $4, $5, $6)",
        id,
        person,
        draft.path,
        body,
        now,
        now + KEPT_FOR,
    )
    .execute(&ctx.db)
    .await
    .or_internal("keeping a draft")?;
    Ok((id, cookie))
}

async fn load(
    ctx: &Context,
    id: Uuid,
    extensions: &Extensions,
    headers: &HeaderMap,
) -> Result<Option<Draft>> {
    let person = extensions.get::<Caller>().and_then(Caller::user_id).map(|person| format!("user {person}"));
    let browser = browser(headers).map(|hash| format!("browser {hash}"));
    let owners: Vec<String> = person.into_iter().chain(browser).collect();
    let body = sqlx::query_scalar!(
        "SELECT body FROM drafts WHERE id = $1 AND door = 'web' AND person = ANY($2) AND expires_at > $3",
        id,
        &owners,
        ctx.now(),
    )
    .fetch_optional(&ctx.db)
    .await
    .or_internal("reading a draft")?;
    // One that an older release wrote differently is as good as none.
    Ok(body.and_then(|body| serde_json::from_value(body).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_stays_on_this_site_and_carries_the_draft_alone() {
        let id = Uuid::nil();
        let back = Back::parse(
            "https://fire.example.com/incident/7/update/?show=said&__err=x&__path=y&draft=old#top",
        );
        assert_eq!(back.with_draft(Some(id)), format!("/incident/7/update/?show=said&draft={id}"));
        assert_eq!(back.with_draft(None), "/incident/7/update/?show=said#top");
        assert_eq!(Back::parse("/incident/7/#posted").with_draft(None), "/incident/7/#posted");
        for elsewhere in [
            "https://evil.example/",
            "//evil.example",
            "https://evil.example//evil.example/",
            "javascript:alert(1)",
        ] {
            let to = Back::parse(elsewhere).with_draft(None);
            assert!(to.starts_with('/') && !to.starts_with("//"), "{elsewhere}: {to}");
        }
        assert_eq!(Back::parse("/incident/?search=a+b%26c").with_draft(None), "/incident/?search=a+b%26c");
    }

    #[test]
    fn everything_typed_is_kept_but_passwords() {
        let form = Bytes::from_static(b"id=7&asked%5Bmessage%5D=line+one%0D%0Aline+two&new_Password=secret&asked%5Bx%5D%5B%5D=1&asked%5Bx%5D%5B%5D=2");
        let draft = draft_of("/fn/incident/update".into(), &form, Error::NotFound);
        assert_eq!(draft.first("asked[message]"), Some("line one\r\nline two"));
        assert_eq!(draft.all("asked[x][]").collect::<Vec<_>>(), ["1", "2"]);
        assert!(draft.fields.iter().all(|(_, value)| value != "secret"));
    }

    #[test]
    fn an_accepted_form_is_answered_with_see_other() {
        let response =
            (StatusCode::FOUND, [(header::LOCATION, "/incident/7/#posted")], "body").into_response();
        let answer = accepted(response, &Back::parse("/incident/7/update/"));
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(answer.headers()[header::LOCATION], "/incident/7/#posted");
    }

    #[test]
    fn only_plain_posts_to_server_functions_are_kept() {
        let request = |method: &str, path: &str, accept: &str| {
            let request = Request::builder().method(method).uri(path).header("accept", accept);
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            is_plain_post(&request.body(Body::empty()).expect("a request"))
        };
        assert!(request("POST", "/fn/incident/update", "text/html,*/*"));
        assert!(!request("POST", "/fn/incident/update", "application/json"));
        assert!(!request("POST", "/admin/login/", "text/html"));
        assert!(!request("GET", "/fn/incident", "text/html"));
    }
}
