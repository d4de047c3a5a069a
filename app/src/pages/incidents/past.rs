//! The way into the past: a field and a slider under the ruler, and above everything what moment is shown.
//!
//! The field is a form: it works alone. With script a slider stands over it, as wide as the ruler: dragged or moved by
//! keys it fills the field, let go it opens that moment.

use crate::{components::Icon, routes};
use domain::{
    IncidentId,
    view::{Ruler, Since, TimeTravel},
};
use leptos::{html, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// In the past: which moment, and the ways on and back.
#[component]
pub fn AsItWas(id: IncidentId, past: TimeTravel) -> impl IntoView {
    let step = move |to: Option<String>, text: &'static str| {
        to.map(|at| view! { <a class="btn btn-line btn-xs" data-noscroll="" href=routes::incident_at(id, &at)>{text}</a> })
    };
    past.at.map(|at| view! {
        <div role="status" class="mb-3 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-box border border-dashed border-work bg-work-tint px-3 py-2">
            <span class="text-work"><Icon name="history"/></span>
            <span class="min-w-0 flex-1 basis-40">
                <b class="font-semibold">"As it was at "<time datetime=at.iso title=at.full>{at.text}</time>"."</b>
                " What came later is hidden, nothing can be changed here."
            </span>
            <span class="noprint flex flex-wrap gap-2">
                {step(past.earlier, "Earlier")}
                {step(past.later, "Later")}
                <a class="btn btn-line btn-xs" data-noscroll="" href=routes::incident(id)>"Back to now"</a>
            </span>
        </div>
    })
}

/// Above the timeline: what others did since this person looked, each thing a link to what tells it.
#[component]
pub fn SinceYouLooked(since: Since) -> impl IntoView {
    let last = since.parts.len().saturating_sub(1);
    let part = move |(number, part): (usize, domain::view::SincePart)| {
        let end = if number == last { ". " } else { ", " };
        view! { <a class="a" rel="external" href=format!("#{}", part.entry)>{part.text}</a>{end} }
    };
    (!since.parts.is_empty()).then(|| view! {
        <p class="noprint border-b border-base-300 bg-work-tint px-4 py-2 text-xs">
            <b class="font-semibold text-work">
                "Since you last looked ("<time datetime=since.at.iso title=since.at.full>{since.at.text}</time>"): "
            </b>
            {since.parts.into_iter().enumerate().map(part).collect_view()}
            <a class="a" rel="external" href="#since">"Go to where you were"</a>
        </p>
    })
}

/// Under the ruler: the slider, the field, and what the marks of the ruler mean.
#[component]
pub fn Travel(id: IncidentId, past: TimeTravel, ruler: Ruler) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let wrong = !past.problem.is_empty();
    let problem = wrong.then(|| view! {
        <p id="at-e" role="alert" class="err basis-full"><Icon name="circle-alert"/><span>{past.problem.clone()}</span></p>
    });
    let value = past.field.clone();
    let drawn = !ruler.is_empty();
    view! {
        <div class="noprint mt-1">
            {drawn.then(|| view! { <Slider id past ruler field/> })}
            <form action=routes::incident(id) class="flex flex-wrap items-center gap-2 text-xs text-ink-2">
                <label for="at">"See it as it was at"</label>
                <input
                    node_ref=field
                    id="at"
                    name="at"
                    type="datetime-local"
                    step="1"
                    value=value
                    class="input input-xs w-60"
                    aria-describedby=wrong.then_some("at-e")
                    aria-invalid=wrong.then_some("true")
                />
                <button class="btn btn-line btn-xs">"Show"</button>
                {problem}
                {drawn.then(|| view! { <Legend/> })}
            </form>
        </div>
    }
}

/// Moves over the seconds of the ruler.
#[component]
fn Slider(id: IncidentId, past: TimeTravel, ruler: Ruler, field: NodeRef<html::Input>) -> impl IntoView {
    let (from, to) = (ruler.from, ruler.from + ruler.seconds);
    // Where the line of now ends: further right is still to come.
    let second = |place: i32| {
        let (margin, width) = (i64::from(Ruler::MARGIN), i64::from(1000 - 2 * Ruler::MARGIN));
        from + (i64::from(place) - margin) * ruler.seconds / width
    };
    let now = ruler.now.map(second);
    let shown = ruler.past.as_ref().map(|flag| second(flag.at)).or(now).unwrap_or(to);
    let step = (ruler.seconds / 300).max(1);
    let said = RwSignal::new(past.field.replace('T', " "));
    let navigate = use_navigate();
    let moved = move |value: String| {
        let (Ok(second), Some(field)) = (value.parse::<i64>(), field.get_untracked()) else { return };
        // Milliseconds of a clock: far below what a double holds.
        field.set_value_as_number((past.wall(second) * 1000) as f64);
        said.set(field.value().replace('T', " "));
    };
    let let_go = move |value: String| {
        let Ok(second) = value.parse::<i64>() else { return };
        let asked = field.get_untracked().map(|field| field.value()).filter(|at| !at.is_empty());
        let is_now = second > now.unwrap_or(to) - step;
        let address = match asked {
            Some(at) if !is_now => routes::incident_at(id, &at),
            _ => routes::incident(id),
        };
        navigate(&address, NavigateOptions { scroll: false, ..NavigateOptions::default() });
    };
    view! {
        <input
            type="range"
            class="travel js-only"
            aria-label="Moment to look at"
            aria-valuetext=move || said.get()
            min=from
            max=to
            step=step
            value=shown
            on:input:target=move |event| moved(event.target().value())
            on:change:target=move |event| let_go(event.target().value())
        />
    }
}

#[component]
fn Legend() -> impl IntoView {
    view! {
        <span class="ml-auto flex flex-wrap items-center gap-x-4 gap-y-1 max-md:hidden" aria-hidden="true">
            <span class="flex items-center gap-1.5"><svg width="16" height="8"><rect width="16" height="8" class="b-pre"></rect></svg>"before we knew"</span>
            <span class="flex items-center gap-1.5">
                <svg width="10" height="10"><circle cx="5" cy="5" r="3.5" fill="none" stroke="currentColor" stroke-width="1.75"></circle></svg>
                "said, opens that moment"
            </span>
        </span>
    }
}
