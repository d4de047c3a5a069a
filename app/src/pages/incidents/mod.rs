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

use crate::{Problem, forms::Sent};
use leptos::{prelude::*, task::spawn_local};

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
