//! Correcting what was said: the entry of the timeline gets other words, what it said first stays readable beside them,
//! and where it was told it is edited.

use super::store;
use crate::{
    change::{Change, Channel},
    context::Context,
    write::Sent,
};
use domain::{Caller, Error, IncidentId, Result, UpdateId, access::Act, incident::Correction};

/// Gives an entry other words. Sent twice, it is done once. Whether anything was to be done is the answer.
///
/// # Errors
/// [`Error::NotFound`] when the incident may not be seen or has no such words; [`Error::Forbidden`] for who neither said
/// them nor may change incidents; [`Error::Conflict`] when somebody else corrected them meanwhile.
pub async fn correct(
    ctx: &Context,
    caller: &Caller,
    id: IncidentId,
    entry: UpdateId,
    asked: &Correction,
    sent: Option<&Sent>,
) -> Result<bool> {
    let catalog = ctx.catalog().await?;
    let mut w = ctx.write(caller).await?;
    store::lock(w.conn(), caller.viewer(), id, ctx.postmortem(), &catalog).await?;
    if let Some(sent) = sent
        && let Some(first) = w.once(sent).await?
    {
        return Ok(first);
    }
    let (current, author) = store::said(w.conn(), id, entry).await?.ok_or(Error::NotFound)?;
    caller.may_do(Act::Correct { author })?;
    let Some(words) = asked.plan(&current)? else { return Ok(false) };
    let now = w.now();
    store::write_words(w.conn(), entry, words.as_str(), caller.user_id(), now).await?;
    store::touch(w.conn(), id, now).await?;
    let told = ctx.slack().is_some() && store::channel(w.conn(), id).await? == Channel::There;
    let change =
        Change::MessageCorrected { incident: id, update: entry, words: words.as_str().to_owned(), told };
    w.commit(change, true).await
}
