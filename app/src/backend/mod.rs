//! All that pages may ask. The server implements these by forwarding to its operations and reads; tests by a small
//! fake. One trait per page family; [`Backend`] is their sum.

mod categories;
mod desk;
mod editors;
mod incidents;
mod jobs;

pub use categories::Categories;
pub use desk::Desk;
pub use editors::{Editors, Fields};
pub use incidents::Incidents;
pub use jobs::Jobs;

/// The sum of what pages may ask; whoever answers all of it is one.
pub trait Backend: Categories + Desk + Editors + Incidents + Jobs {}

impl<T: Categories + Desk + Editors + Incidents + Jobs> Backend for T {}
