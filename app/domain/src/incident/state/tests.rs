use super::*;
use crate::incident::{ClosureReason, Description, JiraPostmortem, Milestone, Promised, Title};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn at(minute: i64) -> Timestamp {
    let noon: Timestamp = "2024-05-01T12:00:00Z".parse().expect("a moment");
    noon + chrono::TimeDelta::minutes(minute)
}

const NOW: i64 = 60;

fn somebody() -> UserId {
    "00000000-0000-0000-0000-00000000000a".parse().expect("an id")
}

fn priority(value: i32) -> PriorityId {
    Catalog::demo().priority_by_value(value).expect("in the fixture").id
}

fn environment(value: &str) -> EnvironmentId {
    Catalog::demo().environment_by_value(value).expect("in the fixture").id
}

fn words(text: &str) -> Message {
    Message::parse(text, crate::incident::Limits::Api).expect("not empty")
}

/// A P3 in production, all required key events dated, without a post-mortem backend.
fn state(status: Status) -> State {
    let catalog = Catalog::demo();
    let milestones = [("started", -10), ("detected", -5), ("declared", 0), ("recovered", 30)];
    State {
        id: IncidentId(7),
        title: "Checkout is down".into(),
        description: "Nobody can pay since noon.".into(),
        status,
        priority: priority(3),
        category: catalog.categories[0].id,
        environment: environment("PRD"),
        environments: vec![environment("PRD")],
        private: false,
        ignore: false,
        closure: None,
        created_at: at(0),
        created_by: somebody(),
        mitigated_at: None,
        closed_at: None,
        next_update_at: None,
        milestones: milestones
            .map(|(event, minute)| (event.to_owned(), Milestone { at: at(minute), by: Some(somebody()) }))
            .into(),
        roles: BTreeMap::new(),
        postmortem: Postmortem::default(),
    }
}

/// The same as a P1 with a Jira post-mortem that is ready.
fn severe(status: Status) -> State {
    let postmortem =
        Postmortem { jira: Some(JiraPostmortem::Ready { key: "PM-1".into() }), ..Postmortem::default() };
    State { priority: priority(1), postmortem, ..state(status) }
}

fn plan(state: &State, asked: &Update) -> Result<UpdatePlan, Error> {
    state.plan(asked, &Catalog::demo(), at(NOW))
}

fn planned(state: &State, asked: &Update) -> UpdatePlan {
    plan(state, asked).expect("nothing stands against it")
}

fn codes(planned: Result<UpdatePlan, Error>) -> Vec<String> {
    match planned {
        Err(Error::Refused(refusals)) => refusals.into_iter().map(|r| r.code).collect(),
        Err(other) => vec![other.to_string()],
        Ok(_) => Vec::new(),
    }
}

fn go(to: Status) -> Update {
    Update { message: Some(words("Because of the rollback")), ..Update::status(to) }
}

fn early(reason: ClosureReason) -> Update {
    let closure = Closure { reason, reference: "#3".into() };
    Update { closure: Some(closure), ..go(Status::Closed) }
}

/// What the columns and milestones are once a plan is stored.
fn stored(state: &State, plan: &UpdatePlan) -> State {
    let mut after = state.clone();
    after.status = plan.status.map_or(after.status, |c| c.to);
    after.priority = plan.priority.map_or(after.priority, |c| c.to);
    after.category = plan.category.map_or(after.category, |c| c.to);
    after.environment = plan.environment.map_or(after.environment, |c| c.to);
    after.environments = plan.environments.clone().map_or(after.environments, |c| c.to);
    after.title = plan.title.clone().map_or(after.title, |c| c.to);
    after.description = plan.description.clone().map_or(after.description, |c| c.to);
    after.ignore = plan.ignore.map_or(after.ignore, |c| c.to);
    after.mitigated_at = plan.mitigated_at.or(after.mitigated_at);
    after.closed_at = plan.closed_at.unwrap_or(after.closed_at);
    after.next_update_at = plan.next_update.map_or(after.next_update_at, |c| c.to);
    after.closure = plan.closure.clone().unwrap_or(after.closure);
    for change in &plan.milestones {
        change.apply(&mut after.milestones);
        if let Some(milestone) = after.milestones.get_mut(change.event_type()) {
            milestone.by = Some(somebody());
        }
    }
    after
}

// CORE-103 CORE-085: every pair of states by both tables, for everybody who plans.
#[test]
fn only_the_table_moves_an_incident() {
    for from in Status::ALL {
        for to in Status::ALL {
            for state in [state(from), severe(from)] {
                let offered = state.targets(&Catalog::demo());
                let asked =
                    if from.needs_closure_reason(to) { early(ClosureReason::Duplicate) } else { go(to) };
                let planned = plan(&state, &asked);
                assert_eq!(planned.is_ok(), offered.contains(&to), "{from:?} → {to:?}: {planned:?}");
            }
        }
    }
}

// CORE-082 SLK-079: the longer path needs the flag, production and a backend.
#[test]
fn which_table_applies() {
    let offers_postmortem = |state: &State| state.targets(&Catalog::demo()).contains(&Status::PostMortem);
    assert!(offers_postmortem(&severe(Status::Mitigated)));
    for short in [
        State { priority: priority(3), ..severe(Status::Mitigated) },
        State { environment: environment("STG"), ..severe(Status::Mitigated) },
        State { postmortem: Postmortem::default(), ..severe(Status::Mitigated) },
    ] {
        assert!(!offers_postmortem(&short));
    }
}

#[test]
fn the_table_is_that_of_what_the_update_leaves() {
    let lowered = Update { priority: Some(Set::to(priority(4))), ..go(Status::Closed) };
    assert_eq!(codes(plan(&severe(Status::Mitigated), &lowered)), Vec::<String>::new());
    let raised = Update { priority: Some(Set::to(priority(1))), ..go(Status::Closed) };
    let mut quiet = severe(Status::Mitigated);
    quiet.priority = priority(4);
    assert_eq!(codes(plan(&quiet, &raised)), [code::STATUS_NOT_POST_MORTEM]);
}

// CORE-076 CORE-078 SLK-084: changed fields only, by their documented names, the old priority along.
#[test]
fn only_changed_fields_are_planned() {
    let state = state(Status::Open);
    let title = Title::parse("Checkout is slow", crate::incident::Limits::Form).expect("long enough");
    let asked = Update {
        status: Some(Set::new(Status::Open, Status::Investigating)),
        priority: Some(Set::new(priority(3), priority(2))),
        category: Some(Set::new(state.category, state.category)),
        title: Some(Set::new(state.title.clone(), title)),
        ..Update::default()
    };
    let plan = planned(&state, &asked);
    assert_eq!(plan.updated_fields(), ["_status", "priority_id", "title"]);
    assert_eq!(plan.priority, Some(Changed { from: priority(3), to: priority(2) }));
    assert_eq!(plan.escalated, plan.priority);
    assert_eq!((plan.category, plan.message), (None, None));
    assert_eq!(plan.event_ts, at(NOW));
    assert!(plan.milestones.is_empty() && plan.metrics.is_empty());
}

// CORE-077: nothing left of what was asked is nothing; a marker alone is nothing, too.
#[test]
fn nothing_asked_is_nothing_planned() {
    let state = state(Status::Mitigated);
    for asked in [
        Update::default(),
        Update::status(Status::Mitigated),
        Update { status: Some(Set::new(Status::Open, Status::Open)), ..Update::default() },
        Update { priority: Some(Set::new(priority(1), priority(3))), ..Update::default() },
        Update { marker: Some(Marker::SendSos), ..Update::default() },
    ] {
        assert!(planned(&state, &asked).is_empty(), "{asked:?}");
    }
}

// CORE-094: a message alone, a priority alone; in any state, closed too.
#[test]
fn message_only_and_priority_only() {
    for status in Status::ALL {
        let plan = planned(&state(status), &Update::message(words("Still looking")));
        assert!(!plan.is_empty() && plan.updated_fields().is_empty() && !plan.closed_now);
        assert_eq!(planned(&state(status), &Update::priority(priority(5))).updated_fields(), ["priority_id"]);
    }
}

// SLK-085: changed meanwhile by somebody else: nothing is planned, both values are said as people see them.
#[test]
fn a_field_changed_meanwhile_is_a_conflict() {
    let state = state(Status::Mitigating);
    let asked = Update {
        message: Some(words("Looking into it")),
        status: Some(Set::new(Status::Open, Status::Investigating)),
        priority: Some(Set::new(priority(1), priority(4))),
        environments: Some(Set::new(vec![environment("INT")], vec![environment("STG"), environment("INT")])),
        ..Update::default()
    };
    let said = |field: &str, theirs: &str, yours: &str| Conflict {
        field: field.into(),
        theirs: theirs.into(),
        yours: yours.into(),
    };
    assert_eq!(
        plan(&state, &asked),
        Err(Error::Conflict(vec![
            said("status", "Mitigating", "Investigating"),
            said("priority", "P3", "P4"),
            said("environment", "PRD", "STG, INT"),
        ]))
    );
}

// CORE-090 SLK-078: reopening needs ten characters on `message`; every other step needs none.
#[test]
fn reopening_says_why() {
    for to in [Status::Investigating, Status::Mitigating] {
        for (message, code) in [(None, FieldCode::Required), (Some(words("again")), FieldCode::MinLength)] {
            let asked = Update { message, ..Update::status(to) };
            match plan(&state(Status::Mitigated), &asked) {
                Err(Error::Invalid(errors)) => {
                    assert_eq!((&*errors.0[0].field, errors.0[0].code), ("message", code));
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(planned(&state(Status::Mitigated), &go(to)).reopened);
    }
    for (from, to) in [
        (Status::Open, Status::Investigating),
        (Status::Mitigating, Status::Mitigated),
        (Status::Mitigated, Status::Closed),
    ] {
        assert!(plan(&state(from), &Update::status(to)).is_ok());
    }
}

// CORE-079 SLK-088: reaching Mitigated dates the recovery and computes the metrics. CORE-106 SLK-089: mitigated_at is
// set the first time, whatever backend.
#[test]
fn mitigated() {
    let mut state = state(Status::Mitigating);
    state.milestones.remove("recovered");
    let plan = planned(&state, &go(Status::Mitigated));
    let set = |event: &str| MilestoneChange::Set { event_type: event.into(), at: at(NOW) };
    assert_eq!(plan.milestones, [set("recovered"), set("mitigated")]);
    assert_eq!(plan.mitigated_at, Some(at(NOW)));
    let minutes: Vec<_> = plan.metrics.iter().map(|m| m.duration.map(|d| d.num_minutes())).collect();
    assert_eq!(minutes, [Some(5), Some(10), Some(60), Some(60), Some(70), Some(65), None]);
    assert!(plan.reaches(Status::Mitigated));

    let again = State { status: Status::Mitigating, ..stored(&state, &plan) };
    let later = again.plan(&go(Status::Mitigated), &Catalog::demo(), at(90)).expect("allowed");
    assert_eq!(later.mitigated_at, None);
    assert!(later.milestones.contains(&MilestoneChange::Set { event_type: "recovered".into(), at: at(90) }));
}

#[test]
fn a_recovery_that_a_person_dated_stays() {
    let entered = |minute: i64, by: Option<UserId>| {
        let mut state = state(Status::Mitigating);
        state.milestones.insert("recovered".into(), Milestone { at: at(minute), by });
        planned(&state, &go(Status::Mitigated)).milestones.iter().any(|m| m.event_type() == "recovered")
    };
    assert!(!entered(30, Some(somebody())), "later than declared, by a person");
    assert!(entered(-1, Some(somebody())), "earlier than declared");
    assert!(entered(30, None), "by nobody");
}

// CORE-098 SLK-111: closing early stores reason, reference and a typed entry, in one plan, unchecked.
// CORE-099: also where a post-mortem is needed. CORE-107: closed_at is set.
#[test]
fn closing_early() {
    for status in [Status::Open, Status::Investigating] {
        let mut state = severe(status);
        state.milestones.clear();
        let plan = planned(&state, &early(ClosureReason::Duplicate));
        let closure = Closure { reason: ClosureReason::Duplicate, reference: "#3".into() };
        assert_eq!(plan.closure, Some(Some(closure)));
        assert_eq!(plan.marker, Some(Marker::ClosureReason));
        assert_eq!(plan.closed_at, Some(Some(at(NOW))));
        assert!(plan.closed_now);
    }
    assert_eq!(codes(plan(&state(Status::Open), &go(Status::Closed))), [code::CLOSURE_REASON_REQUIRED]);
    let silent = Update { message: None, ..early(ClosureReason::Duplicate) };
    assert!(matches!(plan(&state(Status::Open), &silent), Err(Error::Invalid(_))));
}

// CORE-100: priority, category and message travel with the early closing.
#[test]
fn closing_early_carries_changes() {
    let category = Catalog::demo().categories[5].id;
    let asked = Update {
        priority: Some(Set::to(priority(5))),
        category: Some(Set::to(category)),
        ..early(ClosureReason::FalsePositive)
    };
    let plan = planned(&state(Status::Open), &asked);
    assert_eq!(plan.updated_fields(), ["_status", "priority_id", "incident_category_id"]);
    assert!(plan.message.is_some());
}

// CORE-101 SLK-112: once it has moved on, closing with a reason is checked like any closing, errors on the message.
#[test]
fn closing_early_comes_too_late() {
    match plan(&severe(Status::Mitigated), &early(ClosureReason::Duplicate)) {
        Err(Error::Refused(refusals)) => {
            assert_eq!(refusals[0].code, code::STATUS_NOT_POST_MORTEM);
            assert_eq!(refusals[0].field.as_deref(), Some("message"));
        }
        other => panic!("{other:?}"),
    }
    assert!(planned(&state(Status::Mitigated), &early(ClosureReason::Duplicate)).closed_now);
}

// CORE-081: closed once; later entries of a closed incident do not close it again.
#[test]
fn closed_once() {
    let state = state(Status::Mitigated);
    let plan = planned(&state, &Update::status(Status::Closed));
    assert!(plan.closed_now);
    assert_eq!(plan.milestones, [MilestoneChange::Set { event_type: "resolved".into(), at: at(NOW) }]);
    let closed = stored(&state, &plan);
    assert!(!planned(&closed, &Update::message(words("All quiet"))).closed_now);
    assert!(planned(&closed, &Update::status(Status::Closed)).is_empty());
}

// What blocks closing is told on the status field, all reasons at once.
#[test]
fn blocked_closing_names_its_reasons() {
    let mut state = severe(Status::Mitigated);
    state.milestones.remove("started");
    state.postmortem.jira = Some(JiraPostmortem::Missing);
    match plan(&state, &Update::status(Status::Closed)) {
        Err(Error::Refused(refusals)) => {
            let codes: Vec<_> = refusals.iter().map(|r| &*r.code).collect();
            assert_eq!(
                codes,
                [
                    code::STATUS_NOT_POST_MORTEM,
                    code::POSTMORTEM_NOT_LINKED,
                    code::MISSING_REQUIRED_KEY_EVENTS
                ]
            );
            assert!(refusals.iter().all(|r| r.field.as_deref() == Some("status")));
        }
        other => panic!("{other:?}"),
    }
}

// CORE-088: users do not reopen what is closed; an administrator does, with words.
// CORE-107 CORE-108: reopening clears closed_at, reason and reference, keeps mitigated_at and takes `resolved` back.
#[test]
fn reopening_a_closed_incident() {
    let mut closed = state(Status::Closed);
    closed.closure = Some(Closure { reason: ClosureReason::Cancelled, reference: String::new() });
    closed.closed_at = Some(at(40));
    closed.mitigated_at = Some(at(20));
    closed.milestones.insert("resolved".into(), Milestone { at: at(40), by: None });
    assert_eq!(codes(plan(&closed, &go(Status::Investigating))), [code::TRANSITION_NOT_ALLOWED]);
    let reopen = Update { reopen_closed: true, ..go(Status::Investigating) };
    let plan = planned(&closed, &reopen);
    assert!(plan.reopened);
    assert_eq!((plan.closed_at, plan.closure.clone(), plan.mitigated_at), (Some(None), Some(None), None));
    assert_eq!(plan.milestones, [MilestoneChange::Remove { event_type: "resolved".into() }]);
    assert!(plan.metrics.last().is_some_and(|resolve| resolve.duration.is_none()));
    let after = stored(&closed, &plan);
    assert_eq!((after.closed_at, after.closure, after.mitigated_at), (None, None, Some(at(20))));
}

// CORE-108: a reason left behind by an earlier closing does not let the next one pass.
#[test]
fn a_stale_reason_does_not_count() {
    let closure = Closure { reason: ClosureReason::Cancelled, reference: String::new() };
    let state = State { closure: Some(closure), ..severe(Status::Mitigated) };
    assert_eq!(codes(plan(&state, &Update::status(Status::Closed))), [code::STATUS_NOT_POST_MORTEM]);
}

// CORE-105 SLK-118: the downgrade ignores and closes from anywhere.
#[test]
fn downgrade() {
    for status in Status::ALL.into_iter().filter(|s| *s != Status::Closed) {
        let mut state = severe(status);
        state.milestones.clear();
        let plan = planned(&state, &Update::downgrade(words("A regular ticket will do")));
        assert!(plan.closed_now && plan.message.is_some());
        assert_eq!(plan.ignore, Some(Changed { from: false, to: true }));
        assert_eq!(plan.closure, None);
    }
}

// CORE-104 SLK-096: the most critical of the new set becomes the own one; a change of the others alone is told
// in the timeline with the same environment.
#[test]
fn environments() {
    let state = state(Status::Open);
    let moved = |to: &[&str]| {
        let to: Vec<_> = to.iter().map(|value| environment(value)).collect();
        planned(
            &state,
            &Update { environments: Some(Set::new(state.environments.clone(), to)), ..Update::default() },
        )
    };
    let plan = moved(&["INT", "STG"]);
    assert_eq!(plan.environment, Some(Changed { from: environment("PRD"), to: environment("STG") }));
    let plan = moved(&["STG", "PRD"]);
    assert_eq!((plan.environment, plan.entry_environment), (None, Some(environment("PRD"))));
    assert_eq!(plan.updated_fields(), ["environment_id"]);
    assert_eq!(plan.environments.map(|c| c.to), Some(vec![environment("STG"), environment("PRD")]));
    assert!(moved(&["PRD"]).is_empty());
}

#[test]
fn becoming_critical() {
    let mut quiet = state(Status::Open);
    quiet.priority = priority(4);
    for (value, critical, worse) in [(2, true, true), (20, true, false), (5, false, false)] {
        let plan = planned(&quiet, &Update::priority(priority(value)));
        assert_eq!((plan.became_critical, plan.escalated.is_some()), (critical, worse), "{value}");
    }
    assert!(!planned(&state(Status::Open), &Update::priority(priority(1))).became_critical);
}

// CORE-044: an entry may be said to be from another time.
#[test]
fn entry_of_another_time() {
    let asked = Update { event_ts: Some(at(5)), ..Update::message(words("Seen at noon")) };
    assert_eq!(planned(&state(Status::Open), &asked).event_ts, at(5));
}

// CORE-116: backend, flag and production, each of them. P3 never by default.
#[test]
fn when_a_postmortem_is_needed() {
    let catalog = Catalog::demo();
    assert!(needs_postmortem(&severe(Status::Open), &catalog));
    let confluence = Postmortem { confluence: Some(false), jira: None };
    assert!(needs_postmortem(&State { postmortem: confluence, ..severe(Status::Open) }, &catalog));
    for not in [
        State { postmortem: Postmortem::default(), ..severe(Status::Open) },
        State { priority: priority(3), ..severe(Status::Open) },
        State { environment: environment("STG"), ..severe(Status::Open) },
    ] {
        assert!(!needs_postmortem(&not, &catalog));
    }
}

fn blocking(state: &State) -> Vec<(String, String)> {
    blockers(state, &Catalog::demo()).into_iter().map(|r| (r.code, r.message)).collect()
}

fn blocking_codes(state: &State) -> Vec<String> {
    blocking(state).into_iter().map(|(code, _)| code).collect()
}

// CORE-117 CORE-118: a closure reason or `ignore` lets it close with no reasons at all.
#[test]
fn reason_or_ignore_passes() {
    let mut state = severe(Status::Open);
    state.milestones.clear();
    assert!(!blocking(&state).is_empty());
    let closure = Closure { reason: ClosureReason::External, reference: String::new() };
    assert_eq!(blocking(&State { closure: Some(closure), ..state.clone() }), []);
    assert_eq!(blocking(&State { ignore: true, ..state }), []);
}

// CORE-123 CORE-119: below Mitigated without, before Post-mortem with a post-mortem.
#[test]
fn status_blockers() {
    for status in Status::ALL {
        let short = if status < Status::Mitigated { vec![code::STATUS_NOT_MITIGATED] } else { vec![] };
        assert_eq!(blocking_codes(&state(status)), short, "{status:?}");
        let long = if status == Status::PostMortem { vec![] } else { vec![code::STATUS_NOT_POST_MORTEM] };
        assert_eq!(blocking_codes(&severe(status)), long, "{status:?}");
    }
    assert!(blocking(&state(Status::Investigating))[0].1.contains("Mitigated"));
}

// CORE-120 SLK-105: each enabled backend needs its document; Confluence alone can be satisfied.
#[test]
fn documents_per_backend() {
    let with = |confluence, jira| State {
        postmortem: Postmortem { confluence, jira },
        ..severe(Status::PostMortem)
    };
    let ready = || Some(JiraPostmortem::Ready { key: "PM-1".into() });
    for (state, expected) in [
        (with(Some(true), None), 0),
        (with(Some(false), None), 1),
        (with(Some(true), ready()), 0),
        (with(Some(false), ready()), 1),
        (with(None, Some(JiraPostmortem::Missing)), 1),
        (with(Some(false), Some(JiraPostmortem::Missing)), 2),
    ] {
        assert_eq!(blocking_codes(&state), vec![code::POSTMORTEM_NOT_LINKED; expected]);
    }
}

// CORE-121 CORE-122: not ready names key and status; unknown says so and where to ask.
#[test]
fn readiness() {
    let with = |jira| State {
        postmortem: Postmortem { jira: Some(jira), confluence: None },
        ..severe(Status::PostMortem)
    };
    let not_ready = JiraPostmortem::NotReady { key: "PM-7".into(), status: "Draft".into() };
    let (refused, said) = blocking(&with(not_ready)).remove(0);
    assert_eq!(refused, code::POSTMORTEM_NOT_READY);
    assert!(said.contains("PM-7") && said.contains("Draft"), "{said}");
    let unknown = JiraPostmortem::Unknown {
        key: "PM-7".into(),
        error: "timed out".into(),
        support: Some("#firefighter-support".into()),
    };
    let (refused, said) = blocking(&with(unknown)).remove(0);
    assert_eq!(refused, code::POSTMORTEM_STATUS_UNKNOWN);
    assert!(said.contains("timed out") && said.contains("#firefighter-support"), "{said}");
}

// CORE-124 SLK-117: key events count for P1–P3 only, and are named. CORE-125: reasons add up.
#[test]
fn key_events_for_severe_priorities_only() {
    for (value, blocked) in [(1, true), (3, true), (4, false), (5, false), (20, false)] {
        let mut state = State { priority: priority(value), ..state(Status::Mitigated) };
        state.milestones.remove("detected");
        let expected = if blocked { vec![code::MISSING_REQUIRED_KEY_EVENTS] } else { vec![] };
        assert_eq!(blocking_codes(&state), expected, "{value}");
    }
    let mut state = state(Status::Open);
    state.milestones.clear();
    let reasons = blocking(&state);
    assert_eq!(reasons.len(), 2);
    assert!(reasons[1].1.contains("started, detected, declared, recovered"), "{}", reasons[1].1);
}

// CORE-003: exactly six reasons.
#[test]
fn closure_reasons() {
    let names: Vec<_> = ClosureReason::ALL.into_iter().map(ClosureReason::as_str).collect();
    assert_eq!(names, ["resolved", "duplicate", "false_positive", "superseded", "external", "cancelled"]);
    for reason in ClosureReason::ALL {
        assert_eq!(ClosureReason::from_name(reason.as_str()), Some(reason));
        assert_eq!(serde_json::to_value(reason).expect("a string"), reason.as_str());
    }
}

fn any_status() -> impl Strategy<Value = Status> {
    proptest::sample::select(Status::ALL.to_vec())
}

fn any_state() -> impl Strategy<Value = State> {
    let events = ["started", "detected", "declared", "recovered", "resolved", "mitigated"];
    let milestones =
        proptest::collection::btree_map(proptest::sample::select(events.to_vec()), -500i64..500, 0..6);
    let closure = proptest::option::of(proptest::sample::select(ClosureReason::ALL.to_vec()));
    (any_status(), proptest::sample::select(vec![1, 2, 3, 4, 5, 20]), any::<[bool; 4]>(), milestones, closure)
        .prop_map(|(status, value, [ignore, production, confluence, jira], milestones, closure)| {
            let own = environment(if production { "PRD" } else { "STG" });
            State {
                priority: priority(value),
                environment: own,
                environments: vec![own],
                ignore,
                closure: closure.map(|reason| Closure { reason, reference: String::new() }),
                mitigated_at: milestones.get("mitigated").map(|m| at(*m)),
                milestones: milestones
                    .into_iter()
                    .map(|(event, m)| (event.to_owned(), Milestone { at: at(m), by: Some(somebody()) }))
                    .collect(),
                postmortem: Postmortem {
                    confluence: confluence.then_some(true),
                    jira: jira.then_some(JiraPostmortem::Ready { key: "PM-1".into() }),
                },
                ..state(status)
            }
        })
}

fn any_update() -> impl Strategy<Value = Update> {
    let status = proptest::option::of((proptest::option::of(any_status()), any_status()));
    let value = proptest::option::of(proptest::sample::select(vec![1, 3, 4, 20]));
    let environments = proptest::option::of(proptest::sample::subsequence(vec!["PRD", "STG", "INT"], 1..=3));
    let closure = proptest::option::of(proptest::sample::select(ClosureReason::ALL.to_vec()));
    let message = proptest::option::of("[a-z ]{1,20}[a-z]");
    (status, value, environments, closure, message, any::<bool>(), proptest::option::of("[a-z]{1,9}"))
        .prop_map(|(status, value, environments, closure, message, reopen_closed, description)| Update {
            message: message.map(|text| words(&text)),
            status: status.map(|(from, to)| Set { from, to }),
            priority: value.map(|value| Set::to(priority(value))),
            environments: environments.map(|set| Set::to(set.into_iter().map(environment).collect())),
            description: description.map(|text| {
                Set::to(Description::parse(&text, crate::incident::Limits::Api).expect("not empty"))
            }),
            closure: closure.map(|reason| Closure { reason, reference: String::new() }),
            reopen_closed,
            ..Update::default()
        })
}

#[test]
fn a_promise_lasts_until_the_next_word_and_no_longer_than_the_incident() {
    let promising = |minutes| Update {
        next_update: Some(Promised::In(chrono::TimeDelta::minutes(minutes))),
        ..Update::message(words("we look into it"))
    };
    let open = state(Status::Mitigated);
    let first = planned(&open, &promising(30));
    let due = first.next_update.expect("promised").to;
    assert_eq!(due, Some(at(NOW) + chrono::TimeDelta::minutes(30)));
    let waiting = stored(&open, &first);
    for (asked, left) in [
        (Update::priority(priority(4)), due),
        (Update::message(words("it is the gateway")), None),
        (Update::status(Status::Investigating), None),
        (promising(60), Some(at(NOW) + chrono::TimeDelta::minutes(60))),
        (Update { message: None, ..promising(15) }, Some(at(NOW) + chrono::TimeDelta::minutes(15))),
        (
            Update {
                priority: Some(Set::to(priority(4))),
                status: Some(Set::to(Status::Closed)),
                ..promising(15)
            },
            None,
        ),
    ] {
        let asked = match asked.status {
            Some(step) if step.to == Status::Investigating => {
                Update { message: Some(words("it is back again")), ..asked }
            }
            _ => asked,
        };
        let plan = planned(&waiting, &asked);
        assert_eq!(stored(&waiting, &plan).next_update_at, left, "{asked:?}");
        assert!(!plan.is_empty());
    }
    let past = plan(&waiting, &promising(-1));
    assert!(matches!(past, Err(Error::Invalid(errors)) if errors.0[0].field == "next_update"));
}

proptest! {
    #[test]
    fn planning_twice_changes_nothing(state in any_state(), asked in any_update()) {
        if let Ok(first) = plan(&state, &asked) {
            let again = Update { message: None, ..asked };
            let second = plan(&stored(&state, &first), &again);
            prop_assert!(second.as_ref().is_ok_and(UpdatePlan::is_empty), "{:?}", second);
        }
    }

    #[test]
    fn a_plan_keeps_the_promises_of_the_states(state in any_state(), asked in any_update()) {
        if let Ok(plan) = plan(&state, &asked) {
            let after = stored(&state, &plan);
            prop_assert_eq!(plan.closed_now, after.status == Status::Closed && state.status != Status::Closed);
            if plan.status.is_some() {
                prop_assert_eq!(after.closed_at.is_some(), after.status == Status::Closed);
                prop_assert!(after.status != Status::Mitigated || after.mitigated_at.is_some());
                prop_assert!(after.status == Status::Closed || after.closure.is_none() || state.closure.is_some());
            }
            prop_assert_eq!(plan.metrics.len(), if plan.milestones.is_empty() { 0 } else { 7 });
            prop_assert!(after.environments.contains(&after.environment));
        }
    }

    #[test]
    fn a_message_alone_never_conflicts(state in any_state(), text in "[a-z]{1,40}") {
        let plan = plan(&state, &Update::message(words(&text))).expect("always allowed");
        prop_assert!(!plan.is_empty() && plan.updated_fields().is_empty());
    }
}
