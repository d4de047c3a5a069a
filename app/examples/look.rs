//! Looks at the pages without a server: `cargo run -p app --features ssr --example look [quiet] [port]`, with a site folder
//! (style, fonts, `pkg/`) in `LEPTOS_SITE_ROOT`.

#[path = "../tests/pages/fake.rs"]
mod fake;

use app::backend::Backend;
use axum::{Extension, Router};
use domain::{Caller, Origin, Permissions};
use leptos::prelude::*;
use leptos_axum::{LeptosRoutes, file_and_error_handler_with_context, generate_route_list};
use std::sync::Arc;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let world =
        if args.next().as_deref() == Some("quiet") { fake::World::Quiet } else { fake::World::Burning };
    let port = args.next().unwrap_or_else(|| "8123".into());
    let backend: Arc<dyn Backend> = Arc::new(fake::Fake::new(world));
    let context = move || provide_context(backend.clone());
    let root = std::env::var("LEPTOS_SITE_ROOT").unwrap_or_else(|_| "target/site".into());
    let options = LeptosOptions::builder().output_name("firefighter").site_root(root).build();
    let session = fake::session();
    let caller = session.me.as_ref().map(|me| Caller::user(me.id, Origin::Web, Permissions::none()));
    let shell = app::shell;
    let options_of_shell = options.clone();
    let router: Router = Router::new()
        .leptos_routes_with_context(&options, generate_route_list(app::App), context.clone(), move || {
            shell(options_of_shell.clone())
        })
        .fallback(file_and_error_handler_with_context::<LeptosOptions, _>(context, shell))
        .layer(Extension(session))
        .layer(Extension(caller.expect("signed in")))
        .with_state(options);
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, router).await?;
    Ok(())
}
