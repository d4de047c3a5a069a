//! Stateful twins of the vendors: servers that remember, refuse what the vendor refuses and misbehave on order.
//!
//! One process plays them all, with one clock, one log and one list of faults: a module per vendor (`slack` today),
//! a control API for tests and drivers ([`control`]), and a face in the browser for people. Tests use it in
//! process ([`Sandbox::start`]), everybody else through the binary `sandbox`. It is never part of the product's binary.

pub mod clock;
pub mod control;
pub mod deliveries;
mod face;
pub mod faults;
pub mod slack;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

use crate::contracts::Contracts;
use clock::Clock;
use deliveries::Deliveries;
use faults::{Fault, Faults, Kind};
use slack::delivery::{Outgoing, envelope, send_event};
use slack::state::{Slack, base36};

/// Where the product listens for Slack when an address has no path of its own.
const SLACK_PATH: &str = "/api/v2/firefighter/slack/incident/";

/// How the twins are set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub addr: SocketAddr,
    /// The product: its base address, or the full address of its Slack endpoint. Absent: connected later.
    pub app_url: Option<String>,
    pub signing_secret: String,
    pub bot_token: String,
    /// The vendor contracts; absent: where [`Contracts::find`] looks.
    pub contracts: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            addr: SocketAddr::from(([127, 0, 0, 1], 0)),
            app_url: None,
            signing_secret: "sandbox-signing-secret".into(),
            bot_token: "xoxb-sandbox".into(),
            contracts: None,
        }
    }
}

/// The product, as the twins reach it and know it.
#[derive(Clone, Debug, Serialize)]
pub struct App {
    /// The Slack endpoint.
    pub url: Option<String>,
    #[serde(skip)]
    pub signing_secret: String,
    #[serde(skip)]
    pub bot_token: String,
}

/// Something that broke a vendor's contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// `a call`, `a reply`, `an answer`: the product's; `the twin's …`: ours.
    pub who: String,
    /// The method or the kind of delivery.
    pub what: String,
    pub problem: String,
}

/// All that the twins remember.
#[derive(Debug, Serialize)]
pub struct State {
    pub clock: Clock,
    pub app: App,
    pub faults: Faults,
    pub violations: Vec<Violation>,
    pub slack: Slack,
    pub deliveries: Deliveries,
}

impl State {
    fn fresh(options: &Options, clock: Clock) -> Self {
        let epoch = base36(u64::try_from(clock.now_s()).unwrap_or_default());
        State {
            clock,
            app: App {
                url: options.app_url.as_deref().map(endpoint),
                signing_secret: options.signing_secret.clone(),
                bot_token: options.bot_token.clone(),
            },
            faults: Faults::default(),
            violations: Vec::new(),
            slack: slack::seed::workspace(epoch, clock.now_micros()),
            deliveries: Deliveries::default(),
        }
    }

    /// Notes a breach of a contract.
    pub fn violate(&mut self, who: &str, what: &str, problem: String) {
        tracing::warn!(who, what, problem, "{who} {what} breaks the contract: {problem}");
        self.violations.push(Violation { who: who.into(), what: what.into(), problem });
    }
}

/// The address of the Slack endpoint: a base address gets the product's path.
fn endpoint(app_url: &str) -> String {
    let base = app_url.trim_end_matches('/');
    let has_path = base.split_once("://").is_some_and(|(_, rest)| rest.contains('/'));
    if has_path { app_url.to_owned() } else { format!("{base}{SLACK_PATH}") }
}

/// The running twins. Clones are the same sandbox.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    /// Rises with every change.
    version: watch::Sender<u64>,
    url: String,
    options: Options,
    contracts: Option<Arc<Contracts>>,
    http: reqwest::Client,
    outgoing: mpsc::UnboundedSender<Outgoing>,
}

impl Sandbox {
    /// Starts the twins; they run until the runtime ends.
    ///
    /// # Errors
    /// The address is taken, or the contracts cannot be read.
    pub async fn start(options: Options) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(options.addr)
            .await
            .with_context(|| format!("listening on {}", options.addr))?;
        let url = format!("http://{}", listener.local_addr()?);
        let contracts = match &options.contracts {
            Some(dir) => Some(Arc::new(Contracts::load(dir)?)),
            None => Contracts::find(),
        };
        let (outgoing, mut events) = mpsc::unbounded_channel();
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let state = Mutex::new(State::fresh(&options, Clock::default()));
        let inner = Inner { state, version: watch::Sender::new(0), url, options, contracts, http, outgoing };
        let sandbox = Sandbox(Arc::new(inner));

        let sender = sandbox.clone();
        tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                send_event(&sender, event).await;
            }
        });
        let routes =
            slack::routes().merge(control::routes()).merge(face::routes()).with_state(sandbox.clone());
        tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                tracing::error!(%error, "The sandbox stopped serving");
            }
        });
        Ok(sandbox)
    }

    /// `http://127.0.0.1:<port>`, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// What the product takes as `SLACK_API_URL`.
    pub fn slack_api_url(&self) -> String {
        format!("{}/slack/api", self.0.url)
    }

    /// What the product takes as `FF_CLOCK`.
    pub fn clock_url(&self) -> String {
        format!("{}/clock", self.0.url)
    }

    /// Connects the product: its base address, or that of its Slack endpoint.
    pub fn connect(&self, app_url: &str) {
        self.with(|state| state.app.url = Some(endpoint(app_url)));
    }

    /// Where deliveries go, when a product is connected.
    pub fn app_url(&self) -> Option<String> {
        self.read(|state| state.app.url.clone())
    }

    pub fn contracts(&self) -> Option<&Contracts> {
        self.0.contracts.as_deref()
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.0.http
    }

    /// Looks at the state.
    pub fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.0.state.lock().expect("nothing panics while it holds the state"))
    }

    /// Changes the state; events that came of it are sent, in order.
    pub fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.0.state.lock().expect("nothing panics while it holds the state");
        let out = change(&mut state);
        for event in std::mem::take(&mut state.slack.outbox) {
            let outgoing = envelope(&mut state, event);
            state.deliveries.waiting += 1;
            if self.0.outgoing.send(outgoing).is_err() {
                state.deliveries.waiting -= 1;
            }
        }
        drop(state);
        self.0.version.send_modify(|version| *version += 1);
        out
    }

    /// Rises with every change.
    pub fn version(&self) -> watch::Receiver<u64> {
        self.0.version.subscribe()
    }

    /// Everything as at the start; clock, app address and contracts stay.
    pub fn reset(&self) {
        self.with(|state| {
            let mut fresh = State::fresh(&self.0.options, state.clock);
            fresh.app.url = state.app.url.take();
            fresh.deliveries.waiting = state.deliveries.waiting;
            *state = fresh;
        });
    }

    /// Moves product time.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.with(|state| state.clock.offset_ms += by);
    }

    /// Product time stands still from now on.
    pub fn stop_clock(&self) {
        self.with(|state| state.clock.stands_at_ms = Some(state.clock.now_ms()));
    }

    /// Orders a fault.
    pub fn order(&self, fault: Fault) {
        self.with(|state| state.faults.order(fault));
    }

    /// Everything fails with 503 until [`Sandbox::comes_back`].
    pub fn goes_down(&self) {
        self.order(Fault::slack("*", Kind::Down, 0).lasting());
    }

    /// Ends all faults.
    pub fn comes_back(&self) {
        self.with(|state| state.faults.clear());
    }

    /// Breaches of the contracts so far.
    pub fn violations(&self) -> Vec<Violation> {
        self.read(|state| state.violations.clone())
    }

    /// How often the product called a method, whatever came of it.
    pub fn calls(&self, method: &str) -> usize {
        self.read(|state| state.deliveries.all().iter().filter(|call| call.what == method).count())
    }

    /// What arrived before this is done: also what a server sent that is dead by now. Before the clock moves, or a minute
    /// of product time passes while a request waits to be read.
    ///
    /// # Errors
    /// It does not answer itself.
    pub async fn hears(&self) -> anyhow::Result<()> {
        for _ in 0..2 {
            reqwest::get(self.clock_url()).await.context("the sandbox answers itself")?;
        }
        Ok(())
    }

    /// Waits until every event has been sent once; at most ten seconds.
    ///
    /// # Errors
    /// Events still wait after that time.
    pub async fn settle(&self) -> anyhow::Result<()> {
        let end = Instant::now() + Duration::from_secs(10);
        while self.read(|state| state.deliveries.waiting) > 0 {
            anyhow::ensure!(Instant::now() < end, "events still wait to be sent");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
