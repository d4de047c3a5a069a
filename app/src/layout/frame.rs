//! Skip link, header, the page, footer; and what script adds to them: keys, and the focus after a navigation.

use super::{connection::Connection, footer::Footer, header::Header, keys};
use leptos::prelude::*;
use leptos_router::{components::Outlet, hooks::use_location};

/// The frame of all pages but the one to sign in.
#[component]
pub fn Frame() -> impl IntoView {
    view! { <Around><Outlet/></Around> }
}

/// The frame around this.
#[component]
pub fn Around(children: Children) -> impl IntoView {
    keys::listen();
    let main = NodeRef::<leptos::html::Main>::new();
    focus_after_navigation(main);
    view! {
        <svg width="0" height="0" class="absolute" aria-hidden="true">
            <defs>
                <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <rect width="6" height="6" fill="var(--p1-tint)"></rect>
                    <rect width="2" height="6" fill="var(--p1)" opacity=".55"></rect>
                </pattern>
            </defs>
        </svg>
        <a class="skip" href="#main" rel="external">"Skip to content"</a>
        <Header/>
        <Connection/>
        <main id="main" tabindex="-1" node_ref=main class="outline-none">{children()}</main>
        <Footer/>
        <keys::Help/>
    }
}

/// The router moves no focus: a new page is begun at its top, also by those who do not see it. Changes of the query
/// alone are the same page.
fn focus_after_navigation(main: NodeRef<leptos::html::Main>) {
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        if before.is_some_and(|before| before != now) {
            request_animation_frame(move || {
                if let Some(main) = main.get_untracked() {
                    // A page that cannot take the focus stays readable.
                    let _ = main.focus();
                }
            });
        }
        now
    });
}
