//! Lines of the timeline for changes that have no words of their own: from what to what.

use super::{Scene, editors::money, person, timeline::Seen};
use crate::incidents::notes::{Note, What};
use domain::{
    CostTypeId, ImpactLevelId, Timestamp,
    incident::Cents,
    view::{About, Changed, Entry, EntryKind, Value},
};

/// One line for each note; a key event that is dated for the first time has its own line already.
pub fn lines(scene: &Scene<'_>, notes: &[Note], seen: Option<Seen>) -> Vec<(Timestamp, Entry)> {
    notes.iter().rev().filter_map(|note| line(scene, note, seen)).collect()
}

fn line(scene: &Scene<'_>, note: &Note, seen: Option<Seen>) -> Option<(Timestamp, Entry)> {
    let text = |text: String| Value::Text(text);
    let cost_kind = |id: CostTypeId| {
        let kind = scene.catalog.cost_types.iter().find(|kind| kind.id == id);
        kind.map_or_else(|| "that is gone".to_owned(), |kind| kind.name.clone())
    };
    let known = |amount: Option<Cents>| amount.map_or_else(|| "not known yet".into(), money);
    let (did, changes, about) = match &note.what {
        What::KeyEvents(events) => {
            let moved = events.iter().filter_map(|(event, from, to)| {
                let kind = scene.catalog.milestone_type_by_event(event);
                let say = |at: Timestamp| scene.times.clock(at).text;
                Some(Changed {
                    field: kind.map_or_else(|| event.clone(), |kind| kind.name.clone()),
                    from: Some(text(say((*from)?))),
                    to: text(to.map_or_else(|| "not set".into(), say)),
                })
            });
            ("corrected key events".to_owned(), moved.collect(), About::KeyEvent)
        }
        What::Roles(roles) => {
            let name = |who: &Option<crate::incidents::query::Person>| {
                who.as_ref().map_or_else(|| "nobody".to_owned(), |person| person.name.clone())
            };
            let given = roles.iter().filter_map(|(role, from, to)| {
                Some(Changed {
                    field: scene.catalog.role_type(*role)?.name.clone(),
                    from: Some(text(name(from))),
                    to: text(name(to)),
                })
            });
            let given: Vec<Changed> = given.collect();
            let names: Vec<&str> = given.iter().map(|change| change.field.as_str()).collect();
            (format!("changed {}", names.join(" and ")), given, About::Role)
        }
        What::Cost { added, cost_type, amount } => {
            let did = if *added { "added the cost" } else { "removed the cost" };
            (format!("{did} {}, {}", cost_kind(*cost_type), known(*amount)), vec![], About::Facts)
        }
        What::CostChanged { from, to, details } => {
            let changed = |field: &str, from: String, to: String| {
                (from != to).then(|| Changed { field: field.into(), from: Some(text(from)), to: text(to) })
            };
            let kind = changed("Kind", cost_kind(from.0), cost_kind(to.0));
            let amount = changed("Amount", known(from.1), known(to.1));
            let what = if *details { " and its details" } else { "" };
            let did = format!("changed the cost {}{what}", cost_kind(from.0));
            (did, kind.into_iter().chain(amount).collect(), About::Facts)
        }
        What::Tags { added, removed } => {
            let mut parts = Vec::new();
            if !added.is_empty() {
                parts.push(format!("added {}", added.join(", ")));
            }
            if !removed.is_empty() {
                parts.push(format!("removed {}", removed.join(", ")));
            }
            (format!("changed the tags: {}", parts.join("; ")), vec![], About::Facts)
        }
        What::Impacts(impacts) => {
            let assessed = impacts.iter().filter_map(|(kind, from, to)| {
                let kind = scene.catalog.impact_type(*kind)?;
                let say =
                    |id: ImpactLevelId| kind.level(id).map_or("?", |level| level.code.label()).to_owned();
                let field = kind.name.clone();
                Some(Changed { field, from: from.map(|id| text(say(id))), to: text(say(*to)) })
            });
            ("assessed the impact again".to_owned(), assessed.collect(), About::Facts)
        }
        What::Joined => ("joined".to_owned(), vec![], About::Role),
        What::Erased(None) => ("erased all words".to_owned(), vec![], About::Facts),
        What::Erased(Some(of)) => (format!("erased the words of {}", of.name), vec![], About::Facts),
        What::Left => ("left".to_owned(), vec![], About::Role),
    };
    if matches!(note.what, What::KeyEvents(_)) && changes.is_empty() {
        return None;
    }
    let by = note.by.as_ref().map(person);
    let what = EntryKind::Changed { by, did, changes, about };
    let new = Seen::is_new(seen, note.at, note.by.as_ref().and_then(|by| by.id));
    let entry = Entry { id: format!("n-{}", note.seq), at: scene.times.clock(note.at), what, new };
    Some((note.at, entry))
}
