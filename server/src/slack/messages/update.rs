//! `ff_incident_status_updated`: an update, in the incident's channel (spec 10 §13.2, appendix A). Only what changed is
//! shown.

use super::{Subject, category_field, environment_field, field, priority_field, who};
use crate::{
    incidents::query::Update,
    slack::{
        blocks::{Block, Message, Mrkdwn, button, context, divider, fields, section},
        ids::{Action, Section},
    },
};
use domain::{catalog::Catalog, incident::Status};

pub const TYPE: &str = "ff_incident_status_updated";

/// What changed, who said it, and a button to go on unless it is closed.
pub fn update(s: &Subject<'_>, update: &Update) -> Message {
    let mut blocks = vec![section(heading(s, update))];
    blocks.extend(words(update));
    let changed = changed(update, s.catalog);
    if !changed.is_empty() {
        blocks.push(divider());
        let open = update.status != Some(Status::Closed) && s.incident.status.is_active();
        let again = open.then(|| button(Action::OpenUpdateStatus, "Update", s.incident.id));
        let mut rows = fields(changed, again).into_iter();
        blocks.extend(rows.next().map(|row| row.id(Section::StatusUpdate.as_str())));
        blocks.extend(rows);
    }
    blocks.extend(s.late_note());
    blocks.push(author(update));
    Message::new(TYPE, &format!("Incident #{}: {}", s.incident.id, summary(update, s.catalog)), blocks, s.say)
        .with("incident_id", s.incident.id.0)
        .with("update_id", update.id.to_string())
}

fn heading(s: &Subject<'_>, update: &Update) -> Mrkdwn {
    match update.status {
        Some(status) => {
            Mrkdwn::trusted(format!("{} Incident {} is *{}*", sign(status), s.number(), status.label()))
        }
        None => Mrkdwn::trusted(format!("📝 Incident {} has news", s.number())),
    }
}

const fn sign(status: Status) -> &'static str {
    match status {
        Status::Open => "🔴",
        Status::Investigating => "🔎",
        Status::Mitigating => "🧯",
        Status::Mitigated => "🟢",
        Status::PostMortem => "📖",
        Status::Closed => "✅",
    }
}

/// Message, new title, new description, each as people wrote it.
pub(super) fn words(update: &Update) -> Vec<Block> {
    let mut blocks = Vec::new();
    blocks.extend(update.message.as_deref().map(|m| section(Mrkdwn::quote(m))));
    if let Some(title) = &update.title {
        blocks.push(section(Mrkdwn::trusted(format!("New title: {}", Mrkdwn::bold(title)))));
    }
    if let Some(description) = &update.description {
        blocks.push(section(Mrkdwn::trusted(format!("New description:\n{}", Mrkdwn::quote(description)))));
    }
    blocks
}

fn changed(update: &Update, catalog: &Catalog) -> Vec<Mrkdwn> {
    let mut changed = Vec::new();
    changed.extend(update.status.map(|s| field("Status", &Mrkdwn::escaped(s.label()))));
    changed.extend(update.priority.map(|p| priority_field(p, catalog)));
    changed.extend(update.category.map(|c| category_field(c, catalog)));
    changed.extend(update.environment.map(|e| environment_field(e, catalog)));
    changed
}

pub(super) fn author(update: &Update) -> Block {
    let by = update.author.as_ref().map_or_else(|| Mrkdwn::from("FireFighter"), who);
    context([Mrkdwn::trusted(format!("{by} · {}", Mrkdwn::time(update.event_ts)))])
}

/// One line for a notification.
pub(super) fn summary(update: &Update, catalog: &Catalog) -> String {
    let mut parts = Vec::new();
    parts.extend(update.status.map(|s| s.label().to_owned()));
    parts.extend(update.priority.and_then(|p| catalog.priority(p)).map(|p| p.name.clone()));
    parts.extend(update.category.and_then(|c| catalog.category(c)).map(|c| c.name.clone()));
    parts.extend(update.message.clone());
    if parts.is_empty() { "updated".into() } else { parts.join(" · ") }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::fixture;
    use super::*;
    use domain::{IncidentId, UpdateId};
    use serde_json::Value;
    use uuid::Uuid;

    pub fn mitigated() -> Update {
        Update {
            id: UpdateId(Uuid::from_u128(9)),
            incident: IncidentId(123),
            message: Some("Rolled back <@U0INES>.\nPayments flow.".into()),
            status: Some(Status::Mitigated),
            priority: None,
            category: None,
            environment: None,
            title: None,
            description: None,
            author: Some(fixture::person(2, "Ines Okafor", None)),
            event_ts: fixture::at("2026-11-24T10:05:00Z"),
            event_type: None,
            is_milestone: false,
            next_update_at: None,
            corrected: None,
            created_at: fixture::at("2026-11-24T10:05:00Z"),
        }
    }

    fn sent(update_row: &Update) -> Value {
        let catalog = Catalog::demo();
        let incident = fixture::incident(&catalog);
        serde_json::to_value(update(&fixture::subject(&incident, &catalog), update_row)).unwrap()
    }

    #[test]
    fn an_update_that_mitigates() {
        insta::assert_json_snapshot!(sent(&mitigated()));
    }

    // SLK-196
    #[test]
    fn only_changed_fields_are_shown_and_a_closed_one_has_no_button() {
        let status_block = |sent: &Value| {
            let blocks = sent["blocks"].as_array().unwrap();
            blocks.iter().find(|b| b["block_id"] == "message_status_update").cloned()
        };
        let block = status_block(&sent(&mitigated())).unwrap();
        assert_eq!(block["fields"].as_array().unwrap().len(), 1);
        assert_eq!(block["accessory"]["action_id"], "open_modal_incident_update_status");

        let closed = status_block(&sent(&Update { status: Some(Status::Closed), ..mitigated() })).unwrap();
        assert!(closed.get("accessory").is_none());

        let words_only = sent(&Update { status: None, ..mitigated() });
        assert_eq!(status_block(&words_only), None);
    }

    // SLK-025
    #[test]
    fn people_are_mentioned_by_slack_id_else_named_else_empty() {
        assert_eq!(Mrkdwn::person(Some("U0INES"), "Ines Okafor").as_str(), "<@U0INES>");
        assert_eq!(Mrkdwn::person(None, "Ines & Co").as_str(), "Ines &amp; Co");
        assert_eq!(Mrkdwn::person(None, "").as_str(), "∅");
    }

    #[test]
    fn what_is_delivered_late_says_when_it_was_meant() {
        let catalog = Catalog::demo();
        let incident = fixture::incident(&catalog);
        let mut subject = fixture::subject(&incident, &catalog);
        subject.late = Some(fixture::at("2026-11-24T10:05:00Z"));
        let sent = serde_json::to_string(&update(&subject, &mitigated())).unwrap();
        assert!(sent.contains("delivered late"));
    }
}
