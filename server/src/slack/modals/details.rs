//! Step 2 of declaring: what, where, in words (spec 10 §9.3).

use super::{
    Asker, DraftOf, Trouble,
    open::{self, Draft},
};
use crate::slack::{
    blocks::View,
    delivery::OpenView,
    drafts,
    form::{self, Answer},
    ids::Callback,
};
use domain::{
    Error,
    catalog::{Catalog, Priority},
    incident::{Declaration, Impacts, Limits, visible_fields},
};
use uuid::Uuid;

/// Lays the step on top of the root.
///
/// # Errors
/// When the draft is gone, or as Slack.
pub async fn push(asker: &Asker<'_>, draft: Uuid) -> Result<(), Trouble> {
    let body: Draft = drafts::read(asker.ctx, asker.user()?, draft).await?;
    let catalog = asker.ctx.catalog().await?;
    asker.show(&view(draft, &body, &catalog)).await
}

/// Keeps the details when they can be declared; else says at each field what is wrong.
///
/// # Errors
/// When the draft is gone.
pub async fn submit(asker: &Asker<'_>, open: &OpenView) -> Result<Answer, Trouble> {
    let draft = DraftOf::read(open)?;
    let user = asker.user()?;
    let mut body: Draft = drafts::read(asker.ctx, user, draft).await?;
    let catalog = asker.ctx.catalog().await?;
    body.raw = form::read_details(&open.state, &body.raw);
    if let Err(errors) = Declaration::parse(&body.raw, &catalog, Limits::Form)
        && let Some(at) = form::errors(&Error::Invalid(errors), &open.state)
    {
        return Ok(Answer::Errors(at));
    }
    body.details_saved = true;
    drafts::write(asker.ctx, user, draft, &body).await?;
    open::redraw_later(asker, open, draft);
    Ok(Answer::Close)
}

fn view(draft: Uuid, body: &Draft, catalog: &Catalog) -> View {
    let impacts = Impacts::read(&body.raw.impacts, catalog);
    let response = impacts.suggest_priority(catalog).map(Priority::response_type);
    let blocks = form::details(&body.raw, visible_fields(&impacts, response, catalog), catalog);
    View::new(Callback::Details, "Details", blocks)
        .submit("Save details")
        .close("Back")
        .metadata(&DraftOf { draft })
}
