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
        r#"SELECT u.is_superuser,
                  ARRAY(SELECT p.permission FROM user_permissions p WHERE p.user_id = u.id
                        UNION
                        SELECT p.permission FROM user_groups g
                        JOIN auth_group_permissions p ON p.group_id = g.group_id
                        WHERE g.user_id = u.id) AS "permissions!: Vec<String>"
           FROM users u WHERE u.id = $1 AND u.is_active"#,
        user.0
    )
    .fetch_optional(db)
    .await
    .or_internal("reading what a person may do")?;
    Ok(found.map(|row| Permissions {
        // A name this release does not know gives nothing.
        granted: row.permissions.iter().filter_map(|name| Permission::from_name(name)).collect(),
        superuser: row.is_superuser,
    }))
}
