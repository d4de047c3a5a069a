//! Made-up incidents, many and quickly: what a desk holds after years, to measure and to look around in.
//!
//! Nothing happened, so no operation ran: rows are written by statements over whole stretches, in every table that
//! pages, API and queue read. That is why this room alone may write them past [`crate::write`], why it refuses to work
//! in production, and why its SQL stands in files of its own. The skew is that of life: most are P4 and closed, few
//! categories and people have most of them, some went on for days, one in a hundred is private – and what is open does
//! not grow with what ever was. History is written as the server writes it, so `firefighter verify` walks it too; only
//! mere words said have no record. The same number always makes the same incidents.

use crate::context::Context;
use anyhow::{Context as _, Result, ensure};
use domain::Timestamp;
use futures::future::try_join_all;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

/// What rows are drawn from, once for each connection.
const GROUND: &str = include_str!("ground.sql");
/// Draws a stretch of incidents.
const INCIDENTS: &str = include_str!("incidents.sql");
/// Writes the stretch.
const ROWS: &str = include_str!("rows.sql");
const HISTORY: &str = include_str!("history.sql");

/// One transaction each: seconds of work, and little to lose.
const STRETCH: i64 = 25_000;
/// Stretches written at a time, where there are so many processors.
const HANDS: usize = 4;

/// What was made, in rows of all tables together.
#[derive(Debug, Clone, Copy)]
pub struct Made {
    pub incidents: i64,
    pub rows: u64,
    pub took: Duration,
}

impl Made {
    /// How long a million rows took, at this pace.
    pub fn seconds_per_million(&self) -> f64 {
        self.took.as_secs_f64() * 1_000_000.0 / self.rows.max(1) as f64
    }
}

/// Adds so many incidents to what is there, and tells after every stretch how many there are.
///
/// # Errors
/// In production, or when the database does not answer.
pub async fn incidents(ctx: &Context, number: i64, mut tell: impl FnMut(i64)) -> Result<Made> {
    ensure!(
        !ctx.settings.profile.is_production(),
        "Made-up incidents have no place in production. Use a database of your own and ENV=dev."
    );
    ensure!(number > 0, "Say how many incidents, at least 1.");
    let began = Instant::now();
    let drawn = Drawn { number, before: reserve(ctx, number).await?, now: ctx.now() };
    let next = AtomicI64::new(1);
    let (done, mut told) = mpsc::unbounded_channel();
    let hands = std::thread::available_parallelism().map_or(1, usize::from).min(HANDS);
    let work = try_join_all((0..hands).map(|_| write_stretches(ctx, drawn, &next, done.clone())));
    let telling = async {
        drop(done);
        let mut made = 0;
        while let Some(incidents) = told.recv().await {
            made += incidents;
            tell(made);
        }
    };
    let (rows, ()) = tokio::join!(work, telling);
    let rows = rows?.into_iter().sum();
    // Plans of the first queries would be those of an empty desk.
    let mut conn = connect(ctx).await?;
    sqlx::raw_sql("VACUUM ANALYZE").execute(&mut conn).await.context("letting the database count")?;
    conn.close().await.context("closing the connection")?;
    Ok(Made { incidents: number, rows, took: began.elapsed() })
}

/// What all stretches have in common.
#[derive(Debug, Clone, Copy)]
struct Drawn {
    number: i64,
    /// The id before the first.
    before: i64,
    now: Timestamp,
}

/// Takes the next stretch as long as there is one, and says how many incidents each had; the rows of all.
async fn write_stretches(
    ctx: &Context,
    drawn: Drawn,
    next: &AtomicI64,
    done: mpsc::UnboundedSender<i64>,
) -> Result<u64> {
    let mut conn = connect(ctx).await?;
    let ground = GROUND.replace("$1", &format!("'{}'", drawn.now.to_rfc3339()));
    sqlx::raw_sql(AssertSqlSafe(ground)).execute(&mut conn).await.context("making people and places")?;
    let mut rows = 0;
    loop {
        let first = next.fetch_add(STRETCH, Ordering::Relaxed);
        if first > drawn.number {
            break;
        }
        let last = drawn.number.min(first + STRETCH - 1);
        rows += write_stretch(&mut conn, drawn, first, last).await?;
        // Whoever listens may have gone; the rows are there all the same.
        let _told = done.send(last - first + 1);
    }
    conn.close().await.context("closing the connection")?;
    Ok(rows)
}

async fn write_stretch(conn: &mut PgConnection, drawn: Drawn, first: i64, last: i64) -> Result<u64> {
    let mut tx = conn.begin().await.context("beginning a transaction")?;
    sqlx::raw_sql("TRUNCATE made").execute(&mut *tx).await.context("forgetting the stretch before")?;
    sqlx::query(INCIDENTS)
        .bind(first)
        .bind(last)
        .bind(drawn.number)
        .bind(drawn.before)
        .bind(drawn.now)
        .execute(&mut *tx)
        .await
        .context("drawing incidents")?;
    let mut rows = 0;
    for sql in [ROWS, HISTORY] {
        rows += sqlx::raw_sql(sql).execute(&mut *tx).await.context("writing what was drawn")?.rows_affected();
    }
    tx.commit().await.context("storing a stretch")?;
    Ok(rows)
}

/// A connection of its own: its settings and temporary tables end with it. Where the database lets us, references are
/// not looked up row by row: every one of them was just read from the table it points to.
async fn connect(ctx: &Context) -> Result<PgConnection> {
    let options = (*ctx.db.connect_options()).clone().disable_statement_logging();
    let mut conn = PgConnection::connect_with(&options).await.context("connecting to the database")?;
    sqlx::raw_sql(
        "SET statement_timeout = 0; SET synchronous_commit = off; SET jit = off; SET work_mem = '64MB'",
    )
    .execute(&mut conn)
    .await
    .context("preparing the connection")?;
    let may: bool = sqlx::query_scalar("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        .fetch_one(&mut conn)
        .await
        .context("asking what the database lets us do")?;
    if may {
        sqlx::raw_sql("SET session_replication_role = replica")
            .execute(&mut conn)
            .await
            .context("preparing the connection")?;
    }
    Ok(conn)
}

/// Takes numbers out of the sequence, so that nobody who declares meanwhile gets one of them; the last one before.
async fn reserve(ctx: &Context, number: i64) -> Result<i64> {
    let last: i64 = sqlx::query_scalar(
        "SELECT setval(s, nextval(s) - 1 + $1) - $1 FROM pg_get_serial_sequence('incidents', 'id') AS s",
    )
    .bind(number)
    .fetch_one(&ctx.db)
    .await
    .context("reserving numbers")?;
    Ok(last)
}
