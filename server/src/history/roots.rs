//! Roots: which streams moved since the last one, and where their heads stand, as records of stream `desk`.
//!
//! A record's hash covers all records before it, so the head of `desk` stands for everything a root has ever seen. It
//! goes into the log too: a copy that nobody reaches who only reaches the database.

use super::DESK;
use crate::{change::Change, context::Context, failure::OrInternal};
use domain::{Caller, Result};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

/// Heads in one record.
const MOST: i64 = 5_000;

/// Where a stream stood when a root saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub stream: String,
    pub seq: i64,
    /// Of its last record, in hex.
    pub hash: String,
}

/// Records the heads that moved since the last root and logs the head of `desk`. The number of heads that moved.
///
/// # Errors
/// When the database does not answer.
pub async fn write_root(ctx: &Context, caller: &Caller) -> Result<usize> {
    let mut moved = 0;
    loop {
        let mut w = ctx.write(caller).await?;
        let heads = take_moved(w.conn()).await?;
        if heads.is_empty() {
            break;
        }
        moved += heads.len();
        w.commit(Change::HistoryRooted { heads }, ()).await?;
    }
    let root = sqlx::query!("SELECT seq, hash FROM history_heads WHERE stream = $1", DESK)
        .fetch_optional(&ctx.db)
        .await
        .or_internal("reading the root of the history")?;
    if let Some(root) = root {
        let hash = hex::encode(root.hash);
        tracing::info!(
            history.seq = root.seq,
            history.hash = hash,
            history.moved = moved,
            "History root: {DESK} {} is {hash}",
            root.seq
        );
    }
    Ok(moved)
}

/// Some of the heads that no root has seen, marked as seen. `desk` itself is covered by its own chain.
async fn take_moved(conn: &mut PgConnection) -> Result<Vec<Head>> {
    let rows = sqlx::query!(
        "UPDATE history_heads SET rooted = seq
         WHERE stream IN (SELECT stream FROM history_heads WHERE seq > rooted AND stream <> $1 ORDER BY stream LIMIT $2)
         RETURNING stream, seq, hash",
        DESK,
        MOST,
    )
    .fetch_all(conn)
    .await
    .or_internal("reading the heads that moved")?;
    let mut heads: Vec<Head> = rows
        .into_iter()
        .map(|row| Head { stream: row.stream, seq: row.seq, hash: hex::encode(row.hash) })
        .collect();
    heads.sort_by(|a, b| a.stream.cmp(&b.stream));
    Ok(heads)
}
