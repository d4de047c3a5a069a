//! What writing takes: updates of one incident, which wait for each other, and of eight side by side; and what the page
//! of an incident costs that so much happened to.

use super::{
    cpu,
    ground::Ground,
    moments::{Moment, moment, token},
};
use anyhow::{Context as _, Result, ensure};
use reqwest::Method;
use serde_json::json;
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};
use tests::app::{Server, Web, doors::P4};

const PEOPLE: usize = 8;
const DURING: Duration = Duration::from_secs(4);
/// So many entries make a long timeline.
const LONG: u64 = 2_000;
const LOOKS: u32 = 30;

/// All of them, on incidents without a channel: nothing but the operation is measured.
pub async fn measure(ground: &Ground, server: &Server) -> Result<Vec<Moment>> {
    let (api, web) = (token(server).await?, Web::signed_in(&server.url, "yusuf.demir").await);
    let mut incidents = vec![];
    for number in 0..PEOPLE {
        let title = format!("Updated while measured {number}");
        incidents.push(api.declares(json!({ "title": title, "priority_id": P4 })).await);
    }
    let desk = Desk { ground, pid: server.pid().await.context("it runs")?, web, said: AtomicU64::new(0) };
    let eight = desk.updates(&incidents).await?;
    desk.said.store(0, Ordering::Relaxed);
    let one = desk.updates(&incidents[..1]).await?;
    while desk.said.load(Ordering::Relaxed) < LONG {
        desk.update(incidents[0]).await?;
    }
    let (page_cpu, page_p50) = desk.page(incidents[0]).await?;
    Ok(vec![
        moment("updates of one incident", one.per_second, "/s", None),
        moment("updates of eight incidents", eight.per_second, "/s", None),
        moment("one update", eight.cpu_ms, "CPU ms", None),
        moment("page with 2,000 entries", page_cpu, "CPU ms", None),
        moment("page with 2,000 entries, p50", page_p50, "ms", None),
    ])
}

struct Desk<'a> {
    ground: &'a Ground,
    pid: u32,
    web: Web,
    said: AtomicU64,
}

struct Rate {
    per_second: f64,
    cpu_ms: f64,
}

impl Desk<'_> {
    fn cpu(&self) -> Result<f64> {
        Ok(cpu::of_process(self.pid)? + self.ground.database_cpu()?)
    }

    /// One update by the form, its answer not followed.
    async fn update(&self, id: i64) -> Result<()> {
        let number = self.said.fetch_add(1, Ordering::Relaxed);
        let (id, submission) = (id.to_string(), uuid::Uuid::new_v4().to_string());
        let words = format!("The gateway was restarted for the {number}th time.");
        let form = [("id", &*id), ("submission", &submission), ("asked[message]", &words)];
        let answer = self.web.once(Method::POST, "/fn/incident/update", Some(&form)).await;
        let to = answer.headers.get("location").and_then(|to| to.to_str().ok()).unwrap_or_default();
        ensure!(to.ends_with("#posted"), "an update is refused: {} {to} {}", answer.status, answer.html);
        Ok(())
    }

    /// As many as eight people post, each on the next of these incidents.
    async fn updates(&self, incidents: &[i64]) -> Result<Rate> {
        let (before, began) = (self.cpu()?, Instant::now());
        let people = (0..PEOPLE).map(async |person| {
            let (id, mut count) = (incidents[person % incidents.len()], 0_u32);
            while began.elapsed() < DURING {
                self.update(id).await?;
                count += 1;
            }
            anyhow::Ok(count)
        });
        let counts = futures::future::try_join_all(people).await?;
        let count = f64::from(counts.iter().sum::<u32>());
        let took = began.elapsed().as_secs_f64();
        Ok(Rate { per_second: count / took, cpu_ms: (self.cpu()? - before) / count })
    }

    /// CPU and time of its page, which says that it leaves something out.
    async fn page(&self, id: i64) -> Result<(f64, f64)> {
        let (before, mut took) = (self.cpu()?, vec![]);
        for _ in 0..LOOKS {
            let began = Instant::now();
            let page = self.web.get(&format!("/incident/{id}/")).await;
            ensure!(page.html.contains("older messages"), "its page answers {}", page.status);
            took.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        took.sort_by(f64::total_cmp);
        Ok(((self.cpu()? - before) / f64::from(LOOKS), took[took.len() / 2]))
    }
}
