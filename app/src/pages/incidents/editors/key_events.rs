//! `/incident/<id>/update_key_events/`: when it started, was detected, recovered.

use super::{super::detail::id_in_path, Before, Hidden, Seen, Sheet, known};
use crate::{
    Problem,
    components::{ErrorText, FieldsSummary, Icon},
    forms::{Sent, answer, keep},
    layout::read_first,
    routes,
    wire::load,
};
use domain::{
    IncidentId,
    incident::Set,
    view::{KeyEventField, KeyEventsForm},
};
use leptos::{form::ActionForm, prelude::*};
use std::collections::BTreeMap;

/// # Errors
/// `NotFound` also for what may not be seen.
#[server(prefix = "/fn", endpoint = "incident/key-events/form", input = leptos::server_fn::codec::GetUrl)]
pub async fn load_key_events(id: IncidentId) -> Result<KeyEventsForm, Problem> {
    use crate::server::{backend, caller, read};
    read(backend().key_events_form(&caller()?, id).await)
}

/// Dates key events once per submission, then shows the incident.
///
/// # Errors
/// Every wrong field at once, or conflicts; nothing is written then.
#[server(prefix = "/fn", endpoint = "incident/key-events")]
pub async fn set_key_events(
    id: IncidentId,
    submission: String,
    #[server(default)] asked: BTreeMap<String, Set<String>>,
) -> Result<(), Problem> {
    use crate::server::{backend, caller, redirect};
    backend().set_key_events(&caller()?, id, asked, &submission).await?;
    redirect(&routes::saved(id));
    Ok(())
}

#[component]
pub fn KeyEvents() -> impl IntoView {
    let id = id_in_path();
    let action = ServerAction::<SetKeyEvents>::new();
    let sent = Sent::to("/fn/incident/key-events", answer(action));
    let form = load(move || id.get(), |id| async move { load_key_events(known(id)?).await });
    read_first(form, move |form| view! { <Form form action sent/> })
}

fn values(form: &KeyEventsForm) -> Vec<(String, String)> {
    form.fields.iter().map(|f| (f.field.clone(), f.value.clone())).collect()
}

#[component]
fn Form(form: KeyEventsForm, action: ServerAction<SetKeyEvents>, sent: Sent) -> impl IntoView {
    let id = form.about.id;
    let seen = Seen::new(form.about.submission.clone(), values(&form));
    seen.renew(sent, move || async move {
        let fresh = load_key_events(id).await?;
        Ok((fresh.about.submission.clone(), values(&fresh)))
    });
    let labels: BTreeMap<String, String> =
        form.fields.iter().map(|f| (f.field.clone(), f.name.clone())).collect();
    let names = move |field: &str| (field.to_owned(), labels.get(field).cloned().unwrap_or_default());
    view! {
        <Sheet about=form.about title="Key events">
            <FieldsSummary sent not_done="Not saved" names/>
            <ActionForm action attr:data-keep=keep(&format!("key events {id}")) attr:data-done=routes::saved(id) attr:class="sheet grid gap-4 p-4" attr:aria-label="Key events" attr:novalidate="">
                <Hidden id seen/>
                <p class="hint">{form.zone}" Empty a field to take the key event back. The metrics follow."</p>
                {form.fields.into_iter().map(|field| view! { <Field field sent seen/> }).collect_view()}
                <p><button class="btn btn-primary btn-sm" disabled=move || action.pending().get()>"Save key events"</button></p>
            </ActionForm>
        </Sheet>
    }
}

#[component]
fn Field(field: KeyEventField, sent: Sent, seen: Seen) -> impl IntoView {
    let name = format!("asked[{}]", field.field);
    let to = format!("{name}[to]");
    let value = sent.kept(&to).unwrap_or_else(|| field.value.clone());
    let (hint, wrong_id) = (format!("{}-h", field.field), format!("{}-e", field.field));
    let key = field.field.clone();
    let wrong = Signal::derive(move || sent.error_at(&[&key]));
    let note = match (field.editable, field.required) {
        (false, _) => "set by what happens",
        (true, true) => "",
        (true, false) => "optional",
    };
    let odd = field.odd.into_iter().map(|text| {
        view! { <p class="err"><Icon name="circle-alert"/><span>{text}</span></p> }
    });
    let input = if field.editable {
        view! {
            <Before name=format!("{name}[from]") field=field.field.clone() seen/>
            <input
                id=field.field.clone()
                name=to
                type="datetime-local"
                step="1"
                value=value
                class="input input-sm w-60 max-w-full"
                aria-describedby=format!("{hint} {wrong_id}")
                aria-invalid=move || wrong.with(Option::is_some).then_some("true")
            />
        }
        .into_any()
    } else {
        view! {
            <input id=field.field.clone() type="datetime-local" step="1" value=field.value class="input input-sm w-60 max-w-full" aria-describedby=hint.clone() disabled=true/>
        }
        .into_any()
    };
    view! {
        <div>
            <label class="lbl" for=field.field>{field.name}" "<span class="font-normal text-ink-2">{note}</span></label>
            <p id=hint class="hint mb-1">{field.summary}</p>
            {input}
            <ErrorText id=wrong_id text=wrong/>
            {odd.collect_view()}
        </div>
    }
}
