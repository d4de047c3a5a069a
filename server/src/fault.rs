//! Fault points: named places where a test makes the server die as by `kill -9`, or stand still.
//!
//! `FF_FAULT=slack.after_call` dies the first time that point is reached, `FF_FAULT=slack.after_call@3` the third.
//! `FF_FAULT=slack.after_call:stop` stands still there, as by `kill -STOP`, until somebody sends SIGCONT.
//! `FF_FAULT_LOG=<file>` writes down every point that is reached, so that a test knows all there are.
//!
//! Compiled in under `debug_assertions` only; a release build has none.

/// Dies here when a test asked for it.
#[macro_export]
macro_rules! fault {
    ($point:expr) => {
        #[cfg(debug_assertions)]
        $crate::fault::reached($point);
    };
}

#[cfg(debug_assertions)]
static SEEN: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

#[cfg(debug_assertions)]
struct Asked {
    point: String,
    nth: u32,
    stops: bool,
}

#[cfg(debug_assertions)]
static ASKED: std::sync::LazyLock<Option<Asked>> = std::sync::LazyLock::new(|| {
    let asked = std::env::var("FF_FAULT").ok()?;
    let (asked, stops) = match asked.strip_suffix(":stop") {
        Some(asked) => (asked, true),
        None => (asked.as_str(), false),
    };
    let (point, nth) = asked.split_once('@').unwrap_or((asked, "1"));
    Some(Asked { point: point.to_owned(), nth: nth.parse().unwrap_or(1), stops })
});

#[cfg(debug_assertions)]
static LOG: std::sync::LazyLock<Option<std::sync::Mutex<std::fs::File>>> = std::sync::LazyLock::new(|| {
    let path = std::env::var_os("FF_FAULT_LOG")?;
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path).ok()?;
    Some(std::sync::Mutex::new(file))
});

/// Ends the process without unwinding, flushing or saying goodbye, if this is the asked point for the asked time; or
/// stops it.
#[cfg(debug_assertions)]
pub fn reached(point: &str) {
    if let Some(log) = LOG.as_ref()
        && let Ok(mut log) = log.lock()
    {
        use std::io::Write;
        let _lost = writeln!(log, "{point}");
    }
    if let Some(asked) = ASKED.as_ref()
        && asked.point == point
        && SEEN.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1 == asked.nth
    {
        if !asked.stops {
            std::process::abort();
        }
        let me = std::process::id().to_string();
        let _stood_still = std::process::Command::new("kill").args(["-STOP", &me]).status();
    }
}
