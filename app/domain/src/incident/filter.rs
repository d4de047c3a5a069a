//! The query string of the list, the statistics and the API's list: one set of parameters.
//!
//! Values of one parameter are alternatives, parameters narrow each other. Empty values and unknown parameters are
//! ignored; a wrong value is told under its parameter. [`Filter::to_query`] writes the same filter back in one
//! canonical way, so that links, exports and saved addresses agree. (Spec 04 §5.2, 03 §6.)

use super::Status;
use crate::catalog::Catalog;
use crate::period::{Period, Zone, parse_instant};
use crate::{
    CategoryId, EnvironmentId, FieldCode, FieldErrors, GroupId, PriorityId, Timestamp, UserId, query,
};
use std::str::FromStr;

/// What was typed, and what it means.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Typed<T> {
    pub text: String,
    pub value: T,
}

/// `__gte`, `__lte`, `__gt`, `__lt` of one column.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bounds<T> {
    pub gte: Option<T>,
    pub lte: Option<T>,
    pub gt: Option<T>,
    pub lt: Option<T>,
}

impl<T> Default for Bounds<T> {
    fn default() -> Self {
        Bounds { gte: None, lte: None, gt: None, lt: None }
    }
}

impl<T: PartialOrd> Bounds<T> {
    /// Whether a value is within.
    pub fn hold(&self, value: &T) -> bool {
        self.gte.as_ref().is_none_or(|bound| value >= bound)
            && self.lte.as_ref().is_none_or(|bound| value <= bound)
            && self.gt.as_ref().is_none_or(|bound| value > bound)
            && self.lt.as_ref().is_none_or(|bound| value < bound)
    }
}

/// What a list can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Column {
    Id,
    Title,
    /// By its order.
    Priority,
    Status,
    Environment,
    /// By its order.
    Category,
    /// By name.
    Group,
    CreatedAt,
    /// By user name; only `order_by`.
    CreatedBy,
}

impl Column {
    /// The columns of the table, in its order.
    pub const TABLE: [Column; 8] = [
        Column::Id,
        Column::Title,
        Column::Priority,
        Column::Status,
        Column::Environment,
        Column::Category,
        Column::Group,
        Column::CreatedAt,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Column::Id => "id",
            Column::Title => "title",
            Column::Priority => "priority",
            Column::Status => "status",
            Column::Environment => "environment",
            Column::Category => "incident_category",
            Column::Group => "incident_category__group",
            Column::CreatedAt => "created_at",
            Column::CreatedBy => "created_by",
        }
    }

    fn of_table(name: &str) -> Option<Self> {
        match name {
            "_status" => Some(Column::Status),
            "group" => Some(Column::Group),
            _ => Column::TABLE.into_iter().find(|c| c.as_str() == name),
        }
    }

    fn of_order_by(name: &str) -> Option<Self> {
        let keys = [Column::Priority, Column::Title, Column::Id, Column::CreatedAt, Column::CreatedBy];
        keys.into_iter().find(|c| c.as_str() == name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Order {
    pub column: Column,
    pub descending: bool,
}

impl Order {
    fn parse(text: &str, find: impl Fn(&str) -> Option<Column>) -> Option<Self> {
        let (name, descending) = match text.strip_prefix('-') {
            Some(name) => (name, true),
            None => (text, false),
        };
        find(name).map(|column| Order { column, descending })
    }
}

impl std::fmt::Display for Order {
    /// `-created_at`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.descending { "-" } else { "" })?;
        f.write_str(self.column.as_str())
    }
}

/// The order of a list; the id breaks ties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ordering {
    By(Vec<Order>),
    /// Best match first.
    Relevance,
}

/// What `id` and `id__iexact` ask for together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdMatch {
    Any,
    Is(i64),
    /// Text that is no number matches nothing.
    Never,
}

/// Which part of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum Place {
    #[default]
    First,
    /// Older than this cursor, which only the list itself can read.
    After(String),
    /// Newer than this cursor.
    Before(String),
    /// Old links; answered for the first 1,000 rows.
    Page(u32),
}

/// Rows per page unless asked otherwise.
pub const PER_PAGE: u32 = 25;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Filter {
    pub search: Option<String>,
    pub created_at: Option<Typed<Period>>,
    pub created: Bounds<Typed<Timestamp>>,
    pub status: Vec<Status>,
    pub status_number: Bounds<i64>,
    pub environment: Vec<EnvironmentId>,
    pub environment_value: Option<String>,
    pub environment_value_in: Vec<String>,
    pub priority: Vec<PriorityId>,
    pub category: Vec<CategoryId>,
    pub group: Vec<GroupId>,
    pub created_by: Vec<UserId>,
    pub id: Option<String>,
    pub id_iexact: Option<String>,
    pub id_in: Vec<i64>,
    pub id_number: Bounds<i64>,
    pub ignore: Option<bool>,
    /// The API's lists carry tags only when asked.
    pub show_tags: bool,
    pub sort: Option<Order>,
    pub order_by: Vec<Order>,
    pub place: Place,
    /// 10…500.
    pub per_page: u32,
}

impl Default for Filter {
    fn default() -> Self {
        Filter {
            search: None,
            created_at: None,
            created: Bounds::default(),
            status: Vec::new(),
            status_number: Bounds::default(),
            environment: Vec::new(),
            environment_value: None,
            environment_value_in: Vec::new(),
            priority: Vec::new(),
            category: Vec::new(),
            group: Vec::new(),
            created_by: Vec::new(),
            id: None,
            id_iexact: None,
            id_in: Vec::new(),
            id_number: Bounds::default(),
            ignore: None,
            show_tags: false,
            sort: None,
            order_by: Vec::new(),
            place: Place::First,
            per_page: PER_PAGE,
        }
    }
}

impl Filter {
    /// Reads a query string, with or without `?`.
    ///
    /// # Errors
    /// Every wrong value under its parameter's name.
    pub fn parse(query: &str, now: Timestamp, zone: &dyn Zone) -> Result<Self, FieldErrors> {
        Filter::from_pairs(&query::pairs(query), now, zone)
    }

    /// # Errors
    /// As [`Filter::parse`].
    pub fn from_pairs(
        pairs: &[(String, String)],
        now: Timestamp,
        zone: &dyn Zone,
    ) -> Result<Self, FieldErrors> {
        let mut filter = Filter::default();
        let mut errors = FieldErrors::default();
        for (name, value) in pairs {
            let value = value.trim();
            if !value.is_empty()
                && let Err((code, words)) = filter.set(name, value, now, zone)
            {
                errors.push(name.as_str(), code, words);
            }
        }
        filter.status.sort();
        filter.status.dedup();
        tidy_list(&mut filter.environment);
        tidy_list(&mut filter.priority);
        tidy_list(&mut filter.category);
        tidy_list(&mut filter.group);
        tidy_list(&mut filter.created_by);
        tidy_list(&mut filter.id_in);
        tidy_list(&mut filter.environment_value_in);
        errors.finish(Some(filter))
    }

    fn set(
        &mut self,
        name: &str,
        value: &str,
        now: Timestamp,
        zone: &dyn Zone,
    ) -> Result<(), (FieldCode, String)> {
        if value.contains('\0') {
            return Err((FieldCode::Invalid, "Contains a null character. Remove it.".into()));
        }
        let text = || value.to_owned();
        match name {
            "search" => self.search = Some(text()),
            "status" => self.status.push(one_of(Status::parse(value), value)?),
            "environment" => self.environment.push(uuid(value)?),
            "priority" => self.priority.push(uuid(value)?),
            "incident_category" => self.category.push(uuid(value)?),
            "group" => self.group.push(uuid(value)?),
            "created_by" => self.created_by.push(uuid(value)?),
            "created_at" => {
                let period = Period::parse(value, now, zone).map_err(|words| (FieldCode::Invalid, words))?;
                self.created_at = Some(Typed { text: text(), value: period });
            }
            "id" => self.id = Some(text()),
            "id__iexact" => self.id_iexact = Some(text()),
            "id__in" => {
                for part in commas(value) {
                    self.id_in.push(number(part)?);
                }
            }
            "environment__value" => self.environment_value = Some(text()),
            "environment__value__in" => self.environment_value_in.extend(commas(value).map(str::to_owned)),
            "ignore" => self.ignore = flag(value),
            "show_tags" => self.show_tags = value == "true",
            "sort" => self.sort = Order::parse(value, Column::of_table),
            "order_by" => {
                for part in commas(value) {
                    let order = one_of(Order::parse(part, Column::of_order_by), part)?;
                    if !self.order_by.iter().any(|o| o.column == order.column) {
                        self.order_by.push(order);
                    }
                }
            }
            "after" => self.place = Place::After(text()),
            "before" => self.place = Place::Before(text()),
            "page" => match value.parse() {
                Ok(page) if page > 0 => self.place = Place::Page(page),
                _ => return Err((FieldCode::Invalid, "There is no such page.".into())),
            },
            "per_page" => self.per_page = number(value)?.clamp(10, 500).unsigned_abs() as u32,
            _ => self.set_bound(name, value, zone)?,
        }
        Ok(())
    }

    /// `created_at__gte`, `id__lt`, `_status__lte`…; anything else is unknown and ignored.
    fn set_bound(&mut self, name: &str, value: &str, zone: &dyn Zone) -> Result<(), (FieldCode, String)> {
        let Some((column, side)) = name.rsplit_once("__") else { return Ok(()) };
        match column {
            "created_at" => {
                if let Some(slot) = self.created.side(side) {
                    let words = || (FieldCode::Invalid, "Write it as 2024-05-01 14:30.".to_owned());
                    let at = parse_instant(value, zone).ok_or_else(words)?;
                    *slot = Some(Typed { text: value.into(), value: at });
                }
            }
            "id" => {
                if let Some(slot) = self.id_number.side(side) {
                    *slot = Some(number(value)?);
                }
            }
            "_status" => {
                if let Some(slot) = self.status_number.side(side) {
                    *slot = Some(number(value)?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Ids that the catalog does not know, told under their parameters. The API refuses them; a page may leave it.
    ///
    /// # Errors
    /// [`FieldCode::InvalidChoice`] under `environment`, `priority`, `incident_category`, `group`.
    pub fn check(&self, catalog: &Catalog) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut known = |field: &str, all: bool| {
            if !all {
                errors.push(field, FieldCode::InvalidChoice, "Does not exist any more. Choose another.");
            }
        };
        known("environment", self.environment.iter().all(|id| catalog.environment(*id).is_some()));
        known("priority", self.priority.iter().all(|id| catalog.priority(*id).is_some()));
        known("incident_category", self.category.iter().all(|id| catalog.category(*id).is_some()));
        known("group", self.group.iter().all(|id| catalog.group(*id).is_some()));
        errors.finish(Some(()))
    }

    /// The same filter in one canonical spelling, without `?`; defaults are left out.
    pub fn to_query(&self) -> String {
        let mut query = String::new();
        let mut push = |name: &str, value: &str| query::push(&mut query, name, value);
        if let Some(search) = &self.search {
            push("search", search);
        }
        if let Some(typed) = &self.created_at {
            push("created_at", &typed.text);
        }
        self.created.write("created_at", &mut push, |typed| typed.text.clone());
        self.status.iter().for_each(|s| push("status", &s.number().to_string()));
        self.status_number.write("_status", &mut push, i64::to_string);
        self.environment.iter().for_each(|id| push("environment", &id.to_string()));
        if let Some(value) = &self.environment_value {
            push("environment__value", value);
        }
        if !self.environment_value_in.is_empty() {
            push("environment__value__in", &self.environment_value_in.join(","));
        }
        self.priority.iter().for_each(|id| push("priority", &id.to_string()));
        self.category.iter().for_each(|id| push("incident_category", &id.to_string()));
        self.group.iter().for_each(|id| push("group", &id.to_string()));
        self.created_by.iter().for_each(|id| push("created_by", &id.to_string()));
        for (name, value) in [("id", &self.id), ("id__iexact", &self.id_iexact)] {
            if let Some(value) = value {
                push(name, value);
            }
        }
        if !self.id_in.is_empty() {
            push("id__in", &joined(&self.id_in));
        }
        self.id_number.write("id", &mut push, i64::to_string);
        if let Some(ignore) = self.ignore {
            push("ignore", if ignore { "true" } else { "false" });
        }
        if self.show_tags {
            push("show_tags", "true");
        }
        if let Some(order) = self.sort {
            push("sort", &order.to_string());
        }
        if !self.order_by.is_empty() {
            push("order_by", &joined(&self.order_by));
        }
        match &self.place {
            Place::First => {}
            Place::After(cursor) => push("after", cursor),
            Place::Before(cursor) => push("before", cursor),
            Place::Page(page) => push("page", &page.to_string()),
        }
        if self.per_page != PER_PAGE {
            push("per_page", &self.per_page.to_string());
        }
        query
    }

    /// `sort` before `order_by` before relevance (when searching) before newest id.
    pub fn ordering(&self) -> Ordering {
        match self.sort {
            Some(order) => Ordering::By(vec![order]),
            None if !self.order_by.is_empty() => Ordering::By(self.order_by.clone()),
            None if self.search.is_some() => Ordering::Relevance,
            None => Ordering::By(vec![Order { column: Column::Id, descending: true }]),
        }
    }

    /// The statuses that are asked for, by name and by number together; `None`: whatever it is.
    pub fn statuses(&self) -> Option<Vec<Status>> {
        if self.status.is_empty() && self.status_number == Bounds::default() {
            return None;
        }
        let named = |status: &Status| self.status.is_empty() || self.status.contains(status);
        let within = |status: &Status| self.status_number.hold(&i64::from(status.number()));
        Some(Status::ALL.into_iter().filter(named).filter(within).collect())
    }

    /// What `id` and `id__iexact` ask for together.
    pub fn id_match(&self) -> IdMatch {
        let mut wanted = IdMatch::Any;
        for text in [&self.id, &self.id_iexact].into_iter().flatten() {
            wanted = match (text.parse(), wanted) {
                (Ok(id), IdMatch::Any) => IdMatch::Is(id),
                (Ok(id), IdMatch::Is(other)) if id == other => wanted,
                _ => IdMatch::Never,
            };
        }
        wanted
    }

    /// The same rows from the start: for links that change what is shown.
    pub fn first_page(&self) -> Self {
        Filter { place: Place::First, ..self.clone() }
    }

    pub fn at(&self, place: Place) -> Self {
        Filter { place, ..self.clone() }
    }

    /// What the header link of a column does: sort by it, then turn around.
    pub fn toggled(&self, column: Column) -> Self {
        let descending = self.sort == Some(Order { column, descending: false });
        Filter { sort: Some(Order { column, descending }), place: Place::First, ..self.clone() }
    }

    /// Narrows the list: more than order and place is set.
    pub fn narrows(&self) -> bool {
        let all = Filter {
            sort: self.sort,
            order_by: self.order_by.clone(),
            place: self.place.clone(),
            ..Filter::default()
        };
        *self != Filter { per_page: self.per_page, show_tags: self.show_tags, ..all }
    }
}

impl<T> Bounds<T> {
    pub fn is_empty(&self) -> bool {
        self.gte.is_none() && self.lte.is_none() && self.gt.is_none() && self.lt.is_none()
    }

    fn side(&mut self, name: &str) -> Option<&mut Option<T>> {
        match name {
            "gte" => Some(&mut self.gte),
            "lte" => Some(&mut self.lte),
            "gt" => Some(&mut self.gt),
            "lt" => Some(&mut self.lt),
            _ => None,
        }
    }

    fn write(&self, column: &str, push: &mut impl FnMut(&str, &str), say: impl Fn(&T) -> String) {
        for (side, value) in
            [("__gte", &self.gte), ("__lte", &self.lte), ("__gt", &self.gt), ("__lt", &self.lt)]
        {
            if let Some(value) = value {
                push(&[column, side].concat(), &say(value));
            }
        }
    }
}

fn one_of<T>(found: Option<T>, text: &str) -> Result<T, (FieldCode, String)> {
    found.ok_or_else(|| (FieldCode::InvalidChoice, ["\"", text, "\" is not one of the choices."].concat()))
}

fn uuid<T: FromStr>(text: &str) -> Result<T, (FieldCode, String)> {
    text.parse().map_err(|_| (FieldCode::Invalid, "Must be a valid UUID.".into()))
}

fn number(text: &str) -> Result<i64, (FieldCode, String)> {
    text.parse().map_err(|_| (FieldCode::Invalid, "Enter a whole number.".into()))
}

fn flag(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "1" | "2" => Some(true),
        "false" | "False" | "0" | "3" => Some(false),
        _ => None,
    }
}

fn commas(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

fn joined<T: ToString>(all: &[T]) -> String {
    all.iter().map(T::to_string).collect::<Vec<_>>().join(",")
}

fn tidy_list<T: Ord>(all: &mut Vec<T>) {
    all.sort();
    all.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Utc;
    use proptest::prelude::*;

    fn now() -> Timestamp {
        "2024-05-01T12:30:00Z".parse().expect("a moment")
    }

    fn read(query: &str) -> Filter {
        Filter::parse(query, now(), &Utc).expect("well-formed")
    }

    fn wrong(query: &str) -> Vec<String> {
        Filter::parse(query, now(), &Utc)
            .map_or_else(|e| e.0.into_iter().map(|e| e.field).collect(), |_| Vec::new())
    }

    const PRD: &str = "e5c46eb0-5620-4a30-81c6-4a647c189ff2";
    const STG: &str = "41e06f3b-4b42-4617-af9a-fa91e9af13c9";

    // Repeatable, alternatives, doubles removed.
    #[test]
    fn repeated_parameters() {
        let filter = read(&format!("?status=20&status=10&status=20&environment={PRD}&environment={STG}"));
        assert_eq!(filter.status, [Status::Open, Status::Investigating]);
        assert_eq!(filter.environment.len(), 2);
        let filter = read(&format!("group={PRD}&created_by={PRD}&priority={PRD}&incident_category={PRD}"));
        assert_eq!((filter.group.len(), filter.created_by.len()), (1, 1));
        assert_eq!((filter.priority.len(), filter.category.len()), (1, 1));
    }

    // A time range, and bounds in ISO or plain local time.
    #[test]
    fn times() {
        let filter = read(
            "created_at=2024-05-01&created_at__gte=2024-04-01+10:00&created_at__lt=2024-05-01T00:00:00Z",
        );
        let period = filter.created_at.as_ref().expect("given").value;
        assert!(period.contains(now()));
        assert_eq!(filter.created.gte.map(|t| t.value), "2024-04-01T10:00:00Z".parse().ok());
        assert_eq!(filter.created.lt.map(|t| t.value), "2024-05-01T00:00:00Z".parse().ok());
    }

    // Ids, bounds and environment values; an id that is no number matches nothing.
    #[test]
    fn ids_bounds_and_values() {
        let filter = read(
            "id__in=3,1,3&id__gte=2&_status__lt=60&environment__value=PRD&environment__value__in=STG,PRD",
        );
        assert_eq!((filter.id_in.as_slice(), filter.id_number.gte), (&[1, 3][..], Some(2)));
        assert_eq!(filter.status_number.lt, Some(60));
        assert_eq!(filter.statuses().map(|all| all.len()), Some(5));
        assert_eq!(read("status=60&_status__lt=60").statuses(), Some(vec![]), "both are asked for");
        assert_eq!(read("id=3").statuses(), None);
        assert_eq!(filter.environment_value.as_deref(), Some("PRD"));
        assert_eq!(filter.environment_value_in, ["PRD", "STG"]);
        for (query, expected) in [
            ("", IdMatch::Any),
            ("id=7", IdMatch::Is(7)),
            ("id=7&id__iexact=7", IdMatch::Is(7)),
            ("id=7&id__iexact=8", IdMatch::Never),
            ("id=seven", IdMatch::Never),
        ] {
            assert_eq!(read(query).id_match(), expected, "{query}");
        }
    }

    // True and false in their spellings, anything else is no filter.
    #[test]
    fn ignore() {
        for (values, expected) in [
            (&["true", "True", "2", "1"][..], Some(true)),
            (&["false", "False", "3", "0"], Some(false)),
            (&["maybe", ""], None),
        ] {
            for value in values {
                assert_eq!(read(&format!("ignore={value}")).ignore, expected, "{value}");
            }
        }
    }

    // Every wrong value under its parameter.
    #[test]
    fn wrong_values() {
        assert_eq!(
            wrong(
                "status=abc&status=10&environment=PRD&created_at=2022+-+2021&id__gte=x&id__in=1,x&order_by=colour"
            ),
            ["status", "environment", "created_at", "id__gte", "id__in", "order_by"]
        );
        assert_eq!(
            wrong("created_at__gte=never&_status__lt=x&per_page=many&page=0"),
            ["created_at__gte", "_status__lt", "per_page", "page"]
        );
        let unknown = read(&format!("priority={PRD}&environment={PRD}")).check(&Catalog::demo());
        assert_eq!(unknown.expect_err("no such priority").0[0].field, "priority");
    }

    // API-041: unknown parameters and empty values are ignored.
    #[test]
    fn unknown_and_empty_are_ignored() {
        let query =
            "utm=x&format=csv&fields=id&status=&search=+&created_at__around=x&colour__gte=1&id__odd=x";
        assert_eq!(read(query), Filter::default());
        assert!(!read("sort=id&page=2&per_page=50").narrows());
        assert!(read("search=disk").narrows());
    }

    // WEB-049: sort before order_by before relevance before newest; unknown sort ignored.
    #[test]
    fn precedence_of_orders() {
        let order = |text: &str| match text.strip_prefix('-') {
            Some(name) => Order { column: Column::of_table(name).expect("a column"), descending: true },
            None => Order { column: Column::of_table(text).expect("a column"), descending: false },
        };
        for (query, expected) in [
            ("sort=-title&order_by=id&search=x", Ordering::By(vec![order("-title")])),
            (
                "sort=colour&order_by=priority,-created_at&search=x",
                Ordering::By(vec![order("priority"), order("-created_at")]),
            ),
            ("search=x", Ordering::Relevance),
            ("", Ordering::By(vec![order("-id")])),
        ] {
            assert_eq!(read(query).ordering(), expected, "{query}");
        }
        assert_eq!(read("sort=incident_category__group").sort, read("sort=group").sort);
    }

    // A header link sorts, then turns around, from the first page on.
    #[test]
    fn header_links_toggle() {
        let once = read("search=x&page=3").toggled(Column::Title);
        assert_eq!(once.to_query(), "search=x&sort=title");
        assert_eq!(once.toggled(Column::Title).to_query(), "search=x&sort=-title");
        assert_eq!(once.toggled(Column::Title).toggled(Column::Title).to_query(), "search=x&sort=title");
    }

    // 25 a page, 10 to 500; cursors and old pages keep the other parameters.
    #[test]
    fn paging() {
        assert_eq!(
            [read("").per_page, read("per_page=9").per_page, read("per_page=9999").per_page],
            [25, 10, 500]
        );
        let filter = read("search=x&page=3");
        assert_eq!(filter.place, Place::Page(3));
        assert_eq!(filter.at(Place::After("12".into())).to_query(), "search=x&after=12");
        assert_eq!(filter.first_page().to_query(), "search=x");
    }

    fn any_query() -> impl Strategy<Value = Vec<(String, String)>> {
        let names = [
            "search",
            "status",
            "environment",
            "priority",
            "group",
            "created_by",
            "created_at",
            "created_at__gte",
            "id",
            "id__in",
            "id__lt",
            "_status__lt",
            "environment__value",
            "environment__value__in",
            "ignore",
            "show_tags",
            "sort",
            "order_by",
            "after",
            "before",
            "page",
            "per_page",
            "other",
        ];
        let name = proptest::sample::select(names.to_vec()).prop_map(str::to_owned);
        let value = prop_oneof![
            any::<String>(),
            Just(PRD.to_owned()),
            Just("last_week - now".to_owned()),
            Just("2024-05-01".to_owned()),
            "-?(id|title|priority|created_at)",
            "[1-6]0",
            "[0-9]{1,3}(,[0-9]{1,3}){0,3}",
        ];
        proptest::collection::vec((name, value), 0..12)
    }

    proptest! {
        #[test]
        fn the_canonical_query_reads_back(pairs in any_query()) {
            if let Ok(filter) = Filter::from_pairs(&pairs, now(), &Utc) {
                let query = filter.to_query();
                let again = Filter::parse(&query, now(), &Utc);
                prop_assert_eq!(again.as_ref().map(Filter::to_query), Ok(query));
                prop_assert_eq!(again, Ok(filter));
            }
        }

        #[test]
        fn parsing_never_panics(query in any::<String>()) {
            let _ = Filter::parse(&query, now(), &Utc);
        }
    }
}
