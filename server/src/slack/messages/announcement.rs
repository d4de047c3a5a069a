//! `ff_general_incident_declared` and the general form of `ff_incident_status_updated`: what the tagged channel is told
//! (spec 10 §13.2, §14).

use super::update::{self, author, words};
use super::{Subject, category_field, field, priority_field, who};
use crate::{
    incidents::query::Update,
    slack::{
        blocks::{Message, Mrkdwn, divider, fields, section},
        rules::Heading,
    },
};

pub const TYPE: &str = "ff_general_incident_declared";

/// A new incident and its channel.
pub fn announcement(s: &Subject<'_>) -> Message {
    let incident = s.incident;
    let mut blocks = vec![
        section(Mrkdwn::trusted(format!("{} incident {}", s.priority_line(), channel(s)))),
        section(Mrkdwn::trusted(format!("{} {}", s.number(), s.title()))),
        section(Mrkdwn::quote(&incident.description)),
        divider(),
    ];
    let facts = vec![
        priority_field(incident.priority, s.catalog),
        category_field(incident.category, s.catalog),
        field("Opened by", &who(&incident.created_by)),
        field("Opened at", &Mrkdwn::time(incident.created_at)),
        field("Page", &Mrkdwn::link(s.page, "Incident page")),
    ];
    blocks.extend(s.late_note());
    blocks.extend(fields(facts, None));
    let text = format!("New incident #{}: {}", incident.id, incident.title);
    Message::new(TYPE, &text, blocks, s.say).with("incident_id", incident.id.0)
}

/// News of an incident, for people who are not in its channel: heading, words, author, no fields.
pub fn update_announcement(s: &Subject<'_>, update: &Update, heading: &Heading) -> Message {
    let incident = s.incident;
    let headline = match heading {
        Heading::Mitigated => Mrkdwn::trusted(format!("🟢 Incident {} is mitigated 🟢", channel(s))),
        Heading::Escalated { from, to } => {
            let (from, to) = (Mrkdwn::escaped(from), Mrkdwn::escaped(to));
            Mrkdwn::trusted(format!("⏫ Incident {} is raised from {from} to {to}", channel(s)))
        }
        Heading::Update => Mrkdwn::trusted(format!("News of incident {}", channel(s))),
    };
    let mut blocks =
        vec![section(headline), section(Mrkdwn::trusted(format!("{} {}", s.number(), s.title())))];
    blocks.extend(words(update));
    blocks.extend(s.late_note());
    blocks.push(author(update));
    let text = format!("Incident #{}: {}", incident.id, update::summary(update, s.catalog));
    Message::new(update::TYPE, &text, blocks, s.say)
        .with("incident_id", incident.id.0)
        .with("update_id", update.id.to_string())
}

fn channel(s: &Subject<'_>) -> Mrkdwn {
    match &s.incident.channel {
        Some(channel) => Mrkdwn::channel(&channel.id),
        None => s.number(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;
    use domain::catalog::Catalog;

    // SLK-194
    #[test]
    fn a_new_incident_is_announced_with_its_channel_and_facts_but_no_button() {
        let catalog = Catalog::demo();
        let incident = fixture::incident(&catalog);
        let message = announcement(&fixture::subject(&incident, &catalog));
        insta::assert_json_snapshot!(message);
        assert!(!serde_json::to_string(&message).unwrap().contains("\"button\""));
    }

    // SLK-197
    #[test]
    fn news_say_what_kind_they_are() {
        let catalog = Catalog::demo();
        let incident = fixture::incident(&catalog);
        let update = update::tests::mitigated();
        let head = |heading: Heading| {
            let message = update_announcement(&fixture::subject(&incident, &catalog), &update, &heading);
            serde_json::to_value(&message).unwrap()["blocks"][0]["text"]["text"].as_str().unwrap().to_owned()
        };
        assert_eq!(head(Heading::Mitigated), "🟢 Incident <#C0INC> is mitigated 🟢");
        let raised = Heading::Escalated { from: "P4".into(), to: "P2".into() };
        assert_eq!(head(raised), "⏫ Incident <#C0INC> is raised from P4 to P2");
        assert_eq!(head(Heading::Update), "News of incident <#C0INC>");
    }
}
