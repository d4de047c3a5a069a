//! What people do in Slack.

mod declare;
mod deliveries;
mod lost_answers;
mod refused;
mod start;
mod update;
