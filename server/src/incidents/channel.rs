//! What Slack made of an incident's channel: made, renamed, archived, deleted.

use super::{
    heard::{About, Told, is_news},
    query, store,
};
use crate::{
    change::{Attached, Change, ChannelEvent},
    context::Context,
    failure::OrInternal,
    jobs::Run,
};
use domain::{
    Caller, Error, IncidentId, Origin, Result, RoleTypeId, UpdateId, UserId, catalog::Catalog,
    incident::Status,
};

/// A channel that was made for an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewChannel {
    /// Slack's id.
    pub id: String,
    /// As Slack named it.
    pub name: String,
    pub private: bool,
    /// The Slack user who made it: our bot.
    pub creator: Option<String>,
}

/// Attaches the channel; attached already, nothing happens. `raised_by` is the update that asked for it, when declaring
/// did not.
///
/// # Errors
/// [`Error::NotFound`] when there is no such incident.
pub async fn attach_channel(
    ctx: &Context,
    run: &Run,
    id: IncidentId,
    channel: &NewChannel,
    raised_by: Option<UpdateId>,
) -> Result<()> {
    let caller = Caller::system(Origin::Schedule);
    let catalog = ctx.catalog().await?;
    let mut w = ctx.write(&caller).await?.born_of(run);
    if !store::lock_row(w.conn(), id).await? {
        return Err(Error::NotFound);
    }
    let kind = if channel.private { "private" } else { "public" };
    let now = w.now();
    let attached = sqlx::query!(
        "INSERT INTO slack_conversations (channel_id, name, incident_id, kind, status, creator, created_at, updated_at)
         VALUES ($1, $2, $3, $4, 'opened', $5, $6, $6) ON CONFLICT DO NOTHING",
        channel.id,
        channel.name,
        id.0,
        kind,
        channel.creator,
        now,
    )
    .execute(w.conn())
    .await
    .or_internal("attaching a channel")?
    .rows_affected();
    if attached == 0 {
        return Ok(());
    }
    let incident = sqlx::query!(
        "SELECT i.status, i.private, i.priority_id, i.environment_id FROM incidents i WHERE i.id = $1",
        id.0
    )
    .fetch_one(w.conn())
    .await
    .or_internal("reading an incident")?;
    let holders =
        sqlx::query!("SELECT role_type_id, user_id FROM incident_roles WHERE incident_id = $1", id.0)
            .fetch_all(w.conn())
            .await
            .or_internal("reading the roles of an incident")?;
    let announced = is_announced(
        &catalog,
        query::status(incident.status),
        incident.private,
        domain::PriorityId(incident.priority_id),
        domain::EnvironmentId(incident.environment_id),
    );
    let attached = Attached {
        incident: id,
        channel: channel.id.clone(),
        name: channel.name.clone(),
        announced,
        raised_by,
        holders: holders.iter().map(|h| (RoleTypeId(h.role_type_id), UserId(h.user_id))).collect(),
    };
    w.commit(Change::ChannelAttached(attached), ()).await
}

/// Whether a new channel is told in the general channel: P1 to P3, in production, public, and not over (spec 10 §14).
fn is_announced(
    catalog: &Catalog,
    status: Status,
    private: bool,
    priority: domain::PriorityId,
    environment: domain::EnvironmentId,
) -> bool {
    let critical = catalog.priority(priority).is_some_and(|p| p.value <= 3);
    let production =
        catalog.environment(environment).is_some_and(domain::catalog::Environment::is_production);
    critical && production && !private && status.is_active()
}

/// Notes what happened to a channel of ours at Slack, unless something newer was told of it before. Channels of no
/// incident are renamed in place.
///
/// # Errors
/// When the database does not answer.
pub async fn channel_event(ctx: &Context, told: &Told, what: ChannelEvent) -> Result<()> {
    let caller = Caller::system(Origin::Slack);
    let channel = told.channel.as_str();
    let known = sqlx::query!("SELECT incident_id FROM slack_conversations WHERE channel_id = $1", channel)
        .fetch_optional(&ctx.db)
        .await
        .or_internal("finding a channel")?;
    let Some(known) = known else { return Ok(()) };
    let mut w = ctx.write(&caller).await?;
    if let Some(id) = known.incident_id {
        store::lock_row(w.conn(), IncidentId(id)).await?;
    }
    let (about, name, status) = match &what {
        ChannelEvent::Renamed(name) => (About::Name, Some(name.as_str()), None),
        ChannelEvent::Archived | ChannelEvent::Deleted => (About::Status, None, Some("archived")),
        ChannelEvent::Unarchived => (About::Status, None, Some("opened")),
    };
    if !is_news(w.conn(), told, about).await? {
        return Ok(());
    }
    let now = w.now();
    let changed = sqlx::query!(
        "UPDATE slack_conversations SET name = coalesce($2, name), status = coalesce($3, status), updated_at = $4
         WHERE channel_id = $1 AND (name, status) IS DISTINCT FROM (coalesce($2, name), coalesce($3, status))",
        channel,
        name,
        status,
        now,
    )
    .execute(w.conn())
    .await
    .or_internal("noting what happened to a channel")?
    .rows_affected();
    if changed == 0 {
        return w.remember().await;
    }
    let incident = known.incident_id.map(IncidentId);
    w.commit(Change::ChannelChanged { incident, channel: channel.into(), what }, ()).await
}

/// Gives a channel of no incident its meaning: `tech_incidents`, `it_deploy`, `dev_firefighter` (spec 10 §17.2). A tag
/// stands on one channel: the one that had it loses it. An empty tag takes it away.
///
/// # Errors
/// When the database does not answer.
pub async fn tag_channel(ctx: &Context, caller: &Caller, channel: &NewChannel, tag: &str) -> Result<()> {
    let mut w = ctx.write(caller).await?;
    let kind = if channel.private { "private" } else { "public" };
    let now = w.now();
    sqlx::query!(
        "UPDATE slack_conversations SET tag = '', updated_at = $3 WHERE tag = $1 AND tag <> '' AND channel_id <> $2",
        tag,
        channel.id,
        now,
    )
    .execute(w.conn())
    .await
    .or_internal("taking a tag from another channel")?;
    sqlx::query!(
        "INSERT INTO slack_conversations (channel_id, name, kind, status, creator, tag, created_at, updated_at)
         VALUES ($1, $2, $3, 'opened', $4, $5, $6, $6)
         ON CONFLICT (channel_id) DO UPDATE SET name = excluded.name, tag = excluded.tag, status = 'opened',
                                                updated_at = excluded.updated_at",
        channel.id,
        channel.name,
        kind,
        channel.creator,
        tag,
        now,
    )
    .execute(w.conn())
    .await
    .or_internal("tagging a channel")?;
    let change =
        Change::ChannelTagged { channel: channel.id.clone(), name: channel.name.clone(), tag: tag.into() };
    w.commit(change, ()).await
}
