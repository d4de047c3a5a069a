//! What people do in Slack.

mod declare;
mod lost_answers;
mod start;
mod update;
