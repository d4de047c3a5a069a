//! Where a person goes after signing in: a path of this site, never an address somebody else chose.

/// `/`, and paths that begin with one slash. `//host`, `/\host`, schemes, control characters and the pages of signing
/// in and out lead home.
pub fn safe(asked: &str) -> &str {
    let mut begin = asked.bytes();
    let ours = begin.next() == Some(b'/') && !matches!(begin.next(), Some(b'/' | b'\\'));
    let plain = asked.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let path = asked.split(['?', '#']).next().unwrap_or_default();
    let loops = path.starts_with("/admin/log") || path.starts_with("/oidc/") || path.starts_with("/fn/");
    if ours && plain && !loops && asked.len() <= 2048 { asked } else { "/" }
}

/// What it is in words; empty for the first page.
pub fn label(next: &str) -> String {
    let path = next.split(['?', '#']).next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts[..] {
        [] => String::new(),
        ["incident"] => "the incident list".into(),
        ["incident", "create"] => "declaring an incident".into(),
        ["incident", id, ..] if id.parse::<i64>().is_ok() => format!("incident #{id}"),
        _ => path.chars().take(60).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_this_site_are_kept_with_their_query() {
        for next in [
            "/",
            "/incident/7/",
            "/incident/?search=caf%C3%A9&status=10",
            "/incident/7/update/?draft=1#posted",
        ] {
            assert_eq!(safe(next), next);
        }
    }

    #[test]
    fn no_other_site_is_reached() {
        let long = format!("/{}", "a".repeat(3000));
        for next in [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "javascript:alert(1)",
            "evil.example",
            "/incident\r\nSet-Cookie: a=b",
            "/a\\b",
            " /",
            "/é",
            &long,
        ] {
            assert_eq!(safe(next), "/", "{next:?}");
        }
    }

    #[test]
    fn signing_in_does_not_lead_back_to_signing_in_or_out() {
        for next in ["/admin/login/?next=/x", "/admin/logout/", "/oidc/authenticate", "/fn/incident/update"] {
            assert_eq!(safe(next), "/", "{next}");
        }
        assert_eq!(safe("/admin/"), "/admin/");
    }

    #[test]
    fn the_way_is_said_in_words() {
        assert_eq!(label("/"), "");
        assert_eq!(label("/incident/?search=x"), "the incident list");
        assert_eq!(label("/incident/4127/update/?draft=x"), "incident #4127");
        assert_eq!(label("/incident/create/"), "declaring an incident");
        assert_eq!(label("/statistics/"), "/statistics/");
    }
}
