//! Keys for the REST API (04 §3): 20 random bytes in hex, shown once, stored as SHA-256.
//!
//! A key has all permissions of its person. It ends when it is revoked, when its time is over, or with its person.

use super::permissions;
use crate::{change::Change, context::Context, failure::OrInternal, told};
use domain::{Caller, Error, Permissions, Result, Timestamp, UserId};
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// Characters that are kept in clear, so that people tell their keys apart.
const PREFIX: usize = 8;

/// A key as it is listed: never the key itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub id: Uuid,
    pub user: UserId,
    pub name: String,
    pub prefix: String,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
}

/// A new key: `key` is shown now and never again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    pub id: Uuid,
    pub key: String,
}

/// Whose key it is, or why it is not accepted.
#[derive(Debug, Clone)]
pub enum Checked {
    User(UserId, Permissions),
    Unknown,
    Expired,
    /// The person may no longer sign in.
    Inactive,
}

/// Makes a key for this person and records it.
///
/// # Errors
/// When the database does not answer.
pub async fn create(
    ctx: &Context,
    caller: &Caller,
    user: UserId,
    name: &str,
    expires_at: Option<Timestamp>,
) -> Result<NewToken> {
    let key = hex::encode(rand::random::<[u8; 20]>());
    let mut w = ctx.write(caller).await?;
    let now = w.now();
    let id = import(w.conn(), user, name, &key, expires_at, now).await?;
    let made = Change::TokenCreated { token: id, user, name: name.to_owned(), expires_at };
    w.commit(made, ()).await?;
    Ok(NewToken { id, key })
}

/// Stores a key that was made elsewhere, of an earlier installation for example.
///
/// # Errors
/// [`Error::Refused`] (`token_exists`) when there is such a key already.
pub async fn import(
    conn: &mut PgConnection,
    user: UserId,
    name: &str,
    key: &str,
    expires_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Uuid> {
    let made = sqlx::query_scalar!(
        "INSERT INTO api_tokens (id, user_id, hash, prefix, name, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT DO NOTHING RETURNING id",
        Uuid::new_v4(),
        user.0,
        digest(key),
        key.chars().take(PREFIX).collect::<String>(),
        super::directory::cut(name, 100),
        now,
        expires_at,
    )
    .fetch_optional(conn)
    .await
    .or_internal("storing an API key")?;
    made.ok_or_else(|| Error::refused("token_exists", "This key is stored already."))
}

/// Whose key this is, at this time, and what they may do.
///
/// # Errors
/// When the database does not answer.
pub async fn authenticate(db: impl PgExecutor<'_>, key: &str, now: Timestamp) -> Result<Checked> {
    if !is_key(key) {
        return Ok(Checked::Unknown);
    }
    let found = sqlx::query!(
        r#"SELECT t.user_id, t.expires_at, p.is_superuser AS "superuser?", p.permissions AS "permissions?",
                  (SELECT version FROM catalog_version) AS "catalog!", pg_current_snapshot()::text AS "moment!"
           FROM api_tokens t LEFT JOIN people_allowed p ON p.user_id = t.user_id WHERE t.hash = $1"#,
        digest(key)
    )
    .fetch_optional(db)
    .await
    .or_internal("checking an API key")?;
    let Some(token) = found else { return Ok(Checked::Unknown) };
    told::catalog_is(token.catalog);
    told::moment_is(token.moment.into());
    Ok(match (token.superuser, token.permissions) {
        _ if token.expires_at.is_some_and(|end| end <= now) => Checked::Expired,
        (Some(superuser), Some(names)) => {
            Checked::User(UserId(token.user_id), permissions::named(&names, superuser))
        }
        _ => Checked::Inactive,
    })
}

/// Ends a key at once and records it.
///
/// # Errors
/// [`Error::NotFound`] when there is none; when the database does not answer.
pub async fn revoke(ctx: &Context, caller: &Caller, id: Uuid) -> Result<()> {
    let mut w = ctx.write(caller).await?;
    let user = sqlx::query_scalar!("DELETE FROM api_tokens WHERE id = $1 RETURNING user_id", id)
        .fetch_optional(w.conn())
        .await
        .or_internal("revoking an API key")?
        .ok_or(Error::NotFound)?;
    w.commit(Change::TokenRevoked { token: id, user: UserId(user) }, ()).await
}

/// The keys of one person, or of everybody, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn list(db: impl PgExecutor<'_>, of: Option<UserId>) -> Result<Vec<Token>> {
    let found = sqlx::query!(
        "SELECT id, user_id, name, prefix, created_at, expires_at FROM api_tokens
         WHERE $1::uuid IS NULL OR user_id = $1 ORDER BY created_at DESC, id",
        of.map(|user| user.0)
    )
    .fetch_all(db)
    .await
    .or_internal("reading API keys")?;
    Ok(found
        .into_iter()
        .map(|row| Token {
            id: row.id,
            user: UserId(row.user_id),
            name: row.name,
            prefix: row.prefix,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
        .collect())
}

/// 40 lower-case hex characters.
fn is_key(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn digest(key: &str) -> Vec<u8> {
    Sha256::digest(key.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_forty_lower_case_hex_characters() {
        assert!(is_key("0123456789abcdef0123456789abcdef01234567"));
        for text in [
            "",
            "0123456789ABCDEF0123456789abcdef01234567",
            "0123456789abcdef",
            "é123456789abcdef0123456789abcdef0123456",
        ] {
            assert!(!is_key(text), "{text}");
        }
    }
}
