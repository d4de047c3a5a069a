//! What the twin sends to the app: signed, timed, logged.
//!
//! Commands and interactions are sent once, within the person's click. Events are sent in order by one task, at least
//! once: an answer other than 2xx within three seconds brings the same event again at once, after one and after five
//! minutes of product time, unless the app asks for no retry. On order one comes late, and
//! others overtake it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::signing::signature;
use super::state::{APP_ID, BOT_USER, TEAM, VERIFICATION_TOKEN};
use crate::contracts::told;
use crate::sandbox::deliveries::{Delivery, Direction};
use crate::sandbox::faults::Kind;
use crate::sandbox::{Sandbox, State};

/// Slack waits so long for an answer.
pub const ACK_WITHIN: Duration = Duration::from_secs(3);
const RETRY_AFTER_MS: [i64; 3] = [0, 60_000, 300_000];
/// What is to be overtaken waits no longer.
const OVERTAKEN_WITHIN: Duration = Duration::from_secs(2);

/// What the app answered, as the person's client sees it.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Answer {
    /// Absent when nothing came within three seconds.
    pub status: Option<u16>,
    pub body: String,
    pub ms: u64,
    /// In words, when the person sees that something went wrong.
    pub trouble: Option<String>,
    /// Field errors by block id, from the app or from Slack's own client.
    pub errors: std::collections::BTreeMap<String, String>,
    /// The app wants no more tries of this event.
    #[serde(skip)]
    pub no_retry: bool,
}

impl Answer {
    /// Nothing was sent: `why`.
    pub fn not_sent(why: impl Into<String>) -> Self {
        Answer { trouble: Some(why.into()), ..Answer::default() }
    }

    /// Answered with 2xx in time, and without field errors.
    pub fn is_fine(&self) -> bool {
        self.trouble.is_none() && self.errors.is_empty() && self.is_acknowledged()
    }

    pub fn is_acknowledged(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// The body as JSON; `Null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// An event on its way.
pub struct Outgoing {
    pub body: Value,
    /// On order: twice, late, out of order.
    pub fault: Option<Kind>,
}

/// Wraps an event the way the Events API does.
pub fn envelope(state: &mut State, event: Value) -> Outgoing {
    let kind = event["type"].as_str().unwrap_or_default().to_owned();
    let fault = state.faults.for_delivery("slack", &kind);
    let event_id = state.slack.fresh_id("Ev0");
    let body = json!({
        "token": VERIFICATION_TOKEN, "team_id": TEAM, "context_team_id": TEAM, "context_enterprise_id": null,
        "api_app_id": APP_ID, "event": event, "type": "event_callback", "event_id": event_id,
        "event_time": state.clock.now_s(), "is_ext_shared_channel": false, "event_context": format!("4-{event_id}"),
        "authorizations": [{ "enterprise_id": null, "team_id": TEAM, "user_id": BOT_USER, "is_bot": true, "is_enterprise_install": false }],
    });
    Outgoing { body, fault }
}

/// Sends one event in its turn; one that is to come late is sent by a task of its own.
pub async fn send_event(sandbox: &Sandbox, outgoing: Outgoing) {
    match outgoing.fault {
        Some(Kind::Late { .. } | Kind::Overtaken) => {
            let sandbox = sandbox.clone();
            sandbox.with(|state| state.deliveries.owed += 1);
            tokio::spawn(async move {
                wait_out_of_turn(&sandbox, outgoing.fault.as_ref()).await;
                send_now(&sandbox, outgoing).await;
                sandbox.with(|state| state.deliveries.owed = state.deliveries.owed.saturating_sub(1));
            });
        }
        _ => send_now(sandbox, outgoing).await,
    }
    sandbox.with(|state| state.deliveries.waiting -= 1);
}

async fn wait_out_of_turn(sandbox: &Sandbox, fault: Option<&Kind>) {
    let now = || sandbox.read(|state| (state.clock.now_ms(), state.deliveries.events));
    let ((begun, sent), waited) = (now(), Instant::now());
    let is_over = || match fault {
        Some(Kind::Late { ms }) => now().0 >= begun + i64::try_from(*ms).unwrap_or(i64::MAX),
        _ => now().1 > sent || waited.elapsed() >= OVERTAKEN_WITHIN,
    };
    while !is_over() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Sends one event, as often as ordered; brings it again when the app does not take it.
async fn send_now(sandbox: &Sandbox, outgoing: Outgoing) {
    if let Some(Err(found)) = sandbox.contracts().map(|contracts| contracts.slack_event(&outgoing.body)) {
        sandbox.with(|state| state.violate("the twin's event", &named(&outgoing.body), told(&found)));
    }
    let mut answer = Answer::default();
    let times = match outgoing.fault {
        Some(Kind::Duplicate { times }) => times.max(1),
        _ => 1,
    };
    for time in 0..times {
        let again = if time == 0 { "" } else { "same delivery again" };
        answer = post_event(sandbox, &outgoing.body, None, again).await;
    }
    sandbox.with(|state| state.deliveries.events += 1);
    if !answer.is_acknowledged() && !answer.no_retry && sandbox.app_url().is_some() {
        let sandbox = sandbox.clone();
        tokio::spawn(async move { bring_again(&sandbox, outgoing.body, answer).await });
    }
}

async fn bring_again(sandbox: &Sandbox, body: Value, last: Answer) {
    sandbox.with(|state| state.deliveries.owed += 1);
    bring_until_taken(sandbox, body, last).await;
    sandbox.with(|state| state.deliveries.owed = state.deliveries.owed.saturating_sub(1));
}

async fn bring_until_taken(sandbox: &Sandbox, body: Value, mut last: Answer) {
    for (index, delay) in RETRY_AFTER_MS.into_iter().enumerate() {
        let due = sandbox.read(|state| state.clock.now_ms()) + delay;
        while sandbox.read(|state| state.clock.now_ms()) < due {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let reason = if last.status.is_some() { "http_error" } else { "http_timeout" };
        last = post_event(sandbox, &body, Some((index + 1, reason)), &format!("try {}", index + 2)).await;
        if last.is_acknowledged() || last.no_retry {
            return;
        }
    }
}

fn named(body: &Value) -> String {
    let event = &body["event"];
    let kind = event["type"].as_str().unwrap_or_default();
    match event["subtype"].as_str() {
        Some(subtype) => format!("event {kind} {subtype}"),
        None => format!("event {kind}"),
    }
}

async fn post_event(sandbox: &Sandbox, body: &Value, retry: Option<(usize, &str)>, note: &str) -> Answer {
    let mut headers = vec![("content-type", "application/json".to_owned())];
    if let Some((number, reason)) = retry {
        headers.push(("x-slack-retry-num", number.to_string()));
        headers.push(("x-slack-retry-reason", reason.to_owned()));
    }
    post(sandbox, &named(body), body.to_string(), headers, note).await
}

/// Sends a form to the app: a command or an interaction.
pub async fn post_form(sandbox: &Sandbox, what: &str, form: &[(&str, String)]) -> Answer {
    let body = serde_urlencoded::to_string(form).expect("pairs of texts are a form");
    let headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
    post(sandbox, what, body, headers, "").await
}

async fn post(
    sandbox: &Sandbox,
    what: &str,
    body: String,
    headers: Vec<(&'static str, String)>,
    note: &str,
) -> Answer {
    let Some(url) = sandbox.app_url() else { return Answer::not_sent("no app is connected") };
    let (at_ms, at_s, secret) =
        sandbox.read(|state| (state.clock.now_ms(), state.clock.now_s(), state.app.signing_secret.clone()));
    let mut request = sandbox
        .http()
        .post(url)
        .timeout(ACK_WITHIN)
        .header("x-slack-request-timestamp", at_s.to_string())
        .header("x-slack-signature", signature(&secret, at_s, &body));
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let begun = Instant::now();
    let outcome = match request.body(body.clone()).send().await {
        Ok(response) => {
            let status = response.status().as_u16();
            let no_retry = response.headers().get("x-slack-no-retry").is_some_and(|value| value == "1");
            response.text().await.map(|text| (status, no_retry, text))
        }
        Err(error) => Err(error),
    };
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let answer = match outcome {
        Ok((status, no_retry, body)) => {
            let refused = !(200..300).contains(&status);
            Answer {
                status: Some(status),
                body,
                ms,
                trouble: refused.then(|| format!("the app answered {status}")),
                no_retry,
                ..Answer::default()
            }
        }
        Err(error) if error.is_timeout() => {
            Answer { ms, ..Answer::not_sent("the app did not answer within 3 seconds") }
        }
        Err(error) if error.is_connect() => Answer { ms, ..Answer::not_sent("the app cannot be reached") },
        Err(_) => Answer { ms, ..Answer::not_sent("the app broke the connection") },
    };
    let told = [note, answer.trouble.as_deref().unwrap_or_default()];
    let note = told.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    sandbox.with(|state| {
        state.deliveries.push(Delivery {
            id: 0,
            at_ms,
            direction: Direction::ToApp,
            vendor: "slack".into(),
            what: what.to_owned(),
            status: answer.status,
            ms,
            note,
            sent: body,
            answered: answer.body.clone(),
        });
    });
    answer
}
