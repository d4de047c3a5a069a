//! Pacing and pauses that all servers share: token buckets and 429s are rows.

use super::JobError;
use crate::{db, failure::OrInternal};
use domain::Timestamp;
use sqlx::PgPool;
use std::time::Duration;

/// Whether a method may be called now.
///
/// # Errors
/// [`JobError::RateLimited`] with the rest of the pause.
pub async fn allowed(db: &PgPool, vendor: &str, method: &str, now: Timestamp) -> Result<(), JobError> {
    let until = sqlx::query_scalar!(
        "SELECT until FROM vendor_pauses WHERE vendor = $1 AND method = $2 AND until > $3",
        vendor,
        method,
        now,
    )
    .fetch_optional(db)
    .await?;
    match until {
        Some(until) => Err(JobError::RateLimited {
            method: method.into(),
            after: (until - now).to_std().unwrap_or(Duration::from_secs(1)),
        }),
        None => Ok(()),
    }
}

/// Takes one token of a bucket that holds `burst` and gains `per_second`.
///
/// # Errors
/// [`JobError::Paced`] with the time until there is one.
pub async fn take(
    db: &PgPool,
    key: &str,
    burst: f64,
    per_second: f64,
    now: Timestamp,
) -> Result<(), JobError> {
    let mut tx = db::begin(db).await?;
    sqlx::query!(
        "INSERT INTO vendor_buckets (key, tokens, at) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING",
        key,
        burst,
        now,
    )
    .execute(&mut *tx)
    .await?;
    let bucket = sqlx::query!("SELECT tokens, at FROM vendor_buckets WHERE key = $1 FOR UPDATE", key)
        .fetch_one(&mut *tx)
        .await?;
    let gone = (now - bucket.at).num_milliseconds().max(0);
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since the last token, far below 2^52")]
    let tokens = (bucket.tokens + gone as f64 / 1000.0 * per_second).min(burst);
    if tokens < 1.0 {
        let wait = Duration::from_secs_f64((1.0 - tokens) / per_second);
        return Err(JobError::Paced { after: wait.max(Duration::from_millis(50)) });
    }
    sqlx::query!(
        "UPDATE vendor_buckets SET tokens = $2, at = $3 WHERE key = $1",
        key,
        tokens - 1.0,
        now.max(bucket.at),
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets buckets that nobody asked since then; an idle bucket is a full one.
///
/// # Errors
/// When the database does not answer.
pub async fn forget_idle(db: &PgPool, prefix: &str, before: Timestamp) -> domain::Result<()> {
    sqlx::query!("DELETE FROM vendor_buckets WHERE starts_with(key, $1) AND at < $2", prefix, before)
        .execute(db)
        .await
        .or_internal("forgetting idle buckets")?;
    Ok(())
}
