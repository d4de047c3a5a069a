//! `/incident/<id>/tags/`: words to find it again.

use super::{super::detail::id_in_path, Before, Hidden, Seen, Sheet, known};
use crate::{
    Problem,
    components::{ErrorSummary, ErrorText},
    forms::{Sent, answer, keep},
    layout::read_first,
    routes,
    wire::load,
};
use domain::{IncidentId, incident::Set, view::TagsForm};
use leptos::{form::ActionForm, prelude::*};

/// # Errors
/// `NotFound` also for what may not be seen.
#[server(prefix = "/fn", endpoint = "incident/tags/form", input = leptos::server_fn::codec::GetUrl)]
pub async fn load_tags(id: IncidentId) -> Result<TagsForm, Problem> {
    use crate::server::{backend, caller, read};
    read(backend().tags_form(&caller()?, id).await)
}

/// Sets tags once per submission, then shows the incident.
///
/// # Errors
/// Under `tags`; nothing is written then.
#[server(prefix = "/fn", endpoint = "incident/tags")]
pub async fn set_tags(
    id: IncidentId,
    submission: String,
    #[server(default)] tags: Set<String>,
) -> Result<(), Problem> {
    use crate::server::{backend, caller, redirect};
    backend().set_tags(&caller()?, id, tags, &submission).await?;
    redirect(&routes::saved(id));
    Ok(())
}

#[component]
pub fn Tags() -> impl IntoView {
    let id = id_in_path();
    let action = ServerAction::<SetTags>::new();
    let sent = Sent::to("/fn/incident/tags", answer(action));
    let form = load(move || id.get(), |id| async move { load_tags(known(id)?).await });
    read_first(form, move |form| view! { <Form form action sent/> })
}

#[component]
fn Form(form: TagsForm, action: ServerAction<SetTags>, sent: Sent) -> impl IntoView {
    let id = form.about.id;
    let seen = Seen::new(form.about.submission.clone(), [("tags".to_owned(), form.tags.clone())]);
    seen.renew(sent, move || async move {
        let fresh = load_tags(id).await?;
        Ok((fresh.about.submission, vec![("tags".to_owned(), fresh.tags)]))
    });
    let value = sent.kept("tags[to]").unwrap_or(form.tags);
    let wrong = Signal::derive(move || sent.error_at(&["tags"]));
    view! {
        <Sheet about=form.about title="Tags">
            <ErrorSummary sent not_done="Not saved" control=|_| "tags" label=|_| "Tags"/>
            <ActionForm action attr:data-keep=keep(&format!("tags {id}")) attr:data-done=routes::saved(id) attr:class="sheet grid gap-4 p-4" attr:aria-label="Tags" attr:novalidate="">
                <Hidden id seen/>
                <div>
                    <label class="lbl" for="tags">"Tags"</label>
                    <p id="tags-h" class="hint mb-1">"Divide them by commas: black-friday, vendor."</p>
                    <Before name="tags[from]".to_owned() field="tags".to_owned() seen/>
                    <input id="tags" name="tags[to]" autocomplete="off" value=value class="input input-sm w-full"
                        aria-describedby="tags-h tags-e" aria-invalid=move || wrong.with(Option::is_some).then_some("true")/>
                    <ErrorText id="tags-e" text=wrong/>
                </div>
                <p><button class="btn btn-primary btn-sm" disabled=move || action.pending().get()>"Save tags"</button></p>
            </ActionForm>
        </Sheet>
    }
}
