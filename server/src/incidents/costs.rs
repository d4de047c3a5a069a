//! What incidents cost, line by line, behind the fence of their incident.

use super::store;
use crate::{
    change::{Change, CostFacts},
    context::Context,
    failure::OrInternal,
    write::Sent,
};
use domain::{
    Caller, CostId, CostTypeId, Error, IncidentId, Result, Timestamp, Viewer,
    access::Act,
    incident::{Cents, Cost},
};
use sqlx::{PgConnection, PgPool};

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

/// Adds a line. Sent twice, it is added once.
///
/// # Errors
/// [`Error::NotFound`] when the incident may not be seen.
pub async fn add(
    ctx: &Context,
    caller: &Caller,
    id: IncidentId,
    cost: &Cost,
    sent: Option<&Sent>,
) -> Result<CostId> {
    caller.may_do(Act::Change)?;
    let catalog = ctx.catalog().await?;
    let mut w = ctx.write(caller).await?;
    store::lock(w.conn(), caller.viewer(), id, ctx.postmortem(), &catalog).await?;
    if let Some(sent) = sent
        && let Some(first) = w.once(sent).await?
    {
        return Ok(first);
    }
    let now = w.now();
    let line = insert(w.conn(), id, cost, now).await?;
    store::touch(w.conn(), id, now).await?;
    let change = Change::CostAdded {
        incident: id,
        line,
        cost: CostFacts { cost_type: cost.cost_type, amount: cost.amount },
        details: cost.details.clone(),
    };
    w.commit(change, line).await
}

/// Takes a line away; one that is gone already is left alone. Its record stays in the history.
///
/// # Errors
/// [`Error::NotFound`] when the incident may not be seen; [`Error::Refused`] when a machine keeps this type of cost.
pub async fn remove(
    ctx: &Context,
    caller: &Caller,
    id: IncidentId,
    line: CostId,
    sent: Option<&Sent>,
) -> Result<()> {
    caller.may_do(Act::Change)?;
    let catalog = ctx.catalog().await?;
    let mut w = ctx.write(caller).await?;
    store::lock(w.conn(), caller.viewer(), id, ctx.postmortem(), &catalog).await?;
    if let Some(sent) = sent
        && w.once::<()>(sent).await?.is_some()
    {
        return Ok(());
    }
    let Some(cost) = delete(w.conn(), id, line).await? else { return Ok(()) };
    if catalog.cost_types.iter().any(|kind| kind.id == cost.cost_type && !kind.editable) {
        return Err(Error::refused("COST_NOT_EDITABLE", "This kind of cost is not kept by hand."));
    }
    let now = w.now();
    store::touch(w.conn(), id, now).await?;
    w.commit(Change::CostRemoved { incident: id, line, cost }, ()).await
}

async fn insert(conn: &mut PgConnection, id: IncidentId, cost: &Cost, now: Timestamp) -> Result<CostId> {
    let line = sqlx::query_scalar!(
        "INSERT INTO incident_costs (incident_id, cost_type_id, amount, details, created_at, updated_at)
         VALUES ($1, $2, ($3::bigint / 100.0)::numeric(10, 2), $4, $5, $5) RETURNING id",
        id.0,
        cost.cost_type.0,
        cost.amount.map(|cents| cents.0),
        cost.details,
        now,
    )
    .fetch_one(conn)
    .await
    .or_internal("adding a cost line")?;
    Ok(CostId(line))
}

async fn delete(conn: &mut PgConnection, id: IncidentId, line: CostId) -> Result<Option<CostFacts>> {
    let gone = sqlx::query!(
        r#"DELETE FROM incident_costs WHERE id = $2 AND incident_id = $1
           RETURNING cost_type_id, (amount * 100)::bigint AS cents"#,
        id.0,
        line.0,
    )
    .fetch_optional(conn)
    .await
    .or_internal("removing a cost line")?;
    Ok(gone.map(|r| CostFacts { cost_type: CostTypeId(r.cost_type_id), amount: r.cents.map(Cents) }))
}

/// The lines of one incident, oldest first, amounts in cents. Asked behind the fence.
///
/// # Errors
/// When the database does not answer.
pub async fn of(db: &PgPool, id: IncidentId) -> Result<Vec<(CostId, Cost)>> {
    let rows = sqlx::query!(
        r#"SELECT id, cost_type_id, (amount * 100)::bigint AS cents, details FROM incident_costs
           WHERE incident_id = $1 ORDER BY id"#,
        id.0
    )
    .fetch_all(db)
    .await
    .or_internal("reading the costs of an incident")?;
    let cost = |kind, cents: Option<i64>, details| Cost {
        cost_type: CostTypeId(kind),
        amount: cents.map(Cents),
        details,
    };
    Ok(rows.into_iter().map(|r| (CostId(r.id), cost(r.cost_type_id, r.cents, r.details))).collect())
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
