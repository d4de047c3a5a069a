//! Rows of incidents and the SQL that writes them. Private to this room: others ask by operation or read.

use crate::failure::OrInternal;
use domain::{
    IncidentId, Result, Timestamp, UpdateId, UserId,
    incident::{DeclarationPlan, milestone::DECLARED},
};
use sqlx::PgConnection;
use uuid::Uuid;

/// Inserts the incident. `None` when its `dedup_key` is held by an open one.
pub async fn insert_incident(
    conn: &mut PgConnection,
    plan: &DeclarationPlan,
    sent_by: Option<UserId>,
) -> Result<Option<IncidentId>> {
    let custom_fields = serde_json::to_value(&plan.custom_fields).or_internal("writing custom fields")?;
    let id = sqlx::query_scalar!(
        // The two partial indexes over open keys are the only ones that can be hit.
        "INSERT INTO incidents (title, description, status, severity_id, priority_id, category_id, environment_id,
                                created_by, sent_by, created_at, updated_at, custom_fields, dedup_key, ignore, private)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12, $13, $14)
         ON CONFLICT DO NOTHING RETURNING id",
        plan.title.as_str(),
        plan.description.as_str(),
        i32::from(plan.status.number()),
        plan.severity.map(|s| s.0),
        plan.priority.0,
        plan.category.0,
        plan.environment.0,
        plan.created_by.0,
        sent_by.map(|u| u.0),
        plan.created_at,
        custom_fields,
        plan.dedup_key,
        plan.ignore,
        plan.private,
    )
    .fetch_optional(conn)
    .await
    .or_internal("inserting an incident")?;
    Ok(id.map(IncidentId))
}

/// Everything an incident begins with, in one round trip: roles, members, impacts, and two entries of the timeline.
pub async fn insert_beginnings(
    conn: &mut PgConnection,
    incident: IncidentId,
    plan: &DeclarationPlan,
    updates: [UpdateId; 2],
) -> Result<()> {
    let roles: Vec<i32> = plan.roles.iter().map(|(role, _)| role.0).collect();
    let holders: Vec<Uuid> = plan.roles.iter().map(|(_, user)| user.0).collect();
    let members: Vec<Uuid> = plan.members.iter().map(|user| user.0).collect();
    let types: Vec<i32> = plan.impacts.iter().map(|i| i.impact_type.0).collect();
    let levels: Vec<Uuid> = plan.impacts.iter().map(|i| i.level.0).collect();
    sqlx::query!(
        "WITH roles AS (
             INSERT INTO incident_roles (incident_id, role_type_id, user_id, created_at, updated_at)
             SELECT $1, r, u, $2, $2 FROM unnest($3::int[], $4::uuid[]) AS t(r, u)
         ), members AS (
             INSERT INTO incident_members (incident_id, user_id, created_at)
             SELECT $1, u, $2 FROM unnest($5::uuid[]) AS u ON CONFLICT DO NOTHING
         ), impacts AS (
             INSERT INTO incident_impacts (incident_id, impact_type_id, impact_level_id, created_at, updated_at)
             SELECT $1, t, l, $2, $2 FROM unnest($6::int[], $7::uuid[]) AS x(t, l)
         ), declared AS (
             INSERT INTO incident_updates (id, incident_id, created_by, event_ts, event_type, is_milestone,
                                           created_at, updated_at)
             VALUES ($9, $1, $10, $2, $11, true, $2, $2)
         ), first AS (
             INSERT INTO incident_updates (id, incident_id, title, description, status, priority_id, category_id,
                                           environment_id, created_by, event_ts, created_at, updated_at)
             VALUES ($8, $1, $12, $13, $14, $15, $16, $17, $10, $2, $2, $2)
             RETURNING id
         )
         INSERT INTO incident_update_roles (update_id, role_type_id, user_id)
         SELECT first.id, r, u FROM first, unnest($3::int[], $4::uuid[]) AS t(r, u)",
        incident.0,
        plan.created_at,
        &roles,
        &holders,
        &members,
        &types,
        &levels,
        updates[0].0,
        updates[1].0,
        plan.created_by.0,
        DECLARED,
        plan.title.as_str(),
        plan.description.as_str(),
        i32::from(plan.status.number()),
        plan.priority.0,
        plan.category.0,
        plan.environment.0,
    )
    .execute(conn)
    .await
    .or_internal("inserting what an incident begins with")?;
    Ok(())
}

/// A channel of the incident exists or is being made.
pub async fn has_channel(conn: &mut PgConnection, incident: IncidentId) -> Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM slack_conversations WHERE incident_id = $1)
               OR EXISTS (SELECT FROM jobs WHERE incident_id = $1 AND kind = 'slack.create_channel'
                          AND state IN ('waiting', 'running', 'parked')) AS "has!""#,
        incident.0
    )
    .fetch_one(conn)
    .await
    .or_internal("asking for a channel")
}

/// Adds a member. False when they were one.
pub async fn add_member(
    conn: &mut PgConnection,
    incident: IncidentId,
    user: UserId,
    now: Timestamp,
) -> Result<bool> {
    let added = sqlx::query!(
        "INSERT INTO incident_members (incident_id, user_id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        incident.0,
        user.0,
        now,
    )
    .execute(conn)
    .await
    .or_internal("adding a member")?;
    Ok(added.rows_affected() == 1)
}

/// Removes a member. False when they were none.
pub async fn remove_member(conn: &mut PgConnection, incident: IncidentId, user: UserId) -> Result<bool> {
    let removed = sqlx::query!(
        "DELETE FROM incident_members WHERE incident_id = $1 AND user_id = $2",
        incident.0,
        user.0
    )
    .execute(conn)
    .await
    .or_internal("removing a member")?;
    Ok(removed.rows_affected() == 1)
}

/// Locks the incident's row against other writers. False when there is none.
pub async fn lock_row(conn: &mut PgConnection, incident: IncidentId) -> Result<bool> {
    let row = sqlx::query_scalar!("SELECT id FROM incidents WHERE id = $1 FOR NO KEY UPDATE", incident.0)
        .fetch_optional(conn)
        .await
        .or_internal("locking an incident")?;
    Ok(row.is_some())
}
