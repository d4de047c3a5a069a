//! Asks for a while with a number of connections, and says what it took.

use super::{
    cases::{Asker, Case},
    cpu,
    ground::Ground,
    http::Connection,
    wire::{Replay, Said, Tap},
};
use anyhow::{Context as _, Result, ensure};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// Connections of the server learn their statements, caches fill.
const WARM_UP: Duration = Duration::from_millis(700);
/// What goes on behind an answer is over after this.
const AFTERWARDS: Duration = Duration::from_millis(300);
const AT_LEAST: usize = 20;

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    pub per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// Of one request.
    pub server_cpu_ms: f64,
    pub database_cpu_ms: f64,
    /// Of the server, at the end.
    pub memory_mb: f64,
}

/// Numbers requests, so that no two ask the same.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

/// A server, and who asks it.
pub struct Target<'a> {
    pub ground: &'a Ground,
    pub address: String,
    pub pid: u32,
    pub asker: Arc<Asker>,
    pub counter: Arc<Counter>,
}

impl Target<'_> {
    /// Asks for `during` with so many connections.
    pub async fn measure(&self, case: Case, connections: usize, during: Duration) -> Result<Measured> {
        self.ask(case, connections, WARM_UP.min(during), connections).await?;
        tokio::time::sleep(if case.works_on() { AFTERWARDS } else { Duration::ZERO }).await;
        let before = (cpu::of_process(self.pid)?, self.ground.database_cpu()?);
        let began = Instant::now();
        let mut took = self.ask(case, connections, during, AT_LEAST).await?;
        let elapsed = began.elapsed();
        tokio::time::sleep(if case.works_on() { AFTERWARDS } else { Duration::ZERO }).await;
        let after = (cpu::of_process(self.pid)?, self.ground.database_cpu()?);
        took.sort_unstable();
        let count = took.len();
        let at = |part: f64| {
            let place = ((count as f64 * part).ceil() as usize).clamp(1, count) - 1;
            took.get(place).map_or(0.0, |took| took.as_secs_f64() * 1000.0)
        };
        Ok(Measured {
            per_second: count as f64 / elapsed.as_secs_f64(),
            p50_ms: at(0.5),
            p99_ms: at(0.99),
            server_cpu_ms: (after.0 - before.0) / count as f64,
            database_cpu_ms: (after.1 - before.1) / count as f64,
            memory_mb: cpu::memory(self.pid)?,
        })
    }

    async fn ask(
        &self,
        case: Case,
        connections: usize,
        during: Duration,
        at_least: usize,
    ) -> Result<Vec<Duration>> {
        let end = Instant::now() + during;
        let each = at_least.div_ceil(connections);
        let tasks = (0..connections).map(|_| {
            let (address, asker, counter) = (self.address.clone(), self.asker.clone(), self.counter.clone());
            tokio::spawn(async move {
                let mut connection = Connection::open(&address).await?;
                let mut took = Vec::new();
                while took.len() < each || Instant::now() < end {
                    let request = asker.request(case, counter.next());
                    let began = Instant::now();
                    let answer = connection.ask(&request).await?;
                    took.push(began.elapsed());
                    expect(case, answer.status, &answer.body)?;
                }
                anyhow::Ok(took)
            })
        });
        let mut all = Vec::new();
        for task in tasks.collect::<Vec<_>>() {
            all.extend(task.await.context("a connection")??);
        }
        Ok(all)
    }

    /// What one request says to the database, counted on a quiet server: the median of several, and the last of them.
    pub async fn statements(&self, tap: &Tap, case: Case) -> Result<(u64, Vec<Said>, Vec<u8>)> {
        let mut connection = Connection::open(&self.address).await?;
        let (mut counts, mut kept, mut body) = (Vec::new(), vec![], vec![]);
        for round in 0..9 {
            tokio::time::sleep(AFTERWARDS).await;
            tap.clear();
            let answer = connection.ask(&self.asker.request(case, self.counter.next())).await?;
            expect(case, answer.status, &answer.body)?;
            if case.works_on() {
                tokio::time::sleep(AFTERWARDS).await;
            }
            // The first ones teach connections their statements and fill caches.
            if round >= 4 {
                counts.push(tap.statements());
                (kept, body) = (tap.kept(), answer.body);
            }
        }
        counts.sort_unstable();
        Ok((counts[counts.len() / 2], kept, body))
    }

    /// CPU milliseconds of the database for the same statements, said bare on one connection.
    pub async fn bare(&self, database: &str, said: &[Said], case: Case, before: &[String]) -> Result<f64> {
        let mut replay =
            Replay::prepare(&self.ground.place()?, database, said, case.works_on(), before).await?;
        for _ in 0..10 {
            replay.once().await?;
        }
        let (from, began, mut times) = (self.ground.database_cpu()?, Instant::now(), 0_u32);
        while began.elapsed() < Duration::from_millis(800) || times < 20 {
            replay.once().await?;
            times += 1;
        }
        Ok((self.ground.database_cpu()? - from) / f64::from(times))
    }
}

fn expect(case: Case, status: u16, body: &[u8]) -> Result<()> {
    let said = || String::from_utf8_lossy(&body[..body.len().min(600)]).into_owned();
    ensure!(status == case.expects(), "{} answers {status}: {}", case.name(), said());
    Ok(())
}
