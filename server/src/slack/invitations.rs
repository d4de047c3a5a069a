//! Who is asked into an incident's channel: its opener first, then everybody who holds a role or is a member
//! (spec 10 §16).
//!
//! Asked once: who left by themselves is not pulled back. Who has no Slack id here is looked up by e-mail.

use super::{
    client::Method,
    directory::account,
    jobs::{Desk, open_channel},
    said,
};
use crate::{
    incidents::{
        self,
        query::{self, Person},
    },
    jobs::{Done, JobError},
    users,
};
use domain::{Caller, IncidentId, Origin, UserId};

/// Most people in one call (vendor).
const CHUNK: usize = 100;
/// Unknown people that are looked up in one run; the others follow with the next.
const LOOKUPS: usize = 20;
/// Codes that mean: is there.
const THERE: &[&str] = &["already_in_channel", "cant_invite_self"];

/// Somebody to invite.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Guest {
    slack_id: String,
    user: Option<UserId>,
}

/// Invites who belongs there and was not asked before.
pub(super) async fn invite(desk: &Desk<'_>, id: IncidentId) -> Result<Done, JobError> {
    let scene = desk.scene(id).await?;
    let channel = open_channel(&scene.incident)?;
    let people = with_slack_ids(desk, query::people(&desk.ctx.db, id).await?).await?;
    let bot = desk.must(Method::AuthTest, desk.slack.me()).await?.user_id.clone();
    let there = match desk.call(Method::Members, desk.slack.members(channel)).await? {
        Ok(there) => there,
        Err(error) => return Err(desk.channel_failed(channel, error).await),
    };
    let mut wanted = Vec::new();
    for guest in missing(people, &there, &bot) {
        if !said::was(desk, id, "channel", &invitation(&guest)).await? {
            wanted.push(guest);
        }
    }
    if wanted.is_empty() {
        return Ok(Done::Nothing);
    }
    for chunk in wanted.chunks(CHUNK) {
        invite_chunk(desk, id, channel, chunk).await?;
    }
    Ok(Done::Done)
}

async fn invite_chunk(
    desk: &Desk<'_>,
    id: IncidentId,
    channel: &str,
    guests: &[Guest],
) -> Result<(), JobError> {
    let ids: Vec<String> = guests.iter().map(|g| g.slack_id.clone()).collect();
    let refused = match desk.call(Method::Invite, desk.slack.invite(channel, &ids)).await? {
        Ok(refused) => refused,
        Err(error) if error.is_any(THERE) => vec![],
        Err(error) => return Err(desk.channel_failed(channel, error).await),
    };
    for guest in guests {
        let no = refused.iter().find(|r| r.user == guest.slack_id && !THERE.contains(&r.error.as_str()));
        if let Some(no) = no {
            tracing::warn!(slack.user = no.user, slack.error = no.error, "{} cannot be invited", no.user);
        } else if let Some(user) = guest.user {
            incidents::members::join(desk.ctx, &Caller::system(Origin::Slack), id, user).await?;
        }
        let say = said::take(desk, id, "channel", &invitation(guest)).await?;
        let at = super::answer::Posted { channel: channel.into(), ts: guest.slack_id.clone() };
        said::done(desk, &say, &at).await?;
    }
    Ok(())
}

fn invitation(guest: &Guest) -> String {
    format!("invite {}", guest.slack_id)
}

/// In the given order, without doubles, the bot, and who is there.
fn missing(people: Vec<Guest>, there: &[String], bot: &str) -> Vec<Guest> {
    let mut wanted: Vec<Guest> = Vec::new();
    for guest in people {
        let known = guest.slack_id == bot
            || there.contains(&guest.slack_id)
            || wanted.iter().any(|w| w.slack_id == guest.slack_id);
        if !known {
            wanted.push(guest);
        }
    }
    wanted
}

/// Completes people by asking Slack for their address; who is not found there is left out.
async fn with_slack_ids(desk: &Desk<'_>, people: Vec<Person>) -> Result<Vec<Guest>, JobError> {
    let mut guests = Vec::new();
    let mut lookups = 0;
    for person in people {
        if let Some(slack_id) = person.slack_id {
            guests.push(Guest { slack_id, user: person.id });
        } else if let Some(user) = person.id
            && lookups < LOOKUPS
        {
            lookups += 1;
            guests.extend(look_up(desk, user).await?);
        }
    }
    Ok(guests)
}

async fn look_up(desk: &Desk<'_>, user: UserId) -> Result<Option<Guest>, JobError> {
    let Some(known) = users::directory::by_id(&desk.ctx.db, user).await? else { return Ok(None) };
    if known.bot || known.email.ends_with(".invalid") {
        return Ok(None);
    }
    let found = match desk.call(Method::UserByEmail, desk.slack.user_by_email(&known.email)).await? {
        Ok(found) => account(&found, &desk.must(Method::AuthTest, desk.slack.me()).await?.team_id),
        Err(error) if error.is_any(&["users_not_found", "enterprise_is_restricted"]) => return Ok(None),
        Err(error) => return Err(desk.failed(error)),
    };
    if found.is_deleted || found.is_external || found.is_bot {
        return Ok(None);
    }
    let mut conn = desk.ctx.db.acquire().await?;
    let slack_id = found.slack_id.clone();
    match users::slack_accounts::link(&mut conn, &known, &found, desk.ctx.now()).await {
        Ok(()) => Ok(Some(Guest { slack_id, user: Some(user) })),
        Err(domain::Error::Refused(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guest(id: &str) -> Guest {
        Guest { slack_id: id.into(), user: None }
    }

    // SLK-236: order, bot and doubles.
    #[test]
    fn the_opener_comes_first_and_nobody_twice_and_not_the_bot() {
        let people =
            vec![guest("U0YUSUF"), guest("U0INES"), guest("U0FIRE"), guest("U0INES"), guest("U0MARA")];
        let wanted = missing(people, &["U0MARA".into()], "U0FIRE");
        assert_eq!(wanted, [guest("U0YUSUF"), guest("U0INES")]);
    }

    // SLK-238
    #[test]
    fn chunks_stay_within_a_hundred() {
        let people: Vec<Guest> = (0..250).map(|n| guest(&format!("U{n}"))).collect();
        let wanted = missing(people, &[], "U0FIRE");
        assert!(wanted.chunks(CHUNK).all(|c| c.len() <= 100));
        assert_eq!(wanted.chunks(CHUNK).count(), 3);
    }
}
