//! The moment that an address asks for: `?at=2026-10-14T14:31`.

use crate::Timestamp;
use crate::period::{Zone, parse_instant};
use chrono::TimeDelta;

/// The last instant of what was written: 14:31 means all of that minute, 14:31:07 all of that second, so that what
/// happened "at 14:31" is there. Without a zone it is `zone`'s. `None`: not a moment.
pub fn through(text: &str, zone: &dyn Zone) -> Option<Timestamp> {
    let text = text.trim();
    let begins = parse_instant(text, zone)?;
    let clock = text.split_once([' ', 'T', 't']).map_or("", |(_, clock)| clock.trim());
    let end = clock.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(clock.len());
    let clock = &clock[..end];
    let lasts = match (clock.matches(':').count(), clock.contains('.')) {
        (0, _) => TimeDelta::days(1),
        (1, _) => TimeDelta::minutes(1),
        (_, false) => TimeDelta::seconds(1),
        (_, true) => return Some(begins),
    };
    begins.checked_add_signed(lasts - TimeDelta::microseconds(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::FixedOffset;

    #[test]
    fn a_moment_means_all_of_what_was_written() {
        let zone = FixedOffset::east_opt(7200).expect("an offset");
        let cases = [
            ("2026-10-14", "2026-10-14T21:59:59.999999Z"),
            ("2026-10-14T14:31", "2026-10-14T12:31:59.999999Z"),
            ("2026/10/14 14:31", "2026-10-14T12:31:59.999999Z"),
            ("2026-10-14T14:31:07", "2026-10-14T12:31:07.999999Z"),
            ("2026-10-14T14:31:07Z", "2026-10-14T14:31:07.999999Z"),
            ("2026-10-14T14:31:07+02:00", "2026-10-14T12:31:07.999999Z"),
            ("2026-10-14T14:31:07.25Z", "2026-10-14T14:31:07.25Z"),
        ];
        for (text, expected) in cases {
            let expected: Timestamp = expected.parse().expect("a moment");
            assert_eq!(through(text, &zone), Some(expected), "{text}");
        }
        assert_eq!([through("", &zone), through("yesterday", &zone), through("14:31", &zone)], [None; 3]);
    }
}
