//! Who is in an incident's channel is on the incident: joining makes a member, leaving ends it.

use crate::{
    context::Context,
    incidents::{self, Told},
    slack::{
        client::Client,
        conversations,
        directory::{self, Stranger},
    },
    users::slack_accounts,
};
use domain::{Error, Result};

/// Somebody came in. Guests, bots – the app itself, whenever it makes a channel – and strangers are in the channel and
/// stay out of the incident.
///
/// # Errors
/// When the database does not answer, or Slack does not say who it is: delivered again, it is asked again.
pub async fn joined(ctx: &Context, slack: &Client, told: &Told, slack_id: &str) -> Result<()> {
    let Some(incident) = conversations::incident_of(&ctx.db, &told.channel).await? else { return Ok(()) };
    if super::is_us(slack, slack_id).await? {
        return Ok(());
    }
    let known = match directory::identify(ctx, slack, slack_id).await? {
        Ok(known) => known,
        Err(Stranger::NoAnswer) => return Err(Error::Unavailable { service: "Slack".into() }),
        Err(_) => return Ok(()),
    };
    match known.caller.user_id() {
        Some(user) => incidents::members::came(ctx, told, slack_id, incident, user).await,
        None => Ok(()),
    }
}

/// Somebody left.
///
/// # Errors
/// When the database does not answer.
pub async fn left(ctx: &Context, told: &Told, slack_id: &str) -> Result<()> {
    let Some(incident) = conversations::incident_of(&ctx.db, &told.channel).await? else { return Ok(()) };
    let person = slack_accounts::by_slack_id(&ctx.db, slack_id).await?;
    incidents::members::went(ctx, told, slack_id, incident, person.map(|p| p.user)).await
}
