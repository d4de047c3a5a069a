//! Writing HTML by hand: everything that somebody wrote goes through [`esc`].

use std::fmt::{self, Display, Write as _};

/// Appends formatted HTML.
macro_rules! put {
    ($out:expr, $($arg:tt)*) => { $out.push_str(&format!($($arg)*)) };
}
pub(super) use put;

/// A text, shown as it is in content and in quoted attributes.
pub fn esc(text: &str) -> impl Display + '_ {
    Escaped(text)
}

struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

/// A hidden field.
pub fn hidden(name: &str, value: &str) -> String {
    format!(r#"<input type="hidden" name="{}" value="{}">"#, esc(name), esc(value))
}

/// An address of the face: whose screen, and where.
pub fn screen(user: &str, at: &str, more: &[(&str, &str)]) -> String {
    let mut pairs = vec![("as", user), ("at", at)];
    pairs.extend(more.iter().filter(|(_, value)| !value.is_empty()));
    format!("/?{}", serde_urlencoded::to_string(pairs).expect("pairs of texts are a query"))
}

/// Only web addresses become links.
pub fn is_web(url: &str) -> bool {
    ["https://", "http://", "mailto:"].iter().any(|scheme| url.starts_with(scheme))
}

/// An icon, beside words. Shapes after Lucide (ISC).
pub fn icon(name: &str) -> String {
    format!(r##"<svg class="i" aria-hidden="true"><use href="#i-{name}"/></svg>"##)
}

/// The shapes of all icons.
pub const ICONS: &str = r##"<svg width="0" height="0" class="away" aria-hidden="true">
<symbol id="i-mark" viewBox="0 0 24 24"><path d="M12 2.5c.6 3.2 5.8 5.6 5.8 11a5.8 5.8 0 0 1-11.6 0c0-2.3 1.1-3.800 2.300-5 .2 1.600.9 2.500 1.800 2.900C9.900 8.300 10.600 5 12 2.500Z"/><path d="M4 22h16" stroke-width="2"/></symbol>
<symbol id="i-hash" viewBox="0 0 24 24"><path d="M4 9h16M4 15h16M10 3 8 21M16 3l-2 18"/></symbol>
<symbol id="i-lock" viewBox="0 0 24 24"><rect x="3" y="11" width="18" height="11" rx="2"/><path d="M7 11V7a5 5 0 0 1 10 0v4"/></symbol>
<symbol id="i-users" viewBox="0 0 24 24"><path d="M16 21v-2a4 4 0 0 0-4-4H6a4 4 0 0 0-4 4v2M16 3.100a4 4 0 0 1 0 7.800M22 21v-2a4 4 0 0 0-3-3.900"/><circle cx="9" cy="7" r="4"/></symbol>
<symbol id="i-pin" viewBox="0 0 24 24"><path d="M12 17v5M9 10.800a2 2 0 0 1-1.100 1.800l-1.800.9A2 2 0 0 0 5 15.200V16a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1v-.8a2 2 0 0 0-1.100-1.800l-1.800-.9a2 2 0 0 1-1.100-1.700V7a1 1 0 0 1 1-1 2 2 0 0 0 0-4H8a2 2 0 0 0 0 4 1 1 0 0 1 1 1z"/></symbol>
<symbol id="i-bookmark" viewBox="0 0 24 24"><path d="m19 21-7-4-7 4V5a2 2 0 0 1 2-2h10a2 2 0 0 1 2 2z"/></symbol>
<symbol id="i-eye" viewBox="0 0 24 24"><path d="M2 12.300a1 1 0 0 1 0-.6 10.800 10.800 0 0 1 20 0 1 1 0 0 1 0 .6 10.800 10.800 0 0 1-20 0"/><circle cx="12" cy="12" r="3"/></symbol>
<symbol id="i-chat" viewBox="0 0 24 24"><path d="M3 16.300a2 2 0 0 1 .1 1.200l-1.100 3.300a1 1 0 0 0 1.200 1.200l3.400-1a2 2 0 0 1 1.100.1 10 10 0 1 0-4.700-4.800"/></symbol>
<symbol id="i-menu" viewBox="0 0 24 24"><path d="M4 5h16M4 12h16M4 19h16"/></symbol>
<symbol id="i-x" viewBox="0 0 24 24"><path d="M18 6 6 18M6 6l12 12"/></symbol>
<symbol id="i-more" viewBox="0 0 24 24"><circle cx="5" cy="12" r="1"/><circle cx="12" cy="12" r="1"/><circle cx="19" cy="12" r="1"/></symbol>
<symbol id="i-clock" viewBox="0 0 24 24"><circle cx="12" cy="12" r="10"/><path d="M12 6v6l4 2"/></symbol>
</svg>"##;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_is_never_markup() {
        assert_eq!(esc(r#"<b a="1">&'"#).to_string(), "&lt;b a=&quot;1&quot;&gt;&amp;&#39;");
        assert!(hidden("a", "\"><script>").contains("&quot;&gt;&lt;script&gt;"));
        assert!(!is_web("javascript:alert(1)"));
    }
}
