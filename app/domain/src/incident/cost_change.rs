//! A cost line changed: each field goes with what the person saw, so that two people never lose each other's change.

use super::cost::{amount, cost_type, details};
use super::state::Conflicts;
use super::words::Wrong;
use super::{Cents, Cost, Set};
use crate::catalog::Catalog;
use crate::{CostTypeId, Error, FieldErrors};
use serde::{Deserialize, Serialize};

/// A changed cost line as a form sends it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RawCostChange {
    pub cost_type: Option<Set<String>>,
    pub amount: Option<Set<String>>,
    pub details: Option<Set<String>>,
}

/// What shall be other on a cost line; what was not changed in the form is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CostChange {
    pub cost_type: Option<Set<CostTypeId>>,
    pub amount: Option<Set<Option<Cents>>>,
    pub details: Option<Set<Option<String>>>,
}

impl CostChange {
    /// Reads the form. What was not changed in it is not asked and not judged.
    ///
    /// # Errors
    /// Every wrong field at once, as for a new line.
    pub fn parse(raw: &RawCostChange, catalog: &Catalog) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let seen = |text: &str| Ok(text.trim().parse().map_or(CostTypeId(0), CostTypeId));
        let cost_type = asked(raw.cost_type.as_ref(), seen, |text| cost_type(text, catalog));
        let cost_type = errors.take("cost_type", cost_type).flatten();
        let amount = errors.take("amount", asked(raw.amount.as_ref(), amount, amount)).flatten();
        let details = errors.take("details", asked(raw.details.as_ref(), details, details)).flatten();
        errors.finish(Some(CostChange { cost_type, amount, details }))
    }

    /// The line as it shall be; `None` when that is how it is.
    ///
    /// # Errors
    /// [`Error::Conflict`] for every field that somebody else changed meanwhile; [`Error::Refused`] when a machine
    /// keeps this type of cost.
    pub fn plan(&self, stands: &Cost, catalog: &Catalog) -> Result<Option<Cost>, Error> {
        if catalog.cost_types.iter().any(|kind| kind.id == stands.cost_type && !kind.editable) {
            return Err(not_by_hand());
        }
        let mut conflicts = Conflicts::default();
        let cost_type = conflicts.take("cost_type", self.cost_type.as_ref(), &stands.cost_type, |id| {
            let kind = catalog.cost_types.iter().find(|kind| kind.id == *id);
            kind.map_or_else(|| "a kind that is gone".into(), |kind| kind.name.clone())
        });
        let amount = conflicts.take("amount", self.amount.as_ref(), &stands.amount, |amount| {
            amount.map_or_else(|| "not known yet".into(), |cents| cents.to_string())
        });
        let details = conflicts.take("details", self.details.as_ref(), &stands.details, |details| {
            details.clone().unwrap_or_else(|| "nothing".into())
        });
        if !conflicts.0.is_empty() {
            return Err(Error::Conflict(conflicts.0));
        }
        let planned = Cost {
            cost_type: cost_type.map_or(stands.cost_type, |changed| changed.to),
            amount: amount.map_or(stands.amount, |changed| changed.to),
            details: details.map_or_else(|| stands.details.clone(), |changed| changed.to),
        };
        Ok(Some(planned).filter(|planned| planned != stands))
    }
}

/// Why a line that a machine keeps stays as it is.
pub fn not_by_hand() -> Error {
    Error::refused("COST_NOT_EDITABLE", "This kind of cost is not kept by hand.")
}

/// Unchanged is not asked.
fn asked<T: PartialEq>(
    raw: Option<&Set<String>>,
    seen: impl Fn(&str) -> Result<T, Wrong>,
    parse: impl Fn(&str) -> Result<T, Wrong>,
) -> Result<Option<Set<T>>, Wrong> {
    let Some(raw) = raw else { return Ok(None) };
    if raw.from.as_deref().map(str::trim) == Some(raw.to.trim()) {
        return Ok(None);
    }
    let from = raw.from.as_deref().map(seen).transpose()?;
    let to = parse(&raw.to)?;
    Ok((from.as_ref() != Some(&to)).then_some(Set { from, to }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::CostType;
    use crate::{Conflict, FieldCode};

    fn catalog() -> Catalog {
        let kind = |id, name: &str, editable| CostType {
            id: CostTypeId(id),
            name: name.into(),
            description: None,
            category: None,
            default: false,
            editable,
        };
        let kinds =
            vec![kind(1, "Refunds", true), kind(2, "Lost orders", true), kind(3, "Cloud bill", false)];
        Catalog { cost_types: kinds, ..Catalog::default() }
    }

    fn set(from: &str, to: &str) -> Option<Set<String>> {
        Some(Set::new(from.into(), to.into()))
    }

    fn stands() -> Cost {
        Cost { cost_type: CostTypeId(1), amount: Some(Cents(120_050)), details: Some("Vouchers".into()) }
    }

    fn plan(raw: &RawCostChange, stands: &Cost) -> Result<Option<Cost>, Error> {
        CostChange::parse(raw, &catalog()).map_err(Error::Invalid)?.plan(stands, &catalog())
    }

    // CORE-026: an amount becomes known, or is open again; how it is written is no change.
    #[test]
    fn what_was_not_changed_is_not_asked() {
        let same = RawCostChange {
            cost_type: set("1", "1"),
            amount: set("1200.50", " 1,200.5 "),
            details: set("Vouchers", "Vouchers\r\n"),
        };
        assert_eq!(plan(&same, &stands()), Ok(None));
        let open = RawCostChange { amount: set("1200.50", ""), details: set("Vouchers", ""), ..same };
        let planned = plan(&open, &stands()).expect("fine").expect("a change");
        assert_eq!((planned.cost_type, planned.amount, planned.details), (CostTypeId(1), None, None));
    }

    #[test]
    fn every_wrong_field_at_once() {
        let raw = RawCostChange {
            cost_type: set("1", "3"),
            amount: set("1200.50", "much"),
            details: set("", &"x".repeat(1_201)),
        };
        let errors = CostChange::parse(&raw, &catalog()).expect_err("three things");
        let codes: Vec<_> = errors.0.iter().map(|e| e.code).collect();
        assert_eq!(codes, [FieldCode::InvalidChoice, FieldCode::Invalid, FieldCode::MaxLength]);
    }

    #[test]
    fn two_people_keep_each_others_change() {
        let mine = RawCostChange { amount: set("1000", "1500"), ..RawCostChange::default() };
        let refused = plan(&mine, &stands()).expect_err("it is 1,200.50 by now");
        let conflict =
            Conflict { field: "amount".into(), theirs: "1,200.50".into(), yours: "1,500.00".into() };
        assert_eq!(refused, Error::Conflict(vec![conflict]));
        let same = RawCostChange { amount: set("1000", "1200.50"), ..RawCostChange::default() };
        assert_eq!(plan(&same, &stands()), Ok(None), "both wanted the same");
        let other = RawCostChange { cost_type: set("1", "2"), ..RawCostChange::default() };
        let planned = plan(&other, &stands()).expect("another field").expect("a change");
        assert_eq!((planned.cost_type, planned.amount), (CostTypeId(2), Some(Cents(120_050))));
    }

    #[test]
    fn a_line_that_a_machine_keeps_stays() {
        let kept = Cost { cost_type: CostTypeId(3), ..stands() };
        let raw = RawCostChange { amount: set("1200.50", "1"), ..RawCostChange::default() };
        assert!(matches!(plan(&raw, &kept), Err(Error::Refused(_))));
    }
}
