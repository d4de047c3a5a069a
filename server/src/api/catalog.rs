//! Reference data as the API shows it (spec 04 §9): what an incident is made of, and the collections of it.
//!
//! Rows come from the catalog in memory; when they were made and changed is one small query.

use super::{
    address::Id,
    auth::{Allowed, ViewEnvironment, ViewGroup, ViewIncidentCategory, ViewIncidentCostType, ViewPriority},
    negotiate::{Rendering, Stamp, Table},
    problem::{Problem, Result},
    wire,
};
use crate::{
    catalog::{Stamps, Times},
    context::Context,
};
use axum::{extract::State, response::Response};
use chrono_tz::Tz;
use domain::{
    CategoryId, CostTypeId, EnvironmentId, Error, PriorityId,
    catalog::{self, Catalog},
};
use serde::Serialize;
use std::{collections::HashMap, hash::Hash, sync::Arc};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EnvironmentBody {
    pub id: Uuid,
    /// Short name. Stable.
    #[schema(example = "PRD")]
    pub value: String,
    #[schema(example = "Production")]
    pub name: String,
    pub description: String,
    /// Lower is more critical.
    pub order: i32,
    pub default: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PriorityBody {
    pub id: Uuid,
    /// Stable.
    #[schema(example = "P1")]
    pub name: String,
    /// 1 is worst.
    pub value: i32,
    #[schema(example = "🌪️")]
    pub emoji: String,
    #[schema(example = "Critical")]
    pub description: String,
    pub order: i32,
    pub default: bool,
    pub needs_postmortem: bool,
    /// Can be chosen for new incidents.
    pub enabled_create: bool,
    /// Can be chosen in updates.
    pub enabled_update: bool,
    /// So long may an incident be silent, `[D ]HH:MM:SS`.
    #[schema(example = "00:15:00")]
    pub reminder_time: String,
    /// `[D ]HH:MM:SS`
    #[schema(example = "02:00:00")]
    pub sla: String,
    /// `critical` or `normal`; null: derived from the value.
    #[schema(required, example = "critical")]
    pub recommended_response_type: Option<&'static str>,
    #[schema(format = DateTime)]
    pub created_at: String,
    #[schema(format = DateTime)]
    pub updated_at: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct GroupBody {
    pub id: Uuid,
    /// Stable.
    #[schema(example = "Marketplace")]
    pub name: String,
    pub description: String,
    pub order: i32,
    #[schema(format = DateTime)]
    pub created_at: String,
    #[schema(format = DateTime)]
    pub updated_at: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CategoryBody {
    pub id: Uuid,
    pub group: GroupBody,
    /// Stable.
    #[schema(example = "Mobile Apps")]
    pub name: String,
    pub description: String,
    pub order: i32,
    /// New incidents of this category are private.
    pub private: bool,
    pub deploy_warning: bool,
    #[schema(format = DateTime)]
    pub created_at: String,
    #[schema(format = DateTime)]
    pub updated_at: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CostTypeBody {
    pub id: i64,
    #[schema(example = "Lost revenue")]
    pub name: String,
    #[schema(required)]
    pub description: Option<String>,
    #[schema(required)]
    pub category: Option<String>,
    pub default: bool,
    pub editable: bool,
    #[schema(format = DateTime)]
    pub created_at: String,
    #[schema(format = DateTime)]
    pub updated_at: String,
}

/// The reference data and its times, for one answer.
pub struct Reference {
    catalog: Arc<Catalog>,
    times: Arc<Times>,
    zone: Tz,
}

impl Reference {
    /// Read after the rows that refer to it, so that it knows all that they name.
    pub async fn read(ctx: &Context) -> domain::Result<Self> {
        let (catalog, times) = ctx.catalog_with_times().await?;
        Ok(Reference { catalog, times, zone: ctx.settings.site.time_zone })
    }

    pub fn environment(&self, id: EnvironmentId) -> domain::Result<EnvironmentBody> {
        self.catalog.environment(id).map(environment).ok_or_else(gone)
    }

    pub fn priority(&self, id: PriorityId) -> domain::Result<PriorityBody> {
        self.catalog.priority(id).and_then(|row| self.priority_body(row)).ok_or_else(gone)
    }

    pub fn category(&self, id: CategoryId) -> domain::Result<CategoryBody> {
        self.catalog.category(id).and_then(|row| self.category_body(row)).ok_or_else(gone)
    }

    pub fn cost_type(&self, id: CostTypeId) -> domain::Result<CostTypeBody> {
        let found = self.catalog.cost_types.iter().find(|row| row.id == id);
        found.and_then(|row| self.cost_type_body(row)).ok_or_else(gone)
    }

    fn stamps<Id: Eq + Hash>(&self, of: &HashMap<Id, Stamps>, id: Id) -> Option<(String, String)> {
        let stamps = of.get(&id)?;
        Some((wire::moment(stamps.created_at, self.zone), wire::moment(stamps.updated_at, self.zone)))
    }

    fn priority_body(&self, row: &catalog::Priority) -> Option<PriorityBody> {
        let (created_at, updated_at) = self.stamps(&self.times.priorities, row.id)?;
        Some(PriorityBody {
            id: row.id.0,
            name: row.name.clone(),
            value: row.value,
            emoji: row.emoji.clone(),
            description: row.description.clone(),
            order: row.order,
            default: row.default,
            needs_postmortem: row.needs_postmortem,
            enabled_create: row.enabled_create,
            enabled_update: row.enabled_update,
            reminder_time: wire::duration_of_seconds(row.reminder_time_s),
            sla: wire::duration_of_seconds(row.sla_s),
            recommended_response_type: row.recommended_response_type.map(catalog::ResponseType::as_str),
            created_at,
            updated_at,
        })
    }

    fn group_body(&self, row: &catalog::Group) -> Option<GroupBody> {
        let (created_at, updated_at) = self.stamps(&self.times.groups, row.id)?;
        Some(GroupBody {
            id: row.id.0,
            name: row.name.clone(),
            description: row.description.clone(),
            order: row.order,
            created_at,
            updated_at,
        })
    }

    fn category_body(&self, row: &catalog::Category) -> Option<CategoryBody> {
        let (created_at, updated_at) = self.stamps(&self.times.categories, row.id)?;
        Some(CategoryBody {
            id: row.id.0,
            group: self.group_body(self.catalog.group(row.group)?)?,
            name: row.name.clone(),
            description: row.description.clone(),
            order: row.order,
            private: row.private,
            deploy_warning: row.deploy_warning,
            created_at,
            updated_at,
        })
    }

    fn cost_type_body(&self, row: &catalog::CostType) -> Option<CostTypeBody> {
        let (created_at, updated_at) = self.stamps(&self.times.cost_types, row.id)?;
        Some(CostTypeBody {
            id: row.id.0,
            name: row.name.clone(),
            description: row.description.clone(),
            category: row.category.clone(),
            default: row.default,
            editable: row.editable,
            created_at,
            updated_at,
        })
    }

    // A row that was removed between two reads is left out of its list.

    fn environments(&self) -> Vec<EnvironmentBody> {
        self.catalog.environments.iter().map(environment).collect()
    }

    fn priorities(&self) -> Vec<PriorityBody> {
        self.catalog.priorities.iter().filter_map(|row| self.priority_body(row)).collect()
    }

    fn groups(&self) -> Vec<GroupBody> {
        self.catalog.groups.iter().filter_map(|row| self.group_body(row)).collect()
    }

    /// By order alone, across groups.
    fn categories(&self) -> Vec<CategoryBody> {
        let mut rows: Vec<_> =
            self.catalog.categories.iter().filter_map(|row| self.category_body(row)).collect();
        rows.sort_by(|a, b| (a.order, &a.name).cmp(&(b.order, &b.name)));
        rows
    }

    fn cost_types(&self) -> Vec<CostTypeBody> {
        self.catalog.cost_types.iter().filter_map(|row| self.cost_type_body(row)).collect()
    }
}

fn environment(row: &catalog::Environment) -> EnvironmentBody {
    EnvironmentBody {
        id: row.id.0,
        value: row.value.clone(),
        name: row.name.clone(),
        description: row.description.clone(),
        order: row.order,
        default: row.default,
    }
}

/// A row in use cannot be deleted; what was read a moment ago was given another one since.
fn gone() -> Error {
    Error::Unavailable { service: "The reference data".into() }
}

impl Context {
    /// For the file names of tables.
    pub(super) fn stamp(&self) -> Stamp {
        Stamp { now: self.now(), zone: self.settings.site.time_zone }
    }
}

/// Routes and documentation of one collection: all rows, and one by id.
macro_rules! collection {
    (
        $module:ident, $list:literal, $one:literal, $table:literal, $title:literal,
        needs $need:ident, $body:ident by $id:ty, from $rows:ident
    ) => {
        pub mod $module {
            use super::*;

            const TABLE: Table = Table { name: $table, columns: &[] };

            #[doc = concat!("All ", $title, ".")]
            #[utoipa::path(
                        get, path = $list, tag = $table, operation_id = concat!($table, "_list"),
                        params(crate::api::document::TableParameters, crate::api::document::PageParameters),
                        responses((status = OK, description = "A plain array", body = Vec<$body>))
                    )]
            pub async fn list(
                State(ctx): State<Context>,
                rendering: Rendering,
                _: Allowed<$need>,
            ) -> Result<Response> {
                let rows = Reference::read(&ctx).await?.$rows();
                rendering.list(rows, TABLE, ctx.stamp(), &ctx.settings.site.link(""))
            }

            #[doc = concat!("One of the ", $title, ".")]
            #[utoipa::path(
                        get, path = $one, tag = $table, operation_id = concat!($table, "_retrieve"),
                        params(("id" = $id, Path), crate::api::document::TableParameters),
                        responses((status = OK, description = "Found", body = $body))
                    )]
            pub async fn one(
                State(ctx): State<Context>,
                rendering: Rendering,
                _: Allowed<$need>,
                Id(wanted): Id<$id>,
            ) -> Result<Response> {
                let rows = Reference::read(&ctx).await?.$rows();
                let row = rows.into_iter().find(|row| row.id == wanted).ok_or_else(Problem::not_found)?;
                Ok(rendering.one(&row, TABLE, ctx.stamp()))
            }

            pub fn routes() -> OpenApiRouter<Context> {
                OpenApiRouter::new().routes(routes!(list)).routes(routes!(one))
            }
        }
    };
}

collection!(
    environments, "/api/v2/firefighter/environments", "/api/v2/firefighter/environments/{id}",
    "environments", "environments",
    needs ViewEnvironment, EnvironmentBody by Uuid, from environments
);
collection!(
    priorities, "/api/v2/firefighter/priorities", "/api/v2/firefighter/priorities/{id}",
    "priorities", "priorities, the worst first",
    needs ViewPriority, PriorityBody by Uuid, from priorities
);
collection!(
    severities, "/api/v2/firefighter/severities", "/api/v2/firefighter/severities/{id}",
    "severities", "priorities, under their older name",
    needs ViewPriority, PriorityBody by Uuid, from priorities
);
collection!(
    groups, "/api/v2/firefighter/groups", "/api/v2/firefighter/groups/{id}",
    "groups", "groups of incident categories",
    needs ViewGroup, GroupBody by Uuid, from groups
);
collection!(
    incident_categories, "/api/v2/firefighter/incident-categories", "/api/v2/firefighter/incident-categories/{id}",
    "incident-categories", "incident categories",
    needs ViewIncidentCategory, CategoryBody by Uuid, from categories
);
collection!(
    components, "/api/v2/firefighter/components", "/api/v2/firefighter/components/{id}",
    "components", "incident categories, under their older name",
    needs ViewIncidentCategory, CategoryBody by Uuid, from categories
);
collection!(
    incident_cost_types, "/api/v2/firefighter/incident_cost_types", "/api/v2/firefighter/incident_cost_types/{id}",
    "incident_cost_types", "types of costs",
    needs ViewIncidentCostType, CostTypeBody by i64, from cost_types
);

pub fn routes() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .merge(environments::routes())
        .merge(severities::routes())
        .merge(priorities::routes())
        .merge(groups::routes())
        .merge(incident_categories::routes())
        .merge(components::routes())
        .merge(incident_cost_types::routes())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use chrono::DateTime;

    /// The shipped reference data, made and changed at the epoch, seen from Paris.
    pub(crate) fn shipped() -> Reference {
        let catalog = Catalog::demo();
        let stamps = Stamps { created_at: DateTime::UNIX_EPOCH, updated_at: DateTime::UNIX_EPOCH };
        let times = Times {
            priorities: catalog.priorities.iter().map(|row| (row.id, stamps)).collect(),
            groups: catalog.groups.iter().map(|row| (row.id, stamps)).collect(),
            categories: catalog.categories.iter().map(|row| (row.id, stamps)).collect(),
            cost_types: catalog.cost_types.iter().map(|row| (row.id, stamps)).collect(),
        };
        Reference { catalog: Arc::new(catalog), times: Arc::new(times), zone: chrono_tz::Europe::Paris }
    }

    fn keys(row: &impl Serialize) -> Vec<String> {
        let text = serde_json::to_string(row).unwrap();
        let mut depth = 0;
        let mut keys = Vec::new();
        let pieces: Vec<&str> = text.split('"').collect();
        for (i, piece) in pieces.iter().enumerate() {
            if i % 2 == 0 {
                depth += piece.matches('{').count();
                depth -= piece.matches('}').count();
            } else if depth == 1 && pieces[i + 1].starts_with(':') {
                keys.push((*piece).to_owned());
            }
        }
        keys
    }

    // API-042 API-043 API-045 API-046 API-048: keys in their order.
    #[test]
    fn rows_have_their_keys_in_order() {
        let reference = shipped();
        assert_eq!(
            keys(&reference.environments()[0]),
            ["id", "value", "name", "description", "order", "default"]
        );
        assert_eq!(
            keys(&reference.priorities()[0]),
            [
                "id",
                "name",
                "value",
                "emoji",
                "description",
                "order",
                "default",
                "needs_postmortem",
                "enabled_create",
                "enabled_update",
                "reminder_time",
                "sla",
                "recommended_response_type",
                "created_at",
                "updated_at"
            ]
        );
        assert_eq!(
            keys(&reference.groups()[0]),
            ["id", "name", "description", "order", "created_at", "updated_at"]
        );
        assert_eq!(
            keys(&reference.categories()[0]),
            [
                "id",
                "group",
                "name",
                "description",
                "order",
                "private",
                "deploy_warning",
                "created_at",
                "updated_at"
            ]
        );
        assert_eq!(
            keys(&reference.cost_types()[0]),
            ["id", "name", "description", "category", "default", "editable", "created_at", "updated_at"]
        );
    }

    // API-043: six priorities by order. API-018: their durations and times are spelled for the office.
    #[test]
    fn six_priorities_by_order() {
        let rows = shipped().priorities();
        assert_eq!(
            rows.iter().map(|row| &*row.name).collect::<Vec<_>>(),
            ["P1", "P2", "P3", "P4", "P5", "GAMEDAY"]
        );
        assert!(rows.iter().all(|row| row.created_at == "1970-01-01T01:00:00.000000+01:00"));
        assert!(rows.iter().all(|row| row.sla.len() >= 8), "{:?}", rows[0].sla);
    }

    // API-038: categories by order, then name.
    #[test]
    fn categories_by_order() {
        let rows = shipped().categories();
        assert!(rows.is_sorted_by_key(|row| (row.order, row.name.clone())));
        assert_eq!(rows.len(), 52);
    }
}
