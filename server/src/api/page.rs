//! Opt-in paging: `limit` and `offset` cut the array; headers tell the total and the way on. Without them a list is
//! whole (spec 04 §4).

use super::negotiate::Query;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use domain::{FieldCode, FieldErrors};
use std::ops::Range;

/// The most rows of one page.
pub const LARGEST: usize = 1_000;
/// Rows when only `offset` is given.
const USUAL: usize = 100;
const TOTAL: HeaderName = HeaderName::from_static("x-total-count");

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    pub limit: usize,
    pub offset: usize,
}

impl Page {
    /// `None`: not asked for.
    ///
    /// # Errors
    /// Under `limit` or `offset`.
    pub fn parse(query: &Query) -> Result<Option<Self>, FieldErrors> {
        let sent = |name| query.last(name).map(str::trim).filter(|text| !text.is_empty());
        let (limit, offset) = (sent("limit"), sent("offset"));
        if limit.is_none() && offset.is_none() {
            return Ok(None);
        }
        let mut errors = FieldErrors::default();
        let words = format!("Give a whole number from 1 to {LARGEST}.");
        let rows = limit.map_or(Some(USUAL), |text| text.parse().ok().filter(|n| (1..=LARGEST).contains(n)));
        let limit = errors.take("limit", rows.ok_or((FieldCode::Invalid, words)));
        let first = offset.map_or(Some(0), |text| text.parse().ok());
        let words = "Give a whole number, 0 or more.".to_owned();
        let offset = errors.take("offset", first.ok_or((FieldCode::Invalid, words)));
        errors.finish(limit.zip(offset).map(|(limit, offset)| Page { limit, offset })).map(Some)
    }

    /// Which of `total` rows.
    pub fn range(self, total: usize) -> Range<usize> {
        let start = self.offset.min(total);
        start..start.saturating_add(self.limit).min(total)
    }

    /// `X-Total-Count`, and `Link` to the first, previous, next and last page.
    pub fn add_headers(self, headers: &mut HeaderMap, total: usize, address: &str, query: &Query) {
        headers.insert(TOTAL, HeaderValue::from(total));
        let link = |(rel, offset): (&str, usize)| {
            let mut text = String::new();
            for (name, value) in query.0.iter().filter(|(name, _)| name != "limit" && name != "offset") {
                domain::query::push(&mut text, name, value);
            }
            domain::query::push(&mut text, "limit", &self.limit.to_string());
            domain::query::push(&mut text, "offset", &offset.to_string());
            format!("<{address}?{text}>; rel=\"{rel}\"")
        };
        let links: Vec<String> = self.neighbours(total).into_iter().map(link).collect();
        if let Ok(value) = HeaderValue::from_str(&links.join(", ")) {
            headers.insert(header::LINK, value);
        }
    }

    fn neighbours(self, total: usize) -> Vec<(&'static str, usize)> {
        let last = total.saturating_sub(1) / self.limit * self.limit;
        let mut pages = vec![("first", 0)];
        if self.offset > 0 {
            pages.push(("prev", self.offset.saturating_sub(self.limit).min(last)));
        }
        if let Some(next) = self.offset.checked_add(self.limit).filter(|next| *next < total) {
            pages.push(("next", next));
        }
        pages.push(("last", last));
        pages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Query {
        Query(domain::query::pairs(text))
    }

    // API-015: no paging by itself.
    #[test]
    fn nothing_asked_is_no_paging() {
        assert_eq!(Page::parse(&query("status=10&limit=")), Ok(None));
    }

    // API-016: the array is cut, headers tell the rest.
    #[test]
    fn headers_tell_total_and_ways_on() {
        let asked = query("status=10&limit=10&offset=20");
        let page = Page::parse(&asked).unwrap().unwrap();
        assert_eq!(page.range(95), 20..30);
        assert_eq!((page.range(25), page.range(5)), (20..25, 5..5));
        let mut headers = HeaderMap::new();
        page.add_headers(&mut headers, 95, "https://desk.example.com/api/x/", &asked);
        assert_eq!(headers["x-total-count"], "95");
        assert_eq!(
            headers["link"],
            "<https://desk.example.com/api/x/?status=10&limit=10&offset=0>; rel=\"first\", \
             <https://desk.example.com/api/x/?status=10&limit=10&offset=10>; rel=\"prev\", \
             <https://desk.example.com/api/x/?status=10&limit=10&offset=30>; rel=\"next\", \
             <https://desk.example.com/api/x/?status=10&limit=10&offset=90>; rel=\"last\""
        );
    }

    #[test]
    fn an_empty_list_has_one_empty_page() {
        let page = Page::parse(&query("offset=0")).unwrap().unwrap();
        assert_eq!(page, Page { limit: 100, offset: 0 });
        assert_eq!(page.neighbours(0), [("first", 0), ("last", 0)]);
    }

    // API-040: a wrong value is told under its parameter.
    #[test]
    fn wrong_pages_are_told_under_their_name() {
        for (text, field) in
            [("limit=0", "limit"), ("limit=1001", "limit"), ("limit=x", "limit"), ("offset=-1", "offset")]
        {
            let errors = Page::parse(&query(text)).unwrap_err();
            assert_eq!(errors.0[0].field, field, "{text}");
        }
    }
}
