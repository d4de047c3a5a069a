//! What a search found is known for its pages, and never older than the request that shows it.

use super::{declares, path};
use reqwest::StatusCode;
use sqlx::AssertSqlSafe;
use std::collections::BTreeSet;
use tests::app::{App, Setup, Web, doors::PRIVATE_CATEGORY};

async fn search(web: &Web, query: &str) -> (Vec<i64>, String) {
    let page = web.get(&format!("/incident/?{query}")).await;
    assert_eq!(page.status, StatusCode::OK, "{query}");
    let rows = page.html.split_once("<tbody").map_or("", |(_, rows)| rows).split("<tr").skip(1);
    let number = |row: &str| row.split_once("href=\"/incident/")?.1.split('/').next()?.parse().ok();
    (
        rows.map(|row| number(row).unwrap_or_else(|| panic!("a row without a number: {row}"))).collect(),
        page.text(),
    )
}

async fn run(t: &App, sql: &str) {
    sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&t.db).await.unwrap_or_else(|e| panic!("{e}: {sql}"));
}

fn number(at: &str) -> i64 {
    at.trim_matches('/').rsplit('/').next().and_then(|number| number.parse().ok()).expect("a number")
}

// Two servers, words that come and go, and one that becomes private: whoever asks finds what is true now.
#[tokio::test]
async fn a_search_is_as_new_as_the_request_on_every_server() {
    let t = App::start().await;
    let two = t.another_server(Setup::default()).await;
    let (yusuf, ines) = (t.web_as("yusuf.demir").await, Web::signed_in(&two.url, "ines.okafor").await);
    let mut expected = Vec::new();
    for round in 0..4 {
        let web = if round % 2 == 0 { &yusuf } else { &ines };
        let said = declares(web, &[("asked[title]", &format!("Zebras in the warehouse, {round}"))]).await;
        expected.insert(0, number(&path(&said)));
        for web in [&ines, &yusuf, &ines] {
            assert_eq!(search(web, "search=zebra").await.0, expected, "round {round}");
        }
    }
    let changed = expected.remove(1);
    run(&t, &format!("UPDATE incidents SET title = 'Horses in the yard' WHERE id = {changed}")).await;
    for web in [&ines, &yusuf] {
        assert_eq!(search(web, "search=zebra").await.0, expected);
        assert_eq!(search(web, "search=horse").await.0, [changed]);
    }
    // She holds no role and is no member.
    let hidden = expected[0];
    run(&t, &format!("DELETE FROM incident_members WHERE incident_id = {hidden}")).await;
    run(&t, &format!("DELETE FROM incident_roles WHERE incident_id = {hidden}")).await;
    run(
        &t,
        &format!(
            "UPDATE incidents SET private = true, created_by = (SELECT id FROM users WHERE username = 'yusuf.demir')
             WHERE id = {hidden}"
        ),
    )
    .await;
    let (found, text) = search(&ines, "search=zebra").await;
    assert_eq!(found, expected[1..]);
    assert!(text.contains("2 of 2"), "{text}");
    let (found, text) = search(&yusuf, "search=zebra").await;
    assert_eq!(found, expected);
    assert!(text.contains("3 of 3"), "{text}");
}

// The same words of those inside and outside, at one moment.
#[tokio::test]
async fn a_private_incident_is_found_by_those_inside_alone() {
    let t = App::start().await;
    let (yusuf, sofia) = (t.web_as("yusuf.demir").await, t.web_as("sofia.lindgren").await);
    let more =
        [("asked[title]", "Zebras were read by a stranger"), ("asked[incident_category]", PRIVATE_CATEGORY)];
    let id = number(&path(&declares(&yusuf, &more).await));
    for query in ["search=zebra".to_owned(), format!("search={id}"), "search=zebra&sort=title".into()] {
        for _ in 0..2 {
            assert_eq!(search(&sofia, &query).await.0, Vec::<i64>::new(), "{query}");
            assert_eq!(search(&yusuf, &query).await.0, [id], "{query}");
        }
    }
}

// Page by page nothing is missing and nothing comes twice; of many, the newest 1,000 are ranked, and the page says so.
#[tokio::test]
async fn pages_of_a_search_are_one_list() {
    let t = App::start().await;
    let yusuf = t.web_as("yusuf.demir").await;
    let first = number(&path(&declares(&yusuf, &[("asked[title]", "Zebra zebra zebra")]).await));
    let copies = |upto: usize| {
        format!(
            "INSERT INTO incidents (title, description, priority_id, category_id, environment_id, created_by, private,
                                    created_at, updated_at)
             SELECT 'A zebra stands on road ' || n, 'It is one of many.', priority_id, category_id, environment_id,
                    created_by, false, created_at, updated_at
             FROM incidents, generate_series(1, {upto}) AS n WHERE id = {first}"
        )
    };
    run(&t, &copies(59)).await;
    let mut seen = BTreeSet::new();
    for (page, rows) in [(1, 25), (2, 25), (3, 10), (4, 0)] {
        let (found, text) = search(&yusuf, &format!("search=zebra&page={page}")).await;
        assert_eq!(found.len(), rows, "page {page}: {text}");
        assert!(found.into_iter().all(|id| seen.insert(id)), "page {page} repeats");
    }
    let best = search(&yusuf, "search=zebra").await.0[0];
    assert_eq!(best, first, "most of it is the word");
    // 1,000 younger ones: the best one is no longer looked at.
    run(&t, &copies(941)).await;
    let (found, text) = search(&yusuf, "search=zebra").await;
    assert!(!found.contains(&first) && text.contains("among the newest 1,000 matches"), "{text}");
    let last = search(&yusuf, "search=zebra&page=40").await.0;
    assert!(last.len() == 25 && !last.contains(&first), "{last:?}");
}
