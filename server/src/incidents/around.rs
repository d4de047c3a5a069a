//! One incident for its page, with what stands around it – timeline, people, impacts, durations, deliveries, costs, tags,
//! notes – in one statement.

use super::{
    notes::{self, Note},
    query::{Delivery, Holder, Incident, IncidentRow, Person, Update, UpdateRow},
};
use crate::{failure::OrInternal, looks::Last};
use domain::{
    CostId, CostTypeId, Error, ImpactLevelId, ImpactTypeId, IncidentId, JobId, MetricTypeId, Result,
    RoleTypeId, Timestamp, UserId, Viewer,
    incident::{Cents, Cost, Milestone, Milestones, Tag, milestone::latest},
};
use serde::Deserialize;
use sqlx::{PgPool, types::Json};
use uuid::Uuid;

#[derive(Debug, Clone, Default)]
pub struct Around {
    /// Newest first.
    pub updates: Vec<Update>,
    pub left_out: Option<LeftOut>,
    pub milestones: Milestones,
    /// In the order of roles.
    pub holders: Vec<Holder>,
    /// How many people belong to it.
    pub members: usize,
    pub impacts: Vec<(ImpactTypeId, ImpactLevelId)>,
    /// Microseconds.
    pub metrics: Vec<(MetricTypeId, i64)>,
    /// Those that matter to people, newest first.
    pub deliveries: Vec<Delivery>,
    /// Newest first.
    pub notes: Vec<Note>,
    /// Oldest first.
    pub costs: Vec<(CostId, Cost)>,
    pub tags: Vec<Tag>,
}

/// Entries that only say something, older than the newest ones. Those that say nothing either, as a role that changed
/// hands without a note, are told by a note of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct LeftOut {
    pub count: usize,
    /// When the last of them was written.
    pub last: Timestamp,
}

/// Whether an entry changed something. It is read however old it is, for what was true since then. [`whole`] says the
/// same in SQL.
pub(super) fn changes(update: &Update) -> bool {
    update.is_milestone
        || update.status.is_some()
        || update.priority.is_some()
        || update.category.is_some()
        || update.environment.is_some()
        || update.title.is_some()
        || update.description.is_some()
}

/// One list of the answer. Nothing of it is NULL.
type Rows<T> = Option<Json<Vec<T>>>;

#[derive(Debug, Deserialize)]
struct HolderRow {
    role_type_id: i32,
    user_id: Uuid,
    name: String,
    slack_id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct DeliveryRow {
    id: i64,
    kind: String,
    lane: String,
    state: String,
    created_at: Timestamp,
    finished_at: Option<Timestamp>,
    run_at: Timestamp,
    tries: i32,
    reason: Option<String>,
}

#[derive(Debug, Deserialize)]
struct CostRow {
    id: i64,
    cost_type_id: i64,
    cents: Option<i64>,
    details: Option<String>,
}

#[derive(Debug, Deserialize)]
struct TagRow {
    name: String,
    slug: String,
}

#[derive(Debug, Deserialize)]
struct RecordRow {
    seq: i64,
    at: Timestamp,
    kind: String,
    body: serde_json::Value,
}

/// One incident with all around it, and how far this viewer has seen it.
#[derive(Debug, Clone)]
pub struct Whole {
    pub incident: Incident,
    pub around: Around,
    /// The last record of its history; `None`: it has none.
    pub head: Option<i64>,
    /// What the viewer saw of it last.
    pub looked: Option<Last>,
}

/// Reads it as this viewer may see it, with the newest `limit` entries of the timeline, deliveries and notes, and all
/// entries that changed something ([`changes`]). All of it is of one moment. What stands around it is read only once the
/// fence has let the viewer through.
///
/// # Errors
/// [`Error::NotFound`] when it does not exist or may not be seen: by the same query.
pub async fn whole(db: &PgPool, viewer: Viewer, incident: IncidentId, limit: i64) -> Result<Whole> {
    let kinds = notes::KINDS.map(str::to_owned);
    // `(SELECT $1)`: how many rows to expect does not hang on the number, so PostgreSQL keeps the plan it made; planning
    // this anew each time costs more than running it. Names are asked for one by one: joined, all people would be read for
    // the few of an incident.
    let row = sqlx::query!(
        r#"WITH placed AS (
                SELECT *, row_number() OVER (ORDER BY event_ts DESC, created_at DESC, id) AS place,
                       is_milestone OR num_nonnulls(status, priority_id, category_id, environment_id, title, description) > 0
                           AS changes
                FROM incident_updates WHERE incident_id = (SELECT $1::bigint))
           SELECT i.title, i.description, i.status, i.priority_id, i.category_id, i.environment_id, i.private, i.ignore,
           i.created_by, o.full_name AS "creator!", os.slack_id AS "creator_slack?", i.created_at, i.updated_at,
           i.mitigated_at, i.closed_at, i.next_update_at, i.closure_reason, i.closure_reference, i.custom_fields,
           c.channel_id AS "channel_id?", c.name AS "channel_name?", c.status AS "channel_status?",
           (SELECT seq FROM history_heads WHERE stream = 'incident ' || (SELECT $1::bigint)) AS head,
           l.seq AS "seen?", l.looked_at AS "looked_at?",
           (SELECT json_agg(x) FROM (
                SELECT p.id, p.incident_id, p.message, p.status, p.priority_id, p.category_id, p.environment_id, p.title,
                       p.description, p.created_by, (SELECT full_name FROM users WHERE id = p.created_by) AS author,
                       (SELECT slack_id FROM slack_users WHERE user_id = p.created_by) AS author_slack, p.event_ts,
                       p.event_type, p.is_milestone, p.next_update_at, p.original, p.corrected_by,
                       (SELECT full_name FROM users WHERE id = p.corrected_by) AS corrector, p.corrected_at, p.created_at
                FROM placed p WHERE p.place <= $2 OR p.changes ORDER BY p.place) x
           ) AS "updates: Json<Vec<UpdateRow>>",
           (SELECT json_build_object('count', count(*), 'last', max(created_at)) FROM placed
            WHERE place > $2 AND NOT changes AND message <> '' HAVING count(*) > 0) AS "left_out: Json<LeftOut>",
           (SELECT json_agg(x) FROM (
                SELECT r.role_type_id, r.user_id, u.full_name AS name, su.slack_id
                FROM incident_roles r JOIN role_types t ON t.id = r.role_type_id JOIN users u ON u.id = r.user_id
                LEFT JOIN slack_users su ON su.user_id = r.user_id
                WHERE r.incident_id = (SELECT $1::bigint) ORDER BY t.position, t.id) x
           ) AS "holders: Json<Vec<HolderRow>>",
           (SELECT count(*) FROM incident_people p WHERE p.incident_id = (SELECT $1::bigint)
            AND (SELECT is_active FROM users WHERE id = p.user_id)) AS "members!",
           (SELECT json_agg(json_build_array(impact_type_id, impact_level_id) ORDER BY impact_type_id)
            FROM incident_impacts WHERE incident_id = (SELECT $1::bigint)) AS "impacts: Json<Vec<(i32, Uuid)>>",
           (SELECT json_agg(json_build_array(metric_type_id, duration_us) ORDER BY metric_type_id)
            FROM incident_metrics WHERE incident_id = (SELECT $1::bigint)) AS "metrics: Json<Vec<(i32, i64)>>",
           (SELECT json_agg(x) FROM (
                SELECT id, kind, lane, state, created_at, finished_at, run_at, tries, reason FROM jobs
                WHERE incident_id = (SELECT $1::bigint) AND state <> 'merged' ORDER BY id DESC LIMIT $2) x
           ) AS "deliveries: Json<Vec<DeliveryRow>>",
           (SELECT json_agg(x) FROM (
                SELECT id, cost_type_id, (amount * 100)::bigint AS cents, details FROM incident_costs
                WHERE incident_id = (SELECT $1::bigint) ORDER BY id) x
           ) AS "costs: Json<Vec<CostRow>>",
           (SELECT json_agg(x) FROM (
                SELECT t.name, t.slug FROM incident_tags i JOIN tags t ON t.id = i.tag_id
                WHERE i.incident_id = (SELECT $1::bigint) ORDER BY t.name) x
           ) AS "tags: Json<Vec<TagRow>>",
           (SELECT json_agg(x) FROM (
                SELECT seq, at, kind, body::json AS body FROM history
                WHERE stream = 'incident ' || (SELECT $1::bigint) AND kind = ANY($3) ORDER BY seq DESC LIMIT $2) x
           ) AS "records: Json<Vec<RecordRow>>"
           FROM incidents i
           JOIN users o ON o.id = i.created_by
           LEFT JOIN slack_users os ON os.user_id = i.created_by
           LEFT JOIN slack_conversations c ON c.incident_id = i.id
           LEFT JOIN looks l ON l.incident_id = i.id AND l.user_id = $4
           WHERE i.id = (SELECT $1::bigint) AND (NOT i.private OR may_see_private(i.id, $4, $5))"#,
        incident.0,
        limit,
        &kinds[..],
        viewer.user.map(|u| u.0),
        viewer.sees_private,
    )
    .fetch_optional(db)
    .await
    .or_internal("reading an incident and what stands around it")?;
    let row = row.ok_or(Error::NotFound)?;
    let updates: Vec<Update> = list(row.updates).map(Update::from).collect();
    let records = list(row.records).map(|r| (r.seq, r.at, r.kind, r.body)).collect();
    let around = Around {
        left_out: row.left_out.map(|left| left.0),
        milestones: milestones(&updates),
        updates,
        holders: list(row.holders).map(Holder::from).collect(),
        members: usize::try_from(row.members).unwrap_or_default(),
        impacts: list(row.impacts).map(|(axis, level)| (ImpactTypeId(axis), ImpactLevelId(level))).collect(),
        metrics: list(row.metrics).map(|(metric, us)| (MetricTypeId(metric), us)).collect(),
        deliveries: list(row.deliveries).map(Delivery::from).collect(),
        notes: notes::of_records(db, records).await?,
        costs: list(row.costs).map(cost).collect(),
        tags: list(row.tags).map(|tag| Tag { name: tag.name, slug: tag.slug }).collect(),
    };
    let incident = IncidentRow {
        id: incident.0,
        title: row.title,
        description: row.description,
        status: row.status,
        priority_id: row.priority_id,
        category_id: row.category_id,
        environment_id: row.environment_id,
        private: row.private,
        ignore: row.ignore,
        created_by: row.created_by,
        creator: row.creator,
        creator_slack: row.creator_slack,
        created_at: row.created_at,
        updated_at: row.updated_at,
        mitigated_at: row.mitigated_at,
        closed_at: row.closed_at,
        next_update_at: row.next_update_at,
        closure_reason: row.closure_reason,
        closure_reference: row.closure_reference,
        custom_fields: row.custom_fields,
        channel_id: row.channel_id,
        channel_name: row.channel_name,
        channel_status: row.channel_status,
    };
    let looked = row.seen.zip(row.looked_at).map(|(seq, at)| Last { seq, at });
    Ok(Whole { incident: incident.into(), around, head: row.head, looked })
}

/// All of them are there, however few entries are shown: each changed something.
fn milestones(updates: &[Update]) -> Milestones {
    let milestones = updates.iter().filter(|update| update.is_milestone);
    latest(milestones.filter_map(|update| {
        let by = update.author.as_ref().and_then(|author| author.id);
        Some((update.event_type.clone()?, Milestone { at: update.event_ts, by }))
    }))
}

/// The newest ones and those that changed something, of all, newest first.
pub(super) fn shorten(updates: Vec<Update>, limit: i64) -> (Vec<Update>, Option<LeftOut>) {
    let newest = usize::try_from(limit).unwrap_or(usize::MAX);
    let (shown, left): (Vec<_>, Vec<_>) =
        updates.into_iter().enumerate().partition(|(place, update)| *place < newest || changes(update));
    let said =
        left.iter().filter(|(_, update)| update.message.as_deref().is_some_and(|words| !words.is_empty()));
    let written: Vec<Timestamp> = said.map(|(_, update)| update.created_at).collect();
    let left_out = written.iter().max().map(|last| LeftOut { count: written.len(), last: *last });
    (shown.into_iter().map(|(_, update)| update).collect(), left_out)
}

fn list<T>(rows: Rows<T>) -> std::vec::IntoIter<T> {
    rows.map(|rows| rows.0).unwrap_or_default().into_iter()
}

fn cost(row: CostRow) -> (CostId, Cost) {
    let cost_type = CostTypeId(row.cost_type_id);
    (CostId(row.id), Cost { cost_type, amount: row.cents.map(Cents), details: row.details })
}

impl From<HolderRow> for Holder {
    fn from(row: HolderRow) -> Self {
        let person = Person { id: Some(UserId(row.user_id)), name: row.name, slack_id: row.slack_id };
        Holder { role: RoleTypeId(row.role_type_id), person }
    }
}

impl From<DeliveryRow> for Delivery {
    fn from(row: DeliveryRow) -> Self {
        Delivery {
            job: JobId(row.id),
            kind: row.kind,
            lane: row.lane,
            state: row.state,
            created_at: row.created_at,
            finished_at: row.finished_at,
            run_at: row.run_at,
            tries: row.tries,
            reason: row.reason,
        }
    }
}
