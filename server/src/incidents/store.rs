//! Rows of incidents and the SQL that writes them. Private to this room: others ask by operation or read.

use crate::{change::Channel, failure::OrInternal};
use domain::{
    CategoryId, EnvironmentId, Error, IncidentId, PriorityId, Result, RoleTypeId, Timestamp, UpdateId,
    UserId, Viewer,
    catalog::Catalog,
    incident::{
        Closure, ClosureReason, DeclarationPlan, Marker, MetricValue, Milestone, MilestoneChange, Postmortem,
        RoleChange, State, UpdatePlan, code,
        milestone::{DECLARED, credited, latest},
        values_of,
    },
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

/// The channel of the incident as it is: made or being made, archived, or none.
pub async fn channel(conn: &mut PgConnection, incident: IncidentId) -> Result<Channel> {
    let found = sqlx::query!(
        r#"SELECT EXISTS (SELECT FROM slack_conversations WHERE incident_id = $1)
               OR EXISTS (SELECT FROM jobs WHERE incident_id = $1 AND kind = 'slack.create_channel'
                          AND state IN ('waiting', 'running', 'parked')) AS "there!",
               EXISTS (SELECT FROM slack_conversations WHERE incident_id = $1 AND status = 'archived') AS "archived!""#,
        incident.0
    )
    .fetch_one(conn)
    .await
    .or_internal("asking for a channel")?;
    Ok(match (found.there, found.archived) {
        (_, true) => Channel::Archived,
        (true, false) => Channel::There,
        (false, false) => Channel::None,
    })
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

/// Notes that something was told of a channel. False when the same or something newer was told before.
pub async fn hear(conn: &mut PgConnection, channel: &str, about: &str, at: Timestamp) -> Result<bool> {
    let noted = sqlx::query!(
        "INSERT INTO slack_heard (channel_id, about, at) VALUES ($1, $2, $3)
         ON CONFLICT (channel_id, about) DO UPDATE SET at = excluded.at WHERE slack_heard.at < excluded.at",
        channel,
        about,
        at,
    )
    .execute(conn)
    .await
    .or_internal("noting what Slack told")?;
    Ok(noted.rows_affected() == 1)
}

/// Locks the incident's row against other writers. False when there is none.
pub async fn lock_row(conn: &mut PgConnection, incident: IncidentId) -> Result<bool> {
    let row = sqlx::query_scalar!("SELECT id FROM incidents WHERE id = $1 FOR NO KEY UPDATE", incident.0)
        .fetch_optional(conn)
        .await
        .or_internal("locking an incident")?;
    Ok(row.is_some())
}

/// What the rules need of an incident, under its lock.
///
/// May it be seen? Lock the row. May it *still* be seen? Who was removed while waiting does not write, and an outsider
/// neither holds nor times the lock of what he may not see.
pub async fn lock(
    conn: &mut PgConnection,
    viewer: Viewer,
    id: IncidentId,
    postmortem: Postmortem,
    catalog: &Catalog,
) -> Result<State> {
    if !may_see(conn, viewer, id).await? || !lock_row(conn, id).await? || !may_see(conn, viewer, id).await? {
        return Err(Error::NotFound);
    }
    let row = sqlx::query!(
        "SELECT title, description, status, priority_id, category_id, environment_id, private, ignore,
                closure_reason, closure_reference, created_at, created_by, mitigated_at, closed_at, next_update_at,
                custom_fields
         FROM incidents WHERE id = $1",
        id.0
    )
    .fetch_one(&mut *conn)
    .await
    .or_internal("reading an incident")?;
    let milestones = sqlx::query!(
        r#"SELECT event_type AS "event_type!", event_ts, created_by FROM incident_updates
           WHERE incident_id = $1 AND is_milestone"#,
        id.0
    )
    .fetch_all(&mut *conn)
    .await
    .or_internal("reading key events")?;
    let roles = sqlx::query!("SELECT role_type_id, user_id FROM incident_roles WHERE incident_id = $1", id.0)
        .fetch_all(&mut *conn)
        .await
        .or_internal("reading roles")?;
    let environment = EnvironmentId(row.environment_id);
    let chosen = row.custom_fields["environments"].as_array().into_iter().flatten().filter_map(|v| {
        catalog.environments.iter().find(|e| Some(e.value.as_str()) == v.as_str()).map(|e| e.id)
    });
    let mut environments: Vec<EnvironmentId> = chosen.collect();
    if !environments.contains(&environment) {
        environments.insert(0, environment);
    }
    let reason = row.closure_reason.as_deref().and_then(ClosureReason::from_name);
    Ok(State {
        id,
        title: row.title,
        description: row.description,
        status: super::query::status(row.status),
        priority: PriorityId(row.priority_id),
        category: CategoryId(row.category_id),
        environment,
        environments,
        private: row.private,
        ignore: row.ignore,
        closure: reason.map(|reason| Closure { reason, reference: row.closure_reference }),
        created_at: row.created_at,
        created_by: UserId(row.created_by),
        mitigated_at: row.mitigated_at,
        closed_at: row.closed_at,
        next_update_at: row.next_update_at,
        milestones: latest(
            milestones
                .into_iter()
                .map(|m| (m.event_type, Milestone { at: m.event_ts, by: m.created_by.map(UserId) })),
        ),
        roles: roles.into_iter().map(|r| (RoleTypeId(r.role_type_id), UserId(r.user_id))).collect(),
        postmortem,
    })
}

async fn may_see(conn: &mut PgConnection, viewer: Viewer, id: IncidentId) -> Result<bool> {
    let seen = sqlx::query_scalar!(
        "SELECT i.id FROM incidents i WHERE i.id = $1 AND (NOT i.private OR may_see_private(i.id, $2, $3))",
        id.0,
        viewer.user.map(|u| u.0),
        viewer.sees_private,
    )
    .fetch_optional(conn)
    .await
    .or_internal("asking the fence")?;
    Ok(seen.is_some())
}

/// Stores a plan: columns, the entry of the timeline, key events, metrics.
pub async fn apply(
    conn: &mut PgConnection,
    current: &State,
    plan: &UpdatePlan,
    update: UpdateId,
    author: Option<UserId>,
    now: Timestamp,
    catalog: &Catalog,
) -> Result<()> {
    write_columns(conn, current, plan, now, catalog).await?;
    sqlx::query!(
        "INSERT INTO incident_updates (id, incident_id, message, status, priority_id, category_id, environment_id,
                                       title, description, created_by, event_ts, event_type, created_at, updated_at,
                                       next_update_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14)",
        update.0,
        current.id.0,
        plan.message.as_ref().map(|m| m.as_str()),
        plan.status.map(|c| i32::from(c.to.number())),
        plan.priority.map(|c| c.to.0),
        plan.category.map(|c| c.to.0),
        plan.entry_environment.map(|e| e.0),
        plan.title.as_ref().map(|c| c.to.as_str()),
        plan.description.as_ref().map(|c| c.to.as_str()),
        author.map(|u| u.0),
        plan.event_ts,
        plan.marker.map(|m| m.as_str()),
        now,
        plan.next_update.and_then(|c| c.to),
    )
    .execute(&mut *conn)
    .await
    .or_internal("inserting an update")?;
    write_milestones(conn, current.id, &plan.milestones, author, now).await?;
    write_metrics(conn, current.id, &plan.metrics).await
}

/// The words of an entry and who said them; None where the incident has no such words.
pub async fn said(
    conn: &mut PgConnection,
    incident: IncidentId,
    entry: UpdateId,
) -> Result<Option<(String, Option<UserId>)>> {
    let row = sqlx::query!(
        r#"SELECT message AS "message!", created_by FROM incident_updates
           WHERE id = $2 AND incident_id = $1 AND message IS NOT NULL"#,
        incident.0,
        entry.0,
    )
    .fetch_optional(conn)
    .await
    .or_internal("reading what was said")?;
    Ok(row.map(|r| (r.message, r.created_by.map(UserId))))
}

/// Gives an entry other words; what it said first is kept beside them.
pub async fn write_words(
    conn: &mut PgConnection,
    entry: UpdateId,
    words: &str,
    author: Option<UserId>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "UPDATE incident_updates SET message = $2, original = coalesce(original, message), corrected_by = $3,
                corrected_at = $4, updated_at = $4
         WHERE id = $1",
        entry.0,
        words,
        author.map(|u| u.0),
        now,
    )
    .execute(conn)
    .await
    .or_internal("correcting what was said")?;
    Ok(())
}

async fn write_columns(
    conn: &mut PgConnection,
    current: &State,
    plan: &UpdatePlan,
    now: Timestamp,
    catalog: &Catalog,
) -> Result<()> {
    let environments = plan.environments.as_ref().map(|c| values_of(&c.to, catalog));
    let closure = plan.closure.as_ref().map(Option::as_ref);
    let written = sqlx::query!(
        "UPDATE incidents SET
            title = coalesce($2, title), description = coalesce($3, description), status = coalesce($4, status),
            priority_id = coalesce($5, priority_id), category_id = coalesce($6, category_id),
            environment_id = coalesce($7, environment_id), ignore = coalesce($8, ignore),
            custom_fields = CASE WHEN $9::text[] IS NULL THEN custom_fields
                                 ELSE jsonb_set(custom_fields, '{environments}', to_jsonb($9::text[])) END,
            mitigated_at = coalesce($10, mitigated_at),
            closed_at = CASE WHEN $11 THEN $12 ELSE closed_at END,
            closure_reason = CASE WHEN $13 THEN $14 ELSE closure_reason END,
            closure_reference = CASE WHEN $13 THEN coalesce($15, '') ELSE closure_reference END,
            updated_at = $16, next_update_at = CASE WHEN $17 THEN $18 ELSE next_update_at END
         WHERE id = $1",
        current.id.0,
        plan.title.as_ref().map(|c| c.to.as_str()),
        plan.description.as_ref().map(|c| c.to.as_str()),
        plan.status.map(|c| i32::from(c.to.number())),
        plan.priority.map(|c| c.to.0),
        plan.category.map(|c| c.to.0),
        plan.environment.map(|c| c.to.0),
        plan.ignore.map(|c| c.to),
        environments.as_deref(),
        plan.mitigated_at,
        plan.closed_at.is_some(),
        plan.closed_at.flatten(),
        closure.is_some(),
        closure.flatten().map(|c| c.reason.as_str()),
        closure.flatten().map(|c| c.reference.as_str()),
        now,
        plan.next_update.is_some(),
        plan.next_update.and_then(|c| c.to),
    )
    .execute(conn)
    .await;
    match written {
        Err(sqlx::Error::Database(error))
            if error.constraint().is_some_and(|name| name.starts_with("incidents_open_dedup_key")) =>
        {
            let words =
                "Another open incident holds its deduplication key. Work on that one, or close it first.";
            Err(Error::refused(code::DEDUP_KEY_TAKEN, words))
        }
        written => written.or_internal("writing an incident").map(drop),
    }
}

/// Sets and removes key events.
pub async fn write_milestones(
    conn: &mut PgConnection,
    incident: IncidentId,
    changes: &[MilestoneChange],
    author: Option<UserId>,
    now: Timestamp,
) -> Result<()> {
    for change in changes {
        write_milestone(conn, incident, change, author, now).await?;
    }
    Ok(())
}

/// Something about the incident changed just now.
pub async fn touch(conn: &mut PgConnection, incident: IncidentId, now: Timestamp) -> Result<()> {
    sqlx::query!("UPDATE incidents SET updated_at = $2 WHERE id = $1", incident.0, now)
        .execute(conn)
        .await
        .or_internal("dating an incident")?;
    Ok(())
}

/// Gives and clears roles, with the entry of the timeline that tells so and holds the note for whoever takes over.
pub async fn write_roles(
    conn: &mut PgConnection,
    incident: IncidentId,
    changes: &[RoleChange],
    update: UpdateId,
    author: Option<UserId>,
    note: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let marker = note.map(|_| Marker::RoleHandover.as_str());
    let types: Vec<i32> = changes.iter().map(|c| c.role.0).collect();
    let holders: Vec<Option<Uuid>> = changes.iter().map(|c| c.to.map(|u| u.0)).collect();
    sqlx::query!(
        "WITH changed AS (SELECT t, u FROM unnest($2::int[], $3::uuid[]) AS x(t, u)),
         cleared AS (DELETE FROM incident_roles r USING changed c
                     WHERE r.incident_id = $1 AND r.role_type_id = c.t AND c.u IS NULL),
         given AS (INSERT INTO incident_roles (incident_id, role_type_id, user_id, created_at, updated_at)
                   SELECT $1, t, u, $6, $6 FROM changed WHERE u IS NOT NULL
                   ON CONFLICT (incident_id, role_type_id)
                   DO UPDATE SET user_id = excluded.user_id, created_at = $6, updated_at = $6),
         entry AS (INSERT INTO incident_updates (id, incident_id, created_by, message, event_type, event_ts, created_at,
                                                 updated_at)
                   VALUES ($4, $1, $5, $7, $8, $6, $6, $6) RETURNING id)
         INSERT INTO incident_update_roles (update_id, role_type_id, user_id)
         SELECT entry.id, t, u FROM entry, changed",
        incident.0,
        &types,
        &holders as &[Option<Uuid>],
        update.0,
        author.map(|u| u.0),
        now,
        note,
        marker,
    )
    .execute(conn)
    .await
    .or_internal("writing roles")?;
    Ok(())
}

async fn write_milestone(
    conn: &mut PgConnection,
    incident: IncidentId,
    change: &MilestoneChange,
    author: Option<UserId>,
    now: Timestamp,
) -> Result<()> {
    match change {
        MilestoneChange::Set { event_type, at } => {
            let author = credited(event_type, author);
            sqlx::query!(
                "INSERT INTO incident_updates (id, incident_id, created_by, event_ts, event_type, is_milestone,
                                               created_at, updated_at)
                 VALUES ($1, $2, $3, $4, $5, true, $6, $6)
                 ON CONFLICT (incident_id, event_type) WHERE is_milestone
                 DO UPDATE SET event_ts = excluded.event_ts, created_by = excluded.created_by, updated_at = $6",
                Uuid::new_v4(),
                incident.0,
                author.map(|u| u.0),
                at,
                event_type,
                now,
            )
            .execute(conn)
            .await
            .or_internal("setting a key event")?;
        }
        MilestoneChange::Remove { event_type } => {
            sqlx::query!(
                "DELETE FROM incident_updates WHERE incident_id = $1 AND event_type = $2 AND is_milestone",
                incident.0,
                event_type,
            )
            .execute(conn)
            .await
            .or_internal("removing a key event")?;
        }
    }
    Ok(())
}

/// Stores what was computed and deletes what no longer can be.
pub async fn write_metrics(
    conn: &mut PgConnection,
    incident: IncidentId,
    metrics: &[MetricValue],
) -> Result<()> {
    if metrics.is_empty() {
        return Ok(());
    }
    let types: Vec<i32> = metrics.iter().map(|m| m.metric.0).collect();
    let values: Vec<Option<i64>> =
        metrics.iter().map(|m| m.duration.and_then(|d| d.num_microseconds())).collect();
    sqlx::query!(
        "WITH computed AS (SELECT t, us FROM unnest($2::int[], $3::bigint[]) AS x(t, us)),
         purged AS (DELETE FROM incident_metrics m USING computed c
                    WHERE m.incident_id = $1 AND m.metric_type_id = c.t AND c.us IS NULL)
         INSERT INTO incident_metrics (incident_id, metric_type_id, duration_us)
         SELECT $1, t, us FROM computed WHERE us IS NOT NULL
         ON CONFLICT (incident_id, metric_type_id) DO UPDATE SET duration_us = excluded.duration_us",
        incident.0,
        &types,
        &values as &[Option<i64>],
    )
    .execute(conn)
    .await
    .or_internal("writing metrics")?;
    Ok(())
}
