//! The server dies anywhere and nothing is lost, nothing is said twice.
//!
//! A story runs once undisturbed and writes down every fault point that the server reaches. Then it runs once per
//! point: the server dies there as by `kill -9`, is started again, and the end state of database and Slack must be the
//! same. A new story is one entry of [`DOORS`]; a new fault point is covered by being reached, and one that no story
//! reaches makes this red. Points that need a second server are those of [`crate::takeover`].

use crate::{
    stories::{AFTERWARDS, DOORS, Story, difference, fault_points, is_asked},
    takeover::OF_SERVERS,
};
use futures::{StreamExt, stream};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};
use tests::app::{App, Setup};

/// Each point is hit at its first, and the busiest ones at a later occurrence too: once, in the first story that
/// reaches it.
const OCCURRENCES: [usize; 2] = [1, 3];
/// What operations do is hit in every story, more often.
const COMMITS: (&str, [usize; 3]) = ("write.", [1, 2, 4]);
/// Two cores: more at once only wait for each other.
const AT_ONCE: usize = 3;

/// Runs a story, with a fault or undisturbed, and says how it ended.
async fn run(story: Story, env: &[(&str, &str)]) -> Result<Value, String> {
    let setup = env.iter().fold(Setup::default(), |setup, (name, value)| setup.env(name, value));
    let t = App::with(setup).await;
    story(&t).await;
    t.catch_up().await;
    let violations = t.sandbox.violations();
    if !violations.is_empty() {
        return Err(format!("contracts broken: {violations:#?}"));
    }
    let state = t.end_state().await;
    t.ends().await;
    Ok(state)
}

// CORE-049 CORE-072 CORE-073: a crash between any two steps loses nothing and repeats nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_anywhere_ends_as_if_nothing_had_happened() {
    let started = Instant::now();
    let (mut covered, mut points) = (BTreeSet::<String>::new(), BTreeSet::<String>::new());
    for (name, story) in DOORS.iter().chain(AFTERWARDS) {
        let log =
            std::env::temp_dir().join(format!("firefighter-faults-{}-{}", std::process::id(), name.len()));
        let path = log.display().to_string();
        let undisturbed =
            run(*story, &[("FF_FAULT_LOG", &path)]).await.expect("the undisturbed run ends well");
        let reached = std::fs::read_to_string(&log).expect("fault points are written down");
        let _gone = std::fs::remove_file(&log);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for point in reached.lines() {
            *counts.entry(point).or_default() += 1;
        }
        assert!(counts.len() > 10, "the story reaches the fault points: {counts:?}");
        points.extend(counts.keys().map(ToString::to_string));
        let cells: Vec<String> = cells(&counts)
            .into_iter()
            .filter(|cell| covered.insert(cell.clone()) || cell.starts_with(COMMITS.0))
            .filter(|cell| is_asked(cell))
            .collect();
        let total = cells.len();
        let failed: Vec<String> = stream::iter(cells)
            .map(|cell| {
                let undisturbed = &undisturbed;
                async move {
                    let ended = run(*story, &[("FF_FAULT", &cell)]).await;
                    match ended {
                        Ok(state) if state == *undisturbed => None,
                        Ok(state) => Some(format!("{cell}: {}", difference(undisturbed, &state))),
                        Err(why) => Some(format!("{cell}: {why}")),
                    }
                }
            })
            .buffer_unordered(AT_ONCE)
            .filter_map(|failed| async { failed })
            .collect()
            .await;
        println!("crash: {name}: {total} cells, {} s so far", started.elapsed().as_secs());
        assert!(
            failed.is_empty(),
            "{name}: {} of {total} cells differ:\n{}",
            failed.len(),
            failed.join("\n\n")
        );
    }
    let unreached: Vec<String> =
        fault_points().into_iter().filter(|point| !is_of_servers(point) && !points.contains(point)).collect();
    assert!(unreached.is_empty(), "no story reaches {unreached:?}");
    assert!(started.elapsed() < Duration::from_secs(1_800), "the driver hangs");
}

fn is_of_servers(point: &str) -> bool {
    OF_SERVERS.iter().any(|of| point.starts_with(of))
}

/// Which occurrence of which point, of those that a story reaches.
fn cells(counts: &BTreeMap<&str, usize>) -> Vec<String> {
    let mut cells = Vec::new();
    for (point, count) in counts.iter().filter(|(point, _)| !is_of_servers(point)) {
        let nth = if point.starts_with(COMMITS.0) { &COMMITS.1[..] } else { &OCCURRENCES[..] };
        cells.extend(nth.iter().filter(|nth| **nth <= *count).map(|nth| format!("{point}@{nth}")));
    }
    cells
}
