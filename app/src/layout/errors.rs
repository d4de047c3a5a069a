//! Error pages: what is, and what to do. What may not be seen says the same as what does not exist.

use super::frame::Around;
use crate::{Problem, components::Title, routes, server};
use domain::{Error, view::Session};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Any address that is no page.
#[component]
pub fn NotFound() -> impl IntoView {
    server::status(404);
    view! { <Around><Title text="Page not found"/><ErrorBody status=404/></Around> }
}

/// A page that could not be made, inside of its frame.
#[component]
pub fn Trouble(problem: Problem) -> impl IntoView {
    let status = problem.status();
    server::status(status);
    match problem.0 {
        Error::NotSignedIn => view! { <SignIn/> }.into_any(),
        Error::Internal { reference } => view! { <ErrorBody status reference=Some(reference)/> }.into_any(),
        Error::Unavailable { service } => view! { <ErrorBody status service/> }.into_any(),
        Error::Forbidden { need } => {
            view! { <ErrorBody status service=need.as_str().to_owned()/> }.into_any()
        }
        _ => view! { <ErrorBody status/> }.into_any(),
    }
}

/// The browser's part of this page did not come.
#[cfg(feature = "hydrate")]
#[component]
pub fn NotLoaded() -> impl IntoView {
    view! {
        <Title text="Not loaded"/>
        <div class="mx-auto max-w-[1480px] px-4 py-12 lg:px-6" role="alert">
            <h1 class="text-xl font-bold tracking-tight">"This page could not be loaded"</h1>
            <p class="mt-1.5 max-w-[48ch] text-base text-ink-2">
                "The connection is lost, or FireFighter was renewed since this window was opened. Nothing was changed."
            </p>
            <p class="mt-4"><a class="btn btn-primary btn-sm" href="" rel="external">"Load it again"</a></p>
        </div>
    }
}

/// The session ended while the page was open.
#[component]
fn SignIn() -> impl IntoView {
    let at = use_location();
    let next = move || format!("{}?{}", at.pathname.get(), at.search.get());
    view! {
        <Title text="Log in"/>
        <div class="mx-auto max-w-[1480px] px-4 py-12 lg:px-6">
            <h1 class="text-xl font-bold tracking-tight">"You are signed out"</h1>
            <p class="mt-4"><a class="btn btn-primary btn-sm" rel="external" href=move || routes::login(&next())>"Log in"</a></p>
        </div>
    }
}

struct Words {
    title: &'static str,
    text: String,
    again: bool,
}

fn words(status: u16, service: &str) -> Words {
    let (title, text, again) = match status {
        400 => ("Bad request", "Check the URL: it has a part we cannot read.".into(), false),
        401 => ("You are signed out", "Log in to see this page.".into(), false),
        403 if service.is_empty() => ("Forbidden", "You do not have permission to do this. Nothing was changed.".into(), false),
        403 => ("Forbidden", format!("You do not have permission to do this. It needs “{service}”. Nothing was changed."), false),
        404 => (
            "Page not found",
            "Check the URL. If it is an incident, it may not exist, or it is private and you are not in it. We say the same for both.".into(),
            false,
        ),
        503 => ("No answer", format!("{} does not answer. Nothing was changed.", if service.is_empty() { "The desk" } else { service }), true),
        _ => (
            "Server error",
            "Something broke on our side. It is written down. Try again later; what was saved before is safe.".into(),
            true,
        ),
    };
    Words { title, text, again }
}

/// What an error page says.
#[component]
pub fn ErrorBody(
    status: u16,
    #[prop(optional, into)] service: String,
    #[prop(optional_no_strip)] reference: Option<String>,
) -> impl IntoView {
    let Words { title, text, again } = words(status, &service);
    let here = use_context::<Session>().is_some();
    view! {
        {here.then(|| view! { <Title text=title/> })}
        <div class="mx-auto max-w-[1480px] px-4 py-12 lg:px-6">
            <p class="num text-ink-2">{status}</p>
            <h1 class="mt-1 text-xl font-bold tracking-tight">{title}</h1>
            <p class="mt-1.5 max-w-[48ch] text-base text-ink-2">{text}</p>
            <p class="mt-4 flex flex-wrap gap-2">
                {again.then(|| view! { <a class="btn btn-primary btn-sm" href="" rel="external">"Try again"</a> })}
                <a class=if again { "btn btn-line btn-sm" } else { "btn btn-primary btn-sm" } href=routes::HOME>"Dashboard"</a>
                <a class="btn btn-line btn-sm" href=routes::INCIDENTS>"Find an incident"</a>
            </p>
            {reference.map(|reference| view! {
                <p class="mt-4 text-xs text-ink-2">
                    "Reference "<span class="num select-all text-base-content">{reference}</span>". Give it to whoever helps you."
                </p>
            })}
        </div>
    }
}
