//! What incidents cost, line by line, behind the fence of their incident.

use super::store;
use crate::{
    change::{Change, CostFacts, NewDetails},
    context::Context,
    failure::OrInternal,
    write::Sent,
};
use domain::{
    Caller, CostId, CostTypeId, Error, IncidentId, Result, Timestamp, Viewer,
    access::Act,
    incident::{Cents, Cost, CostChange, not_by_hand},
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
    let change = Change::CostAdded { incident: id, line, cost: facts(cost), details: cost.details.clone() };
    w.commit(change, line).await
}

/// Changes a line. Sent twice, it is changed once; to what it is already, nothing happens.
///
/// # Errors
/// [`Error::NotFound`] when the incident may not be seen; [`Error::Conflict`] with both values when somebody else
/// changed the same field meanwhile; [`Error::Refused`] when the line is gone, or a machine keeps this type of cost.
pub async fn change(
    ctx: &Context,
    caller: &Caller,
    id: IncidentId,
    line: CostId,
    asked: &CostChange,
    sent: Option<&Sent>,
) -> Result<bool> {
    caller.may_do(Act::Change)?;
    let catalog = ctx.catalog().await?;
    let mut w = ctx.write(caller).await?;
    store::lock(w.conn(), caller.viewer(), id, ctx.postmortem(), &catalog).await?;
    if let Some(sent) = sent
        && let Some(first) = w.once(sent).await?
    {
        return Ok(first);
    }
    let Some(stands) = of_line(w.conn(), id, line).await? else {
        return Err(Error::refused("COST_GONE", "Somebody took this line away meanwhile. Add it again."));
    };
    let Some(cost) = asked.plan(&stands, &catalog)? else { return Ok(false) };
    let now = w.now();
    set(w.conn(), line, &cost, now).await?;
    store::touch(w.conn(), id, now).await?;
    let details = match &cost.details {
        same if *same == stands.details => NewDetails::Same,
        None => NewDetails::Gone,
        Some(words) => NewDetails::Words(words.clone()),
    };
    let change = Change::CostChanged { incident: id, line, from: facts(&stands), to: facts(&cost), details };
    w.commit(change, true).await
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
        return Err(not_by_hand());
    }
    let now = w.now();
    store::touch(w.conn(), id, now).await?;
    w.commit(Change::CostRemoved { incident: id, line, cost }, ()).await
}

fn facts(cost: &Cost) -> CostFacts {
    CostFacts { cost_type: cost.cost_type, amount: cost.amount }
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

async fn of_line(conn: &mut PgConnection, id: IncidentId, line: CostId) -> Result<Option<Cost>> {
    let row = sqlx::query!(
        r#"SELECT cost_type_id, (amount * 100)::bigint AS cents, details FROM incident_costs
           WHERE incident_id = $1 AND id = $2"#,
        id.0,
        line.0,
    )
    .fetch_optional(conn)
    .await
    .or_internal("reading a cost line")?;
    Ok(row.map(|r| Cost {
        cost_type: CostTypeId(r.cost_type_id),
        amount: r.cents.map(Cents),
        details: r.details,
    }))
}

async fn set(conn: &mut PgConnection, line: CostId, cost: &Cost, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "UPDATE incident_costs SET cost_type_id = $2, amount = ($3::bigint / 100.0)::numeric(10, 2), details = $4,
                updated_at = $5 WHERE id = $1",
        line.0,
        cost.cost_type.0,
        cost.amount.map(|cents| cents.0),
        cost.details,
        now,
    )
    .execute(conn)
    .await
    .or_internal("changing a cost line")?;
    Ok(())
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
