//! Categories by what was asked: which match the words, and how many incidents each had in a period.

use crate::{context::Context, failure::OrInternal};
use chrono::TimeDelta;
use domain::{CategoryId, Result, Timestamp, Viewer};
use sqlx::PgPool;
use std::collections::HashMap;

/// Incidents of one category that were declared in a period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Failures {
    pub incidents: i64,
    /// All their times to fix together; those without one took no time.
    pub downtime: TimeDelta,
}

/// Categories that match the words, by name, description and those of their group; the best first.
///
/// # Errors
/// When the database does not answer.
pub async fn matching(db: &PgPool, words: &str) -> Result<Vec<CategoryId>> {
    let ids = sqlx::query_scalar!(
        "SELECT f.id FROM (
             SELECT c.id, setweight(to_tsvector('pg_catalog.english', c.name), 'A') ||
                          setweight(to_tsvector('pg_catalog.english', c.description), 'B') ||
                          setweight(to_tsvector('pg_catalog.english', g.name), 'C') ||
                          setweight(to_tsvector('pg_catalog.english', g.description), 'D') AS words
             FROM incident_categories c JOIN groups g ON g.id = c.group_id
         ) AS f, websearch_to_tsquery('pg_catalog.english', $1) AS asked
         WHERE f.words @@ asked ORDER BY ts_rank(f.words, asked) DESC, f.id",
        words
    )
    .fetch_all(db)
    .await
    .or_internal("searching categories")?;
    Ok(ids.into_iter().map(CategoryId).collect())
}

/// How often each category failed from … to, both included, as far as the viewer may know.
///
/// # Errors
/// When the database does not answer.
pub async fn failures(
    ctx: &Context,
    viewer: Viewer,
    (from, to): (Timestamp, Timestamp),
) -> Result<HashMap<CategoryId, Failures>> {
    let rows = sqlx::query!(
        r#"SELECT i.category_id, count(*) AS "incidents!", coalesce(sum(m.duration_us), 0)::bigint AS "downtime_us!"
           FROM incidents i
           LEFT JOIN incident_metrics m ON m.incident_id = i.id
               AND m.metric_type_id = (SELECT id FROM metric_types WHERE type = 'time_to_fix')
           WHERE i.created_at >= $3 AND i.created_at <= $4
             AND (NOT i.private OR may_see_private(i.id, $1, $2))
           GROUP BY i.category_id"#,
        viewer.user.map(|u| u.0),
        viewer.sees_private,
        from,
        to,
    )
    .fetch_all(&ctx.db)
    .await
    .or_internal("counting failures by category")?;
    let failures = |incidents, us| Failures { incidents, downtime: TimeDelta::microseconds(us) };
    Ok(rows.into_iter().map(|r| (CategoryId(r.category_id), failures(r.incidents, r.downtime_us))).collect())
}
