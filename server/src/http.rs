//! What surrounds every request, and the addresses that monitors ask.
//!
//! Outermost first: request id and the one log line · security headers · https · time and size limits · the doors.
//! No answer is without a Content-Security-Policy, and none may be kept by others unless it says so itself.
//! A panic inside is logged and answered with 500 and the request's id, so that a person can name what went wrong.

use crate::{failure, settings::Settings, told};
use axum::{
    Extension, Json, Router,
    body::{Body, HttpBody},
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use domain::UserId;
use futures::{FutureExt, StreamExt, stream};
use serde_json::json;
use sqlx::PgPool;
use std::{
    fmt,
    panic::AssertUnwindSafe,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

/// Healthy or not: the database alone. Exempt from https and from the log.
pub const HEALTHCHECK: &str = "/api/v2/firefighter/monitoring/healthcheck";
/// Ready or not: everything a server needs.
pub const READINESS: &str = "/api/v2/firefighter/monitoring/readiness";

/// What [`probes`] answers.
pub const PATHS: &[&str] = &[HEALTHCHECK, READINESS, "/robots.txt"];

/// No answer begins later than this; a stream that has begun goes on.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// A body that has begun brings more within this.
const BODY_PAUSE: Duration = Duration::from_secs(10);
/// The largest body that a door reads, unless it says otherwise.
const BODY_LIMIT: usize = 1 << 20;
/// The policy of every answer that brings none of its own: it runs nothing at all.
const NOTHING_RUNS: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
                            form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names one request: in the log, in header `x-request-id`, and to the person when something breaks. Short enough to
/// be read out on the telephone: `7Q3F-K2M9`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What inner layers tell the log line: take it from the request's extensions.
#[derive(Debug, Clone, Default)]
pub struct RequestFacts {
    user: Arc<OnceLock<UserId>>,
}

impl RequestFacts {
    /// Who asks; told once by the layer that finds out.
    pub fn is_from(&self, user: UserId) {
        self.user.get_or_init(|| user);
    }

    pub fn user(&self) -> Option<UserId> {
        self.user.get().copied()
    }
}

/// The settings that the layers need.
#[derive(Clone)]
struct Outer {
    https_origin: Option<Arc<str>>,
    hsts: bool,
    user_id_header: HeaderName,
}

/// Puts all layers around the doors.
pub fn surround(doors: Router, settings: &Settings) -> Router {
    let host = settings.site.base_url.host_str().unwrap_or_default();
    let port = settings.site.base_url.port().filter(|_| settings.security.https_only);
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    let outer = Outer {
        https_origin: settings.security.ssl_redirect.then(|| format!("https://{host}{port}").into()),
        hsts: settings.security.https_only,
        user_id_header: settings.web.user_id_header.clone(),
    };
    doors
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn(limit_time))
        .layer(middleware::from_fn_with_state(outer.clone(), redirect_to_https))
        .layer(middleware::from_fn_with_state(outer.clone(), add_headers))
        .layer(middleware::from_fn_with_state(outer, log_request))
}

/// Gives the request its id, catches a panic, writes the one line (spec 05 §10.1, §10.2).
async fn log_request(State(outer): State<Outer>, mut request: Request, next: Next) -> Response {
    let id = RequestId(failure::fresh_reference().into());
    let facts = RequestFacts::default();
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(facts.clone());
    let line = Line::of(&request);
    let span = tracing::info_span!("request", request.id = %id);
    let began = Instant::now();

    let work = failure::under(id.to_string(), told::during(next.run(request)));
    let work = AssertUnwindSafe(work).catch_unwind();
    let mut response = work.instrument(span.clone()).await.unwrap_or_else(|_| broken(&line.path, &id));

    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    if let Some(value) = facts.user().and_then(|user| HeaderValue::from_str(&user.to_string()).ok()) {
        response.headers_mut().insert(outer.user_id_header, value);
    }
    span.in_scope(|| line.write(response.status(), began.elapsed(), facts.user()));
    response
}

/// What of a request goes into the log: no query (it holds what people search), no cookie, no other header.
struct Line {
    method: Method,
    path: String,
    version: String,
    agent: String,
}

impl Line {
    fn of(request: &Request) -> Self {
        let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Line {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            version: format!("{:?}", request.version()),
            agent: agent.unwrap_or_default().to_owned(),
        }
    }

    fn write(&self, status: StatusCode, took: Duration, user: Option<UserId>) {
        let failed = status.is_server_error();
        if is_left_out(&self.path, failed) {
            return;
        }
        let user = user.map(|user| user.to_string());
        let (method, path, status, ms) =
            (self.method.as_str(), &self.path, status.as_u16(), took.as_millis());
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    http.method = method, http.uri = %path, http.status_code = status, http.version = self.version,
                    http.useragent = self.agent, duration = took.as_nanos() as u64, duration_ms = ms as u64,
                    usr.id = user, "{method} {path} {status} in {ms} ms"
                )
            };
        }
        if failed { line!(warn) } else { line!(info) }
    }
}

/// Probes and static files are asked all the time: they are only worth a line when they fail; the icon never.
fn is_left_out(path: &str, failed: bool) -> bool {
    let routine = [HEALTHCHECK, READINESS].contains(&path.trim_end_matches('/'))
        || path.starts_with("/static/")
        || path.starts_with("/pkg/");
    path == "/favicon.ico" || (routine && !failed)
}

/// The answer when our own code broke: programs get the error body, people a sentence; both get the reference.
fn broken(path: &str, id: &RequestId) -> Response {
    let error = domain::Error::Internal { reference: id.to_string() };
    answer(path, StatusCode::INTERNAL_SERVER_ERROR, "error", &error.to_string())
}

fn answer(path: &str, status: StatusCode, code: &str, sentence: &str) -> Response {
    if path.starts_with("/api/") || path.starts_with("/fn/") {
        let kind = if status.is_server_error() { "server_error" } else { "client_error" };
        let errors = json!([{ "code": code, "detail": sentence, "attr": null }]);
        return (status, Json(json!({ "type": kind, "errors": errors }))).into_response();
    }
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], format!("{sentence}\n")).into_response()
}

async fn add_headers(State(outer): State<Outer>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    set_if_absent(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set_if_absent(headers, header::X_FRAME_OPTIONS, "DENY");
    // Plain forms need the Referer: the framework sends a refused post back to it.
    set_if_absent(headers, header::REFERRER_POLICY, "same-origin");
    set_if_absent(headers, header::CONTENT_SECURITY_POLICY, NOTHING_RUNS);
    set_if_absent(headers, header::CACHE_CONTROL, "private, no-cache");
    if outer.hsts {
        set_if_absent(
            headers,
            header::STRICT_TRANSPORT_SECURITY,
            "max-age=31536000; includeSubDomains; preload",
        );
    }
    response
}

fn set_if_absent(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}

/// The proxy in front says by `X-Forwarded-Proto` how the person came. Probes come from inside and are let through.
async fn redirect_to_https(State(outer): State<Outer>, request: Request, next: Next) -> Response {
    let Some(origin) = outer.https_origin else { return next.run(request).await };
    let secure = request.headers().get("x-forwarded-proto").is_some_and(|scheme| scheme == "https");
    let path = request.uri().path();
    if secure || [HEALTHCHECK, READINESS].contains(&path.trim_end_matches('/')) {
        return next.run(request).await;
    }
    let rest = request.uri().path_and_query().map_or("/", |rest| rest.as_str());
    Redirect::permanent(&format!("{origin}{rest}")).into_response()
}

/// A request that is not whole in time is the sender's affair (408), an answer that is not is ours (503).
async fn limit_time(Extension(id): Extension<RequestId>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let (request, arrival) = watched(request);
    let answered = tokio::time::timeout(REQUEST_TIMEOUT, next.run(request)).await;
    if arrival.stalled.load(Ordering::Acquire) || answered.is_err() && !arrival.whole.load(Ordering::Acquire)
    {
        let sentence = "The request stopped arriving. Send it again";
        let mut response = answer(&path, StatusCode::REQUEST_TIMEOUT, "timeout", sentence);
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        return response;
    }
    answered.unwrap_or_else(|_| {
        tracing::error!("{path} took longer than {} s", REQUEST_TIMEOUT.as_secs());
        let sentence = format!("This takes too long. Try again in a moment. Reference {id}");
        answer(&path, StatusCode::SERVICE_UNAVAILABLE, "unavailable", &sentence)
    })
}

/// How the body of a request arrives.
#[derive(Debug, Default)]
struct Arrival {
    /// To the end, or nobody asked for it.
    whole: AtomicBool,
    /// It paused for too long.
    stalled: AtomicBool,
}

/// The request with a body that breaks off when it pauses for too long.
fn watched(request: Request) -> (Request, Arc<Arrival>) {
    let arrival = Arc::new(Arrival::default());
    if request.body().is_end_stream() {
        arrival.whole.store(true, Ordering::Release);
        return (request, arrival);
    }
    let seen = arrival.clone();
    let request = request.map(|body| {
        Body::from_stream(stream::try_unfold(body.into_data_stream(), move |mut rest| {
            let seen = seen.clone();
            async move {
                match tokio::time::timeout(BODY_PAUSE, rest.next()).await {
                    Ok(Some(piece)) => Ok(Some((piece?, rest))),
                    Ok(None) => {
                        seen.whole.store(true, Ordering::Release);
                        Ok(None)
                    }
                    Err(_) => {
                        seen.stalled.store(true, Ordering::Release);
                        Err(axum::Error::new("the body stopped arriving"))
                    }
                }
            }
        }))
    });
    (request, arrival)
}

/// Health, readiness and robots: anonymous, GET and HEAD only (spec 05 §9).
pub fn probes(pool: PgPool, leaving: CancellationToken) -> Router {
    Router::new()
        .route(HEALTHCHECK, get(healthcheck))
        .route(READINESS, get(readiness))
        .route("/robots.txt", get(|| async { "User-agent: *\nDisallow: /\n" }))
        .with_state(Probed { pool, leaving })
}

#[derive(Clone)]
struct Probed {
    pool: PgPool,
    /// Cancelled by the order to stop.
    leaving: CancellationToken,
}

async fn healthcheck(State(Probed { pool, .. }): State<Probed>) -> Response {
    let healthy = holds(sqlx::query_scalar("SELECT true").fetch_one(&pool)).await;
    (status_code(healthy), Json(json!({ "status": status_word(healthy) }))).into_response()
}

/// The keys are those that monitors of existing installations read: `redis` is where sessions and locks are kept,
/// `celery` whether a worker lives; both are PostgreSQL here. A server that stops is not ready, whatever they say.
async fn readiness(State(Probed { pool, leaving }): State<Probed>) -> Response {
    let database = holds(sqlx::query_scalar("SELECT true").fetch_one(&pool)).await;
    let writable = holds(sqlx::query_scalar("SELECT NOT pg_is_in_recovery()").fetch_one(&pool)).await;
    let worker = holds(sqlx::query_scalar(LIVE_WORKER).fetch_one(&pool)).await;
    let ready = database && writable && worker && !leaving.is_cancelled();
    let checks = json!({ "db": database, "redis": writable, "celery": worker });
    (status_code(ready), Json(json!({ "status": status_word(ready), "checks": checks }))).into_response()
}

/// A worker lives as long as its session holds the advisory lock (70, its number).
const LIVE_WORKER: &str = "
    SELECT EXISTS (
        SELECT FROM workers w JOIN pg_locks l ON l.objid = w.number::oid
        WHERE l.locktype = 'advisory' AND l.classid = 70 AND l.objsubid = 2 AND l.granted
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )";

async fn holds(question: impl Future<Output = Result<bool, sqlx::Error>>) -> bool {
    match tokio::time::timeout(PROBE_TIMEOUT, question).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(e)) => {
            tracing::warn!(error = &e as &dyn std::error::Error, "A probe finds the database out of order");
            false
        }
        Err(_) => {
            tracing::warn!("A probe got no answer from the database in {} s", PROBE_TIMEOUT.as_secs());
            false
        }
    }
}

fn status_code(good: bool) -> StatusCode {
    if good { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

fn status_word(good: bool) -> &'static str {
    if good { "ok" } else { "fail" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Settings, Variables};
    use axum::{body::Body, routing::post};
    use tower::ServiceExt;

    fn settings(pairs: &[(&str, &str)]) -> Settings {
        let base = [
            ("BASE_URL", "https://fire.example.com"),
            ("SECRET_KEY", "q7Jp2Xz9Lw4Rk8Vn3Tb6Yh1Gf5Ds0Ac-EuMiOyQxWzKjHgPv"),
        ];
        let all = base.iter().chain(pairs).map(|(name, value)| (name.to_string(), value.to_string()));
        Settings::from_env(all.collect::<Variables>()).expect("valid settings")
    }

    /// Doors that behave and misbehave, with all layers around.
    fn app(pairs: &[(&str, &str)]) -> Router {
        let doors = Router::new()
            .route(
                "/",
                get(|facts: Extension<RequestFacts>| async move {
                    facts.is_from(UserId(uuid::Uuid::nil()));
                    "here"
                }),
            )
            .route("/api/broken", get(|| async { panic!("on purpose") as () }))
            .route("/broken", get(|| async { panic!("on purpose") as () }))
            .route("/size", post(|body: String| async move { body.len().to_string() }))
            .route(HEALTHCHECK, get(|| async { "ok" }));
        surround(doors, &settings(pairs))
    }

    async fn ask(app: Router, request: axum::http::request::Builder) -> (StatusCode, HeaderMap, String) {
        let response = app.oneshot(request.body(Body::empty()).expect("request")).await.expect("answer");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 20).await.expect("body");
        (parts.status, parts.headers, String::from_utf8_lossy(&bytes).into_owned())
    }

    // WEB-009: the headers; in production with HSTS, see below.
    #[tokio::test]
    async fn every_answer_carries_its_id_the_person_and_the_security_headers() {
        let (status, headers, _) = ask(app(&[]), Request::get("/")).await;
        assert_eq!(status, StatusCode::OK);
        let id = headers["x-request-id"].to_str().expect("text");
        assert!(id.len() == 9 && id.as_bytes()[4] == b'-', "{id}");
        assert_eq!(headers["ff-user-id"], uuid::Uuid::nil().to_string());
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["x-frame-options"], "DENY");
        assert_eq!(headers["referrer-policy"], "same-origin");
        assert!(!headers.contains_key("strict-transport-security"));
    }

    #[tokio::test]
    async fn a_panic_is_an_answer_with_the_reference() {
        let (status, headers, body) = ask(app(&[]), Request::get("/api/broken")).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!((&body["type"], &body["errors"][0]["code"]), (&json!("server_error"), &json!("error")));
        let id = headers["x-request-id"].to_str().expect("text");
        assert!(body["errors"][0]["detail"].as_str().is_some_and(|said| said.contains(id)));

        let (_, headers, body) = ask(app(&[]), Request::get("/broken")).await;
        assert!(body.contains(headers["x-request-id"].to_str().expect("text")), "{body}");
    }

    // WEB-009 CFG-026
    #[tokio::test]
    async fn http_is_sent_to_https_in_production_but_probes_are_let_through() {
        let prod = [("ENV", "prod")];
        let (status, headers, _) =
            ask(app(&prod), Request::get("/incident/7/?a=b").header("host", "evil")).await;
        assert_eq!(status, StatusCode::PERMANENT_REDIRECT);
        assert_eq!(headers["location"], "https://fire.example.com/incident/7/?a=b");
        assert_eq!(ask(app(&prod), Request::get(HEALTHCHECK)).await.0, StatusCode::OK);
        let (status, headers, _) =
            ask(app(&prod), Request::get("/").header("x-forwarded-proto", "https")).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers["strict-transport-security"], "max-age=31536000; includeSubDomains; preload");
        let off = [("ENV", "prod"), ("SECURE_SSL_REDIRECT", "false")];
        assert_eq!(ask(app(&off), Request::get("/")).await.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn a_body_has_a_limit() {
        let request =
            |size: usize| Request::post("/size").body(Body::from("x".repeat(size))).expect("request");
        let status = |size| async move { app(&[]).oneshot(request(size)).await.expect("answer").status() };
        assert_eq!(status(BODY_LIMIT).await, StatusCode::OK);
        assert_eq!(status(BODY_LIMIT + 1).await, StatusCode::PAYLOAD_TOO_LARGE);
    }

    // CFG-054
    #[test]
    fn routine_requests_are_worth_a_line_only_when_they_fail() {
        for path in [HEALTHCHECK, READINESS, "/static/logo.svg"] {
            assert!(is_left_out(path, false) && !is_left_out(path, true), "{path}");
        }
        assert!(is_left_out("/favicon.ico", false) && is_left_out("/favicon.ico", true));
        assert!(!is_left_out("/incidents/", false));
    }
}
