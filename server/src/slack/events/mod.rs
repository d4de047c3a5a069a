//! What happened in Slack without us: channels archived and renamed, people who come and go, the notice of our own
//! topic change (spec 10 §11).
//!
//! Each is one small operation, done before the 200, so that a server that dies makes Slack deliver again. A delivery
//! that was done is noted by its id and recognised for as long as Slack repeats it; one that comes after a newer one
//! about the same thing changes nothing.

mod channel;
mod member;
mod notice;

use super::{
    client::Client,
    delivery::{Event, EventDelivery},
};
use crate::{change::ChannelEvent, context::Context, failure::OrInternal, incidents::Told};
use domain::{Error, Result, Timestamp};
use std::time::Duration;

const DOOR: &str = "slack";
/// Slack waits three seconds for us; who we are is asked once, and not longer than this.
const PATIENCE: Duration = Duration::from_secs(1);

/// Does what the event asks for, once.
///
/// # Errors
/// When it could not be done; Slack then delivers again.
pub async fn take(ctx: &Context, slack: &Client, delivery: &EventDelivery) -> Result<()> {
    if is_known(ctx, &delivery.event_id).await? {
        tracing::debug!(slack.event_id = delivery.event_id, "Delivered before");
        return Ok(());
    }
    handle(ctx, slack, &delivery.event, delivery.at).await?;
    note(ctx, &delivery.event_id).await
}

async fn handle(ctx: &Context, slack: &Client, event: &Event, at: Option<Timestamp>) -> Result<()> {
    let told = |channel: &String| Told { channel: channel.clone(), at };
    match event {
        Event::Archived { channel } => channel::changed(ctx, &told(channel), ChannelEvent::Archived).await,
        Event::Unarchived { channel } => {
            channel::changed(ctx, &told(channel), ChannelEvent::Unarchived).await
        }
        Event::Renamed { channel, name } => {
            channel::changed(ctx, &told(channel), ChannelEvent::Renamed(name.clone())).await
        }
        Event::Deleted { channel } => channel::changed(ctx, &told(channel), ChannelEvent::Deleted).await,
        Event::Joined { channel, user, .. } => member::joined(ctx, slack, &told(channel), user).await,
        Event::Left { channel, user, .. } => member::left(ctx, &told(channel), user).await,
        Event::TopicNotice { channel, user, ts } => notice::topic(ctx, slack, channel, user, ts).await,
        Event::MessageDeleted { channel, ts } => notice::deleted(ctx, channel, ts).await,
        Event::RateLimited => {
            tracing::warn!("Slack throttles our events: more than 30,000 in an hour");
            Ok(())
        }
        Event::IdChanged { .. }
        | Event::Shared { .. }
        | Event::ConvertedToPrivate { .. }
        | Event::ConvertedToPublic { .. }
        | Event::HomeOpened { .. }
        | Event::Other { .. } => {
            tracing::debug!(slack.event = ?event, "Nothing follows from this event");
            Ok(())
        }
    }
}

/// Whether it was the app itself.
async fn is_us(slack: &Client, user: &str) -> Result<bool> {
    let unknown = || Error::Unavailable { service: "Slack".into() };
    let me = tokio::time::timeout(PATIENCE, slack.me()).await.map_err(|_| unknown())?;
    Ok(me.map_err(|_| unknown())?.user_id == user)
}

async fn is_known(ctx: &Context, id: &str) -> Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM deliveries WHERE door = $1 AND id = $2) AS "known!""#,
        DOOR,
        id
    )
    .fetch_one(&ctx.db)
    .await
    .or_internal("recognising a delivery")
}

async fn note(ctx: &Context, id: &str) -> Result<()> {
    sqlx::query!(
        "INSERT INTO deliveries (door, id, received_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        DOOR,
        id,
        ctx.now()
    )
    .execute(&ctx.db)
    .await
    .or_internal("noting a delivery")?;
    Ok(())
}
