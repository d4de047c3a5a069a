//! Facts turned into what pages show: words, marks, places on a ruler. Pure: facts, reference data, zone and time come
//! in, `domain::view` goes out; nothing here asks a database or decides a rule.

pub mod categories;
mod desk;
pub mod editors;
mod incident;
mod list;
mod notes;
pub mod past;
mod since;
mod surface;
mod time;
mod timeline;

pub use desk::{connection, dashboard, fires, recent};
pub use incident::{Facts, for_caller, page};
pub use list::list;
pub use since::since;
pub use time::Times;
pub use timeline::Seen;

use domain::{
    CategoryId, EnvironmentId, PriorityId, Timestamp,
    catalog::Catalog,
    view::{Person, PriorityMark, Promise},
};

/// What every picture needs: reference data, the time, the zone, and where links to Slack lead.
#[derive(Debug, Clone)]
pub struct Scene<'a> {
    pub catalog: &'a Catalog,
    pub times: Times,
    pub slack: SlackLinks,
}

/// How a channel is opened from a page.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum SlackLinks {
    /// Slack is not connected.
    #[default]
    Off,
    Real,
    /// The sandbox's face, at this address without a last slash.
    Sandbox(String),
}

impl SlackLinks {
    fn channel(&self, id: &str) -> Option<String> {
        match self {
            SlackLinks::Off => None,
            SlackLinks::Real => Some(format!("https://slack.com/app_redirect?channel={id}")),
            SlackLinks::Sandbox(face) => Some(format!("{face}/?at={id}")),
        }
    }

    fn is_on(&self) -> bool {
        *self != SlackLinks::Off
    }
}

impl Scene<'_> {
    fn priority(&self, id: PriorityId) -> PriorityMark {
        self.catalog.priority(id).map(PriorityMark::from).unwrap_or_default()
    }

    fn environment(&self, id: EnvironmentId) -> String {
        self.catalog.environment(id).map(|e| e.value.clone()).unwrap_or_default()
    }

    /// Name, and the name of its group.
    fn category(&self, id: CategoryId) -> (String, String) {
        let category = self.catalog.category(id);
        let group = category.and_then(|c| self.catalog.group(c.group)).map(|g| g.name.clone());
        (category.map(|c| c.name.clone()).unwrap_or_default(), group.unwrap_or_default())
    }

    /// How an update stands that was promised, and by whom if that is known.
    fn promise(&self, due: Option<Timestamp>, by: Option<&str>) -> Option<Promise> {
        let due = due?;
        let left = (due - self.times.now).num_seconds();
        // Late from the first moment on, not from the first whole second.
        let left = if due < self.times.now { left.min(-1) } else { left };
        let by = by.map(|name| format!(", {name}")).unwrap_or_default();
        Some(Promise::with(left, format!("due {}{by}", self.times.clock(due).text)))
    }

    /// The same in a row, which does not count on: it stays as it is until its words change.
    fn promise_in_row(&self, due: Option<Timestamp>) -> Option<Promise> {
        self.promise(due, None).map(|promise| Promise { left_s: 0, ..promise })
    }
}

/// `black-friday, vendor`
pub fn tag_names(tags: &[domain::incident::Tag]) -> String {
    domain::incident::tag::names(tags)
}

fn person(person: &crate::incidents::query::Person) -> Person {
    Person::named(person.id, &person.name)
}

/// Up to so many characters, cut at a word where there is one.
fn cut(text: &str, limit: usize) -> String {
    let text = text.trim();
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let short: String = text.chars().take(limit).collect();
    let whole =
        short.rsplit_once(char::is_whitespace).map(|(words, _)| words).filter(|w| w.len() * 2 > short.len());
    format!("{}…", whole.unwrap_or(&short).trim_end())
}

#[cfg(test)]
mod fixture {
    use super::*;
    use crate::incidents::query::{Incident, Person, Update};
    use domain::{IncidentId, UpdateId, UserId, incident::Status};
    use uuid::Uuid;

    pub fn at(clock: &str) -> Timestamp {
        format!("2026-10-14T{clock}:00Z").parse().expect("a time")
    }

    pub fn scene(catalog: &Catalog, now: Timestamp) -> Scene<'_> {
        Scene { catalog, times: Times { now, zone: chrono_tz::UTC }, slack: SlackLinks::Real }
    }

    pub fn somebody(name: &str) -> Person {
        Person { id: Some(UserId(Uuid::from_u128(name.len() as u128))), name: name.into(), slack_id: None }
    }

    pub fn incident(catalog: &Catalog) -> Incident {
        Incident {
            id: IncidentId(4127),
            title: "Card payments fail".into(),
            description: "Since 14:00.".into(),
            status: Status::Mitigating,
            priority: catalog.priorities[0].id,
            category: catalog.categories[0].id,
            environment: catalog.environments[0].id,
            private: false,
            ignore: false,
            created_by: somebody("Yusuf Demir"),
            created_at: at("14:09"),
            updated_at: at("14:40"),
            mitigated_at: None,
            closed_at: None,
            next_update_at: None,
            closure_reason: None,
            closure_reference: String::new(),
            custom_fields: serde_json::json!({ "environments": ["PRD"] }),
            channel: None,
        }
    }

    pub fn update(number: u128, clock: &str) -> Update {
        Update {
            id: UpdateId(Uuid::from_u128(number)),
            incident: IncidentId(4127),
            message: None,
            status: None,
            priority: None,
            category: None,
            environment: None,
            title: None,
            description: None,
            author: Some(somebody("Ines Okafor")),
            event_ts: at(clock),
            event_type: None,
            is_milestone: false,
            next_update_at: None,
            corrected: None,
            created_at: at(clock),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::view::Mood;
    use fixture::{at, scene};

    #[test]
    fn a_promise_is_due_soon_or_late() {
        let catalog = Catalog::default();
        let scene = scene(&catalog, at("14:53"));
        let said =
            |due| scene.promise(Some(at(due)), None).map(|p| (p.mood, p.text, p.note)).expect("promised");
        assert_eq!(said("15:05"), (Mood::Due, "12 min".into(), "due 15:05".into()));
        assert_eq!(said("14:57"), (Mood::Soon, "4 min".into(), "due 14:57".into()));
        assert_eq!(said("14:42"), (Mood::Late, "late by 11 min".into(), "due 14:42".into()));
        assert_eq!(scene.promise(None, None), None);
        let named = scene.promise(Some(at("15:05")), Some("Mara Lindqvist")).expect("promised");
        assert_eq!(named.note, "due 15:05, Mara Lindqvist");
    }

    #[test]
    fn long_words_are_cut_between_words() {
        assert_eq!(cut("  short ", 20), "short");
        assert_eq!(cut("Two of five search nodes answer slowly", 20), "Two of five search…");
        assert_eq!(cut(&"x".repeat(30), 10), format!("{}…", "x".repeat(10)));
    }

    #[test]
    fn a_channel_opens_where_slack_is() {
        assert_eq!(SlackLinks::Off.channel("C1"), None);
        assert_eq!(
            SlackLinks::Real.channel("C1").as_deref(),
            Some("https://slack.com/app_redirect?channel=C1")
        );
        let sandbox = SlackLinks::Sandbox("http://localhost:8100".into());
        assert_eq!(sandbox.channel("C1").as_deref(), Some("http://localhost:8100/?at=C1"));
    }
}
