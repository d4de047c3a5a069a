//! Two databases, the same but for one private incident, and a server on each.

use super::table::Caller;
use crate::web::declares;
use reqwest::{header, redirect::Policy};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::collections::BTreeMap;
use tests::{
    app::{App, Server, Setup, cluster::Database, doors::PRIVATE_CATEGORY},
    sandbox::Sandbox,
};

/// In the title, the description and the updates of the private incident, and nowhere else.
pub const SECRET: &str = "Xanthippe";

/// How a person is known at the doors.
pub struct Key {
    pub cookie: String,
    pub token: String,
}

pub struct Twins {
    app: App,
    /// The one with the private incident.
    pub with: Server,
    /// The one where it never was.
    pub without: Server,
    pub private: i64,
    /// What was said on it.
    entry: String,
    pub browser: reqwest::Client,
    keys: BTreeMap<&'static str, Key>,
    _database: Database,
}

impl Twins {
    /// One script: a few incidents, a private one between them, what follows of all of them; then the second database.
    pub async fn build() -> Self {
        let app = App::start().await;
        let yusuf = app.web_as("yusuf.demir").await;
        declares(&yusuf, &[("asked[title]", "Search answers slowly in the evening")]).await;
        let api = app.api_as("yusuf.demir@example.com").await;
        api.declares(json!({ "title": "Invoices show the old address" })).await;
        let form = [
            ("asked[title]", "Xanthippe read the records of buyers"),
            ("asked[description]", "Xanthippe opened records of buyers with a key that was not hers."),
            ("asked[incident_category]", PRIVATE_CATEGORY),
        ];
        let page = declares(&yusuf, &form).await;
        let private = page.at.split('/').find_map(|part| part.parse().ok()).expect("a number");
        let at = format!("/incident/{private}/");
        let page = yusuf.get(&format!("{at}update/")).await;
        let said = [("asked[message]", "Xanthippe is asked for her side of the story.")];
        yusuf.submit(&page, "/fn/incident/update", &said).await;
        api.declares(json!({ "title": "Refunds are paid twice on Mondays" })).await;
        app.run_jobs().await;
        let mut keys = BTreeMap::new();
        for caller in [Caller::Guest, Caller::Outsider, Caller::Member, Caller::Admin] {
            let name = caller.username().expect("a person");
            keys.insert(name, Key { cookie: sign_in(&app, name).await, token: token(&app, name).await });
        }
        let entry: uuid::Uuid = sqlx::query_scalar(
            "SELECT id FROM incident_updates WHERE incident_id = $1 AND message IS NOT NULL",
        )
        .bind(private)
        .fetch_one(&app.db)
        .await
        .expect("one entry with words");
        app.sandbox.stop_clock();
        let database = app.twin_database().await;
        erase(&database, private).await;
        // Alone, without workers: nothing may happen between two askings.
        let base = app.url().to_owned();
        let setup = Setup { no_worker: true, ..Setup::default() }.env("BASE_URL", &base);
        let with = app.another_server(setup.clone()).await;
        let without = Server::start(&database.url, &app.sandbox, &setup).await;
        let browser = reqwest::Client::builder().redirect(Policy::none()).build().expect("a client");
        Twins { app, with, without, private, entry: entry.to_string(), browser, keys, _database: database }
    }

    /// With the number of the private incident and its entry put in.
    pub fn named(&self, text: &str) -> String {
        text.replace("{P}", &self.private.to_string()).replace("{U}", &self.entry)
    }

    pub fn sandbox(&self) -> &Sandbox {
        &self.app.sandbox
    }

    pub fn key(&self, caller: Caller) -> Option<&Key> {
        self.keys.get(caller.username()?)
    }

    /// Both servers are asked by the same name.
    pub fn host(&self) -> String {
        self.app.url().trim_start_matches("http://").to_owned()
    }
}

async fn sign_in(app: &App, username: &str) -> String {
    let browser = reqwest::Client::builder().redirect(Policy::none()).build().expect("a client");
    let answer = browser
        .post(format!("{}/admin/login/", app.url()))
        .header(header::ORIGIN, app.url())
        .header("sec-fetch-site", "same-origin")
        .form(&[("username", username), ("password", "sandbox"), ("next", "/")])
        .send()
        .await
        .expect("the server answers");
    let cookie = answer.headers().get(header::SET_COOKIE).unwrap_or_else(|| panic!("{username} signs in"));
    cookie.to_str().expect("text").split(';').next().expect("a pair").to_owned()
}

async fn token(app: &App, username: &str) -> String {
    let out = app.server.cli(&["token", "create", &format!("{username}@example.com")]).await;
    let is_key = |word: &&str| word.len() == 40 && word.bytes().all(|b| b.is_ascii_hexdigit());
    out.split_whitespace().find(is_key).expect("a key is printed").to_owned()
}

/// Takes the incident out of every table, as if it had never been; only its number stays used.
async fn erase(database: &Database, private: i64) {
    let mut conn = PgConnection::connect(&database.url).await.expect("the second database answers");
    run(&mut conn, "SET session_replication_role = replica").await;
    run(
        &mut conn,
        &format!(
            "DELETE FROM job_attempts WHERE job_id IN (SELECT id FROM jobs WHERE incident_id = {private})"
        ),
    )
    .await;
    for table in column(&mut conn, "incident_id").await {
        run(&mut conn, &format!("DELETE FROM {table} WHERE incident_id = {private}")).await;
    }
    for table in column(&mut conn, "stream").await {
        run(&mut conn, &format!("DELETE FROM {table} WHERE stream = 'incident {private}'")).await;
    }
    run(&mut conn, &format!("DELETE FROM incidents WHERE id = {private}")).await;
    for table in tables(&mut conn).await {
        let sql = format!("SELECT count(*) FROM {table} AS t WHERE t::text LIKE '%{SECRET}%'");
        let left: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut conn).await.expect("countable");
        assert_eq!(left, 0, "{table} still speaks of the private incident");
    }
}

async fn run(conn: &mut PgConnection, sql: &str) {
    sqlx::query(AssertSqlSafe(sql.to_owned())).execute(conn).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
}

async fn column(conn: &mut PgConnection, name: &str) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT c.table_name::text FROM information_schema.columns c JOIN information_schema.tables t USING (table_name)
         WHERE c.table_schema = 'public' AND t.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.column_name = $1",
    )
    .bind(name)
    .fetch_all(conn)
    .await
    .expect("tables can be listed")
}

async fn tables(conn: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
    )
    .fetch_all(conn)
    .await
    .expect("tables can be listed")
}
