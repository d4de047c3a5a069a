//! What the first read of a request learned along the way: which version the reference data is, and the moment of the
//! database. Whoever needs either later in the same request does not ask again.
//!
//! A [`Moment`] says which transactions a read saw. Of two reads at equal moments the second finds what the first one
//! found, whatever is asked and on whichever server: so an answer may be kept for as long as requests are told the same
//! moment, and nobody has to be told of changes. It ends with the next transaction that writes anything at all.

use futures::future::Either;
use std::{cell::RefCell, sync::Arc};
use uuid::Uuid;

/// `pg_current_snapshot()` of a read, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment(Arc<str>);

impl Moment {
    /// Whether the other one saw more. `xmin:xmax:xip_list`: what was begun grows, what is still in progress of it
    /// shrinks. (PostgreSQL: 9.28, Transaction ID and Snapshot Information Functions.)
    pub fn is_before(&self, other: &Moment) -> bool {
        match (self.seen(), other.seen()) {
            (Some((begun, open)), Some((other_begun, other_open))) => {
                begun < other_begun || (begun == other_begun && open > other_open)
            }
            _ => false,
        }
    }

    /// The first transaction that it could not see, and how many before it were not over.
    fn seen(&self) -> Option<(u64, usize)> {
        let mut parts = self.0.split(':').skip(1);
        let begun = parts.next()?.parse().ok()?;
        Some((begun, parts.next()?.split(',').filter(|one| !one.is_empty()).count()))
    }
}

impl From<String> for Moment {
    fn from(text: String) -> Self {
        Moment(text.into())
    }
}

#[derive(Debug, Clone, Default)]
struct Told {
    catalog: Option<Uuid>,
    moment: Option<Moment>,
}

tokio::task_local! {
    static TOLD: RefCell<Told>;
}

/// Runs `request`: within it, what it was told holds.
pub async fn during<F: Future>(request: F) -> F::Output {
    TOLD.scope(RefCell::default(), request).await
}

/// `work`, with what whoever spawns it was told.
pub fn inherit<F: Future>(work: F) -> impl Future<Output = F::Output> {
    match TOLD.try_with(|told| told.borrow().clone()) {
        Ok(told) => Either::Left(TOLD.scope(RefCell::new(told), work)),
        Err(_outside_of_requests) => Either::Right(work),
    }
}

/// A read of this request saw this version of the reference data. What it refers to is then known, too.
pub fn catalog_is(version: Uuid) {
    learn(|told| told.catalog = Some(version));
}

/// The version of the reference data that this request was told last.
pub fn catalog() -> Option<Uuid> {
    TOLD.try_with(|told| told.borrow().catalog).ok().flatten()
}

/// The first read of this request was at this moment.
pub fn moment_is(moment: Moment) {
    learn(|told| told.moment = Some(moment));
}

/// The moment of this request; none outside of requests, and none since it wrote something.
pub fn moment() -> Option<Moment> {
    TOLD.try_with(|told| told.borrow().moment.clone()).ok().flatten()
}

/// This request changed something: what it reads from here on is read anew.
pub fn it_changed() {
    learn(|told| told.moment = None);
}

fn learn(what: impl FnOnce(&mut Told)) {
    // Outside of requests every read asks for itself.
    let _asks_itself = TOLD.try_with(|told| what(&mut told.borrow_mut()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn tasks_know_what_their_request_was_told_until_it_writes() {
        during(async {
            moment_is(String::from("7:9:8").into());
            let task = inherit(async { moment() });
            assert_eq!(task.await, Some(Moment("7:9:8".into())));
            it_changed();
            assert_eq!(inherit(async { moment() }).await, None);
        })
        .await;
        assert_eq!(moment(), None, "outside of requests nothing is told");
    }
}
