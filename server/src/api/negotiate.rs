//! JSON, CSV or TSV: chosen by suffix or `format`, else by `Accept` (spec 04 §4), and answering in it.

use super::{
    address::Suffix,
    page::Page,
    problem::{Problem, Result},
    tabular::{self, Columns, Header},
};
use axum::{
    Json,
    body::Body,
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};
use chrono_tz::Tz;
use domain::Timestamp;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Json,
    Csv,
    Tsv,
}

impl Format {
    /// In the order of preference.
    pub const ALL: [Format; 3] = [Format::Json, Format::Csv, Format::Tsv];

    pub const fn name(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Csv => "csv",
            Format::Tsv => "tsv",
        }
    }

    pub const fn media_type(self) -> &'static str {
        match self {
            Format::Json => "application/json",
            Format::Csv => "text/csv",
            Format::Tsv => "text/tab-separated-values",
        }
    }
}

/// One of `offered` (in the order of preference), each a format's name and media type.
///
/// # Errors
/// Not found for a name that is not offered; not acceptable when `Accept` admits none of what is left.
pub fn choose<T: Copy>(offered: &[(&str, &str, T)], asked: Option<&str>, accept: Option<&str>) -> Result<T> {
    let left: Vec<_> = offered.iter().filter(|(name, ..)| asked.is_none_or(|asked| asked == *name)).collect();
    if left.is_empty() {
        return Err(Problem::not_found());
    }
    let accept = accept.map(str::trim).filter(|accept| !accept.is_empty()).unwrap_or("*/*");
    let mut ranges: Vec<Range> = accept.split(',').filter_map(Range::parse).collect();
    // Stable: what was written first wins among equals; then our preference decides.
    ranges.sort_by(|a, b| b.quality.total_cmp(&a.quality).then(b.precision().cmp(&a.precision())));
    let refused =
        |media: &str| ranges.iter().any(|r| r.quality == 0.0 && r.precision() == 2 && r.admits(media));
    let wanted = ranges.iter().filter(|range| range.quality > 0.0);
    let mut by_rank: Vec<(f32, u8)> = wanted.map(|range| (range.quality, range.precision())).collect();
    by_rank.dedup();
    by_rank
        .into_iter()
        .find_map(|rank| {
            let of_rank = |range: &&Range| (range.quality, range.precision()) == rank;
            let admitted = |media: &str| ranges.iter().filter(of_rank).any(|range| range.admits(media));
            left.iter().find(|(_, media, _)| admitted(media) && !refused(media)).map(|(.., value)| *value)
        })
        .ok_or(Problem::NotAcceptable)
}

/// One entry of `Accept`: `text/*;q=0.5`.
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    quality: f32,
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let quality = parts
            .filter_map(|part| part.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
            .and_then(|(_, value)| value.trim().parse::<f32>().ok())
            .unwrap_or(1.0);
        Some(Range { kind, subtype, quality })
    }

    fn precision(&self) -> u8 {
        match (self.kind, self.subtype) {
            ("*", _) => 0,
            (_, "*") => 1,
            _ => 2,
        }
    }

    fn admits(&self, media: &str) -> bool {
        let Some((kind, subtype)) = media.split_once('/') else { return false };
        (self.kind == "*" || self.kind.eq_ignore_ascii_case(kind))
            && (self.subtype == "*" || self.subtype.eq_ignore_ascii_case(subtype))
    }
}

/// The parameters of the address, as sent.
#[derive(Debug, Clone, Default)]
pub struct Query(pub Vec<(String, String)>);

impl Query {
    pub fn of(parts: &Parts) -> Self {
        Query(domain::query::pairs(parts.uri.query().unwrap_or_default()))
    }

    /// The last one of this name.
    pub fn last(&self, name: &str) -> Option<&str> {
        self.0.iter().rfind(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// Which format this request asks for: suffix, else `format`, and `Accept`.
///
/// # Errors
/// As [`choose`].
pub fn format_of<T: Copy>(parts: &Parts, query: &Query, offered: &[(&str, &str, T)]) -> Result<T> {
    let suffix = parts.extensions.get::<Suffix>().map(|suffix| suffix.0.as_str());
    let asked = suffix.or_else(|| query.last("format").filter(|name| !name.is_empty()));
    choose(offered, asked, accept_of(&parts.headers).as_deref())
}

/// Several `Accept` headers are one list.
fn accept_of(headers: &HeaderMap) -> Option<String> {
    let lines: Vec<&str> =
        headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    (!lines.is_empty()).then(|| lines.join(","))
}

/// How this request wants its answer.
#[derive(Debug, Clone)]
pub struct Rendering {
    pub format: Format,
    pub query: Query,
    path: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Rendering {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let query = Query::of(parts);
        let offered = Format::ALL.map(|format| (format.name(), format.media_type(), format));
        let format = format_of(parts, &query, &offered)?;
        Ok(Rendering { format, query, path: parts.uri.path().to_owned() })
    }
}

/// What a table of these rows is called and shows by itself.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    pub name: &'static str,
    /// None: all, sorted.
    pub columns: &'static [&'static str],
}

/// When and where the answer is made, for its file name.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    pub now: Timestamp,
    pub zone: Tz,
}

impl Rendering {
    /// The part of the rows that was asked for.
    ///
    /// # Errors
    /// Wrong `limit` or `offset`.
    pub fn page(&self) -> Result<Option<Page>> {
        Ok(Page::parse(&self.query)?)
    }

    /// Rows that are all at hand, cut to the page that was asked for.
    ///
    /// # Errors
    /// Wrong `limit` or `offset`.
    pub fn list<T: Serialize>(
        &self,
        mut rows: Vec<T>,
        table: Table,
        stamp: Stamp,
        base: &str,
    ) -> Result<Response> {
        let Some(page) = self.page()? else { return Ok(self.rows(&rows, table, stamp)) };
        let total = rows.len();
        let range = page.range(total);
        let mut response = self.rows(&rows.drain(range).collect::<Vec<_>>(), table, stamp);
        self.add_page(&mut response, page, total, base);
        Ok(response)
    }

    /// Says where this page stands: `X-Total-Count` and `Link`, so that the array itself stays an array.
    pub fn add_page(&self, response: &mut Response, page: Page, total: usize, base: &str) {
        let address = format!("{base}{}{}", self.path, if self.path.ends_with('/') { "" } else { "/" });
        page.add_headers(response.headers_mut(), total, &address, &self.query);
    }

    /// These rows: an array, or a table.
    pub fn rows<T: Serialize>(&self, rows: &[T], table: Table, stamp: Stamp) -> Response {
        match self.format {
            Format::Json => Json(rows).into_response(),
            _ => self.table(rows.iter().map(value).collect(), table, stamp),
        }
    }

    /// One thing: an object, or a table of one row.
    pub fn one<T: Serialize>(&self, row: &T, table: Table, stamp: Stamp) -> Response {
        match self.format {
            Format::Json => Json(row).into_response(),
            _ => self.table(vec![value(row)], table, stamp),
        }
    }

    fn table(&self, rows: Vec<Value>, table: Table, stamp: Stamp) -> Response {
        let columns = Columns::parse(self.query.last("fields"), table.columns);
        let header = Header::parse(self.query.last("labels"), &BTreeMap::new());
        let delimiter = if self.format == Format::Tsv { b'\t' } else { b',' };
        let text = tabular::table(&rows, &columns, &header, delimiter);
        let mut response = Body::from(text).into_response();
        let kind = format!("{}; charset=utf-8", self.format.media_type());
        let day = stamp.now.with_timezone(&stamp.zone).format("%Y-%m-%d");
        let file = format!("attachment; filename=\"{}-{day}.{}\"", table.name, self.format.name());
        for (name, value) in [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, file)] {
            response.headers_mut().insert(name, HeaderValue::from_str(&value).expect("plain ASCII"));
        }
        response
    }
}

fn value<T: Serialize>(row: &T) -> Value {
    serde_json::to_value(row).expect("answers are plain data with text keys")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(asked: Option<&str>, accept: Option<&str>) -> Result<Format> {
        let offered = Format::ALL.map(|format| (format.name(), format.media_type(), format));
        choose(&offered, asked, accept)
    }

    // API-012: JSON by itself, tables by Accept.
    #[test]
    fn accept_chooses_the_format() {
        for (accept, expected) in [
            (None, Format::Json),
            (Some(""), Format::Json),
            (Some("*/*"), Format::Json),
            (Some("text/csv"), Format::Csv),
            (Some("TEXT/CSV; header=present"), Format::Csv),
            (Some("text/tab-separated-values"), Format::Tsv),
            (Some("text/*"), Format::Csv),
            (Some("text/csv, application/json"), Format::Json),
            (Some("text/csv, */*"), Format::Csv),
            (Some("text/csv;q=0.5, application/json;q=0.4"), Format::Csv),
            (Some("application/json;q=0, */*"), Format::Csv),
            (Some("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), Format::Json),
        ] {
            assert_eq!(chosen(None, accept), Ok(expected), "{accept:?}");
        }
    }

    // API-013: the format by name wins over nothing said.
    #[test]
    fn a_named_format_is_taken() {
        assert_eq!(chosen(Some("csv"), None), Ok(Format::Csv));
        assert_eq!(chosen(Some("tsv"), Some("text/html, */*")), Ok(Format::Tsv));
    }

    // API-014: unknown format 404; Accept that admits nothing, or contradicts the name, 406.
    #[test]
    fn unknown_and_contradicting_formats_are_refused() {
        assert_eq!(chosen(Some("xml"), None), Err(Problem::not_found()));
        assert_eq!(chosen(None, Some("application/xml")), Err(Problem::NotAcceptable));
        assert_eq!(chosen(Some("csv"), Some("application/json")), Err(Problem::NotAcceptable));
        assert_eq!(chosen(None, Some("application/json;q=0")), Err(Problem::NotAcceptable));
    }
}
