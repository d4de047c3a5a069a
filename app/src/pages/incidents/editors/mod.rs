//! The forms beside an incident, each on a page of its own: key events, people,
//! impacts, costs, tags.
//!
//! Every field goes back with what the person saw. When somebody changed it meanwhile nothing is written: the summary
//! shows both values, the form learns what is true now, and what was typed stays.

mod costs;
mod impacts;
mod key_events;
mod people;
mod tags;

pub use costs::{Costs, add_cost, change_cost, load_costs, remove_cost};
pub use impacts::{Impacts, load_impacts, set_impacts};
pub use key_events::{KeyEvents, load_key_events, set_key_events};
pub use people::{People, join_incident, leave_incident, load_people, set_roles};
pub use tags::{Tags, load_tags, set_tags};

use crate::{Problem, components::Title, forms::Sent, routes};
use domain::{Error, IncidentId, view::Subject};
use leptos::{prelude::*, task::spawn_local};
use std::collections::BTreeMap;

/// The page around a form: what it is, which incident it is about, and the way back.
#[component]
fn Sheet(about: Subject, title: &'static str, children: Children) -> impl IntoView {
    let id = about.id;
    view! {
        <Title text=format!("{title} #{id}")/>
        <div class="mx-auto max-w-[820px] px-4 py-5 lg:px-6">
            <h1 class="text-xl font-bold tracking-tight">{title}</h1>
            <p class="mt-1 mb-4">
                <a class="a-quiet font-medium wrap-anywhere" href=routes::incident(id)>{format!("#{id} {}", about.title)}</a>
            </p>
            {children()}
            <p class="mt-4"><a class="a" href=routes::incident(id)>"Back to the incident"</a></p>
        </div>
    }
}

/// The incident that an address names, or that there is none.
fn known(id: Option<IncidentId>) -> Result<IncidentId, Problem> {
    id.ok_or_else(|| {
        crate::server::status(404);
        Problem(Error::NotFound)
    })
}

/// What the person saw: sent beside what is asked, and learned anew after a conflict.
#[derive(Clone, Copy)]
struct Seen {
    submission: RwSignal<String>,
    values: RwSignal<BTreeMap<String, String>>,
}

impl Seen {
    fn new(submission: String, values: impl IntoIterator<Item = (String, String)>) -> Self {
        Seen { submission: RwSignal::new(submission), values: RwSignal::new(values.into_iter().collect()) }
    }

    fn of(self, field: &str) -> String {
        self.values.with(|values| values.get(field).cloned().unwrap_or_default())
    }

    /// After a conflict, or "sent already", reads what is true now; what was typed stays where it is.
    fn renew<F, R>(self, sent: Sent, read: F)
    where
        F: Fn() -> R + 'static,
        R: Future<Output = Result<(String, Vec<(String, String)>), Problem>> + 'static,
    {
        Effect::new(move |_| {
            if let Some(Error::Conflict(_) | Error::SentAlready { .. }) =
                sent.error().map(|problem| problem.0)
            {
                let reading = read();
                spawn_local(async move {
                    // Should this fail, the next try names the conflict again.
                    if let Ok((submission, values)) = reading.await {
                        self.submission.try_set(submission);
                        self.values.try_set(values.into_iter().collect());
                    }
                });
            }
        });
    }
}

/// The hidden fields that every form has.
#[component]
fn Hidden(id: IncidentId, seen: Seen) -> impl IntoView {
    view! {
        <input type="hidden" name="id" value=id.to_string()/>
        <input type="hidden" name="submission" value=move || seen.submission.get() prop:value=move || seen.submission.get()/>
    }
}

/// What the person saw of one field.
#[component]
fn Before(name: String, field: String, seen: Seen) -> impl IntoView {
    let again = field.clone();
    view! { <input type="hidden" name=name value=move || seen.of(&field) prop:value=move || seen.of(&again)/> }
}
