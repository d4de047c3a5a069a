//! The list of categories: rows in the order that was asked, with how often each failed.

use super::{Scene, list::bounds};
use crate::incidents::categories::Failures;
use chrono::TimeDelta;
use domain::{
    CategoryId, FieldErrors, Timestamp,
    catalog::{Category, Group},
    category::{Categories, Column, ORPHANS, PER_PAGE, clock, mtbf},
    incident::Typed,
    period::Period,
    query,
    view::{CategoryList, CategoryRow, Choice},
};
use std::collections::HashMap;

/// What was read for the list.
pub struct Found {
    /// Best first; none: no words were asked for.
    pub matching: Option<Vec<CategoryId>>,
    pub failures: HashMap<CategoryId, Failures>,
}

/// A row before it is written in words.
struct Line<'a> {
    category: &'a Category,
    group: &'a Group,
    failures: Failures,
    mtbf: Option<TimeDelta>,
}

/// The address cannot be read: the form with what was typed, and why.
pub fn refused(scene: &Scene<'_>, asked: &str, errors: FieldErrors) -> CategoryList {
    let typed = |name: &str| {
        let pairs = query::pairs(asked);
        pairs.into_iter().rev().find(|(n, _)| n == name).map(|(_, value)| value).unwrap_or_default()
    };
    CategoryList {
        search: typed("search"),
        period: typed("metrics_period"),
        groups: groups(scene, &Categories::default()),
        errors,
        ..CategoryList::default()
    }
}

/// One page; none when there is no such page.
pub fn list(scene: &Scene<'_>, asked: &Categories, found: &Found) -> Option<CategoryList> {
    let mut lines = lines(scene, asked, found);
    sort(&mut lines, asked, found);
    let total = lines.len();
    let pages = (total.saturating_sub(ORPHANS)).div_ceil(PER_PAGE).max(1);
    let page = asked.page.unwrap_or(1);
    if page > pages {
        return None;
    }
    let end = if page == pages { total } else { page * PER_PAGE };
    let rows = lines[(page - 1) * PER_PAGE..end].iter().map(|line| row(line, asked)).collect();
    let turn = |to: usize| with(asked, &[("sort", sort_key(asked)), ("page", to.to_string())]);
    Some(CategoryList {
        rows,
        search: asked.search.clone().unwrap_or_default(),
        period: asked.period.as_ref().map(|p| p.text.clone()).unwrap_or_default(),
        bounds: asked.period.as_ref().map(|p| period_words(scene, p)).unwrap_or_default(),
        groups: groups(scene, asked),
        kept: kept(asked),
        errors: FieldErrors::default(),
        sort: sort_key(asked),
        base: asked.base(),
        count: if total == 1 { "1 category".into() } else { format!("{total} categories") },
        newer: (page > 1).then(|| turn(page - 1)),
        older: (page < pages).then(|| turn(page + 1)),
    })
}

fn lines<'a>(scene: &Scene<'a>, asked: &Categories, found: &Found) -> Vec<Line<'a>> {
    let wanted = |category: &Category| {
        found.matching.as_ref().is_none_or(|ids| ids.contains(&category.id))
            && (asked.group.is_empty() || asked.group.contains(&category.group))
            && asked.id.is_none_or(|id| id == category.id)
            && asked.private.is_none_or(|private| private == category.private)
    };
    let grouped = scene.catalog.grouped_categories().into_iter();
    let of_group = |(group, categories): (&'a Group, Vec<&'a Category>)| {
        categories.into_iter().map(move |category| (group, category))
    };
    let line = |(group, category): (&'a Group, &'a Category)| {
        let failures = found.failures.get(&category.id).copied().unwrap_or_default();
        let between =
            asked.period.as_ref().and_then(|p| mtbf(p.value, failures.downtime, failures.incidents));
        Line { category, group, failures, mtbf: between }
    };
    grouped.flat_map(of_group).filter(|(_, category)| wanted(category)).map(line).collect()
}

/// As asked; else by how well the words match; else by group. Categories without MTBF stand last.
fn sort(lines: &mut [Line<'_>], asked: &Categories, found: &Found) {
    let Some((column, falls)) = asked.sort else {
        if let Some(ids) = &found.matching {
            lines.sort_by_key(|line| ids.iter().position(|id| *id == line.category.id));
        }
        return;
    };
    let turned = |order: std::cmp::Ordering| if falls { order.reverse() } else { order };
    lines.sort_by(|a, b| match column {
        Column::Name => turned(a.category.name.to_lowercase().cmp(&b.category.name.to_lowercase())),
        Column::Group => turned(a.group.name.to_lowercase().cmp(&b.group.name.to_lowercase())),
        Column::Count => turned(a.failures.incidents.cmp(&b.failures.incidents)),
        Column::Mtbf => match (a.mtbf, b.mtbf) {
            (Some(a), Some(b)) => turned(a.cmp(&b)),
            (a, b) => a.is_none().cmp(&b.is_none()),
        },
    });
}

fn row(line: &Line<'_>, asked: &Categories) -> CategoryRow {
    let mut list = String::new();
    query::push(&mut list, "incident_category", &line.category.id.to_string());
    if let Some(period) = &asked.period {
        query::push(&mut list, "created_at", &period.text);
    }
    let between = || line.mtbf.map_or_else(|| "N/A".to_owned(), clock);
    CategoryRow {
        id: line.category.id,
        name: line.category.name.clone(),
        private: line.category.private,
        group: line.group.name.clone(),
        mtbf: asked.period.as_ref().map(|_| between()).unwrap_or_default(),
        incidents: line.failures.incidents,
        query: list,
    }
}

fn groups(scene: &Scene<'_>, asked: &Categories) -> Vec<Choice> {
    let choice = |group: &Group| Choice {
        chosen: asked.group.contains(&group.id),
        ..Choice::new(group.id.to_string(), group.name.clone())
    };
    scene.catalog.groups.iter().map(choice).collect()
}

fn kept(asked: &Categories) -> Vec<(String, String)> {
    let id = asked.id.map(|id| ("id".to_owned(), id.to_string()));
    let private = asked.private.map(|private| ("private".to_owned(), private.to_string()));
    let sort = asked.sort.map(|_| ("sort".to_owned(), sort_key(asked)));
    [id, private, sort].into_iter().flatten().collect()
}

fn sort_key(asked: &Categories) -> String {
    asked
        .sort
        .map(|(column, falls)| [if falls { "-" } else { "" }, column.as_str()].concat())
        .unwrap_or_default()
}

fn with(asked: &Categories, more: &[(&str, String)]) -> String {
    let mut text = asked.base();
    for (name, value) in more.iter().filter(|(_, value)| !value.is_empty()) {
        query::push(&mut text, name, value);
    }
    text
}

fn period_words(scene: &Scene<'_>, period: &Typed<(Timestamp, Timestamp)>) -> String {
    let (from, to) = period.value;
    bounds(scene.times, Period { from: Some(from), to: Some(to) })
}
