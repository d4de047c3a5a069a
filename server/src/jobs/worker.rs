//! The worker of one server: claims what is due, runs it, stores how it ended.
//!
//! It is alive as long as its session holds an advisory lock: when the process dies, the lock is gone and its jobs
//! are free at once. It claims on that very session, so who lost it claims nothing. The lease (60 s, renewed every
//! 10 s) is for a server that stands still; before each call outside a run asks whether it still holds its job.

use super::{
    CoreJob, Done, Job, JobError, Run,
    queue::{self, Claimed},
    schedule,
};
use crate::{
    context::Context,
    failure::{self, OrInternal},
    fault, history, live, slack,
};
use domain::{Caller, Origin, Result};
use sqlx::{PgConnection, postgres::PgListener};
use std::{sync::Arc, time::Duration};
use tokio::{sync::Semaphore, time::Instant};
use tokio_util::sync::CancellationToken;

/// Lanes that run at the same time in one process.
const SLOTS: usize = 8;
/// Looks at least this often, for jobs whose time has come and for servers that were not told.
const POLL: Duration = Duration::from_millis(400);
const LOOK_FOR_DEAD: Duration = Duration::from_secs(1);
const RENEW: Duration = Duration::from_secs(10);
/// Longer than any vendor call may take (35 s) with its reads and writes around.
const RUN_LIMIT: Duration = Duration::from_secs(120);

/// Works until `stop` is cancelled, then finishes what it runs. Leads the schedules when no other server does.
pub async fn work(ctx: Context, stop: CancellationToken) {
    let leader = tokio::spawn(schedule::lead(ctx.clone(), stop.clone()));
    claim_and_run(ctx, stop).await;
    if let Err(error) = leader.await {
        tracing::error!(error.message = %error, "The leader of the schedules ended badly");
    }
}

async fn claim_and_run(ctx: Context, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match session(&ctx, &stop).await {
            Ok(()) => return,
            Err(error) => {
                tracing::warn!(error.message = %error, "The worker lost the database; it tries again");
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_secs(1)) => {}
                    () = stop.cancelled() => {}
                }
            }
        }
    }
}

/// One life of a worker: from taking a number to losing the session or being stopped.
async fn session(ctx: &Context, stop: &CancellationToken) -> Result<()> {
    let (worker, mut alive) = register(ctx).await?;
    let mut news = PgListener::connect_with(&ctx.db).await.or_internal("listening for jobs")?;
    news.listen(queue::CHANNEL).await.or_internal("listening for jobs")?;
    let slots = Arc::new(Semaphore::new(SLOTS));
    let (mut looked, mut renewed) = (None::<Instant>, Instant::now());
    while !stop.is_cancelled() {
        if looked.is_none_or(|at| at.elapsed() >= LOOK_FOR_DEAD) {
            let freed = queue::take_over(&mut alive, ctx.now()).await?;
            if freed > 0 {
                tracing::warn!(jobs = freed, "Took over {freed} jobs of a server that is gone");
            }
            looked = Some(Instant::now());
        }
        if renewed.elapsed() >= RENEW {
            renew(&mut alive, worker).await?;
            renewed = Instant::now();
        }
        if claim_all(ctx, &mut alive, worker, &slots).await? {
            continue;
        }
        tokio::select! {
            () = ctx.wake.notified() => {}
            heard = news.recv() => { heard.or_internal("listening for jobs")?; }
            () = tokio::time::sleep(POLL) => {}
            () = stop.cancelled() => {}
        }
    }
    // Finish what runs: every run ends by itself within its limit.
    let _all = slots.acquire_many(u32::try_from(SLOTS).unwrap_or(u32::MAX)).await;
    Ok(())
}

/// Claims while there are jobs and free slots. True when all slots are busy and it should look again soon.
async fn claim_all(
    ctx: &Context,
    alive: &mut PgConnection,
    worker: i32,
    slots: &Arc<Semaphore>,
) -> Result<bool> {
    while let Ok(slot) = Arc::clone(slots).try_acquire_owned() {
        let Some(claimed) = queue::claim(alive, worker, ctx.now()).await? else { return Ok(false) };
        let ctx = ctx.clone();
        tokio::spawn(async move {
            run(&ctx, claimed).await;
            drop(slot);
            // The next of this lane may go now.
            ctx.wake.notify_one();
        });
    }
    Ok(false)
}

/// Takes a number and holds its lock on a connection of its own.
async fn register(ctx: &Context) -> Result<(i32, PgConnection)> {
    let mut conn = ctx.db.acquire().await.or_internal("connecting the worker")?.detach();
    let number = sqlx::query_scalar!(r#"SELECT nextval('worker_numbers')::int AS "n!""#)
        .fetch_one(&mut conn)
        .await
        .or_internal("numbering the worker")?;
    sqlx::query!("SELECT pg_advisory_lock(70, $1)", number)
        .execute(&mut conn)
        .await
        .or_internal("locking the worker's number")?;
    let host = std::env::var("HOSTNAME").unwrap_or_else(|_| "localhost".into());
    sqlx::query!(
        "INSERT INTO workers (number, host, started_at) VALUES ($1, $2, $3)",
        number,
        host,
        ctx.now()
    )
    .execute(&mut conn)
    .await
    .or_internal("announcing the worker")?;
    tracing::info!(worker = number, "Worker {number} is ready");
    Ok((number, conn))
}

async fn renew(conn: &mut PgConnection, worker: i32) -> Result<()> {
    sqlx::query!(
        "UPDATE jobs SET lease_until = clock_timestamp() + interval '60 seconds'
         WHERE worker = $1 AND state = 'running'",
        worker
    )
    .execute(conn)
    .await
    .or_internal("renewing leases")?;
    fault!("lease.renewed");
    Ok(())
}

/// Does what the job says; a worker calls it for a claimed one, the command line for one of its own.
///
/// # Errors
/// What follows from not having been able to.
pub async fn perform(ctx: &Context, job: &Job, run: &Run) -> Result<Done, JobError> {
    match job {
        Job::Slack(job) => slack::jobs::run(ctx, job, run).await,
        Job::Core(CoreJob::RootHistory { .. }) => {
            let moved = history::write_root(ctx, &Caller::system(Origin::Schedule)).await?;
            Ok(if moved == 0 { Done::Nothing } else { Done::Done })
        }
    }
}

async fn run(ctx: &Context, claimed: Claimed) {
    let started = Instant::now();
    let reference = claimed.run.trace.clone().unwrap_or_else(failure::fresh_reference);
    let work = {
        let (ctx, job, run) = (ctx.clone(), claimed.job.clone(), claimed.run.clone());
        let reference = reference.clone();
        // A task of its own: a panic in a job is that job's failure, not the worker's.
        tokio::spawn(failure::under(reference, async move {
            match tokio::time::timeout(RUN_LIMIT, perform(&ctx, &job, &run)).await {
                Ok(ended) => ended,
                Err(_) => Err(JobError::Outage { why: "took longer than two minutes".into() }),
            }
        }))
    };
    let ended = match work.await {
        Ok(ended) => ended,
        Err(panic) => Err(JobError::Retry { why: format!("the job broke: {panic}") }),
    };
    fault!("job.before_finish");
    let stored = failure::under(reference, queue::finish(&ctx.db, &claimed, &ended, ctx.now())).await;
    fault!("job.after_finish");
    live::announce(ctx, claimed.job.incident().map(live::News::Incident));
    log(&claimed, &ended, &stored, started.elapsed());
}

/// One line per run.
fn log(claimed: &Claimed, ended: &Result<Done, JobError>, stored: &Result<bool>, took: Duration) {
    let (kind, lane) = (claimed.kind.as_str(), claimed.run.lane.as_str());
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let (id, attempt) = (claimed.run.job_id.0, claimed.run.attempt);
    if let Ok(false) | Err(_) = stored {
        tracing::warn!(job.id = id, job.kind = kind, "Job {id} had been taken over; its end is not stored");
    }
    match ended {
        Ok(done) => {
            tracing::info!(
                job.id = id,
                job.kind = kind,
                job.lane = lane,
                attempt,
                duration_ms,
                ?done,
                "Job {kind} done"
            );
        }
        Err(JobError::Park { why } | JobError::Drop { why }) => {
            tracing::warn!(
                job.id = id,
                job.kind = kind,
                job.lane = lane,
                attempt,
                duration_ms,
                why,
                "Job {kind} ended without being done"
            );
        }
        Err(error) => {
            tracing::info!(job.id = id, job.kind = kind, job.lane = lane, attempt, duration_ms, why = %error, "Job {kind} waits");
        }
    }
}
