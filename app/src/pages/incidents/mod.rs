//! Incidents: the list, the page of one, and the forms to declare and to post an update.

mod composer;
mod declare;
mod declare_form;
mod detail;
pub mod editors;
mod filters;
mod list;
mod rails;
mod timeline;
mod update;

pub use composer::{retry_delivery, update_incident};
pub use declare::{Declare, declare_incident, load_declare_form};
pub use detail::{Detail, load_incident};
pub use list::{List, load_incidents};
pub use update::Update;

use crate::Problem;

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
