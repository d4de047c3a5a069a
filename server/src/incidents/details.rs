//! What stands around incidents – roles, durations, costs, tags – for many at once: four queries, however long the
//! list. Asked with ids that a read behind the fence gave out.

use crate::failure::OrInternal;
use domain::{IncidentId, Result, UserId};
use sqlx::PgPool;
use std::collections::HashMap;
use uuid::Uuid;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Details {
    /// In the order of role types.
    pub roles: Vec<RoleHeld>,
    /// In the order of metric types.
    pub metrics: Vec<Metric>,
    /// One for each type of cost, oldest first.
    pub costs: Vec<CostSum>,
    /// By name; empty when not asked for.
    pub tags: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct RoleHeld {
    pub slug: String,
    pub user: UserId,
    pub name: String,
    pub email: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// `time_to_fix`
    pub kind: String,
    pub name: String,
    pub duration_us: i64,
}

/// All costs of one type together.
#[derive(Debug, Clone, PartialEq)]
pub struct CostSum {
    pub type_name: String,
    /// EUR with two digits: `1200.50`. `None`: no amount is known.
    pub amount: Option<String>,
    /// The latest words about it.
    pub details: Option<String>,
}

/// # Errors
/// When the database does not answer.
pub async fn details(
    db: &PgPool,
    ids: &[IncidentId],
    with_tags: bool,
) -> Result<HashMap<IncidentId, Details>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let mut all: HashMap<IncidentId, Details> =
        ids.iter().map(|id| (IncidentId(*id), Details::default())).collect();
    if ids.is_empty() {
        return Ok(all);
    }
    let mut of = |incident: i64, add: &dyn Fn(&mut Details)| {
        if let Some(details) = all.get_mut(&IncidentId(incident)) {
            add(details);
        }
    };
    for (incident, role) in roles(db, &ids).await? {
        of(incident, &|details| details.roles.push(role.clone()));
    }
    for (incident, metric) in metrics(db, &ids).await? {
        of(incident, &|details| details.metrics.push(metric.clone()));
    }
    for (incident, cost) in costs(db, &ids).await? {
        of(incident, &|details| details.costs.push(cost.clone()));
    }
    if with_tags {
        for (incident, tag) in tags(db, &ids).await? {
            of(incident, &|details| details.tags.push(tag.clone()));
        }
    }
    Ok(all)
}

async fn roles(db: &PgPool, ids: &[i64]) -> Result<Vec<(i64, RoleHeld)>> {
    struct Row {
        incident_id: i64,
        slug: String,
        user_id: Uuid,
        name: String,
        email: String,
    }
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT r.incident_id, t.slug, r.user_id, u.email,
                  CASE WHEN u.name <> '' THEN u.name ELSE u.full_name END AS "name!"
           FROM incident_roles r JOIN role_types t ON t.id = r.role_type_id JOIN users u ON u.id = r.user_id
           WHERE r.incident_id = ANY($1) ORDER BY r.incident_id, t.id"#,
        ids
    )
    .fetch_all(db)
    .await
    .or_internal("reading the roles of incidents")?;
    let held = |r: Row| RoleHeld { slug: r.slug, user: UserId(r.user_id), name: r.name, email: r.email };
    Ok(rows.into_iter().map(|r| (r.incident_id, held(r))).collect())
}

async fn metrics(db: &PgPool, ids: &[i64]) -> Result<Vec<(i64, Metric)>> {
    let rows = sqlx::query!(
        "SELECT m.incident_id, t.type AS kind, t.name, m.duration_us
         FROM incident_metrics m JOIN metric_types t ON t.id = m.metric_type_id
         WHERE m.incident_id = ANY($1) ORDER BY m.incident_id, t.id",
        ids
    )
    .fetch_all(db)
    .await
    .or_internal("reading the metrics of incidents")?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|r| (r.incident_id, Metric { kind: r.kind, name: r.name, duration_us: r.duration_us }))
        .collect())
}

async fn costs(db: &PgPool, ids: &[i64]) -> Result<Vec<(i64, CostSum)>> {
    let rows = sqlx::query!(
        r#"SELECT c.incident_id, t.name, sum(c.amount)::numeric(12, 2)::text AS amount,
                  (array_agg(c.details ORDER BY c.id DESC))[1] AS details
           FROM incident_costs c JOIN cost_types t ON t.id = c.cost_type_id
           WHERE c.incident_id = ANY($1) GROUP BY c.incident_id, t.id, t.name
           ORDER BY c.incident_id, min(c.id)"#,
        ids
    )
    .fetch_all(db)
    .await
    .or_internal("reading the costs of incidents")?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|r| (r.incident_id, CostSum { type_name: r.name, amount: r.amount, details: r.details }))
        .collect())
}

async fn tags(db: &PgPool, ids: &[i64]) -> Result<Vec<(i64, String)>> {
    let rows = sqlx::query!(
        "SELECT i.incident_id, t.name FROM incident_tags i JOIN tags t ON t.id = i.tag_id
         WHERE i.incident_id = ANY($1) ORDER BY i.incident_id, t.name",
        ids
    )
    .fetch_all(db)
    .await
    .or_internal("reading the tags of incidents")?;
    Ok(rows.into_iter().map(|r| (r.incident_id, r.name)).collect())
}
