//! Durations between key events, and how they are said.

use super::milestone::Milestones;
use crate::MetricTypeId;
use crate::catalog::Catalog;
use chrono::TimeDelta;

/// What to store for one metric type: a duration, or nothing (delete what is stored).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetricValue {
    pub metric: MetricTypeId,
    pub duration: Option<TimeDelta>,
}

/// All metrics of an incident: `lhs − rhs`; nothing where a key event is missing or the difference is negative
/// (01 §14).
pub fn compute(milestones: &Milestones, catalog: &Catalog) -> Vec<MetricValue> {
    let at = |id| {
        let kind = catalog.milestone_type(id)?;
        milestones.get(&kind.event_type).map(|m| m.at)
    };
    let metrics = catalog.metric_types.iter();
    metrics
        .map(|kind| MetricValue {
            metric: kind.id,
            duration: at(kind.lhs)
                .zip(at(kind.rhs))
                .map(|(end, start)| end - start)
                .filter(|duration| *duration >= TimeDelta::zero()),
        })
        .collect()
}

/// `2 hours and 3 minutes`, `1 week`, `-1 day`, `an instant`: weeks, days, hours, minutes; seconds are left out, hours
/// and minutes as soon as there are days (03 §7.5).
pub fn human_duration(duration: TimeDelta) -> String {
    let negative = duration < TimeDelta::zero();
    let minutes = duration.num_minutes().unsigned_abs();
    let (weeks, days) = (minutes / 10_080, minutes / 1_440 % 7);
    let small = weeks == 0 && days == 0;
    let (hours, minutes) = if small { (minutes / 60 % 24, minutes % 60) } else { (0, 0) };
    let parts: Vec<String> = [(weeks, "week"), (days, "day"), (hours, "hour"), (minutes, "minute")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| {
            let plural = if count == 1 { "" } else { "s" };
            [&count.to_string(), " ", unit, plural].concat()
        })
        .collect();
    let Some((last, before)) = parts.split_last() else { return "an instant".into() };
    let sign = if negative { "-" } else { "" };
    if before.is_empty() { [sign, last].concat() } else { [sign, &before.join(", "), " and ", last].concat() }
}
