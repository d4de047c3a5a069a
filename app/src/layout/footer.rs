//! The foot: what this is, its version, the way to its source and documents.

use crate::drawn::Drawn;
use domain::view::{Session, Site};
use leptos::prelude::*;

static FOOT: Drawn<Site> = Drawn::up_to::<1>();

#[component]
pub fn Footer() -> impl IntoView {
    FOOT.draw(expect_context::<Session>().site, foot)
}

fn foot(site: Site) -> impl IntoView {
    let links = [
        ("Source", Some(site.source_url).filter(|url| !url.is_empty())),
        ("OpenAPI", site.openapi_url),
        ("Swagger UI", site.swagger_url),
        ("Sandbox", site.sandbox_url),
    ];
    view! {
        <footer class="noprint mx-auto flex max-w-[1480px] flex-wrap items-center gap-x-5 gap-y-1 px-4 py-8 text-xs text-ink-2 lg:px-6">
            <span><b class="font-semibold">{site.name}</b>" "{site.version}</span>
            <span>"Report, manage, escalate!"</span>
            {links.into_iter().filter_map(|(text, url)| url.map(|url| view! {
                <a class="a-quiet py-1 underline" href=url rel="external">{text}</a>
            })).collect_view()}
            <span class="sm:ml-auto">{format!("All times {}", site.zone)}</span>
        </footer>
    }
}
