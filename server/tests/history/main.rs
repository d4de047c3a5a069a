//! The history is the incident: what is folded from the records equals the tables, now and at every moment before,
//! whatever people did to it, alone or all at once, with servers that die in the middle.
//!
//! The real operations work on a real database; nothing of Slack or HTTP stands between. Random acts ([`acts`]) are
//! done, the tables are read as the fold would say them ([`rows`]), and the rules that hold for every incident
//! ([`rules`]) are asked of the result.

mod acts;
mod desk;
mod rows;
mod rules;

use acts::{Act, Did};
use desk::{Desk, Seat};
use domain::{IncidentId, Timestamp, past::Past};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};
use std::{collections::BTreeMap, time::Duration};

/// One person's acts; some are cut off after so many microseconds, when the server dies, and are sent again to the
/// next one.
type Shift = Vec<(Act, Option<u64>)>;

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config { cases, max_shrink_iters: 40, failure_persistence: None, ..Config::default() })
}

fn fails(words: String) -> TestCaseError {
    TestCaseError::fail(words)
}

// CFG-068 CORE-074 CORE-107 CORE-139: no change is lost, the rules of an incident's life hold, metrics follow key events.
#[test]
fn the_history_folds_to_the_tables_at_every_moment_and_nobody_s_change_is_lost() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(3).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let desk = runtime.block_on(Desk::open());

    let alone =
        runner(6).run(&vec(acts::act(), 70), |acts| runtime.block_on(one_after_another(&desk, &acts)));
    let shift = || vec((acts::act(), proptest::option::weighted(0.25, 200u64..9_000)), 14);
    let together = runner(5).run(&vec(shift(), 2..4), |shifts| runtime.block_on(all_at_once(&desk, shifts)));
    let (missing, verdict, open) = runtime.block_on(async {
        let missing = desk.kinds_that_never_came().await;
        let verdict = server::history::verify(&desk.db).await.expect("the history can be walked");
        (missing, verdict, transactions_left_open(&desk).await)
    });
    runtime.block_on(desk.close());

    alone.unwrap_or_else(|e| panic!("one after another: {e}"));
    together.unwrap_or_else(|e| panic!("all at once: {e}"));
    assert!(missing.is_empty(), "no act does what these records tell: {missing:?}");
    assert!(verdict.broken.is_empty(), "{:?}", verdict.broken);
    assert_eq!(open, 0, "no connection waits inside of a transaction");
}

/// After each act the tables are kept; at the end each moment is folded again.
async fn one_after_another(desk: &Desk, acts: &[Act]) -> Result<(), TestCaseError> {
    let id = desk.declares().await;
    let seats: Vec<Seat> = desk.seats().await;
    let mut kept: Vec<(Timestamp, Past)> = vec![(desk.clock.now(), rows::past(&desk.db, id).await)];
    for (number, act) in acts.iter().enumerate() {
        desk.clock.move_to(desk.clock.now() + chrono::TimeDelta::seconds(1 + number as i64 % 70));
        let seat = &seats[number % seats.len()];
        acts::perform(seat, id, act, &format!("{id}/{number}")).await.map_err(fails)?;
        kept.push((desk.clock.now(), rows::past(&desk.db, id).await));
    }
    for (at, tables) in &kept {
        let folded = desk.folded(id, Some(*at)).await;
        same(&folded, tables, &format!("at {at}"))?;
    }
    judge(desk, id).await?;
    // What is erased is gone from tables and history alike: the words of one, then all.
    for of in [Some(seats[1].me()), None] {
        server::incidents::erase(&seats[0].ctx, &desk.eraser(), id, of)
            .await
            .map_err(|e| fails(e.to_string()))?;
        judge(desk, id).await?;
    }
    Ok(())
}

/// Everybody works on the same incident, each at a server of their own; a server that dies is followed by another.
async fn all_at_once(desk: &Desk, shifts: Vec<Shift>) -> Result<(), TestCaseError> {
    let id = desk.declares().await;
    let mut seats = desk.seats().await;
    seats.truncate(shifts.len());
    let people =
        seats.into_iter().zip(shifts).map(|(seat, shift)| tokio::spawn(works(desk.clone(), seat, id, shift)));
    let mut did: BTreeMap<Did, i64> = BTreeMap::new();
    for person in people.collect::<Vec<_>>() {
        let done = person.await.map_err(|e| fails(e.to_string()))?.map_err(fails)?;
        for one in done {
            *did.entry(one).or_default() += 1;
        }
    }
    let told = desk.told(id).await;
    for (one, count) in &did {
        let found = told.get(one).copied().unwrap_or_default();
        prop_assert_eq!(found, *count, "what was accepted is recorded once: {:?}", one);
    }
    judge(desk, id).await
}

async fn works(desk: Desk, mut seat: Seat, id: IncidentId, shift: Shift) -> Result<Vec<Did>, String> {
    let mut done = Vec::new();
    for (number, (act, dies_after)) in shift.iter().enumerate() {
        let key = format!("{id}/{}/{number}", seat.me());
        if let Some(micros) = dies_after {
            let work = acts::perform(&seat, id, act, &key);
            match tokio::time::timeout(Duration::from_micros(*micros), work).await {
                Ok(did) => {
                    done.extend(did?);
                    continue;
                }
                // What it had written is rolled back, or was committed without anybody hearing of it.
                Err(_) => seat = desk.restarted(seat).await,
            }
        }
        done.extend(acts::perform(&seat, id, act, &key).await?);
    }
    Ok(done)
}

/// The end: tables and fold are one, and every rule holds.
async fn judge(desk: &Desk, id: IncidentId) -> Result<(), TestCaseError> {
    let tables = rows::past(&desk.db, id).await;
    same(&desk.folded(id, None).await, &tables, "at the end")?;
    let records = desk.records(id).await;
    rules::nothing_is_overwritten(&records, &desk.catalog).map_err(fails)?;
    rules::hold(&tables, &desk.catalog).map_err(fails)
}

fn same(folded: &Past, tables: &Past, when: &str) -> Result<(), TestCaseError> {
    prop_assert_eq!(folded, tables, "the fold is not the tables {}", when);
    Ok(())
}

/// Whoever goes away while a transaction begins leaves none behind: the next one on that connection would write into it,
/// and what it wrote would never be committed.
async fn transactions_left_open(desk: &Desk) -> i64 {
    for looks in 0..40 {
        let mut begins = Box::pin(server::db::begin(&desk.db));
        for _ in 0..=looks % 4 {
            if futures::poll!(&mut begins).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    let mut connections = Vec::new();
    for _ in 0..desk.db.size() {
        connections.push(desk.db.acquire().await.expect("a connection"));
    }
    // Each has answered, so what it was sent before has happened.
    for connection in &mut connections {
        sqlx::query("SELECT 1").execute(&mut **connection).await.expect("an answer");
    }
    sqlx::query_scalar(
        "SELECT count(*) FROM pg_stat_activity
         WHERE datname = current_database() AND state LIKE 'idle in transaction%'",
    )
    .fetch_one(&mut *connections[0])
    .await
    .expect("what connections do")
}
