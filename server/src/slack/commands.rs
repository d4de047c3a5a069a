//! What people type behind the command: `open`, `update 123`, `help` (spec 10 §7).
//!
//! The list is closed: a new verb does not compile until it has its words for help. Verbs of integrations that are
//! not there are not listed.

use super::blocks::{Block, Mrkdwn, context, section};
use domain::IncidentId;

/// What can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Help,
    Open,
    Update,
}

impl Verb {
    pub const ALL: [Verb; 3] = [Verb::Open, Verb::Update, Verb::Help];

    /// The keyword that help names first, and others that mean the same.
    const fn keywords(self) -> &'static [&'static str] {
        match self {
            Verb::Help => &["help"],
            Verb::Open => &["open"],
            Verb::Update => &["update"],
        }
    }

    /// The keyword that help names.
    pub const fn keyword(self) -> &'static str {
        self.keywords()[0]
    }

    const fn explained(self) -> &'static str {
        match self {
            Verb::Help => "shows this",
            Verb::Open => "declares an incident",
            Verb::Update => {
                "posts an update: of this channel's incident, of one that you choose, or of `update 123`"
            }
        }
    }

    const fn takes_incident(self) -> bool {
        match self {
            Verb::Help | Verb::Open => false,
            Verb::Update => true,
        }
    }
}

/// A command that was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    pub verb: Verb,
    /// The number behind the verb.
    pub incident: Option<IncidentId>,
}

/// A command that was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    pub typed: String,
    /// The keyword it resembles.
    pub meant: Option<&'static str>,
}

/// Reads what was typed: case, spaces at the ends and between words do not matter. Nothing is help.
///
/// # Errors
/// [`Unknown`] with the keyword that was probably meant.
pub fn parse(text: &str) -> Result<Asked, Unknown> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    if words.is_empty() {
        return Ok(Asked { verb: Verb::Help, incident: None });
    }
    let (number, rest) = match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => match last.trim_start_matches('#').parse().ok() {
            Some(number) => (Some(IncidentId(number)), rest),
            None => (None, words.as_slice()),
        },
        _ => (None, words.as_slice()),
    };
    let typed = rest.join(" ");
    let verb = Verb::ALL.into_iter().find(|verb| verb.keywords().contains(&typed.as_str()));
    match verb {
        Some(verb) if number.is_none() || verb.takes_incident() => Ok(Asked { verb, incident: number }),
        _ => Err(Unknown { meant: resembles(&typed), typed: text.trim().chars().take(100).collect() }),
    }
}

fn resembles(typed: &str) -> Option<&'static str> {
    let all = Verb::ALL.into_iter().flat_map(|verb| verb.keywords().iter().copied());
    let near =
        all.map(|keyword| (distance(typed, keyword), keyword)).min_by_key(|(distance, _)| *distance)?;
    (near.0 <= 2 && near.0 < near.1.len()).then_some(near.1)
}

/// Letters to add, remove or change (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(40).enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

/// The words of `/incident help`.
pub fn help(name: &str, command: &str, guide: Option<&str>) -> Vec<Block> {
    let mut about = format!("*{}* runs incidents from declaring them to their end.", Mrkdwn::escaped(name));
    if let Some(guide) = guide {
        about.push_str(&format!(" {}", Mrkdwn::link(guide, "How we handle incidents")));
    }
    let lines: Vec<String> = Verb::ALL
        .into_iter()
        .map(|verb| format!("`{} {}` {}", Mrkdwn::escaped(command), verb.keyword(), verb.explained()))
        .collect();
    vec![
        section(Mrkdwn::trusted(about)),
        section(Mrkdwn::trusted(lines.join("\n"))),
        context(["In an incident's channel, commands are about that incident.".into()]),
    ]
}

/// What is said to something that is no command; help follows.
pub fn unknown(unknown: &Unknown, command: &str) -> Block {
    let typed = Mrkdwn::escaped(&unknown.typed.replace('`', "'"));
    let command = Mrkdwn::escaped(command);
    let words = match unknown.meant {
        Some(meant) => format!("`{typed}` is no command. Did you mean `{command} {meant}`?"),
        None => format!("`{typed}` is no command."),
    };
    section(Mrkdwn::trusted(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verb(text: &str) -> Result<Verb, Unknown> {
        parse(text).map(|asked| asked.verb)
    }

    // SLK-051 SLK-052 SLK-054 SLK-055
    #[test]
    fn nothing_and_help_are_help_and_each_keyword_is_its_verb() {
        assert_eq!(verb(""), Ok(Verb::Help));
        assert_eq!(verb("   "), Ok(Verb::Help));
        assert_eq!(verb("help"), Ok(Verb::Help));
        assert_eq!(verb("open"), Ok(Verb::Open));
        assert_eq!(verb("update"), Ok(Verb::Update));
    }

    // SLK-064
    #[test]
    fn case_and_spaces_do_not_matter() {
        assert_eq!(verb("  OPEN "), Ok(Verb::Open));
        assert_eq!(parse("Update   #12"), Ok(Asked { verb: Verb::Update, incident: Some(IncidentId(12)) }));
    }

    // SLK-053
    #[test]
    fn unknown_text_is_echoed_escaped_with_what_was_probably_meant() {
        assert_eq!(verb("opne"), Err(Unknown { typed: "opne".into(), meant: Some("open") }));
        assert_eq!(verb("updat 12").unwrap_err().meant, Some("update"));
        assert_eq!(verb("make coffee").unwrap_err().meant, None);
        assert_eq!(verb("12").unwrap_err().meant, None);
        assert!(verb("open 12").is_err());
        let said = unknown(&parse("`<!channel>` now").unwrap_err(), "/incident");
        let said = serde_json::to_string(&said).unwrap();
        assert!(said.contains("'&lt;!channel&gt;' now") && !said.contains("<!channel>"), "{said}");
    }

    // SLK-065: every verb is listed; those of integrations that are not there do not exist.
    #[test]
    fn help_names_every_verb() {
        let said = serde_json::to_string(&help("FireFighter", "/incident", None)).unwrap();
        for verb in Verb::ALL {
            assert!(said.contains(&format!("/incident {}", verb.keywords()[0])), "{verb:?}");
        }
        assert!(!said.contains("oncall"));
    }
}
