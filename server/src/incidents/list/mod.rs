//! The list: one filter, one order, one page – or all of it for the API. A page is one statement, its count included.
//!
//! Flat from a thousand to a million incidents: pages by id or time walk an index from a cursor; pages by priority or
//! status take a few rows of each index branch; all other orders sort at most the newest 10,000 matches, a search ranks
//! the newest 1,000, and both say so. Counting stops at 1,000. The fence is part of every condition, so counts and
//! cursors tell nothing of what the viewer may not see. ([`sql`] builds the statements; spec 04 §5.2, 03 §6, 01 §17.)

mod sql;

use super::query::{Incident, IncidentRow};
use crate::{context::Context, failure::OrInternal, kept::OfMoment};
use domain::{
    Error, Result, Timestamp, Viewer,
    incident::{Column, Filter, Order, Ordering, Place},
};
use sql::Asked;
use sqlx::PgPool;
use std::sync::Arc;

/// Counting stops here.
pub const COUNTED: i64 = 1_000;
/// So many of the newest matches are ranked by a search.
const RANKED: i64 = 1_000;
/// So many of the newest matches are sorted by columns without an index of their own, and paged by their place.
const SORTED: i64 = 10_000;
/// Old links name pages; they are answered up to here.
const PAGED: i64 = 1_000;

/// One page of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub rows: Vec<Incident>,
    /// How many match in all, up to [`COUNTED`].
    pub count: i64,
    /// There are more than [`COUNTED`].
    pub more_than_counted: bool,
    /// Where the page before begins.
    pub newer: Option<Place>,
    /// Where the next page begins.
    pub older: Option<Place>,
    /// Only so many of the newest matches were looked at, and there are more.
    pub newest_only: Option<i64>,
}

/// One page of what the filter asks, as this viewer may see it.
///
/// # Errors
/// [`Error::NotFound`] for a cursor that is none.
pub async fn list(ctx: &Context, viewer: Viewer, filter: &Filter) -> Result<Page> {
    let asked = Asked { filter, viewer };
    let size = i64::from(filter.per_page);
    let way = Way::of(filter);
    let found = match (&way, &filter.place) {
        (_, Place::Page(page)) => {
            let offset = (i64::from(*page) - 1) * size;
            if offset >= PAGED {
                Found { newer: Some(Place::First), ..Found::default() }
            } else {
                asked.by_place(ctx, &way, offset, size).await?
            }
        }
        (Way::Id { .. } | Way::Time { .. }, place) => asked.by_cursor(ctx, &way, place, size).await?,
        (_, place) => asked.by_place(ctx, &way, offset_of(place, size)?, size).await?,
    };
    let Found { rows, matches, newer, older } = found;
    let matches = match matches {
        Some(matches) => matches,
        // Rows tell it, and this page has none.
        None => asked.count(&ctx.db).await?,
    };
    let more_than_counted = matches > COUNTED;
    let newest_only = match way.limit() {
        // Counting stopped before it could tell.
        Some(limit) if limit > COUNTED && more_than_counted => {
            asked.exceeds(&ctx.db, limit).await?.then_some(limit)
        }
        Some(limit) => (matches > limit).then_some(limit),
        None => None,
    };
    Ok(Page { rows, count: matches.min(COUNTED), more_than_counted, newer, older, newest_only })
}

/// Everything the filter asks, in its order, without pages; at most `limit` when given. For the API and exports, which
/// are exact: a search ranks all matches here.
///
/// # Errors
/// When the database does not answer.
pub async fn list_all(
    ctx: &Context,
    viewer: Viewer,
    filter: &Filter,
    limit: Option<i64>,
) -> Result<Vec<Incident>> {
    let way = match Way::of(filter) {
        Way::Set { orders, searching, .. } => Way::Set { orders, searching, newest: None },
        way => way,
    };
    let mut sql = Asked { filter, viewer }.select(&way, None, false, 0, limit);
    let found = sql.build_query_as().persistent(keeps_plan(filter)).fetch_all(&ctx.db).await;
    let rows: Vec<IncidentRow> = found.or_internal("reading all of the list")?;
    Ok(rows.into_iter().map(Incident::from).collect())
}

/// How many match in all, counted to the end. For the API's pages.
///
/// # Errors
/// When the database does not answer.
pub async fn count_all(ctx: &Context, viewer: Viewer, filter: &Filter) -> Result<i64> {
    let question = Question { viewer, filter: filter.first_page() };
    let count = || async {
        let mut sql = Asked { filter, viewer }.count_to_the_end();
        let counted = sql.build_query_scalar().persistent(keeps_plan(filter)).fetch_one(&ctx.db).await;
        counted.or_internal("counting all of the list")
    };
    ctx.asking.counted.get(question, count).await
}

/// How words are found hangs on how many incidents have them, and a plan that is kept knows no words.
fn keeps_plan(filter: &Filter) -> bool {
    filter.search.is_none()
}

/// How rows are found in their order.
#[derive(Debug, Clone, PartialEq)]
enum Way {
    Id {
        descending: bool,
    },
    Time {
        descending: bool,
    },
    /// A few rows of each priority, or of each status.
    Branch {
        column: Column,
        descending: bool,
    },
    /// The newest matches, sorted.
    Set {
        orders: Vec<Order>,
        searching: bool,
        newest: Option<i64>,
    },
}

impl Way {
    fn of(filter: &Filter) -> Self {
        let searching = filter.search.is_some();
        let set =
            |orders| Way::Set { orders, searching, newest: Some(if searching { RANKED } else { SORTED }) };
        match filter.ordering() {
            Ordering::Relevance => set(vec![]),
            // What a search finds is a small set however it is sorted.
            Ordering::By(orders) if searching => set(orders),
            Ordering::By(orders) => match orders[..] {
                [Order { column: Column::Id, descending }] => Way::Id { descending },
                [Order { column: Column::CreatedAt, descending }] => Way::Time { descending },
                [Order { column: column @ (Column::Priority | Column::Status), descending }] => {
                    Way::Branch { column, descending }
                }
                _ => set(orders),
            },
        }
    }

    fn limit(&self) -> Option<i64> {
        match self {
            Way::Set { newest, .. } => *newest,
            _ => None,
        }
    }
}

/// Where a page by id or time begins.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cursor {
    Id(i64),
    Time(Timestamp, i64),
}

impl Cursor {
    fn parse(way: &Way, text: &str) -> Result<Self> {
        let parsed = match way {
            Way::Time { .. } => text.split_once('_').and_then(|(micros, id)| {
                let at = Timestamp::from_timestamp_micros(micros.parse().ok()?)?;
                Some(Cursor::Time(at, id.parse().ok()?))
            }),
            _ => text.parse().ok().map(Cursor::Id),
        };
        parsed.ok_or(Error::NotFound)
    }

    fn at(way: &Way, row: &Incident) -> String {
        match way {
            Way::Time { .. } => format!("{}_{}", row.created_at.timestamp_micros(), row.id),
            _ => row.id.to_string(),
        }
    }
}

/// `o50`: the fifty-first row.
fn offset_of(place: &Place, size: i64) -> Result<i64> {
    let read = |text: &str| text.strip_prefix('o').and_then(|n| n.parse::<u32>().ok()).map(i64::from);
    let offset = match place {
        Place::After(text) => read(text),
        Place::Before(text) => read(text).map(|offset| (offset - size).max(0)),
        Place::First | Place::Page(_) => Some(0),
    };
    offset.filter(|offset| *offset <= SORTED).ok_or(Error::NotFound)
}

/// Rows of a page and the ways on.
#[derive(Default)]
struct Found {
    rows: Vec<Incident>,
    /// How many match in all, up to one more than [`COUNTED`]; `None` when no row was there to tell.
    matches: Option<i64>,
    newer: Option<Place>,
    older: Option<Place>,
}

/// What was asked before is known for as long as nothing is written.
#[derive(Debug)]
pub struct Asking {
    found: OfMoment<Question, Arc<Matches>>,
    counted: OfMoment<Question, i64>,
}

impl Default for Asking {
    fn default() -> Self {
        // What was found is 8 kB each.
        Asking { found: OfMoment::at_most(256), counted: OfMoment::at_most(1_000) }
    }
}

/// Who asked for what, whatever page of it.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Question {
    viewer: Viewer,
    filter: Filter,
}

/// The newest matches of a search, in order.
#[derive(Debug)]
struct Matches {
    ids: Vec<i64>,
    /// There are older ones.
    more: bool,
}

/// A row, and how many match in all.
#[derive(sqlx::FromRow)]
struct Listed {
    #[sqlx(flatten)]
    incident: IncidentRow,
    matches: i64,
}

impl Asked<'_> {
    async fn by_cursor(&self, ctx: &Context, way: &Way, place: &Place, size: i64) -> Result<Found> {
        let (cursor, backward) = match place {
            Place::After(text) => (Some(Cursor::parse(way, text)?), false),
            Place::Before(text) => (Some(Cursor::parse(way, text)?), true),
            Place::First | Place::Page(_) => (None, false),
        };
        let (mut rows, matches) = self.fetch(ctx, way, cursor, backward, 0, size + 1).await?;
        let further = rows.len() as i64 > size;
        rows.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        if backward {
            rows.reverse();
        }
        let before = |row: &Incident| Place::Before(Cursor::at(way, row));
        let after = |row: &Incident| Place::After(Cursor::at(way, row));
        let (newer, older) = match (rows.first(), rows.last()) {
            (Some(first), Some(last)) if backward => (further.then(|| before(first)), Some(after(last))),
            (Some(first), Some(last)) => (cursor.map(|_| before(first)), further.then(|| after(last))),
            // Past the end: the way back is the beginning.
            _ => (cursor.map(|_| Place::First), None),
        };
        Ok(Found { rows, matches, newer, older })
    }

    async fn by_place(&self, ctx: &Context, way: &Way, offset: i64, size: i64) -> Result<Found> {
        let (mut rows, matches) = self.fetch(ctx, way, None, false, offset, size + 1).await?;
        let further = rows.len() as i64 > size && offset + size < SORTED;
        rows.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        let turn = |offset: i64| match (way, rows.first(), rows.last()) {
            _ if offset <= 0 => Place::First,
            // From an old link to a page by number into pages by cursor.
            (Way::Id { .. } | Way::Time { .. }, Some(_), Some(last)) => Place::After(Cursor::at(way, last)),
            _ => Place::After(format!("o{offset}")),
        };
        let newer = match (way, rows.first()) {
            _ if offset == 0 => None,
            (Way::Id { .. } | Way::Time { .. }, Some(first)) => Some(Place::Before(Cursor::at(way, first))),
            (Way::Id { .. } | Way::Time { .. }, None) => Some(Place::First),
            _ => Some(turn(offset - size)),
        };
        let older = further.then(|| turn(offset + size));
        Ok(Found { rows, matches, newer, older })
    }

    async fn fetch(
        &self,
        ctx: &Context,
        way: &Way,
        cursor: Option<Cursor>,
        backward: bool,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<Incident>, Option<i64>)> {
        if let Way::Set { orders, searching: true, newest: Some(newest) } = way {
            return self.fetch_found(ctx, orders, *newest, offset, limit).await;
        }
        let mut sql = self.page(way, cursor, backward, offset, limit);
        let found = sql.build_query_as().fetch_all(&ctx.db).await;
        let rows: Vec<Listed> = found.or_internal("reading the list")?;
        let matches = rows.first().map(|row| row.matches);
        // The first page of nothing.
        let nothing = cursor.is_none() && offset == 0;
        let matches = matches.or(nothing.then_some(0));
        Ok((rows.into_iter().map(|row| row.incident.into()).collect(), matches))
    }

    /// The same of a search. What it found is kept for its pages, and for who asks again, while nothing is written.
    async fn fetch_found(
        &self,
        ctx: &Context,
        orders: &[Order],
        newest: i64,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<Incident>, Option<i64>)> {
        let question = Question { viewer: self.viewer, filter: self.filter.first_page() };
        let found = ctx.asking.found.get(question, || self.search(&ctx.db, orders, newest)).await?;
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let ids: Vec<i64> =
            found.ids.iter().skip(from).take(usize::try_from(limit).unwrap_or_default()).copied().collect();
        let matches = i64::try_from(found.ids.len()).unwrap_or(i64::MAX) + i64::from(found.more);
        let rows: Vec<IncidentRow> = match ids.is_empty() {
            true => Vec::new(),
            false => {
                let mut sql = self.rows_of(ids);
                let rows = sql.build_query_as().fetch_all(&ctx.db).await;
                rows.or_internal("reading what a search found")?
            }
        };
        Ok((rows.into_iter().map(Incident::from).collect(), Some(matches)))
    }

    async fn search(&self, db: &PgPool, orders: &[Order], newest: i64) -> Result<Arc<Matches>> {
        let mut sql = self.found(orders, newest + 1);
        let found = sql.build_query_scalar().persistent(keeps_plan(self.filter)).fetch_one(db).await;
        let mut ids: Vec<i64> = found.or_internal("searching")?;
        let more = i64::try_from(ids.len()).is_ok_and(|found| found > newest);
        if more {
            let oldest = ids.iter().min().copied();
            ids.retain(|id| Some(*id) != oldest);
        }
        Ok(Arc::new(Matches { ids, more }))
    }

    /// How many match, up to one more than [`COUNTED`].
    async fn count(&self, db: &PgPool) -> Result<i64> {
        let mut sql = self.counted();
        sql.build_query_scalar().fetch_one(db).await.or_internal("counting the list")
    }

    async fn exceeds(&self, db: &PgPool, limit: i64) -> Result<bool> {
        let mut sql = self.has_more_than(limit);
        sql.build_query_scalar().fetch_one(db).await.or_internal("asking whether the list is long")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::incident::PER_PAGE;

    fn filter(query: &str) -> Filter {
        let now = "2026-10-14T12:00:00Z".parse().expect("a time");
        Filter::parse(query, now, &chrono::Utc).expect("a filter")
    }

    /// As a page asks.
    fn sql(query: &str) -> String {
        let filter = filter(query);
        let asked = Asked { filter: &filter, viewer: Viewer { user: None, sees_private: false } };
        let sql = match Way::of(&filter) {
            Way::Set { orders, searching: true, .. } => asked.found(&orders, RANKED + 1),
            way => asked.page(&way, None, false, 0, 26),
        };
        sql.sql().as_str().to_owned()
    }

    // What was found may be hidden before its rows are read.
    #[test]
    fn the_fence_stands_before_the_rows_of_a_search() {
        let asked = Asked { filter: &filter("search=a"), viewer: Viewer { user: None, sees_private: false } };
        assert!(asked.rows_of(vec![1]).sql().as_str().contains("(NOT i.private OR may_see_private(i.id,"));
    }

    #[test]
    fn the_fence_stands_in_every_query() {
        for query in [
            "",
            "sort=title",
            "sort=priority",
            "sort=-created_at",
            "search=checkout",
            "status=10&group=13a1b0b2-9ff9-4c2b-b665-f497102459d7",
        ] {
            let sql = sql(query);
            let by_row = sql.contains("(NOT i.private OR may_see_private(i.id,");
            let as_a_set = sql.contains("(NOT i.private OR $")
                && sql.contains("OR i.id IN (SELECT seen.id FROM private_seen_at_once($");
            assert!(by_row || as_a_set, "{query}: {sql}");
        }
    }

    #[test]
    fn nothing_typed_becomes_sql() {
        let evil = sql("search=x'%20OR%201=1--&environment__value=y'%3B&id=1%20OR%201");
        assert!(!evil.contains("1=1") && !evil.contains("y'"), "{evil}");
    }

    // WEB-049: sort before order_by before relevance before newest.
    #[test]
    fn the_order_is_the_most_explicit_one() {
        assert!(sql("").contains("ORDER BY i.id DESC LIMIT"));
        assert!(sql("search=a").contains("ORDER BY m.rank DESC, m.id DESC"));
        assert!(sql("search=a&order_by=title").contains("ORDER BY m.title, m.id DESC"));
        assert!(
            sql("search=a&order_by=title&sort=-priority").contains("ORDER BY p.position DESC, m.id DESC")
        );
        assert!(sql("sort=-priority").contains("ORDER BY m.place DESC, i.id DESC"));
    }

    #[test]
    fn cursors_are_read_or_not_found() {
        let id = Way::Id { descending: true };
        let time = Way::Time { descending: true };
        assert_eq!(Cursor::parse(&id, "4103"), Ok(Cursor::Id(4103)));
        assert_eq!(Cursor::parse(&id, "x"), Err(Error::NotFound));
        let at = Timestamp::from_timestamp_micros(1_700_000_000_123_456).expect("a time");
        assert_eq!(Cursor::parse(&time, "1700000000123456_7"), Ok(Cursor::Time(at, 7)));
        assert_eq!(Cursor::parse(&time, "7"), Err(Error::NotFound));
        assert_eq!(offset_of(&Place::After("o50".into()), 25), Ok(50));
        assert_eq!(offset_of(&Place::Before("o10".into()), 25), Ok(0));
        assert_eq!(offset_of(&Place::After("o999999".into()), 25), Err(Error::NotFound));
        assert_eq!(PER_PAGE, 25);
    }
}
