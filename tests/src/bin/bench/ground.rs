//! Where it is measured: a PostgreSQL of its own with the settings of production (each commit is on disk), a database
//! for each size, the release binary, and a Slack that answers at once.

use super::{
    cases::Asker,
    cpu,
    wire::{Place, Tap},
};
use anyhow::{Context as _, Result, bail};
use axum::{Json, Router, routing::post};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::{path::PathBuf, process::Stdio, time::Instant};
use tests::{
    app::{
        Server, Setup, Web,
        process::{binary, environment},
    },
    sandbox::{Options, Sandbox},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
    process::{Child, Command},
};

/// Below this a database is made anew each time: what earlier runs declared would show.
const SMALL: i64 = 10_000;
/// Whose session and whose token it is: a responder who may not see what is private.
const PERSON: &str = "yusuf.demir";

pub struct Ground {
    url: url::Url,
    /// The process that started PostgreSQL; it ends when this end of its input does.
    _postgres: Option<Child>,
    postmaster: u32,
    pub sandbox: Sandbox,
    slack: String,
    pub version: String,
}

/// A database with so many incidents.
pub struct Database {
    pub name: String,
    pub url: String,
    /// How long they took to make; `None` when they were there.
    pub seeded: Option<String>,
}

impl Ground {
    /// Starts PostgreSQL in `folder`, or takes the one of `FF_BENCH_POSTGRES`, which must run on this machine.
    pub async fn prepare(folder: &std::path::Path) -> Result<Self> {
        let (url, postgres) = match std::env::var("FF_BENCH_POSTGRES") {
            Ok(url) => (url, None),
            Err(_) => start_postgres(folder.join("postgres")).await?,
        };
        let mut conn = PgConnection::connect(&url).await.context("connecting to PostgreSQL")?;
        let backend: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut conn).await?;
        let version: String = sqlx::query_scalar("SHOW server_version").fetch_one(&mut conn).await?;
        let fsync: String = sqlx::query_scalar("SHOW fsync").fetch_one(&mut conn).await?;
        let postmaster = cpu::parent_of(u32::try_from(backend)?)
            .context("PostgreSQL must run on this machine, or its CPU time cannot be read")?;
        if fsync != "on" {
            println!("! fsync is off in this PostgreSQL: creates look cheaper than they are");
        }
        Ok(Ground {
            url: url.parse().context("reading the address of PostgreSQL")?,
            _postgres: postgres,
            postmaster,
            sandbox: Sandbox::start(Options::default()).await?,
            slack: slack_at_once().await?,
            version,
        })
    }

    /// CPU milliseconds of all processes of PostgreSQL so far.
    pub fn database_cpu(&self) -> Result<f64> {
        cpu::of_family(self.postmaster)
    }

    pub fn place(&self) -> Result<Place> {
        Place::of(self.url.as_str())
    }

    fn database_url(&self, name: &str) -> String {
        let mut url = self.url.clone();
        url.set_path(name);
        url.into()
    }

    /// The database with so many incidents; made when it is not there, was migrated otherwise, or is small.
    pub async fn database(&self, incidents: i64) -> Result<Database> {
        let name = format!("ff_bench_{incidents}");
        let url = self.database_url(&name);
        let known = incidents >= SMALL && self.holds(&name, &url, incidents).await?;
        let mut seeded = None;
        if !known {
            self.recreate(&name).await?;
            firefighter(&url, &["migrate"]).await?;
            let said = firefighter(&url, &["seed", "--incidents", &incidents.to_string()]).await?;
            let line = said.lines().find(|line| line.contains("rows in")).unwrap_or_default();
            seeded = Some(line.to_owned());
        }
        Ok(Database { name, url, seeded })
    }

    /// An empty desk.
    pub async fn fresh(&self, name: &str) -> Result<Database> {
        self.recreate(name).await?;
        let url = self.database_url(name);
        firefighter(&url, &["migrate"]).await?;
        Ok(Database { name: name.to_owned(), url, seeded: None })
    }

    async fn recreate(&self, name: &str) -> Result<()> {
        let mut conn = PgConnection::connect(self.url.as_str()).await?;
        for sql in [format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"), format!("CREATE DATABASE {name}")]
        {
            sqlx::query(AssertSqlSafe(sql)).execute(&mut conn).await.context("making a database")?;
        }
        Ok(())
    }

    /// Whether it is there, migrated as the binary wants it, and about as large.
    async fn holds(&self, name: &str, url: &str, incidents: i64) -> Result<bool> {
        let mut conn = PgConnection::connect(self.url.as_str()).await?;
        let there: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
            .bind(name)
            .fetch_one(&mut conn)
            .await?;
        if !there || firefighter(url, &["migrate"]).await.is_err() {
            return Ok(false);
        }
        let mut conn = PgConnection::connect(url).await?;
        let found: i64 = sqlx::query_scalar("SELECT count(*) FROM incidents").fetch_one(&mut conn).await?;
        if found < incidents || found > incidents + incidents / 5 {
            return Ok(false);
        }
        sqlx::query("VACUUM ANALYZE").execute(&mut conn).await.context("letting the database count")?;
        Ok(true)
    }

    /// A server without a worker on this database: what is measured is the request. Through the tap when one is given.
    pub async fn server(&self, database: &Database, tap: Option<&Tap>) -> Result<Server> {
        let url = match tap {
            Some(tap) => {
                let mut url = url::Url::parse("postgres://127.0.0.1").context("an address")?;
                let set = url.set_port(Some(tap.port)).and(url.set_username(self.url.username()));
                let set = set.and(url.set_password(self.url.password()));
                if set.is_err() {
                    bail!("the address of PostgreSQL has no place for a name");
                }
                url.set_path(&database.name);
                url.set_query(Some("sslmode=disable"));
                url.into()
            }
            None => database.url.clone(),
        };
        let setup = Setup { no_worker: true, ..Setup::default() };
        // The machine's own clock: following another one would be work that production does not have.
        let setup = setup.env("FF_CLOCK", "").env("SLACK_API_URL", &self.slack);
        Ok(Server::start(&url, &self.sandbox, &setup).await)
    }

    /// Signs in, makes a token, and chooses what is asked for.
    pub async fn asker(&self, server: &Server, database: &Database, incidents: i64) -> Result<Asker> {
        let mut conn = PgConnection::connect(&database.url).await?;
        let sql = "SELECT id FROM incidents WHERE id <= $1 AND NOT private ORDER BY md5(id::text) LIMIT 5000";
        let ids: Vec<i64> = sqlx::query_scalar(sql).bind(incidents).fetch_all(&mut conn).await?;
        let out = server.cli(&["token", "create", &format!("{PERSON}@example.com")]).await;
        let token = out.split_whitespace().find(|word| word.len() == 40).context("a token is printed")?;
        Ok(Asker {
            cookie: Web::cookie(&server.url, PERSON).await,
            token: token.to_owned(),
            signing_secret: "sandbox-signing-secret".into(),
            incidents: ids,
        })
    }

    /// Takes back what measuring left behind: incidents beyond those that were made up, and jobs that nobody will do.
    pub async fn tidy(&self, database: &Database, incidents: i64) -> Result<()> {
        let mut conn = PgConnection::connect(&database.url).await?;
        sqlx::query("DELETE FROM jobs WHERE state = 'waiting'").execute(&mut conn).await?;
        for table in ["history_text", "history", "history_heads"] {
            let sql = format!(
                "DELETE FROM {table} WHERE stream IN (SELECT 'incident ' || id FROM incidents WHERE id > $1)"
            );
            sqlx::query(AssertSqlSafe(sql)).bind(incidents).execute(&mut conn).await?;
        }
        let left =
            sqlx::query("DELETE FROM incidents WHERE id > $1").bind(incidents).execute(&mut conn).await?;
        if left.rows_affected() > 0 {
            sqlx::query("VACUUM ANALYZE").execute(&mut conn).await.context("letting the database count")?;
        }
        Ok(())
    }
}

async fn start_postgres(data: PathBuf) -> Result<(String, Option<Child>)> {
    std::fs::create_dir_all(data.parent().context("a folder")?)?;
    let mut child = Command::new(binary())
        .args(["database", "--data-dir"])
        .arg(&data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("starting PostgreSQL")?;
    let out = child.stdout.take().context("its output")?;
    let mut lines = BufReader::new(out).lines();
    let url = lines.next_line().await?.context("PostgreSQL did not start; see above")?;
    Ok((url, Some(child)))
}

async fn firefighter(database_url: &str, args: &[&str]) -> Result<String> {
    let began = Instant::now();
    let out = Command::new(binary()).args(args).env_clear().envs(environment(database_url)).output().await?;
    let said = String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).into_owned();
    if !out.status.success() {
        bail!("firefighter {} failed after {} s: {said}", args.join(" "), began.elapsed().as_secs());
    }
    Ok(said)
}

/// A Slack that takes everything at once and remembers nothing: what it costs is not measured.
async fn slack_at_once() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/api", listener.local_addr()?);
    let answer = || async {
        let view = json!({ "id": "V0BENCH", "root_view_id": "V0BENCH", "hash": "1.bench", "type": "modal",
                           "external_id": "", "callback_id": "", "state": { "values": {} } });
        Json(
            json!({ "ok": true, "view": view, "team_id": "T0SANDBOX", "user_id": "U0BOT", "bot_id": "B0BOT" }),
        )
    };
    let routes = Router::new().route("/api/{method}", post(answer).get(answer));
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, routes).await {
            println!("! the quick Slack stopped: {error}");
        }
    });
    Ok(url)
}
