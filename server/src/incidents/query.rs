//! Reads of single incidents and small sets of them, each behind the fence.

use crate::failure::OrInternal;
use domain::{
    CategoryId, EnvironmentId, Error, ImpactLevelId, ImpactTypeId, IncidentId, JobId, PriorityId, Result,
    RoleTypeId, Timestamp, UpdateId, UserId, Viewer,
    incident::{Milestone, Milestones, Status, milestone::latest},
};
use serde::Deserialize;
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

/// The facts of one incident, as of now.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    pub id: IncidentId,
    pub title: String,
    pub description: String,
    pub status: Status,
    pub priority: PriorityId,
    pub category: CategoryId,
    pub environment: EnvironmentId,
    pub private: bool,
    pub ignore: bool,
    pub created_by: Person,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub mitigated_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    pub next_update_at: Option<Timestamp>,
    pub closure_reason: Option<String>,
    pub closure_reference: String,
    pub custom_fields: serde_json::Value,
    pub channel: Option<Channel>,
}

impl Incident {
    /// The values of all environments chosen when it was declared or edited, in that order.
    pub fn environment_values(&self) -> Vec<&str> {
        self.custom_fields["environments"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|v| v.as_str())
            .collect()
    }
}

/// The incident's channel at Slack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    pub id: String,
    pub name: String,
    pub archived: bool,
}

/// A person as they are named, with their Slack account when it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    pub id: Option<UserId>,
    pub name: String,
    pub slack_id: Option<String>,
}

/// Who holds a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub role: RoleTypeId,
    pub person: Person,
}

/// One entry of a timeline: only what changed is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    pub id: UpdateId,
    pub incident: IncidentId,
    pub message: Option<String>,
    pub status: Option<Status>,
    pub priority: Option<PriorityId>,
    pub category: Option<CategoryId>,
    pub environment: Option<EnvironmentId>,
    pub title: Option<String>,
    pub description: Option<String>,
    pub author: Option<Person>,
    pub event_ts: Timestamp,
    pub event_type: Option<String>,
    pub is_milestone: bool,
    /// The next one is promised by then.
    pub next_update_at: Option<Timestamp>,
    /// `message` is not what was said first.
    pub corrected: Option<Corrected>,
    pub created_at: Timestamp,
}

/// That an entry was given other words.
#[derive(Debug, Clone, PartialEq)]
pub struct Corrected {
    pub original: String,
    /// `None`: somebody who is gone.
    pub by: Option<Person>,
    pub at: Timestamp,
}

#[derive(sqlx::FromRow)]
pub(super) struct IncidentRow {
    pub(super) id: i64,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) status: i32,
    pub(super) priority_id: Uuid,
    pub(super) category_id: Uuid,
    pub(super) environment_id: Uuid,
    pub(super) private: bool,
    pub(super) ignore: bool,
    pub(super) created_by: Uuid,
    pub(super) creator: String,
    pub(super) creator_slack: Option<String>,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    pub(super) mitigated_at: Option<Timestamp>,
    pub(super) closed_at: Option<Timestamp>,
    pub(super) next_update_at: Option<Timestamp>,
    pub(super) closure_reason: Option<String>,
    pub(super) closure_reference: String,
    pub(super) custom_fields: serde_json::Value,
    pub(super) channel_id: Option<String>,
    pub(super) channel_name: Option<String>,
    pub(super) channel_status: Option<String>,
}

impl From<IncidentRow> for Incident {
    fn from(r: IncidentRow) -> Self {
        let channel = r.channel_id.map(|id| Channel {
            id,
            name: r.channel_name.unwrap_or_default(),
            archived: r.channel_status.as_deref() == Some("archived"),
        });
        Incident {
            id: IncidentId(r.id),
            title: r.title,
            description: r.description,
            status: status(r.status),
            priority: PriorityId(r.priority_id),
            category: CategoryId(r.category_id),
            environment: EnvironmentId(r.environment_id),
            private: r.private,
            ignore: r.ignore,
            created_by: Person { id: Some(UserId(r.created_by)), name: r.creator, slack_id: r.creator_slack },
            created_at: r.created_at,
            updated_at: r.updated_at,
            mitigated_at: r.mitigated_at,
            closed_at: r.closed_at,
            next_update_at: r.next_update_at,
            closure_reason: r.closure_reason.filter(|reason| !reason.is_empty()),
            closure_reference: r.closure_reference,
            custom_fields: r.custom_fields,
            channel,
        }
    }
}

/// A status as stored.
pub(super) fn status(number: i32) -> Status {
    i16::try_from(number)
        .ok()
        .and_then(Status::from_number)
        .expect("a check constraint admits no other number")
}

/// One incident.
///
/// # Errors
/// [`Error::NotFound`] when it does not exist or may not be seen: by the same query.
pub async fn get(db: &PgPool, viewer: Viewer, id: IncidentId) -> Result<Incident> {
    let row = sqlx::query_as!(
        IncidentRow,
        r#"SELECT i.id, i.title, i.description, i.status, i.priority_id, i.category_id, i.environment_id,
                  i.private, i.ignore, i.created_by, u.full_name AS "creator!",
                  su.slack_id AS "creator_slack?", i.created_at, i.updated_at, i.mitigated_at, i.closed_at,
                  i.next_update_at, i.closure_reason, i.closure_reference, i.custom_fields,
                  c.channel_id AS "channel_id?", c.name AS "channel_name?", c.status AS "channel_status?"
           FROM incidents i
           JOIN users u ON u.id = i.created_by
           LEFT JOIN slack_users su ON su.user_id = i.created_by
           LEFT JOIN slack_conversations c ON c.incident_id = i.id
           WHERE i.id = $1 AND (NOT i.private OR may_see_private(i.id, $2, $3))"#,
        id.0,
        viewer.user.map(|u| u.0),
        viewer.sees_private,
    )
    .fetch_optional(db)
    .await
    .or_internal("reading an incident")?;
    row.map(Incident::from).ok_or(Error::NotFound)
}

/// Which of these the viewer may see.
///
/// # Errors
/// When the database does not answer.
pub async fn visible_among(db: &PgPool, viewer: Viewer, ids: &[IncidentId]) -> Result<Vec<IncidentId>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let seen = sqlx::query_scalar!(
        "SELECT i.id FROM incidents i
         WHERE i.id = ANY($1) AND (NOT i.private OR may_see_private(i.id, $2, $3)) ORDER BY i.id",
        &ids,
        viewer.user.map(|u| u.0),
        viewer.sees_private,
    )
    .fetch_all(db)
    .await
    .or_internal("asking what may be seen")?;
    Ok(seen.into_iter().map(IncidentId).collect())
}

/// The incident whose channel this is, if the viewer may see it.
///
/// # Errors
/// When the database does not answer.
pub async fn by_channel(db: &PgPool, viewer: Viewer, channel: &str) -> Result<Option<IncidentId>> {
    let id = sqlx::query_scalar!(
        "SELECT i.id FROM slack_conversations c JOIN incidents i ON i.id = c.incident_id
         WHERE c.channel_id = $1 AND (NOT i.private OR may_see_private(i.id, $2, $3))",
        channel,
        viewer.user.map(|u| u.0),
        viewer.sees_private,
    )
    .fetch_optional(db)
    .await
    .or_internal("finding a channel's incident")?;
    Ok(id.map(IncidentId))
}

/// An incident in a short list: picker, "is it one of these?", "declared in the last hour".
#[derive(Debug, Clone, PartialEq)]
pub struct Brief {
    pub id: IncidentId,
    pub title: String,
    pub status: Status,
    pub priority: PriorityId,
    pub category: CategoryId,
    pub environment: EnvironmentId,
    pub created_at: Timestamp,
    pub channel: Option<Channel>,
}

pub(super) struct BriefRow {
    pub(super) id: i64,
    pub(super) title: String,
    pub(super) status: i32,
    pub(super) priority_id: Uuid,
    pub(super) category_id: Uuid,
    pub(super) environment_id: Uuid,
    pub(super) created_at: Timestamp,
    pub(super) channel_id: Option<String>,
    pub(super) channel_name: Option<String>,
    pub(super) channel_status: Option<String>,
}

impl From<BriefRow> for Brief {
    fn from(r: BriefRow) -> Self {
        let channel = r.channel_id.map(|id| Channel {
            id,
            name: r.channel_name.unwrap_or_default(),
            archived: r.channel_status.as_deref() == Some("archived"),
        });
        Brief {
            id: IncidentId(r.id),
            title: r.title,
            status: status(r.status),
            priority: PriorityId(r.priority_id),
            category: CategoryId(r.category_id),
            environment: EnvironmentId(r.environment_id),
            created_at: r.created_at,
            channel,
        }
    }
}

/// Active incidents to pick from, newest first: those with a channel and those that could get one, by number or words
/// of the title.
///
/// # Errors
/// When the database does not answer.
pub async fn list_for_picker(db: &PgPool, viewer: Viewer, search: &str, limit: i64) -> Result<Vec<Brief>> {
    let number: Option<i64> = search.trim().trim_start_matches('#').parse().ok();
    let words = search.trim().replace(['%', '_', '\\'], " ");
    let rows = sqlx::query_as!(
        BriefRow,
        r#"SELECT i.id, i.title, i.status, i.priority_id, i.category_id, i.environment_id, i.created_at,
                  c.channel_id AS "channel_id?", c.name AS "channel_name?", c.status AS "channel_status?"
           FROM incidents i LEFT JOIN slack_conversations c ON c.incident_id = i.id
           WHERE i.status < 60 AND (NOT i.private OR may_see_private(i.id, $1, $2))
             AND ($3 = '' OR i.id = $4 OR i.title ILIKE '%' || $3 || '%')
           ORDER BY i.id DESC LIMIT $5"#,
        viewer.user.map(|u| u.0),
        viewer.sees_private,
        words,
        number,
        limit,
    )
    .fetch_all(db)
    .await
    .or_internal("listing incidents to pick from")?;
    Ok(rows.into_iter().map(Brief::from).collect())
}

/// P1 to P3 declared since then, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn recent_critical(db: &PgPool, viewer: Viewer, since: Timestamp) -> Result<Vec<Brief>> {
    let rows = sqlx::query_as!(
        BriefRow,
        r#"SELECT i.id, i.title, i.status, i.priority_id, i.category_id, i.environment_id, i.created_at,
                  c.channel_id AS "channel_id?", c.name AS "channel_name?", c.status AS "channel_status?"
           FROM incidents i JOIN priorities p ON p.id = i.priority_id
           LEFT JOIN slack_conversations c ON c.incident_id = i.id
           WHERE i.created_at >= $3 AND p.value <= 3 AND (NOT i.private OR may_see_private(i.id, $1, $2))
           ORDER BY i.created_at DESC, i.id DESC LIMIT 30"#,
        viewer.user.map(|u| u.0),
        viewer.sees_private,
        since,
    )
    .fetch_all(db)
    .await
    .or_internal("listing recent critical incidents")?;
    Ok(rows.into_iter().map(Brief::from).collect())
}

#[derive(Debug, Deserialize)]
pub(super) struct UpdateRow {
    id: Uuid,
    incident_id: i64,
    message: Option<String>,
    status: Option<i32>,
    priority_id: Option<Uuid>,
    category_id: Option<Uuid>,
    environment_id: Option<Uuid>,
    title: Option<String>,
    description: Option<String>,
    created_by: Option<Uuid>,
    author: Option<String>,
    author_slack: Option<String>,
    event_ts: Timestamp,
    event_type: Option<String>,
    is_milestone: bool,
    next_update_at: Option<Timestamp>,
    original: Option<String>,
    corrected_by: Option<Uuid>,
    corrector: Option<String>,
    corrected_at: Option<Timestamp>,
    created_at: Timestamp,
}

impl From<UpdateRow> for Update {
    fn from(r: UpdateRow) -> Self {
        let author = r.created_by.map(|id| Person {
            id: Some(UserId(id)),
            name: r.author.unwrap_or_default(),
            slack_id: r.author_slack,
        });
        let corrector = r.corrected_by.map(|id| Person {
            id: Some(UserId(id)),
            name: r.corrector.unwrap_or_default(),
            slack_id: None,
        });
        Update {
            id: UpdateId(r.id),
            incident: IncidentId(r.incident_id),
            message: r.message,
            status: r.status.map(status),
            priority: r.priority_id.map(PriorityId),
            category: r.category_id.map(CategoryId),
            environment: r.environment_id.map(EnvironmentId),
            title: r.title,
            description: r.description,
            author,
            event_ts: r.event_ts,
            event_type: r.event_type,
            is_milestone: r.is_milestone,
            next_update_at: r.next_update_at,
            corrected: r.original.zip(r.corrected_at).map(|(original, at)| Corrected {
                original,
                by: corrector,
                at,
            }),
            created_at: r.created_at,
        }
    }
}

/// One update, for the job that tells it. Jobs speak only on surfaces of the incident, so no fence is asked.
///
/// # Errors
/// [`Error::NotFound`] when it is gone.
pub async fn update(db: &PgPool, id: UpdateId) -> Result<Update> {
    let row = sqlx::query_as!(
        UpdateRow,
        r#"SELECT p.id, p.incident_id, p.message, p.status, p.priority_id, p.category_id, p.environment_id, p.title,
                  p.description, p.created_by, u.full_name AS "author?", su.slack_id AS "author_slack?",
                  p.event_ts, p.event_type, p.is_milestone, p.next_update_at, p.original, p.corrected_by,
                  cu.full_name AS "corrector?", p.corrected_at, p.created_at
           FROM incident_updates p
           LEFT JOIN users u ON u.id = p.created_by
           LEFT JOIN users cu ON cu.id = p.corrected_by
           LEFT JOIN slack_users su ON su.user_id = p.created_by
           WHERE p.id = $1"#,
        id.0
    )
    .fetch_optional(db)
    .await
    .or_internal("reading an update")?;
    row.map(Update::from).ok_or(Error::NotFound)
}

/// The newest `limit` entries of a timeline, newest first. Called after [`get`] said that the incident may be seen.
///
/// # Errors
/// When the database does not answer.
pub async fn timeline(db: &PgPool, incident: IncidentId, limit: i64) -> Result<Vec<Update>> {
    let rows = sqlx::query_as!(
        UpdateRow,
        r#"SELECT p.id, p.incident_id, p.message, p.status, p.priority_id, p.category_id, p.environment_id, p.title,
                  p.description, p.created_by, u.full_name AS "author?", su.slack_id AS "author_slack?",
                  p.event_ts, p.event_type, p.is_milestone, p.next_update_at, p.original, p.corrected_by,
                  cu.full_name AS "corrector?", p.corrected_at, p.created_at
           FROM incident_updates p
           LEFT JOIN users u ON u.id = p.created_by
           LEFT JOIN users cu ON cu.id = p.corrected_by
           LEFT JOIN slack_users su ON su.user_id = p.created_by
           WHERE p.incident_id = $1
           ORDER BY p.event_ts DESC, p.created_at DESC, p.id LIMIT $2"#,
        incident.0,
        limit,
    )
    .fetch_all(db)
    .await
    .or_internal("reading a timeline")?;
    Ok(rows.into_iter().map(Update::from).collect())
}

/// Who holds which role, in the order of roles.
///
/// # Errors
/// When the database does not answer.
pub async fn holders(db: &PgPool, incident: IncidentId) -> Result<Vec<Holder>> {
    let rows = sqlx::query!(
        r#"SELECT r.role_type_id, r.user_id, u.full_name AS "name!", su.slack_id AS "slack_id?"
           FROM incident_roles r JOIN role_types t ON t.id = r.role_type_id JOIN users u ON u.id = r.user_id
           LEFT JOIN slack_users su ON su.user_id = r.user_id
           WHERE r.incident_id = $1 ORDER BY t.position, t.id"#,
        incident.0
    )
    .fetch_all(db)
    .await
    .or_internal("reading the roles of an incident")?;
    let holder = |r: (i32, Uuid, String, Option<String>)| Holder {
        role: RoleTypeId(r.0),
        person: Person { id: Some(UserId(r.1)), name: r.2, slack_id: r.3 },
    };
    Ok(rows.into_iter().map(|r| holder((r.role_type_id, r.user_id, r.name, r.slack_id))).collect())
}

/// The role changes of one entry of a timeline, in the order of roles: who holds it since, or nobody. Jobs speak only
/// on surfaces of the incident, so no fence is asked.
///
/// # Errors
/// When the database does not answer.
pub async fn role_changes(db: &PgPool, update: UpdateId) -> Result<Vec<(RoleTypeId, Option<Person>)>> {
    let rows = sqlx::query!(
        r#"SELECT r.role_type_id, r.user_id, u.full_name AS "name?", su.slack_id AS "slack_id?"
           FROM incident_update_roles r JOIN role_types t ON t.id = r.role_type_id
           LEFT JOIN users u ON u.id = r.user_id LEFT JOIN slack_users su ON su.user_id = r.user_id
           WHERE r.update_id = $1 ORDER BY t.position, t.id"#,
        update.0
    )
    .fetch_all(db)
    .await
    .or_internal("reading changed roles")?;
    let person = |id, name: Option<String>, slack_id| Person {
        id: Some(UserId(id)),
        name: name.unwrap_or_default(),
        slack_id,
    };
    Ok(rows
        .into_iter()
        .map(|r| (RoleTypeId(r.role_type_id), r.user_id.map(|id| person(id, r.name, r.slack_id))))
        .collect())
}

/// Everybody who belongs to an incident: members, holders of a role, its creator. Active people only.
///
/// # Errors
/// When the database does not answer.
pub async fn people(db: &PgPool, incident: IncidentId) -> Result<Vec<Person>> {
    let rows = sqlx::query!(
        r#"SELECT u.id, u.full_name AS "name!", su.slack_id AS "slack_id?"
           FROM users u LEFT JOIN slack_users su ON su.user_id = u.id AND NOT su.is_deleted
           WHERE u.is_active AND u.id IN (SELECT user_id FROM incident_people WHERE incident_id = $1)
           ORDER BY u.id = (SELECT created_by FROM incidents WHERE id = $1) DESC, u.username"#,
        incident.0
    )
    .fetch_all(db)
    .await
    .or_internal("reading the people of an incident")?;
    let person =
        |r: (Uuid, String, Option<String>)| Person { id: Some(UserId(r.0)), name: r.1, slack_id: r.2 };
    Ok(rows.into_iter().map(|r| person((r.id, r.name, r.slack_id))).collect())
}

/// The chosen level of each axis.
///
/// # Errors
/// When the database does not answer.
pub async fn impacts(
    db: impl PgExecutor<'_>,
    incident: IncidentId,
) -> Result<Vec<(ImpactTypeId, ImpactLevelId)>> {
    let rows = sqlx::query!(
        "SELECT impact_type_id, impact_level_id FROM incident_impacts WHERE incident_id = $1 ORDER BY impact_type_id",
        incident.0
    )
    .fetch_all(db)
    .await
    .or_internal("reading the impacts of an incident")?;
    Ok(rows.into_iter().map(|r| (ImpactTypeId(r.impact_type_id), ImpactLevelId(r.impact_level_id))).collect())
}

/// The time of each key event, and who set it.
///
/// # Errors
/// When the database does not answer.
pub async fn milestones(db: &PgPool, incident: IncidentId) -> Result<Milestones> {
    let rows = sqlx::query!(
        r#"SELECT event_type AS "event_type!", event_ts, created_by FROM incident_updates
           WHERE incident_id = $1 AND is_milestone"#,
        incident.0
    )
    .fetch_all(db)
    .await
    .or_internal("reading the key events of an incident")?;
    let milestones =
        rows.into_iter().map(|r| (r.event_type, Milestone { at: r.event_ts, by: r.created_by.map(UserId) }));
    Ok(latest(milestones))
}

/// How one job of an incident stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    pub job: JobId,
    /// `slack.create_channel`
    pub kind: String,
    /// `channel 123`
    pub lane: String,
    /// `waiting`, `running`, `done`, `merged`, `dropped`, `parked`
    pub state: String,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    pub run_at: Timestamp,
    pub tries: i32,
    pub reason: Option<String>,
}

/// The jobs of an incident that matter to people: unfinished and refused ones all, the done ones of the last `limit`.
///
/// # Errors
/// When the database does not answer.
pub async fn deliveries(db: &PgPool, incident: IncidentId, limit: i64) -> Result<Vec<Delivery>> {
    let rows = sqlx::query!(
        "SELECT id, kind, lane, state, created_at, finished_at, run_at, tries, reason FROM jobs
         WHERE incident_id = $1 AND state <> 'merged' ORDER BY id DESC LIMIT $2",
        incident.0,
        limit,
    )
    .fetch_all(db)
    .await
    .or_internal("reading the deliveries of an incident")?;
    let deliveries = rows.into_iter().map(|r| Delivery {
        job: JobId(r.id),
        kind: r.kind,
        lane: r.lane,
        state: r.state,
        created_at: r.created_at,
        finished_at: r.finished_at,
        run_at: r.run_at,
        tries: r.tries,
        reason: r.reason,
    });
    Ok(deliveries.collect())
}
