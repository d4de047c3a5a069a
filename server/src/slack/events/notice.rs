//! Messages that Slack writes or that people delete: our own topic notice goes, a deleted card is forgotten.

use crate::{
    context::Context,
    failure::{self, OrInternal},
    jobs::{Job, SlackJob, queue},
    slack::{client::Client, conversations},
};
use domain::{Caller, Origin, Result};

/// Each topic change leaves a notice; ours are noise, those of people are not.
///
/// # Errors
/// When the database does not answer, or Slack does not say who we are.
pub async fn topic(ctx: &Context, slack: &Client, channel: &str, author: &str, ts: &str) -> Result<()> {
    let Some(incident) = conversations::incident_of(&ctx.db, channel).await? else { return Ok(()) };
    if !super::is_us(slack, author).await? {
        return Ok(());
    }
    let caller = Caller::system(Origin::Slack);
    let job = Job::Slack(SlackJob::DeleteNotice { incident, channel: channel.into(), ts: ts.into() });
    let origin = queue::Origin { caller: &caller, parent: None, trace: failure::reference(), now: ctx.now() };
    let mut conn = ctx.db.acquire().await.or_internal("connecting")?;
    queue::insert(&mut conn, &[job], &origin).await?;
    queue::announce(ctx);
    Ok(())
}

/// A message was deleted by hand: the card is posted anew when it changes next.
///
/// # Errors
/// When the database does not answer.
pub async fn deleted(ctx: &Context, channel: &str, ts: &str) -> Result<()> {
    conversations::forget_message(&ctx.db, channel, ts).await
}
