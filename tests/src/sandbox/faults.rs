//! Faults on order: the next calls are limited, slow, lost, cut or answered with nonsense.
//!
//! One list for all twins. The first fault whose vendor and method match a call is used up by it.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// What goes wrong, for which calls and how often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    #[serde(default = "slack")]
    pub vendor: String,
    /// The method (`chat.postMessage`), `*` for all; for a kind of deliveries what is delivered (`message`).
    #[serde(default = "any")]
    pub method: String,
    #[serde(flatten)]
    pub kind: Kind,
    /// How many calls; absent: until cleared.
    #[serde(default)]
    pub count: Option<u32>,
    /// So many matching calls go well first.
    #[serde(default)]
    pub after: u32,
    /// Ends by itself after so much machine time.
    #[serde(default)]
    pub for_ms: Option<u64>,
    #[serde(skip)]
    until: Option<Instant>,
}

/// The ways to misbehave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    /// 429 with `Retry-After`, nothing is done.
    RateLimited { retry_after: u64 },
    /// 500, nothing is done.
    #[serde(rename = "status_500")]
    Status500,
    /// 503, nothing is done.
    Down,
    /// No answer for `ms`, then the connection is cut; nothing is done.
    Hang { ms: u64 },
    /// Done and answered, `ms` late.
    Slow { ms: u64 },
    /// Done, then the connection is cut before the answer.
    LostAnswer,
    /// Done, then no answer for `ms`, then the connection is cut.
    TimesOut { ms: u64 },
    /// The connection is cut, nothing is done.
    Reset,
    /// 200 with a body that is not JSON, nothing is done.
    Malformed,
    /// Refused with this error, nothing is done.
    Error { code: String },
    /// What the twin sends is sent `times` times, with the same id.
    Duplicate { times: u32 },
    /// What the twin sends is sent `ms` of product time late; what happens meanwhile overtakes it.
    Late { ms: u64 },
    /// What the twin sends is sent after what it sends next, or after two seconds when there is nothing.
    Overtaken,
}

impl Kind {
    /// Of what the twin sends, not of what it is asked.
    fn is_of_deliveries(&self) -> bool {
        matches!(self, Kind::Duplicate { .. } | Kind::Late { .. } | Kind::Overtaken)
    }
}

impl Fault {
    /// A fault of Slack's Web API for the next `count` calls of `method` (`*`: any).
    pub fn slack(method: &str, kind: Kind, count: u32) -> Self {
        Fault {
            vendor: slack(),
            method: method.into(),
            kind,
            count: Some(count),
            after: 0,
            for_ms: None,
            until: None,
        }
    }

    /// Lets `calls` matching calls go well first.
    #[must_use]
    pub fn after(mut self, calls: u32) -> Self {
        self.after = calls;
        self
    }

    /// Lasts until cleared.
    #[must_use]
    pub fn lasting(mut self) -> Self {
        self.count = None;
        self
    }

    fn is_over(&self) -> bool {
        self.count == Some(0) || self.until.is_some_and(|until| until <= Instant::now())
    }
}

/// The faults that are ordered and not yet used up.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Faults(Vec<Fault>);

impl Faults {
    pub fn order(&mut self, mut fault: Fault) {
        fault.until = fault.for_ms.map(|ms| Instant::now() + Duration::from_millis(ms));
        self.0.push(fault);
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn all(&self) -> impl Iterator<Item = &Fault> {
        self.0.iter().filter(|fault| !fault.is_over())
    }

    /// What this call of the app meets, if anything.
    pub fn for_call(&mut self, vendor: &str, method: &str) -> Option<Kind> {
        self.take(vendor, |fault| {
            !fault.kind.is_of_deliveries() && (fault.method == "*" || fault.method == method)
        })
    }

    /// What this delivery of the twin meets, if anything.
    pub fn for_delivery(&mut self, vendor: &str, what: &str) -> Option<Kind> {
        self.take(vendor, |fault| {
            fault.kind.is_of_deliveries() && (fault.method == "*" || fault.method == what)
        })
    }

    fn take(&mut self, vendor: &str, matches: impl Fn(&Fault) -> bool) -> Option<Kind> {
        self.0.retain(|fault| !fault.is_over());
        let fault = self.0.iter_mut().find(|fault| fault.vendor == vendor && matches(fault))?;
        if fault.after > 0 {
            fault.after -= 1;
            return None;
        }
        if let Some(count) = &mut fault.count {
            *count -= 1;
        }
        Some(fault.kind.clone())
    }
}

fn slack() -> String {
    "slack".into()
}

fn any() -> String {
    "*".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_used_up_by_the_calls_it_names() {
        let mut faults = Faults::default();
        faults.order(Fault::slack("chat.postMessage", Kind::Reset, 1).after(1));
        assert_eq!(faults.for_call("slack", "users.info"), None);
        assert_eq!(faults.for_call("jira", "chat.postMessage"), None);
        assert_eq!(faults.for_call("slack", "chat.postMessage"), None, "the first goes well");
        assert_eq!(faults.for_call("slack", "chat.postMessage"), Some(Kind::Reset));
        assert_eq!(faults.for_call("slack", "chat.postMessage"), None);
        assert_eq!(faults.all().count(), 0);
    }

    #[test]
    fn faults_read_from_json() {
        let read = |text| serde_json::from_str::<Fault>(text).expect("a fault");
        let limited = read(r#"{"method":"*","kind":"rate_limited","retry_after":30,"count":5}"#);
        assert_eq!(limited.kind, Kind::RateLimited { retry_after: 30 });
        assert_eq!(read(r#"{"kind":"status_500"}"#).kind, Kind::Status500);
        assert_eq!(read(r#"{"kind":"lost_answer","method":"chat.postMessage"}"#).count, None);
    }
}
