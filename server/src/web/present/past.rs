//! The way into the past: which moment an address asks for, and where one may go from there.

use super::Scene;
use crate::incidents::query::Incident;
use chrono::SecondsFormat;
use domain::{
    Timestamp,
    past::through,
    view::{Shift, TimeTravel},
};

/// The moment that was asked for; else why it is not shown.
///
/// # Errors
/// A sentence for people.
pub fn moment(scene: &Scene<'_>, incident: &Incident, asked: &str) -> Result<Timestamp, String> {
    let Some(at) = through(asked, &scene.times.zone) else {
        return Err("That is no date and time. Write it as 2026-10-14 14:31. This is now.".into());
    };
    if at < incident.created_at {
        let declared = scene.times.clock(incident.created_at).text;
        return Err(format!(
            "It was declared at {declared}. Before that there is nothing to see. This is now."
        ));
    }
    Ok(at.min(scene.times.now))
}

/// Where the line of the ruler ends, whatever moment is shown: now, or when it was closed.
pub fn end(scene: &Scene<'_>, today: &Incident) -> Timestamp {
    today.closed_at.unwrap_or(scene.times.now)
}

/// From now into the past; `problem` says why the moment that was asked for is not shown.
pub fn from_now(scene: &Scene<'_>, problem: String) -> TimeTravel {
    let now = scene.times.now;
    TimeTravel { field: field(scene, now), problem, shifts: shifts(scene, now), ..TimeTravel::default() }
}

/// From one moment of the past to others.
pub fn from_then(
    scene: &Scene<'_>,
    at: Timestamp,
    earlier: Option<Timestamp>,
    later: Option<Timestamp>,
) -> TimeTravel {
    TimeTravel {
        at: Some(scene.times.clock(at)),
        field: field(scene, at),
        problem: String::new(),
        earlier: earlier.map(address),
        later: later.map(address),
        shifts: shifts(scene, at),
    }
}

/// As an address says it: to the second, which means all of that second.
pub fn address(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// As the field holds it: in the zone of the installation.
fn field(scene: &Scene<'_>, at: Timestamp) -> String {
    at.with_timezone(&scene.times.zone).format("%Y-%m-%dT%H:%M:%S").to_string()
}

/// How far the zone is from Greenwich, from when: what the half year around this moment needs.
fn shifts(scene: &Scene<'_>, around: Timestamp) -> Vec<Shift> {
    let offset = |at: Timestamp| {
        use chrono::Offset;
        at.with_timezone(&scene.times.zone).offset().fix().local_minus_utc()
    };
    let mut shifts: Vec<Shift> = Vec::new();
    for week in -53..=53 {
        let at = around + chrono::TimeDelta::weeks(week);
        if shifts.last().is_none_or(|last| last.seconds != offset(at)) {
            let from = shifts.last().map_or(i64::MIN, |_| change(at, &offset));
            shifts.push(Shift { from, seconds: offset(at) });
        }
    }
    shifts
}

/// The second within the week before `at` from which its offset holds.
fn change(at: Timestamp, offset: &impl Fn(Timestamp) -> i32) -> i64 {
    let after = offset(at);
    let (mut before, mut holds) = (at - chrono::TimeDelta::weeks(1), at);
    while (holds - before).num_seconds() > 1 {
        let middle = before + (holds - before) / 2;
        if offset(middle) == after { holds = middle } else { before = middle }
    }
    holds.timestamp()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{at, incident, scene};
    use super::*;
    use domain::catalog::Catalog;

    #[test]
    fn a_moment_of_its_life_is_shown_and_others_say_why_not() {
        let catalog = Catalog::demo();
        let scene = scene(&catalog, at("14:53"));
        let incident = incident(&catalog);
        let asked = |text: &str| moment(&scene, &incident, text);
        assert_eq!(asked("2026-10-14T14:31:00Z"), Ok(at("14:31") + chrono::TimeDelta::microseconds(999_999)));
        assert_eq!(asked("2026-10-14T20:00"), Ok(at("14:53")), "what is to come is not known");
        assert!(asked("2026-10-14T14:08").is_err_and(|words| words.contains("declared at 14:09")));
        assert!(asked("soon").is_err_and(|words| words.contains("no date and time")));
        assert_eq!(address(at("14:31")), "2026-10-14T14:31:00Z");
        assert_eq!(from_now(&scene, String::new()).field, "2026-10-14T14:53:00");
    }

    #[test]
    fn the_clock_on_the_wall_is_known_on_both_sides_of_its_change() {
        let catalog = Catalog::demo();
        let mut scene = scene(&catalog, at("14:53"));
        scene.times.zone = chrono_tz::Europe::Paris;
        let shifts = shifts(&scene, at("14:53"));
        let winter: Timestamp = "2026-10-25T01:00:00Z".parse().expect("a moment");
        assert!(shifts.iter().any(|s| (s.from, s.seconds) == (winter.timestamp(), 3600)), "{shifts:?}");
        assert!(shifts.windows(2).all(|pair| pair[0].from < pair[1].from));
    }
}
