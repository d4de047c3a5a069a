//! Who leads, who communicates: several roles in one go, one entry of the timeline.

use super::store;
use crate::{
    change::{Change, Channel, RolesChanged},
    context::Context,
    users::directory,
    write::Sent,
};
use domain::{
    Caller, Error, FieldCode, FieldErrors, IncidentId, Result, UpdateId, UserId,
    access::Act,
    catalog::Catalog,
    incident::{AskedRoles, Handover, plan_roles},
};
use sqlx::PgConnection;
use std::collections::HashMap;

/// Gives, hands over and clears roles. Sent twice, it is done once. How many were changed is the answer: none writes
/// nothing and tells nobody. A note is the message of the entry.
///
/// # Errors
/// [`Error::NotFound`] when the incident may not be seen; [`Error::Conflict`] when somebody else gave a role away
/// meanwhile; [`Error::Invalid`] for a person who is unknown, inactive or a bot, and for a note that no role goes with.
/// Nothing is written then.
pub async fn roles(
    ctx: &Context,
    caller: &Caller,
    id: IncidentId,
    asked: &Handover,
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
    let names = people(w.conn(), &asked.roles, current.roles.values().copied(), &catalog).await?;
    let name_of = |user: UserId| names.get(&user).cloned().unwrap_or_else(|| user.to_string());
    let plan = plan_roles(&current.roles, &asked.roles, &catalog, &name_of)?;
    for warning in &plan.warnings {
        tracing::warn!(ff.incident_id = %id, "Roles of incident {id}: {warning}");
    }
    if plan.is_empty() {
        return match asked.note {
            Some(_) => Err(Handover::reaches_nobody().into()),
            None => Ok(0),
        };
    }
    let (update, now) = (UpdateId(ctx.new_id()), w.now());
    let note = asked.note.as_ref().map(|note| note.as_str());
    store::write_roles(w.conn(), id, &plan.changes, update, caller.user_id(), note, now).await?;
    store::touch(w.conn(), id, now).await?;
    let channel = match ctx.slack() {
        Some(_) => store::channel(w.conn(), id).await?,
        None => Channel::None,
    };
    let count = plan.changes.len();
    let changed = RolesChanged {
        incident: id,
        update,
        roles: plan.changes.iter().map(|c| (c.role, c.from, c.to)).collect(),
        note: note.map(str::to_owned),
        channel,
        told: ctx.slack().is_some(),
    };
    w.commit(Change::RolesChanged(changed), count).await
}

/// The names of everybody concerned; who is asked for must be an active person.
async fn people(
    conn: &mut PgConnection,
    asked: &AskedRoles,
    holders: impl Iterator<Item = UserId>,
    catalog: &Catalog,
) -> Result<HashMap<UserId, String>> {
    let wanted = asked.values().filter_map(|set| set.to);
    let ids: Vec<UserId> = wanted.chain(holders).collect();
    let known = directory::by_ids(&mut *conn, &ids).await?;
    let mut errors = FieldErrors::default();
    for kind in &catalog.role_types {
        let Some(set) = asked.get(&kind.slug) else { continue };
        let Some(user) = set.to.filter(|to| set.from != Some(Some(*to))) else { continue };
        if !known.iter().any(|person| person.id == user && person.is_active && !person.bot) {
            errors.push(kind.field(), FieldCode::InvalidChoice, "Choose a person of the list.");
        }
    }
    errors.finish(Some(())).map_err(Error::from)?;
    Ok(known.into_iter().map(|person| (person.id, person.full_name)).collect())
}
