//! Words that pages, Slack and mails share, so that one thing has one name everywhere.

use crate::Origin;

/// What stands behind a time and a name in a timeline: `from Slack`.
pub const fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Web => "from the web",
        Origin::Slack => "from Slack",
        Origin::Api => "by the API",
        Origin::Jira => "from Jira",
        Origin::PagerDuty => "from PagerDuty",
        Origin::Schedule => "by schedule",
        Origin::Cli => "from the command line",
    }
}

/// Label of a form field; the name itself when it has none. Role, key-event and impact fields take the name of their
/// type instead. (Spec 03 §4.2.)
pub fn label(field: &str) -> &str {
    match field {
        "title" => "Title",
        "description" => "Summary",
        "message" => "Update message",
        "status" | "_status" => "Status",
        "incident_category" | "incident_category_id" => "Incident category",
        "priority" | "priority_id" => "Priority",
        "environment" | "environment_id" => "Environment",
        "platform" => "Platform",
        "suggested_team_routing" => "Feature Team or Train",
        "zendesk_ticket_id" => "Zendesk Ticket ID",
        "seller_contract_id" => "Seller Contract ID",
        "is_key_account" => "Is it a key account?",
        "is_seller_in_golden_list" => "Is the seller in the golden list?",
        "zoho_desk_ticket_id" => "Zoho Desk Ticket ID",
        "closure_reason" => "Closure Reason",
        "closure_reference" => "Reference (optional)",
        "closure_message" => "Closure Message",
        "created_at" => "Created at",
        "group" | "incident_category__group" => "Group",
        "created_by" => "Reported by",
        "private" => "Private",
        "ignore" => "Ignored",
        "search" => "Search",
        other => other,
    }
}

/// `1 incident`, `3 incidents`.
pub fn counted(count: i64, one: &str, many: &str) -> String {
    [count.to_string().as_str(), " ", if count == 1 { one } else { many }].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    // WEB-034: labels of the fields; a category is never called a component.
    #[test]
    fn fields_have_labels() {
        for (field, expected) in [
            ("title", "Title"),
            ("description", "Summary"),
            ("message", "Update message"),
            ("incident_category", "Incident category"),
            ("incident_category_id", "Incident category"),
            ("suggested_team_routing", "Feature Team or Train"),
            ("closure_reference", "Reference (optional)"),
        ] {
            assert_eq!(label(field), expected);
        }
        assert_eq!(counted(1, "incident", "incidents"), "1 incident");
        assert_eq!(counted(0, "incident", "incidents"), "0 incidents");
        assert_eq!(origin(Origin::Slack), "from Slack");
    }
}
