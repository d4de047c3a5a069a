//! The incident list: rows, words about what is shown, and the queries its links lead to.

use super::{Scene, time::Times};
use crate::incidents::{list::Page, query::Incident};
use domain::{
    FieldErrors, UserId,
    incident::{Column, Filter, Order, Ordering, Place},
    period::Period,
    view::{Filters, IncidentList, IncidentRow, SavedView},
};

/// One page of the list; `asked` is the query as it came, `me` whose list it is.
pub fn list(
    scene: &Scene<'_>,
    asked: &str,
    filter: Result<(&Filter, Page), FieldErrors>,
    me: Option<UserId>,
) -> IncidentList {
    let mut filters = Filters::of(asked, scene.catalog);
    let (filter, page) = match filter {
        Ok(found) => found,
        Err(errors) => {
            return IncidentList { filters, errors, views: views(None, me), ..IncidentList::default() };
        }
    };
    filters.created_bounds =
        filter.created_at.as_ref().map(|typed| bounds(scene.times, typed.value)).unwrap_or_default();
    let turn = |place: Option<Place>| place.map(|place| filter.at(place).to_query());
    IncidentList {
        count: counted(&page),
        order: order(filter, page.newest_only),
        span: span(&page),
        sort: sorted(filter),
        base: Filter { sort: None, ..filter.first_page() }.to_query(),
        newer: turn(page.newer.clone()),
        older: turn(page.older.clone()),
        views: views(Some(filter), me),
        rows: page.rows.iter().map(|incident| row(scene, incident)).collect(),
        errors: FieldErrors::default(),
        filters,
    }
}

fn row(scene: &Scene<'_>, incident: &Incident) -> IncidentRow {
    let (category, group) = scene.category(incident.category);
    IncidentRow {
        id: incident.id,
        title: incident.title.clone(),
        priority: scene.priority(incident.priority),
        status: incident.status.into(),
        private: incident.private,
        environment: scene.environment(incident.environment),
        category,
        group,
        created: scene.times.date(incident.created_at),
        last: scene.times.ago("", incident.updated_at),
        promise: scene.promise_in_row(incident.next_update_at.filter(|_| incident.status.is_active())),
    }
}

/// "1,284", or "1,000+" where counting stopped.
fn counted(page: &Page) -> String {
    let count = thousands(page.count);
    if page.more_than_counted { format!("{count}+") } else { count }
}

fn thousands(number: i64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|g| std::str::from_utf8(g).unwrap_or_default()).collect();
    groups.join(",")
}

/// "4127 to 4103, 25 of 1,284"
fn span(page: &Page) -> String {
    match (page.rows.first(), page.rows.last()) {
        (Some(first), Some(last)) if first.id != last.id => {
            format!("{} to {}, {} of {}", first.id, last.id, page.rows.len(), counted(page))
        }
        (Some(only), _) => format!("{}, 1 of {}", only.id, counted(page)),
        _ => String::new(),
    }
}

/// In words, with what was left out.
fn order(filter: &Filter, newest_only: Option<i64>) -> String {
    let order = match filter.ordering() {
        Ordering::Relevance => "by relevance".to_owned(),
        Ordering::By(orders) => orders.iter().map(in_words).collect::<Vec<_>>().join(", then "),
    };
    match newest_only {
        Some(limit) => format!("{order}, among the newest {} matches", thousands(limit)),
        None => order,
    }
}

fn in_words(order: &Order) -> String {
    let (rising, falling) = match order.column {
        Column::Id | Column::CreatedAt => ("oldest first", "newest first"),
        Column::Title => ("by title", "by title, backwards"),
        Column::Priority => ("worst priority first", "least priority first"),
        Column::Status => ("by status", "by status, closed first"),
        Column::Environment => ("by environment", "by environment, backwards"),
        Column::Category => ("by category", "by category, backwards"),
        Column::Group => ("by group", "by group, backwards"),
        Column::CreatedBy => ("by opener", "by opener, backwards"),
    };
    (if order.descending { falling } else { rising }).into()
}

/// The column that carries the arrow; none when the order is another one.
fn sorted(filter: &Filter) -> String {
    match filter.ordering() {
        Ordering::By(orders) => orders.first().map(Order::to_string).unwrap_or_default(),
        Ordering::Relevance => String::new(),
    }
}

/// The resolved period, to the second and with the zone (spec 03 §6.1).
pub fn bounds(times: Times, period: Period) -> String {
    match (period.from, period.to) {
        (Some(from), Some(to)) => format!("From {} to {}", times.full(from), times.full(to)),
        (Some(from), None) => format!("From {}", times.full(from)),
        (None, Some(to)) => format!("Until {}", times.full(to)),
        (None, None) => String::new(),
    }
}

fn views(filter: Option<&Filter>, me: Option<UserId>) -> Vec<SavedView> {
    let now = filter.map(|filter| {
        Filter { sort: None, per_page: domain::incident::PER_PAGE, ..filter.first_page() }.to_query()
    });
    let yours = me.map(|me| ("Opened by you", format!("created_by={me}")));
    let fixed = [
        ("All", String::new()),
        ("Active", "_status__lt=60".into()),
        ("Impact lasts", "_status__lt=40".into()),
    ];
    let view = |(label, query): (&str, String)| SavedView {
        label: label.into(),
        current: now.as_deref() == Some(query.as_str()),
        query,
        count: String::new(),
    };
    fixed.into_iter().chain(yours).map(view).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{at, incident, scene};
    use super::*;
    use domain::{IncidentId, catalog::Catalog};

    fn page(ids: &[i64], count: i64, more: bool) -> Page {
        let catalog = Catalog::demo();
        Page {
            rows: ids.iter().map(|id| Incident { id: IncidentId(*id), ..incident(&catalog) }).collect(),
            count,
            more_than_counted: more,
            newer: None,
            older: Some(Place::After("4103".into())),
            newest_only: None,
        }
    }

    fn read(query: &str) -> Filter {
        Filter::parse(query, at("14:53"), &chrono_tz::UTC).expect("a filter")
    }

    // WEB-050: counting stops at 1,000; links keep every parameter.
    #[test]
    fn a_page_says_what_it_shows_and_where_to_go() {
        let catalog = Catalog::demo();
        let scene = scene(&catalog, at("14:53"));
        let filter = read("search=pay&status=10&sort=-id&per_page=50");
        let view = list(&scene, "search=pay", Ok((&filter, page(&[4127, 4126, 4103], 1000, true))), None);
        assert_eq!(view.count, "1,000+");
        assert_eq!(view.span, "4127 to 4103, 3 of 1,000+");
        assert_eq!(view.older.as_deref(), Some("search=pay&status=10&sort=-id&after=4103&per_page=50"));
        assert_eq!(view.base, "search=pay&status=10&per_page=50");
        assert_eq!((view.sort.as_str(), view.order.as_str()), ("-id", "newest first"));
        assert_eq!(view.rows[0].created.text, "2026/10/14 14:09");
    }

    #[test]
    fn what_was_left_out_is_said() {
        assert_eq!(order(&read("search=a"), Some(1000)), "by relevance, among the newest 1,000 matches");
        assert_eq!(order(&read("order_by=-priority,title"), None), "least priority first, then by title");
        assert_eq!(
            [thousands(0), thousands(999), thousands(1284), thousands(10_000)],
            ["0", "999", "1,284", "10,000"]
        );
    }

    // WEB-061: what cannot be read is told, with no rows.
    #[test]
    fn a_wrong_filter_shows_its_errors_and_no_rows() {
        let catalog = Catalog::demo();
        let scene = scene(&catalog, at("14:53"));
        let errors = Filter::parse("status=abc", at("14:53"), &chrono_tz::UTC).expect_err("no status");
        let view = list(&scene, "status=abc", Err(errors), None);
        assert!(view.rows.is_empty() && view.errors.of("status").is_some());
    }

    // WEB-053: the resolved bounds, with seconds and zone.
    #[test]
    fn the_bounds_of_a_period_are_said() {
        let catalog = Catalog::demo();
        let scene = scene(&catalog, at("14:53"));
        let filter = read("created_at=2026");
        let view = list(&scene, "created_at=2026", Ok((&filter, page(&[], 0, false))), None);
        assert_eq!(view.filters.created_bounds, "From 2026/01/01 00:00:00 UTC to 2026/12/31 23:59:59 UTC");
        assert_eq!((view.span.as_str(), view.count.as_str()), ("", "0"));
    }

    #[test]
    fn the_view_one_is_in_is_marked() {
        let current = |query: &str| {
            views(Some(&read(query)), None)
                .into_iter()
                .filter(|v| v.current)
                .map(|v| v.label)
                .collect::<Vec<_>>()
        };
        assert_eq!(current(""), ["All"]);
        assert_eq!(current("_status__lt=60&sort=priority&after=7"), ["Active"]);
        assert_eq!(current("status=10"), Vec::<String>::new());
    }
}
