//! `/err/<code>/`: error pages to look at, where a setting allows it.

use crate::{layout::ErrorBody, server};
use domain::view::Session;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

#[component]
pub fn Preview() -> impl IntoView {
    let allowed = expect_context::<Session>().site.error_previews;
    let code = use_params_map().with_untracked(|params| params.get("code"));
    let status = match code.as_deref() {
        Some("400") if allowed => 400,
        Some("403") if allowed => 403,
        Some("500") if allowed => 500,
        _ => 404,
    };
    server::status(status);
    view! { <ErrorBody status/> }
}
