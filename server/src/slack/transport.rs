//! How calls to Slack's Web API travel, and errors by what a caller can do about them.
//!
//! All methods travel through slack-morphism's client. This module knows of each whether it takes JSON or not (Slack
//! ignores arguments that come the wrong way), ends every call within the patience of the settings, and sorts what comes back: refused
//! for a reason, slow down, token rejected, never sent – or *unclear*, when the answer got lost and the deed may have
//! been done. Who says something in Slack has to know whether it may have been said (spec 10 §23a); what is the
//! library's and what is ours is in docs/decisions/010-slack-transport.md.

use super::answer::Identity;
use super::blocks::Block;
use super::scopes::Scope;
use domain::Timestamp;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{self, connect::HttpConnector};
use serde::Deserialize;
use serde_json::{Value, json};
use slack_morphism::{
    SlackApiToken, SlackApiTokenValue, SlackClient,
    errors::{SlackClientError, SlackRateLimitError},
    hyper_tokio::SlackClientHyperConnector,
};
use std::{collections::BTreeSet, fmt, sync::Arc, time::Duration};
use tokio::sync::OnceCell;
use url::Url;

const CONNECT: Duration = Duration::from_secs(3);
/// When Slack asks to slow down and does not say for how long.
const SLOW_DOWN: Duration = Duration::from_secs(30);
/// Pages of a list that are read before it counts as unreadable.
const PAGES: usize = 50;
const PAGE: u32 = 200;

macro_rules! methods {
    ($($variant:ident = $name:literal $encoding:ident [$($scope:ident),*]),* $(,)?) => {
        /// The Web API methods we call.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Method { $($variant),* }

        impl Method {
            pub const ALL: &'static [Method] = &[$(Method::$variant),*];

            pub const fn as_str(self) -> &'static str {
                match self { $(Method::$variant => $name),* }
            }

            /// What the app must be allowed to do: any of these, by what the call is about.
            pub const fn scopes(self) -> &'static [Scope] {
                match self { $(Method::$variant => &[$(Scope::$scope),*]),* }
            }

            const fn encoding(self) -> Encoding {
                match self { $(Method::$variant => Encoding::$encoding),* }
            }
        }
    };
}

impl Method {
    /// How often it may be called by all servers together: so many at once, then so many a second. Only the slow ones
    /// of tier 2 (20 a minute) are paced ahead; the others are slowed by Slack's 429 when it comes to that.
    pub const fn pace(self) -> Option<(f64, f64)> {
        match self {
            Method::Create | Method::Rename | Method::SetTopic | Method::Archive => Some((20.0, 20.0 / 60.0)),
            _ => None,
        }
    }
}

/// How arguments travel. Some methods ignore a JSON body without a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    /// POST with a JSON body.
    Json,
    /// GET with query arguments, for methods that ignore JSON.
    Query,
}

type Cause = Box<dyn std::error::Error + Send + Sync>;
type Connector = SlackClientHyperConnector<HttpsConnector<HttpConnector>>;

methods! {
    AuthTest = "auth.test" Json [],
    PostMessage = "chat.postMessage" Json [ChatWrite, ChatWritePublic],
    PostEphemeral = "chat.postEphemeral" Json [ChatWrite],
    UpdateMessage = "chat.update" Json [ChatWrite],
    DeleteMessage = "chat.delete" Json [ChatWrite],
    ViewsOpen = "views.open" Json [],
    ViewsPush = "views.push" Json [],
    ViewsUpdate = "views.update" Json [],
    Create = "conversations.create" Json [ChannelsManage, GroupsWrite],
    Join = "conversations.join" Json [ChannelsJoin],
    Invite = "conversations.invite" Json [ChannelsManage, GroupsWrite],
    Rename = "conversations.rename" Json [ChannelsManage, GroupsWrite],
    SetTopic = "conversations.setTopic" Json [ChannelsManage, GroupsWrite],
    Archive = "conversations.archive" Json [ChannelsManage, GroupsWrite],
    OpenDm = "conversations.open" Json [ImWrite],
    Info = "conversations.info" Query [ChannelsRead, GroupsRead],
    Members = "conversations.members" Query [ChannelsRead, GroupsRead],
    History = "conversations.history" Query [ChannelsHistory, GroupsHistory, ImHistory],
    Replies = "conversations.replies" Query [ChannelsHistory, GroupsHistory, ImHistory],
    OwnConversations = "users.conversations" Query [ChannelsRead, GroupsRead],
    List = "conversations.list" Query [ChannelsRead, GroupsRead],
    PinsAdd = "pins.add" Json [PinsWrite],
    PinsList = "pins.list" Query [PinsRead],
    BookmarksAdd = "bookmarks.add" Json [BookmarksWrite],
    BookmarksEdit = "bookmarks.edit" Json [BookmarksWrite],
    BookmarksRemove = "bookmarks.remove" Json [BookmarksWrite],
    BookmarksList = "bookmarks.list" Query [BookmarksRead],
    UserInfo = "users.info" Query [UsersRead],
    UserByEmail = "users.lookupByEmail" Query [UsersReadEmail],
}

/// What a caller can act on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 429: nothing was done; try again after this long.
    #[error("Slack asks to slow down: {} for {} s", method.as_str(), after.as_secs())]
    RateLimited { method: Method, after: Duration },
    /// The token is not accepted any more; nobody but an administrator can help.
    #[error("Slack rejects the token: {code}")]
    Unauthorized { code: String },
    /// The call cannot succeed as it is: Slack's code, and the scope it misses if that is why.
    #[error("Slack refuses {}: {code}{}", method.as_str(), needed.as_ref().map(|n| format!(" (needs {n})")).unwrap_or_default())]
    Refused { method: Method, code: String, needed: Option<String>, answer: Box<Value> },
    /// No connection was made, so nothing was done.
    #[error("Slack cannot be reached")]
    Unreachable {
        #[source]
        source: Cause,
    },
    /// Time-out, reset, 5xx or an unreadable answer: it may have been done.
    #[error("Slack did not answer {} clearly", method.as_str())]
    Unclear {
        method: Method,
        #[source]
        source: Doubt,
    },
}

/// Why an answer is unclear.
#[derive(Debug, thiserror::Error)]
pub enum Doubt {
    #[error("the connection ended")]
    Connection(#[source] Cause),
    #[error("no answer within {} s", after.as_secs_f32())]
    TooLate { after: Duration },
    #[error("HTTP status {0}")]
    Status(u16),
    #[error("the answer is no answer of the Web API")]
    Unreadable(#[source] serde_json::Error),
    #[error("the answer does not say whether it is ok")]
    Empty,
    #[error("Slack's own error {0}")]
    TheirSide(String),
    #[error("the list does not end")]
    Endless,
}

pub type Result<T> = std::result::Result<T, Error>;

/// Codes that mean the token is dead, not the call (vendor: every method's error list).
const REJECTED: &[&str] = &[
    "invalid_auth",
    "not_authed",
    "account_inactive",
    "token_revoked",
    "token_expired",
    "team_access_not_granted",
];
/// Codes by which Slack says that it broke.
const THEIR_SIDE: &[&str] = &[
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "team_added_to_org",
    "accesslimited",
];

impl Error {
    /// Slack's code, when the call was refused.
    pub fn code(&self) -> Option<&str> {
        match self {
            Error::Refused { code, .. } | Error::Unauthorized { code } => Some(code),
            Error::RateLimited { .. } | Error::Unreachable { .. } | Error::Unclear { .. } => None,
        }
    }

    /// Whether the call was refused with this code.
    pub fn is(&self, code: &str) -> bool {
        matches!(self, Error::Refused { code: found, .. } if found == code)
    }

    /// Whether it was refused with one of these.
    pub fn is_any(&self, codes: &[&str]) -> bool {
        codes.iter().any(|code| self.is(code))
    }
}

/// Takes "it is so already" for done.
pub fn done_if<T: Default>(result: Result<T>, codes: &[&str]) -> Result<T> {
    match result {
        Err(e) if e.is_any(codes) => Ok(T::default()),
        other => other,
    }
}

/// What Slack says of us.
#[derive(Debug, Clone, PartialEq)]
pub struct Introduction {
    pub identity: Identity,
    /// The scopes of the token; none when the answer does not name them.
    pub scopes: Option<BTreeSet<String>>,
    /// The time at Slack, in whole seconds.
    pub date: Option<Timestamp>,
}

/// One workspace, one bot token. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    slack: SlackClient<Connector>,
    token: Arc<SlackApiToken>,
    /// For `response_url`s, which are no methods.
    http: reqwest::Client,
    base: Url,
    patience: Duration,
    me: Arc<OnceCell<Identity>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

impl Client {
    /// `base` is `SLACK_API_URL`, `https://slack.com/api` when nothing else is said; `patience` is how long a call may
    /// take.
    ///
    /// # Errors
    /// When the machine has no usable TLS.
    pub fn new(base: &Url, token: &str, patience: Duration) -> std::result::Result<Self, Cause> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(patience)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("firefighter/", env!("CARGO_PKG_VERSION")))
            .build()?;
        let connector = SlackClientHyperConnector::with_connector(connector()?)
            .with_slack_api_url(base.as_str().trim_end_matches('/'));
        Ok(Client {
            slack: SlackClient::new(connector),
            token: Arc::new(SlackApiToken::new(SlackApiTokenValue(token.to_owned()))),
            http,
            base: base.clone(),
            patience,
            me: Arc::default(),
        })
    }

    /// Who we are in the workspace; asked once, known from then on.
    ///
    /// # Errors
    /// As `auth.test`; nothing is kept then.
    pub async fn me(&self) -> Result<&Identity> {
        self.me.get_or_try_init(|| self.auth_test()).await
    }

    /// Who we are, with what only the headers of the answer say: which scopes were granted, and what time it is at
    /// Slack. The library keeps no headers, so this call travels by itself.
    ///
    /// # Errors
    /// As `auth.test`.
    pub async fn introduce(&self) -> Result<Introduction> {
        let method = Method::AuthTest;
        let address = format!("{}/{}", self.base.as_str().trim_end_matches('/'), method.as_str());
        let token = self.token.token_value.0.as_str();
        let answer = self.http.post(address).bearer_auth(token).send().await.map_err(|e| {
            if e.is_connect() || e.is_builder() {
                Error::Unreachable { source: e.into() }
            } else {
                Error::Unclear { method, source: Doubt::Connection(e.into()) }
            }
        })?;
        if !answer.status().is_success() {
            return Err(Error::Unclear { method, source: Doubt::Status(answer.status().as_u16()) });
        }
        let header = |name: &str| answer.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let scopes = header("x-oauth-scopes");
        let date = header("date").and_then(|text| chrono::DateTime::parse_from_rfc2822(&text).ok());
        let body = answer.bytes().await;
        let body = body.map_err(|e| Error::Unclear { method, source: Doubt::Connection(e.into()) })?;
        let value = serde_json::from_slice(&body).map_err(|e| unreadable(method, e))?;
        Ok(Introduction {
            identity: serde_json::from_value(said_ok(method, value)?).map_err(|e| unreadable(method, e))?,
            scopes: scopes.map(|all| all.split(',').map(|scope| scope.trim().to_owned()).collect()),
            date: date.map(|date| date.to_utc()),
        })
    }

    /// Whether a scope was granted, by a call that changes nothing; none when that cannot be asked.
    ///
    /// # Errors
    /// Anything but a plain answer.
    pub async fn may(&self, scope: Scope) -> Result<Option<bool>> {
        let Some((method, args)) = scope.probe() else { return Ok(None) };
        match self.call::<Value>(method, args).await {
            Ok(_) => Ok(Some(true)),
            Err(Error::Refused { code, .. }) => Ok(Some(code != "missing_scope")),
            Err(e) => Err(e),
        }
    }

    /// Answers a command or click at its `response_url`: five times within 30 minutes, at most once each, because
    /// nothing can be looked up there.
    pub async fn respond(&self, response_url: &str, text: &str, blocks: &[Block]) -> Result<()> {
        let body =
            json!({"response_type": "ephemeral", "replace_original": false, "text": text, "blocks": blocks});
        let sent = self.http.post(response_url).json(&body).send().await.map_err(|e| {
            if e.is_connect() || e.is_builder() {
                Error::Unreachable { source: e.into() }
            } else {
                Error::Unclear { method: Method::PostEphemeral, source: Doubt::Connection(e.into()) }
            }
        })?;
        match sent.status() {
            status if status.is_success() => Ok(()),
            status => {
                Err(Error::Unclear { method: Method::PostEphemeral, source: Doubt::Status(status.as_u16()) })
            }
        }
    }

    /// Reads a list to its end. A list that does not end is unclear, not short.
    pub(super) async fn pages<T: for<'a> Deserialize<'a>>(
        &self,
        method: Method,
        mut args: Value,
        key: &str,
    ) -> Result<Vec<T>> {
        let mut all = Vec::new();
        args["limit"] = PAGE.into();
        for _ in 0..PAGES {
            let mut answer: Value = self.call(method, args.clone()).await?;
            let page = answer.get_mut(key).map(Value::take).unwrap_or_else(|| json!([]));
            let page: Vec<T> = serde_json::from_value(page).map_err(|e| unreadable(method, e))?;
            all.extend(page);
            match answer["response_metadata"]["next_cursor"].as_str() {
                Some(cursor) if !cursor.is_empty() => args["cursor"] = cursor.into(),
                _ => return Ok(all),
            }
        }
        Err(Error::Unclear { method, source: Doubt::Endless })
    }

    pub(super) async fn call<T: for<'a> Deserialize<'a>>(&self, method: Method, args: Value) -> Result<T> {
        let session = self.slack.open_session(&self.token);
        let api = &session.http_session_api;
        let sent = async {
            match method.encoding() {
                Encoding::Json => api.http_post::<_, Value>(method.as_str(), &args, None).await,
                Encoding::Query => api.http_get::<Value, _, _>(method.as_str(), &as_query(&args), None).await,
            }
        };
        let value = match tokio::time::timeout(self.patience, sent).await {
            Ok(Ok(value)) => value,
            Ok(Err(e)) => sorted(method, e)?,
            Err(_) => {
                return Err(Error::Unclear { method, source: Doubt::TooLate { after: self.patience } });
            }
        };
        serde_json::from_value(said_ok(method, value)?).map_err(|e| unreadable(method, e))
    }
}

/// HTTP/1.1 or 2, over TLS with the machine's roots or – for a sandbox – without.
fn connector() -> std::io::Result<HttpsConnector<HttpConnector>> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_connect_timeout(Some(CONNECT));
    tcp.set_nodelay(true);
    Ok(HttpsConnectorBuilder::new()
        .with_provider_and_native_roots(rustls::crypto::ring::default_provider())?
        .https_or_http()
        .enable_http1()
        .enable_http2()
        .wrap_connector(tcp))
}

/// Query values: text as it is, everything else as JSON writes it (`true`, `200`).
fn as_query(args: &Value) -> Vec<(&str, Option<String>)> {
    args.as_object()
        .into_iter()
        .flatten()
        .map(|(k, v)| (k.as_str(), Some(v.as_str().map_or_else(|| v.to_string(), str::to_owned))))
        .collect()
}

/// What a caller can do about an error of the library – or the answer itself, where only its envelope was not to the
/// library's liking. Its errors print whole answers; none of them is kept.
fn sorted(method: Method, error: SlackClientError) -> Result<Value> {
    let unclear = |source| Err(Error::Unclear { method, source });
    match error {
        SlackClientError::ApiError(e) => {
            let body = e.http_response_body.as_deref().and_then(|body| serde_json::from_str(body).ok());
            Err(refusal(method, body.unwrap_or_else(|| json!({"ok": false, "error": e.code}))))
        }
        SlackClientError::RateLimitError(SlackRateLimitError { retry_after, .. }) => {
            let after = retry_after.unwrap_or(SLOW_DOWN);
            let after = after.clamp(Duration::from_secs(1), Duration::from_secs(3_600));
            Err(Error::RateLimited { method, after })
        }
        SlackClientError::HttpError(e) => unclear(Doubt::Status(e.status_code.as_u16())),
        SlackClientError::ProtocolError(e) => match e.json_body.as_deref().map(serde_json::from_str) {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(_)) | None => Err(unreadable(method, e.json_error)),
        },
        SlackClientError::HttpProtocolError(e) => match e.cause {
            Some(cause) if never_sent(cause.as_ref()) => Err(Error::Unreachable { source: cause }),
            Some(cause) => unclear(Doubt::Connection(cause)),
            None => unclear(Doubt::Empty),
        },
        SlackClientError::SystemError(e) => match e.cause {
            Some(cause) => unclear(Doubt::Connection(cause)),
            None => unclear(Doubt::Empty),
        },
        SlackClientError::EndOfStream(_) | SlackClientError::SocketModeProtocolError(_) => {
            unclear(Doubt::Empty)
        }
    }
}

/// No connection was made.
fn never_sent(cause: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    cause.downcast_ref::<legacy::Error>().is_some_and(legacy::Error::is_connect)
}

/// An answer that is no JSON reaches us as an empty object: it says neither yes nor no.
fn said_ok(method: Method, answer: Value) -> Result<Value> {
    match answer["ok"].as_bool() {
        Some(true) => Ok(answer),
        Some(false) => Err(refusal(method, answer)),
        None => Err(Error::Unclear { method, source: Doubt::Empty }),
    }
}

fn unreadable(method: Method, source: serde_json::Error) -> Error {
    Error::Unclear { method, source: Doubt::Unreadable(source) }
}

fn refusal(method: Method, answer: Value) -> Error {
    let code = answer["error"].as_str().unwrap_or("no_error_code").to_owned();
    if code == "ratelimited" || code == "rate_limited" {
        return Error::RateLimited { method, after: SLOW_DOWN };
    }
    if REJECTED.contains(&code.as_str()) {
        return Error::Unauthorized { code };
    }
    if THEIR_SIDE.contains(&code.as_str()) {
        return Error::Unclear { method, source: Doubt::TheirSide(code) };
    }
    let needed = answer["needed"].as_str().map(str::to_owned);
    Error::Refused { method, code, needed, answer: Box::new(answer) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_sorted_by_what_can_be_done() {
        let sorted = |answer: Value| refusal(Method::PostMessage, answer);
        assert!(matches!(sorted(json!({"ok": false, "error": "invalid_auth"})), Error::Unauthorized { .. }));
        assert!(matches!(sorted(json!({"ok": false, "error": "ratelimited"})), Error::RateLimited { .. }));
        assert!(matches!(sorted(json!({"ok": false, "error": "internal_error"})), Error::Unclear { .. }));
        assert!(sorted(json!({"ok": false, "error": "is_archived"})).is("is_archived"));
        let missing = sorted(json!({"ok": false, "error": "missing_scope", "needed": "pins:read"}));
        assert_eq!(missing.to_string(), "Slack refuses chat.postMessage: missing_scope (needs pins:read)");
    }

    #[test]
    fn an_answer_that_says_nothing_is_unclear() {
        assert!(matches!(said_ok(Method::PostMessage, json!({})), Err(Error::Unclear { .. })));
        assert!(matches!(said_ok(Method::PostMessage, json!({"ok": false})), Err(Error::Refused { .. })));
    }

    #[tokio::test]
    async fn no_connection_means_not_sent() {
        let base = "http://127.0.0.1:1/api".parse().expect("an address");
        let client = Client::new(&base, "xoxb-sandbox", CONNECT).expect("TLS");
        let sent = client.call::<Value>(Method::PostMessage, json!({})).await;
        assert!(matches!(sent, Err(Error::Unreachable { .. })), "{sent:?}");
    }

    #[test]
    fn query_values_are_plain_text() {
        let args = json!({"channel": "C1", "inclusive": true, "limit": 200});
        let mut sent = as_query(&args);
        sent.sort();
        let plain = |text: &str| Some(text.to_owned());
        assert_eq!(sent, [("channel", plain("C1")), ("inclusive", plain("true")), ("limit", plain("200"))]);
    }

    #[test]
    fn already_so_is_done() {
        let pinned = || -> Result<()> { Err(refusal(Method::PinsAdd, json!({"error": "already_pinned"}))) };
        assert!(done_if(pinned(), &["already_pinned"]).is_ok());
        assert!(done_if(pinned(), &["no_pin"]).is_err());
    }
}
