//! What incidents cost, line by line, behind the fence of their incident.

use crate::failure::OrInternal;
use domain::{CostId, CostTypeId, Error, IncidentId, Result, Timestamp, Viewer};
use sqlx::PgPool;

#[derive(Debug, Clone, PartialEq)]
pub struct CostLine {
    pub id: CostId,
    pub incident: IncidentId,
    pub cost_type: CostTypeId,
    /// EUR with two digits: `1200.50`. `None`: not known yet.
    pub amount: Option<String>,
    pub details: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// All lines, by id.
///
/// # Errors
/// When the database does not answer.
pub async fn list(db: &PgPool, viewer: Viewer) -> Result<Vec<CostLine>> {
    lines(db, viewer, None).await
}

/// One line.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or its incident may not be seen.
pub async fn get(db: &PgPool, viewer: Viewer, id: CostId) -> Result<CostLine> {
    lines(db, viewer, Some(id)).await?.pop().ok_or(Error::NotFound)
}

async fn lines(db: &PgPool, viewer: Viewer, id: Option<CostId>) -> Result<Vec<CostLine>> {
    let rows = sqlx::query!(
        "SELECT c.id, c.incident_id, c.cost_type_id, c.amount::text AS amount, c.details, c.created_at, c.updated_at
         FROM incident_costs c JOIN incidents i ON i.id = c.incident_id
         WHERE (NOT i.private OR may_see_private(i.id, $1, $2)) AND ($3::bigint IS NULL OR c.id = $3)
         ORDER BY c.id",
        viewer.user.map(|u| u.0),
        viewer.sees_private,
        id.map(|id| id.0),
    )
    .fetch_all(db)
    .await
    .or_internal("reading costs")?;
    let lines = rows.into_iter().map(|r| CostLine {
        id: CostId(r.id),
        incident: IncidentId(r.incident_id),
        cost_type: CostTypeId(r.cost_type_id),
        amount: r.amount,
        details: r.details,
        created_at: r.created_at,
        updated_at: r.updated_at,
    });
    Ok(lines.collect())
}
