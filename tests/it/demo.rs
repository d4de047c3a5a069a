//! Ninety days of a small company, told by one command.

use tests::app::{App, Setup};

#[tokio::test]
async fn an_empty_database_is_filled_once_with_a_company_at_work() {
    let t = App::start().await;
    let said = t.server.cli(&["seed", "--demo"]).await;
    assert!(said.contains("40 incidents"), "{said}");
    let (all, closed, private, costs): (i64, i64, i64, i64) = sqlx::query_as(
        "SELECT count(*), count(*) FILTER (WHERE status = 60), count(*) FILTER (WHERE private),
                (SELECT count(*) FROM incident_costs) FROM incidents",
    )
    .fetch_one(&t.db)
    .await
    .expect("countable");
    assert_eq!((all, closed, private), (40, 37, 2));
    assert!(costs > 10, "{costs} lines of costs");
    t.run_jobs().await;
    let channels: Vec<String> = t.sandbox.read(|s| {
        s.slack.channels.iter().map(|c| c.name.clone()).filter(|n| n.ends_with("-prd-payment")).collect()
    });
    assert_eq!(channels.len(), 1, "what burns now has its channel, what is over has none: {channels:?}");
    let again = t.server.cli(&["seed", "--demo"]).await;
    assert!(again.contains("40 incidents"), "the same words add nothing: {again}");
    let still: i64 =
        sqlx::query_scalar("SELECT count(*) FROM incidents").fetch_one(&t.db).await.expect("countable");
    assert_eq!(still, 40);
    t.ends_well().await;

    let used = App::start().await;
    used.server.cli(&["seed", "--incidents", "3"]).await;
    let said = used.server.cli(&["seed", "--demo"]).await;
    assert!(said.contains("in use"), "{said}");

    // Its people have a password that everybody knows.
    let real = App::with(Setup { no_slack: true, ..Setup::default() }).await;
    let (done, said) = real.server.try_cli(&["seed", "--demo"]).await;
    assert!(!done && said.contains("FF_SANDBOX_URL"), "{said}");
    let people: i64 =
        sqlx::query_scalar("SELECT count(*) FROM users WHERE email = 'priya.raman@example.com'")
            .fetch_one(&real.db)
            .await
            .expect("countable");
    assert_eq!(people, 0, "nobody was made");
}
