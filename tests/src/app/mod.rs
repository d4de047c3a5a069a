//! The product under test: the real binary, on a database of its own, beside the sandbox.
//!
//! ```ignore
//! let t = App::start().await;                     // server, database, twins
//! let yusuf = t.web("yusuf.demir").await;         // signed in by the form
//! let incident = t.api().declare(json!({ … })).await;
//! t.run_jobs().await;                             // until nothing waits
//! t.ends_well().await;                            // no job left over, no contract broken
//! ```
//!
//! Databases are clones of one migrated template; the PostgreSQL is that of `FF_TEST_POSTGRES` or one that the binary
//! starts in the target folder.

pub mod cluster;
pub mod doors;
mod end_state;
pub mod process;
pub mod slack;

pub use doors::{Api, Web};
pub use process::Server;
pub use slack::Person;

use crate::sandbox::{Options, Sandbox};
use sqlx::PgPool;
use std::time::{Duration, Instant};

/// How an [`App`] is set up.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// Variables beside the usual ones; an empty value takes one away.
    pub env: Vec<(String, String)>,
    /// The server runs without its worker.
    pub no_worker: bool,
    /// Slack is not set up at all.
    pub no_slack: bool,
    /// No channel is tagged for announcements.
    pub no_announcements: bool,
}

impl Setup {
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }
}

pub struct App {
    pub sandbox: Sandbox,
    pub db: PgPool,
    pub server: Server,
    database: cluster::Database,
}

impl App {
    /// Server, database and twins, as a developer gets them.
    pub async fn start() -> Self {
        Self::with(Setup::default()).await
    }

    /// The same, set up differently.
    pub async fn with(setup: Setup) -> Self {
        let sandbox = Sandbox::start(Options::default()).await.expect("the sandbox starts");
        let database = if setup.no_slack || setup.no_announcements {
            cluster::Database::fresh().await
        } else {
            cluster::Database::that_announces().await
        };
        let db = PgPool::connect(&database.url).await.expect("the test's database answers");
        let server = Server::start(&database.url, &sandbox, &setup).await;
        sandbox.connect(&server.url);
        App { sandbox, db, server, database }
    }

    /// The address of the server.
    pub fn url(&self) -> &str {
        &self.server.url
    }

    /// Another server on the same database.
    pub async fn another_server(&self, setup: Setup) -> Server {
        Server::start(&self.database.url, &self.sandbox, &setup).await
    }

    /// A worker of its own on the same database, that answers nobody.
    pub async fn another_worker(&self) -> Server {
        Server::worker_alone(&self.database.url, &self.sandbox, &Setup::default().env("BASE_URL", self.url()))
            .await
    }

    /// Closes the database to everybody, as when it is down; or opens it again.
    pub async fn close_database(&self, closed: bool) {
        self.database.close(closed).await;
    }

    /// Stops the server and copies its database; start the server anew before going on.
    pub async fn twin_database(&self) -> cluster::Database {
        self.server.kill().await;
        self.database.twin().await
    }

    /// Leaves nothing behind: for drivers of hundreds of runs. What else is left the next run takes away.
    pub async fn ends(self) {
        self.server.kill().await;
        self.db.close().await;
        self.database.drop_now().await;
    }

    /// Kills the server as by `kill -9`.
    pub async fn kill(&self) {
        self.server.kill().await;
    }

    /// Starts the server anew at the same address.
    pub async fn restart(&self) {
        self.server.restart().await;
    }

    /// A REST client with a new token of this person, created by the command line.
    pub async fn api_as(&self, email: &str) -> Api {
        let out = self.server.cli(&["token", "create", email]).await;
        let token =
            out.split_whitespace().find(|w| w.len() == 40 && w.bytes().all(|b| b.is_ascii_hexdigit()));
        Api::new(&self.server.url, token.unwrap_or_else(|| panic!("a token is printed: {out}")))
    }

    /// A person in Slack, by Slack's id.
    pub fn slack(&self, id: &str) -> Person {
        Person::new(&self.sandbox, id)
    }

    /// A browser without JavaScript in which this person has signed in.
    pub async fn web_as(&self, username: &str) -> Web {
        Web::signed_in(&self.server.url, username).await
    }

    /// A browser without JavaScript in which nobody has signed in.
    pub fn web(&self) -> Web {
        Web::new(&self.server.url)
    }

    /// Works until no job is left to do: starts the server anew when it died by a fault, and moves the clock to the
    /// moment that the first job of a lane waits for. What stands behind a parked job that holds its lane waits for a person.
    pub async fn run_jobs(&self) {
        let end = Instant::now() + Duration::from_secs(180);
        loop {
            self.stay_alive().await;
            self.sandbox.settle().await.expect("events are taken");
            let (unfinished, due_in_us): (i64, Option<i64>) = sqlx::query_as(
                "SELECT count(*), CASE WHEN bool_or(state = 'running') THEN 0
                                       ELSE (extract(epoch FROM min(run_at) FILTER (WHERE NOT EXISTS (
                                               SELECT FROM jobs f WHERE f.lane IN (j.lane, j.behind_lane) AND f.place < j.place
                                               AND f.state = 'waiting' AND (f.lane = j.lane OR f.holds_lane)
                                             ))) * 1000000)::bigint - $1 END
                 FROM jobs j WHERE state = 'running'
                    OR state = 'waiting' AND NOT EXISTS (SELECT FROM jobs b WHERE b.lane = j.lane AND b.place < j.place
                                                         AND b.state = 'parked' AND b.holds_lane)
                       AND NOT EXISTS (SELECT FROM jobs h WHERE h.lane = j.behind_lane AND h.place < j.place
                                                         AND h.state = 'parked' AND h.holds_lane)",
            )
            .bind(self.sandbox.read(|state| state.clock.now_micros()))
            .fetch_one(&self.db)
            .await
            .expect("jobs can be counted");
            if unfinished == 0 {
                return;
            }
            assert!(Instant::now() < end, "jobs do not end: {:#?}\n{}", self.jobs().await, self.server.log());
            match due_in_us {
                Some(later) if later > 0 => {
                    self.sandbox.hears().await.expect("the sandbox answers");
                    self.sandbox.advance(Duration::from_micros(later.unsigned_abs() + 1000));
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                _ => tokio::time::sleep(Duration::from_millis(15)).await,
            }
        }
    }

    /// Opens a page and sends its form until the server has answered to the end: a person who presses again. The form
    /// and its key stay the same.
    pub async fn insist(&self, web: &Web, at: &str, action: &str, fill: &[(&str, &str)]) -> doors::Page {
        let mut opened = None;
        for _ in 0..20 {
            self.stay_alive().await;
            if opened.is_none() {
                opened = web.try_get(at).await.ok();
            }
            if let Some(page) = &opened
                && let Ok(answer) = web.try_submit(page, action, fill).await
            {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{action} is not accepted: {}", self.server.log());
    }

    /// Lets Slack deliver again what was not taken (after one and after five minutes), and works until nothing is left.
    pub async fn catch_up(&self) {
        self.sandbox.settle().await.expect("events are sent");
        let end = Instant::now() + Duration::from_secs(20);
        while self.sandbox.read(|state| state.deliveries.owed) > 0 {
            assert!(Instant::now() < end, "events are never taken: {}", self.server.log());
            self.stay_alive().await;
            self.sandbox.advance(Duration::from_secs(30));
            // The twin looks at its clock ten times a second.
            tokio::time::sleep(Duration::from_millis(110)).await;
        }
        self.run_jobs().await;
    }

    /// Catches up, and presses Retry on the page of the incident for everything that waits for a person, as often as
    /// there is something. What was pressed for, with the reason that the page gave.
    pub async fn mend(&self) -> Vec<String> {
        let mut pressed = Vec::new();
        for _ in 0..20 {
            self.catch_up().await;
            let parked: Vec<(String, String, Option<i64>)> = sqlx::query_as(
                "SELECT kind, coalesce(reason, ''), incident_id FROM jobs WHERE state = 'parked' ORDER BY place",
            )
            .fetch_all(&self.db)
            .await
            .expect("jobs can be read");
            let Some((kind, reason, incident)) = parked.first().cloned() else { return pressed };
            let incident =
                incident.unwrap_or_else(|| panic!("{kind} is parked where nobody sees it: {reason}"));
            let web = self.web_as("yusuf.demir").await;
            let page = web.get(&format!("/incident/{incident}/")).await;
            let text = page.text();
            let told = parked.iter().find(|(_, reason, _)| !reason.is_empty() && text.contains(reason));
            let (kind, reason, _) =
                told.unwrap_or_else(|| panic!("the page does not say why: {parked:?}: {text}"));
            pressed.push(format!("{kind}: {reason}"));
            web.submit(&page, "/fn/delivery/retry", &[]).await;
        }
        panic!("Retry does not help: {pressed:#?}");
    }

    /// Starts the server anew, without its fault, when it died.
    pub async fn stay_alive(&self) {
        if !self.server.is_running().await {
            self.server.set_env("FF_FAULT", "");
            self.server.restart().await;
        }
    }

    /// Waits until every job is finished or waits for a moment that has not come.
    pub async fn until_idle(&self) {
        let end = Instant::now() + Duration::from_secs(40);
        loop {
            let now = self.sandbox.read(|state| state.clock.now_micros());
            let busy: i64 = sqlx::query_scalar(
                "SELECT count(*) FROM jobs j WHERE state = 'running'
                    OR state = 'waiting' AND run_at <= to_timestamp($1::float8 / 1000000)
                       AND NOT EXISTS (SELECT FROM jobs b WHERE b.lane = j.lane AND b.place < j.place
                                       AND b.state IN ('waiting', 'parked') AND (b.state = 'waiting' OR b.holds_lane))
                       AND NOT EXISTS (SELECT FROM jobs h WHERE h.lane = j.behind_lane AND h.place < j.place
                                       AND h.state IN ('waiting', 'parked') AND h.holds_lane)",
            )
            .bind(now as f64)
            .fetch_one(&self.db)
            .await
            .expect("jobs can be counted");
            if busy == 0 {
                return;
            }
            assert!(Instant::now() < end, "jobs do not come to rest: {:#?}", self.jobs().await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// `kind: state (reason)` of every job, in the order of their places.
    pub async fn jobs(&self) -> Vec<String> {
        sqlx::query_scalar(
            "SELECT kind || ': ' || state || coalesce(' (' || reason || ')', '') FROM jobs ORDER BY place, id",
        )
        .fetch_all(&self.db)
        .await
        .expect("jobs can be read")
    }

    /// Moves product time for the server and the twins.
    pub async fn advance(&self, by: Duration) {
        self.sandbox.hears().await.expect("the sandbox answers");
        self.sandbox.advance(by);
        // The server follows the clock five times a second.
        tokio::time::sleep(Duration::from_millis(450)).await;
    }

    /// Nothing is left over: every job is done or merged, no vendor contract was broken, the record is whole.
    pub async fn ends_well(&self) {
        self.run_jobs().await;
        let odd: Vec<String> = sqlx::query_scalar(
            "SELECT kind || ': ' || state || coalesce(' (' || reason || ')', '') FROM jobs
             WHERE state NOT IN ('done', 'merged') ORDER BY id",
        )
        .fetch_all(&self.db)
        .await
        .expect("jobs can be read");
        assert!(odd.is_empty(), "jobs that did not end well: {odd:#?}");
        self.keeps_contracts();
        let verdict = self.server.cli(&["verify"]).await;
        assert!(!verdict.to_lowercase().contains("broken at"), "{verdict}");
    }

    /// No request of ours and no answer broke a vendor's contract.
    pub fn keeps_contracts(&self) {
        let violations = self.sandbox.violations();
        assert!(violations.is_empty(), "contracts broken: {violations:#?}");
    }
}
