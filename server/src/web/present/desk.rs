//! What stands around single incidents: the flame in the header, the dashboard, vendors, what may be the same.

use super::{Facts, Scene, cut, incident, surface, time};
use crate::incidents::{
    board::{Active, Fire},
    query::Brief,
};
use chrono::TimeDelta;
use domain::{
    Timestamp,
    incident::{Status, human_duration},
    view::{
        ActiveGroup, ActiveRow, Burning, Connection, Dashboard, Fires, Link, Mood, RecentIncident,
        SurfaceState,
    },
};

/// Of words on the dashboard so much is shown (spec 03 §5).
const WORDS: usize = 150;

/// What burns, as the header says it.
pub fn fires(scene: &Scene<'_>, worst: Option<Fire>, count: i64) -> Fires {
    let first = worst.map(|fire| domain::view::Fire {
        id: fire.id,
        priority: scene.priority(fire.priority),
        lasts: time::length(scene.times.now - fire.since),
    });
    Fires { first, count: small(count) }
}

/// How one vendor's side is.
pub fn connection(name: &str, waiting: i64, refused: i64) -> Connection {
    let (state, text) = match (waiting, refused) {
        (0, 0) => (SurfaceState::InStep, "in step".into()),
        (n, 0) => (SurfaceState::Behind, format!("{n} {}", if n == 1 { "waits" } else { "wait" })),
        (_, n) => (SurfaceState::Refused, format!("{n} refused")),
    };
    Connection { name: name.into(), state, text }
}

/// What may be the same as what somebody is about to declare.
pub fn recent(scene: &Scene<'_>, briefs: Vec<Brief>) -> Vec<RecentIncident> {
    let recent = |brief: Brief| RecentIncident {
        id: brief.id,
        title: brief.title,
        priority: scene.priority(brief.priority),
        status: brief.status.into(),
        opened: scene.times.ago("", brief.created_at),
    };
    briefs.into_iter().map(recent).collect()
}

/// The first page. `fire` is the worst one with its facts; it is drawn large and not repeated.
pub fn dashboard(
    scene: &Scene<'_>,
    active: &[Active],
    yours: &[Active],
    burning: i64,
    fire: Option<&Facts>,
    last_p1: Option<(Timestamp, TimeDelta)>,
    connections: Vec<Connection>,
) -> Dashboard {
    let total: i64 = per_status(active).iter().filter_map(|rows| rows.first()).map(|row| row.of_status).sum();
    let shown = fire.map(|facts| facts.incident.id);
    let large = fire.and_then(|facts| {
        let row = active.iter().find(|row| Some(row.id) == shown)?;
        Some(burning_one(scene, facts, row))
    });
    Dashboard {
        headline: headline(scene, fire, burning),
        summary: format!(
            "{}, {}, {}",
            match total {
                0 => "No active incident".into(),
                1 => "1 active incident".into(),
                n => format!("{n} active incidents"),
            },
            scene.times.weekday(scene.times.now),
            scene.times.clock(scene.times.now).text
        ),
        groups: per_status(active)
            .iter()
            .map(|rows| group(scene, rows, large.as_ref().map(|l| l.row.id)))
            .collect(),
        quiet: if large.is_some() { String::new() } else { quiet(scene, burning, last_p1) },
        fire: large,
        yours: yours.iter().map(|row| line(scene, row)).collect(),
        connections,
    }
}

fn per_status(active: &[Active]) -> Vec<&[Active]> {
    active.chunk_by(|a, b| a.status == b.status).collect()
}

fn headline(scene: &Scene<'_>, fire: Option<&Facts>, burning: i64) -> String {
    match (fire, burning) {
        (Some(facts), ..=1) => format!("One {} is burning", scene.priority(facts.incident.priority).name),
        (_, 2..) => format!("{burning} incidents are burning"),
        _ => "Nothing is burning".into(),
    }
}

fn quiet(scene: &Scene<'_>, burning: i64, last_p1: Option<(Timestamp, TimeDelta)>) -> String {
    match last_p1 {
        _ if burning > 0 => String::new(),
        Some((ended, took)) => {
            let ago = scene.times.ago("ended", ended).text;
            format!("The last P1 {ago} and took {} to fix.", human_duration(took))
        }
        None => "No P1 is on record.".into(),
    }
}

fn group(scene: &Scene<'_>, rows: &[Active], large: Option<i64>) -> ActiveGroup {
    let Some(first) = rows.first() else { return ActiveGroup::default() };
    let left = first.of_status - i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let more = (left > 0).then(|| Link {
        text: format!("{left} more, the oldest for {}.", time::length(scene.times.now - first.oldest)),
        url: app::routes::incidents(&format!("status={}", first.status.number())),
    });
    ActiveGroup {
        status: first.status.into(),
        count: small(first.of_status),
        rows: rows.iter().map(|row| line(scene, row)).filter(|row| Some(row.id) != large).collect(),
        more,
    }
}

fn line(scene: &Scene<'_>, active: &Active) -> ActiveRow {
    let (category, group) = scene.category(active.category);
    let (words, said_by) = match &active.said {
        Some(said) => {
            let by = said.by.clone().unwrap_or_else(|| "FireFighter".into());
            (cut(&said.words, WORDS), format!("{by}, {}", scene.times.ago("", said.at).text))
        }
        None => (cut(&active.description, WORDS), String::new()),
    };
    let since = match active.mitigated_at.filter(|_| active.status >= Status::Mitigated) {
        Some(at) => scene.times.ago("mitigated", at),
        None => scene.times.ago("opened", active.created_at),
    };
    ActiveRow {
        id: active.id.0,
        title: active.title.clone(),
        status: active.status.into(),
        priority: scene.priority(active.priority),
        private: active.private,
        environment: scene.environment(active.environment),
        category,
        group,
        words,
        said_by,
        lead: active.lead.clone(),
        since,
        opened_by: active.opened_by.clone(),
        promise: scene.promise_in_row(active.next_update_at).map(in_a_row),
    }
}

/// In a row the promise says what it is about.
fn in_a_row(mut promise: domain::view::Promise) -> domain::view::Promise {
    promise.text = match promise.mood {
        Mood::Late => format!("update {}", promise.text),
        Mood::Due | Mood::Soon => format!("update due in {}", promise.text),
    };
    promise
}

fn burning_one(scene: &Scene<'_>, facts: &Facts, row: &Active) -> Burning {
    let surfaces = surface::surfaces(scene, &facts.incident, &facts.around.deliveries);
    let wrong = surfaces.iter().filter(|surface| surface.state == SurfaceState::Refused);
    let channel = surfaces.iter().find_map(|surface| {
        let url = surface.url.clone()?;
        Some(Link { text: surface.name.clone(), url })
    });
    Burning {
        row: line(scene, row),
        lasts: time::length(scene.times.now - facts.began()),
        promise: scene.promise(facts.incident.next_update_at, facts.promised_by()),
        people: incident::people(scene.catalog, &facts.around.holders),
        channel,
        ruler: incident::ruler(scene, facts),
        trouble: wrong
            .map(|surface| Connection {
                name: surface.label.clone(),
                state: surface.state,
                text: surface.text.clone(),
            })
            .collect(),
    }
}

/// Counts of rows fit.
fn small(count: i64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{at, scene};
    use super::*;
    use crate::incidents::board::Said;
    use domain::{IncidentId, catalog::Catalog};

    fn active(catalog: &Catalog, id: i64, status: Status, of_status: i64) -> Active {
        Active {
            id: IncidentId(id),
            title: "Search is slow".into(),
            description: "d".repeat(300),
            status,
            priority: catalog.priorities[1].id,
            category: catalog.categories[0].id,
            environment: catalog.environments[0].id,
            private: false,
            created_at: at("13:38"),
            mitigated_at: None,
            next_update_at: Some(at("14:42")),
            opened_by: "Priya Raman".into(),
            lead: Some("Sofia Lindgren".into()),
            said: None,
            of_status,
            oldest: at("10:00"),
        }
    }

    // WEB-042 WEB-043: counts in all and per status; words, lead, relative times.
    #[test]
    fn groups_count_and_rows_say_how_it_stands() {
        let catalog = Catalog::demo();
        let scene = scene(&catalog, at("14:53"));
        let mut said = active(&catalog, 2, Status::Mitigated, 1);
        said.mitigated_at = Some(at("13:50"));
        said.said =
            Some(Said { words: "Adding capacity.".into(), by: Some("Ines Okafor".into()), at: at("14:47") });
        let rows = [active(&catalog, 3, Status::Open, 5), active(&catalog, 1, Status::Open, 5), said];
        let view = dashboard(&scene, &rows, &[], 0, None, None, vec![]);
        assert_eq!(view.summary, "6 active incidents, Wednesday 2026/10/14, 14:53");
        assert_eq!(view.headline, "Nothing is burning");
        assert_eq!(view.groups.iter().map(|g| (g.count, g.rows.len())).collect::<Vec<_>>(), [(5, 2), (1, 1)]);
        let more = view.groups[0].more.as_ref().expect("three are left");
        assert_eq!(
            (more.text.as_str(), more.url.as_str()),
            ("3 more, the oldest for 4 h 53 min.", "/incident/?status=10")
        );
        let row = &view.groups[0].rows[0];
        assert_eq!(row.words.chars().count(), 151);
        assert_eq!((row.since.text.as_str(), row.said_by.as_str()), ("opened 1 h ago", ""));
        assert_eq!(row.promise.as_ref().map(|p| p.text.as_str()), Some("update late by 11 min"));
        let row = &view.groups[1].rows[0];
        assert_eq!(
            (row.words.as_str(), row.said_by.as_str()),
            ("Adding capacity.", "Ines Okafor, 6 min ago")
        );
        assert_eq!(row.since.text, "mitigated 1 h ago");
    }

    // WEB-044: a quiet day is good news.
    #[test]
    fn a_quiet_day_says_when_it_last_was_not() {
        let catalog = Catalog::demo();
        let scene = scene(&catalog, at("14:53"));
        let ended = at("14:53") - TimeDelta::days(6);
        let view = dashboard(&scene, &[], &[], 0, None, Some((ended, TimeDelta::minutes(42))), vec![]);
        assert_eq!(view.quiet, "The last P1 ended 6 days ago and took 42 minutes to fix.");
        assert!(view.summary.starts_with("No active incident, "));
        assert_eq!(dashboard(&scene, &[], &[], 0, None, None, vec![]).quiet, "No P1 is on record.");
    }

    #[test]
    fn a_vendor_is_in_step_behind_or_refuses() {
        let said = |(waiting, refused)| {
            let c = connection("Slack", waiting, refused);
            (c.state, c.text)
        };
        assert_eq!(said((0, 0)), (SurfaceState::InStep, "in step".into()));
        assert_eq!(said((1, 0)), (SurfaceState::Behind, "1 waits".into()));
        assert_eq!(said((3, 2)), (SurfaceState::Refused, "2 refused".into()));
    }

    #[test]
    fn the_flame_names_the_worst() {
        let catalog = Catalog::demo();
        let scene = scene(&catalog, at("14:53"));
        let fire = Fire { id: IncidentId(4127), priority: catalog.priorities[0].id, since: at("14:02") };
        let fires = fires(&scene, Some(fire), 2);
        let first = fires.first.expect("a fire");
        assert_eq!((first.priority.name.as_str(), first.lasts.as_str(), fires.count), ("P1", "51 min", 2));
    }
}
