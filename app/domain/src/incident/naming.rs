//! Names of an incident for people, channels and tickets.

use crate::catalog::Environment;
use crate::period::{Zone, compact_date};
use crate::{IncidentId, Timestamp};

/// `#123 - Checkout is down`.
pub fn display(id: IncidentId, title: &str) -> String {
    ["#", &id.to_string(), " - ", title].concat()
}

/// The first 100 characters; the last one is an ellipsis when something is cut.
pub fn short_description(description: &str) -> String {
    shorten(description, 100)
}

/// At most `limit` characters; the last one is an ellipsis when something is cut.
pub fn shorten(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.into();
    }
    let mut cut: String = text.chars().take(limit.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// `20240501-123`: local creation date and the first 8 digits of the number.
pub fn canonical(id: IncidentId, created_at: Timestamp, zone: &dyn Zone) -> String {
    let mut name = compact_date(created_at, zone);
    name.push('-');
    name.extend(id.to_string().chars().take(8));
    name
}

/// Most characters of a channel's name (Slack).
pub const CHANNEL_NAME_LIMIT: usize = 80;

/// `20240501-123-prd-stg-payment`: canonical name, environments by their order, category; a–z, 0–9 and single dashes,
/// at most 80 characters. Too long: environments are cut to 3 letters, then the end is cut; never a dash at the end.
/// Accents lose their mark. (Spec 10 §15.1.)
pub fn channel(canonical: &str, environments: &[&Environment], category: &str) -> String {
    let mut environments = environments.to_vec();
    environments.sort_by_key(|e| e.order);
    let build = |letters: usize| {
        let mut words = vec![canonical.to_owned()];
        words.extend(environments.iter().map(|e| e.value.chars().take(letters).collect()));
        words.push(category.to_owned());
        dashed(&words.join("-"))
    };
    let full = build(usize::MAX);
    if full.len() <= CHANNEL_NAME_LIMIT { full } else { cut(&build(3), CHANNEL_NAME_LIMIT).into() }
}

/// The name to try when it is taken: attempt 2 → `…-2`, still at most 80 characters.
pub fn with_suffix(name: &str, attempt: u32) -> String {
    let suffix = ["-", &attempt.to_string()].concat();
    [cut(name, CHANNEL_NAME_LIMIT - suffix.len()), &suffix].concat()
}

/// ASCII only comes in here, so that bytes are characters.
fn cut(name: &str, limit: usize) -> &str {
    let end = name.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= limit).last();
    name[..end.unwrap_or(0)].trim_end_matches('-')
}

/// Lower-case letters and digits; every run of anything else is one dash, none at either end.
fn dashed(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        let plain = unaccented(c);
        if plain.is_empty() {
            if !out.is_empty() && !out.ends_with('-') {
                out.push('-');
            }
        } else {
            out.push_str(plain);
        }
    }
    out.trim_end_matches('-').into()
}

/// The plain letters of a character; empty for what separates words.
fn unaccented(c: char) -> &'static str {
    const ASCII: &str = "0123456789abcdefghijklmnopqrstuvwxyz";
    if let Some(at) = ASCII.find(c.to_ascii_lowercase()) {
        return &ASCII[at..=at];
    }
    match c {
        'à'..='å' | 'À'..='Å' | 'ā' | 'Ā' | 'ă' | 'ą' | 'Ą' => "a",
        'æ' | 'Æ' => "ae",
        'ç' | 'Ç' | 'ć' | 'Ć' | 'č' | 'Č' => "c",
        'ď' | 'Ď' | 'ð' | 'đ' => "d",
        'è'..='ë' | 'È'..='Ë' | 'ē' | 'ė' | 'ę' | 'Ę' | 'ě' | 'Ě' => "e",
        'ğ' | 'Ğ' => "g",
        'ì'..='ï' | 'Ì'..='Ï' | 'ī' | 'ı' | 'İ' => "i",
        'ł' | 'Ł' => "l",
        'ñ' | 'Ñ' | 'ń' | 'Ń' | 'ň' | 'Ň' => "n",
        'ò'..='ö' | 'Ò'..='Ö' | 'ø' | 'Ø' | 'ō' | 'ő' | 'Ő' => "o",
        'œ' | 'Œ' => "oe",
        'ř' | 'Ř' => "r",
        'ś' | 'Ś' | 'š' | 'Š' | 'ş' | 'Ş' => "s",
        'ß' => "ss",
        'ť' | 'Ť' | 'ţ' | 'Ţ' => "t",
        'ù'..='ü' | 'Ù'..='Ü' | 'ū' | 'ů' | 'Ů' | 'ű' | 'Ű' => "u",
        'ý' | 'ÿ' | 'Ý' => "y",
        'ź' | 'Ź' | 'ż' | 'Ż' | 'ž' | 'Ž' => "z",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use chrono::{FixedOffset, Utc};
    use proptest::prelude::*;

    // CORE-034: '#id - title'. CORE-035: cut at 100, the ellipsis counted.
    #[test]
    fn display_and_short_description() {
        assert_eq!(display(IncidentId(12), "Checkout is down"), "#12 - Checkout is down");
        assert_eq!(short_description(&"é".repeat(100)), "é".repeat(100));
        let cut = short_description(&"é".repeat(101));
        assert_eq!((cut.chars().count(), cut.ends_with("é…")), (100, true));
    }

    // CORE-036: local date and the first eight digits.
    #[test]
    fn canonical_name_in_local_time() {
        let late = "2024-01-05T23:30:00Z".parse().expect("a moment");
        let paris = FixedOffset::east_opt(3600).expect("one hour");
        assert_eq!(canonical(IncidentId(42), late, &Utc), "20240105-42");
        assert_eq!(canonical(IncidentId(123_456_789), late, &paris), "20240106-12345678");
    }

    // SLK-222: pattern, environments by their order, abbreviation above 80, accents without marks, no dash at the end.
    #[test]
    fn channel_names() {
        let catalog = Catalog::demo();
        let mut environments: Vec<_> = catalog.environments.iter().collect();
        environments.reverse();
        assert_eq!(
            channel("20240501-42", &environments, "Offer (Price & Stock)"),
            "20240501-42-prd-stg-int-offer-price-stock"
        );
        assert_eq!(
            channel("20240501-42", &environments[2..], "Société générale!"),
            "20240501-42-prd-societe-generale"
        );
        let mut long = catalog.environments.clone();
        long[0].value = "production-europe".into();
        long[1].value = "staging-europe".into();
        let long: Vec<_> = long.iter().collect();
        let name = channel("20240501-42", &long, "A category of a quite considerable length");
        assert_eq!(name, "20240501-42-pro-sta-int-a-category-of-a-quite-considerable-length");
        let name = channel("20240501-42", &long, &"long word ".repeat(20));
        assert_eq!((name.len(), &name[68..]), (80, "-word-long-w"));
    }

    // The next name to try when it is taken.
    #[test]
    fn suffix_keeps_the_limit() {
        assert_eq!(with_suffix("20240501-42-prd-payment", 2), "20240501-42-prd-payment-2");
        assert_eq!(with_suffix(&"x".repeat(80), 12), ["x".repeat(77), "-12".into()].concat());
    }

    proptest! {
        #[test]
        fn channel_names_fit_slack(id in 0i64.., category in any::<String>(), values in proptest::collection::vec(any::<String>(), 0..6), attempt in 2u32..) {
            let template = &Catalog::demo().environments[0];
            let environments: Vec<_> = values
                .into_iter()
                .map(|value| Environment { value, ..template.clone() })
                .collect();
            let at = "2024-05-01T12:30:00Z".parse().expect("a moment");
            let canonical = canonical(IncidentId(id), at, &Utc);
            let name = channel(&canonical, &environments.iter().collect::<Vec<_>>(), &category);
            for name in [with_suffix(&name, attempt), name] {
                prop_assert!(name.len() <= CHANNEL_NAME_LIMIT && name.starts_with("20240501-"), "{}", name);
                prop_assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
                prop_assert!(!name.ends_with('-') && !name.contains("--"), "{}", name);
            }
        }
    }
}
