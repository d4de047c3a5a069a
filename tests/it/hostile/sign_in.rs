//! Around signing in: where one is led, whose session it is, how often one may try, who may post.

use super::{Attacker, BASE, YUSUF, cookie, status, unharmed};
use reqwest::{Client, Method, StatusCode, header, redirect::Policy};
use serde_json::json;
use std::time::Duration;
use tests::app::{Api, App};

fn client() -> Client {
    Client::builder().redirect(Policy::none()).build().expect("a client")
}

// Nobody is led to another site.
#[tokio::test]
async fn signing_in_leads_to_no_other_site() {
    let t = App::start().await;
    let http = client();
    for next in [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "https://evil.example",
        "https:/evil.example",
        "///evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/%0d%0aLocation: //evil.example",
        "\u{1}//evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/\u{2028}/evil.example",
        "@evil.example",
        ".evil.example",
        "/.//evil.example",
        "/..//evil.example",
        "/admin/login/?next=//evil.example",
        "/admin/logout/",
        "/fn/incident/update",
    ] {
        for password in ["sandbox", "wrong"] {
            let form = [("username", "yusuf.demir"), ("password", password), ("next", next)];
            let post = http.post(format!("{}/admin/login/", t.url())).header(header::ORIGIN, t.url());
            // Each from another place: tries are counted.
            let from = format!("203.0.113.{}", rand::random::<u8>());
            let answer = post.header("x-forwarded-for", from).form(&form).send().await.expect("an answer");
            assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{next:?}");
            let to = answer.headers()[header::LOCATION].to_str().expect("text").to_owned();
            let at = url::Url::parse(t.url()).expect("an address").join(&to).expect("an address");
            assert_eq!(
                at.origin(),
                url::Url::parse(t.url()).expect("an address").origin(),
                "{next:?} leads to {to}"
            );
            assert!(
                answer.headers().get("set-cookie").is_none() || !at.path().starts_with("//"),
                "{next:?}: {to}"
            );
            if password == "sandbox" {
                assert!(
                    !to.contains("evil") || next.starts_with("/%0d") || next.starts_with("/."),
                    "{next:?} leads to {to}"
                );
            }
        }
        let mut page = url::Url::parse(&format!("{}/admin/login/", t.url())).expect("an address");
        page.query_pairs_mut().append_pair("next", next);
        let html = http.get(page).send().await.expect("an answer").text().await.expect("a body");
        assert!(
            !html.contains("href=\"//evil")
                && !html.contains("href=\"javascript:")
                && !html.contains("href=\"https:evil"),
            "{next:?}"
        );
    }
}

// WEB-007 API-003: what another site makes a browser send is refused, in whatever clothes.
#[tokio::test]
async fn other_sites_can_send_nothing_in_a_persons_name() {
    let t = App::start().await;
    let who = Attacker::of(&t).await;
    let form = "asked[title]=Card+payments+fail+again&asked[description]=Customers+reach+the+last+step";
    let declare = |method: Method, path: &str| {
        who.http.request(method, format!("{}{path}", who.url)).header(header::COOKIE, &who.cookie)
    };
    let elsewhere: [&[(&str, &str)]; 8] = [
        &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "cross-site")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "")],
        &[("referer", "https://evil.example/")],
        &[],
    ];
    let kinds = [
        "application/x-www-form-urlencoded",
        "text/plain",
        "application/json",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded; text/plain",
    ];
    for headers in elsewhere {
        for kind in kinds {
            for path in
                ["/fn/incident/declare", "/fn/incident/update", "/fn/delivery/retry", "/admin/logout/"]
            {
                let mut request = declare(Method::POST, path).header(header::CONTENT_TYPE, kind).body(form);
                for (name, value) in headers {
                    request = request.header(*name, *value);
                }
                assert_eq!(status(request).await, StatusCode::FORBIDDEN, "{path} {kind} {headers:?}");
            }
            // The API takes a session too, and asks where it comes from.
            let body = Api::declaration(json!({})).to_string();
            let mut request = declare(Method::POST, &format!("{BASE}incidents"))
                .header(header::CONTENT_TYPE, kind)
                .body(body);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let answered = status(request).await;
            assert!(
                answered == StatusCode::FORBIDDEN || answered == StatusCode::UNAUTHORIZED,
                "API {kind} {headers:?}: {answered}"
            );
        }
    }
    // Reading is free for other sites, and changes nothing however it is dressed.
    for path in ["/fn/incident/declare", "/fn/incident/update"] {
        for disguise in
            [("x-http-method-override", "POST"), ("x-method-override", "POST"), ("accept", "text/html")]
        {
            let request =
                declare(Method::GET, &format!("{path}?{form}&_method=POST")).header(disguise.0, disguise.1);
            assert!(status(request).await.is_client_error(), "{path} {disguise:?}");
        }
    }
    // No answer lets another site read it.
    for path in ["/", "/fn/incidents", &format!("{BASE}incidents/")] {
        let answer = declare(Method::GET, path)
            .header(header::ORIGIN, "https://evil.example")
            .send()
            .await
            .expect("an answer");
        assert!(answer.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN).is_none(), "{path}");
    }
    let incidents: i64 =
        sqlx::query_scalar("SELECT count(*) FROM incidents").fetch_one(&t.db).await.expect("countable");
    assert_eq!(incidents, 0);
    assert_eq!(status(who.browser(Method::GET, "/incident/")).await, StatusCode::OK, "nobody was signed out");
}

// WEB-006: signing in gives new bytes, and those before it open nothing.
#[tokio::test]
async fn a_session_planted_before_signing_in_is_worth_nothing() {
    let t = App::start().await;
    let http = client();
    let sign_in = async |held: &str| {
        let form = [("username", "yusuf.demir"), ("password", "sandbox"), ("next", "/")];
        let post = http.post(format!("{}/admin/login/", t.url())).header(header::ORIGIN, t.url());
        let answer = post.header(header::COOKIE, held).form(&form).send().await.expect("an answer");
        cookie(&answer).expect("a session")
    };
    let opens = async |held: &str| {
        let page = http.get(format!("{}/incident/", t.url())).header(header::COOKIE, held);
        status(page).await == StatusCode::OK
    };
    let planted = format!("firefighter={}", "A".repeat(43));
    let first = sign_in(&planted).await;
    assert_ne!(first, planted);
    assert!(opens(&first).await && !opens(&planted).await, "what was planted opens nothing");
    let second = sign_in(&first).await;
    assert_ne!(second, first);
    assert!(opens(&second).await && !opens(&first).await, "the one before is dead");
    let out = http
        .post(format!("{}/admin/logout/", t.url()))
        .header(header::ORIGIN, t.url())
        .header(header::COOKIE, &second);
    assert_eq!(status(out).await, StatusCode::SEE_OTHER);
    assert!(!opens(&second).await, "signed out is dead on the server, not only in the browser");
    let kept: Vec<String> =
        sqlx::query_scalar("SELECT id FROM sessions").fetch_all(&t.db).await.expect("sessions");
    assert!(kept.iter().all(|id| !second.contains(id.as_str())), "no session can be read from the database");
}

/// One try to sign in; whether too many were made.
async fn is_too_many(t: &App, http: &Client, name: &str, password: &str, from: &str) -> bool {
    let form = [("username", name), ("password", password), ("next", "/")];
    let post = http.post(format!("{}/admin/login/", t.url())).header(header::ORIGIN, t.url());
    let answer = post.header("x-forwarded-for", from).form(&form).send().await.expect("an answer");
    answer.headers()[header::LOCATION].to_str().expect("text").contains("error=too_many")
}

// Tries are counted for an account, for an address, and for both together.
#[tokio::test]
async fn passwords_cannot_be_tried_without_end() {
    let t = App::start().await;
    let http = client();
    // One place, one name: five at once, and then not even the right one is looked at.
    let mut tries = Vec::new();
    for _ in 0..6 {
        tries.push(is_too_many(&t, &http, "yusuf.demir", "wrong", "203.0.113.1").await);
    }
    assert_eq!(tries, [false, false, false, false, false, true]);
    assert!(
        is_too_many(&t, &http, "YUSUF.demir", "sandbox", "203.0.113.1").await,
        "the case of a name is no way around"
    );
    assert!(!is_too_many(&t, &http, "yusuf.demir", "sandbox", "203.0.113.2").await, "others come in");
    // One name, many places. Allowance grows back while the tries are made, so the first that is refused may be later.
    let mut tries = 0;
    while !is_too_many(&t, &http, "ines.moreau", "wrong", &format!("198.51.100.{tries}")).await {
        tries += 1;
        assert!(tries < 200, "one account can be tried without end");
    }
    assert!(tries >= 30, "{tries} tries at one account are allowed");
    // Many names, one place.
    let mut tries = 0;
    while !is_too_many(&t, &http, &format!("name{tries}"), "wrong", "203.0.113.9").await {
        tries += 1;
        assert!(tries < 400, "one address can try without end");
    }
    assert!(tries >= 100, "{tries} tries from one address are allowed");
    t.advance(Duration::from_secs(60)).await;
    assert!(!is_too_many(&t, &http, "yusuf.demir", "sandbox", "203.0.113.1").await, "waiting helps");
    // A wrong name and a wrong password are told alike.
    let told = async |name: &str| {
        let form = [("username", name), ("password", "wrong"), ("next", "/")];
        let post = http.post(format!("{}/admin/login/", t.url())).header(header::ORIGIN, t.url());
        let answer =
            post.header("x-forwarded-for", "203.0.113.77").form(&form).send().await.expect("an answer");
        answer.headers()[header::LOCATION].to_str().expect("text").replace(name, "NAME")
    };
    assert_eq!(told("yusuf.demir").await, told("nobody.at.all").await);
    assert!(
        !t.server.log().contains("sandbox\"") && !t.server.log().contains(&format!("{YUSUF}:")),
        "no password in the log"
    );
    unharmed(&t).await;
}
