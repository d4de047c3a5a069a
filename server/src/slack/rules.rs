//! What is announced where (spec 10 §14, §17.2).
//!
//! Whether an update is told in the general channel is decided when it is written, in its transaction, because only
//! then both sides are known; here is which channel that is, and which heading it gets.

use crate::incidents::query::Update;
use domain::{catalog::Catalog, incident::Status};

/// General announcements.
pub const ANNOUNCEMENTS: &str = "tech_incidents";
/// Where people ask for help with the product; named in footers and error texts.
pub const SUPPORT: &str = "dev_firefighter";

/// How the general channel is told of an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heading {
    /// The status just became Mitigated.
    Mitigated,
    /// It was handled by its ticket alone before.
    Escalated {
        from: String,
        to: String,
    },
    Update,
}

/// `earlier` are entries of the same timeline, in any order; those after the update are ignored.
pub fn heading(update: &Update, earlier: &[Update], catalog: &Catalog) -> Heading {
    if update.status == Some(Status::Mitigated) {
        return Heading::Mitigated;
    }
    let before = earlier.iter().filter(|e| e.id != update.id && e.created_at <= update.created_at);
    let before =
        before.filter(|e| e.priority.is_some()).max_by_key(|e| e.created_at).and_then(|e| e.priority);
    let old = before.and_then(|id| catalog.priority(id));
    let new = update.priority.and_then(|id| catalog.priority(id));
    match (old, new) {
        (Some(old), Some(new)) if old.value > 3 => {
            Heading::Escalated { from: old.name.clone(), to: new.name.clone() }
        }
        _ => Heading::Update,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use domain::{IncidentId, Timestamp, UpdateId};
    use uuid::Uuid;

    fn entry(n: i64, priority: Option<i32>, status: Option<Status>, catalog: &Catalog) -> Update {
        let at = Timestamp::from_timestamp(1_700_000_000, 0).unwrap() + TimeDelta::minutes(n);
        Update {
            id: UpdateId(Uuid::from_u128(u128::try_from(n).unwrap())),
            incident: IncidentId(1),
            message: None,
            status,
            priority: priority.map(|value| catalog.priority_by_value(value).unwrap().id),
            category: None,
            environment: None,
            title: None,
            description: None,
            author: None,
            event_ts: at,
            event_type: None,
            is_milestone: false,
            next_update_at: None,
            corrected: None,
            created_at: at,
        }
    }

    // SLK-218: the headings of the general rule.
    #[test]
    fn mitigated_goes_first_then_escalated_else_it_is_an_update() {
        let catalog = Catalog::demo();
        let declared = entry(0, Some(4), Some(Status::Open), &catalog);
        let later = entry(9, Some(1), None, &catalog);
        let raised = entry(1, Some(2), None, &catalog);
        let timeline = [declared.clone(), raised.clone(), later];
        assert_eq!(
            heading(&raised, &timeline, &catalog),
            Heading::Escalated { from: "P4".into(), to: "P2".into() }
        );
        let mitigated = entry(2, Some(1), Some(Status::Mitigated), &catalog);
        assert_eq!(heading(&mitigated, &timeline, &catalog), Heading::Mitigated);
        let lowered = entry(3, Some(3), None, &catalog);
        assert_eq!(heading(&lowered, &[raised, declared], &catalog), Heading::Update);
    }
}
