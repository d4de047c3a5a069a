//! Updating: a hub that tells how the incident stands, and the form for status, priority, category and a message
//! (spec 10 §8.2, §8.3).
//!
//! The form carries what the person saw. When somebody changed a field meanwhile, nothing is written: the form comes
//! back with both values and the words kept.

use super::{Asker, Trouble, picker, result, sentence};
use crate::{
    incidents::{
        self, Updating,
        query::{self, Incident},
    },
    slack::{
        blocks::{
            Block, Choice, Length, Mrkdwn, View, actions, button, context, divider, fields, grouped_select,
            input, link_button, section, select, text_input,
        },
        delivery::{OpenView, State},
        form::{self, Answer, Seen},
        ids::{Action, Callback, Field, Section, fresh},
        jobs::page,
        messages::category_words,
    },
    write::Sent,
};
use domain::{
    Conflict, Error, IncidentId, Origin,
    catalog::Catalog,
    incident::{Limits, Status, Update},
};
use serde::{Deserialize, Serialize};

/// What travels with the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Carried {
    incident_id: i64,
    from: Seen,
    /// "Send this as new": each confirmed one is a form of its own.
    #[serde(default)]
    copy: u32,
}

/// How the form is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// On top of the modal somebody is in, else as a new one.
    Show,
    /// Instead of the view somebody is in.
    Replace,
}

/// Opens the hub of this incident; without one, asks which.
///
/// # Errors
/// When the database does not answer, or as Slack.
pub async fn hub(asker: &Asker<'_>, incident: Option<IncidentId>, how: How) -> Result<(), Trouble> {
    let Some(id) = incident else { return picker::show(asker, Callback::UpdateHub).await };
    let view = match query::get(&asker.ctx.db, asker.known.caller.viewer(), id).await {
        Ok(incident) => hub_view(&incident, &*asker.ctx.catalog().await?, &page(asker.ctx, id)),
        Err(Error::NotFound) => not_found(),
        Err(error) => return Err(error.into()),
    };
    display(asker, &view, how).await
}

/// Opens the form of this incident; without one, asks which. `raise` preselects the priority of this value.
///
/// # Errors
/// When the database does not answer, or as Slack.
pub async fn form(
    asker: &Asker<'_>,
    incident: Option<IncidentId>,
    raise: Option<i32>,
    how: How,
) -> Result<(), Trouble> {
    let Some(id) = incident else { return picker::show(asker, Callback::UpdateStatus).await };
    let view = match query::get(&asker.ctx.db, asker.known.caller.viewer(), id).await {
        Ok(incident) => {
            let catalog = asker.ctx.catalog().await?;
            let seen = seen(&incident);
            let raised = raise.and_then(|value| catalog.priority_by_value(value)).map(|p| p.id.to_string());
            let chosen = Seen { priority: raised.unwrap_or_else(|| seen.priority.clone()), ..seen.clone() };
            let carried = Carried { incident_id: id.0, from: seen, copy: 0 };
            draw(
                asker,
                &incident,
                &catalog,
                &carried,
                Filled { chosen: &chosen, message: None, banner: None },
            )
        }
        Err(Error::NotFound) => not_found(),
        Err(error) => return Err(error.into()),
    };
    display(asker, &view, how).await
}

async fn display(asker: &Asker<'_>, view: &View, how: How) -> Result<(), Trouble> {
    match how {
        How::Show => asker.show(view).await,
        How::Replace => asker.replace(view).await,
    }
}

/// Posts the update, and closes everything when there is nothing more to say.
///
/// # Errors
/// When the database does not answer. What is wrong with the update is said in the form.
pub async fn submit(asker: &Asker<'_>, open: &OpenView) -> Result<Answer, Trouble> {
    let carried: Carried = serde_json::from_str(&open.metadata).map_err(|_| Error::NotFound)?;
    let id = IncidentId(carried.incident_id);
    let catalog = asker.ctx.catalog().await?;
    let raw = form::read_update(&open.state, &carried.from);
    let asked = match Update::parse(&raw, &catalog, Limits::Form) {
        Ok(asked) => asked,
        Err(errors) => return Ok(at_fields(&Error::Invalid(errors), &open.state)),
    };
    let key = if carried.copy == 0 { open.id.clone() } else { format!("{}#{}", open.id, carried.copy) };
    let sent = Sent::new(Origin::Slack, key, &raw);
    match incidents::update(asker.ctx, &asker.known.caller, id, &asked, Some(&sent)).await {
        Ok(done) => ended(asker, id, done).await,
        Err(Error::Conflict(conflicts)) => again(asker, open, &carried, conflicted(&conflicts)).await,
        Err(Error::SentAlready { .. }) => {
            let carried = Carried { copy: carried.copy + 1, ..carried };
            again(
                asker,
                open,
                &carried,
                "⚠️ Sent already. Send this as new? Then press *Update incident* again.".into(),
            )
            .await
        }
        Err(Error::NotFound) => Ok(Answer::replace(not_found())),
        Err(error) => Ok(at_fields(&error, &open.state)),
    }
}

fn at_fields(error: &Error, state: &State) -> Answer {
    match form::errors(error, state) {
        Some(at) => Answer::Errors(at),
        None => Answer::replace(sentence("Not updated", &format!("{error}."))),
    }
}

async fn ended(asker: &Asker<'_>, id: IncidentId, done: Updating) -> Result<Answer, Trouble> {
    if done.update.is_none() {
        return Ok(Answer::Clear);
    }
    let page = page(asker.ctx, id);
    if done.channel_on_its_way {
        let words = format!("Incident *#{id}* is raised, channel on its way.");
        return Ok(Answer::replace(told(id, Mrkdwn::trusted(words), &page)));
    }
    let incident = query::get(&asker.ctx.db, asker.known.caller.viewer(), id).await?;
    if incident.channel.is_some() {
        // The channel shows it.
        return Ok(Answer::Clear);
    }
    let words = format!("Update of incident *#{id}* posted on its page.");
    Ok(Answer::replace(told(id, Mrkdwn::trusted(words), &page)))
}

fn told(id: IncidentId, words: Mrkdwn, page: &str) -> View {
    result(
        &format!("Incident #{id}"),
        vec![section(words), actions(vec![link_button("Open the incident page", page)])],
    )
}

/// The form once more: what is true now as seen, what the person chose as chosen, the words kept.
async fn again(
    asker: &Asker<'_>,
    open: &OpenView,
    carried: &Carried,
    banner: Mrkdwn,
) -> Result<Answer, Trouble> {
    let id = IncidentId(carried.incident_id);
    let incident = match query::get(&asker.ctx.db, asker.known.caller.viewer(), id).await {
        Ok(incident) => incident,
        Err(Error::NotFound) => return Ok(Answer::replace(not_found())),
        Err(error) => return Err(error.into()),
    };
    let catalog = asker.ctx.catalog().await?;
    let now = seen(&incident);
    let chosen = merge(&carried.from, &now, &open.state);
    let next = Carried { from: now, ..carried.clone() };
    let message = open.state.field(Field::Message);
    let filled = Filled { chosen: &chosen, message, banner: Some(banner) };
    Ok(Answer::replace(draw(asker, &incident, &catalog, &next, filled)))
}

/// What the person changed stays chosen; what they left alone follows what is true now.
fn merge(from: &Seen, now: &Seen, state: &State) -> Seen {
    let pick = |field: Field, from: &str, now: &str| match state.field(field) {
        Some(chosen) if chosen != from => chosen.to_owned(),
        _ => now.to_owned(),
    };
    Seen {
        status: pick(Field::Status, &from.status, &now.status),
        priority: pick(Field::Priority, &from.priority, &now.priority),
        incident_category: pick(Field::Category, &from.incident_category, &now.incident_category),
    }
}

fn conflicted(conflicts: &[Conflict]) -> Mrkdwn {
    let lines: Vec<String> = conflicts
        .iter()
        .map(|c| {
            format!(
                "• {}: {}",
                Mrkdwn::escaped(&c.field.replace('_', " ")),
                Mrkdwn::escaped(&form::conflict(c))
            )
        })
        .collect();
    Mrkdwn::trusted(format!(
        "⚠️ *Changed meanwhile, nothing is written yet.*\n{}\nCheck and send again.",
        lines.join("\n")
    ))
}

fn seen(incident: &Incident) -> Seen {
    Seen {
        status: incident.status.number().to_string(),
        priority: incident.priority.to_string(),
        incident_category: incident.category.to_string(),
    }
}

fn not_found() -> View {
    sentence("Not found", "This incident does not exist, or you may not see it.")
}

fn hub_view(incident: &Incident, catalog: &Catalog, page: &str) -> View {
    let id = incident.id;
    let priority = catalog.priority(incident.priority).map(|p| p.full_name()).unwrap_or_default();
    let facts = vec![
        Mrkdwn::trusted(format!("*Status*\n{}", incident.status.label())),
        Mrkdwn::trusted(format!("*Priority*\n{}", Mrkdwn::escaped(&priority))),
        Mrkdwn::trusted(format!("*Category*\n{}", category_words(incident.category, catalog))),
        Mrkdwn::trusted(format!("*Last change*\n{}", Mrkdwn::time(incident.updated_at))),
    ];
    let mut blocks = vec![section(Mrkdwn::trusted(format!(
        "{} {}",
        Mrkdwn::link(page, &format!("#{id}")),
        Mrkdwn::bold(&incident.title)
    )))];
    blocks.extend(fields(facts, None));
    let update = button(Action::PushUpdateStatus, "Update status", id);
    blocks.push(actions(vec![update]).id(Section::ChooseUpdateType.as_str()));
    View::new(Callback::UpdateHub, &format!("Update incident #{id}"), blocks).close("Close").metadata(&id)
}

/// What stands in the fields.
struct Filled<'a> {
    chosen: &'a Seen,
    message: Option<&'a str>,
    banner: Option<Mrkdwn>,
}

fn draw(
    asker: &Asker<'_>,
    incident: &Incident,
    catalog: &Catalog,
    carried: &Carried,
    filled: Filled<'_>,
) -> View {
    let settings = asker.ctx.settings.slack.as_ref();
    let guide = settings.and_then(|s| s.severity_guide_url.as_ref()).map(|url| url.as_str());
    let needs_postmortem = asker.ctx.postmortem().is_enabled()
        && catalog.priority(incident.priority).is_some_and(|p| p.needs_postmortem)
        && catalog.environment(incident.environment).is_some_and(|e| e.is_production());
    let targets = offered(incident.status, needs_postmortem);
    // Slack remembers what stood in a field of the same id; a new one shows what we fill in.
    let freshener = asker.ctx.now().timestamp_micros().to_string();
    form_view(incident, catalog, carried, &filled, &targets, guide, &freshener)
}

/// Where the status may go from here. Closing without a mitigation asks why, in a form of its own.
fn offered(status: Status, needs_postmortem: bool) -> Vec<Status> {
    let all = status.targets(needs_postmortem).into_iter();
    all.filter(|target| !status.needs_closure_reason(*target)).collect()
}

fn form_view(
    incident: &Incident,
    catalog: &Catalog,
    carried: &Carried,
    filled: &Filled<'_>,
    targets: &[Status],
    guide: Option<&str>,
    freshener: &str,
) -> View {
    let id = |f: Field| fresh(f.as_str(), freshener);
    let length = Length { min: Some(10), max: Some(1_200) };
    let mut priorities: Vec<Choice> =
        catalog.updatable_priorities().map(|p| Choice::new(&p.full_name(), p.id)).collect();
    if let Some(own) = catalog.priority(incident.priority).filter(|p| !p.enabled_update) {
        priorities.push(Choice::new(&own.full_name(), own.id));
    }
    let chosen = filled.chosen;
    let message = text_input(id(Field::Message), true, filled.message, length);
    let status = select(id(Field::Status), form::status_choices(targets), Some(&chosen.status));
    let priority = select(id(Field::Priority), priorities, Some(&chosen.priority));
    let category =
        grouped_select(id(Field::Category), form::category_choices(catalog), Some(&chosen.incident_category));
    let field =
        |f: Field, label: &str, element, optional| input(label, element, optional, None).id(f.as_str());
    let mut blocks: Vec<Block> = Vec::new();
    blocks.extend(filled.banner.clone().map(section));
    blocks.push(field(Field::Message, "What is new?", message, true));
    blocks.push(field(Field::Status, "Status", status, false));
    blocks.push(field(Field::Priority, "Priority", priority, false));
    if let Some(guide) = guide {
        blocks.push(context([Mrkdwn::link(guide, "How to choose a priority")]));
    }
    blocks.push(field(Field::Category, "What is affected?", category, false));
    blocks.push(divider());
    blocks.push(context([Mrkdwn::escaped(&format!("#{} {}", incident.id, incident.title))]));
    View::new(Callback::UpdateStatus, &format!("Update incident #{}", incident.id), blocks)
        .submit("Update incident")
        .close("Cancel")
        .metadata(carried)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slack::{form::tests::state, messages::fixture};
    use serde_json::{Value, json};

    fn shown(
        targets: &[Status],
        guide: Option<&str>,
        banner: Option<Mrkdwn>,
        message: Option<&str>,
    ) -> Value {
        let catalog = Catalog::demo();
        let incident = fixture::incident(&catalog);
        let seen = seen(&incident);
        let carried = Carried { incident_id: 123, from: seen.clone(), copy: 0 };
        let filled = Filled { chosen: &seen, message, banner };
        serde_json::to_value(form_view(&incident, &catalog, &carried, &filled, targets, guide, "7")).unwrap()
    }

    fn block<'a>(view: &'a Value, id: &str) -> &'a Value {
        view["blocks"].as_array().unwrap().iter().find(|b| b["block_id"] == id).unwrap()
    }

    // SLK-074 SLK-075 SLK-087
    #[test]
    fn the_form_has_its_fields_with_what_is_true_now() {
        let view = shown(&offered(Status::Mitigating, false), None, None, None);
        let message = block(&view, "message");
        assert_eq!(
            (&message["element"]["min_length"], &message["element"]["max_length"]),
            (&json!(10), &json!(1200))
        );
        assert_eq!(message["optional"], true);
        let catalog = Catalog::demo();
        let incident = fixture::incident(&catalog);
        assert_eq!(
            block(&view, "priority")["element"]["initial_option"]["value"],
            incident.priority.to_string()
        );
        assert_eq!(
            block(&view, "incident_category")["element"]["initial_option"]["value"],
            incident.category.to_string()
        );
        let status = &block(&view, "status")["element"];
        let offered: Vec<&str> =
            status["options"].as_array().unwrap().iter().map(|o| o["value"].as_str().unwrap()).collect();
        assert_eq!(offered, ["30", "40"]);
        let action_id = status["action_id"].as_str().unwrap();
        assert!(action_id.starts_with("status___"));
    }

    #[test]
    fn closing_before_a_mitigation_is_not_offered_here() {
        assert_eq!(offered(Status::Open, true), [Status::Open, Status::Investigating]);
        assert_eq!(offered(Status::Mitigated, false)[1], Status::Closed);
    }

    // SLK-086
    #[test]
    fn the_priority_guide_is_linked_when_there_is_one() {
        assert!(!shown(&[Status::Open], None, None, None).to_string().contains("How to choose"));
        assert!(
            shown(&[Status::Open], Some("https://wiki/prio"), None, None)
                .to_string()
                .contains("https://wiki/prio")
        );
    }

    // SLK-085
    #[test]
    fn a_stale_form_comes_back_with_both_values_and_the_words_kept() {
        let conflict =
            Conflict { field: "status".into(), theirs: "Mitigating".into(), yours: "Mitigated".into() };
        let view = shown(
            &[Status::Mitigating],
            None,
            Some(conflicted(&[conflict])),
            Some("Rolled back the release"),
        );
        let text = view["blocks"][0]["text"]["text"].as_str().unwrap();
        assert!(
            text.contains("Mitigating") && text.contains("Mitigated") && text.contains("nothing is written"),
            "{text}"
        );
        assert_eq!(block(&view, "message")["element"]["initial_value"], "Rolled back the release");

        let from = Seen { status: "20".into(), priority: "p1".into(), incident_category: "c1".into() };
        let now = Seen { status: "30".into(), priority: "p2".into(), incident_category: "c1".into() };
        let chose =
            |value: &str| json!({"x": {"type": "static_select", "selected_option": {"value": value}}});
        let form =
            state(json!({"status": chose("40"), "priority": chose("p1"), "incident_category": chose("c1")}));
        let merged = merge(&from, &now, &form);
        assert_eq!(
            merged,
            Seen { status: "40".into(), priority: "p2".into(), incident_category: "c1".into() }
        );
    }

    // SLK-073: the hub pushes the status form; it carries the incident as a plain number.
    #[test]
    fn the_hub_tells_how_it_stands_and_pushes_the_form() {
        let catalog = Catalog::demo();
        let view =
            serde_json::to_value(hub_view(&fixture::incident(&catalog), &catalog, fixture::PAGE)).unwrap();
        assert_eq!(view["private_metadata"], "123");
        assert_eq!(
            block(&view, "choose_update_type")["elements"][0]["action_id"],
            "push_modal_incident_update_status"
        );
        assert!(view.get("submit").is_none());
    }
}
