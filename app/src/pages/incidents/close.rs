//! `/incident/<id>/close/`: the gate, and behind it the form. Before anything was mitigated the form asks for a reason.

use super::{
    AboutIncident,
    detail::{id_in_path, page_of},
    renewed,
};
use crate::{
    Problem,
    components::{ErrorSummary, ErrorText, Icon, Options, Title, area_text},
    forms::{Sent, answer, keep},
    layout::read_first,
    routes,
    wire::load,
};
use domain::{
    IncidentId,
    incident::RawUpdate,
    view::{Blocker, Choice, IncidentPage, Life},
};
use leptos::{form::ActionForm, prelude::*};

/// Closes once per submission, then shows the incident.
///
/// # Errors
/// Every wrong field at once; all that stands before closing; nothing is written then.
#[server(prefix = "/fn", endpoint = "incident/close")]
pub async fn close_incident(
    id: IncidentId,
    submission: String,
    #[server(default)] asked: RawUpdate,
) -> Result<(), Problem> {
    use crate::server::{backend, caller, redirect};
    backend().update(&caller()?, id, asked, &submission).await?;
    redirect(&routes::posted(id));
    Ok(())
}

const CLOSE: &str = "/fn/incident/close";

#[component]
pub fn Close() -> impl IntoView {
    let id = id_in_path();
    let action = ServerAction::<CloseIncident>::new();
    let sent = Sent::to(CLOSE, answer(action));
    let page = load(move || id.get(), page_of);
    read_first(page, move |page| view! { <Page page action sent/> })
}

#[component]
fn Page(page: IncidentPage, action: ServerAction<CloseIncident>, sent: Sent) -> impl IntoView {
    let id = page.id;
    let cool = !page.burning();
    let body = match (page.update, page.life) {
        (None, _) => view! { <p class="sheet px-4 py-3 text-ink-2">{page.closed_to}</p> }.into_any(),
        (Some(_), life) if !life.blockers.is_empty() => {
            view! { <Gate id blockers=life.blockers/> }.into_any()
        }
        (Some(form), life) => {
            view! { <Form id seen=form.status goes_to=form.goes_to life action sent/> }.into_any()
        }
    };
    view! {
        <Title text=format!("Close incident #{id}")/>
        <div class="mx-auto max-w-[820px] px-4 py-5 lg:px-6">
            <h1 class="text-xl font-bold tracking-tight">"Close the incident"</h1>
            <AboutIncident id priority=page.priority status=page.status title=page.title cool/>
            <ErrorSummary sent not_done="Not closed" control label/>
            <div class="mt-4">{body}</div>
            <p class="mt-4"><a class="a" href=routes::incident(id)>"Back to the incident"</a></p>
        </div>
    }
}

/// What stands before closing, each with the way to put it right.
#[component]
fn Gate(id: IncidentId, blockers: Vec<Blocker>) -> impl IntoView {
    view! {
        <section class="sheet px-4 py-4 sm:px-6" aria-labelledby="h-gate">
            <h2 id="h-gate" class="text-lg font-semibold">"It cannot be closed yet"</h2>
            <ul class="mt-3 grid gap-3">
                {blockers.into_iter().map(|blocker| view! {
                    <li class="flex items-start gap-2.5" id=blocker.code.clone()>
                        <Icon name="circle-alert" class="mt-0.5 text-p1-ink"/>
                        <div class="min-w-0">
                            <p>{blocker.text}</p>
                            <p class="flex flex-wrap items-center gap-x-3 text-xs">
                                {blocker.remedy.map(|remedy| view! { <a class="a" href=routes::remedy(id, remedy)>{remedy.label()}</a> })}
                                <code class="text-ink-2 wrap-anywhere">{blocker.code.clone()}</code>
                            </p>
                        </div>
                    </li>
                }).collect_view()}
            </ul>
        </section>
    }
}

#[component]
fn Form(
    id: IncidentId,
    seen: String,
    goes_to: String,
    life: Life,
    action: ServerAction<CloseIncident>,
    sent: Sent,
) -> impl IntoView {
    let submission = renewed(life.submission, sent);
    let early = life.early;
    let wrong = Signal::derive(move || sent.error_at(&["message"]));
    let hint = if early {
        "Say in a sentence why. At least 10 characters."
    } else {
        "Optional. How did it end? 10 to 1,200 characters."
    };
    view! {
        <ActionForm action attr:data-keep=keep(&format!("close {id}")) attr:data-done=routes::posted(id) attr:class="sheet grid gap-4 px-4 py-5 sm:px-6" attr:novalidate="" attr:aria-label="Close the incident">
            <input type="hidden" name="id" value=id.to_string()/>
            <input type="hidden" name="submission" value=submission prop:value=submission/>
            {if early {
                view! { <Reason reasons=life.reasons sent/> }.into_any()
            } else {
                view! {
                    <input type="hidden" name="asked[status][from]" value=seen/>
                    <input type="hidden" name="asked[status][to]" value="60"/>
                }.into_any()
            }}
            <div class="fld">
                <label for="message">"Message"</label>
                <textarea id="message" name="asked[message]" rows="4" maxlength="1200" class="textarea min-h-24 text-base"
                    aria-invalid=move || wrong.with(Option::is_some).then_some("true") aria-describedby="message-e message-h"
                >{area_text(sent.kept("asked[message]").unwrap_or_default())}</textarea>
                <ErrorText id="message-e" text=wrong/>
                <p id="message-h" class="hint">{hint}" "{goes_to}</p>
            </div>
            <div class="flex flex-wrap items-center gap-3">
                <button class="btn btn-primary max-sm:w-full" disabled=move || action.pending().get()>"Close incident"</button>
                <a href=routes::incident(id) class="btn btn-ghost max-sm:w-full">"Cancel"</a>
            </div>
            <p class="hint">"Its channel is archived after the last message."</p>
        </ActionForm>
    }
}

/// Why it is closed before anything was mitigated, and where to read on.
#[component]
fn Reason(reasons: Vec<Choice>, sent: Sent) -> impl IntoView {
    let reason = Signal::derive(move || sent.error_at(&["closure_reason"]));
    let reference = Signal::derive(move || sent.error_at(&["closure_reference"]));
    let chosen = sent.kept("asked[closure][reason]").unwrap_or_default();
    view! {
        <p class="text-ink-2">"Nothing was mitigated yet, so closing it needs a reason."</p>
        <div class="fld">
            <label for="reason">"Reason"</label>
            <select id="reason" name="asked[closure][reason]" class="select" aria-describedby="reason-e"
                aria-invalid=move || reason.with(Option::is_some).then_some("true")>
                <option value="" selected=chosen.is_empty()>"Choose one"</option>
                <Options choices=reasons chosen=chosen.clone()/>
            </select>
            <ErrorText id="reason-e" text=reason/>
        </div>
        <div class="fld">
            <label for="reference">"Reference "<span class="font-normal text-ink-2">"optional"</span></label>
            <input id="reference" name="asked[closure][reference]" class="input" maxlength="100"
                value=sent.kept("asked[closure][reference]").unwrap_or_default()
                aria-invalid=move || reference.with(Option::is_some).then_some("true") aria-describedby="reference-e reference-h"/>
            <ErrorText id="reference-e" text=reference/>
            <p id="reference-h" class="hint">"The number or address of the other incident. Up to 100 characters."</p>
        </div>
    }
}

fn control(field: &str) -> &'static str {
    match field {
        "closure_reason" => "reason",
        "closure_reference" => "reference",
        _ => "message",
    }
}

fn label(field: &str) -> &'static str {
    match field {
        "closure_reason" => "Reason",
        "closure_reference" => "Reference",
        "message" => "Message",
        _ => "",
    }
}
