//! Who asks, through which door, and what they may do.
//!
//! Whether a person may see a private incident is decided in one place: the SQL function `may_see_private`, which
//! every read of incidents asks with the caller's [`Viewer`] (design: the fence stands inside the reads).

use crate::{Error, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

macro_rules! permissions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),* $(,)?) => {
        /// What a person or token may do. Names as in the spec: `<verb>_<model>` (04 §2).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Permission { $($(#[$doc])* #[serde(rename = $name)] $variant),* }

        impl Permission {
            pub const ALL: &'static [Permission] = &[$(Permission::$variant),*];

            pub const fn as_str(self) -> &'static str {
                match self { $(Permission::$variant => $name),* }
            }

            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Permission::$variant),)* _ => None }
            }
        }
    };
}

permissions! {
    ViewIncident = "view_incident",
    AddIncident = "add_incident",
    ChangeIncident = "change_incident",
    DeleteIncident = "delete_incident",
    /// Sees private incidents without being on them. Seeded to group `admins` only.
    ViewPrivateIncident = "view_private_incident",
    ViewEnvironment = "view_environment",
    ChangeEnvironment = "change_environment",
    ViewPriority = "view_priority",
    ChangePriority = "change_priority",
    ViewGroup = "view_group",
    ChangeGroup = "change_group",
    ViewIncidentCategory = "view_incidentcategory",
    ChangeIncidentCategory = "change_incidentcategory",
    ViewIncidentCost = "view_incidentcost",
    ViewIncidentCostType = "view_incidentcosttype",
    ViewRunbook = "view_runbook",
    ChangeUser = "change_user",
    TokenViewAny = "can_view_any",
    TokenViewOwn = "can_view_own",
    TokenAddAny = "can_add_any",
    TokenAddOwn = "can_add_own",
    TokenDeleteAny = "can_delete_any",
    TokenDeleteOwn = "can_delete_own",
    TokenEditAny = "can_edit_any",
}

/// A set of permissions; a superuser has all but one: private incidents need [`Permission::ViewPrivateIncident`]
/// by name, from a group or given to the person.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Permissions {
    pub granted: BTreeSet<Permission>,
    pub superuser: bool,
}

impl Permissions {
    pub fn none() -> Self {
        Self::default()
    }

    pub fn of(granted: impl IntoIterator<Item = Permission>) -> Self {
        Permissions { granted: granted.into_iter().collect(), superuser: false }
    }

    pub fn has(&self, permission: Permission) -> bool {
        self.granted.contains(&permission)
            || (self.superuser && permission != Permission::ViewPrivateIncident)
    }
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    User(UserId),
    /// FireFighter itself or a vendor's side: `firefighter`, `jira`, `pagerduty`.
    Service(String),
}

/// Through which door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    Web,
    Slack,
    Api,
    Jira,
    PagerDuty,
    Schedule,
    Cli,
}

impl Origin {
    pub const fn as_str(self) -> &'static str {
        match self {
            Origin::Web => "web",
            Origin::Slack => "slack",
            Origin::Api => "api",
            Origin::Jira => "jira",
            Origin::PagerDuty => "pagerduty",
            Origin::Schedule => "schedule",
            Origin::Cli => "cli",
        }
    }
}

/// Made once at the door, passed to every operation and read.
#[derive(Debug, Clone, PartialEq)]
pub struct Caller {
    pub actor: Actor,
    pub origin: Origin,
    pub permissions: Permissions,
}

/// What somebody wants to do to incidents. Who may see one is asked first, by the fence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Declare,
    /// Update, close, assign roles: anything that changes an incident the caller may see.
    Change,
    /// Give an entry other words: who said it, or who may change incidents by name.
    Correct {
        author: Option<UserId>,
    },
    /// Take away what was written, for ever.
    Erase,
    /// Bring a closed one back: administrators, who may even delete one.
    Reopen,
}

/// What the fence in SQL is asked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Viewer {
    /// The person, or nobody.
    pub user: Option<UserId>,
    /// Sees every private incident.
    pub sees_private: bool,
}

impl Caller {
    pub fn user(user: UserId, origin: Origin, permissions: Permissions) -> Self {
        Caller { actor: Actor::User(user), origin, permissions }
    }

    /// FireFighter acting for itself, for jobs and schedules: sees everything, because what it says goes only to
    /// surfaces of the incident.
    pub fn system(origin: Origin) -> Self {
        let permissions = Permissions::of(Permission::ALL.iter().copied());
        Caller { actor: Actor::Service("firefighter".into()), origin, permissions }
    }

    pub fn user_id(&self) -> Option<UserId> {
        match self.actor {
            Actor::User(id) => Some(id),
            Actor::Service(_) => None,
        }
    }

    pub fn viewer(&self) -> Viewer {
        Viewer { user: self.user_id(), sees_private: self.permissions.has(Permission::ViewPrivateIncident) }
    }

    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.has(permission)
    }

    /// The one rule of who may do what, asked by every operation: everybody who works here may declare, and change
    /// what they may see (spec 10 §3; guests and bots are refused at the door); a machine with a token needs the
    /// permission of the model (spec 04 §2).
    ///
    /// # Errors
    /// [`Error::Forbidden`] naming the permission.
    pub fn may_do(&self, act: Act) -> Result<(), Error> {
        match (self.origin, act) {
            (Origin::Api, Act::Declare) => self.need(Permission::AddIncident),
            (_, Act::Reopen) => self.need(Permission::DeleteIncident),
            (Origin::Api, Act::Change | Act::Correct { .. }) => self.need(Permission::ChangeIncident),
            (_, Act::Correct { author }) if author.is_none() || author != self.user_id() => {
                self.need(Permission::ChangeIncident)
            }
            (_, Act::Erase) => self.need(Permission::DeleteIncident),
            _ => Ok(()),
        }
    }

    /// # Errors
    /// [`Error::Forbidden`] naming the permission.
    pub fn need(&self, need: Permission) -> Result<(), Error> {
        if self.may(need) { Ok(()) } else { Err(Error::Forbidden { need }) }
    }
}
