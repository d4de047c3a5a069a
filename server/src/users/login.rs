//! Signing in with a password: username or e-mail, for people who are active and no bots.

use super::password;
use crate::failure::{OrInternal, broken};
use domain::{Result, Timestamp, UserId};
use sqlx::{PgConnection, PgExecutor, PgPool};

/// Whose password this is. `None`: unknown name, wrong password, inactive, a bot, or signs in elsewhere – the same
/// answer in the same time for all of them. Remembers the time, and renews the hash of an imported account.
///
/// # Errors
/// When the database does not answer.
pub async fn check(db: &PgPool, name: &str, typed: &str, now: Timestamp) -> Result<Option<UserId>> {
    let candidate = candidate(db, name.trim()).await?;
    let stored = candidate.as_ref().and_then(|c| c.password.clone());
    let imported = stored.as_deref().is_some_and(password::is_imported);
    let typed = typed.to_owned();
    let checked = tokio::task::spawn_blocking(move || {
        let right = password::verify(stored.as_deref(), &typed);
        let renewed = (right && imported).then(|| password::hash(&typed).ok()).flatten();
        (right, renewed)
    })
    .await;
    let (right, renewed) = checked.map_err(|panic| broken("checking a password", &panic))?;
    let Some(candidate) = candidate.filter(|_| right) else { return Ok(None) };
    sqlx::query!(
        "UPDATE users SET last_login = $2, password = coalesce($3, password) WHERE id = $1",
        candidate.id,
        now,
        renewed
    )
    .execute(db)
    .await
    .or_internal("remembering a login")?;
    Ok(Some(UserId(candidate.id)))
}

/// Gives a person a new password; `hash` comes from [`password::hash`].
///
/// # Errors
/// When the database does not answer.
pub async fn set_password(conn: &mut PgConnection, user: UserId, hash: &str, now: Timestamp) -> Result<()> {
    sqlx::query!("UPDATE users SET password = $2, updated_at = $3 WHERE id = $1", user.0, hash, now)
        .execute(conn)
        .await
        .or_internal("setting a password")?;
    Ok(())
}

async fn candidate(db: impl PgExecutor<'_>, name: &str) -> Result<Option<Candidate>> {
    sqlx::query_as!(
        Candidate,
        // One person's address may be another one's username: the username wins.
        "SELECT id, password FROM users
         WHERE (username = $1 OR lower(email) = lower($1)) AND is_active AND NOT bot
         ORDER BY username = $1 DESC LIMIT 1",
        name
    )
    .fetch_optional(db)
    .await
    .or_internal("reading who signs in")
}

struct Candidate {
    id: uuid::Uuid,
    password: Option<String>,
}
