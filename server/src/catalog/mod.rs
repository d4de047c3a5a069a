//! Reference data: environments, priorities, categories, types of everything (spec 01 §3).
//!
//! Every rule and every form reads it, people change it seldom. So each server keeps it whole in memory and asks the
//! database one tiny question per request: which version is it now? Who asks something else first asks that along
//! ([`told::catalog_is`]). Triggers of the reference tables renew the version in the transaction of the change, so a server that
//! was told the old version also saw the old rows, however many servers there are.

mod rows;
mod times;

pub use times::{Stamps, Times};

use crate::{failure::OrInternal, told};
use domain::{Result, Timestamp, catalog::Catalog};
use sqlx::PgPool;
use std::sync::{Arc, PoisonError, RwLock};
use uuid::Uuid;

/// The seed, which only adds what is missing; also the last of the first migrations.
const SEED: &str = include_str!("../../../migrations/20261124000400_seed.sql");

/// What this process remembers of the reference data. Correct without being told of changes.
#[derive(Debug, Default)]
pub struct Cache(RwLock<Option<Kept>>);

#[derive(Debug, Clone)]
struct Kept {
    version: Uuid,
    catalog: Arc<Catalog>,
    times: Arc<Times>,
}

impl Cache {
    /// The reference data as of now, every list in the order people see it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read(&self, db: &PgPool) -> Result<Arc<Catalog>> {
        Ok(self.kept(db).await?.catalog)
    }

    /// The same, and when its rows were made and changed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read_with_times(&self, db: &PgPool) -> Result<(Arc<Catalog>, Arc<Times>)> {
        let kept = self.kept(db).await?;
        Ok((kept.catalog, kept.times))
    }

    async fn kept(&self, db: &PgPool) -> Result<Kept> {
        let now = match told::catalog() {
            Some(version) => version,
            None => sqlx::query_scalar!("SELECT version FROM catalog_version")
                .fetch_one(db)
                .await
                .or_internal("reading the version of the reference data")?,
        };
        if let Some(known) = self.known(now) {
            told::catalog_is(now);
            return Ok(known);
        }
        let (version, catalog, times) = rows::read(db).await?;
        told::catalog_is(version);
        let fresh = Kept { version, catalog: Arc::new(catalog), times: Arc::new(times) };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(fresh.clone());
        Ok(fresh)
    }

    fn known(&self, version: Uuid) -> Option<Kept> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|kept| kept.version == version).cloned()
    }
}

/// The reference data as of now, past every cache; for commands that read it once.
///
/// # Errors
/// When the database does not answer.
pub async fn read(db: &PgPool) -> Result<Arc<Catalog>> {
    Ok(Arc::new(rows::read(db).await?.1))
}

/// Adds the shipped rows that are missing; what administrators changed stays (`firefighter seed`).
///
/// # Errors
/// When the database does not answer.
pub async fn seed(db: &PgPool) -> Result<()> {
    // Several statements without arguments are one transaction for PostgreSQL.
    sqlx::raw_sql(SEED).execute(db).await.or_internal("adding missing reference data")?;
    Ok(())
}

/// Adds a type of costs; one of this name stays as it is.
///
/// # Errors
/// When the database does not answer.
pub async fn add_cost_type(db: &PgPool, name: &str, description: &str, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "INSERT INTO cost_types (name, description, created_at, updated_at) VALUES ($1, $2, $3, $3)
         ON CONFLICT DO NOTHING",
        name,
        description,
        now,
    )
    .execute(db)
    .await
    .or_internal("adding a type of costs")?;
    Ok(())
}
