//! How the places outside stand to the incident: in step, behind, refused, or not wanted – and what a person can do.

use super::{Scene, time};
use crate::incidents::query::{Delivery, Incident};
use domain::view::{Surface, SurfaceKind, SurfaceState};

/// What a finished job did, in words of the product.
pub fn step(kind: &str) -> &str {
    match kind {
        "slack.create_channel" => "Channel made",
        "slack.reconcile_channel" => "Name, topic and bookmark set",
        "slack.invite" => "People invited",
        "slack.declared_card" => "Card pinned",
        "slack.archive_channel" => "Channel archived",
        "slack.roles_message" | "slack.roles_changed" => "Roles told in the channel",
        "slack.post_update" => "Update told in the channel",
        "slack.correct_update" => "Update corrected in the channel",
        "slack.announce" => "Announced",
        "slack.role_dm" => "Role holder told",
        "slack.delete_notice" => "Notice of the topic removed",
        "slack.look_again" => "Looked for what was said twice",
        other => other,
    }
}

/// What a job is about, as the subject of a sentence.
pub fn thing(kind: &str) -> &str {
    match kind {
        "slack.create_channel" => "Channel",
        "slack.reconcile_channel" => "Channel name and topic",
        "slack.invite" => "Invitations",
        "slack.declared_card" => "Card in the channel",
        "slack.archive_channel" => "Archiving the channel",
        "slack.roles_message" | "slack.roles_changed" => "Roles in the channel",
        "slack.post_update" => "Update in the channel",
        "slack.correct_update" => "Correction in the channel",
        "slack.announce" => "Announcement",
        "slack.role_dm" => "Message to a role holder",
        "slack.delete_notice" => "Notice of the topic",
        "slack.look_again" => "Look for what was said twice",
        other => other,
    }
}

/// Why a job does not go on: "The bot is not in the channel. Tried 3 times, last 14:51."
pub fn why(scene: &Scene<'_>, d: &Delivery) -> String {
    let mut reason = d.reason.clone().unwrap_or_default();
    if !reason.is_empty() && !reason.ends_with(['.', '?']) {
        reason.push('.');
    }
    let last = d.finished_at.unwrap_or(d.run_at);
    let tried = match d.tries {
        0 => None,
        1 => Some("Tried once".to_owned()),
        n => Some(format!("Tried {n} times")),
    };
    let tried = tried.map(|tried| match last <= scene.times.now {
        true => format!("{tried}, last {}.", scene.times.clock(last).text),
        false => format!("{tried}, next {}.", scene.times.clock(last).text),
    });
    [Some(reason).filter(|r| !r.is_empty()), tried].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Every place this incident has or could have.
pub fn surfaces(scene: &Scene<'_>, incident: &Incident, deliveries: &[Delivery]) -> Vec<Surface> {
    let lane = |name: &str| deliveries.iter().filter(move |d| d.lane.starts_with(name)).collect::<Vec<_>>();
    // What is tidied up in the channel stands behind what is said in it.
    let in_channel =
        |d: &&Delivery| ["channel ", "notice ", "look "].iter().any(|lane| d.lane.starts_with(lane));
    let mut all = vec![channel(scene, incident, &deliveries.iter().filter(in_channel).collect::<Vec<_>>())];
    all.extend(told(scene, SurfaceKind::Announcement, "Announcement", &lane("announce ")));
    // Messages to single people matter to others only while something is wrong with them.
    let messages: Vec<&Delivery> = lane("dm ").into_iter().filter(|d| is_unfinished(d)).collect();
    all.extend(told(scene, SurfaceKind::Message, "Message to a role holder", &messages));
    all
}

/// "2 deliveries pending"; empty when none.
pub fn pending(deliveries: &[Delivery]) -> String {
    match deliveries.iter().filter(|d| waits(d)).count() {
        0 => String::new(),
        1 => "1 delivery pending".into(),
        n => format!("{n} deliveries pending"),
    }
}

fn waits(d: &Delivery) -> bool {
    d.state == "waiting" || d.state == "running"
}

fn is_unfinished(d: &Delivery) -> bool {
    waits(d) || d.state == "parked"
}

fn channel(scene: &Scene<'_>, incident: &Incident, jobs: &[&Delivery]) -> Surface {
    let there = incident.channel.as_ref();
    let surface = Surface {
        kind: SurfaceKind::Channel,
        label: "Slack channel".into(),
        name: there.map(|channel| format!("#{}", channel.name)).unwrap_or_default(),
        url: there.and_then(|channel| scene.slack.channel(&channel.id)),
        ..Surface::default()
    };
    if !scene.slack.is_on() {
        return Surface { state: SurfaceState::Off, text: "not connected".into(), ..surface };
    }
    if let Some(stands) = standing(scene, jobs) {
        let text = if there.is_none() && stands.state == SurfaceState::Behind {
            "on its way".into()
        } else {
            stands.text
        };
        return Surface { state: stands.state, text, reason: stands.reason, job: stands.job, ..surface };
    }
    match there {
        Some(channel) if channel.archived => {
            Surface { state: SurfaceState::Off, text: "archived".into(), ..surface }
        }
        Some(_) => Surface { state: SurfaceState::InStep, text: "in step".into(), ..surface },
        None => Surface { state: SurfaceState::Off, ..without_channel(scene, incident, jobs, surface) },
    }
}

/// Dropped for good, or never wanted: then the way to one is offered.
fn without_channel(scene: &Scene<'_>, incident: &Incident, jobs: &[&Delivery], surface: Surface) -> Surface {
    let dropped = jobs.iter().find(|d| d.kind == "slack.create_channel" && d.state == "dropped");
    if let Some(dropped) = dropped {
        return Surface { text: "not made".into(), reason: why(scene, dropped), ..surface };
    }
    let priority = scene.catalog.priority(incident.priority);
    let name = priority.map(|p| p.name.clone()).unwrap_or_default();
    if priority.is_some_and(domain::catalog::Priority::is_critical) {
        let reason = "It was declared before Slack was connected.".into();
        return Surface { text: "no channel".into(), reason, ..surface };
    }
    let worst_quiet = scene
        .catalog
        .updatable_priorities()
        .filter(|p| p.is_critical() && p.value < 10)
        .max_by_key(|p| p.value);
    let reason = match worst_quiet {
        Some(loudest) if incident.status.is_active() => {
            format!("Raise it to {} or higher to get one.", loudest.name)
        }
        _ => String::new(),
    };
    Surface { text: format!("no channel for {name}"), reason, ..surface }
}

/// Something that is told, once or several times.
fn told(scene: &Scene<'_>, kind: SurfaceKind, label: &str, jobs: &[&Delivery]) -> Option<Surface> {
    let last = jobs.first()?;
    let surface = Surface { kind, label: label.into(), ..Surface::default() };
    if let Some(Stands { state, text, reason, job }) = standing(scene, jobs) {
        return Some(Surface { state, text, reason, job, ..surface });
    }
    Some(match last.state.as_str() {
        "dropped" => {
            Surface { state: SurfaceState::Off, text: "left out".into(), reason: why(scene, last), ..surface }
        }
        _ => Surface { state: SurfaceState::InStep, text: "in step".into(), ..surface },
    })
}

struct Stands {
    state: SurfaceState,
    text: String,
    reason: String,
    job: Option<domain::JobId>,
}

/// What is not finished: refused before behind. Jobs come newest first; the oldest tells how far behind it is.
fn standing(scene: &Scene<'_>, jobs: &[&Delivery]) -> Option<Stands> {
    if let Some(parked) = jobs.iter().rev().find(|d| d.state == "parked") {
        let reason = format!("{}: {}", thing(&parked.kind), why(scene, parked));
        return Some(Stands {
            state: SurfaceState::Refused,
            text: "refused".into(),
            reason,
            job: Some(parked.job),
        });
    }
    let oldest = jobs.iter().rev().find(|d| waits(d))?;
    let behind = time::short(scene.times.now - oldest.created_at);
    let reason = if oldest.reason.is_some() { why(scene, oldest) } else { String::new() };
    Some(Stands { state: SurfaceState::Behind, text: format!("behind by {behind}"), reason, job: None })
}

#[cfg(test)]
mod tests {
    use super::super::{
        SlackLinks,
        fixture::{at, incident, scene},
    };
    use super::*;
    use crate::incidents::query::Channel;
    use domain::{JobId, catalog::Catalog};

    fn job(number: i64, kind: &str, lane: &str, state: &str) -> Delivery {
        Delivery {
            job: JobId(number),
            kind: kind.into(),
            lane: lane.into(),
            state: state.into(),
            created_at: at("14:50"),
            finished_at: None,
            run_at: at("14:52"),
            tries: 0,
            reason: None,
        }
    }

    fn channel_of(incident: &Incident, jobs: &[Delivery]) -> (SurfaceState, String, String, Option<JobId>) {
        let catalog = Catalog::demo();
        let scene = scene(&catalog, at("14:53"));
        let surface = surfaces(&scene, incident, jobs).swap_remove(0);
        (surface.state, surface.text, surface.reason, surface.job)
    }

    #[test]
    fn a_channel_is_on_its_way_behind_refused_or_in_step() {
        let mut incident = incident(&Catalog::demo());
        let create = job(1, "slack.create_channel", "channel 4127", "waiting");
        let (state, text, ..) = channel_of(&incident, std::slice::from_ref(&create));
        assert_eq!((state, text.as_str()), (SurfaceState::Behind, "on its way"));

        let parked = Delivery {
            state: "parked".into(),
            tries: 3,
            reason: Some("Channels may not be made".into()),
            ..create.clone()
        };
        let (state, text, reason, retry) = channel_of(&incident, &[parked]);
        assert_eq!((state, text.as_str(), retry), (SurfaceState::Refused, "refused", Some(JobId(1))));
        assert_eq!(reason, "Channel: Channels may not be made. Tried 3 times, last 14:52.");

        let dropped = Delivery { state: "dropped".into(), reason: Some("given up".into()), ..create };
        assert_eq!(channel_of(&incident, &[dropped]).1, "not made");

        incident.channel = Some(Channel { id: "C1".into(), name: "20261014-4127".into(), archived: false });
        assert_eq!(channel_of(&incident, &[]).1, "in step");
        let waiting = job(2, "slack.post_update", "channel 4127", "waiting");
        assert_eq!(channel_of(&incident, &[waiting]).1, "behind by 3 min");
        incident.channel = incident.channel.map(|c| Channel { archived: true, ..c });
        assert_eq!(channel_of(&incident, &[]).1, "archived");
    }

    #[test]
    fn a_quiet_priority_says_that_it_has_no_channel_and_how_to_get_one() {
        let catalog = Catalog::demo();
        let mut incident = incident(&catalog);
        incident.priority = catalog.priority_by_value(4).expect("P4").id;
        let (state, text, reason, _) = channel_of(&incident, &[]);
        assert_eq!((state, text.as_str()), (SurfaceState::Off, "no channel for P4"));
        assert_eq!(reason, "Raise it to P3 or higher to get one.");
    }

    // WEB-075: the page says so where Slack is not there.
    #[test]
    fn without_slack_it_is_not_connected() {
        let catalog = Catalog::demo();
        let scene = Scene { slack: SlackLinks::Off, ..scene(&catalog, at("14:53")) };
        let all = surfaces(&scene, &incident(&catalog), &[]);
        assert_eq!((all.len(), all[0].text.as_str(), all[0].state), (1, "not connected", SurfaceState::Off));
    }

    #[test]
    fn announcements_are_shown_and_messages_to_people_only_when_wrong() {
        let catalog = Catalog::demo();
        let scene = scene(&catalog, at("14:53"));
        let jobs =
            [job(3, "slack.role_dm", "dm 4127 x", "done"), job(2, "slack.announce", "announce 4127", "done")];
        let labels = |jobs: &[Delivery]| {
            surfaces(&scene, &incident(&catalog), jobs).into_iter().map(|s| s.label).collect::<Vec<_>>()
        };
        assert_eq!(labels(&jobs), ["Slack channel", "Announcement"]);
        assert_eq!(labels(&[job(3, "slack.role_dm", "dm 4127 x", "parked")])[1], "Message to a role holder");
        assert_eq!(pending(&jobs), "");
        assert_eq!(pending(&[job(1, "slack.invite", "channel 4127", "running")]), "1 delivery pending");
    }
}
