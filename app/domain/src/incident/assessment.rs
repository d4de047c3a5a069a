//! Who is hit, assessed again after declaring: one level per axis, and what changes.
//!
//! An axis keeps its level until somebody chooses another; N/A is a level too. The priority is not touched: it is
//! suggested, and a person sets it. (Spec 01 §14.2.)

use super::{Impact, Impacts, LevelCode, Set};
use crate::catalog::{Catalog, ImpactType};
use crate::{Conflict, Error, FieldCode, FieldErrors, ImpactLevelId, ImpactTypeId};
use std::collections::BTreeMap;

/// The level of each axis that was answered.
pub type Assessed = BTreeMap<ImpactTypeId, ImpactLevelId>;

/// Which level shall stand on which axis; `from` is empty where none stood.
pub type AskedImpacts = BTreeMap<ImpactTypeId, Set<ImpactLevelId, Option<ImpactLevelId>>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImpactChange {
    pub impact_type: ImpactTypeId,
    pub from: Option<ImpactLevelId>,
    pub to: ImpactLevelId,
}

/// Reads the form: keys are the values of the types (`customers_impact`), levels their two letters. Unknown keys are
/// ignored.
///
/// # Errors
/// Under the key: a level that does not exist on this axis.
pub fn parse_impacts(
    raw: &BTreeMap<String, Set<String>>,
    catalog: &Catalog,
) -> Result<AskedImpacts, FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut asked = AskedImpacts::new();
    for kind in &catalog.impact_types {
        let Some(sent) = raw.get(&kind.value) else { continue };
        let Some(to) = level(kind, &sent.to) else {
            errors.push(&kind.value, FieldCode::InvalidChoice, "Choose a level, or N/A.");
            continue;
        };
        asked.insert(kind.id, Set { from: sent.from.as_deref().map(|text| level(kind, text)), to });
    }
    errors.finish(Some(asked))
}

fn level(kind: &ImpactType, text: &str) -> Option<ImpactLevelId> {
    kind.level_by_code(LevelCode::from_code(text.trim())?).map(|level| level.id)
}

/// What changes, in the order of the axes. Choosing N/A where nothing stood is no change.
///
/// # Errors
/// [`Error::Conflict`] with both levels when somebody else assessed an axis meanwhile.
pub fn plan_impacts(
    current: &Assessed,
    asked: &AskedImpacts,
    catalog: &Catalog,
) -> Result<Vec<ImpactChange>, Error> {
    let (mut changes, mut conflicts) = (Vec::new(), Vec::new());
    for kind in &catalog.impact_types {
        let Some(set) = asked.get(&kind.id) else { continue };
        let stands = current.get(&kind.id).copied();
        let none = kind.none_level().map(|level| level.id);
        if set.from == Some(Some(set.to)) || stands.or(none) == Some(set.to) {
            continue;
        }
        if set.from.is_some_and(|from| from.or(none) != stands.or(none)) {
            let say = |id: Option<ImpactLevelId>| {
                id.and_then(|id| kind.level(id))
                    .map_or(LevelCode::None, |level| level.code)
                    .label()
                    .to_owned()
            };
            let (theirs, yours) = (say(stands), say(Some(set.to)));
            conflicts.push(Conflict { field: kind.value.clone(), theirs, yours });
            continue;
        }
        changes.push(ImpactChange { impact_type: kind.id, from: stands, to: set.to });
    }
    if conflicts.is_empty() { Ok(changes) } else { Err(Error::Conflict(conflicts)) }
}

impl Impacts {
    /// As they stand on an incident; what the catalog no longer knows is left out.
    pub fn of(assessed: &Assessed, catalog: &Catalog) -> Self {
        let known = catalog.impact_types.iter().filter_map(|kind| {
            let level = kind.level(*assessed.get(&kind.id)?)?;
            Some(Impact { impact_type: kind.id, level: level.id, code: level.code })
        });
        Impacts(known.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&str, &str, &str)]) -> BTreeMap<String, Set<String>> {
        let set = |from: &str, to: &str| Set::new(from.to_owned(), to.to_owned());
        fields.iter().map(|(kind, from, to)| ((*kind).to_owned(), set(from, to))).collect()
    }

    fn stands(catalog: &Catalog, levels: &[(&str, LevelCode)]) -> Assessed {
        let pair = |(value, code): &(&str, LevelCode)| {
            let kind = catalog.impact_type_by_value(value).expect("an axis");
            (kind.id, kind.level_by_code(*code).expect("a level").id)
        };
        levels.iter().map(pair).collect()
    }

    #[test]
    fn only_what_differs_changes_and_both_sides_of_a_conflict_are_named() {
        let catalog = Catalog::demo();
        let now = stands(&catalog, &[("customers_impact", LevelCode::Low)]);
        let asked = |fields: &[_]| parse_impacts(&form(fields), &catalog).expect("levels exist");

        let plan = plan_impacts(
            &now,
            &asked(&[("customers_impact", "LO", "HI"), ("sellers_impact", "", "NO")]),
            &catalog,
        )
        .expect("nobody else was there");
        assert_eq!(plan.len(), 1, "nothing stood on the other axis, and nothing shall: {plan:?}");
        assert_eq!(plan[0].from, now.values().next().copied());

        let stale = plan_impacts(&now, &asked(&[("customers_impact", "MD", "HI")]), &catalog);
        let Err(Error::Conflict(conflicts)) = stale else { panic!("{stale:?}") };
        assert_eq!((conflicts[0].theirs.as_str(), conflicts[0].yours.as_str()), ("Low", "High"));

        let untouched = plan_impacts(&now, &asked(&[("customers_impact", "MD", "MD")]), &catalog);
        assert_eq!(untouched, Ok(vec![]), "what a person left alone never conflicts");
        let same = plan_impacts(&now, &asked(&[("customers_impact", "MD", "LO")]), &catalog);
        assert_eq!(same, Ok(vec![]), "two people who mean the same agree");
    }

    #[test]
    fn a_level_of_no_axis_is_named() {
        let catalog = Catalog::demo();
        let errors =
            parse_impacts(&form(&[("employees_impact", "NO", "HT")]), &catalog).expect_err("no such level");
        assert_eq!(errors.of("employees_impact"), Some("Choose a level, or N/A."));
        assert_eq!(parse_impacts(&form(&[("moon_impact", "NO", "HT")]), &catalog), Ok(AskedImpacts::new()));
    }

    #[test]
    fn the_assessment_suggests_a_priority_as_declaring_would() {
        let catalog = Catalog::demo();
        let now =
            stands(&catalog, &[("customers_impact", LevelCode::Low), ("business_impact", LevelCode::High)]);
        let impacts = Impacts::of(&now, &catalog);
        assert_eq!(impacts.suggest_priority(&catalog).map(|p| p.name.as_str()), Some("P2"));
        assert_eq!(Impacts::of(&Assessed::new(), &catalog), Impacts::default());
    }
}
