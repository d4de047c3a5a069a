//! Declaring from Slack: the root view with its two steps, and the submission that declares (spec 10 §9).
//!
//! What is typed lives in a draft on the server; the views carry its id. Each step is a view on top of the root; when
//! it is saved, the root is drawn anew from the draft. The root's own submission runs the operation within the answer:
//! the view then says the number and what comes next. Sent twice, it is declared once: the key is the view's id.

use super::{Asker, DraftOf, Trouble, impact, recent, result};
use crate::{
    failure,
    incidents::{self, Declaring, query},
    slack::{
        blocks::{Block, Mrkdwn, View, actions, button, divider, link_button, section, section_with},
        client::Which,
        delivery::OpenView,
        drafts,
        form::Answer,
        ids::{Action, Callback, Section},
        jobs::page,
    },
    write::Sent,
};
use domain::{
    Error, IncidentId, Origin,
    catalog::{Catalog, Priority},
    incident::{Declaration, Impacts, Limits, RawDeclaration},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What one person typed so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    pub raw: RawDeclaration,
    /// The details step was saved once; until then its fields are not judged.
    #[serde(default)]
    pub details_saved: bool,
    /// "Send this as new": each confirmed one is a form of its own.
    #[serde(default)]
    pub copy: u32,
}

/// Begins a draft and opens the root.
///
/// # Errors
/// When the database does not answer, or as Slack.
pub async fn open(asker: &Asker<'_>) -> Result<(), Trouble> {
    let draft = drafts::begin(asker.ctx, asker.user()?, "declare", &Draft::default()).await?;
    let view = draw(asker, draft, &Draft::default(), None).await?.external_id(draft);
    asker.show(&view).await
}

/// Draws the root anew once the step above it has closed.
pub(super) fn redraw_later(asker: &Asker<'_>, step: &OpenView, draft: Uuid) {
    let Some(root) = step.root_id.clone() else { return };
    let (ctx, slack, known) = (asker.ctx.clone(), asker.slack.clone(), asker.known.clone());
    let reference = failure::reference().unwrap_or_else(failure::fresh_reference);
    tokio::spawn(failure::under(reference, async move {
        let asker = Asker {
            ctx: &ctx,
            slack: &slack,
            known,
            trigger: String::new(),
            response_url: None,
            channel: None,
            view: None,
        };
        if let Err(trouble) = redraw(&asker, &root, draft).await {
            tracing::warn!(error.message = %trouble, slack.view = root, "The root of a declaration was not drawn anew");
            let words = "Slack did not refresh the window. What you saved is kept. Press a step to go on.";
            if let Err(error) = asker.whisper(words).await {
                tracing::warn!(error.message = %error, "A person was not told what went wrong: {words}");
            }
        }
    }));
}

async fn redraw(asker: &Asker<'_>, root: &str, draft: Uuid) -> Result<(), Trouble> {
    let body: Draft = drafts::read(asker.ctx, asker.user()?, draft).await?;
    let view = draw(asker, draft, &body, None).await?.external_id(draft);
    match asker.slack.views_update(Which::Id(root), None, &view).await {
        Ok(_) => Ok(()),
        // Closed meanwhile.
        Err(error) if error.is("not_found") => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn draw(asker: &Asker<'_>, draft: Uuid, body: &Draft, banner: Option<Mrkdwn>) -> Result<View, Trouble> {
    let ctx = asker.ctx;
    let catalog = ctx.catalog().await?;
    let viewer = asker.known.caller.viewer();
    let recent = query::recent_critical(&ctx.db, viewer, recent::since(ctx.now())).await?.len();
    let guide =
        ctx.settings.slack.as_ref().and_then(|s| s.severity_guide_url.as_ref()).map(|url| url.as_str());
    Ok(root(&Root { draft, body, catalog: &catalog, recent, guide, banner }))
}

/// Declares, and tells the number and what comes next.
///
/// # Errors
/// When the database does not answer. What is wrong with the declaration is said in the view.
pub async fn submit(asker: &Asker<'_>, open: &OpenView) -> Result<Answer, Trouble> {
    let (ctx, user) = (asker.ctx, asker.user()?);
    let draft = DraftOf::read(open)?;
    let mut body: Draft = drafts::read(ctx, user, draft).await?;
    let catalog = ctx.catalog().await?;
    let again = async |body: &Draft, banner: Mrkdwn| -> Result<Answer, Trouble> {
        Ok(Answer::replace(draw(asker, draft, body, Some(banner)).await?.external_id(draft)))
    };
    let declaration = match Declaration::parse(&body.raw, &catalog, Limits::Form) {
        Ok(declaration) => declaration,
        Err(errors) => {
            let sentences: Vec<String> =
                errors.0.iter().map(|e| Mrkdwn::escaped(&e.message).to_string()).collect();
            return again(&body, Mrkdwn::trusted(sentences.join("\n"))).await;
        }
    };
    let key = if body.copy == 0 { open.id.clone() } else { format!("{}#{}", open.id, body.copy) };
    let sent = Sent::new(Origin::Slack, key, &body.raw);
    match incidents::declare(ctx, &asker.known.caller, &declaration, None, Some(&sent)).await {
        Ok(declared) => {
            let priority = catalog.priority(declaration.priority);
            let page = page(ctx, declared.incident);
            Ok(Answer::replace(declared_view(&declared, declaration.title.as_str(), priority, &page)))
        }
        Err(Error::SentAlready { incident }) => {
            body.copy += 1;
            drafts::write(ctx, user, draft, &body).await?;
            again(&body, sent_already(incident)).await
        }
        Err(error) => Err(error.into()),
    }
}

fn sent_already(incident: IncidentId) -> Mrkdwn {
    Mrkdwn::trusted(format!(
        "⚠️ Sent already as #{incident}. Send this as new? Then press *Create the incident* again."
    ))
}

/// What the root is drawn from.
struct Root<'a> {
    draft: Uuid,
    body: &'a Draft,
    catalog: &'a Catalog,
    /// Critical incidents of the last hour that this person may see.
    recent: usize,
    guide: Option<&'a str>,
    /// Said on top: why it could not be sent.
    banner: Option<Mrkdwn>,
}

fn root(r: &Root<'_>) -> View {
    let impacts = Impacts::read(&r.body.raw.impacts, r.catalog);
    let priority = impacts.suggest_priority(r.catalog);
    let complete = r.body.details_saved && Declaration::parse(&r.body.raw, r.catalog, Limits::Form).is_ok();
    let mut blocks: Vec<Block> = Vec::new();
    blocks.extend(r.banner.clone().map(section));
    blocks.push(section("Something is broken? Two steps, then everybody knows."));
    blocks.extend(warning(r.recent));
    blocks.push(divider());
    blocks.push(step(
        Section::StepImpact,
        "Impact",
        "How bad is it, and for whom?",
        priority.is_some(),
        Action::PushImpact,
        r.draft,
    ));
    if let Some(priority) = priority {
        blocks.extend(impact::what_follows(priority, &impacts, r.catalog, r.guide));
        let says = "What is broken, and where?";
        blocks.push(step(Section::StepDetails, "Details", says, complete, Action::PushDetails, r.draft));
        if complete {
            blocks.push(divider());
            blocks.push(section(review(priority)));
        }
    }
    let view = View::new(Callback::Open, "Create an incident", blocks).metadata(&DraftOf { draft: r.draft });
    if priority.is_some() && complete {
        view.submit("Create the incident").close("Cancel")
    } else {
        view.close("Cancel")
    }
}

fn step(id: Section, name: &str, asks: &str, done: bool, push: Action, draft: Uuid) -> Block {
    let (mark, verb) = if done { ("✅", "Edit") } else { ("📝", "Set") };
    let words = format!("{mark} *{name}*\n{asks}");
    section_with(Mrkdwn::trusted(words), button(push, &format!("{verb} {}", name.to_lowercase()), draft))
        .id(id.as_str())
}

/// Somebody may have declared it already.
fn warning(recent: usize) -> Option<Block> {
    let words = match recent {
        0 => return None,
        1 => "> ⚠️ *1* critical incident was declared in the last hour. Is it this one?".to_owned(),
        n => format!("> ⚠️ *{n}* critical incidents were declared in the last hour. Is it one of them?"),
    };
    let look = button(Action::PushRecent, "Look at them", "");
    Some(section_with(Mrkdwn::trusted(words), look).id(Section::Recent.as_str()))
}

fn review(priority: &Priority) -> Mrkdwn {
    let name = Mrkdwn::bold(&priority.name);
    if priority.is_critical() {
        Mrkdwn::trusted(format!("Ready. A Slack channel is made for this {name} and you are invited to it."))
    } else {
        Mrkdwn::trusted(format!("Ready. A {name} gets no Slack channel; it is followed on its page."))
    }
}

/// The end of declaring: the number, and what comes next.
fn declared_view(d: &Declaring, title: &str, priority: Option<&Priority>, page: &str) -> View {
    let id = d.incident;
    let open = [link_button("Open the incident page", page)];
    let mut blocks = Vec::new();
    if !d.new {
        let words =
            format!("Incident {} is open already for this alert.", Mrkdwn::link(page, &format!("#{id}")));
        blocks.push(section(Mrkdwn::trusted(words)));
    } else if d.channel {
        blocks.push(section(Mrkdwn::trusted(format!("Incident *#{id}* declared, channel on its way."))));
        blocks.push(section(Mrkdwn::bold(title)));
    } else {
        let name = priority.map_or("this priority", |p| p.name.as_str());
        let words = format!("Incident *#{id}* declared, no channel for {}.", Mrkdwn::escaped(name));
        blocks.push(section(Mrkdwn::trusted(words)));
        blocks.push(section(Mrkdwn::bold(title)));
        if priority.is_some_and(|p| !p.is_critical()) {
            blocks.push(section("Does it need more people? Raising it makes a channel."));
            let raise = |action, name| button(action, name, id);
            let row = vec![raise(Action::RaiseToP3, "Raise to P3"), raise(Action::RaiseToP2, "Raise to P2")];
            blocks.push(actions(row).id(Section::Raise.as_str()));
        }
    }
    blocks.push(actions(open.to_vec()));
    result(&format!("Incident #{id}"), blocks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::incident::LevelCode;
    use serde_json::Value;
    use std::collections::BTreeMap;

    fn levels(catalog: &Catalog, code: LevelCode) -> BTreeMap<String, String> {
        let kind = catalog.impact_type_by_value("business_impact").unwrap();
        BTreeMap::from([(kind.value.clone(), kind.level_by_code(code).unwrap().id.to_string())])
    }

    fn filled(catalog: &Catalog, code: LevelCode) -> Draft {
        let raw = RawDeclaration {
            title: Some("Checkout is down".into()),
            description: Some("Nobody can pay since ten.".into()),
            incident_category: Some(catalog.categories[0].id.to_string()),
            environment: vec![catalog.environments[0].id.to_string()],
            platform: Some(vec!["platform-All".into()]),
            impacts: levels(catalog, code),
            ..RawDeclaration::default()
        };
        Draft { raw, details_saved: true, copy: 0 }
    }

    fn drawn(catalog: &Catalog, body: &Draft, recent: usize) -> Value {
        let root =
            root(&Root { draft: Uuid::from_u128(1), body, catalog, recent, guide: None, banner: None });
        serde_json::to_value(root).unwrap()
    }

    fn marks(view: &Value) -> Vec<&str> {
        let texts = view["blocks"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|b| b["block_id"].as_str().is_some_and(|id| id.starts_with("open_step_")));
        texts.map(|b| b["accessory"]["text"]["text"].as_str().unwrap()).collect()
    }

    // SLK-140 SLK-154: every row of the table of states.
    #[test]
    fn the_root_shows_each_state_of_the_flow() {
        let catalog = Catalog::demo();
        let fresh = drawn(&catalog, &Draft::default(), 0);
        assert_eq!(marks(&fresh), ["Set impact"]);
        assert!(fresh.get("submit").is_none());

        let none = Draft {
            raw: RawDeclaration { impacts: levels(&catalog, LevelCode::None), ..RawDeclaration::default() },
            ..Draft::default()
        };
        assert_eq!(marks(&drawn(&catalog, &none, 0)), ["Set impact"]);

        let chosen = Draft {
            raw: RawDeclaration { impacts: levels(&catalog, LevelCode::High), ..RawDeclaration::default() },
            ..Draft::default()
        };
        let chosen = drawn(&catalog, &chosen, 0);
        assert_eq!(marks(&chosen), ["Edit impact", "Set details"]);
        assert!(chosen.get("submit").is_none());

        let ready = drawn(&catalog, &filled(&catalog, LevelCode::High), 0);
        assert_eq!(marks(&ready), ["Edit impact", "Edit details"]);
        assert_eq!(ready["submit"]["text"], "Create the incident");

        // Impacts edited so that a field becomes required: step 2 is open again, the values are kept.
        let mut teams = catalog.clone();
        teams.feature_teams = vec!["Search".into()];
        let normal = drawn(&teams, &filled(&catalog, LevelCode::Low), 0);
        assert_eq!(marks(&normal), ["Edit impact", "Set details"]);
        assert!(normal.get("submit").is_none());

        let reset = drawn(&catalog, &filled(&catalog, LevelCode::None), 0);
        assert_eq!(marks(&reset), ["Set impact"]);
        assert!(reset.get("submit").is_none());
    }

    // SLK-145
    #[test]
    fn priority_sla_process_and_impacts_are_shown() {
        let catalog = Catalog::demo();
        let shown = drawn(&catalog, &filled(&catalog, LevelCode::Highest), 0).to_string();
        let p1 = catalog.priority_by_value(1).unwrap();
        assert!(shown.contains(&p1.full_name()) && shown.contains("answer within"));
        assert!(shown.contains("its own Slack channel") && shown.contains("This is for emergencies"));
        let kind = catalog.impact_type_by_value("business_impact").unwrap();
        assert!(shown.contains(&kind.name));
    }

    // SLK-141
    #[test]
    fn recent_critical_incidents_are_warned_of_in_singular_and_plural() {
        let catalog = Catalog::demo();
        assert!(!drawn(&catalog, &Draft::default(), 0).to_string().contains("last hour"));
        let one = drawn(&catalog, &Draft::default(), 1).to_string();
        assert!(one.contains("*1* critical incident was") && one.contains("push_check_current_incidents"));
        assert!(drawn(&catalog, &Draft::default(), 3).to_string().contains("*3* critical incidents were"));
    }

    // SLK-152: the longest words fit, because views carry the draft's id alone.
    #[test]
    fn the_longest_draft_draws_a_small_root() {
        let catalog = Catalog::demo();
        let mut body = filled(&catalog, LevelCode::High);
        body.raw.description = Some("&<>".repeat(400));
        body.raw.title = Some("x".repeat(128));
        let view = drawn(&catalog, &body, 30);
        assert!(view["private_metadata"].as_str().unwrap().len() < 100);
        assert!(view.to_string().len() < 10_000);
    }

    // SLK-160: the end tells number, channel or none, and how to get one.
    #[test]
    fn the_end_of_declaring_tells_the_number_and_what_comes_next() {
        let catalog = Catalog::demo();
        let end = |channel: bool, priority: i32| {
            let declared = Declaring { incident: IncidentId(7), new: true, channel };
            let view = declared_view(
                &declared,
                "Checkout is down",
                catalog.priority_by_value(priority),
                "https://ff/incident/7/",
            );
            serde_json::to_value(view).unwrap().to_string()
        };
        let critical = end(true, 1);
        assert!(
            critical.contains("Incident *#7* declared, channel on its way.")
                && critical.contains("https://ff/incident/7/")
        );
        let normal = end(false, 4);
        assert!(
            normal.contains("no channel for P4")
                && normal.contains("Raise to P2")
                && normal.contains("Raise to P3")
        );
    }
}
