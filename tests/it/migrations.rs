//! The tables and the reference data as migrations leave them: what the database itself refuses.

use sqlx::{AssertSqlSafe, PgPool, Row};
use tests::app::{
    cluster::Database,
    doors::{CATEGORY, P2, P4, PRD, STG},
    process,
};

async fn fresh() -> (PgPool, Database) {
    let database = Database::fresh().await;
    (PgPool::connect(&database.url).await.expect("the database answers"), database)
}

async fn count(db: &PgPool, sql: &str) -> i64 {
    let row = sqlx::query(AssertSqlSafe(sql.to_owned()))
        .fetch_one(db)
        .await
        .unwrap_or_else(|e| panic!("{e}: {sql}"));
    row.get(0)
}

async fn run(db: &PgPool, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(db).await.unwrap_or_else(|e| panic!("{e}: {sql}"));
}

/// The database refuses it, by this rule.
async fn refused(db: &PgPool, rule: &str, sql: &str) {
    let error = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(db).await.err();
    let error = error.unwrap_or_else(|| panic!("it is accepted: {sql}"));
    assert!(error.to_string().contains(rule), "refused by {rule}, not by: {error}");
}

const USER: &str = "00000000-0000-4000-8000-000000000001";
const NOW: &str = "'2026-10-14T14:09:00Z'";

/// One person and one incident, number 1.
async fn incident(db: &PgPool) {
    run(db, &format!(
        "INSERT INTO users (id, username, email, date_joined, created_at, updated_at) VALUES ('{USER}', 'ada', 'ada@example.com', {NOW}, {NOW}, {NOW});
         INSERT INTO incidents (id, title, description, priority_id, category_id, environment_id, created_by, private, created_at, updated_at)
         VALUES (1, 'Search is down', 'No results at all.', '{P2}', '{CATEGORY}', '{PRD}', '{USER}', false, {NOW}, {NOW})"
    ))
    .await;
}

// CORE-163 CORE-164 CORE-165 CORE-166 CORE-167 CORE-168: environments, groups, categories, priorities, severities.
#[tokio::test]
async fn places_and_priorities_are_seeded() {
    let (db, _database) = fresh().await;
    for (expected, sql) in [
        (3, "SELECT count(*) FROM environments"),
        (1, "SELECT count(*) FROM environments WHERE is_default AND value = 'PRD' AND position = 0"),
        (2, "SELECT count(*) FROM environments WHERE (value, position) IN (('STG', 1), ('INT', 3))"),
        (12, "SELECT count(*) FROM groups"),
        (59, "SELECT count(*) FROM incident_categories"),
        (2, "SELECT count(*) FROM incident_categories WHERE private"),
        (59, "SELECT count(*) FROM incident_categories WHERE deploy_warning"),
        (6, "SELECT count(*) FROM priorities"),
        (1, "SELECT count(*) FROM priorities WHERE is_default AND name = 'P4'"),
        (2, "SELECT count(*) FROM priorities WHERE needs_postmortem AND value <= 2"),
        (
            5,
            "SELECT count(*) FROM priorities WHERE (value, sla_seconds) IN ((1, 7200), (2, 14400), (3, 86400), (4, 432000), (5, 864000))",
        ),
        (
            4,
            "SELECT count(*) FROM priorities WHERE recommended_response_type = 'critical' AND value IN (1, 2, 3, 20)",
        ),
        (6, "SELECT count(*) FROM severities"),
    ] {
        assert_eq!(count(&db, sql).await, expected, "{sql}");
    }
}

// CORE-169 CORE-170 CORE-171 CORE-172 CORE-173 CORE-030: impacts, key events, metrics, roles, the service account.
#[tokio::test]
async fn impacts_key_events_metrics_and_roles_are_seeded() {
    let (db, _database) = fresh().await;
    for (expected, sql) in [
        (
            4,
            "SELECT count(*) FROM impact_types WHERE value IN ('business_impact', 'sellers_impact', 'customers_impact', 'employees_impact')",
        ),
        (23, "SELECT count(*) FROM impact_levels"),
        (
            0,
            "SELECT count(*) FROM impact_levels l JOIN impact_types t ON t.id = l.impact_type_id WHERE t.value = 'employees_impact' AND l.value = 'HT'",
        ),
        (4, "SELECT count(*) FROM impact_levels WHERE value = 'NO'"),
        (6, "SELECT count(*) FROM milestone_types"),
        (
            4,
            "SELECT count(*) FROM milestone_types WHERE required AND asked_for AND event_type IN ('started', 'detected', 'declared', 'recovered')",
        ),
        (
            3,
            "SELECT count(*) FROM milestone_types WHERE NOT user_editable AND event_type IN ('declared', 'resolved', 'mitigated')",
        ),
        (7, "SELECT count(*) FROM metric_types"),
        (
            1,
            "SELECT count(*) FROM metric_types m JOIN milestone_types l ON l.id = m.milestone_lhs_id JOIN milestone_types r ON r.id = m.milestone_rhs_id WHERE m.code = 'TTF' AND m.type = 'time_to_fix' AND l.event_type = 'recovered' AND r.event_type = 'declared'",
        ),
        (2, "SELECT count(*) FROM role_types WHERE slug IN ('commander', 'communication_lead')"),
        (1, "SELECT count(*) FROM role_types WHERE required AND slug = 'commander'"),
        (
            1,
            "SELECT count(*) FROM users WHERE username = 'jira-webhook' AND bot AND is_active AND NOT is_staff AND NOT is_superuser",
        ),
    ] {
        assert_eq!(count(&db, sql).await, expected, "{sql}");
    }
}

// CORE-174: seeding again adds nothing and leaves edits alone.
#[tokio::test]
async fn seeding_again_adds_nothing_and_keeps_edits() {
    let (db, database) = fresh().await;
    run(&db, "UPDATE priorities SET description = 'ours' WHERE value = 1; DELETE FROM incident_categories WHERE name = 'VAT'").await;
    let out = tokio::process::Command::new(process::binary())
        .arg("seed")
        .env_clear()
        .envs(process::environment(&database.url))
        .output()
        .await
        .expect("the binary runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert_eq!(
        count(&db, "SELECT count(*) FROM priorities WHERE description = 'ours'").await,
        1,
        "the edit stays"
    );
    assert_eq!(count(&db, "SELECT count(*) FROM priorities").await, 6);
    assert_eq!(count(&db, "SELECT count(*) FROM incident_categories").await, 59, "what is missing is added");
}

// CORE-004 CORE-005: an incident and its updates hold only what is allowed.
#[tokio::test]
async fn states_and_reasons_outside_the_lists_are_refused() {
    let (db, _database) = fresh().await;
    incident(&db).await;
    let row = "SELECT count(*) FROM incidents WHERE status = 10 AND NOT ignore AND closure_reference = '' AND custom_fields = '{}' AND mitigated_at IS NULL AND dedup_key IS NULL";
    assert_eq!(count(&db, row).await, 1, "the defaults");
    refused(&db, "incidents_status", "UPDATE incidents SET status = 15").await;
    refused(&db, "incidents_closure_reason", "UPDATE incidents SET closure_reason = 'bored'").await;
    run(&db, "UPDATE incidents SET closure_reason = ''; UPDATE incidents SET closure_reason = 'duplicate'; UPDATE incidents SET closure_reason = NULL").await;
    refused(&db, "too long", &format!("UPDATE incidents SET title = '{}'", "x".repeat(129))).await;
    let update = |status: &str| {
        format!(
            "INSERT INTO incident_updates (id, incident_id, status, event_ts, created_at, updated_at) VALUES (gen_random_uuid(), 1, {status}, {NOW}, {NOW}, {NOW})"
        )
    };
    refused(&db, "incident_updates_status", &update("15")).await;
    run(&db, &update("NULL")).await;
    run(&db, &update("60")).await;
}

// CORE-007 CORE-008 CORE-010 CORE-014 CORE-015 CORE-020 CORE-023 CORE-024 CORE-028: what is unique stays unique.
#[tokio::test]
async fn names_values_and_defaults_are_unique() {
    let (db, _database) = fresh().await;
    refused(&db, "environments", "UPDATE environments SET value = 'PRD' WHERE value = 'STG'").await;
    refused(&db, "environments", "UPDATE environments SET name = 'Prod' WHERE value = 'STG'").await;
    refused(&db, "environments", "UPDATE environments SET is_default = true WHERE value = 'STG'").await;
    refused(
        &db,
        "too long",
        "UPDATE environments SET value = 'much-longer-than-sixteen' WHERE value = 'STG'",
    )
    .await;
    refused(&db, "groups", "UPDATE groups SET name = 'Platform' WHERE name = 'Data'").await;
    refused(&db, "groups", "UPDATE groups SET position = 8 WHERE name = 'Data'").await;
    refused(&db, "priorities", "UPDATE priorities SET name = 'P1' WHERE value = 2").await;
    refused(&db, "priorities", "UPDATE priorities SET value = 1 WHERE value = 2").await;
    refused(&db, "priorities", "UPDATE priorities SET position = 0 WHERE value = 2").await;
    refused(&db, "priorities", "UPDATE priorities SET is_default = true WHERE value = 1").await;
    refused(&db, "impact_levels", "UPDATE impact_levels SET value = 'NO' WHERE value = 'LT'").await;
    refused(
        &db,
        "milestone_types",
        "UPDATE milestone_types SET event_type = 'started' WHERE event_type = 'detected'",
    )
    .await;
    refused(&db, "metric_types", "UPDATE metric_types SET code = 'TTD' WHERE code = 'TTF'").await;
    refused(&db, "metric_types", "UPDATE metric_types SET milestone_lhs_id = milestone_rhs_id").await;
    incident(&db).await;
    let user = |name: &str, email: &str| {
        format!(
            "INSERT INTO users (id, username, email, date_joined, created_at, updated_at) VALUES (gen_random_uuid(), '{name}', '{email}', {NOW}, {NOW}, {NOW})"
        )
    };
    refused(&db, "users_username_key", &user("ada", "other@example.com")).await;
    refused(&db, "users_email_key", &user("other", "Ada@Example.com")).await;
}

// CORE-021 CORE-025 CORE-026 CORE-039 CORE-040: one level per axis, one holder per role, one row per member and metric.
#[tokio::test]
async fn what_hangs_on_an_incident_is_consistent() {
    let (db, _database) = fresh().await;
    incident(&db).await;
    let impact = |level: &str, axis: &str| {
        format!("INSERT INTO incident_impacts (incident_id, impact_type_id, impact_level_id, created_at, updated_at)
                 SELECT 1, (SELECT id FROM impact_types WHERE value = '{axis}'), id, {NOW}, {NOW} FROM impact_levels
                 WHERE value = 'HI' AND impact_type_id = (SELECT id FROM impact_types WHERE value = '{level}')")
    };
    refused(&db, "incident_impacts_level_of_type", &impact("sellers_impact", "customers_impact")).await;
    run(&db, &impact("customers_impact", "customers_impact")).await;
    let metric = |us: i64| {
        format!(
            "INSERT INTO incident_metrics (incident_id, metric_type_id, duration_us) SELECT 1, id, {us} FROM metric_types WHERE code = 'TTF'"
        )
    };
    refused(&db, "incident_metrics_not_negative", &metric(-1)).await;
    run(&db, &metric(0)).await;
    refused(&db, "incident_metrics", &metric(1)).await;
    let member = format!(
        "INSERT INTO incident_members (incident_id, user_id, created_at) VALUES (1, '{USER}', {NOW})"
    );
    run(&db, &member).await;
    refused(&db, "incident_members", &member).await;
    let role = format!(
        "INSERT INTO incident_roles (incident_id, role_type_id, user_id, created_at, updated_at) VALUES (1, 1, '{USER}', {NOW}, {NOW})"
    );
    run(&db, &role).await;
    refused(&db, "incident_roles", &role).await;
    run(&db, &format!("INSERT INTO cost_types (name, created_at, updated_at) VALUES ('Refunds', {NOW}, {NOW});
                       INSERT INTO incident_costs (incident_id, cost_type_id, amount, created_at, updated_at) SELECT 1, id, 12.345, {NOW}, {NOW} FROM cost_types;
                       INSERT INTO incident_costs (incident_id, cost_type_id, amount, created_at, updated_at) SELECT 1, id, NULL, {NOW}, {NOW} FROM cost_types")).await;
    assert_eq!(
        count(&db, "SELECT (sum(amount) * 100)::bigint FROM incident_costs").await,
        1235,
        "two decimals"
    );
}

// CORE-011 CORE-032 CORE-033 CORE-047 CORE-048: what is used stays, what belongs to an incident goes with it.
#[tokio::test]
async fn what_is_used_cannot_be_deleted_and_what_belongs_goes_along() {
    let (db, _database) = fresh().await;
    incident(&db).await;
    refused(&db, "incident_categories", "DELETE FROM groups WHERE name = 'Platform'").await;
    refused(&db, "incidents_created_by_fkey", &format!("DELETE FROM users WHERE id = '{USER}'")).await;
    refused(&db, "incidents_priority_fkey", &format!("DELETE FROM priorities WHERE id = '{P2}'")).await;
    refused(
        &db,
        "incidents_category_fkey",
        &format!("DELETE FROM incident_categories WHERE id = '{CATEGORY}'"),
    )
    .await;
    refused(&db, "incidents_environment_fkey", &format!("DELETE FROM environments WHERE id = '{PRD}'")).await;

    let guest = "00000000-0000-4000-8000-000000000002";
    run(&db, &format!(
        "INSERT INTO users (id, username, email, date_joined, created_at, updated_at) VALUES ('{guest}', 'bob', 'bob@example.com', {NOW}, {NOW}, {NOW});
         INSERT INTO incident_updates (id, incident_id, priority_id, environment_id, created_by, event_ts, created_at, updated_at)
         SELECT gen_random_uuid(), 1, (SELECT id FROM priorities WHERE value = 5), '{STG}', '{guest}', {NOW}, {NOW}, {NOW};
         DELETE FROM users WHERE id = '{guest}';
         DELETE FROM priorities WHERE value = 5;
         DELETE FROM environments WHERE id = '{STG}'"
    ))
    .await;
    let kept = format!(
        "SELECT count(*) FROM incident_updates WHERE created_by IS NULL AND priority_id = '{P4}' AND environment_id = '{PRD}'"
    );
    assert_eq!(count(&db, &kept).await, 1, "the entry stays, without author, with today's defaults");

    run(&db, &format!("INSERT INTO incident_members (incident_id, user_id, created_at) VALUES (1, '{USER}', {NOW}); DELETE FROM incidents WHERE id = 1")).await;
    for table in [
        "incident_updates",
        "incident_members",
        "incident_roles",
        "incident_metrics",
        "incident_costs",
        "incident_impacts",
    ] {
        assert_eq!(count(&db, &format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
}

/// `title varchar(128)`, `status integer = 10`, `severity_id uuid?`: how a column is made.
async fn columns(db: &PgPool, table: &str) -> Vec<String> {
    let sql = "SELECT column_name || ' ' ||
                      CASE data_type WHEN 'character varying' THEN 'varchar(' || character_maximum_length || ')'
                                     WHEN 'timestamp with time zone' THEN 'timestamptz' ELSE data_type END ||
                      CASE is_nullable WHEN 'YES' THEN '?' ELSE '' END ||
                      coalesce(' = ' || split_part(column_default, '::', 1), '')
               FROM information_schema.columns WHERE table_name = $1 AND is_generated = 'NEVER'
               ORDER BY ordinal_position";
    sqlx::query_scalar(sql).bind(table).fetch_all(db).await.expect("columns")
}

// CORE-012 CORE-017 CORE-031: the columns that the product is asked to keep, with their sizes and what stands in them by itself.
#[tokio::test]
async fn incidents_categories_and_priorities_keep_what_they_are_asked_to() {
    let (db, _database) = fresh().await;
    for (table, expected) in [
        ("incident_categories", &["private boolean = false", "deploy_warning boolean = true"][..]),
        (
            "priorities",
            &[
                "reminder_seconds bigint = 3600",
                "sla_seconds bigint = 3600",
                "recommended_response_type text?",
                "enabled_create boolean = true",
                "enabled_update boolean = true",
                "needs_postmortem boolean = false",
            ],
        ),
        (
            "incidents",
            &[
                "id bigint",
                "title varchar(128)",
                "description text",
                "status integer = 10",
                "severity_id uuid?",
                "priority_id uuid",
                "category_id uuid",
                "environment_id uuid",
                "created_by uuid",
                "created_at timestamptz",
                "updated_at timestamptz",
                "mitigated_at timestamptz?",
                "closed_at timestamptz?",
                "closure_reason varchar(50)?",
                "closure_reference varchar(100) = ''",
                "custom_fields jsonb = '{}'",
                "dedup_key varchar(160)?",
                "ignore boolean = false",
                "private boolean",
            ],
        ),
    ] {
        let found = columns(&db, table).await;
        let missing: Vec<_> = expected.iter().filter(|c| !found.iter().any(|f| f == *c)).collect();
        assert!(missing.is_empty(), "{table} lacks {missing:?}: {found:#?}");
    }
    for sql in [
        "SELECT count(*) FROM priorities WHERE reminder_seconds = 0 OR sla_seconds = 0",
        "SELECT count(*) FROM priorities WHERE recommended_response_type NOT IN ('critical', 'normal')",
    ] {
        assert_eq!(count(&db, sql).await, 0, "{sql}");
    }
}

// CORE-029: what people are called: both names, else the one Slack told, else the account's.
#[tokio::test]
async fn people_are_called_by_what_is_known_of_them() {
    let (db, _database) = fresh().await;
    for (n, (first, last, name, called)) in [
        ("Ada", "Lovelace", "ada of slack", "Ada Lovelace"),
        ("Ada", "", "ada of slack", "ada of slack"),
        ("", "Lovelace", "", "account3"),
        ("", "", "", "account4"),
    ]
    .into_iter()
    .enumerate()
    {
        let n = n + 1;
        run(&db, &format!(
            "INSERT INTO users (id, username, email, first_name, last_name, name, date_joined, created_at, updated_at)
             VALUES (gen_random_uuid(), 'account{n}', 'a{n}@example.com', '{first}', '{last}', '{name}', {NOW}, {NOW}, {NOW})"
        ))
        .await;
        let found: String = sqlx::query_scalar("SELECT full_name FROM users WHERE username = $1")
            .bind(format!("account{n}"))
            .fetch_one(&db)
            .await
            .expect("a person");
        assert_eq!(found, called);
    }
}

// Whatever writes an incident: what is found is what stands there, and what only changes otherwise is not indexed again.
#[tokio::test]
async fn words_follow_their_incident() {
    let (db, _database) = fresh().await;
    incident(&db).await;
    let copies = format!(
        "INSERT INTO incidents (id, title, description, priority_id, category_id, environment_id, created_by, private, created_at, updated_at)
         SELECT 1 + n, 'Copy ' || n, 'Made at once.', '{P2}', '{CATEGORY}', '{PRD}', '{USER}', n % 2 = 0, {NOW}, {NOW} FROM generate_series(1, 9) n"
    );
    let wrong = "SELECT count(*) FROM incidents i FULL JOIN incident_words w ON w.incident_id = i.id
                 WHERE i.id IS NULL OR w.incident_id IS NULL OR w.private <> i.private
                    OR w.search <> words_of(i.title, i.description)";
    let written = "SELECT count(DISTINCT xmin::text) FROM incident_words";
    for (sql, found, transactions) in [
        (copies.as_str(), 0, 2),
        ("UPDATE incidents SET status = 60, ignore = true, title = title", 0, 2),
        ("UPDATE incidents SET title = 'Zebras are in the yard' WHERE id = 1", 1, 2),
        ("UPDATE incidents SET description = 'Zebras, too.' WHERE title = 'Copy 1'", 2, 3),
        ("UPDATE incidents SET private = NOT private WHERE id = 1", 2, 3),
        ("DELETE FROM incidents WHERE id = 1", 1, 2),
    ] {
        run(&db, sql).await;
        assert_eq!(count(&db, wrong).await, 0, "{sql}");
        assert_eq!(
            count(&db, "SELECT count(*) FROM incident_words WHERE search @@ 'zebra'").await,
            found,
            "{sql}"
        );
        assert_eq!(count(&db, written).await, transactions, "{sql}");
        // As servers of the release before ask.
        assert_eq!(
            count(&db, "SELECT count(*) FROM incidents i WHERE i.search @@ 'zebra'").await,
            found,
            "{sql}"
        );
    }
}

// Who looked is known until they or the incident are gone.
#[tokio::test]
async fn looks_go_with_what_was_looked_at() {
    let (db, _database) = fresh().await;
    incident(&db).await;
    let other = "00000000-0000-4000-8000-000000000002";
    run(&db, &format!(
        "INSERT INTO users (id, username, email, date_joined, created_at, updated_at) VALUES ('{other}', 'bea', 'bea@example.com', {NOW}, {NOW}, {NOW});
         INSERT INTO incidents (id, title, description, priority_id, category_id, environment_id, created_by, private, created_at, updated_at)
         SELECT 2, title, description, priority_id, category_id, environment_id, created_by, private, created_at, updated_at FROM incidents;
         INSERT INTO looks (user_id, incident_id, seq, looked_at)
         SELECT u.id, i.id, 1, {NOW} FROM users u, incidents i WHERE u.username IN ('ada', 'bea')"
    ))
    .await;
    let looks = "SELECT count(*) FROM looks";
    assert_eq!(count(&db, looks).await, 4);
    run(&db, "DELETE FROM incidents WHERE id = 2").await;
    assert_eq!(count(&db, looks).await, 2);
    run(&db, &format!("DELETE FROM users WHERE id = '{other}'")).await;
    assert_eq!(count(&db, looks).await, 1);
}
