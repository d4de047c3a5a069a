//! Posting an update: a message, changed fields, a new status. One entry of the timeline, whichever door asked.

use super::store;
use crate::{
    change::{self, Change, Channel},
    context::Context,
    write::Sent,
};
use domain::{
    Caller, Error, FieldCode, IncidentId, Result, Timestamp, UpdateId,
    access::Act,
    catalog::Catalog,
    incident::{Marker, MilestoneChange, State, Status, Update, UpdatePlan, values_of},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What posting an update came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Updating {
    pub incident: IncidentId,
    /// None when nothing was asked that is not so already: nothing is written and nothing is said.
    pub update: Option<UpdateId>,
    /// This update made it critical: the channel it lacked is on its way.
    pub channel_on_its_way: bool,
}

/// Posts an update. Sent twice, it is posted once.
///
/// # Errors
/// [`domain::Error::NotFound`] when the incident may not be seen; [`domain::Error::Conflict`] when a field is no
/// longer what the person saw; [`domain::Error::Refused`] or [`domain::Error::Invalid`] by the rules. Nothing is
/// written then.
pub async fn update(
    ctx: &Context,
    caller: &Caller,
    id: IncidentId,
    asked: &Update,
    sent: Option<&Sent>,
) -> Result<Updating> {
    caller.may_do(if asked.reopen_closed { Act::Reopen } else { Act::Change })?;
    if asked.asks_nothing() {
        let words = "Nothing is changed. Change something or write a message.";
        return Err(Error::field("message", FieldCode::Required, words));
    }
    posted(ctx, caller, id, sent, |_, _| Ok(asked.clone())).await
}

/// Takes a declaration back: "Declared by mistake". Closed as cancelled, with one message.
///
/// # Errors
/// As [`update`]; [`domain::Error::Refused`] when it is too late for it.
pub async fn mistake(ctx: &Context, caller: &Caller, id: IncidentId, sent: &Sent) -> Result<Updating> {
    caller.may_do(Act::Change)?;
    posted(ctx, caller, id, Some(sent), |state, now| state.mistake(caller.user_id(), now)).await
}

/// Plans and stores, under the lock, what is asked of the state that is found there.
async fn posted(
    ctx: &Context,
    caller: &Caller,
    id: IncidentId,
    sent: Option<&Sent>,
    asked: impl FnOnce(&State, Timestamp) -> Result<Update>,
) -> Result<Updating> {
    let catalog = ctx.catalog().await?;
    let mut w = ctx.write(caller).await?;
    let current = store::lock(w.conn(), caller.viewer(), id, ctx.postmortem(), &catalog).await?;
    if let Some(sent) = sent
        && let Some(first) = w.once(sent).await?
    {
        return Ok(first);
    }
    let asked = asked(&current, w.now())?;
    let plan = current.plan(&asked, &catalog, w.now())?;
    if plan.is_empty() {
        return Ok(Updating { incident: id, update: None, channel_on_its_way: false });
    }
    let update = UpdateId(ctx.new_id());
    let now = w.now();
    store::apply(w.conn(), &current, &plan, update, caller.user_id(), now, &catalog).await?;
    let channel = match ctx.slack() {
        None => Channel::None,
        Some(_) => match store::channel(w.conn(), id).await? {
            Channel::None if plan.became_critical => Channel::Wanted,
            known => known,
        },
    };
    let done =
        Updating { incident: id, update: Some(update), channel_on_its_way: channel == Channel::Wanted };
    let change = Change::IncidentUpdated(facts(&current, &plan, update, channel, &catalog));
    let done = w.commit(change, done).await?;
    observe(&current, &plan, &catalog);
    Ok(done)
}

fn facts(
    current: &State,
    plan: &UpdatePlan,
    update: UpdateId,
    channel: Channel,
    catalog: &Catalog,
) -> change::Updated {
    let mut fields = Vec::new();
    if let Some(c) = plan.status {
        fields.push(("status", json!(c.from.number()), json!(c.to.number())));
    }
    if let Some(c) = plan.priority {
        fields.push(("priority", json!(c.from), json!(c.to)));
    }
    if let Some(c) = plan.category {
        fields.push(("category", json!(c.from), json!(c.to)));
    }
    if let Some(c) = &plan.environments {
        fields.push(("environments", json!(c.from), json!(c.to)));
    }
    if let Some(c) = plan.environment {
        fields.push(("environment", json!(c.from), json!(c.to)));
    }
    if let Some(c) = plan.ignore {
        fields.push(("ignore", json!(c.from), json!(c.to)));
    }
    if let Some(at) = plan.mitigated_at {
        fields.push(("mitigated_at", json!(null), json!(at.timestamp_micros())));
    }
    if let Some(at) = plan.closed_at {
        let before = current.closed_at.map(|t| t.timestamp_micros());
        fields.push(("closed_at", json!(before), json!(at.map(|t| t.timestamp_micros()))));
    }
    if let Some(c) = plan.next_update {
        let micros = |at: Option<Timestamp>| json!(at.map(|at| at.timestamp_micros()));
        fields.push(("next_update_at", micros(c.from), micros(c.to)));
    }
    if let Some(closure) = &plan.closure {
        let before = current.closure.as_ref().map(|c| c.reason.as_str());
        fields.push(("closure_reason", json!(before), json!(closure.as_ref().map(|c| c.reason.as_str()))));
    }
    let mut words = Vec::new();
    if let Some(c) = &plan.title {
        words.push(("title", c.to.clone()));
    }
    if let Some(c) = &plan.description {
        words.push(("description", c.to.clone()));
    }
    if let Some(Some(closure)) = &plan.closure {
        words.push(("closure_reference", closure.reference.clone()));
    }
    let milestone = |m: &MilestoneChange| match m {
        MilestoneChange::Set { event_type, at } => (event_type.clone(), Some(*at)),
        MilestoneChange::Remove { event_type } => (event_type.clone(), None),
    };
    change::Updated {
        incident: current.id,
        update,
        message: plan.message.as_ref().map(|m| m.as_str().to_owned()),
        event_ts: plan.event_ts,
        marker: plan.marker.map(Marker::as_str),
        entry_environment: plan.entry_environment,
        environment_values: plan.environments.as_ref().map(|c| values_of(&c.to, catalog)),
        fields,
        words,
        milestones: plan.milestones.iter().map(milestone).collect(),
        metrics: plan
            .metrics
            .iter()
            .map(|m| (m.metric, m.duration.and_then(|d| d.num_microseconds())))
            .collect(),
        channel,
        touches_channel: plan.touches_card(),
        // A channel that this update asks for is announced when it is there: the announcement names it.
        announced: matches!(channel, Channel::There | Channel::Archived)
            && is_announced(current, plan, catalog),
        closed_now: plan.closed_now,
    }
}

/// Whether an update is told in the general channel (spec 10 §14): public P1 to P3 in production, when it was just
/// mitigated, is still Open, or came from a priority that has no channel.
fn is_announced(current: &State, plan: &UpdatePlan, catalog: &Catalog) -> bool {
    let priority = catalog.priority(plan.priority.map_or(current.priority, |c| c.to));
    let environment = catalog.environment(plan.environment.map_or(current.environment, |c| c.to));
    let status = plan.status.map_or(current.status, |c| c.to);
    let was_quiet = plan.priority.and_then(|c| catalog.priority(c.from)).is_some_and(|old| old.value > 3);
    priority.is_some_and(|p| p.value <= 3)
        && environment.is_some_and(domain::catalog::Environment::is_production)
        && !current.private
        && (plan.reaches(Status::Mitigated) || status == Status::Open || was_quiet)
}

/// The events that metrics are made of (spec 05 §10.3).
fn observe(current: &State, plan: &UpdatePlan, catalog: &Catalog) {
    let id = current.id;
    let value = |id| catalog.priority(id).map(|p| p.value);
    let priority = value(plan.priority.map_or(current.priority, |c| c.to));
    if let Some(c) = plan.status {
        tracing::info!(
            ff.metric = "incident.status_changed",
            ff.incident_id = %id,
            ff.status = c.to.number(),
            ff.status_label = c.to.label(),
            ff.priority = priority,
            "Incident {id} is {}", c.to.label()
        );
    }
    if plan.closed_now {
        tracing::info!(ff.metric = "incident.closed", ff.incident_id = %id, ff.priority = priority, "Incident {id} closed");
    }
    if let Some(c) = plan.priority {
        let metric = if plan.escalated.is_some() {
            "incident.priority.escalated"
        } else {
            "incident.priority.deescalated"
        };
        tracing::info!(
            ff.metric = metric,
            ff.incident_id = %id,
            ff.priority_old = value(c.from),
            ff.priority_new = value(c.to),
            "Priority of incident {id} changed"
        );
    }
}
