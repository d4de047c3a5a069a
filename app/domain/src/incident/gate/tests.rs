use super::*;
use crate::incident::{Milestone, Postmortem};
use crate::{CategoryId, EnvironmentId, IncidentId, PriorityId};
use std::collections::BTreeMap;

fn at(second: i64) -> Timestamp {
    let noon: Timestamp = "2024-05-01T12:00:00Z".parse().expect("a moment");
    noon + TimeDelta::seconds(second)
}

fn person(last: char) -> UserId {
    format!("00000000-0000-0000-0000-00000000000{last}").parse().expect("an id")
}

/// A P3 in production without key events but its declaration.
fn state(status: Status) -> State {
    let catalog = Catalog::demo();
    let priority: PriorityId = catalog.priority_by_value(3).expect("in the fixture").id;
    let environment: EnvironmentId = catalog.environment_by_value("PRD").expect("in the fixture").id;
    let category: CategoryId = catalog.categories[0].id;
    State {
        id: IncidentId(7),
        title: "Checkout is down".into(),
        description: "Nobody can pay since noon.".into(),
        status,
        priority,
        category,
        environment,
        environments: vec![environment],
        private: false,
        ignore: false,
        closure: None,
        created_at: at(0),
        created_by: person('a'),
        mitigated_at: None,
        closed_at: None,
        next_update_at: None,
        milestones: [("declared".to_owned(), Milestone { at: at(0), by: None })].into(),
        roles: BTreeMap::new(),
        postmortem: Postmortem::default(),
    }
}

fn codes(gate: &Gate) -> Vec<&str> {
    gate.blockers.iter().map(|refusal| refusal.code.as_str()).collect()
}

/// Documents of every state of a post-mortem that blocks.
fn postmortems() -> Vec<Postmortem> {
    use crate::incident::JiraPostmortem::{Missing, NotReady, Unknown};
    let key = || "PM-1".to_owned();
    let jira = |jira| Postmortem { jira: Some(jira), confluence: None };
    vec![
        Postmortem::default(),
        Postmortem { confluence: Some(false), jira: None },
        jira(Missing),
        jira(NotReady { key: key(), status: "Draft".into() }),
        jira(Unknown { key: key(), error: "no answer".into(), support: None }),
    ]
}

#[test]
fn what_stands_before_closing_is_named_with_its_remedy() {
    let catalog = Catalog::demo();
    for status in Status::ALL {
        for postmortem in postmortems() {
            for priority in &catalog.priorities {
                let state = State { postmortem: postmortem.clone(), priority: priority.id, ..state(status) };
                for blocker in Gate::of(&state, &catalog).blockers {
                    assert!(Remedy::of(&blocker.code).is_some(), "{} leads nowhere", blocker.code);
                }
            }
        }
    }
    let early = Gate::of(&state(Status::Open), &catalog);
    assert!(early.early && early.blockers.is_empty());
    let mitigating = Gate::of(&state(Status::Mitigating), &catalog);
    assert_eq!(codes(&mitigating), [code::STATUS_NOT_MITIGATED, code::MISSING_REQUIRED_KEY_EVENTS]);
    assert_eq!(codes(&Gate::of(&state(Status::Mitigated), &catalog)), [code::MISSING_REQUIRED_KEY_EVENTS]);
    let ignored = Gate::of(&State { ignore: true, ..state(Status::Open) }, &catalog);
    assert!(!ignored.early && ignored.blockers.is_empty());
}

#[test]
fn the_gate_and_the_operation_agree() {
    let catalog = Catalog::demo();
    for status in Status::ALL.into_iter().filter(|status| status.is_active()) {
        for ignore in [false, true] {
            let state = State { ignore, ..state(status) };
            let gate = Gate::of(&state, &catalog);
            let plain = state.plan(&Update::status(Status::Closed), &catalog, at(600));
            let opens = !gate.early && gate.blockers.is_empty();
            assert_eq!(plain.is_ok(), opens, "{status:?} ignored {ignore}: {plain:?}");
        }
    }
}

#[test]
fn a_mistake_is_taken_back_by_who_made_it_for_a_minute() {
    let open = state(Status::Open);
    let plan = open
        .plan(&open.mistake(Some(person('a')), at(60)).expect("in time"), &Catalog::demo(), at(60))
        .expect("closable");
    assert!(plan.closed_now);
    let closure = plan.closure.flatten().expect("a reason");
    assert_eq!(closure.reason, ClosureReason::Cancelled);
    assert_eq!(plan.message.expect("words").as_str(), "Declared by mistake.");
    for (state, by, second) in [
        (state(Status::Open), Some(person('a')), 61),
        (state(Status::Open), Some(person('b')), 5),
        (state(Status::Open), None, 5),
        (state(Status::Investigating), Some(person('a')), 5),
        (state(Status::Closed), Some(person('a')), 5),
    ] {
        let refused = state.mistake(by, at(second));
        assert!(matches!(refused, Err(Error::Refused(why)) if why[0].code == code::NOT_A_MISTAKE));
    }
}

/// The rows of the first table after a heading of the document, without its head.
fn table(document: &str, heading: &str) -> Vec<Vec<String>> {
    let part = document.split_once(heading).expect("the heading is there").1;
    part.lines()
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect())
        .collect()
}

#[test]
fn the_document_draws_exactly_the_table_of_states() {
    let document = include_str!("../../../../../docs/LIFECYCLE.md");
    let name = |status: Status| status.label().replace('-', "");
    let drawn: Vec<&str> = document
        .lines()
        .map(str::trim)
        .filter(|line| line.contains("-->") && !line.contains("[*]"))
        .map(|line| line.split_once(':').map_or(line, |(arrow, _)| arrow).trim())
        .collect();
    let mut wanted: Vec<String> = Vec::new();
    for from in Status::ALL {
        for to in Status::ALL {
            let allowed = from != to && (from.may_go(to, true) || from.may_go(to, false));
            let reopened = from == Status::Closed && matches!(to, Status::Investigating | Status::Mitigating);
            if allowed || reopened {
                wanted.push(format!("{} --> {}", name(from), name(to)));
            }
        }
    }
    assert_eq!(drawn, wanted);
}

#[test]
fn the_document_lists_exactly_the_gate_and_the_reasons() {
    let document = include_str!("../../../../../docs/LIFECYCLE.md");
    let codes: Vec<String> =
        table(document, "## The gate").into_iter().map(|row| row[0].trim_matches('`').to_owned()).collect();
    assert_eq!(
        codes,
        [
            code::STATUS_NOT_POST_MORTEM,
            code::POSTMORTEM_NOT_LINKED,
            code::POSTMORTEM_NOT_READY,
            code::POSTMORTEM_STATUS_UNKNOWN,
            code::STATUS_NOT_MITIGATED,
            code::MISSING_REQUIRED_KEY_EVENTS
        ]
    );
    for row in table(document, "## The gate") {
        let remedy = Remedy::of(row[0].trim_matches('`')).expect("it can be put right");
        assert_eq!(row[2], remedy.label());
    }
    let reasons: Vec<(String, String)> = table(document, "## Closing early")
        .into_iter()
        .map(|row| (row[0].trim_matches('`').to_owned(), row[1].clone()))
        .collect();
    let wanted: Vec<_> =
        ClosureReason::selectable().map(|r| (r.as_str().to_owned(), r.label().to_owned())).collect();
    assert_eq!(reasons, wanted);
}
