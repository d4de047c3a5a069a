//! Fault points: named places where a test makes the server die as by `kill -9`.
//!
//! `FF_FAULT=slack.after_call` dies the first time that point is reached, `FF_FAULT=slack.after_call@3` the third.
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
static ASKED: std::sync::LazyLock<Option<(String, u32)>> = std::sync::LazyLock::new(|| {
    let asked = std::env::var("FF_FAULT").ok()?;
    match asked.split_once('@') {
        Some((point, nth)) => Some((point.to_owned(), nth.parse().unwrap_or(1))),
        None => Some((asked, 1)),
    }
});

#[cfg(debug_assertions)]
static LOG: std::sync::LazyLock<Option<std::sync::Mutex<std::fs::File>>> = std::sync::LazyLock::new(|| {
    let path = std::env::var_os("FF_FAULT_LOG")?;
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path).ok()?;
    Some(std::sync::Mutex::new(file))
});

/// Ends the process without unwinding, flushing or saying goodbye, if this is the asked point for the asked time.
#[cfg(debug_assertions)]
pub fn reached(point: &str) {
    if let Some(log) = LOG.as_ref()
        && let Ok(mut log) = log.lock()
    {
        use std::io::Write;
        let _lost = writeln!(log, "{point}");
    }
    if let Some((asked, nth)) = ASKED.as_ref()
        && asked == point
        && SEEN.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1 == *nth
    {
        std::process::abort();
    }
}
