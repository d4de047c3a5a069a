//! Posting an update: on the incident's page and on a page of its own, the same form.
//!
//! Each choice is sent with what the person saw. When somebody changed it meanwhile nothing is written: the summary
//! shows both values, the form shows what is true now beside what was chosen, and the words stay.

use super::{detail::load_incident, new_submission};
use crate::{
    Problem,
    components::{ErrorSummary, ErrorText, Grouped, Options, area_text},
    forms::{Sent, keep, start_afresh},
    routes,
};
use domain::{
    Error, IncidentId, JobId,
    incident::RawUpdate,
    view::{Choice, UpdateForm},
};
use leptos::{form::ActionForm, prelude::*, task::spawn_local};

/// Posts an update once per submission, then shows the incident.
///
/// # Errors
/// Every wrong field at once, conflicts, refusals; nothing is written then.
#[server(prefix = "/fn", endpoint = "incident/update")]
pub async fn update_incident(
    id: IncidentId,
    submission: String,
    #[server(default)] asked: RawUpdate,
) -> Result<(), Problem> {
    use crate::server::{backend, caller, redirect};
    backend().update(&caller()?, id, asked, &submission).await?;
    redirect(&routes::posted(id));
    Ok(())
}

/// Tries a parked delivery again, then shows the incident.
///
/// # Errors
/// `NotFound`, `Forbidden`, or that it is not parked any more.
#[server(prefix = "/fn", endpoint = "delivery/retry")]
pub async fn retry_delivery(incident: IncidentId, job: JobId) -> Result<(), Problem> {
    use crate::server::{backend, caller, redirect};
    backend().retry(&caller()?, incident, job).await?;
    redirect(&format!("{}#surfaces", routes::incident(incident)));
    Ok(())
}

pub const UPDATE: &str = "/fn/incident/update";
pub const RETRY: &str = "/fn/delivery/retry";

fn control(field: &str) -> &'static str {
    match field {
        "status" => "status",
        "priority" => "priority",
        "incident_category" => "category",
        "next_update" => "promise",
        _ => "message",
    }
}

fn label(field: &str) -> &'static str {
    match field {
        "message" => "Update message",
        "status" => "Status",
        "priority" => "Priority",
        "incident_category" => "Incident category",
        "next_update" => "Next update",
        _ => "",
    }
}

/// The form. `tall` on its own page.
#[component]
pub fn Composer(
    id: IncidentId,
    form: UpdateForm,
    action: ServerAction<UpdateIncident>,
    sent: Sent,
    #[prop(optional)] tall: bool,
) -> impl IntoView {
    let chosen = |field: &str, now: &str| sent.kept(field).unwrap_or_else(|| now.to_owned());
    let status = RwSignal::new(chosen("asked[status][to]", &form.status));
    let priority = RwSignal::new(chosen("asked[priority][to]", &form.priority));
    let category = RwSignal::new(chosen("asked[incident_category][to]", &form.category));
    let message = sent.kept("asked[message]").unwrap_or_default();
    let goes_to = form.goes_to.clone();
    let hints = form.hints.clone();
    let promises = form.promises.clone();
    let form = RwSignal::new(form);
    renew(id, form, sent);
    start_afresh(action, "compose");

    let error = move |names: &'static [&'static str]| Signal::derive(move || sent.error_at(names));
    let wrong = error(&["message"]);
    view! {
        <ErrorSummary sent not_done="Not posted" control label/>
        <ActionForm action attr:id="compose" attr:data-keep=keep(&format!("incident {id}")) attr:data-done=routes::posted(id) attr:class="composer sheet noprint p-4 max-sm:p-3" attr:aria-label="Post an update" attr:novalidate="">
            <input type="hidden" name="id" value=id.to_string()/>
            <input type="hidden" name="submission" value=move || form.with(|f| f.submission.clone()) prop:value=move || form.with(|f| f.submission.clone())/>
            <label for="message" class=if tall { "lbl mb-1 block" } else { "sr-only" }>"Update message"</label>
            <textarea
                id="message"
                name="asked[message]"
                rows=if tall { "5" } else { "2" }
                maxlength="1200"
                aria-describedby="message-e goes-to"
                aria-invalid=move || wrong.with(Option::is_some).then_some("true")
                class="textarea min-h-16 text-base"
                placeholder="What changed? What happens next?"
            >{area_text(message)}</textarea>
            <ErrorText id="message-e" text=wrong/>
            <div class="mt-2.5 grid grid-cols-2 items-end gap-2.5 md:grid-cols-6">
                <Pick id="status" name="asked[status]" label="Status" class="md:col-span-2" value=status error=error(&["status"])
                    from=Signal::derive(move || form.with(|f| f.status.clone()))>
                    {move || view! { <Options choices=form.with(|f| f.statuses.clone()) chosen=status.get_untracked()/> }}
                </Pick>
                <Pick id="priority" name="asked[priority]" label="Priority" class="md:col-span-2" value=priority error=error(&["priority"])
                    from=Signal::derive(move || form.with(|f| f.priority.clone()))>
                    {move || view! { <Options choices=form.with(|f| f.priorities.clone()) chosen=priority.get_untracked()/> }}
                </Pick>
                <Pick id="category" name="asked[incident_category]" label="Incident category" class="col-span-2" value=category
                    error=error(&["incident_category"]) from=Signal::derive(move || form.with(|f| f.category.clone()))>
                    {move || view! { <Grouped groups=form.with(|f| f.categories.clone()) chosen=category.get_untracked()/> }}
                </Pick>
                <NextUpdate promises sent/>
                <button class="btn btn-primary btn-sm col-span-2 md:ml-auto" disabled=move || action.pending().get()>
                    "Post update "<kbd class="kbd js-only max-md:hidden" aria-hidden="true">"Ctrl ↵"</kbd>
                </button>
            </div>
            <div id="goes-to" class="hint mt-2.5 grid gap-0.5">
                <p>{goes_to}" 10 to 1,200 characters."</p>
                {hints.into_iter().map(|hint| view! { <p>{hint}</p> }).collect_view()}
            </div>
        </ActionForm>
    }
}

/// One choice: what is asked, and beside it, unseen, what the person saw.
#[component]
fn Pick(
    id: &'static str,
    name: &'static str,
    label: &'static str,
    class: &'static str,
    value: RwSignal<String>,
    from: Signal<String>,
    error: Signal<Option<String>>,
    children: Children,
) -> impl IntoView {
    let describes: &'static str = match id {
        "status" => "status-e",
        "priority" => "priority-e",
        _ => "category-e",
    };
    view! {
        <div class=class>
            <label class="hint mb-0.5 block" for=id>{label}</label>
            <input type="hidden" name=format!("{name}[from]") value=move || from.get() prop:value=move || from.get()/>
            <select
                id=id
                name=format!("{name}[to]")
                class="select select-sm"
                aria-describedby=describes
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                on:change:target=move |event| value.set(event.target().value())
            >
                {children()}
            </select>
            <ErrorText id=describes text=error/>
        </div>
    }
}

/// When the next one follows: in some minutes, or at a time, which counts when it is given.
#[component]
fn NextUpdate(promises: Vec<Choice>, sent: Sent) -> impl IntoView {
    let wrong = Signal::derive(move || sent.error_at(&["next_update"]));
    let kept = |name: &str| sent.kept(name).unwrap_or_default();
    let (chosen, at) = (kept("asked[next_update]"), kept("asked[next_update_at]"));
    view! {
        <div class="md:col-span-2">
            <label class="hint mb-0.5 block" for="promise">"Next update"</label>
            <select id="promise" name="asked[next_update]" class="select select-sm" aria-describedby="promise-e"
                aria-invalid=move || wrong.with(Option::is_some).then_some("true")>
                <option value="" selected=chosen.is_empty()>"not promised"</option>
                <Options choices=promises chosen=chosen.clone()/>
            </select>
            <ErrorText id="promise-e" text=wrong/>
        </div>
        <div class="md:col-span-2">
            <label class="hint mb-0.5 block" for="promise-at">"or at"</label>
            <input id="promise-at" type="time" name="asked[next_update_at]" class="input input-sm" value=at aria-describedby="promise-e"/>
        </div>
    }
}

/// After a conflict the form learns what is true now; after "sent already" it gets a new key. Words stay where they are.
fn renew(id: IncidentId, form: RwSignal<UpdateForm>, sent: Sent) {
    Effect::new(move |_| match sent.error().map(|problem| problem.0) {
        Some(Error::Conflict(_)) => spawn_local(async move {
            // Should this fail, the next try names the conflict again.
            if let Ok(page) = load_incident(id, String::new(), None).await
                && let Some(fresh) = page.update
            {
                form.try_set(fresh);
            }
        }),
        Some(Error::SentAlready { .. }) => spawn_local(async move {
            if let Ok(key) = new_submission().await {
                form.try_update(|form| form.submission = key);
            }
        }),
        _ => {}
    });
}
