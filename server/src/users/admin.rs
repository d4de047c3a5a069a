//! The first administrator, made from the command line (05 §11).

use super::{Email, NewUser, directory, groups, login};
use crate::failure::OrInternal;
use domain::{Result, Timestamp, UserId};
use sqlx::PgConnection;

/// Makes a person – or takes the one of this address – superuser, staff, active and member of `admins`, with this
/// password. The group is what shows private incidents: a superuser alone does not see them.
///
/// # Errors
/// When the database does not answer.
pub async fn create(
    conn: &mut PgConnection,
    username: Option<&str>,
    email: Email,
    password_hash: &str,
    now: Timestamp,
) -> Result<UserId> {
    let new = NewUser { username, ..NewUser::with_email(email) };
    let user = directory::find_or_create(conn, &new, now).await?.id;
    promote(conn, user, now).await?;
    login::set_password(conn, user, password_hash, now).await?;
    Ok(user)
}

/// Makes a person superuser, staff, active and member of `admins`.
///
/// # Errors
/// When the database does not answer.
pub async fn promote(conn: &mut PgConnection, user: UserId, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "UPDATE users SET is_superuser = true, is_staff = true, is_active = true, updated_at = $2 WHERE id = $1",
        user.0,
        now
    )
    .execute(&mut *conn)
    .await
    .or_internal("making an administrator")?;
    groups::add(conn, user, &["admins".into()]).await?;
    Ok(())
}
