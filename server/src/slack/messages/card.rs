//! `ff_incident_declared`: the pinned card of an incident's channel, posted once and edited in place from then on
//! (spec 10 §13.2, appendix A).

use super::{Subject, category_field, field, priority_field, who};
use crate::slack::{
    blocks::{Message, Mrkdwn, button, divider, fields, section},
    ids::Action,
};
use domain::{ImpactLevelId, ImpactTypeId, incident::LevelCode};

pub const TYPE: &str = "ff_incident_declared";

/// The card as the incident is now.
pub fn card(s: &Subject<'_>, impacts: &[(ImpactTypeId, ImpactLevelId)]) -> Message {
    let incident = s.incident;
    let environments = environments(s);
    let heading = format!("{} · {environments} · {}", s.priority_line(), incident.status.label());
    let mut blocks = vec![
        section(Mrkdwn::trusted(heading)),
        section(Mrkdwn::trusted(format!("{} {}", s.number(), s.title()))),
        section(Mrkdwn::quote(&incident.description)),
        divider(),
    ];
    let update = button(Action::OpenUpdateHub, "Update", incident.id);
    blocks.extend(fields(facts(s), Some(update)));
    let impacts = impact_lines(s, impacts);
    if !impacts.is_empty() {
        blocks.push(divider());
        blocks.push(section(Mrkdwn::trusted(format!("*Impact*\n{}", impacts.join("\n")))));
    }
    let text = format!("Incident #{}: {}", incident.id, incident.title);
    Message::new(TYPE, &text, blocks, s.say).with("incident_id", incident.id.0)
}

/// At most ten, in the order of the spec; what was not filled in is left out.
fn facts(s: &Subject<'_>) -> Vec<Mrkdwn> {
    let incident = s.incident;
    let mut facts = vec![
        priority_field(incident.priority, s.catalog),
        category_field(incident.category, s.catalog),
        field("Opened by", &who(&incident.created_by)),
        field("Opened at", &Mrkdwn::time(incident.created_at)),
        field("Page", &Mrkdwn::link(s.page, "Incident page")),
    ];
    const EXTRAS: [(&str, &str); 5] = [
        ("Zendesk ticket", "zendesk_ticket_id"),
        ("Seller contract", "seller_contract_id"),
        ("Zoho Desk ticket", "zoho_desk_ticket_id"),
        ("Key account", "is_key_account"),
        ("Golden list", "is_seller_in_golden_list"),
    ];
    for (name, key) in EXTRAS {
        match &incident.custom_fields[key] {
            serde_json::Value::String(text) if !text.is_empty() => {
                facts.push(field(name, &Mrkdwn::escaped(text)))
            }
            serde_json::Value::Bool(true) => facts.push(field(name, &"Yes".into())),
            _ => {}
        }
    }
    facts
}

fn environments(s: &Subject<'_>) -> Mrkdwn {
    let values = s.incident.environment_values();
    if values.is_empty() {
        let own = s.catalog.environment(s.incident.environment).map_or("∅", |e| e.value.as_str());
        return Mrkdwn::escaped(own);
    }
    Mrkdwn::escaped(&values.join(", "))
}

/// The worst first, "no impact" left out, at most ten.
fn impact_lines(s: &Subject<'_>, impacts: &[(ImpactTypeId, ImpactLevelId)]) -> Vec<String> {
    let known = impacts.iter().filter_map(|(kind, level)| {
        let kind = s.catalog.impact_type(*kind)?;
        Some((kind, kind.level(*level)?))
    });
    let mut chosen: Vec<_> = known.filter(|(_, level)| level.code != LevelCode::None).collect();
    chosen.sort_by_key(|(kind, level)| (level.code.rank(), kind.order));
    let line = |(kind, level): &(&domain::catalog::ImpactType, &domain::catalog::ImpactLevel)| {
        let kind = Mrkdwn::escaped(&format!("{} {}", kind.emoji, kind.name));
        format!("{kind}: {}", Mrkdwn::escaped(&level.display()))
    };
    chosen.iter().take(10).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;
    use domain::catalog::Catalog;
    use serde_json::json;

    fn worst_of_all(catalog: &Catalog) -> Vec<(ImpactTypeId, ImpactLevelId)> {
        catalog.impact_types.iter().map(|t| (t.id, t.levels.first().unwrap().id)).collect()
    }

    #[test]
    fn the_card_of_a_p1() {
        let catalog = Catalog::demo();
        let incident = fixture::incident(&catalog);
        let card = card(&fixture::subject(&incident, &catalog), &worst_of_all(&catalog));
        insta::assert_json_snapshot!(card);
    }

    // SLK-192
    #[test]
    fn the_card_has_at_most_ten_fields_with_what_was_asked_of_sellers_and_customers() {
        let catalog = Catalog::demo();
        let mut incident = fixture::incident(&catalog);
        incident.custom_fields = json!({"zendesk_ticket_id": "Z1", "seller_contract_id": "S1",
            "zoho_desk_ticket_id": "H1", "is_key_account": true, "is_seller_in_golden_list": true});
        let subject = fixture::subject(&incident, &catalog);
        assert_eq!(facts(&subject).len(), 10);
        let none = impact_lines(&subject, &[]);
        assert!(none.is_empty());
    }

    #[test]
    fn no_impact_is_not_listed_and_the_worst_comes_first() {
        let catalog = Catalog::demo();
        let incident = fixture::incident(&catalog);
        let mut impacts = worst_of_all(&catalog);
        let first = &catalog.impact_types[0];
        impacts[0].1 = first.none_level().unwrap().id;
        let lines = impact_lines(&fixture::subject(&incident, &catalog), &impacts);
        assert_eq!(lines.len(), impacts.len() - 1);
        assert!(!lines.iter().any(|l| l.contains(&first.name)));
    }
}
