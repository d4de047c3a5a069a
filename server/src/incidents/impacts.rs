//! Who is hit, assessed again: several axes in one go.

use super::store;
use crate::{change::Change, context::Context, failure::OrInternal, write::Sent};
use domain::{
    Caller, IncidentId, Result, Timestamp,
    access::Act,
    incident::{AskedImpacts, Assessed, ImpactChange, plan_impacts},
};
use sqlx::PgConnection;
use uuid::Uuid;

/// Sets the level of some axes. Sent twice, it is done once. How many changed is the answer: none writes nothing.
///
/// # Errors
/// [`domain::Error::NotFound`] when the incident may not be seen; [`domain::Error::Conflict`] when somebody else
/// assessed the same axis meanwhile. Nothing is written then.
pub async fn impacts(
    ctx: &Context,
    caller: &Caller,
    id: IncidentId,
    asked: &AskedImpacts,
    sent: Option<&Sent>,
) -> Result<usize> {
    caller.may_do(Act::Change)?;
    let catalog = ctx.catalog().await?;
    let mut w = ctx.write(caller).await?;
    store::lock(w.conn(), caller.viewer(), id, ctx.postmortem(), &catalog).await?;
    if let Some(sent) = sent
        && let Some(first) = w.once(sent).await?
    {
        return Ok(first);
    }
    let changes = plan_impacts(&assessed(w.conn(), id).await?, asked, &catalog)?;
    if changes.is_empty() {
        return Ok(0);
    }
    let now = w.now();
    write(w.conn(), id, &changes, now).await?;
    store::touch(w.conn(), id, now).await?;
    let count = changes.len();
    w.commit(Change::ImpactsChanged { incident: id, impacts: changes }, count).await
}

async fn assessed(conn: &mut PgConnection, id: IncidentId) -> Result<Assessed> {
    let rows = super::query::impacts(conn, id).await?;
    Ok(rows.into_iter().collect())
}

async fn write(
    conn: &mut PgConnection,
    id: IncidentId,
    changes: &[ImpactChange],
    now: Timestamp,
) -> Result<()> {
    let types: Vec<i32> = changes.iter().map(|c| c.impact_type.0).collect();
    let levels: Vec<Uuid> = changes.iter().map(|c| c.to.0).collect();
    sqlx::query!(
        "INSERT INTO incident_impacts (incident_id, impact_type_id, impact_level_id, created_at, updated_at)
         SELECT $1, t, l, $4, $4 FROM unnest($2::int[], $3::uuid[]) AS x(t, l)
         ON CONFLICT (incident_id, impact_type_id)
         DO UPDATE SET impact_level_id = excluded.impact_level_id, updated_at = excluded.updated_at",
        id.0,
        &types,
        &levels,
        now,
    )
    .execute(conn)
    .await
    .or_internal("writing impacts")?;
    Ok(())
}
