//! The database: reached, new enough, migrated to this version, in time.

use super::{Finding, Report, machine};
use crate::{
    context::Clock,
    db::{self, Database, DatabaseError, Migrations},
    settings::Settings,
    telemetry,
};
use domain::Timestamp;
use sqlx::PgPool;

/// Adds what is found; the open database, when it can be opened.
pub async fn examine(settings: &Settings, report: &mut Report) -> Option<Database> {
    let database = match db::connect(settings).await {
        Ok(database) => database,
        Err(e) => {
            report.add(unreachable(&e));
            return None;
        }
    };
    report.add(Finding::ok("database", database.described.clone()));
    report.add(version(&database.pool).await);
    report.add(migrations(&database.pool).await);
    report.add(clock(&database.pool).await);
    Some(database)
}

fn unreachable(error: &DatabaseError) -> Finding {
    let breaks = "Nothing works without it.";
    let found = telemetry::chain(error);
    match error {
        DatabaseError::TooOld { .. } => {
            Finding::failed("database.version", found, breaks, "Move the data to a newer PostgreSQL.")
        }
        DatabaseError::Private(_) => Finding::failed(
            "database",
            found,
            breaks,
            "See postgres.log in FF_DATA_DIR, or name a database in DATABASE_URL.",
        ),
        DatabaseError::Connect { .. } | DatabaseError::Prepare(_) | DatabaseError::Migrate(_) => {
            Finding::failed("database", found, breaks, "See DATABASE_URL or POSTGRES_*, and whether it runs.")
        }
    }
}

fn silent(check: &str, error: &sqlx::Error) -> Finding {
    Finding::failed(
        check,
        telemetry::chain(error),
        "The database cannot be asked.",
        "See the log of PostgreSQL.",
    )
}

async fn version(pool: &PgPool) -> Finding {
    // Older ones were refused when connecting.
    match db::version(pool).await {
        Ok(version) => Finding::ok("database.version", format!("PostgreSQL {version}")),
        Err(e) => silent("database.version", &e),
    }
}

async fn migrations(pool: &PgPool) -> Finding {
    const CHECK: &str = "database.migrations";
    let breaks = "Pages and jobs find a database that is not theirs.";
    match db::migrations(pool).await {
        Err(e) => silent(CHECK, &e),
        Ok(Migrations { missing, unknown, changed }) => {
            let told = |what: &str, some: &[String]| format!("{} {what}: {}", some.len(), some.join(", "));
            if !changed.is_empty() {
                let remedy = "Install the version that made this database, or restore a backup.";
                Finding::failed(CHECK, told("are not what was applied", &changed), breaks, remedy)
            } else if !unknown.is_empty() {
                let remedy = "The database belongs to a newer version: install that one.";
                Finding::failed(CHECK, told("are of a newer version", &unknown), breaks, remedy)
            } else if !missing.is_empty() {
                Finding::failed(CHECK, told("missing", &missing), breaks, "Run `firefighter migrate`.")
            } else {
                Finding::ok(CHECK, "all applied")
            }
        }
    }
}

async fn clock(pool: &PgPool) -> Finding {
    const CHECK: &str = "database.clock";
    let before = Clock::system().now();
    let theirs: Result<Timestamp, _> = sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(pool).await;
    let after = Clock::system().now();
    match theirs {
        Err(e) => silent(CHECK, &e),
        Ok(theirs) => {
            let breaks = "Jobs of a server that is cut off are taken over too early or too late.";
            machine::clock(CHECK, "the database", theirs, before + (after - before) / 2, breaks)
        }
    }
}
