//! What stands around every page.

mod connection;
mod errors;
mod footer;
mod frame;
mod header;
mod keys;

#[cfg(feature = "hydrate")]
pub use errors::NotLoaded;
pub use errors::{ErrorBody, NotFound, Trouble};
pub use frame::Frame;

use crate::{Problem, components::Waiting, wire::Loaded};
use leptos::prelude::*;

/// A page that is made from what is read first: it waits for it, or says why it cannot be shown.
pub fn read_first<T, V>(
    read: Loaded<Result<T, Problem>>,
    page: impl Fn(T) -> V + Copy + Send + 'static,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    view! {
        <Transition fallback=Waiting>
            {move || Suspend::new(async move {
                match read.await {
                    Ok(found) => page(found).into_any(),
                    Err(problem) => view! { <Trouble problem/> }.into_any(),
                }
            })}
        </Transition>
    }
}
