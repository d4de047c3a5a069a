//! Text in Slack's markup, escaped where people wrote it (spec 10 §13.5).

use super::blocks::SECTION;
use domain::Timestamp;
use serde::Serialize;
use std::fmt;

/// Slack markup that is safe to send: our own words, or escaped words of people.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mrkdwn(String);

impl Mrkdwn {
    /// Markup that we wrote ourselves, parts of people already escaped.
    pub fn trusted(markup: impl Into<String>) -> Self {
        Mrkdwn(markup.into())
    }

    /// Words of people, so that no mention or link of theirs works.
    pub fn escaped(words: &str) -> Self {
        Mrkdwn(escape(words))
    }

    /// Words of people as a quote, cut to what a section holds.
    pub fn quote(words: &str) -> Self {
        const CUT: &str = "[...]";
        let mut out = String::new();
        for (n, line) in words.lines().enumerate() {
            let line = format!("{}> {}", if n == 0 { "" } else { "\n" }, escape(line));
            let (used, more) = (out.chars().count(), line.chars().count());
            if used + more > SECTION - 10 {
                out.push_str(&cut_escaped(&line, SECTION - 10 - used));
                out.push_str(CUT);
                break;
            }
            out.push_str(&line);
        }
        if out.is_empty() { Mrkdwn("> ".into()) } else { Mrkdwn(out) }
    }

    /// Words of people in bold; a star in them cannot end it.
    pub fn bold(words: &str) -> Self {
        Mrkdwn(format!("*{}*", escape(words).replace('*', "∗").replace('\n', " ")))
    }

    /// A link with a label of people's words.
    pub fn link(url: &str, label: &str) -> Self {
        let url = url.replace('&', "&amp;").replace('<', "%3C").replace('>', "%3E").replace('|', "%7C");
        Mrkdwn(format!("<{url}|{}>", escape(label).replace('|', "¦")))
    }

    /// Mentions somebody by Slack id.
    pub fn mention(slack_user: &str) -> Self {
        Mrkdwn(format!("<@{}>", slack_user.chars().filter(char::is_ascii_alphanumeric).collect::<String>()))
    }

    /// Names a channel by id, as a link for who may see it.
    pub fn channel(id: &str) -> Self {
        Mrkdwn(format!("<#{}>", id.chars().filter(char::is_ascii_alphanumeric).collect::<String>()))
    }

    /// A moment, shown to each reader in their own time zone; UTC where Slack cannot.
    pub fn time(at: Timestamp) -> Self {
        let fallback = at.format("%Y-%m-%d %H:%M UTC");
        Mrkdwn(format!("<!date^{}^{{date_short_pretty}} {{time}}|{fallback}>", at.timestamp()))
    }

    /// Who, for people: a mention when they are in Slack, else their name, else ∅ (spec 10 §3).
    pub fn person(slack_user: Option<&str>, name: &str) -> Self {
        match slack_user {
            Some(id) => Mrkdwn::mention(id),
            None if name.is_empty() => "∅".into(),
            None => Mrkdwn::escaped(name),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn cut(self, limit: usize) -> String {
        if self.0.chars().count() <= limit { self.0 } else { cut_escaped(&self.0, limit - 1) + "…" }
    }
}

impl fmt::Display for Mrkdwn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Literals are ours. A `String` is not: it has to say whether it is escaped.
impl From<&'static str> for Mrkdwn {
    fn from(literal: &'static str) -> Self {
        Mrkdwn(literal.into())
    }
}

/// `&`, `<` and `>` as Slack wants them.
pub fn escape(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// At most `limit` characters, the last one an ellipsis when something was cut.
pub fn shorten(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let kept: String = text.chars().take(limit.saturating_sub(1)).collect();
    kept.trim_end().to_owned() + "…"
}

/// Cuts markup without leaving half an entity, link or mention behind.
fn cut_escaped(markup: &str, limit: usize) -> String {
    let mut kept: String = markup.chars().take(limit).collect();
    if let Some(open) = kept.rfind('<')
        && !kept[open..].contains('>')
    {
        kept.truncate(open);
    }
    if let Some(amp) = kept.rfind('&')
        && !kept[amp..].contains(';')
    {
        kept.truncate(amp);
    }
    kept
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Text {
    PlainText { text: String, emoji: bool },
    Mrkdwn { text: String },
}

pub(super) fn plain(text: &str, limit: usize) -> Text {
    let text = if text.trim().is_empty() { "–" } else { text };
    Text::PlainText { text: shorten(text, limit), emoji: true }
}

pub(super) fn marked(text: Mrkdwn, limit: usize) -> Text {
    let text = text.cut(limit);
    Text::Mrkdwn { text: if text.trim().is_empty() { "–".into() } else { text } }
}
