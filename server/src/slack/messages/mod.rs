//! What FireFighter says in channels: a domain view becomes blocks. One file per message, nothing reads or writes here.
//!
//! Every message has words for notifications, its type in the metadata, and the id of its `said` row both there and as
//! the id of its last block (spec 10 §13.1, §23a). Words of people are escaped (§13.5).

mod announcement;
mod card;
mod role_dm;
mod roles;
mod update;

pub use announcement::{announcement, update_announcement};
pub use card::card;
pub use role_dm::role_dm;
pub use roles::{roles, roles_changed};
pub use update::update;

use super::blocks::{Block, Mrkdwn, context};
use crate::incidents::query::{Incident, Person};
use domain::{
    CategoryId, EnvironmentId, PriorityId, Timestamp,
    catalog::{Catalog, Priority},
};
use uuid::Uuid;

/// What every message about an incident is made from, read once by its job.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub incident: &'a Incident,
    pub catalog: &'a Catalog,
    /// Address of the incident's page.
    pub page: &'a str,
    /// The row of `said` that this message fulfils.
    pub say: Uuid,
    /// When it should have been said, if it is said late because a person pressed Retry.
    pub late: Option<Timestamp>,
}

impl<'a> Subject<'a> {
    fn priority(&self) -> Option<&'a Priority> {
        self.catalog.priority(self.incident.priority)
    }

    /// `🌪️ *P1*`
    fn priority_line(&self) -> Mrkdwn {
        match self.priority() {
            Some(p) => Mrkdwn::trusted(format!("{} {}", Mrkdwn::escaped(&p.emoji), Mrkdwn::bold(&p.name))),
            None => "∅".into(),
        }
    }

    fn title(&self) -> Mrkdwn {
        Mrkdwn::bold(&self.incident.title)
    }

    /// `#123`, a link to the page.
    fn number(&self) -> Mrkdwn {
        Mrkdwn::link(self.page, &format!("#{}", self.incident.id))
    }

    /// Small print for what is delivered late: when it was meant.
    fn late_note(&self) -> Option<Block> {
        let at = self.late?;
        Some(context([Mrkdwn::trusted(format!("🕰️ Meant for {}, delivered late.", Mrkdwn::time(at)))]))
    }
}

fn priority_field(id: PriorityId, catalog: &Catalog) -> Mrkdwn {
    let name = catalog.priority(id).map(Priority::full_name).unwrap_or_default();
    field("Priority", &Mrkdwn::escaped(&name))
}

fn category_field(id: CategoryId, catalog: &Catalog) -> Mrkdwn {
    field("Category", &category_words(id, catalog))
}

/// `Payments – Checkout`
pub(super) fn category_words(id: CategoryId, catalog: &Catalog) -> Mrkdwn {
    let Some(category) = catalog.category(id) else { return "∅".into() };
    let group = catalog.group(category.group).map(|g| format!("{} – ", g.name)).unwrap_or_default();
    Mrkdwn::escaped(&format!("{group}{}", category.display()))
}

fn environment_field(id: EnvironmentId, catalog: &Catalog) -> Mrkdwn {
    let value = catalog.environment(id).map_or("∅", |e| e.value.as_str());
    field("Environment", &Mrkdwn::escaped(value))
}

fn field(name: &'static str, value: &Mrkdwn) -> Mrkdwn {
    Mrkdwn::trusted(format!("*{name}*\n{value}"))
}

fn who(person: &Person) -> Mrkdwn {
    Mrkdwn::person(person.slack_id.as_deref(), &person.name)
}

#[cfg(test)]
pub(super) mod fixture {
    //! One incident for the snapshots: fixed inputs, so nothing is redacted.

    use super::*;
    use crate::incidents::query::Channel;
    use domain::{IncidentId, UserId, incident::Status};
    use serde_json::json;

    pub const PAGE: &str = "https://firefighter.example.com/incident/123/";

    pub fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    pub fn person(n: u128, name: &str, slack: Option<&str>) -> Person {
        Person { id: Some(UserId(Uuid::from_u128(n))), name: name.into(), slack_id: slack.map(str::to_owned) }
    }

    /// A P1 in production with a title that tries to ping everybody.
    pub fn incident(catalog: &Catalog) -> Incident {
        Incident {
            id: IncidentId(123),
            title: "Checkout <!channel> is down & out".into(),
            description: "Nobody can pay.\nSince 09:40.".into(),
            status: Status::Open,
            priority: catalog.priority_by_value(1).unwrap().id,
            category: catalog.categories.iter().find(|c| !c.private).unwrap().id,
            environment: catalog.environment_by_value("PRD").unwrap().id,
            private: false,
            ignore: false,
            created_by: person(1, "Yusuf Demir", Some("U0YUSUF")),
            created_at: at("2026-11-24T09:41:00Z"),
            updated_at: at("2026-11-24T09:41:00Z"),
            mitigated_at: None,
            closed_at: None,
            next_update_at: None,
            closure_reason: None,
            closure_reference: String::new(),
            custom_fields: json!({"environments": ["PRD"], "platforms": ["platform-All"]}),
            channel: Some(Channel { id: "C0INC".into(), name: "20261124-123-prd-x".into(), archived: false }),
        }
    }

    pub fn subject<'a>(incident: &'a Incident, catalog: &'a Catalog) -> Subject<'a> {
        Subject { incident, catalog, page: PAGE, say: Uuid::from_u128(0x5a1d), late: None }
    }
}
