//! Dating the key events: set, moved, cleared, several at once. The metrics made of them are computed again from
//! scratch in the same transaction, so that nothing stale stays.

use super::store;
use crate::{
    change::{Change, KeyEventChange, KeyEventsChanged},
    context::Context,
    write::Sent,
};
use domain::{
    Caller, IncidentId, Result,
    access::Act,
    incident::{KeyEvents, MilestoneChange},
};

/// Stores the key events that differ. Sent twice, it is done once. How many were changed is the answer.
///
/// # Errors
/// [`domain::Error::NotFound`] when the incident may not be seen; [`domain::Error::Conflict`] when somebody moved the
/// same event meanwhile. Nothing is written then.
pub async fn key_events(
    ctx: &Context,
    caller: &Caller,
    id: IncidentId,
    asked: &KeyEvents,
    sent: Option<&Sent>,
) -> Result<usize> {
    caller.may_do(Act::Change)?;
    let catalog = ctx.catalog().await?;
    let mut w = ctx.write(caller).await?;
    let current = store::lock(w.conn(), caller.viewer(), id, ctx.postmortem(), &catalog).await?;
    if let Some(sent) = sent
        && let Some(first) = w.once(sent).await?
    {
        return Ok(first);
    }
    let plan = current.plan_key_events(asked, &catalog, &ctx.settings.site.time_zone)?;
    if plan.is_empty() {
        return Ok(0);
    }
    let now = w.now();
    store::write_milestones(w.conn(), id, &plan.milestones, caller.user_id(), now).await?;
    store::write_metrics(w.conn(), id, &plan.metrics).await?;
    store::touch(w.conn(), id, now).await?;
    let moved = |change: &MilestoneChange| KeyEventChange {
        event_type: change.event_type().to_owned(),
        from: current.milestones.get(change.event_type()).map(|m| m.at),
        to: match change {
            MilestoneChange::Set { at, .. } => Some(*at),
            MilestoneChange::Remove { .. } => None,
        },
    };
    let events: Vec<KeyEventChange> = plan.milestones.iter().map(moved).collect();
    let count = events.len();
    let metrics =
        plan.metrics.iter().map(|m| (m.metric, m.duration.and_then(|d| d.num_microseconds()))).collect();
    w.commit(Change::KeyEventsChanged(KeyEventsChanged { incident: id, events, metrics }), count).await
}
