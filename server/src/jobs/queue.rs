//! The queue: insert, claim, finish. All of it is rows; no server knows more than another.

use super::job::{Job, JobError, Run};
use crate::{context::Context, db, failure::OrInternal, fault};
use domain::{Caller, JobId, Result, Timestamp};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, PgPool};
use std::{sync::atomic::Ordering, time::Duration};

/// The channel on which servers tell each other that jobs were committed.
pub const CHANNEL: &str = "jobs";

/// After so long without success a job needs a person.
const GIVE_UP_AFTER: chrono::TimeDelta = chrono::TimeDelta::hours(24);
/// So many transport errors or 5xx in a row pause a vendor.
const FAILURES_TO_PAUSE: i32 = 5;
/// While a vendor is paused, one job tries again this often.
const PROBE_EVERY: chrono::TimeDelta = chrono::TimeDelta::seconds(15);

/// Where jobs come from.
pub struct Origin<'a> {
    pub caller: &'a Caller,
    /// The job that is running, when one causes others.
    pub parent: Option<&'a Run>,
    pub trace: Option<String>,
    pub now: Timestamp,
}

/// Inserts jobs in this order. A `once_key` that exists already is left alone.
///
/// # Errors
/// When the database refuses.
pub async fn insert(conn: &mut PgConnection, jobs: &[Job], origin: &Origin<'_>) -> Result<()> {
    if jobs.is_empty() {
        return Ok(());
    }
    let rows: Vec<Value> = jobs
        .iter()
        .map(|job| {
            let (lane, behind_lane) = (job.lane(), job.behind_lane());
            let follows = |parent: &&Run| parent.lane == lane || Some(&parent.lane) == behind_lane.as_ref();
            let behind = origin.parent.filter(follows).map(|p| p.place.as_slice());
            json!({
                "kind": job.kind(),
                "vendor": job.vendor(),
                "payload": job,
                "incident_id": job.incident(),
                "behind": behind.unwrap_or_default(),
                "lane": lane,
                "behind_lane": behind_lane,
                "once_key": job.once_key(),
                "merge_key": job.merge_key(),
                "holds_lane": job.holds_lane(),
            })
        })
        .collect();
    let caller = json!({ "actor": origin.caller.actor, "origin": origin.caller.origin });
    sqlx::query!(
        "INSERT INTO jobs (kind, vendor, payload, incident_id, lane, behind_lane, place, once_key, merge_key,
                           holds_lane, run_at, since, created_at, parent, caller, trace)
         SELECT kind, vendor, payload, incident_id, lane, behind_lane, behind || nextval('job_places'), once_key, merge_key,
                holds_lane, $2, $2, $2, $3, $4, $5
         FROM jsonb_to_recordset($1) AS j(kind text, vendor text, payload jsonb, incident_id bigint, lane text,
                                          behind_lane text, behind bigint[], once_key text, merge_key text, holds_lane boolean)
         ON CONFLICT (once_key) DO NOTHING",
        Value::Array(rows),
        origin.now,
        origin.parent.map(|p| p.job_id.0),
        caller,
        origin.trace,
    )
    .execute(conn)
    .await
    .or_internal("inserting jobs")?;
    Ok(())
}

/// Tells the worker of this process at once, and those of other servers within 50 ms (many commits, one NOTIFY: a
/// NOTIFY inside the transaction would make all commits wait for each other).
pub fn announce(ctx: &Context) {
    ctx.wake.notify_one();
    if !ctx.announcing.swap(true, Ordering::AcqRel) {
        let ctx = ctx.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            ctx.announcing.store(false, Ordering::Release);
            if let Err(error) = sqlx::query("SELECT pg_notify($1, '')").bind(CHANNEL).execute(&ctx.db).await {
                tracing::debug!(error.message = %error, "Other servers were not told of new jobs; they poll");
            }
        });
    }
}

/// A claimed job.
#[derive(Debug)]
pub struct Claimed {
    pub job: Job,
    pub kind: String,
    pub vendor: String,
    pub worker: i32,
    pub run: Run,
}

/// The next job that may run: due, nothing unfinished before it in its lane or holding the one it stands behind, its
/// vendor not paused. `session` is the
/// one that holds the worker's lock: who lost it claims nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn claim(session: &mut PgConnection, worker: i32, now: Timestamp) -> Result<Option<Claimed>> {
    let mut tx = session.begin().await.or_internal("beginning a claim")?;
    let Some(claimed) = claim_in(&mut tx, worker, now).await? else {
        // Now, and not with the session's next use: it may hold a lane.
        tx.rollback().await.or_internal("ending a claim")?;
        return Ok(None);
    };
    fault!("queue.before_claim");
    tx.commit().await.or_internal("committing a claim")?;
    fault!("queue.claimed");
    Ok(Some(claimed))
}

async fn claim_in(tx: &mut PgConnection, worker: i32, now: Timestamp) -> Result<Option<Claimed>> {
    let candidate = sqlx::query!(
        "SELECT j.id, j.lane, j.vendor FROM jobs j
         WHERE j.state = 'waiting' AND j.run_at <= $1
           AND NOT EXISTS (SELECT FROM jobs b WHERE b.lane = j.lane
                           AND (b.state = 'running'
                                OR b.place < j.place AND (b.state = 'waiting' OR b.state = 'parked' AND b.holds_lane)))
           AND NOT EXISTS (SELECT FROM jobs h WHERE h.lane = j.behind_lane AND h.holds_lane AND h.place < j.place
                           AND h.state IN ('waiting', 'running', 'parked'))
           AND NOT EXISTS (SELECT FROM vendor_pauses p
                           WHERE p.vendor = j.vendor AND p.method = '*' AND p.failures >= $2 AND p.until > $1)
         ORDER BY j.run_at, j.id
         LIMIT 1 FOR UPDATE SKIP LOCKED",
        now,
        FAILURES_TO_PAUSE,
    )
    .fetch_optional(&mut *tx)
    .await
    .or_internal("looking for a job")?;
    let Some(candidate) = candidate else { return Ok(None) };

    // Two claims of one lane at the same moment: the lock lets one through, and it looks again with fresh eyes.
    let alone = sqlx::query_scalar!(
        r#"SELECT pg_try_advisory_xact_lock(hashtextextended($1, 70)) AS "alone!""#,
        candidate.lane
    )
    .fetch_one(&mut *tx)
    .await
    .or_internal("locking a lane")?;
    if !alone || !may_probe(tx, &candidate.vendor, now).await? {
        return Ok(None);
    }
    let row = sqlx::query!(
        "UPDATE jobs j SET state = 'running', attempt = attempt + 1, worker = $2, started_at = $3,
                lease_until = clock_timestamp() + interval '60 seconds'
         WHERE j.id = $1 AND j.state = 'waiting'
           AND NOT EXISTS (SELECT FROM jobs b WHERE b.lane = j.lane
                           AND (b.state = 'running'
                                OR b.place < j.place AND (b.state = 'waiting' OR b.state = 'parked' AND b.holds_lane)))
           AND NOT EXISTS (SELECT FROM jobs h WHERE h.lane = j.behind_lane AND h.holds_lane AND h.place < j.place
                           AND h.state IN ('waiting', 'running', 'parked'))
         RETURNING id, kind, vendor, payload, lane, place, attempt, taken_over, created_at, late, merge_key, trace",
        candidate.id,
        worker,
        now,
    )
    .fetch_optional(&mut *tx)
    .await
    .or_internal("claiming a job")?;
    let Some(row) = row else { return Ok(None) };
    if let Some(merge_key) = &row.merge_key {
        // Everything waiting says the same: this run reads the state after all of them.
        sqlx::query!(
            "UPDATE jobs SET state = 'merged', finished_at = $4
             WHERE lane = $1 AND merge_key = $2 AND state = 'waiting' AND id <> $3",
            row.lane,
            merge_key,
            row.id,
            now,
        )
        .execute(&mut *tx)
        .await
        .or_internal("merging equal jobs")?;
    }
    sqlx::query!(
        "INSERT INTO job_attempts (job_id, attempt, worker, started_at) VALUES ($1, $2, $3, $4)",
        row.id,
        row.attempt,
        worker,
        now,
    )
    .execute(&mut *tx)
    .await
    .or_internal("noting an attempt")?;
    let job = serde_json::from_value(row.payload).or_internal("reading a job")?;
    let run = Run {
        job_id: JobId(row.id),
        lane: row.lane,
        place: row.place,
        attempt: row.attempt,
        taken_over: row.taken_over,
        created_at: row.created_at,
        late: row.late,
        trace: row.trace,
    };
    Ok(Some(Claimed { job, kind: row.kind, vendor: row.vendor, worker, run }))
}

/// A paused vendor whose time is over is tried by one job; the others go on waiting until it answers.
async fn may_probe(conn: &mut PgConnection, vendor: &str, now: Timestamp) -> Result<bool> {
    let pause = sqlx::query!(
        "UPDATE vendor_pauses SET until = CASE WHEN until <= $2 THEN $3 ELSE until END
         WHERE vendor = $1 AND method = '*' AND failures >= $4
         RETURNING until = $3 AS \"ours!\"",
        vendor,
        now,
        now + PROBE_EVERY,
        FAILURES_TO_PAUSE,
    )
    .fetch_optional(conn)
    .await
    .or_internal("asking whether a vendor is paused")?;
    Ok(pause.is_none_or(|p| p.ours))
}

/// Whether this run still holds its job: a server that was cut off, or stood still for longer than its lease, does
/// not. Asked before anything is done outside. A run without a row, by the command line, is nobody else's.
///
/// # Errors
/// When the database does not answer.
pub async fn is_held(db: &PgPool, run: &Run) -> std::result::Result<bool, JobError> {
    let held = sqlx::query_scalar!(
        r#"SELECT NOT EXISTS (SELECT FROM jobs WHERE id = $1 AND NOT (state = 'running' AND attempt = $2)) AS "held!""#,
        run.job_id.0,
        run.attempt,
    )
    .fetch_one(db)
    .await?;
    Ok(held)
}

/// Stores how a run ended and what follows from it. False when the job had been taken away meanwhile.
///
/// # Errors
/// When the database does not answer; the lease then ends and another worker looks.
pub async fn finish(
    db: &PgPool,
    claimed: &Claimed,
    ended: &Result<super::Done, JobError>,
    now: Timestamp,
) -> Result<bool> {
    let run = &claimed.run;
    let mut tx = db::begin(db).await.or_internal("beginning a finish")?;
    let next = match ended {
        Ok(_) => Next { state: "done", ..Next::default() },
        Err(JobError::Drop { why }) => {
            Next { state: "dropped", reason: Some(why.clone()), ..Next::default() }
        }
        Err(JobError::Park { why }) => Next { state: "parked", reason: Some(why.clone()), ..Next::default() },
        Err(JobError::Retry { why }) => {
            Next { state: "waiting", tried: true, reason: Some(why.clone()), ..Next::default() }
        }
        Err(JobError::Paced { after }) => Next { state: "waiting", after: Some(*after), ..Next::default() },
        Err(JobError::RateLimited { method, after }) => {
            pause_method(&mut tx, &claimed.vendor, method, now, *after).await?;
            Next {
                state: "waiting",
                after: Some(*after),
                reason: Some("asked to slow down".into()),
                ..Next::default()
            }
        }
        Err(JobError::Outage { why }) => {
            note_outage(&mut tx, &claimed.vendor, now).await?;
            Next { state: "waiting", unclear: true, reason: Some(why.clone()), ..Next::default() }
        }
    };
    let done = store_end(&mut tx, claimed, &next, now).await?;
    if matches!(ended, Ok(_) | Err(JobError::Drop { .. } | JobError::Park { .. })) {
        // It answered, so it is there.
        sqlx::query!("DELETE FROM vendor_pauses WHERE vendor = $1 AND method = '*'", claimed.vendor)
            .execute(&mut *tx)
            .await
            .or_internal("ending a vendor's pause")?;
    }
    let outcome = match ended {
        Ok(super::Done::Done) => "done",
        Ok(super::Done::Nothing) => "nothing to do",
        Err(JobError::Retry { .. }) => "again later",
        Err(JobError::RateLimited { .. }) => "rate limited",
        Err(JobError::Paced { .. }) => "paced",
        Err(JobError::Outage { .. }) => "no answer",
        Err(JobError::Park { .. }) => "parked",
        Err(JobError::Drop { .. }) => "dropped",
    };
    sqlx::query!(
        "UPDATE job_attempts SET finished_at = $4, outcome = $5, error = $6
         WHERE job_id = $1 AND attempt = $2 AND worker = $3",
        run.job_id.0,
        run.attempt,
        claimed.worker,
        now,
        outcome,
        ended.as_ref().err().map(ToString::to_string),
    )
    .execute(&mut *tx)
    .await
    .or_internal("noting how an attempt ended")?;
    fault!("queue.before_finish");
    tx.commit().await.or_internal("committing a finish")?;
    Ok(done)
}

#[derive(Default)]
struct Next {
    state: &'static str,
    /// Counts a try and backs off.
    tried: bool,
    /// It may have acted: look before saying again.
    unclear: bool,
    after: Option<Duration>,
    reason: Option<String>,
}

async fn store_end(conn: &mut PgConnection, claimed: &Claimed, next: &Next, now: Timestamp) -> Result<bool> {
    let run = &claimed.run;
    let wait = next.after.and_then(|d| chrono::TimeDelta::from_std(d).ok());
    let stored = sqlx::query!(
        "UPDATE jobs SET
            state = CASE WHEN $4 = 'waiting' AND since <= $5::timestamptz - $6::interval THEN 'parked' ELSE $4 END,
            tries = tries + $7::int,
            taken_over = CASE WHEN $4 = 'waiting' THEN taken_over OR $8 ELSE false END,
            -- Back-off: 1, 2, 4 … 300 seconds, spread by the job's number.
            run_at = CASE WHEN $4 = 'waiting'
                          THEN $5 + coalesce($9::interval,
                                             make_interval(secs => least(300, power(2, least(tries, 9)))
                                                                   * (1 + (id % 10) / 40.0)))
                          ELSE run_at END,
            finished_at = CASE WHEN $4 = 'waiting' THEN NULL ELSE $5 END,
            reason = CASE WHEN $4 = 'waiting' AND since <= $5::timestamptz - $6::interval
                          THEN concat('24 hours of tries: ', $10::text) ELSE $10 END,
            worker = NULL, lease_until = NULL
         WHERE id = $1 AND attempt = $2 AND worker = $3 AND state = 'running'",
        run.job_id.0,
        run.attempt,
        claimed.worker,
        next.state,
        now,
        sqlx::postgres::types::PgInterval { months: 0, days: 0, microseconds: GIVE_UP_AFTER.num_microseconds().unwrap_or(i64::MAX) },
        i32::from(next.tried),
        next.unclear,
        wait.map(|w| sqlx::postgres::types::PgInterval { months: 0, days: 0, microseconds: w.num_microseconds().unwrap_or(i64::MAX) }),
        next.reason,
    )
    .execute(conn)
    .await
    .or_internal("storing how a job ended")?;
    Ok(stored.rows_affected() == 1)
}

async fn pause_method(
    conn: &mut PgConnection,
    vendor: &str,
    method: &str,
    now: Timestamp,
    after: Duration,
) -> Result<()> {
    let until = now + chrono::TimeDelta::from_std(after).unwrap_or(GIVE_UP_AFTER);
    sqlx::query!(
        "INSERT INTO vendor_pauses (vendor, method, until, since, reason) VALUES ($1, $2, $3, $4, 'asked to slow down')
         ON CONFLICT (vendor, method) DO UPDATE SET until = greatest(vendor_pauses.until, excluded.until)",
        vendor,
        method,
        until,
        now,
    )
    .execute(conn)
    .await
    .or_internal("pausing a method")?;
    Ok(())
}

async fn note_outage(conn: &mut PgConnection, vendor: &str, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "INSERT INTO vendor_pauses (vendor, method, until, failures, since, reason)
         VALUES ($1, '*', $2, 1, $2, 'does not answer')
         ON CONFLICT (vendor, method) DO UPDATE SET
            failures = vendor_pauses.failures + 1,
            until = CASE WHEN vendor_pauses.failures + 1 >= $3 THEN $4 ELSE vendor_pauses.until END",
        vendor,
        now,
        FAILURES_TO_PAUSE,
        now + PROBE_EVERY,
    )
    .execute(conn)
    .await
    .or_internal("noting an outage")?;
    Ok(())
}

/// Gives back what dead workers were running: those whose session is gone, at once, and those whose lease ended. What
/// one of them is just storing the end of is looked at again later.
///
/// # Errors
/// When the database does not answer.
pub async fn take_over(session: &mut PgConnection, now: Timestamp) -> Result<u64> {
    let freed = sqlx::query!(
        "UPDATE jobs SET state = 'waiting', taken_over = true, worker = NULL, lease_until = NULL, run_at = $1
         WHERE id IN (
             SELECT id FROM jobs
             WHERE state = 'running'
               AND (lease_until < clock_timestamp()
                    OR worker NOT IN (SELECT objid::bigint::int FROM pg_locks
                                      WHERE locktype = 'advisory' AND classid = 70 AND objsubid = 2 AND granted
                                        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())))
             FOR UPDATE SKIP LOCKED)",
        now,
    )
    .execute(session)
    .await
    .or_internal("taking over the jobs of dead workers")?;
    if freed.rows_affected() > 0 {
        fault!("lease.taken_over");
    }
    Ok(freed.rows_affected())
}
