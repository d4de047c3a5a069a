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
