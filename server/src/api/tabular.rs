//! Tables: what CSV and TSV make of nested rows (spec 04 §6). Pure.
//!
//! Objects and lists are flattened to one level (`environment.value`, `tags.0`), then columns are chosen by `fields`
//! and the header by `labels`.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Which columns, in which order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Columns {
    /// Every name found in the rows, sorted.
    All,
    /// Exactly these; a name with `.*.` stands for all that match it.
    These(Vec<String>),
}

impl Columns {
    /// Reads `fields`; absent or empty means the usual columns of the endpoint, or all where it has none.
    pub fn parse(fields: Option<&str>, usual: &[&str]) -> Self {
        match fields.map(str::trim).unwrap_or_default() {
            "" if usual.is_empty() => Columns::All,
            "" => Columns::These(usual.iter().map(|name| (*name).to_owned()).collect()),
            "__all__" => Columns::All,
            names => Columns::These(names.split(',').map(|name| name.trim().to_owned()).collect()),
        }
    }
}

/// What the first row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Header {
    /// Names, with these replaced.
    Labels(BTreeMap<String, String>),
    /// Names as they are.
    Original,
    Hidden,
}

impl Header {
    /// Reads `labels`; absent or unknown means the endpoint's own labels.
    pub fn parse(labels: Option<&str>, own: &BTreeMap<String, String>) -> Self {
        match labels {
            Some("__original__") => Header::Original,
            Some("__hidden__") => Header::Hidden,
            _ => Header::Labels(own.clone()),
        }
    }

    fn row(&self, columns: &[String]) -> Option<Vec<String>> {
        match self {
            Header::Hidden => None,
            Header::Original => Some(columns.to_vec()),
            Header::Labels(labels) => {
                Some(columns.iter().map(|name| labels.get(name).unwrap_or(name).clone()).collect())
            }
        }
    }
}

/// The table as text, rows end with CR LF. No columns: nothing at all.
pub fn table(rows: &[Value], columns: &Columns, header: &Header, delimiter: u8) -> Vec<u8> {
    let rows: Vec<BTreeMap<String, String>> = rows.iter().map(flatten).collect();
    let names: BTreeSet<&str> = rows.iter().flat_map(|row| row.keys().map(String::as_str)).collect();
    let columns = match columns {
        Columns::All => names.iter().map(|name| (*name).to_owned()).collect(),
        Columns::These(wanted) => expand(wanted, &names),
    };
    if columns.is_empty() {
        return Vec::new();
    }
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let mut write = |record: Vec<&str>| {
        writer.write_record(record).expect("a vector takes every record, and all have the same length");
    };
    if let Some(header) = header.row(&columns) {
        // Names come from the address, which somebody else may have written.
        let header: Vec<String> = header.iter().map(|name| inert(name)).collect();
        write(header.iter().map(String::as_str).collect());
    }
    for row in &rows {
        write(columns.iter().map(|name| row.get(name).map(String::as_str).unwrap_or_default()).collect());
    }
    writer.into_inner().expect("a vector is flushed without an error")
}

/// A text that no spreadsheet takes for a formula: one that begins like it gets an apostrophe in front, which
/// spreadsheets hide. Numbers stay as they are.
fn inert(text: &str) -> String {
    let formula =
        text.trim_start_matches([' ', '\u{A0}', '\u{FEFF}']).starts_with(['=', '+', '-', '@', '\t', '\r']);
    let number = text.parse::<f64>().is_ok();
    if formula && !number { format!("'{text}") } else { text.to_owned() }
}

/// One level: `{"a": {"b": [1]}}` is `a.b.0`. Empty objects and lists give no name.
fn flatten(row: &Value) -> BTreeMap<String, String> {
    let mut flat = BTreeMap::new();
    flatten_into(&mut flat, "", row);
    flat
}

fn flatten_into(flat: &mut BTreeMap<String, String>, name: &str, value: &Value) {
    let below = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    let cell = match value {
        Value::Object(map) => {
            return map.iter().for_each(|(key, value)| flatten_into(flat, &below(key), value));
        }
        Value::Array(list) => {
            let mut numbered = list.iter().enumerate();
            return numbered
                .by_ref()
                .for_each(|(i, value)| flatten_into(flat, &below(&i.to_string()), value));
        }
        Value::Null => String::new(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => inert(text),
    };
    flat.insert(name.to_owned(), cell);
}

/// Puts the matching names, sorted, where a wildcard stands.
fn expand(wanted: &[String], names: &BTreeSet<&str>) -> Vec<String> {
    let mut columns = Vec::new();
    for name in wanted {
        if !name.contains(".*.") {
            columns.push(name.clone());
            continue;
        }
        let pieces: Vec<&str> = name.split(".*.").collect();
        columns.extend(names.iter().filter(|found| matches(&pieces, found)).map(|found| (*found).to_owned()));
    }
    columns
}

/// `pieces` joined by `.`, one or more characters, and `.` make up the whole text.
fn matches(pieces: &[&str], text: &str) -> bool {
    match pieces {
        [] => false,
        [last] => text == *last,
        [first, rest @ ..] => {
            let Some(tail) = text.strip_prefix(first).and_then(|tail| tail.strip_prefix('.')) else {
                return false;
            };
            let dots = tail.char_indices().skip(1).filter(|(_, c)| *c == '.');
            dots.into_iter().any(|(at, _)| matches(rest, &tail[at + 1..]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(rows: &[Value], fields: Option<&str>, labels: Option<&str>) -> String {
        let columns = Columns::parse(fields, &[]);
        let header = Header::parse(labels, &BTreeMap::new());
        String::from_utf8(table(rows, &columns, &header, b',')).unwrap()
    }

    // API-052: objects by dots, lists by index; what is empty gives no column; null is an empty cell.
    #[test]
    fn nested_rows_become_one_level() {
        let rows = [json!({
            "id": 7, "environment": {"value": "PRD"}, "roles": {"commander": {"email": "a@example.com"}},
            "tags": ["db", "night"], "costs": {}, "none": [], "url": null, "ignore": false, "yes": true, "s": 3600.0
        })];
        assert_eq!(
            text(&rows, None, None),
            "environment.value,id,ignore,roles.commander.email,s,tags.0,tags.1,url,yes\r\n\
             PRD,7,False,a@example.com,3600.0,db,night,,True\r\n"
        );
    }

    // API-054: the given order is kept, an unknown name gives an empty column.
    #[test]
    fn listed_columns_keep_their_order() {
        let rows = [json!({"a": 1, "b": 2})];
        assert_eq!(text(&rows, Some("b,nothing,a"), None), "b,nothing,a\r\n2,,1\r\n");
    }

    // API-055: all names of all rows, sorted.
    #[test]
    fn all_is_the_sorted_union() {
        let rows = [json!({"b": 1}), json!({"a": {"z": 2}})];
        assert_eq!(text(&rows, Some("__all__"), None), "a.z,b\r\n,1\r\n2,\r\n");
    }

    // API-056: a wildcard is expanded where it stands, sorted; without a match it is dropped.
    #[test]
    fn wildcards_expand_in_place() {
        let rows = [json!({"fixed": 0, "meta": {"foo": {"value": 1, "other": 9}, "bar": {"value": 2}}})];
        assert_eq!(
            text(&rows, Some("fixed,meta.*.value"), None),
            "fixed,meta.bar.value,meta.foo.value\r\n0,2,1\r\n"
        );
        assert_eq!(text(&rows, Some("gone.*.value,fixed"), None), "fixed\r\n0\r\n");
        assert!(matches(&["a", "b", "c"], "a.x.b.y.c") && matches(&["a", "b"], "a.x.y.b"));
        assert!(
            !matches(&["a", "b"], "a.b") && !matches(&["a", "b"], "a..b") && !matches(&["a", "b"], "xa.x.b")
        );
    }

    // API-057: no header row, or raw names.
    #[test]
    fn the_header_can_be_hidden_or_raw() {
        let rows = [json!({"id": 1, "title": "x"})];
        assert_eq!(text(&rows, Some("id,title"), Some("__hidden__")), "1,x\r\n");
        let labels = BTreeMap::from([("id".to_owned(), "Number".to_owned())]);
        assert_eq!(Header::parse(Some("__original__"), &labels), Header::Original);
    }

    // API-058: a map of labels renames columns by name.
    #[test]
    fn labels_rename_columns() {
        let labels = BTreeMap::from([("id".to_owned(), "Number".to_owned())]);
        let header = Header::parse(None, &labels);
        assert_eq!(header.row(&["id".to_owned(), "title".to_owned()]).unwrap(), ["Number", "title"]);
    }

    // API-059: nothing to show is no error, and wildcards are never printed.
    #[test]
    fn empty_results_are_tables_too() {
        let usual = Columns::parse(Some(""), &["id", "roles.*.email"]);
        assert_eq!(usual, Columns::parse(None, &["id", "roles.*.email"]));
        let header = Header::parse(None, &BTreeMap::new());
        assert_eq!(table(&[], &usual, &header, b','), b"id\r\n");
        assert_eq!(text(&[], Some("__all__"), None), "");
        assert_eq!(text(&[], Some("id"), Some("__hidden__")), "");
        assert_eq!(text(&[json!({"a": 1})], Some(""), None), "a\r\n1\r\n");
    }

    #[test]
    fn no_cell_is_a_formula() {
        let rows = [
            json!({"a": "=1+1", "b": "+33 1", "c": "@SUM(A1)", "d": " -2", "e": "-2.50", "f": "a=b", "=g": "\tx"}),
        ];
        let fields = Some("a,b,c,d,e,f,=g");
        assert_eq!(
            text(&rows, fields, None),
            "a,b,c,d,e,f,'=g\r\n'=1+1,'+33 1,'@SUM(A1),' -2,-2.50,a=b,'\tx\r\n"
        );
    }

    // API-060: quotes where needed, CR LF, tabs, plain UTF-8.
    #[test]
    fn cells_are_quoted_where_needed() {
        let rows = [json!({"a": "x,y", "b": "say \"no\"", "c": "two\nlines", "d": "tab\there", "e": "é"})];
        let all = Columns::All;
        let csv = String::from_utf8(table(&rows, &all, &Header::Hidden, b',')).unwrap();
        assert_eq!(csv, "\"x,y\",\"say \"\"no\"\"\",\"two\nlines\",tab\there,é\r\n");
        let tsv = String::from_utf8(table(&rows, &all, &Header::Hidden, b'\t')).unwrap();
        assert_eq!(tsv, "x,y\t\"say \"\"no\"\"\"\t\"two\nlines\"\t\"tab\there\"\té\r\n");
    }
}
