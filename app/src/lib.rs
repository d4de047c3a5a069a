//! The pages of FireFighter: rendered whole by the server, taken over by the browser, complete without JavaScript.
//!
//! | part | what it does |
//! |---|---|
//! | `routes` | typed addresses; nothing else writes a path |
//! | `backend` | what pages may ask of the server, as traits |
//! | `server` | the only part that touches request and response |
//! | `layout` | header, footer, menus, error pages, keys |
//! | `components` | the small parts of the look: they draw what they are given |
//! | `wire` | how what a page shows comes to the browser |
//! | `parts` | what the browser loads only when it is needed |
//! | `drawn` | what the server need not draw twice |
//! | `forms` | what forms send, and what a refused form remembers |
//! | `pages` | one file per page: its server functions, the page, its forms |
//!
//! Every page is an `SsrMode::Async` route: the first answer holds all data, the title and the status code, and needs
//! no script to be put together.

#![recursion_limit = "256"]

#[cfg(feature = "ssr")]
pub mod backend;
pub mod components;
mod drawn;
pub mod error;
pub mod forms;
pub mod layout;
pub mod live;
pub mod pages;
mod parts;
pub mod routes;
pub mod server;
#[cfg(feature = "ssr")]
mod shell;
mod wire;

pub use error::Problem;
#[cfg(feature = "ssr")]
pub use shell::{error_page, shell};

use domain::view::Session;
use layout::{Frame, NotFound};
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    Lazy, SsrMode,
    components::{Outlet, ParentRoute, Route, Router, Routes},
    path,
};
use pages::dashboard::Dashboard;
use parts as part;

/// The whole of it. The same on both sides; needs the shell around it on the server.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let session: Session = SharedValue::new(server::session).into_inner();
    let name = session.site.name.clone();
    provide_context(session);
    live::provide();

    view! {
        <Title formatter=move |page: String| if page.is_empty() { name.clone() } else { format!("{page} | {name}") }/>
        <Router>
            <Routes fallback=NotFound>
                <ParentRoute path=path!("") view=Outlet ssr=SsrMode::Async>
                    <Route path=path!("/admin/login/") view={Lazy::<part::SignIn>::new()}/>
                    <ParentRoute path=path!("") view=Frame>
                        <Route path=path!("/") view=Dashboard/>
                        <Route path=path!("/incident/") view={Lazy::<part::List>::new()}/>
                        <Route path=path!("/incident/create/") view={Lazy::<part::Declare>::new()}/>
                        <Route path=path!("/incident/:id/") view={Lazy::<part::Detail>::new()}/>
                        <Route path=path!("/incident/:id/update/") view={Lazy::<part::Update>::new()}/>
                        <Route path=path!("/incident/:id/update_key_events/") view={Lazy::<part::KeyEvents>::new()}/>
                        <Route path=path!("/incident/:id/roles/") view={Lazy::<part::People>::new()}/>
                        <Route path=path!("/incident/:id/impacts/") view={Lazy::<part::Impacts>::new()}/>
                        <Route path=path!("/incident/:id/costs/") view={Lazy::<part::Costs>::new()}/>
                        <Route path=path!("/incident/:id/tags/") view={Lazy::<part::Tags>::new()}/>
                        <Route path=path!("/incident/:id/edit/") view={Lazy::<part::Edit>::new()}/>
                        <Route path=path!("/incident/:id/correct/:entry/") view={Lazy::<part::Correct>::new()}/>
                        <Route path=path!("/incident/:id/close/") view={Lazy::<part::Close>::new()}/>
                        <Route path=path!("/incident/:id/reopen/") view={Lazy::<part::Reopen>::new()}/>
                        <Route path=path!("/incident-category/") view={Lazy::<part::ByCategory>::new()}/>
                        <Route path=path!("/err/:code/") view={Lazy::<part::ErrorPreview>::new()}/>
                    </ParentRoute>
                </ParentRoute>
            </Routes>
        </Router>
    }
}
