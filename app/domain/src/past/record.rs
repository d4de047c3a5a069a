//! A record of the history, read: which kind it is, and what it says of an incident.
//!
//! Records are never migrated. What a younger version writes besides is optional here, and what an older one did not
//! write is filled in from what it meant: see the golden records in the tests.

use crate::incident::Status;
use crate::{
    CategoryId, CostId, CostTypeId, EnvironmentId, ImpactLevelId, ImpactTypeId, MetricTypeId, PriorityId,
    RoleTypeId, SeverityId, Timestamp, UpdateId, UserId,
};
use serde::{Deserialize, Deserializer, de::DeserializeOwned, de::Error as _};
use serde_json::Value;
use std::collections::BTreeMap;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),* $(,)?) => {
        /// Everything a record can tell. A change that is recorded has its kind here, and with it an arm in the fold.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($(#[$doc])* $variant),* }

        impl Kind {
            pub const ALL: &'static [Kind] = &[$(Kind::$variant),*];

            /// As it is stored.
            pub const fn as_str(self) -> &'static str {
                match self { $(Kind::$variant => $name),* }
            }

            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Kind::$variant),)* _ => None }
            }
        }
    };
}

kinds! {
    IncidentDeclared = "incident_declared",
    IncidentUpdated = "incident_updated",
    ChannelAttached = "channel_attached",
    ChannelChanged = "channel_changed",
    ChannelTagged = "channel_tagged",
    MemberJoined = "member_joined",
    MemberLeft = "member_left",
    TokenCreated = "token_created",
    TokenRevoked = "token_revoked",
    AdminMade = "admin_made",
    HistoryRooted = "history_rooted",
    KeyEventsChanged = "key_events_changed",
    RolesChanged = "roles_changed",
    CostAdded = "cost_added",
    CostChanged = "cost_changed",
    CostRemoved = "cost_removed",
    TagsChanged = "tags_changed",
    ImpactsChanged = "impacts_changed",
    MessageCorrected = "message_corrected",
    WordsErased = "words_erased",
}

/// What stands where words stood that were erased.
pub const ERASED: &str = "(erased)";

/// One record of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its place in the stream.
    pub seq: i64,
    pub at: Timestamp,
    /// The person who did it; nobody: FireFighter itself or a vendor's side.
    pub actor: Option<UserId>,
    pub fact: Fact,
    /// Field → what was written there; `None` when it was erased.
    pub words: BTreeMap<String, Option<String>>,
}

impl Record {
    /// What was written in a field, or that it was erased; `None` when the record has no such field.
    pub fn words(&self, field: &str) -> Option<String> {
        self.words.get(field).map(|text| text.clone().unwrap_or_else(|| ERASED.to_owned()))
    }
}

/// What a record says of its incident.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    Declared(Box<Declared>),
    Updated(Box<Updated>),
    ChannelAttached(Attached),
    ChannelChanged(ChannelEvent),
    MemberJoined(UserId),
    MemberLeft(UserId),
    KeyEvents(KeyEvents),
    Roles(Roles),
    CostAdded(Cost),
    CostChanged(CostChanged),
    CostRemoved(Cost),
    Tags(Tags),
    Impacts(Impacts),
    /// The entry whose words these are now.
    Corrected(Corrected),
    Erased(Erased),
    /// It is of no incident.
    Elsewhere,
}

impl Fact {
    /// Reads the `facts` of a record of this kind, written by whatever version.
    ///
    /// # Errors
    /// When they are not what this kind says.
    pub fn read(kind: Kind, facts: Value) -> Result<Self, serde_json::Error> {
        fn of<T: DeserializeOwned>(facts: Value) -> Result<T, serde_json::Error> {
            serde_json::from_value(facts)
        }
        Ok(match kind {
            Kind::IncidentDeclared => Fact::Declared(Box::new(of(facts)?)),
            Kind::IncidentUpdated => Fact::Updated(Box::new(of(facts)?)),
            Kind::ChannelAttached => Fact::ChannelAttached(of(facts)?),
            Kind::ChannelChanged => Fact::ChannelChanged(of::<Changed>(facts)?.what),
            Kind::MemberJoined => Fact::MemberJoined(of::<Member>(facts)?.user),
            Kind::MemberLeft => Fact::MemberLeft(of::<Member>(facts)?.user),
            Kind::KeyEventsChanged => Fact::KeyEvents(of(facts)?),
            Kind::RolesChanged => Fact::Roles(of(facts)?),
            Kind::CostAdded => Fact::CostAdded(of(facts)?),
            Kind::CostChanged => Fact::CostChanged(of(facts)?),
            Kind::CostRemoved => Fact::CostRemoved(of(facts)?),
            Kind::TagsChanged => Fact::Tags(of(facts)?),
            Kind::ImpactsChanged => Fact::Impacts(of(facts)?),
            Kind::MessageCorrected => Fact::Corrected(of(facts)?),
            Kind::WordsErased => Fact::Erased(of(facts)?),
            Kind::ChannelTagged
            | Kind::TokenCreated
            | Kind::TokenRevoked
            | Kind::AdminMade
            | Kind::HistoryRooted => Fact::Elsewhere,
        })
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Declared {
    pub incident: crate::IncidentId,
    #[serde(deserialize_with = "status")]
    pub status: Status,
    #[serde(default)]
    pub severity: Option<SeverityId>,
    pub priority: PriorityId,
    pub category: CategoryId,
    pub environment: EnvironmentId,
    pub private: bool,
    pub ignore: bool,
    pub created_by: UserId,
    pub sent_by: Option<UserId>,
    pub dedup_key: Option<String>,
    pub custom_fields: Value,
    pub roles: Vec<Given>,
    /// Absent in the first records: the creator alone.
    #[serde(default)]
    pub members: Option<Vec<UserId>>,
    pub impacts: Vec<Impact>,
    /// The first entry of the timeline, and the `declared` key event.
    pub updates: [UpdateId; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Given {
    pub role: RoleTypeId,
    pub user: UserId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Impact {
    #[serde(rename = "type")]
    pub impact_type: ImpactTypeId,
    pub level: ImpactLevelId,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Updated {
    pub update: UpdateId,
    pub fields: Fields,
    #[serde(default)]
    pub milestones: BTreeMap<String, Moment>,
    #[serde(default)]
    pub metrics: Metrics,
    /// When it happened; absent in the first records, where it is the record's own time.
    #[serde(default)]
    pub event_ts: Option<Moment>,
    #[serde(default)]
    pub marker: Option<String>,
    /// The environment that the entry says; absent in the first records, where it is the new one.
    #[serde(default)]
    pub entry_environment: Option<EnvironmentId>,
    /// The environments as they are stored; absent in the first records: read from the reference data of today.
    #[serde(default)]
    pub environment_values: Option<Vec<String>>,
}

/// The columns that an update changed.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Fields {
    pub status: Option<Step<StatusNumber>>,
    pub priority: Option<Step<PriorityId>>,
    pub category: Option<Step<CategoryId>>,
    pub environment: Option<Step<EnvironmentId>>,
    pub environments: Option<Step<Vec<EnvironmentId>>>,
    pub ignore: Option<Step<bool>>,
    pub mitigated_at: Option<Step<Moment>>,
    pub closed_at: Option<Step<Moment>>,
    pub next_update_at: Option<Step<Moment>>,
    pub closure_reason: Option<Step<Option<String>>>,
}

/// From what to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Step<T> {
    pub from: T,
    pub to: T,
}

/// A time in microseconds, or none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moment(pub Option<Timestamp>);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let Some(micros) = Option::<i64>::deserialize(d)? else { return Ok(Moment(None)) };
        let at = Timestamp::from_timestamp_micros(micros);
        at.map(|at| Moment(Some(at))).ok_or_else(|| D::Error::custom("no moment"))
    }
}

/// A status by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusNumber(pub Status);

impl<'de> Deserialize<'de> for StatusNumber {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        status(d).map(StatusNumber)
    }
}

fn status<'de, D: Deserializer<'de>>(d: D) -> Result<Status, D::Error> {
    let number = i16::deserialize(d)?;
    Status::from_number(number).ok_or_else(|| D::Error::custom("no status"))
}

/// Metric → microseconds, or none when it can no longer be computed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metrics(pub Vec<(MetricTypeId, Option<i64>)>);

impl<'de> Deserialize<'de> for Metrics {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let map = BTreeMap::<String, Option<i64>>::deserialize(d)?;
        let metric = |(id, us): (String, _)| Ok((id.parse().map_err(D::Error::custom)?, us));
        map.into_iter().map(metric).collect::<Result<_, _>>().map(Metrics)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Attached {
    pub channel: String,
    pub name: String,
}

#[derive(Deserialize)]
struct Changed {
    what: ChannelEvent,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelEvent {
    Renamed(String),
    Archived,
    Unarchived,
    Deleted,
}

#[derive(Deserialize)]
struct Member {
    user: UserId,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct KeyEvents {
    pub events: BTreeMap<String, Step<Moment>>,
    #[serde(default)]
    pub metrics: Metrics,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Roles {
    pub update: UpdateId,
    pub roles: Vec<RoleStep>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct RoleStep {
    pub role: RoleTypeId,
    pub from: Option<UserId>,
    pub to: Option<UserId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Cost {
    pub line: CostId,
    #[serde(rename = "type")]
    pub cost_type: CostTypeId,
    pub cents: Option<i64>,
}

/// A line as it is now; `from` is what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct CostChanged {
    #[serde(flatten)]
    pub to: Cost,
    pub from: CostBefore,
    /// The details changed, too: they are among the words, or nothing stands there any more.
    pub details: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct CostBefore {
    #[serde(rename = "type")]
    pub cost_type: CostTypeId,
    pub cents: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Tags {
    pub added: Vec<String>,
    pub removed: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Impacts {
    pub impacts: Vec<ImpactStep>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct ImpactStep {
    #[serde(rename = "type")]
    pub impact_type: ImpactTypeId,
    pub from: Option<ImpactLevelId>,
    pub to: ImpactLevelId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Corrected {
    pub update: UpdateId,
}

/// Words that were taken away: all, or those of one person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Erased {
    pub of: Option<UserId>,
    /// Number of the record, and the field in it.
    pub words: Vec<(i64, String)>,
}
