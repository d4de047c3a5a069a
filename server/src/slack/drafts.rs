//! What somebody typed into a modal of several steps: kept here, because Slack's own room for it is too small (spec 10
//! §9.1). Own person only, 64 kB, 24 hours. The view carries the id alone.

use crate::{context::Context, failure::OrInternal};
use chrono::TimeDelta;
use domain::{Error, Result, UserId};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

const KEPT: TimeDelta = TimeDelta::hours(24);
const DOOR: &str = "slack";

/// Begins a draft.
///
/// # Errors
/// When the database does not answer.
pub async fn begin<T: Serialize>(ctx: &Context, person: UserId, kind: &str, body: &T) -> Result<Uuid> {
    let id = ctx.new_id();
    let body = serde_json::to_value(body).or_internal("writing a draft")?;
    let now = ctx.now();
    sqlx::query!(
        "INSERT INTO drafts (id, door, person, kind, body, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        id,
        DOOR,
        person.to_string(),
        kind,
        body,
        now,
        now + KEPT,
    )
    .execute(&ctx.db)
    .await
    .or_internal("keeping a draft")?;
    Ok(id)
}

/// Reads a draft of this person.
///
/// # Errors
/// [`Error::NotFound`] when it expired or is somebody else's.
pub async fn read<T: DeserializeOwned>(ctx: &Context, person: UserId, id: Uuid) -> Result<T> {
    let body = sqlx::query_scalar!(
        "SELECT body FROM drafts WHERE id = $1 AND door = $2 AND person = $3 AND expires_at > $4",
        id,
        DOOR,
        person.to_string(),
        ctx.now(),
    )
    .fetch_optional(&ctx.db)
    .await
    .or_internal("reading a draft")?;
    serde_json::from_value(body.ok_or(Error::NotFound)?).or_internal("understanding a draft")
}

/// Writes a draft of this person; its 24 hours begin anew.
///
/// # Errors
/// [`Error::NotFound`] when it expired or is somebody else's.
pub async fn write<T: Serialize>(ctx: &Context, person: UserId, id: Uuid, body: &T) -> Result<()> {
    let body = serde_json::to_value(body).or_internal("writing a draft")?;
    let now = ctx.now();
    let written = sqlx::query!(
        "UPDATE drafts SET body = $4, expires_at = $6 WHERE id = $1 AND door = $2 AND person = $3 AND expires_at > $5",
        id,
        DOOR,
        person.to_string(),
        body,
        now,
        now + KEPT,
    )
    .execute(&ctx.db)
    .await
    .or_internal("keeping a draft")?;
    if written.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}
