//! What watches a desk asks it, and what a desk says of itself.

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::app::{
    App, Setup,
    doors::{P1, P2, P3},
};

const HEALTH: &str = "/api/v2/firefighter/monitoring/healthcheck";
const READY: &str = "/api/v2/firefighter/monitoring/readiness";

/// By somebody whom the desk does not know.
async fn ask(t: &App, method: Method, path: &str) -> (StatusCode, String) {
    let answer = Client::new().request(method, format!("{}{path}", t.url())).send().await.expect("an answer");
    (answer.status(), answer.text().await.expect("a body"))
}

async fn says(t: &App, path: &str) -> (StatusCode, Value) {
    let (status, body) = ask(t, Method::GET, path).await;
    (status, serde_json::from_str(&body).expect("JSON"))
}

async fn until(t: &App, path: &str, expected: StatusCode) -> Value {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let (status, said) = says(t, path).await;
        if status == expected {
            return said;
        }
        assert!(Instant::now() < end, "{path} says {status} {said}: {}", t.server.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

// CFG-048 CFG-049: both probes are for anybody, GET and HEAD only, and say 503 with the same keys while the database is gone.
#[tokio::test]
async fn probes_tell_whether_the_database_answers() {
    let t = App::start().await;
    for path in [HEALTH, READY] {
        assert_eq!(ask(&t, Method::HEAD, path).await, (StatusCode::OK, String::new()), "{path}");
        assert_eq!(ask(&t, Method::POST, path).await.0, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
    assert_eq!(says(&t, HEALTH).await, (StatusCode::OK, json!({ "status": "ok" })));
    let all = json!({ "status": "ok", "checks": { "db": true, "redis": true, "celery": true } });
    assert_eq!(says(&t, READY).await, (StatusCode::OK, all.clone()));

    t.close_database(true).await;
    let none = json!({ "status": "fail", "checks": { "db": false, "redis": false, "celery": false } });
    assert_eq!(until(&t, HEALTH, StatusCode::SERVICE_UNAVAILABLE).await, json!({ "status": "fail" }));
    assert_eq!(until(&t, READY, StatusCode::SERVICE_UNAVAILABLE).await, none);
    t.close_database(false).await;
    assert_eq!(until(&t, READY, StatusCode::OK).await, all);
}

// CFG-040 CFG-049: the doors run without a worker and say so; a worker that answers nobody does the jobs and the schedules.
#[tokio::test]
async fn a_worker_is_a_process_of_its_own() {
    let t = App::with(Setup { no_worker: true, ..Setup::default() }).await;
    let idle = json!({ "status": "fail", "checks": { "db": true, "redis": true, "celery": false } });
    assert_eq!(says(&t, READY).await, (StatusCode::SERVICE_UNAVAILABLE, idle));
    let web = t.web_as("yusuf.demir").await;
    crate::stories::declare(&t, &web, P2).await;
    let jobs = t.jobs().await;
    assert!(
        !jobs.is_empty() && jobs.iter().all(|job| job.ends_with(": waiting")),
        "nobody is there: {jobs:#?}"
    );

    let worker = t.another_worker().await;
    t.run_jobs().await;
    assert_eq!(t.sandbox.calls("conversations.create"), 1);
    assert_eq!(says(&t, READY).await.0, StatusCode::OK);
    assert!(!worker.is_healthy().await, "it listens to nobody");
    t.advance(Duration::from_secs(3_600)).await;
    let end = Instant::now() + Duration::from_secs(30);
    let scheduled = "SELECT EXISTS (SELECT FROM jobs WHERE vendor = 'core')";
    while !sqlx::query_scalar::<_, bool>(scheduled).fetch_one(&t.db).await.expect("readable") {
        assert!(Instant::now() < end, "no schedule runs: {}", worker.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    t.ends_well().await;
    worker.terminate().await;
    assert!(worker.until_ended().await.success(), "{}", worker.log());
}

// What a page reads breaks in a task of its own: the page and the log say the reference of the request all the same.
#[tokio::test]
async fn a_page_that_cannot_be_read_tells_its_reference() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    sqlx::query("ALTER TABLE incident_updates RENAME TO incident_updates_gone")
        .execute(&t.db)
        .await
        .expect("renamed");
    let page = web.once(Method::GET, "/", None).await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    let reference = page.headers["x-request-id"].to_str().expect("text").to_owned();
    assert!(page.text().contains(&reference), "{reference}: {}", page.text());
    let log = t.server.log();
    assert!(
        log.lines().any(|line| line.contains("ERROR") && line.contains(&format!("reference={reference}"))),
        "{log}"
    );
}

// WEB-128: search engines stay away, whoever asks.
#[tokio::test]
async fn robots_are_sent_away() {
    let t = App::with(Setup { no_slack: true, ..Setup::default() }).await;
    let (status, text) = ask(&t, Method::GET, "/robots.txt").await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "User-agent: *\nDisallow: /\n"));
}

// CFG-052: neither a cookie nor what somebody searches for is ever in the log.
#[tokio::test]
async fn no_secret_of_a_request_is_logged() {
    let t = App::with(Setup::default().env("LOG_LEVEL", "debug")).await;
    let cookie = tests::app::Web::cookie(t.url(), "yusuf.demir").await;
    let (_, value) = cookie.split_once('=').expect("a pair");
    let search = format!("{}/incident/?search=quietly+looked+for", t.url());
    let page = Client::new().get(search).header("cookie", &cookie).send().await.expect("an answer");
    assert_eq!(page.status(), StatusCode::OK);
    let log = t.server.log();
    assert!(log.contains("/incident/"), "the request is in the log: {log}");
    assert!(!log.contains(value), "the cookie is not");
    assert!(!log.contains("quietly"), "nor what was searched for");
}

/// `ff.metric` of every line that has one, in order, with the rest of the line.
fn metrics(log: &str) -> Vec<(String, String)> {
    let named = log.lines().filter_map(|line| {
        let rest = line.split_once("ff.metric=")?.1;
        let name = rest.split_whitespace().next()?.trim_matches('"').to_owned();
        Some((name, rest.to_owned()))
    });
    named.collect()
}

// CFG-055 CFG-056 CFG-057 CFG-058: whoever counts incidents by the log reads each event once, and none of what changed nothing.
#[tokio::test]
async fn the_log_says_what_metrics_are_made_of() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    let at = crate::stories::declare(&t, &web, P2).await;
    for (field, to) in [("priority", P1), ("priority", P3), ("status", "20"), ("priority", P3)] {
        let page = web.get(&at).await;
        let named = format!("asked[{field}][to]");
        let fill = [("asked[message]", "A word with the rest of it."), (named.as_str(), to)];
        web.submit(&page, "/fn/incident/update", &fill).await;
    }
    let page = web.get(&format!("{at}close/")).await;
    let fill =
        [("asked[closure][reason]", "duplicate"), ("asked[message]", "It is the one before, told again.")];
    web.submit(&page, "/fn/incident/close", &fill).await;
    let told = metrics(&t.server.log());
    let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "incident.created",
        "incident.priority.escalated",
        "incident.priority.deescalated",
        "incident.status_changed",
        "incident.status_changed",
        "incident.closed",
    ];
    assert_eq!(names, expected, "{}", t.server.log());
    let id = at.trim_matches('/').rsplit('/').next().expect("a number");
    for (name, line) in &told {
        assert!(line.contains(&format!("ff.incident_id={id}")), "{name}: {line}");
    }
    assert!(
        told[1].1.contains("ff.priority_old=2") && told[1].1.contains("ff.priority_new=1"),
        "{}",
        told[1].1
    );
    assert!(
        told[2].1.contains("ff.priority_old=1") && told[2].1.contains("ff.priority_new=3"),
        "{}",
        told[2].1
    );
    assert!(told[3].1.contains("ff.status=20"), "{}", told[3].1);
}
