//! Declaring on the web.

use super::{declaration, declares, incidents, path};
use reqwest::StatusCode;
use tests::app::App;

// WEB-086 WEB-087 WEB-088 WEB-089 CORE-060 CORE-061: wrong input is told at its field and kept; what is right is declared, once, and gets its channel.
#[tokio::test]
async fn what_is_wrong_is_told_and_kept_and_what_is_right_is_declared_once() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;

    let refused = declares(
        &web,
        &[("asked[title]", "Short"), ("asked[description]", "<script>alert('x')</script> since 14:40")],
    )
    .await;
    assert!(refused.at.starts_with("/incident/create/"), "back on the form: {}", refused.at);
    assert!(refused.text().contains("At least 10 characters"), "{}", refused.text());
    let kept = refused.form("/fn/incident/declare");
    let value = |name: &str| kept.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    assert_eq!(value("asked[title]"), Some("Short"));
    assert_eq!(value("asked[description]"), Some("<script>alert('x')</script> since 14:40"));
    assert!(!refused.html.contains("<script>alert"), "what was typed is text, not markup");
    assert_eq!(incidents(&t).await, 0);

    let form = web.get("/incident/create/").await;
    let first = web.submit(&form, "/fn/incident/declare", &declaration(&[])).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text());
    let again = web.submit(&form, "/fn/incident/declare", &declaration(&[])).await;
    assert_eq!(path(&first), path(&again), "the same form sent twice leads to the same incident");
    assert_eq!(incidents(&t).await, 1);
    let other = web
        .submit(&form, "/fn/incident/declare", &declaration(&[("asked[title]", "Something else is broken")]))
        .await;
    assert!(
        other.text().contains("Sent already as #"),
        "another text under the same key is asked about: {}",
        other.text()
    );
    assert_eq!(incidents(&t).await, 1);

    t.run_jobs().await;
    let page = web.get(&path(&first)).await;
    let text = page.text();
    assert!(text.contains("Card payments fail at checkout") && text.contains("Yusuf Demir"), "{text}");
    assert!(page.html.contains("-prd-other"), "the channel is named: {text}");
    t.ends_well().await;
}

// What may be the same is shown by words and category; what was written goes there instead, once, and nothing is declared.
#[tokio::test]
async fn what_is_there_already_gets_the_words_instead() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    let cards = declares(&web, &[]).await;
    let search = declares(&web, &[("asked[title]", "Search results are empty")]).await;
    let (cards, search) = (path(&cards), path(&search));
    let form = web.get("/incident/create/").await;
    assert!(form.text().contains("Card payments fail") && form.text().contains("Search results are empty"));

    let short = declares(&web, &[("asked[title]", "Payments"), ("asked[incident_category]", "")]).await;
    let text = short.text();
    assert!(
        text.contains("Card payments fail") && !text.contains("Search results are empty"),
        "by words: {text}"
    );

    let number = cards.trim_end_matches('/').rsplit('/').next().expect("a number");
    let words = [
        ("asked[title]", "Payments fail"),
        ("asked[description]", "The mobile app shows it too, since noon."),
        ("instead", number),
    ];
    for _ in 0..2 {
        let page = web.submit(&form, "/fn/incident/declare", &declaration(&words)).await;
        assert_eq!(path(&page), cards, "the incident that exists: {}", page.text());
    }
    let page = web.get(&cards).await.text();
    assert!(page.contains("The mobile app shows it too"), "{page}");
    assert_eq!(page.matches("posted an update").count(), 1, "said once: {page}");
    assert_eq!(incidents(&t).await, 2);
    assert!(!web.get(&search).await.text().contains("The mobile app"));
    t.ends_well().await;
}

// WEB-090 CORE-146 CORE-071: impacts suggest the priority; a P4 has no channel, and the page says so.
#[tokio::test]
async fn impacts_suggest_the_priority_and_a_p4_has_no_channel() {
    let t = App::start().await;
    let web = t.web_as("mara.lindqvist").await;
    let low = [("asked[priority]", ""), ("asked[impacts][customers_impact]", "LO")];
    let page = declares(&web, &low).await;
    assert!(page.text().contains("P4"), "{}", page.text());
    t.run_jobs().await;
    assert!(t.jobs().await.is_empty(), "no job follows: {:?}", t.jobs().await);
    let page = web.get(&path(&page)).await;
    assert!(page.text().contains("no channel"), "{}", page.text());

    let high = [
        ("asked[priority]", ""),
        ("asked[impacts][customers_impact]", "HI"),
        ("asked[impacts][business_impact]", "LO"),
    ];
    let page = declares(&web, &high).await;
    assert!(page.text().contains("P2"), "the worst answer counts: {}", page.text());
    let none = [("asked[priority]", ""), ("asked[impacts][customers_impact]", "NO")];
    let page = declares(&web, &none).await;
    assert!(page.at.starts_with("/incident/create/"), "no impact, no priority: it is asked for: {}", page.at);
    t.ends_well().await;
}

// WEB-083: P1 to P5 and GAMEDAY, each with its own badge in the list and on its page.
#[tokio::test]
async fn every_priority_has_its_badge() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    let api = t.api_as("yusuf.demir@example.com").await;
    let priorities: Vec<(uuid::Uuid, String)> =
        sqlx::query_as("SELECT id, name FROM priorities ORDER BY value")
            .fetch_all(&t.db)
            .await
            .expect("priorities");
    let names: Vec<&str> = priorities.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(names, ["P1", "P2", "P3", "P4", "P5", "GAMEDAY"]);
    let badges = ["prio-1", "prio-2", "prio-3", "prio-4", "prio-5", "prio-gd"];
    for ((priority, name), badge) in priorities.iter().zip(badges) {
        let id = api.declares(serde_json::json!({ "priority_id": priority })).await;
        let page = web.get(&format!("/incident/{id}/")).await;
        let large = format!("class=\"prio {badge} prio-lg\"");
        assert_eq!(page.html.matches(&large).count(), 1, "{name} beside the title");
        let list = web.get(&format!("/incident/?priority={priority}")).await;
        let rows = list.html.split("<tbody").nth(1).and_then(|rest| rest.split("</tbody>").next());
        let badges = rows.expect("a table").matches(&format!("class=\"prio {badge}\"")).count();
        assert_eq!(badges, 1, "{name} in the list");
    }
    t.ends_well().await;
}
