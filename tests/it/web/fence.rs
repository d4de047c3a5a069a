//! A private incident is absent from everything that outsiders see.

use super::{declares, path};
use reqwest::StatusCode;
use tests::app::{App, doors::PRIVATE_CATEGORY};

// CORE-050 CORE-155 SLK-023 SLK-223: private by its category: members see it, outsiders the answer of a number that does not exist.
#[tokio::test]
async fn a_private_incident_does_not_exist_for_outsiders() {
    let t = App::start().await;
    let yusuf = t.web_as("yusuf.demir").await;
    let page = declares(
        &yusuf,
        &[
            ("asked[title]", "Buyer records were read by a stranger"),
            ("asked[incident_category]", PRIVATE_CATEGORY),
        ],
    )
    .await;
    let at = path(&page);
    t.run_jobs().await;
    assert!(yusuf.get(&at).await.text().contains("Private"), "it is marked for those on it");
    for place in ["/", "/incident/", "/incident/?search=stranger"] {
        assert!(yusuf.get(place).await.text().contains("Buyer records"), "its creator sees it in {place}");
    }

    let sofia = t.web_as("sofia.lindgren").await;
    let missing = sofia.get("/incident/999999/").await;
    let hidden = sofia.get(&at).await;
    assert_eq!((missing.status, hidden.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    let blank = |page: &tests::app::doors::Page, path: &str| page.text().replace(path, "<path>");
    assert_eq!(blank(&missing, "/incident/999999/"), blank(&hidden, &at), "the same words for both");
    for place in
        ["/", "/incident/", "/incident/?search=stranger", "/incident/?status=10", "/incident/create/"]
    {
        let text = sofia.get(place).await.text();
        assert!(!text.contains("Buyer records") && !text.contains("stranger's"), "{place}: {text}");
    }
    let update = sofia.get(&format!("{at}update/")).await;
    assert_eq!(update.status, StatusCode::NOT_FOUND);

    let channel = t
        .sandbox
        .read(|s| s.slack.channels.iter().find(|c| c.name.contains("personal-data-breach")).cloned())
        .expect("a channel");
    assert!(channel.is_private());
    assert!(t.sandbox.messages("tech-incidents").iter().all(|m| !m.by_app), "it is not announced");
    // Joining the channel makes a member, leaving ends it.
    t.sandbox.invite("U0YUSUF", &channel.id, "U0SOFIA").expect("she can be invited");
    t.run_jobs().await;
    let looks: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM looks l JOIN users u ON u.id = l.user_id WHERE u.username = 'sofia.lindgren'",
    )
    .fetch_one(&t.db)
    .await
    .expect("countable");
    assert_eq!(looks, 0, "who was refused has not looked");
    let page = sofia.get(&at).await;
    assert_eq!(page.status, StatusCode::OK, "who is in the channel sees it");
    assert!(!page.text().contains("Since you last looked"), "for the first time");
    t.sandbox.leave("U0SOFIA", &channel.id).expect("she can leave");
    t.run_jobs().await;
    assert_eq!(sofia.get(&at).await.status, StatusCode::NOT_FOUND, "and no longer when she left");
    t.ends_well().await;
}
