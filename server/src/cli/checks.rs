//! Commands that only look: does everything work, and is the record whole.

use crate::{context::Context, db, history, settings::Settings, telemetry};
use anyhow::Result;
use std::{process::ExitCode, sync::Arc};

/// Findings, printed as they come.
#[derive(Default)]
struct Report {
    failed: usize,
}

impl Report {
    fn good(&mut self, what: &str, found: &str) {
        println!("  ok    {what}: {found}");
    }

    fn off(&mut self, what: &str, found: &str) {
        println!("  off   {what}: {found}");
    }

    fn bad(&mut self, what: &str, found: &str, remedy: &str) {
        println!("  FAILS {what}: {found}\n        {remedy}");
        self.failed += 1;
    }

    fn finish(self) -> ExitCode {
        match self.failed {
            0 => {
                println!("Everything that is switched on works.");
                ExitCode::SUCCESS
            }
            n => {
                println!("{n} of these need you.");
                ExitCode::FAILURE
            }
        }
    }
}

/// Settings are right when this is reached: wrong ones end the process before. The rest is tried.
pub async fn doctor(settings: Arc<Settings>) -> Result<ExitCode> {
    let mut report = Report::default();
    report.good("settings", &format!("ENV={}, {}", settings.env, settings.site.base_url));
    for notice in &settings.notices {
        println!("        {notice}");
    }
    match db::connect(&settings).await {
        Err(e) => {
            report.bad("database", &telemetry::chain(&e), "See DATABASE_URL, POSTGRES_* and FF_DATA_DIR.")
        }
        Ok(database) => {
            report.good("database", &database.described);
            match db::pending_migrations(&database.pool).await {
                Err(e) => report.bad("migrations", &telemetry::chain(&e), "See the log of PostgreSQL."),
                Ok(pending) if pending.is_empty() => report.good("migrations", "all applied"),
                Ok(pending) => {
                    let missing = format!("{} missing: {}", pending.len(), pending.join(", "));
                    report.bad("migrations", &missing, "Run `firefighter migrate`.");
                }
            }
            let ctx = super::context(settings, database.pool.clone()).await?;
            try_slack(&ctx, &mut report).await;
            database.stop().await;
        }
    }
    Ok(report.finish())
}

async fn try_slack(ctx: &Context, report: &mut Report) {
    let Some(slack) = ctx.slack() else {
        return report.off("Slack", "no SLACK_BOT_TOKEN");
    };
    match slack.auth_test().await {
        Ok(identity) => report.good("Slack", &format!("{identity:?}")),
        Err(e) => report.bad("Slack", &telemetry::chain(&e), "See SLACK_BOT_TOKEN and SLACK_API_URL."),
    }
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
