//! The stream to an open page: who is told of what, and when it ends.

use super::{declares, path};
use reqwest::StatusCode;
use serde_json::json;
use std::time::{Duration, Instant};
use tests::app::{App, Setup, Web, doors::PRIVATE_CATEGORY};
use tokio::sync::mpsc;

/// What is shown late is not live.
const SOON: Duration = Duration::from_secs(1);

/// An open stream, read beside the story.
struct Stream {
    events: mpsc::UnboundedReceiver<String>,
}

impl Stream {
    /// Opens it and waits for its beginning.
    async fn open(web: &Web) -> Self {
        let mut answer = web.open("/fn/live").await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        let (tell, events) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut text = String::new();
            while let Ok(Some(bytes)) = answer.chunk().await {
                text.push_str(&String::from_utf8_lossy(&bytes));
                while let Some(end) = text.find("\n\n") {
                    let lines = text[..end].lines().filter_map(|line| line.strip_prefix("data: "));
                    let data = lines.collect::<Vec<_>>().join("\n");
                    text.drain(..end + 2);
                    if !data.is_empty() && tell.send(data).is_err() {
                        return;
                    }
                }
            }
        });
        let mut stream = Stream { events };
        assert_eq!(stream.next(SOON).await.as_deref(), Some("everything"), "nothing is replayed");
        // What the server itself begins with may come a moment later.
        while stream.events.try_recv().is_ok() {}
        stream
    }

    /// The next event within this time; `None` when there is none or the stream has ended.
    async fn next(&mut self, within: Duration) -> Option<String> {
        tokio::time::timeout(within, self.events.recv()).await.ok().flatten()
    }

    /// Waits until one event says this.
    async fn says(&mut self, line: &str, within: Duration) {
        let end = Instant::now() + within;
        let mut heard = Vec::new();
        while let Some(event) = self.next(end.saturating_duration_since(Instant::now())).await {
            if event.lines().any(|said| said == line) {
                return;
            }
            heard.push(event);
        }
        panic!("{line} is not told within {within:?}: {heard:?}");
    }

    /// All that comes in this time.
    async fn all(&mut self, within: Duration) -> Vec<String> {
        let end = Instant::now() + within;
        let mut heard = Vec::new();
        while let Some(event) = self.next(end.saturating_duration_since(Instant::now())).await {
            heard.push(event);
        }
        heard
    }

    /// Whether no incident is named in this time. `everything` comes once a minute to everybody.
    async fn names_none(&mut self, within: Duration) -> bool {
        self.all(within).await.iter().all(|event| event == "everything")
    }

    /// Whether it ends within this time.
    async fn ends(&mut self, within: Duration) -> bool {
        let last = async { while self.events.recv().await.is_some() {} };
        tokio::time::timeout(within, last).await.is_ok()
    }
}

#[tokio::test]
async fn pages_at_every_server_are_told_within_a_second_of_what_any_door_did() {
    let t = App::start().await;
    let other = t.another_server(Setup { no_worker: true, ..Setup::default() }).await;
    let here = t.web_as("sofia.lindgren").await;
    let there = Web::signed_in(&other.url, "ines.okafor").await;
    let (mut here, mut there) = (Stream::open(&here).await, Stream::open(&there).await);
    let api = t.api_as("yusuf.demir@example.com").await;
    let id = api.declares(json!({})).await;
    for stream in [&mut here, &mut there] {
        stream.says(&format!("incident {id}"), SOON).await;
    }
    // Jobs end later, and are told too.
    t.run_jobs().await;
    tokio::time::sleep(SOON).await;
    here.all(Duration::from_millis(1)).await;
    let at = format!("/incident/{id}/");
    let ines = t.web_as("ines.okafor").await;
    let form = ines.get(&at).await;
    ines.submit(&form, "/fn/incident/update", &[("asked[message]", "Half of the cards work again.")]).await;
    here.says(&format!("incident {id}"), SOON).await;
    t.ends_well().await;
}

// CORE-133: key events are told once they are stored and the metrics are computed: who reads then sees both.
#[tokio::test]
async fn who_is_told_of_key_events_reads_the_new_metrics() {
    let t = App::start().await;
    let yusuf = t.web_as("yusuf.demir").await;
    let at = path(&declares(&yusuf, &[]).await);
    t.run_jobs().await;
    let sofia = t.web_as("sofia.lindgren").await;
    let mut hers = Stream::open(&sofia).await;
    hers.all(SOON).await;
    let form = yusuf.get(&format!("{at}update_key_events/")).await;
    let early = [
        ("asked[key_event_started][to]", "2024-05-01T11:50:00"),
        ("asked[key_event_detected][to]", "2024-05-01T11:55:00"),
    ];
    let dating = yusuf.submit(&form, "/fn/incident/key-events", &early);
    let line = format!("incident {}", at.trim_matches(|c: char| !c.is_ascii_digit()));
    let told = async {
        hers.says(&line, SOON).await;
        sofia.get(&at).await.text()
    };
    let (_, page) = tokio::join!(dating, told);
    assert!(page.contains("Time To Detect"), "{page}");
    t.ends_well().await;
}

#[tokio::test]
async fn nobody_hears_of_what_they_may_not_see_at_this_moment() {
    let t = App::start().await;
    let yusuf = t.web_as("yusuf.demir").await;
    let sofia = t.web_as("sofia.lindgren").await;
    let (mut inside, mut outside) = (Stream::open(&yusuf).await, Stream::open(&sofia).await);
    let page = declares(&yusuf, &[("asked[incident_category]", PRIVATE_CATEGORY)]).await;
    let at = path(&page);
    let line = format!("incident {}", at.trim_matches(|c: char| !c.is_ascii_digit()));
    inside.says(&line, SOON).await;
    t.run_jobs().await;
    assert!(outside.names_none(SOON).await, "an outsider hears nothing of it");

    let channel = t
        .sandbox
        .read(|s| s.slack.channels.iter().find(|c| c.name.contains("personal-data-breach")).cloned())
        .expect("a channel");
    t.sandbox.invite("U0YUSUF", &channel.id, "U0SOFIA").expect("she can be invited");
    outside.says("everything", 3 * SOON).await;
    t.run_jobs().await;
    outside.all(SOON).await;
    let says = |words| [("asked[message]", words)];
    let form = yusuf.get(&at).await;
    yusuf.submit(&form, "/fn/incident/update", &says("The leak is found and being closed.")).await;
    outside.says(&line, SOON).await;

    t.sandbox.leave("U0SOFIA", &channel.id).expect("she can leave");
    outside.says("everything", 3 * SOON).await;
    t.run_jobs().await;
    outside.all(SOON).await;
    let form = yusuf.get(&at).await;
    yusuf.submit(&form, "/fn/incident/update", &says("The leak is closed, we look for its cause.")).await;
    inside.says(&line, SOON).await;
    t.run_jobs().await;
    assert!(outside.names_none(SOON).await, "who left hears nothing more");
    t.ends_well().await;
}

#[tokio::test]
async fn a_stream_ends_with_its_session_and_before_the_server() {
    let t = App::start().await;
    let other = t.another_server(Setup { no_worker: true, ..Setup::default() }).await;
    let nobody = t.web().open("/fn/live").await;
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);

    let sofia = t.web_as("sofia.lindgren").await;
    let mut hers = Stream::open(&sofia.at(&other.url)).await;
    let ines = t.web_as("ines.okafor").await;
    let mut another = Stream::open(&ines).await;
    sofia.post("/admin/logout/", &[]).await;
    hers.says("signed-out", SOON).await;
    assert!(hers.ends(SOON).await, "nothing comes after it");
    assert!(!another.all(SOON).await.contains(&"signed-out".to_owned()), "other sessions go on");

    t.server.terminate().await;
    assert!(another.ends(SOON).await, "an order to stop ends streams first");
    t.server.until_dead().await;
    t.restart().await;
}
