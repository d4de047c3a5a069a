//! How single values are spelled in answers (spec 04 §4): moments with the office's offset and microseconds, durations
//! as `[D ]HH:MM:SS[.ffffff]`, objects whose keys come in a given order.

use chrono_tz::Tz;
use domain::Timestamp;
use serde::{Serialize, Serializer, ser::SerializeMap};

const SECOND_US: i64 = 1_000_000;
const DAY_S: i64 = 86_400;

/// `2024-05-01T14:30:00.000000+02:00`; without an offset it ends in `Z`.
pub fn moment(at: Timestamp, zone: Tz) -> String {
    let text = at.with_timezone(&zone).format("%Y-%m-%dT%H:%M:%S%.6f%:z").to_string();
    match text.strip_suffix("+00:00") {
        Some(front) => format!("{front}Z"),
        None => text,
    }
}

/// `01:30:00`, `2 03:00:00`, `00:00:01.500000`, from microseconds. A negative one counts back from whole days, as the
/// clients' libraries read it: `-1 23:00:00` is one hour before.
pub fn duration(us: i64) -> String {
    let (seconds, rest) = (us.div_euclid(SECOND_US), us.rem_euclid(SECOND_US));
    let (days, second) = (seconds.div_euclid(DAY_S), seconds.rem_euclid(DAY_S));
    let mut text = if days == 0 { String::new() } else { format!("{days} ") };
    text += &format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    if rest != 0 {
        text += &format!(".{rest:06}");
    }
    text
}

/// As [`duration`], from whole seconds.
pub fn duration_of_seconds(seconds: i64) -> String {
    duration(seconds.saturating_mul(SECOND_US))
}

/// A JSON object that keeps the order of its keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Keyed<T>(pub Vec<(String, T)>);

impl<T> Default for Keyed<T> {
    fn default() -> Self {
        Keyed(Vec::new())
    }
}

impl<T: Serialize> Serialize for Keyed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // API-018: moments carry offset and microseconds.
    #[test]
    fn moments_are_local_with_microseconds() {
        let at: Timestamp = "2024-05-01T12:30:00.0012345Z".parse().unwrap();
        assert_eq!(moment(at, chrono_tz::Europe::Paris), "2024-05-01T14:30:00.001234+02:00");
        assert_eq!(moment(at, chrono_tz::America::New_York), "2024-05-01T08:30:00.001234-04:00");
        assert_eq!(moment(at, chrono_tz::UTC), "2024-05-01T12:30:00.001234Z");
        let whole: Timestamp = "2024-12-01T12:30:00Z".parse().unwrap();
        assert_eq!(moment(whole, chrono_tz::Europe::London), "2024-12-01T12:30:00.000000Z");
    }

    // API-018: durations.
    #[test]
    fn durations_leave_out_what_is_zero() {
        for (us, text) in [
            (0, "00:00:00"),
            (5_400_000_000, "01:30:00"),
            (1_500_000, "00:00:01.500000"),
            (183_600_000_000, "2 03:00:00"),
            (86_400_000_001, "1 00:00:00.000001"),
            (-3_600_000_000, "-1 23:00:00"),
        ] {
            assert_eq!(duration(us), text);
        }
        assert_eq!(duration_of_seconds(7_200), "02:00:00");
    }

    #[test]
    fn keys_keep_their_order() {
        let keyed = Keyed(vec![("z".to_owned(), 1), ("a".to_owned(), 2)]);
        assert_eq!(serde_json::to_string(&keyed).unwrap(), r#"{"z":1,"a":2}"#);
    }
}
