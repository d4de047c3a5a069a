//! Who looked at which incident last, and how far its history was then.
//!
//! No part of the history, and nothing waits for it: the mark is written after the page was made. A mark that is lost
//! shows something as new twice.

use crate::{context::Context, failure::OrInternal};
use domain::{IncidentId, Result, Timestamp, UserId};

/// Somebody who is looking: how far the history is, and what they saw last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Looking {
    user: UserId,
    incident: IncidentId,
    /// The last record there is.
    pub head: i64,
    pub last: Option<Last>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Last {
    /// The last record that was there then.
    pub seq: i64,
    pub at: Timestamp,
}

/// Looks written within this time are one, when nothing happened between.
const ONE_LOOK: chrono::TimeDelta = chrono::TimeDelta::minutes(1);

/// What this person saw last. Asked before the page is read, so that what happens meanwhile is new next time; the page's
/// own read asks the fence, and nothing of this is told without it. `None`: it has no history.
///
/// # Errors
/// When the database does not answer.
pub async fn looking(ctx: &Context, user: UserId, incident: IncidentId) -> Result<Option<Looking>> {
    let row = sqlx::query!(
        r#"SELECT h.seq AS head, l.seq AS "seq?", l.looked_at AS "looked_at?"
           FROM history_heads h LEFT JOIN looks l ON l.user_id = $1 AND l.incident_id = $2
           WHERE h.stream = $3"#,
        user.0,
        incident.0,
        format!("incident {incident}"),
    )
    .fetch_optional(&ctx.db)
    .await
    .or_internal("asking who looked last")?;
    Ok(row.map(|row| Looking {
        user,
        incident,
        head: row.head,
        last: row.seq.zip(row.looked_at).map(|(seq, at)| Last { seq, at }),
    }))
}

impl Looking {
    /// Notes that this person looked now, while the answer is on its way.
    pub fn noted(self, ctx: &Context) {
        let now = ctx.now();
        if self.last.is_some_and(|last| last.seq == self.head && now - last.at < ONE_LOOK) {
            return;
        }
        let ctx = ctx.clone();
        tokio::spawn(async move {
            // Written down by `or_internal`; the person sees the same things as new once more.
            let _shown_twice = self.note(&ctx, now).await;
        });
    }

    async fn note(self, ctx: &Context, now: Timestamp) -> Result<()> {
        sqlx::query!(
            "INSERT INTO looks (user_id, incident_id, seq, looked_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (user_id, incident_id) DO UPDATE SET seq = excluded.seq, looked_at = excluded.looked_at
             WHERE looks.looked_at < excluded.looked_at",
            self.user.0,
            self.incident.0,
            self.head,
            now,
        )
        .execute(&ctx.db)
        .await
        .or_internal("noting who looked")?;
        Ok(())
    }
}
