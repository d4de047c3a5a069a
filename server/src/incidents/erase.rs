//! Erasing what people wrote on an incident: all of it, or the words of one person. Facts stay: who did what, and when.
//!
//! The words go from the history, whose chain stays whole, and then from the tables: these are written anew from what
//! the history still says, so that both forget the same. The record of it says who erased which words.

use super::store;
use crate::{
    change::{Change, Channel},
    context::Context,
    failure::OrInternal,
    history::{self, Stored},
};
use domain::{
    Caller, Error, IncidentId, Result, UpdateId, UserId,
    access::Act,
    past::{Entry, Fact, Past, Record},
};
use sqlx::PgConnection;
use uuid::Uuid;

/// Erases all words of an incident, or those that `of` wrote. How many there were; none writes nothing.
///
/// # Errors
/// [`Error::Forbidden`] without the permission to delete incidents; [`Error::NotFound`] when it may not be seen.
pub async fn erase(ctx: &Context, caller: &Caller, id: IncidentId, of: Option<UserId>) -> Result<usize> {
    caller.may_do(Act::Erase)?;
    let catalog = ctx.catalog().await?;
    let mut w = ctx.write(caller).await?;
    store::lock(w.conn(), caller.viewer(), id, ctx.postmortem(), &catalog).await?;
    let stream = format!("incident {id}");
    let words = history::erase(w.conn(), &stream, of).await?;
    if words.is_empty() {
        return Ok(0);
    }
    let stored = history::read(&mut *w.conn(), &stream, 0, None).await?;
    let records = stored.iter().map(Stored::record).collect::<Result<Vec<Record>>>()?;
    let past = Past::of(&records, &catalog).ok_or(Error::NotFound)?;
    forget(w.conn(), &past).await?;
    let shown = ctx.slack().is_some() && store::channel(w.conn(), id).await? == Channel::There;
    let rewritten = if shown { rewritten(&records, &words) } else { vec![] };
    let count = words.len();
    w.commit(Change::WordsErased { incident: id, of, words, shown, rewritten }, count).await
}

/// The entries whose message is gone.
fn rewritten(records: &[Record], words: &[(i64, String)]) -> Vec<UpdateId> {
    let gone = |seq| words.iter().any(|(of, field)| *of == seq && field == "message");
    let mut entries: Vec<UpdateId> = Vec::new();
    for record in records.iter().filter(|record| gone(record.seq)) {
        let entry = match &record.fact {
            Fact::Updated(updated) => updated.update,
            Fact::Roles(changed) => changed.update,
            Fact::Corrected(corrected) => corrected.update,
            _ => continue,
        };
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    entries
}

/// Writes every text of the tables as the history says it now.
async fn forget(conn: &mut PgConnection, past: &Past) -> Result<()> {
    sqlx::query!(
        "UPDATE incidents SET title = $2, description = $3, closure_reference = $4 WHERE id = $1",
        past.id.0,
        past.title,
        past.description,
        past.closure_reference,
    )
    .execute(&mut *conn)
    .await
    .or_internal("erasing the words of an incident")?;
    let words = |of: fn(&Entry) -> Option<String>| past.entries.iter().map(of).collect::<Vec<_>>();
    let ids: Vec<Uuid> = past.entries.iter().map(|entry| entry.id.0).collect();
    sqlx::query!(
        "UPDATE incident_updates u
         SET message = e.message, original = e.original, title = e.title, description = e.description
         FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
              AS e(id, message, original, title, description)
         WHERE u.incident_id = $1 AND u.id = e.id
           AND (u.message, u.original, u.title, u.description)
               IS DISTINCT FROM (e.message, e.original, e.title, e.description)",
        past.id.0,
        &ids,
        &words(|entry| entry.message.clone()) as &[Option<String>],
        &words(|entry| entry.corrected.as_ref().map(|c| c.original.clone())) as &[Option<String>],
        &words(|entry| entry.title.clone()) as &[Option<String>],
        &words(|entry| entry.description.clone()) as &[Option<String>],
    )
    .execute(&mut *conn)
    .await
    .or_internal("erasing the words of a timeline")?;
    let lines: Vec<i64> = past.costs.keys().map(|line| line.0).collect();
    let details: Vec<Option<String>> = past.costs.values().map(|cost| cost.details.clone()).collect();
    sqlx::query!(
        "UPDATE incident_costs c SET details = e.details FROM unnest($2::bigint[], $3::text[]) AS e(id, details)
         WHERE c.incident_id = $1 AND c.id = e.id AND c.details IS DISTINCT FROM e.details",
        past.id.0,
        &lines,
        &details as &[Option<String>],
    )
    .execute(conn)
    .await
    .or_internal("erasing the words of costs")?;
    Ok(())
}
