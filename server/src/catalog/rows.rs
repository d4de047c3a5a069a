//! The rows of the reference tables as a [`Catalog`]: one snapshot, one query per table.

use super::times::{self, Times};
use crate::{db, failure::OrInternal};
use domain::{
    CategoryId, CostTypeId, EnvironmentId, GroupId, ImpactLevelId, ImpactTypeId, MetricTypeId,
    MilestoneTypeId, PriorityId, Result, RoleTypeId, SeverityId,
    catalog::{
        Catalog, Category, CostType, Environment, Group, ImpactLevel, ImpactType, MetricType, MilestoneType,
        Priority, ResponseType, RoleType, Severity,
    },
    incident::LevelCode,
};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// The whole catalog, when its rows were changed, and the version it is of.
pub(super) async fn read(db: &PgPool) -> Result<(Uuid, Catalog, Times)> {
    tables(db).await.or_internal("reading the reference data")
}

async fn tables(db: &PgPool) -> sqlx::Result<(Uuid, Catalog, Times)> {
    // One snapshot for all tables and the version; it ends with a rollback, there is nothing to commit.
    let mut tx = db::begin_reading(db).await?;
    let version = sqlx::query_scalar!("SELECT version FROM catalog_version").fetch_one(&mut *tx).await?;
    let catalog = Catalog {
        environments: environments(&mut tx).await?,
        priorities: priorities(&mut tx).await?,
        groups: groups(&mut tx).await?,
        categories: categories(&mut tx).await?,
        impact_types: impact_types(&mut tx).await?,
        role_types: role_types(&mut tx).await?,
        milestone_types: milestone_types(&mut tx).await?,
        metric_types: metric_types(&mut tx).await?,
        cost_types: cost_types(&mut tx).await?,
        severities: severities(&mut tx).await?,
        ..Catalog::default()
    };
    let times = times::read(&mut tx).await?;
    Ok((version, catalog.sorted(), times))
}

async fn environments(conn: &mut PgConnection) -> sqlx::Result<Vec<Environment>> {
    let rows = sqlx::query!("SELECT id, value, name, description, position, is_default FROM environments");
    let rows = rows.fetch_all(conn).await?;
    Ok(rows
        .into_iter()
        .map(|row| Environment {
            id: EnvironmentId(row.id),
            value: row.value,
            name: row.name,
            description: row.description,
            order: row.position,
            default: row.is_default,
        })
        .collect())
}

async fn priorities(conn: &mut PgConnection) -> sqlx::Result<Vec<Priority>> {
    let rows = sqlx::query!(
        "SELECT id, name, value, emoji, description, position, is_default, needs_postmortem, enabled_create,
                enabled_update, reminder_seconds, sla_seconds, recommended_response_type
         FROM priorities"
    );
    let rows = rows.fetch_all(conn).await?;
    Ok(rows
        .into_iter()
        .map(|row| Priority {
            id: PriorityId(row.id),
            name: row.name,
            value: row.value,
            emoji: row.emoji,
            description: row.description,
            order: row.position,
            default: row.is_default,
            needs_postmortem: row.needs_postmortem,
            enabled_create: row.enabled_create,
            enabled_update: row.enabled_update,
            reminder_time_s: row.reminder_seconds,
            sla_s: row.sla_seconds,
            recommended_response_type: row
                .recommended_response_type
                .as_deref()
                .and_then(ResponseType::from_name),
        })
        .collect())
}

async fn groups(conn: &mut PgConnection) -> sqlx::Result<Vec<Group>> {
    let rows = sqlx::query!("SELECT id, name, description, position FROM groups").fetch_all(conn).await?;
    Ok(rows
        .into_iter()
        .map(|row| Group {
            id: GroupId(row.id),
            name: row.name,
            description: row.description,
            order: row.position,
        })
        .collect())
}

async fn categories(conn: &mut PgConnection) -> sqlx::Result<Vec<Category>> {
    let rows = sqlx::query!(
        "SELECT id, name, description, position, private, deploy_warning, group_id FROM incident_categories"
    );
    let rows = rows.fetch_all(conn).await?;
    Ok(rows
        .into_iter()
        .map(|row| Category {
            id: CategoryId(row.id),
            name: row.name,
            description: row.description,
            order: row.position,
            private: row.private,
            deploy_warning: row.deploy_warning,
            group: GroupId(row.group_id),
        })
        .collect())
}

async fn impact_types(conn: &mut PgConnection) -> sqlx::Result<Vec<ImpactType>> {
    let types = sqlx::query!("SELECT id, value, name, emoji, help_text, position FROM impact_types")
        .fetch_all(&mut *conn)
        .await?;
    let levels = sqlx::query!(
        "SELECT id, impact_type_id, value, name, emoji, position, description FROM impact_levels"
    );
    let levels = levels.fetch_all(conn).await?;
    let of = |kind: i32| {
        let own = levels.iter().filter(|row| row.impact_type_id == kind);
        // The column's check admits the six codes only.
        own.filter_map(|row| Some((row, LevelCode::from_code(&row.value)?)))
            .map(|(row, code)| ImpactLevel {
                id: ImpactLevelId(row.id),
                code,
                name: row.name.clone(),
                emoji: row.emoji.clone(),
                order: row.position,
                description: row.description.clone(),
            })
            .collect()
    };
    Ok(types
        .into_iter()
        .map(|row| ImpactType {
            id: ImpactTypeId(row.id),
            value: row.value,
            name: row.name,
            emoji: row.emoji,
            help_text: row.help_text,
            order: row.position,
            levels: of(row.id),
        })
        .collect())
}

async fn role_types(conn: &mut PgConnection) -> sqlx::Result<Vec<RoleType>> {
    let rows = sqlx::query!(
        "SELECT id, slug, name, emoji, required, position, aka, summary, summary_first_person, description
         FROM role_types"
    );
    let rows = rows.fetch_all(conn).await?;
    Ok(rows
        .into_iter()
        .map(|row| RoleType {
            id: RoleTypeId(row.id),
            slug: row.slug,
            name: row.name,
            emoji: row.emoji,
            required: row.required,
            order: row.position,
            aka: row.aka,
            summary: row.summary,
            summary_first_person: row.summary_first_person,
            description: row.description,
        })
        .collect())
}

async fn milestone_types(conn: &mut PgConnection) -> sqlx::Result<Vec<MilestoneType>> {
    let rows = sqlx::query!(
        "SELECT id, name, event_type, summary, description, user_editable, required, asked_for FROM milestone_types"
    );
    let rows = rows.fetch_all(conn).await?;
    Ok(rows
        .into_iter()
        .map(|row| MilestoneType {
            id: MilestoneTypeId(row.id),
            name: row.name,
            event_type: row.event_type,
            summary: row.summary,
            description: row.description,
            user_editable: row.user_editable,
            required: row.required,
            asked_for: row.asked_for,
        })
        .collect())
}

async fn metric_types(conn: &mut PgConnection) -> sqlx::Result<Vec<MetricType>> {
    let rows = sqlx::query!(
        "SELECT id, code, name, type AS kind, description, milestone_lhs_id, milestone_rhs_id FROM metric_types"
    );
    let rows = rows.fetch_all(conn).await?;
    Ok(rows
        .into_iter()
        .map(|row| MetricType {
            id: MetricTypeId(row.id),
            code: row.code,
            name: row.name,
            kind: row.kind,
            description: row.description,
            lhs: MilestoneTypeId(row.milestone_lhs_id),
            rhs: MilestoneTypeId(row.milestone_rhs_id),
        })
        .collect())
}

async fn cost_types(conn: &mut PgConnection) -> sqlx::Result<Vec<CostType>> {
    let rows = sqlx::query!("SELECT id, name, description, category, is_default, editable FROM cost_types");
    let rows = rows.fetch_all(conn).await?;
    Ok(rows
        .into_iter()
        .map(|row| CostType {
            id: CostTypeId(row.id),
            name: row.name,
            description: row.description,
            category: row.category,
            default: row.is_default,
            editable: row.editable,
        })
        .collect())
}

async fn severities(conn: &mut PgConnection) -> sqlx::Result<Vec<Severity>> {
    let rows = sqlx::query!("SELECT id, name, value FROM severities").fetch_all(conn).await?;
    Ok(rows
        .into_iter()
        .map(|row| Severity { id: SeverityId(row.id), name: row.name, value: row.value })
        .collect())
}
