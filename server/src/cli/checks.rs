//! Commands that only look: does everything work, is the record whole, what must the app in Slack be.

use crate::{
    context::Context,
    doctor::{self, Report},
    history,
    settings::{Settings, SettingsError},
    slack::manifest,
};
use anyhow::{Result, anyhow};
use std::{process::ExitCode, sync::Arc};

/// Tries everything; exit code 1 when something needs a person.
pub async fn doctor(settings: Arc<Settings>, json: bool) -> Result<ExitCode> {
    let report = doctor::examine(settings).await;
    print(&report, json)?;
    Ok(if report.is_fine() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Settings that cannot be read, in the same shape; exit code 2, as for every command.
pub fn doctor_of_settings(error: &SettingsError, json: bool) -> Result<ExitCode> {
    print(&Report::of_settings(error), json)?;
    Ok(ExitCode::from(2))
}

fn print(report: &Report, json: bool) -> Result<()> {
    if json {
        println!("{}", serde_json::to_string_pretty(&report.json())?);
    } else {
        println!("{}", report.text());
    }
    Ok(())
}

/// What to paste at api.slack.com/apps.
pub fn slack_manifest(settings: &Settings, yaml: bool) -> Result<ExitCode> {
    let slack =
        settings.slack.as_ref().ok_or_else(|| anyhow!("Slack is switched off: ENABLE_SLACK=false."))?;
    let manifest = manifest::manifest(slack, &settings.site);
    if yaml {
        print!("{}", manifest::yaml(&manifest));
    } else {
        println!("{}", serde_json::to_string_pretty(&manifest)?);
    }
    Ok(ExitCode::SUCCESS)
}

/// Names the first bad record of each stream; exit code 1 when there is one.
pub async fn verify(ctx: &Context) -> Result<ExitCode> {
    let verdict = history::verify(&ctx.db).await?;
    println!("{} records in {} streams.", verdict.records, verdict.streams);
    for broken in &verdict.broken {
        println!("  BROKEN {} at {}: {}", broken.stream, broken.seq, broken.reason);
    }
    if verdict.broken.is_empty() {
        println!("The history is whole.");
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}
