//! Reads variables one by one and collects everything that is wrong with them.

use super::{Problem, Secret, Variables};
use std::str::FromStr;
use url::Url;

/// A map of variables with a list of what is wrong so far. An empty value counts as not set.
pub struct Reader<'a> {
    variables: &'a Variables,
    pub problems: Vec<Problem>,
    /// Things a person should know though the product runs; logged once at the start.
    pub notices: Vec<String>,
}

impl<'a> Reader<'a> {
    pub fn new(variables: &'a Variables) -> Self {
        Reader { variables, problems: Vec::new(), notices: Vec::new() }
    }

    /// The trimmed value; `None` when unset or empty.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.variables.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    pub fn text_or(&self, name: &str, default: &str) -> String {
        self.text(name).unwrap_or(default).to_owned()
    }

    /// The value; when it is missing a problem is noted.
    pub fn required(&mut self, name: &str, expected: &str, remedy: &str) -> Option<&'a str> {
        let value = self.text(name);
        if value.is_none() {
            self.problem(name, "is not set", expected, remedy);
        }
        value
    }

    pub fn required_secret(&mut self, name: &str, expected: &str, remedy: &str) -> Option<Secret> {
        self.required(name, expected, remedy).map(Secret::new)
    }

    /// The parsed value; a value that does not parse is a problem and reads as `None`. Not for secrets: the problem
    /// shows the value.
    pub fn parsed<T>(
        &mut self,
        name: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.text(name)?;
        let parsed = parse(value);
        if parsed.is_none() {
            let remedy = format!("Correct {name}, or remove it to use the default.");
            self.problem(name, &format!("is {value:?}"), expected, &remedy);
        }
        parsed
    }

    pub fn number<T: FromStr>(&mut self, name: &str, default: T, expected: &str) -> T {
        self.parsed(name, expected, |value| value.parse().ok()).unwrap_or(default)
    }

    /// true/1/yes/on/t/y and false/0/no/off/f/n, in any case (spec 05 §1).
    pub fn flag(&mut self, name: &str, default: bool) -> bool {
        self.flag_if_set(name).unwrap_or(default)
    }

    pub fn flag_if_set(&mut self, name: &str) -> Option<bool> {
        self.parsed(name, "true or false (also 1/0, yes/no, on/off, t/f, y/n)", parse_flag)
    }

    /// Comma separated; blanks around entries and empty entries fall away (spec 05 §1).
    pub fn list(&self, name: &str) -> Vec<String> {
        let value = self.text(name).unwrap_or_default();
        value.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
    }

    /// An absolute http or https address without a trailing slash in its path.
    pub fn url(&mut self, name: &str) -> Option<Url> {
        self.parsed(name, "an address that starts with http:// or https://", parse_web_address)
    }

    pub fn required_url(&mut self, name: &str, remedy: &str) -> Option<Url> {
        self.required(name, "an address that starts with http:// or https://", remedy)?;
        self.url(name)
    }

    pub fn problem(&mut self, name: &str, what: &str, expected: &str, remedy: &str) {
        self.problems.push(Problem {
            name: name.into(),
            what: what.into(),
            expected: expected.into(),
            remedy: remedy.into(),
        });
    }

    pub fn notice(&mut self, text: impl Into<String>) {
        self.notices.push(text.into());
    }
}

fn parse_flag(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" | "t" | "y" => Some(true),
        "false" | "0" | "no" | "off" | "f" | "n" => Some(false),
        _ => None,
    }
}

pub(super) fn parse_web_address(value: &str) -> Option<Url> {
    let mut url = Url::parse(value).ok()?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return None;
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    // CFG-005
    #[test]
    fn booleans_and_lists_are_read_in_every_spelling() {
        for (text, wanted) in [
            ("true", true),
            ("1", true),
            ("YES", true),
            ("On", true),
            ("t", true),
            ("y", true),
            ("false", false),
            ("0", false),
            ("No", false),
            ("OFF", false),
            ("f", false),
            ("n", false),
        ] {
            let variables = Variables::from([("X".into(), format!(" {text} "))]);
            let mut r = Reader::new(&variables);
            assert_eq!(r.flag("X", !wanted), wanted, "{text}");
            assert!(r.problems.is_empty());
        }

        let variables = Variables::from([("X".into(), "maybe".into()), ("L".into(), " a, b,,c ".into())]);
        let mut r = Reader::new(&variables);
        assert!(r.flag("X", true));
        assert_eq!(r.problems[0].name, "X");
        assert_eq!(r.list("L"), ["a", "b", "c"]);
        assert!(r.list("missing").is_empty());
    }
}
