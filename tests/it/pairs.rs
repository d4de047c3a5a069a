//! Two things go wrong in one story: two faults, or a fault and a crash. Every kind meets every kind, at methods that
//! take turns; too many for every day: `make test-all`.

use crate::{
    faults::{Cell, drive, kinds, undisturbed},
    stories::DOORS,
};
use std::time::Instant;
use tests::{
    app::Setup,
    sandbox::faults::{Fault, Kind},
};

/// Something that goes wrong at a method.
#[derive(Clone)]
enum Wrong {
    Vendor(&'static str, Kind),
    /// The server dies at this point of its call.
    Dies(&'static str),
}

impl Wrong {
    fn name(&self) -> &'static str {
        match self {
            Wrong::Vendor(name, _) | Wrong::Dies(name) => name,
        }
    }

    /// Slack does it, and nobody hears so.
    fn acts(&self) -> bool {
        matches!(self, Wrong::Vendor(_, Kind::LostAnswer | Kind::TimesOut { .. }))
    }

    fn is_met(&self, method: &str, cell: &mut Cell) {
        match self {
            Wrong::Vendor(_, kind) => cell.faults.push(Fault::slack(method, kind.clone(), 1)),
            Wrong::Dies(point) => {
                cell.setup = Setup::default().env("FF_FAULT", &format!("{point} {method}"));
            }
        }
    }
}

// Whatever two things go wrong, they do not make a third.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "minutes long: make test-all"]
async fn every_kind_meets_every_kind() {
    let started = Instant::now();
    let (name, story) = DOORS[0];
    let told = [undisturbed(name, story).await];
    let methods: Vec<&String> = told[0].calls.iter().filter(|call| call.contains('.')).collect();
    let crashes = ["slack.before_call", "slack.after_call"].map(Wrong::Dies);
    let vendor = kinds().into_iter().map(|(name, kind)| Wrong::Vendor(name, kind));
    let wrongs: Vec<Wrong> = vendor.chain(crashes).collect();
    let mut cells = Vec::new();
    for (i, one) in wrongs.iter().enumerate() {
        for (j, other) in wrongs.iter().enumerate() {
            if matches!((one, other), (Wrong::Dies(_), Wrong::Dies(_))) {
                continue;
            }
            // Every method comes first and second, and now and then meets both.
            let n = i * wrongs.len() + j;
            let (first, mut second) = (methods[n % methods.len()], methods[(n / 2 + j) % methods.len()]);
            if first == second && one.acts() {
                // What is done is found and not asked for again.
                second = methods[(n + 1) % methods.len()];
            }
            let name = format!("{first} × {}, {second} × {}", one.name(), other.name());
            let mut cell = Cell { name, story: told[0].name, setup: Setup::default(), faults: Vec::new() };
            one.is_met(first, &mut cell);
            other.is_met(second, &mut cell);
            cells.push(cell);
        }
    }
    assert!(cells.len() > 150, "{} pairs", cells.len());
    drive("pairs", cells, &told, started).await;
}
