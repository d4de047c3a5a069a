//! Product time: system time plus an offset that people and tests move.
//!
//! The product reads the offset from `GET /clock`, so that "+1 h" moves every server at once; what the twins send and
//! stamp is moved with it. Machine time (three seconds for a trigger, a lease) is never moved.

use std::time::UNIX_EPOCH;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How far product time stands before system time.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Clock {
    pub offset_ms: i64,
    /// Where it stands, milliseconds since 1970; absent while it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_at_ms: Option<i64>,
}

impl Clock {
    /// Product time in microseconds since 1970.
    pub fn now_micros(self) -> i64 {
        if let Some(stands) = self.stands_at_ms {
            return stands * 1_000;
        }
        let machine =
            machine_now().duration_since(UNIX_EPOCH).expect("the machine's clock stands after 1970");
        i64::try_from(machine.as_micros()).expect("fits for 290,000 years") + self.offset_ms * 1_000
    }

    /// Product time in milliseconds since 1970.
    pub fn now_ms(self) -> i64 {
        self.now_micros() / 1_000
    }

    /// Product time in whole seconds since 1970.
    pub fn now_s(self) -> i64 {
        self.now_micros() / 1_000_000
    }

    /// Product time.
    pub fn now(self) -> DateTime<Utc> {
        at_ms(self.now_ms())
    }
}

/// The moment `ms` milliseconds after 1970.
pub fn at_ms(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}

#[expect(clippy::disallowed_methods, reason = "the twin is where the injected product time comes from")]
fn machine_now() -> std::time::SystemTime {
    std::time::SystemTime::now()
}
