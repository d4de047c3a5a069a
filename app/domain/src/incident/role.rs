//! Who leads, who communicates: role holders of one incident.
//!
//! A required role can be handed over but not vacated; an optional one can be cleared. (Spec 01 §9.)

use super::{Limits, Message, Set};
use crate::catalog::Catalog;
use crate::{Conflict, Error, FieldCode, FieldErrors, Refusal, RoleTypeId, UserId};
use std::collections::BTreeMap;

/// Holder per role type; vacant roles are absent.
pub type Roles = BTreeMap<RoleTypeId, UserId>;

/// Who shall hold which role: slug → holder, or nobody.
pub type AskedRoles = BTreeMap<String, Set<Option<UserId>>>;

/// Roles that change hands, and what whoever takes them should know.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Handover {
    pub roles: AskedRoles,
    pub note: Option<Message>,
}

impl Handover {
    /// Reads the form: the roles as [`parse_roles`] does, and the note, which may be empty.
    ///
    /// # Errors
    /// Every wrong role under its field name; what is wrong with the note under `note`.
    pub fn parse(
        raw: &BTreeMap<String, Set<String>>,
        note: &str,
        catalog: &Catalog,
    ) -> Result<Self, FieldErrors> {
        let (roles, mut errors) = match parse_roles(raw, catalog) {
            Ok(roles) => (Some(roles), FieldErrors::default()),
            Err(errors) => (None, errors),
        };
        let note = errors.take("note", Message::parse_optional(Some(note), Limits::Form));
        errors.finish(roles.zip(note).map(|(roles, note)| Handover { roles, note }))
    }

    /// Why a note is refused that no role goes with: it would reach nobody.
    pub fn reaches_nobody() -> FieldErrors {
        let mut errors = FieldErrors::default();
        let words = "No role changes hands, so this note would reach nobody. Choose who takes over, or post an update.";
        errors.push("note", FieldCode::Invalid, words);
        errors
    }
}

impl From<AskedRoles> for Handover {
    fn from(roles: AskedRoles) -> Self {
        Handover { roles, note: None }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleChange {
    pub role: RoleTypeId,
    pub slug: String,
    pub from: Option<UserId>,
    pub to: Option<UserId>,
}

/// What to store; empty = tell nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RolePlan {
    /// By role order.
    pub changes: Vec<RoleChange>,
    /// What was asked and left alone, in words for the log and the person.
    pub warnings: Vec<String>,
}

impl RolePlan {
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// `commander_id`, `communication_lead_id`.
    pub fn updated_fields(&self) -> Vec<String> {
        self.changes.iter().map(|c| [&c.slug, "_id"].concat()).collect()
    }
}

/// Reads the roles form: keys are slugs or field names (`role_commander`), values user ids, empty to clear. Unknown
/// keys are ignored.
///
/// # Errors
/// Under the field name: a required role left empty, or text that is no user.
pub fn parse_roles(
    raw: &BTreeMap<String, Set<String>>,
    catalog: &Catalog,
) -> Result<AskedRoles, FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut asked = AskedRoles::new();
    for kind in &catalog.role_types {
        let field = kind.field();
        let Some(sent) = raw.get(&field).or_else(|| raw.get(&kind.slug)) else { continue };
        let to = match sent.to.trim() {
            "" if kind.required => {
                let words = [&kind.name, " cannot be left empty. Hand it over to somebody."].concat();
                errors.push(field, FieldCode::Required, words);
                continue;
            }
            "" => None,
            text => match text.parse() {
                Ok(user) => Some(user),
                Err(_) => {
                    errors.push(field, FieldCode::InvalidChoice, "Choose a person of the list.");
                    continue;
                }
            },
        };
        let from = sent.from.as_deref().map(|text| text.trim().parse().ok());
        asked.insert(kind.slug.clone(), Set { from, to });
    }
    errors.finish(Some(asked))
}

/// What changes. Unknown slugs and vacating a required role are left alone with a warning; what is already so is no
/// change.
///
/// # Errors
/// [`Error::Conflict`] when somebody else gave the role away meanwhile. `name_of` says a person for it.
pub fn plan_roles(
    current: &Roles,
    asked: &AskedRoles,
    catalog: &Catalog,
    name_of: &dyn Fn(UserId) -> String,
) -> Result<RolePlan, Error> {
    let mut plan = RolePlan::default();
    let mut conflicts = Vec::new();
    for slug in asked.keys().filter(|slug| catalog.role_type_by_slug(slug).is_none()) {
        plan.warnings.push(["There is no role \"", slug, "\"."].concat());
    }
    for kind in &catalog.role_types {
        let Some(set) = asked.get(&kind.slug) else { continue };
        let holder = current.get(&kind.id).copied();
        if set.from == Some(set.to) || holder == set.to {
            continue;
        }
        if set.from.is_some_and(|from| from != holder) {
            let say = |user: Option<UserId>| user.map_or_else(|| "nobody".into(), name_of);
            conflicts.push(Conflict { field: kind.field(), theirs: say(holder), yours: say(set.to) });
            continue;
        }
        if set.to.is_none() && kind.required {
            plan.warnings.push([&kind.name, " cannot be left empty."].concat());
            continue;
        }
        plan.changes.push(RoleChange { role: kind.id, slug: kind.slug.clone(), from: holder, to: set.to });
    }
    if conflicts.is_empty() { Ok(plan) } else { Err(Error::Conflict(conflicts)) }
}

/// Whether somebody may leave the incident: who holds a role hands it over first.
///
/// # Errors
/// [`Error::Refused`] with one sentence for each role held.
pub fn may_leave(current: &Roles, who: UserId, catalog: &Catalog) -> Result<(), Error> {
    let held = catalog.role_types.iter().filter(|kind| current.get(&kind.id) == Some(&who));
    let refusals: Vec<Refusal> = held
        .map(|kind| {
            let then = if kind.required { "Hand it over first." } else { "Hand it over or clear it first." };
            Refusal::new("HOLDS_ROLE", ["You are ", &kind.name, ". ", then].concat())
        })
        .collect();
    if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMANDER: RoleTypeId = RoleTypeId(1);
    const LEAD: RoleTypeId = RoleTypeId(2);

    fn user(n: u128) -> UserId {
        UserId(uuid::Uuid::from_u128(n))
    }

    fn plan(current: &Roles, asked: &[(&str, Set<Option<UserId>>)]) -> Result<RolePlan, Error> {
        let asked = asked.iter().map(|(slug, set)| ((*slug).to_owned(), *set)).collect();
        plan_roles(current, &asked, &Catalog::demo(), &|user| {
            ["user ", &user.0.as_u128().to_string()].concat()
        })
    }

    fn held() -> Roles {
        Roles::from([(COMMANDER, user(1)), (LEAD, user(2))])
    }

    // CORE-109 CORE-111: a change names <slug>_id; an optional role is cleared.
    #[test]
    fn hand_over_and_clear() {
        let planned = plan(
            &held(),
            &[("commander", Set::new(Some(user(1)), Some(user(3)))), ("communication_lead", Set::to(None))],
        )
        .expect("nobody else changed it");
        assert_eq!(planned.updated_fields(), ["commander_id", "communication_lead_id"]);
        let pairs: Vec<_> = planned.changes.iter().map(|c| (c.role, c.from, c.to)).collect();
        assert_eq!(pairs, [(COMMANDER, Some(user(1)), Some(user(3))), (LEAD, Some(user(2)), None)]);
    }

    // CORE-110 CORE-112: vacating a required role and unknown slugs change nothing, with a warning.
    #[test]
    fn required_cannot_be_vacated() {
        let planned = plan(&held(), &[("commander", Set::to(None)), ("cook", Set::to(Some(user(1))))])
            .expect("a warning is no error");
        assert!(planned.is_empty());
        assert_eq!(planned.warnings, ["There is no role \"cook\".", "Commander cannot be left empty."]);
    }

    // CORE-114: what is already so is no change.
    #[test]
    fn nothing_asked_nothing_planned() {
        for asked in [
            vec![],
            vec![("commander", Set::to(Some(user(1))))],
            vec![("commander", Set::new(Some(user(9)), Some(user(9))))],
            vec![("commander", Set::new(Some(user(9)), Some(user(1))))],
        ] {
            assert_eq!(plan(&held(), &asked), Ok(RolePlan::default()), "{asked:?}");
        }
    }

    #[test]
    fn somebody_else_handed_it_over_meanwhile() {
        let refused = plan(&held(), &[("commander", Set::new(Some(user(9)), Some(user(3))))]);
        let conflict =
            Conflict { field: "role_commander".into(), theirs: "user 1".into(), yours: "user 3".into() };
        assert_eq!(refused, Err(Error::Conflict(vec![conflict])));
    }

    #[test]
    fn who_holds_a_role_hands_it_over_before_leaving() {
        let catalog = Catalog::demo();
        assert_eq!(may_leave(&held(), user(3), &catalog), Ok(()));
        let refused = may_leave(&held(), user(1), &catalog).expect_err("the commander stays");
        assert_eq!(refused.to_string(), "You are Commander. Hand it over first.");
    }

    #[test]
    fn a_note_goes_with_a_role() {
        let raw = |to: &str| {
            BTreeMap::from([("role_commander".to_owned(), Set::new(user(1).to_string(), to.to_owned()))])
        };
        let parse = |to: &str, note: &str| Handover::parse(&raw(to), note, &Catalog::demo());
        let done = parse(&user(3).to_string(), "The gateway is slow since two.").expect("complete");
        assert_eq!(done.note.as_ref().map(|note| note.as_str()), Some("The gateway is slow since two."));
        assert!(parse(&user(3).to_string(), "  ").is_ok_and(|done| done.note.is_none()));
        let errors = parse("", "short").expect_err("both are wrong");
        let fields: Vec<_> = errors.0.iter().map(|e| (&*e.field, e.code)).collect();
        assert_eq!(fields, [("role_commander", FieldCode::Required), ("note", FieldCode::MinLength)]);
    }

    // One field per type, required as per type.
    #[test]
    fn form_knows_what_is_required() {
        let form = |commander: &str, lead: &str| {
            let raw = BTreeMap::from([
                ("role_commander".to_owned(), Set::new(user(1).to_string(), commander.to_owned())),
                ("role_communication_lead".to_owned(), Set::new(String::new(), lead.to_owned())),
            ]);
            parse_roles(&raw, &Catalog::demo())
        };
        let asked = form(&user(3).to_string(), "").expect("complete");
        assert_eq!(asked["commander"], Set::new(Some(user(1)), Some(user(3))));
        assert_eq!(asked["communication_lead"], Set::new(None, None));
        let errors = form("", "nobody").expect_err("both are wrong");
        let fields: Vec<_> = errors.0.iter().map(|e| (&*e.field, e.code)).collect();
        assert_eq!(
            fields,
            [("role_commander", FieldCode::Required), ("role_communication_lead", FieldCode::InvalidChoice)]
        );
    }
}
