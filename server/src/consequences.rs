//! The whole map of cause and effect: what follows a change, as jobs. Pure and without a wildcard: a new change does
//! not compile until its consequences are written down.

use crate::{
    change::{Attached, Change, Channel, Declared, RolesChanged, Updated},
    jobs::{Job, SlackJob},
};
use domain::{IncidentId, Origin, UpdateId};

/// In the order in which they go into their lanes.
pub fn consequences(change: &Change, _origin: Origin) -> Vec<Job> {
    match change {
        Change::IncidentDeclared(declared) => after_declared(declared),
        Change::MessageCorrected { incident, update, told, .. } => {
            let edit = SlackJob::CorrectUpdate { incident: *incident, update: *update };
            slack(told.then_some(edit))
        }
        Change::IncidentUpdated(updated) => after_updated(updated),
        Change::ChannelAttached(attached) => after_attached(attached),
        Change::ChannelChanged { .. }
        | Change::ChannelTagged { .. }
        | Change::MemberJoined { invited: false, .. }
        | Change::MemberLeft { .. }
        | Change::TokenCreated { .. }
        | Change::TokenRevoked { .. }
        | Change::AdminMade { .. }
        | Change::HistoryRooted { .. }
        // Told on the page alone.
        | Change::KeyEventsChanged(_)
        | Change::CostAdded { .. }
        | Change::CostChanged { .. }
        | Change::CostRemoved { .. }
        | Change::TagsChanged { .. }
        | Change::ImpactsChanged { .. } => vec![],
        Change::MemberJoined { incident, invited: true, .. } => {
            slack([SlackJob::Invite { incident: *incident }])
        }
        Change::RolesChanged(changed) => after_roles(changed),
        Change::WordsErased { incident, shown: true, rewritten, .. } => {
            let incident = *incident;
            let shown = [SlackJob::ReconcileChannel { incident }, SlackJob::DeclaredCard { incident }];
            let said = rewritten.iter().map(|update| SlackJob::CorrectUpdate { incident, update: *update });
            slack(shown).into_iter().chain(said.map(Job::Slack)).collect()
        }
        Change::WordsErased { shown: false, .. } => vec![],
    }
}

fn after_declared(d: &Declared) -> Vec<Job> {
    match d.channel {
        Channel::Wanted => set_up(d.incident, None),
        Channel::None | Channel::There | Channel::Archived => vec![],
    }
}

/// Only what names the channel elsewhere; what fills it stands in its lane already.
fn after_attached(a: &Attached) -> Vec<Job> {
    let incident = a.incident;
    let mut jobs = Vec::new();
    if a.announced {
        jobs.push(SlackJob::Announce { incident, update: a.raised_by });
    }
    let told = a.holders.iter().map(|(role, user)| SlackJob::RoleDm {
        incident,
        user: *user,
        role: *role,
        update: None,
    });
    jobs.extend(told);
    slack(jobs)
}

fn after_updated(u: &Updated) -> Vec<Job> {
    let incident = u.incident;
    let mut jobs = Vec::new();
    let said = SlackJob::PostUpdate { incident, update: u.update };
    match u.channel {
        Channel::None | Channel::Archived => {}
        // Raised from P4: the channel it lacked, dressed as at declaring; then the update itself.
        Channel::Wanted => {
            jobs.extend(set_up(incident, Some(u.update)));
            jobs.push(Job::Slack(said));
        }
        Channel::There => {
            // Words first: name and topic may wait for their turn, when many incidents change at once.
            jobs.push(Job::Slack(said));
            if u.touches_channel {
                jobs.extend(slack([
                    SlackJob::ReconcileChannel { incident },
                    SlackJob::DeclaredCard { incident },
                ]));
            }
        }
    }
    if matches!(u.channel, Channel::Wanted | Channel::There) {
        // The last of its lane: nothing is said after it.
        jobs.extend(u.closed_now.then_some(Job::Slack(SlackJob::ArchiveChannel { incident })));
    }
    if u.announced {
        jobs.extend(slack([SlackJob::Announce { incident, update: Some(u.update) }]));
    }
    jobs
}

/// The channel reads who holds what now and asks new holders in; each of them is told in private.
fn after_roles(r: &RolesChanged) -> Vec<Job> {
    let (incident, update) = (r.incident, r.update);
    let mut jobs = Vec::new();
    if r.channel == Channel::There {
        jobs.extend([SlackJob::RolesChanged { incident, update }, SlackJob::Invite { incident }]);
    }
    if r.told {
        let given = r.roles.iter().filter_map(|(role, _, to)| Some((*role, (*to)?)));
        jobs.extend(given.map(|(role, user)| SlackJob::RoleDm {
            incident,
            user,
            role,
            update: Some(update),
        }));
    }
    slack(jobs)
}

/// A channel and all that dresses it, in the order of the spec (10 §13.3).
fn set_up(incident: IncidentId, raised_by: Option<UpdateId>) -> Vec<Job> {
    slack([
        SlackJob::CreateChannel { incident, raised_by },
        SlackJob::ReconcileChannel { incident },
        SlackJob::Invite { incident },
        SlackJob::DeclaredCard { incident },
        SlackJob::RolesMessage { incident },
    ])
}

fn slack(jobs: impl IntoIterator<Item = SlackJob>) -> Vec<Job> {
    jobs.into_iter().map(Job::Slack).collect()
}
