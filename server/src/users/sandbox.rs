//! The people of the sandbox workspace as people here, so that a fresh checkout has somebody to sign in as.
//!
//! Called only when the server talks to the sandbox in a development environment: everybody has the same password.

use super::{Email, NewUser, SlackAccount, admin, directory, groups, login, password, slack_accounts};
use crate::{
    db,
    failure::{OrInternal, broken},
};
use domain::{Result, Timestamp};
use sqlx::{PgConnection, PgPool};

/// What everybody in the sandbox signs in with.
pub const PASSWORD: &str = "sandbox";

/// First name, last name, Slack id.
const PEOPLE: [(&str, &str, &str); 8] = [
    ("Yusuf", "Demir", "U0YUSUF"),
    ("Ines", "Okafor", "U0INES"),
    ("Mara", "Lindqvist", "U0MARA"),
    ("Tomasz", "Wieczorek", "U0TOMASZ"),
    (ADMIN.0, ADMIN.1, "U0PRIYA"),
    ("Sofia", "Lindgren", "U0SOFIA"),
    ("Kwame", "Mensah", "U0KWAME"),
    (GUEST.0, GUEST.1, "U0GUEST"),
];
/// Superuser, staff, in `admins`.
const ADMIN: (&str, &str) = ("Priya", "Raman");
/// A guest in Slack; nothing here.
const GUEST: (&str, &str) = ("Gil", "Guest");

/// Makes the people who are missing and links their Slack accounts. Who is there already keeps groups and password.
///
/// # Errors
/// When the database does not answer.
pub async fn ensure_sandbox_people(db: &PgPool, now: Timestamp) -> Result<()> {
    let hash = tokio::task::spawn_blocking(|| password::hash(PASSWORD))
        .await
        .map_err(|panic| broken("hashing the sandbox's password", &panic))?
        .map_err(|error| broken("hashing the sandbox's password", &error))?;
    let mut tx = db::begin(db).await.or_internal("beginning a transaction")?;
    for (first, last, slack_id) in PEOPLE {
        ensure(&mut tx, first, last, slack_id, &hash, now).await?;
    }
    tx.commit().await.or_internal("committing the sandbox's people")
}

async fn ensure(
    conn: &mut PgConnection,
    first: &str,
    last: &str,
    slack_id: &str,
    hash: &str,
    now: Timestamp,
) -> Result<()> {
    if slack_accounts::by_slack_id(&mut *conn, slack_id).await?.is_some() {
        return Ok(());
    }
    let full_name = format!("{first} {last}");
    let handle = format!("{first}.{last}").to_lowercase();
    let address = format!("{handle}@example.com");
    let email =
        Email::parse(&address).map_err(|(code, message)| domain::Error::field("email", code, message))?;
    let new = NewUser { first_name: first, last_name: last, name: &full_name, ..NewUser::with_email(email) };
    let user = directory::find_or_create(conn, &new, now).await?;
    let account = SlackAccount {
        slack_id: slack_id.into(),
        username: handle,
        real_name: full_name,
        email: Some(address),
        is_restricted: (first, last) == GUEST,
        ..SlackAccount::default()
    };
    slack_accounts::link(conn, &user, &account, now).await?;
    login::set_password(conn, user.id, hash, now).await?;
    match (first, last) {
        GUEST => {}
        ADMIN => admin::promote(conn, user.id, now).await?,
        _ => drop(groups::add(conn, user.id, &["responders".into()]).await?),
    }
    Ok(())
}
