//! The REST door, version 2, below `/api/v2/firefighter/`: for programs, exports and alerts.
//!
//! A handler's signature tells the way of a request: format ([`negotiate`]), who asks and whether they may ([`auth`]),
//! the body; then one operation or read behind the fence, and an answer. Whatever goes wrong is said in one shape
//! ([`problem`]). Addresses are accepted with and without slash and with a format as suffix ([`address`]).
//!
//! | file | holds |
//! |---|---|
//! | [`incidents`] | list, one, declare |
//! | `declaration`, `body` | what `POST incidents` reads |
//! | `representation` | an incident as it is shown, a contract |
//! | [`catalog`], `costs` | reference data, cost lines |
//! | `tabular`, `page`, `wire` | CSV and TSV, pages, spelling of single values |
//! | `document`, `schema` | OpenAPI and its page |

mod address;
mod auth;
mod body;
mod catalog;
mod costs;
mod declaration;
mod document;
mod incidents;
mod negotiate;
mod page;
mod problem;
mod representation;
mod schema;
mod tabular;
mod wire;

use crate::{context::Context, settings::Settings};
use auth::Known;
use axum::{
    Router,
    extract::Request,
    http::Method,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use problem::Problem;
use tower::ServiceBuilder;
use utoipa_axum::router::OpenApiRouter;

/// Everything below `/api/` that no other door answers.
///
/// No layer of the web stands around it: this door asks for sessions and other sites by itself ([`auth`]) and answers
/// in its own shape.
pub fn router(ctx: Context) -> Router {
    let (routes, document) = endpoints().split_for_parts();
    let mut routes = routes.method_not_allowed_fallback(method_not_allowed);
    if ctx.settings.site.expose_api_docs {
        let document = document::complete(document, &ctx.settings);
        let docs = schema::routes(&document).expect("the document is plain data, and a test writes it");
        routes = routes.merge(docs.method_not_allowed_fallback(method_not_allowed));
    }
    let routes = routes.fallback(not_found).with_state(ctx);
    let door = ServiceBuilder::new().map_request(address::normalise).service(routes);
    Router::new()
        .route_service("/api", door.clone())
        .route_service("/api/", door.clone())
        .route_service("/api/{*rest}", door)
}

/// The OpenAPI document as YAML (`firefighter openapi`).
///
/// # Errors
/// When it cannot be written.
pub fn openapi(settings: &Settings) -> anyhow::Result<String> {
    let (_, document) = endpoints().split_for_parts();
    Ok(document::complete(document, settings).to_yaml()?)
}

/// Method and path of every endpoint, those of the document itself included.
///
/// # Errors
/// When the document cannot be written.
pub fn paths() -> anyhow::Result<Vec<(String, String)>> {
    let (_, document) = endpoints().split_for_parts();
    let document = serde_json::to_value(document)?;
    let mut paths: Vec<(String, String)> =
        schema::PATHS.iter().map(|path| ("GET".into(), (*path).to_owned())).collect();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        let methods = methods.as_object().into_iter().flatten().map(|(method, _)| method.to_uppercase());
        paths.extend(methods.filter(|method| method != "PARAMETERS").map(|method| (method, path.clone())));
    }
    Ok(paths)
}

fn endpoints() -> OpenApiRouter<Context> {
    OpenApiRouter::new().merge(incidents::routes()).merge(catalog::routes()).merge(costs::routes())
}

async fn not_found() -> Problem {
    Problem::not_found()
}

/// Who is not known learns nothing about methods; who asks for options gets them in the `Allow` header.
async fn method_not_allowed(_: Known, request: Request) -> Response {
    match request.method() {
        &Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        method => Problem::MethodNotAllowed(method.clone()).into_response(),
    }
}
