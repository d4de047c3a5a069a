//! Runs Slack's jobs.

use crate::{
    context::Context,
    jobs::{Done, JobError, Run, SlackJob},
};

/// Runs one job.
///
/// # Errors
/// What follows from not having done it.
pub async fn run(_ctx: &Context, _job: &SlackJob, _run: &Run) -> Result<Done, JobError> {
    Err(JobError::Park { why: "Slack is being connected".into() })
}
