//! Which incident is meant (spec 10 §5): what was chosen, what the button carries, what the view carries, else the
//! incident of the channel. A number that does not exist, or may not be seen, is none.

use super::{
    delivery::{Interaction, OpenView, Pressed},
    ids::{self, Section},
};
use crate::{context::Context, incidents::query};
use domain::{IncidentId, Result, Viewer};
use serde_json::Value;

/// The incident that a click is about, by what it carries itself.
pub fn carried(interaction: &Interaction, pressed: Option<&Pressed>) -> Option<IncidentId> {
    let by_press = pressed.and_then(|p| {
        let value = p.value.as_deref().and_then(number);
        value.or_else(|| ids::home_incident(&p.block_id).map(IncidentId))
    });
    by_press.or_else(|| interaction.view.as_ref().and_then(in_view))
}

/// The incident of a view: its metadata, a plain number or an object with `incident_id`, else what its picker holds.
pub fn in_view(view: &OpenView) -> Option<IncidentId> {
    let metadata: Option<Value> = serde_json::from_str(&view.metadata).ok();
    let by_metadata = metadata.as_ref().and_then(|m| m.as_i64().or_else(|| m["incident_id"].as_i64()));
    let picked = view.state.text(Section::PickIncident.as_str());
    by_metadata.map(IncidentId).or_else(|| picked.and_then(number))
}

/// The incident of a channel, if this person may see it.
///
/// # Errors
/// When the database does not answer.
pub async fn of_channel(ctx: &Context, viewer: Viewer, channel: Option<&str>) -> Result<Option<IncidentId>> {
    match channel.filter(|c| !c.is_empty()) {
        Some(channel) => query::by_channel(&ctx.db, viewer, channel).await,
        None => Ok(None),
    }
}

fn number(text: &str) -> Option<IncidentId> {
    text.trim().parse().ok().map(IncidentId)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slack::{
        delivery::State,
        form::tests::state,
        ids::{Action, Used},
    };
    use serde_json::json;

    fn view(metadata: &str, state: State) -> OpenView {
        OpenView {
            id: "V1".into(),
            hash: None,
            root_id: None,
            previous_id: None,
            external_id: None,
            callback: None,
            metadata: metadata.into(),
            state,
        }
    }

    fn click(view: Option<OpenView>) -> Interaction {
        Interaction {
            user_id: "U1".into(),
            user_team: None,
            trigger_id: "t".into(),
            response_url: None,
            channel_id: None,
            view,
        }
    }

    fn pressed(value: Option<&str>, block: &str) -> Pressed {
        Pressed {
            used: Used::Known(Action::OpenUpdateStatus),
            block_id: block.into(),
            value: value.map(str::to_owned),
        }
    }

    // SLK-027 SLK-028
    #[test]
    fn what_was_chosen_or_stands_on_the_button_wins() {
        let elsewhere = click(Some(view("7", State::default())));
        assert_eq!(carried(&elsewhere, Some(&pressed(Some("42"), "b"))), Some(IncidentId(42)));
        assert_eq!(carried(&elsewhere, Some(&pressed(None, "b"))), Some(IncidentId(7)));
    }

    // SLK-029 SLK-030
    #[test]
    fn a_view_carries_a_plain_number_or_an_object() {
        assert_eq!(in_view(&view("12", State::default())), Some(IncidentId(12)));
        assert_eq!(
            in_view(&view(r#"{"incident_id": 13, "from": {}}"#, State::default())),
            Some(IncidentId(13))
        );
        assert_eq!(in_view(&view("", State::default())), None);
        assert_eq!(in_view(&view("not json", State::default())), None);
        let picked = json!({"incident_update_select_incident": {"x": {"type": "external_select", "selected_option": {"value": "14"}}}});
        assert_eq!(in_view(&view("", state(picked))), Some(IncidentId(14)));
    }

    // SLK-033 SLK-035
    #[test]
    fn a_menu_of_app_home_names_it_by_its_block_and_nonsense_is_none() {
        let menu = pressed(Some("update_status"), "app_home_incident_element_9");
        assert_eq!(carried(&click(None), Some(&menu)), Some(IncidentId(9)));
        assert_eq!(carried(&click(None), Some(&pressed(Some("x"), "b"))), None);
    }
}
