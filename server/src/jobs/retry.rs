//! What a person can do about a parked job: try again, or give it up.

use super::queue;
use crate::{
    context::Context,
    failure::OrInternal,
    live::{self, News},
};
use domain::{Caller, Error, IncidentId, JobId, Result};

/// Runs a parked job again now. What it says then says its own time ("14:31, delivered late").
///
/// # Errors
/// [`Error::NotFound`] when there is no such parked job on an incident this caller may see.
pub async fn retry(ctx: &Context, caller: &Caller, job: JobId) -> Result<()> {
    let viewer = caller.viewer();
    let now = ctx.now();
    let incident = sqlx::query_scalar!(
        "UPDATE jobs j SET state = 'waiting', run_at = $2, since = $2, late = true, tries = 0, finished_at = NULL
         FROM incidents i
         WHERE j.id = $1 AND j.state = 'parked' AND i.id = j.incident_id
           AND (NOT i.private OR may_see_private(i.id, $3, $4))
         RETURNING i.id",
        job.0,
        now,
        viewer.user.map(|u| u.0),
        viewer.sees_private,
    )
    .fetch_optional(&ctx.db)
    .await
    .or_internal("retrying a job")?
    .ok_or(Error::NotFound)?;
    queue::announce(ctx);
    live::announce(ctx, [News::Incident(IncidentId(incident))]);
    Ok(())
}

/// Gives up a parked job; one that held its lane takes what waited for it along.
///
/// # Errors
/// [`Error::NotFound`] as for [`retry`].
pub async fn give_up(ctx: &Context, caller: &Caller, job: JobId) -> Result<()> {
    let viewer = caller.viewer();
    let dropped = sqlx::query_scalar!(
        "UPDATE jobs d SET state = 'dropped', finished_at = $2, reason = 'given up'
         FROM jobs j JOIN incidents i ON i.id = j.incident_id
         WHERE j.id = $1 AND j.state = 'parked'
           AND (NOT i.private OR may_see_private(i.id, $3, $4))
           AND (d.id = j.id OR j.holds_lane AND (d.lane = j.lane OR d.behind_lane = j.lane) AND d.state IN ('waiting', 'parked'))
         RETURNING i.id",
        job.0,
        ctx.now(),
        viewer.user.map(|u| u.0),
        viewer.sees_private,
    )
    .fetch_all(&ctx.db)
    .await
    .or_internal("giving up a job")?;
    let incident = *dropped.first().ok_or(Error::NotFound)?;
    live::announce(ctx, [News::Incident(IncidentId(incident))]);
    Ok(())
}
