//! `incidents`: list, one, declare (spec 04 §5, §7).

use super::{
    address::{Id, Suffix},
    auth::{AddIncident, Allowed, ViewIncident},
    body::Fields,
    declaration::{self, IncidentDeclaration},
    document::{IncidentParameters, PageParameters, TableParameters},
    negotiate::{Query, Rendering, Table, format_of},
    problem::{Problem, Result},
    representation::{COLUMNS, IncidentBody, represent},
};
use crate::{
    context::Context,
    incidents::{self, list, query},
    write::Sent,
};
use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::{HeaderMap, HeaderName, StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use domain::{Error, FieldCode, IncidentId, Origin, Viewer, incident::Filter};
use serde_json::Value;
use utoipa_axum::{router::OpenApiRouter, routes};

const TABLE: Table = Table { name: "incidents", columns: COLUMNS };
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const LONGEST_KEY: usize = 200;
/// Parameters of the list page that mean nothing here.
const OF_THE_PAGE: [&str; 5] = ["sort", "page", "per_page", "after", "before"];

/// All incidents that the caller may see, the newest first.
///
/// Different parameters narrow each other; values of one parameter are alternatives. Unknown parameters are ignored,
/// wrong values are refused.
#[utoipa::path(
    get, path = "/api/v2/firefighter/incidents", tag = "incidents", operation_id = "incidents_list",
    params(IncidentParameters, TableParameters, PageParameters),
    responses((status = OK, description = "A plain array", body = Vec<IncidentBody>))
)]
async fn list_all(
    State(ctx): State<Context>,
    rendering: Rendering,
    allowed: Allowed<ViewIncident>,
) -> Result<Response> {
    let filter = filter(&ctx, &rendering.query).await?;
    let viewer = allowed.caller.viewer();
    let Some(page) = rendering.page()? else {
        let found = list::list_all(&ctx, viewer, &filter, None).await?;
        let rows = represent(&ctx, &found, filter.show_tags).await?;
        return Ok(rendering.rows(&rows, TABLE, ctx.stamp()));
    };
    let total = list::count_all(&ctx, viewer, &filter).await?;
    let end = i64::try_from(page.offset.saturating_add(page.limit)).unwrap_or(i64::MAX);
    let mut found = list::list_all(&ctx, viewer, &filter, Some(end)).await?;
    let found: Vec<_> = found.drain(page.range(found.len())).collect();
    let rows = represent(&ctx, &found, filter.show_tags).await?;
    let mut response = rendering.rows(&rows, TABLE, ctx.stamp());
    let total = usize::try_from(total).unwrap_or_default();
    rendering.add_page(&mut response, page, total, &ctx.settings.site.link(""));
    Ok(response)
}

/// What the parameters ask for. Ids of reference data that does not exist are refused.
async fn filter(ctx: &Context, query: &Query) -> Result<Filter> {
    let pairs = query.0.iter().filter(|(name, _)| !OF_THE_PAGE.contains(&name.as_str()));
    let pairs: Vec<_> = pairs.cloned().collect();
    let filter = Filter::from_pairs(&pairs, ctx.now(), &ctx.settings.site.time_zone)?;
    filter.check(&*ctx.catalog().await?)?;
    Ok(filter)
}

/// One incident.
#[utoipa::path(
    get, path = "/api/v2/firefighter/incidents/{id}", tag = "incidents", operation_id = "incidents_retrieve",
    params(("id" = i64, Path, description = "Number of the incident"), TableParameters),
    responses((status = OK, description = "Found", body = IncidentBody))
)]
async fn one(
    State(ctx): State<Context>,
    rendering: Rendering,
    allowed: Allowed<ViewIncident>,
    Id(id): Id<IncidentId>,
) -> Result<Response> {
    let body = read(&ctx, allowed.caller.viewer(), id).await?;
    Ok(rendering.one(&body, TABLE, ctx.stamp()))
}

async fn read(ctx: &Context, viewer: Viewer, id: IncidentId) -> Result<IncidentBody> {
    let incident = query::get(&ctx.db, viewer, id).await?;
    represent(ctx, &[incident], true).await?.pop().ok_or_else(Problem::not_found)
}

/// Declares an incident.
///
/// While an incident with the same `dedup_key` is not yet past Mitigated, it is returned unchanged with 200. With the
/// header `Idempotency-Key`, the same request sent again gives the same answer; the key with another body is refused
/// with 409. The Slack channel follows: read it from the incident a moment later.
#[utoipa::path(
    post, path = "/api/v2/firefighter/incidents", tag = "incidents", operation_id = "incidents_create",
    params(("Idempotency-Key" = Option<String>, Header, description = "One sending of one request, at most 200 characters")),
    request_body = IncidentDeclaration,
    responses(
        (status = CREATED, description = "Declared", body = IncidentBody),
        (status = OK, description = "An open incident has this `dedup_key`", body = IncidentBody),
        (status = CONFLICT, description = "The idempotency key was used with another body", body = super::problem::ProblemBody),
    )
)]
async fn create(
    State(ctx): State<Context>,
    _: JsonAnswer,
    allowed: Allowed<AddIncident>,
    headers: HeaderMap,
    Fields(body): Fields,
) -> Result<Response> {
    let key = idempotency_key(&headers)?;
    let asked = declaration::parse(&body, &*ctx.catalog().await?)?;
    let sent = key.map(|key| Sent::new(Origin::Api, key, &Value::Object(body)));
    let opener = Some(&asked.opener);
    let declared =
        incidents::declare(&ctx, &allowed.caller, &asked.declaration, opener, sent.as_ref()).await?;
    let body = read(&ctx, allowed.caller.viewer(), declared.incident).await?;
    let status = if declared.new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(body)).into_response())
}

/// `None`: not sent, or empty.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    match value.to_str().map(str::trim) {
        Ok("") => Ok(None),
        Ok(key) if key.len() <= LONGEST_KEY => Ok(Some(key.to_owned())),
        _ => {
            let words = format!("At most {LONGEST_KEY} plain characters.");
            Err(Error::field("Idempotency-Key", FieldCode::Invalid, words).into())
        }
    }
}

/// Answered in JSON only, and only at its own address: `POST incidents.csv` is nothing.
struct JsonAnswer;

impl<S: Send + Sync> FromRequestParts<S> for JsonAnswer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        if parts.extensions.get::<Suffix>().is_some() {
            return Err(Problem::MethodNotAllowed(parts.method.clone()));
        }
        format_of(parts, &Query::of(parts), &[("json", "application/json", ())])?;
        Ok(JsonAnswer)
    }
}

pub fn routes() -> OpenApiRouter<Context> {
    OpenApiRouter::new().routes(routes!(list_all, create)).routes(routes!(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idempotency_key_is_short_and_plain() {
        let of =
            |text: &str| idempotency_key(&HeaderMap::from_iter([(IDEMPOTENCY_KEY, text.parse().unwrap())]));
        assert_eq!(of(" alert-7 "), Ok(Some("alert-7".into())));
        assert_eq!(of(""), Ok(None));
        assert_eq!(idempotency_key(&HeaderMap::new()), Ok(None));
        assert!(of(&"x".repeat(201)).is_err());
    }
}
