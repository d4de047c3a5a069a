//! The timeline of a page: what people said is large, what they changed is a line with from → to, what machines did is
//! folded into one.
//!
//! Stored entries hold only what changed, so *from* is found by walking from the oldest. The two entries that a
//! declaration writes are one here. Key events are lines; `mitigated` and `resolved`, which only the product sets, say
//! nothing that their status did not.

use super::{Scene, cut, notes, person, surface, time};
use crate::incidents::{
    notes::Note,
    query::{Delivery, Update},
};
use domain::{
    CategoryId, EnvironmentId, PriorityId, Timestamp, UserId,
    catalog::Catalog,
    incident::{
        Marker, Status,
        milestone::{DECLARED, MITIGATED, RESOLVED},
    },
    view::{About, Changed, Corrected, Entry, EntryKind, Person, Said, Step, Value},
};

/// Jobs that finished so close together are one line.
const TOGETHER: chrono::TimeDelta = chrono::TimeDelta::seconds(60);
/// Of changed texts so much is shown.
const TEXT: usize = 200;

/// Up to when somebody has seen a timeline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    pub by: Option<UserId>,
    pub at: Timestamp,
}

impl Seen {
    /// Written since, by somebody else.
    pub fn is_new(seen: Option<Seen>, written: Timestamp, author: Option<UserId>) -> bool {
        seen.is_some_and(|seen| written > seen.at && (author.is_none() || author != seen.by))
    }
}

/// All entries, newest first, days divided. `updates` are newest first.
pub fn entries(
    scene: &Scene<'_>,
    updates: &[Update],
    deliveries: &[Delivery],
    notes: &[Note],
    seen: Option<Seen>,
) -> Vec<Entry> {
    let mut lines: Vec<(Timestamp, Entry)> = Vec::new();
    let mut walk = Walk { scene, now: Known::default() };
    for update in updates.iter().rev() {
        if let Some(what) = walk.step(update) {
            let id = id(update);
            let author = update.author.as_ref().and_then(|author| author.id);
            let new = Seen::is_new(seen, update.created_at, author);
            lines.push((update.event_ts, Entry { id, at: scene.times.clock(update.event_ts), what, new }));
        }
    }
    lines.extend(notes::lines(scene, notes, seen));
    lines.extend(folded(scene, deliveries));
    lines.extend(deliveries.iter().filter(|d| d.state == "parked").map(|d| refused(scene, d)));
    if let Some(seen) = seen.filter(|_| lines.iter().any(|(_, entry)| entry.new)) {
        let at = scene.times.clock(seen.at);
        let what = EntryKind::Looked { text: format!("You last looked at {}", at.text) };
        lines.push((seen.at, Entry { id: "since".into(), at, what, new: false }));
    }
    // Stable: what was written later stands above within one second.
    lines.sort_by_key(|(at, _)| *at);
    lines.reverse();
    with_days(scene, lines)
}

/// The fragment of an entry, for good.
pub fn id(update: &Update) -> String {
    format!("e-{}", update.id)
}

/// When each status began, oldest first: the bands of the ruler.
pub fn statuses(updates: &[Update]) -> Vec<(Timestamp, i32, String)> {
    let changes =
        updates.iter().rev().filter_map(|update| update.status.map(|status| (update.event_ts, status)));
    let mut bands: Vec<(Timestamp, i32, String)> = Vec::new();
    for (at, status) in changes {
        if bands.last().is_none_or(|(_, last, _)| *last != i32::from(status.number())) {
            bands.push((at, status.number().into(), status.label().into()));
        }
    }
    bands
}

/// What was true before the entry at hand.
#[derive(Default)]
struct Known {
    status: Option<Status>,
    priority: Option<PriorityId>,
    category: Option<CategoryId>,
    environment: Option<EnvironmentId>,
    title: Option<String>,
    description: Option<String>,
}

struct Walk<'a> {
    scene: &'a Scene<'a>,
    now: Known,
}

impl Walk<'_> {
    fn step(&mut self, update: &Update) -> Option<EntryKind> {
        let by = update.author.as_ref().map(person);
        if update.is_milestone {
            return key_event(self.scene.catalog, update, by);
        }
        // The first entry knows all; a timeline that was read in part begins somewhere later.
        let first = self.now.status.is_none() && update.description.is_some() && update.status.is_some();
        let changes = self.changes(update);
        if first {
            let by = by.unwrap_or_else(ourselves);
            let words = update.description.clone().unwrap_or_default();
            let shown = changes.into_iter().filter(|c| !matches!(c.to, Value::Text(_))).collect();
            return Some(EntryKind::Said {
                by,
                did: "declared it".into(),
                changes: shown,
                words,
                more: Box::default(),
            });
        }
        let marker = update.event_type.as_deref().and_then(Marker::from_name);
        if let Some(system) = marker.and_then(other_system) {
            return Some(EntryKind::Other {
                system: system.into(),
                text: in_words(&changes, update.message.as_deref()),
            });
        }
        let message = update.message.as_deref().map(str::trim).filter(|words| !words.is_empty());
        match message {
            Some(words) => {
                let did = marker.map_or("posted an update", did_by_marker).into();
                let by = by.unwrap_or_else(ourselves);
                Some(EntryKind::Said {
                    by,
                    did,
                    changes,
                    words: words.into(),
                    more: Box::new(self.more(update)),
                })
            }
            None if changes.is_empty() && marker.is_none() && update.next_update_at.is_none() => None,
            None => {
                let about = about(marker, update);
                let promised = update.next_update_at.map(|at| self.scene.times.clock(at).text);
                let did = match (marker, promised) {
                    (Some(marker), _) => did_by_marker(marker).into(),
                    (None, Some(by)) if changes.is_empty() => format!("promised the next update by {by}"),
                    (None, Some(by)) => {
                        format!("{} and promised the next update by {by}", did_change(&changes))
                    }
                    (None, None) => did_change(&changes),
                };
                Some(EntryKind::Changed { by, did, changes, about })
            }
        }
    }

    fn more(&self, update: &Update) -> Said {
        let corrected = update.corrected.as_ref().map(|corrected| Corrected {
            by: corrected.by.as_ref().map_or_else(|| "somebody who is gone".to_owned(), |by| by.name.clone()),
            at: self.scene.times.clock(corrected.at),
            original: corrected.original.clone(),
        });
        let promised = update.next_update_at.map(|at| self.scene.times.clock(at));
        Said { promised, corrected, may_correct: false }
    }

    /// From → to of every field the entry holds; what it repeats is no change.
    fn changes(&mut self, update: &Update) -> Vec<Changed> {
        let scene = self.scene;
        let text = |text: &String| Value::Text(cut(text, TEXT));
        let mut changes = Vec::new();
        let status = |status: &Status| Value::Status((*status).into());
        push(&mut changes, "Status", &mut self.now.status, update.status.as_ref(), status);
        let priority = |id: &PriorityId| Value::Priority(scene.priority(*id));
        push(&mut changes, "Priority", &mut self.now.priority, update.priority.as_ref(), priority);
        push(&mut changes, "Title", &mut self.now.title, update.title.as_ref(), text);
        push(&mut changes, "Summary", &mut self.now.description, update.description.as_ref(), text);
        let category = |id: &CategoryId| Value::Text(scene.category(*id).0);
        push(&mut changes, "Incident category", &mut self.now.category, update.category.as_ref(), category);
        let environment = |id: &EnvironmentId| Value::Text(scene.environment(*id));
        push(
            &mut changes,
            "Environment",
            &mut self.now.environment,
            update.environment.as_ref(),
            environment,
        );
        changes
    }
}

fn push<T: Clone + PartialEq>(
    changes: &mut Vec<Changed>,
    field: &str,
    known: &mut Option<T>,
    to: Option<&T>,
    say: impl Fn(&T) -> Value,
) {
    let Some(to) = to.filter(|to| known.as_ref() != Some(*to)) else { return };
    let from = known.replace(to.clone());
    changes.push(Changed { field: field.into(), from: from.as_ref().map(&say), to: say(to) });
}

/// The account of somebody who is gone, or the product itself.
fn ourselves() -> Person {
    Person::named(None, "FireFighter")
}

fn key_event(catalog: &Catalog, update: &Update, by: Option<Person>) -> Option<EntryKind> {
    let event = update.event_type.as_deref()?;
    if [DECLARED, MITIGATED, RESOLVED].contains(&event) {
        return None;
    }
    let name = catalog.milestone_type_by_event(event).map_or(event, |kind| kind.name.as_str());
    let did = if by.is_some() { format!("set the key event {name}") } else { format!("Key event {name}") };
    Some(EntryKind::Changed { by, did, changes: vec![], about: About::KeyEvent })
}

fn other_system(marker: Marker) -> Option<&'static str> {
    match marker {
        Marker::JiraStatusSync | Marker::JiraPrioritySync => Some("Jira"),
        Marker::ClosureReason | Marker::TriggerOncall | Marker::SendSos | Marker::RoleHandover => None,
    }
}

fn did_by_marker(marker: Marker) -> &'static str {
    match marker {
        Marker::ClosureReason => "closed it early",
        Marker::TriggerOncall => "paged on-call",
        Marker::SendSos => "asked for help",
        Marker::JiraStatusSync => "moved it in Jira",
        Marker::JiraPrioritySync => "changed its priority in Jira",
        Marker::RoleHandover => "handed over with a note",
    }
}

fn about(marker: Option<Marker>, update: &Update) -> About {
    match marker {
        Some(Marker::TriggerOncall) => About::Paging,
        Some(Marker::SendSos) => About::Help,
        Some(Marker::RoleHandover) => About::Role,
        _ if update.status.is_some() || update.priority.is_some() => About::Status,
        _ => About::Facts,
    }
}

/// "changed status and priority"
fn did_change(changes: &[Changed]) -> String {
    let names: Vec<String> = changes.iter().map(|change| change.field.to_lowercase()).collect();
    match &names[..] {
        [] => "changed it".into(),
        [one] => format!("changed the {one}"),
        [most @ .., last] => format!("changed {} and {last}", most.join(", ")),
    }
}

/// For systems: "status Mitigating to Mitigated".
fn in_words(changes: &[Changed], message: Option<&str>) -> String {
    let say = |value: &Value| match value {
        Value::Status(mark) => mark.label.clone(),
        Value::Priority(mark) => mark.name.clone(),
        Value::Text(text) => text.clone(),
    };
    let change = |c: &Changed| {
        let from = c.from.as_ref().map(|from| format!("{} to ", say(from))).unwrap_or_default();
        format!("{} {from}{}", c.field.to_lowercase(), say(&c.to))
    };
    let told = changes.iter().map(change).chain(message.map(|words| cut(words, TEXT)));
    told.collect::<Vec<_>>().join(", ")
}

/// Jobs that are over, in groups: "6 steps in 2.4 s".
fn folded(scene: &Scene<'_>, deliveries: &[Delivery]) -> Vec<(Timestamp, Entry)> {
    let mut over: Vec<(&Delivery, Timestamp)> = deliveries
        .iter()
        .filter(|d| ["done", "dropped"].contains(&d.state.as_str()))
        .filter_map(|d| Some((d, d.finished_at?)))
        .collect();
    over.sort_by_key(|(d, at)| (*at, d.job));
    let groups = over.chunk_by(|(_, before), (_, after)| *after - *before <= TOGETHER);
    groups.filter_map(|group| folded_group(scene, group)).collect()
}

fn folded_group(scene: &Scene<'_>, group: &[(&Delivery, Timestamp)]) -> Option<(Timestamp, Entry)> {
    let (first, (_, at)) = (group.first()?, group.last()?);
    let began = group.iter().map(|(d, _)| d.created_at).min().unwrap_or(first.1);
    let step = |(d, at): &(&Delivery, Timestamp)| {
        let text = match (d.state.as_str(), &d.reason) {
            ("dropped", reason) => {
                format!("{}: left out. {}", surface::thing(&d.kind), reason.clone().unwrap_or_default())
            }
            _ => surface::step(&d.kind).to_owned(),
        };
        Step { at: scene.times.second(*at), text }
    };
    let summary = match group.len() {
        1 => format!("{} in {}", step(&group[0]).text, time::short(*at - began)),
        n => format!("{n} steps in {}", time::short(*at - began)),
    };
    let what = EntryKind::Machine { summary, steps: group.iter().map(step).collect() };
    Some((*at, Entry { id: format!("m-{}", first.0.job), at: scene.times.clock(*at), what, new: false }))
}

fn refused(scene: &Scene<'_>, d: &Delivery) -> (Timestamp, Entry) {
    let at = d.finished_at.unwrap_or(d.run_at).min(scene.times.now);
    let what = format!("{} refused.", surface::thing(&d.kind));
    let what = EntryKind::Refused { what, reason: surface::why(scene, d), job: Some(d.job) };
    (at, Entry { id: format!("j-{}", d.job), at: scene.times.clock(at), what, new: false })
}

/// A line across wherever the day changes; today has none above it.
fn with_days(scene: &Scene<'_>, lines: Vec<(Timestamp, Entry)>) -> Vec<Entry> {
    let mut day = scene.times.day(scene.times.now);
    let mut entries = Vec::with_capacity(lines.len());
    for (at, entry) in lines {
        let its = scene.times.day(at);
        if its != day {
            let text = scene.times.weekday(at);
            let id = format!("d-{}", its.replace('/', ""));
            entries.push(Entry { id, at: scene.times.date(at), what: EntryKind::Day { text }, new: false });
            day = its;
        }
        entries.push(entry);
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{at, scene, somebody, update};
    use super::*;
    use domain::JobId;

    fn declared(catalog: &Catalog) -> [Update; 2] {
        let first = Update {
            status: Some(Status::Open),
            priority: Some(catalog.priorities[0].id),
            category: Some(catalog.categories[0].id),
            environment: Some(catalog.environments[0].id),
            title: Some("Card payments fail".into()),
            description: Some("Since 14:00.".into()),
            ..update(1, "14:09")
        };
        let event = Update { event_type: Some(DECLARED.into()), is_milestone: true, ..update(2, "14:09") };
        [first, event]
    }

    fn delivery(job: i64, kind: &str, state: &str, finished: Option<&str>) -> Delivery {
        Delivery {
            job: JobId(job),
            kind: kind.into(),
            lane: "channel 4127".into(),
            state: state.into(),
            created_at: at("14:09"),
            finished_at: finished.map(at),
            run_at: at("14:09"),
            tries: 0,
            reason: None,
        }
    }

    // WEB-076: newest first, every changed field from → to; the two entries of a declaration are one.
    #[test]
    fn entries_tell_from_what_to_what() {
        let catalog = Catalog::demo();
        let scene = scene(&catalog, at("14:53"));
        let [first, event] = declared(&catalog);
        let moved = Update {
            status: Some(Status::Investigating),
            message: Some("Looking.".into()),
            ..update(3, "14:12")
        };
        let quiet = Update {
            priority: Some(catalog.priorities[1].id),
            title: Some("Payments fail".into()),
            ..update(4, "14:20")
        };
        let entries = entries(&scene, &[quiet, moved, event, first], &[], &[], None);

        let EntryKind::Changed { did, changes, about, .. } = &entries[0].what else {
            panic!("a line: {:?}", entries[0])
        };
        assert_eq!((did.as_str(), *about), ("changed priority and title", About::Status));
        assert_eq!(changes[0].from, Some(Value::Priority(scene.priority(catalog.priorities[0].id))));
        assert_eq!(changes[1].from, Some(Value::Text("Card payments fail".into())));
        assert_eq!(changes[1].to, Value::Text("Payments fail".into()));

        let EntryKind::Said { by, did, changes, words, .. } = &entries[1].what else {
            panic!("words: {:?}", entries[1])
        };
        assert_eq!(
            (by.name.as_str(), did.as_str(), words.as_str()),
            ("Ines Okafor", "posted an update", "Looking.")
        );
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].from, Some(Value::Status(Status::Open.into())));

        let EntryKind::Said { did, changes, words, .. } = &entries[2].what else {
            panic!("words: {:?}", entries[2])
        };
        assert_eq!((did.as_str(), words.as_str()), ("declared it", "Since 14:00."));
        assert!(changes.iter().all(|c| c.from.is_none()) && changes.len() == 2);
        assert_eq!(entries.len(), 3);
        assert_eq!(entries[2].at.text, "14:09");
    }

    // WEB-077: markers are words, not key events; what only the product sets has no line.
    #[test]
    fn markers_and_key_events_are_told_apart() {
        let catalog = Catalog::demo();
        let scene = scene(&catalog, at("14:53"));
        let event = |n, name: &str| Update {
            event_type: Some(name.into()),
            is_milestone: true,
            ..update(n, "14:30")
        };
        let early = Update {
            event_type: Some("closure_reason".into()),
            status: Some(Status::Closed),
            message: Some("Not ours.".into()),
            ..update(9, "14:40")
        };
        let shown = entries(
            &scene,
            &[early, event(8, "recovered"), event(7, MITIGATED), event(6, RESOLVED)],
            &[],
            &[],
            None,
        );
        assert!(matches!(&shown[0].what, EntryKind::Said { did, .. } if did == "closed it early"));
        assert!(
            matches!(&shown[1].what, EntryKind::Changed { did, about: About::KeyEvent, .. } if did == "set the key event Recovered")
        );
        assert_eq!(shown.len(), 2);

        let synced = Update {
            event_type: Some("jira_status_sync".into()),
            author: None,
            status: Some(Status::Mitigated),
            ..update(5, "14:41")
        };
        assert!(
            matches!(&entries(&scene, &[synced], &[], &[], None)[0].what, EntryKind::Other { system, text } if system == "Jira" && text == "status Mitigated")
        );
    }

    #[test]
    fn what_machines_did_is_one_line_and_what_was_refused_another() {
        let catalog = Catalog::demo();
        let scene = scene(&catalog, at("14:53"));
        let mut parked = delivery(5, "slack.invite", "parked", Some("14:51"));
        parked.reason = Some("The bot lacks the permission to invite.".into());
        parked.tries = 3;
        let deliveries = [
            delivery(1, "slack.create_channel", "done", Some("14:10")),
            delivery(2, "slack.declared_card", "done", Some("14:10")),
            delivery(3, "slack.post_update", "done", Some("14:30")),
            delivery(4, "slack.post_update", "waiting", None),
            parked,
        ];
        let shown = entries(&scene, &[], &deliveries, &[], None);
        assert!(
            matches!(&shown[0].what, EntryKind::Refused { reason, job: Some(JobId(5)), .. }
            if reason == "The bot lacks the permission to invite. Tried 3 times, last 14:51."),
            "{:?}",
            shown[0]
        );
        assert!(matches!(&shown[1].what, EntryKind::Machine { steps, .. } if steps.len() == 1));
        let EntryKind::Machine { summary, steps } = &shown[2].what else { panic!("folded: {:?}", shown[2]) };
        assert_eq!(
            (summary.as_str(), steps[0].text.as_str(), steps[0].at.as_str()),
            ("2 steps in 60 s", "Channel made", "14:10:00")
        );
        assert_eq!(shown.len(), 3);
    }

    #[test]
    fn days_are_divided_where_they_change() {
        let catalog = Catalog::demo();
        let tomorrow = at("10:00") + chrono::TimeDelta::days(1);
        let said = Update { message: Some("Words.".into()), ..update(1, "14:00") };
        let shown = entries(&scene(&catalog, tomorrow), std::slice::from_ref(&said), &[], &[], None);
        assert!(matches!(&shown[0].what, EntryKind::Day { text } if text == "Wednesday 2026/10/14"));
        assert_eq!(entries(&scene(&catalog, at("15:00")), &[said], &[], &[], None).len(), 1);
    }

    #[test]
    fn bands_begin_with_the_declaration_and_repeat_nothing() {
        let catalog = Catalog::demo();
        let [first, event] = declared(&catalog);
        let same = Update { status: Some(Status::Open), ..update(3, "14:11") };
        let moved = Update { status: Some(Status::Investigating), ..update(4, "14:12") };
        let bands = statuses(&[moved, same, event, first]);
        assert_eq!(bands, [(at("14:09"), 10, "Open".into()), (at("14:12"), 20, "Investigating".into())]);
    }

    // What others wrote since is new; one's own and what was there is not, and a line divides them.
    #[test]
    fn what_is_new_to_somebody_stands_above_the_line() {
        let catalog = Catalog::demo();
        let scene = scene(&catalog, at("14:53"));
        let said = |n, clock| Update { message: Some("Words.".into()), ..update(n, clock) };
        let mine = Update { author: Some(somebody("Me")), ..said(3, "14:45") };
        let seen = Seen { by: mine.author.as_ref().and_then(|me| me.id), at: at("14:38") };
        let updates = [said(4, "14:50"), mine, said(2, "14:30")];
        let shown = entries(&scene, &updates, &[], &[], Some(seen));
        assert_eq!(shown.iter().map(|entry| entry.new).collect::<Vec<_>>(), [true, false, false, false]);
        assert!(matches!(&shown[2].what, EntryKind::Looked { text } if text == "You last looked at 14:38"));
        assert_eq!(shown[2].id, "since");
        assert_eq!(entries(&scene, &updates[1..], &[], &[], Some(seen)).len(), 2, "nothing new, no line");
    }
}
