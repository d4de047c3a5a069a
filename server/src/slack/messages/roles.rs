//! `ff_incident_roles_updated`: who holds which role (spec 10 §13.2). At the beginning only the required ones, which go
//! to whoever declares.

use super::{Subject, field, update::author, who};
use crate::{
    incidents::query::{Holder, Person, Update},
    slack::{
        blocks::{Message, Mrkdwn, context, divider, fields, section},
        ids::Section,
    },
};
use domain::RoleTypeId;

pub const TYPE: &str = "ff_incident_roles_updated";

/// The first roles message of a channel.
pub fn roles(s: &Subject<'_>, holders: &[Holder]) -> Message {
    let required = s.catalog.role_types.iter().filter(|r| r.required);
    let lines: Vec<Mrkdwn> = required
        .map(|role| {
            let holder = holders.iter().find(|h| h.role == role.id);
            let held_by = holder.map_or_else(|| Mrkdwn::from("∅"), |h| who(&h.person));
            let name = Mrkdwn::bold(&format!("{} {}", role.emoji, role.name));
            Mrkdwn::trusted(format!("{name}\n{held_by}"))
        })
        .collect();
    let lines = if lines.is_empty() { vec![field("Roles", &"∅".into())] } else { lines };
    let mut blocks = vec![divider()];
    let mut rows = fields(lines, None).into_iter();
    blocks.extend(rows.next().map(|row| row.id(Section::RoleUpdate.as_str())));
    blocks.extend(rows);
    blocks.extend(s.late_note());
    blocks.push(context(["These roles go to whoever declares, until somebody else takes them.".into()]));
    let text = format!("Roles of incident #{}", s.incident.id);
    Message::new(TYPE, &text, blocks, s.say).with("incident_id", s.incident.id.0)
}

/// Who holds which role after a change: the note for whoever takes over, the changed roles only, and who changed them.
pub fn roles_changed(s: &Subject<'_>, update: &Update, changed: &[(RoleTypeId, Option<Person>)]) -> Message {
    let lines: Vec<Mrkdwn> = changed
        .iter()
        .filter_map(|(role, holder)| {
            let role = s.catalog.role_type(*role)?;
            let name = Mrkdwn::bold(&format!("{} {}", role.emoji, role.name));
            let held_by = holder.as_ref().map_or_else(|| Mrkdwn::from("∅"), who);
            Some(Mrkdwn::trusted(format!("{name}\n{held_by}")))
        })
        .collect();
    let mut blocks = vec![section(Mrkdwn::trusted(format!("🎭 Roles of incident {} changed", s.number())))];
    blocks.extend(update.message.as_deref().map(|note| section(Mrkdwn::quote(note))));
    let mut rows = fields(lines, None).into_iter();
    blocks.extend(rows.next().map(|row| row.id(Section::RoleUpdate.as_str())));
    blocks.extend(rows);
    blocks.extend(s.late_note());
    blocks.push(author(update));
    Message::new(TYPE, &format!("Roles of incident #{} changed", s.incident.id), blocks, s.say)
        .with("incident_id", s.incident.id.0)
        .with("update_id", update.id.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;
    use domain::catalog::Catalog;

    // SLK-195: the first variant.
    #[test]
    fn at_first_only_required_roles_are_named() {
        let catalog = Catalog::demo();
        let incident = fixture::incident(&catalog);
        let holders: Vec<Holder> = catalog
            .role_types
            .iter()
            .map(|r| Holder { role: r.id, person: fixture::person(1, "Yusuf Demir", Some("U0YUSUF")) })
            .collect();
        let message = roles(&fixture::subject(&incident, &catalog), &holders);
        let sent = serde_json::to_value(&message).unwrap();
        let shown = sent["blocks"][1]["fields"].as_array().unwrap().len();
        assert_eq!(shown, catalog.role_types.iter().filter(|r| r.required).count());
        insta::assert_json_snapshot!(message);
    }
}
