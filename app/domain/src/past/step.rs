//! One record more: what it does to what was true before.

use super::{
    Attached, Channel, ChannelEvent, Corrected, Correction, CostChanged, Declared, Entry, Fact, KeyEvent,
    KeyEvents, Metrics, Past, Record, Roles, Step, Updated,
};
use crate::Timestamp;
use crate::catalog::Catalog;
use crate::incident::{self, Cents, Marker, milestone, milestone::DECLARED, values_of};
use serde_json::Value;
use std::collections::BTreeMap;

/// What was true when it was declared.
pub fn declared(record: &Record, d: &Declared) -> Past {
    let title = record.words("title").unwrap_or_default();
    let description = record.words("description").unwrap_or_default();
    let first = Entry {
        title: Some(title.clone()),
        description: Some(description.clone()),
        status: Some(d.status),
        priority: Some(d.priority),
        category: Some(d.category),
        environment: Some(d.environment),
        author: Some(d.created_by),
        roles: d.roles.iter().map(|given| (given.role, Some(given.user))).collect(),
        ..Entry::bare(d.updates[0], record)
    };
    let declared = KeyEvent { at: record.at, by: Some(d.created_by), created_at: record.at, seq: record.seq };
    Past {
        id: d.incident,
        title,
        description,
        status: d.status,
        severity: d.severity,
        priority: d.priority,
        category: d.category,
        environment: d.environment,
        private: d.private,
        ignore: d.ignore,
        created_by: d.created_by,
        sent_by: d.sent_by,
        dedup_key: d.dedup_key.clone(),
        created_at: record.at,
        updated_at: record.at,
        mitigated_at: None,
        closed_at: None,
        next_update_at: None,
        closure_reason: None,
        closure_reference: String::new(),
        custom_fields: d.custom_fields.clone(),
        roles: d.roles.iter().map(|given| (given.role, given.user)).collect(),
        members: d.members.iter().flatten().copied().chain([d.created_by]).collect(),
        impacts: d.impacts.iter().map(|impact| (impact.impact_type, impact.level)).collect(),
        metrics: BTreeMap::new(),
        costs: BTreeMap::new(),
        tags: Default::default(),
        channel: None,
        entries: vec![first],
        key_events: BTreeMap::from([(DECLARED.to_owned(), declared)]),
    }
}

impl Entry {
    /// An entry that says nothing yet.
    fn bare(id: crate::UpdateId, record: &Record) -> Self {
        Entry {
            id,
            author: record.actor,
            message: None,
            status: None,
            priority: None,
            category: None,
            environment: None,
            title: None,
            description: None,
            marker: None,
            roles: vec![],
            next_update_at: None,
            corrected: None,
            event_ts: record.at,
            created_at: record.at,
        }
    }
}

impl Past {
    /// One record more.
    pub(super) fn step(&mut self, record: &Record, catalog: &Catalog) {
        match &record.fact {
            // It is declared once; words that are gone are read as such.
            Fact::Declared(_) | Fact::Erased(_) | Fact::Elsewhere => {}
            Fact::Updated(updated) => self.updated(record, updated, catalog),
            Fact::ChannelAttached(attached) => self.attached(attached),
            Fact::ChannelChanged(event) => self.channel_changed(event),
            Fact::MemberJoined(user) => {
                self.members.insert(*user);
            }
            Fact::MemberLeft(user) => {
                self.members.remove(user);
            }
            Fact::KeyEvents(changed) => self.key_events_changed(record, changed),
            Fact::Roles(changed) => self.roles_changed(record, changed),
            Fact::CostAdded(cost) => {
                let line = incident::Cost {
                    cost_type: cost.cost_type,
                    amount: cost.cents.map(Cents),
                    details: record.words("details"),
                };
                self.costs.insert(cost.line, line);
                self.updated_at = record.at;
            }
            Fact::CostChanged(changed) => {
                let CostChanged { to, details, .. } = changed;
                if let Some(line) = self.costs.get_mut(&to.line) {
                    (line.cost_type, line.amount) = (to.cost_type, to.cents.map(Cents));
                    if *details {
                        line.details = record.words("details");
                    }
                }
                self.updated_at = record.at;
            }
            Fact::CostRemoved(cost) => {
                self.costs.remove(&cost.line);
                self.updated_at = record.at;
            }
            Fact::Impacts(changed) => {
                self.impacts.extend(changed.impacts.iter().map(|step| (step.impact_type, step.to)));
                self.updated_at = record.at;
            }
            Fact::Corrected(corrected) => self.corrected(record, corrected),
            Fact::Tags(tags) => {
                self.tags.extend(tags.added.iter().cloned());
                tags.removed.iter().for_each(|name| {
                    self.tags.remove(name);
                });
                self.updated_at = record.at;
            }
        }
    }

    fn updated(&mut self, record: &Record, u: &Updated, catalog: &Catalog) {
        let f = &u.fields;
        let status = f.status.map(|step| step.to.0);
        let (title, description) = (record.words("title"), record.words("description"));
        set(&mut self.status, status);
        set(&mut self.priority, to(f.priority));
        set(&mut self.category, to(f.category));
        set(&mut self.environment, to(f.environment));
        set(&mut self.ignore, to(f.ignore));
        set(&mut self.title, title.clone());
        set(&mut self.description, description.clone());
        set(&mut self.mitigated_at, to(f.mitigated_at).map(|moment| moment.0));
        set(&mut self.closed_at, to(f.closed_at).map(|moment| moment.0));
        set(&mut self.next_update_at, to(f.next_update_at).map(|moment| moment.0));
        if let Some(reason) = &f.closure_reason {
            self.closure_reason = reason.to.clone();
            self.closure_reference = record.words("closure_reference").unwrap_or_default();
        }
        if let Some(environments) = &f.environments {
            let values = u.environment_values.clone();
            self.set_environments(values.unwrap_or_else(|| values_of(&environments.to, catalog)));
        }
        let by_reason = u.event_ts.is_none() && f.closure_reason.as_ref().is_some_and(|c| c.to.is_some());
        let marker = by_reason.then(|| Marker::ClosureReason.as_str().to_owned());
        self.entries.push(Entry {
            message: record.words("message"),
            status,
            priority: to(f.priority),
            category: to(f.category),
            environment: u.entry_environment.or(to(f.environment)),
            title,
            description,
            marker: u.marker.clone().or(marker),
            next_update_at: to(f.next_update_at).and_then(|moment| moment.0),
            event_ts: u.event_ts.and_then(|moment| moment.0).unwrap_or(record.at),
            ..Entry::bare(u.update, record)
        });
        for (event_type, moment) in &u.milestones {
            self.date(record, event_type, moment.0);
        }
        self.measure(&u.metrics);
        self.updated_at = record.at;
    }

    fn set_environments(&mut self, values: Vec<String>) {
        if let Value::Object(fields) = &mut self.custom_fields {
            fields.insert("environments".to_owned(), values.into());
        }
    }

    fn attached(&mut self, attached: &Attached) {
        let (id, name) = (attached.channel.clone(), attached.name.clone());
        self.channel = Some(Channel { id, name, archived: false });
    }

    fn channel_changed(&mut self, event: &ChannelEvent) {
        let Some(channel) = &mut self.channel else { return };
        match event {
            ChannelEvent::Renamed(name) => channel.name.clone_from(name),
            ChannelEvent::Archived | ChannelEvent::Deleted => channel.archived = true,
            ChannelEvent::Unarchived => channel.archived = false,
        }
    }

    fn key_events_changed(&mut self, record: &Record, changed: &KeyEvents) {
        for (event_type, Step { to, .. }) in &changed.events {
            self.date(record, event_type, to.0);
        }
        self.measure(&changed.metrics);
        self.updated_at = record.at;
    }

    fn roles_changed(&mut self, record: &Record, changed: &Roles) {
        for step in &changed.roles {
            match step.to {
                Some(user) => self.roles.insert(step.role, user),
                None => self.roles.remove(&step.role),
            };
        }
        let roles = changed.roles.iter().map(|step| (step.role, step.to)).collect();
        let message = record.words("message");
        let marker = message.as_ref().map(|_| Marker::RoleHandover.as_str().to_owned());
        self.entries.push(Entry { roles, message, marker, ..Entry::bare(changed.update, record) });
        self.updated_at = record.at;
    }

    /// Other words for an entry; the first ones stay beside them.
    fn corrected(&mut self, record: &Record, corrected: &Corrected) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == corrected.update) {
            let said = std::mem::replace(&mut entry.message, record.words("message"));
            let original = entry.corrected.take().map(|c| c.original).or(said).unwrap_or_default();
            entry.corrected = Some(Correction { original, by: record.actor, at: record.at });
        }
        self.updated_at = record.at;
    }

    /// Dates a key event anew, or clears it.
    fn date(&mut self, record: &Record, event_type: &str, at: Option<Timestamp>) {
        let Some(at) = at else {
            self.key_events.remove(event_type);
            return;
        };
        let by = milestone::credited(event_type, record.actor);
        let fresh = KeyEvent { at, by, created_at: record.at, seq: record.seq };
        let event = self.key_events.entry(event_type.to_owned()).or_insert(fresh);
        (event.at, event.by) = (at, by);
    }

    fn measure(&mut self, metrics: &Metrics) {
        for (metric, us) in &metrics.0 {
            match us {
                Some(us) => self.metrics.insert(*metric, *us),
                None => self.metrics.remove(metric),
            };
        }
    }
}

fn to<T: Copy>(step: Option<Step<T>>) -> Option<T> {
    step.map(|step| step.to)
}

fn set<T>(field: &mut T, to: Option<T>) {
    if let Some(to) = to {
        *field = to;
    }
}
