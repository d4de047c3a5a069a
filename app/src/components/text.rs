//! Moments and promises in words.

use super::Icon;
use domain::view::{Moment, Mood, Promise};
use leptos::prelude::*;

/// A moment, exact in the tooltip.
#[component]
pub fn Ago(at: Moment) -> impl IntoView {
    view! { <time datetime=at.iso title=at.full>{at.text}</time> }
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
