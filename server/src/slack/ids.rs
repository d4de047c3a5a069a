//! Every id that leaves for Slack and comes back: view callbacks, actions, shortcuts, blocks (spec 10 §10).
//!
//! The spellings are those of installations in the field. Messages posted years ago still carry them, so an id is
//! never renamed: a new spelling is added in front, the old one stays readable. What is not listed here is not ours
//! and is answered 200 without doing anything.

/// Declares a closed set of ids with the spelling we send, and a way back from it.
macro_rules! ids {
    ($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $spelling:literal $(| $old:literal)*),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$item])* $variant),* }

        impl $name {
            /// All of them, for tests and listings.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The spelling we send.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $spelling),* }
            }

            /// From any spelling that was ever sent.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($spelling $(| $old)* => Some($name::$variant),)* _ => None }
            }
        }
    };
}

ids! {
    /// What a submitted or closed view is (`callback_id`).
    Callback {
        Open = "incident_open",
        Impact = "incident_select_impact",
        Details = "open_incident_unified",
        RecentIncidents = "check_current_incidents",
        UpdateHub = "incident_update",
        UpdateStatus = "incident_update_status",
        UpdateRoles = "incident_update_roles",
        Edit = "incident_edit_incident",
        Close = "incident_close",
        ClosureReason = "incident_closure_reason",
        Status = "incident_status",
        TriggerOncall = "incident_oncall_trigger",
        Postmortem = "incident_create_postmortem",
        Sos = "incident_send_sos",
        Downgrade = "incident_downgrade_workflow",
        /// The picker before a target was chosen; never submitted.
        SelectIncident = "select_incident",
        /// A view that only tells how something ended.
        Result = "incident_result",
    }
}

ids! {
    /// A button, select or menu that was used (`action_id`), apart from the patterns of [`Used`].
    Action {
        OpenIncident = "open_incident",
        OpenImpact = "open_incident_select_impact",
        OpenDetails = "open_incident_unified",
        OpenRecent = "open_check_current_incidents",
        OpenUpdateHub = "update_incident",
        OpenUpdateStatus = "open_modal_incident_update_status",
        OpenUpdateRoles = "open_modal_incident_update_roles",
        OpenEdit = "open_modal_incident_edit",
        OpenClose = "close_incident",
        OpenClosureReason = "closure_reason_incident",
        OpenStatus = "incident_status",
        OpenOncall = "open_modal_trigger_oncall",
        OpenPostmortem = "open_modal_create_postmortem",
        OpenSos = "open_modal_incident_send_sos",
        OpenDowngrade = "open_modal_downgrade_workflow",
        PushImpact = "push_incident_select_impact",
        PushDetails = "push_incident_unified",
        PushRecent = "push_check_current_incidents",
        PushUpdateStatus = "push_modal_incident_update_status",
        PushUpdateRoles = "push_modal_incident_update_roles",
        PushEdit = "push_modal_incident_edit",
        PushPostmortem = "push_modal_create_postmortem",
        PushSos = "push_modal_incident_send_sos",
        PushDowngrade = "push_modal_downgrade_workflow",
        ReplaceUpdateStatus = "update_modal_incident_update_status",
        ReplaceUpdateRoles = "update_modal_incident_update_roles",
        ReplaceEdit = "update_modal_incident_edit",
        ReplaceSos = "update_modal_incident_send_sos",
        ReplaceDowngrade = "update_modal_downgrade_workflow",
        /// The incident picker.
        PickIncident = "incident_update_select_incident",
        /// A button that carries an address: Slack opens it, we only answer.
        OpenLink = "open_link",
        HomeMenu = "app_home_incident_action",
        CreatePostmortemNow = "incident_create_postmortem_now",
        DustPostmortem = "generate_dust_postmortem",
        SetType = "set_type",
        /// "Raise to P2" on the result of a declaration that got no channel.
        RaiseToP2 = "raise_incident_to_p2",
        RaiseToP3 = "raise_incident_to_p3",
        /// "Try again" on a message that says the trigger was too old.
        OpenAgain = "open_incident_again",
    }
}

ids! {
    /// A global or message shortcut (`callback_id` of the shortcut).
    Shortcut {
        OpenIncident = "open_incident",
        UpdateStatus = "update_incident_status",
        Edit = "modal_edit",
        Close = "close_incident",
        ClosureReason = "closure_reason_incident",
        Status = "incident_status",
        OpenImpact = "open_incident_select_impact",
    }
}

ids! {
    /// Blocks with a fixed id that are no form field.
    Section {
        ChooseUpdateType = "choose_update_type",
        PickIncident = "incident_update_select_incident",
        OncallService = "oncall_service",
        HomeActions = "home_actions",
        RoleUpdate = "message_role_update",
        StatusUpdate = "message_status_update",
        StepImpact = "open_step_impact",
        StepDetails = "open_step_details",
        Recent = "open_recent_incidents",
        Raise = "incident_raise",
    }
}

ids! {
    /// A form field: its block id is its name, as in the API and on the web.
    Field {
        Message = "message",
        Status = "status",
        Priority = "priority",
        Category = "incident_category",
        Environment = "environment",
        Platform = "platform",
        Title = "title",
        Description = "description",
        TeamRouting = "suggested_team_routing",
        ZendeskTicket = "zendesk_ticket_id",
        SellerContract = "seller_contract_id",
        KeyAccount = "is_key_account",
        GoldenList = "is_seller_in_golden_list",
        ZohoTicket = "zoho_desk_ticket_id",
        ClosureReason = "closure_reason",
        ClosureReference = "closure_reference",
        ClosureMessage = "closure_message",
    }
}

const IMPACT_PREFIX: &str = "set_impact_type_";
const KEY_EVENT_PREFIXES: [&str; 2] = ["key_event_", "post_mortem_milestone_"];
const HOME_INCIDENT_PREFIX: &str = "app_home_incident_element_";
const FRESHENER: &str = "___";

/// What was used, with what its id carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Used {
    Known(Action),
    /// A level was chosen for the impact type of this slug (`set_impact_type_<slug>`).
    Impact(String),
    /// A key event picker of this milestone type; date and time parts of older messages are cut off.
    KeyEvent(String),
    /// A field of a form, when it can dispatch.
    Field(Field),
    /// Not ours, or not any more.
    Unknown,
}

impl Used {
    /// Reads an action id; the part behind `___` only serves to make Slack forget what was typed before.
    // `starts_with` before the closed set: slugs are data.
    pub fn parse(action_id: &str) -> Used {
        let id = action_id.split(FRESHENER).next().unwrap_or(action_id);
        if let Some(action) = Action::parse(id) {
            return Used::Known(action);
        }
        if let Some(slug) = id.strip_prefix(IMPACT_PREFIX) {
            return Used::Impact(slug.to_owned());
        }
        if let Some(rest) = KEY_EVENT_PREFIXES.iter().find_map(|prefix| id.strip_prefix(prefix)) {
            let milestone =
                ["date_", "time_", "clear_"].iter().find_map(|part| rest.strip_prefix(part)).unwrap_or(rest);
            return Used::KeyEvent(milestone.to_owned());
        }
        Field::parse(id).map_or(Used::Unknown, Used::Field)
    }
}

/// The action and block id of an impact type's select.
pub fn impact(slug: &str) -> String {
    format!("{IMPACT_PREFIX}{slug}")
}

/// The slug in the id of an impact type's block.
pub fn impact_slug(block_id: &str) -> Option<&str> {
    block_id.strip_prefix(IMPACT_PREFIX)
}

/// An action id that differs whenever `freshener` does, so that Slack shows the new initial value instead of what it
/// remembers of the field.
pub fn fresh(field: &str, freshener: &str) -> String {
    let room = 254_usize.saturating_sub(field.len() + FRESHENER.len());
    format!("{field}{FRESHENER}{}", freshener.chars().filter(char::is_ascii).take(room).collect::<String>())
}

/// The number in the block id of an App Home element.
pub fn home_incident(block_id: &str) -> Option<i64> {
    block_id.strip_prefix(HOME_INCIDENT_PREFIX)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_read_back_as_itself() {
        for id in Callback::ALL {
            assert_eq!(Callback::parse(id.as_str()), Some(*id));
        }
        for id in Action::ALL {
            assert_eq!(Used::parse(id.as_str()), Used::Known(*id));
        }
        for id in Shortcut::ALL {
            assert_eq!(Shortcut::parse(id.as_str()), Some(*id));
        }
        for id in Field::ALL {
            assert_eq!(Field::parse(id.as_str()), Some(*id));
        }
    }

    // SLK-009
    #[test]
    fn an_id_that_is_not_ours_is_unknown_and_no_error() {
        assert_eq!(Used::parse("somebody_elses_button"), Used::Unknown);
        assert_eq!(Callback::parse(""), None);
    }

    // SLK-139
    #[test]
    fn ids_of_messages_posted_years_ago_are_still_understood() {
        assert_eq!(Used::parse("key_event_date_detected"), Used::KeyEvent("detected".into()));
        assert_eq!(Used::parse("post_mortem_milestone_time_recovered"), Used::KeyEvent("recovered".into()));
        assert_eq!(Used::parse("key_event_started"), Used::KeyEvent("started".into()));
    }

    // SLK-039
    #[test]
    fn a_fresh_action_id_changes_with_the_value_and_still_names_its_field() {
        let before = fresh("status", "20-1700000000");
        let after = fresh("status", "30-1700000009");
        assert_ne!(before, after);
        assert_eq!(Used::parse(&after), Used::Field(Field::Status));
        assert!(fresh("status", &"x".repeat(400)).len() <= 255);
    }

    #[test]
    fn patterns_carry_their_slug() {
        assert_eq!(Used::parse(&impact("customers_impact")), Used::Impact("customers_impact".into()));
        assert_eq!(impact_slug(&impact("business_impact")), Some("business_impact"));
        assert_eq!(home_incident("app_home_incident_element_42"), Some(42));
        assert_eq!(home_incident("app_home_incident_element_x"), None);
    }
}
