//! What Slack told last. Its deliveries come twice, late and out of order; of each thing the newest told counts.

use super::store;
use domain::{Result, Timestamp};
use sqlx::PgConnection;

/// Where and when something happened, by Slack's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Slack's id of the channel.
    pub channel: String,
    /// Absent when the delivery does not say: then it counts as news.
    pub at: Option<Timestamp>,
}

impl Told {
    /// What Slack answered just now: newer than any delivery.
    pub fn seen(channel: &str) -> Self {
        Told { channel: channel.into(), at: None }
    }
}

/// What of a channel is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About<'a> {
    Name,
    Status,
    /// Whether somebody is in it, by Slack's id.
    Member(&'a str),
}

impl About<'_> {
    fn key(self) -> String {
        match self {
            About::Name => "name".into(),
            About::Status => "status".into(),
            About::Member(slack_id) => format!("member {slack_id}"),
        }
    }
}

/// Whether nothing newer was told of this, which is noted. Called under the lock of the incident, in the transaction
/// that does what was told.
///
/// # Errors
/// When the database refuses, or the channel is none of ours.
pub(super) async fn is_news(conn: &mut PgConnection, told: &Told, about: About<'_>) -> Result<bool> {
    let Some(at) = told.at else { return Ok(true) };
    store::hear(conn, &told.channel, &about.key(), at).await
}
