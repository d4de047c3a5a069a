//! `POST incidents`.

use super::{BASE, PRIYA, SOFIA, YUSUF, bare, client_error, count, numbers, said, text, wrong};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tests::app::{
    Api, App,
    doors::{CATEGORY, P2, PRD, PRIVATE_CATEGORY},
};

// API-061 API-065 API-066 API-027 API-064: declared with 201 and the whole incident; its channel follows and is read later.
#[tokio::test]
async fn a_program_declares_and_reads_the_channel_a_moment_later() {
    let t = App::start().await;
    let api = t.api_as(YUSUF).await;
    let body = Api::declaration(
        json!({"title": "  Checkout is down ", "status": 60, "private": true, "tags": ["x"]}),
    );
    let (status, body) = api.post("incidents", body).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    assert_eq!(
        (&body["title"], &body["status"], &body["ignore"]),
        (&json!("Checkout is down"), &json!("Open"), &json!(false))
    );
    assert_eq!((&body["tags"], &body["slack_channel_name"]), (&json!([]), &json!("")));
    assert_eq!((&body["costs"], &body["metrics"]), (&json!({}), &json!({})));
    assert_eq!(body["roles"]["commander"]["email"], YUSUF, "who opens it leads it: {body}");
    assert_eq!(body["created_by"]["email"], YUSUF);
    let id = body["id"].as_i64().expect("a number");
    t.run_jobs().await;
    let (_, later) = api.get(&format!("incidents/{id}/")).await;
    let channel =
        later["slack_channel_name"].as_str().expect("text").strip_prefix('#').expect("a name").to_owned();
    assert!(t.sandbox.read(|s| s.slack.find_channel(&channel).is_some()), "{channel} is in Slack");
    t.ends_well().await;
}

// API-062 API-071 API-073 API-076: everything wrong at once, in the order of the fields, and nothing is made.
#[tokio::test]
async fn what_is_wrong_is_told_at_once_and_nothing_is_made() {
    let t = App::start().await;
    let api = t.api_as(YUSUF).await;
    let people = count(&t, "users").await;
    let required =
        ["title", "description", "environment_id", "incident_category_id", "priority_id", "created_by_email"];
    for body in [None, Some(json!({}))] {
        let (status, body) = api.send(Method::POST, "incidents", body, &[]).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        let told = wrong(&body);
        assert_eq!(told, required.map(|field| (field.to_owned(), "required".to_owned())));
    }
    let nil = "00000000-0000-0000-0000-000000000000";
    for (field, value, code) in [
        ("title", json!(" "), "blank"),
        ("title", json!(null), "null"),
        ("title", json!("x".repeat(129)), "max_length"),
        ("description", json!("x".repeat(20_001)), "max_length"),
        ("environment_id", json!(nil), "does_not_exist"),
        ("incident_category_id", json!("?"), "invalid"),
        ("priority_id", json!(7), "incorrect_type"),
        ("created_by_email", json!("nobody"), "invalid"),
        ("ignore", json!("perhaps"), "invalid"),
        ("dedup_key", json!(""), "blank"),
        ("dedup_key", json!("x".repeat(161)), "max_length"),
    ] {
        let (status, body) = api.post("incidents", Api::declaration(json!({ field: value }))).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(wrong(&body), [(field.to_owned(), code.to_owned())], "{body}");
    }
    // A new person is not made for a declaration that fails.
    let stranger = json!({"created_by_email": "new.person@example.com", "title": ""});
    assert_eq!(api.post("incidents", Api::declaration(stranger)).await.0, StatusCode::BAD_REQUEST);
    assert_eq!((count(&t, "incidents").await, count(&t, "users").await), (0, people));

    let longest = Api::declaration(json!({"title": "x".repeat(128), "description": "y", "dedup_key": null}));
    assert_eq!(api.post("incidents", longest).await.0, StatusCode::CREATED, "no minimum here");
    t.ends_well().await;
}

// API-063: an address is matched or becomes a person, also twice with the same local part.
#[tokio::test]
async fn an_unknown_address_becomes_a_person_once() {
    let t = App::start().await;
    let api = t.api_as(YUSUF).await;
    let by = async |email: &str| {
        let (status, body) =
            api.post("incidents", Api::declaration(json!({"created_by_email": email}))).await;
        assert_eq!(status, StatusCode::CREATED, "{body}");
        body["created_by"].clone()
    };
    assert_eq!(by("sofia.lindgren@example.com").await["name"], "Sofia Lindgren");
    let first = by("alerts@one.example.com").await;
    assert_eq!(first["email"], "alerts@one.example.com");
    assert_eq!(by("alerts@one.example.com").await["id"], first["id"]);
    assert_ne!(by("alerts@two.example.com").await["id"], first["id"]);
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT username FROM users WHERE email LIKE 'alerts@%' OR email = $1 ORDER BY username",
    )
    .bind(SOFIA)
    .fetch_all(&t.db)
    .await
    .expect("names");
    assert_eq!(names, ["alerts", "alerts-2", "sofia.lindgren"], "who is known is not made again");
    t.run_jobs().await;
}

// API-064 API-020: private by its category: who sent or opened it sees it, and whoever sees all; for others it is a number that does not exist.
#[tokio::test]
async fn a_private_category_hides_its_incidents_from_others() {
    let t = App::start().await;
    let (yusuf, sofia, priya) = (t.api_as(YUSUF).await, t.api_as(SOFIA).await, t.api_as(PRIYA).await);
    let open = yusuf.declares(json!({})).await;
    let more = json!({"title": "Buyer records were read", "incident_category_id": PRIVATE_CATEGORY, "dedup_key": "leak"});
    let hidden = yusuf.declares(more.clone()).await;
    assert_eq!(numbers(&yusuf, "").await, [hidden, open]);
    assert_eq!(numbers(&priya, "").await, [hidden, open]);
    sqlx::query("INSERT INTO cost_types (id, name, created_at, updated_at) VALUES (900, 'Vouchers', '2026-11-24', '2026-11-24')")
        .execute(&t.db).await.expect("a cost type");
    let cost = "INSERT INTO incident_costs (incident_id, cost_type_id, amount, created_at, updated_at)
                VALUES ($1, 900, 5, '2026-11-24', '2026-11-24') RETURNING id";
    let cost: i64 = sqlx::query_scalar(cost).bind(hidden).fetch_one(&t.db).await.expect("a cost line");

    for query in ["", "search=records", "status=10", "ignore=false", "order_by=title", "limit=5"] {
        assert!(!numbers(&sofia, query).await.contains(&hidden), "{query}");
    }
    let counted = sofia.raw(Method::GET, "incidents/?limit=5", None, &[]).await;
    assert_eq!(counted.headers()["x-total-count"], "1");
    assert!(!text(&sofia, "incidents.csv?fields=__all__", "*/*").await.contains("Buyer records"));
    let (status, body) = sofia.get(&format!("incidents/{hidden}/")).await;
    assert_eq!((status, &body), (StatusCode::NOT_FOUND, &sofia.get("incidents/999999/").await.1));
    assert!(client_error("not_found", &body));
    assert_eq!(yusuf.get(&format!("incident_costs/{cost}/")).await.0, StatusCode::OK);
    assert_eq!(sofia.get(&format!("incident_costs/{cost}/")).await.0, StatusCode::NOT_FOUND);
    assert_eq!(sofia.get("incident_costs/").await.1, json!([]));

    // The same key does not tell her of it: she gets an incident of her own.
    let (status, body) = sofia.post("incidents", Api::declaration(more.clone())).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    assert_ne!(body["id"], hidden);
    let (status, body) = yusuf.post("incidents", Api::declaration(more)).await;
    assert_eq!((status, body["id"].as_i64()), (StatusCode::OK, Some(hidden)), "his own is found");
    t.ends_well().await;
}

// API-014 API-061 API-072 API-012: both spellings of the address; JSON and forms are read, JSON is answered.
#[tokio::test]
async fn json_and_forms_are_read_at_both_spellings() {
    let t = App::start().await;
    let api = t.api_as(YUSUF).await;
    for path in ["incidents", "incidents/"] {
        assert_eq!(api.post(path, Api::declaration(json!({}))).await.0, StatusCode::CREATED, "{path}");
        assert_eq!(api.get(path).await.0, StatusCode::OK, "{path}");
    }
    let out = t.server.cli(&["token", "create", YUSUF]).await;
    let key = out.split_whitespace().find(|w| w.len() == 40).expect("a key").to_owned();
    let form = [
        ("title", "Card payments fail"),
        ("description", "x"),
        ("environment_id", PRD),
        ("incident_category_id", CATEGORY),
        ("priority_id", P2),
        ("created_by_email", YUSUF),
        ("ignore", "true"),
    ];
    let url = format!("{}{BASE}incidents", t.url());
    let answer = Client::new().post(&url).bearer_auth(&key).form(&form).send().await.expect("answered");
    let (status, body) = said(answer).await;
    assert_eq!((status, &body["ignore"]), (StatusCode::CREATED, &json!(true)), "{body}");

    let bearer = format!("Bearer {key}");
    let path = format!("{BASE}incidents");
    let plain = [("authorization", bearer.as_str()), ("content-type", "text/plain")];
    let (status, body) = said(bare(&t, Method::POST, &path, &plain, "title=x").await).await;
    assert!(
        status == StatusCode::UNSUPPORTED_MEDIA_TYPE && client_error("unsupported_media_type", &body),
        "{body}"
    );
    let csv = [("accept", "text/csv")];
    let (status, body) = api.send(Method::POST, "incidents", Some(Api::declaration(json!({}))), &csv).await;
    assert!(status == StatusCode::NOT_ACCEPTABLE && client_error("not_acceptable", &body), "{body}");
    let (status, body) = api.post("incidents.json", Api::declaration(json!({}))).await;
    assert!(status == StatusCode::METHOD_NOT_ALLOWED && client_error("method_not_allowed", &body), "{body}");
    let json = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    for text in ["{", "not json", "{\"a\": 1,}"] {
        let (status, body) = said(bare(&t, Method::POST, &path, &json, text).await).await;
        assert!(status == StatusCode::BAD_REQUEST && client_error("parse_error", &body), "{text}: {body}");
    }
    let (status, body) = said(bare(&t, Method::POST, &path, &json, "[]").await).await;
    assert_eq!((status, &body["type"]), (StatusCode::BAD_REQUEST, &Value::from("validation_error")));
    assert_eq!(count(&t, "incidents").await, 3);
    t.ends_well().await;
}
