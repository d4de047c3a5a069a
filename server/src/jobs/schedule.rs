//! Schedules: what happens by the clock, as jobs that one server inserts for all.
//!
//! The leader is the server whose session holds an advisory lock; when it dies the lock is free, and the next one
//! that asks leads. It inserts each due job on that very session, so that who lost the session inserts nothing, with
//! `once_key = schedule:tick`, so that a tick happens once whoever leads. Ticks are of product time. Ticks that passed
//! while no server ran are one: the last. A schedule that is new begins with its next tick.

use super::{
    CoreJob, Job,
    queue::{self, Origin as Source},
};
use crate::{context::Context, failure::OrInternal, fault};
use chrono::{DurationRound, TimeDelta};
use domain::{Caller, Origin, Result, Timestamp};
use sqlx::{Connection, PgConnection};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How often the leader looks at the clock, and the others whether there is a leader.
const LOOK: Duration = Duration::from_millis(400);
/// How often the leader asks its session whether it still is one, when no tick does.
const ASK: Duration = Duration::from_secs(5);

/// Something that happens by the clock.
pub struct Schedule {
    /// As `firefighter task` and its row know it.
    pub name: &'static str,
    pub about: &'static str,
    when: When,
    job: fn(Timestamp) -> Job,
}

/// When it is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    /// On the hour.
    Hourly,
}

/// All of them.
pub const ALL: &[Schedule] = &[Schedule {
    name: "root_history",
    about: "Records where the history stands and writes its root into the log",
    when: When::Hourly,
    job: |tick| Job::Core(CoreJob::RootHistory { tick }),
}];

impl Schedule {
    /// The job of the tick at this time.
    pub fn job(&self, tick: Timestamp) -> Job {
        (self.job)(tick)
    }
}

impl When {
    /// The last tick up to now.
    fn tick(self, now: Timestamp) -> Timestamp {
        let every = match self {
            When::Hourly => TimeDelta::hours(1),
        };
        // Refused only for years that the clock never shows.
        now.duration_trunc(every).unwrap_or(now)
    }
}

/// Leads, or waits to lead, until `stop` is cancelled.
pub async fn lead(ctx: Context, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = session(&ctx, &stop).await {
            tracing::warn!(error.message = %error, "The schedules lost the database; they try again");
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
                () = stop.cancelled() => {}
            }
        }
    }
}

/// One connection: first without the lock, then with it.
async fn session(ctx: &Context, stop: &CancellationToken) -> Result<()> {
    let mut conn = ctx.db.acquire().await.or_internal("connecting the schedules")?.detach();
    let mut leads = false;
    let mut asked = Instant::now();
    let mut ticked: Vec<Option<Timestamp>> = vec![None; ALL.len()];
    while !stop.is_cancelled() {
        if !leads {
            leads = take_lock(&mut conn).await?;
            if leads {
                tracing::info!("This server leads the schedules");
                fault!("leader.leads");
            }
        }
        if leads {
            for (schedule, ticked) in ALL.iter().zip(&mut ticked) {
                let tick = schedule.when.tick(ctx.now());
                if *ticked != Some(tick) {
                    happen(ctx, &mut conn, schedule, tick).await?;
                    (*ticked, asked) = (Some(tick), Instant::now());
                }
            }
            if asked.elapsed() >= ASK {
                conn.ping().await.or_internal("asking whether this server still leads")?;
                asked = Instant::now();
            }
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = stop.cancelled() => {}
        }
    }
    // Closing the session gives the lock to the next.
    conn.close().await.or_internal("ending the lead of the schedules")
}

async fn take_lock(conn: &mut PgConnection) -> Result<bool> {
    sqlx::query_scalar!(r#"SELECT pg_try_advisory_lock(71, 1) AS "leads!""#)
        .fetch_one(conn)
        .await
        .or_internal("asking to lead the schedules")
}

/// Inserts the job of this tick, unless it is there or the schedule was not known before.
async fn happen(ctx: &Context, conn: &mut PgConnection, schedule: &Schedule, tick: Timestamp) -> Result<()> {
    let mut tx = conn.begin().await.or_internal("beginning a tick")?;
    sqlx::query!(
        "INSERT INTO schedules (name, ticked_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        schedule.name,
        tick
    )
    .execute(&mut *tx)
    .await
    .or_internal("noting a schedule")?;
    let due = sqlx::query!(
        "UPDATE schedules SET ticked_at = $2 WHERE name = $1 AND ticked_at < $2",
        schedule.name,
        tick
    )
    .execute(&mut *tx)
    .await
    .or_internal("noting a tick")?
    .rows_affected()
        == 1;
    if due {
        let caller = Caller::system(Origin::Schedule);
        let source = Source { caller: &caller, parent: None, trace: None, now: ctx.now() };
        queue::insert(&mut tx, &[schedule.job(tick)], &source).await?;
        fault!("leader.before_tick");
    }
    tx.commit().await.or_internal("committing a tick")?;
    if due {
        fault!("leader.ticked");
        queue::announce(ctx);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn an_hour_ticks_once() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        let hour = at("2026-03-01T10:00:00Z");
        assert_eq!(When::Hourly.tick(hour), hour);
        assert_eq!(When::Hourly.tick(at("2026-03-01T10:59:59.999Z")), hour);
        assert_eq!(When::Hourly.tick(at("2026-03-01T11:00:00Z")), at("2026-03-01T11:00:00Z"));
    }

    // CFG-045
    #[test]
    fn every_schedule_has_a_name_of_its_own_and_its_ticks_are_jobs_of_their_own() {
        let names: BTreeSet<_> = ALL.iter().map(|schedule| schedule.name).collect();
        assert_eq!(names.len(), ALL.len());
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        for schedule in ALL {
            let (one, next) =
                (schedule.job(at("2026-03-01T10:00:00Z")), schedule.job(at("2026-03-01T11:00:00Z")));
            assert!(one.once_key().is_some(), "{}", schedule.name);
            assert_ne!(one.once_key(), next.once_key(), "{}", schedule.name);
        }
    }
}
