//! Moments and promises in words.

use super::Icon;
use domain::view::{Moment, Mood, Promise};
use leptos::prelude::*;

/// A moment, exact in the tooltip.
#[component]
pub fn Ago(at: Moment) -> impl IntoView {
    view! { <time datetime=at.iso title=at.full>{at.text}</time> }
}

/// How long until the next update, in large; counted on while the page stays open, without being announced.
#[component]
pub fn Countdown(promise: Promise) -> impl IntoView {
    let shown = RwSignal::new(promise);
    #[cfg(feature = "hydrate")]
    tick(shown);
    let class = move || match shown.with(|promise| promise.mood) {
        Mood::Due => "text-2xl font-bold tracking-tight",
        Mood::Soon | Mood::Late => "text-2xl font-bold tracking-tight text-open",
    };
    view! { <span class=class>{move || shown.with(|promise| promise.text.clone())}</span> }
}

/// Counts by what the browser's clock has moved since: whether it shows the right time does not matter.
#[cfg(feature = "hydrate")]
fn tick(shown: RwSignal<Promise>) {
    use std::time::Duration;
    Effect::new(move |_| {
        let (first, began) = (shown.get_untracked(), js_sys::Date::now());
        let on = move || {
            let gone =
                Duration::try_from_secs_f64((js_sys::Date::now() - began) / 1000.0).unwrap_or_default();
            shown.try_set(first.later(i64::try_from(gone.as_secs()).unwrap_or_default()));
        };
        if let Ok(ticking) = set_interval_with_handle(on, Duration::from_secs(10)) {
            on_cleanup(move || ticking.clear());
        }
    });
}

/// When the next update is due, in a row: loud only when it is late or soon.
#[component]
pub fn Due(promise: Promise) -> impl IntoView {
    match promise.mood {
        Mood::Due => view! { <span>{promise.text}</span> }.into_any(),
        Mood::Soon | Mood::Late => {
            view! { <span class="state state-late"><Icon name="clock"/>{promise.text}</span> }.into_any()
        }
    }
}
