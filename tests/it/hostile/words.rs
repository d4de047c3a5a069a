//! Words of people stay words: on pages, in Slack, in tables.

use super::{Attacker, unharmed};
use crate::web::{declares, path};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use tests::app::{Api, App, slack::Declares};

// WEB-067: markup in words is shown as it was typed; only addresses of the web become links.
#[tokio::test]
async fn markup_in_words_is_shown_and_never_run() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    let title = "<script>alert(1)</script> \"><img src=x onerror=alert(2)>";
    let text = "</textarea><svg/onload=alert(3)> [tap](javascript:alert(4)) ![i](http://evil.example/i.png)\n\
                javascript:alert(5) data:text/html,<script>alert(6)</script> <a href='//evil.example'>x</a>\n\
                https://evil.example/\"onmouseover=\"alert(7) {{7*7}} ${7*7} <!-- --><style>*{display:none}</style>";
    let page = declares(&web, &[("asked[title]", title), ("asked[description]", text)]).await;
    let at = path(&page);
    assert!(at.starts_with("/incident/"), "{}", page.text());
    let page = web.get(&at).await;
    web.submit(&page, "/fn/incident/update", &[("asked[message]", text)]).await;
    t.run_jobs().await;
    let search = format!(
        "/incident/?search={}",
        "%3Cscript%3Ealert(8)%3C/script%3E%22%3E%3Cimg%20src=x%20onerror=alert(9)%3E"
    );
    for place in ["/", "/incident/", &at, &format!("{at}update/"), &search] {
        let page = web.get(place).await;
        assert_eq!(page.status, StatusCode::OK, "{place}");
        let html = page.html.to_lowercase();
        for runs in [
            "<script>alert",
            "<img src=x",
            "<svg/onload",
            "href=\"javascript:",
            "href=\"data:",
            "src=\"http://evil",
            "<a href='//evil",
            "<style>*",
        ] {
            assert!(!html.contains(runs), "{runs} stands in {place}");
        }
    }
    let page = web.get(&at).await;
    // Where a person's words hold `<` it is escaped, so that each of these is a tag of ours.
    let tags = page.html.split('<').skip(1).map(|tag| tag.split('>').next().unwrap_or_default());
    let handles = |tag: &&str| {
        tag.contains("\"onmouseover") || tag.split(' ').any(|a| a.starts_with("on") && a.contains('='))
    };
    assert_eq!(tags.filter(handles).collect::<Vec<_>>(), [""; 0]);
    let text = page.text();
    for shown in ["<script>alert(1)</script>", "[tap](javascript:alert(4))", "{{7*7}}"] {
        assert!(text.contains(shown), "{shown} is shown as it was typed: {text}");
    }
    unharmed(&t).await;
    t.ends_well().await;
}

#[tokio::test]
async fn what_deceives_the_eye_is_not_stored() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    let api = t.api_as(super::YUSUF).await;
    let turned = "Refund of \u{202E}RUE 09\u{202C} is \u{200B}stuck\u{2066}\u{FEFF}";
    let at = path(&declares(&web, &[("asked[title]", turned)]).await);
    let page = web.get(&at).await;
    assert!(page.text().contains("Refund of RUE 09 is stuck"), "{}", page.text());
    let (status, body) =
        api.post("incidents", Api::declaration(json!({ "title": turned, "description": turned }))).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    assert_eq!(body["title"], "Refund of RUE 09 is stuck");
    for page in [web.get("/").await, web.get("/incident/").await, web.get(&at).await] {
        let odd = page.html.chars().find(
            |c| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200B}' | '\u{FEFF}'),
        );
        assert_eq!(odd, None, "{}", page.at);
    }
    let unseen = "\u{200B}\u{200D}\u{2060}\u{200E}".repeat(5);
    let refused = declares(&web, &[("asked[title]", &unseen)]).await;
    assert!(refused.at.starts_with("/incident/create/"), "a title of nothing is none: {}", refused.at);
    let (status, body) = api.post("incidents", Api::declaration(json!({ "title": unseen }))).await;
    assert_eq!((status, &body["errors"][0]["attr"]), (StatusCode::BAD_REQUEST, &json!("title")), "{body}");
    // What people do write stays: Persian with its joiner, an emoji of three, Hebrew.
    let kept = "می\u{200C}خواهم \u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} שלום";
    let (_, body) = api.post("incidents", Api::declaration(json!({ "title": kept }))).await;
    assert_eq!(body["title"], kept);
    t.ends_well().await;
}

/// Every text in Slack's markup, anywhere in a message or view.
fn marked(node: &Value, found: &mut Vec<String>) {
    if node["type"] == "mrkdwn"
        && let Some(text) = node["text"].as_str()
    {
        found.push(text.to_owned());
    }
    match node {
        Value::Array(all) => all.iter().for_each(|one| marked(one, found)),
        Value::Object(map) => map.values().for_each(|one| marked(one, found)),
        _ => {}
    }
}

// SLK-026: what people write mentions nobody, links nowhere and ends no formatting.
#[tokio::test]
async fn words_of_people_are_no_markup_in_slack() {
    let t = App::start().await;
    let evil = "<!channel> <@U0INES> <http://evil.example|bank> <#C0|x> <!subteam^S1> &lt;!here&gt; *b* `c`";
    let said = Declares {
        title: format!("Down {evil}"),
        description: format!("Seen {evil}\n> {evil}"),
        ..Declares::default()
    };
    let yusuf = t.slack("U0YUSUF");
    let id = yusuf.declares(&said).await;
    t.run_jobs().await;
    let web = t.web_as("yusuf.demir").await;
    let page = web.get(&format!("/incident/{id}/")).await;
    web.submit(&page, "/fn/incident/update", &[("asked[message]", &format!("News {evil}"))]).await;
    t.run_jobs().await;
    yusuf.types("general", "update").await;
    let picker = yusuf.reads("Which incident").await;

    let (mut texts, mut quoted) = (Vec::new(), 0);
    let channels = t.sandbox.read(|s| s.slack.channels.clone());
    for channel in &channels {
        for message in channel.messages.iter().filter(|m| m.by_app) {
            texts.push(message.text.clone());
            marked(&json!([message.blocks, message.attachments]), &mut texts);
        }
        // Slack reads a topic as markup too.
        texts.push(channel.topic.value.clone());
        texts.push(channel.purpose.value.clone());
    }
    marked(&json!(picker.content), &mut texts);
    for text in &texts {
        for works in ["<!channel", "<!here", "<!subteam", "<@U0INES>", "<http://evil", "<#C0|"] {
            assert!(!text.contains(works), "{works} works in: {text}");
        }
        quoted += usize::from(text.contains("&lt;!channel&gt;"));
    }
    assert!(quoted >= 3, "the words are told as they were typed: {texts:#?}");
    t.ends_well().await;
}

#[tokio::test]
async fn no_cell_of_a_table_is_a_formula() {
    let t = App::start().await;
    let who = Attacker::of(&t).await;
    let api = t.api_as(super::YUSUF).await;
    for title in ["=HYPERLINK(\"http://evil.example\",\"x\")", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)"] {
        api.declares(json!({ "title": title })).await;
    }
    for (format, cell) in [("csv", ','), ("tsv", '\t')] {
        let path = format!("incidents.{format}?fields=title,%3Dcmd%7C%27x%27!A0");
        let answer = who.program(Method::GET, &path).send().await.expect("an answer");
        let kind = answer.headers()[header::CONTENT_TYPE].to_str().expect("text").to_owned();
        assert!(kind.contains(format) || kind.contains("tab-separated"), "{kind}");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        let table = answer.text().await.expect("a body");
        assert_eq!(table.lines().count(), 5, "{table}");
        for line in table.lines() {
            for value in line.split(cell) {
                let value = value.trim_start_matches('"');
                assert!(!value.starts_with(['=', '+', '-', '@']), "{format}: {value} in {table}");
            }
        }
        assert!(table.contains("'-2+3") && table.contains("'@SUM(A1)"), "{table}");
    }
}
