//! Sent twice, declared once.

use super::{YUSUF, client_error, count, moves};
use futures::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::json;
use tests::app::{Api, App};

// API-067 API-066 API-068 API-071: while an incident with the key is open it is returned unchanged; past Mitigated the key is free.
#[tokio::test]
async fn a_dedup_key_finds_the_open_incident_and_is_free_again_after_it() {
    let t = App::start().await;
    let api = t.api_as(YUSUF).await;
    let send = async |more| api.post("incidents", Api::declaration(more)).await;
    let (status, first) = send(json!({"dedup_key": " alert-7 "})).await;
    assert_eq!(status, StatusCode::CREATED, "{first}");
    t.run_jobs().await;
    let channels = t.sandbox.read(|s| s.slack.channels.len());
    let more =
        json!({"dedup_key": "alert-7", "title": "Other words", "created_by_email": "stranger@example.com"});
    let (status, second) = send(more).await;
    assert_eq!((status, &second["id"], &second["title"]), (StatusCode::OK, &first["id"], &first["title"]));
    t.run_jobs().await;
    assert_eq!(t.sandbox.read(|s| s.slack.channels.len()), channels, "one channel");
    let strangers: i64 =
        sqlx::query_scalar("SELECT count(*) FROM users WHERE email = 'stranger@example.com'")
            .fetch_one(&t.db)
            .await
            .expect("countable");
    assert_eq!(strangers, 0, "nobody is made for an incident that is not");

    let id = first["id"].as_i64().expect("a number");
    let web = t.web_as("yusuf.demir").await;
    moves(&t, &web, id, &[20, 30, 40]).await;
    let (status, body) = send(json!({"dedup_key": "alert-7"})).await;
    assert_eq!((status, &body["status"]), (StatusCode::OK, &json!("Mitigated")), "mitigated is open still");
    // No door sets the key events that closing asks for, so the state is written as an import would.
    let mut taken = id;
    for status in [50, 60] {
        let sql = "UPDATE incidents SET status = $1 WHERE id = $2";
        sqlx::query(sql).bind(status).bind(taken).execute(&t.db).await.expect("written");
        let (code, body) = send(json!({"dedup_key": "alert-7"})).await;
        assert_eq!(code, StatusCode::CREATED, "{status}: {body}");
        let next = body["id"].as_i64().expect("a number");
        assert_ne!(next, taken, "past Mitigated the key is free");
        taken = next;
        t.run_jobs().await;
    }

    let before = count(&t, "incidents").await;
    for more in [json!({"dedup_key": null}), json!({})] {
        assert_eq!(send(more.clone()).await.0, StatusCode::CREATED);
        assert_eq!(send(more).await.0, StatusCode::CREATED);
    }
    assert_eq!(count(&t, "incidents").await, before + 4, "without a key every declaration is a new one");
    t.ends_well().await;
}

// API-069: eight programs with one key at the same moment.
#[tokio::test]
async fn simultaneous_declarations_with_one_key_are_one_incident() {
    let t = App::start().await;
    let api = t.api_as(YUSUF).await;
    let body = Api::declaration(json!({"dedup_key": "storm"}));
    let answers = join_all((0..8).map(|_| api.post("incidents", body.clone()))).await;
    let created = answers.iter().filter(|(status, _)| *status == StatusCode::CREATED).count();
    let found = answers.iter().filter(|(status, _)| *status == StatusCode::OK).count();
    assert_eq!((created, found), (1, 7), "{answers:#?}");
    assert!(answers.iter().all(|(_, body)| body["id"] == answers[0].1["id"]));
    assert_eq!(count(&t, "incidents").await, 1);
    t.ends_well().await;
}

// API-061 API-074: the same sending gives the same answer; the key with another body is a conflict; another person's key is another key.
#[tokio::test]
async fn an_idempotency_key_makes_one_sending_one_incident() {
    let t = App::start().await;
    let (api, other) = (t.api_as(YUSUF).await, t.api_as(super::SOFIA).await);
    let key = [("idempotency-key", "sending-1")];
    let send =
        async |api: &Api, more| api.send(Method::POST, "incidents", Some(Api::declaration(more)), &key).await;
    let (status, first) = send(&api, json!({})).await;
    assert_eq!(status, StatusCode::CREATED, "{first}");
    let again = join_all((0..4).map(|_| send(&api, json!({})))).await;
    assert!(
        again.iter().all(|(status, body)| *status == StatusCode::CREATED && body["id"] == first["id"]),
        "{again:#?}"
    );
    let (status, body) = send(&api, json!({"title": "Other words"})).await;
    assert!(status == StatusCode::CONFLICT && client_error("sent_already", &body), "{body}");
    let (status, body) = send(&other, json!({"title": "Other words"})).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    assert_eq!(count(&t, "incidents").await, 2);
    let long = "x".repeat(201);
    let (status, _) = api
        .send(Method::POST, "incidents", Some(Api::declaration(json!({}))), &[("idempotency-key", &long)])
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    t.ends_well().await;
}
