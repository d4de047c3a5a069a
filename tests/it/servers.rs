//! Many identical servers on one database: what one can do two can, and nothing is done twice.

use crate::web::{declares, path};
use futures::future::{join, join_all};
use reqwest::{Client, Method, StatusCode, header};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tests::{
    app::{Api, App, Server, Setup, Web, cluster::Database},
    sandbox::{
        Options, Sandbox,
        faults::{Fault, Kind},
        slack::signing::signature,
    },
};

const YUSUF: &str = "yusuf.demir@example.com";

async fn count(t: &App, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&t.db).await.expect("countable")
}

/// A token of Yusuf's, which every server knows.
async fn token(t: &App) -> String {
    let out = t.server.cli(&["token", "create", YUSUF]).await;
    out.split_whitespace().find(|word| word.len() == 40).expect("a token is printed").to_owned()
}

// Three servers share the queue: every job runs once, and what is said in Slack is said once.
#[tokio::test]
async fn a_job_runs_once_however_many_servers_look_for_it() {
    let t = App::start().await;
    let (_two, _three) = join(t.another_server(Setup::default()), t.another_server(Setup::default())).await;
    let api = t.api_as(YUSUF).await;
    let ids =
        join_all((0..6).map(|n| api.declares(json!({ "title": format!("Checkout fails, number {n}") }))))
            .await;
    t.run_jobs().await;
    let twice = count(
        &t,
        "SELECT count(*) FROM (SELECT job_id FROM job_attempts WHERE outcome = 'done' GROUP BY job_id HAVING count(*) > 1) d",
    );
    assert_eq!(twice.await, 0, "no job was done twice");
    let workers = count(&t, "SELECT count(DISTINCT worker) FROM job_attempts").await;
    assert!(workers >= 2, "{workers} servers took part");
    for id in ids {
        let part = format!("-{id}-");
        let channels = t.sandbox.read(|s| {
            s.slack.channels.iter().filter(|c| c.name.contains(&part)).cloned().collect::<Vec<_>>()
        });
        assert_eq!(channels.len(), 1, "#{id} has one channel");
        let said: Vec<String> =
            channels[0].messages.iter().filter(|m| m.by_app).map(|m| json!(m.blocks).to_string()).collect();
        let once: BTreeSet<&String> = said.iter().collect();
        assert_eq!(said.len(), once.len(), "each message of #{id} once: {said:#?}");
        assert_eq!(channels[0].pins.len(), 1);
    }
    t.ends_well().await;
}

// CORE-073: what a killed server was doing is taken over at once by another one, and is not done twice.
#[tokio::test]
async fn what_a_killed_server_was_doing_is_taken_over() {
    let t = App::with(Setup::default()).await;
    let web = t.web_as("yusuf.demir").await;
    t.sandbox.order(Fault::slack("conversations.create", Kind::Slow { ms: 1500 }, 1));
    declares(&web, &[]).await;
    let end = Instant::now() + Duration::from_secs(10);
    while t.sandbox.calls("conversations.create") == 0 {
        assert!(Instant::now() < end, "the channel is asked for");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    t.kill().await;
    let killed = Instant::now();
    let two = t.another_server(Setup::default()).await;
    t.sandbox.connect(&two.url);
    let end = Instant::now() + Duration::from_secs(30);
    while count(&t, "SELECT count(*) FROM jobs WHERE taken_over OR attempt > 1").await == 0 {
        assert!(Instant::now() < end, "nothing is taken over: {:#?}", t.jobs().await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(
        killed.elapsed() < Duration::from_secs(15),
        "far sooner than its lease ends: {:?}",
        killed.elapsed()
    );
    t.run_jobs().await;
    let channels =
        t.sandbox.read(|s| s.slack.channels.iter().filter(|c| c.name.ends_with("-prd-other")).count());
    assert_eq!(channels, 1, "one channel, whoever made it");
    t.ends_well().await;
}

/// The same form, sent to another server.
async fn sends(server: &Server, cookie: &str, form: &[(String, String)]) -> (StatusCode, String) {
    let http = Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let post = http
        .post(format!("{}/fn/incident/declare", server.url))
        .header(header::ACCEPT, "text/html")
        .header(header::ORIGIN, &server.url)
        .header("sec-fetch-site", "same-origin")
        .header(header::REFERER, format!("{}/incident/create/", server.url))
        .header(header::COOKIE, cookie);
    let answer = post.form(form).send().await.expect("the server answers");
    let to = answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default();
    let to = to.split(['?', '#']).next().unwrap_or_default().to_owned();
    (answer.status(), to)
}

async fn signed_in(server: &Server) -> String {
    let http = Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let form = [("username", "yusuf.demir"), ("password", "sandbox"), ("next", "/")];
    let post = http.post(format!("{}/admin/login/", server.url)).header(header::ORIGIN, &server.url);
    let answer = post.form(&form).send().await.expect("the server answers");
    let line = answer.headers()[header::SET_COOKIE].to_str().expect("a cookie");
    line.split(';').next().expect("a pair").to_owned()
}

// A session, a form, a sending and a delivery are the same on every server.
#[tokio::test]
async fn sessions_and_submissions_are_shared() {
    let t = App::start().await;
    let two = t.another_server(Setup::default()).await;
    let servers = [&t.server, &two];
    // Signed in on one, known on both, signed out on the other, gone from both.
    let cookie = signed_in(&t.server).await;
    let http = Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let opens = async |server: &Server, cookie: &str| {
        let page = http.get(format!("{}/incident/", server.url)).header(header::COOKIE, cookie);
        page.send().await.expect("an answer").status() == StatusCode::OK
    };
    assert!(opens(servers[0], &cookie).await && opens(servers[1], &cookie).await);
    let gone = signed_in(&two).await;
    let out = http
        .post(format!("{}/admin/logout/", t.url()))
        .header(header::ORIGIN, t.url())
        .header(header::COOKIE, &gone);
    out.send().await.expect("an answer");
    assert!(!opens(servers[0], &gone).await && !opens(servers[1], &gone).await);

    // The same form to both at once.
    let web = Web::signed_in(t.url(), "yusuf.demir").await;
    let mut form = web.get("/incident/create/").await.form("/fn/incident/declare");
    for (name, value) in [
        ("asked[title]", "Card payments fail at checkout"),
        ("asked[description]", "Customers reach the last step and get an error."),
        ("asked[priority]", tests::app::doors::P2),
        ("asked[incident_category]", tests::app::doors::CATEGORY),
        ("asked[environment][]", tests::app::doors::PRD),
        ("asked[platform][]", "platform-All"),
    ] {
        form.retain(|(known, _)| known != name);
        form.push((name.into(), value.into()));
    }
    let answers = join_all((0..6).map(|n| sends(servers[n % 2], &cookie, &form))).await;
    assert!(
        answers.iter().all(|answer| answer == &answers[0] && answer.1.starts_with("/incident/")),
        "{answers:?}"
    );
    assert_eq!(count(&t, "SELECT count(*) FROM incidents").await, 1);

    // The same sending to both at once.
    let token = token(&t).await;
    let (one, other) = (Api::new(t.url(), &token), Api::new(&two.url, &token));
    let key = [("idempotency-key", "sending-1")];
    let send = |api: Api| async move {
        api.send(Method::POST, "incidents", Some(Api::declaration(json!({}))), &key).await
    };
    let answers = join_all((0..6).map(|n| send(if n % 2 == 0 { one.clone() } else { other.clone() }))).await;
    let same = answers
        .iter()
        .all(|(status, body)| *status == StatusCode::CREATED && body["id"] == answers[0].1["id"]);
    assert!(same, "{answers:#?}");
    assert_eq!(count(&t, "SELECT count(*) FROM incidents").await, 2);
    // The same alert to both at once.
    let alert = |api: Api| async move {
        api.post("incidents", Api::declaration(json!({ "dedup_key": "storm" }))).await
    };
    let answers = join_all((0..6).map(|n| alert(if n % 2 == 0 { one.clone() } else { other.clone() }))).await;
    assert!(
        answers.iter().all(|(status, body)| status.is_success() && body["id"] == answers[0].1["id"]),
        "{answers:#?}"
    );
    assert_eq!(count(&t, "SELECT count(*) FROM incidents").await, 3);
    t.ends_well().await;
}

// SLK-007: a delivery that Slack brings to two servers is taken once.
#[tokio::test]
async fn the_same_delivery_to_two_servers_is_taken_once() {
    let t = App::start().await;
    let two = t.another_server(Setup::default()).await;
    let web = t.web_as("yusuf.demir").await;
    let at = path(&declares(&web, &[]).await);
    t.run_jobs().await;
    let number = at.trim_matches('/').rsplit('/').next().expect("a number").to_owned();
    let part = format!("-{number}-");
    let channel = t
        .sandbox
        .read(|s| s.slack.channels.iter().find(|c| c.name.contains(&part)).cloned())
        .expect("a channel");
    let before = count(&t, "SELECT count(*) FROM incident_members").await;
    let event = json!({
        "token": "x", "team_id": "T0FIRE", "api_app_id": "A0FIRE", "type": "event_callback", "event_id": "Ev0TWICE", "event_time": 1,
        "event": { "type": "member_joined_channel", "user": "U0SOFIA", "channel": channel.id, "channel_type": "C", "team": "T0FIRE" },
    })
    .to_string();
    let http = Client::new();
    let now = t.sandbox.read(|s| s.clock.now_s());
    let deliver = |server: String| {
        let post = http
            .post(format!("{server}/api/v2/firefighter/slack/incident/"))
            .header(header::CONTENT_TYPE, "application/json");
        let post = post.header("x-slack-request-timestamp", now.to_string());
        post.header("x-slack-signature", signature("sandbox-signing-secret", now, &event))
            .body(event.clone())
            .send()
    };
    let answers =
        join_all((0..6).map(|n| deliver(if n % 2 == 0 { t.server.url.clone() } else { two.url.clone() })))
            .await;
    for answer in answers {
        assert_eq!(answer.expect("an answer").status(), StatusCode::OK);
    }
    t.run_jobs().await;
    assert_eq!(count(&t, "SELECT count(*) FROM incident_members").await, before + 1, "she joined once");
    let told = count(&t, "SELECT count(*) FROM history WHERE kind ILIKE '%member%'").await;
    assert!(told <= 2, "and it is recorded once: {told}");
    t.ends_well().await;
}

// CFG-025: Three servers that start on an empty database make it together.
#[tokio::test]
async fn three_servers_migrate_an_empty_database_together() {
    let sandbox = Sandbox::start(Options::default()).await.expect("the sandbox starts");
    let database = Database::empty().await;
    let setup = Setup::default();
    let servers = join_all((0..3).map(|_| Server::start(&database.url, &sandbox, &setup))).await;
    for server in &servers {
        assert!(server.is_running().await && !server.log().contains("ERROR"), "{}", server.log());
        Web::signed_in(&server.url, "yusuf.demir").await;
    }
    let db = sqlx::PgPool::connect(&database.url).await.expect("it answers");
    let twice: i64 = sqlx::query_scalar("SELECT count(*) - count(DISTINCT username) FROM users")
        .fetch_one(&db)
        .await
        .expect("countable");
    assert_eq!(twice, 0, "the sandbox's people exist once");
    let failed: i64 = sqlx::query_scalar("SELECT count(*) FROM _sqlx_migrations WHERE NOT success")
        .fetch_one(&db)
        .await
        .expect("countable");
    assert_eq!(failed, 0);
}

// Told to stop, a server says so, ends what it began, takes nothing new, and ends well.
#[tokio::test]
async fn a_server_that_is_told_to_stop_ends_what_it_began() {
    let t = App::start().await;
    let token = token(&t).await;
    let api = Api::new(t.url(), &token);
    // A job at work, and a request at work: it waits for a row that we hold.
    t.sandbox.order(Fault::slack("conversations.create", Kind::Slow { ms: 2500 }, 1));
    let id = api.declares(json!({})).await;
    let end = Instant::now() + Duration::from_secs(10);
    while t.sandbox.calls("conversations.create") == 0 {
        assert!(Instant::now() < end, "the channel is asked for");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let web = t.web_as("yusuf.demir").await;
    let page = web.get(&format!("/incident/{id}/")).await;
    let mut held = t.db.begin().await.expect("a transaction");
    sqlx::query("SELECT FROM incidents WHERE id = $1 FOR UPDATE")
        .bind(id)
        .execute(&mut *held)
        .await
        .expect("held");
    let began = tokio::spawn(async move {
        web.submit_once(
            &page,
            "/fn/incident/update",
            &[("asked[message]", "We are on it, more in a moment.")],
        )
        .await
    });
    tokio::time::sleep(Duration::from_millis(300)).await;

    let told = Instant::now();
    t.server.tell_to_stop().await;
    let ready = format!("{}/api/v2/firefighter/monitoring/readiness", t.url());
    let mut seen = Vec::new();
    let refused = loop {
        assert!(told.elapsed() < Duration::from_secs(10), "it goes on taking connections: {seen:?}");
        match Client::new().get(&ready).send().await {
            Ok(answer) => seen.push(answer.status()),
            Err(error) => break error,
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(refused.is_connect(), "{refused:?}");
    let not_ready = seen.iter().filter(|status| **status == StatusCode::SERVICE_UNAVAILABLE).count();
    assert!(not_ready >= 3, "it said first that it is not ready: {seen:?}");
    assert!(t.server.is_running().await, "the request that it began is not finished");
    held.rollback().await.expect("let go");
    let answer = began.await.expect("no panic").expect("the answer comes to its end");
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.html);
    let ended = t.server.until_ended().await;
    assert!(ended.success(), "{ended}: {}", t.server.log());
    assert!(told.elapsed() < Duration::from_secs(20), "{:?}", told.elapsed());
    assert_eq!(
        count(&t, "SELECT count(*) FROM jobs WHERE state = 'running'").await,
        0,
        "no job is left half done"
    );
    assert_eq!(
        count(&t, "SELECT count(*) FROM incident_updates WHERE message LIKE 'We are on it%'").await,
        1
    );
    t.restart().await;
    t.ends_well().await;
    assert_eq!(
        count(&t, "SELECT count(*) FROM jobs WHERE taken_over").await,
        0,
        "nothing had to be taken over"
    );
}

/// Asks one server after the other until one takes the connection: what a balancer does. Nothing else is tried again.
async fn insists(
    http: &Client,
    servers: &[String],
    token: &str,
    body: Option<Value>,
    key: &str,
) -> Result<StatusCode, String> {
    let end = Instant::now() + Duration::from_secs(15);
    for server in servers.iter().cycle() {
        let url = format!("{server}/api/v2/firefighter/incidents");
        let request = match &body {
            Some(body) => http.post(url).json(body).header("idempotency-key", key),
            None => http.get(url),
        };
        match request.bearer_auth(token).send().await {
            Ok(answer) => {
                let status = answer.status();
                return answer
                    .bytes()
                    .await
                    .map(|_| status)
                    .map_err(|cut| format!("{server} {key}: {cut:?}"));
            }
            Err(error) if error.is_connect() && Instant::now() < end => {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            Err(error) => return Err(format!("{server} {key}: {error:?}")),
        }
    }
    Err("no server".into())
}

// Servers are replaced one by one under load: no request is lost, no job is lost or done twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_under_load_loses_nothing() {
    let t = App::start().await;
    let two = t.another_server(Setup::default()).await;
    let token = token(&t).await;
    let servers = [t.server.url.clone(), two.url.clone()];
    let (stop, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let clients = (0..4_usize).map(|n| {
        let (stop, asked, token) = (stop.clone(), asked.clone(), token.clone());
        let mut servers = servers.to_vec();
        servers.rotate_left(n % 2);
        tokio::spawn(async move {
            // Two keep their connections, two make a new one each time.
            let idle = if n < 2 { 4 } else { 0 };
            let http = Client::builder().pool_max_idle_per_host(idle).build().expect("a client");
            let (mut declared, mut wrong) = (0_usize, Vec::new());
            for i in 0_usize.. {
                if stop.load(Ordering::Acquire) {
                    break;
                }
                let key = format!("{n}-{i}");
                let body = i
                    .is_multiple_of(12)
                    .then(|| Api::declaration(json!({ "title": format!("Load {key} of the restart") })));
                declared += usize::from(body.is_some());
                match insists(&http, &servers, &token, body, &key).await {
                    Ok(status) if status.is_success() => {}
                    Ok(status) => wrong.push(format!("{key}: {status}")),
                    Err(why) => wrong.push(why),
                }
                asked.fetch_add(1, Ordering::Relaxed);
                servers.rotate_left(1);
            }
            (declared, wrong)
        })
    });
    let clients: Vec<_> = clients.collect();
    for server in [&t.server, &two, &t.server] {
        tokio::time::sleep(Duration::from_millis(700)).await;
        server.tell_to_stop().await;
        let ended = server.until_ended().await;
        assert!(ended.success(), "{ended}: {}", server.log());
        server.restart().await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    stop.store(true, Ordering::Release);
    let ended: Vec<(usize, Vec<String>)> =
        join_all(clients).await.into_iter().map(|ended| ended.expect("no panic")).collect();
    let wrong: Vec<&String> = ended.iter().flat_map(|(_, wrong)| wrong).collect();
    let asked = asked.load(Ordering::Relaxed);
    assert!(asked > 50, "there was load: {asked}");
    assert!(wrong.is_empty(), "{} of {asked} requests were lost: {wrong:#?}", wrong.len());
    let declared: usize = ended.iter().map(|(declared, _)| declared).sum();
    t.run_jobs().await;
    assert_eq!(count(&t, "SELECT count(*) FROM incidents").await, i64::try_from(declared).expect("a number"));
    let twice = "SELECT count(*) FROM (SELECT job_id FROM job_attempts WHERE outcome = 'done' GROUP BY job_id HAVING count(*) > 1) d";
    assert_eq!(count(&t, twice).await, 0, "no job was done twice");
    let channels =
        t.sandbox.read(|s| s.slack.channels.iter().filter(|c| c.name.ends_with("-prd-other")).count());
    assert_eq!(channels, declared, "each incident has its channel, once");
    t.ends_well().await;
}
