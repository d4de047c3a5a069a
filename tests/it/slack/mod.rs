//! What people do in Slack.

mod declare;
