//! Marks that mean something: priority is fill, status is shape, a state of delivery is icon and words.

use super::Icon;
use domain::view::{Person, PriorityMark, StatusMark, SurfaceState};
use leptos::prelude::*;

/// A priority. Filled while the impact lasts, outlined (`cool`) once it is over; GAMEDAY is `GD` where it is `short`.
#[component]
pub fn Prio(
    mark: PriorityMark,
    #[prop(optional)] cool: bool,
    #[prop(optional)] large: bool,
    #[prop(optional)] short: bool,
) -> impl IntoView {
    let fill = match mark.value {
        1 => "prio-1",
        2 => "prio-2",
        3 => "prio-3",
        4 => "prio-4",
        20 => "prio-gd",
        _ => "prio-5",
    };
    let class =
        format!("prio {fill}{}{}", if cool { " prio-cool" } else { "" }, if large { " prio-lg" } else { "" });
    let said = match mark.description.as_str() {
        "" => mark.name.clone(),
        words => format!("{}, {words}", mark.name),
    };
    let text = if short && mark.value == 20 { "GD".to_owned() } else { mark.name };
    let title = said.clone();
    view! { <span class=class title=title><span aria-hidden="true">{text}</span><span class="sr-only">{said}</span></span> }
}

/// A status: shape, then word, then colour. The word is never dropped.
#[component]
pub fn Status(mark: StatusMark) -> impl IntoView {
    let (class, icon) = match mark.value {
        10 => ("st st-open", "s-open"),
        20 => ("st st-work", "s-inv"),
        30 => ("st st-work", "s-mit"),
        40 => ("st st-calm", "s-mitd"),
        50 => ("st st-write", "s-pm"),
        _ => ("st st-done", "s-done"),
    };
    view! { <span class=class><Icon name=icon/>{mark.label}</span> }
}

/// An outlined fact.
#[component]
pub fn Chip(text: String) -> impl IntoView {
    view! { <span class="chip">{text}</span> }
}

/// Only some may see this: solid, with a lock and the word.
#[component]
pub fn PrivateChip() -> impl IntoView {
    view! { <span class="chip chip-private"><Icon name="lock"/>"Private"</span> }
}

/// How a surface stands.
#[component]
pub fn StateMark(state: SurfaceState, text: String) -> impl IntoView {
    let (class, icon) = match state {
        SurfaceState::InStep => ("state state-ok", "check"),
        SurfaceState::Behind => ("state state-late", "clock"),
        SurfaceState::Refused => ("state state-bad", "circle-alert"),
        SurfaceState::Off => ("state state-off", "minus"),
    };
    view! { <span class=class><Icon name=icon/>{text}</span> }
}

/// Initials on grey, never a hue; a dashed ring when there is nobody.
#[component]
pub fn Initials(person: Option<Person>, #[prop(optional)] large: bool) -> impl IntoView {
    let size = if large { " who-lg" } else { "" };
    match person {
        Some(person) => {
            view! { <span class=format!("who{size}") aria-hidden="true">{person.initials}</span> }.into_any()
        }
        None => view! { <span class=format!("who who-none{size}") aria-hidden="true"></span> }.into_any(),
    }
}
