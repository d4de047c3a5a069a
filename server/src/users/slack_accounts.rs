//! Which Slack account is whom (10 §3).
//!
//! A person is found by the Slack id first, then by the address that the workspace verified. Accounts of another
//! workspace (Slack Connect) are never matched by address: their workspace, not ours, vouches for it. Guests and bots
//! get rows too, so that Slack is asked about them once; doors refuse them with words.

use super::{
    Email, NewUser, User,
    directory::{self, cut},
    permissions,
};
use crate::{failure::OrInternal, told};
use domain::{Error, Permissions, Result, Timestamp, UserId};
use sqlx::{PgConnection, PgExecutor};
use std::collections::HashMap;
use uuid::Uuid;

/// An account as Slack describes it (`users.info`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SlackAccount {
    pub slack_id: String,
    /// The handle.
    pub username: String,
    pub real_name: String,
    pub email: Option<String>,
    pub image: Option<String>,
    pub is_restricted: bool,
    pub is_ultra_restricted: bool,
    pub is_bot: bool,
    /// Of another workspace.
    pub is_external: bool,
    /// Deactivated in Slack.
    pub is_deleted: bool,
}

/// Somebody in Slack whom we know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlackPerson {
    pub user: UserId,
    pub slack_id: String,
    pub full_name: String,
    /// A guest of any kind.
    pub is_guest: bool,
    pub is_bot: bool,
    pub is_external: bool,
    /// Active here and not deactivated in Slack.
    pub is_active: bool,
}

impl SlackPerson {
    /// Members of our workspace may act; guests, bots, strangers and those who left may not.
    pub fn may_act(&self) -> bool {
        self.is_active && !self.is_guest && !self.is_bot && !self.is_external
    }
}

/// # Errors
/// When the database does not answer; so do all functions here.
pub async fn by_slack_id(db: impl PgExecutor<'_>, slack_id: &str) -> Result<Option<SlackPerson>> {
    let found = sqlx::query!(
        r#"SELECT s.slack_id, s.user_id, u.full_name AS "full_name!", s.is_restricted OR s.is_ultra_restricted AS "is_guest!",
                  s.is_bot OR u.bot AS "is_bot!", s.is_external, u.is_active AND NOT s.is_deleted AS "is_active!"
           FROM slack_users s JOIN users u ON u.id = s.user_id
           WHERE s.slack_id = $1"#,
        slack_id
    )
    .fetch_optional(db)
    .await
    .or_internal("reading a Slack account")?;
    Ok(found.map(|row| SlackPerson {
        user: UserId(row.user_id),
        slack_id: row.slack_id,
        full_name: row.full_name,
        is_guest: row.is_guest,
        is_bot: row.is_bot,
        is_external: row.is_external,
        is_active: row.is_active,
    }))
}

/// The same, and what the person may do; `None` there for somebody no longer active. Says the version of the reference
/// data along.
///
/// # Errors
/// See [`by_slack_id`].
pub async fn with_permissions(
    db: impl PgExecutor<'_>,
    slack_id: &str,
) -> Result<Option<(SlackPerson, Option<Permissions>)>> {
    let found = sqlx::query!(
        r#"SELECT s.user_id, u.full_name AS "full_name!", s.is_restricted OR s.is_ultra_restricted AS "is_guest!",
                  s.is_bot OR u.bot AS "is_bot!", s.is_external, u.is_active AND NOT s.is_deleted AS "is_active!",
                  p.is_superuser AS "superuser?", p.permissions AS "permissions?",
                  (SELECT version FROM catalog_version) AS "catalog!"
           FROM slack_users s JOIN users u ON u.id = s.user_id LEFT JOIN people_allowed p ON p.user_id = s.user_id
           WHERE s.slack_id = $1"#,
        slack_id
    )
    .fetch_optional(db)
    .await
    .or_internal("reading a Slack account")?;
    let Some(row) = found else { return Ok(None) };
    told::catalog_is(row.catalog);
    let allowed = row.permissions.zip(row.superuser);
    let person = SlackPerson {
        user: UserId(row.user_id),
        slack_id: slack_id.to_owned(),
        full_name: row.full_name,
        is_guest: row.is_guest,
        is_bot: row.is_bot,
        is_external: row.is_external,
        is_active: row.is_active,
    };
    Ok(Some((person, allowed.map(|(names, superuser)| permissions::named(&names, superuser)))))
}

/// The Slack ids of these people, for mentions and invitations; who has none is left out.
///
/// # Errors
/// See [`by_slack_id`].
pub async fn slack_ids(db: impl PgExecutor<'_>, users: &[UserId]) -> Result<HashMap<UserId, String>> {
    let users: Vec<Uuid> = users.iter().map(|u| u.0).collect();
    let found = sqlx::query!(
        "SELECT user_id, slack_id FROM slack_users WHERE user_id = ANY($1) AND NOT is_deleted",
        &users
    )
    .fetch_all(db)
    .await
    .or_internal("reading Slack ids")?;
    Ok(found.into_iter().map(|row| (UserId(row.user_id), row.slack_id)).collect())
}

/// Finds whom an account stands for, makes a person when nobody is found, and keeps what Slack said.
/// `None`: nobody can be told from it (another workspace's account, or neither address nor name).
///
/// # Errors
/// [`Error::Refused`] (`slack_account_taken`) when the address belongs to somebody with another living Slack account.
pub async fn find_or_create(
    conn: &mut PgConnection,
    account: &SlackAccount,
    now: Timestamp,
) -> Result<Option<UserId>> {
    if let Some(known) = by_slack_id(&mut *conn, &account.slack_id).await? {
        refresh(conn, account, now).await?;
        return Ok(Some(known.user));
    }
    if account.is_external {
        return Ok(None);
    }
    let Some(email) = address(account) else { return Ok(None) };
    let user = directory::find_or_create(
        conn,
        &NewUser {
            username: account.is_bot.then_some(account.username.as_str()),
            name: if account.real_name.is_empty() { &account.username } else { &account.real_name },
            avatar: account.image.as_deref(),
            bot: account.is_bot,
            ..NewUser::with_email(email)
        },
        now,
    )
    .await?;
    link(conn, &user, account, now).await?;
    Ok(Some(user.id))
}

/// Says that this account is this person's. An account that was deactivated in Slack gives way to a new one.
///
/// # Errors
/// [`Error::Refused`] (`slack_account_taken`) when the person has another living account, or the account is somebody else's.
pub async fn link(
    conn: &mut PgConnection,
    user: &User,
    account: &SlackAccount,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "DELETE FROM slack_users WHERE user_id = $1 AND slack_id <> $2 AND is_deleted",
        user.id.0,
        account.slack_id
    )
    .execute(&mut *conn)
    .await
    .or_internal("removing an old Slack account")?;
    let linked = sqlx::query_scalar!(
        r#"WITH made AS (
               INSERT INTO slack_users (slack_id, user_id, created_at, updated_at) VALUES ($1, $2, $3, $3)
               ON CONFLICT DO NOTHING RETURNING user_id
           )
           SELECT count(*) > 0 AS "linked!" FROM (
               SELECT user_id FROM made
               UNION ALL SELECT user_id FROM slack_users WHERE slack_id = $1 AND user_id = $2
           ) AS link"#,
        account.slack_id,
        user.id.0,
        now,
    )
    .fetch_one(&mut *conn)
    .await
    .or_internal("linking a Slack account")?;
    if !linked {
        let message =
            format!("{} has another Slack account. An administrator can unlink it.", user.full_name);
        return Err(Error::refused("slack_account_taken", message));
    }
    refresh(conn, account, now).await
}

/// Keeps what Slack says of a known account; the local name follows only where it was Slack's to begin with.
async fn refresh(conn: &mut PgConnection, account: &SlackAccount, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "WITH said AS (
             UPDATE slack_users SET username = $2, image = $3, is_restricted = $4, is_ultra_restricted = $5,
                    is_bot = $6, is_external = $7, is_deleted = $8, updated_at = $9
             WHERE slack_id = $1
               AND (username, image, is_restricted, is_ultra_restricted, is_bot, is_external, is_deleted)
                   IS DISTINCT FROM ($2, $3, $4, $5, $6, $7, $8)
         )
         UPDATE users u SET name = $10, avatar = coalesce($3, u.avatar), updated_at = $9
         FROM slack_users s
         WHERE s.slack_id = $1 AND u.id = s.user_id AND $10 <> ''
           AND (u.name, u.avatar) IS DISTINCT FROM ($10, coalesce($3, u.avatar))",
        account.slack_id,
        cut(&account.username, 80),
        account.image.as_deref().filter(|url| url.chars().count() <= 1024),
        account.is_restricted,
        account.is_ultra_restricted,
        account.is_bot,
        account.is_external,
        account.is_deleted,
        now,
        cut(&account.real_name, 128),
    )
    .execute(conn)
    .await
    .or_internal("keeping a Slack account")?;
    Ok(())
}

/// The address to find a person by. Bots have none: they get one that cannot exist, of their own id.
fn address(account: &SlackAccount) -> Option<Email> {
    if account.is_bot {
        let made = format!("{}@slack.invalid", account.slack_id.to_lowercase());
        return Email::parse(&made).ok();
    }
    Email::parse(account.email.as_deref()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ordinary_members_may_act() {
        let member = SlackPerson {
            user: UserId(Uuid::nil()),
            slack_id: "U0INES".into(),
            full_name: "Ines Okafor".into(),
            is_guest: false,
            is_bot: false,
            is_external: false,
            is_active: true,
        };
        assert!(member.may_act());
        for other in [
            SlackPerson { is_guest: true, ..member.clone() },
            SlackPerson { is_bot: true, ..member.clone() },
            SlackPerson { is_external: true, ..member.clone() },
            SlackPerson { is_active: false, ..member.clone() },
        ] {
            assert!(!other.may_act());
        }
    }

    #[test]
    fn bots_are_known_by_their_id_and_people_by_their_address() {
        let bot = SlackAccount { slack_id: "U0BOT".into(), is_bot: true, ..SlackAccount::default() };
        assert_eq!(address(&bot).unwrap().as_str(), "u0bot@slack.invalid");
        let nobody = SlackAccount { slack_id: "U1".into(), ..SlackAccount::default() };
        assert_eq!(address(&nobody), None);
    }
}
