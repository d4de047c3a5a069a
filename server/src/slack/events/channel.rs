//! A channel of ours was archived, renamed, deleted: noted, so that nothing is said where nobody can hear it.

use crate::{
    change::ChannelEvent,
    context::Context,
    incidents::{self, Told},
};
use domain::Result;

/// # Errors
/// When the database does not answer.
pub async fn changed(ctx: &Context, told: &Told, what: ChannelEvent) -> Result<()> {
    incidents::channel_event(ctx, told, what).await
}
