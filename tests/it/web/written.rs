//! What declaring and updating write down, looked at in the tables and the record.

use super::{declares, path};
use serde_json::{Value, json};
use tests::app::{
    App,
    doors::{CATEGORY, P1, P2, P4, PRD},
};

const UPDATE: &str = "/fn/incident/update";

// CORE-053 CORE-054 CORE-056 CORE-057: the first entry holds everything and who leads, at the time of declaring; `declared` stands beside it; who declared is on it.
#[tokio::test]
async fn declaring_writes_the_first_entry_the_key_event_and_the_member() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    declares(&web, &[]).await;
    let first: Value = sqlx::query_scalar(
        "SELECT jsonb_build_object(
             'title', p.title, 'description', p.description, 'status', p.status, 'priority', p.priority_id,
             'category', p.category_id, 'environment', p.environment_id, 'by', u.username,
             'at_declaring', p.event_ts = i.created_at, 'commander', c.username)
         FROM incident_updates p JOIN incidents i ON i.id = p.incident_id JOIN users u ON u.id = p.created_by
         JOIN incident_update_roles r ON r.update_id = p.id
         JOIN role_types k ON k.id = r.role_type_id AND k.slug = 'commander'
         JOIN users c ON c.id = r.user_id
         WHERE NOT p.is_milestone",
    )
    .fetch_one(&t.db)
    .await
    .expect("one first entry");
    let whole = json!({
        "title": "Card payments fail at checkout",
        "description": "Customers reach the last step and get an error.",
        "status": 10, "priority": P2, "category": CATEGORY, "environment": PRD,
        "by": "yusuf.demir", "at_declaring": true, "commander": "yusuf.demir",
    });
    assert_eq!(first, whole);
    let declared: (String, bool, String) = sqlx::query_as(
        "SELECT p.event_type, p.event_ts = i.created_at, u.username
         FROM incident_updates p JOIN incidents i ON i.id = p.incident_id JOIN users u ON u.id = p.created_by
         WHERE p.is_milestone",
    )
    .fetch_one(&t.db)
    .await
    .expect("one key event");
    assert_eq!(declared, ("declared".to_owned(), true, "yusuf.demir".to_owned()));
    let members: Vec<String> =
        sqlx::query_scalar("SELECT u.username FROM incident_members m JOIN users u ON u.id = m.user_id")
            .fetch_all(&t.db)
            .await
            .expect("members");
    assert!(members.contains(&"yusuf.demir".to_owned()), "{members:?}");
    t.ends_well().await;
}

// CORE-059: the hand-off to the channel follows a declaration of every door, where it is critical.
#[tokio::test]
async fn every_door_hands_over_to_the_channel_where_it_is_critical() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    let api = t.api_as("yusuf.demir@example.com").await;
    let number = |at: &str| at.split('/').find_map(|part| part.parse::<i64>().ok()).expect("a number");
    let by_web = number(&declares(&web, &[]).await.at);
    let quiet = number(&declares(&web, &[("asked[priority]", P4)]).await.at);
    let by_api = api.declares(json!({ "title": "Invoices show the old address" })).await;
    t.run_jobs().await;
    let channels: Vec<i64> =
        sqlx::query_scalar("SELECT incident_id FROM jobs WHERE kind = 'slack.create_channel' ORDER BY 1")
            .fetch_all(&t.db)
            .await
            .expect("jobs");
    assert_eq!(channels, [by_web, by_api], "and none for {quiet}");
    t.ends_well().await;
}

// CORE-075 CORE-080: nothing asked is refused without a trace; what changed is handed on with before and after.
#[tokio::test]
async fn an_update_without_anything_is_refused_and_one_with_something_is_recorded() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    let at = path(&declares(&web, &[]).await);
    t.run_jobs().await;
    let before = t.end_state().await;
    let form = web.get(&at).await;
    let refused = web.submit(&form, UPDATE, &[("asked[message]", "  ")]).await;
    assert!(refused.text().contains("Nothing is changed"), "{}", refused.text());
    assert_eq!(t.end_state().await, before, "nothing is written and nothing follows");

    let form = web.get(&at).await;
    web.submit(&form, UPDATE, &[("asked[status][to]", "20"), ("asked[priority][to]", P1)]).await;
    let facts: Value = sqlx::query_scalar(
        "SELECT body::jsonb->'facts' FROM history WHERE kind = 'incident_updated' ORDER BY at DESC LIMIT 1",
    )
    .fetch_one(&t.db)
    .await
    .expect("a record");
    assert_eq!(facts["fields"]["status"], json!({ "from": 10, "to": 20 }));
    assert_eq!(facts["fields"]["priority"], json!({ "from": P2, "to": P1 }));
    let entry: uuid::Uuid = sqlx::query_scalar("SELECT id FROM incident_updates WHERE status = 20")
        .fetch_one(&t.db)
        .await
        .expect("an entry");
    assert_eq!(facts["update"], json!(entry));
    let told: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM jobs WHERE kind = 'slack.post_update' AND payload::text LIKE '%' || $1 || '%'",
    )
    .bind(entry.to_string())
    .fetch_one(&t.db)
    .await
    .expect("countable");
    assert_eq!(told, 1, "handed on once, with the entry");
    t.ends_well().await;
}

// CORE-045: newest first by when it happened, not by when it was written down.
#[tokio::test]
async fn the_timeline_stands_in_the_order_in_which_things_happened() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    let at = path(&declares(&web, &[]).await);
    for words in ["First, the gateway is slow.", "Second, the provider is slow."] {
        t.advance(std::time::Duration::from_secs(60)).await;
        let form = web.get(&at).await;
        web.submit(&form, UPDATE, &[("asked[message]", words)]).await;
    }
    let order = |page: &str| {
        let line = page.split("id=\"timeline\"").nth(1).expect("a timeline").to_owned();
        line.find("First, the gateway") < line.find("Second, the provider")
    };
    assert!(!order(&web.get(&at).await.html), "the second stands above");
    sqlx::query("UPDATE incident_updates SET event_ts = event_ts - interval '90 seconds' WHERE message LIKE 'Second%'")
        .execute(&t.db)
        .await
        .expect("it happened before");
    assert!(order(&web.get(&at).await.html), "and below, when it happened before");
}

// CORE-157 CORE-158: a key is held once while it is open up to Mitigated; Post-mortem and Closed free it; without a key nothing collides.
#[tokio::test]
async fn a_key_is_held_once_by_what_is_open() {
    let t = App::start().await;
    let api = t.api_as("yusuf.demir@example.com").await;
    let first = api.declares(json!({ "title": "Invoices show the old address" })).await;
    let second = api.declares(json!({ "title": "Refunds are paid twice on Mondays" })).await;
    assert_ne!(first, second, "none has a key, so none collides");
    let hold = |status: i32| {
        let db = t.db.clone();
        async move {
            let mut tx = db.begin().await.expect("a transaction");
            for (id, status) in [(first, status), (second, 10)] {
                sqlx::query("UPDATE incidents SET dedup_key = 'checkout', status = $2 WHERE id = $1")
                    .bind(id)
                    .bind(status)
                    .execute(&mut *tx)
                    .await?;
            }
            Ok::<_, sqlx::Error>(())
        }
    };
    for status in [10, 20, 30, 40] {
        let refused = hold(status).await.expect_err("held by the first");
        let constraint = refused.into_database_error().and_then(|e| e.constraint().map(str::to_owned));
        assert!(constraint.is_some_and(|name| name.starts_with("incidents_open_dedup_key")), "{status}");
    }
    for status in [50, 60] {
        assert!(hold(status).await.is_ok(), "{status} frees it");
    }
    t.ends_well().await;
}
