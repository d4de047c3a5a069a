//! Nested without end, in no encoding, of the wrong kind: refused with words, never an error of ours.

use super::{Attacker, BASE, cookie, raw, status, unharmed};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::app::{Api, App};

/// A declaration that is fine, encoded, without its title.
fn declaration() -> String {
    let form = [
        ("asked[description]", "Customers reach the last step and get an error."),
        ("asked[priority]", tests::app::doors::P2),
        ("asked[incident_category]", tests::app::doors::CATEGORY),
        ("asked[environment][]", tests::app::doors::PRD),
        ("asked[platform][]", "platform-All"),
    ];
    serde_urlencoded::to_string(form).expect("a form")
}

async fn incidents(t: &App) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM incidents").fetch_one(&t.db).await.expect("countable")
}

// What cannot be read is refused at once and writes nothing.
#[tokio::test]
async fn forms_nested_without_end_are_refused_at_once() {
    let t = App::start().await;
    let who = Attacker::of(&t).await;
    let fine = declaration();
    let deep = "[a]".repeat(20_000);
    let wide: String = (0..4_000).map(|n| format!("&asked[environment][{n}]=x")).collect();
    let keys: String = (0..8_000).map(|n| format!("&k{n}=")).collect();
    let bombs = [
        ("depth", format!("{fine}&asked{deep}=x")),
        ("depth in a list", format!("{fine}&asked[environment]{}=x", "[]".repeat(30_000))),
        ("encoded depth", format!("{fine}&asked{}=x", "%5Ba%5D".repeat(10_000))),
        ("a huge index", format!("{fine}&asked[environment][18446744073709551615]=x")),
        ("an index beyond numbers", format!("{fine}&asked[environment][{}]=x", "9".repeat(5_000))),
        ("many elements", format!("{fine}{wide}")),
        ("many keys", format!("{fine}{keys}")),
        ("text and object at once", format!("{fine}&asked=x&asked[title]=y")),
        ("an object for a text", format!("{fine}&asked[title][x]=y")),
        ("a text for a list", format!("{fine}&asked[environment]=x")),
        ("open brackets", format!("{fine}&{}=x", "[".repeat(60_000))),
        ("closed brackets", format!("{fine}&asked{}=x", "]".repeat(60_000))),
        ("only marks", "&".repeat(100_000)),
        ("only equals", "=".repeat(100_000)),
        ("half an escape", format!("{fine}&asked[title]=%")),
        ("no letters", format!("{fine}&asked[title]=%E2%28%A1 long enough to be one")),
    ];
    for (what, body) in bombs {
        for accept in ["text/html", "application/json"] {
            let asked = Instant::now();
            let answer = who
                .form("/fn/incident/declare", body.clone())
                .header(header::ACCEPT, accept)
                .send()
                .await
                .expect("the server answers");
            assert!(!answer.status().is_server_error(), "{what} {accept}: {}", answer.status());
            assert!(asked.elapsed() < Duration::from_secs(5), "{what} {accept}: {:?}", asked.elapsed());
        }
    }
    // The broken letters are replaced, so that one may have been accepted as a title; nothing else is.
    assert!(incidents(&t).await <= 1);
    unharmed(&t).await;
}

#[tokio::test]
async fn json_nested_without_end_is_refused_at_once() {
    let t = App::start().await;
    let who = Attacker::of(&t).await;
    let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    let mut nested = Api::declaration(json!({}));
    nested["title"] = json!({"a": {"b": ["c"]}});
    nested["environment_id"] = json!([1, 2]);
    nested["priority_id"] = json!(1e308);
    for (what, body) in [
        ("lists", deep(200_000)),
        ("objects", format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000))),
        ("a deep title", format!("{{\"title\":{}}}", deep(100))),
        ("a deep title that is too deep", format!("{{\"title\":{}}}", deep(10_000))),
        ("wrong kinds", nested.to_string()),
        ("a number without end", format!("{{\"title\": {}}}", "9".repeat(100_000))),
        ("half a letter", "{\"title\": \"\\ud800\"}".to_owned()),
    ] {
        let asked = Instant::now();
        let answer = who.json("incidents", body).send().await.expect("the server answers");
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{what}");
        let told: Value = answer.json().await.expect("JSON");
        assert!(told["errors"].as_array().is_some_and(|errors| !errors.is_empty()), "{what}: {told}");
        assert!(told.to_string().len() < 20_000, "{what} is not thrown back");
        assert!(asked.elapsed() < Duration::from_secs(3), "{what}");
    }
    assert_eq!(incidents(&t).await, 0);
    unharmed(&t).await;
}

#[tokio::test]
async fn bytes_that_are_no_text_break_nothing() {
    let t = App::start().await;
    let who = Attacker::of(&t).await;
    for path in [
        "/incident/%FF/",
        "/%FF%FE/",
        "/incident/%00/",
        "/incident/1%00/",
        "/incident/?search=%FF%FE",
        "/incident/?status=%FF&priority=%C0%80",
        "/admin/login/?next=%FF&username=%FF&error=%FF",
        "/incident/create/?draft=%FF",
        "/err/%FF/",
        "/pkg/%FF.js",
        "/pkg/..%2f..%2fCargo.toml",
        "/pkg/%2e%2e/%2e%2e/etc/passwd",
    ] {
        let answered = status(who.browser(Method::GET, path)).await;
        assert!(!answered.is_server_error(), "{path}: {answered}");
    }
    for path in ["incidents/%FF/", "incidents/%00/", "incidents/?search=%FF", "incidents/?status=%FF", "%FF"]
    {
        let answered = status(who.program(Method::GET, path)).await;
        assert!(!answered.is_server_error(), "{path}: {answered}");
    }
    let send = async |head: &str, bytes: &[u8]| {
        let request = [head.as_bytes(), bytes, b"\r\nConnection: close\r\n\r\n"].concat();
        super::code(&raw(&t, &request).await)
    };
    for name in [
        "Cookie: firefighter=",
        "Authorization: Bearer ",
        "Idempotency-Key: ",
        "Referer: ",
        "Accept: ",
        "Origin: ",
        "User-Agent: ",
        "X-Forwarded-For: ",
        "X-Slack-Signature: v0=",
    ] {
        for target in
            ["GET /incident/", &format!("GET {BASE}incidents/"), &format!("POST {BASE}slack/incident/")]
        {
            let answered =
                send(&format!("{target} HTTP/1.1\r\nHost: here\r\n{name}"), b"\xff\xfe\xc0\x80").await;
            assert!((200..500).contains(&answered), "{target} {name}: {answered}");
        }
    }
    let bytes = b"{\"title\": \"\xff\xfe\"}".to_vec();
    assert_eq!(status(who.json("incidents", bytes)).await, StatusCode::BAD_REQUEST);
    unharmed(&t).await;
}

// The one character that the database cannot hold is a mistake at its field.
#[tokio::test]
async fn a_null_character_is_a_mistake_at_its_field() {
    let t = App::start().await;
    let who = Attacker::of(&t).await;
    let web = t.web_as("yusuf.demir").await;
    let form = web.get("/incident/create/").await;
    let fill =
        [("asked[title]", "Card payments\0fail at checkout"), ("asked[priority]", tests::app::doors::P2)];
    let page = web.submit(&form, "/fn/incident/declare", &fill).await;
    assert!(page.at.starts_with("/incident/create/"), "{}", page.at);
    assert!(page.text().contains("Contains a null character"), "{}", page.text());
    assert!(page.html.contains("fail at checkout"), "what was typed is kept");

    for field in ["title", "description"] {
        let (code, body) =
            t.api_as(super::YUSUF).await.post("incidents", Api::declaration(json!({ field: "a\0b" }))).await;
        assert_eq!((code, &body["errors"][0]["attr"]), (StatusCode::BAD_REQUEST, &json!(field)), "{body}");
    }
    let others = ["dedup_key", "created_by_email", "environment_id", "incident_category_id", "priority_id"];
    for field in others {
        let body = Api::declaration(json!({ field: "a\0b@example.com" })).to_string();
        assert_eq!(status(who.json("incidents", body)).await, StatusCode::BAD_REQUEST, "{field}");
    }
    let more = Api::declaration(json!({ "tags": ["a\0b"], "custom_fields": {"a\0": "b\0"} })).to_string();
    // Keys that this door does not know are left alone, whatever they hold.
    let unknown = status(who.json("incidents", more)).await;
    assert!(!unknown.is_server_error(), "{unknown}");
    for path in [
        "/incident/?search=%00",
        "/incident/?status=%00&priority=%00&environment=%00&incident_category=%00",
        "/incident/?created_at=%00&group=%00&sort=%00&page=%00&after=%00",
        "/?search=%00",
        "/incident/create/?draft=%00",
        "/admin/login/?next=%00&username=%00",
    ] {
        let answered = status(who.browser(Method::GET, path)).await;
        assert!(!answered.is_server_error(), "{path}: {answered}");
    }
    for query in [
        "search",
        "status",
        "priority",
        "environment",
        "incident_category",
        "group",
        "ordering",
        "page",
        "page_size",
        "created_at",
        "created_at_after",
        "created_at_before",
        "fields",
        "labels",
        "format",
    ] {
        let path = format!("incidents/?{query}=%00");
        let answered = status(who.program(Method::GET, &path)).await;
        assert!(!answered.is_server_error(), "{path}: {answered}");
    }
    let form = "username=yusuf%00&password=a%00b&next=%00";
    let answer = who.form("/admin/login/", form).send().await.expect("the server answers");
    assert!(cookie(&answer).is_none() && !answer.status().is_server_error(), "{}", answer.status());
    assert_eq!(incidents(&t).await, i64::from(unknown == StatusCode::CREATED));
    unharmed(&t).await;
}
