//! `ff_role_assigned_to_you`: you hold this role now, told to its holder (spec 10 §13.2).

use super::Subject;
use crate::slack::blocks::{Message, Mrkdwn, context, section};
use domain::catalog::RoleType;

pub const TYPE: &str = "ff_role_assigned_to_you";

/// `declared_it`: the role came with declaring.
pub fn role_dm(s: &Subject<'_>, role: &RoleType, declared_it: bool) -> Message {
    let place = match &s.incident.channel {
        Some(channel) => Mrkdwn::channel(&channel.id),
        None => s.number(),
    };
    let name = Mrkdwn::bold(&format!("{} {}", role.emoji, role.name));
    let summary = role.summary_first_person.as_deref().filter(|t| !t.is_empty()).unwrap_or(&role.summary);
    let mut blocks = vec![
        section(Mrkdwn::trusted(format!("{} {} {place}", s.number(), s.title()))),
        section(Mrkdwn::trusted(format!("You are {name}."))),
        section(Mrkdwn::quote(summary)),
    ];
    blocks.extend(s.late_note());
    let mut hints = vec![Mrkdwn::link(s.page, "Incident page")];
    if declared_it && role.required {
        hints.push("Yours because you declared it.".into());
    }
    blocks.push(context(hints));
    let text = format!("You are {} of incident #{}", role.name, s.incident.id);
    Message::new(TYPE, &text, blocks, s.say).with("incident_id", s.incident.id.0)
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;
    use domain::catalog::Catalog;

    // SLK-209
    #[test]
    fn the_holder_reads_incident_role_summary_and_why() {
        let catalog = Catalog::demo();
        let incident = fixture::incident(&catalog);
        let role = catalog.role_types.iter().find(|r| r.required).unwrap();
        insta::assert_json_snapshot!(role_dm(&fixture::subject(&incident, &catalog), role, true));
    }
}
