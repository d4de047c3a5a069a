//! Which PostgreSQL: the one that is told, else a private one in the data folder.

use super::{Reader, Secret};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

#[derive(Debug, Clone)]
pub struct DatabaseSettings {
    pub source: DatabaseSource,
    /// `POSTGRES_SCHEMA`: first in the search path, made when missing.
    pub schema: Option<String>,
    /// `FF_DATABASE_POOL_SIZE`, default 8: connections of this process at most.
    pub pool_size: u32,
    /// `FF_STATEMENT_TIMEOUT`, seconds, default 30: PostgreSQL ends what takes longer.
    pub statement_timeout: Duration,
    /// `FF_MIGRATE_ON_START`, default true: `serve` migrates before it answers.
    pub migrate_on_start: bool,
}

#[derive(Debug, Clone)]
pub enum DatabaseSource {
    /// `DATABASE_URL`. Holds the password.
    Url(Secret),
    /// `POSTGRES_*`.
    Parts { host: String, port: u16, user: String, password: Secret, database: String },
    /// Nothing was said: a private cluster in this folder.
    Private { data_dir: PathBuf },
}

const PARTS: [&str; 5] =
    ["POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_HOST", "POSTGRES_PORT"];

impl DatabaseSettings {
    pub(super) fn read(r: &mut Reader, data_dir: &Path) -> Option<Self> {
        let source = read_source(r, data_dir);
        let schema = r.parsed("POSTGRES_SCHEMA", "letters, digits and underscores, at most 63", |name| {
            let fits = name.len() <= 63 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            fits.then(|| name.to_owned())
        });
        let pool_size = r
            .parsed("FF_DATABASE_POOL_SIZE", "a number of connections, at least 4", |v| {
                v.parse().ok().filter(|n| *n >= 4)
            })
            .unwrap_or(8);
        let statement_timeout =
            Duration::from_secs(r.number("FF_STATEMENT_TIMEOUT", 30, "a number of seconds"));
        let migrate_on_start = r.flag("FF_MIGRATE_ON_START", true);
        Some(DatabaseSettings { source: source?, schema, pool_size, statement_timeout, migrate_on_start })
    }
}

fn read_source(r: &mut Reader, data_dir: &Path) -> Option<DatabaseSource> {
    if let Some(url) = r.text("DATABASE_URL") {
        if url.parse::<sqlx::postgres::PgConnectOptions>().is_err() || !url.starts_with("postgres") {
            let expected = "postgres://user:password@host:5432/database";
            r.problem("DATABASE_URL", "is not an address of PostgreSQL", expected, "Correct DATABASE_URL.");
        }
        return Some(DatabaseSource::Url(Secret::new(url)));
    }
    if PARTS.iter().all(|name| r.text(name).is_none()) {
        return Some(DatabaseSource::Private { data_dir: data_dir.to_owned() });
    }
    let remedy = "Set all of POSTGRES_DB, USER, PASSWORD, HOST, PORT; or DATABASE_URL; or none of them to let \
                  FireFighter start a private database.";
    let mut part = |name| r.required(name, "the value of your PostgreSQL", remedy).map(str::to_owned);
    let [database, user, password, host, port] = PARTS.map(&mut part);
    let port_number = r.number("POSTGRES_PORT", 5432, "a port");
    port?;
    Some(DatabaseSource::Parts {
        host: host?,
        port: port_number,
        user: user?,
        password: Secret::new(password?),
        database: database?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::{names, read};

    const ALL: [(&str, &str); 5] = [
        ("POSTGRES_DB", "fire"),
        ("POSTGRES_USER", "me"),
        ("POSTGRES_PASSWORD", "x"),
        ("POSTGRES_HOST", "db"),
        ("POSTGRES_PORT", "5433"),
    ];

    // CFG-018
    #[test]
    fn the_database_is_told_by_its_parts_or_by_one_address_which_wins() {
        let parts = read(&[&ALL[..], &[("POSTGRES_SCHEMA", "desk")]].concat()).database;
        assert!(matches!(&parts.source, DatabaseSource::Parts { host, port: 5433, user, database, .. }
            if host == "db" && user == "me" && database == "fire"));
        assert_eq!(parts.schema.as_deref(), Some("desk"));

        let url = read(&[&ALL[..], &[("DATABASE_URL", "postgres://me@other/fire")]].concat()).database;
        assert!(matches!(url.source, DatabaseSource::Url(_)));
        assert!(matches!(read(&[]).database.source, DatabaseSource::Private { .. }));
    }

    #[test]
    fn half_a_database_is_told_part_by_part() {
        assert_eq!(names(&ALL[..2]), ["POSTGRES_PASSWORD", "POSTGRES_HOST", "POSTGRES_PORT"]);
        assert_eq!(names(&[("DATABASE_URL", "mysql://me@db/fire")]), ["DATABASE_URL"]);
        assert_eq!(names(&[("POSTGRES_SCHEMA", "a; drop table x")]), ["POSTGRES_SCHEMA"]);
    }

    // CFG-019
    #[test]
    fn a_statement_may_take_thirty_seconds() {
        assert_eq!(read(&[]).database.statement_timeout, Duration::from_secs(30));
    }
}
