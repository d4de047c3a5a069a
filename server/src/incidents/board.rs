//! The board: what burns, what is active, what waits, what was quiet since. One for all who see the same of it.
//!
//! Every page says what burns, and whenever something happens all open pages read the board again at once. So a server
//! keeps what it read of it, until the database says with the next request that something was written since
//! ([`Moment`](crate::told::Moment)): the first one to ask reads it for everybody. Whoever sees a private incident on it has a board of
//! their own; the fence stands in every statement, so no count tells of what may not be seen.

use super::{
    Around, Whole,
    query::{Incident, status},
    whole,
};
use crate::{context::Context, failure::OrInternal, kept::OfMoment};
use domain::{
    CategoryId, EnvironmentId, Error, IncidentId, PriorityId, Result, RoleTypeId, Timestamp, UserId, Viewer,
    incident::Status,
};
use sqlx::PgPool;
use std::{collections::HashMap, sync::Arc};
use tokio::sync::OnceCell;

/// A P1 or P2 whose impact lasts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fire {
    pub id: IncidentId,
    pub priority: PriorityId,
    /// When its impact began as far as is known: the key event `started`, else the declaration.
    pub since: Timestamp,
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

/// Deliveries to a vendor that are not done, of active incidents.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Unsent {
    /// Since when each waits, the oldest first.
    pub waiting: Vec<Timestamp>,
    /// So many need a person.
    pub refused: i64,
}

/// What a server remembers of it.
#[derive(Debug)]
pub struct Boards {
    sides: OfMoment<UserId, Side>,
    boards: OfMoment<Side, Arc<Board>>,
}

impl Default for Boards {
    fn default() -> Self {
        Boards { sides: OfMoment::at_most(PEOPLE), boards: OfMoment::at_most(PEOPLE) }
    }
}

/// So many people at once, at most, each with a board of their own.
const PEOPLE: usize = 1_000;

/// Who sees the same board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Side {
    /// Everybody who sees no private incident on it.
    Public,
    /// Everybody who sees all of them.
    All,
    Of(UserId),
}

/// The board of this viewer, not older than the request.
///
/// # Errors
/// When the database does not answer.
pub async fn board(ctx: &Context, viewer: Viewer) -> Result<Arc<Board>> {
    let side = match viewer {
        Viewer { sees_private: true, .. } => Side::All,
        Viewer { user: None, .. } => Side::Public,
        Viewer { user: Some(user), .. } => ctx.boards.sides.get(user, || Side::of(&ctx.db, user)).await?,
    };
    ctx.boards.boards.get(side, || async { Board::read(&ctx.db, side.viewer()).await.map(Arc::new) }).await
}

impl Side {
    async fn of(db: &PgPool, user: UserId) -> Result<Side> {
        let inside = sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT FROM incidents i
                              WHERE i.status < 60 AND i.private AND may_see_private(i.id, $1, false)) AS "inside!""#,
            user.0,
        )
        .fetch_one(db)
        .await
        .or_internal("asking for private incidents on the board")?;
        Ok(if inside { Side::Of(user) } else { Side::Public })
    }

    fn viewer(self) -> Viewer {
        match self {
            Side::Public => Viewer { user: None, sees_private: false },
            Side::All => Viewer { user: None, sees_private: true },
            Side::Of(user) => Viewer { user: Some(user), sees_private: false },
        }
    }
}

/// What is not closed, and what else there is to say of it. Parts are read when they are first asked for.
#[derive(Debug)]
pub struct Board {
    viewer: Viewer,
    /// By status ascending, inside by priority, then newest.
    standing: Vec<Standing>,
    lines: tokio::sync::Mutex<HashMap<IncidentId, Active>>,
    worst: OnceCell<Option<Worst>>,
    unsent: OnceCell<HashMap<String, Unsent>>,
}

/// The worst fire with all around it.
pub type Worst = (Arc<Incident>, Arc<Around>);

/// Where one stands.
#[derive(Debug)]
struct Standing {
    id: IncidentId,
    status: Status,
    priority: PriorityId,
    value: i32,
    created_at: Timestamp,
    since: Timestamp,
    burns: bool,
    holders: Vec<UserId>,
}

impl Board {
    async fn read(db: &PgPool, viewer: Viewer) -> Result<Board> {
        let rows = sqlx::query!(
            r#"SELECT i.id, i.status, i.priority_id, p.value, i.created_at, b.burns AS "burns!",
                      least(i.created_at, s.event_ts) AS "since!",
                      ARRAY(SELECT r.user_id FROM incident_roles r WHERE r.incident_id = i.id) AS "holders!"
               FROM incidents i JOIN priorities p ON p.id = i.priority_id
               CROSS JOIN LATERAL (SELECT i.status < 40 AND p.value <= 2 AND NOT i.ignore AS burns) b
               LEFT JOIN incident_updates s
                 ON b.burns AND s.incident_id = i.id AND s.is_milestone AND s.event_type = 'started'
               WHERE i.status < 60 AND (NOT i.private OR may_see_private(i.id, $1, $2))
               ORDER BY i.status, p.value, i.id DESC"#,
            viewer.user.map(|u| u.0),
            viewer.sees_private,
        )
        .fetch_all(db)
        .await
        .or_internal("reading what is active")?;
        let standing = rows.into_iter().map(|row| Standing {
            id: IncidentId(row.id),
            status: status(row.status),
            priority: PriorityId(row.priority_id),
            value: row.value,
            created_at: row.created_at,
            since: row.since,
            burns: row.burns,
            holders: row.holders.into_iter().map(UserId).collect(),
        });
        Ok(Board {
            viewer,
            standing: standing.collect(),
            lines: tokio::sync::Mutex::default(),
            worst: OnceCell::new(),
            unsent: OnceCell::new(),
        })
    }

    /// The worst fire (lowest priority value, then the longest), and how many there are. What is marked as a false alarm
    /// does not burn.
    pub fn fires(&self) -> (Option<Fire>, i64) {
        let fires = || self.standing.iter().filter(|one| one.burns);
        let worst = fires().min_by_key(|one| (one.value, one.id));
        let fire = |one: &Standing| Fire { id: one.id, priority: one.priority, since: one.since };
        (worst.map(fire), count(fires()))
    }

    /// At most `per_status` of each status, and the worst one wherever it stands; and of those where `me` holds a role, at
    /// most `of_mine` of each.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn active(
        &self,
        db: &PgPool,
        lead: Option<RoleTypeId>,
        me: Option<UserId>,
        per_status: usize,
        of_mine: usize,
    ) -> Result<(Vec<Active>, Vec<Active>)> {
        let worst = self.fires().0.map(|fire| fire.id);
        let (mut shown, mut mine) = (Vec::new(), Vec::new());
        for rows in self.standing.chunk_by(|a, b| a.status == b.status) {
            let first = rows
                .iter()
                .take(per_status)
                .chain(rows.iter().skip(per_status).filter(|row| Some(row.id) == worst));
            shown.extend(first.map(|row| row.id));
            let held = rows.iter().filter(|row| me.is_some_and(|me| row.holders.contains(&me)));
            mine.extend(held.take(of_mine).map(|row| row.id));
        }
        let mut lines = self.lines.lock().await;
        let missing: Vec<i64> =
            shown.iter().chain(&mine).filter(|id| !lines.contains_key(id)).map(|id| id.0).collect();
        if !missing.is_empty() {
            lines.extend(self.read_lines(db, lead, &missing).await?);
        }
        // One that is missing was closed or hidden since the board was read.
        let line = |id: IncidentId| lines.get(&id).cloned();
        Ok((shown.into_iter().filter_map(line).collect(), mine.into_iter().filter_map(line).collect()))
    }

    async fn read_lines(
        &self,
        db: &PgPool,
        lead: Option<RoleTypeId>,
        ids: &[i64],
    ) -> Result<Vec<(IncidentId, Active)>> {
        let rows = sqlx::query!(
            r#"SELECT i.id, i.title, left(i.description, 400) AS "description!", i.status, i.priority_id, i.category_id,
                      i.environment_id, i.private, i.created_at, i.mitigated_at, i.next_update_at,
                      u.full_name AS "opened_by!", l.full_name AS "lead?", w.message AS "words?", w.event_ts AS "said_at?",
                      a.full_name AS "said_by?"
               FROM incidents i JOIN users u ON u.id = i.created_by
               LEFT JOIN incident_roles r ON r.incident_id = i.id AND r.role_type_id = $3
               LEFT JOIN users l ON l.id = r.user_id
               LEFT JOIN LATERAL (SELECT message, event_ts, created_by FROM incident_updates
                                  WHERE incident_id = i.id AND message <> ''
                                  ORDER BY event_ts DESC, created_at DESC LIMIT 1) w ON true
               LEFT JOIN users a ON a.id = w.created_by
               WHERE i.id = ANY($4) AND (NOT i.private OR may_see_private(i.id, $1, $2))"#,
            self.viewer.user.map(|u| u.0),
            self.viewer.sees_private,
            lead.map(|role| role.0),
            ids,
        )
        .fetch_all(db)
        .await
        .or_internal("reading lines of the board")?;
        let mut lines = Vec::with_capacity(rows.len());
        for r in rows {
            let id = IncidentId(r.id);
            // A line tells where it stood when the board was read.
            let Some(at) = self.standing.iter().find(|one| one.id == id) else { continue };
            let same = || self.standing.iter().filter(|one| one.status == at.status);
            let active = Active {
                id,
                title: r.title,
                description: r.description,
                status: at.status,
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
                of_status: count(same()),
                oldest: same().map(|one| one.created_at).min().unwrap_or(r.created_at),
            };
            lines.push((id, active));
        }
        Ok(lines)
    }

    /// Everything about the worst fire, with at most `shown` entries of its timeline.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn worst(&self, db: &PgPool, shown: i64) -> Result<Option<Worst>> {
        let Some(id) = self.fires().0.map(|fire| fire.id) else { return Ok(None) };
        let read = || async {
            match whole(db, self.viewer, id, shown).await {
                Ok(Whole { incident, around, .. }) => Ok(Some((Arc::new(incident), Arc::new(around)))),
                // Hidden or deleted since the board was read.
                Err(Error::NotFound) => Ok(None),
                Err(error) => Err(error),
            }
        };
        self.worst.get_or_try_init(read).await.cloned()
    }

    /// What the vendor was not told yet of active incidents.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn unsent(&self, db: &PgPool, vendor: &str) -> Result<Unsent> {
        let unsent = self.unsent.get_or_try_init(|| unsent(db, self.viewer)).await?;
        Ok(unsent.get(vendor).cloned().unwrap_or_default())
    }
}

fn count<'a>(rows: impl Iterator<Item = &'a Standing>) -> i64 {
    i64::try_from(rows.count()).unwrap_or(i64::MAX)
}

/// When the last P1 was mitigated, and how long it took from its start. What is marked as a false alarm is none. Not of
/// the board: it may be closed, and private.
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

async fn unsent(db: &PgPool, viewer: Viewer) -> Result<HashMap<String, Unsent>> {
    let rows = sqlx::query!(
        r#"SELECT j.vendor AS "vendor!", count(*) FILTER (WHERE j.state = 'parked') AS "refused!",
                  array_agg(j.created_at ORDER BY j.created_at) FILTER (WHERE j.state <> 'parked') AS waiting
           FROM jobs j JOIN incidents i ON i.id = j.incident_id
           WHERE j.vendor IS NOT NULL AND i.status < 60 AND j.state IN ('parked', 'waiting', 'running')
             AND (NOT i.private OR may_see_private(i.id, $1, $2))
           GROUP BY j.vendor"#,
        viewer.user.map(|u| u.0),
        viewer.sees_private,
    )
    .fetch_all(db)
    .await
    .or_internal("reading what was not sent")?;
    Ok(rows
        .into_iter()
        .map(|row| (row.vendor, Unsent { waiting: row.waiting.unwrap_or_default(), refused: row.refused }))
        .collect())
}

impl Unsent {
    /// How many wait since before then.
    pub fn late(&self, then: Timestamp) -> i64 {
        i64::try_from(self.waiting.partition_point(|since| *since < then)).unwrap_or(i64::MAX)
    }
}
