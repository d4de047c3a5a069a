//! PostgreSQL: the one that the settings name, else a private one that lives in the data folder.
//!
//! Several servers may start at the same time: migrations run behind an advisory lock. Every connection of the pool
//! ends a statement after the configured time (30 s). Which rule a broken constraint stands for is said by the caller
//! with [`OnConstraint`]: the database decides races, no check-then-insert.

mod private;

pub use private::{PrivateError, PrivatePostgres};

use crate::settings::{DatabaseSettings, DatabaseSource, Settings};
use sqlx::{
    AssertSqlSafe, Connection, PgPool, Postgres, Transaction,
    error::DatabaseError as ServerError,
    migrate::{MigrateError, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::time::Duration;

/// All migrations, compiled in.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// The oldest PostgreSQL that the SQL of the product is written for.
const OLDEST_MAJOR: u32 = 15;
const CLOSE_WITHIN: Duration = Duration::from_secs(3);
/// No transaction waits for anything but the database: one that does nothing for so long is of a server that stands
/// still, and would hold its rows for ever.
const STANDS_STILL: Duration = Duration::from_secs(15);
/// A connection that rested for longer is asked whether it is still there.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// The open database. End it with [`Database::stop`]: a private one that this process started is then shut down.
pub struct Database {
    pub pool: PgPool,
    pub private: Option<PrivatePostgres>,
    /// Which database this is, for one line of the log. Holds no password.
    pub described: String,
}

#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error("starting the private database")]
    Private(#[from] PrivateError),
    #[error("connecting to {place}")]
    Connect { place: String, source: sqlx::Error },
    #[error("{place} is version {found}: {OLDEST_MAJOR} or newer is needed")]
    TooOld { place: String, found: u32 },
    #[error("preparing the connection for migrations")]
    Prepare(#[source] sqlx::Error),
    #[error("migrating the database")]
    Migrate(#[from] MigrateError),
}

/// Opens the database of the settings; starts the private one when none is named.
///
/// # Errors
/// No PostgreSQL answers there, or it is too old; the private one cannot be started.
pub async fn connect(settings: &Settings) -> Result<Database, DatabaseError> {
    let (options, private) = match &settings.database.source {
        DatabaseSource::Private { data_dir } => {
            let private = PrivatePostgres::start(data_dir).await?;
            (private.options(), Some(private))
        }
        DatabaseSource::Url(url) => (from_url(url.reveal())?, None),
        DatabaseSource::Parts { host, port, user, password, database } => {
            let options = PgConnectOptions::new_without_pgpass().host(host).port(*port).username(user);
            (options.password(password.reveal()).database(database), None)
        }
    };
    let place = private.as_ref().map_or_else(|| place(&options), PrivatePostgres::described);
    match open(options, &settings.database, &place).await {
        Ok(pool) => Ok(Database { pool, private, described: place }),
        Err(e) => {
            if let Some(private) = private {
                private.stop().await;
            }
            Err(e)
        }
    }
}

impl Database {
    /// Closes the connections, then shuts the private database down if this process started it.
    pub async fn stop(self) {
        // A job that was not waited for may hold one; the end of the process ends it.
        if tokio::time::timeout(CLOSE_WITHIN, self.pool.close()).await.is_err() {
            tracing::warn!("A connection to the database was still at work and is cut off");
        }
        if let Some(private) = self.private {
            private.stop().await;
        }
    }
}

fn from_url(url: &str) -> Result<PgConnectOptions, DatabaseError> {
    url.parse().map_err(|source| DatabaseError::Connect { place: "DATABASE_URL".into(), source })
}

fn place(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or_else(|| options.get_username());
    format!("PostgreSQL at {}:{}, database {database}", options.get_host(), options.get_port())
}

async fn open(
    options: PgConnectOptions,
    settings: &DatabaseSettings,
    place: &str,
) -> Result<PgPool, DatabaseError> {
    let connecting = |source| DatabaseError::Connect { place: place.into(), source };
    let pool = PgPoolOptions::new()
        .max_connections(settings.pool_size)
        .acquire_timeout(Duration::from_secs(5))
        // One that worked a moment ago works; asking each time would double the round trips.
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > TRUSTED_FOR {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(with_session_settings(options, settings))
        .await
        .map_err(connecting)?;
    let found = version(&pool).await.map_err(connecting)?;
    if found < OLDEST_MAJOR {
        return Err(DatabaseError::TooOld { place: place.into(), found });
    }
    if let Some(schema) = &settings.schema {
        make_schema(&pool, schema).await.map_err(connecting)?;
    }
    Ok(pool)
}

/// Begins a transaction. Whoever asked may be gone before PostgreSQL answers (a browser that leaves, a time that is over):
/// sqlx would then forget that it began one, and the next to get the connection would write into it and never commit.
/// So it is begun in a task of its own, which hears the answer and rolls back.
///
/// # Errors
/// When the database does not answer.
pub async fn begin(db: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    begun(db.clone(), None).await
}

/// The same, all reads of which see the same moment.
///
/// # Errors
/// When the database does not answer.
pub async fn begin_reading(db: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    begun(db.clone(), Some("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")).await
}

async fn begun(db: PgPool, by: Option<&'static str>) -> sqlx::Result<Transaction<'static, Postgres>> {
    let begins = async move {
        match by {
            Some(statement) => db.begin_with(statement).await,
            None => db.begin().await,
        }
    };
    // A task ends otherwise only with the process.
    tokio::spawn(begins).await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
}

fn with_session_settings(options: PgConnectOptions, settings: &DatabaseSettings) -> PgConnectOptions {
    let mut options = options.application_name("firefighter").options([
        ("statement_timeout", settings.statement_timeout.as_millis().to_string()),
        ("idle_in_transaction_session_timeout", STANDS_STILL.as_millis().to_string()),
        // Requests are short: helpers and compiled plans cost more than they save.
        ("max_parallel_workers_per_gather", "0".to_owned()),
        ("jit", "off".to_owned()),
        // Pages are in memory, or on a disk without an arm: the usual 4 makes PostgreSQL walk where it could jump.
        ("random_page_cost", "1.1".to_owned()),
    ]);
    if let Some(schema) = &settings.schema {
        options = options.options([("search_path", format!("\"{schema}\",public"))]);
    }
    options
}

/// The major version of the server.
///
/// # Errors
/// The database does not answer.
pub async fn version(pool: &PgPool) -> Result<u32, sqlx::Error> {
    let number: String =
        sqlx::query_scalar("SELECT current_setting('server_version_num')").fetch_one(pool).await?;
    Ok(number.parse::<u32>().map_or(0, |n| n / 10_000))
}

/// Asks first: `IF NOT EXISTS` alone needs the right to create schemas even when there is nothing to create.
async fn make_schema(pool: &PgPool, schema: &str) -> Result<(), sqlx::Error> {
    let exists: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)")
        .bind(schema)
        .fetch_one(pool)
        .await?;
    if !exists {
        // The name consists of letters, digits and underscores: the settings take no other.
        let statement = AssertSqlSafe(format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\""));
        sqlx::query(statement).execute(pool).await?;
    }
    Ok(())
}

/// Brings the database to the state that this binary needs. Any number of servers may call it at once: one works, the
/// others wait and find everything done.
///
/// # Errors
/// A migration fails, or was changed after it ran.
pub async fn migrate(pool: &PgPool) -> Result<(), DatabaseError> {
    // A connection of its own, without the time limit: waiting for another server may take longer than a statement may.
    let mut connection = pool.acquire().await.map_err(DatabaseError::Prepare)?.detach();
    sqlx::query("SET statement_timeout = 0")
        .execute(&mut connection)
        .await
        .map_err(DatabaseError::Prepare)?;
    MIGRATIONS.run(&mut connection).await?;
    connection.close().await.map_err(DatabaseError::Prepare)
}

/// How the migrations of this binary and those that the database has seen differ; each with version and name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Migrations {
    pub missing: Vec<String>,
    /// Applied, and not known here: of a newer version.
    pub unknown: Vec<String>,
    /// Applied in another wording.
    pub changed: Vec<String>,
}

/// Holds the migrations of this binary against those of the database.
///
/// # Errors
/// The database does not answer.
pub async fn migrations(pool: &PgPool) -> Result<Migrations, sqlx::Error> {
    let known: bool =
        sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL").fetch_one(pool).await?;
    let applied: Vec<(i64, String, Vec<u8>)> = if known {
        let applied =
            "SELECT version, description, checksum FROM _sqlx_migrations WHERE success ORDER BY version";
        sqlx::query_as(applied).fetch_all(pool).await?
    } else {
        Vec::new()
    };
    let mut found = Migrations::default();
    for ours in MIGRATIONS.iter() {
        let named = || format!("{} {}", ours.version, ours.description);
        match applied.iter().find(|(version, ..)| *version == ours.version) {
            None => found.missing.push(named()),
            Some((_, _, checksum)) if checksum.as_slice() != &*ours.checksum => {
                found.changed.push(named());
            }
            Some(_) => {}
        }
    }
    let unknown = applied.iter().filter(|(version, ..)| !MIGRATIONS.version_exists(*version));
    found.unknown = unknown.map(|(version, description, _)| format!("{version} {description}")).collect();
    Ok(found)
}

/// The migrations that this binary holds and that the database has not seen.
///
/// # Errors
/// The database does not answer.
pub async fn pending_migrations(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    migrations(pool).await.map(|found| found.missing)
}

/// Gives a broken constraint its meaning.
pub trait OnConstraint<T> {
    /// `map` is asked when the statement broke the constraint of this name; every other error passes.
    ///
    /// # Errors
    /// What `map` says, or the error of the database.
    fn on_constraint<E: From<sqlx::Error>>(
        self,
        name: &str,
        map: impl FnOnce(&dyn ServerError) -> E,
    ) -> Result<T, E>;
}

impl<T> OnConstraint<T> for Result<T, sqlx::Error> {
    fn on_constraint<E: From<sqlx::Error>>(
        self,
        name: &str,
        map: impl FnOnce(&dyn ServerError) -> E,
    ) -> Result<T, E> {
        self.map_err(|error| match error.as_database_error() {
            Some(broken) if broken.constraint() == Some(name) => map(broken),
            _ => E::from(error),
        })
    }
}
