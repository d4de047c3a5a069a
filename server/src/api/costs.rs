//! `incident_costs`: cost lines of the incidents that the caller may see.

use super::{
    address::Id,
    auth::{Allowed, ViewIncidentCost},
    catalog::{CostTypeBody, Reference},
    document::{PageParameters, TableParameters},
    negotiate::{Rendering, Table},
    problem::Result,
    wire,
};
use crate::{
    context::Context,
    incidents::costs::{self, CostLine},
};
use axum::{extract::State, response::Response};
use domain::CostId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

const TABLE: Table = Table { name: "incident_costs", columns: &[] };

/// One cost line of an incident.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CostLineBody {
    pub id: i64,
    pub cost_type: CostTypeBody,
    /// EUR, two digits.
    #[schema(required, example = "1200.50")]
    pub amount: Option<String>,
    #[schema(required)]
    pub details: Option<String>,
    #[schema(format = DateTime)]
    pub created_at: String,
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// Number of the incident.
    pub incident: i64,
}

fn body(ctx: &Context, reference: &Reference, line: CostLine) -> Result<CostLineBody> {
    let zone = ctx.settings.site.time_zone;
    Ok(CostLineBody {
        id: line.id.0,
        cost_type: reference.cost_type(line.cost_type)?,
        amount: line.amount,
        details: line.details,
        created_at: wire::moment(line.created_at, zone),
        updated_at: wire::moment(line.updated_at, zone),
        incident: line.incident.0,
    })
}

/// All cost lines, by id.
#[utoipa::path(
    get, path = "/api/v2/firefighter/incident_costs", tag = "incident_costs", operation_id = "incident_costs_list",
    params(TableParameters, PageParameters),
    responses((status = OK, description = "A plain array", body = Vec<CostLineBody>))
)]
async fn list(
    State(ctx): State<Context>,
    rendering: Rendering,
    allowed: Allowed<ViewIncidentCost>,
) -> Result<Response> {
    let lines = costs::list(&ctx.db, allowed.caller.viewer()).await?;
    let reference = Reference::read(&ctx).await?;
    let rows = lines.into_iter().map(|line| body(&ctx, &reference, line)).collect::<Result<Vec<_>>>()?;
    rendering.list(rows, TABLE, ctx.stamp(), &ctx.settings.site.link(""))
}

/// One cost line.
#[utoipa::path(
    get, path = "/api/v2/firefighter/incident_costs/{id}", tag = "incident_costs",
    operation_id = "incident_costs_retrieve",
    params(("id" = i64, Path), TableParameters),
    responses((status = OK, description = "Found", body = CostLineBody))
)]
async fn one(
    State(ctx): State<Context>,
    rendering: Rendering,
    allowed: Allowed<ViewIncidentCost>,
    Id(id): Id<CostId>,
) -> Result<Response> {
    let line = costs::get(&ctx.db, allowed.caller.viewer(), id).await?;
    let row = body(&ctx, &Reference::read(&ctx).await?, line)?;
    Ok(rendering.one(&row, TABLE, ctx.stamp()))
}

pub fn routes() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one))
}
