//! Words on an incident, to find it again. Two people who tag at once both get theirs.

use super::store;
use crate::{change::Change, context::Context, failure::OrInternal, write::Sent};
use domain::{
    Caller, IncidentId, Result,
    access::Act,
    incident::{Set, Tag, plan_tags},
};
use sqlx::{PgConnection, PgExecutor};

/// Adds and removes tags. Sent twice, it is done once.
///
/// # Errors
/// [`domain::Error::NotFound`] when the incident may not be seen; [`domain::Error::Invalid`] when too many would
/// stand together.
pub async fn tags(
    ctx: &Context,
    caller: &Caller,
    id: IncidentId,
    asked: &Set<Vec<Tag>>,
    sent: Option<&Sent>,
) -> Result<()> {
    caller.may_do(Act::Change)?;
    let catalog = ctx.catalog().await?;
    let mut w = ctx.write(caller).await?;
    store::lock(w.conn(), caller.viewer(), id, ctx.postmortem(), &catalog).await?;
    if let Some(sent) = sent
        && w.once::<()>(sent).await?.is_some()
    {
        return Ok(());
    }
    let current = tags_of(w.conn(), id).await?;
    let plan = plan_tags(&current, asked)?;
    if plan.is_empty() {
        return Ok(());
    }
    let now = w.now();
    let added = add(w.conn(), id, &plan.added).await?;
    remove(w.conn(), id, &plan.removed).await?;
    store::touch(w.conn(), id, now).await?;
    let removed = plan.removed.iter().map(|tag| tag.name.clone()).collect();
    w.commit(Change::TagsChanged { incident: id, added, removed }, ()).await
}

/// The tags of an incident, by name. Asked behind the fence.
///
/// # Errors
/// When the database does not answer.
pub async fn tags_of(db: impl PgExecutor<'_>, incident: IncidentId) -> Result<Vec<Tag>> {
    let rows = sqlx::query!(
        "SELECT t.name, t.slug FROM incident_tags i JOIN tags t ON t.id = i.tag_id
         WHERE i.incident_id = $1 ORDER BY t.name",
        incident.0
    )
    .fetch_all(db)
    .await
    .or_internal("reading tags")?;
    Ok(rows.into_iter().map(|r| Tag { name: r.name, slug: r.slug }).collect())
}

/// Their names as they are stored: a tag keeps the spelling of the first who used it.
async fn add(conn: &mut PgConnection, incident: IncidentId, tags: &[Tag]) -> Result<Vec<String>> {
    if tags.is_empty() {
        return Ok(vec![]);
    }
    let names: Vec<String> = tags.iter().map(|tag| tag.name.clone()).collect();
    let slugs: Vec<String> = tags.iter().map(|tag| tag.slug.clone()).collect();
    // In one order for everybody, so that two who make the same tags wait for each other instead of dead-locking.
    sqlx::query!(
        "INSERT INTO tags (name, slug) SELECT n, s FROM unnest($1::text[], $2::text[]) AS t(n, s) ORDER BY s
         ON CONFLICT DO NOTHING",
        &names,
        &slugs,
    )
    .execute(&mut *conn)
    .await
    .or_internal("making tags")?;
    sqlx::query_scalar!(
        r#"WITH added AS (INSERT INTO incident_tags (incident_id, tag_id) SELECT $1, id FROM tags WHERE slug = ANY($2)
                         ON CONFLICT DO NOTHING RETURNING tag_id)
           SELECT t.name FROM added JOIN tags t ON t.id = added.tag_id
           ORDER BY array_position($2, t.slug::text)"#,
        incident.0,
        &slugs,
    )
    .fetch_all(conn)
    .await
    .or_internal("tagging an incident")
}

async fn remove(conn: &mut PgConnection, incident: IncidentId, tags: &[Tag]) -> Result<()> {
    let slugs: Vec<String> = tags.iter().map(|tag| tag.slug.clone()).collect();
    sqlx::query!(
        "DELETE FROM incident_tags i USING tags t WHERE i.incident_id = $1 AND t.id = i.tag_id AND t.slug = ANY($2)",
        incident.0,
        &slugs,
    )
    .execute(conn)
    .await
    .or_internal("removing tags")?;
    Ok(())
}
