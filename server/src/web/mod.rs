//! The web door: pages, the server functions behind their forms, sign-in, assets.
//!
//! A request passes, outermost first: who may post here ([`origin`]) · who asks
//! ([`session`]) · what refused plain forms remember ([`drafts`]) · the login wall ([`wall`]) · a page, a server
//! function, a file, the [`live`] stream. Pages ask [`backend`] only, which forwards to operations and reads; `present` turns facts into
//! what pages show. Behaviour: spec 03 §1–§9, §15.

pub mod assets;
mod backend;
mod categories;
pub mod drafts;
mod editors;
mod errors;
pub mod live;
pub mod login;
mod next;
pub mod origin;
mod past;
mod policy;
mod present;
pub mod session;
mod tasks;
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
use std::sync::{Arc, OnceLock};

/// What a form may send in all; far above what its fields take.
pub(crate) const FORM_LIMIT: usize = 128 * 1024;

/// Everything people open in a browser, with its layers. Knows every path that no other door takes: merge it last.
pub fn router(ctx: Context) -> Router {
    let options = assets::options();
    let policy = policy::Policy::of(&ctx.settings, &options);
    let files = assets::Files::of(&options);
    let provide = {
        let (ctx, families) = (ctx.clone(), files.families());
        move || {
            provide_context::<Arc<dyn Backend>>(Arc::new(Web::new(ctx.clone())));
            provide_context(families.clone());
            policy.put_on_page();
        }
    };
    let shell = {
        let options = options.clone();
        move || app::shell(options.clone())
    };
    let routes = page_routes();
    let not_found = render_app_async_with_context(provide.clone(), shell.clone());

    let pages = Router::new()
        .leptos_routes_with_context(&options, routes.clone(), provide, shell)
        .with_state::<()>(options);
    with_short_forms(pages, &routes)
        .merge(login::routes(ctx.clone()))
        .merge(Router::new().route(live::PATH, get(live::stream)).with_state(ctx.clone()))
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
        .layer(from_fn_with_state(ctx, origin::guard))
        .layer(from_fn(errors::by_meaning))
}

/// The paths of pages. Listed once in a process and before anything renders: while it lists, the framework holds back
/// what every page of the process loads, and a page that renders meanwhile would wait for ever.
fn page_routes() -> Vec<AxumRouteListing> {
    static ROUTES: OnceLock<Vec<AxumRouteListing>> = OnceLock::new();
    let list = || {
        tasks::belong_to_requests();
        generate_route_list(app::App)
    };
    ROUTES.get_or_init(list).clone()
}

/// Paths of all pages, as the router spells them.
pub fn pages() -> Vec<String> {
    page_routes().iter().map(|route| route.path().to_owned()).collect()
}

/// Method and path of every server function: what forms and pages send.
pub fn forms() -> Vec<(String, String)> {
    leptos::server_fn::axum::server_fn_paths()
        .map(|(path, method)| (method.to_string(), path.to_owned()))
        .collect()
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

/// The door without a database behind it: what must be decided before anything is read.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Clock, settings::Settings};
    use axum::{body::Body, http::Method};
    use tower::ServiceExt;

    fn door(pairs: &[(&str, &str)]) -> Router {
        let base = [
            ("BASE_URL", "https://fire.example.com"),
            ("SECRET_KEY", "q7Jp2Xz9Lw4Rk8Vn3Tb6Yh1Gf5Ds0Ac-EuMiOyQxWzKjHgPv"),
        ];
        let all = base.iter().chain(pairs).map(|(name, value)| (name.to_string(), value.to_string()));
        let settings = Settings::from_env(all.collect()).expect("valid settings");
        let nowhere = sqlx::PgPool::connect_lazy("postgres://nobody@127.0.0.1:1/none").expect("an address");
        router(Context::new(nowhere, Clock::system(), Arc::new(settings), None))
    }

    async fn ask(door: &Router, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        door.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer")
    }

    fn location(response: &Response) -> &str {
        response.headers()[header::LOCATION].to_str().expect("text")
    }

    // WEB-003: sign-in leads back to path and query; what does not exist is not told before.
    #[tokio::test]
    async fn strangers_are_sent_to_sign_in_and_back() {
        let door = door(&[]);
        for (path, next) in [
            ("/", "/"),
            ("/incident/?search=a%20b&status=10", "/incident/%3Fsearch%3Da%2520b%26status%3D10"),
            ("/incident/999999/", "/incident/999999/"),
            ("/incident", "/incident"),
            ("/no/such/page/", "/no/such/page/"),
        ] {
            let response = ask(&door, Method::GET, path, &[("accept", "text/html")]).await;
            assert_eq!(response.status(), StatusCode::FOUND, "{path}");
            assert_eq!(location(&response), format!("/admin/login/?next={next}"));
        }
        let call = ask(&door, Method::GET, "/fn/dashboard", &[("accept", "application/json")]).await;
        assert_eq!(call.status(), StatusCode::UNAUTHORIZED);
    }

    // WEB-005: with the redirect switched off, programs are told by status and body.
    #[tokio::test]
    async fn without_the_redirect_strangers_get_401() {
        let door = door(&[
            ("OIDC_OP_DISCOVERY_DOCUMENT_URL", "https://id.example.com/.well-known/openid-configuration"),
            ("OIDC_RP_CLIENT_ID", "fire"),
            ("OIDC_RP_CLIENT_SECRET", "s"),
            ("FF_DEBUG_NO_SSO_REDIRECT", "true"),
        ]);
        let response = ask(&door, Method::GET, "/incident/", &[]).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        let body = axum::body::to_bytes(response.into_body(), 1024).await.expect("a body");
        let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(body["token_type"], "id_token");
        assert!(body["error"].is_string());
    }

    #[tokio::test]
    async fn the_page_to_sign_in_is_whole_and_runs_only_its_own_script() {
        let response =
            ask(&door(&[]), Method::GET, "/admin/login/?next=/incident/7/", &[("accept", "text/html")]).await;
        assert_eq!(response.status(), StatusCode::OK);
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().expect("text").to_owned();
        assert_eq!(response.headers()[header::CACHE_CONTROL], "private, no-cache");
        let page = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
        let page = String::from_utf8_lossy(&page);
        let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a nonce");
        assert!(page.contains(&format!("nonce=\"{nonce}\"")), "{policy}");
        assert!(page.contains("incident #7") && page.contains("name=\"password\""));
        assert!(!page.contains("name=\"person\""), "nobody is offered by name outside of the sandbox");
    }

    // CFG-014 WEB-127: previews where the setting allows them. WEB-125: pages for people.
    #[tokio::test]
    async fn error_pages_can_be_looked_at_where_a_setting_allows_it() {
        let (shown, hidden) =
            (door(&[("FF_DEBUG_ERROR_PAGES", "true")]), door(&[("FF_DEBUG_ERROR_PAGES", "false")]));
        for (code, words) in
            [(400, "Bad request"), (403, "permission"), (404, "Check the URL"), (500, "Try again later")]
        {
            let path = format!("/err/{code}/");
            let response = ask(&shown, Method::GET, &path, &[("accept", "text/html")]).await;
            assert_eq!(response.status(), code);
            let page = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
            assert!(String::from_utf8_lossy(&page).contains(words), "{code}");
            assert_eq!(ask(&hidden, Method::GET, &path, &[]).await.status(), 404);
        }
    }

    #[tokio::test]
    async fn other_sites_cannot_post_and_what_is_no_post_is_said() {
        let door = door(&[]);
        let evil = [("origin", "https://evil.example"), ("accept", "text/html")];
        for path in ["/admin/login/", "/admin/logout/", "/fn/incident/update"] {
            assert_eq!(ask(&door, Method::POST, path, &evil).await.status(), StatusCode::FORBIDDEN, "{path}");
        }
        let get = ask(&door, Method::GET, "/admin/logout/", &[]).await;
        assert_eq!(get.status(), StatusCode::METHOD_NOT_ALLOWED);
    }
}
