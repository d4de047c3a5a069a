//! What is asked: one request of each kind, different each time, as an ordinary responder and an ordinary token.

use super::http::request;
use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::Sha256;
use std::time::{SystemTime, UNIX_EPOCH};
use tests::app::doors::{Api, P2, P4, PRD, STG};

/// One kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// An answer without a database: what routing, layers and the log line cost.
    Empty,
    Dashboard,
    List,
    FilteredList,
    Search,
    Page,
    ApiOne,
    ApiList,
    ApiCreate,
    SlackAck,
}

impl Case {
    pub const ALL: [Case; 9] = [
        Case::Dashboard,
        Case::List,
        Case::FilteredList,
        Case::Search,
        Case::Page,
        Case::ApiOne,
        Case::ApiList,
        Case::ApiCreate,
        Case::SlackAck,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Case::Empty => "empty",
            Case::Dashboard => "dashboard",
            Case::List => "incident_list",
            Case::FilteredList => "incident_list_filtered",
            Case::Search => "incident_search",
            Case::Page => "incident_page",
            Case::ApiOne => "api_incident",
            Case::ApiList => "api_incident_list",
            Case::ApiCreate => "api_incident_create",
            Case::SlackAck => "slack_ack",
        }
    }

    /// CPU milliseconds at 100,000 incidents, server and database together.
    pub const fn budget(self) -> Option<f64> {
        match self {
            Case::Dashboard | Case::SlackAck => Some(1.0),
            Case::List | Case::FilteredList => Some(2.0),
            Case::Search | Case::ApiCreate => Some(3.0),
            Case::Page => Some(1.5),
            Case::ApiOne => Some(0.5),
            Case::Empty | Case::ApiList => None,
        }
    }

    /// Work goes on after the answer.
    pub const fn works_on(self) -> bool {
        matches!(self, Case::ApiCreate | Case::SlackAck)
    }

    pub const fn writes(self) -> bool {
        matches!(self, Case::ApiCreate)
    }

    pub const fn expects(self) -> u16 {
        if self.writes() { 201 } else { 200 }
    }
}

/// Who asks, and of how many.
#[derive(Debug, Clone)]
pub struct Asker {
    pub cookie: String,
    pub token: String,
    pub signing_secret: String,
    /// Numbers of public incidents, spread over all there are.
    pub incidents: Vec<i64>,
}

const LISTS: [&str; 4] = ["", "?sort=-created_at", "?sort=priority", "?per_page=25"];
/// From what one in twelve matches to what one in ten thousand does.
const WORDS: [&str; 6] = [
    "checkout+errors",
    "warehouse",
    "login+slow",
    "stock+sync+old+data",
    "telephone+hotline+memory",
    "region+7+queue",
];

impl Asker {
    /// The request of this kind and number; the same number asks the same.
    pub fn request(&self, case: Case, number: u64) -> Vec<u8> {
        let turn = |of: usize| usize::try_from(number % of as u64).unwrap_or_default();
        let page =
            |path: &str| request("GET", path, &[("accept", "text/html"), ("cookie", &self.cookie)], "");
        let bearer = format!("Bearer {}", self.token);
        let api = |path: &str| {
            let path = format!("/api/v2/firefighter/{path}");
            request("GET", &path, &[("accept", "application/json"), ("authorization", &bearer)], "")
        };
        match case {
            Case::Empty => request("GET", "/robots.txt", &[], ""),
            Case::Dashboard => page("/"),
            Case::List => page(&format!("/incident/{}", LISTS[turn(LISTS.len())])),
            Case::FilteredList => page(&self.filtered(turn(4))),
            // What was found is kept while nothing is written: nobody asks the same twice here.
            Case::Search => page(&format!("/incident/?search={}+-x{number}", WORDS[turn(WORDS.len())])),
            Case::Page => page(&format!("/incident/{}/", self.public(number))),
            Case::ApiOne => api(&format!("incidents/{}", self.public(number))),
            Case::ApiList => api("incidents?limit=25"),
            Case::ApiCreate => {
                let body = Api::declaration(json!({ "title": format!("Declared while measured {number}") }));
                let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
                request("POST", "/api/v2/firefighter/incidents", &headers, &body.to_string())
            }
            Case::SlackAck => self.command(number),
        }
    }

    fn filtered(&self, turn: usize) -> String {
        let filter = match turn {
            0 => format!("priority={P2}"),
            1 => format!("environment={STG}&status=60"),
            2 => format!("priority={P4}&environment={PRD}"),
            _ => "_status__lt=60".to_owned(),
        };
        format!("/incident/?{filter}")
    }

    fn public(&self, number: u64) -> i64 {
        let all = self.incidents.len().max(1) as u64;
        self.incidents.get(usize::try_from(number % all).unwrap_or_default()).copied().unwrap_or(1)
    }

    /// `/incident open`, signed as Slack signs it.
    #[expect(clippy::disallowed_methods, reason = "signed is with the time of the machine, as Slack does")]
    fn command(&self, number: u64) -> Vec<u8> {
        let body = format!(
            "token=t&team_id=T0SANDBOX&team_domain=sandbox&channel_id=C0GENERAL&channel_name=general&user_id=U0YUSUF\
             &user_name=yusuf.demir&command=%2Fincident&text=open&api_app_id=A0FIREFIGHTER\
             &is_enterprise_install=false&response_url=&trigger_id={number}.1.bench"
        );
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.signing_secret.as_bytes()).expect("HMAC takes any key");
        mac.update(format!("v0:{now}:{body}").as_bytes());
        let signature = format!("v0={}", hex::encode(mac.finalize().into_bytes()));
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("x-slack-request-timestamp", &now.to_string()),
            ("x-slack-signature", &signature),
        ];
        request("POST", "/api/v2/firefighter/slack/incident/", &headers, &body)
    }
}
