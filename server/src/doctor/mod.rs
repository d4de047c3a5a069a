//! `firefighter doctor`: proves by trying that everything which is switched on works.
//!
//! Each finding says what is wrong, what it breaks and how to mend it. A failed check does not end the examination:
//! only what could not be asked without it is left out.

mod desk;
mod machine;
mod workspace;

use crate::settings::{Settings, SettingsError};
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;

/// How it stands with one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Ok,
    /// Switched off, by the settings.
    Off,
    /// Works, and somebody should know.
    Warning,
    Failed,
}

/// What was tried and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// `database.version`, `slack.scope.pins:write`.
    pub check: String,
    pub state: State,
    pub found: String,
    /// What does not work because of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breaks: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Finding {
    fn ok(check: &str, found: impl Into<String>) -> Self {
        Finding { check: check.into(), state: State::Ok, found: found.into(), breaks: None, remedy: None }
    }

    fn off(check: &str, found: &str) -> Self {
        Finding { state: State::Off, ..Finding::ok(check, found) }
    }

    fn failed(check: &str, found: impl Into<String>, breaks: &str, remedy: &str) -> Self {
        Finding {
            state: State::Failed,
            breaks: Some(breaks.into()),
            remedy: Some(remedy.into()),
            ..Finding::ok(check, found)
        }
    }

    fn warning(check: &str, found: impl Into<String>, breaks: &str, remedy: &str) -> Self {
        Finding { state: State::Warning, ..Finding::failed(check, found, breaks, remedy) }
    }
}

/// All findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report(Vec<Finding>);

impl Report {
    /// Settings that cannot be read are all there is to say.
    pub fn of_settings(error: &SettingsError) -> Self {
        let finding = |problem: &crate::settings::Problem| {
            let remedy = format!("{} Expected: {}.", problem.remedy, problem.expected);
            let found = format!("{} {}", problem.name, problem.what);
            Finding::failed(
                &format!("settings.{}", problem.name),
                found,
                "FireFighter does not start, and nothing else can be tried.",
                &remedy,
            )
        };
        Report(error.0.iter().map(finding).collect())
    }

    fn add(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        self.0.extend(findings);
    }

    /// Nothing failed.
    pub fn is_fine(&self) -> bool {
        !self.0.iter().any(|finding| finding.state == State::Failed)
    }

    /// For a program.
    pub fn json(&self) -> serde_json::Value {
        json!({ "ok": self.is_fine(), "findings": self.0 })
    }

    /// For a person at a terminal.
    pub fn text(&self) -> String {
        let mut lines = Vec::new();
        for finding in &self.0 {
            let state = match finding.state {
                State::Ok => "ok   ",
                State::Off => "off  ",
                State::Warning => "note ",
                State::Failed => "FAILS",
            };
            let found = finding.found.replace('\n', "\n        ");
            lines.push(format!("  {state} {}: {found}", finding.check));
            lines.extend(finding.breaks.iter().map(|breaks| format!("        breaks: {breaks}")));
            lines.extend(finding.remedy.iter().map(|remedy| format!("        to do:  {remedy}")));
        }
        lines.push(match self.0.iter().filter(|finding| finding.state == State::Failed).count() {
            0 => "Everything that is switched on works.".into(),
            1 => "One of these needs you.".into(),
            n => format!("{n} of these need you."),
        });
        lines.join("\n")
    }
}

/// Tries everything.
pub async fn examine(settings: Arc<Settings>) -> Report {
    let mut report = Report::default();
    report.add(Finding::ok("settings", format!("ENV={}, {}", settings.env, settings.site.base_url)));
    for notice in &settings.notices {
        report.add(Finding { state: State::Warning, ..Finding::ok("settings.notice", notice.clone()) });
    }
    report.add(machine::disk(&settings.site.data_dir));
    let database = desk::examine(&settings, &mut report).await;
    report.add(machine::address(&settings.site).await);
    report.extend(workspace::examine(&settings, database.as_ref().map(|database| &database.pool)).await);
    if let Some(database) = database {
        database.stop().await;
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_what_is_wrong_what_it_breaks_and_what_to_do() {
        let mut report = Report::default();
        report.add(Finding::ok("database", "answers"));
        assert!(report.is_fine());
        assert!(report.text().ends_with("Everything that is switched on works."));
        report.add(Finding::warning("machine.disk", "5 % free", "It fills.", "Make room."));
        assert!(report.is_fine(), "a warning is no failure");
        report.add(Finding::failed("slack.token", "rejected", "Nothing is said.", "Set a valid one."));
        assert!(!report.is_fine());
        let text = report.text();
        assert!(text.contains(
            "FAILS slack.token: rejected\n        breaks: Nothing is said.\n        to do:  Set a valid one."
        ));
        assert!(text.ends_with("One of these needs you."), "{text}");
        let json = report.json();
        assert_eq!((&json["ok"], &json["findings"][2]["state"]), (&json!(false), &json!("failed")));
        assert_eq!(json["findings"][0].get("remedy"), None);
    }
}
