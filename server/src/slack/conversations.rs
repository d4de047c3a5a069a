//! Channels that people named by a tag, and who was told what of a role: small reads of this room.

use crate::{context::Context, failure::OrInternal};
use chrono::TimeDelta;
use domain::{IncidentId, Result, RoleTypeId, UserId};
use sqlx::PgPool;

/// The channel with this tag, if it is usable.
///
/// # Errors
/// When the database does not answer.
pub async fn tagged(db: &PgPool, tag: &str) -> Result<Option<String>> {
    sqlx::query_scalar!(
        "SELECT channel_id FROM slack_conversations WHERE tag = $1 AND status <> 'archived'",
        tag
    )
    .fetch_optional(db)
    .await
    .or_internal("finding a tagged channel")
}

/// Whether this channel is one of an incident; events of all other channels are not ours.
///
/// # Errors
/// When the database does not answer.
pub async fn incident_of(db: &PgPool, channel: &str) -> Result<Option<IncidentId>> {
    let id =
        sqlx::query_scalar!(r#"SELECT incident_id FROM slack_conversations WHERE channel_id = $1"#, channel)
            .fetch_optional(db)
            .await
            .or_internal("finding a channel's incident")?;
    Ok(id.flatten().map(IncidentId))
}

/// Whether a role needs explaining to its holder: `FF_ROLE_REMINDER_MIN_DAYS_INTERVAL` says after how many days
/// without that role (0 = always, -1 = never). The present incident does not count (spec 10 §18.4).
///
/// # Errors
/// When the database does not answer.
pub async fn role_is_news(
    ctx: &Context,
    incident: IncidentId,
    user: UserId,
    role: RoleTypeId,
) -> Result<bool> {
    let days = ctx.settings.site.role_reminder_min_days;
    if days <= 0 {
        return Ok(days == 0);
    }
    let since = ctx.now() - TimeDelta::days(i64::from(days));
    let recently = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM incident_roles
                          WHERE user_id = $1 AND role_type_id = $2 AND incident_id <> $3 AND created_at >= $4) AS "held!""#,
        user.0,
        role.0,
        incident.0,
        since,
    )
    .fetch_one(&ctx.db)
    .await
    .or_internal("asking when a role was held")?;
    Ok(!recently)
}

/// Forgets that a message stands, because somebody deleted it: what edits it posts anew.
///
/// # Errors
/// When the database does not answer.
pub async fn forget_message(db: &PgPool, channel: &str, ts: &str) -> Result<()> {
    sqlx::query!(
        "UPDATE said SET tried_at = NULL, done_at = NULL, place = NULL, vendor_id = NULL, shown = NULL
         WHERE place = $1 AND vendor_id = $2 AND purpose = 'card'",
        channel,
        ts
    )
    .execute(db)
    .await
    .or_internal("forgetting a message")?;
    Ok(())
}
