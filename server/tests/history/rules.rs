//! What holds for every incident, whatever was done to it, and what must never happen between two people.

use domain::{
    catalog::Catalog,
    incident::{Status, metric},
    past::{Fact, Past, Record},
};
use std::collections::BTreeMap;

type Verdict = Result<(), String>;

fn check(holds: bool, rule: &str, past: &Past) -> Verdict {
    if holds { Ok(()) } else { Err(format!("{rule}: {past:#?}")) }
}

/// The rules of an incident's life.
pub fn hold(past: &Past, catalog: &Catalog) -> Verdict {
    let closed = past.status == Status::Closed;
    check(past.closed_at.is_some() == closed, "closed_at is set while it is closed", past)?;
    check(past.key_events.contains_key("resolved") == closed, "resolved is dated while it is closed", past)?;
    check(
        closed || past.closure_reason.is_none(),
        "a reason for closing stands only while it is closed",
        past,
    )?;
    let mitigated = past.entries.iter().any(|entry| entry.status == Some(Status::Mitigated));
    check(
        past.mitigated_at.is_some() == mitigated,
        "mitigated_at is there from the first time on, for ever",
        past,
    )?;
    check(past.key_events.contains_key("declared"), "it was declared", past)?;
    check(past.updated_at >= past.created_at, "it is not changed before it is declared", past)?;
    let primary = catalog.environment(past.environment).map(|e| e.value.as_str()).unwrap_or_default();
    let all = past.custom_fields["environments"].as_array().cloned().unwrap_or_default();
    check(all.iter().any(|value| value == primary), "its own environment is among all of them", past)?;
    for role in catalog.role_types.iter().filter(|role| role.required) {
        check(past.roles.contains_key(&role.id), "a required role is held", past)?;
    }
    let computed = metric::compute(&past.milestones(), catalog).into_iter();
    let computed: BTreeMap<_, _> =
        computed.filter_map(|m| Some((m.metric, m.duration?.num_microseconds()?))).collect();
    check(past.metrics == computed, "metrics are what their key events say, computed from scratch", past)
}

/// Every step begins where the one before it ended: nobody wrote over what they had not seen.
pub fn nothing_is_overwritten(records: &[Record], catalog: &Catalog) -> Verdict {
    for (count, record) in records.iter().enumerate().skip(1) {
        let before = Past::of(&records[..count], catalog).ok_or("no declaration")?;
        let follows = match &record.fact {
            Fact::Updated(u) => {
                let f = &u.fields;
                f.status.is_none_or(|step| step.from.0 == before.status)
                    && f.priority.is_none_or(|step| step.from == before.priority)
                    && f.category.is_none_or(|step| step.from == before.category)
                    && f.environment.is_none_or(|step| step.from == before.environment)
                    && f.ignore.is_none_or(|step| step.from == before.ignore)
                    && f.mitigated_at.is_none_or(|_| before.mitigated_at.is_none())
                    && f.closed_at.is_none_or(|step| step.from.0 == before.closed_at)
                    && f.next_update_at.is_none_or(|step| step.from.0 == before.next_update_at)
            }
            Fact::KeyEvents(changed) => changed
                .events
                .iter()
                .all(|(name, step)| step.from.0 == before.key_events.get(name).map(|event| event.at)),
            Fact::Roles(changed) => {
                changed.roles.iter().all(|step| step.from == before.roles.get(&step.role).copied())
            }
            Fact::MemberJoined(user) => !before.members.contains(user),
            Fact::MemberLeft(user) => before.members.contains(user),
            Fact::CostChanged(changed) => before.costs.get(&changed.to.line).is_some_and(|cost| {
                changed.from.cost_type == cost.cost_type
                    && changed.from.cents == cost.amount.map(|cents| cents.0)
            }),
            Fact::CostRemoved(cost) => before.costs.contains_key(&cost.line),
            Fact::Tags(tags) => {
                tags.added.iter().all(|name| !before.tags.contains(name))
                    && tags.removed.iter().all(|name| before.tags.contains(name))
            }
            Fact::Impacts(changed) => {
                changed.impacts.iter().all(|step| step.from == before.impacts.get(&step.impact_type).copied())
            }
            Fact::Corrected(corrected) => before.entries.iter().any(|entry| entry.id == corrected.update),
            Fact::Declared(_) => false,
            Fact::CostAdded(_)
            | Fact::ChannelAttached(_)
            | Fact::ChannelChanged(_)
            | Fact::Erased(_)
            | Fact::Elsewhere => true,
        };
        if !follows {
            return Err(format!(
                "record {} does not follow what was true: {record:#?}\n{before:#?}",
                record.seq
            ));
        }
    }
    Ok(())
}
