//! `firefighter erase`: words that must go, for ever, in the name of an administrator.

use super::admin::person;
use crate::{context::Context, history, incidents, users::permissions};
use anyhow::{Result, anyhow, bail, ensure};
use clap::{Args, Subcommand};
use domain::{Caller, Error, IncidentId, Origin, UserId};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum EraseCommand {
    /// All that people wrote on an incident; the facts and the number stay
    Incident {
        id: i64,
        #[command(flatten)]
        sure: Sure,
    },
    /// All that one person wrote on incidents; what they did stays
    Person {
        /// The person's e-mail address
        email: String,
        #[command(flatten)]
        sure: Sure,
    },
}

#[derive(Args)]
pub struct Sure {
    /// The address of the administrator who does it; the record names them
    #[arg(long, value_name = "EMAIL")]
    by: String,
    /// Do it: what is erased cannot be brought back
    #[arg(long)]
    yes: bool,
}

pub async fn erase(ctx: &Context, command: EraseCommand) -> Result<ExitCode> {
    match command {
        EraseCommand::Incident { id, sure } => {
            let caller = administrator(ctx, &sure).await?;
            let words = of_incident(ctx, &caller, IncidentId(id), None).await?;
            println!(
                "{} of incident {id}. What was announced in Slack, or stands in an archived channel, stays there.",
                erased(words)
            );
        }
        EraseCommand::Person { email, sure } => {
            let caller = administrator(ctx, &sure).await?;
            let user = person(ctx, &email).await?.id;
            let incidents = history::incidents_with_words_of(&ctx.db, user).await?;
            let (mut words, mut unseen) = (0, 0);
            for id in &incidents {
                match incidents::erase(ctx, &caller, *id, Some(user)).await {
                    Ok(erased) => words += erased,
                    Err(Error::NotFound) => unseen += 1,
                    Err(e) => return Err(e.into()),
                }
            }
            println!(
                "{} of {email}. What was announced in Slack, or stands in an archived channel, stays there.",
                erased(words)
            );
            ensure!(
                unseen == 0,
                "{unseen} private incidents with words of theirs are not seen by {}: somebody who sees them must do it.",
                sure.by
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn erased(texts: usize) -> String {
    if texts == 1 { "Erased 1 text".into() } else { format!("Erased {texts} texts") }
}

async fn of_incident(ctx: &Context, caller: &Caller, id: IncidentId, of: Option<UserId>) -> Result<usize> {
    match incidents::erase(ctx, caller, id, of).await {
        Ok(words) => Ok(words),
        Err(Error::NotFound) => bail!("There is no incident {id}."),
        Err(e) => Err(e.into()),
    }
}

/// Who does it, when they are sure.
async fn administrator(ctx: &Context, sure: &Sure) -> Result<Caller> {
    ensure!(sure.yes, "What is erased cannot be brought back. Add --yes to do it.");
    let user = person(ctx, &sure.by).await?;
    let caller = permissions::caller(&ctx.db, user.id, Origin::Cli).await?;
    caller.ok_or_else(|| anyhow!("{} is not active.", sure.by))
}
