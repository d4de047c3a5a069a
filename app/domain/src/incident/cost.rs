//! What an incident costs: lines of a cost type, in euros, rounded to the cent.
//!
//! (Spec 01 §3.10: `decimal(10,2)`, always EUR; an amount may be open until somebody knows it.)

use super::tidy;
use super::words::Wrong;
use crate::catalog::Catalog;
use crate::{CostTypeId, FieldCode, FieldErrors};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The only currency.
pub const CURRENCY: &str = "EUR";
/// 99,999,999.99: what the column holds.
const LARGEST: i64 = 9_999_999_999;
const LONGEST_DETAILS: usize = 1_200;

/// An amount in cents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cents(pub i64);

impl Cents {
    /// `1200.50`, `1 200,5`, `1,200.50`: the last dot or comma is the decimal one when one or two digits or a rest to
    /// be rounded follow it, others divide thousands. More than two decimals are rounded, half away from zero.
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\'').collect();
        let (negative, text) = text.strip_prefix('-').map_or((false, text.as_str()), |rest| (true, rest));
        let (whole, decimals) = split(text)?;
        let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
        if whole.is_empty() || whole.len() > 12 {
            return None;
        }
        let digit = |at: usize| decimals.as_bytes().get(at).map_or(0, |c| i64::from(c - b'0'));
        let up = i64::from(digit(2) >= 5);
        let cents = whole.parse::<i64>().ok()? * 100 + digit(0) * 10 + digit(1) + up;
        (cents <= LARGEST).then_some(Cents(if negative { -cents } else { cents }))
    }
}

/// Whole part and decimals; nothing when it is no number.
fn split(text: &str) -> Option<(&str, &str)> {
    let fine = |c: char| c.is_ascii_digit() || c == '.' || c == ',';
    if text.is_empty() || !text.chars().all(fine) {
        return None;
    }
    let Some(at) = text.rfind(['.', ',']) else { return Some((text, "")) };
    let (whole, rest) = (&text[..at], &text[at + 1..]);
    let mark = &text[at..=at];
    // "1,200" and "1.200.000" divide thousands; "1200.505" is to be rounded.
    let divides = rest.len() == 3 && (mark == "," || whole.contains(mark));
    let groups = if divides { text } else { whole };
    grouped(groups).then_some(if divides { (text, "") } else { (whole, rest) })
}

/// Digits, or digits divided in threes by one kind of mark.
fn grouped(whole: &str) -> bool {
    let mut parts = whole.split(['.', ',']);
    let first = parts.next().unwrap_or_default();
    let one_mark = !(whole.contains('.') && whole.contains(','));
    let rest: Vec<&str> = parts.collect();
    one_mark
        && (rest.is_empty() || (!first.is_empty() && first.len() <= 3 && rest.iter().all(|p| p.len() == 3)))
}

impl Cents {
    /// As a field holds it: `1200.50`.
    pub fn plain(self) -> String {
        self.to_string().replace(',', "")
    }
}

impl fmt::Display for Cents {
    /// `1,200.50`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = self.0.unsigned_abs();
        let digits = (cents / 100).to_string();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        write!(f, ".{:02}", cents % 100)
    }
}

/// A cost line as a form sends it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RawCost {
    pub cost_type: String,
    pub amount: String,
    pub details: String,
}

/// A cost line that can be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    pub cost_type: CostTypeId,
    /// `None`: not known yet.
    pub amount: Option<Cents>,
    pub details: Option<String>,
}

impl Cost {
    /// Reads the form.
    ///
    /// # Errors
    /// Every wrong field at once. A type that people may not use is refused like one that does not exist.
    pub fn parse(raw: &RawCost, catalog: &Catalog) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let cost_type = errors.take("cost_type", cost_type(&raw.cost_type, catalog));
        let amount = errors.take("amount", amount(&raw.amount));
        let details = errors.take("details", details(&raw.details));
        let cost = cost_type.zip(amount).zip(details);
        errors.finish(cost.map(|((cost_type, amount), details)| Cost { cost_type, amount, details }))
    }
}

pub(super) fn cost_type(text: &str, catalog: &Catalog) -> Result<CostTypeId, Wrong> {
    if text.trim().is_empty() {
        return Err((FieldCode::Required, "Choose what kind of cost it is.".into()));
    }
    let known =
        text.trim().parse().ok().and_then(|id| catalog.cost_types.iter().find(|t| t.id == CostTypeId(id)));
    known
        .filter(|kind| kind.editable)
        .map(|kind| kind.id)
        .ok_or_else(|| (FieldCode::InvalidChoice, "Choose a kind of cost from the list.".into()))
}

pub(super) fn amount(text: &str) -> Result<Option<Cents>, Wrong> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let words = "Not an amount of euros. Write it as 1200.50, at most 99,999,999.99.";
    Cents::parse(text).map(Some).ok_or_else(|| (FieldCode::Invalid, words.into()))
}

pub(super) fn details(text: &str) -> Result<Option<String>, Wrong> {
    let text = tidy(text);
    if text.chars().count() > LONGEST_DETAILS {
        return Err((FieldCode::MaxLength, "Use at most 1,200 characters.".into()));
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::CostType;

    fn catalog() -> Catalog {
        let kind = |id, editable| CostType {
            id: CostTypeId(id),
            name: "Lost orders".into(),
            description: None,
            category: None,
            default: false,
            editable,
        };
        Catalog { cost_types: vec![kind(1, true), kind(2, false)], ..Catalog::default() }
    }

    #[test]
    fn amounts_as_people_write_them() {
        for (typed, cents) in [
            ("1200.50", 120_050),
            ("1200", 120_000),
            (" 1 200,5 ", 120_050),
            ("1,200.50", 120_050),
            ("1.200,50", 120_050),
            ("1,200", 120_000),
            ("1.200.000", 120_000_000),
            ("0.005", 1),
            ("0.004", 0),
            ("-3.995", -400),
            ("99999999.99", LARGEST),
        ] {
            assert_eq!(Cents::parse(typed), Some(Cents(cents)), "{typed}");
        }
        for typed in ["", "much", "1e3", "12,34,5", "1.2.3", ".", "99999999.995", "100000000", "€5", "1,20.5"]
        {
            assert_eq!(Cents::parse(typed), None, "{typed}");
        }
    }

    #[test]
    fn amounts_are_said_with_thousands() {
        for (cents, said) in
            [(0, "0.00"), (5, "0.05"), (120_050, "1,200.50"), (-123_456_789, "-1,234,567.89")]
        {
            assert_eq!(Cents(cents).to_string(), said);
        }
    }

    // CORE-026: the type is required, the amount may be open.
    #[test]
    fn every_wrong_field_at_once() {
        let raw = |cost_type: &str, amount: &str| RawCost {
            cost_type: cost_type.into(),
            amount: amount.into(),
            details: " Refunds \n".into(),
        };
        let open = Cost::parse(&raw("1", ""), &catalog()).expect("fine");
        assert_eq!((open.amount, open.details.as_deref()), (None, Some("Refunds")));
        let errors = Cost::parse(&raw("", "much"), &catalog()).expect_err("two things");
        let fields: Vec<_> = errors.0.iter().map(|e| (&*e.field, e.code)).collect();
        assert_eq!(fields, [("cost_type", FieldCode::Required), ("amount", FieldCode::Invalid)]);
        let machine = Cost::parse(&raw("2", "1"), &catalog()).expect_err("not for people");
        assert_eq!(machine.0[0].code, FieldCode::InvalidChoice);
    }
}
