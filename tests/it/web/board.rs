//! What burns and what is active is read once for everybody, and is never older than the request that shows it.

use super::{declares, path};
use reqwest::StatusCode;
use tests::app::{
    App, Setup, Web,
    doors::{P1, PRIVATE_CATEGORY},
};

async fn dashboard(web: &Web) -> String {
    let page = web.get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    page.text()
}

// Whoever asks after a change sees it, whichever server they ask and however often it was shown before.
#[tokio::test]
async fn the_board_is_as_new_as_the_request_on_every_server() {
    let t = App::start().await;
    let two = t.another_server(Setup::default()).await;
    let (yusuf, ines) = (t.web_as("yusuf.demir").await, Web::signed_in(&two.url, "ines.okafor").await);
    for number in 1..=12 {
        let title = format!("Card payments fail, number {number}");
        let (here, there) = if number % 2 == 0 { (&yusuf, &ines) } else { (&ines, &yusuf) };
        declares(here, &[("asked[title]", &title)]).await;
        for web in [there, here, there] {
            let text = dashboard(web).await;
            let counted =
                if number == 1 { "1 active incident,".into() } else { format!("{number} active incidents,") };
            assert!(text.contains(&title) && text.contains(&counted), "{number}: {text}");
        }
    }
    // Also what no operation of ours wrote, and what is no incident.
    sqlx::query("UPDATE users SET first_name = 'Renamed' WHERE username = 'yusuf.demir'")
        .execute(&t.db)
        .await
        .expect("a new name");
    assert!(dashboard(&ines).await.contains("Renamed Demir"));
    assert!(dashboard(&yusuf).await.contains("Renamed Demir"));
}

// One board for all outsiders; who is let in sees it from then on, who is put out no longer, and the
// flame, the counts and "yours" say the same.
#[tokio::test]
async fn a_private_fire_is_on_the_board_of_those_inside_alone() {
    let t = App::start().await;
    let yusuf = t.web_as("yusuf.demir").await;
    let more = [
        ("asked[title]", "Buyer records were read by a stranger"),
        ("asked[incident_category]", PRIVATE_CATEGORY),
        ("asked[priority]", P1),
    ];
    let at = path(&declares(&yusuf, &more).await);
    let id: i64 = at.trim_matches('/').rsplit('/').next().expect("a number").parse().expect("a number");
    let (sofia, ines) = (t.web_as("sofia.lindgren").await, t.web_as("ines.okafor").await);
    let inside = async |web: &Web, expected: bool| {
        // Others ask before and after: what they are shown is kept.
        for _ in 0..2 {
            let text = dashboard(web).await;
            let elsewhere = web.get("/incident-category/").await.text();
            let said = [
                text.contains("Buyer records"),
                text.contains("1 active incident,"),
                elsewhere.contains(&format!("#{id} burning")),
            ];
            assert_eq!(said, [expected; 3], "{text}");
        }
    };
    inside(&sofia, false).await;
    inside(&yusuf, true).await;
    inside(&ines, false).await;
    let member = "(SELECT id FROM users WHERE username = 'sofia.lindgren')";
    let run = async |sql: String| {
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&t.db).await.expect("it is written");
    };
    run(format!(
        "INSERT INTO incident_members (incident_id, user_id, created_at) VALUES ({id}, {member}, now())"
    ))
    .await;
    inside(&ines, false).await;
    inside(&sofia, true).await;
    run(format!("DELETE FROM incident_members WHERE incident_id = {id} AND user_id = {member}")).await;
    inside(&sofia, false).await;
    inside(&yusuf, true).await;
    // Who may see every private one sees it without being on it.
    let sees = "SELECT id, 'view_private_incident' FROM users WHERE username = 'ines.okafor'";
    run(format!("INSERT INTO user_permissions (user_id, permission) {sees}")).await;
    inside(&ines, true).await;
    inside(&sofia, false).await;
}

// WEB-044: also a closed one, and a private one for those inside alone.
#[tokio::test]
async fn the_last_p1_is_that_of_who_looks() {
    let t = App::start().await;
    let yusuf = t.web_as("yusuf.demir").await;
    declares(&yusuf, &[("asked[incident_category]", PRIVATE_CATEGORY), ("asked[priority]", P1)]).await;
    sqlx::query(
        "UPDATE incidents SET status = 60, mitigated_at = created_at + interval '42 min',
                closed_at = created_at + interval '50 min'",
    )
    .execute(&t.db)
    .await
    .expect("it is over");
    let sofia = t.web_as("sofia.lindgren").await;
    for _ in 0..2 {
        assert!(dashboard(&sofia).await.contains("No P1 is on record."));
        let his = dashboard(&yusuf).await;
        assert!(his.contains("The last P1") && his.contains("took 42 minutes to fix."), "{his}");
    }
}
