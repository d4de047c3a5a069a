//! The log of everything that went between the app and the twins, newest last.

use serde::{Deserialize, Serialize};

const KEPT: usize = 2_000;
const BODY_KEPT: usize = 8_000;

/// Who called whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The twin called the app: a command, an interaction, an event.
    ToApp,
    /// The app called the twin.
    FromApp,
}

/// One call, with its answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Delivery {
    pub id: u64,
    /// Product time of the call, milliseconds since 1970.
    pub at_ms: i64,
    pub direction: Direction,
    pub vendor: String,
    /// `chat.postMessage`, `/incident open`, `event message`.
    pub what: String,
    /// HTTP status; absent when there was no answer.
    pub status: Option<u16>,
    pub ms: u64,
    /// In words, when there is more to say: the error, the fault, "again".
    pub note: String,
    pub sent: String,
    pub answered: String,
}

/// The log, the newest 2,000 calls of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Deliveries {
    log: Vec<Delivery>,
    last_id: u64,
    /// Events that wait to be sent or are on their way.
    pub waiting: usize,
    /// Events that come late, or were not taken and are brought again later.
    pub owed: usize,
    /// Events that were sent, from the start on.
    pub events: u64,
}

impl Deliveries {
    pub fn push(&mut self, mut delivery: Delivery) {
        self.last_id += 1;
        delivery.id = self.last_id;
        cut(&mut delivery.sent);
        cut(&mut delivery.answered);
        if self.log.len() == KEPT {
            self.log.remove(0);
        }
        self.log.push(delivery);
    }

    /// Oldest first.
    pub fn all(&self) -> &[Delivery] {
        &self.log
    }

    pub fn clear(&mut self) {
        self.log.clear();
    }
}

fn cut(text: &mut String) {
    if text.len() > BODY_KEPT {
        let end = (0..=BODY_KEPT).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
}
