//! The list: one filter, one order, one page – or all of it for the API. The only file that builds SQL.
//!
//! Flat from a thousand to a million incidents: pages by id or time walk an index from a cursor; pages by priority or
//! status take a few rows of each index branch; all other orders sort at most the newest 10,000 matches, a search ranks
//! the newest 1,000, and both say so. Counting stops at 1,000. The fence is part of every condition, so counts and
//! cursors tell nothing of what the viewer may not see. (Spec 04 §5.2, 03 §6, 01 §17.)

use super::query::{Incident, IncidentRow};
use crate::{context::Context, failure::OrInternal};
use domain::{
    Error, Result, Timestamp, Viewer,
    incident::{Column, Filter, IdMatch, Order, Ordering, Place, Status},
};
use sqlx::{PgPool, Postgres, QueryBuilder};
use uuid::Uuid;

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
    let (count, more_than_counted) = asked.count(&ctx.db).await?;
    let way = Way::of(filter);
    let limit = way.limit();
    let newest_only = limit.filter(|limit| count >= *limit || (more_than_counted && *limit > COUNTED));
    let newest_only = match newest_only {
        // Counting stopped before it could tell.
        Some(limit) if limit > COUNTED => asked.exceeds(&ctx.db, limit).await?.then_some(limit),
        Some(limit) => more_than_counted.then_some(limit),
        None => None,
    };
    let (rows, newer, older) = match (&way, &filter.place) {
        (_, Place::Page(page)) => {
            let offset = (i64::from(*page) - 1) * size;
            if offset >= PAGED {
                (vec![], Some(Place::First), None)
            } else {
                asked.by_place(&ctx.db, &way, offset, size).await?
            }
        }
        (Way::Id { .. } | Way::Time { .. }, place) => asked.by_cursor(&ctx.db, &way, place, size).await?,
        (_, place) => asked.by_place(&ctx.db, &way, offset_of(place, size)?, size).await?,
    };
    Ok(Page { rows, count, more_than_counted, newer, older, newest_only })
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
    Asked { filter, viewer }.fetch(&ctx.db, &way, None, false, 0, limit).await
}

/// How many match in all, counted to the end. For the API's pages.
///
/// # Errors
/// When the database does not answer.
pub async fn count_all(ctx: &Context, viewer: Viewer, filter: &Filter) -> Result<i64> {
    let mut sql = QueryBuilder::new("SELECT count(*) FROM incidents i");
    Asked { filter, viewer }.conditions(&mut sql);
    sql.build_query_scalar().fetch_one(&ctx.db).await.or_internal("counting all of the list")
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

type Found = (Vec<Incident>, Option<Place>, Option<Place>);

struct Asked<'a> {
    filter: &'a Filter,
    viewer: Viewer,
}

impl Asked<'_> {
    async fn by_cursor(&self, db: &PgPool, way: &Way, place: &Place, size: i64) -> Result<Found> {
        let (cursor, backward) = match place {
            Place::After(text) => (Some(Cursor::parse(way, text)?), false),
            Place::Before(text) => (Some(Cursor::parse(way, text)?), true),
            Place::First | Place::Page(_) => (None, false),
        };
        let mut rows = self.fetch(db, way, cursor, backward, 0, Some(size + 1)).await?;
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
        Ok((rows, newer, older))
    }

    async fn by_place(&self, db: &PgPool, way: &Way, offset: i64, size: i64) -> Result<Found> {
        let mut rows = self.fetch(db, way, None, false, offset, Some(size + 1)).await?;
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
        Ok((rows, newer, older))
    }

    /// How many match, and whether counting stopped.
    async fn count(&self, db: &PgPool) -> Result<(i64, bool)> {
        let mut sql = QueryBuilder::new("SELECT count(*) FROM (SELECT FROM incidents i");
        self.conditions(&mut sql);
        if self.filter.search.is_none() {
            // Along an index that ends at the limit, whatever the filter leaves; never from end to end.
            sql.push(" ORDER BY i.id DESC");
        }
        sql.push(" LIMIT ").push_bind(COUNTED + 1).push(") AS matches");
        let count: i64 = sql.build_query_scalar().fetch_one(db).await.or_internal("counting the list")?;
        Ok((count.min(COUNTED), count > COUNTED))
    }

    async fn exceeds(&self, db: &PgPool, limit: i64) -> Result<bool> {
        let mut sql = QueryBuilder::new("SELECT EXISTS (SELECT FROM incidents i");
        self.conditions(&mut sql);
        sql.push(" OFFSET ").push_bind(limit).push(" LIMIT 1)");
        sql.build_query_scalar().fetch_one(db).await.or_internal("asking whether the list is long")
    }

    async fn fetch(
        &self,
        db: &PgPool,
        way: &Way,
        cursor: Option<Cursor>,
        backward: bool,
        offset: i64,
        limit: Option<i64>,
    ) -> Result<Vec<Incident>> {
        let mut sql = self.select(way, cursor, backward, offset, limit);
        let rows: Vec<IncidentRow> =
            sql.build_query_as().fetch_all(db).await.or_internal("reading the list")?;
        Ok(rows.into_iter().map(Incident::from).collect())
    }

    fn select(
        &self,
        way: &Way,
        cursor: Option<Cursor>,
        backward: bool,
        offset: i64,
        limit: Option<i64>,
    ) -> QueryBuilder<Postgres> {
        let mut sql = QueryBuilder::new(COLUMNS);
        match way {
            Way::Id { descending } => {
                sql.push(" FROM incidents i").push(JOINS);
                self.conditions(&mut sql);
                let falling = *descending != backward;
                if let Some(Cursor::Id(id)) = cursor {
                    sql.push(if falling { " AND i.id < " } else { " AND i.id > " }).push_bind(id);
                }
                sql.push(if falling { " ORDER BY i.id DESC" } else { " ORDER BY i.id" });
            }
            Way::Time { descending } => {
                sql.push(" FROM incidents i").push(JOINS);
                self.conditions(&mut sql);
                let falling = *descending != backward;
                if let Some(Cursor::Time(at, id)) = cursor {
                    sql.push(if falling {
                        " AND (i.created_at, i.id) < ("
                    } else {
                        " AND (i.created_at, i.id) > ("
                    });
                    sql.push_bind(at).push(", ").push_bind(id).push(")");
                }
                let order = if falling {
                    " ORDER BY i.created_at DESC, i.id DESC"
                } else {
                    " ORDER BY i.created_at, i.id"
                };
                sql.push(order);
            }
            Way::Branch { column, descending } => {
                self.branches(&mut sql, *column, *descending, offset, limit)
            }
            Way::Set { orders, searching, newest } => self.set(&mut sql, orders, *searching, *newest),
        }
        if offset > 0 {
            sql.push(" OFFSET ").push_bind(offset);
        }
        if let Some(limit) = limit {
            sql.push(" LIMIT ").push_bind(limit);
        }
        sql
    }

    /// The newest rows of each branch are enough for a page.
    fn branches(
        &self,
        sql: &mut QueryBuilder<Postgres>,
        column: Column,
        descending: bool,
        offset: i64,
        limit: Option<i64>,
    ) {
        let (branches, on) = match column {
            Column::Status => {
                ("(VALUES (10), (20), (30), (40), (50), (60)) AS b(place)", " AND i.status = b.place")
            }
            _ => ("(SELECT id, position AS place FROM priorities) AS b", " AND i.priority_id = b.id"),
        };
        sql.push(" FROM (SELECT n.id, b.place FROM ").push(branches);
        sql.push(" CROSS JOIN LATERAL (SELECT i.id FROM incidents i");
        self.conditions(sql);
        sql.push(on).push(" ORDER BY i.id DESC");
        if let Some(limit) = limit {
            sql.push(" LIMIT ").push_bind(offset + limit);
        }
        sql.push(") AS n) AS m JOIN incidents i ON i.id = m.id").push(JOINS);
        sql.push(if descending {
            " ORDER BY m.place DESC, i.id DESC"
        } else {
            " ORDER BY m.place, i.id DESC"
        });
    }

    fn set(&self, sql: &mut QueryBuilder<Postgres>, orders: &[Order], searching: bool, newest: Option<i64>) {
        sql.push(" FROM (SELECT i.id");
        if searching {
            sql.push(", CASE WHEN i.id = ").push_bind(self.searched_number());
            sql.push(" THEN 2 ELSE ts_rank(i.search, websearch_to_tsquery('pg_catalog.english', ");
            sql.push_bind(self.filter.search.clone()).push(")) END AS rank");
        }
        sql.push(" FROM incidents i");
        self.conditions(sql);
        sql.push(" ORDER BY i.id DESC");
        if let Some(newest) = newest {
            sql.push(" LIMIT ").push_bind(newest);
        }
        sql.push(") AS m JOIN incidents i ON i.id = m.id").push(JOINS);
        sql.push(
            " JOIN priorities p ON p.id = i.priority_id JOIN environments e ON e.id = i.environment_id
             JOIN incident_categories k ON k.id = i.category_id JOIN groups g ON g.id = k.group_id",
        );
        sql.push(" ORDER BY ");
        if orders.is_empty() && searching {
            sql.push("m.rank DESC, ");
        }
        for order in orders {
            sql.push(sorted_by(order.column)).push(if order.descending { " DESC, " } else { ", " });
        }
        sql.push("i.id DESC");
    }

    /// Everything the filter asks, and the fence.
    fn conditions(&self, sql: &mut QueryBuilder<Postgres>) {
        let f = self.filter;
        sql.push(" WHERE (NOT i.private OR may_see_private(i.id, ");
        sql.push_bind(self.viewer.user.map(|u| u.0))
            .push(", ")
            .push_bind(self.viewer.sees_private)
            .push("))");
        self.words(sql);
        match f.id_match() {
            IdMatch::Any => {}
            IdMatch::Is(id) => drop(sql.push(" AND i.id = ").push_bind(id)),
            IdMatch::Never => drop(sql.push(" AND false")),
        }
        if !f.id_in.is_empty() {
            sql.push(" AND i.id = ANY(").push_bind(f.id_in.clone()).push(")");
        }
        for (sign, value) in bounds(f.id_number.gte, f.id_number.lte, f.id_number.gt, f.id_number.lt) {
            sql.push(" AND i.id ").push(sign).push_bind(value);
        }
        if !f.status.is_empty() {
            let numbers: Vec<i32> = f.status.iter().map(|s: &Status| i32::from(s.number())).collect();
            sql.push(" AND i.status = ANY(").push_bind(numbers).push(")");
        }
        let number = &f.status_number;
        for (sign, value) in bounds(number.gte, number.lte, number.gt, number.lt) {
            sql.push(" AND i.status ").push(sign).push_bind(value);
        }
        any_of(sql, "i.environment_id", f.environment.iter().map(|id| id.0));
        any_of(sql, "i.priority_id", f.priority.iter().map(|id| id.0));
        any_of(sql, "i.category_id", f.category.iter().map(|id| id.0));
        any_of(sql, "i.created_by", f.created_by.iter().map(|id| id.0));
        if !f.group.is_empty() {
            let groups: Vec<Uuid> = f.group.iter().map(|id| id.0).collect();
            sql.push(" AND i.category_id IN (SELECT id FROM incident_categories WHERE group_id = ANY(");
            sql.push_bind(groups).push("))");
        }
        let values = f.environment_value.iter().map(|one| vec![one.clone()]);
        let several = (!f.environment_value_in.is_empty()).then(|| f.environment_value_in.clone());
        for values in values.chain(several) {
            sql.push(" AND i.environment_id IN (SELECT id FROM environments WHERE value = ANY(");
            sql.push_bind(values).push("))");
        }
        self.times(sql);
        if let Some(ignore) = f.ignore {
            sql.push(" AND i.ignore = ").push_bind(ignore);
        }
    }

    fn words(&self, sql: &mut QueryBuilder<Postgres>) {
        let Some(search) = &self.filter.search else { return };
        sql.push(" AND (i.search @@ websearch_to_tsquery('pg_catalog.english', ")
            .push_bind(search.clone())
            .push(")");
        if let Some(number) = self.searched_number() {
            sql.push(" OR i.id = ").push_bind(number);
        }
        sql.push(")");
    }

    /// `4127` and `#4127` also find the incident of that number.
    fn searched_number(&self) -> Option<i64> {
        self.filter.search.as_ref().and_then(|search| search.trim().trim_start_matches('#').parse().ok())
    }

    fn times(&self, sql: &mut QueryBuilder<Postgres>) {
        let f = self.filter;
        let period = f.created_at.as_ref().map(|typed| typed.value);
        let from = period.and_then(|p| p.from);
        let to = period.and_then(|p| p.to);
        let at = |typed: &Option<domain::incident::Typed<Timestamp>>| typed.as_ref().map(|typed| typed.value);
        let given = bounds(at(&f.created.gte), at(&f.created.lte), at(&f.created.gt), at(&f.created.lt));
        for (sign, value) in bounds(from, to, None, None).chain(given) {
            sql.push(" AND i.created_at ").push(sign).push_bind(value);
        }
    }
}

fn bounds<T>(
    gte: Option<T>,
    lte: Option<T>,
    gt: Option<T>,
    lt: Option<T>,
) -> impl Iterator<Item = (&'static str, T)> {
    [(">= ", gte), ("<= ", lte), ("> ", gt), ("< ", lt)]
        .into_iter()
        .filter_map(|(sign, value)| Some((sign, value?)))
}

fn any_of(sql: &mut QueryBuilder<Postgres>, column: &str, ids: impl Iterator<Item = Uuid>) {
    let ids: Vec<Uuid> = ids.collect();
    if !ids.is_empty() {
        sql.push(" AND ").push(column).push(" = ANY(").push_bind(ids).push(")");
    }
}

/// Every column is the name of ours; nothing a person typed becomes SQL.
fn sorted_by(column: Column) -> &'static str {
    match column {
        Column::Id => "i.id",
        Column::Title => "i.title",
        Column::Priority => "p.position",
        Column::Status => "i.status",
        Column::Environment => "e.position",
        Column::Category => "k.position",
        Column::Group => "g.name",
        Column::CreatedAt => "i.created_at",
        Column::CreatedBy => "u.username",
    }
}

/// As [`super::query::get`] reads one.
const COLUMNS: &str =
    "SELECT i.id, i.title, i.description, i.status, i.priority_id, i.category_id, i.environment_id, i.private, i.ignore,
            i.created_by, u.full_name AS creator, su.slack_id AS creator_slack, i.created_at, i.updated_at,
            i.mitigated_at, i.closed_at, i.next_update_at, i.closure_reason, i.closure_reference, i.custom_fields,
            c.channel_id, c.name AS channel_name, c.status AS channel_status";

const JOINS: &str = " JOIN users u ON u.id = i.created_by
    LEFT JOIN slack_users su ON su.user_id = i.created_by
    LEFT JOIN slack_conversations c ON c.incident_id = i.id";

#[cfg(test)]
mod tests {
    use super::*;
    use domain::incident::PER_PAGE;

    fn filter(query: &str) -> Filter {
        let now = "2026-10-14T12:00:00Z".parse().expect("a time");
        Filter::parse(query, now, &chrono::Utc).expect("a filter")
    }

    fn sql(query: &str) -> String {
        let filter = filter(query);
        let asked = Asked { filter: &filter, viewer: Viewer { user: None, sees_private: false } };
        asked.select(&Way::of(&filter), None, false, 0, Some(26)).sql().as_str().to_owned()
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
            assert!(sql(query).contains("NOT i.private OR may_see_private(i.id,"), "{query}");
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
        assert!(sql("search=a").contains("ORDER BY m.rank DESC, i.id DESC"));
        assert!(sql("search=a&order_by=title").contains("ORDER BY i.title, i.id DESC"));
        assert!(
            sql("search=a&order_by=title&sort=-priority").contains("ORDER BY p.position DESC, i.id DESC")
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
