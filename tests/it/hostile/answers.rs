//! What every answer carries, whoever asked for what: a policy that runs nothing foreign, no copy for others, no host
//! that somebody made up. And Slack's door, which believes bytes and clocks only.

use super::{Attacker, BASE, code, raw, unharmed};
use futures::future::join_all;
use reqwest::{Method, Response, StatusCode, header};
use serde_json::json;
use std::{collections::BTreeSet, time::Duration};
use tests::{
    app::App,
    sandbox::{
        faults::{Fault, Kind},
        slack::signing::signature,
    },
};

/// Holds one answer against the rules; its nonce, when it has one.
async fn hold(what: &str, answer: Response) -> Option<String> {
    let headers = answer.headers().clone();
    let text = |name: header::HeaderName| {
        headers.get(&name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let policy = text(header::CONTENT_SECURITY_POLICY);
    assert!(
        policy.starts_with("default-src 'none'")
            && policy.contains("frame-ancestors 'none'")
            && policy.contains("base-uri 'none'"),
        "{what}: {policy:?}"
    );
    for open in ["unsafe-inline", "'unsafe-eval'", "*", "http:", "https:", "data: ;", "strict-dynamic"] {
        assert!(
            !policy.replace("ws://localhost:*", "").replace("ws://127.0.0.1:*", "").contains(open),
            "{what}: {policy}"
        );
    }
    assert_eq!(text(header::X_CONTENT_TYPE_OPTIONS), "nosniff", "{what}");
    assert_eq!(text(header::X_FRAME_OPTIONS), "DENY", "{what}");
    assert!(!text(header::REFERRER_POLICY).is_empty(), "{what}");
    let kept = text(header::CACHE_CONTROL);
    assert!(
        kept.contains("private")
            || kept.contains("no-cache")
            || kept.contains("no-store")
            || what.starts_with("file "),
        "{what} may be kept by others: {kept:?}"
    );
    let html = text(header::CONTENT_TYPE).starts_with("text/html");
    let body = answer.bytes().await.expect("a body");
    if !html {
        return None;
    }
    let page = String::from_utf8_lossy(&body).into_owned();
    assert!(
        !page.contains(" style=\"") && !page.contains(" style='") && !page.contains("<style"),
        "{what}: a style that the policy blocks"
    );
    for handler in ["onclick=", "onload=", "onerror=", "onsubmit=", "onchange=", "href=\"javascript:"] {
        assert!(!page.contains(handler), "{what}: {handler}");
    }
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).map(str::to_owned);
    for script in page.split("<script").skip(1) {
        let tag = script.split('>').next().unwrap_or_default();
        if tag.contains("src=") && !tag.contains("src=\"http") || tag.contains("application/json") {
            continue;
        }
        let nonce =
            nonce.as_deref().unwrap_or_else(|| panic!("{what}: <script{tag}> without a nonce in the policy"));
        assert!(
            tag.contains(&format!("nonce=\"{nonce}\"")),
            "{what}: <script{tag}> does not run under {policy}"
        );
    }
    nonce
}

// On every kind of answer, errors and programs' answers too.
#[tokio::test]
async fn every_answer_carries_its_policy_and_is_kept_by_nobody_else() {
    let t = App::start().await;
    let who = Attacker::of(&t).await;
    let id = t.api_as(super::YUSUF).await.declares(json!({})).await;
    let pages = [
        "/".to_owned(),
        "/incident/".into(),
        "/incident/?search=card&status=10".into(),
        "/incident/create/".into(),
        format!("/incident/{id}/"),
        format!("/incident/{id}/update/"),
        "/incident/999999/".into(),
        "/no/such/page/".into(),
        "/admin/login/".into(),
        "/admin/logout/".into(),
        "/err/400/".into(),
        "/err/403/".into(),
        "/err/404/".into(),
        "/err/500/".into(),
        "/incident".into(),
        "/fn/nothing".into(),
        "/fn/incident/declare".into(),
        "/robots.txt".into(),
        format!("{BASE}monitoring/healthcheck"),
        format!("{BASE}monitoring/readiness"),
        "/api".into(),
        format!("{BASE}schema"),
        format!("{BASE}schema/swagger-ui"),
        format!("{BASE}nothing"),
        "/pkg/nothing.js".into(),
        "/nothing.css".into(),
    ];
    for path in &pages {
        for cookie in [who.cookie.as_str(), "firefighter=none"] {
            for accept in ["text/html", "application/json"] {
                let request = who
                    .http
                    .get(format!("{}{path}", who.url))
                    .header(header::COOKIE, cookie)
                    .header(header::ACCEPT, accept);
                hold(&format!("{path} {accept}"), request.send().await.expect("an answer")).await;
            }
        }
    }
    let requests = [
        ("API list", who.program(Method::GET, "incidents/")),
        ("API one", who.program(Method::GET, &format!("incidents/{id}/"))),
        ("API table", who.program(Method::GET, "incidents.csv")),
        ("API 401", who.http.get(format!("{}{BASE}incidents/", who.url))),
        ("API 405", who.program(Method::DELETE, "incidents/")),
        ("API 400", who.json("incidents", "{")),
        ("API 413", who.json("incidents", vec![b' '; 1024 * 1024 + 1])),
        (
            "cross site",
            who.http
                .post(format!("{}/fn/incident/declare", who.url))
                .header(header::ORIGIN, "https://evil.example"),
        ),
        ("refused form", who.form("/fn/incident/declare", "asked[title]=x")),
        (
            "refused call",
            who.form("/fn/incident/declare", "asked[title]=x").header(header::ACCEPT, "application/json"),
        ),
        ("sign-in refused", who.form("/admin/login/", "username=x&password=y")),
        ("Slack 401", who.http.post(format!("{}{BASE}slack/incident/", who.url)).body("x")),
    ];
    for (what, request) in requests {
        hold(what, request.send().await.expect("an answer")).await;
    }
    let mut nonces = BTreeSet::new();
    for _ in 0..4 {
        let answer = who.browser(Method::GET, "/incident/").send().await.expect("an answer");
        nonces.insert(hold("/incident/", answer).await.expect("a page has a nonce"));
    }
    assert_eq!(nonces.len(), 4, "no nonce comes twice");
    unharmed(&t).await;
}

#[tokio::test]
async fn a_host_that_somebody_made_up_stands_in_no_answer() {
    let t = App::start().await;
    let who = Attacker::of(&t).await;
    let told = "Host: evil.example\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Server: evil.example\r\nForwarded: host=evil.example\r\nX-Original-URL: //evil.example\r\nConnection: close\r\n";
    let signed_in = format!("Cookie: {}\r\n", who.cookie);
    let bearer = format!("Authorization: Bearer {}\r\n", who.token);
    for (line, more) in [
        ("GET / HTTP/1.1", ""),
        ("GET /incident/ HTTP/1.1", ""),
        ("GET /incident/ HTTP/1.1", &*signed_in),
        ("GET /incident HTTP/1.1", &signed_in),
        ("GET /admin/login/ HTTP/1.1", ""),
        ("GET /incident/1/ HTTP/1.1", &signed_in),
        ("GET //evil.example/%2e%2e HTTP/1.1", &signed_in),
        ("GET //evil.example HTTP/1.1", &signed_in),
        ("GET /api/v2/firefighter/incidents?limit=1 HTTP/1.1", &bearer),
        ("GET /api/v2/firefighter/schema?format=json HTTP/1.1", ""),
        ("POST /admin/logout/ HTTP/1.1", "Origin: http://evil.example\r\nContent-Length: 0\r\n"),
    ] {
        let answer = raw(&t, format!("{line}\r\n{told}{more}\r\n").as_bytes()).await;
        assert!((200..500).contains(&code(&answer)), "{line}: {answer}");
        let head = answer.split("\r\n\r\n").next().unwrap_or_default().to_lowercase();
        assert!(!head.contains("location: //") && !head.contains("location: http"), "{line}: {head}");
        // Who asks for a path with that name sees it in words, never as an address.
        for address in ["http://evil", "https://evil", "=\"//evil"] {
            assert!(!answer.contains(address), "{line}: {address} in {answer}");
        }
    }
    let logout = raw(&t, format!("POST /admin/logout/ HTTP/1.1\r\n{told}{signed_in}Origin: http://evil.example\r\nContent-Length: 0\r\n\r\n").as_bytes()).await;
    assert_eq!(code(&logout), 403, "a host of the attacker's makes no origin ours: {logout}");
}

// SLK-002 SLK-003: only Slack's bytes, only now, and each of them once.
#[tokio::test]
async fn slacks_door_believes_no_old_and_no_changed_bytes() {
    let t = App::start().await;
    let http = reqwest::Client::new();
    let secret = "sandbox-signing-secret";
    let body = "command=%2Fincident&text=help&user_id=U0YUSUF&channel_id=C1&trigger_id=1.2.x&team_id=T1";
    let now = t.sandbox.read(|s| s.clock.now_s());
    let send = async |body: &str, at: &str, signature: &str| {
        let post = http
            .post(format!("{}{BASE}slack/incident/", t.url()))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let post = post.header("x-slack-request-timestamp", at).header("x-slack-signature", signature);
        post.body(body.to_owned()).send().await.expect("an answer").status()
    };
    let sign = |at: i64| signature(secret, at, body);
    assert_eq!(send(body, &now.to_string(), &sign(now)).await, StatusCode::OK, "what Slack sends is taken");
    for (what, at) in [
        ("six minutes old", now - 360),
        ("six minutes early", now + 360),
        ("of 1970", 0),
        ("of never", i64::MIN),
        ("of the end", i64::MAX),
    ] {
        assert_eq!(send(body, &at.to_string(), &sign(at)).await, StatusCode::UNAUTHORIZED, "{what}");
    }
    let at = now.to_string();
    for (what, body, at, signature) in [
        ("changed bytes", body.replace("help", "open"), at.clone(), sign(now)),
        ("bytes added", format!("{body}&user_id=U0INES"), at.clone(), sign(now)),
        ("another time", body.to_owned(), (now + 1).to_string(), sign(now)),
        ("a time with a sign", body.to_owned(), format!("+{now}"), sign(now)),
        ("another secret", body.to_owned(), at.clone(), signature("other", now, body)),
        ("no secret", body.to_owned(), at.clone(), signature("", now, body)),
        ("no version", body.to_owned(), at.clone(), sign(now).replace("v0=", "")),
        ("half a signature", body.to_owned(), at.clone(), sign(now)[..40].to_owned()),
        ("nothing", body.to_owned(), at.clone(), String::new()),
    ] {
        assert_eq!(send(&body, &at, &signature).await, StatusCode::UNAUTHORIZED, "{what}");
    }
    // Signed nonsense is Slack's mistake, not ours.
    for nonsense in
        ["", "payload=%7B", "payload=%00", "payload=%FF", &format!("payload={}", "[".repeat(50_000)), "a=b"]
    {
        let answered = send(nonsense, &at, &signature(secret, now, nonsense)).await;
        assert!(!answered.is_server_error(), "{:.40}: {answered}", nonsense);
    }
    unharmed(&t).await;
}

// What follows a command is under way for so many at a time; what comes on top waits, and then is told to come again.
#[tokio::test]
async fn a_flood_of_commands_does_not_pile_up() {
    const AT_ONCE: usize = 256;
    let t = App::start().await;
    t.sandbox.order(Fault::slack("views.open", Kind::Slow { ms: 4_000 }, 0).lasting());
    let http = reqwest::Client::new();
    let body = "command=%2Fincident&text=open&user_id=U0YUSUF&channel_id=C1&trigger_id=1.2.x&team_id=T1";
    let now = t.sandbox.read(|s| s.clock.now_s());
    let send = || {
        let post = http.post(format!("{}{BASE}slack/incident/", t.url())).body(body);
        let post = post.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let post = post.header("x-slack-request-timestamp", now.to_string());
        post.header("x-slack-signature", signature("sandbox-signing-secret", now, body)).send()
    };
    let answers = join_all((0..AT_ONCE + 40).map(|_| send())).await;
    let statuses: Vec<StatusCode> = answers.into_iter().map(|a| a.expect("an answer").status()).collect();
    let count = |of: StatusCode| statuses.iter().filter(|status| **status == of).count();
    assert_eq!(
        (count(StatusCode::OK), count(StatusCode::SERVICE_UNAVAILABLE)),
        (AT_ONCE, 40),
        "{statuses:?}"
    );
    t.sandbox.comes_back();
    tokio::time::timeout(Duration::from_secs(20), async {
        while send().await.expect("an answer").status() != StatusCode::OK {}
    })
    .await
    .expect("there are places again");
    unharmed(&t).await;
}
