//! What a person can do about a parked job: try again, or give it up.

use super::queue;
use crate::{context::Context, failure::OrInternal};
use domain::{Caller, Error, JobId, Result};

/// Runs a parked job again now. What it says then says its own time ("14:31, delivered late").
///
/// # Errors
/// [`Error::NotFound`] when there is no such parked job on an incident this caller may see.
pub async fn retry(ctx: &Context, caller: &Caller, job: JobId) -> Result<()> {
    let viewer = caller.viewer();
    let now = ctx.now();
    let woken = sqlx::query!(
        "UPDATE jobs j SET state = 'waiting', run_at = $2, since = $2, late = true, tries = 0, finished_at = NULL
         FROM incidents i
         WHERE j.id = $1 AND j.state = 'parked' AND i.id = j.incident_id
           AND (NOT i.private OR may_see_private(i.id, $3, $4))",
        job.0,
        now,
        viewer.user.map(|u| u.0),
        viewer.sees_private,
    )
    .execute(&ctx.db)
    .await
    .or_internal("retrying a job")?
    .rows_affected();
    if woken == 0 {
        return Err(Error::NotFound);
    }
    queue::announce(ctx);
    Ok(())
}

/// Gives up a parked job; one that held its lane takes what waited for it along.
///
/// # Errors
/// [`Error::NotFound`] as for [`retry`].
pub async fn give_up(ctx: &Context, caller: &Caller, job: JobId) -> Result<()> {
    let viewer = caller.viewer();
    let dropped = sqlx::query!(
        "UPDATE jobs d SET state = 'dropped', finished_at = $2, reason = 'given up'
         FROM jobs j JOIN incidents i ON i.id = j.incident_id
         WHERE j.id = $1 AND j.state = 'parked'
           AND (NOT i.private OR may_see_private(i.id, $3, $4))
           AND (d.id = j.id OR j.holds_lane AND d.lane = j.lane AND d.state IN ('waiting', 'parked'))",
        job.0,
        ctx.now(),
        viewer.user.map(|u| u.0),
        viewer.sees_private,
    )
    .execute(&ctx.db)
    .await
    .or_internal("giving up a job")?
    .rows_affected();
    if dropped == 0 { Err(Error::NotFound) } else { Ok(()) }
}
