//! What may be the same as what somebody is about to declare; behind the fence, as every read.

use super::query::{Brief, BriefRow};
use crate::failure::OrInternal;
use domain::{CategoryId, Result, Timestamp, Viewer};
use sqlx::PgPool;

/// What somebody is about to declare, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Likeness {
    /// Any of these words, by their stems; blank: no words yet.
    pub words: String,
    pub category: Option<CategoryId>,
}

/// What may be the same as what somebody is about to declare: active ones, and those declared since then, which share a
/// word or the category. Most alike first, then newest; all of them while nothing is known yet.
///
/// # Errors
/// When the database does not answer.
pub async fn similar(
    db: &PgPool,
    viewer: Viewer,
    like: &Likeness,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<Brief>> {
    let rows = sqlx::query_as!(
        BriefRow,
        r#"SELECT i.id, i.title, i.status, i.priority_id, i.category_id, i.environment_id, i.created_at,
                  c.channel_id AS "channel_id?", c.name AS "channel_name?", c.status AS "channel_status?"
           FROM (SELECT string_agg(lexeme, ' | ')::tsquery AS words
                 FROM unnest(to_tsvector('pg_catalog.english', $5)) WHERE lexeme ~ '^[[:alnum:]]+$') AS asked
           CROSS JOIN incidents i JOIN incident_words w ON w.incident_id = i.id
           LEFT JOIN slack_conversations c ON c.incident_id = i.id
           WHERE (i.status < 40 OR i.created_at >= $3) AND (NOT i.private OR may_see_private(i.id, $1, $2))
             AND (asked.words IS NULL AND $6::uuid IS NULL OR w.search @@ asked.words OR i.category_id = $6)
           ORDER BY coalesce(ts_rank(w.search, asked.words), 0) + (coalesce(i.category_id = $6, false))::int DESC,
                    i.id DESC
           LIMIT $4"#,
        viewer.user.map(|u| u.0),
        viewer.sees_private,
        since,
        limit,
        like.words,
        like.category.map(|c| c.0),
    )
    .fetch_all(db)
    .await
    .or_internal("reading what may be the same")?;
    Ok(rows.into_iter().map(Brief::from).collect())
}
