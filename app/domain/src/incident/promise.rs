//! "Next update by": what people are promised with an update, and until when.
//!
//! Promised for some minutes from now or for a moment. The next update that says something keeps the promise and makes
//! its own; closing ends it. Who promises nothing is not late.

use super::words::Wrong;
use crate::{FieldCode, Timestamp};
use chrono::{Days, NaiveTime, TimeDelta, TimeZone};

/// Minutes that a form offers.
pub const OFFERED_MINUTES: [i64; 3] = [15, 30, 60];
/// Nobody is promised news later than this.
pub const LONGEST: TimeDelta = TimeDelta::days(7);
/// A time on the clock that passed less than this ago is past; one that passed longer ago means tomorrow.
const HALF_A_DAY: TimeDelta = TimeDelta::hours(12);

/// When the next update is promised for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promised {
    In(TimeDelta),
    At(Timestamp),
}

impl Promised {
    /// Minutes (`30`) or a moment (RFC 3339); blank: nothing is promised.
    pub(super) fn parse(raw: &str) -> Result<Option<Self>, Wrong> {
        let raw = raw.trim();
        if raw.is_empty() {
            return Ok(None);
        }
        let minutes = raw.parse().ok().and_then(TimeDelta::try_minutes).map(Promised::In);
        let moment = || raw.parse().ok().map(Promised::At);
        let wrong = || (FieldCode::Invalid, "Not a time. Write it as 14:30.".to_owned());
        minutes.or_else(moment).ok_or_else(wrong).map(Some)
    }

    /// The moment it is due.
    pub(super) fn due(self, now: Timestamp) -> Result<Timestamp, Wrong> {
        let due = match self {
            Promised::In(wait) => now.checked_add_signed(wait).unwrap_or(Timestamp::MAX_UTC),
            Promised::At(due) => due,
        };
        if due <= now {
            Err((FieldCode::Invalid, "That is past. Promise a time that is still to come.".into()))
        } else if due - now > LONGEST {
            Err((FieldCode::Invalid, "That is more than a week away. Promise something sooner.".into()))
        } else {
            Ok(due)
        }
    }
}

/// A time on the wall as a moment: `14:30` of today, or of tomorrow when it is long past today.
pub fn on_the_clock<Z: TimeZone>(text: &str, now: Timestamp, zone: &Z) -> Option<Timestamp> {
    let text = text.trim();
    let time = ["%H:%M", "%H:%M:%S"].iter().find_map(|form| NaiveTime::parse_from_str(text, form).ok())?;
    let today = now.with_timezone(zone).date_naive();
    let of = |day: chrono::NaiveDate| Some(zone.from_local_datetime(&day.and_time(time)).latest()?.to_utc());
    let at = of(today)?;
    if now - at < HALF_A_DAY { Some(at) } else { of(today.checked_add_days(Days::new(1))?) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::FixedOffset;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    #[test]
    fn minutes_and_moments_are_promised_and_nothing_else() {
        let now = at("2024-05-01T12:00:00Z");
        let due = |raw: &str| Promised::parse(raw).map(|p| p.map(|p| p.due(now)));
        assert_eq!(due(" "), Ok(None));
        assert_eq!(due("30"), Ok(Some(Ok(at("2024-05-01T12:30:00Z")))));
        assert_eq!(due("2024-05-01T14:05:00+02:00"), Ok(Some(Ok(at("2024-05-01T12:05:00Z")))));
        for refused in ["0", "-15", "2024-05-01T12:00:00Z", "10081", "99999999999"] {
            assert!(matches!(due(refused), Ok(Some(Err(_)))), "{refused}");
        }
        for unread in ["soon", "12:30", "9999999999999999999999"] {
            assert!(due(unread).is_err(), "{unread}");
        }
    }

    #[test]
    fn a_time_on_the_wall_is_the_next_one_of_its_kind() {
        let paris = FixedOffset::east_opt(2 * 3600).expect("an offset");
        let noon = at("2024-05-01T12:00:00Z");
        let clock = |text| on_the_clock(text, noon, &paris);
        assert_eq!(clock("14:30"), Some(at("2024-05-01T12:30:00Z")));
        assert_eq!(clock("13:50"), Some(at("2024-05-01T11:50:00Z")), "just past, and refused as such");
        assert_eq!(clock("01:15"), Some(at("2024-05-01T23:15:00Z")), "tonight");
        assert_eq!(clock("soon"), None);
    }
}
