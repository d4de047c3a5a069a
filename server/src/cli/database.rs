//! `database`: the private PostgreSQL alone, for tests and for preparing queries.

use crate::db::PrivatePostgres;
use anyhow::{Context as _, Result};
use sqlx::ConnectOptions;
use std::path::Path;

/// Starts the private database of a folder, prints its address as one line, and stops it when standard input ends:
/// whoever started this may then simply go away.
pub async fn run(data_dir: &Path) -> Result<()> {
    let private = PrivatePostgres::start(data_dir).await.context("starting the private database")?;
    println!("{}", private.options().to_url_lossy());
    tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()))
        .await
        .context("waiting for the end of standard input")?
        .context("reading standard input")?;
    private.stop().await;
    Ok(())
}
