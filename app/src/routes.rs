//! Every address of the web, written once. All end with a slash; the router is strict about it on both sides, and the
//! server's redirect from the short form helps only a first load, so links always come from here.

use domain::{CostId, IncidentId, incident::Remedy};

pub const HOME: &str = "/";
pub const INCIDENTS: &str = "/incident/";
pub const DECLARE: &str = "/incident/create/";
pub const CATEGORIES: &str = "/incident-category/";
pub const LOGIN: &str = "/admin/login/";
pub const LOGOUT: &str = "/admin/logout/";

/// `/incident/4127/`
pub fn incident(id: IncidentId) -> String {
    format!("/incident/{id}/")
}

/// The same as it was at a moment: `/incident/4127/?at=2026-10-14T14:31:00Z`
pub fn incident_at(id: IncidentId, at: &str) -> String {
    let mut query = String::new();
    domain::query::push(&mut query, "at", at);
    format!("{}?{query}", incident(id))
}

/// The form to post an update, as a page of its own.
pub fn update(id: IncidentId) -> String {
    format!("/incident/{id}/update/")
}

/// Its page, which says that the update is posted.
pub fn posted(id: IncidentId) -> String {
    format!("{}#posted", incident(id))
}

/// Its page, which says that the change is saved.
pub fn saved(id: IncidentId) -> String {
    format!("{}#saved", incident(id))
}

/// One entry of its timeline, for good.
pub fn entry(id: IncidentId, entry: &str) -> String {
    format!("{}#{entry}", incident(id))
}

/// The form to give an entry other words.
pub fn correct(id: IncidentId, update: &str) -> String {
    format!("/incident/{id}/correct/{update}/")
}

/// The form that dates its key events.
pub fn key_events(id: IncidentId) -> String {
    format!("/incident/{id}/update_key_events/")
}

/// Its roles, and who is on it.
pub fn people(id: IncidentId) -> String {
    format!("/incident/{id}/roles/")
}

/// Who is hit, assessed again.
pub fn impacts(id: IncidentId) -> String {
    format!("/incident/{id}/impacts/")
}

pub fn costs(id: IncidentId) -> String {
    format!("/incident/{id}/costs/")
}

/// Where a cost line is changed.
pub fn change_cost(id: IncidentId, line: CostId) -> String {
    format!("/incident/{id}/costs/?line={line}#change-cost")
}

pub fn tags(id: IncidentId) -> String {
    format!("/incident/{id}/tags/")
}

/// The form to change words, category and environments.
pub fn edit(id: IncidentId) -> String {
    format!("/incident/{id}/edit/")
}

/// The gate, and the form to close.
pub fn close(id: IncidentId) -> String {
    format!("/incident/{id}/close/")
}

/// The form to bring a closed one back.
pub fn reopen(id: IncidentId) -> String {
    format!("/incident/{id}/reopen/")
}

/// Where a thing that stands before closing is put right.
pub fn remedy(id: IncidentId, remedy: Remedy) -> String {
    match remedy {
        Remedy::Update => update(id),
        Remedy::KeyEvents => key_events(id),
        Remedy::Postmortem => format!("{}#surfaces", incident(id)),
        Remedy::Reason => close(id),
    }
}

/// The list with this query, given without `?`.
pub fn incidents(query: &str) -> String {
    if query.is_empty() { INCIDENTS.to_owned() } else { format!("{INCIDENTS}?{query}") }
}

/// The list of categories with this query, given without `?`.
pub fn categories(query: &str) -> String {
    if query.is_empty() { CATEGORIES.to_owned() } else { format!("{CATEGORIES}?{query}") }
}

/// The page to sign in, coming back to this path and query afterwards.
pub fn login(next: &str) -> String {
    let mut query = String::new();
    domain::query::push(&mut query, "next", next);
    format!("{LOGIN}?{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_end_with_a_slash_and_queries_are_encoded() {
        assert_eq!(incident(IncidentId(7)), "/incident/7/");
        assert_eq!(incident_at(IncidentId(7), "2026-10-14T14:31"), "/incident/7/?at=2026-10-14T14:31");
        assert_eq!(update(IncidentId(7)), "/incident/7/update/");
        assert_eq!(login("/incident/?search=é&a"), "/admin/login/?next=/incident/%3Fsearch%3D%C3%A9%26a");
    }
}
