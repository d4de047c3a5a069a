//! How bad it is, on four axes, and the priority that follows.
//!
//! One level is chosen per axis; the worst one names the priority (rank 1 → P1 … rank 5 → P5). All N/A means: no
//! priority yet. (Spec 01 §14.2.)

use crate::catalog::{Catalog, ImpactLevel, ImpactType, Priority};
use crate::{FieldCode, FieldErrors, ImpactLevelId, ImpactTypeId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Two letters as stored, ordered from the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LevelCode {
    #[serde(rename = "HT")]
    Highest,
    #[serde(rename = "HI")]
    High,
    #[serde(rename = "MD")]
    Medium,
    #[serde(rename = "LO")]
    Low,
    #[serde(rename = "LT")]
    Lowest,
    #[serde(rename = "NO")]
    None,
}

impl LevelCode {
    pub const ALL: [LevelCode; 6] = [
        LevelCode::Highest,
        LevelCode::High,
        LevelCode::Medium,
        LevelCode::Low,
        LevelCode::Lowest,
        LevelCode::None,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            LevelCode::Highest => "HT",
            LevelCode::High => "HI",
            LevelCode::Medium => "MD",
            LevelCode::Low => "LO",
            LevelCode::Lowest => "LT",
            LevelCode::None => "NO",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        LevelCode::ALL.into_iter().find(|c| c.as_str() == code)
    }

    /// 1 (worst) … 6 (no impact).
    pub const fn rank(self) -> u8 {
        self as u8 + 1
    }

    /// An unknown code counts as no impact.
    pub fn rank_of(code: &str) -> u8 {
        LevelCode::from_code(code).map_or(6, LevelCode::rank)
    }

    pub const fn label(self) -> &'static str {
        match self {
            LevelCode::Highest => "Highest",
            LevelCode::High => "High",
            LevelCode::Medium => "Medium",
            LevelCode::Low => "Low",
            LevelCode::Lowest => "Lowest",
            LevelCode::None => "N/A",
        }
    }

    pub const fn emoji(self) -> &'static str {
        match self {
            LevelCode::Highest => "⏫",
            LevelCode::High => "🔼",
            LevelCode::Medium => "➡️",
            LevelCode::Low => "🔽",
            LevelCode::Lowest => "⏬",
            LevelCode::None => "",
        }
    }
}

/// One chosen level. The level always belongs to the type: only the functions here make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impact {
    pub impact_type: ImpactTypeId,
    pub level: ImpactLevelId,
    pub code: LevelCode,
}

/// The chosen levels, by type order; N/A levels are chosen levels, too. Empty when nobody was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impacts(pub Vec<Impact>);

impl Impacts {
    /// The impact form: one choice per type, by level id or two-letter code. Keys are the type's value
    /// (`customers_impact`) or its field name (`set_impact_type_customers_impact`); unknown types are skipped.
    ///
    /// # Errors
    /// Under the field name: a level that is missing, unknown, or of another type.
    pub fn parse(raw: &BTreeMap<String, String>, catalog: &Catalog) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut chosen = Vec::new();
        for kind in &catalog.impact_types {
            match given(raw, kind) {
                None => errors.push(kind.field(), FieldCode::Required, "Choose a level, or N/A."),
                Some(text) => match find(kind, text) {
                    Some(level) => chosen.push(Impact::of(kind, level)),
                    None => errors.push(
                        kind.field(),
                        FieldCode::InvalidChoice,
                        "This level does not exist any more. Choose another.",
                    ),
                },
            }
        }
        errors.finish(Some(Impacts(chosen)))
    }

    /// What a declaration carries: as [`Impacts::parse`], but what is missing or unknown counts as no impact. Nothing
    /// given at all chooses nothing.
    pub fn read(raw: &BTreeMap<String, String>, catalog: &Catalog) -> Self {
        if !catalog.impact_types.iter().any(|kind| given(raw, kind).is_some()) {
            return Impacts::default();
        }
        let chosen = catalog.impact_types.iter().filter_map(|kind| {
            let level = given(raw, kind).and_then(|text| find(kind, text)).or_else(|| kind.none_level())?;
            Some(Impact::of(kind, level))
        });
        Impacts(chosen.collect())
    }

    /// The best rank, 1…6; 6 when nothing is impacted.
    pub fn rank(&self) -> u8 {
        self.0.iter().map(|i| i.code.rank()).min().unwrap_or(6)
    }

    /// The priority to suggest: the one with the rank as its value, else the worst existing one from value 3 on.
    /// Nothing when nothing is impacted. Only priorities that can be declared.
    pub fn suggest_priority<'a>(&self, catalog: &'a Catalog) -> Option<&'a Priority> {
        let rank = i32::from(self.rank());
        if rank > 5 {
            return None;
        }
        catalog
            .creatable_priorities()
            .find(|p| p.value == rank)
            .or_else(|| catalog.creatable_priorities().filter(|p| p.value >= 3).min_by_key(|p| p.value))
    }

    fn code_of(&self, value: &str, catalog: &Catalog) -> Option<LevelCode> {
        let kind = catalog.impact_type_by_value(value)?;
        self.0.iter().find(|i| i.impact_type == kind.id).map(|i| i.code)
    }

    fn touches(&self, value: &str, catalog: &Catalog) -> bool {
        self.code_of(value, catalog).is_some_and(|code| code != LevelCode::None)
    }

    pub fn touches_customers(&self, catalog: &Catalog) -> bool {
        self.touches("customers_impact", catalog)
    }

    pub fn touches_sellers(&self, catalog: &Catalog) -> bool {
        self.touches("sellers_impact", catalog)
    }

    /// Label of the level chosen for `business_impact`: `Highest` … `N/A`.
    pub fn business_label(&self, catalog: &Catalog) -> Option<&'static str> {
        self.code_of("business_impact", catalog).map(LevelCode::label)
    }
}

impl Impact {
    fn of(kind: &ImpactType, level: &ImpactLevel) -> Self {
        Impact { impact_type: kind.id, level: level.id, code: level.code }
    }
}

impl Catalog {
    /// The rank of the worst of these answers (impact type → level code), 1 to 6.
    pub fn rank_of(&self, answers: &BTreeMap<String, String>) -> u8 {
        Impacts::read(answers, self).rank()
    }

    /// The priority suggested when the worst answer has this rank: the rule of the operation itself.
    pub fn suggest_at(&self, rank: u8) -> Option<&Priority> {
        let answer = |kind: &ImpactType| {
            let level = kind.levels.iter().find(|level| level.code.rank() == rank)?;
            Some((kind.value.clone(), level.code.as_str().to_owned()))
        };
        let answers = self.impact_types.iter().find_map(answer).into_iter().collect();
        Impacts::read(&answers, self).suggest_priority(self)
    }
}

/// Rank of an impact form: 6 when the form is invalid or all is N/A, so it cannot go on (01 §14.2).
pub fn suggest_rank(raw: &BTreeMap<String, String>, catalog: &Catalog) -> u8 {
    Impacts::parse(raw, catalog).map_or(6, |impacts| impacts.rank())
}

fn given<'a>(raw: &'a BTreeMap<String, String>, kind: &ImpactType) -> Option<&'a str> {
    let text = raw.get(&kind.value).or_else(|| raw.get(&kind.field()))?.trim();
    (!text.is_empty()).then_some(text)
}

fn find<'a>(kind: &'a ImpactType, text: &str) -> Option<&'a ImpactLevel> {
    match LevelCode::from_code(text) {
        Some(code) => kind.level_by_code(code),
        None => kind.level(text.parse().ok()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn form(levels: [&str; 4]) -> BTreeMap<String, String> {
        ["business_impact", "customers_impact", "sellers_impact", "employees_impact"]
            .into_iter()
            .zip(levels)
            .map(|(kind, level)| (kind.to_owned(), level.to_owned()))
            .collect()
    }

    // CORE-006: six codes with ranks and arrows; unknown is rank 6.
    #[test]
    fn codes_ranks_and_arrows() {
        let table: Vec<_> = LevelCode::ALL.into_iter().map(|c| (c.as_str(), c.rank(), c.emoji())).collect();
        assert_eq!(
            table,
            [
                ("HT", 1, "⏫"),
                ("HI", 2, "🔼"),
                ("MD", 3, "➡️"),
                ("LO", 4, "🔽"),
                ("LT", 5, "⏬"),
                ("NO", 6, "")
            ]
        );
        assert_eq!(LevelCode::rank_of("XX"), 6);
        assert_eq!(LevelCode::rank_of("HI"), 2);
    }

    // CORE-146 SLK-143: the best rank is suggested; all N/A is no priority.
    #[test]
    fn suggested_priority_matrix() {
        let catalog = Catalog::demo();
        for (levels, rank, name) in [
            (["HT", "NO", "NO", "NO"], 1, Some("P1")),
            (["LT", "HT", "HI", "LT"], 1, Some("P1")),
            (["LT", "HI", "MD", "LO"], 2, Some("P2")),
            (["NO", "NO", "NO", "HI"], 2, Some("P2")),
            (["MD", "LO", "LO", "LT"], 3, Some("P3")),
            (["LO", "LT", "LT", "LT"], 4, Some("P4")),
            (["LT", "LT", "LT", "LT"], 5, Some("P5")),
            (["NO", "NO", "NO", "NO"], 6, None),
        ] {
            let impacts = Impacts::parse(&form(levels), &catalog).expect("all levels exist");
            assert_eq!(impacts.rank(), rank, "{levels:?}");
            assert_eq!(suggest_rank(&form(levels), &catalog), rank);
            assert_eq!(impacts.suggest_priority(&catalog).map(|p| &*p.name), name, "{levels:?}");
        }
    }

    // CORE-147 CORE-144: one required choice per type; an invalid form is rank 6.
    #[test]
    fn invalid_form_suggests_nothing() {
        let catalog = Catalog::demo();
        let errors = Impacts::parse(&BTreeMap::new(), &catalog).expect_err("nothing chosen");
        let fields: Vec<_> = errors.0.iter().map(|e| &*e.field).collect();
        assert_eq!(
            fields,
            [
                "set_impact_type_business_impact",
                "set_impact_type_customers_impact",
                "set_impact_type_sellers_impact",
                "set_impact_type_employees_impact"
            ]
        );
        assert_eq!(suggest_rank(&form(["HT", "", "NO", "NO"]), &catalog), 6);
        // There is no HT level for employees.
        assert_eq!(suggest_rank(&form(["HT", "HT", "HT", "HT"]), &catalog), 6);
        assert!(catalog.impact_types.iter().all(|t| t.none_level().is_some()));
    }

    // CORE-145: by id or code. CORE-021: a level of another type is refused.
    #[test]
    fn level_by_id_or_code_but_only_of_its_type() {
        let catalog = Catalog::demo();
        let customers_high = "a3ee9435-00d6-4706-adc0-6f2f2e3e15e9";
        let by_id = Impacts::parse(&form(["NO", customers_high, "NO", "NO"]), &catalog);
        assert_eq!(by_id, Impacts::parse(&form(["NO", "HI", "NO", "NO"]), &catalog));
        assert!(by_id.is_ok());
        assert!(Impacts::parse(&form([customers_high, "NO", "NO", "NO"]), &catalog).is_err());
    }

    // CORE-148: a missing priority falls back to one of value 3 or more.
    #[test]
    fn missing_priority_falls_back() {
        let mut catalog = Catalog::demo();
        catalog.priorities.retain(|p| p.value != 1 && p.value != 3);
        let impacts = Impacts::read(&form(["HT", "NO", "NO", "NO"]), &catalog);
        assert_eq!(impacts.suggest_priority(&catalog).map(|p| p.value), Some(4));
    }

    // CORE-149: the business label, found by the type's value.
    #[test]
    fn business_label_by_value() {
        let mut catalog = Catalog::demo();
        catalog.impact_types[0].name = "Renamed".into();
        let label =
            |level| Impacts::read(&form([level, "NO", "NO", "NO"]), &catalog).business_label(&catalog);
        assert_eq!(label("HT"), Some("Highest"));
        assert_eq!(label("NO"), Some("N/A"));
        assert_eq!(Impacts::default().business_label(&catalog), None);
    }

    // CORE-066: an unknown id counts as no impact; id strings and codes mix.
    #[test]
    fn a_declaration_reads_unknown_levels_as_none() {
        let catalog = Catalog::demo();
        let raw = form(["not-a-level", "HI", "39acd223-2ef5-40e5-9f59-cafe6736d16e", ""]);
        let impacts = Impacts::read(&raw, &catalog);
        let codes: Vec<_> = impacts.0.iter().map(|i| i.code.as_str()).collect();
        assert_eq!(codes, ["NO", "HI", "NO", "NO"]);
        assert!(impacts.touches_customers(&catalog) && !impacts.touches_sellers(&catalog));
        assert_eq!(Impacts::read(&BTreeMap::new(), &catalog), Impacts::default());
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_levels_fit_their_type(raw in proptest::collection::btree_map(".{0,40}", ".{0,40}", 0..6)) {
            let catalog = Catalog::demo();
            for impact in Impacts::read(&raw, &catalog).0 {
                let kind = catalog.impact_type(impact.impact_type).expect("made from the catalog");
                prop_assert!(kind.level(impact.level).is_some());
            }
        }
    }
}
