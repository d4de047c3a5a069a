//! What a page shows may get old. [`Live`] is bumped when something changed outside of this page; [`Shown`] is data that
//! is read again then, in place, without rebuilding the form somebody types in.

use crate::Problem;
use leptos::prelude::*;
use std::future::Future;

/// Counts news from outside: a signal that what is shown may be old.
#[derive(Clone, Copy)]
pub struct Live(pub RwSignal<i32>);

impl Live {
    /// Something changed.
    pub fn bump(self) {
        self.0.update(|n| *n += 1);
    }
}

/// Makes the one counter of this browser window.
pub fn provide() {
    provide_context(Live(RwSignal::new(0)));
}

/// The one counter.
pub fn live() -> Live {
    use_context::<Live>().unwrap_or_else(|| Live(RwSignal::new(0)))
}

/// Data on the page.
pub struct Shown<T: Send + Sync + 'static> {
    pub now: RwSignal<T>,
    /// Why the last reading failed; the data is then older than it should be.
    pub problem: RwSignal<Option<Problem>>,
    /// A newer reading is on its way.
    pub waiting: RwSignal<bool>,
}

impl<T: Send + Sync + 'static> Clone for Shown<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Shown<T> {}

impl<T: Send + Sync + 'static> Shown<T> {
    /// Starts with what the page was made from and reads again whenever `source` changes. Of several readings under
    /// way only the last one counts.
    pub fn new<S, F>(first: T, source: Signal<S>, read: impl Fn(S) -> F + 'static) -> Self
    where
        S: Clone + PartialEq + Send + Sync + 'static,
        F: Future<Output = Result<T, Problem>> + 'static,
    {
        let shown =
            Shown { now: RwSignal::new(first), problem: RwSignal::new(None), waiting: RwSignal::new(false) };
        let reading = StoredValue::new(0);
        Effect::new(move |before: Option<S>| {
            let wanted = source.get();
            if before.is_some_and(|before| before != wanted) {
                reading.update_value(|n| *n += 1);
                let mine = reading.get_value();
                let answer = read(wanted.clone());
                shown.waiting.set(true);
                leptos::task::spawn_local(async move {
                    let answer = answer.await;
                    if reading.try_get_value() == Some(mine) {
                        shown.waiting.set(false);
                        match answer {
                            Ok(fresh) => {
                                shown.problem.set(None);
                                shown.now.set(fresh);
                            }
                            Err(problem) => shown.problem.set(Some(problem)),
                        }
                    }
                });
            }
            wanted
        });
        shown
    }
}
