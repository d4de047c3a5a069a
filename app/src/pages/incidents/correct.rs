//! `/incident/<id>/correct/<entry>/`: other words for what was said. What it said first stays readable on the page.

use super::{
    detail::{id_in_path, page_of},
    renewed,
};
use crate::{
    Problem,
    components::{Ago, ErrorSummary, ErrorText, Title, area_text},
    forms::{Sent, answer, keep},
    layout::read_first,
    routes,
    wire::load,
};
use domain::{
    Error, IncidentId, UpdateId,
    incident::Set,
    view::{Entry, EntryKind, IncidentPage},
};
use leptos::{form::ActionForm, prelude::*};
use leptos_router::hooks::use_params_map;

/// Corrects once per submission, then shows the entry.
///
/// # Errors
/// `NotFound`, `Forbidden`, what is wrong with the words, or that somebody was faster; nothing is written then.
#[server(prefix = "/fn", endpoint = "incident/correct")]
pub async fn correct_entry(
    id: IncidentId,
    entry: UpdateId,
    submission: String,
    message: Set<String>,
) -> Result<(), Problem> {
    use crate::server::{backend, caller, redirect};
    backend().correct(&caller()?, id, entry, message, &submission).await?;
    redirect(&routes::entry(id, &format!("e-{entry}")));
    Ok(())
}

const CORRECT: &str = "/fn/incident/correct";

#[component]
pub fn Correct() -> impl IntoView {
    let id = id_in_path();
    let params = use_params_map();
    let entry = Memo::new(move |_| params.with(|params| params.get("entry").unwrap_or_default()));
    let action = ServerAction::<CorrectEntry>::new();
    let sent = Sent::to(CORRECT, answer(action));
    let found = load(move || (id.get(), entry.get()), |(id, entry)| entry_of(id, entry));
    read_first(found, move |(page, entry)| view! { <Page page entry action sent/> })
}

/// The incident and the entry that the address names.
async fn entry_of(id: Option<IncidentId>, entry: String) -> Result<(IncidentPage, Entry), Problem> {
    let page = page_of(id).await?;
    let wanted = format!("e-{entry}");
    match page.timeline.iter().find(|entry| entry.id == wanted).cloned() {
        Some(entry) => Ok((page, entry)),
        None => {
            crate::server::status(404);
            Err(Problem(Error::NotFound))
        }
    }
}

#[component]
fn Page(page: IncidentPage, entry: Entry, action: ServerAction<CorrectEntry>, sent: Sent) -> impl IntoView {
    let id = page.id;
    let back = routes::entry(id, &entry.id);
    let body = match entry.what {
        EntryKind::Said { by, words, more, .. } if more.may_correct => {
            let update = entry.id.trim_start_matches("e-").to_owned();
            view! {
                <p class="mb-3 text-xs text-ink-2">"Said by "<b class="font-medium">{by.name}</b>" "<Ago at=entry.at/></p>
                <Form id update words submission=page.life.submission back=back.clone() action sent/>
            }
            .into_any()
        }
        _ => view! { <p class="sheet px-4 py-3 text-ink-2">"Only who said it corrects it, and people who may change incidents by name."</p> }.into_any(),
    };
    view! {
        <Title text=format!("Correct an update of incident #{id}")/>
        <div class="mx-auto max-w-[820px] px-4 py-5 lg:px-6">
            <h1 class="text-xl font-bold tracking-tight">"Correct an update"</h1>
            <p class="mt-1 mb-4"><a class="a-quiet font-medium wrap-anywhere" href=routes::incident(id)>{format!("#{id} {}", page.title)}</a></p>
            <ErrorSummary sent not_done="Not corrected" control=|_| "message" label=|field| if field == "message" { "Message" } else { "" }/>
            <div class="mt-4">{body}</div>
            <p class="mt-4"><a class="a" rel="external" href=back>"Back to the entry"</a></p>
        </div>
    }
}

#[component]
fn Form(
    id: IncidentId,
    update: String,
    words: String,
    submission: String,
    back: String,
    action: ServerAction<CorrectEntry>,
    sent: Sent,
) -> impl IntoView {
    let submission = renewed(submission, sent);
    let wrong = Signal::derive(move || sent.error_at(&["message"]));
    let (kept, done) = (keep(&format!("correct {update}")), back.clone());
    let typed = sent.kept("message[to]").unwrap_or_else(|| words.clone());
    view! {
        <ActionForm action attr:data-keep=kept attr:data-done=done attr:class="sheet grid gap-4 px-4 py-5 sm:px-6" attr:novalidate="" attr:aria-label="Correct an update">
            <input type="hidden" name="id" value=id.to_string()/>
            <input type="hidden" name="entry" value=update/>
            <input type="hidden" name="submission" value=submission prop:value=submission/>
            <input type="hidden" name="message[from]" value=words/>
            <div class="fld">
                <label for="message">"Message"</label>
                <textarea id="message" name="message[to]" rows="6" maxlength="1200" class="textarea min-h-28 text-base"
                    aria-invalid=move || wrong.with(Option::is_some).then_some("true") aria-describedby="message-e message-h"
                >{area_text(typed)}</textarea>
                <ErrorText id="message-e" text=wrong/>
                <p id="message-h" class="hint">"10 to 1,200 characters. What it said first stays readable below it; in the channel it is edited."</p>
            </div>
            <div class="flex flex-wrap items-center gap-3">
                <button class="btn btn-primary max-sm:w-full" disabled=move || action.pending().get()>"Correct"</button>
                <a href=back rel="external" class="btn btn-ghost max-sm:w-full">"Cancel"</a>
            </div>
        </ActionForm>
    }
}
