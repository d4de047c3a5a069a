//! What programs do through the REST API.

mod auth;
mod declare;
mod docs;
mod errors;
mod filters;
mod idempotency;
mod read;
mod reference;
mod search;
mod tables;

use reqwest::{Client, Method, Response, StatusCode, header};
use serde_json::Value;
use tests::app::{Api, App, Web};

const BASE: &str = "/api/v2/firefighter/";
const YUSUF: &str = "yusuf.demir@example.com";
const SOFIA: &str = "sofia.lindgren@example.com";
const PRIYA: &str = "priya.raman@example.com";
const GUEST: &str = "gil.guest@example.com";

/// A request with exactly these headers and this body.
async fn bare(t: &App, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
    let mut request = Client::new().request(method, format!("{}{path}", t.url())).body(body.to_owned());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("the server answers")
}

/// Status, and the body as JSON.
async fn said(answer: Response) -> (StatusCode, Value) {
    let status = answer.status();
    let text = answer.text().await.expect("a body");
    (status, serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status}, no JSON: {text}")))
}

/// The body of an error that is none of fields.
fn client_error(code: &str, body: &Value) -> bool {
    let errors = body["errors"].as_array().expect("errors");
    let only = errors.len() == 1 && errors[0]["code"] == code && errors[0]["attr"] == Value::Null;
    only && body["type"] == "client_error"
        && errors[0]["detail"].as_str().is_some_and(|text| !text.is_empty())
}

/// Field and code of every wrong field, in order.
fn wrong(body: &Value) -> Vec<(String, String)> {
    assert_eq!(body["type"], "validation_error", "{body}");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    body["errors"].as_array().expect("errors").iter().map(|e| (text(&e["attr"]), text(&e["code"]))).collect()
}

/// The numbers of the incidents that a list shows, in its order.
async fn numbers(api: &Api, query: &str) -> Vec<i64> {
    let (status, body) = api.get(&format!("incidents/?{query}")).await;
    assert_eq!(status, StatusCode::OK, "{query}: {body}");
    body.as_array().expect("an array").iter().map(|row| row["id"].as_i64().expect("a number")).collect()
}

/// The text of an answer that is fine.
async fn text(api: &Api, path: &str, accept: &str) -> String {
    let answer = api.raw(Method::GET, path, None, &[("accept", accept)]).await;
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.text().await.expect("a body")
}

/// One entry of the timeline after the other, until the incident has the last of these states.
async fn moves(t: &App, web: &Web, id: i64, states: &[i32]) {
    for state in states {
        let page = web.get(&format!("/incident/{id}/")).await;
        let text = state.to_string();
        let fill = [("asked[message]", "One step further on the way."), ("asked[status][to]", text.as_str())];
        let page = web.submit(&page, "/fn/incident/update", &fill).await;
        let found: i32 = sqlx::query_scalar("SELECT status FROM incidents WHERE id = $1")
            .bind(id)
            .fetch_one(&t.db)
            .await
            .expect("a status");
        assert_eq!(found, *state, "{}", page.text());
    }
}

/// How many rows a table has.
async fn count(t: &App, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&t.db).await.expect("countable")
}

/// A browser that has signed in, as a client for programs' requests.
async fn session(t: &App, username: &str) -> Client {
    let client = Client::builder().cookie_store(true).build().expect("a client");
    let form = [("username", username), ("password", "sandbox"), ("next", "/")];
    let answer = client
        .post(format!("{}/admin/login/", t.url()))
        .header(header::ORIGIN, t.url())
        .header("sec-fetch-site", "same-origin")
        .form(&form)
        .send()
        .await
        .expect("the server answers");
    assert_eq!(answer.status(), StatusCode::OK);
    client
}
