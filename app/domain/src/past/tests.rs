use super::*;
use serde_json::json;

fn at(clock: &str) -> Timestamp {
    format!("2026-10-14T{clock}:00Z").parse().expect("a time")
}

fn user(number: u128) -> UserId {
    UserId(uuid::Uuid::from_u128(number))
}

/// A record as it stands in the database: `words` with `null` are erased.
fn record(seq: i64, clock: &str, kind: &str, facts: Value, words: Value) -> Record {
    let kind = Kind::from_name(kind).expect("a kind");
    Record {
        seq,
        at: at(clock),
        actor: Some(user(1)),
        fact: Fact::read(kind, facts).expect("facts of this kind"),
        words: serde_json::from_value(words).expect("words"),
    }
}

/// As the first versions wrote it: these texts are never changed.
fn golden_declared(catalog: &Catalog) -> Record {
    let facts = json!({
        "incident": 12,
        "status": 10,
        "priority": catalog.priorities[2].id,
        "category": catalog.categories[0].id,
        "environment": catalog.environments[0].id,
        "private": false,
        "ignore": false,
        "created_by": user(1),
        "sent_by": null,
        "dedup_key": null,
        "custom_fields": { "environments": ["PRD"] },
        "roles": [{ "role": 1, "user": user(1) }],
        "impacts": [],
        "updates": [uuid::Uuid::from_u128(100), uuid::Uuid::from_u128(101)],
    });
    let words = json!({ "title": "Card payments fail", "description": "Since 14:00." });
    record(1, "14:09", "incident_declared", facts, words)
}

fn golden_closed() -> Record {
    let now = at("14:40").timestamp_micros();
    let facts = json!({
        "update": uuid::Uuid::from_u128(102),
        "fields": {
            "status": { "from": 10, "to": 60 },
            "closed_at": { "from": null, "to": now },
            "closure_reason": { "from": null, "to": "duplicate" },
        },
        "milestones": { "resolved": now },
        "metrics": { "7": null, "1": 60_000_000 },
    });
    let words = json!({ "message": "It is the same as #11.", "closure_reference": "#11" });
    record(2, "14:40", "incident_updated", facts, words)
}

#[test]
fn every_kind_has_a_name_of_its_own() {
    for kind in Kind::ALL {
        assert_eq!(Kind::from_name(kind.as_str()), Some(*kind));
    }
}

// Records of the first version: what they did not write follows from what they meant.
#[test]
fn the_first_records_are_read_for_ever() {
    let catalog = Catalog::demo();
    let records = [golden_declared(&catalog), golden_closed()];
    let past = Past::of(&records, &catalog).expect("an incident");
    assert_eq!(
        (past.id, past.title.as_str(), past.status),
        (IncidentId(12), "Card payments fail", Status::Closed)
    );
    assert_eq!(past.members, BTreeSet::from([user(1)]));
    assert_eq!((past.closed_at, past.updated_at), (Some(at("14:40")), at("14:40")));
    assert_eq!((past.closure_reason.as_deref(), past.closure_reference.as_str()), (Some("duplicate"), "#11"));
    assert_eq!(past.metrics, BTreeMap::from([(MetricTypeId(1), 60_000_000)]));
    assert_eq!(past.key_events["resolved"].by, None);
    let entry = &past.entries[1];
    assert_eq!((entry.marker.as_deref(), entry.event_ts), (Some("closure_reason"), at("14:40")));
    assert_eq!(entry.message.as_deref(), Some("It is the same as #11."));
}

#[test]
fn environments_of_the_first_records_are_named_by_the_reference_data() {
    let catalog = Catalog::demo();
    let [one, two] = [&catalog.environments[0], &catalog.environments[1]];
    let facts = json!({
        "update": uuid::Uuid::from_u128(103),
        "fields": { "environments": { "from": [one.id], "to": [one.id, two.id] } },
        "milestones": {}, "metrics": {},
    });
    let mut newer = facts.clone();
    newer["environment_values"] = json!(["PRD", "old"]);
    let after = |facts| {
        let records = [golden_declared(&catalog), record(2, "14:20", "incident_updated", facts, json!({}))];
        Past::of(&records, &catalog).expect("an incident").custom_fields["environments"].clone()
    };
    assert_eq!(after(facts), json!([one.value, two.value]));
    assert_eq!(after(newer), json!(["PRD", "old"]));
}

// The state of any moment is the fold of what was recorded until then.
#[test]
fn the_past_is_what_was_recorded_until_then() {
    let catalog = Catalog::demo();
    let moved = json!({ "events": { "started": { "from": null, "to": at("14:02").timestamp_micros() } }, "metrics": { "2": 420_000_000 } });
    let cleared = json!({ "events": { "started": { "from": at("14:02").timestamp_micros(), "to": null } }, "metrics": { "2": null } });
    let roles = json!({ "update": uuid::Uuid::from_u128(104), "roles": [{ "role": 1, "from": user(1), "to": user(2) }] });
    let cost = json!({ "line": 5, "type": 100, "cents": 1250 });
    let records = [
        golden_declared(&catalog),
        record(2, "14:10", "channel_attached", json!({ "channel": "C1", "name": "card" }), json!({})),
        record(3, "14:11", "key_events_changed", moved, json!({})),
        record(4, "14:12", "roles_changed", roles, json!({})),
        record(5, "14:13", "member_joined", json!({ "user": user(3) }), json!({})),
        record(6, "14:14", "cost_added", cost.clone(), json!({ "details": "Vouchers" })),
        record(7, "14:15", "tags_changed", json!({ "added": ["vendor", "card"], "removed": [] }), json!({})),
        record(
            8,
            "14:16",
            "channel_changed",
            json!({ "channel": "C1", "what": { "renamed": "cards" } }),
            json!({}),
        ),
        record(9, "14:17", "key_events_changed", cleared, json!({})),
        record(10, "14:18", "member_left", json!({ "user": user(3) }), json!({})),
        record(11, "14:19", "cost_removed", cost, json!({})),
        record(12, "14:20", "tags_changed", json!({ "added": [], "removed": ["card"] }), json!({})),
        record(13, "14:21", "channel_changed", json!({ "channel": "C1", "what": "archived" }), json!({})),
    ];
    let after = |count: usize| Past::of(&records[..count], &catalog).expect("an incident");

    let middle = after(8);
    assert_eq!(middle.roles, BTreeMap::from([(RoleTypeId(1), user(2))]));
    assert_eq!(middle.belonging(), BTreeSet::from([user(1), user(2), user(3)]));
    assert_eq!(middle.milestones()["started"].at, at("14:02"));
    assert_eq!(middle.metrics, BTreeMap::from([(MetricTypeId(2), 420_000_000)]));
    assert_eq!(middle.costs[&CostId(5)].details.as_deref(), Some("Vouchers"));
    assert_eq!(middle.tags, BTreeSet::from(["card".to_owned(), "vendor".to_owned()]));
    assert_eq!(middle.channel.as_ref().map(|c| (c.name.as_str(), c.archived)), Some(("cards", false)));
    assert_eq!(middle.updated_at, at("14:15"), "members and channels do not touch it");

    let end = after(13);
    assert!(end.costs.is_empty() && end.metrics.is_empty() && !end.key_events.contains_key("started"));
    assert_eq!(end.tags, BTreeSet::from(["vendor".to_owned()]));
    assert!(end.channel.is_some_and(|channel| channel.archived));
    assert_eq!(end.members, BTreeSet::from([user(1)]));
    assert_eq!(end.entries.len(), 2);
    assert_eq!(after(1).entries.len(), 1);
    assert_eq!(Past::of(&records[1..], &catalog), None);
}

#[test]
fn erased_words_say_so() {
    let catalog = Catalog::demo();
    let mut declared = golden_declared(&catalog);
    declared.words.insert("title".into(), None);
    let past = Past::of([&declared], &catalog).expect("an incident");
    assert_eq!((past.title.as_str(), past.description.as_str()), (ERASED, "Since 14:00."));
    assert_eq!(past.entries[0].title.as_deref(), Some(ERASED));
}

#[test]
fn facts_of_another_kind_are_refused() {
    assert!(Fact::read(Kind::IncidentDeclared, json!({ "user": user(1) })).is_err());
    assert!(Fact::read(Kind::CostAdded, json!({})).is_err());
    assert_eq!(Fact::read(Kind::TokenCreated, json!({})).expect("of no incident"), Fact::Elsewhere);
}

// What others did since: net, counted, each with the entry that tells it.
#[test]
fn news_are_what_others_did_since() {
    let catalog = Catalog::demo();
    let [low, middle, high] = [2, 1, 0].map(|n| catalog.priorities[n].id);
    let update = |seq, number: u128, actor, fields: Value, words: Value| {
        let facts = json!({ "update": uuid::Uuid::from_u128(number), "fields": fields });
        Record { actor: Some(user(actor)), ..record(seq, "14:20", "incident_updated", facts, words) }
    };
    let told = |number: u128| Place::Entry(UpdateId(uuid::Uuid::from_u128(number)));
    let roles = json!({ "update": uuid::Uuid::from_u128(9), "roles": [{ "role": 1, "from": user(1), "to": user(3) }] });
    let mut given = record(6, "14:21", "roles_changed", roles, json!({}));
    given.actor = Some(user(2));
    let join = |seq, kind: &str| Record {
        actor: None,
        ..record(seq, "14:22", kind, json!({ "user": user(4) }), json!({}))
    };
    let records = [
        update(2, 2, 2, json!({ "priority": { "from": low, "to": middle } }), json!({ "message": "Worse." })),
        update(3, 3, 2, json!({ "priority": { "from": middle, "to": high } }), json!({ "message": null })),
        update(4, 4, 1, json!({ "status": { "from": 10, "to": 20 } }), json!({ "message": "Mine." })),
        update(
            5,
            5,
            2,
            json!({ "category": { "from": catalog.categories[0].id, "to": catalog.categories[1].id } }),
            json!({}),
        ),
        given,
        join(7, "member_joined"),
        join(8, "member_left"),
    ];
    assert_eq!(
        since(&records, Some(user(1))),
        [
            (New::Priority { from: low, to: high }, told(3)),
            (New::Said(2), told(2)),
            (New::Role { role: RoleTypeId(1), to: Some(user(3)) }, Place::Record(6)),
            (New::Field(Field::Category), told(5)),
        ],
        "one's own are no news, and who came and went is not told"
    );
    let back = [
        update(2, 2, 2, json!({ "status": { "from": 10, "to": 20 } }), json!({})),
        update(3, 3, 2, json!({ "status": { "from": 20, "to": 10 } }), json!({})),
    ];
    assert_eq!(since(&back, Some(user(1))), []);
    assert_eq!(since(&[join(2, "member_joined")], None), [(New::Joined(vec![user(4)]), Place::Record(2))]);
}
