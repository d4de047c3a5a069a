//! What is no stream of requests: from a declaration to its channel, from a change to an open page, memory, the start,
//! and what a browser fetches first.

use super::{cpu, ground::Ground, operations};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::{
    borrow::Cow,
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};
use tests::{
    app::{Api, Server, Setup, Web},
    sandbox::faults::{Fault, Kind},
};

const DECLARES: usize = 20;
const STARTS: usize = 7;
const PATIENCE: Duration = Duration::from_secs(30);

/// A name, a number with its unit, and what it should be.
pub struct Moment {
    pub name: Cow<'static, str>,
    pub value: f64,
    pub unit: &'static str,
    pub budget: Option<f64>,
}

pub fn moment(
    name: impl Into<Cow<'static, str>>,
    value: f64,
    unit: &'static str,
    budget: impl Into<Option<f64>>,
) -> Moment {
    Moment { name: name.into(), value, unit, budget: budget.into() }
}

/// All of them, on an empty desk.
pub async fn measure(ground: &Ground, site: &Path) -> Result<Vec<Moment>> {
    let database = ground.fresh("ff_bench_moments").await?;
    let setup = Setup::default().env("FF_CLOCK", "");
    let server = Server::start(&database.url, &ground.sandbox, &setup).await;
    ground.sandbox.connect(&server.url);
    server.cli(&["channel", "tag", "tech-incidents", "tech_incidents"]).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let idle = cpu::memory(server.pid().await.context("it runs")?)?;
    let mut all = vec![moment("memory, idle", idle, "MB", 64.0)];
    all.extend(channels(ground, &server, &database.url).await?);
    all.push(live(&server).await?);
    all.extend(operations::measure(ground, &server).await?);
    all.push(starts(&server).await);
    server.kill().await;
    all.extend(first_page(site)?);
    Ok(all)
}

/// A key of the API.
pub async fn token(server: &Server) -> Result<Api> {
    let out = server.cli(&["token", "create", "ines.okafor@example.com"]).await;
    let token = out.split_whitespace().find(|word| word.len() == 40).context("a token is printed")?;
    Ok(Api::new(&server.url, token))
}

/// Declared, with a Slack that takes 100 ms for each call: when its channel is there, and when nothing is left to do.
async fn channels(ground: &Ground, server: &Server, database: &str) -> Result<Vec<Moment>> {
    let api = token(server).await?;
    let db = sqlx::PgPool::connect(database).await?;
    ground.sandbox.order(Fault::slack("*", Kind::Slow { ms: 100 }, 0).lasting());
    let (mut usable, mut dressed) = (vec![], vec![]);
    for number in 0..DECLARES {
        let began = Instant::now();
        let id = api.declares(json!({ "title": format!("Declared while measured {number}") })).await;
        let channel = "SELECT EXISTS (SELECT FROM slack_conversations WHERE incident_id = $1)";
        usable.push(until(&db, channel, id, began).await?);
        let rest =
            "SELECT NOT EXISTS (SELECT FROM jobs WHERE incident_id = $1 AND state IN ('waiting', 'running'))";
        dressed.push(until(&db, rest, id, began).await?);
    }
    ground.sandbox.comes_back();
    Ok(vec![
        moment("declare to channel, p50", part(&mut usable, 0.5), "ms", None),
        moment("declare to channel, p95", part(&mut usable, 0.95), "ms", 1000.0),
        moment("declare to dressed channel, p95", part(&mut dressed, 0.95), "ms", 3000.0),
    ])
}

async fn until(db: &sqlx::PgPool, sql: &'static str, id: i64, began: Instant) -> Result<f64> {
    loop {
        if sqlx::query_scalar::<_, bool>(sql).bind(id).fetch_one(db).await? {
            return Ok(began.elapsed().as_secs_f64() * 1000.0);
        }
        ensure!(began.elapsed() < PATIENCE, "incident {id} does not come to rest: {sql}");
        tokio::time::sleep(Duration::from_millis(4)).await;
    }
}

/// A change, until an open page is told of it.
async fn live(server: &Server) -> Result<Moment> {
    let (api, web) = (token(server).await?, Web::signed_in(&server.url, "yusuf.demir").await);
    let mut stream = web.open("/fn/live").await;
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut text = String::new();
        while let Ok(Some(bytes)) = stream.chunk().await {
            text.push_str(&String::from_utf8_lossy(&bytes));
            while let Some(end) = text.find('\n') {
                let line: String = text.drain(..=end).collect();
                if tell.send((line, Instant::now())).is_err() {
                    return;
                }
            }
        }
    });
    let mut took = vec![];
    for number in 0..DECLARES {
        // P4 makes no channel: nothing but the declaration is told.
        let body =
            json!({ "title": format!("Told while measured {number}"), "priority_id": tests::app::doors::P4 });
        let id = api.declares(body).await;
        let committed = Instant::now();
        let line = format!("incident {id}");
        loop {
            let heard = tokio::time::timeout(PATIENCE, told.recv()).await.context("nothing is told")?;
            let (said, at) = heard.context("the stream ended")?;
            if said.trim_start_matches("data:").trim() == line {
                took.push(at.saturating_duration_since(committed).as_secs_f64() * 1000.0);
                break;
            }
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    Ok(moment("answer to open page told, p95", part(&mut took, 0.95), "ms", 1000.0))
}

async fn starts(server: &Server) -> Moment {
    let mut took = vec![];
    for _ in 0..STARTS {
        server.kill().await;
        let began = Instant::now();
        server.restart().await;
        took.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    moment("start to healthy, p50", part(&mut took, 0.5), "ms", 1000.0)
}

fn part(values: &mut [f64], part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = ((values.len() as f64 * part).ceil() as usize).clamp(1, values.len().max(1)) - 1;
    values.get(place).copied().unwrap_or_default()
}

/// As they travel: compressed. The first page is the dashboard; other families of pages bring files of their own. Nothing
/// where the browser's part was not built for release.
fn first_page(site: &Path) -> Result<Vec<Moment>> {
    let Ok(files) = std::fs::read_dir(site.join("pkg")) else { return Ok(vec![]) };
    let mut sizes = BTreeMap::new();
    let mut parts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files.flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        if name.starts_with("__wasm_split_manifest") && name.ends_with(".json") {
            let text = std::fs::read(file.path()).context("reading which files a page needs")?;
            parts = serde_json::from_slice(&text).context("reading which files a page needs")?;
        } else if let Some(name) = name.strip_suffix(".br") {
            sizes.insert(name.to_owned(), file.metadata().context("reading the site")?.len());
        }
    }
    let kb = |bytes: u64| bytes as f64 / 1000.0;
    let all = |of: &dyn Fn(&str) -> bool| -> u64 {
        sizes.iter().filter(|(name, _)| of(name)).map(|(_, size)| size).sum()
    };
    let first = all(&|name| name.starts_with("firefighter.") && name.ends_with(".wasm"));
    if first == 0 {
        return Ok(vec![]);
    }
    let mut moments = vec![
        moment("wasm of the first page, brotli", kb(first), "kB", 300.0),
        moment("script and style, brotli", kb(all(&|name| !name.ends_with(".wasm"))), "kB", 150.0),
    ];
    for (family, files) in parts {
        let family = family.split('_').next().unwrap_or_default().to_owned();
        let more = all(&|name| files.iter().any(|file| name.strip_suffix(".wasm") == Some(file.as_str())));
        moments.push(moment(format!("  besides, pages of `{family}`"), kb(more), "kB", None));
    }
    Ok(moments)
}

pub fn print(moments: &[Moment]) {
    println!("\nMoments");
    for moment in moments {
        let budget = moment.budget.map_or_else(String::new, |budget| {
            let mark = if moment.value <= budget { "✓" } else { "✗" };
            format!("budget {budget} {mark}")
        });
        println!("  {:<34}{:>9.1} {:<4}{budget}", moment.name, moment.value, moment.unit);
    }
    if !moments.iter().any(|moment| moment.name.starts_with("wasm")) {
        println!(
            "  {:<34}not built: cargo leptos build --release --split --precompress",
            "wasm, script, style"
        );
    }
}

/// For programs.
pub fn json(moments: &[Moment]) -> Value {
    moments
        .iter()
        .map(|m| json!({ "moment": m.name.trim(), "value": m.value, "unit": m.unit, "budget": m.budget }))
        .collect()
}
