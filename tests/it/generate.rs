//! Made-up incidents: what `firefighter seed --incidents` leaves behind.

use serde_json::json;
use tests::app::App;

// What is made up passes the same proof as what was lived; in production nothing is made up.
#[tokio::test]
async fn made_up_incidents_have_a_whole_history_and_no_place_in_production() {
    let t = App::start().await;
    let said = t.server.cli(&["seed", "--incidents", "300"]).await;
    assert!(said.contains("300 made-up incidents are there"), "{said}");
    let next = t.api_as("yusuf.demir@example.com").await.declares(json!({})).await;
    assert_eq!(next, 301, "numbers go on behind them");
    t.ends_well().await;
    let (private, open, streams): (i64, i64, i64) = sqlx::query_as(
        "SELECT count(*) FILTER (WHERE private), count(*) FILTER (WHERE status < 60),
                (SELECT count(*) FROM history_heads WHERE stream LIKE 'incident %')
         FROM incidents",
    )
    .fetch_one(&t.db)
    .await
    .expect("they can be counted");
    assert!(private > 0 && open > 50 && streams == 301, "{private} private, {open} open, {streams} streams");

    t.server.set_env("ENV", "prod");
    let (ok, said) = t.server.try_cli(&["seed", "--incidents", "1"]).await;
    assert!(!ok, "{said}");
    let incidents: i64 =
        sqlx::query_scalar("SELECT count(*) FROM incidents").fetch_one(&t.db).await.expect("counted");
    assert_eq!(incidents, 301, "{said}");
}
