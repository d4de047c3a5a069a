//! Too large, too many, too slow.

use super::{Attacker, BASE, code, host, raw, status, unharmed};
use reqwest::{Method, StatusCode, header};
use std::time::{Duration, Instant};
use tests::app::App;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A body in chunks, which does not say beforehand how long it is.
fn unannounced(size: usize) -> Vec<u8> {
    let piece = format!("2000\r\n{}\r\n", "a".repeat(0x2000));
    format!("{}0\r\n\r\n", piece.repeat(size / 0x2000)).into_bytes()
}

#[tokio::test]
async fn what_is_too_large_is_refused_at_every_door() {
    let t = App::start().await;
    let who = Attacker::of(&t).await;
    let mb = 1024 * 1024;
    for (what, request) in [
        ("form", who.form("/fn/incident/declare", vec![b'a'; 200 * 1024])),
        (
            "form by script",
            who.form("/fn/incident/declare", vec![b'a'; 200 * 1024])
                .header(header::ACCEPT, "application/json"),
        ),
        ("sign-in", who.form("/admin/login/", vec![b'a'; 20 * 1024])),
        ("API", who.json("incidents", vec![b' '; mb + 1])),
        ("Slack", who.http.post(format!("{}{BASE}slack/incident/", who.url)).body(vec![b'a'; mb + 1])),
    ] {
        // A server that refuses while we still send may close before we have read why.
        match request.send().await {
            Ok(answer) => {
                // What the framework reads itself is told in its own way: refused, and not our fault.
                let refused = answer.status();
                let by_framework = what == "form by script" && refused == StatusCode::BAD_REQUEST;
                assert!(refused == StatusCode::PAYLOAD_TOO_LARGE || by_framework, "{what}: {refused}");
            }
            Err(cut) => assert!(cut.is_request() || cut.is_body(), "{what}: {cut:?}"),
        }
    }
    let heads = [
        (
            format!(
                "POST {BASE}incidents HTTP/1.1\r\nAuthorization: Bearer {}\r\nContent-Type: application/json",
                who.token
            ),
            2 * mb,
        ),
        (
            format!(
                "POST /fn/incident/declare HTTP/1.1\r\nOrigin: {}\r\nCookie: {}\r\nAccept: text/html\r\n\
                 Content-Type: application/x-www-form-urlencoded",
                t.url(),
                who.cookie
            ),
            200 * 1024,
        ),
    ];
    for (head, size) in heads {
        let head = format!("{head}\r\nHost: here\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
        let answer = raw(&t, &[head.as_bytes(), &unannounced(size)].concat()).await;
        assert!(matches!(code(&answer), 0 | 413), "{head}: {answer}");
    }
    let incidents: i64 =
        sqlx::query_scalar("SELECT count(*) FROM incidents").fetch_one(&t.db).await.expect("countable");
    assert_eq!(incidents, 0);
    unharmed(&t).await;
}

#[tokio::test]
async fn heads_have_a_limit() {
    let t = App::start().await;
    let head = |path: &str, more: &str| {
        format!("GET {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n{more}\r\n").into_bytes()
    };
    let long = "x".repeat(70 * 1024);
    let many: String = (0..200).map(|n| format!("x-{n}: y\r\n")).collect();
    for (what, request) in [
        ("one long header", head("/robots.txt", &format!("x-long: {long}\r\n"))),
        ("many headers", head("/robots.txt", &many)),
        ("a long cookie", head("/", &format!("cookie: firefighter={long}\r\n"))),
    ] {
        assert_eq!(code(&raw(&t, &request).await), 431, "{what}");
    }
    let address = code(&raw(&t, &head(&format!("/incident/?search={long}"), "")).await);
    assert!(matches!(address, 414 | 431), "a long address: {address}");
    let within = head(&format!("/incident/?search={}", "x".repeat(8 * 1024)), "");
    assert_eq!(code(&raw(&t, &within).await), 302, "what is only long is answered");
    for (what, nonsense) in [
        ("no HTTP", &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n"[..]),
        ("two lengths", b"POST /admin/login/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"),
        ("a length that is none", b"POST /admin/login/ HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"),
        ("chunks that are none", b"POST /admin/login/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        ("a smuggled request", b"POST /admin/login/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\nContent-Length: 4\r\n\r\nabcd"),
    ] {
        let answer = raw(&t, nonsense).await;
        assert!(matches!(code(&answer), 0 | 400 | 403), "{what}: {answer}");
    }
    unharmed(&t).await;
}

/// Reads until the server closes; what it said, and after how long.
async fn until_closed(mut stream: TcpStream, began: Instant) -> (String, Duration) {
    let mut answer = Vec::new();
    let closed = tokio::time::timeout(Duration::from_secs(25), stream.read_to_end(&mut answer)).await;
    assert!(closed.is_ok(), "the server bears it for ever: {}", String::from_utf8_lossy(&answer));
    (String::from_utf8_lossy(&answer).into_owned(), began.elapsed())
}

#[tokio::test]
async fn who_sends_slowly_is_let_go_and_disturbs_nobody() {
    let t = App::start().await;
    let who = Attacker::of(&t).await;
    let began = Instant::now();
    // A hundred heads that never end, some letters now and then.
    let heads = (0..100).map(|n| {
        let host = host(&t);
        async move {
            let mut stream = TcpStream::connect(host).await.expect("the server listens");
            stream.write_all(b"GET / HTTP/1.1\r\nHost: here\r\n").await.expect("it reads");
            let (read, mut write) = stream.into_split();
            let drip = async move {
                for i in 0..40 {
                    tokio::time::sleep(Duration::from_millis(500)).await;
                    if write.write_all(format!("x-{n}-{i}: y\r\n").as_bytes()).await.is_err() {
                        return;
                    }
                }
            };
            let dripping = tokio::spawn(drip);
            let mut read = read;
            let mut answer = Vec::new();
            let end = read.read_to_end(&mut answer);
            let closed = tokio::time::timeout(Duration::from_secs(25), end).await.is_ok();
            dripping.abort();
            (closed, String::from_utf8_lossy(&answer).into_owned(), began.elapsed())
        }
    });
    let bodies = [
        format!("POST /admin/login/ HTTP/1.1\r\nHost: here\r\nOrigin: {}\r\n", t.url()),
        format!(
            "POST /fn/incident/declare HTTP/1.1\r\nHost: here\r\nOrigin: {}\r\nAccept: text/html\r\nCookie: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n",
            t.url(),
            who.cookie
        ),
        format!(
            "POST {BASE}incidents HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\n",
            who.token
        ),
        format!("POST {BASE}slack/incident/ HTTP/1.1\r\nHost: here\r\n"),
    ]
    .map(|head| {
        let host = host(&t);
        async move {
            let mut stream = TcpStream::connect(host).await.expect("the server listens");
            let begun = format!("{head}Content-Length: 1000\r\n\r\nusername=");
            stream.write_all(begun.as_bytes()).await.expect("it reads");
            let (answer, took) = until_closed(stream, began).await;
            (head, answer, took)
        }
    });
    let others = async {
        let mut slowest = Duration::ZERO;
        for _ in 0..40 {
            let asked = Instant::now();
            assert_eq!(status(who.browser(Method::GET, "/incident/")).await, StatusCode::OK);
            slowest = slowest.max(asked.elapsed());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        slowest
    };
    let (heads, bodies, slowest) =
        tokio::join!(futures::future::join_all(heads), futures::future::join_all(bodies), others);
    for (closed, answer, took) in heads {
        assert!(closed && took >= Duration::from_secs(9), "a head without end: {took:?} {answer}");
    }
    for (head, answer, took) in bodies {
        assert_eq!(code(&answer), 408, "{head}: {answer}");
        assert!(took >= Duration::from_secs(9), "{head}: {took:?}");
    }
    assert!(slowest < Duration::from_secs(3), "others wait: {slowest:?}");
    unharmed(&t).await;
}
