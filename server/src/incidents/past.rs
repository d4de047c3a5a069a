//! An incident as it was at a moment: its history up to then, folded, with the names that people have today.

use super::{
    around::{self, Around},
    notes,
    query::{self, Channel, Corrected, Delivery, Holder, Incident, Person, Update},
};
use crate::{
    failure::OrInternal,
    history::{self, Stored},
    users::directory,
};
use domain::{
    IncidentId, Result, Timestamp, UpdateId, UserId, Viewer,
    catalog::Catalog,
    incident::Tag,
    past::{Entry, KeyEvent, Past, Record},
};
use sqlx::PgPool;
use std::{cmp::Reverse, collections::HashMap};
use uuid::Uuid;

/// What the page of then shows. What was read of today stands in no field.
#[derive(Debug, Clone)]
pub struct AsItWas {
    pub incident: Incident,
    pub around: Around,
    /// When something was recorded before the last thing shown, and after it.
    pub earlier: Option<Timestamp>,
    pub later: Option<Timestamp>,
}

/// The state after everything that was recorded until `at`; at most `limit` entries of each kind. `None`: nothing was.
///
/// # Errors
/// [`domain::Error::NotFound`] when the viewer may not see it, then or now: the fence of today decides.
pub async fn as_it_was(
    db: &PgPool,
    viewer: Viewer,
    id: IncidentId,
    at: Timestamp,
    catalog: &Catalog,
    limit: i64,
) -> Result<Option<AsItWas>> {
    query::get(db, viewer, id).await?;
    let stream = format!("incident {id}");
    let stored = history::read(db, &stream, 0, Some(at)).await?;
    let records = stored.iter().map(Stored::record).collect::<Result<Vec<Record>>>()?;
    let Some(past) = Past::of(&records, catalog) else { return Ok(None) };
    let ids: Vec<UserId> = past.people().into_iter().collect();
    let users = directory::by_ids(db, &ids).await?;
    let belonging = past.belonging();
    let members = users.iter().filter(|user| user.is_active && belonging.contains(&user.id)).count();
    let people = People(users.into_iter().map(|user| (user.id, user.full_name)).collect());
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let (updates, left_out) = around::shorten(people.updates(&past), limit);
    let deliveries = query::deliveries(db, id, limit).await?;
    let around = Around {
        updates,
        left_out,
        milestones: past.milestones(),
        holders: people.holders(&past, catalog),
        members,
        impacts: past.impacts.iter().map(|(kind, level)| (*kind, *level)).collect(),
        metrics: past.metrics.iter().map(|(kind, us)| (*kind, *us)).collect(),
        deliveries: deliveries.into_iter().filter_map(|delivery| as_it_stood(delivery, at)).collect(),
        notes: notes::among(db, &stored, most).await?,
        costs: past.costs.iter().map(|(line, cost)| (*line, cost.clone())).collect(),
        tags: past.tags.iter().map(|name| Tag::new(name)).collect(),
    };
    Ok(Some(AsItWas {
        around,
        earlier: before_last(&records),
        later: next_record(db, &stream, at).await?,
        incident: people.incident(past),
    }))
}

/// The second before the one in which the last thing was recorded.
fn before_last(records: &[Record]) -> Option<Timestamp> {
    let last = records.last()?.at.timestamp();
    records.iter().rev().map(|record| record.at).find(|at| at.timestamp() < last)
}

async fn next_record(db: &PgPool, stream: &str, at: Timestamp) -> Result<Option<Timestamp>> {
    sqlx::query_scalar!("SELECT min(at) FROM history WHERE stream = $1 AND at > $2", stream, at)
        .fetch_one(db)
        .await
        .or_internal("reading what came next")
}

/// A job that was over later was on its way then.
fn as_it_stood(delivery: Delivery, at: Timestamp) -> Option<Delivery> {
    if delivery.created_at > at {
        return None;
    }
    if delivery.finished_at.is_some_and(|finished| finished <= at) {
        return Some(delivery);
    }
    Some(Delivery { state: "waiting".into(), finished_at: None, tries: 0, reason: None, ..delivery })
}

/// Today's names.
struct People(HashMap<UserId, String>);

impl People {
    fn person(&self, id: UserId) -> Person {
        let name = self.0.get(&id).cloned().unwrap_or_else(|| "somebody who is gone".to_owned());
        Person { id: Some(id), name, slack_id: None }
    }

    fn incident(&self, past: Past) -> Incident {
        let channel = past.channel.map(|c| Channel { id: c.id, name: c.name, archived: c.archived });
        Incident {
            id: past.id,
            title: past.title,
            description: past.description,
            status: past.status,
            priority: past.priority,
            category: past.category,
            environment: past.environment,
            private: past.private,
            ignore: past.ignore,
            created_by: self.person(past.created_by),
            created_at: past.created_at,
            updated_at: past.updated_at,
            mitigated_at: past.mitigated_at,
            closed_at: past.closed_at,
            next_update_at: past.next_update_at,
            closure_reason: past.closure_reason,
            closure_reference: past.closure_reference,
            custom_fields: past.custom_fields,
            channel,
        }
    }

    /// In the order of roles.
    fn holders(&self, past: &Past, catalog: &Catalog) -> Vec<Holder> {
        let held = catalog.role_types.iter().filter_map(|kind| Some((kind.id, *past.roles.get(&kind.id)?)));
        held.map(|(role, user)| Holder { role, person: self.person(user) }).collect()
    }

    /// The timeline, newest first.
    fn updates(&self, past: &Past) -> Vec<Update> {
        let entries = past.entries.iter().map(|entry| self.entry(past.id, entry));
        let events = past.key_events.iter().enumerate();
        let events = events.map(|(number, (name, event))| self.key_event(past.id, number, name, *event));
        let mut updates: Vec<Update> = entries.chain(events).collect();
        updates.sort_by_key(|update| Reverse((update.event_ts, update.created_at)));
        updates
    }

    fn entry(&self, incident: IncidentId, entry: &Entry) -> Update {
        Update {
            id: entry.id,
            incident,
            message: entry.message.clone(),
            status: entry.status,
            priority: entry.priority,
            category: entry.category,
            environment: entry.environment,
            title: entry.title.clone(),
            description: entry.description.clone(),
            author: entry.author.map(|user| self.person(user)),
            event_ts: entry.event_ts,
            event_type: entry.marker.clone(),
            is_milestone: false,
            next_update_at: entry.next_update_at,
            corrected: entry.corrected.as_ref().map(|correction| Corrected {
                original: correction.original.clone(),
                by: correction.by.map(|user| self.person(user)),
                at: correction.at,
            }),
            created_at: entry.created_at,
        }
    }

    /// The row of a key event has an id of its own that no record names: here it is one of this page.
    fn key_event(&self, incident: IncidentId, number: usize, name: &str, event: KeyEvent) -> Update {
        let place = u64::try_from(event.seq).unwrap_or_default();
        Update {
            id: UpdateId(Uuid::from_u64_pair(place, number as u64)),
            incident,
            message: None,
            status: None,
            priority: None,
            category: None,
            environment: None,
            title: None,
            description: None,
            author: event.by.map(|user| self.person(user)),
            event_ts: event.at,
            event_type: Some(name.to_owned()),
            is_milestone: true,
            next_update_at: None,
            corrected: None,
            created_at: event.created_at,
        }
    }
}
