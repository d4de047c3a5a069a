//! What a page shows may get old. [`Live`] says when something happened outside of this page; [`Shown`] is data that is
//! read again then, in place, without rebuilding the form somebody types in and without moving what somebody reads.
//!
//! News arrive as events of the window, from `live.js`: it keeps one stream for all windows of the browser.

use crate::Problem;
use domain::{Error, IncidentId};
use leptos::prelude::*;
use std::{collections::BTreeMap, future::Future};

/// The connection to the server, as far as a person needs to know.
#[derive(Clone, PartialEq, Default)]
pub enum Line {
    #[default]
    Open,
    /// Since this time of the day.
    Lost(String),
    SignedOut,
}

/// How often there were news, of what.
#[derive(Clone, Default)]
struct Counts {
    everything: i32,
    any: i32,
    of: BTreeMap<IncidentId, i32>,
}

/// News from outside of this page.
#[derive(Clone, Copy, Default)]
pub struct Live {
    counts: RwSignal<Counts>,
    pub line: RwSignal<Line>,
    /// Nobody reads or does anything here: on top of the page, nothing focused, nothing touched for a while.
    nobody: RwSignal<bool>,
}

impl Live {
    /// Counts news of any kind.
    pub fn any(self) -> Signal<i32> {
        Memo::new(move |_| self.counts.with(|counts| counts.everything + counts.any)).into()
    }

    /// Counts news of one incident.
    pub fn about(self, id: IncidentId) -> Signal<i32> {
        let of = move |counts: &Counts| counts.everything + counts.of.get(&id).copied().unwrap_or_default();
        Memo::new(move |_| self.counts.with(of)).into()
    }

    /// One event, as `live.js` tells it.
    #[cfg(feature = "hydrate")]
    fn hear(self, event: &str) {
        match event.split_once(' ') {
            None if event == "everything" => self.counts.update(|counts| counts.everything += 1),
            None if event == "back" => self.becomes(Line::Open),
            None if event == "signed-out" => self.becomes(Line::SignedOut),
            Some(("lost", since)) => self.becomes(Line::Lost(since.to_owned())),
            _ => self.counts.update(|counts| {
                counts.any += 1;
                for line in event.lines() {
                    if let Some(id) = line.strip_prefix("incident ").and_then(|id| id.parse().ok()) {
                        *counts.of.entry(id).or_default() += 1;
                    }
                }
            }),
        }
    }

    #[cfg(feature = "hydrate")]
    fn becomes(self, line: Line) {
        if self.line.with_untracked(|now| *now != line) {
            self.line.set(line);
        }
    }
}

/// Hears for this window.
pub fn provide() {
    let live = Live::default();
    provide_context(live);
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let handle = window_event_listener_untyped("live", move |event| {
            let text = event.dyn_ref::<web_sys::MessageEvent>().and_then(|event| event.data().as_string());
            if let Some(text) = text {
                live.hear(&text);
            }
        });
        on_cleanup(move || handle.remove());
        presence::watch(live.nobody);
    }
}

/// The news of this window.
pub fn live() -> Live {
    use_context::<Live>().unwrap_or_default()
}

/// What may be shown of a newer reading while somebody reads an older one.
pub trait Settle: Sized {
    /// Whether what waits is shown by itself while nobody is at the page.
    const YIELDS: bool;

    /// What may change at once, and how much waits until it is asked for. `None`: nothing waits.
    fn settle(shown: &Self, fresh: Self) -> (Self, Option<usize>);
}

/// Data on the page.
pub struct Shown<T: Send + Sync + 'static> {
    pub now: RwSignal<T>,
    /// What would move what is being read, and how much of it is new.
    pub held: RwSignal<Option<(usize, T)>>,
    /// Why the last reading failed; the data is then older than it should be.
    pub problem: RwSignal<Option<Problem>>,
    /// What was asked for is on its way.
    pub waiting: RwSignal<bool>,
    nobody: RwSignal<bool>,
}

impl<T: Send + Sync + 'static> Clone for Shown<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Shown<T> {}

/// How a reading came about.
#[derive(Clone, Copy, PartialEq)]
enum Reading {
    /// Somebody waits for it.
    Asked,
    /// There were news.
    Quiet,
}

/// What is being read, and whether it will be old when it comes.
#[derive(Clone, Copy, Default)]
struct UnderWay {
    turn: usize,
    reading: Option<Reading>,
    again: bool,
}

impl<T: Settle + Clone + PartialEq + Send + Sync + 'static> Shown<T> {
    /// Starts with what the page was made from and reads again: all of it when somebody asks for something else, and
    /// what may be shown of it when there are `news`. What is asked for overtakes what is under way; news never do, so
    /// that a busy desk is read once at a time.
    pub fn new<S, F>(
        first: T,
        asked: Signal<S>,
        news: Signal<i32>,
        read: impl Fn(S) -> F + Copy + 'static,
    ) -> Self
    where
        S: Clone + PartialEq + Send + Sync + 'static,
        F: Future<Output = Result<T, Problem>> + 'static,
    {
        let shown = Shown::of(first);
        let under_way = StoredValue::new(UnderWay::default());
        let begin = move |asks: S, reading: Reading| {
            under_way
                .update_value(|u| *u = UnderWay { turn: u.turn + 1, reading: Some(reading), again: false });
            let turn = under_way.get_value().turn;
            shown.waiting.set(reading == Reading::Asked);
            leptos::task::spawn_local(async move {
                let mut reading = reading;
                loop {
                    let answer = read(asks.clone()).await;
                    let Some(now) = under_way.try_get_value().filter(|now| now.turn == turn) else { return };
                    shown.waiting.set(false);
                    shown.take(answer, reading);
                    reading = Reading::Quiet;
                    let next = now.again.then_some(reading);
                    under_way.update_value(|u| *u = UnderWay { turn, reading: next, again: false });
                    if next.is_none() {
                        return;
                    }
                }
            });
        };
        Effect::new(move |before: Option<(S, i32)>| {
            let (asks, counted) = (asked.get(), news.get());
            match before {
                Some((was, _)) if was != asks => begin(asks.clone(), Reading::Asked),
                Some((_, was)) if was != counted && under_way.get_value().reading.is_some() => {
                    under_way.update_value(|u| u.again = true);
                }
                Some((_, was)) if was != counted => begin(asks.clone(), Reading::Quiet),
                _ => {}
            }
            (asks, counted)
        });
        if T::YIELDS {
            Effect::new(move |_| {
                if shown.nobody.get() {
                    shown.show();
                }
            });
        }
        shown
    }

    fn of(first: T) -> Self {
        Shown {
            now: RwSignal::new(first),
            held: RwSignal::new(None),
            problem: RwSignal::new(None),
            waiting: RwSignal::new(false),
            nobody: live().nobody,
        }
    }

    /// The one place where what is read changes by itself.
    fn becomes(self, fresh: T) {
        if self.now.with_untracked(|old| *old != fresh) {
            #[cfg(feature = "hydrate")]
            presence::keep_focus();
            self.now.set(fresh);
        }
    }

    fn take(self, answer: Result<T, Problem>, reading: Reading) {
        let disturbs = reading == Reading::Quiet && !(T::YIELDS && self.nobody.get_untracked());
        match answer {
            Ok(fresh) if disturbs => {
                let (now, held) = self.now.with_untracked(|old| T::settle(old, fresh.clone()));
                self.problem.set(None);
                self.becomes(now);
                self.held.set(held.map(|count| (count, fresh)));
            }
            Ok(fresh) => {
                self.problem.set(None);
                self.held.set(None);
                self.becomes(fresh);
            }
            // Under the header it says so already, and the next reading is on its way.
            Err(Problem(Error::Unavailable { .. } | Error::NotSignedIn)) if reading == Reading::Quiet => {}
            Err(problem) => self.problem.set(Some(problem)),
        }
    }

    /// Shows what waits.
    pub fn show(self) {
        if let Some((_, fresh)) = self.held.try_update(Option::take).flatten() {
            self.now.set(fresh);
        }
    }
}

#[cfg(feature = "hydrate")]
mod presence {
    //! Whether somebody is at the page, and where.

    use leptos::{leptos_dom::helpers::debounce, prelude::*};
    use std::time::Duration;
    use wasm_bindgen::JsCast;
    use web_sys::HtmlElement;

    /// Who does nothing for so long is not there.
    const GONE: Duration = Duration::from_secs(60);
    const SIGNS: [&str; 5] = ["pointermove", "pointerdown", "keydown", "wheel", "scroll"];

    /// Tells whether nobody is there; at first nobody is.
    pub fn watch(nobody: RwSignal<bool>) {
        nobody.set(true);
        let mut look_later = debounce(GONE, move |()| {
            nobody.try_set(!reads());
        });
        let here = StoredValue::new_local(move || {
            if nobody.try_get_untracked() == Some(true) {
                nobody.set(false);
            }
            look_later(());
        });
        let handles = SIGNS.map(|sign| {
            window_event_listener_untyped(sign, move |_| {
                here.try_update_value(|here| here());
            })
        });
        on_cleanup(move || handles.into_iter().for_each(WindowListenerHandle::remove));
    }

    /// Drawing a part of the page again takes the focus from what has it in there; it is given back, without scrolling.
    pub fn keep_focus() {
        let Some(had) = document().active_element().and_then(|it| it.dyn_into::<HtmlElement>().ok()) else {
            return;
        };
        request_animation_frame(move || {
            let lost = document().active_element().is_none_or(|now| now.tag_name() == "BODY");
            if lost && had.is_connected() {
                let at = (window().scroll_x().unwrap_or_default(), window().scroll_y().unwrap_or_default());
                // What cannot take it any more is left without.
                let _ = had.focus();
                window().scroll_to_with_x_and_y(at.0, at.1);
            }
        });
    }

    /// Whether somebody is in the middle of the page.
    fn reads() -> bool {
        let down = window().scroll_y().is_ok_and(|y| y > 0.0);
        let focused = document()
            .active_element()
            .is_some_and(|it| it.id() != "main" && it.closest("main").is_ok_and(|main| main.is_some()));
        down || focused
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    struct Words(Vec<&'static str>);
    impl Settle for Words {
        const YIELDS: bool = false;
        fn settle(shown: &Self, fresh: Self) -> (Self, Option<usize>) {
            let more = fresh.0.len().saturating_sub(shown.0.len());
            (shown.clone(), (more > 0).then_some(more))
        }
    }

    #[test]
    fn news_wait_until_they_are_asked_for() {
        let owner = Owner::new();
        owner.with(|| {
            let (old, new) = (Words(vec!["a"]), Words(vec!["b", "a"]));
            let shown = Shown::of(old.clone());
            shown.take(Ok(new.clone()), Reading::Quiet);
            assert_eq!(shown.now.get_untracked(), old);
            assert_eq!(shown.held.get_untracked(), Some((1, new.clone())));
            shown.show();
            assert_eq!((shown.now.get_untracked(), shown.held.get_untracked()), (new.clone(), None));
            shown.take(Ok(old.clone()), Reading::Asked);
            assert_eq!(shown.now.get_untracked(), old, "what somebody asked for is shown at once");
            shown.take(Err(Problem(Error::Unavailable { service: "FireFighter".into() })), Reading::Quiet);
            assert_eq!(shown.problem.get_untracked(), None, "the bar under the header says it");
            shown.take(Err(Problem(Error::NotFound)), Reading::Quiet);
            assert_eq!(shown.problem.get_untracked(), Some(Problem(Error::NotFound)));
        });
    }
}
