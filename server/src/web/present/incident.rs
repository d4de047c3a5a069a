//! The page of one incident, from its facts.

use super::{Scene, cut, editors, past, person, surface, time, timeline};
use crate::incidents::{
    Around,
    query::{Delivery, Holder, Incident, Update},
};
use chrono::TimeDelta;
use domain::{
    Caller, CostId, EnvironmentId, ImpactLevelId, ImpactTypeId, Timestamp,
    access::Act,
    catalog::{Catalog, MilestoneType},
    incident::{
        ClosureReason, Cost, Gate, Impacts, LevelCode, Milestones, PLATFORMS, Postmortem, State, Status, Tag,
        blockers, disagreeing, human_duration,
        milestone::{DECLARED, MITIGATED, RECOVERED, RESOLVED, STARTED},
        needs_postmortem,
        promise::OFFERED_MINUTES,
    },
    view::{
        Choice, EntryKind, Fact, Impact, IncidentPage, KeyEvent, Life, Metric, Older, RoleHolder, Ruler,
        RulerFacts, Since, Spoken, TimeTravel, UpdateForm,
    },
};
use std::sync::Arc;

/// What was read of one incident.
#[derive(Debug, Clone)]
pub struct Facts {
    pub incident: Arc<Incident>,
    pub around: Arc<Around>,
    pub postmortem: Postmortem,
    /// These are facts of the past: where the line of the ruler ends today. Nothing can be changed then.
    pub past_until: Option<Timestamp>,
    /// Up to when the caller has seen it.
    pub seen: Option<timeline::Seen>,
}

/// Everything the page shows. `submission` is the key of the form to post an update.
pub fn page(scene: &Scene<'_>, facts: &Facts, submission: String) -> IncidentPage {
    let incident = &facts.incident;
    let (category, group) = scene.category(incident.category);
    let state = facts.state(scene.catalog);
    let needs_postmortem = needs_postmortem(&state, scene.catalog);
    let (update, closed_to) = match incident.status {
        _ if facts.past_until.is_some() => (None, String::new()),
        Status::Closed => (None, closed_to(scene, incident)),
        _ => (Some(form(scene, facts, &state, needs_postmortem, submission)), String::new()),
    };
    IncidentPage {
        id: incident.id,
        title: incident.title.clone(),
        description: incident.description.clone(),
        priority: scene.priority(incident.priority),
        status: incident.status.into(),
        private: incident.private,
        environments: environments(scene, incident),
        category,
        group,
        declared: scene.times.clock(incident.created_at),
        declared_by: person(&incident.created_by),
        lasting: facts.lasting(scene),
        promise: scene
            .promise(incident.next_update_at.filter(|_| incident.status.is_active()), facts.promised_by()),
        doing_now: doing_now(&facts.around.updates),
        then: then(scene, incident, needs_postmortem),
        ruler: ruler(scene, facts),
        timeline: timeline::entries(
            scene,
            &facts.around.updates,
            &facts.around.deliveries,
            &facts.around.notes,
            facts.seen,
        ),
        older: facts
            .around
            .left_out
            .map(|left| Older { count: left.count, at: scene.times.clock(left.last) }),
        people: people(scene.catalog, &facts.around.holders),
        members: members(incident, facts.around.members),
        key_events: key_events(scene, &facts.around.milestones, incident),
        metrics: metrics(scene, facts),
        surfaces: surface::surfaces(scene, incident, &facts.around.deliveries),
        pending: surface::pending(&facts.around.deliveries),
        impacts: impacts(scene.catalog, &facts.around.impacts),
        suggestion: suggestion(scene, facts),
        facts: further_facts(incident, &facts.around.tags),
        costs: costs(scene.catalog, &facts.around.costs),
        update,
        closed_to,
        life: Life::default(),
        may_retry: facts.past_until.is_none(),
        record: String::new(),
        past: TimeTravel::default(),
        since: Since::default(),
    }
}

/// The page with what this caller may do besides posting. `submission` is the key of the form that does it.
pub fn for_caller(
    page: IncidentPage,
    scene: &Scene<'_>,
    facts: &Facts,
    caller: &Caller,
    submission: String,
) -> IncidentPage {
    let mut page = IncidentPage { life: life(scene, facts, caller, submission), ..page };
    let correctable =
        facts.around.updates.iter().filter(|update| update.message.is_some() && !update.is_milestone);
    let correctable: Vec<String> = correctable
        .filter(|update| {
            let author = update.author.as_ref().and_then(|author| author.id);
            caller.may_do(Act::Correct { author }).is_ok()
        })
        .map(timeline::id)
        .collect();
    for entry in &mut page.timeline {
        if let EntryKind::Said { more, .. } = &mut entry.what {
            more.may_correct = correctable.contains(&entry.id);
        }
    }
    page
}

fn life(scene: &Scene<'_>, facts: &Facts, caller: &Caller, submission: String) -> Life {
    let state = facts.state(scene.catalog);
    let environments = scene.catalog.environments.iter().map(|e| Choice {
        note: e.name.clone(),
        chosen: state.environments.contains(&e.id),
        ..Choice::new(e.id.to_string(), e.value.clone())
    });
    Life {
        environments: environments.collect(),
        may_reopen: state.status == Status::Closed && caller.may_do(Act::Reopen).is_ok(),
        mistake: state.may_be_mistake(caller.user_id(), scene.times.now),
        ..Life::gate(Gate::of(&state, scene.catalog), submission)
    }
}

impl Facts {
    /// Who promised what is promised now.
    pub fn promised_by(&self) -> Option<&str> {
        let due = self.incident.next_update_at?;
        let promise = self.around.updates.iter().find(|update| update.next_update_at == Some(due))?;
        promise.author.as_ref().map(|author| author.name.as_str())
    }

    /// What the rules need to say which way it may go.
    fn state(&self, catalog: &Catalog) -> State {
        let incident = &self.incident;
        let chosen = incident.environment_values().into_iter();
        let mut environments: Vec<EnvironmentId> =
            chosen.filter_map(|value| catalog.environment_by_value(value)).map(|e| e.id).collect();
        if !environments.contains(&incident.environment) {
            environments.insert(0, incident.environment);
        }
        let roles = self.around.holders.iter().filter_map(|holder| Some((holder.role, holder.person.id?)));
        State {
            id: incident.id,
            title: incident.title.clone(),
            description: incident.description.clone(),
            status: incident.status,
            priority: incident.priority,
            category: incident.category,
            environment: incident.environment,
            environments,
            private: incident.private,
            ignore: incident.ignore,
            closure: None,
            created_at: incident.created_at,
            created_by: incident.created_by.id.unwrap_or(domain::UserId(uuid::Uuid::nil())),
            mitigated_at: incident.mitigated_at,
            closed_at: incident.closed_at,
            next_update_at: incident.next_update_at,
            milestones: self.around.milestones.clone(),
            roles: roles.collect(),
            postmortem: self.postmortem.clone(),
        }
    }

    /// When its impact began, as far as is known.
    pub fn began(&self) -> Timestamp {
        let started = self.around.milestones.get(STARTED).map(|m| m.at);
        started.map_or(self.incident.created_at, |at| at.min(self.incident.created_at))
    }

    /// "burning for 51 min", "took 42 min".
    fn lasting(&self, scene: &Scene<'_>) -> String {
        let recovered = self.around.milestones.get(RECOVERED).map(|m| m.at).or(self.incident.mitigated_at);
        match (self.incident.status < Status::Mitigated, recovered) {
            _ if self.incident.ignore => String::new(),
            (true, _) => format!("burning for {}", time::length(scene.times.now - self.began())),
            (false, Some(end)) => format!("took {}", time::length(end - self.began())),
            (false, None) => String::new(),
        }
    }
}

fn closed_to(scene: &Scene<'_>, incident: &Incident) -> String {
    match incident.closed_at {
        Some(at) => format!("Closed on {}. A closed incident is not changed.", scene.times.day(at)),
        None => "Closed. A closed incident is not changed.".into(),
    }
}

/// Primary first.
fn environments(scene: &Scene<'_>, incident: &Incident) -> Vec<String> {
    let primary = scene.environment(incident.environment);
    let others =
        incident.environment_values().into_iter().filter(|value| *value != primary).map(str::to_owned);
    std::iter::once(primary.clone()).chain(others).collect()
}

fn doing_now(updates: &[Update]) -> String {
    updates.iter().find_map(|update| update.message.clone()).map(|words| cut(&words, 400)).unwrap_or_default()
}

/// What comes next by the rules.
fn then(scene: &Scene<'_>, incident: &Incident, needs_postmortem: bool) -> String {
    let follows = if needs_postmortem {
        let (priority, environment) =
            (scene.priority(incident.priority).name, scene.environment(incident.environment));
        format!(" A post-mortem follows, as for every {priority} in {environment}.")
    } else {
        String::new()
    };
    match incident.status {
        Status::Open => "Set Investigating when somebody looks.".into(),
        Status::Investigating => "Set Mitigating when a fix is on its way.".into(),
        Status::Mitigating => format!("Set Mitigated when the impact is over.{follows}"),
        Status::Mitigated if needs_postmortem => "Set Post-mortem and write it.".into(),
        Status::Mitigated => "Close it when its key events are set.".into(),
        Status::PostMortem => "Close it when the post-mortem is done.".into(),
        Status::Closed => String::new(),
    }
}

fn form(
    scene: &Scene<'_>,
    facts: &Facts,
    state: &State,
    needs_postmortem: bool,
    submission: String,
) -> UpdateForm {
    let incident = &facts.incident;
    let offer = UpdateForm::offer(
        scene.catalog,
        submission,
        incident.status,
        incident.priority,
        incident.category,
        needs_postmortem,
    );
    let minutes = |minutes: i64| Choice::new(minutes.to_string(), format!("in {minutes} min"));
    UpdateForm {
        promises: OFFERED_MINUTES.map(minutes).into(),
        goes_to: goes_to(scene, facts),
        hints: hints(scene.catalog, state),
        ..offer
    }
}

fn goes_to(scene: &Scene<'_>, facts: &Facts) -> String {
    let on_its_way = || {
        let making = |d: &Delivery| {
            d.kind == "slack.create_channel" && ["waiting", "running", "parked"].contains(&d.state.as_str())
        };
        facts.around.deliveries.iter().any(making)
    };
    match &facts.incident.channel {
        _ if !scene.slack.is_on() => "Stays on this page: Slack is not connected.".into(),
        Some(channel) if channel.archived => "Stays on this page: the channel is archived.".into(),
        Some(channel) => format!("Goes to #{}.", channel.name),
        None if on_its_way() => "Goes to the channel as soon as it is made.".into(),
        None => "Stays on this page: there is no channel.".into(),
    }
}

/// What stands before closing, where closing is the next step.
fn hints(catalog: &Catalog, state: &State) -> Vec<String> {
    if !state.targets(catalog)[1..].contains(&Status::Closed) || state.status < Status::Mitigated {
        return vec![];
    }
    let blockers = blockers(state, catalog);
    blockers.into_iter().map(|refusal| format!("Before it can be closed: {}", refusal.message)).collect()
}

/// The incident to scale.
pub fn ruler(scene: &Scene<'_>, facts: &Facts) -> Ruler {
    let name = |event: &str| {
        scene
            .catalog
            .milestone_type_by_event(event)
            .map_or_else(|| event.to_owned(), |kind| kind.name.clone())
    };
    let shown = |event: &str| ![MITIGATED, RESOLVED].contains(&event);
    let mut events: Vec<_> = facts
        .around
        .milestones
        .iter()
        .filter(|(event, _)| shown(event))
        .map(|(event, milestone)| (milestone.at, name(event)))
        .collect();
    if !facts.around.milestones.contains_key(DECLARED) {
        events.push((facts.incident.created_at, name(DECLARED)));
    }
    events.sort();
    let mut statuses = timeline::statuses(&facts.around.updates);
    if statuses.is_empty() {
        // A timeline that was read in part: what is true now, since the declaration.
        let status = facts.incident.status;
        statuses.push((facts.incident.created_at, status.number().into(), status.label().into()));
    }
    let said = facts.around.updates.iter().rev().filter(|update| update.message.is_some()).map(|update| {
        let by = update.author.as_ref().map_or("FireFighter", |author| author.name.as_str());
        Spoken {
            at: update.event_ts,
            label: format!("update by {by}"),
            entry: timeline::id(update),
            moment: past::address(update.created_at),
        }
    });
    let ruler = RulerFacts {
        events,
        statuses,
        said: said.collect(),
        promised: facts.incident.next_update_at,
        past_until: facts.past_until,
    };
    Ruler::lay_out(&ruler, scene.times.now, |at| scene.times.clock(at).text)
}

/// Every role in its order; vacant ones too.
pub fn people(catalog: &Catalog, holders: &[Holder]) -> Vec<RoleHolder> {
    let roles = catalog.role_types.iter();
    roles
        .map(|role| RoleHolder {
            role: role.name.clone(),
            person: holders.iter().find(|holder| holder.role == role.id).map(|holder| person(&holder.person)),
        })
        .collect()
}

fn members(incident: &Incident, count: usize) -> String {
    match (&incident.channel, count) {
        (_, 0) => String::new(),
        (Some(_), n) => format!("{n} in the channel"),
        (None, 1) => "1 person is on it".into(),
        (None, n) => format!("{n} people are on it"),
    }
}

/// Those that are asked for or set, in the order of time, then those that are missing.
fn key_events(scene: &Scene<'_>, milestones: &Milestones, incident: &Incident) -> Vec<KeyEvent> {
    let kinds = scene.catalog.milestone_types.iter();
    let kinds = kinds.filter(|kind| kind.asked_for || milestones.contains_key(&kind.event_type));
    let (mut set, missing): (Vec<_>, Vec<_>) = kinds
        .map(|kind| (milestones.get(&kind.event_type).map(|m| m.at), kind))
        .partition(|(at, _)| at.is_some());
    set.sort_by_key(|(at, kind)| (*at, kind.id));
    let mut before: Option<Timestamp> = None;
    let mut events: Vec<KeyEvent> = Vec::new();
    for (at, kind) in set.into_iter().filter_map(|(at, kind)| Some((at?, kind))) {
        let gap = before.map(|before| format!("+{}", time::length(at - before))).unwrap_or_default();
        events.push(KeyEvent {
            name: kind.name.clone(),
            at: Some(scene.times.clock(at)),
            gap,
            note: String::new(),
        });
        before = Some(at);
    }
    events.extend(missing.into_iter().map(|(_, kind)| KeyEvent {
        name: kind.name.clone(),
        note: note_when_missing(kind, incident),
        ..KeyEvent::default()
    }));
    events
}

fn note_when_missing(kind: &MilestoneType, incident: &Incident) -> String {
    match kind.event_type.as_str() {
        MITIGATED => "set when Mitigated".into(),
        RESOLVED => "set when Closed".into(),
        _ if !kind.user_editable => "set by what happens".into(),
        _ if kind.required && !incident.ignore => "missing".into(),
        _ => "not set".into(),
    }
}

/// Those that are computed, then those whose times disagree.
fn metrics(scene: &Scene<'_>, facts: &Facts) -> Vec<Metric> {
    let catalog = scene.catalog;
    let computed = facts.around.metrics.iter().filter_map(|(id, us)| {
        let kind = catalog.metric_type(*id)?;
        let duration = TimeDelta::microseconds(*us);
        let seconds = duration.num_seconds();
        Some(Metric {
            name: kind.name.clone(),
            code: kind.code.clone(),
            description: kind.description.clone(),
            duration: human_duration(duration),
            exact: format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60),
            odd: String::new(),
        })
    });
    let odd = disagreeing(&facts.around.milestones, catalog).into_iter().filter_map(|d| {
        let kind = catalog.metric_type(d.metric)?;
        Some(Metric {
            name: kind.name.clone(),
            code: kind.code.clone(),
            description: kind.description.clone(),
            odd: editors::disagreement(scene, &facts.around.milestones, &d)?,
            ..Metric::default()
        })
    });
    computed.chain(odd).collect()
}

/// Each line, and their total where there is more than one.
fn costs(catalog: &Catalog, lines: &[(CostId, Cost)]) -> Vec<Fact> {
    let line = |(_, cost): &(CostId, Cost)| {
        let kind = catalog.cost_types.iter().find(|kind| kind.id == cost.cost_type);
        let amount = cost.amount.map_or_else(|| "not known yet".into(), editors::money);
        Fact { label: kind.map(|kind| kind.name.clone()).unwrap_or_default(), text: amount, url: None }
    };
    let mut facts: Vec<Fact> = lines.iter().map(line).collect();
    if lines.len() > 1 {
        facts.push(Fact { label: "Total".into(), text: editors::money(editors::total(lines)), url: None });
    }
    facts
}

/// Worst first, without those that say: no impact.
fn impacts(catalog: &Catalog, chosen: &[(ImpactTypeId, ImpactLevelId)]) -> Vec<Impact> {
    let mut answered: Vec<Impact> = chosen
        .iter()
        .filter_map(|(kind, level)| {
            let kind = catalog.impact_type(*kind)?;
            let level = kind.level(*level).filter(|level| level.code != LevelCode::None)?;
            Some(Impact {
                kind: kind.name.clone(),
                label: level.code.label().into(),
                name: level.name.clone(),
                rank: level.code.rank().into(),
            })
        })
        .collect();
    answered.sort_by_key(|impact| impact.rank);
    answered
}

/// While the impact lasts: whether what was assessed asks for another priority.
fn suggestion(scene: &Scene<'_>, facts: &Facts) -> String {
    let incident = &facts.incident;
    let assessed = facts.around.impacts.iter().copied().collect();
    let suggested = Impacts::of(&assessed, scene.catalog).suggest_priority(scene.catalog).map(|p| p.id);
    match suggested {
        Some(other) if other != incident.priority && incident.status < Status::Mitigated => {
            let name = |id| scene.priority(id).name;
            format!("They suggest {}; it is {}.", name(other), name(incident.priority))
        }
        _ => String::new(),
    }
}

/// What the form asked besides, in words.
fn further_facts(incident: &Incident, tags: &[Tag]) -> Vec<Fact> {
    let fields = &incident.custom_fields;
    let fact = |label: &str, text: String| Fact { label: label.into(), text, url: None };
    let mut facts = Vec::new();
    let platforms: Vec<&str> = fields["platforms"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|value| value.as_str())
        .map(|value| PLATFORMS.iter().find(|p| p.value == value).map_or(value, |p| p.label))
        .collect();
    if !platforms.is_empty() {
        facts.push(fact("Platform", platforms.join(", ")));
    }
    for (key, label) in [
        ("zendesk_ticket_id", "Zendesk ticket"),
        ("seller_contract_id", "Seller contract"),
        ("zoho_desk_ticket_id", "Zoho Desk ticket"),
        ("suggested_team_routing", "Team"),
    ] {
        if let Some(text) = fields[key].as_str().filter(|text| !text.is_empty()) {
            facts.push(fact(label, text.into()));
        }
    }
    for (key, words) in
        [("is_key_account", "Key account"), ("is_seller_in_golden_list", "Seller in the golden list")]
    {
        if fields[key].as_bool() == Some(true) {
            facts.push(fact("Seller", words.into()));
        }
    }
    if !tags.is_empty() {
        facts.push(fact("Tags", super::tag_names(tags)));
    }
    if incident.ignore {
        facts.push(fact("Counted", "no, marked as a false alarm".into()));
    }
    if let Some(reason) = incident.closure_reason.as_deref() {
        let label = ClosureReason::from_name(reason).map_or(reason, |known| known.label());
        facts.push(fact("Closure reason", label.into()));
        if !incident.closure_reference.is_empty() {
            facts.push(fact("Reference", incident.closure_reference.clone()));
        }
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{at, incident, scene, somebody, update};
    use super::*;
    use domain::incident::Milestone;

    fn facts(catalog: &Catalog) -> Facts {
        let first = Update {
            status: Some(Status::Open),
            title: Some("Card payments fail".into()),
            description: Some("Since 14:00.".into()),
            ..update(1, "14:09")
        };
        let moved = Update {
            status: Some(Status::Mitigating),
            message: Some("Rolling back.".into()),
            ..update(2, "14:40")
        };
        let milestone = |clock: &str| Milestone { at: at(clock), by: None };
        Facts {
            incident: incident(catalog).into(),
            around: Arc::new(Around {
                updates: vec![moved, first],
                milestones: Milestones::from([
                    (STARTED.into(), milestone("14:02")),
                    (DECLARED.into(), milestone("14:09")),
                ]),
                holders: vec![Holder { role: catalog.role_types[0].id, person: somebody("Mara Lindqvist") }],
                members: 14,
                metrics: vec![(catalog.metric_types[0].id, 7_384_000_000)],
                ..Around::default()
            }),
            postmortem: Postmortem::default(),
            past_until: None,
            seen: None,
        }
    }

    #[test]
    fn the_page_says_what_burns_and_what_comes_next() {
        let catalog = Catalog::demo();
        let page = page(&scene(&catalog, at("14:53")), &facts(&catalog), "key".into());
        assert_eq!(page.lasting, "burning for 51 min");
        assert_eq!(page.doing_now, "Rolling back.");
        assert_eq!(page.then, "Set Mitigated when the impact is over.");
        assert_eq!(page.environments, ["PRD"]);
        assert_eq!(page.ruler.bands.iter().map(|b| b.status).collect::<Vec<_>>(), [0, 10, 30]);
        assert_eq!(page.people[0].person.as_ref().map(|p| p.initials.as_str()), Some("ML"));
        assert!(page.people[1..].iter().all(|holder| holder.person.is_none()));
        let form = page.update.expect("a form");
        assert_eq!((form.submission.as_str(), form.status.as_str()), ("key", "30"));
        assert_eq!(
            form.statuses.iter().map(|c| c.label.as_str()).collect::<Vec<_>>(),
            ["Mitigating", "Mitigated"]
        );
    }

    // WEB-078: the metric's name, code and human duration; the exact one without fractions.
    #[test]
    fn metrics_are_said_and_exact() {
        let catalog = Catalog::demo();
        let mut facts = facts(&catalog);
        Arc::make_mut(&mut facts.around).metrics = vec![(catalog.metric_types[0].id, 7_384_900_000)];
        let metric = metrics(&scene(&catalog, at("14:53")), &facts).remove(0);
        assert_eq!((metric.duration.as_str(), metric.exact.as_str()), ("2 hours and 3 minutes", "2:03:04"));
        assert_eq!(metric.name, catalog.metric_types[0].name);
    }

    // WEB-081: worst first, N/A not at all.
    #[test]
    fn impacts_are_ordered_by_how_bad_they_are() {
        let catalog = Catalog::demo();
        let level = |kind: usize, code| {
            let kind = &catalog.impact_types[kind];
            (kind.id, kind.level_by_code(code).expect("a level").id)
        };
        let shown = impacts(
            &catalog,
            &[level(0, LevelCode::Low), level(1, LevelCode::Highest), level(2, LevelCode::None)],
        );
        assert_eq!(shown.iter().map(|i| i.rank).collect::<Vec<_>>(), [1, 4]);
    }

    #[test]
    fn a_closed_one_has_no_form_and_says_so() {
        let catalog = Catalog::demo();
        let mut facts = facts(&catalog);
        Arc::make_mut(&mut facts.incident).status = Status::Closed;
        Arc::make_mut(&mut facts.incident).closed_at = Some(at("16:00"));
        Arc::make_mut(&mut facts.incident).mitigated_at = Some(at("15:00"));
        Arc::make_mut(&mut facts.incident).closure_reason = Some("duplicate".into());
        Arc::make_mut(&mut facts.incident).closure_reference = "#4100".into();
        let page = page(&scene(&catalog, at("17:00")), &facts, "key".into());
        assert_eq!(page.update, None);
        assert_eq!(page.closed_to, "Closed on 2026/10/14. A closed incident is not changed.");
        assert_eq!(page.lasting, "took 58 min");
        let facts: Vec<_> = page.facts.iter().map(|f| (f.label.as_str(), f.text.as_str())).collect();
        assert!(facts.contains(&("Reference", "#4100")), "{facts:?}");
    }

    #[test]
    fn key_events_stand_in_order_with_what_lies_between() {
        let catalog = Catalog::demo();
        let facts = facts(&catalog);
        let events = key_events(&scene(&catalog, at("14:53")), &facts.around.milestones, &facts.incident);
        assert_eq!(events[0].at.as_ref().map(|m| m.text.as_str()), Some("14:02"));
        assert_eq!((events[1].name.as_str(), events[1].gap.as_str()), ("Declared", "+7 min"));
        assert!(events[2..].iter().all(|event| event.at.is_none() && !event.note.is_empty()));
    }

    #[test]
    fn what_stands_before_closing_is_said_beforehand() {
        let catalog = Catalog::demo();
        let mut facts = facts(&catalog);
        Arc::make_mut(&mut facts.incident).status = Status::Mitigated;
        let page = page(&scene(&catalog, at("14:53")), &facts, "key".into());
        let hints = page.update.expect("a form").hints;
        assert!(hints.iter().any(|hint| hint.starts_with("Before it can be closed: ")), "{hints:?}");
    }
}
