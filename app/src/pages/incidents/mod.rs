//! Incidents: the list, the page of one, and the forms to declare and to post an update.

mod close;
mod composer;
mod correct;
mod declare;
mod declare_form;
mod detail;
mod edit;
pub mod editors;
mod filters;
mod list;
mod past;
mod rails;
mod reopen;
mod scale;
mod timeline;
mod update;

pub use close::{Close, close_incident};
pub use composer::{retry_delivery, update_incident};
pub use correct::{Correct, correct_entry};
pub use declare::{Declare, declare_incident, load_declare_form, load_similar};
pub use detail::{Detail, load_incident};
pub use edit::{Edit, edit_incident};
pub use list::{List, load_incidents};
pub use reopen::{Reopen, declared_by_mistake, reopen_incident};
pub use update::Update;

use crate::{
    Problem,
    components::{Prio, Status},
    forms::Sent,
    routes,
};
use domain::{
    IncidentId,
    view::{PriorityMark, StatusMark},
};
use leptos::{prelude::*, task::spawn_local};

/// Over a form: which incident it is about, and how that stands.
#[component]
fn AboutIncident(
    id: IncidentId,
    priority: PriorityMark,
    status: StatusMark,
    title: String,
    cool: bool,
) -> impl IntoView {
    view! {
        <div class="mt-1 mb-4 flex items-start gap-2">
            <Prio mark=priority cool=cool/>
            <p class="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
                <a class="a-quiet font-medium wrap-anywhere" href=routes::incident(id)>{format!("#{id} {title}")}</a>
                <Status mark=status/>
            </p>
        </div>
    }
}

/// A new key for a form that counts once: needed when the same form is to be sent as new without loading the page.
///
/// # Errors
/// `NotSignedIn`
#[leptos::server(prefix = "/fn", endpoint = "submission", input = leptos::server_fn::codec::GetUrl)]
pub async fn new_submission() -> Result<String, Problem> {
    use crate::server::{backend, caller};
    caller()?;
    Ok(backend().submission())
}

/// The key of a form; a new one when it was used with other words, so that the form can be sent as new.
fn renewed(submission: String, sent: Sent) -> RwSignal<String> {
    let key = RwSignal::new(submission);
    Effect::new(move |_| {
        if let Some(domain::Error::SentAlready { .. }) = sent.error().map(|problem| problem.0) {
            spawn_local(async move {
                if let Ok(fresh) = new_submission().await {
                    key.try_set(fresh);
                }
            });
        }
    });
    key
}
