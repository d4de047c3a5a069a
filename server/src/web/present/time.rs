//! Moments and lengths of time in words, in the one zone of the installation (spec 03 §1: `YYYY/MM/DD HH:MM`, 24 h).

use chrono::{
    TimeDelta,
    format::{Item, StrftimeItems},
};
use chrono_tz::Tz;
pub use domain::view::length;
use domain::{Timestamp, view::Moment};
use std::sync::LazyLock;

/// Now, and where the clock on the wall hangs.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    pub now: Timestamp,
    pub zone: Tz,
}

/// Where the hour begins and the minute ends in the full words of a moment.
const HOUR: usize = "2026/10/14 ".len();
const MINUTE: usize = "2026/10/14 14:09".len();

impl Times {
    /// `2026/10/14 14:09`
    pub fn date(&self, at: Timestamp) -> Moment {
        self.moment(at, |full| full[..MINUTE].to_owned())
    }

    /// `14:09` on the same day, else `2026/10/14 14:09`.
    pub fn clock(&self, at: Timestamp) -> Moment {
        let day = |at: Timestamp| at.with_timezone(&self.zone).date_naive();
        let from = if day(at) == day(self.now) { HOUR } else { 0 };
        self.moment(at, |full| full[from..MINUTE].to_owned())
    }

    /// `14:09:43`
    pub fn second(&self, at: Timestamp) -> String {
        self.local(at, "%H:%M:%S")
    }

    /// `2026/10/14`
    pub fn day(&self, at: Timestamp) -> String {
        self.local(at, "%Y/%m/%d")
    }

    /// `Wednesday 2026/10/14`
    pub fn weekday(&self, at: Timestamp) -> String {
        self.local(at, "%A %Y/%m/%d")
    }

    /// `2026/10/14 14:09:43 CEST`
    pub fn full(&self, at: Timestamp) -> String {
        // Every moment of a page says it: the format is read once.
        static FULL: LazyLock<Vec<Item<'static>>> =
            LazyLock::new(|| StrftimeItems::new("%Y/%m/%d %H:%M:%S %Z").collect());
        at.with_timezone(&self.zone).format_with_items(FULL.iter()).to_string()
    }

    /// `opened 5 h ago`, `just now`; after a month the day.
    pub fn ago(&self, did: &str, at: Timestamp) -> Moment {
        let gone = self.now - at;
        let when = match gone.num_minutes() {
            ..1 => "just now".to_owned(),
            1..43_200 => format!("{} ago", largest(gone)),
            _ => format!("on {}", self.day(at)),
        };
        let text = if did.is_empty() { when } else { format!("{did} {when}") };
        self.moment(at, |_| text)
    }

    /// Said by its full words, or apart from them.
    fn moment(&self, at: Timestamp, say: impl FnOnce(&str) -> String) -> Moment {
        let full = self.full(at);
        let iso = at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        Moment { text: say(&full), full, iso }
    }

    fn local(&self, at: Timestamp, format: &str) -> String {
        at.with_timezone(&self.zone).format(format).to_string()
    }
}

/// In seconds when it is short: `2.4 s`, `12 s`, then as [`length`].
pub fn short(delta: TimeDelta) -> String {
    match delta.num_milliseconds().max(0) {
        ms @ ..10_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        ms @ ..120_000 => format!("{} s", ms / 1000),
        _ => length(delta),
    }
}

/// In the largest unit alone.
fn largest(delta: TimeDelta) -> String {
    match (delta.num_days(), delta.num_hours()) {
        (0, 0) => format!("{} min", delta.num_minutes()),
        (0, hours) => format!("{hours} h"),
        (1, _) => "1 day".into(),
        (days, _) => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(now: &str) -> Times {
        Times { now: now.parse().expect("a time"), zone: chrono_tz::Europe::Paris }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    // WEB-035: YYYY/MM/DD HH:MM in the zone of the settings.
    #[test]
    fn moments_are_said_in_the_zone() {
        let times = times("2026-10-14T12:53:00Z");
        let moment = times.date(at("2026-10-14T12:09:43.5Z"));
        assert_eq!(moment.text, "2026/10/14 14:09");
        assert_eq!(moment.full, "2026/10/14 14:09:43 CEST");
        assert_eq!(moment.iso, "2026-10-14T12:09:43Z");
        assert_eq!(times.clock(at("2026-10-14T12:09:00Z")).text, "14:09");
        // 00:30 in Paris is another day than 23:30, though both are the 13th in Greenwich.
        assert_eq!(times.clock(at("2026-10-13T21:30:00Z")).text, "2026/10/13 23:30");
        assert_eq!(times.clock(at("2026-10-13T22:30:00Z")).text, "00:30");
        assert_eq!(times.weekday(times.now), "Wednesday 2026/10/14");
    }

    #[test]
    fn how_long_ago_is_said_in_one_unit() {
        let times = times("2026-10-14T12:00:00Z");
        for (then, said) in [
            ("2026-10-14T12:00:30Z", "just now"),
            ("2026-10-14T11:59:30Z", "just now"),
            ("2026-10-14T11:54:00Z", "6 min ago"),
            ("2026-10-14T06:10:00Z", "5 h ago"),
            ("2026-10-13T11:00:00Z", "1 day ago"),
            ("2026-10-05T11:00:00Z", "9 days ago"),
            ("2026-08-01T11:00:00Z", "on 2026/08/01"),
        ] {
            assert_eq!(times.ago("", at(then)).text, said);
        }
        assert_eq!(times.ago("opened", at("2026-10-14T11:54:00Z")).text, "opened 6 min ago");
    }

    #[test]
    fn lengths_are_said_in_two_units() {
        let said = |seconds| length(TimeDelta::seconds(seconds));
        assert_eq!(
            [said(0), said(59), said(60), said(4500)],
            ["under a minute", "under a minute", "1 min", "1 h 15 min"]
        );
        assert_eq!(
            [said(7200), said(90_000), said(86_400), said(400_000)],
            ["2 h", "1 day 1 h", "1 day", "4 days"]
        );
        assert_eq!(short(TimeDelta::milliseconds(2449)), "2.4 s");
        assert_eq!(short(TimeDelta::seconds(12)), "12 s");
        assert_eq!(short(TimeDelta::seconds(180)), "3 min");
    }
}
