//! Signing in with a password, and signing out. In the sandbox also: choosing who to be, by name.
//!
//! A wrong password leads back to the form with the name kept and one sentence for every reason, so that nobody learns
//! which names exist. Tries are counted in rows that all servers share: five at once from one address for one name,
//! then one in twelve seconds; thirty at once for one name from anywhere, then one in ten; a hundred at once from one
//! address for whatever names, then one in two: a whole office signs in at nine.

use super::{next, session};
use crate::{
    context::Context,
    failure::broken,
    jobs::{JobError, pace},
    users::{directory, login},
};
use app::routes;
use axum::{
    Router,
    body::Bytes,
    extract::{ConnectInfo, Request, State},
    http::{Extensions, HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use domain::{
    Result, UserId,
    view::{LoginPerson, Person},
};
use sha2::{Digest, Sha256};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// A name and a password; nobody types more.
const BODY_LIMIT: usize = 16 * 1024;

/// What [`routes`] answers.
pub const PATHS: &[&str] = &["POST /admin/login/", "POST /admin/logout/"];

pub(super) fn routes(ctx: Context) -> Router {
    Router::new().route(routes::LOGIN, post(sign_in)).route(routes::LOGOUT, post(sign_out)).with_state(ctx)
}

/// What the form sends. `person` is the button of somebody in the sandbox.
#[derive(Debug, Default, PartialEq)]
struct Form {
    username: String,
    password: String,
    person: Option<String>,
    next: String,
}

impl Form {
    fn read(body: &[u8]) -> Self {
        let mut form = Form::default();
        for (name, value) in url::form_urlencoded::parse(body).into_owned() {
            match name.as_str() {
                "username" => form.username = value.trim().to_owned(),
                "password" => form.password = value,
                "person" => form.person = Some(value),
                "next" => form.next = value,
                _ => {}
            }
        }
        form
    }
}

/// Why it did not work, as the login page understands it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Credentials,
    TooMany,
}

impl Refusal {
    fn as_str(self) -> &'static str {
        match self {
            Refusal::Credentials => "credentials",
            Refusal::TooMany => "too_many",
        }
    }
}

async fn sign_in(State(ctx): State<Context>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        return super::errors::page(&ctx, &parts.headers, StatusCode::PAYLOAD_TOO_LARGE, None);
    };
    match try_sign_in(&ctx, &parts.headers, &parts.extensions, &body).await {
        Ok(response) => response,
        Err(error) => super::errors::of(&ctx, &parts.headers, &error),
    }
}

async fn try_sign_in(
    ctx: &Context,
    headers: &HeaderMap,
    extensions: &Extensions,
    body: &Bytes,
) -> Result<Response> {
    let form = Form::read(body);
    let person = match &form.person {
        Some(username) => by_name(ctx, username).await?,
        None if !may_try(ctx, &form.username, &address(headers, extensions)).await? => {
            return Ok(back(&form, Refusal::TooMany));
        }
        None => login::check(&ctx.db, &form.username, &form.password, ctx.now()).await?,
    };
    let Some(person) = person else {
        tracing::info!("A sign-in was refused");
        return Ok(back(&form, Refusal::Credentials));
    };
    let cookie = session::begin(ctx, headers, person).await?;
    pace::forget_idle(&ctx.db, "login ", ctx.now() - chrono::TimeDelta::days(1)).await?;
    tracing::info!(usr.id = %person, "Signed in");
    Ok(go(next::safe(&form.next), Some(cookie)))
}

async fn sign_out(State(ctx): State<Context>, headers: HeaderMap) -> Response {
    match session::end(&ctx, &headers).await {
        Ok(cookie) => go(routes::LOGIN, Some(cookie)),
        Err(error) => super::errors::of(&ctx, &headers, &error),
    }
}

/// In the sandbox, whoever is chosen; elsewhere nobody.
async fn by_name(ctx: &Context, username: &str) -> Result<Option<UserId>> {
    if !session::is_sandbox(&ctx.settings) {
        return Ok(None);
    }
    let user = directory::by_username(&ctx.db, username).await?;
    Ok(user.filter(|user| user.is_active && !user.bot).map(|user| user.id))
}

/// Who can be chosen by name.
pub(super) async fn people(ctx: &Context) -> Result<Vec<LoginPerson>> {
    if !session::is_sandbox(&ctx.settings) {
        return Ok(vec![]);
    }
    let users = directory::search(&ctx.db, "", 20).await?;
    let person = |user: directory::User| LoginPerson {
        initials: Person::named(None, &user.full_name).initials,
        note: if user.is_superuser { "administrator".into() } else { String::new() },
        username: user.username,
        name: user.full_name,
    };
    Ok(users.into_iter().map(person).collect())
}

/// Back to the form: where to go, why not, and the name.
fn back(form: &Form, why: Refusal) -> Response {
    let name: String = form.username.chars().take(150).collect();
    let mut to = routes::login(next::safe(&form.next));
    domain::query::push(&mut to, "error", why.as_str());
    if !name.is_empty() {
        domain::query::push(&mut to, "username", &name);
    }
    go(&to, None)
}

fn go(to: &str, cookie: Option<HeaderValue>) -> Response {
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response();
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Where a request comes from, as far as we know: the peer, and what the proxy before us says. A peer from the open
/// internet is no proxy of ours and says what it likes.
fn address(headers: &HeaderMap, extensions: &Extensions) -> String {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_canonical());
    if let Some(peer) = peer.filter(|peer| !is_inside(*peer)) {
        return peer.to_string();
    }
    let peer = peer.map(|peer| peer.to_string());
    let told = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
    // The last one is what the nearest proxy saw; those before it may be invented.
    let told = told.and_then(|all| all.rsplit(',').next()).map(|last| last.trim().to_owned());
    [peer, told].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Loopback and the networks that no packet of the internet comes from.
const fn is_inside(peer: IpAddr) -> bool {
    match peer {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local() || is_carriers(v4),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

/// 100.64.0.0/10: what carriers and clouds use inside.
const fn is_carriers(v4: Ipv4Addr) -> bool {
    let [first, second, ..] = v4.octets();
    first == 100 && second & 0b1100_0000 == 64
}

async fn may_try(ctx: &Context, name: &str, address: &str) -> Result<bool> {
    // Hashed: a key has one size whatever was typed, and the table names nobody.
    let name = name.to_lowercase();
    let key = |of: &str| format!("login {}", hex::encode(&Sha256::digest(of)[..16]));
    let here = taken(ctx, &key(&format!("{name} from {address}")), 5.0, 1.0 / 12.0).await?;
    if !here || !taken(ctx, &key(&format!("from {address}")), 100.0, 1.0 / 2.0).await? {
        return Ok(false);
    }
    taken(ctx, &key(&format!("as {name}")), 30.0, 1.0 / 10.0).await
}

async fn taken(ctx: &Context, key: &str, burst: f64, per_second: f64) -> Result<bool> {
    match pace::take(&ctx.db, key, burst, per_second, ctx.now()).await {
        Ok(()) => Ok(true),
        Err(JobError::Paced { .. }) => Ok(false),
        Err(error) => Err(broken("counting tries to sign in", &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(response: &Response) -> &str {
        response.headers()[header::LOCATION].to_str().expect("text")
    }

    #[test]
    fn a_refused_form_keeps_name_and_way_but_no_password() {
        let form = Form::read(b"username=+ines+&password=secret&next=%2Fincident%2F7%2F%3Fa%3Db");
        let response = back(&form, Refusal::Credentials);
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        assert_eq!(
            location(&response),
            "/admin/login/?next=/incident/7/%3Fa%3Db&error=credentials&username=ines"
        );
        assert!(response.headers().get(header::SET_COOKIE).is_none());
    }

    // WEB-003: back to what was asked for, and to no other site.
    #[test]
    fn nobody_is_sent_to_another_site() {
        for evil in ["https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%2F%5Cevil.example"] {
            let form = Form::read(format!("username=a&next={evil}").as_bytes());
            assert_eq!(
                location(&back(&form, Refusal::TooMany)),
                "/admin/login/?next=/&error=too_many&username=a"
            );
            assert_eq!(next::safe(&form.next), "/");
        }
        let form = Form::read(b"next=%2Fincident%2F%3Fstatus%3D10");
        assert_eq!(location(&go(next::safe(&form.next), None)), "/incident/?status=10");
    }

    #[test]
    fn an_address_is_the_peer_and_what_the_nearest_proxy_saw() {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 9))));
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static("6.6.6.6, 203.0.113.9"));
        assert_eq!(address(&headers, &extensions), "10.0.0.1 203.0.113.9");
        assert_eq!(address(&HeaderMap::new(), &Extensions::new()), "");
        extensions.insert(ConnectInfo(SocketAddr::from(([198, 51, 100, 7], 9))));
        assert_eq!(address(&headers, &extensions), "198.51.100.7", "who comes from outside invents nothing");
    }
}
