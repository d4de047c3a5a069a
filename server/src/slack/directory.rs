//! Who stands at the door: a Slack account becomes a caller (spec 10 §3).
//!
//! Known people are read here; somebody never seen is asked of Slack once, within a second, found by the verified
//! address or made. Everybody who works here may act; guests, bots, people of other workspaces and those who left are
//! told why not.

use super::{answer::Person, client::Client, conversations, rules};
use crate::{
    context::Context,
    users::slack_accounts::{self, SlackAccount, SlackPerson},
};
use domain::{Caller, Error, Origin, Permissions, Result};
use std::time::Duration;

/// A person waits for this; more, and they are asked to try again.
const PATIENCE: Duration = Duration::from_secs(1);

/// Somebody who is known and may act.
#[derive(Debug, Clone)]
pub struct Known {
    pub caller: Caller,
    pub slack_id: String,
}

/// Why somebody may not act, said to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stranger {
    Guest,
    Bot,
    External,
    Inactive,
    /// Slack tells no address of theirs, so nobody here can be matched.
    NoAddress,
    /// Somebody here has that address and another Slack account.
    Taken,
    /// Slack did not answer who they are.
    NoAnswer,
}

impl Stranger {
    /// The sentence for the person; `support` is where they can ask.
    pub fn words(self, support: Option<&str>) -> String {
        let words = match self {
            Stranger::Guest => "Guests of the workspace cannot use FireFighter. Ask a member to declare it.",
            Stranger::Bot => "Bots cannot use FireFighter here. Use the REST API.",
            Stranger::External => {
                "People of other workspaces cannot use FireFighter. Ask a member to declare it."
            }
            Stranger::Inactive => "Your account is not active. An administrator can activate it.",
            Stranger::NoAddress => {
                "Slack tells no e-mail address of yours, so FireFighter cannot tell who you are."
            }
            Stranger::Taken => {
                "Your address belongs to another Slack account here. An administrator can unlink it."
            }
            Stranger::NoAnswer => return "Slack does not answer who you are. Again?".into(),
        };
        match support {
            Some(channel) => format!("{words} Help is in <#{channel}>."),
            None => words.into(),
        }
    }
}

/// Finds or makes the person behind a Slack id.
///
/// # Errors
/// When the database does not answer. That somebody may not act is no error.
pub async fn identify(
    ctx: &Context,
    slack: &Client,
    slack_id: &str,
) -> Result<std::result::Result<Known, Stranger>> {
    let (person, permissions) = match slack_accounts::with_permissions(&ctx.db, slack_id).await? {
        Some(known) => known,
        None => match meet(ctx, slack, slack_id).await? {
            Ok(met) => met,
            Err(stranger) => return Ok(Err(stranger)),
        },
    };
    if let Some(stranger) = refused(&person) {
        return Ok(Err(stranger));
    }
    let caller = permissions.map(|permissions| Caller::user(person.user, Origin::Slack, permissions));
    Ok(caller.map(|caller| Known { caller, slack_id: slack_id.to_owned() }).ok_or(Stranger::Inactive))
}

/// Somebody never seen.
async fn meet(
    ctx: &Context,
    slack: &Client,
    slack_id: &str,
) -> Result<std::result::Result<(SlackPerson, Option<Permissions>), Stranger>> {
    let asked = tokio::time::timeout(PATIENCE, async {
        let me = slack.me().await?;
        slack.user_info(slack_id).await.map(|person| account(&person, &me.team_id))
    });
    let account = match asked.await {
        Ok(Ok(account)) => account,
        Ok(Err(error)) if error.is_any(&["user_not_found", "user_not_visible"]) => {
            return Ok(Err(Stranger::External));
        }
        Ok(Err(error)) => {
            tracing::warn!(error.message = %error, "Slack does not say who {slack_id} is");
            return Ok(Err(Stranger::NoAnswer));
        }
        Err(_) => return Ok(Err(Stranger::NoAnswer)),
    };
    if let Some(stranger) = never_kept(&account) {
        return Ok(Err(stranger));
    }
    let mut conn = match ctx.db.acquire().await {
        Ok(conn) => conn,
        Err(_) => return Err(Error::Unavailable { service: "The database".into() }),
    };
    match slack_accounts::find_or_create(&mut conn, &account, ctx.now()).await {
        Ok(Some(_)) => {}
        Ok(None) => return Ok(Err(Stranger::NoAddress)),
        Err(Error::Refused(_)) => return Ok(Err(Stranger::Taken)),
        Err(error) => return Err(error),
    }
    Ok(slack_accounts::with_permissions(&mut *conn, slack_id).await?.ok_or(Stranger::NoAddress))
}

/// An account of Slack in the words of our directory. An address counts only when the workspace verified it.
pub(super) fn account(person: &Person, our_team: &str) -> SlackAccount {
    let profile = &person.profile;
    let real_name = profile.real_name.clone().or_else(|| person.real_name.clone()).unwrap_or_default();
    let verified = person.is_email_confirmed != Some(false);
    SlackAccount {
        slack_id: person.id.clone(),
        username: person.name.clone(),
        real_name,
        email: profile.email.clone().filter(|email| verified && !email.trim().is_empty()),
        image: profile.image_512.clone().or_else(|| profile.image_192.clone()),
        is_restricted: person.is_restricted,
        is_ultra_restricted: person.is_ultra_restricted,
        is_bot: person.is_bot || person.id == "USLACKBOT",
        is_external: person.is_stranger || person.team_id.as_deref().is_some_and(|team| team != our_team),
        is_deleted: person.deleted,
    }
}

/// Accounts that are told no without leaving a row.
fn never_kept(account: &SlackAccount) -> Option<Stranger> {
    if account.is_external {
        Some(Stranger::External)
    } else if account.is_deleted {
        Some(Stranger::Inactive)
    } else {
        None
    }
}

fn refused(person: &SlackPerson) -> Option<Stranger> {
    if person.is_bot {
        Some(Stranger::Bot)
    } else if person.is_external {
        Some(Stranger::External)
    } else if person.is_guest {
        Some(Stranger::Guest)
    } else if !person.is_active {
        Some(Stranger::Inactive)
    } else {
        None
    }
}

/// The channel where people ask for help with the product, if one is tagged.
pub async fn support_channel(ctx: &Context) -> Option<String> {
    // It only helps; what it stands beside is more important.
    conversations::tagged(&ctx.db, rules::SUPPORT).await.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::UserId;
    use serde_json::json;

    fn person(more: serde_json::Value) -> Person {
        let mut raw = json!({"id": "U1", "team_id": "T0SANDBOX", "name": "ines", "profile": {"email": "ines@example.com",
            "real_name": "Ines Okafor", "image_192": "https://a/192.png"}});
        raw.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(raw).unwrap()
    }

    #[test]
    fn an_account_is_read_with_what_the_workspace_verified() {
        let ines = account(&person(json!({})), "T0SANDBOX");
        assert_eq!(
            (ines.real_name.as_str(), ines.email.as_deref()),
            ("Ines Okafor", Some("ines@example.com"))
        );
        assert_eq!(ines.image.as_deref(), Some("https://a/192.png"));
        assert!(!ines.is_external && !ines.is_bot);
        assert_eq!(account(&person(json!({"is_email_confirmed": false})), "T0SANDBOX").email, None);
    }

    // SLK-024: who is refused, and in which words.
    #[test]
    fn guests_bots_externals_and_those_who_left_are_refused_with_words() {
        assert_eq!(
            never_kept(&account(&person(json!({"team_id": "T0OTHER"})), "T0SANDBOX")),
            Some(Stranger::External)
        );
        assert_eq!(
            never_kept(&account(&person(json!({"is_stranger": true})), "T0SANDBOX")),
            Some(Stranger::External)
        );
        assert_eq!(
            never_kept(&account(&person(json!({"deleted": true})), "T0SANDBOX")),
            Some(Stranger::Inactive)
        );
        let member = SlackPerson {
            user: UserId(uuid::Uuid::nil()),
            slack_id: "U1".into(),
            full_name: "Ines Okafor".into(),
            is_guest: false,
            is_bot: false,
            is_external: false,
            is_active: true,
        };
        assert_eq!(refused(&member), None);
        assert_eq!(refused(&SlackPerson { is_guest: true, ..member.clone() }), Some(Stranger::Guest));
        assert_eq!(refused(&SlackPerson { is_bot: true, ..member.clone() }), Some(Stranger::Bot));
        assert_eq!(refused(&SlackPerson { is_active: false, ..member }), Some(Stranger::Inactive));
        assert!(Stranger::Guest.words(Some("C0SUPPORT")).ends_with("Help is in <#C0SUPPORT>."));
        assert_eq!(Stranger::NoAnswer.words(None), "Slack does not answer who you are. Again?");
    }

    // SLK-021
    #[test]
    fn bots_are_flagged_and_known_by_their_handle() {
        let bot = account(&person(json!({"is_bot": true, "profile": {}})), "T0SANDBOX");
        assert!(bot.is_bot);
        assert_eq!((bot.username.as_str(), bot.email), ("ines", None));
        assert!(account(&person(json!({"id": "USLACKBOT"})), "T0SANDBOX").is_bot);
    }
}
