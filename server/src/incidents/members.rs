//! Who is on an incident: whoever is in its channel, and whoever says so on its page. Joining makes a member, leaving
//! ends it.
//!
//! Two doors, two rights: what Slack reports has happened already, so it is only written down ([`join`], [`came`],
//! [`went`]); a person at the page is asked for the fence and held by the rules ([`add_me`], [`remove_me`]).

use super::{
    heard::{About, Told, is_news},
    store,
};
use crate::{
    change::{Change, Channel},
    context::Context,
    failure::OrInternal,
    write::Write,
};
use domain::{Caller, Error, IncidentId, Origin, Result, UserId, access::Act, incident::may_leave};
use sqlx::PgPool;

/// Makes a person a member; one who is already is left alone.
///
/// # Errors
/// [`Error::NotFound`] when there is no such incident.
pub async fn join(ctx: &Context, caller: &Caller, incident: IncidentId, user: UserId) -> Result<()> {
    let mut w = ctx.write(caller).await?;
    if !store::lock_row(w.conn(), incident).await? {
        return Err(Error::NotFound);
    }
    let now = w.now();
    if store::add_member(w.conn(), incident, user, now).await? {
        w.commit(Change::MemberJoined { incident, user, invited: false }, ()).await?;
    }
    Ok(())
}

/// Slack tells that somebody came into the channel, who is a member then; unless something newer was told of them.
///
/// # Errors
/// [`Error::NotFound`] when there is no such incident.
pub async fn came(
    ctx: &Context,
    told: &Told,
    slack_id: &str,
    incident: IncidentId,
    user: UserId,
) -> Result<()> {
    let Some(mut w) = hear(ctx, told, slack_id, incident).await? else { return Ok(()) };
    let now = w.now();
    if store::add_member(w.conn(), incident, user, now).await? {
        return w.commit(Change::MemberJoined { incident, user, invited: false }, ()).await;
    }
    w.remember().await
}

/// Slack tells that somebody left the channel, which ends a membership; unless something newer was told of them. It
/// is remembered of somebody unknown too: the older news that they came may still be on its way.
///
/// # Errors
/// [`Error::NotFound`] when there is no such incident.
pub async fn went(
    ctx: &Context,
    told: &Told,
    slack_id: &str,
    incident: IncidentId,
    user: Option<UserId>,
) -> Result<()> {
    let Some(mut w) = hear(ctx, told, slack_id, incident).await? else { return Ok(()) };
    if let Some(user) = user
        && store::remove_member(w.conn(), incident, user).await?
    {
        return w.commit(Change::MemberLeft { incident, user }, ()).await;
    }
    w.remember().await
}

/// Under the incident's lock, when this is news.
async fn hear(ctx: &Context, told: &Told, slack_id: &str, incident: IncidentId) -> Result<Option<Write>> {
    let mut w = ctx.write(&Caller::system(Origin::Slack)).await?;
    if !store::lock_row(w.conn(), incident).await? {
        return Err(Error::NotFound);
    }
    Ok(is_news(w.conn(), told, About::Member(slack_id)).await?.then_some(w))
}

/// The caller is on it from now on, and is asked into the channel. Who is already is left alone.
///
/// # Errors
/// [`Error::NotFound`] when the incident may not be seen, or the caller is no person.
pub async fn add_me(ctx: &Context, caller: &Caller, id: IncidentId) -> Result<()> {
    caller.may_do(Act::Change)?;
    let me = caller.user_id().ok_or(Error::NotFound)?;
    let catalog = ctx.catalog().await?;
    let mut w = ctx.write(caller).await?;
    store::lock(w.conn(), caller.viewer(), id, ctx.postmortem(), &catalog).await?;
    let now = w.now();
    if store::add_member(w.conn(), id, me, now).await? {
        let invited = ctx.slack().is_some() && store::channel(w.conn(), id).await? == Channel::There;
        w.commit(Change::MemberJoined { incident: id, user: me, invited }, ()).await?;
    }
    Ok(())
}

/// The caller is not on it any more.
///
/// # Errors
/// [`Error::NotFound`] when the incident may not be seen; [`Error::Refused`] while the caller holds a role.
pub async fn remove_me(ctx: &Context, caller: &Caller, id: IncidentId) -> Result<()> {
    caller.may_do(Act::Change)?;
    let me = caller.user_id().ok_or(Error::NotFound)?;
    let catalog = ctx.catalog().await?;
    let mut w = ctx.write(caller).await?;
    let current = store::lock(w.conn(), caller.viewer(), id, ctx.postmortem(), &catalog).await?;
    may_leave(&current.roles, me, &catalog)?;
    if store::remove_member(w.conn(), id, me).await? {
        w.commit(Change::MemberLeft { incident: id, user: me }, ()).await?;
    }
    Ok(())
}

/// Whether somebody is a member. Asked behind the fence.
///
/// # Errors
/// When the database does not answer.
pub async fn is_member(db: &PgPool, id: IncidentId, user: UserId) -> Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM incident_members WHERE incident_id = $1 AND user_id = $2) AS "is!""#,
        id.0,
        user.0,
    )
    .fetch_one(db)
    .await
    .or_internal("asking for a member")
}
