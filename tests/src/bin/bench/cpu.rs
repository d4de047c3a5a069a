//! What a process has cost so far: CPU time from /proc, in milliseconds. Other work on the machine makes a request
//! slower, but hardly costlier: this is the number to compare.

use anyhow::{Context as _, Result};
use std::fs;

/// Linux tells these in hundredths of a second, on every machine.
const MS_PER_TICK: f64 = 10.0;

struct Stat {
    parent: u32,
    own: u64,
    /// Of children that have ended.
    children: u64,
}

fn stat(pid: u32) -> Result<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).context("reading /proc")?;
    // The name in parentheses may hold anything.
    let rest = text.rsplit_once(')').context("reading /proc")?.1;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let number = |place: usize| fields.get(place).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    Ok(Stat {
        parent: u32::try_from(number(1)).context("reading /proc")?,
        own: number(11) + number(12),
        children: number(13) + number(14),
    })
}

/// Of one process.
pub fn of_process(pid: u32) -> Result<f64> {
    Ok(stat(pid)?.own as f64 * MS_PER_TICK)
}

/// Of a process and all its children, those that have ended, too.
pub fn of_family(parent: u32) -> Result<f64> {
    let own = stat(parent)?;
    let mut ticks = own.own + own.children;
    for entry in fs::read_dir("/proc").context("reading /proc")?.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // One that ended meanwhile is counted by its parent next time.
        if let Ok(child) = stat(pid)
            && child.parent == parent
        {
            ticks += child.own;
        }
    }
    Ok(ticks as f64 * MS_PER_TICK)
}

/// Whose child it is.
pub fn parent_of(pid: u32) -> Result<u32> {
    Ok(stat(pid)?.parent)
}

/// What it holds in memory, in megabytes.
pub fn memory(pid: u32) -> Result<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).context("reading /proc")?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("reading /proc")?;
    let kb: f64 = line.trim().trim_end_matches("kB").trim().parse().context("reading /proc")?;
    Ok(kb / 1024.0)
}
