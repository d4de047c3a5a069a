//! `/incident/<id>/reopen/`: an administrator brings a closed incident back, and says why. And the other way round, the
//! button that takes a fresh declaration back.

use super::{
    detail::{id_in_path, page_of},
    renewed,
};
use crate::{
    Problem,
    components::{ErrorSummary, ErrorText, Options, Title, area_text},
    forms::{Sent, answer, keep},
    layout::read_first,
    routes,
    wire::load,
};
use domain::{
    IncidentId,
    incident::{RawUpdate, Status},
    view::{Choice, IncidentPage},
};
use leptos::{form::ActionForm, prelude::*};

/// Reopens once per submission, then shows the incident.
///
/// # Errors
/// `Forbidden` for who is no administrator; every wrong field at once.
#[server(prefix = "/fn", endpoint = "incident/reopen")]
pub async fn reopen_incident(
    id: IncidentId,
    submission: String,
    #[server(default)] asked: RawUpdate,
) -> Result<(), Problem> {
    use crate::server::{backend, caller, redirect};
    backend().reopen(&caller()?, id, asked, &submission).await?;
    redirect(&routes::posted(id));
    Ok(())
}

/// Closes what was declared by mistake, then shows the incident.
///
/// # Errors
/// `Refused` when it is too late or not theirs.
#[server(prefix = "/fn", endpoint = "incident/mistake")]
pub async fn declared_by_mistake(id: IncidentId, submission: String) -> Result<(), Problem> {
    use crate::server::{backend, caller, redirect};
    backend().mistake(&caller()?, id, &submission).await?;
    redirect(&routes::posted(id));
    Ok(())
}

const REOPEN: &str = "/fn/incident/reopen";
pub const MISTAKE: &str = "/fn/incident/mistake";

/// "Declared by mistake", while it is offered; why it was refused, with the way that is left.
#[component]
pub fn Mistake(
    id: IncidentId,
    offered: bool,
    submission: String,
    action: ServerAction<DeclaredByMistake>,
    sent: Sent,
) -> impl IntoView {
    let refused = move || {
        sent.error().map(|problem| view! {
            <p role="alert" class="err mb-2">{problem.to_string()}" "<a class="a" href=routes::close(id)>"Close with a reason"</a></p>
        })
    };
    view! {
        {refused}
        {offered.then(|| view! {
            <ActionForm action attr:class="noprint mb-2 mt-2 flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-ink-2">
                <input type="hidden" name="id" value=id.to_string()/>
                <input type="hidden" name="submission" value=submission/>
                <button class="btn btn-line btn-sm" disabled=move || action.pending().get()>"Declared by mistake"</button>
                <span>"Closes it as cancelled and archives the channel. Offered for a minute."</span>
            </ActionForm>
        })}
    }
}

#[component]
pub fn Reopen() -> impl IntoView {
    let id = id_in_path();
    let action = ServerAction::<ReopenIncident>::new();
    let sent = Sent::to(REOPEN, answer(action));
    let page = load(move || id.get(), page_of);
    read_first(page, move |page| view! { <Page page action sent/> })
}

#[component]
fn Page(page: IncidentPage, action: ServerAction<ReopenIncident>, sent: Sent) -> impl IntoView {
    let id = page.id;
    let body = if page.life.may_reopen {
        view! { <Form id submission=page.life.submission action sent/> }.into_any()
    } else if page.update.is_some() {
        view! { <p class="sheet px-4 py-3 text-ink-2">"It is not closed."</p> }.into_any()
    } else {
        view! { <p class="sheet px-4 py-3 text-ink-2">"Only an administrator can reopen it."</p> }.into_any()
    };
    view! {
        <Title text=format!("Reopen incident #{id}")/>
        <div class="mx-auto max-w-[820px] px-4 py-5 lg:px-6">
            <h1 class="text-xl font-bold tracking-tight">"Reopen the incident"</h1>
            <p class="mt-1 mb-4"><a class="a-quiet font-medium wrap-anywhere" href=routes::incident(id)>{format!("#{id} {}", page.title)}</a></p>
            <ErrorSummary sent not_done="Not reopened" control label/>
            <div class="mt-4">{body}</div>
            <p class="mt-4"><a class="a" href=routes::incident(id)>"Back to the incident"</a></p>
        </div>
    }
}

#[component]
fn Form(
    id: IncidentId,
    submission: String,
    action: ServerAction<ReopenIncident>,
    sent: Sent,
) -> impl IntoView {
    let submission = renewed(submission, sent);
    let wrong = Signal::derive(move || sent.error_at(&["message"]));
    let state = Signal::derive(move || sent.error_at(&["status"]));
    let back: Vec<Choice> = [Status::Investigating, Status::Mitigating].map(Choice::from).into();
    let chosen = sent.kept("asked[status][to]").unwrap_or_else(|| "20".into());
    view! {
        <ActionForm action attr:data-keep=keep(&format!("reopen {id}")) attr:data-done=routes::posted(id) attr:class="sheet grid gap-4 px-4 py-5 sm:px-6" attr:novalidate="" attr:aria-label="Reopen the incident">
            <input type="hidden" name="id" value=id.to_string()/>
            <input type="hidden" name="submission" value=submission prop:value=submission/>
            <input type="hidden" name="asked[status][from]" value="60"/>
            <div class="fld">
                <label for="status">"Status"</label>
                <select id="status" name="asked[status][to]" class="select" aria-describedby="status-e"
                    aria-invalid=move || state.with(Option::is_some).then_some("true")>
                    <Options choices=back chosen/>
                </select>
                <ErrorText id="status-e" text=state/>
            </div>
            <div class="fld">
                <label for="message">"Message"</label>
                <textarea id="message" name="asked[message]" rows="4" maxlength="1200" class="textarea min-h-24 text-base"
                    aria-invalid=move || wrong.with(Option::is_some).then_some("true") aria-describedby="message-e message-h"
                >{area_text(sent.kept("asked[message]").unwrap_or_default())}</textarea>
                <ErrorText id="message-e" text=wrong/>
                <p id="message-h" class="hint">"Why is it reopened? At least 10 characters. An archived channel stays archived until somebody opens it in Slack."</p>
            </div>
            <div class="flex flex-wrap items-center gap-3">
                <button class="btn btn-primary max-sm:w-full" disabled=move || action.pending().get()>"Reopen incident"</button>
                <a href=routes::incident(id) class="btn btn-ghost max-sm:w-full">"Cancel"</a>
            </div>
        </ActionForm>
    }
}

fn control(field: &str) -> &'static str {
    if field == "status" { "status" } else { "message" }
}

fn label(field: &str) -> &'static str {
    match field {
        "status" => "Status",
        "message" => "Message",
        _ => "",
    }
}
