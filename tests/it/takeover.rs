//! Two servers on one database: one dies, stands still or is cut off, the other goes on, and nothing happens twice.
//!
//! A server without a worker takes what people do; two more share the work. The story runs once undisturbed; then one
//! of the two dies at each point of queue, lease and leader, as by `kill -9`; then it stands still at each point where
//! it holds a job, as by `kill -STOP`, until its lease is over and the other one has done its work, and goes on. The
//! end state of database and Slack must be the same each time.

use crate::stories::{self, difference};
use futures::{FutureExt, StreamExt, future::join, stream};
use serde_json::Value;
use std::{
    cell::Cell,
    collections::BTreeSet,
    panic::AssertUnwindSafe,
    time::{Duration, Instant},
};
use tests::{
    app::{App, Server, Setup, doors::P2},
    sandbox::faults::{Fault, Kind},
};

/// Two cores: more at once only wait for each other.
const AT_ONCE: usize = 3;
/// Points that belong to the servers and not to a story; the driver of one server leaves them to this one.
pub const OF_SERVERS: [&str; 3] = ["queue.", "lease.", "leader."];
/// Where a server that stands still holds a job.
const HOLDING: [&str; 8] = [
    "queue.claimed",
    "slack.before_call conversations.create",
    "slack.after_call conversations.create",
    "slack.before_call chat.postMessage",
    "slack.after_call chat.postMessage",
    "slack.stored",
    "job.before_finish",
    "queue.before_finish",
];

/// The doors, and two servers that work; the first one leads.
struct Desk {
    t: App,
    first: Server,
    second: Server,
}

/// The doors alone.
async fn doors() -> App {
    App::with(Setup { no_worker: true, ..Setup::default() }).await
}

/// A server that works for these doors: what it says in Slack leads there.
async fn worker(t: &App, setup: Setup) -> Server {
    t.another_server(setup.env("BASE_URL", t.url())).await
}

async fn leader(t: &App, setup: Setup) -> Server {
    let first = worker(t, setup).await;
    until("the first leads", || async { first.log().contains("leads the schedules") }).await;
    first
}

fn faulty(point: &str) -> Setup {
    Setup::default().env("FF_FAULT", point)
}

impl Desk {
    async fn open(first: Setup, second: Setup) -> Self {
        let t = doors().await;
        let first = leader(&t, first).await;
        let second = worker(&t, second).await;
        Desk { t, first, second }
    }

    /// Jobs that the clock began, and how many different ones.
    async fn ticks(&self) -> (i64, i64) {
        sqlx::query_as("SELECT count(*), count(DISTINCT once_key) FROM jobs WHERE vendor = 'core'")
            .fetch_one(&self.t.db)
            .await
            .expect("countable")
    }

    /// The clock does its work.
    async fn hour_passes(&self) {
        if self.ticks().await.0 == 0 {
            self.t.advance(Duration::from_secs(3600)).await;
        }
        until("the hour is rooted", || async { self.ticks().await.0 > 0 }).await;
        self.t.catch_up().await;
    }

    /// An hour later: how it ended, when it ended well.
    async fn end(self) -> Result<Value, String> {
        self.hour_passes().await;
        let (ticks, different) = self.ticks().await;
        if ticks == 0 || ticks != different {
            return Err(format!("{ticks} ticks, {different} of them different"));
        }
        let violations = self.t.sandbox.violations();
        if !violations.is_empty() {
            return Err(format!("contracts broken: {violations:#?}"));
        }
        let state = self.t.end_state().await;
        let Desk { t, first, second } = self;
        join(first.kill(), second.kill()).await;
        t.ends().await;
        Ok(state)
    }
}

/// What people do; after they declared something else.
async fn happens(t: &App, meanwhile: impl Future<Output = ()>) {
    let web = t.web_as("yusuf.demir").await;
    let incident = stories::declare(t, &web, P2).await;
    meanwhile.await;
    t.run_jobs().await;
    stories::update(t, &web, &incident, "The rollback is complete, we watch the error rate.").await;
}

async fn until<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    let end = Instant::now() + Duration::from_secs(60);
    while !holds().await {
        assert!(Instant::now() < end, "never: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn nothing() {}

async fn dies(server: &Server) {
    until("it dies at its point", || async { !server.is_running().await }).await;
}

/// One server dies at this point.
async fn killed(point: &str) -> Result<Value, String> {
    match point {
        // Only who took a job over reaches it: the other one has to die before, and comes back.
        "lease.taken_over" => {
            let desk = Desk::open(faulty("queue.claimed"), faulty(point)).await;
            // Or it would do all the work before the other one comes to anything.
            desk.second.stop().await;
            let comes_back = async {
                dies(&desk.first).await;
                desk.second.go_on().await;
                dies(&desk.second).await;
                desk.first.set_env("FF_FAULT", "");
                desk.first.restart().await;
            };
            join(happens(&desk.t, nothing()), comes_back).await;
            desk.end().await
        }
        // Only who did not lead before begins to.
        "leader.leads" => {
            let desk = Desk::open(Setup::default(), faulty(point)).await;
            desk.first.kill().await;
            dies(&desk.second).await;
            desk.first.restart().await;
            happens(&desk.t, nothing()).await;
            desk.end().await
        }
        _ => {
            let desk = Desk::open(faulty(point), Setup::default()).await;
            if point == "lease.renewed" {
                // Leases are renewed after ten seconds.
                desk.t.sandbox.order(Fault::slack("chat.postMessage", Kind::Slow { ms: 11_000 }, 1));
            }
            // Or it may do all the work before the first one comes to its point.
            desk.second.stop().await;
            let goes_on = async {
                dies(&desk.first).await;
                desk.second.go_on().await;
            };
            let all_of_it = async {
                happens(&desk.t, nothing()).await;
                desk.hour_passes().await;
            };
            join(all_of_it, goes_on).await;
            desk.end().await
        }
    }
}

/// One server stands still at this point for longer than its lease.
async fn stopped(point: &str) -> Result<Value, String> {
    let t = doors().await;
    let first = leader(&t, faulty(&format!("{point}:stop"))).await;
    // The other one comes when it is needed: until then the first one does everything, and comes to its point.
    let stands_still = async {
        until("it stands still at its point", || first.stands_still()).await;
        let second = worker(&t, Setup::default()).await;
        let worker = first.worker().expect("it has a number");
        // As if a minute had passed.
        sqlx::query(
            "UPDATE jobs SET lease_until = clock_timestamp() WHERE worker = $1 AND state = 'running'",
        )
        .bind(worker)
        .execute(&t.db)
        .await
        .expect("machine time passes");
        second
    };
    let ((), second) = join(happens(&t, nothing()), stands_still).await;
    first.go_on().await;
    // What it was about to do it does now, or finds that it is not its any more.
    tokio::time::sleep(Duration::from_secs(1)).await;
    if !first.is_running().await {
        return Err(format!("it does not go on: {}", first.log()));
    }
    Desk { t, first, second }.end().await
}

async fn drive(
    name: &str,
    cells: Vec<&str>,
    undisturbed: &Value,
    run: impl AsyncFn(&str) -> Result<Value, String>,
) {
    let (started, total) = (Instant::now(), cells.len());
    let failed: Vec<String> = stream::iter(cells)
        .map(|point| {
            let ended = AssertUnwindSafe(run(point)).catch_unwind();
            async move {
                match ended.await {
                    Ok(Ok(state)) if state == *undisturbed => None,
                    Ok(Ok(state)) => Some(format!("{point}: {}", difference(undisturbed, &state))),
                    Ok(Err(why)) => Some(format!("{point}: {why}")),
                    Err(panic) => Some(format!("{point}: {}", stories::words(&*panic))),
                }
            }
        })
        .buffer_unordered(AT_ONCE)
        .filter_map(|failed| async { failed })
        .collect()
        .await;
    println!("two servers, one {name}: {total} cells, {} s", started.elapsed().as_secs());
    assert!(failed.is_empty(), "{} of {total} cells differ:\n{}", failed.len(), failed.join("\n\n"));
}

/// How the story ends when nothing happens.
async fn undisturbed() -> Value {
    let desk = Desk::open(Setup::default(), Setup::default()).await;
    happens(&desk.t, nothing()).await;
    desk.end().await.expect("the undisturbed run ends well")
}

// CORE-073: whoever of two dies at whatever point of the queue, the other one does its work, once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_of_two_servers_dies_the_other_goes_on() {
    let points = stories::fault_points();
    let cells: BTreeSet<&str> = points
        .iter()
        .map(String::as_str)
        .filter(|point| OF_SERVERS.iter().any(|of| point.starts_with(of)) || point.starts_with("job."))
        .collect();
    assert!(cells.len() >= 10, "{cells:?}");
    let undisturbed = undisturbed().await;
    drive("dies", cells.into_iter().collect(), &undisturbed, killed).await;
}

// A lease is for a server that stands still: what it does when it goes on is not done a second time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_stood_still_for_longer_than_its_lease_does_nothing_twice() {
    let undisturbed = undisturbed().await;
    drive("stands still", HOLDING.to_vec(), &undisturbed, stopped).await;
}

/// The worker that is about to say this in Slack: the attempt is noted, the answer is not.
async fn who_says(t: &App, kind: &str, purpose: &str) -> i32 {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let worker = sqlx::query_scalar(
            "SELECT j.worker FROM jobs j JOIN said s ON s.incident_id = j.incident_id
             WHERE j.state = 'running' AND j.kind = $1 AND s.purpose = $2 AND s.tried_at IS NOT NULL AND s.done_at IS NULL",
        )
        .bind(kind)
        .bind(purpose)
        .fetch_optional(&t.db)
        .await
        .expect("jobs can be read");
        if let Some(worker) = worker {
            return worker;
        }
        assert!(Instant::now() < end, "nobody runs {kind}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The database ends the session of a worker while it calls Slack; what it calls acts later than the other one's look.
async fn cut_off(method: &str) -> Result<Value, String> {
    let (kind, purpose) = match method {
        "conversations.create" => ("slack.create_channel", "create"),
        _ => ("slack.declared_card", "card"),
    };
    let desk = Desk::open(Setup::default(), Setup::default()).await;
    let late = Duration::from_secs(3);
    desk.t.sandbox.order(Fault::slack(method, Kind::Slow { ms: 3_000 }, 0).lasting());
    let number = Cell::new(0);
    let cut = async {
        number.set(who_says(&desk.t, kind, purpose).await);
        // Between the note and the call there is nothing but the call.
        tokio::time::sleep(Duration::from_millis(150)).await;
        let ended: Vec<bool> = sqlx::query_scalar(
            "SELECT pg_terminate_backend(pid) FROM pg_locks
             WHERE locktype = 'advisory' AND classid = 70 AND objid = $1::int::bigint::oid AND granted
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        )
        .bind(number.get())
        .fetch_all(&desk.t.db)
        .await
        .expect("sessions can be ended");
        assert_eq!(ended, [true], "the session of worker {}", number.get());
        desk.t.sandbox.comes_back();
        until("the other one takes over", || async {
            sqlx::query_scalar("SELECT EXISTS (SELECT FROM jobs WHERE taken_over OR attempt > 1)")
                .fetch_one(&desk.t.db)
                .await
                .expect("readable")
        })
        .await;
        // What was on its way comes through; no minute of product time passes before.
        tokio::time::sleep(late + Duration::from_millis(500)).await;
    };
    happens(&desk.t, cut).await;
    let was = format!("Worker {} is ready", number.get());
    let anew = |server: &Server| server.log().contains(&was) && server.worker() != Some(number.get());
    until("who was cut off takes a new number", || async { anew(&desk.first) || anew(&desk.second) }).await;
    desk.end().await
}

// Cut off and alive: the other one takes over at once, and what still comes through is found and is there once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_cut_off_while_it_calls_does_nothing_twice() {
    let undisturbed = undisturbed().await;
    drive("is cut off", vec!["conversations.create", "chat.postMessage"], &undisturbed, cut_off).await;
}
