//! Key events, roles, members, costs and tags on the web, without JavaScript.

use super::{declares, path};
use reqwest::StatusCode;
use tests::app::{App, doors::PRIVATE_CATEGORY};

async fn user(t: &App, username: &str) -> String {
    let id: uuid::Uuid = sqlx::query_scalar("SELECT id FROM users WHERE username = $1")
        .bind(username)
        .fetch_one(&t.db)
        .await
        .expect("a person");
    id.to_string()
}

async fn metrics(t: &App) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT t.type FROM incident_metrics m JOIN metric_types t ON t.id = m.metric_type_id ORDER BY 1",
    )
    .fetch_all(&t.db)
    .await
    .expect("metrics")
}

// CORE-126 CORE-127 CORE-128 CORE-129 CORE-138 WEB-085: key events are dated, moved and cleared; metrics follow; a negative one is not stored and both places say why.
#[tokio::test]
async fn key_events_are_dated_and_cleared_and_the_metrics_follow() {
    const FORM: &str = "/fn/incident/key-events";
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    let at = path(&declares(&web, &[]).await);
    let form = web.get(&format!("{at}update_key_events/")).await;
    let names: Vec<String> = form.form(FORM).into_iter().map(|(name, _)| name).collect();
    assert!(!names.iter().any(|n| n.contains("key_event_declared")), "not for people: {names:?}");

    let early = [
        ("asked[key_event_started][to]", "2024-05-01T11:50:00"),
        ("asked[key_event_detected][to]", "2024-05-01T11:55:00"),
    ];
    let page = web.submit(&form, FORM, &early).await;
    assert_eq!(page.at.split('#').next(), Some(at.as_str()), "back on the incident");
    assert_eq!(metrics(&t).await, ["time_to_detect", "time_to_internal_response"]);

    let form = web.get(&format!("{at}update_key_events/")).await;
    let wrong = web
        .submit(
            &form,
            FORM,
            &[("asked[key_event_started][to]", "soon"), ("asked[key_event_detected][to]", "later")],
        )
        .await;
    assert_eq!(
        wrong.text().matches("Not a date and time").count(),
        4,
        "both fields, twice: {}",
        wrong.text()
    );
    assert!(wrong.html.contains("value=\"soon\""), "what was typed is kept");

    let odd = web.submit(&form, FORM, &[("asked[key_event_started][to]", "2024-05-01T12:30:00")]).await;
    assert!(
        odd.text().contains("Detected 2024/05/01 11:55:00 is before Started 2024/05/01 12:30:00"),
        "{}",
        odd.text()
    );
    let form = web.get(&format!("{at}update_key_events/")).await;
    assert!(form.text().contains("is before Started"), "beside the field too: {}", form.text());
    assert_eq!(metrics(&t).await, ["time_to_internal_response"], "no metric for what disagrees");

    web.submit(&form, FORM, &[("asked[key_event_started][to]", "")]).await;
    assert_eq!(metrics(&t).await, Vec::<String>::new(), "nothing stale stays");
    let text = web.get(&at).await.text();
    assert!(text.contains("corrected key events"), "the timeline says from what to what: {text}");
    t.ends_well().await;
}

// CORE-055 CORE-109 CORE-110 CORE-113 WEB-093 SLK-239: several roles in one go; the channel and the holders are told; a required one is not vacated.
#[tokio::test]
async fn several_roles_change_in_one_go_and_everybody_is_told() {
    const FORM: &str = "/fn/incident/roles";
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    let mara = user(&t, "mara.lindqvist").await;
    let ines = user(&t, "ines.okafor").await;
    let at = path(&declares(&web, &[]).await);
    t.run_jobs().await;
    let form = web.get(&format!("{at}roles/")).await;
    let empty = web.submit(&form, FORM, &[("asked[role_commander][to]", "")]).await;
    assert!(empty.text().contains("Commander cannot be left empty"), "{}", empty.text());

    let both =
        [("asked[role_commander][to]", ines.as_str()), ("asked[role_communication_lead][to]", mara.as_str())];
    web.submit(&form, FORM, &both).await;
    t.run_jobs().await;
    let text = web.get(&at).await.text();
    assert!(text.contains("changed Commander and Communication"), "one line with both: {text}");
    let entries: i64 =
        sqlx::query_scalar("SELECT count(*) FROM incident_update_roles WHERE user_id = ANY($1)")
            .bind([&mara, &ines].map(|id| id.parse::<uuid::Uuid>().expect("an id")).to_vec())
            .fetch_one(&t.db)
            .await
            .expect("countable");
    assert_eq!(entries, 2);

    let stale = web.submit(&form, FORM, &[("asked[role_commander][to]", mara.as_str())]).await;
    assert!(
        stale.text().contains("Ines Okafor") && stale.text().contains("Mara Lindqvist"),
        "{}",
        stale.text()
    );
    let channel = t
        .sandbox
        .read(|s| s.slack.channels.iter().find(|c| c.name.ends_with("-prd-other")).cloned())
        .expect("a channel");
    assert!(channel.members.iter().any(|m| m == "U0INES") && channel.members.iter().any(|m| m == "U0MARA"));
    let told = channel.messages.iter().filter(|m| m.text.contains("Roles of incident")).count();
    assert_eq!(told, 2, "at first, and after the change");
    t.ends_well().await;
}

// WEB-093: a person adds themselves and leaves; who holds a role hands it over first; a private one is gone for who left.
#[tokio::test]
async fn a_person_joins_and_leaves_and_a_role_keeps_them() {
    let t = App::start().await;
    let yusuf = t.web_as("yusuf.demir").await;
    let at = path(&declares(&yusuf, &[]).await);
    t.run_jobs().await;
    let sofia = t.web_as("sofia.lindgren").await;
    let page = sofia.get(&format!("{at}roles/")).await;
    sofia.submit(&page, "/fn/incident/join", &[]).await;
    t.run_jobs().await;
    let there = t.sandbox.read(|s| {
        s.slack
            .channels
            .iter()
            .any(|c| c.name.ends_with("-prd-other") && c.members.iter().any(|m| m == "U0SOFIA"))
    });
    assert!(there, "she is asked into the channel");
    let page = sofia.get(&format!("{at}roles/")).await;
    sofia.submit(&page, "/fn/incident/leave", &[]).await;
    assert!(sofia.get(&at).await.text().contains("Sofia Lindgren left"));

    let page = yusuf.get(&format!("{at}roles/")).await;
    let kept = yusuf.submit(&page, "/fn/incident/leave", &[]).await;
    assert!(kept.text().contains("You are Commander. Hand it over first."), "{}", kept.text());

    let private = path(&declares(&yusuf, &[("asked[incident_category]", PRIVATE_CATEGORY)]).await);
    for form in ["roles/", "costs/", "tags/", "update_key_events/"] {
        let page = sofia.get(&format!("{private}{form}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{form}");
    }
    let id = private.trim_end_matches('/').rsplit('/').next().expect("a number").to_owned();
    let forced = sofia.submit(&page_with(&page), "/fn/incident/leave", &[("id", &id)]).await;
    assert!(!forced.text().contains("Saved"), "nothing to leave: {}", forced.text());
    let members: i64 = sqlx::query_scalar("SELECT count(*) FROM incident_members WHERE incident_id = $1")
        .bind(id.parse::<i64>().expect("a number"))
        .fetch_one(&t.db)
        .await
        .expect("countable");
    assert_eq!(members, 1);
    t.ends_well().await;
}

fn page_with(page: &tests::app::doors::Page) -> tests::app::doors::Page {
    tests::app::doors::Page {
        status: page.status,
        headers: page.headers.clone(),
        at: page.at.clone(),
        html: page.html.clone(),
    }
}

// CORE-026 CORE-027 WEB-082: lines are added and removed, rounded to the cent, with their total; the card is there only with costs. Tags are words on the page.
#[tokio::test]
async fn costs_are_summed_and_tags_are_kept() {
    const ADD: &str = "/fn/incident/costs/add";
    let t = App::start().await;
    sqlx::query(
        "INSERT INTO cost_types (name, is_default, editable, created_at, updated_at)
         VALUES ('Lost orders', false, true, now(), now())",
    )
    .execute(&t.db)
    .await
    .expect("a kind of cost");
    let web = t.web_as("yusuf.demir").await;
    let at = path(&declares(&web, &[]).await);
    assert!(!web.get(&at).await.text().contains("Change costs"), "no card without costs");
    let costs = format!("{at}costs/");
    let form = web.get(&costs).await;
    let wrong = web.submit(&form, ADD, &[("asked[cost_type]", ""), ("asked[amount]", "much")]).await;
    assert!(
        wrong.text().contains("2 things to fix") && wrong.html.contains("value=\"much\""),
        "{}",
        wrong.text()
    );
    let kind: i64 = sqlx::query_scalar("SELECT id FROM cost_types WHERE name = 'Lost orders'")
        .fetch_one(&t.db)
        .await
        .expect("a kind");
    let kind = kind.to_string();
    for amount in ["1200.495", "99.50"] {
        let form = web.get(&costs).await;
        web.submit(&form, ADD, &[("asked[cost_type]", &kind), ("asked[amount]", amount)]).await;
    }
    assert!(web.get(&at).await.text().contains("Total 1,300.00 EUR"), "{}", web.get(&at).await.text());
    let form = web.get(&costs).await;
    let left = web.submit(&form, "/fn/incident/costs/remove", &[]).await;
    assert!(left.text().contains("Total 99.50 EUR"), "the first is gone: {}", left.text());

    let form = web.get(&format!("{at}tags/")).await;
    let same_moment = web.get(&format!("{at}tags/")).await;
    let page = web.submit(&form, "/fn/incident/tags", &[("tags[to]", "vendor, Black Friday, vendor")]).await;
    assert!(page.text().contains("Black Friday, vendor"), "{}", page.text());
    assert!(page.text().contains("changed the tags: added vendor, Black Friday"), "{}", page.text());
    // Who saw none takes none away.
    let page = web.submit(&same_moment, "/fn/incident/tags", &[("tags[to]", "payments")]).await;
    assert!(page.text().contains("Black Friday, payments, vendor"), "{}", page.text());
    t.ends_well().await;
}
