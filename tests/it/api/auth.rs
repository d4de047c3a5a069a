//! Who may ask.

use super::{BASE, GUEST, PRIYA, YUSUF, bare, client_error, said, session};
use reqwest::{Method, StatusCode, header};
use serde_json::json;
use tests::app::{Api, App};

const PATHS: [&str; 9] = [
    "incidents/",
    "environments/",
    "severities/",
    "priorities/",
    "groups/",
    "incident-categories/",
    "components/",
    "incident_cost_types/",
    "incident_costs/",
];

// API-001 API-002 API-004 API-010: a key is taken in any case of its scheme; whoever has none that is good is told why, and to bring one.
#[tokio::test]
async fn a_key_opens_the_door_until_it_is_revoked_or_its_person_leaves() {
    let t = App::start().await;
    let out = t.server.cli(&["token", "create", YUSUF]).await;
    let key = out.split_whitespace().find(|w| w.len() == 40).expect("a key of 40 characters").to_owned();
    assert!(key.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)), "lower-case hex: {key}");
    let path = format!("{BASE}incidents/");
    let ask = async |value: String| bare(&t, Method::GET, &path, &[("authorization", &value)], "").await;
    for scheme in ["Bearer", "bearer", "BEARER"] {
        assert_eq!(ask(format!("{scheme} {key}")).await.status(), StatusCode::OK, "{scheme}");
    }
    for value in [
        "Bearer".to_owned(),
        format!("Bearer {key} {key}"),
        format!("Bearer {}", "0".repeat(40)),
        "Bearer x".into(),
    ] {
        let answer = ask(value.clone()).await;
        assert_eq!(answer.headers()[header::WWW_AUTHENTICATE], "Bearer", "{value}");
        let (status, body) = said(answer).await;
        assert!(client_error("authentication_failed", &body), "{value}: {body}");
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
    for path in PATHS {
        let answer = bare(&t, Method::GET, &format!("{BASE}{path}"), &[], "").await;
        assert_eq!(answer.headers()[header::WWW_AUTHENTICATE], "Bearer", "{path}");
        let (status, body) = said(answer).await;
        assert!(
            status == StatusCode::UNAUTHORIZED && client_error("not_authenticated", &body),
            "{path}: {body}"
        );
    }

    let listed = t.server.cli(&["token", "list", YUSUF]).await;
    let id = listed.split_whitespace().find(|w| w.len() == 36).expect("the key's id").to_owned();
    let other = t.api_as(YUSUF).await;
    t.server.cli(&["token", "revoke", &id]).await;
    assert_eq!(ask(format!("Bearer {key}")).await.status(), StatusCode::UNAUTHORIZED, "revoked at once");
    assert_eq!(other.get("incidents/").await.0, StatusCode::OK, "the person's other key goes on");
    sqlx::query("UPDATE users SET is_active = false WHERE email = $1")
        .bind(YUSUF)
        .execute(&t.db)
        .await
        .expect("set");
    assert_eq!(other.get("incidents/").await.0, StatusCode::UNAUTHORIZED, "who is switched off is out");
}

// API-005 API-006 API-007 API-008: reading needs view_<model>, declaring add_incident, HEAD the same as GET; groups carry permissions, the superuser has all.
#[tokio::test]
async fn every_address_asks_for_its_own_permission() {
    let t = App::start().await;
    let (guest, priya) = (t.api_as(GUEST).await, t.api_as(PRIYA).await);
    let head = async |api: &Api, path: &str| api.raw(Method::HEAD, path, None, &[]).await.status();
    for path in PATHS {
        let (status, body) = guest.get(path).await;
        assert!(
            status == StatusCode::FORBIDDEN && client_error("permission_denied", &body),
            "{path}: {body}"
        );
        assert_eq!(head(&guest, path).await, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(priya.get(path).await.0, StatusCode::OK, "{path}");
        assert_eq!(head(&priya, path).await, StatusCode::OK, "{path}");
    }
    assert_eq!(guest.post("incidents", Api::declaration(json!({}))).await.0, StatusCode::FORBIDDEN);

    let give = async |sql: &'static str| {
        sqlx::query(sql).bind(GUEST).execute(&t.db).await.expect("given");
    };
    give("INSERT INTO user_permissions SELECT id, 'view_group' FROM users WHERE email = $1").await;
    assert_eq!(guest.get("groups/").await.0, StatusCode::OK);
    assert_eq!(guest.get("environments/").await.0, StatusCode::FORBIDDEN, "one permission opens one address");
    give(
        "INSERT INTO user_groups SELECT u.id, g.id FROM users u, auth_groups g
          WHERE u.email = $1 AND g.name = 'viewers'",
    )
    .await;
    for path in PATHS {
        assert_eq!(guest.get(path).await.0, StatusCode::OK, "{path}");
    }
    let (status, body) = guest.post("incidents", Api::declaration(json!({}))).await;
    assert!(status == StatusCode::FORBIDDEN && client_error("permission_denied", &body), "{body}");
    let yusuf = t.api_as(YUSUF).await;
    yusuf.declares(json!({})).await;
    t.ends_well().await;
}

// API-003: the session of the web opens the door too; to declare with it, the request must come from our own pages.
#[tokio::test]
async fn a_session_reads_and_declares_only_from_our_own_pages() {
    let t = App::start().await;
    let browser = session(&t, "yusuf.demir").await;
    let (list, one) = (format!("{}{BASE}incidents/", t.url()), format!("{}{BASE}incidents", t.url()));
    assert_eq!(browser.get(&list).send().await.expect("answered").status(), StatusCode::OK);
    let declare = async |headers: &[(&str, &str)]| {
        let mut request = browser.post(&one).json(&Api::declaration(json!({})));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        said(request.send().await.expect("answered")).await
    };
    let evil: [&[(&str, &str)]; 3] = [
        &[],
        &[("origin", "https://evil.example.net")],
        &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example.net")],
    ];
    for headers in evil {
        let (status, body) = declare(headers).await;
        assert!(
            status == StatusCode::FORBIDDEN && client_error("permission_denied", &body),
            "{headers:?}: {body}"
        );
    }
    let (status, body) = declare(&[("sec-fetch-site", "same-origin"), ("origin", t.url())]).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    t.ends_well().await;
}
