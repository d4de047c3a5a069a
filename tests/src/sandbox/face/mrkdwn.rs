//! Slack's own markup as HTML: bold, italic, struck, code, quotes, links, mentions, moments, emoji.
//!
//! Source: Slack's guide on formatting text. What is not markup is text, and escaped.

use crate::sandbox::clock::at_ms;
use crate::sandbox::slack::state::Slack;

use super::emoji::emoji;
use super::html::{esc, is_web, put};

/// A text object: `mrkdwn` as markup, `plain_text` as it is, with emoji.
pub fn text_object(slack: &Slack, object: &serde_json::Value) -> String {
    let text = object["text"].as_str().unwrap_or_default();
    if object["type"] == "mrkdwn" { mrkdwn(slack, text) } else { plain(text) }
}

/// A plain text with its emoji and line breaks.
pub fn plain(text: &str) -> String {
    let mut out = String::new();
    with_emoji(&mut out, text);
    out.replace('\n', "<br>")
}

/// Markup as HTML.
pub fn mrkdwn(slack: &Slack, text: &str) -> String {
    let mut out = String::new();
    for (index, part) in text.split("```").enumerate() {
        if index % 2 == 1 {
            put!(out, "<pre>{}</pre>", esc(&unescaped(part.trim_matches('\n'))));
        } else {
            lines(slack, &mut out, part);
        }
    }
    out
}

/// Lines, with those that begin with `>` gathered into quotes.
fn lines(slack: &Slack, out: &mut String, text: &str) {
    let mut quoting = false;
    let mut first = true;
    for line in text.split('\n') {
        let quoted = line.strip_prefix('>').or_else(|| line.strip_prefix("&gt;"));
        if quoted.is_some() != quoting {
            out.push_str(if quoting { "</blockquote>" } else { "<blockquote>" });
            quoting = !quoting;
        } else if !first {
            out.push_str("<br>");
        }
        first = false;
        inline(slack, out, quoted.map_or(line, str::trim_start));
    }
    if quoting {
        out.push_str("</blockquote>");
    }
}

fn inline(slack: &Slack, out: &mut String, line: &str) {
    let mut rest = line;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        if c == '<'
            && let Some(end) = after.find('>')
        {
            reference(slack, out, &after[..end]);
            rest = &after[end + 1..];
            before = '>';
            continue;
        }
        if c == '`'
            && let Some(end) = after.find('`').filter(|end| *end > 0)
        {
            put!(out, "<code>{}</code>", esc(&unescaped(&after[..end])));
            rest = &after[end + 1..];
            before = '`';
            continue;
        }
        if c == ':'
            && let Some((sign, end)) = after.find(':').and_then(|end| Some((emoji(&after[..end])?, end)))
        {
            out.push_str(sign);
            rest = &after[end + 1..];
            before = ':';
            continue;
        }
        let tag = match c {
            '*' => "b",
            '_' => "i",
            '~' => "s",
            _ => "",
        };
        if !tag.is_empty()
            && !before.is_alphanumeric()
            && let Some(end) = closing(after, c)
        {
            put!(out, "<{tag}>");
            inline(slack, out, &after[..end]);
            put!(out, "</{tag}>");
            rest = &after[end + 1..];
            before = c;
            continue;
        }
        let end = rest[c.len_utf8()..]
            .find(['<', '`', '*', '_', '~', ':'])
            .map_or(rest.len(), |at| at + c.len_utf8());
        put!(out, "{}", esc(&unescaped(&rest[..end])));
        before = rest[..end].chars().next_back().unwrap_or(' ');
        rest = &rest[end..];
    }
}

/// Where markup that begins here ends: before a word ends, not right after its mark.
fn closing(text: &str, mark: char) -> Option<usize> {
    if text.starts_with(|c: char| c.is_whitespace() || c == mark) {
        return None;
    }
    text.match_indices(mark).map(|(at, _)| at).find(|at| {
        let inside = text[..*at].chars().next_back().is_some_and(|c| !c.is_whitespace());
        let outside = text[at + 1..].chars().next().is_none_or(|c| !c.is_alphanumeric());
        inside && outside
    })
}

/// What stands between `<` and `>`.
fn reference(slack: &Slack, out: &mut String, inner: &str) {
    let (target, label) =
        inner.split_once('|').map_or((inner, None), |(target, label)| (target, Some(label)));
    let label = label.map(unescaped);
    if let Some(user) = target.strip_prefix('@') {
        let name = slack.user(user).map_or(user, |user| &user.real_name);
        put!(out, r#"<span class="at">@{}</span>"#, esc(name));
    } else if let Some(channel) = target.strip_prefix('#') {
        let name = slack
            .channel(channel)
            .map_or_else(|| label.unwrap_or_else(|| channel.into()), |channel| channel.name.clone());
        put!(out, r#"<span class="at">#{}</span>"#, esc(&name));
    } else if let Some(group) = target.strip_prefix("!subteam^") {
        let known = slack.usergroups.iter().find(|known| known.id == group);
        let name = known.map_or_else(|| label.unwrap_or_else(|| group.into()), |known| known.handle.clone());
        put!(out, r#"<span class="at">@{}</span>"#, esc(name.trim_start_matches('@')));
    } else if let Some(moment) = target.strip_prefix("!date^") {
        out.push_str(&date(moment, label.as_deref()));
    } else if let Some(special) = target.strip_prefix('!') {
        put!(out, r#"<span class="at">@{}</span>"#, esc(special));
    } else if is_web(&unescaped(target)) {
        let url = unescaped(target);
        let words = label.as_deref().unwrap_or(&url);
        put!(out, r#"<a class="a" href="{}" target="_blank" rel="noopener">"#, esc(&url));
        with_emoji(out, words);
        out.push_str("</a>");
    } else {
        put!(out, "&lt;{}&gt;", esc(&unescaped(inner)));
    }
}

/// `<!date^seconds^{date} at {time}|fallback>`, in UTC.
fn date(moment: &str, fallback: Option<&str>) -> String {
    let mut parts = moment.split('^');
    let seconds = parts.next().and_then(|seconds| seconds.parse::<i64>().ok());
    let (Some(seconds), Some(format)) = (seconds, parts.next()) else {
        return esc(fallback.unwrap_or(moment)).to_string();
    };
    let at = at_ms(seconds.saturating_mul(1_000));
    let mut words = format.to_owned();
    for (token, shape) in [
        ("{date_num}", "%Y-%m-%d"),
        ("{date}", "%B %-d, %Y"),
        ("{date_short}", "%b %-d, %Y"),
        ("{date_long}", "%A, %B %-d, %Y"),
        ("{date_pretty}", "%B %-d, %Y"),
        ("{date_short_pretty}", "%b %-d, %Y"),
        ("{date_long_pretty}", "%A, %B %-d, %Y"),
        ("{time}", "%H:%M"),
        ("{time_secs}", "%H:%M:%S"),
    ] {
        words = words.replace(token, &at.format(shape).to_string());
    }
    format!(r#"<time datetime="{}">{}</time>"#, at.to_rfc3339(), esc(&words))
}

/// Slack sends `&`, `<` and `>` escaped.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Text with `:names:` turned into their signs.
fn with_emoji(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(':') {
        put!(out, "{}", esc(&rest[..at]));
        let after = &rest[at + 1..];
        let named = after.find(':').and_then(|end| Some((emoji(&after[..end])?, end)));
        match named {
            Some((sign, end)) => {
                out.push_str(sign);
                rest = &after[end + 1..];
            }
            None => {
                out.push(':');
                rest = after;
            }
        }
    }
    put!(out, "{}", esc(rest));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        mrkdwn(&crate::sandbox::slack::seed::workspace("T".into(), 0), text)
    }

    #[test]
    fn marks_are_read_at_the_edges_of_words() {
        assert_eq!(
            shown("*Down* since _noon_, ~not~ `a_b_c`"),
            "<b>Down</b> since <i>noon</i>, <s>not</s> <code>a_b_c</code>"
        );
        assert_eq!(shown("snake_case_name 2*3*4 * alone"), "snake_case_name 2*3*4 * alone");
    }

    #[test]
    fn emoji_with_underscores_are_no_italics() {
        assert_eq!(shown("_:red_circle: a_ 12:30"), "<i>🔴 a</i> 12:30");
    }

    #[test]
    fn quotes_and_lines() {
        assert_eq!(shown("a\n> b\n> c\nd"), "a<blockquote>b<br>c</blockquote>d");
        assert_eq!(shown("```x < *y*```"), "<pre>x &lt; *y*</pre>");
    }

    #[test]
    fn references_are_named_and_only_web_addresses_are_links() {
        assert_eq!(shown("<@U0INES>"), r#"<span class="at">@Ines Okafor</span>"#);
        assert_eq!(shown("<#C0TECH>"), r#"<span class="at">#tech-incidents</span>"#);
        assert_eq!(
            shown("<https://a.example/?x=1&amp;y=2|page>"),
            r#"<a class="a" href="https://a.example/?x=1&amp;y=2" target="_blank" rel="noopener">page</a>"#
        );
        assert_eq!(shown("<javascript:alert(1)|x>"), "&lt;javascript:alert(1)|x&gt;");
        assert_eq!(shown("<!here> &lt;b&gt; :fire:"), r#"<span class="at">@here</span> &lt;b&gt; 🔥"#);
        assert!(shown("<!date^0^{date_num} {time}|x>").contains("1970-01-01 00:00"));
    }
}
