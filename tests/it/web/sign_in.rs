//! Signing in and out, and who may enter.

use reqwest::{Method, StatusCode};
use tests::app::App;

// WEB-001 WEB-002 WEB-003 WEB-004 WEB-008 WEB-026 CFG-022: nobody enters without signing in, and one returns to where one wanted to go.
#[tokio::test]
async fn one_signs_in_once_and_comes_back_to_the_page_asked_for() {
    let t = App::start().await;
    let web = t.web();
    for path in ["/", "/incident/", "/incident/create/", "/incident/4711/"] {
        let page = web.once(Method::GET, path, None).await;
        assert_eq!(page.status, StatusCode::FOUND, "{path}");
        let to = page.headers["location"].to_str().expect("an address");
        assert!(to.contains("/admin/login/?next="), "{path} leads to {to}");
    }
    for path in ["/robots.txt", "/admin/login/", "/api/v2/firefighter/monitoring/healthcheck"] {
        assert_eq!(web.once(Method::GET, path, None).await.status, StatusCode::OK, "{path} is open");
    }

    let wrong = web
        .post("/admin/login/", &[("username", "yusuf.demir"), ("password", "wrong"), ("next", "/incident/")])
        .await;
    assert!(wrong.at.starts_with("/admin/login/"), "a wrong password stays: {}", wrong.at);
    assert!(wrong.html.contains("yusuf.demir"), "the name is kept");
    assert!(!wrong.html.contains("value=\"wrong\""), "the password is not");

    let right = web
        .post(
            "/admin/login/",
            &[
                ("username", "yusuf.demir@example.com"),
                ("password", "sandbox"),
                ("next", "/incident/?status=10"),
            ],
        )
        .await;
    assert_eq!(right.at, "/incident/?status=10");
    assert!(right.headers.contains_key("ff-user-id"), "logs can name the person: {:?}", right.headers);
    assert_eq!(
        web.get("/incident/4711/").await.status,
        StatusCode::NOT_FOUND,
        "unknown is 404 for whoever is inside"
    );

    let elsewhere = t.web();
    let page = elsewhere
        .post(
            "/admin/login/",
            &[("username", "yusuf.demir"), ("password", "sandbox"), ("next", "https://evil.example/")],
        )
        .await;
    assert_eq!(page.at, "/", "no open redirect");

    let out = web.post("/admin/logout/", &[]).await;
    assert!(out.at.starts_with("/admin/login/"), "{}", out.at);
    assert_eq!(
        web.once(Method::GET, "/incident/", None).await.status,
        StatusCode::FOUND,
        "the session is over"
    );
}

// WEB-007: the cookie is the browser's own affair, and posts of other sites are refused.
#[tokio::test]
async fn other_sites_cannot_post_and_every_answer_carries_its_headers() {
    let t = App::start().await;
    let http =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let login = format!("{}/admin/login/", t.url());
    let body = "username=yusuf.demir&password=sandbox&next=/";
    let post = |headers: Vec<(&'static str, String)>| {
        let mut request =
            http.post(&login).header("content-type", "application/x-www-form-urlencoded").body(body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.send()
    };
    for refused in [
        vec![("sec-fetch-site", "cross-site".to_owned()), ("origin", "https://evil.example".to_owned())],
        vec![("origin", "https://evil.example".to_owned())],
        vec![("origin", "null".to_owned())],
        vec![],
    ] {
        let answer = post(refused.clone()).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{refused:?}");
        assert!(answer.headers().get("set-cookie").is_none());
    }
    let answer = post(vec![("origin", t.url().to_owned())]).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let cookie = answer.headers()["set-cookie"].to_str().expect("a cookie").to_lowercase();
    assert!(cookie.contains("httponly") && cookie.contains("samesite=lax"), "{cookie}");
    let page = t.web().get("/admin/login/").await;
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
    ] {
        assert_eq!(page.headers[name], value, "{name}");
    }
    let policy = page.headers["content-security-policy"].to_str().expect("a policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"), "{policy}");
    assert!(!page.html.contains(" style=\""), "no style attribute: the policy would block it");
}
