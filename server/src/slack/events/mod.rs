//! What happened in Slack without us: channels archived and renamed, people who come and go, the notice of our own
//! topic change (spec 10 §11).
//!
//! Each is one small operation, done before the 200, so that a server that dies makes Slack deliver again. A delivery
//! that was done is noted by its id and recognised for as long as Slack repeats it.

mod channel;
mod member;
mod notice;

use super::{
    client::Client,
    delivery::{Event, EventDelivery},
};
use crate::{change::ChannelEvent, context::Context, failure::OrInternal};
use domain::Result;

const DOOR: &str = "slack";

/// Does what the event asks for, once.
///
/// # Errors
/// When it could not be done; Slack then delivers again.
pub async fn take(ctx: &Context, slack: &Client, delivery: &EventDelivery) -> Result<()> {
    if is_known(ctx, &delivery.event_id).await? {
        tracing::debug!(slack.event_id = delivery.event_id, "Delivered before");
        return Ok(());
    }
    handle(ctx, slack, &delivery.event).await?;
    note(ctx, &delivery.event_id).await
}

async fn handle(ctx: &Context, slack: &Client, event: &Event) -> Result<()> {
    match event {
        Event::Archived { channel } => channel::changed(ctx, channel, ChannelEvent::Archived).await,
        Event::Unarchived { channel } => channel::changed(ctx, channel, ChannelEvent::Unarchived).await,
        Event::Renamed { channel, name } => {
            channel::changed(ctx, channel, ChannelEvent::Renamed(name.clone())).await
        }
        Event::Deleted { channel } => channel::changed(ctx, channel, ChannelEvent::Deleted).await,
        Event::Joined { channel, user, .. } => member::joined(ctx, slack, channel, user).await,
        Event::Left { channel, user, .. } => member::left(ctx, channel, user).await,
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
