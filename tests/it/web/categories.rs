//! The list of categories: found by words and group, with how often each failed.

use super::{declares, path};
use reqwest::StatusCode;
use std::time::Duration;
use tests::app::{
    App,
    doors::{CATEGORY, PRIVATE_CATEGORY, Page},
};

/// The names of the rows, in their order.
fn names(page: &Page) -> Vec<String> {
    let body = page.html.split("<tbody").nth(1).unwrap_or_default();
    let rows = body.split("scope=\"row\"").skip(1);
    let name = |row: &str| {
        let link = row.split("<a ").nth(1)?.split_once('>')?.1;
        Some(link.split("</a>").next()?.split("<!").next()?.to_owned())
    };
    rows.filter_map(name).collect()
}

// CORE-154 WEB-115: words of names, descriptions and groups are found, by their stems; blank is everything; a group narrows.
#[tokio::test]
async fn categories_are_found_by_words_and_group() {
    let t = App::start().await;
    sqlx::raw_sql(
        "UPDATE groups SET description = 'Whatever concerns a zeppelin' WHERE name = 'Other';
         UPDATE incident_categories SET description = 'Everything about walruses' WHERE name = 'Personal Data Breach'",
    )
    .execute(&t.db)
    .await
    .expect("written");
    let web = t.web_as("yusuf.demir").await;
    let all = web.get("/incident-category/").await;
    assert_eq!(names(&all).len(), 59, "{}", all.text());
    assert!(!all.text().contains("N/A"), "no MTBF without a period: {}", all.text());
    assert_eq!(names(&web.get("/incident-category/?search=%20%20").await).len(), 59);
    for (words, expected) in
        [("walrus", vec!["Personal Data Breach"]), ("breach -walrus", vec![]), ("kangaroo", vec![])]
    {
        let page = web.get(&format!("/incident-category/?search={words}")).await;
        assert_eq!(names(&page), expected, "{words}");
    }
    let page = web.get("/incident-category/?search=zeppelins").await;
    assert!(
        names(&page).len() > 1 && names(&page).contains(&"Other".to_owned()),
        "by their group: {:?}",
        names(&page)
    );
    let group: uuid::Uuid =
        sqlx::query_scalar("SELECT group_id FROM incident_categories WHERE id = $1::uuid")
            .bind(CATEGORY)
            .fetch_one(&t.db)
            .await
            .expect("a group");
    let page = web.get(&format!("/incident-category/?group={group}&sort=-name")).await;
    assert!(names(&page).contains(&"Other".to_owned()) && names(&page).len() < 59, "{:?}", names(&page));
    let mut sorted = names(&page);
    sorted.sort_by_key(|name| std::cmp::Reverse(name.to_lowercase()));
    assert_eq!(names(&page), sorted);
    assert_eq!(names(&web.get(&format!("/incident-category/?id={CATEGORY}")).await), ["Other"]);
    assert_eq!(names(&web.get("/incident-category/?private=true").await).len(), 2);
    assert_eq!(web.get("/incident-category/?page=2").await.status, StatusCode::NOT_FOUND);
    t.ends_well().await;
}

// CORE-141 CORE-142 CORE-143 WEB-116 WEB-117: with a period, MTBF and counts of what one may see; its bounds are said, and end now; an open one is told.
#[tokio::test]
async fn with_a_period_it_is_said_how_often_each_failed() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    for _ in 0..2 {
        declares(&web, &[]).await;
    }
    let private = path(&declares(&web, &[("asked[incident_category]", PRIVATE_CATEGORY)]).await);
    assert!(private.starts_with("/incident/"));
    t.advance(Duration::from_secs(3_600)).await;
    // Two hours of one of them were spent fixing.
    sqlx::query(
        "INSERT INTO incident_metrics (incident_id, metric_type_id, duration_us)
         SELECT min(i.id), (SELECT id FROM metric_types WHERE type = 'time_to_fix'), 7200000000
         FROM incidents i WHERE i.category_id = $1::uuid",
    )
    .bind(CATEGORY)
    .execute(&t.db)
    .await
    .expect("written");
    let now = t.sandbox.read(|s| s.clock.now());
    let since = now - chrono::TimeDelta::hours(26);
    let period = format!("{} - now", since.format("%Y-%m-%dT%H:%M:%SZ"));
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    let query = form.append_pair("metrics_period", &period).append_pair("sort", "-incident_count").finish();
    let page = web.get(&format!("/incident-category/?{query}")).await;
    let text = page.text();
    assert!(text.contains("From 20"), "the bounds are said: {text}");
    // `now` is the whole day, and a day that is not over ends now: 26 h, less two, over two failures.
    let between = text.split("Other").nth(1).unwrap_or_default();
    assert!(text.contains("12:00:0") || text.contains("11:59:5"), "{between}");
    assert_eq!(names(&page).first().map(String::as_str), Some("Other"), "most failures first: {text}");
    assert!(
        text.contains("Personal Data Breach") && text.contains("1 day, 2:00:0")
            || text.contains("1 day, 1:59:5"),
        "{text}"
    );

    let sofia = t.web_as("sofia.lindgren").await;
    let hidden = sofia.get(&format!("/incident-category/?{query}&private=true")).await;
    assert!(hidden.text().contains("N/A"), "what is private is not counted: {}", hidden.text());
    assert!(!hidden.text().contains("1 day"), "{}", hidden.text());

    for (wrong, told) in [
        ("2026/01/01 - nothing", "open on one side"),
        ("2099/Q1", "begins in the future"),
        ("whenever", "no time range"),
    ] {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let query = form.append_pair("metrics_period", wrong).finish();
        let page = web.get(&format!("/incident-category/?{query}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains(told) && page.html.contains(wrong), "{wrong}: {}", page.text());
    }
    t.ends_well().await;
}
