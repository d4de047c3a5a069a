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

// CORE-115 CORE-131: one field for each role in their order, required as the role is; without a person nothing changes, neither roles nor key events.
#[tokio::test]
async fn the_forms_need_a_person_and_have_a_field_for_each_role() {
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    let at = path(&declares(&web, &[]).await);
    let form = web.get(&format!("{at}roles/")).await;
    let roles: Vec<(String, String, bool)> =
        sqlx::query_as("SELECT slug, name, required FROM role_types ORDER BY position, id")
            .fetch_all(&t.db)
            .await
            .expect("roles");
    let places =
        roles.iter().map(|(slug, ..)| form.html.find(&format!("id=\"role_{slug}\"")).expect("its field"));
    assert!(roles.len() > 1 && places.collect::<Vec<_>>().is_sorted(), "in the order of roles");
    for (slug, name, required) in &roles {
        let nobody =
            form.html.split(&format!("id=\"role_{slug}\"")).nth(1).and_then(|s| s.split("</select>").next());
        assert_eq!(nobody.expect("its choices").contains(">Nobody<"), !required, "{name}");
    }

    let nobody = t.web();
    let before = metrics(&t).await;
    let ines = user(&t, "ines.okafor").await;
    let key_events = web.get(&format!("{at}update_key_events/")).await;
    for (page, action, field, to) in [
        (&form, "/fn/incident/roles", "asked[role_commander][to]", ines.as_str()),
        (&key_events, "/fn/incident/key-events", "asked[key_event_started][to]", "2024-05-01T11:50:00"),
    ] {
        let answer = nobody.submit(page, action, &[(field, to)]).await;
        assert!(answer.at.starts_with("/admin/login/"), "{action}: {}", answer.at);
    }
    let changed: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM history WHERE kind IN ('roles_changed', 'key_events_changed')",
    )
    .fetch_one(&t.db)
    .await
    .expect("countable");
    assert_eq!((changed, metrics(&t).await), (0, before));
    t.ends_well().await;
}

// CORE-115: a role is handed over with a note: in the timeline, and in the channel above who holds what. Corrected, it is edited there. A note that no role goes with is refused and kept.
#[tokio::test]
async fn a_role_is_handed_over_with_a_note() {
    const FORM: &str = "/fn/incident/roles";
    const NOTE: &str = "The gateway was restarted twice. The provider calls back at three.";
    let t = App::start().await;
    let web = t.web_as("yusuf.demir").await;
    let mara = user(&t, "mara.lindqvist").await;
    let at = path(&declares(&web, &[]).await);
    t.run_jobs().await;
    let form = web.get(&format!("{at}roles/")).await;
    let nobody = web.submit(&form, FORM, &[("note", NOTE)]).await;
    assert!(nobody.text().contains("this note would reach nobody"), "{}", nobody.text());
    assert!(nobody.html.contains(NOTE), "what was typed is kept");

    let done = web.submit(&nobody, FORM, &[("asked[role_commander][to]", &mara)]).await;
    assert!(done.text().contains("handed over with a note") && done.text().contains(NOTE), "{}", done.text());
    t.run_jobs().await;
    let told =
        || t.sandbox.read(|s| s.slack.channels.iter().flat_map(|c| c.messages.clone()).collect::<Vec<_>>());
    let roles = |words: &str| {
        let shown = told().into_iter().filter(|m| m.text.contains("Roles of incident"));
        shown.filter(|m| serde_json::to_string(&m.blocks).expect("JSON").contains(words)).count()
    };
    assert_eq!(roles("The provider calls back at three."), 1);

    let entry = done.html.split(&format!("{at}correct/")).nth(1).and_then(|rest| rest.split('/').next());
    let form = web.get(&format!("{at}correct/{}/", entry.expect("a way to correct it"))).await;
    web.submit(&form, "/fn/incident/correct", &[("message[to]", "The provider calls back at four.")]).await;
    t.run_jobs().await;
    assert_eq!((roles("calls back at three"), roles("calls back at four")), (0, 1));
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

async fn kind_of_cost(t: &App, name: &str) -> String {
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO cost_types (name, is_default, editable, created_at, updated_at)
         VALUES ($1, false, true, now(), now()) RETURNING id",
    )
    .bind(name)
    .fetch_one(&t.db)
    .await
    .expect("a kind of cost");
    id.to_string()
}

// CORE-026 CORE-027 CORE-041 WEB-082: lines are added and removed, rounded to the cent, with their total; the card is there only with costs. Tags are words on the page.
#[tokio::test]
async fn costs_are_summed_and_tags_are_kept() {
    const ADD: &str = "/fn/incident/costs/add";
    let t = App::start().await;
    let kind = kind_of_cost(&t, "Lost orders").await;
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

// CORE-026: a line is changed where it stands; two people who change it keep each other's change, or see both values.
#[tokio::test]
async fn a_cost_line_is_changed_and_nobody_loses_a_change() {
    const CHANGE: &str = "/fn/incident/costs/change";
    let t = App::start().await;
    let (orders, refunds) = (kind_of_cost(&t, "Lost orders").await, kind_of_cost(&t, "Refunds").await);
    let web = t.web_as("yusuf.demir").await;
    let at = path(&declares(&web, &[]).await);
    let costs = format!("{at}costs/");
    let form = web.get(&costs).await;
    web.submit(&form, "/fn/incident/costs/add", &[("asked[cost_type]", &orders), ("asked[amount]", "1000")])
        .await;
    let page = web.get(&costs).await;
    let line = page.html.split("?line=").nth(1).and_then(|rest| rest.split('#').next()).expect("a way to it");
    let form = web.get(&format!("{costs}?line={line}")).await;
    let same_moment = web.get(&format!("{costs}?line={line}")).await;

    let wrong = web.submit(&form, CHANGE, &[("asked[amount][to]", "much")]).await;
    assert!(
        wrong.html.contains("value=\"much\"") && wrong.text().contains("Not an amount"),
        "{}",
        wrong.text()
    );
    let done =
        web.submit(&form, CHANGE, &[("asked[amount][to]", "1500"), ("asked[details][to]", "Vouchers")]).await;
    assert!(
        done.text().contains("Total 1,500.00 EUR") && done.text().contains("Vouchers"),
        "{}",
        done.text()
    );
    let note = web.get(&at).await.text();
    assert!(note.contains("changed the cost Lost orders and its details"), "{note}");
    assert!(note.contains("1,000.00 EUR") && note.contains("1,500.00 EUR"), "before and after: {note}");

    // Another field goes through, the same one shows both values.
    let ines = t.web_as("ines.okafor").await;
    let hers = ines.get(&format!("{costs}?line={line}")).await;
    let other = ines.submit(&hers, CHANGE, &[("asked[cost_type][to]", &refunds)]).await;
    assert!(other.text().contains("Refunds") && other.text().contains("1,500.00 EUR"), "{}", other.text());
    let both = web.submit(&same_moment, CHANGE, &[("asked[amount][to]", "2000")]).await;
    assert!(both.text().contains("1,500.00 by now. You chose 2,000.00"), "{}", both.text());
    assert!(both.html.contains("value=\"2000\""), "what was typed is kept");
    let again = web.submit(&both, CHANGE, &[]).await;
    assert!(
        again.text().contains("Total 2,000.00 EUR") && again.text().contains("Refunds"),
        "{}",
        again.text()
    );

    let late = web.get(&format!("{costs}?line={line}")).await;
    web.submit(&web.get(&costs).await, "/fn/incident/costs/remove", &[]).await;
    let gone = web.submit(&late, CHANGE, &[("asked[amount][to]", "1")]).await;
    assert!(gone.text().contains("Somebody took this line away meanwhile"), "{}", gone.text());
    t.ends_well().await;
}
