//! `bench`: how long requests take and what they cost, with how many incidents there are. A development tool.
//!
//! The release binary answers on a PostgreSQL of its own; requests are made beforehand and sent over open connections.
//! Compare CPU milliseconds: other work on the machine makes requests slower, but hardly costlier. See
//! docs/PERFORMANCE.md.

mod cases;
mod cpu;
mod ground;
mod http;
mod load;
mod moments;
mod operations;
mod report;
mod wire;

use anyhow::{Context as _, Result};
use cases::Case;
use clap::Parser;
use ground::{Database, Ground};
use load::Target;
use report::{Row, rounded};
use sqlx::{Connection, PgConnection};
use std::{path::PathBuf, sync::Arc, time::Duration};
use wire::{Said, Tap};

/// Measures the release binary beside this one.
#[derive(Parser)]
#[command(name = "bench", version)]
struct Arguments {
    /// How many incidents there are.
    #[arg(long, env = "BENCH", value_delimiter = ',', default_value = "1000,100000,1000000")]
    sizes: Vec<i64>,
    /// Only cases whose name holds one of these; `moments` are those at the end.
    #[arg(long, env = "BENCH_CASES", value_delimiter = ',', default_value = "")]
    cases: Vec<String>,
    /// How many ask at a time.
    #[arg(long, env = "BENCH_CONNECTIONS", value_delimiter = ',', default_value = "1,16")]
    connections: Vec<usize>,
    /// How long each is asked.
    #[arg(long, env = "BENCH_SECONDS", default_value_t = 3.0)]
    seconds: f64,
    /// Where numbers and databases are kept.
    #[arg(long, default_value = "target/bench")]
    folder: PathBuf,
    /// The browser's part, as `cargo leptos build --release` makes it.
    #[arg(long, default_value = "target/site")]
    site: PathBuf,
}

impl Arguments {
    fn wants(&self, name: &str) -> bool {
        self.cases.iter().any(|part| name.contains(part.as_str()))
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let asked = Arguments::parse();
    std::fs::create_dir_all(&asked.folder).context("making the folder for numbers")?;
    let folder = std::fs::canonicalize(&asked.folder)?;
    let ground = Ground::prepare(&folder).await?;
    println!("PostgreSQL {}; CPU ms of one request, server and database together", ground.version);
    let before = report::previous(&folder)?;
    let mut rows = Vec::new();
    for incidents in &asked.sizes {
        rows.extend(size(&asked, &ground, *incidents, &before).await?);
        report::write(&folder, &rows)?;
    }
    if asked.wants("moments") {
        let moments = moments::measure(&ground, &asked.site).await?;
        moments::print(&moments);
        std::fs::write(folder.join("moments.json"), format!("{:#}\n", moments::json(&moments)))?;
    }
    println!("\n{}", folder.join("latest.json").display());
    Ok(())
}

async fn size(asked: &Arguments, ground: &Ground, incidents: i64, before: &[Row]) -> Result<Vec<Row>> {
    let database = ground.database(incidents).await?;
    ground.tidy(&database, incidents).await?;
    report::heading(incidents);
    if let Some(seeded) = &database.seeded {
        println!("  {seeded}");
    }
    let tap = Tap::open(ground.place()?).await?;
    let (server, listened) =
        (ground.server(&database, None).await?, ground.server(&database, Some(&tap)).await?);
    let asker = Arc::new(ground.asker(&server, &database, incidents).await?);
    let counter = Arc::default();
    let target = |server: &tests::app::Server, pid| Target {
        ground,
        address: server.url.trim_start_matches("http://").to_owned(),
        pid,
        asker: asker.clone(),
        counter: Arc::clone(&counter),
    };
    let measured = target(&server, server.pid().await.context("the server runs")?);
    let listened = target(&listened, listened.pid().await.context("the server runs")?);
    let during = Duration::from_secs_f64(asked.seconds);
    let empty = measured.measure(Case::Empty, 1, during.min(Duration::from_secs(1))).await?;
    let (mut rows, mut memory) = (Vec::new(), 0.0_f64);
    for case in Case::ALL.into_iter().filter(|case| asked.wants(case.name())) {
        let (statements, said, body) = listened.statements(&tap, case).await?;
        let bare = bare(&listened, &database, case, &said, &body).await?;
        for connections in &asked.connections {
            let found = measured.measure(case, *connections, during).await?;
            memory = memory.max(found.memory_mb);
            let row = Row {
                case: case.name().into(),
                incidents,
                connections: *connections,
                requests_per_second: rounded(found.per_second),
                p50_ms: rounded(found.p50_ms),
                p99_ms: rounded(found.p99_ms),
                cpu_ms: rounded(found.server_cpu_ms + found.database_cpu_ms),
                statements,
                floor_cpu_ms: rounded(bare + empty.server_cpu_ms),
            };
            report::line(&row, case, found.server_cpu_ms, found.database_cpu_ms, before);
            rows.push(row);
        }
    }
    println!("  empty handler {:.3} CPU ms; memory under load {memory:.0} MB", empty.server_cpu_ms);
    server.kill().await;
    ground.tidy(&database, incidents).await?;
    Ok(rows)
}

/// What the statements of the case cost by themselves. A declaration is taken back first, and in each round its number
/// is given again.
async fn bare(
    target: &Target<'_>,
    database: &Database,
    case: Case,
    said: &[Said],
    body: &[u8],
) -> Result<f64> {
    let mut conn = PgConnection::connect(&database.url).await?;
    if !case.writes() {
        // What was heard made its draft, and makes it anew in each round.
        sqlx::query("DELETE FROM drafts").execute(&mut conn).await?;
        return target.bare(&database.name, said, case, &[]).await;
    }
    let declared: serde_json::Value = serde_json::from_slice(body).context("reading what was declared")?;
    let id = declared["id"].as_i64().context("a number")?;
    for sql in [
        "DELETE FROM history_text WHERE stream = 'incident ' || $1",
        "DELETE FROM history WHERE stream = 'incident ' || $1",
        "DELETE FROM history_heads WHERE stream = 'incident ' || $1",
        "DELETE FROM incidents WHERE id = $1::bigint",
    ] {
        sqlx::query(sql)
            .bind(id.to_string())
            .execute(&mut conn)
            .await
            .context("taking a declaration back")?;
    }
    let again = format!("SELECT setval(pg_get_serial_sequence('incidents', 'id'), {id}, false)");
    target.bare(&database.name, said, case, &[again]).await
}
