//! The statements of the list, built from what is asked. Nothing a person typed becomes SQL: it is bound, and every
//! column is the name of ours. Limits of ours stand as numbers, so that plans know them.

use super::{COUNTED, Cursor, Way};
use domain::{
    Timestamp, Viewer,
    incident::{Column, Filter, IdMatch, Order},
};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

pub(super) struct Asked<'a> {
    pub filter: &'a Filter,
    pub viewer: Viewer,
}

/// On which side of the fence rows are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// Public ones, and private ones row by row as the rule says: for what ends soon.
    Both,
    Public,
    /// Row by row.
    Private,
    /// All that the viewer sees as one set: for what goes to the end.
    PrivateAtOnce,
    /// Public ones, and of private ones that set: for words, which may stand in many.
    BothAtOnce,
}

/// Which rows of the whole: what stands before the limit is left out.
#[derive(Debug, Clone, Copy)]
struct Part {
    offset: i64,
    limit: Option<i64>,
}

impl Part {
    fn push(self, sql: &mut QueryBuilder<Postgres>) {
        if self.offset > 0 {
            sql.push(" OFFSET ").push_bind(self.offset);
        }
        if let Some(limit) = self.limit {
            sql.push(format!(" LIMIT {limit}"));
        }
    }
}

impl Asked<'_> {
    /// Rows with the columns of an incident.
    pub fn select(
        &self,
        way: &Way,
        cursor: Option<Cursor>,
        backward: bool,
        offset: i64,
        limit: Option<i64>,
    ) -> QueryBuilder<Postgres> {
        self.rows(way, cursor, backward, Part { offset, limit }, false)
    }

    /// The same, each with `matches`: how many match in all, up to one more than are counted. Not for searches: what
    /// they found is told by [`Asked::found`].
    pub fn page(
        &self,
        way: &Way,
        cursor: Option<Cursor>,
        backward: bool,
        offset: i64,
        limit: i64,
    ) -> QueryBuilder<Postgres> {
        self.rows(way, cursor, backward, Part { offset, limit: Some(limit) }, true)
    }

    /// How many match, up to one more than are counted.
    pub fn counted(&self) -> QueryBuilder<Postgres> {
        let mut sql = QueryBuilder::new("");
        self.push_count(&mut sql);
        sql
    }

    /// How many match. Public ones are counted in an index; private ones that the viewer sees are a set.
    pub fn count_to_the_end(&self) -> QueryBuilder<Postgres> {
        let mut sql = QueryBuilder::new("SELECT (SELECT count(*)");
        sql.push(self.source(false));
        self.conditions(&mut sql, Side::Public);
        sql.push(") + (SELECT count(*)").push(self.source(false));
        self.conditions(&mut sql, Side::PrivateAtOnce);
        sql.push(")");
        sql
    }

    /// Whether more than so many match.
    pub fn has_more_than(&self, limit: i64) -> QueryBuilder<Postgres> {
        let mut sql = QueryBuilder::new("SELECT EXISTS (SELECT FROM incidents i");
        self.conditions(&mut sql, Side::Both);
        sql.push(format!(" ORDER BY i.id DESC OFFSET {limit} LIMIT 1)"));
        sql
    }

    /// Public ones first: where they are enough to stop at, nobody asks about private ones.
    fn push_count(&self, sql: &mut QueryBuilder<Postgres>) {
        let stop = COUNTED + 1;
        sql.push("SELECT count(*) FROM (SELECT FROM (");
        for side in [Side::Public, Side::Private] {
            sql.push(if side == Side::Public { "(" } else { " UNION ALL (" })
                .push("SELECT i.id FROM incidents i");
            self.conditions(sql, side);
            // Along an index that ends at the limit, whatever the filter leaves; never from end to end.
            sql.push(format!(" ORDER BY i.id DESC LIMIT {stop})"));
        }
        sql.push(format!(") AS found LIMIT {stop}) AS matches"));
    }

    fn rows(
        &self,
        way: &Way,
        cursor: Option<Cursor>,
        backward: bool,
        part: Part,
        counted: bool,
    ) -> QueryBuilder<Postgres> {
        let mut sql = QueryBuilder::new("");
        if let Way::Set { orders, searching, newest } = way {
            self.push_newest(&mut sql, orders, *searching, *newest);
        }
        sql.push(COLUMNS);
        if counted {
            sql.push(", (");
            self.push_count(&mut sql);
            sql.push(") AS matches");
        }
        match way {
            Way::Id { descending } => self.push_by_id(&mut sql, *descending, cursor, backward, part),
            Way::Time { descending } => self.push_by_time(&mut sql, *descending, cursor, backward, part),
            Way::Branch { column, descending } => self.push_branches(&mut sql, *column, *descending, part),
            Way::Set { orders, searching, .. } => push_set(&mut sql, orders, *searching, part),
        }
        sql
    }

    /// The numbers of what a search finds, in order, as one array: of its newest matches, at most so many.
    pub fn found(&self, orders: &[Order], newest: i64) -> QueryBuilder<Postgres> {
        let mut sql = QueryBuilder::new("");
        self.push_newest(&mut sql, orders, true, Some(newest));
        sql.push("SELECT coalesce(array_agg(m.id");
        push_order(&mut sql, orders, true);
        sql.push("), '{}') FROM newest AS m");
        push_joins(&mut sql, orders);
        sql
    }

    /// The rows of these numbers, in this order; without those that the viewer may not see by now.
    pub fn rows_of(&self, ids: Vec<i64>) -> QueryBuilder<Postgres> {
        let mut sql = QueryBuilder::new(COLUMNS);
        sql.push(" FROM unnest(").push_bind(ids).push(") WITH ORDINALITY AS m (id, place)");
        sql.push(" JOIN incidents i ON i.id = m.id").push(JOINS);
        self.fence(&mut sql);
        sql.push(" ORDER BY m.place");
        sql
    }

    fn push_by_id(
        &self,
        sql: &mut QueryBuilder<Postgres>,
        descending: bool,
        cursor: Option<Cursor>,
        backward: bool,
        part: Part,
    ) {
        sql.push(" FROM incidents i").push(JOINS);
        self.conditions(sql, Side::Both);
        let falling = descending != backward;
        if let Some(Cursor::Id(id)) = cursor {
            sql.push(if falling { " AND i.id < " } else { " AND i.id > " }).push_bind(id);
        }
        sql.push(if falling { " ORDER BY i.id DESC" } else { " ORDER BY i.id" });
        part.push(sql);
    }

    fn push_by_time(
        &self,
        sql: &mut QueryBuilder<Postgres>,
        descending: bool,
        cursor: Option<Cursor>,
        backward: bool,
        part: Part,
    ) {
        sql.push(" FROM incidents i").push(JOINS);
        self.conditions(sql, Side::Both);
        let falling = descending != backward;
        if let Some(Cursor::Time(at, id)) = cursor {
            sql.push(if falling { " AND (i.created_at, i.id) < (" } else { " AND (i.created_at, i.id) > (" });
            sql.push_bind(at).push(", ").push_bind(id).push(")");
        }
        let order =
            if falling { " ORDER BY i.created_at DESC, i.id DESC" } else { " ORDER BY i.created_at, i.id" };
        sql.push(order);
        part.push(sql);
    }

    /// The newest rows of each branch are enough for a page.
    fn push_branches(&self, sql: &mut QueryBuilder<Postgres>, column: Column, descending: bool, part: Part) {
        let (branches, on) = match column {
            Column::Status => {
                ("(VALUES (10), (20), (30), (40), (50), (60)) AS b(place)", " AND i.status = b.place")
            }
            _ => ("(SELECT id, position AS place FROM priorities) AS b", " AND i.priority_id = b.id"),
        };
        let order = |id: &str| match descending {
            true => format!(" ORDER BY m.place DESC, {id} DESC"),
            false => format!(" ORDER BY m.place, {id} DESC"),
        };
        sql.push(" FROM (SELECT m.id, m.place FROM (SELECT n.id, b.place FROM ").push(branches);
        sql.push(" CROSS JOIN LATERAL (SELECT i.id FROM incidents i");
        self.conditions(sql, Side::Both);
        sql.push(on).push(" ORDER BY i.id DESC");
        if let Some(limit) = part.limit {
            sql.push(" LIMIT ").push_bind(part.offset + limit);
        }
        sql.push(") AS n) AS m").push(order("m.id"));
        part.push(sql);
        sql.push(") AS m JOIN incidents i ON i.id = m.id").push(JOINS).push(order("i.id"));
    }

    /// The newest matches with what they are sorted by.
    fn push_newest(
        &self,
        sql: &mut QueryBuilder<Postgres>,
        orders: &[Order],
        searching: bool,
        newest: Option<i64>,
    ) {
        let mut columns: Vec<&str> = orders.iter().map(|order| carried(order.column)).collect();
        columns.sort_unstable();
        columns.dedup();
        columns.retain(|column| !column.is_empty());
        let listed = |of: &str| columns.iter().map(|column| format!(", {of}.{column}")).collect::<String>();
        sql.push("WITH newest AS MATERIALIZED (");
        // Ranked is what is left: most of what has a common word is older.
        if searching {
            sql.push("SELECT n.id").push(listed("n")).push(", CASE WHEN n.id = ");
            sql.push_bind(self.searched_number());
            sql.push(" THEN 2 ELSE ts_rank(n.search, websearch_to_tsquery('pg_catalog.english', ");
            sql.push_bind(self.filter.search.clone()).push(")) END AS rank FROM (");
        }
        sql.push("SELECT i.id").push(listed("i")).push(if searching { ", i.search" } else { "" });
        sql.push(self.source(!columns.is_empty()));
        self.conditions(sql, if searching { Side::BothAtOnce } else { Side::Both });
        sql.push(" ORDER BY i.id DESC");
        if let Some(newest) = newest {
            sql.push(format!(" LIMIT {newest}"));
        }
        sql.push(if searching { ") AS n) " } else { ") " });
    }

    /// Where rows are looked for, with the words of each when there is a search. Where nothing else is asked for they stand
    /// alone: a third as much to read.
    fn source(&self, more: bool) -> &'static str {
        if self.filter.search.is_none() {
            " FROM incidents i"
        } else if more || (Filter { search: None, ..self.filter.clone() }).narrows() {
            " FROM (SELECT i.*, w.search FROM incidents i JOIN incident_words w ON w.incident_id = i.id) AS i"
        } else {
            " FROM (SELECT incident_id AS id, private, search FROM incident_words) AS i"
        }
    }

    /// Everything the filter asks, behind the fence.
    fn conditions(&self, sql: &mut QueryBuilder<Postgres>, side: Side) {
        let f = self.filter;
        let (viewer, sees_all) = (self.viewer.user.map(|u| u.0), self.viewer.sees_private);
        match side {
            Side::Both => self.fence(sql),
            Side::Public => {
                sql.push(" WHERE NOT i.private");
            }
            Side::Private => {
                sql.push(" WHERE i.private AND may_see_private(i.id, ").push_bind(viewer).push(", ");
                sql.push_bind(sees_all).push(")");
            }
            Side::PrivateAtOnce | Side::BothAtOnce => {
                sql.push(if side == Side::BothAtOnce {
                    " WHERE (NOT i.private OR "
                } else {
                    " WHERE i.private AND ("
                });
                sql.push_bind(sees_all).push(" OR i.id IN (SELECT seen.id FROM private_seen_at_once(");
                sql.push_bind(viewer).push(") AS seen (id)))");
            }
        }
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
        // As numbers: nearly all incidents are closed, so how many match hangs on which are asked for.
        match f.statuses() {
            None => {}
            Some(none) if none.is_empty() => drop(sql.push(" AND false")),
            Some(some) => {
                let numbers: Vec<String> = some.into_iter().map(|s| s.number().to_string()).collect();
                sql.push(format!(" AND i.status IN ({})", numbers.join(", ")));
            }
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

    fn fence(&self, sql: &mut QueryBuilder<Postgres>) {
        sql.push(" WHERE (NOT i.private OR may_see_private(i.id, ").push_bind(self.viewer.user.map(|u| u.0));
        sql.push(", ").push_bind(self.viewer.sees_private).push("))");
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

/// Sorts the newest, takes the part, and only then reads whole rows.
fn push_set(sql: &mut QueryBuilder<Postgres>, orders: &[Order], searching: bool, part: Part) {
    sql.push(" FROM (SELECT s.id, row_number() OVER () AS place FROM (SELECT m.id FROM newest AS m");
    push_joins(sql, orders);
    push_order(sql, orders, searching);
    part.push(sql);
    sql.push(") AS s) AS m JOIN incidents i ON i.id = m.id").push(JOINS).push(" ORDER BY m.place");
}

/// What the newest are sorted by, where they do not carry it.
fn push_joins(sql: &mut QueryBuilder<Postgres>, orders: &[Order]) {
    let mut joined: Vec<&str> = Vec::new();
    for join in orders.iter().flat_map(|order| joins_of(order.column)) {
        if !joined.contains(join) {
            joined.push(join);
            sql.push(*join);
        }
    }
}

fn push_order(sql: &mut QueryBuilder<Postgres>, orders: &[Order], searching: bool) {
    sql.push(" ORDER BY ");
    if orders.is_empty() && searching {
        sql.push("m.rank DESC, ");
    }
    for order in orders {
        sql.push(sorted_by(order.column)).push(if order.descending { " DESC, " } else { ", " });
    }
    sql.push("m.id DESC");
}

/// What a row must carry to be sorted by this.
fn carried(column: Column) -> &'static str {
    match column {
        Column::Id => "",
        Column::Title => "title",
        Column::Priority => "priority_id",
        Column::Status => "status",
        Column::Environment => "environment_id",
        Column::Category | Column::Group => "category_id",
        Column::CreatedAt => "created_at",
        Column::CreatedBy => "created_by",
    }
}

/// Where the order of what it carries stands.
fn joins_of(column: Column) -> &'static [&'static str] {
    const CATEGORY: &str = " JOIN incident_categories k ON k.id = m.category_id";
    match column {
        Column::Priority => &[" JOIN priorities p ON p.id = m.priority_id"],
        Column::Environment => &[" JOIN environments e ON e.id = m.environment_id"],
        Column::Category => &[CATEGORY],
        Column::Group => &[CATEGORY, " JOIN groups g ON g.id = k.group_id"],
        Column::CreatedBy => &[" JOIN users o ON o.id = m.created_by"],
        Column::Id | Column::Title | Column::Status | Column::CreatedAt => &[],
    }
}

fn sorted_by(column: Column) -> &'static str {
    match column {
        Column::Id => "m.id",
        Column::Title => "m.title",
        Column::Priority => "p.position",
        Column::Status => "m.status",
        Column::Environment => "e.position",
        Column::Category => "k.position",
        Column::Group => "g.name",
        Column::CreatedAt => "m.created_at",
        Column::CreatedBy => "o.username",
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
    match ids[..] {
        [] => {}
        // Along an index of the column rows come by their number, but only of one value.
        [id] => drop(sql.push(" AND ").push(column).push(" = ").push_bind(id)),
        _ => drop(sql.push(" AND ").push(column).push(" = ANY(").push_bind(ids).push(")")),
    }
}

/// As [`crate::incidents::query::get`] reads one.
const COLUMNS: &str =
    "SELECT i.id, i.title, i.description, i.status, i.priority_id, i.category_id, i.environment_id, i.private, i.ignore,
            i.created_by, u.full_name AS creator, su.slack_id AS creator_slack, i.created_at, i.updated_at,
            i.mitigated_at, i.closed_at, i.next_update_at, i.closure_reason, i.closure_reference, i.custom_fields,
            c.channel_id, c.name AS channel_name, c.status AS channel_status";

const JOINS: &str = " JOIN users u ON u.id = i.created_by
    LEFT JOIN slack_users su ON su.user_id = i.created_by
    LEFT JOIN slack_conversations c ON c.incident_id = i.id";
