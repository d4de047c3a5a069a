//! Slack: a door (commands, modals, events) and a surface (the channel, its card and messages).
//!
//! In: [`routes`] verifies raw bytes and types them ([`delivery`]); [`dispatch`] finds who asks ([`directory`]) and
//! hands over to [`commands`], [`modals`] or [`events`], which call one operation and show its result. Out: jobs
//! ([`jobs`]) make the channel look as the incident says ([`channel`], [`invitations`]) and say what happened
//! ([`messages`]); whether something was said already is asked before it is said again. [`rules`] says what is
//! announced where. Nothing else in the house talks to Slack.

pub mod answer;
pub mod blocks;
pub mod client;
pub mod delivery;
mod elements;
pub mod ids;
pub mod jobs;
mod mrkdwn;
pub mod signature;
mod transport;
