//! The fence: what is private does not exist for those outside it.
//!
//! One table ([`table`]) has a line for every page, form, endpoint, command, button, view and shortcut; the product
//! itself lists them, and one without a line fails the test. Two databases are the same in every row but one private
//! incident: it is erased from the second, its number stays burned. Everything is then asked of both, and whoever is
//! outside gets the same bytes from both – bodies and headers. Only four values may differ, blanked by name: the nonce
//! of a page, the key of a form, the id of a request, the id of a draft.

mod asks;
mod blank;
mod table;
mod twins;

use asks::Answered;
use std::{collections::BTreeSet, time::Instant};
use table::{Ask, CALLERS, Caller, TABLE};
use twins::{SECRET, Twins};

// CORE-050 API-004: every door, every caller, byte for byte.
#[tokio::test]
async fn outsiders_cannot_tell_whether_a_private_incident_exists() {
    let began = Instant::now();
    let twins = Twins::build().await;
    let listed: BTreeSet<String> = twins.with.cli(&["routes"]).await.lines().map(str::to_owned).collect();
    let known: BTreeSet<String> = TABLE.iter().map(|row| row.route.to_owned()).collect();
    let missing: Vec<_> = listed.difference(&known).collect();
    let gone: Vec<_> = known.difference(&listed).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "without a line: {missing:#?}; no longer there: {gone:#?}"
    );

    let mut cells = 0;
    let mut wrong = Vec::new();
    for row in TABLE {
        for (ask, expected) in row.asks {
            for (caller, expected) in CALLERS.iter().zip(*expected) {
                cells += 1;
                let with = twins.ask(&twins.with, *caller, ask).await;
                judge(row.route, ask, *caller, *expected, &with, &mut wrong);
                if caller.is_outside() {
                    let without = twins.ask(&twins.without, *caller, ask).await;
                    if let Some(difference) = blank::difference(&with, &without) {
                        wrong.push(format!("{caller:?} can tell by {} {ask:?}: {difference}", row.route));
                    }
                }
            }
        }
    }
    println!("fence: {cells} cells in {:.1} s", began.elapsed().as_secs_f32());
    assert!(wrong.is_empty(), "{} of {cells} cells:\n{}", wrong.len(), wrong.join("\n"));
}

fn judge(route: &str, ask: &Ask, caller: Caller, expected: u16, with: &Answered, wrong: &mut Vec<String>) {
    if with.status != expected {
        wrong.push(format!("{caller:?} gets {} instead of {expected} from {route} {ask:?}", with.status));
    }
    let is_of_members = expected == 200 && matches!(ask, Ask::Get(path) if path.contains("{P}"));
    if is_of_members
        && matches!(caller, Caller::Member)
        && table::hides(route)
        && !with.everything().contains(SECRET)
    {
        wrong.push(format!("{caller:?} does not read the title at {route} {ask:?}: nothing is proven by it"));
    }
    if caller.is_outside() && with.everything().contains(SECRET) {
        wrong.push(format!("{caller:?} reads the title at {route} {ask:?}"));
    }
}
