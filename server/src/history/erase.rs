//! Erasing words: salt and text go, the hash that stands in the body stays, and the chain is as whole as before.

use crate::failure::OrInternal;
use domain::{IncidentId, Result, UserId};
use sqlx::{PgConnection, PgPool};

/// Erases the words of a stream, all of them or those that one person wrote: number of the record and field of each.
///
/// # Errors
/// When the database does not answer.
pub async fn erase(conn: &mut PgConnection, stream: &str, of: Option<UserId>) -> Result<Vec<(i64, String)>> {
    let rows = sqlx::query!(
        "UPDATE history_text t SET salt = NULL, text = NULL FROM history h
         WHERE t.stream = $1 AND h.stream = t.stream AND h.seq = t.seq AND t.text IS NOT NULL
           AND ($2::text IS NULL OR h.body::jsonb ->> 'actor' = $2)
         RETURNING t.seq, t.field",
        stream,
        of.map(|user| user.to_string()),
    )
    .fetch_all(conn)
    .await
    .or_internal("erasing words")?;
    let mut words: Vec<(i64, String)> = rows.into_iter().map(|r| (r.seq, r.field)).collect();
    words.sort();
    Ok(words)
}

/// The incidents whose history holds words that this person wrote.
///
/// # Errors
/// When the database does not answer.
pub async fn incidents_with_words_of(db: &PgPool, user: UserId) -> Result<Vec<IncidentId>> {
    let ids = sqlx::query_scalar!(
        r#"SELECT DISTINCT split_part(h.stream, ' ', 2)::bigint AS "id!" FROM history h
           WHERE h.stream LIKE 'incident %' AND h.body::jsonb ->> 'actor' = $1
             AND EXISTS (SELECT FROM history_text t
                         WHERE t.stream = h.stream AND t.seq = h.seq AND t.text IS NOT NULL)
           ORDER BY 1"#,
        user.to_string(),
    )
    .fetch_all(db)
    .await
    .or_internal("finding a person's words")?;
    Ok(ids.into_iter().map(IncidentId).collect())
}
