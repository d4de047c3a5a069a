//! One call of the Web API, from the bytes to the answer: fault, token, arguments, contract, method.

use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State as Shared};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value, json};

use super::web_api::{Answer, Call, Refused, arguments, method};
use crate::contracts::{Contracts, told};
use crate::sandbox::deliveries::{Delivery, Direction};
use crate::sandbox::faults::Kind;
use crate::sandbox::{Sandbox, State};

/// `POST /slack/api/<method>`.
pub async fn call(
    Shared(sandbox): Shared<Sandbox>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let begun = Instant::now();
    let fault = sandbox.with(|state| state.faults.for_call("slack", &name));
    let mut log =
        Log { sandbox: &sandbox, name: &name, begun, sent: String::from_utf8_lossy(&body).into_owned() };
    match &fault {
        Some(Kind::RateLimited { retry_after }) => {
            log.write(Some(429), &format!("again in {retry_after} s"), "");
            let limited = json!({ "ok": false, "error": "ratelimited" });
            return (
                StatusCode::TOO_MANY_REQUESTS,
                [(header::RETRY_AFTER, retry_after.to_string())],
                axum::Json(limited),
            )
                .into_response();
        }
        Some(Kind::Status500) => return log.broken(StatusCode::INTERNAL_SERVER_ERROR),
        Some(Kind::Down) => return log.broken(StatusCode::SERVICE_UNAVAILABLE),
        Some(Kind::Malformed) => {
            log.write(Some(200), "not JSON", "<html>");
            return (StatusCode::OK, "<html><body>Sign in to the proxy</body></html>").into_response();
        }
        Some(Kind::Reset) => {
            log.write(None, "cut off, not done", "");
            cut()
        }
        Some(Kind::Hang { ms }) => {
            // Written before: who gives up waiting ends this task.
            log.write(None, "no answer, not done", "");
            tokio::time::sleep(Duration::from_millis(*ms)).await;
            cut()
        }
        Some(Kind::Slow { ms }) => tokio::time::sleep(Duration::from_millis(*ms)).await,
        Some(Kind::Error { .. } | Kind::LostAnswer | Kind::TimesOut { .. }) | None => {}
        Some(Kind::Duplicate { .. } | Kind::Late { .. } | Kind::Overtaken) => {
            unreachable!("a call meets no fault of deliveries")
        }
    }
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = bearer(&headers);
    let query = query.unwrap_or_default();
    let answer = match &fault {
        Some(Kind::Error { code }) => Err(Refused::from(code.as_str())),
        _ => sandbox.with(|state| run(state, sandbox.contracts(), &name, token, content_type, &query, &body)),
    };
    let note = answer.as_ref().err().map(|refused| refused.error.clone()).unwrap_or_default();
    let answered = written(answer);
    if let Some(Err(found)) = sandbox
        .contracts()
        .filter(|c| c.knows_slack_method(&name))
        .map(|c| c.slack_response(&name, &answered))
    {
        sandbox.with(|state| state.violate("the twin's answer", &name, told(&found)));
    }
    if let Some(Kind::TimesOut { ms }) = fault {
        log.write(None, "done, no answer", &answered.to_string());
        tokio::time::sleep(Duration::from_millis(ms)).await;
        cut()
    }
    if fault == Some(Kind::LostAnswer) {
        log.write(None, "done, answer lost", &answered.to_string());
        cut()
    }
    log.write(Some(200), &note, &answered.to_string());
    log.sent.clear();
    let mut response = axum::Json(answered).into_response();
    response.headers_mut().extend(sandbox.read(headers_of));
    response
}

/// What every answer says beside its body: what was granted, and the time at Slack.
fn headers_of(state: &State) -> HeaderMap {
    let switches = &state.slack.switches;
    let mut headers = HeaderMap::new();
    if !switches.scopes_hidden
        && let Ok(granted) = switches.granted().parse()
    {
        headers.insert("x-oauth-scopes", granted);
    }
    let now = chrono::DateTime::from_timestamp(state.clock.now_ms() / 1_000 + switches.clock_ahead_s, 0);
    if let Some(date) = now.and_then(|now| now.format("%a, %d %b %Y %H:%M:%S GMT").to_string().parse().ok()) {
        headers.insert(header::DATE, date);
    }
    headers
}

/// Cuts the connection without an answer: the task of this connection ends, silently.
fn cut() -> ! {
    std::panic::resume_unwind(Box::new("the connection is cut on order"))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

fn written(answer: Answer) -> Value {
    let (ok, fields) = match answer {
        Ok(fields) => (true, fields),
        Err(Refused { error, mut more }) => {
            more.insert("error".into(), error.into());
            (false, more)
        }
    };
    let mut out = Map::new();
    // `conversations.leave` says no without an error.
    out.insert("ok".into(), (ok && !fields.contains_key("not_in_channel")).into());
    out.extend(fields);
    Value::Object(out)
}

fn run(
    state: &mut State,
    contracts: Option<&Contracts>,
    name: &str,
    token: Option<&str>,
    content_type: &str,
    query: &str,
    body: &[u8],
) -> Answer {
    let Some(method) = method(name) else { return Err("unknown_method".into()) };
    match token {
        None | Some("") => return Err("not_authed".into()),
        Some(token) if token != state.app.bot_token => return Err("invalid_auth".into()),
        Some(_) if state.slack.switches.token_revoked => return Err("token_revoked".into()),
        Some(_) => {}
    }
    if let Some(contracts) =
        contracts.filter(|contracts| contracts.knows_slack_method(name) && !body.is_empty())
    {
        hold(state, contracts, name, content_type, body)?;
    } else if content_type.starts_with("application/json") && !method.takes_json {
        state.violate("a call", name, "takes form bodies only, a JSON body is ignored".into());
    }
    if body.is_empty()
        && !query.is_empty()
        && let Some(contracts) = contracts.filter(|contracts| contracts.knows_slack_method(name))
    {
        // Slack takes arguments in the query as it takes a form.
        hold(state, contracts, name, "application/x-www-form-urlencoded", query.as_bytes())?;
    }
    let args = arguments(method.takes_json, content_type, query, body)?;
    let now = state.clock.now_micros();
    method.run(&mut Call { slack: &mut state.slack, args, now })
}

/// Holds a call against the contract: every difference is noted, one inside blocks or view is also refused.
fn hold(
    state: &mut State,
    contracts: &Contracts,
    name: &str,
    content_type: &str,
    body: &[u8],
) -> Result<(), Refused> {
    let arguments = match contracts.slack_arguments(name, content_type, body) {
        Ok(arguments) => arguments,
        Err(problem) => {
            state.violate("a call", name, problem);
            return Ok(());
        }
    };
    let Err(found) = contracts.slack_arguments_check(name, &arguments) else { return Ok(()) };
    state.violate("a call", name, told(&found));
    let inside = |place: &str| -> Vec<String> {
        let fitting = found.iter().filter(|difference| difference.pointer.starts_with(place));
        fitting
            .map(|difference| format!("{} [json-pointer:{}]", difference.message, difference.pointer))
            .collect()
    };
    for (place, error) in [("/blocks", "invalid_blocks"), ("/view", "invalid_arguments")] {
        let problems = inside(place);
        if !problems.is_empty() {
            return Err(Refused::invalid(error, &problems));
        }
    }
    Ok(())
}

/// Writes the call into the log, once it is over.
struct Log<'a> {
    sandbox: &'a Sandbox,
    name: &'a str,
    begun: Instant,
    sent: String,
}

impl Log<'_> {
    fn write(&self, status: Option<u16>, note: &str, answered: &str) {
        let ms = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.sandbox.with(|state| {
            let at_ms = state.clock.now_ms();
            state.deliveries.push(Delivery {
                id: 0,
                at_ms,
                direction: Direction::FromApp,
                vendor: "slack".into(),
                what: self.name.to_owned(),
                status,
                ms,
                note: note.to_owned(),
                sent: self.sent.clone(),
                answered: answered.to_owned(),
            });
        });
    }

    fn broken(&self, status: StatusCode) -> Response {
        self.write(Some(status.as_u16()), "out of order", "");
        (status, "out of order").into_response()
    }
}
