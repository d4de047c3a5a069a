//! The first administrator, made from the command line (05 §11).

use super::{Email, NewUser, directory, groups, login};
use crate::{change::Change, context::Context, failure::OrInternal};
use domain::{Caller, Result, Timestamp, UserId};
use sqlx::PgConnection;

/// Makes a person – or takes the one of this address – superuser, staff, active and member of `admins`, with this
/// password, and records it. The group is what shows private incidents: a superuser alone does not see them.
///
/// # Errors
/// When the database does not answer.
pub async fn create(
    ctx: &Context,
    caller: &Caller,
    username: Option<&str>,
    email: Email,
    password_hash: &str,
) -> Result<UserId> {
    let mut w = ctx.write(caller).await?;
    let now = w.now();
    let new = NewUser { username, ..NewUser::with_email(email) };
    let user = directory::find_or_create(w.conn(), &new, now).await?.id;
    promote(w.conn(), user, now).await?;
    login::set_password(w.conn(), user, password_hash, now).await?;
    w.commit(Change::AdminMade { user }, user).await
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
