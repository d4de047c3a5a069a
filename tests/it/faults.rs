//! The vendor misbehaves in every way, at every call, and nothing is lost, nothing is said twice.
//!
//! The stories run once undisturbed; the twin's record tells which methods each of them calls. Then every method meets
//! every fault once, in the first story that calls it, and the end state of database and Slack must be that of the
//! undisturbed run – at once, or after the page said what waits and why and Retry was pressed. A new call is covered
//! by being reached; a call that the server can make and no story reaches makes this red.

use crate::stories::{CORNERS, DOORS, Story, difference, is_asked, words};
use futures::{FutureExt, StreamExt, stream};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    panic::AssertUnwindSafe,
    time::{Duration, Instant},
};
use tests::{
    app::{App, Setup},
    sandbox::{
        deliveries::Direction,
        faults::{Fault, Kind},
    },
};

/// A cell waits for half of its time. On two cores more at once only wait for each other.
const AT_ONCE: usize = 6;
/// Calls end after so long where one hangs.
const PATIENCE: &str = "1200";
const HANGS: u64 = 2_500;
/// So long, and it does not end: a loaded machine takes several times what an idle one does.
const ENDS_WITHIN: Duration = Duration::from_secs(1_800);

/// What a call can meet.
pub fn kinds() -> Vec<(&'static str, Kind)> {
    let refused = |code: &str| Kind::Error { code: code.into() };
    vec![
        ("429", Kind::RateLimited { retry_after: 7 }),
        ("500", Kind::Status500),
        ("503", Kind::Down),
        ("slow", Kind::Slow { ms: 250 }),
        ("hangs", Kind::Hang { ms: HANGS }),
        ("acts and hangs", Kind::TimesOut { ms: HANGS }),
        ("acts, answer lost", Kind::LostAnswer),
        ("reset", Kind::Reset),
        ("malformed", Kind::Malformed),
        ("scope missing", refused("missing_scope")),
        ("token revoked", refused("token_revoked")),
    ]
}

/// What goes wrong in one story.
pub struct Cell {
    pub name: String,
    pub story: &'static str,
    pub setup: Setup,
    pub faults: Vec<Fault>,
}

impl Cell {
    /// One method meets one fault.
    fn of(method: &str, (fault, kind): (&str, Kind), story: &'static str) -> Self {
        let name = format!("{method} × {fault} in {story:?}");
        Cell { name, story, setup: Setup::default(), faults: vec![Fault::slack(method, kind, 1)] }
    }
}

/// How an undisturbed run ended, and what it called.
pub struct Undisturbed {
    story: Story,
    pub name: &'static str,
    state: Value,
    pub calls: BTreeSet<String>,
}

async fn begin(setup: Setup) -> App {
    let t = App::with(setup.env("FF_SLACK_PATIENCE_MS", PATIENCE)).await;
    // The start asks who we are; what follows is the story's.
    let end = Instant::now() + Duration::from_secs(20);
    while t.sandbox.calls("auth.test") == 0 {
        assert!(Instant::now() < end, "the start does not ask who we are");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    t
}

pub async fn undisturbed(name: &'static str, story: Story) -> Undisturbed {
    let t = begin(Setup::default()).await;
    // What starting calls is the start's, not the story's.
    let before = t.sandbox.read(|s| s.deliveries.all().len());
    story(&t).await;
    t.catch_up().await;
    t.ends_well().await;
    let calls = t.sandbox.read(|s| {
        let calls = s.deliveries.all().iter().skip(before);
        calls.filter(|d| d.direction == Direction::FromApp).map(|d| d.what.clone()).collect()
    });
    let state = t.end_state().await;
    t.ends().await;
    Undisturbed { story, name, state, calls }
}

/// All stories, undisturbed.
async fn all_undisturbed() -> Vec<Undisturbed> {
    let stories = DOORS.iter().chain(CORNERS).copied();
    stream::iter(stories).map(|(name, story)| undisturbed(name, story)).buffered(AT_ONCE).collect().await
}

/// Why the cell is red, or whether it converged by itself.
async fn run(cell: &Cell, told: &Undisturbed) -> Result<bool, String> {
    let t = begin(cell.setup.clone()).await;
    cell.faults.iter().for_each(|fault| t.sandbox.order(fault.clone()));
    (told.story)(&t).await;
    let pressed = t.mend().await;
    let left: Vec<Fault> = t.sandbox.read(|s| s.faults.all().cloned().collect());
    if !left.is_empty() {
        return Err(format!("the fault was not met: {left:?}"));
    }
    let violations = t.sandbox.violations();
    if !violations.is_empty() {
        return Err(format!("contracts broken: {violations:#?}"));
    }
    let mut state = t.end_state().await;
    t.ends().await;
    let mut expected = told.state.clone();
    if !pressed.is_empty() {
        (state, expected) = (whenever(state), whenever(expected));
    }
    if state == expected {
        return Ok(pressed.is_empty());
    }
    Err(format!("{}\n    pressed Retry for {pressed:?}", difference(&expected, &state)))
}

/// What a person had to retry is said later than the rest, and says so.
fn whenever(mut state: Value) -> Value {
    for channel in state["channels"].as_array_mut().into_iter().flatten() {
        let Some(messages) = channel["messages"].as_array_mut() else { continue };
        for message in messages.iter_mut() {
            let said =
                message.as_str().unwrap_or_default().replace(" 🕰️ Meant for <time>, delivered late.", "");
            *message = said.into();
        }
        messages.sort_by_key(|message| message.to_string());
    }
    state
}

/// The methods that the server's code calls, of its client's.
fn callable() -> BTreeMap<String, String> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/src");
    let read = |path: &std::path::Path| std::fs::read_to_string(path).expect("readable");
    let transport = read(&root.join("slack/transport.rs"));
    let wire = |variant: &str| {
        let mark = format!("    {variant} = \"");
        let at = transport.find(&mark).unwrap_or_else(|| panic!("{variant} has a name")) + mark.len();
        transport[at..].split('"').next().expect("a name").to_owned()
    };
    let mut sources = String::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("readable").map(|e| e.expect("an entry").path()) {
            match entry.is_dir() {
                true => folders.push(entry),
                false => sources.push_str(&read(&entry)),
            }
        }
    }
    let client = read(&root.join("slack/client.rs"));
    let mut found = BTreeMap::new();
    for function in client.split("    pub async fn ").skip(1) {
        let name = function.split(['(', '<']).next().expect("a name");
        let Some(variant) = function.split("Method::").nth(1) else { continue };
        let variant: String = variant.chars().take_while(|c| c.is_alphanumeric()).collect();
        if sources.contains(&format!("slack.{name}(")) {
            found.insert(wire(&variant), name.to_owned());
        }
    }
    found
}

/// Runs the cells, tells how many and how long, and is red when one of them is.
pub async fn drive(what: &str, mut cells: Vec<Cell>, told: &[Undisturbed], started: Instant) {
    cells.retain(|cell| is_asked(&cell.name));
    let total = cells.len();
    let ended: Vec<(String, Result<bool, String>)> = stream::iter(cells)
        .map(|cell| async move {
            let story = told.iter().find(|u| u.name == cell.story).expect("its story");
            let ended = AssertUnwindSafe(run(&cell, story)).catch_unwind().await;
            (cell.name, ended.unwrap_or_else(|panic| Err(words(&*panic))))
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let alone = ended.iter().filter(|(_, e)| *e == Ok(true)).count();
    let retried = ended.iter().filter(|(_, e)| *e == Ok(false)).count();
    let seconds = started.elapsed().as_secs();
    println!("{what}: {total} cells, {alone} converged, {retried} parked and retried, {seconds} s");
    let failed: Vec<String> =
        ended.into_iter().filter_map(|(name, end)| end.err().map(|why| format!("{name}: {why}"))).collect();
    assert!(failed.is_empty(), "{} of {total} cells are red:\n{}", failed.len(), failed.join("\n\n"));
}

// SLK-269 SLK-225 CORE-072 CORE-073: slow down, no answer, lost answer, refusal: each call meets each and converges, or says what it waits for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_meets_every_fault_and_converges() {
    let started = Instant::now();
    let told = all_undisturbed().await;
    let mut reached: BTreeMap<&str, &'static str> = BTreeMap::new();
    for undisturbed in &told {
        for method in &undisturbed.calls {
            reached.entry(method).or_insert(undisturbed.name);
        }
    }
    let unreached: Vec<_> =
        callable().into_iter().filter(|(m, _)| !reached.contains_key(m.as_str())).collect();
    assert!(unreached.is_empty(), "no story reaches {unreached:?}");
    let mut cells = Vec::new();
    for (method, story) in &reached {
        for fault in kinds() {
            cells.push(Cell::of(method, fault, story));
        }
    }
    // Private channels forbidden: in the story that wants one.
    let forbidden = Kind::Error { code: "restricted_action".into() };
    let forbidden = ("private channels forbidden", forbidden);
    cells.push(Cell::of("conversations.create", forbidden, "a private incident"));
    drive("faults", cells, &told, started).await;
    assert!(started.elapsed() < ENDS_WITHIN, "the driver hangs");
}
