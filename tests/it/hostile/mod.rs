//! Input that nobody sends by mistake, at every door: nothing breaks, nothing leaks, nothing runs.

mod answers;
mod limits;
mod sign_in;
mod unreadable;
mod words;

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header, redirect::Policy};
use std::time::Duration;
use tests::app::App;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const BASE: &str = "/api/v2/firefighter/";
const YUSUF: &str = "yusuf.demir@example.com";

/// Somebody with a browser's session and a token, who sends whatever they like.
struct Attacker {
    url: String,
    http: Client,
    cookie: String,
    token: String,
}

impl Attacker {
    async fn of(t: &App) -> Self {
        let http = Client::builder().redirect(Policy::none()).build().expect("a client");
        let form = [("username", "yusuf.demir"), ("password", "sandbox"), ("next", "/")];
        let answer = http
            .post(format!("{}/admin/login/", t.url()))
            .header(header::ORIGIN, t.url())
            .form(&form)
            .send()
            .await
            .expect("the server answers");
        let cookie = cookie(&answer).expect("a session");
        let out = t.server.cli(&["token", "create", YUSUF]).await;
        let token =
            out.split_whitespace().find(|word| word.len() == 40).expect("a token is printed").to_owned();
        Attacker { url: t.url().to_owned(), http, cookie, token }
    }

    /// A request of the browser's, from a page of ours.
    fn browser(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.url))
            .header(header::COOKIE, &self.cookie)
            .header(header::ACCEPT, "text/html")
            .header(header::ORIGIN, &self.url)
            .header(header::REFERER, format!("{}/incident/create/", self.url))
    }

    fn form(&self, path: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
        self.browser(Method::POST, path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body)
    }

    /// A request of a program's.
    fn program(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{BASE}{path}", self.url)).bearer_auth(&self.token)
    }

    fn json(&self, path: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
        self.program(Method::POST, path).header(header::CONTENT_TYPE, "application/json").body(body)
    }
}

async fn status(request: RequestBuilder) -> StatusCode {
    request.send().await.expect("the server answers").status()
}

/// `name=value` of the session that an answer sets.
fn cookie(answer: &Response) -> Option<String> {
    let all = answer.headers().get_all(header::SET_COOKIE);
    all.iter().find_map(|line| {
        let pair = line.to_str().ok()?.split(';').next()?;
        pair.starts_with("firefighter=").then(|| pair.to_owned())
    })
}

fn host(t: &App) -> String {
    t.url().trim_start_matches("http://").to_owned()
}

/// Sends bytes as they are; what comes back until the server closes or is silent for a while.
async fn raw(t: &App, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(host(t)).await.expect("the server listens");
    // The server may answer and close before it has read all.
    let _cut = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _silent = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status of a raw answer; 0 when the connection was closed without one.
fn code(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
}

/// The server still answers, and nothing in it broke.
async fn unharmed(t: &App) {
    let probe = format!("{}{BASE}monitoring/healthcheck", t.url());
    assert_eq!(reqwest::get(probe).await.expect("the server answers").status(), StatusCode::OK);
    let log = t.server.log();
    assert!(!log.contains("panicked"), "{log}");
}
