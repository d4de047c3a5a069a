//! What stands around incidents – roles, durations, costs, tags – for many at once, in one statement however long the
//! list. Asked with ids that a read behind the fence gave out.

use crate::{failure::OrInternal, told};
use domain::{IncidentId, Result, UserId};
use serde::Deserialize;
use sqlx::{PgPool, types::Json};
use std::collections::HashMap;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Details {
    /// Who opened it.
    pub opener: Opener,
    /// In the order of role types.
    pub roles: Vec<RoleHeld>,
    /// In the order of metric types.
    pub metrics: Vec<Metric>,
    /// One for each type of cost, oldest first.
    pub costs: Vec<CostSum>,
    /// By name; empty when not asked for.
    pub tags: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Opener {
    pub name: String,
    pub email: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct RoleHeld {
    pub slug: String,
    pub user: UserId,
    pub name: String,
    pub email: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Metric {
    /// `time_to_fix`
    pub kind: String,
    pub name: String,
    pub duration_us: i64,
}

/// All costs of one type together.
#[derive(Debug, Clone, PartialEq, Deserialize)]
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
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    // `(SELECT $1)`: the plan is the same whatever is asked for, so PostgreSQL keeps it.
    let rows = sqlx::query!(
        r#"SELECT i.id, o.email, CASE WHEN o.name <> '' THEN o.name ELSE o.full_name END AS "name!",
                  (SELECT version FROM catalog_version) AS "catalog!",
                  (SELECT json_agg(json_build_object('slug', t.slug, 'user', r.user_id, 'email', u.email,
                                   'name', CASE WHEN u.name <> '' THEN u.name ELSE u.full_name END) ORDER BY t.id)
                   FROM incident_roles r JOIN role_types t ON t.id = r.role_type_id JOIN users u ON u.id = r.user_id
                   WHERE r.incident_id = i.id) AS "roles: Json<Vec<RoleHeld>>",
                  (SELECT json_agg(json_build_object('kind', t.type, 'name', t.name, 'duration_us', m.duration_us)
                                   ORDER BY t.id)
                   FROM incident_metrics m JOIN metric_types t ON t.id = m.metric_type_id
                   WHERE m.incident_id = i.id) AS "metrics: Json<Vec<Metric>>",
                  (SELECT json_agg(json_build_object('type_name', s.name, 'amount', s.amount, 'details', s.details)
                                   ORDER BY s.first)
                   FROM (SELECT t.name, sum(c.amount)::numeric(12, 2)::text AS amount, min(c.id) AS first,
                                (array_agg(c.details ORDER BY c.id DESC))[1] AS details
                         FROM incident_costs c JOIN cost_types t ON t.id = c.cost_type_id
                         WHERE c.incident_id = i.id GROUP BY t.id, t.name) s) AS "costs: Json<Vec<CostSum>>",
                  CASE WHEN (SELECT $2::boolean) THEN (SELECT array_agg(t.name::text ORDER BY t.name)
                                     FROM incident_tags x JOIN tags t ON t.id = x.tag_id
                                     WHERE x.incident_id = i.id) END AS tags
           FROM unnest((SELECT $1::bigint[])) AS asked (id)
           JOIN incidents i ON i.id = asked.id JOIN users o ON o.id = i.created_by"#,
        &ids,
        with_tags,
    )
    .fetch_all(db)
    .await
    .or_internal("reading what stands around incidents")?;
    // Whatever the rows that were read before refer to is in it.
    rows.first().into_iter().for_each(|row| told::catalog_is(row.catalog));
    let details = rows.into_iter().map(|row| {
        let details = Details {
            opener: Opener { name: row.name, email: row.email },
            roles: row.roles.map(|all| all.0).unwrap_or_default(),
            metrics: row.metrics.map(|all| all.0).unwrap_or_default(),
            costs: row.costs.map(|all| all.0).unwrap_or_default(),
            tags: row.tags.unwrap_or_default(),
        };
        (IncidentId(row.id), details)
    });
    Ok(details.collect())
}
