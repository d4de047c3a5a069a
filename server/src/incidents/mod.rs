//! Incidents: what people do to them, and what is read of them.
//!
//! | operation | what it does |
//! |---|---|
//! | [`declare`] | one new incident, whichever door asked |
//! | [`update`] | a message, changed fields, a new status: one entry of the timeline |
//! | [`correct()`] | other words for what was said |
//! | [`mistake`] | a declaration taken back within a minute |
//! | [`attach_channel`], [`channel_event`], [`tag_channel`] | what Slack made of the incident's channel |
//! | [`key_events`] | when it started, was detected, recovered; the metrics follow |
//! | [`roles`] | who leads, who communicates: several changes in one go |
//! | [`members`] | who is on it: by the channel, or by saying so on the page |
//! | [`costs::add`], [`costs::remove`] | what it costs, line by line |
//! | [`tags()`] | words to find it again |
//! | [`impacts()`] | who is hit, assessed again |
//! | [`erase`] | what people wrote goes, what they did stays |
//!
//! Reads ([`query`], [`list`], [`board()`], [`categories`]) ask the fence inside their SQL. `store` holds the rows and is private to this
//! room.

mod around;
pub mod board;
pub mod categories;
mod channel;
mod correct;
pub mod costs;
mod declare;
mod details;
mod erase;
mod heard;
mod impacts;
mod key_events;
pub mod list;
pub mod members;
pub mod notes;
pub mod past;
pub mod query;
mod roles;
pub mod similar;
mod store;
mod tags;
mod update;

pub use around::{Around, Whole, whole};
pub use board::{Boards, board};
pub use channel::{NewChannel, attach_channel, channel_event, tag_channel};
pub use correct::correct;
pub use declare::{Declaring, declare};
pub use details::{CostSum, Details, Metric, Opener, RoleHeld, details};
pub use erase::erase;
pub use heard::Told;
pub use impacts::impacts;
pub use key_events::key_events;
pub use list::Asking;
pub use roles::roles;
pub use tags::{tags, tags_of};
pub use update::{Updating, mistake, update};
