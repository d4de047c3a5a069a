//! What may change on an incident at once: a message, the state, the priority, the words.
//!
//! A form sends every field as [`Set`]: what the person saw and what they want. Sent back unchanged it is not asked,
//! so a stored value that breaks today's limits never blocks another field. Changed by somebody else meanwhile it is a
//! conflict, and nothing is written. A message alone never conflicts.
//!
//! What an update then does to an incident is decided by [`State::plan`](super::State::plan). (Spec 01 §7, §8.)

use super::declaration::{parse_environments, reference};
use super::words::Wrong;
use super::{
    Closure, Description, Limits, Marker, Message, Promised, RawClosure, Reference, Status, Title, closure,
    tidy,
};
use crate::catalog::Catalog;
use crate::{CategoryId, EnvironmentId, FieldCode, FieldErrors, PriorityId, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};

/// A wish: what the person saw, and what it shall be. Forms always send `from`; a machine that saw nothing leaves it
/// out and never conflicts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: Default + Deserialize<'de>, Seen: Deserialize<'de>"))]
pub struct Set<T, Seen = T> {
    #[serde(default = "nothing", deserialize_with = "seen", skip_serializing_if = "Option::is_none")]
    pub from: Option<Seen>,
    #[serde(default)]
    pub to: T,
}

fn nothing<T>() -> Option<T> {
    None
}

/// Who saw an empty field saw something: readers of forms would take an empty value for none.
fn seen<'de, D: Deserializer<'de>, Seen: Deserialize<'de>>(field: D) -> Result<Option<Seen>, D::Error> {
    Seen::deserialize(field).map(Some)
}

impl<T, Seen> Set<T, Seen> {
    pub fn new(from: Seen, to: T) -> Self {
        Set { from: Some(from), to }
    }

    /// Whatever it was.
    pub fn to(to: T) -> Self {
        Set { from: None, to }
    }
}

/// An update as forms and machines send it; ids and numbers are text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RawUpdate {
    pub message: Option<String>,
    /// `10`…`60`.
    pub status: Option<Set<String>>,
    pub priority: Option<Set<String>>,
    pub incident_category: Option<Set<String>>,
    pub title: Option<Set<String>>,
    pub description: Option<Set<String>>,
    pub environment: Option<Set<Vec<String>>>,
    /// The form closes early. Without `status` it means Closed; beside a `status` it counts when that says Closed and
    /// a reason is given, so that one form can carry both.
    pub closure: Option<RawClosure>,
    /// The next update is promised in so many minutes; blank: nothing is promised.
    pub next_update: Option<String>,
    /// Or at this moment, which counts when it is not blank. A door with a clock on its wall reads it with
    /// [`promise::on_the_clock`](super::promise::on_the_clock) first.
    pub next_update_at: Option<String>,
}

/// An update that can be planned. Made by [`Update::parse`] or, by machines, from `Update::default()`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Update {
    pub message: Option<Message>,
    pub status: Option<Set<Status>>,
    pub priority: Option<Set<PriorityId>>,
    pub category: Option<Set<CategoryId>>,
    pub title: Option<Set<Title, String>>,
    pub description: Option<Set<Description, String>>,
    /// All environments; the most critical becomes the incident's own.
    pub environments: Option<Set<Vec<EnvironmentId>>>,
    /// Downgrading ignores and closes in one update.
    pub ignore: Option<Set<bool>>,
    pub closure: Option<Closure>,
    /// What this entry is besides a change.
    pub marker: Option<Marker>,
    /// When it was said, if not now.
    pub event_ts: Option<Timestamp>,
    /// An administrator reopens a closed incident: the only way out of Closed.
    pub reopen_closed: bool,
    /// When the next one follows.
    pub next_update: Option<Promised>,
}

impl Update {
    pub fn message(message: Message) -> Self {
        Update { message: Some(message), ..Update::default() }
    }

    pub fn status(to: Status) -> Self {
        Update { status: Some(Set::to(to)), ..Update::default() }
    }

    pub fn priority(to: PriorityId) -> Self {
        Update { priority: Some(Set::to(to)), ..Update::default() }
    }

    /// Ignored and closed, with words: the downgrade to a regular ticket.
    pub fn downgrade(message: Message) -> Self {
        Update {
            message: Some(message),
            status: Some(Set::to(Status::Closed)),
            ignore: Some(Set::to(true)),
            ..Update::default()
        }
    }

    /// Neither words nor a field.
    pub fn asks_nothing(&self) -> bool {
        *self
            == Update {
                marker: self.marker,
                event_ts: self.event_ts,
                reopen_closed: self.reopen_closed,
                ..Update::default()
            }
    }

    /// Reads a form. What was not changed in it is not asked and not judged.
    ///
    /// # Errors
    /// Every wrong field at once, in the order of the form, named as the door names it.
    pub fn parse(raw: &RawUpdate, catalog: &Catalog, limits: Limits) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let status = asked(raw.status.as_ref(), Status::parse, parse_status);
        let closing = closing_form(raw, status.as_ref().ok().and_then(Option::as_ref));

        let words = Message::parse_optional(raw.message.as_deref(), limits);
        let message = errors.take("message", words).flatten();
        if closing.is_some() && message.is_none() && errors.is_empty() {
            errors.push("message", FieldCode::Required, closure::CLOSURE_MESSAGE);
        }
        let closure = closing.and_then(|raw| Closure::parse(raw, &mut errors));
        let implied = closing.map(|_| Set::to(Status::Closed));
        let status = errors.take("status", status).flatten().or(implied);
        let priority = asked(raw.priority.as_ref(), id, |text| parse_priority(text, catalog, limits));
        let priority = errors.take(limits.name(Reference::Priority), priority).flatten();
        let category = asked(raw.incident_category.as_ref(), id, |text| {
            let ask = "What is affected? Choose a category.";
            reference(Some(text), limits, ask, |id| catalog.category(id).map(|c| c.id))
        });
        let category = errors.take(limits.name(Reference::Category), category).flatten();

        let title = reworded(raw.title.as_ref(), |text| Title::parse(text, limits));
        let title = errors.take("title", title).flatten();
        let description = reworded(raw.description.as_ref(), |text| Description::parse(text, limits));
        let description = errors.take("description", description).flatten();
        let environments = asked_environments(raw.environment.as_ref(), catalog, limits);
        let environments = errors.take(limits.name(Reference::Environment), environments).flatten();

        let at = raw.next_update_at.as_deref().filter(|text| !text.trim().is_empty());
        let promised = Promised::parse(at.or(raw.next_update.as_deref()).unwrap_or_default());
        let next_update = errors.take("next_update", promised).flatten();

        errors.finish(Some(Update {
            message,
            status,
            priority,
            category,
            title,
            description,
            environments,
            closure,
            next_update,
            ..Update::default()
        }))
    }
}

/// The closing part of a form, when it counts. A form without a status closes; a form with one closes when it says
/// Closed, and may leave the reason empty: whether one is needed depends on the state.
fn closing_form<'a>(raw: &'a RawUpdate, status: Option<&Set<Status>>) -> Option<&'a RawClosure> {
    let closure = raw.closure.as_ref()?;
    let blank = |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
    let counts = match raw.status {
        None => true,
        Some(_) => status.is_some_and(|s| s.to == Status::Closed) && !blank(&closure.reason),
    };
    counts.then_some(closure)
}

/// A choice: unchanged is not asked.
fn asked<T: PartialEq>(
    raw: Option<&Set<String>>,
    seen: impl Fn(&str) -> Option<T>,
    parse: impl Fn(&str) -> Result<T, Wrong>,
) -> Result<Option<Set<T>>, Wrong> {
    let Some(raw) = raw else { return Ok(None) };
    let from = raw.from.as_deref().map(str::trim).filter(|text| !text.is_empty());
    if from == Some(raw.to.trim()) {
        return Ok(None);
    }
    let from = from.map(|text| seen(text).ok_or_else(stale)).transpose()?;
    Ok(Some(Set { from, to: parse(&raw.to)? }))
}

/// Words: unchanged but for line ends and white space around is not asked.
fn reworded<T>(
    raw: Option<&Set<String>>,
    parse: impl Fn(&str) -> Result<T, Wrong>,
) -> Result<Option<Set<T, String>>, Wrong> {
    let Some(raw) = raw else { return Ok(None) };
    let from = raw.from.as_deref().map(tidy);
    if from.as_deref() == Some(tidy(&raw.to).as_str()) {
        return Ok(None);
    }
    Ok(Some(Set { from, to: parse(&raw.to)? }))
}

fn asked_environments(
    raw: Option<&Set<Vec<String>>>,
    catalog: &Catalog,
    limits: Limits,
) -> Result<Option<Set<Vec<EnvironmentId>>>, Wrong> {
    let Some(raw) = raw else { return Ok(None) };
    let seen = raw.from.iter().flatten().map(|text| id(text.trim()).ok_or_else(stale));
    let seen: Vec<EnvironmentId> = seen.collect::<Result<_, _>>()?;
    let to = parse_environments(&raw.to, catalog, limits)?;
    if same_set(&seen, &to) {
        return Ok(None);
    }
    Ok(Some(Set { from: (!seen.is_empty()).then_some(seen), to }))
}

fn parse_status(text: &str) -> Result<Status, Wrong> {
    Status::parse(text).ok_or_else(|| (FieldCode::InvalidChoice, "Choose one of the offered states.".into()))
}

fn parse_priority(text: &str, catalog: &Catalog, limits: Limits) -> Result<PriorityId, Wrong> {
    let priority =
        reference(Some(text), limits, "How bad is it? Choose a priority.", |id| catalog.priority(id))?;
    if priority.enabled_update {
        Ok(priority.id)
    } else {
        let words = [&priority.name, " cannot be chosen for updates. Choose another."].concat();
        Err((FieldCode::InvalidChoice, words))
    }
}

fn id<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn stale() -> Wrong {
    (FieldCode::Invalid, "The form does not say what you saw. Open it again.".into())
}

pub(super) fn same_set(a: &[EnvironmentId], b: &[EnvironmentId]) -> bool {
    a.len() == b.len() && a.iter().all(|id| b.contains(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::ClosureReason;
    use proptest::prelude::*;

    fn set(from: &str, to: &str) -> Option<Set<String>> {
        Some(Set::new(from.into(), to.into()))
    }

    fn form(raw: &RawUpdate) -> Result<Update, FieldErrors> {
        Update::parse(raw, &Catalog::demo(), Limits::Form)
    }

    fn wrong(raw: &RawUpdate) -> Vec<(String, FieldCode)> {
        form(raw).map_or_else(|e| e.0.into_iter().map(|e| (e.field, e.code)).collect(), |_| Vec::new())
    }

    fn priority(value: i32) -> String {
        Catalog::demo().priority_by_value(value).expect("in the fixture").id.to_string()
    }

    // CORE-077 CORE-102: what was not changed in the form is not asked, and not judged by today's limits.
    #[test]
    fn unchanged_is_not_asked() {
        let raw = RawUpdate {
            title: set("old", " old "),
            description: set("a\nb", "a\r\nb\r\n"),
            status: set("10", "10"),
            priority: set(&priority(1), &priority(1)),
            environment: Some(Set::default()),
            ..RawUpdate::default()
        };
        assert_eq!(wrong(&raw), [("environment".into(), FieldCode::Required)]);
        let raw = RawUpdate { environment: None, ..raw };
        assert_eq!(form(&raw), Ok(Update::default()));
    }

    // CORE-095 SLK-087: every wrong field under its own name; a wrong status touches nothing else.
    #[test]
    fn wrong_fields() {
        let raw = RawUpdate { status: set("10", "45"), message: Some(String::new()), ..RawUpdate::default() };
        assert_eq!(wrong(&raw), [("status".into(), FieldCode::InvalidChoice)]);
        let raw = RawUpdate {
            message: Some("short".into()),
            title: set("Checkout is down", ""),
            description: set("x", &"y".repeat(1_201)),
            incident_category: set(&priority(1), "nothing"),
            ..RawUpdate::default()
        };
        assert_eq!(
            wrong(&raw),
            [
                ("message".into(), FieldCode::MinLength),
                ("incident_category".into(), FieldCode::InvalidChoice),
                ("title".into(), FieldCode::Blank),
                ("description".into(), FieldCode::MaxLength)
            ]
        );
    }

    // CORE-091: a message may be empty; given, it has 10 to 1,200 characters.
    #[test]
    fn message_is_optional() {
        let said = |text: &str| form(&RawUpdate { message: Some(text.into()), ..RawUpdate::default() });
        assert_eq!(said("  "), Ok(Update::default()));
        assert!(said("Rolling back").is_ok_and(|u| u.message.is_some_and(|m| m.as_str() == "Rolling back")));
        assert!(said("123456789").is_err());
        assert!(said(&"m".repeat(1_200)).is_ok());
        assert!(said(&"m".repeat(1_201)).is_err());
    }

    // CORE-016: only priorities enabled for updates; the seen one may be a disabled one.
    #[test]
    fn disabled_priority_is_no_choice() {
        let mut catalog = Catalog::demo();
        catalog.priorities[1].enabled_update = false;
        let asked = |from, to| {
            let raw = RawUpdate { priority: set(&priority(from), &priority(to)), ..RawUpdate::default() };
            Update::parse(&raw, &catalog, Limits::Form)
        };
        assert!(asked(1, 2).is_err());
        assert!(asked(2, 1).is_ok_and(|u| u.priority.is_some_and(|p| p.from.is_some())));
    }

    // CORE-097 SLK-110: five reasons, reason and message required, reference up to 100 and optional.
    #[test]
    fn closure_form() {
        let closing = |reason: &str, reference: &str, message: &str| {
            form(&RawUpdate {
                message: Some(message.into()),
                closure: Some(RawClosure { reason: Some(reason.into()), reference: Some(reference.into()) }),
                ..RawUpdate::default()
            })
        };
        let fields = |parsed: Result<Update, FieldErrors>| {
            parsed.expect_err("incomplete").0.into_iter().map(|e| e.field).collect::<Vec<_>>()
        };
        let said = "Same as number 12";
        for reason in ClosureReason::selectable() {
            let parsed = closing(reason.as_str(), "", said).expect("complete");
            assert_eq!(parsed.closure, Some(Closure { reason, reference: String::new() }));
        }
        assert_eq!(ClosureReason::selectable().count(), 5);
        assert_eq!(fields(closing("resolved", "", said)), ["closure_reason"]);
        assert_eq!(
            fields(closing("", &"r".repeat(101), "")),
            ["message", "closure_reason", "closure_reference"]
        );
        assert!(closing("duplicate", &"r".repeat(100), said).is_ok());
    }

    #[test]
    fn a_closing_form_closes_and_one_form_may_carry_both() {
        let closure = |reason: &str| Some(RawClosure { reason: Some(reason.into()), reference: None });
        let parsed = |closure, status| {
            let message = Some("Same as number 12".into());
            form(&RawUpdate { message, status, closure, ..RawUpdate::default() }).expect("complete")
        };
        let alone = parsed(closure("duplicate"), None);
        assert_eq!((alone.status, alone.closure.is_some()), (Some(Set::to(Status::Closed)), true));
        for (reason, status, counts) in [
            ("duplicate", set("10", "60"), true),
            ("", set("40", "60"), false),
            ("", set("10", "10"), false),
            ("duplicate", set("10", "20"), false),
        ] {
            assert_eq!(parsed(closure(reason), status).closure.is_some(), counts);
        }
    }

    #[test]
    fn a_form_that_does_not_say_what_was_seen_is_refused() {
        let raw = RawUpdate { status: set("nonsense", "20"), ..RawUpdate::default() };
        assert_eq!(wrong(&raw), [("status".into(), FieldCode::Invalid)]);
        let api: RawUpdate = serde_json::from_str(r#"{"status": {"to": "20"}}"#).expect("a body");
        assert_eq!(form(&api), Ok(Update::status(Status::Investigating)));
    }

    fn any_set() -> impl Strategy<Value = Option<Set<String>>> {
        let value = || prop_oneof![any::<String>(), "[1-6]0", Just(priority(1))];
        proptest::option::of((proptest::option::of(value()), value()).prop_map(|(from, to)| Set { from, to }))
    }

    proptest! {
        #[test]
        fn parsing_never_panics(message in proptest::option::of(any::<String>()), status in any_set(), priority in any_set(), title in any_set(), description in any_set()) {
            let raw = RawUpdate { message, status, priority, title, description, ..RawUpdate::default() };
            for limits in [Limits::Form, Limits::Api] {
                if let Err(errors) = Update::parse(&raw, &Catalog::demo(), limits) {
                    prop_assert!(!errors.is_empty());
                }
            }
        }
    }
}
