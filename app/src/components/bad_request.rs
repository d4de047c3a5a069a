use domain::FieldErrors;
use leptos::prelude::*;

/// What of the address cannot be read, field by field, and the way to all rows.
#[component]
pub fn BadRequest(errors: FieldErrors, back: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <div role="alert" class="mt-3 rounded-box border border-p1 bg-p1-tint px-4 py-4 sm:px-8">
            <h2 class="text-lg font-semibold">"Bad request"</h2>
            <p class="mt-1">"This cannot be asked, so nothing is shown."</p>
            <ul class="mt-2 grid gap-0.5">
                {errors.0.into_iter().map(|e| view! { <li><span class="num">{e.field}</span>": "{e.message}</li> }).collect_view()}
            </ul>
            <p class="mt-4"><a class="btn btn-line btn-sm" href=back>{text}</a></p>
        </div>
    }
}
