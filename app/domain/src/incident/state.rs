//! The facts of an incident, and what an update does to them.
//!
//! [`State::plan`] is the only place where an incident moves; every door goes through it. Conflicts come first, then
//! what reopening needs, then the table of transitions and the closing rules – judged by what the update leaves behind,
//! so that lowering the priority and closing in one go follows the rules of the lower priority. (Spec 01 §7, §8, §12.)

use super::milestone::{self, MITIGATED, RECOVERED, RESOLVED};
use super::update::same_set;
use super::{
    Closure, Marker, Message, MetricValue, MilestoneChange, Milestones, Postmortem, Roles, Set, Status,
    Update, blockers, closure, closure::code, metric, needs_postmortem, tidy, values_of,
};
use crate::catalog::Catalog;
use crate::{
    CategoryId, Conflict, EnvironmentId, Error, FieldCode, IncidentId, PriorityId, Refusal, Timestamp, UserId,
};
use serde::{Deserialize, Serialize};

/// Before and after of something that changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed<T> {
    pub from: T,
    pub to: T,
}

/// The facts of an incident that rules need, read under its lock.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    pub id: IncidentId,
    pub title: String,
    pub description: String,
    pub status: Status,
    pub priority: PriorityId,
    pub category: CategoryId,
    /// Its own, most critical one.
    pub environment: EnvironmentId,
    /// All of them, own one included.
    pub environments: Vec<EnvironmentId>,
    pub private: bool,
    pub ignore: bool,
    /// Set by closing early.
    pub closure: Option<Closure>,
    pub created_at: Timestamp,
    pub created_by: UserId,
    pub mitigated_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    /// When people were promised the next update.
    pub next_update_at: Option<Timestamp>,
    pub milestones: Milestones,
    pub roles: Roles,
    pub postmortem: Postmortem,
}

/// What an update stores, in one transaction, and the facts that its consequences depend on.
///
/// Only what changes is `Some`. Columns of the incident and values of the timeline entry are the same `to`s, but for
/// the environment: see [`UpdatePlan::entry_environment`].
#[derive(Debug, Clone, PartialEq)]
pub struct UpdatePlan {
    pub message: Option<Message>,
    pub status: Option<Changed<Status>>,
    pub priority: Option<Changed<PriorityId>>,
    pub category: Option<Changed<CategoryId>>,
    pub title: Option<Changed<String>>,
    pub description: Option<Changed<String>>,
    /// The incident's own environment.
    pub environment: Option<Changed<EnvironmentId>>,
    /// All environments; their values replace `custom_fields.environments`.
    pub environments: Option<Changed<Vec<EnvironmentId>>>,
    pub ignore: Option<Changed<bool>>,
    /// Also the event type of the timeline entry.
    pub marker: Option<Marker>,
    /// Time of the timeline entry.
    pub event_ts: Timestamp,
    /// The new value of the column.
    pub mitigated_at: Option<Timestamp>,
    /// `Some(None)` clears the column.
    pub closed_at: Option<Option<Timestamp>>,
    /// What is promised from now on; `to: None`: nothing any more.
    pub next_update: Option<Changed<Option<Timestamp>>>,
    /// `Some(None)` clears reason and reference.
    pub closure: Option<Option<Closure>>,
    pub milestones: Vec<MilestoneChange>,
    /// All metrics, when milestones change.
    pub metrics: Vec<MetricValue>,
    /// The primary environment stays, the set changes: the timeline entry still says it.
    pub entry_environment: Option<EnvironmentId>,
    /// Closed by this update.
    pub closed_now: bool,
    /// Back to work by this update.
    pub reopened: bool,
    /// The priority got worse.
    pub escalated: Option<Changed<PriorityId>>,
    /// It was handled by its ticket alone and now gets a channel.
    pub became_critical: bool,
    /// With what the update leaves: a post-mortem is needed.
    pub needs_postmortem: bool,
}

impl UpdatePlan {
    /// Nothing to store and nothing to tell. A marker alone is nothing.
    pub fn is_empty(&self) -> bool {
        self.message.is_none()
            && self.updated_fields().is_empty()
            && self.ignore.is_none()
            && self.environments.is_none()
            && self.next_update.is_none()
    }

    /// Changed columns by their documented names, in the order of 01 §7.
    pub fn updated_fields(&self) -> Vec<&'static str> {
        [
            ("_status", self.status.is_some()),
            ("priority_id", self.priority.is_some()),
            ("incident_category_id", self.category.is_some()),
            ("title", self.title.is_some()),
            ("description", self.description.is_some()),
            ("environment_id", self.entry_environment.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, changed)| changed.then_some(name))
        .collect()
    }

    /// Moves to this state.
    pub fn reaches(&self, status: Status) -> bool {
        self.status.is_some_and(|s| s.to == status)
    }

    /// What the channel's name, topic or card shows is touched.
    pub fn touches_card(&self) -> bool {
        !self.updated_fields().is_empty() || self.environments.is_some()
    }
}

impl State {
    /// What the status field offers now.
    pub fn targets(&self, catalog: &Catalog) -> Vec<Status> {
        self.status.targets(needs_postmortem(self, catalog))
    }

    /// What this update changes. Planned again on its own result it changes nothing.
    ///
    /// # Errors
    /// In this order: [`Error::Conflict`] for every field that somebody else changed meanwhile, [`Error::Invalid`]
    /// when reopening lacks its message, [`Error::Refused`] when the table or the closing rules say no.
    pub fn plan(&self, asked: &Update, catalog: &Catalog, now: Timestamp) -> Result<UpdatePlan, Error> {
        let mut plan = self.changes(asked, catalog, now)?;
        let after = self.after(&plan);
        plan.needs_postmortem = needs_postmortem(&after, catalog);
        if let Some(step) = plan.status {
            self.check(step, &after, asked, catalog)?;
            self.follow(step, asked, &mut plan, now);
        }
        plan.next_update = self.promise(asked, &plan, now)?;
        if !plan.milestones.is_empty() {
            let mut milestones = self.milestones.clone();
            plan.milestones.iter().for_each(|change| change.apply(&mut milestones));
            plan.metrics = metric::compute(&milestones, catalog);
        }
        self.weigh(&mut plan, catalog);
        Ok(plan)
    }

    /// Conflicts out, no-ops out, the rest as changes.
    fn changes(&self, asked: &Update, catalog: &Catalog, now: Timestamp) -> Result<UpdatePlan, Error> {
        let mut conflicts = Conflicts::default();
        let status = conflicts.take("status", asked.status.as_ref(), &self.status, |s| s.label().into());
        let priority = conflicts.take("priority", asked.priority.as_ref(), &self.priority, |id| {
            catalog.priority(*id).map(|p| p.name.clone()).unwrap_or_default()
        });
        let category = conflicts.take("incident_category", asked.category.as_ref(), &self.category, |id| {
            catalog.category(*id).map(|c| c.name.clone()).unwrap_or_default()
        });
        let title = conflicts.words("title", text(asked.title.as_ref()), &self.title);
        let description = conflicts.words("description", text(asked.description.as_ref()), &self.description);
        let environments = self.changed_environments(asked, catalog, &mut conflicts);
        let ignore = conflicts.take("ignore", asked.ignore.as_ref(), &self.ignore, |ignored| {
            if *ignored { "ignored".into() } else { "not ignored".into() }
        });
        if !conflicts.0.is_empty() {
            return Err(Error::Conflict(conflicts.0));
        }
        let primary =
            environments.as_ref().and_then(|set| catalog.primary_environment(&set.to)).map(|e| e.id);
        Ok(UpdatePlan {
            message: asked.message.clone(),
            status,
            priority,
            category,
            title,
            description,
            environment: primary
                .filter(|id| *id != self.environment)
                .map(|to| Changed { from: self.environment, to }),
            entry_environment: primary,
            environments,
            ignore,
            marker: asked.marker,
            event_ts: asked.event_ts.unwrap_or(now),
            mitigated_at: None,
            closed_at: None,
            next_update: None,
            closure: None,
            milestones: Vec::new(),
            metrics: Vec::new(),
            closed_now: false,
            reopened: false,
            escalated: None,
            became_critical: false,
            needs_postmortem: false,
        })
    }

    fn changed_environments(
        &self,
        asked: &Update,
        catalog: &Catalog,
        conflicts: &mut Conflicts,
    ) -> Option<Changed<Vec<EnvironmentId>>> {
        let set = asked.environments.as_ref()?;
        if same_set(&set.to, &self.environments)
            || set.from.as_ref().is_some_and(|from| same_set(from, &set.to))
        {
            return None;
        }
        if set.from.as_ref().is_some_and(|from| !same_set(from, &self.environments)) {
            let say = |ids: &[EnvironmentId]| values_of(ids, catalog).join(", ");
            conflicts.push("environment", say(&self.environments), say(&set.to));
            return None;
        }
        Some(Changed { from: self.environments.clone(), to: set.to.clone() })
    }

    /// The columns that the closing rules look at, as the update leaves them; the state before the step.
    fn after(&self, plan: &UpdatePlan) -> State {
        State {
            priority: plan.priority.map_or(self.priority, |c| c.to),
            category: plan.category.map_or(self.category, |c| c.to),
            environment: plan.environment.map_or(self.environment, |c| c.to),
            ignore: plan.ignore.map_or(self.ignore, |c| c.to),
            // A reason left behind by an earlier closing does not count (DM-14).
            closure: None,
            ..self.clone()
        }
    }

    fn check(
        &self,
        step: Changed<Status>,
        after: &State,
        asked: &Update,
        catalog: &Catalog,
    ) -> Result<(), Error> {
        if self.status == Status::Closed {
            if !asked.reopen_closed || !matches!(step.to, Status::Investigating | Status::Mitigating) {
                return Err(refused(step, "Only an administrator can reopen it."));
            }
            return needs_words(asked);
        }
        if step.to == Status::Closed {
            return self.check_closing(after, asked, catalog);
        }
        if !self.status.may_go(step.to, needs_postmortem(after, catalog)) {
            return Err(refused(step, "Choose one of the offered states."));
        }
        if self.status.is_reopening(step.to) { needs_words(asked) } else { Ok(()) }
    }

    fn check_closing(&self, after: &State, asked: &Update, catalog: &Catalog) -> Result<(), Error> {
        if self.status.needs_closure_reason(Status::Closed) {
            if after.ignore {
                return Ok(());
            }
            if asked.closure.is_none() {
                let words = "Nothing was mitigated yet. Say why it is closed.";
                return Err(Error::Refused(vec![
                    Refusal::new(code::CLOSURE_REASON_REQUIRED, words).at("status"),
                ]));
            }
            return match asked.message {
                Some(_) => Ok(()),
                None => Err(Error::field("message", FieldCode::Required, closure::CLOSURE_MESSAGE)),
            };
        }
        let field = if asked.closure.is_some() { "message" } else { "status" };
        let blockers: Vec<_> =
            blockers(after, catalog).into_iter().map(|refusal| refusal.at(field)).collect();
        if blockers.is_empty() { Ok(()) } else { Err(Error::Refused(blockers)) }
    }

    /// What follows from the step itself.
    fn follow(&self, step: Changed<Status>, asked: &Update, plan: &mut UpdatePlan, now: Timestamp) {
        let set = |event_type: &str| MilestoneChange::Set { event_type: event_type.into(), at: now };
        match step.to {
            Status::Mitigated => {
                if !self.recovery_was_entered() {
                    plan.milestones.push(set(RECOVERED));
                }
                plan.milestones.push(set(MITIGATED));
                plan.mitigated_at = self.mitigated_at.is_none().then_some(now);
            }
            Status::Closed => {
                plan.closed_now = true;
                plan.closed_at = Some(Some(now));
                plan.milestones.push(set(RESOLVED));
                plan.closure = match (&asked.closure, &self.closure) {
                    (Some(closure), _) => Some(Some(closure.clone())),
                    (None, Some(_)) => Some(None),
                    (None, None) => None,
                };
                if asked.closure.is_some() {
                    plan.marker = Some(Marker::ClosureReason);
                }
            }
            _ if self.status.is_reopening(step.to) => {
                plan.reopened = true;
                plan.closed_at = self.closed_at.is_some().then_some(None);
                plan.closure = self.closure.is_some().then_some(None);
                if self.milestones.contains_key(RESOLVED) {
                    plan.milestones.push(MilestoneChange::Remove { event_type: RESOLVED.into() });
                }
            }
            _ => {}
        }
    }

    /// What is promised with this update. One that says something keeps what was promised before; nothing is promised
    /// about a closed one.
    fn promise(
        &self,
        asked: &Update,
        plan: &UpdatePlan,
        now: Timestamp,
    ) -> Result<Option<Changed<Option<Timestamp>>>, Error> {
        let closed = plan.status.map_or(self.status, |step| step.to) == Status::Closed;
        let to = match asked.next_update {
            _ if closed => None,
            Some(promised) => {
                let due = promised.due(now);
                Some(due.map_err(|(code, text)| Error::field("next_update", code, text))?)
            }
            None if plan.message.is_some() || plan.status.is_some() => None,
            None => return Ok(None),
        };
        Ok((to != self.next_update_at).then_some(Changed { from: self.next_update_at, to }))
    }

    /// A person dated the recovery, later than the declaration: mitigating again does not move it (DM-08). A time that
    /// equals the mitigation was written by FireFighter itself.
    fn recovery_was_entered(&self) -> bool {
        let Some(recovered) = self.milestones.get(RECOVERED) else { return false };
        let declared = self.milestones.get(milestone::DECLARED).map_or(self.created_at, |m| m.at);
        let mitigated = self.milestones.get(MITIGATED).map(|m| m.at);
        let written_by_us = Some(recovered.at) == mitigated || Some(recovered.at) == self.mitigated_at;
        recovered.by.is_some() && !written_by_us && recovered.at > declared
    }

    fn weigh(&self, plan: &mut UpdatePlan, catalog: &Catalog) {
        let Some(change) = plan.priority else { return };
        let (Some(old), Some(new)) = (catalog.priority(change.from), catalog.priority(change.to)) else {
            return;
        };
        plan.escalated = (new.value < old.value).then_some(change);
        plan.became_critical = new.is_critical() && !old.is_critical();
    }
}

fn refused(step: Changed<Status>, what_to_do: &str) -> Error {
    let words =
        ["It is ", step.from.label(), " and cannot go to ", step.to.label(), " from there. ", what_to_do]
            .concat();
    Error::Refused(vec![Refusal::new(code::TRANSITION_NOT_ALLOWED, words).at("status")])
}

/// Reopening says why, in at least 10 characters.
fn needs_words(asked: &Update) -> Result<(), Error> {
    let length = asked.message.as_ref().map_or(0, |m| m.as_str().chars().count());
    if length >= 10 {
        return Ok(());
    }
    let code = if length == 0 { FieldCode::Required } else { FieldCode::MinLength };
    Err(Error::field("message", code, "Why is it reopened? Say it in at least 10 characters."))
}

fn text<T: AsRef<str>>(set: Option<&Set<T, String>>) -> Option<(Option<&str>, &str)> {
    set.map(|set| (set.from.as_deref(), set.to.as_ref()))
}

/// What somebody else changed meanwhile, in words that people see.
#[derive(Default)]
pub(super) struct Conflicts(pub Vec<Conflict>);

impl Conflicts {
    fn push(&mut self, field: &str, theirs: String, yours: String) {
        self.0.push(Conflict { field: field.into(), theirs, yours });
    }

    /// The change, unless it is none or a conflict. Two people wanting the same is no conflict.
    pub fn take<T: PartialEq + Clone>(
        &mut self,
        field: &str,
        set: Option<&Set<T>>,
        current: &T,
        say: impl Fn(&T) -> String,
    ) -> Option<Changed<T>> {
        let set = set?;
        if set.to == *current || set.from.as_ref() == Some(&set.to) {
            return None;
        }
        if set.from.as_ref().is_some_and(|from| from != current) {
            self.push(field, say(current), say(&set.to));
            return None;
        }
        Some(Changed { from: current.clone(), to: set.to.clone() })
    }

    fn words(
        &mut self,
        field: &str,
        set: Option<(Option<&str>, &str)>,
        current: &str,
    ) -> Option<Changed<String>> {
        let (from, to) = set?;
        let tidy_current = tidy(current);
        if to == tidy_current || from.is_some_and(|from| tidy(from) == to) {
            return None;
        }
        if from.is_some_and(|from| tidy(from) != tidy_current) {
            self.push(field, current.into(), to.into());
            return None;
        }
        Some(Changed { from: current.into(), to: to.into() })
    }
}

#[cfg(test)]
mod tests;
