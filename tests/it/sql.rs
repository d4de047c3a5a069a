//! What the compiler was told about queries is what the database says.

use serde_json::Value;
use sqlx::{AssertSqlSafe, Column, Executor, PgPool, Statement, TypeInfo};
use std::path::Path;
use tests::app::cluster::Database;

/// Every stored query is prepared against a migrated database and answers with the columns that are stored for it.
#[tokio::test]
async fn every_stored_query_fits_the_migrated_database() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.sqlx");
    let database = Database::fresh().await;
    let db = PgPool::connect(&database.url).await.expect("the database answers");
    let mut checked = 0;
    for entry in std::fs::read_dir(folder).expect("the stored queries are committed") {
        let text = std::fs::read_to_string(entry.expect("readable").path()).expect("readable");
        let stored: Value = serde_json::from_str(&text).expect("JSON");
        let sql = stored["query"].as_str().expect("a query").to_owned();
        let statement = (&db)
            .prepare(sqlx::SqlSafeStr::into_sql_str(AssertSqlSafe(sql.clone())))
            .await
            .unwrap_or_else(|error| panic!("{error}: {sql}"));
        let columns = stored["describe"]["columns"].as_array().expect("columns");
        let known: Vec<String> =
            columns.iter().map(|c| c["name"].as_str().unwrap_or_default().to_owned()).collect();
        let found: Vec<String> = statement.columns().iter().map(|c| c.name().to_owned()).collect();
        assert_eq!(known, found, "{sql}");
        for (stored, found) in columns.iter().zip(statement.columns()) {
            // Names of types are spelled differently in the two places; arrays and enums have a shape of their own.
            if let Some(kind) = stored["type_info"].as_str() {
                let found = found.type_info().name().to_lowercase();
                if !found.ends_with("[]") {
                    assert_eq!(kind.to_lowercase(), found, "{}: {sql}", stored["name"]);
                }
            }
        }
        checked += 1;
    }
    assert!(checked > 100, "the stored queries are there: {checked}");
}
