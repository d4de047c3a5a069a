//! What a person may do: permissions given to the person, those of the person's groups, and the superuser's (04 §2).

use crate::failure::OrInternal;
use domain::{Caller, Origin, Permission, Permissions, Result, UserId};
use sqlx::PgExecutor;

/// The person as a caller of operations and reads. `None`: unknown or no longer active.
///
/// # Errors
/// When the database does not answer.
pub async fn caller(db: impl PgExecutor<'_>, user: UserId, origin: Origin) -> Result<Option<Caller>> {
    Ok(of(db, user).await?.map(|permissions| Caller::user(user, origin, permissions)))
}

/// All permissions of an active person. `None`: unknown or no longer active.
///
/// # Errors
/// When the database does not answer.
pub async fn of(db: impl PgExecutor<'_>, user: UserId) -> Result<Option<Permissions>> {
    let found = sqlx::query!(
        r#"SELECT is_superuser AS "superuser!", permissions AS "names!" FROM people_allowed WHERE user_id = $1"#,
        user.0
    )
    .fetch_optional(db)
    .await
    .or_internal("reading what a person may do")?;
    Ok(found.map(|row| named(&row.names, row.superuser)))
}

/// Permissions as `people_allowed` names them. A name this release does not know gives nothing.
pub(crate) fn named(names: &[String], superuser: bool) -> Permissions {
    Permissions { granted: names.iter().filter_map(|name| Permission::from_name(name)).collect(), superuser }
}
