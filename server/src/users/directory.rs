//! The directory of people: finding them, and making a row for somebody seen for the first time.
//!
//! A username is made from the part of the address before the `@`, with `-2`, `-3`, … when it is taken: single
//! sign-on finds people who came from Slack by that name (10 §3). Two servers that meet the same person at once are
//! settled by the database: the loser reads the winner's row.

use super::Email;
use crate::failure::OrInternal;
use domain::{Result, Timestamp, UserId};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// One person or bot account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub username: String,
    pub email: String,
    /// What people are called everywhere: first and last name, else the name of Slack, else the username.
    pub full_name: String,
    pub first_name: String,
    pub last_name: String,
    /// The full name as Slack tells it; may be empty.
    pub name: String,
    pub avatar: Option<String>,
    pub bot: bool,
    pub is_staff: bool,
    pub is_superuser: bool,
    pub is_active: bool,
}

/// What is known of somebody who has no row yet.
#[derive(Debug, Clone)]
pub struct NewUser<'a> {
    pub email: Email,
    /// Wanted username; the address before the `@` when `None`.
    pub username: Option<&'a str>,
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub name: &'a str,
    pub avatar: Option<&'a str>,
    pub bot: bool,
}

impl NewUser<'_> {
    /// Only an address is known.
    pub fn with_email(email: Email) -> Self {
        NewUser { email, username: None, first_name: "", last_name: "", name: "", avatar: None, bot: false }
    }
}

/// # Errors
/// When the database does not answer; so do all reads here.
pub async fn by_id(db: impl PgExecutor<'_>, id: UserId) -> Result<Option<User>> {
    let found = users!("WHERE u.id = $1", id.0).fetch_optional(db).await.or_internal("reading a person")?;
    Ok(found.map(User::from))
}

/// Several people at once, ordered by username; ids that are gone are left out.
///
/// # Errors
/// See [`by_id`].
pub async fn by_ids(db: impl PgExecutor<'_>, ids: &[UserId]) -> Result<Vec<User>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let found = users!("WHERE u.id = ANY($1) ORDER BY u.username", &ids)
        .fetch_all(db)
        .await
        .or_internal("reading people")?;
    Ok(found.into_iter().map(User::from).collect())
}

/// Upper and lower case do not matter.
///
/// # Errors
/// See [`by_id`].
pub async fn by_email(db: impl PgExecutor<'_>, email: &Email) -> Result<Option<User>> {
    let found = users!("WHERE lower(u.email) = lower($1)", email.as_str())
        .fetch_optional(db)
        .await
        .or_internal("reading a person by e-mail")?;
    Ok(found.map(User::from))
}

/// Upper and lower case matter.
///
/// # Errors
/// See [`by_id`].
pub async fn by_username(db: impl PgExecutor<'_>, username: &str) -> Result<Option<User>> {
    let found = users!("WHERE u.username = $1", username)
        .fetch_optional(db)
        .await
        .or_internal("reading a person by username")?;
    Ok(found.map(User::from))
}

/// Active people (no bots) whose name, username or address contains `text`, for pickers; at most `limit`.
///
/// # Errors
/// See [`by_id`].
pub async fn search(db: impl PgExecutor<'_>, text: &str, limit: u16) -> Result<Vec<User>> {
    let found = users!(
        // strpos, because `%` and `_` of what people type are no patterns.
        "WHERE u.is_active AND NOT u.bot
           AND ($1 = '' OR strpos(lower(u.full_name || ' ' || u.username || ' ' || u.email), lower($1)) > 0)
         ORDER BY u.full_name, u.username LIMIT $2",
        text.trim(),
        i64::from(limit)
    )
    .fetch_all(db)
    .await
    .or_internal("looking for people")?;
    Ok(found.into_iter().map(User::from).collect())
}

/// The person of this address; a new row when there is none. An inactive person is found too: the caller decides.
///
/// # Errors
/// When the database does not answer.
pub async fn find_or_create(conn: &mut PgConnection, new: &NewUser<'_>, now: Timestamp) -> Result<User> {
    let wanted = username_from(new.username.unwrap_or_else(|| new.email.local_part()));
    loop {
        if let Some(known) = by_email(&mut *conn, &new.email).await? {
            return Ok(known);
        }
        let username = free_username(conn, &wanted).await?;
        // Taken meanwhile, name or address: this waited for the other one's commit, the next round sees its row.
        if let Some(id) = insert(conn, new, &username, now).await? {
            let made = users!("WHERE u.id = $1", id)
                .fetch_one(&mut *conn)
                .await
                .or_internal("reading a new person")?;
            return Ok(made.into());
        }
    }
}

async fn insert(
    conn: &mut PgConnection,
    new: &NewUser<'_>,
    username: &str,
    now: Timestamp,
) -> Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "INSERT INTO users (id, username, email, first_name, last_name, name, avatar, bot,
                            date_joined, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $9)
         ON CONFLICT DO NOTHING
         RETURNING id",
        Uuid::new_v4(),
        username,
        new.email.as_str(),
        cut(new.first_name, 150),
        cut(new.last_name, 150),
        cut(new.name, 128),
        new.avatar.filter(|url| url.chars().count() <= 1024),
        new.bot,
        now,
    )
    .fetch_optional(conn)
    .await
    .or_internal("making a person")
}

async fn free_username(conn: &mut PgConnection, wanted: &str) -> Result<String> {
    let free = sqlx::query_scalar!(
        r#"SELECT c.name AS "name!"
           FROM generate_series(1, 1000) AS n
           CROSS JOIN LATERAL (SELECT CASE n WHEN 1 THEN $1::text ELSE $1::text || '-' || n END AS name) c
           WHERE NOT EXISTS (SELECT FROM users u WHERE u.username = c.name)
           ORDER BY n LIMIT 1"#,
        wanted
    )
    .fetch_optional(conn)
    .await
    .or_internal("looking for a free username")?;
    // A thousand people of one name: a random tail ends the search.
    Ok(free.unwrap_or_else(|| format!("{wanted}-{}", Uuid::new_v4().simple())))
}

/// Letters, digits and `@ . + - _` (01 §3.11), with room for a suffix.
fn username_from(text: &str) -> String {
    let kept: String = text
        .trim()
        .chars()
        .map(|c| if c.is_alphanumeric() || "@.+-_".contains(c) { c } else { '_' })
        .take(110)
        .collect();
    if kept.is_empty() { "user".into() } else { kept }
}

/// The first `max` characters, trimmed.
pub(super) fn cut(text: &str, max: usize) -> String {
    text.trim().chars().take(max).collect()
}

/// A query for whole people; the text continues after `FROM users u`.
macro_rules! users {
    ($tail:literal $(, $argument:expr)*) => {
        sqlx::query_as!(
            crate::users::directory::UserRow,
            "SELECT u.id, u.username, u.email, u.full_name AS \"full_name!\", u.first_name, u.last_name, u.name,
                    u.avatar, u.bot, u.is_staff, u.is_superuser, u.is_active
             FROM users u " + $tail
            $(, $argument)*
        )
    };
}
use users;

pub(super) struct UserRow {
    id: Uuid,
    username: String,
    email: String,
    full_name: String,
    first_name: String,
    last_name: String,
    name: String,
    avatar: Option<String>,
    bot: bool,
    is_staff: bool,
    is_superuser: bool,
    is_active: bool,
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        User {
            id: UserId(row.id),
            username: row.username,
            email: row.email,
            full_name: row.full_name,
            first_name: row.first_name,
            last_name: row.last_name,
            name: row.name,
            avatar: row.avatar,
            bot: row.bot,
            is_staff: row.is_staff,
            is_superuser: row.is_superuser,
            is_active: row.is_active,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_username_keeps_what_the_column_allows() {
        assert_eq!(username_from("ines.okafor"), "ines.okafor");
        assert_eq!(username_from(" o'neil/x "), "o_neil_x");
        assert_eq!(username_from(""), "user");
        assert_eq!(username_from(&"a".repeat(200)).len(), 110);
    }
}
