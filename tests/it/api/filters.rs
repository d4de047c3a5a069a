//! What the list can be asked.

use super::{PRIYA, SOFIA, YUSUF, moves, numbers, wrong};
use reqwest::StatusCode;
use serde_json::json;
use std::time::Duration;
use tests::app::{
    App,
    doors::{CATEGORY, P1, P2, P4, PRD, STG},
};

/// Payments / another category than [`CATEGORY`], of the reference data.
async fn another_category(t: &App) -> (String, String) {
    let sql = "SELECT id::text, group_id::text FROM incident_categories
               WHERE NOT private AND group_id <> (SELECT group_id FROM incident_categories WHERE id = $1::uuid)
               ORDER BY position, name LIMIT 1";
    sqlx::query_as(sql).bind(CATEGORY).fetch_one(&t.db).await.expect("a category")
}

// API-029 API-030 API-031 API-032 API-033 API-034 API-035 API-036 API-037 API-039 API-041: parameters narrow, values of one widen, order is as asked.
#[tokio::test]
async fn parameters_narrow_each_other_and_their_values_are_alternatives() {
    let t = App::start().await;
    let api = t.api_as(YUSUF).await;
    let (category, group) = another_category(&t).await;
    let a = api.declares(json!({"title": "Beta gateway down", "priority_id": P4})).await;
    t.run_jobs().await;
    let web = t.web_as("yusuf.demir").await;
    moves(&t, &web, a, &[20]).await;
    t.advance(Duration::from_secs(86_400)).await;
    let b = api
        .declares(json!({"title": "Alpha search slow", "environment_id": STG, "priority_id": P1, "created_by_email": SOFIA}))
        .await;
    let c = api
        .declares(json!({"title": "Gamma refunds wrong", "incident_category_id": category, "ignore": true,
                         "description": "Refunds of the zebra kind.", "created_by_email": PRIYA}))
        .await;
    let users: Vec<String> = {
        let sql = "SELECT id::text FROM users WHERE email = ANY($1) ORDER BY email";
        sqlx::query_scalar(sql).bind(vec![PRIYA, SOFIA]).fetch_all(&t.db).await.expect("two people")
    };
    for (query, expected) in [
        ("status=10".to_owned(), vec![c, b]),
        ("status=20".into(), vec![a]),
        ("status=10&status=20".into(), vec![c, b, a]),
        ("status=60".into(), vec![]),
        (format!("environment={STG}"), vec![b]),
        (format!("environment={STG}&environment={PRD}"), vec![c, b, a]),
        (format!("priority={P1}&priority={P4}"), vec![b, a]),
        (format!("priority={P2}"), vec![c]),
        (format!("incident_category={category}"), vec![c]),
        (format!("incident_category={CATEGORY}"), vec![b, a]),
        (format!("group={group}"), vec![c]),
        (format!("created_by={}", users[1]), vec![b]),
        (format!("created_by={}&created_by={}", users[0], users[1]), vec![c, b]),
        (format!("environment={PRD}&priority={P4}&status=20"), vec![a]),
        ("created_at=2026-11".into(), numbers(&api, "created_at__lt=2026-12-01").await),
        (format!("id={b}"), vec![b]),
        (format!("id__iexact={b}"), vec![b]),
        ("id=abc".into(), vec![]),
        (format!("id__in={a},{c}"), vec![c, a]),
        (format!("id__gte={b}"), vec![c, b]),
        (format!("id__gt={b}"), vec![c]),
        (format!("id__lte={b}"), vec![b, a]),
        (format!("id__lt={b}"), vec![a]),
        ("_status__lt=20".into(), vec![c, b]),
        ("_status__lte=20".into(), vec![c, b, a]),
        ("_status__gt=10".into(), vec![a]),
        ("_status__gte=20".into(), vec![a]),
        ("environment__value=PRD".into(), vec![c, a]),
        ("environment__value=prd".into(), vec![]),
        ("environment__value__in=PRD,STG".into(), vec![c, b, a]),
        ("ignore=true".into(), vec![c]),
        ("ignore=1".into(), vec![c]),
        ("ignore=false".into(), vec![b, a]),
        ("search=zebra".into(), vec![c]),
        ("search=gateway".into(), vec![a]),
        ("search=nothing-like-it".into(), vec![]),
        ("order_by=id".into(), vec![a, b, c]),
        ("order_by=-created_at".into(), vec![c, b, a]),
        ("order_by=created_at".into(), vec![a, b, c]),
        ("order_by=title".into(), vec![b, a, c]),
        ("order_by=-title".into(), vec![c, a, b]),
        ("order_by=priority".into(), vec![b, c, a]),
        ("order_by=-priority,id".into(), vec![a, c, b]),
        ("order_by=created_by".into(), vec![c, b, a]),
        ("status=10&status=20&order_by=-created_at".into(), vec![c, b, a]),
        ("status=&search=&no_such_parameter=7&sort=title&per_page=1&page=9".into(), vec![c, b, a]),
    ] {
        assert_eq!(numbers(&api, &query).await, expected, "{query}");
    }
    // The first was declared a day before the others.
    let (_, row) = api.get(&format!("incidents/{b}/")).await;
    let born = row["created_at"].as_str().expect("text").to_owned();
    let exact = born.replace('+', "%2B");
    let (day, minute) = (&born[..10], format!("{} {}", &born[..10], &born[11..16]));
    for (query, expected) in [
        (format!("created_at__gte={exact}"), vec![c, b]),
        (format!("created_at__gt={exact}"), vec![c]),
        (format!("created_at__lte={exact}"), vec![b, a]),
        (format!("created_at__lt={exact}"), vec![a]),
        (format!("created_at__gte={day}"), vec![c, b]),
        (format!("created_at__lt={minute}"), vec![a]),
    ] {
        assert_eq!(numbers(&api, &query).await, expected, "{query}");
    }
    t.ends_well().await;
}

// API-040 API-073: wrong values are told under their parameters.
#[tokio::test]
async fn wrong_values_are_told_under_their_parameters() {
    let t = App::start().await;
    let api = t.api_as(YUSUF).await;
    let nil = "00000000-0000-0000-0000-000000000000";
    for (query, fields) in [
        ("status=abc".to_owned(), vec!["status"]),
        ("status=11".into(), vec!["status"]),
        ("environment=abc".into(), vec!["environment"]),
        (format!("priority={nil}"), vec!["priority"]),
        (format!("group={nil}&incident_category={nil}"), vec!["incident_category", "group"]),
        ("created_at=whenever".into(), vec!["created_at"]),
        ("created_at__gte=whenever".into(), vec!["created_at__gte"]),
        ("id__gt=x&_status__lt=y".into(), vec!["id__gt", "_status__lt"]),
        ("id__in=1,x".into(), vec!["id__in"]),
        ("order_by=colour".into(), vec!["order_by"]),
    ] {
        for path in ["incidents/", "incidents.csv"] {
            let (status, body) = api.get(&format!("{path}?{query}")).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
            let told: Vec<String> = wrong(&body).into_iter().map(|(field, _)| field).collect();
            assert_eq!(told, fields, "{query}");
        }
    }
}
