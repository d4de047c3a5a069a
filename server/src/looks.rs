//! Who looked at which incident last, and how far its history was then.
//!
//! No part of the history, and nothing waits for it: marks of a moment are written together, after the pages were made,
//! and this server knows them until then. A mark that is lost shows something as new twice.

use crate::{context::Context, failure::OrInternal};
use domain::{IncidentId, Result, Timestamp, UserId};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How far somebody saw the history of an incident.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Last {
    /// The last record that was there then.
    pub seq: i64,
    pub at: Timestamp,
}

/// Looks written within this time are one, when nothing happened between.
const ONE_LOOK: chrono::TimeDelta = chrono::TimeDelta::minutes(1);
/// What comes within this time is written in one go: a mark of its own for each page would cost as much as the page.
const TOGETHER: Duration = Duration::from_millis(200);

/// Marks that are not written down yet.
#[derive(Debug, Default)]
pub struct Marks(Mutex<HashMap<(UserId, IncidentId), Last>>);

impl Marks {
    fn get(&self, user: UserId, incident: IncidentId) -> Option<Last> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&(user, incident)).copied()
    }

    /// Whether it is the first one of those that go together.
    fn add(&self, user: UserId, incident: IncidentId, mark: Last) -> bool {
        let mut marks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let first = marks.is_empty();
        marks.insert((user, incident), mark);
        first
    }

    fn take(&self) -> HashMap<(UserId, IncidentId), Last> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What this person saw last, when the database says that it was `written`.
pub fn last(ctx: &Context, user: UserId, incident: IncidentId, written: Option<Last>) -> Option<Last> {
    written.into_iter().chain(ctx.looks.get(user, incident)).max_by_key(|mark| mark.at)
}

/// Notes that this person looks now, while the answer is on its way: who saw `last` then, and the history up to `head`
/// now.
pub fn note(ctx: &Context, user: UserId, incident: IncidentId, last: Option<Last>, head: i64) {
    let now = ctx.now();
    if last.is_some_and(|last| last.seq == head && now - last.at < ONE_LOOK) {
        return;
    }
    if ctx.looks.add(user, incident, Last { seq: head, at: now }) {
        let ctx = ctx.clone();
        tokio::spawn(async move {
            tokio::time::sleep(TOGETHER).await;
            // Written down by `or_internal`; people see the same things as new once more.
            let _shown_twice = write_down(&ctx).await;
        });
    }
}

/// Writes all marks that there are. Of who or what is gone meanwhile nothing is kept.
///
/// # Errors
/// When the database does not answer.
pub async fn write_down(ctx: &Context) -> Result<()> {
    let marks = ctx.looks.take();
    if marks.is_empty() {
        return Ok(());
    }
    let (mut users, mut incidents) = (Vec::new(), Vec::new());
    let (mut seqs, mut times) = (Vec::new(), Vec::new());
    for ((user, incident), mark) in marks {
        users.push(user.0);
        incidents.push(incident.0);
        seqs.push(mark.seq);
        times.push(mark.at);
    }
    // In one order, so that servers do not wait for each other in a circle.
    sqlx::query!(
        "INSERT INTO looks (user_id, incident_id, seq, looked_at)
         SELECT m.u, m.i, m.s, m.t FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::timestamptz[]) AS m(u, i, s, t)
         JOIN users ON users.id = m.u JOIN incidents ON incidents.id = m.i
         ORDER BY m.u, m.i
         ON CONFLICT (user_id, incident_id) DO UPDATE SET seq = excluded.seq, looked_at = excluded.looked_at
         WHERE looks.looked_at < excluded.looked_at",
        &users,
        &incidents,
        &seqs,
        &times,
    )
    .execute(&ctx.db)
    .await
    .or_internal("noting who looked")?;
    Ok(())
}
