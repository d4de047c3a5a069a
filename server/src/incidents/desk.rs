//! Reads for what stands around single incidents: what burns, what is active, what waits, what was quiet since.
//! All of it per viewer, behind the fence: no count tells of what may not be seen.

use super::query::{Brief, BriefRow, status};
use crate::failure::OrInternal;
use domain::{
    CategoryId, EnvironmentId, IncidentId, PriorityId, Result, RoleTypeId, Timestamp, UserId, Viewer,
    incident::Status,
};
use sqlx::PgPool;

/// A P1 or P2 whose impact lasts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fire {
    pub id: IncidentId,
    pub priority: PriorityId,
    /// When its impact began as far as is known: the key event `started`, else the declaration.
    pub since: Timestamp,
}

/// The worst fire (lowest priority value, then the longest), and how many there are. What is marked as a false alarm
/// does not burn.
///
/// # Errors
/// When the database does not answer.
pub async fn fires(db: &PgPool, viewer: Viewer) -> Result<(Option<Fire>, i64)> {
    let row = sqlx::query!(
        r#"SELECT i.id, i.priority_id, least(i.created_at, s.event_ts) AS "since!", count(*) OVER () AS "count!"
           FROM incidents i JOIN priorities p ON p.id = i.priority_id
           LEFT JOIN incident_updates s ON s.incident_id = i.id AND s.is_milestone AND s.event_type = 'started'
           WHERE i.status < 40 AND p.value <= 2 AND NOT i.ignore
             AND (NOT i.private OR may_see_private(i.id, $1, $2))
           ORDER BY p.value, i.id LIMIT 1"#,
        viewer.user.map(|u| u.0),
        viewer.sees_private,
    )
    .fetch_optional(db)
    .await
    .or_internal("reading what burns")?;
    let Some(row) = row else { return Ok((None, 0)) };
    let fire = Fire { id: IncidentId(row.id), priority: PriorityId(row.priority_id), since: row.since };
    Ok((Some(fire), row.count))
}

/// One active incident, with the last words that a person said.
#[derive(Debug, Clone, PartialEq)]
pub struct Active {
    pub id: IncidentId,
    pub title: String,
    /// Its first 400 characters.
    pub description: String,
    pub status: Status,
    pub priority: PriorityId,
    pub category: CategoryId,
    pub environment: EnvironmentId,
    pub private: bool,
    pub created_at: Timestamp,
    pub mitigated_at: Option<Timestamp>,
    pub next_update_at: Option<Timestamp>,
    pub opened_by: String,
    /// Who holds the leading role.
    pub lead: Option<String>,
    pub said: Option<Said>,
    /// How many are in this status, and since when the oldest is.
    pub of_status: i64,
    pub oldest: Timestamp,
}

/// The last words of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    pub words: String,
    pub by: Option<String>,
    pub at: Timestamp,
}

/// What is not closed, by status ascending, inside by priority, then newest: at most `per_status` of each, and the
/// worst one wherever it stands; and of those where `me` holds a role, at most `of_mine` of each.
///
/// # Errors
/// When the database does not answer.
pub async fn active(
    db: &PgPool,
    viewer: Viewer,
    lead: Option<RoleTypeId>,
    me: Option<UserId>,
    worst: Option<IncidentId>,
    per_status: i64,
    of_mine: i64,
) -> Result<(Vec<Active>, Vec<Active>)> {
    let rows = sqlx::query!(
        r#"WITH ranked AS (
               SELECT i.id, i.status, mine.held AS mine,
                      row_number() OVER (PARTITION BY i.status ORDER BY p.value, i.id DESC) AS place,
                      row_number() OVER (PARTITION BY i.status, mine.held ORDER BY p.value, i.id DESC) AS place_of_mine,
                      count(*) OVER (PARTITION BY i.status) AS of_status,
                      min(i.created_at) OVER (PARTITION BY i.status) AS oldest
               FROM incidents i JOIN priorities p ON p.id = i.priority_id
               CROSS JOIN LATERAL (SELECT count(*) > 0 AS held FROM incident_roles r
                                   WHERE r.user_id = $4 AND r.incident_id = i.id) AS mine
               WHERE i.status < 60 AND (NOT i.private OR may_see_private(i.id, $1, $2))
           )
           SELECT i.id AS "id!", i.title AS "title!", left(i.description, 400) AS "description!", i.status AS "status!",
                  i.priority_id AS "priority_id!", i.category_id AS "category_id!",
                  i.environment_id AS "environment_id!", i.private AS "private!", i.created_at AS "created_at!",
                  i.mitigated_at, i.next_update_at, s.of_status AS "of_status!", s.oldest AS "oldest!",
                  u.full_name AS "opened_by!", l.full_name AS "lead?", w.message AS "words?", w.event_ts AS "said_at?",
                  a.full_name AS "said_by?", s.place <= $5 OR coalesce(s.id = $7, false) AS "shown!", s.mine AND s.place_of_mine <= $6 AS "mine!"
           FROM ranked s JOIN incidents i ON i.id = s.id JOIN users u ON u.id = i.created_by
           LEFT JOIN incident_roles r ON r.incident_id = s.id AND r.role_type_id = $3
           LEFT JOIN users l ON l.id = r.user_id
           LEFT JOIN LATERAL (SELECT message, event_ts, created_by FROM incident_updates
                              WHERE incident_id = s.id AND message <> ''
                              ORDER BY event_ts DESC, created_at DESC LIMIT 1) w ON true
           LEFT JOIN users a ON a.id = w.created_by
           WHERE s.place <= $5 OR s.id = $7 OR (s.mine AND s.place_of_mine <= $6)
           ORDER BY s.status, s.place"#,
        viewer.user.map(|u| u.0),
        viewer.sees_private,
        lead.map(|role| role.0),
        me.map(|u| u.0),
        per_status,
        of_mine,
        worst.map(|id| id.0),
    )
    .fetch_all(db)
    .await
    .or_internal("reading what is active")?;
    let (mut shown, mut mine) = (Vec::new(), Vec::new());
    for r in rows {
        let active = Active {
            id: IncidentId(r.id),
            title: r.title,
            description: r.description,
            status: status(r.status),
            priority: PriorityId(r.priority_id),
            category: CategoryId(r.category_id),
            environment: EnvironmentId(r.environment_id),
            private: r.private,
            created_at: r.created_at,
            mitigated_at: r.mitigated_at,
            next_update_at: r.next_update_at,
            opened_by: r.opened_by,
            lead: r.lead,
            said: r.words.zip(r.said_at).map(|(words, at)| Said { words, by: r.said_by, at }),
            of_status: r.of_status,
            oldest: r.oldest,
        };
        if r.mine {
            mine.push(active.clone());
        }
        if r.shown {
            shown.push(active);
        }
    }
    Ok((shown, mine))
}

/// When the last P1 was mitigated, and how long it took from its start. What is marked as a false alarm is none.
///
/// # Errors
/// When the database does not answer.
pub async fn last_p1(db: &PgPool, viewer: Viewer) -> Result<Option<(Timestamp, chrono::TimeDelta)>> {
    let row = sqlx::query!(
        r#"SELECT i.mitigated_at AS "mitigated_at!", least(i.created_at, s.event_ts) AS "began!"
           FROM incidents i
           LEFT JOIN incident_updates s ON s.incident_id = i.id AND s.is_milestone AND s.event_type = 'started'
           WHERE i.priority_id = (SELECT id FROM priorities WHERE value = 1) AND i.mitigated_at IS NOT NULL
             AND NOT i.ignore AND (NOT i.private OR may_see_private(i.id, $1, $2))
           ORDER BY i.id DESC LIMIT 1"#,
        viewer.user.map(|u| u.0),
        viewer.sees_private,
    )
    .fetch_optional(db)
    .await
    .or_internal("reading the last P1")?;
    Ok(row.map(|row| (row.mitigated_at, row.mitigated_at - row.began)))
}

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
           CROSS JOIN incidents i LEFT JOIN slack_conversations c ON c.incident_id = i.id
           WHERE (i.status < 40 OR i.created_at >= $3) AND (NOT i.private OR may_see_private(i.id, $1, $2))
             AND (asked.words IS NULL AND $6::uuid IS NULL OR i.search @@ asked.words OR i.category_id = $6)
           ORDER BY coalesce(ts_rank(i.search, asked.words), 0) + (coalesce(i.category_id = $6, false))::int DESC,
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

/// How many deliveries to a vendor wait for longer than they should, and how many need a person; of incidents that the
/// viewer may see and that are not closed.
///
/// # Errors
/// When the database does not answer.
pub async fn deliveries(db: &PgPool, viewer: Viewer, vendor: &str, late: Timestamp) -> Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"SELECT count(*) FILTER (WHERE j.state <> 'parked') AS "waiting!",
                  count(*) FILTER (WHERE j.state = 'parked') AS "refused!"
           FROM jobs j JOIN incidents i ON i.id = j.incident_id
           WHERE j.vendor = $3 AND i.status < 60
             AND (j.state = 'parked' OR j.state IN ('waiting', 'running') AND j.created_at < $4)
             AND (NOT i.private OR may_see_private(i.id, $1, $2))"#,
        viewer.user.map(|u| u.0),
        viewer.sees_private,
        vendor,
        late,
    )
    .fetch_one(db)
    .await
    .or_internal("counting deliveries")?;
    Ok((row.waiting, row.refused))
}
