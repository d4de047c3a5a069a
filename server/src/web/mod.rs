//! The web door: pages, the server functions behind their forms, sign-in, assets.
//!
//! A request passes, outermost first: headers every answer carries · who may post here ([`origin`]) · who asks
//! ([`session`]) · what refused plain forms remember ([`drafts`]) · the login wall ([`wall`]) · a page, a server
//! function, a file. Pages ask [`backend`] only, which forwards to operations and reads; `present` turns facts into
//! what pages show. Behaviour: spec 03 §1–§9, §15.

pub mod assets;
mod backend;
pub mod drafts;
mod errors;
pub mod login;
mod next;
pub mod origin;
mod policy;
mod present;
pub mod session;
mod wall;

pub use backend::Web;

use crate::context::Context;
use app::backend::Backend;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    handler::Handler,
    http::{HeaderValue, StatusCode, Uri, header},
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use leptos::prelude::provide_context;
use leptos_axum::{AxumRouteListing, LeptosRoutes, generate_route_list, render_app_async_with_context};
use std::sync::Arc;

/// What a form may send in all; far above what its fields take.
pub(crate) const FORM_LIMIT: usize = 128 * 1024;

/// Everything people open in a browser, with its layers. Knows every path that no other door takes: merge it last.
pub fn router(ctx: Context) -> Router {
    let options = assets::options();
    let backend: Arc<dyn Backend> = Arc::new(Web::new(ctx.clone()));
    let policy = policy::Policy::of(&ctx.settings, &options);
    let provide = move || {
        provide_context(backend.clone());
        policy.put_on_page();
    };
    let shell = {
        let options = options.clone();
        move || app::shell(options.clone())
    };
    let routes = generate_route_list(app::App);
    let not_found = render_app_async_with_context(provide.clone(), shell.clone());
    let files = assets::Files::of(&options);

    let pages = Router::new()
        .leptos_routes_with_context(&options, routes.clone(), provide, shell)
        .with_state::<()>(options);
    with_short_forms(pages, &routes)
        .merge(login::routes(ctx.clone()))
        .nest_service("/pkg", files.hashed())
        .fallback_service(
            (move |request: Request| {
                let (files, not_found) = (files.clone(), not_found.clone());
                async move {
                    match files.find(request).await {
                        Ok(file) => file,
                        Err(request) => not_found(request).await,
                    }
                }
            })
            .with_state(()),
        )
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        .layer(from_fn_with_state(ctx.clone(), wall::stand))
        .layer(from_fn_with_state(ctx.clone(), drafts::keep))
        .layer(from_fn_with_state(ctx.clone(), session::recognise))
        .layer(from_fn_with_state(ctx.clone(), origin::guard))
        .layer(from_fn_with_state(ctx, errors::by_meaning))
        .layer(from_fn(policy::put_where_absent))
}

/// A known page asked for without its last slash is sent on; anything else stays not found (spec 03 §2).
fn with_short_forms(mut router: Router, routes: &[AxumRouteListing]) -> Router {
    for route in routes {
        if let Some(short) = route.path().strip_suffix('/').filter(|path| !path.is_empty()) {
            router = router.route(short, get(to_long_form));
        }
    }
    router
}

async fn to_long_form(uri: Uri) -> Response {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    match HeaderValue::from_str(&format!("{}/{query}", uri.path())) {
        Ok(to) => (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, to)]).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}
