//! What others did since somebody looked, in few words: a fold of the records behind the last one they saw.
//!
//! What was moved and moved back is not told; several updates are one number. Each thing names the entry of the timeline
//! that tells it.

use super::{Fact, Record};
use crate::incident::Status;
use crate::{PriorityId, RoleTypeId, Timestamp, UpdateId, UserId};

/// One thing that is new.
#[derive(Debug, Clone, PartialEq)]
pub enum New {
    Priority {
        from: PriorityId,
        to: PriorityId,
    },
    Status {
        from: Status,
        to: Status,
    },
    /// So many updates with words.
    Said(usize),
    /// Who holds a role now.
    Role {
        role: RoleTypeId,
        to: Option<UserId>,
    },
    /// Title, summary, category, environment.
    Field(Field),
    KeyEvent {
        event_type: String,
        at: Option<Timestamp>,
    },
    /// So often cost lines were added, changed or taken away.
    Costs(usize),
    Tags,
    Impacts,
    /// So many entries say it in other words.
    Corrected(usize),
    Joined(Vec<UserId>),
    Left(Vec<UserId>),
    Erased,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Title,
    Summary,
    Category,
    Environment,
}

/// Which entry of the timeline tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Entry(UpdateId),
    /// A line that has no entry of its own: by the number of its record.
    Record(i64),
}

/// A value that moved: where it was first, where it is, and the entry that moved it last.
#[derive(Clone, Copy)]
struct Moved<T> {
    from: T,
    to: T,
    place: Place,
}

#[derive(Default)]
struct News {
    priority: Option<Moved<PriorityId>>,
    status: Option<Moved<Status>>,
    said: Vec<Place>,
    roles: Vec<(RoleTypeId, Moved<Option<UserId>>)>,
    fields: Vec<(Field, Place)>,
    key_events: Vec<(String, Moved<Option<Timestamp>>)>,
    costs: Vec<Place>,
    tags: Option<Place>,
    impacts: Option<Place>,
    corrected: Vec<Place>,
    people: Vec<(UserId, Moved<bool>)>,
    erased: Option<Place>,
}

/// What these records say that somebody else than `me` did, the weightiest first.
pub fn since(records: &[Record], me: Option<UserId>) -> Vec<(New, Place)> {
    let mut news = News::default();
    let others = records.iter().filter(|record| record.actor.is_none() || record.actor != me);
    others.for_each(|record| news.add(record));
    news.told()
}

impl News {
    fn add(&mut self, record: &Record) {
        let here = Place::Record(record.seq);
        match &record.fact {
            Fact::Updated(u) => {
                let place = Place::Entry(u.update);
                if let Some(step) = u.fields.priority {
                    move_on(&mut self.priority, step.from, step.to, place);
                }
                if let Some(step) = u.fields.status {
                    move_on(&mut self.status, step.from.0, step.to.0, place);
                }
                if record.words.contains_key("message") {
                    self.said.push(place);
                }
                let changed = [
                    (Field::Title, record.words.contains_key("title")),
                    (Field::Summary, record.words.contains_key("description")),
                    (Field::Category, u.fields.category.is_some()),
                    (Field::Environment, u.fields.environments.is_some()),
                ];
                for (field, _) in changed.into_iter().filter(|(_, changed)| *changed) {
                    self.fields.retain(|(known, _)| *known != field);
                    self.fields.push((field, place));
                }
            }
            Fact::Roles(changed) => {
                if record.words.contains_key("message") {
                    self.said.push(Place::Entry(changed.update));
                }
                for step in &changed.roles {
                    let place = Place::Record(record.seq);
                    move_among(&mut self.roles, step.role, step.from, step.to, place);
                }
            }
            Fact::KeyEvents(changed) => {
                for (name, step) in &changed.events {
                    move_among(&mut self.key_events, name.clone(), step.from.0, step.to.0, here);
                }
            }
            Fact::CostAdded(_) | Fact::CostChanged(_) | Fact::CostRemoved(_) => self.costs.push(here),
            Fact::Tags(_) => self.tags = Some(here),
            Fact::Impacts(_) => self.impacts = Some(here),
            Fact::Corrected(corrected) => {
                let place = Place::Entry(corrected.update);
                self.corrected.retain(|known| *known != place);
                self.corrected.push(place);
            }
            Fact::MemberJoined(user) => move_among(&mut self.people, *user, false, true, here),
            Fact::MemberLeft(user) => move_among(&mut self.people, *user, true, false, here),
            Fact::Erased(_) => self.erased = Some(here),
            Fact::Declared(_) | Fact::ChannelAttached(_) | Fact::ChannelChanged(_) | Fact::Elsewhere => {}
        }
    }

    fn told(self) -> Vec<(New, Place)> {
        let mut told = Vec::new();
        if let Some(m) = self.priority.filter(|m| m.from != m.to) {
            told.push((New::Priority { from: m.from, to: m.to }, m.place));
        }
        if let Some(m) = self.status.filter(|m| m.from != m.to) {
            told.push((New::Status { from: m.from, to: m.to }, m.place));
        }
        // The first of them: from there on one reads upwards.
        if let Some(first) = self.said.first() {
            told.push((New::Said(self.said.len()), *first));
        }
        let roles = self.roles.into_iter().filter(|(_, m)| m.from != m.to);
        told.extend(roles.map(|(role, m)| (New::Role { role, to: m.to }, m.place)));
        told.extend(self.fields.into_iter().map(|(field, place)| (New::Field(field), place)));
        let events = self.key_events.into_iter().filter(|(_, m)| m.from != m.to);
        told.extend(events.map(|(event_type, m)| (New::KeyEvent { event_type, at: m.to }, m.place)));
        if let Some(first) = self.costs.first() {
            told.push((New::Costs(self.costs.len()), *first));
        }
        told.extend(self.impacts.map(|place| (New::Impacts, place)));
        if let Some(first) = self.corrected.first() {
            told.push((New::Corrected(self.corrected.len()), *first));
        }
        told.extend(self.tags.map(|place| (New::Tags, place)));
        let (came, went): (Vec<_>, Vec<_>) =
            self.people.into_iter().filter(|(_, m)| m.from != m.to).partition(|(_, m)| m.to);
        for (people, new) in [(came, New::Joined as fn(_) -> _), (went, New::Left)] {
            if let Some((_, last)) = people.last() {
                let place = last.place;
                told.push((new(people.into_iter().map(|(user, _)| user).collect()), place));
            }
        }
        told.extend(self.erased.map(|place| (New::Erased, place)));
        told
    }
}

fn move_on<T: Copy>(known: &mut Option<Moved<T>>, from: T, to: T, place: Place) {
    let from = known.map_or(from, |before| before.from);
    *known = Some(Moved { from, to, place });
}

fn move_among<K: PartialEq, T: Copy>(known: &mut Vec<(K, Moved<T>)>, key: K, from: T, to: T, place: Place) {
    match known.iter_mut().find(|(name, _)| *name == key) {
        Some((_, moved)) => (moved.to, moved.place) = (to, place),
        None => known.push((key, Moved { from, to, place })),
    }
}
