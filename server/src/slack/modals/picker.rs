//! "Which incident?": asked when neither the channel nor the button says it (spec 10 §8.1). A select that searches
//! while somebody types, so that there is no limit, and behind the fence, so that nobody finds what they may not see.

use super::{Asker, Trouble, sentence};
use crate::{
    context::Context,
    incidents::query,
    slack::{
        blocks::{Choice, View, external_select, section_with},
        ids::{Action, Callback, Section},
    },
};
use domain::{Result, Viewer};

/// Title of the view, and what it asks.
const fn words(target: Callback) -> (&'static str, &'static str) {
    match target {
        Callback::UpdateHub | Callback::UpdateStatus => {
            ("Update incident", "Which incident do you want to update?")
        }
        Callback::Close => ("Close incident", "Which incident do you want to close?"),
        Callback::ClosureReason => {
            ("Close with Reason", "Which incident do you want to close with a reason?")
        }
        Callback::Status => ("Get incident status", "Whose status do you want to see?"),
        Callback::TriggerOncall => ("Trigger on-call", "Which incident do you page for?"),
        Callback::Sos => ("Send SOS", "Which incident needs help?"),
        Callback::Downgrade => ("Select an incident", "Which incident do you want to convert?"),
        Callback::UpdateRoles
        | Callback::Edit
        | Callback::Postmortem
        | Callback::SelectIncident
        | Callback::Open
        | Callback::Impact
        | Callback::Details
        | Callback::RecentIncidents
        | Callback::Result => ("Select an incident", "Which incident?"),
    }
}

/// Asks for the incident on behalf of `target`; choosing one rebuilds the view as that modal.
///
/// # Errors
/// When the database does not answer, or as Slack.
pub async fn show(asker: &Asker<'_>, target: Callback) -> Result<(), Trouble> {
    let viewer = asker.known.caller.viewer();
    let any = !query::list_for_picker(&asker.ctx.db, viewer, "", 1).await?.is_empty();
    asker.show(&view(target, any)).await
}

fn view(target: Callback, any: bool) -> View {
    let (title, asks) = words(target);
    if !any {
        return sentence(title, "No incident is active.");
    }
    let pick = external_select(Action::PickIncident.as_str(), None, 0);
    let block = section_with(asks, pick).id(Section::PickIncident.as_str());
    View::new(target, title, vec![block]).close("Close")
}

/// Incidents that match what was typed, newest first: `12: Checkout is down`.
///
/// # Errors
/// When the database does not answer.
pub async fn options(ctx: &Context, viewer: Viewer, typed: &str) -> Result<Vec<Choice>> {
    let found = query::list_for_picker(&ctx.db, viewer, typed, 100).await?;
    Ok(found.iter().map(|b| Choice::new(&format!("{}: {}", b.id, b.title), b.id)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    // SLK-069 SLK-072
    #[test]
    fn each_target_has_its_words_and_without_an_incident_there_is_no_select() {
        let asks = serde_json::to_value(view(Callback::UpdateHub, true)).unwrap();
        assert_eq!(asks["title"]["text"], "Update incident");
        assert_eq!(asks["callback_id"], "incident_update");
        assert_eq!(asks["blocks"][0]["accessory"]["type"], "external_select");
        for target in Callback::ALL {
            assert!(words(*target).0.len() <= 24);
        }
        let none = serde_json::to_value(view(Callback::UpdateHub, false)).unwrap();
        assert!(none["blocks"][0].get("accessory").is_none());
    }
}
