//! Slack: a door (commands, modals, events) and a surface (the channel, its card and messages).
//!
//! In: [`routes`] verifies raw bytes and types them ([`delivery`]); [`dispatch`] finds who asks ([`directory`]) and
//! hands over to [`commands`], [`modals`] or [`events`], which call one operation and show its result. Out: jobs
//! ([`jobs`]) make the channel look as the incident says (`channel`, `invitations`) and say what happened
//! ([`messages`]); whether something was said already is asked before it is said again (`said`). [`rules`] says what
//! is announced where. [`scopes`] and [`manifest`] say what the app must be in the workspace. Nothing else in the house talks to Slack.

pub mod answer;
pub mod blocks;
mod channel;
pub mod client;
pub mod commands;
pub mod conversations;
pub mod delivery;
pub mod directory;
pub mod dispatch;
pub mod drafts;
mod elements;
pub mod events;
pub mod form;
pub mod ids;
mod invitations;
pub mod jobs;
pub mod manifest;
pub mod messages;
pub mod modals;
mod mrkdwn;
pub mod routes;
pub mod rules;
mod said;
pub mod scopes;
pub mod signature;
mod transport;
pub mod which;

pub use routes::routes;
