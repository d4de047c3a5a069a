//! "2 newer entries. Show them": what would move what is being read waits here.

use super::Icon;
use crate::live::{Settle, Shown};
use leptos::prelude::*;

/// Says what waits, read out when it comes. Shown, the focus goes to the `first` of it, because the button is gone.
#[component]
pub fn Newer<T: Settle + Clone + PartialEq + Send + Sync + 'static>(
    shown: Shown<T>,
    one: &'static str,
    many: &'static str,
    first: &'static str,
) -> impl IntoView {
    let count = Memo::new(move |_| shown.held.with(|held| held.as_ref().map(|(count, _)| *count)));
    let words = move |count| match count {
        0 => ("What is listed has changed.".to_owned(), "Show it"),
        1 => (format!("1 {one}."), "Show it"),
        n => (format!("{n} {many}."), "Show them"),
    };
    let show = move |_| {
        shown.show();
        focus(first);
    };
    view! {
        <div role="status" class="noprint">
            {move || count.get().map(|count| {
                let (what, button) = words(count);
                view! {
                    <p class="my-3 flex items-center gap-2.5 rounded-field border border-work bg-work-tint px-3 py-2">
                        <Icon name="arrow-up" class="text-work"/>
                        <span>{what}" "<button type="button" class="a tap cursor-pointer" on:click=show>{button}</button></span>
                    </p>
                }
            })}
        </div>
    }
}

/// Says that what is shown could not be read again, and why.
#[component]
pub fn Stale<T: Settle + Clone + PartialEq + Send + Sync + 'static>(shown: Shown<T>) -> impl IntoView {
    move || {
        shown.problem.get().map(|problem| {
            view! {
                <p role="alert" class="noprint my-3 rounded-box border border-p1 bg-p1-tint px-4 py-2">
                    {format!("{problem}. What you see is older than it should be.")}
                </p>
            }
        })
    }
}

fn focus(first: &'static str) {
    #[cfg(feature = "hydrate")]
    request_animation_frame(move || {
        use wasm_bindgen::JsCast;
        let found = document().query_selector(first).ok().flatten();
        if let Some(found) = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
            // What cannot take the focus is there to be read all the same.
            let _ = found.focus();
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = first;
}
