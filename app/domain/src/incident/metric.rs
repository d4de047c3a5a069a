//! Durations between key events, and how they are said.

use super::milestone::Milestones;
use crate::catalog::Catalog;
use crate::{MetricTypeId, MilestoneTypeId};
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

/// Two key events that are dated the wrong way round for a metric: it ends at `end`, before it starts at `start`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disagreement {
    pub metric: MetricTypeId,
    pub end: MilestoneTypeId,
    pub start: MilestoneTypeId,
}

/// The metrics that have both key events and still no duration, because it would be negative.
pub fn disagreeing(milestones: &Milestones, catalog: &Catalog) -> Vec<Disagreement> {
    let at = |id| {
        let kind = catalog.milestone_type(id)?;
        milestones.get(&kind.event_type).map(|m| m.at)
    };
    let metrics = catalog.metric_types.iter();
    metrics
        .filter(|kind| at(kind.lhs).zip(at(kind.rhs)).is_some_and(|(end, start)| end < start))
        .map(|kind| Disagreement { metric: kind.id, end: kind.lhs, start: kind.rhs })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::incident::Milestone;
    use proptest::prelude::*;

    fn events(minutes: &[(&str, i64)]) -> Milestones {
        let start: Timestamp = "2024-05-01T12:00:00Z".parse().expect("a moment");
        minutes
            .iter()
            .map(|(event, minute)| {
                ((*event).to_owned(), Milestone { at: start + TimeDelta::minutes(*minute), by: None })
            })
            .collect()
    }

    fn minutes(milestones: &Milestones) -> Vec<Option<i64>> {
        let computed = compute(milestones, &Catalog::demo());
        computed.into_iter().map(|m| m.duration.map(|d| d.num_minutes())).collect()
    }

    // CORE-140: TTD, TTA, TTF, TTRec, TTResp from the four key events.
    #[test]
    fn five_metrics_from_four_events() {
        let all = events(&[("started", 0), ("detected", 5), ("declared", 7), ("recovered", 67)]);
        assert_eq!(minutes(&all), [Some(5), Some(7), None, Some(60), Some(67), Some(62), None]);
    }

    // CORE-136 CORE-137: a missing or negative operand gives nothing, and nothing is stored for it any more.
    #[test]
    fn missing_and_negative_are_purged() {
        let odd = events(&[("detected", 5), ("declared", 7), ("recovered", 6)]);
        assert_eq!(minutes(&odd), [None, None, None, None, None, Some(1), None]);
        assert_eq!(minutes(&Milestones::new()), [None; 7]);
        let same = events(&[("started", 0), ("detected", 0)]);
        assert_eq!(minutes(&same)[0], Some(0));
    }

    // A negative one is named with the two times that disagree; a missing time is no disagreement.
    #[test]
    fn what_would_be_negative_disagrees() {
        let odd = events(&[("detected", 5), ("declared", 7), ("recovered", 6)]);
        let catalog = Catalog::demo();
        let name = |id| catalog.milestone_type(id).map(|m| m.event_type.as_str()).unwrap_or_default();
        let said: Vec<_> =
            disagreeing(&odd, &catalog).into_iter().map(|d| (name(d.end), name(d.start))).collect();
        assert_eq!(said, [("recovered", "declared")]);
        assert_eq!(disagreeing(&events(&[("started", 3)]), &catalog), []);
    }

    // WEB-079: the pinned cases of the human format.
    #[test]
    fn human_durations() {
        let hms = |days: i64, h: i64, m: i64, s: i64| TimeDelta::seconds(((days * 24 + h) * 60 + m) * 60 + s);
        for (duration, expected) in [
            (hms(0, 2, 3, 4), "2 hours and 3 minutes"),
            (hms(7, 2, 0, 0), "1 week"),
            (hms(0, 0, 0, 54), "an instant"),
            (hms(1, 2, 0, 0), "1 day"),
            (-hms(1, 2, 3, 4), "-1 day"),
            (hms(0, 0, 0, 0), "an instant"),
            (hms(0, 1, 1, 0), "1 hour and 1 minute"),
            (hms(0, 0, 59, 59), "59 minutes"),
            (hms(16, 5, 0, 0), "2 weeks and 2 days"),
            (-hms(0, 0, 0, 30), "an instant"),
        ] {
            assert_eq!(human_duration(duration), expected, "{duration:?}");
        }
    }

    proptest! {
        #[test]
        fn no_duration_is_negative_and_saying_never_panics(at in proptest::collection::vec(-100_000i64..100_000, 6), any in any::<i64>()) {
            let names = ["started", "detected", "declared", "recovered", "resolved", "mitigated"];
            let all: Vec<_> = names.into_iter().zip(at).collect();
            for metric in compute(&events(&all), &Catalog::demo()) {
                prop_assert!(metric.duration.is_none_or(|d| d >= TimeDelta::zero()));
            }
            if let Some(duration) = TimeDelta::try_milliseconds(any) {
                prop_assert!(!human_duration(duration).is_empty());
            }
        }
    }
}
