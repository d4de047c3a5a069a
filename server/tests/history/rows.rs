//! The tables, read as the fold would say them.

use chrono::{DateTime, Utc};
use domain::{
    CategoryId, CostId, CostTypeId, EnvironmentId, ImpactLevelId, ImpactTypeId, IncidentId, MetricTypeId,
    PriorityId, RoleTypeId, SeverityId, UpdateId, UserId,
    incident::{Cents, Cost, Status},
    past::{Channel, Correction, Entry, KeyEvent, Past},
};
use sqlx::{PgPool, Row, postgres::PgRow};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is true now. All of it is read at one moment.
pub async fn past(db: &PgPool, id: IncidentId) -> Past {
    let mut tx = db.begin().await.expect("a transaction");
    sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        .execute(&mut *tx)
        .await
        .expect("one moment");
    let mut all: Vec<Vec<PgRow>> = Vec::new();
    for sql in [
        "SELECT * FROM incidents WHERE id = $1",
        "SELECT role_type_id, user_id FROM incident_roles WHERE incident_id = $1",
        "SELECT user_id FROM incident_members WHERE incident_id = $1",
        "SELECT impact_type_id, impact_level_id FROM incident_impacts WHERE incident_id = $1",
        "SELECT metric_type_id, duration_us FROM incident_metrics WHERE incident_id = $1",
        "SELECT id, cost_type_id, (amount * 100)::bigint AS cents, details FROM incident_costs WHERE incident_id = $1",
        "SELECT t.name FROM incident_tags i JOIN tags t ON t.id = i.tag_id WHERE i.incident_id = $1",
        "SELECT channel_id, name, status FROM slack_conversations WHERE incident_id = $1",
        "SELECT * FROM incident_updates WHERE incident_id = $1",
        "SELECT r.update_id, r.role_type_id, r.user_id FROM incident_update_roles r
         JOIN incident_updates u ON u.id = r.update_id WHERE u.incident_id = $1",
    ] {
        all.push(sqlx::query(sql).bind(id.0).fetch_all(&mut *tx).await.expect("rows"));
    }
    let [incident, roles, members, impacts, metrics, costs, tags, channel, updates, changes] =
        <[Vec<PgRow>; 10]>::try_from(all).expect("ten tables");
    let mut past = alone(&incident[0]);
    past.roles = roles.iter().map(|r| (RoleTypeId(r.get(0)), UserId(r.get(1)))).collect();
    past.members = members.iter().map(|r| UserId(r.get(0))).collect();
    past.impacts = impacts.iter().map(|r| (ImpactTypeId(r.get(0)), ImpactLevelId(r.get(1)))).collect();
    past.metrics = metrics.iter().map(|r| (MetricTypeId(r.get(0)), r.get(1))).collect();
    past.costs = costs.iter().map(|r| (CostId(r.get(0)), cost(r))).collect();
    past.tags = tags.iter().map(|r| r.get(0)).collect();
    past.channel = channel.first().map(|r| Channel {
        id: r.get(0),
        name: r.get(1),
        archived: r.get::<String, _>(2) == "archived",
    });
    let mut given: BTreeMap<Uuid, Vec<(RoleTypeId, Option<UserId>)>> = BTreeMap::new();
    for change in &changes {
        let who: Option<Uuid> = change.get(2);
        given.entry(change.get(0)).or_default().push((RoleTypeId(change.get(1)), who.map(UserId)));
    }
    for update in &updates {
        match update.get("is_milestone") {
            true => {
                past.key_events.insert(update.get("event_type"), key_event(update));
            }
            false => {
                let roles = given.remove(&update.get("id")).unwrap_or_default();
                past.entries.push(Entry { roles, ..entry(update) });
            }
        }
    }
    in_order(past)
}

/// Entries by the time at which they were written, and without what only a record knows.
pub fn in_order(mut past: Past) -> Past {
    past.entries.sort_by_key(|entry| (entry.created_at, entry.id));
    past.entries.iter_mut().for_each(|entry| entry.roles.sort());
    past.key_events.values_mut().for_each(|event| event.seq = 0);
    past
}

fn alone(r: &PgRow) -> Past {
    Past {
        id: IncidentId(r.get("id")),
        title: r.get("title"),
        description: r.get("description"),
        status: status(r.get("status")),
        severity: r.get::<Option<Uuid>, _>("severity_id").map(SeverityId),
        priority: PriorityId(r.get("priority_id")),
        category: CategoryId(r.get("category_id")),
        environment: EnvironmentId(r.get("environment_id")),
        private: r.get("private"),
        ignore: r.get("ignore"),
        created_by: UserId(r.get("created_by")),
        sent_by: r.get::<Option<Uuid>, _>("sent_by").map(UserId),
        dedup_key: r.get("dedup_key"),
        created_at: r.get("created_at"),
        updated_at: r.get("updated_at"),
        mitigated_at: r.get("mitigated_at"),
        closed_at: r.get("closed_at"),
        next_update_at: r.get("next_update_at"),
        closure_reason: r.get("closure_reason"),
        closure_reference: r.get("closure_reference"),
        custom_fields: r.get("custom_fields"),
        roles: BTreeMap::new(),
        members: Default::default(),
        impacts: BTreeMap::new(),
        metrics: BTreeMap::new(),
        costs: BTreeMap::new(),
        tags: Default::default(),
        channel: None,
        entries: Vec::new(),
        key_events: BTreeMap::new(),
    }
}

fn status(number: i32) -> Status {
    i16::try_from(number).ok().and_then(Status::from_number).expect("a status")
}

fn cost(r: &PgRow) -> Cost {
    Cost { cost_type: CostTypeId(r.get(1)), amount: r.get::<Option<i64>, _>(2).map(Cents), details: r.get(3) }
}

fn key_event(r: &PgRow) -> KeyEvent {
    let at: DateTime<Utc> = r.get("event_ts");
    let by = r.get::<Option<Uuid>, _>("created_by").map(UserId);
    KeyEvent { at, by, created_at: r.get("created_at"), seq: 0 }
}

fn entry(r: &PgRow) -> Entry {
    Entry {
        id: UpdateId(r.get("id")),
        author: r.get::<Option<Uuid>, _>("created_by").map(UserId),
        message: r.get("message"),
        status: r.get::<Option<i32>, _>("status").map(status),
        priority: r.get::<Option<Uuid>, _>("priority_id").map(PriorityId),
        category: r.get::<Option<Uuid>, _>("category_id").map(CategoryId),
        environment: r.get::<Option<Uuid>, _>("environment_id").map(EnvironmentId),
        title: r.get("title"),
        description: r.get("description"),
        marker: r.get("event_type"),
        roles: vec![],
        next_update_at: r.get("next_update_at"),
        corrected: r.get::<Option<String>, _>("original").map(|original| Correction {
            original,
            by: r.get::<Option<Uuid>, _>("corrected_by").map(UserId),
            at: r.get("corrected_at"),
        }),
        event_ts: r.get("event_ts"),
        created_at: r.get("created_at"),
    }
}
