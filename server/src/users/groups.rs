//! Groups of people (03 §3.2): single sign-on and the command line put people into them by name.

use crate::failure::OrInternal;
use domain::{Result, UserId};
use sqlx::PgConnection;

/// Puts a person into these groups and out of all others. Answers the names that no group has, for the log.
///
/// # Errors
/// When the database does not answer.
pub async fn replace(conn: &mut PgConnection, user: UserId, names: &[String]) -> Result<Vec<String>> {
    sqlx::query!(
        "DELETE FROM user_groups m USING auth_groups g
         WHERE g.id = m.group_id AND m.user_id = $1 AND g.name <> ALL($2)",
        user.0,
        names
    )
    .execute(&mut *conn)
    .await
    .or_internal("taking a person out of groups")?;
    add(conn, user, names).await
}

/// Puts a person into these groups too. Answers the names that no group has.
///
/// # Errors
/// When the database does not answer.
pub async fn add(conn: &mut PgConnection, user: UserId, names: &[String]) -> Result<Vec<String>> {
    sqlx::query!(
        "INSERT INTO user_groups (user_id, group_id) SELECT $1, id FROM auth_groups WHERE name = ANY($2)
         ON CONFLICT DO NOTHING",
        user.0,
        names
    )
    .execute(&mut *conn)
    .await
    .or_internal("putting a person into groups")?;
    sqlx::query_scalar!(
        r#"SELECT n AS "name!" FROM unnest($1::text[]) AS n
           WHERE NOT EXISTS (SELECT FROM auth_groups g WHERE g.name = n)"#,
        names
    )
    .fetch_all(conn)
    .await
    .or_internal("looking for unknown groups")
}
