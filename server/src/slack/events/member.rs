//! Who is in an incident's channel is on the incident: joining makes a member, leaving ends it.

use crate::{
    context::Context,
    incidents,
    slack::{
        client::Client,
        conversations,
        directory::{self, Stranger},
    },
    users::slack_accounts,
};
use domain::{Caller, Error, Origin, Result};

/// Somebody came in. Guests, bots and strangers are in the channel and stay out of the incident.
///
/// # Errors
/// When the database does not answer, or Slack does not say who it is: delivered again, it is asked again.
pub async fn joined(ctx: &Context, slack: &Client, channel: &str, slack_id: &str) -> Result<()> {
    let Some(incident) = conversations::incident_of(&ctx.db, channel).await? else { return Ok(()) };
    let known = match directory::identify(ctx, slack, slack_id).await? {
        Ok(known) => known,
        Err(Stranger::NoAnswer) => return Err(Error::Unavailable { service: "Slack".into() }),
        Err(_) => return Ok(()),
    };
    match known.caller.user_id() {
        Some(user) => incidents::members::join(ctx, &Caller::system(Origin::Slack), incident, user).await,
        None => Ok(()),
    }
}

/// Somebody left.
///
/// # Errors
/// When the database does not answer.
pub async fn left(ctx: &Context, channel: &str, slack_id: &str) -> Result<()> {
    let Some(incident) = conversations::incident_of(&ctx.db, channel).await? else { return Ok(()) };
    match slack_accounts::by_slack_id(&ctx.db, slack_id).await? {
        Some(person) => {
            incidents::members::leave(ctx, &Caller::system(Origin::Slack), incident, person.user).await
        }
        None => Ok(()),
    }
}
