//! An e-mail address as the directory keeps it: trimmed, with one `@` and a domain of at least two labels.

use domain::FieldCode;
use std::fmt;

/// The column's size (01 §3.11).
const MAX: usize = 128;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// # Errors
    /// Code and sentence for the field it was typed into.
    pub fn parse(text: &str) -> Result<Self, (FieldCode, String)> {
        let text = text.trim();
        if text.is_empty() {
            return Err((FieldCode::Blank, "Write an e-mail address.".into()));
        }
        if text.chars().count() > MAX {
            return Err((FieldCode::MaxLength, format!("An e-mail address has at most {MAX} characters.")));
        }
        match text.rsplit_once('@') {
            Some((local, domain)) if is_local(local) && is_domain(domain) => Ok(Email(text.into())),
            _ => Err((FieldCode::Invalid, "Write an e-mail address like name@example.com.".into())),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.rsplit_once('@').map_or(self.0.as_str(), |(local, _)| local)
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn is_local(local: &str) -> bool {
    let ordinary = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    !local.is_empty() && !local.starts_with('.') && !local.ends_with('.') && local.chars().all(ordinary)
}

fn is_domain(domain: &str) -> bool {
    let label = |l: &str| {
        !l.is_empty()
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    domain.contains('.') && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_addresses_are_taken_and_trimmed() {
        for text in [
            "ines.okafor@example.com",
            " a+b@mail.example.co ",
            "jira-webhook@firefighter.invalid",
            "ö@exämple.de",
        ] {
            assert_eq!(Email::parse(text).unwrap().as_str(), text.trim());
        }
        assert_eq!(Email::parse("ines@example.com").unwrap().local_part(), "ines");
    }

    #[test]
    fn everything_else_is_refused_with_a_code() {
        let code = |text: &str| Email::parse(text).unwrap_err().0;
        assert_eq!(code("  "), FieldCode::Blank);
        assert_eq!(code(&format!("{}@example.com", "a".repeat(120))), FieldCode::MaxLength);
        for text in [
            "ines",
            "@example.com",
            "ines@",
            "ines@example",
            "a b@example.com",
            "a@b@example.com",
            "a@-x.com",
            "a@x..com",
            "a\n@example.com",
        ] {
            assert_eq!(code(text), FieldCode::Invalid, "{text}");
        }
    }
}
