//! People: who they are, what they may do, how they sign in.
//!
//! A person has one row in `users`, found by Slack id, by e-mail (one mailbox is one person, however it is written)
//! or by username. Doors turn a person into a [`domain::Caller`] with [`permissions::caller`] and never look at rows.
//! Reads take any executor; what writes takes a connection, so that it can be part of an operation's transaction.
//! Fields: spec 01 §3.11; permissions: 04 §2; API keys: 04 §3; Slack identities: 10 §3.

pub mod admin;
pub mod directory;
pub mod email;
pub mod groups;
pub mod login;
pub mod password;
pub mod permissions;
pub mod sandbox;
pub mod slack_accounts;
pub mod tokens;

pub use directory::{NewUser, User};
pub use email::Email;
pub use slack_accounts::{SlackAccount, SlackPerson};
