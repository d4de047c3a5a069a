//! The face without script: pages fetched and forms posted, as a plain browser does.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::routing::post;
use serde_json::{Value, json};

use crate::sandbox::{Options, Sandbox};

type Payloads = Arc<Mutex<Vec<Value>>>;

/// A product that opens a view on every command and keeps what is submitted.
async fn product(Shared((sandbox, seen)): Shared<(Sandbox, Payloads)>, body: Bytes) -> String {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(&body).unwrap_or_default();
    let get = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    if let Some(payload) = get("payload") {
        seen.lock().expect("no panic").push(serde_json::from_str(&payload).expect("JSON"));
        return String::new();
    }
    if let Some(trigger) = get("trigger_id") {
        tokio::spawn(async move {
            let opened = reqwest::Client::new()
                .post(format!("{}/views.open", sandbox.slack_api_url()))
                .bearer_auth("xoxb-sandbox");
            opened.json(&json!({ "trigger_id": trigger, "view": view() })).send().await.expect("opened");
        });
    }
    String::new()
}

fn view() -> Value {
    json!({ "type": "modal", "callback_id": "declare", "title": { "type": "plain_text", "text": "Declare <it>" },
        "submit": { "type": "plain_text", "text": "Go" }, "blocks": [
            { "type": "input", "block_id": "title", "label": { "type": "plain_text", "text": "Title" },
              "element": { "type": "plain_text_input", "action_id": "t", "min_length": 5 } },
            { "type": "input", "block_id": "who", "optional": true, "label": { "type": "plain_text", "text": "Who" },
              "element": { "type": "users_select", "action_id": "u" } },
            { "type": "input", "block_id": "where", "label": { "type": "plain_text", "text": "Where" },
              "element": { "type": "checkboxes", "action_id": "w", "options": [
                { "text": { "type": "plain_text", "text": "Production" }, "value": "prd" },
                { "text": { "type": "plain_text", "text": "Staging" }, "value": "stg" }] } },
            { "type": "actions", "block_id": "more", "elements": [
                { "type": "button", "action_id": "check", "value": "1", "text": { "type": "plain_text", "text": "Check" } }] }] })
}

async fn desk() -> (Sandbox, Payloads) {
    let sandbox = Sandbox::start(Options::default()).await.expect("started");
    let seen = Payloads::default();
    let routes = Router::new().route("/", post(product)).route("/{*rest}", post(product));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    sandbox.connect(&format!("http://{}", listener.local_addr().expect("bound")));
    let routes = routes.with_state((sandbox.clone(), seen.clone()));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (sandbox, seen)
}

async fn page(sandbox: &Sandbox, query: &str) -> String {
    let answer = reqwest::get(format!("{}/?{query}", sandbox.url())).await.expect("answered");
    answer.text().await.expect("HTML")
}

/// Posts a form and follows to the page it leads to.
async fn send(sandbox: &Sandbox, path: &str, pairs: &[(&str, &str)]) -> String {
    let who = [("as", "U0YUSUF"), ("at", "C0TECH")];
    let pairs: Vec<_> = who.iter().chain(pairs).collect();
    let answer = reqwest::Client::new()
        .post(format!("{}{path}", sandbox.url()))
        .form(&pairs)
        .send()
        .await
        .expect("answered");
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.expect("HTML")
}

#[tokio::test]
async fn what_people_write_is_shown_and_never_markup() {
    let (sandbox, _) = desk().await;
    let shown = send(&sandbox, "/face/send", &[("text", "<script>alert(1)</script> *bold*")]).await;
    assert!(shown.contains("&lt;script&gt;alert(1)&lt;/script&gt; <b>bold</b>"), "{shown}");
    let other = page(&sandbox, "as=U0INES&at=C0GENERAL").await;
    assert!(other.contains("1<span class=\"away\"> unread</span>"), "Ines has not read it");
    page(&sandbox, "as=U0INES&at=C0TECH").await;
    assert!(!page(&sandbox, "as=U0INES&at=C0GENERAL").await.contains(" unread</span>"));
}

#[tokio::test]
async fn a_command_opens_a_view_that_is_filled_and_sent_by_plain_forms() {
    let (sandbox, seen) = desk().await;
    let shown = send(&sandbox, "/face/send", &[("text", "/incident open")]).await;
    assert!(shown.contains("Declare &lt;it&gt;"), "the view is there after the acknowledgement: {shown}");
    let id = sandbox.view("U0YUSUF").expect("open").id;

    let typed =
        [("view", id.as_str()), ("has", "title/t"), ("v:title/t", "Checkout is down"), ("has", "where/w")];
    let mut pressed = typed.to_vec();
    pressed.push(("press", "more/check"));
    let shown = send(&sandbox, "/face/view", &pressed).await;
    assert!(shown.contains("value=\"Checkout is down\""), "what was typed is kept");
    assert_eq!(seen.lock().expect("no panic").last().expect("pressed")["actions"][0]["value"], "1");

    let mut sent = typed.to_vec();
    sent.push(("do", "submit"));
    let shown = send(&sandbox, "/face/view", &sent).await;
    assert!(shown.contains("Complete this required field") && shown.contains("1 thing to fix"), "{shown}");
    sent.extend([("v:where/w", "prd"), ("has", "who/u"), ("v:who/u", "U0MARA")]);
    send(&sandbox, "/face/view", &sent).await;
    assert!(sandbox.view("U0YUSUF").is_none(), "an empty answer closes the view");
    let seen = seen.lock().expect("no panic");
    let values = &seen.last().expect("submitted")["view"]["state"]["values"];
    assert_eq!(values["where"]["w"]["selected_options"][0]["value"], "prd");
    assert_eq!(values["who"]["u"]["selected_user"], "U0MARA");
    assert_eq!(sandbox.violations(), []);
}

#[tokio::test]
async fn the_panel_orders_faults_and_moves_the_clock() {
    let (sandbox, _) = desk().await;
    let shown = send(&sandbox, "/face/faults", &[("fault", "rate_limited"), ("for", "5")]).await;
    assert!(shown.contains("value=\"rate_limited\" checked") && shown.contains("5 left"), "{shown}");
    send(&sandbox, "/face/faults", &[("fault", "healthy"), ("for", "5")]).await;
    assert_eq!(sandbox.read(|state| state.faults.all().count()), 0);
    assert!(send(&sandbox, "/face/clock", &[("by", "3600000")]).await.contains("1 h ahead"));
    let shown = send(
        &sandbox,
        "/face/switches",
        &[("private_channels_forbidden", "true"), ("missing_scopes", "pins:write")],
    )
    .await;
    assert!(shown.contains("name=\"private_channels_forbidden\" value=\"true\" checked"));
    assert_eq!(sandbox.read(|state| state.slack.switches.missing_scopes.clone()), ["pins:write"]);
}

#[tokio::test]
async fn a_stranger_does_not_see_a_private_channel() {
    let (sandbox, _) = desk().await;
    let secret = sandbox.create_channel("U0INES", "secret-plans", true).expect("made");
    assert!(page(&sandbox, &format!("as=U0INES&at={secret}")).await.contains("secret-plans"));
    assert!(!page(&sandbox, &format!("as=U0YUSUF&at={secret}")).await.contains("secret-plans"));
}

#[tokio::test]
async fn an_address_that_makes_no_sense_shows_the_first_channel() {
    let (sandbox, _) = desk().await;
    let shown = page(&sandbox, "as=%3Cscript%3E&at=%22nowhere").await;
    assert!(shown.contains("<title>general | Sandbox</title>"), "{shown}");
}
