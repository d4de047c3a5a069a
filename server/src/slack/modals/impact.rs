//! Step 1 of declaring: how bad is it, on each axis (spec 10 §9.2). Every choice shows at once what follows from it.

use super::{
    Asker, DraftOf, Trouble,
    open::{self, Draft},
};
use crate::slack::{
    blocks::{Block, Choice, Mrkdwn, View, context, divider, section, section_with, select},
    delivery::{OpenView, State},
    drafts,
    form::Answer,
    ids::{self, Callback},
};
use domain::{
    catalog::{Catalog, ImpactType, Priority},
    incident::{Impacts, LevelCode, human_duration},
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Lays the step on top of the root.
///
/// # Errors
/// When the draft is gone, or as Slack.
pub async fn push(asker: &Asker<'_>, draft: Uuid) -> Result<(), Trouble> {
    let body: Draft = drafts::read(asker.ctx, asker.user()?, draft).await?;
    let catalog = asker.ctx.catalog().await?;
    asker.show(&view(draft, &body.raw.impacts, &catalog)).await
}

/// A level was chosen: the view shows what follows.
///
/// # Errors
/// When the draft is gone, or as Slack.
pub async fn chosen(asker: &Asker<'_>, open: &OpenView) -> Result<(), Trouble> {
    let draft = DraftOf::read(open)?;
    let body: Draft = drafts::read(asker.ctx, asker.user()?, draft).await?;
    let catalog = asker.ctx.catalog().await?;
    asker.replace(&view(draft, &levels(&open.state, &body.raw.impacts), &catalog)).await
}

/// Keeps the levels; the root below is drawn anew.
///
/// # Errors
/// When the draft is gone.
pub async fn submit(asker: &Asker<'_>, open: &OpenView) -> Result<Answer, Trouble> {
    let draft = DraftOf::read(open)?;
    let user = asker.user()?;
    let mut body: Draft = drafts::read(asker.ctx, user, draft).await?;
    body.raw.impacts = levels(&open.state, &body.raw.impacts);
    drafts::write(asker.ctx, user, draft, &body).await?;
    open::redraw_later(asker, open, draft);
    Ok(Answer::Close)
}

/// What is chosen now: the view's choices over those of the draft.
fn levels(state: &State, kept: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut levels = kept.clone();
    for block in state.blocks() {
        if let (Some(slug), Some(level)) = (ids::impact_slug(block), state.text(block)) {
            levels.insert(slug.to_owned(), level.to_owned());
        }
    }
    levels
}

fn view(draft: Uuid, chosen: &BTreeMap<String, String>, catalog: &Catalog) -> View {
    let mut blocks =
        vec![section("Choose the worst level that you know of. The worst one names the priority.")];
    blocks.extend(catalog.impact_types.iter().map(|kind| axis(kind, chosen)));
    let impacts = Impacts::read(chosen, catalog);
    blocks.push(divider());
    match impacts.suggest_priority(catalog) {
        Some(priority) => blocks.extend(what_follows(priority, &impacts, catalog, None)),
        None => blocks.push(context(["No impact yet, so no priority.".into()])),
    }
    View::new(Callback::Impact, "Impact", blocks)
        .submit("Save impacts")
        .close("Back")
        .metadata(&DraftOf { draft })
}

fn axis(kind: &ImpactType, chosen: &BTreeMap<String, String>) -> Block {
    let id = ids::impact(&kind.value);
    let choices = kind.levels.iter().map(|level| Choice::new(&level.display(), level.id)).collect();
    let given = chosen.get(&kind.value).map(String::as_str);
    let none = kind.none_level().map(|level| level.id.to_string());
    let initial = given.or(none.as_deref());
    let words = format!(
        "{}\n{}",
        Mrkdwn::bold(&format!("{} {}", kind.emoji, kind.name)),
        Mrkdwn::escaped(&kind.help_text)
    );
    section_with(Mrkdwn::trusted(words), select(id.as_str(), choices, initial)).id(id.as_str())
}

/// Priority, how soon, how it is handled, and the impacts it comes from.
pub(super) fn what_follows(
    priority: &Priority,
    impacts: &Impacts,
    catalog: &Catalog,
    guide: Option<&str>,
) -> Vec<Block> {
    let sla = human_duration(chrono::TimeDelta::seconds(priority.sla_s));
    let handled =
        if priority.is_critical() { "its own Slack channel" } else { "its page, without a channel" };
    let mut lines = vec![
        format!("{} · answer within {sla}", Mrkdwn::bold(&priority.full_name())),
        format!("Handled in {handled}."),
    ];
    for impact in impacts.0.iter().filter(|i| i.code != LevelCode::None) {
        let Some(kind) = catalog.impact_type(impact.impact_type) else { continue };
        let Some(level) = kind.level(impact.level) else { continue };
        lines.push(format!("• {}: {}", Mrkdwn::escaped(&kind.name), Mrkdwn::escaped(&level.display())));
    }
    if priority.is_critical() {
        let guide = guide.map(|url| format!(" {}", Mrkdwn::link(url, "How to choose")));
        lines.push(format!("This is for emergencies.{}", guide.unwrap_or_default()));
    }
    vec![context([Mrkdwn::trusted(lines.join("\n"))])]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slack::form::tests::state;
    use serde_json::json;

    fn level(catalog: &Catalog, slug: &str, code: LevelCode) -> String {
        catalog.impact_type_by_value(slug).unwrap().level_by_code(code).unwrap().id.to_string()
    }

    // SLK-142 SLK-143
    #[test]
    fn each_axis_offers_its_levels_and_the_worst_names_the_priority_in_place() {
        let catalog = Catalog::demo();
        let fresh = serde_json::to_value(view(Uuid::nil(), &BTreeMap::new(), &catalog)).unwrap();
        let axis = &fresh["blocks"][1];
        let kind = &catalog.impact_types[0];
        assert_eq!(axis["block_id"], format!("set_impact_type_{}", kind.value));
        assert_eq!(axis["accessory"]["options"].as_array().unwrap().len(), kind.levels.len());
        assert_eq!(axis["accessory"]["initial_option"]["value"], kind.none_level().unwrap().id.to_string());
        assert!(fresh.to_string().contains("no priority"));

        let customers = level(&catalog, "customers_impact", LevelCode::High);
        let values = json!({"set_impact_type_customers_impact": {"x": {"type": "static_select", "selected_option": {"value": customers}}}});
        let kept = BTreeMap::from([(
            "business_impact".to_owned(),
            level(&catalog, "business_impact", LevelCode::Low),
        )]);
        let chosen = levels(&state(values), &kept);
        assert_eq!(chosen.len(), 2);
        let after = serde_json::to_value(view(Uuid::nil(), &chosen, &catalog)).unwrap().to_string();
        assert!(after.contains("P2") && after.contains("its own Slack channel"), "{after}");
    }
}
