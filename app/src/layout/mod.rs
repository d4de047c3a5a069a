//! What stands around every page.

mod connection;
mod errors;
mod footer;
mod frame;
mod header;
mod keys;

pub use errors::{ErrorBody, NotFound, Trouble};
pub use frame::Frame;
