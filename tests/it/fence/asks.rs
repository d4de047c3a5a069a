//! One question at one door, and all that came back of it.

use super::{
    table::{Ask, Caller},
    twins::Twins,
};
use reqwest::{Method, header};
use std::time::Duration;
use tests::{
    app::Server,
    sandbox::{deliveries::Direction, slack::delivery::Answer},
};

/// What a caller got: the answer of HTTP, or the answer and everything that was sent to Slack.
pub struct Answered {
    pub status: u16,
    headers: Vec<String>,
    body: String,
}

impl Answered {
    /// Every byte of it, as text.
    pub fn everything(&self) -> String {
        format!("{}\n{}\n\n{}", self.status, self.headers.join("\n"), self.body)
    }
}

impl Twins {
    /// Asks one of the servers.
    pub async fn ask(&self, server: &Server, caller: Caller, ask: &Ask) -> Answered {
        match ask {
            Ask::Get(path) => self.http(server, caller, Method::GET, path, None).await,
            Ask::Post(path, form) => self.http(server, caller, Method::POST, path, Some(form)).await,
            Ask::Json(path, body) => self.http(server, caller, Method::POST, path, Some(body)).await,
            Ask::Command(text) => self.slack(server, caller, &format!("command {text}")).await,
            Ask::Button(id) => self.slack(server, caller, &format!("button {id}")).await,
            Ask::View(id) => self.slack(server, caller, &format!("view {id}")).await,
            Ask::Suggest(id, typed) => self.slack(server, caller, &format!("suggest {id} {typed}")).await,
            Ask::Shortcut(id) => self.slack(server, caller, &format!("shortcut {id}")).await,
        }
    }

    async fn http(
        &self,
        server: &Server,
        caller: Caller,
        method: Method,
        path: &str,
        body: Option<&str>,
    ) -> Answered {
        let path = self.named(path);
        let at = format!("{}{path}", server.url);
        let mut request = self.browser.request(method, at).header(header::HOST, self.host());
        let is_api = path.starts_with("/api/");
        let accept = match &path {
            path if path.starts_with("/fn/") && body.is_none() => "application/json",
            _ if is_api => "*/*",
            _ => "text/html",
        };
        request = request.header(header::ACCEPT, accept);
        match (is_api, self.key(caller)) {
            (true, Some(key)) => request = request.bearer_auth(&key.token),
            (false, Some(key)) => request = request.header(header::COOKIE, &key.cookie),
            (_, None) => {}
        }
        if let Some(body) = body {
            let kind =
                if body.starts_with('{') { "application/json" } else { "application/x-www-form-urlencoded" };
            request = request
                .header(header::ORIGIN, &self.with.url)
                .header("sec-fetch-site", "same-origin")
                .header(header::CONTENT_TYPE, kind)
                .body(self.named(body));
        }
        let answer = request.send().await.expect("the server answers");
        let status = answer.status().as_u16();
        let mut headers: Vec<String> = answer
            .headers()
            .iter()
            .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
            // The moment of the answer, of the machine's clock.
            .filter(|line| !line.starts_with("date: "))
            .collect();
        headers.sort();
        let body =
            if path == "/fn/live" { first_words(answer).await } else { answer.text().await.expect("a body") };
        Answered { status, headers, body }
    }

    async fn slack(&self, server: &Server, caller: Caller, what: &str) -> Answered {
        let Some(user) = caller.in_slack() else { return nobody() };
        self.sandbox().connect(&server.url);
        self.sandbox().closes_everything(user);
        let before = self.sandbox().read(|state| state.deliveries.all().last().map_or(0, |last| last.id));
        let number = self.private.to_string();
        let (door, id) = what.split_once(' ').unwrap_or((what, ""));
        let answer = match door {
            "command" => {
                let text = id.replace("{P}", &number);
                self.sandbox().command(user, "general", "/incident", &text).await
            }
            "button" => self.sandbox().forged_button(user, id, &number).await,
            "suggest" => {
                let (id, typed) = id.split_once(' ').unwrap_or((id, ""));
                self.sandbox().forged_search(user, id, &typed.replace("{P}", &number)).await
            }
            "view" => self.sandbox().forged_view(user, id, &number).await,
            _ => self.sandbox().shortcut(user, id).await,
        };
        self.quiet().await;
        let calls = self.sandbox().read(|state| {
            let news = state.deliveries.all().iter().filter(|call| call.id > before);
            let ours = news.filter(|call| call.direction == Direction::FromApp);
            ours.map(|call| format!("{} {}", call.what, call.sent)).collect::<Vec<_>>()
        });
        Answered { status: answered(&answer), headers: vec![answer.body], body: calls.join("\n") }
    }

    /// Waits until nothing went to Slack for a moment: commands are answered first and worked on then.
    async fn quiet(&self) {
        let count = || self.sandbox().read(|state| state.deliveries.all().last().map_or(0, |last| last.id));
        let mut seen = count();
        let mut calm = 0;
        while calm < 5 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let now = count();
            calm = if now == seen { calm + 1 } else { 0 };
            seen = now;
        }
    }
}

/// What a stream says at first: it has no end.
async fn first_words(mut answer: reqwest::Response) -> String {
    let mut said = Vec::new();
    while let Ok(Ok(Some(more))) = tokio::time::timeout(Duration::from_millis(300), answer.chunk()).await {
        said.extend_from_slice(&more);
    }
    String::from_utf8_lossy(&said).into_owned()
}

fn answered(answer: &Answer) -> u16 {
    answer.status.unwrap_or_default()
}

/// Nobody is anonymous in Slack.
fn nobody() -> Answered {
    Answered { status: 0, headers: Vec::new(), body: String::new() }
}
