//! What the machine gives: room, the right time, an address that answers.

use super::Finding;
use crate::{http, settings::SiteSettings};
use domain::Timestamp;
use std::{path::Path, process::Command, time::Duration};

/// Less than this, in megabytes, is too little for anything.
const TOO_LITTLE: u64 = 200;
/// Less than this is worth knowing.
const LITTLE: u64 = 2_000;
/// Clocks may differ by so much before something is wrong: signatures of Slack are good for five minutes.
const SKEW_WARNING: chrono::TimeDelta = chrono::TimeDelta::seconds(5);
const SKEW_FAILURE: chrono::TimeDelta = chrono::TimeDelta::seconds(60);

/// Room where the data folder is, or will be.
pub fn disk(data_dir: &Path) -> Finding {
    const CHECK: &str = "machine.disk";
    let breaks = "The private database and its log cannot grow.";
    let remedy = "Make room there, or set FF_DATA_DIR to a larger disk.";
    let absolute = std::path::absolute(data_dir).unwrap_or_else(|_| data_dir.to_owned());
    let place = absolute.ancestors().find(|place| place.exists()).unwrap_or(Path::new("/"));
    let shown = place.display();
    match free_megabytes(place) {
        Ok(free) if free < TOO_LITTLE => {
            Finding::failed(CHECK, format!("{free} MB free in {shown}"), breaks, remedy)
        }
        Ok(free) if free < LITTLE => {
            Finding::warning(CHECK, format!("{free} MB free in {shown}"), breaks, remedy)
        }
        Ok(free) => Finding::ok(CHECK, format!("{free} MB free in {shown}")),
        Err(why) => Finding::warning(
            CHECK,
            format!("the room in {shown} cannot be read: {why}"),
            "Nobody is told before it is full.",
            "Look with `df`.",
        ),
    }
}

/// By `df`, which every machine has.
fn free_megabytes(place: &Path) -> Result<u64, String> {
    let out = Command::new("df").arg("-Pk").arg(place).output().map_err(|e| format!("df: {e}"))?;
    if !out.status.success() {
        return Err(String::from_utf8_lossy(&out.stderr).trim().to_owned());
    }
    available(&String::from_utf8_lossy(&out.stdout)).ok_or_else(|| "df says nothing readable".to_owned())
}

/// The fourth column of the last line: kilobytes that are available. The device before it may hold blanks, so the
/// columns are counted from the percentage.
fn available(df: &str) -> Option<u64> {
    let columns: Vec<&str> = df.lines().last()?.split_whitespace().collect();
    let percent = columns.iter().position(|column| column.ends_with('%'))?;
    columns.get(percent.checked_sub(1)?)?.parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
}

/// Two clocks, read at the same moment.
pub fn clock(check: &str, whose: &str, theirs: Timestamp, ours: Timestamp, breaks: &str) -> Finding {
    let skew = ours - theirs;
    let seconds = skew.num_milliseconds() as f64 / 1000.0;
    let found = match skew.num_milliseconds().signum() {
        1 => format!("this machine is {seconds:.1} s ahead of {whose}"),
        -1 => format!("this machine is {:.1} s behind {whose}", -seconds),
        _ => format!("this machine and {whose} agree"),
    };
    let remedy = "Let both machines follow a time server (NTP, chrony, systemd-timesyncd).";
    match skew.abs() {
        skew if skew >= SKEW_FAILURE => Finding::failed(check, found, breaks, remedy),
        skew if skew >= SKEW_WARNING => Finding::warning(check, found, breaks, remedy),
        _ => Finding::ok(check, found),
    }
}

/// Whether FireFighter answers at its own address. A note only: the server may not run yet, or be reached from
/// outside alone.
pub async fn address(site: &SiteSettings) -> Finding {
    const CHECK: &str = "settings.BASE_URL";
    let probe = site.link(http::HEALTHCHECK);
    let asked = async {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(3)).build()?;
        client.get(&probe).send().await?.error_for_status()
    };
    match asked.await {
        Ok(_) => Finding::ok(CHECK, format!("FireFighter answers at {}", site.base_url)),
        Err(e) => Finding::warning(
            CHECK,
            format!("nobody answers at {probe} from here: {e}"),
            "Links lead there, and Slack delivers there.",
            "Start the server, or correct BASE_URL. When only the outside reaches it, all is well.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;
    use std::path::PathBuf;

    #[test]
    fn room_is_read_whatever_the_device_is_called() {
        let head = "Filesystem 1024-blocks Used Available Capacity Mounted on\n";
        assert_eq!(available(&format!("{head}/dev/sda1 1000000 500000 409600 55% /")), Some(400));
        assert_eq!(available(&format!("{head}map auto home 0 0 2048 100% /home of all")), Some(2));
        assert_eq!(available(""), None);
        let here = disk(&PathBuf::from("./no/such/folder/yet"));
        assert!(here.found.contains(" MB free in /"), "{here:?}");
    }

    #[test]
    fn clocks_may_differ_a_little() {
        let at = |ms: i64| Timestamp::from_timestamp_millis(1_800_000_000_000 + ms).expect("a time");
        let state = |ms: i64| clock("c", "the database", at(0), at(ms), "b").state;
        assert_eq!((state(0), state(1_000), state(-4_900)), (State::Ok, State::Ok, State::Ok));
        assert_eq!((state(5_000), state(-59_000)), (State::Warning, State::Warning));
        assert_eq!((state(60_000), state(-3_600_000)), (State::Failed, State::Failed));
        let behind = clock("c", "the database", at(90_000), at(0), "b");
        assert_eq!(behind.found, "this machine is 90.0 s behind the database");
    }
}
