//! What is new since somebody looked, in a line.

use super::Scene;
use crate::looks::Last;
use domain::{
    UserId,
    past::{Field, New, Place},
    view::{Look, Since, SincePart},
};
use std::collections::HashMap;

/// So many people are named; more are counted.
const NAMED: usize = 2;

/// The line, with the last look it speaks of. `names` are of everybody the news name.
pub fn since(scene: &Scene<'_>, last: Last, news: &[(New, Place)], names: &HashMap<UserId, String>) -> Since {
    let part = |(new, place): &(New, Place)| SincePart {
        text: words(scene, new, names),
        entry: match (new, place) {
            // They have no line of their own, but a place.
            (New::KeyEvent { .. }, _) => "key-events".into(),
            (New::Joined(_) | New::Left(_), _) => "people".into(),
            (_, Place::Entry(update)) => format!("e-{update}"),
            (_, Place::Record(seq)) => format!("n-{seq}"),
        },
    };
    Since {
        look: Look { seq: last.seq, at: last.at.timestamp_micros() },
        at: scene.times.clock(last.at),
        parts: news.iter().map(part).collect(),
    }
}

fn words(scene: &Scene<'_>, new: &New, names: &HashMap<UserId, String>) -> String {
    let name = |user: &UserId| names.get(user).cloned().unwrap_or_else(|| "somebody who is gone".into());
    match new {
        New::Priority { from, to } => {
            format!("priority {} → {}", scene.priority(*from).name, scene.priority(*to).name)
        }
        New::Status { from, to } => format!("status {} → {}", from.label(), to.label()),
        New::Said(1) => "1 update".into(),
        New::Said(count) => format!("{count} updates"),
        New::Role { role, to } => {
            let role = scene.catalog.role_type(*role).map_or("in a role", |role| role.name.as_str());
            match to {
                Some(user) => format!("{} is {}", name(user), role.to_lowercase()),
                None => format!("nobody is {}", role.to_lowercase()),
            }
        }
        New::Field(Field::Title) => "a new title".into(),
        New::Field(Field::Summary) => "a new summary".into(),
        New::Field(Field::Category) => "another category".into(),
        New::Field(Field::Environment) => "other environments".into(),
        New::KeyEvent { event_type, at } => {
            let kind = scene.catalog.milestone_type_by_event(event_type);
            let kind = kind.map_or(event_type.as_str(), |kind| kind.name.as_str());
            match at {
                Some(at) => format!("{kind} is {}", scene.times.clock(*at).text),
                None => format!("{kind} is not set"),
            }
        }
        New::Costs(1) => "1 cost line".into(),
        New::Costs(count) => format!("{count} cost lines"),
        New::Tags => "other tags".into(),
        New::Impacts => "impacts assessed again".into(),
        New::Corrected(1) => "1 correction".into(),
        New::Corrected(count) => format!("{count} corrections"),
        New::Joined(people) => format!("{} joined", several(people, &name)),
        New::Erased => "words were erased".into(),
        New::Left(people) => format!("{} left", several(people, &name)),
    }
}

/// "Ana and Yusuf", "14 people".
fn several(people: &[UserId], name: &impl Fn(&UserId) -> String) -> String {
    if people.len() > NAMED {
        return format!("{} people", people.len());
    }
    people.iter().map(name).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{at, scene};
    use super::*;
    use domain::{UpdateId, catalog::Catalog, incident::Status};
    use uuid::Uuid;

    #[test]
    fn the_line_says_each_thing_and_links_to_it() {
        let catalog = Catalog::demo();
        let scene = scene(&catalog, at("14:53"));
        let ana = UserId(Uuid::from_u128(7));
        let entry = Place::Entry(UpdateId(Uuid::nil()));
        let news = [
            (New::Priority { from: catalog.priorities[2].id, to: catalog.priorities[0].id }, entry),
            (New::Status { from: Status::Open, to: Status::Mitigating }, entry),
            (New::Said(4), entry),
            (New::Role { role: catalog.role_types[0].id, to: Some(ana) }, Place::Record(9)),
            (New::KeyEvent { event_type: "started".into(), at: Some(at("14:02")) }, Place::Record(10)),
            (New::Joined(vec![ana; 14]), Place::Record(11)),
        ];
        let names = HashMap::from([(ana, "Ana Souza".to_owned())]);
        let line = since(&scene, Last { seq: 8, at: at("14:05") }, &news, &names);
        let said: Vec<(&str, &str)> =
            line.parts.iter().map(|p| (p.text.as_str(), p.entry.as_str())).collect();
        let e = "e-00000000-0000-0000-0000-000000000000";
        assert_eq!(
            said,
            [
                ("priority P3 → P1", e),
                ("status Open → Mitigating", e),
                ("4 updates", e),
                ("Ana Souza is commander", "n-9"),
                ("Started is 14:02", "key-events"),
                ("14 people joined", "people"),
            ]
        );
        assert_eq!((line.at.text.as_str(), line.look.seq), ("14:05", 8));
    }
}
