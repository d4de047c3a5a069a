//! Under the header: that what is shown may be old, because the server is not heard or the session has ended.

use crate::{
    components::Icon,
    live::{Line, live},
    routes,
};
use leptos::prelude::*;

/// Empty as long as all is well; always there, so that it is read out when it speaks.
#[component]
pub fn Connection() -> impl IntoView {
    let line = live().line;
    let text = move || {
        match line.get() {
        Line::Open => None,
        Line::Lost(since) => Some(view! {
            <span>{format!("No connection since {since}. What you see may be old. We try again every 2 s. What you type stays in this browser.")}</span>
        }.into_any()),
        Line::SignedOut => Some(view! {
            <span>"You are signed out. "<a class="underline" href=routes::LOGIN target="_blank">"Sign in"</a>" in another tab. What you type stays in this browser."</span>
        }.into_any()),
    }
    };
    view! {
        <div role="status" class="noprint sticky top-13 z-30">
            {move || text().map(|text| view! {
                <div class="bg-neutral text-neutral-content">
                    <p class="mx-auto flex max-w-[1480px] items-center gap-2.5 px-4 py-2 lg:px-6"><Icon name="wifi-off"/>{text}</p>
                </div>
            })}
        </div>
    }
}
