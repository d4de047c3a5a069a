//! The forms beside an incident, from its facts.

use super::{Scene, SlackLinks, person};
use crate::{
    incidents::query::{Holder, Incident, Person},
    users::directory::User,
};
use domain::{
    CostId, ImpactLevelId, ImpactTypeId,
    catalog::{Catalog, MilestoneType},
    incident::{CURRENCY, Cents, Cost, Disagreement, Milestones, RawCost, disagreeing},
    period::Zone,
    view::{
        Choice, CostView, CostsForm, ImpactsForm, KeyEventField, KeyEventsForm, PeopleForm, RoleField,
        Subject, scales,
    },
};

/// Those that are asked for, in their order, with what disagrees beside both of the times.
pub fn key_events(scene: &Scene<'_>, about: Subject, milestones: &Milestones) -> KeyEventsForm {
    let odd = disagreeing(milestones, scene.catalog);
    let kinds = scene.catalog.milestone_types.iter().filter(|kind| kind.asked_for);
    let fields = kinds.map(|kind| KeyEventField {
        field: kind.field(),
        name: kind.name.clone(),
        summary: meaning(kind),
        value: milestones
            .get(&kind.event_type)
            .map(|m| scene.times.zone.local(m.at).format("%Y-%m-%dT%H:%M:%S").to_string())
            .unwrap_or_default(),
        editable: kind.user_editable,
        required: kind.required,
        odd: odd
            .iter()
            .filter(|d| d.end == kind.id || d.start == kind.id)
            .filter_map(|d| {
                let metric = scene.catalog.metric_type(d.metric)?;
                Some(format!("{}. There is no {}.", disagreement(scene, milestones, d)?, metric.name))
            })
            .collect(),
    });
    let zone = format!("Times are those of {}.", scene.times.zone);
    KeyEventsForm { about, zone, fields: fields.collect() }
}

/// "When the first symptoms appeared": what it means, without the name before it.
fn meaning(kind: &MilestoneType) -> String {
    let text = kind.summary.replace('*', "");
    let rest = text.strip_prefix(&format!("{}, ", kind.name)).unwrap_or(&text);
    let mut letters = rest.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// "Recovered 2026/10/14 14:01:00 is before Declared 2026/10/14 14:09:00"
pub fn disagreement(scene: &Scene<'_>, milestones: &Milestones, d: &Disagreement) -> Option<String> {
    let say = |id| {
        let kind = scene.catalog.milestone_type(id)?;
        let at = scene.times.zone.local(milestones.get(&kind.event_type)?.at);
        Some(format!("{} {}", kind.name, at.format("%Y/%m/%d %H:%M:%S")))
    };
    Some(format!("{} is before {}", say(d.end)?, say(d.start)?))
}

/// Every role, everybody who can hold one, and who is on it. A holder who cannot be chosen any more still is.
pub fn people(
    scene: &Scene<'_>,
    about: Subject,
    incident: &Incident,
    everybody: &[User],
    holders: &[Holder],
    on_it: &[Person],
    am_on_it: bool,
) -> PeopleForm {
    let mut people: Vec<Choice> =
        everybody.iter().map(|user| Choice::new(user.id.to_string(), user.full_name.clone())).collect();
    for holder in holders {
        let id = holder.person.id.map(|id| id.to_string()).unwrap_or_default();
        if !people.iter().any(|choice| choice.value == id) {
            people.push(Choice::new(id, holder.person.name.clone()));
        }
    }
    let roles = scene.catalog.role_types.iter().map(|role| RoleField {
        field: role.field(),
        label: role.name.clone(),
        help: format!("{} {}", role.emoji, role.summary).trim().to_owned(),
        required: role.required,
        holder: holders
            .iter()
            .find(|holder| holder.role == role.id)
            .and_then(|holder| holder.person.id)
            .map(|id| id.to_string())
            .unwrap_or_default(),
    });
    let channel = match (&scene.slack, &incident.channel) {
        (SlackLinks::Off, _) | (_, None) => String::new(),
        (_, Some(channel)) if am_on_it => {
            format!("Who leaves here is still in #{}. Leave it in Slack too.", channel.name)
        }
        (_, Some(channel)) => {
            format!("You are asked into #{}, unless you left it before. Join it in Slack then.", channel.name)
        }
    };
    PeopleForm {
        about,
        roles: roles.collect(),
        people,
        on_it: on_it.iter().map(person).collect(),
        am_on_it,
        channel,
    }
}

/// Every axis with the level that stands on it.
pub fn impacts(
    scene: &Scene<'_>,
    about: Subject,
    incident: &Incident,
    assessed: &[(ImpactTypeId, ImpactLevelId)],
) -> ImpactsForm {
    let stands = |(kind, level): &(ImpactTypeId, ImpactLevelId)| {
        let kind = scene.catalog.impact_type(*kind)?;
        Some((kind.value.clone(), kind.level(*level)?.code.as_str().to_owned()))
    };
    ImpactsForm {
        about,
        scales: scales(scene.catalog),
        levels: assessed.iter().filter_map(stands).collect(),
        priority: scene.priority(incident.priority).name,
    }
}

/// The lines so far, their total, and the kinds that people may add.
pub fn costs(catalog: &Catalog, about: Subject, lines: &[(CostId, Cost)]) -> CostsForm {
    let kind = |cost: &Cost| catalog.cost_types.iter().find(|kind| kind.id == cost.cost_type);
    let shown = lines.iter().map(|(id, cost)| CostView {
        id: *id,
        kind: kind(cost).map(|kind| kind.name.clone()).unwrap_or_default(),
        amount: cost.amount.map_or_else(|| "not known yet".into(), money),
        details: cost.details.clone().unwrap_or_default(),
        editable: kind(cost).is_some_and(|kind| kind.editable),
        values: RawCost {
            cost_type: cost.cost_type.to_string(),
            amount: cost.amount.map(Cents::plain).unwrap_or_default(),
            details: cost.details.clone().unwrap_or_default(),
        },
    });
    let offered = catalog.cost_types.iter().filter(|kind| kind.editable).map(|kind| Choice {
        note: kind.category.clone().unwrap_or_default(),
        chosen: kind.default,
        ..Choice::new(kind.id.to_string(), kind.name.clone())
    });
    CostsForm { about, kinds: offered.collect(), lines: shown.collect(), total: money(total(lines)) }
}

/// What is known of it so far.
pub fn total(lines: &[(CostId, Cost)]) -> Cents {
    Cents(lines.iter().filter_map(|(_, cost)| cost.amount).map(|cents| cents.0).sum())
}

/// `1,200.50 EUR`
pub fn money(cents: Cents) -> String {
    format!("{cents} {CURRENCY}")
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{at, scene};
    use super::*;
    use domain::{CostTypeId, IncidentId, incident::Milestone};

    fn about() -> Subject {
        Subject { id: IncidentId(1), title: "Card payments fail".into(), submission: "key".into() }
    }

    // CORE-126 CORE-127: the asked-for ones with their values; what people may not date is not editable.
    #[test]
    fn the_form_names_which_two_times_disagree() {
        let catalog = Catalog::demo();
        let dated = |clock| Milestone { at: at(clock), by: None };
        let milestones = Milestones::from([
            ("declared".to_owned(), dated("14:09")),
            ("recovered".to_owned(), dated("14:01")),
        ]);
        let form = key_events(&scene(&catalog, at("14:53")), about(), &milestones);
        let asked = catalog.milestone_types.iter().filter(|kind| kind.asked_for).count();
        assert_eq!(form.fields.len(), asked);
        let field = |name: &str| form.fields.iter().find(|f| f.field == name).expect("asked for");
        assert!(!field("key_event_declared").editable);
        assert_eq!(field("key_event_started").summary, "First symptoms");
        assert!(field("key_event_recovered").value.ends_with("T14:01:00"));
        for name in ["key_event_recovered", "key_event_declared"] {
            let odd = field(name).odd.join(" ");
            assert!(odd.contains("Recovered") && odd.contains("is before Declared"), "{odd}");
        }
        assert!(field("key_event_started").odd.is_empty());
    }

    // CORE-027: the total sums what is known, zero when nothing is.
    #[test]
    fn the_total_is_what_is_known() {
        let line = |n, amount| (CostId(n), Cost { cost_type: CostTypeId(1), amount, details: None });
        let lines = [line(1, Some(Cents(120_050))), line(2, None), line(3, Some(Cents(5)))];
        assert_eq!(costs(&Catalog::default(), about(), &lines).total, "1,200.55 EUR");
        assert_eq!(costs(&Catalog::default(), about(), &[]).total, "0.00 EUR");
    }
}
