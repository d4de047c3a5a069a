//! Incidents: what people do to them, and what is read of them.
//!
//! | operation | what it does |
//! |---|---|
//! | [`declare`] | one new incident, whichever door asked |
//! | [`update`] | a message, changed fields, a new status: one entry of the timeline |
//! | [`attach_channel`], [`channel_event`], [`tag_channel`] | what Slack made of the incident's channel |
//! | [`members::join`], [`members::leave`] | who is on it |
//!
//! Reads ([`query`], [`list`], [`desk`]) ask the fence inside their SQL. `store` holds the rows and is private to this
//! room.

mod channel;
pub mod costs;
mod declare;
pub mod desk;
mod details;
pub mod list;
pub mod members;
pub mod query;
mod store;
mod update;

pub use channel::{NewChannel, attach_channel, channel_event, tag_channel};
pub use declare::{Declaring, declare};
pub use details::{CostSum, Details, Metric, RoleHeld, details};
pub use update::{Updating, update};
