//! When rows of the reference data were made and last changed. Only the API shows it.

use domain::{CategoryId, CostTypeId, GroupId, PriorityId, Timestamp};
use sqlx::PgConnection;
use std::collections::HashMap;

/// Made and last changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamps {
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Times {
    pub priorities: HashMap<PriorityId, Stamps>,
    pub groups: HashMap<GroupId, Stamps>,
    pub categories: HashMap<CategoryId, Stamps>,
    pub cost_types: HashMap<CostTypeId, Stamps>,
}

/// The times of all rows that are shown with theirs.
pub(super) async fn read(conn: &mut PgConnection) -> sqlx::Result<Times> {
    let rows = sqlx::query!(
        r#"SELECT 'priority' AS "kind!", id AS "uuid?", NULL::bigint AS number, created_at AS "created_at!",
                  updated_at AS "updated_at!" FROM priorities
           UNION ALL SELECT 'group', id, NULL, created_at, updated_at FROM groups
           UNION ALL SELECT 'category', id, NULL, created_at, updated_at FROM incident_categories
           UNION ALL SELECT 'cost_type', NULL, id, created_at, updated_at FROM cost_types"#
    )
    .fetch_all(conn)
    .await?;
    let mut times = Times::default();
    for row in rows {
        let stamps = Stamps { created_at: row.created_at, updated_at: row.updated_at };
        match (row.kind.as_str(), row.uuid, row.number) {
            ("priority", Some(id), _) => drop(times.priorities.insert(PriorityId(id), stamps)),
            ("group", Some(id), _) => drop(times.groups.insert(GroupId(id), stamps)),
            ("category", Some(id), _) => drop(times.categories.insert(CategoryId(id), stamps)),
            (_, _, Some(id)) => drop(times.cost_types.insert(CostTypeId(id), stamps)),
            _ => {}
        }
    }
    Ok(times)
}
