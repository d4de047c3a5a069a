//! The numbers: rows in `latest.json` for programs, a table for people, each beside the run before.

use super::cases::Case;
use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use std::{fs, path::Path};

/// One case at one size with a number of connections.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    pub case: String,
    pub incidents: i64,
    pub connections: usize,
    pub requests_per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// Of one request, server and database together.
    pub cpu_ms: f64,
    /// SQL statements of one request.
    pub statements: u64,
    /// The same statements bare, and an empty handler.
    pub floor_cpu_ms: f64,
}

/// Two digits behind the point are more than the clock of /proc gives.
pub fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

/// Reads the run before, which makes room for this one.
pub fn previous(folder: &Path) -> Result<Vec<Row>> {
    let (latest, previous) = (folder.join("latest.json"), folder.join("previous.json"));
    if latest.exists() {
        fs::rename(&latest, &previous).context("keeping the run before")?;
    }
    let Ok(text) = fs::read_to_string(&previous) else { return Ok(vec![]) };
    // A run of another version may have said other things.
    Ok(serde_json::from_str(&text).unwrap_or_default())
}

pub fn write(folder: &Path, rows: &[Row]) -> Result<()> {
    let text = serde_json::to_string_pretty(rows).context("writing numbers")?;
    fs::write(folder.join("latest.json"), text + "\n").context("writing numbers")
}

pub fn heading(incidents: i64) {
    println!("\n{} incidents", thousands(incidents));
    println!(
        "  {:<24}{:>5}{:>9}{:>9}{:>9}{:>9}{:>16}{:>6}{:>8}{:>8}{:>9}",
        "case",
        "conns",
        "req/s",
        "p50 ms",
        "p99 ms",
        "CPU ms",
        "server+database",
        "SQL",
        "floor",
        "budget",
        "before"
    );
}

/// One line of the table.
pub fn line(row: &Row, case: Case, server: f64, database: f64, before: &[Row]) {
    let before = before.iter().find(|other| {
        (other.case.as_str(), other.incidents, other.connections)
            == (row.case.as_str(), row.incidents, row.connections)
    });
    let budget = case
        .budget()
        .map_or_else(String::new, |ms| format!("{ms}{}", if row.cpu_ms <= ms { " ✓" } else { " ✗" }));
    let before = before.map_or_else(String::new, |other| format!("{:.2}", other.cpu_ms));
    println!(
        "  {:<24}{:>5}{:>9.0}{:>9.2}{:>9.2}{:>9.2}{:>16}{:>6}{:>8.2}{:>8}{:>9}",
        row.case,
        row.connections,
        row.requests_per_second,
        row.p50_ms,
        row.p99_ms,
        row.cpu_ms,
        format!("{server:.2}+{database:.2}"),
        row.statements,
        row.floor_cpu_ms,
        budget,
        before,
    );
}

/// `100,000`
pub fn thousands(number: i64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|g| std::str::from_utf8(g).unwrap_or_default()).collect();
    groups.join(",")
}
