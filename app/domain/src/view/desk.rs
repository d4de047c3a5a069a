//! What stands around every page: who looks, what this installation is, what burns; and the page to sign in.

use super::{Moment, PriorityMark, StatusMark};
use crate::{Error, IncidentId, UserId};
use serde::{Deserialize, Serialize};

/// The person who looks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Me {
    pub id: UserId,
    pub name: String,
    pub initials: String,
    /// May enter the back-office.
    pub staff: bool,
}

/// What this installation is. The same for everybody, also for those not signed in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Site {
    /// `APP_DISPLAY_NAME`
    pub name: String,
    pub version: String,
    /// The project's repository; empty: not shown.
    pub source_url: String,
    /// The OpenAPI document and its browser, only where they are exposed (WEB: footer links).
    pub openapi_url: Option<String>,
    pub swagger_url: Option<String>,
    /// The one zone all times are in: `Europe/Paris`.
    pub zone: String,
    /// The sandbox's browser face, where one runs.
    pub sandbox_url: Option<String>,
    /// Set only when both of its settings are.
    pub analytics: Option<Analytics>,
    /// `/err/<code>/` shows error pages (`FF_DEBUG_ERROR_PAGES`).
    pub error_previews: bool,
}

impl Default for Site {
    fn default() -> Self {
        Site {
            name: "FireFighter".into(),
            version: String::new(),
            source_url: String::new(),
            openapi_url: None,
            swagger_url: None,
            zone: "UTC".into(),
            sandbox_url: None,
            analytics: None,
            error_previews: false,
        }
    }
}

/// `PLAUSIBLE_DOMAIN` and `PLAUSIBLE_SCRIPT_URL`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Analytics {
    pub domain: String,
    pub script_url: String,
}

/// Put by the server into the extensions of every page request.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// `None`: nobody is signed in.
    pub me: Option<Me>,
    pub site: Site,
}

/// A P1 or P2 whose impact lasts, as the header says it. Only what the caller may see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fire {
    pub id: IncidentId,
    pub priority: PriorityMark,
    /// "51 min"
    pub lasts: String,
}

/// What burns, worst first, and how many in all.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Fires {
    pub first: Option<Fire>,
    pub count: i32,
}

/// How one vendor's side is: "in step", "3 wait", "1 refused".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Connection {
    pub name: String,
    pub state: SurfaceState,
    pub text: String,
}

/// How a surface stands to the incident.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SurfaceState {
    /// Looks as the incident says.
    #[default]
    InStep,
    /// On its way, or behind by some time.
    Behind,
    /// Needs a person.
    Refused,
    /// Not connected, not wanted, or dropped with a reason.
    Off,
}

/// The page to sign in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Login {
    /// Where to go after: path and query of this site.
    pub next: String,
    /// What `next` is, in words: "incident #4127"; empty when it is just the dashboard.
    pub next_label: String,
    /// Where single sign-on starts, when it is set up.
    pub sso_url: Option<String>,
    /// People to choose by name; never in production.
    pub people: Vec<LoginPerson>,
}

/// One of the people who can be chosen by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LoginPerson {
    pub username: String,
    pub name: String,
    pub initials: String,
    /// "admin", "guest in Slack"; may be empty.
    pub note: String,
}

/// A refused plain form post, kept by the server for this session: what was typed, and why it was refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// The path the form was sent to: `/fn/incident/update`.
    pub path: String,
    /// Name and value pairs as they were sent, without passwords.
    pub fields: Vec<(String, String)>,
    pub error: Error,
}

/// What burns and what is active, for the first page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Dashboard {
    /// "One P1 is burning", "Nothing is burning"
    pub headline: String,
    /// "12 active incidents, Wednesday 2026/10/14, 14:53"
    pub summary: String,
    /// The worst fire, drawn large. Not repeated in `groups`.
    pub fire: Option<Burning>,
    /// On a quiet day: "The last P1 ended 6 days ago and took 42 minutes to fix."
    pub quiet: String,
    /// Not closed, by status ascending, inside by priority value, then newest.
    pub groups: Vec<ActiveGroup>,
    /// What waits for the caller.
    pub yours: Vec<ActiveRow>,
    /// Vendors that are set up.
    pub connections: Vec<Connection>,
}

/// The worst fire.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Burning {
    pub row: ActiveRow,
    /// "51 min"
    pub lasts: String,
    pub promise: Option<super::Promise>,
    /// Holder of each role, vacant ones included.
    pub people: Vec<super::RoleHolder>,
    pub channel: Option<super::Link>,
    pub ruler: super::Ruler,
    /// What is wrong around it: refused deliveries, late updates.
    pub trouble: Vec<Connection>,
}

/// Active incidents of one status.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ActiveGroup {
    pub status: StatusMark,
    /// All of this status that the caller may see, the large one above included.
    pub count: i32,
    pub rows: Vec<ActiveRow>,
    /// "4 more, the oldest for 31 days", with the list that shows them: when `rows` is not all.
    pub more: Option<super::Link>,
}

/// One active incident on the dashboard.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ActiveRow {
    pub id: i64,
    pub title: String,
    pub status: StatusMark,
    pub priority: PriorityMark,
    pub private: bool,
    pub environment: String,
    pub category: String,
    pub group: String,
    /// The last words a person said, cut; else the description, cut at 150 characters.
    pub words: String,
    /// "Mara Lindqvist, 6 min ago"; empty when `words` is the description.
    pub said_by: String,
    /// Who leads; `None`: nobody yet.
    pub lead: Option<String>,
    /// "opened 5 h ago", "mitigated 1 h ago"
    pub since: Moment,
    pub opened_by: String,
    /// "update late by 11 min", "update due in 35 min"
    pub promise: Option<super::Promise>,
}

impl Draft {
    /// The first value sent under this name.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Every value sent under this name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}
