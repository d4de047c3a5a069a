//! Databases for tests: clones of migrated templates in one PostgreSQL.
//!
//! Cloning waits for the disk, so a thread keeps clones of the usual template ready.

use super::process::{at_slack, binary, environment};
use crate::sandbox::{Options, Sandbox};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::{
    process::Stdio,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering},
        mpsc::{Receiver, sync_channel},
    },
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    sync::OnceCell,
};

/// So many clones stand ready.
const SPARE: usize = 2;

/// Migrated and seeded. One for each run, so that two at a time do not take each other's away.
fn template() -> String {
    format!("ff_template_{}", std::process::id())
}

/// The same, with a channel that is tagged for announcements.
fn template_that_announces() -> String {
    format!("ff_template_{}_announces", std::process::id())
}

/// A database of one test.
pub struct Database {
    pub url: String,
}

struct Cluster {
    /// Of the maintenance database.
    url: url::Url,
    /// Ends with the test process: its standard input is our pipe.
    _server: Option<Child>,
}

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
static NEXT: AtomicU32 = AtomicU32::new(0);

impl Database {
    /// A new one, migrated and seeded.
    pub async fn fresh() -> Self {
        let cluster = CLUSTER.get_or_init(Cluster::start).await;
        let mut conn = PgConnection::connect(cluster.url.as_str()).await.expect("PostgreSQL answers");
        Database { url: cluster.database(&clone(&mut conn, &template()).await) }
    }

    /// A new one, migrated, seeded, and with a channel for announcements.
    pub async fn that_announces() -> Self {
        let cluster = CLUSTER.get_or_init(Cluster::start).await;
        let spare = cluster.spare();
        let take = move || spare.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let name = tokio::task::spawn_blocking(take).await.expect("waiting does not panic");
        Database { url: cluster.database(&name.expect("databases are made")) }
    }
}

/// Makes a database that is the same in every row; its name.
async fn clone(conn: &mut PgConnection, of: &str) -> String {
    let name = format!("ff_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    // FILE_COPY is quicker for a small template than going through the log.
    let sql = format!("CREATE DATABASE {name} TEMPLATE {of} STRATEGY FILE_COPY");
    sqlx::query(AssertSqlSafe(sql)).execute(conn).await.expect("a database is copied");
    name
}

async fn end_sessions(conn: &mut PgConnection, of: &str) {
    sqlx::query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1")
        .bind(of)
        .execute(conn)
        .await
        .expect("connections can be ended");
}

impl Database {
    /// A second one that is the same in every row. Ends all connections to the first: stop its server before.
    pub async fn twin(&self) -> Self {
        let cluster = CLUSTER.get_or_init(Cluster::start).await;
        let mut conn = PgConnection::connect(cluster.url.as_str()).await.expect("PostgreSQL answers");
        end_sessions(&mut conn, &self.name()).await;
        Database { url: cluster.database(&clone(&mut conn, &self.name()).await) }
    }

    /// Takes it away, whoever is connected.
    pub async fn drop_now(&self) {
        let cluster = CLUSTER.get_or_init(Cluster::start).await;
        let mut conn = PgConnection::connect(cluster.url.as_str()).await.expect("PostgreSQL answers");
        let sql = format!("DROP DATABASE {} WITH (FORCE)", self.name());
        sqlx::query(AssertSqlSafe(sql)).execute(&mut conn).await.expect("a test's database is dropped");
    }

    /// Takes no connection any more, and ends those that are; or takes them again.
    pub async fn close(&self, closed: bool) {
        let cluster = CLUSTER.get_or_init(Cluster::start).await;
        let mut conn = PgConnection::connect(cluster.url.as_str()).await.expect("PostgreSQL answers");
        let sql = format!("ALTER DATABASE {} ALLOW_CONNECTIONS {}", self.name(), !closed);
        sqlx::query(AssertSqlSafe(sql)).execute(&mut conn).await.expect("a database is closed");
        if closed {
            end_sessions(&mut conn, &self.name()).await;
        }
    }

    fn name(&self) -> String {
        let mine: url::Url = self.url.parse().expect("the address of a database");
        mine.path().trim_start_matches('/').to_owned()
    }

    /// A new one with nothing in it.
    pub async fn empty() -> Self {
        let cluster = CLUSTER.get_or_init(Cluster::start).await;
        let name = format!("ff_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let mut conn = PgConnection::connect(cluster.url.as_str()).await.expect("PostgreSQL answers");
        let sql = format!("CREATE DATABASE {name}");
        sqlx::query(AssertSqlSafe(sql)).execute(&mut conn).await.expect("a test's database is made");
        Database { url: cluster.database(&name) }
    }
}

impl Cluster {
    async fn start() -> Self {
        let (url, server) = match std::env::var("FF_TEST_POSTGRES") {
            Ok(url) => (url, None),
            Err(_) => private().await,
        };
        let cluster = Cluster { url: url.parse().expect("the address of PostgreSQL"), _server: server };
        cluster.prepare().await;
        cluster
    }

    /// Clones of the template that announces, kept ready by a thread that ends with the process.
    fn spare(&self) -> Arc<Mutex<Receiver<String>>> {
        static MADE: OnceLock<Arc<Mutex<Receiver<String>>>> = OnceLock::new();
        let begin = || {
            let (made, taken) = sync_channel(SPARE);
            let url = self.url.clone();
            std::thread::spawn(move || {
                let runtime =
                    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                runtime.block_on(async {
                    let mut conn = PgConnection::connect(url.as_str()).await.expect("PostgreSQL answers");
                    while made.send(clone(&mut conn, &template_that_announces()).await).is_ok() {}
                });
            });
            Arc::new(Mutex::new(taken))
        };
        MADE.get_or_init(begin).clone()
    }

    /// Drops what runs that are over left and makes the templates anew.
    async fn prepare(&self) {
        let mut conn = PgConnection::connect(self.url.as_str()).await.expect("PostgreSQL answers");
        let old: Vec<String> =
            sqlx::query_scalar("SELECT datname FROM pg_database WHERE datname LIKE 'ff\\_%'")
                .fetch_all(&mut conn)
                .await
                .expect("databases can be listed");
        let over = |name: &str| {
            name.split('_')
                .filter_map(|part| part.parse::<u32>().ok())
                .next()
                .is_none_or(|pid| !std::path::Path::new(&format!("/proc/{pid}")).exists())
        };
        for name in old.into_iter().filter(|name| over(name)) {
            let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            sqlx::query(AssertSqlSafe(sql)).execute(&mut conn).await.expect("an old database is dropped");
        }
        let sql = format!("CREATE DATABASE {}", template());
        sqlx::query(AssertSqlSafe(sql)).execute(&mut conn).await.expect("the template is made");
        self.command(&template(), &["migrate"], vec![]).await;
        let sql = format!("CREATE DATABASE {} TEMPLATE {}", template_that_announces(), template());
        sqlx::query(AssertSqlSafe(sql)).execute(&mut conn).await.expect("the template is copied");
        let sandbox = Sandbox::start(Options::default()).await.expect("the sandbox starts");
        let tag = ["channel", "tag", "tech-incidents", "tech_incidents"];
        self.command(&template_that_announces(), &tag, at_slack(&sandbox).into()).await;
    }

    async fn command(&self, database: &str, args: &[&str], more: Vec<(&str, String)>) {
        let out = Command::new(binary())
            .args(args)
            .env_clear()
            .envs(environment(&self.database(database)))
            .envs(more)
            .output()
            .await
            .expect("the binary runs");
        assert!(out.status.success(), "firefighter {args:?}: {}", String::from_utf8_lossy(&out.stderr));
    }

    fn database(&self, name: &str) -> String {
        let mut url = self.url.clone();
        url.set_path(name);
        url.into()
    }
}

/// A PostgreSQL that the binary starts in the target folder and stops when this process is gone.
async fn private() -> (String, Option<Child>) {
    let data = binary().parent().expect("a folder").join("test-data");
    let mut child = Command::new(binary())
        .args(["database", "--data-dir"])
        .arg(&data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let url = lines.next_line().await.expect("readable").expect("it prints the address of the database");
    (url, Some(child))
}
