//! Words people write: title, description, message.
//!
//! Stored are 1..=128 and 1..=20,000 characters. A form asks for more of what is typed into it (10..=128,
//! 10..=1,200), because a title of three letters helps nobody at night; a machine may send less.

use crate::FieldCode;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How much a door asks for, and how it names its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limits {
    /// Web and Slack: `environment`, `incident_category`, `priority`.
    Form,
    /// REST and other machines: `environment_id`, `incident_category_id`, `priority_id`.
    Api,
}

impl Limits {
    /// The name of a reference field as this door spells it.
    pub const fn name(self, field: Reference) -> &'static str {
        match (self, field) {
            (Limits::Form, Reference::Environment) => "environment",
            (Limits::Form, Reference::Category) => "incident_category",
            (Limits::Form, Reference::Priority) => "priority",
            (Limits::Api, Reference::Environment) => "environment_id",
            (Limits::Api, Reference::Category) => "incident_category_id",
            (Limits::Api, Reference::Priority) => "priority_id",
        }
    }
}

/// A field that names a row of the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    Environment,
    Category,
    Priority,
}

/// What is wrong with a value, before it is noted under a field.
pub type Wrong = (FieldCode, String);

/// Line ends as `\n`, no white space around, nothing that deceives the reader: how words are stored and compared.
pub fn tidy(raw: &str) -> String {
    let kept = raw.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    let kept: String = kept.chars().filter(|c| !deceives(*c)).collect();
    kept.trim().to_owned()
}

/// What nobody types and nobody sees: control characters, marks that turn the order of the letters around them (an
/// incident could read as another one), and letters without width that make two equal titles different. The joiners of
/// emoji and of Persian stay, and so do the marks of a direction that turn nothing. NUL stays to be refused by name.
fn deceives(c: char) -> bool {
    let control = c.is_control() && !matches!(c, '\n' | '\t' | '\0');
    let turns = matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let hides = matches!(c, '\u{00AD}' | '\u{180E}' | '\u{200B}'  | '\u{2060}'..='\u{2064}' | '\u{206A}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}');
    control || turns || hides
}

/// Counts for the least that is asked: joiners and marks alone say nothing.
fn is_seen(c: char) -> bool {
    !matches!(c, '\u{200C}'..='\u{200F}' | '\u{061C}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0000}'..='\u{E0FFF}' | '\u{3164}' | '\u{115F}' | '\u{1160}' | '\u{FFA0}')
}

/// Checks a length in characters; `short` is the sentence for a value that says too little.
pub(crate) fn bounded(text: String, min: usize, max: usize, short: &str) -> Result<String, Wrong> {
    if text.contains('\0') {
        return Err((FieldCode::Invalid, "Contains a null character. Remove it.".into()));
    }
    let (length, seen) = (text.chars().count(), text.chars().filter(|c| is_seen(*c)).count());
    if length > max {
        let over = [&grouped(length), " characters, at most ", &grouped(max), ". Shorten it."].concat();
        Err((FieldCode::MaxLength, over))
    } else if seen == 0 && min > 0 {
        Err((FieldCode::Blank, short.into()))
    } else if seen < min {
        Err((FieldCode::MinLength, short.into()))
    } else {
        Ok(text)
    }
}

/// `20,000`.
fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                $name::parse(&text, Limits::Api).map_err(|(_, message)| message)
            }
        }

        impl From<$name> for String {
            fn from(words: $name) -> String {
                words.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

words!(
    /// One line, 1..=128 characters; 10..=128 in forms.
    Title
);
words!(
    /// 1..=20,000 characters; 10..=1,200 in forms.
    Description
);
words!(
    /// What somebody says about an incident: 1..=20,000 characters; 10..=1,200 in forms.
    Message
);

impl Title {
    /// # Errors
    /// Blank, too short for a form, too long, or a null character. Line breaks become spaces.
    pub fn parse(raw: &str, limits: Limits) -> Result<Self, Wrong> {
        let (min, short) = match limits {
            Limits::Form => (10, "At least 10 characters. What is broken, and where?"),
            Limits::Api => (1, "A title is needed. What is broken, and where?"),
        };
        bounded(tidy(raw).replace('\n', " "), min, 128, short).map(Title)
    }
}

impl Description {
    /// # Errors
    /// Blank, too short for a form, too long, or a null character.
    pub fn parse(raw: &str, limits: Limits) -> Result<Self, Wrong> {
        let (min, max, short) = match limits {
            Limits::Form => (10, 1_200, "At least 10 characters. What do people see, since when, and who?"),
            Limits::Api => (1, 20_000, "A description is needed. What do people see, since when, and who?"),
        };
        bounded(tidy(raw), min, max, short).map(Description)
    }
}

impl Message {
    /// # Errors
    /// Blank, too short for a form, too long, or a null character.
    pub fn parse(raw: &str, limits: Limits) -> Result<Self, Wrong> {
        let (min, max, short) = match limits {
            Limits::Form => (10, 1_200, "At least 10 characters, or leave it empty. What is new?"),
            Limits::Api => (1, 20_000, "Empty. What is new?"),
        };
        bounded(tidy(raw), min, max, short).map(Message)
    }

    /// Nothing typed is no message.
    ///
    /// # Errors
    /// As [`Message::parse`].
    pub fn parse_optional(raw: Option<&str>, limits: Limits) -> Result<Option<Self>, Wrong> {
        match raw.map(str::trim) {
            None | Some("") => Ok(None),
            Some(text) => Self::parse(text, limits).map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code<T>(parsed: Result<T, Wrong>) -> Option<FieldCode> {
        parsed.err().map(|(code, _)| code)
    }

    // CORE-061: 10..128 and 10..1200 in forms, counted in characters after trimming.
    #[test]
    fn forms_ask_for_10_to_128_and_10_to_1200() {
        let of = |n: usize| "é".repeat(n);
        for (length, expected) in [
            (0, Some(FieldCode::Blank)),
            (9, Some(FieldCode::MinLength)),
            (10, None),
            (128, None),
            (129, Some(FieldCode::MaxLength)),
        ] {
            assert_eq!(code(Title::parse(&of(length), Limits::Form)), expected, "{length}");
        }
        for (length, expected) in
            [(9, Some(FieldCode::MinLength)), (10, None), (1_200, None), (1_201, Some(FieldCode::MaxLength))]
        {
            assert_eq!(code(Description::parse(&of(length), Limits::Form)), expected, "{length}");
            assert_eq!(code(Message::parse(&of(length), Limits::Form)), expected, "{length}");
        }
        assert_eq!(code(Title::parse("   short    ", Limits::Form)), Some(FieldCode::MinLength));
    }

    #[test]
    fn machines_may_send_less_and_more() {
        assert!(Title::parse("x", Limits::Api).is_ok());
        assert!(Description::parse(&"d".repeat(20_000), Limits::Api).is_ok());
        let (code, message) =
            Description::parse(&"d".repeat(20_001), Limits::Api).expect_err("one character too many");
        assert_eq!(
            (code, &*message),
            (FieldCode::MaxLength, "20,001 characters, at most 20,000. Shorten it.")
        );
        assert!(Title::parse("nul\0 in it", Limits::Api).is_err());
    }

    #[test]
    fn line_ends_are_one_and_a_title_is_one_line() {
        assert_eq!(tidy("  a\r\nb\rc\n"), "a\nb\nc");
        let title = Title::parse("Checkout\r\nis down", Limits::Form).expect("long enough");
        assert_eq!(title.as_str(), "Checkout is down");
    }

    #[test]
    fn what_deceives_the_reader_is_left_out() {
        let turned = Title::parse("Refund of \u{202E}RUE 09\u{202C} is \u{200B}stuck\u{7}", Limits::Form);
        assert_eq!(turned.expect("long enough").as_str(), "Refund of RUE 09 is stuck");
        let family = "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} می\u{200C}خواهم sign in";
        assert_eq!(Title::parse(family, Limits::Form).expect("long enough").as_str(), family);
        for unseen in ["\u{200B}".repeat(12), "\u{200D}".repeat(12), "\u{2066}\u{200F}\u{FEFF}".repeat(6)] {
            assert_eq!(code(Title::parse(&unseen, Limits::Form)), Some(FieldCode::Blank));
            assert_eq!(code(Title::parse(&unseen, Limits::Api)), Some(FieldCode::Blank));
        }
        assert_eq!(tidy("one\ttab\nline\u{2028}"), "one\ttab\nline");
    }

    proptest! {
        #[test]
        fn parsing_what_was_parsed_changes_nothing(raw in any::<String>()) {
            if let Ok(title) = Title::parse(&raw, Limits::Api) {
                prop_assert_eq!(&Title::parse(title.as_str(), Limits::Api), &Ok(title.clone()));
                prop_assert!((1..=128).contains(&title.as_str().chars().count()));
            }
            if let Ok(words) = Description::parse(&raw, Limits::Api) {
                prop_assert_eq!(&Description::parse(words.as_str(), Limits::Api), &Ok(words.clone()));
            }
        }
    }
}
