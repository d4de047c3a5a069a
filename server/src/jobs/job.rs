//! The closed list of jobs: what may follow a change.
//!
//! Two kinds, and no third. **say** tells something once and stores what the vendor answered in its row of `said`.
//! **reconcile** makes a surface look as the incident says; equal waiting ones are merged when one is claimed.
//! Payloads hold ids only: a job reads fresh state.

use domain::{IncidentId, JobId, RoleTypeId, Timestamp, UpdateId, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "wing", content = "job", rename_all = "snake_case")]
pub enum Job {
    Slack(SlackJob),
    Core(CoreJob),
}

/// What FireFighter does for itself, without a vendor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CoreJob {
    /// reconcile: the heads of the history that moved are in a root.
    RootHistory { tick: Timestamp },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SlackJob {
    /// say: the incident's channel. Parked, it holds its lane.
    CreateChannel {
        incident: IncidentId,
        /// The update that asked for it, when declaring did not: that is what is announced.
        #[serde(default)]
        raised_by: Option<UpdateId>,
    },
    /// reconcile: name, topic and bookmark of the channel.
    ReconcileChannel { incident: IncidentId },
    /// reconcile: opener, role holders and members are in the channel.
    Invite { incident: IncidentId },
    /// reconcile: the pinned card, posted once and then edited in place.
    DeclaredCard { incident: IncidentId },
    /// reconcile: the channel of a closed incident is archived.
    ArchiveChannel { incident: IncidentId },
    /// say: who holds which role, after the channel is made.
    RolesMessage { incident: IncidentId },
    /// reconcile: an update that was told and got other words since.
    CorrectUpdate { incident: IncidentId, update: UpdateId },
    /// say: an update, in the channel.
    PostUpdate { incident: IncidentId, update: UpdateId },
    /// say: the incident, or an update of it, in the channel tagged `tech_incidents`.
    Announce { incident: IncidentId, update: Option<UpdateId> },
    /// say: who holds which role now, after a change of roles.
    RolesChanged { incident: IncidentId, update: UpdateId },
    /// say: you hold this role now, to its holder. `update` is the change that gave it; none: it came with declaring.
    RoleDm {
        incident: IncidentId,
        user: UserId,
        role: RoleTypeId,
        #[serde(default)]
        update: Option<UpdateId>,
    },
    /// say: a message that was said a second time after a lost answer is looked for once more, a minute later; found
    /// twice, the younger goes.
    LookAgain { incident: IncidentId, say: Uuid, after: Timestamp },
    /// reconcile: the notice that our own topic change left is gone.
    DeleteNotice { incident: IncidentId, channel: String, ts: String },
}

impl Job {
    /// The vendor whose pauses hold it; `core` is never paused.
    pub fn vendor(&self) -> &'static str {
        match self {
            Job::Slack(_) => "slack",
            Job::Core(_) => "core",
        }
    }

    /// A dotted name for logs, metrics and people who look after the queue.
    pub fn kind(&self) -> &'static str {
        match self {
            Job::Slack(job) => match job {
                SlackJob::CreateChannel { .. } => "slack.create_channel",
                SlackJob::ReconcileChannel { .. } => "slack.reconcile_channel",
                SlackJob::Invite { .. } => "slack.invite",
                SlackJob::DeclaredCard { .. } => "slack.declared_card",
                SlackJob::ArchiveChannel { .. } => "slack.archive_channel",
                SlackJob::RolesMessage { .. } => "slack.roles_message",
                SlackJob::PostUpdate { .. } => "slack.post_update",
                SlackJob::CorrectUpdate { .. } => "slack.correct_update",
                SlackJob::Announce { .. } => "slack.announce",
                SlackJob::RolesChanged { .. } => "slack.roles_changed",
                SlackJob::RoleDm { .. } => "slack.role_dm",
                SlackJob::LookAgain { .. } => "slack.look_again",
                SlackJob::DeleteNotice { .. } => "slack.delete_notice",
            },
            Job::Core(CoreJob::RootHistory { .. }) => "core.root_history",
        }
    }

    pub fn incident(&self) -> Option<IncidentId> {
        match self {
            Job::Slack(job) => match job {
                SlackJob::CreateChannel { incident, .. }
                | SlackJob::ReconcileChannel { incident }
                | SlackJob::Invite { incident }
                | SlackJob::DeclaredCard { incident }
                | SlackJob::ArchiveChannel { incident }
                | SlackJob::RolesMessage { incident }
                | SlackJob::PostUpdate { incident, .. }
                | SlackJob::CorrectUpdate { incident, .. }
                | SlackJob::RolesChanged { incident, .. }
                | SlackJob::Announce { incident, .. }
                | SlackJob::RoleDm { incident, .. }
                | SlackJob::LookAgain { incident, .. }
                | SlackJob::DeleteNotice { incident, .. } => Some(*incident),
            },
            Job::Core(CoreJob::RootHistory { .. }) => None,
        }
    }

    /// The surface whose order it keeps.
    pub fn lane(&self) -> String {
        match self {
            Job::Slack(job) => match job {
                SlackJob::CreateChannel { incident, .. }
                | SlackJob::ReconcileChannel { incident }
                | SlackJob::Invite { incident }
                | SlackJob::DeclaredCard { incident }
                | SlackJob::ArchiveChannel { incident }
                | SlackJob::RolesMessage { incident }
                | SlackJob::RolesChanged { incident, .. }
                | SlackJob::CorrectUpdate { incident, .. }
                | SlackJob::PostUpdate { incident, .. } => format!("channel {incident}"),
                SlackJob::Announce { incident, .. } => format!("announce {incident}"),
                SlackJob::RoleDm { incident, user, .. } => format!("dm {incident} {user}"),
                SlackJob::LookAgain { say, .. } => format!("look {say}"),
                SlackJob::DeleteNotice { channel, .. } => format!("notice {channel}"),
            },
            Job::Core(CoreJob::RootHistory { .. }) => "history".into(),
        }
    }

    /// Unique for ever: a say is said once, whatever inserts it again.
    pub fn once_key(&self) -> Option<String> {
        match self {
            Job::Slack(job) => match job {
                SlackJob::CreateChannel { incident, .. } => Some(format!("slack.create_channel {incident}")),
                SlackJob::RolesMessage { incident } => Some(format!("slack.roles_message {incident}")),
                SlackJob::PostUpdate { update, .. } => Some(format!("slack.post_update {update}")),
                SlackJob::Announce { incident, update: None } => Some(format!("slack.announce {incident}")),
                SlackJob::Announce { update: Some(update), .. } => {
                    Some(format!("slack.announce_update {update}"))
                }
                SlackJob::RolesChanged { update, .. } => Some(format!("slack.roles_changed {update}")),
                SlackJob::RoleDm { incident, user, role, update: None } => {
                    Some(format!("slack.role_dm {incident} {user} {role}"))
                }
                SlackJob::RoleDm { user, role, update: Some(update), .. } => {
                    Some(format!("slack.role_dm {update} {user} {role}"))
                }
                SlackJob::LookAgain { say, after, .. } => {
                    Some(format!("slack.look_again {say} {}", after.timestamp_micros()))
                }
                SlackJob::DeleteNotice { channel, ts, .. } => {
                    Some(format!("slack.delete_notice {channel} {ts}"))
                }
                SlackJob::ReconcileChannel { .. }
                | SlackJob::Invite { .. }
                | SlackJob::DeclaredCard { .. }
                | SlackJob::ArchiveChannel { .. }
                | SlackJob::CorrectUpdate { .. } => None,
            },
            Job::Core(CoreJob::RootHistory { tick }) => Some(format!("root_history:{}", tick.timestamp())),
        }
    }

    /// Waiting twins of a claimed reconcile are merged with it.
    pub fn merge_key(&self) -> Option<String> {
        match self {
            Job::Slack(job) => match job {
                SlackJob::ReconcileChannel { incident } => Some(format!("slack.channel {incident}")),
                SlackJob::Invite { incident } => Some(format!("slack.invite {incident}")),
                SlackJob::DeclaredCard { incident } => Some(format!("slack.card {incident}")),
                SlackJob::ArchiveChannel { incident } => Some(format!("slack.archive {incident}")),
                SlackJob::CorrectUpdate { update, .. } => Some(format!("slack.correct {update}")),
                SlackJob::CreateChannel { .. }
                | SlackJob::RolesMessage { .. }
                | SlackJob::PostUpdate { .. }
                | SlackJob::Announce { .. }
                | SlackJob::RolesChanged { .. }
                | SlackJob::RoleDm { .. }
                | SlackJob::LookAgain { .. }
                | SlackJob::DeleteNotice { .. } => None,
            },
            Job::Core(CoreJob::RootHistory { .. }) => Some("root_history".into()),
        }
    }

    /// The lane whose holder must be done before this can be said: announcements name the channel, and what was declared
    /// is announced before what followed.
    pub fn behind_lane(&self) -> Option<String> {
        match self {
            Job::Slack(SlackJob::Announce { incident, .. }) => Some(format!("channel {incident}")),
            _ => None,
        }
    }

    /// Parked, nothing behind it in its lane can happen.
    pub fn holds_lane(&self) -> bool {
        matches!(self, Job::Slack(SlackJob::CreateChannel { .. }))
    }
}

/// One run of a job, as its code sees it.
#[derive(Debug, Clone)]
pub struct Run {
    pub job_id: JobId,
    pub lane: String,
    /// See `jobs.place`: children of the same lane stand right behind it.
    pub place: Vec<i64>,
    /// Counts from 1; waiting (429, outage) is not counted.
    pub attempt: i32,
    /// The run before belonged to a server that died, or its answer was lost: look before saying again.
    pub taken_over: bool,
    pub created_at: Timestamp,
    /// Set when a person pressed Retry: what is said late says its own time.
    pub late: bool,
    pub trace: Option<String>,
}

impl Run {
    /// Of a job without a row, by the command line.
    pub fn in_the_foreground(job: &Job, now: Timestamp) -> Self {
        Run {
            job_id: JobId(0),
            lane: job.lane(),
            place: Vec::new(),
            attempt: 1,
            taken_over: false,
            created_at: now,
            late: false,
            trace: None,
        }
    }
}

/// How a run ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Something was written at the vendor.
    Done,
    /// All was as wanted.
    Nothing,
}

/// What a run could not do, as the decision that follows.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// Our own step failed, or the vendor refused for a moment: again with back-off, counted.
    #[error("again later: {why}")]
    Retry { why: String },
    /// 429: every server waits with this method until then; not counted.
    #[error("rate limited on {method} for {after:?}")]
    RateLimited { method: String, after: std::time::Duration },
    /// Transport error, time-out or 5xx: not counted; five in a row pause the vendor. It may have acted.
    #[error("no answer: {why}")]
    Outage { why: String },
    /// Behind something in its own lane that is paced; not counted.
    #[error("paced for {after:?}")]
    Paced { after: std::time::Duration },
    /// Needs a person: permission, scope, setting. `why` is shown on the page.
    #[error("needs a person: {why}")]
    Park { why: String },
    /// Can never be said. `why` is kept and shown.
    #[error("dropped: {why}")]
    Drop { why: String },
}

impl From<sqlx::Error> for JobError {
    fn from(error: sqlx::Error) -> Self {
        JobError::Retry { why: format!("database: {error}") }
    }
}

impl From<domain::Error> for JobError {
    fn from(error: domain::Error) -> Self {
        JobError::Retry { why: error.to_string() }
    }
}
