//! `/incident/<id>/impacts/`: who is hit, assessed again.

use super::{
    super::{
        detail::id_in_path,
        scale::{Chosen, Scale, Suggestion},
    },
    Before, Hidden, Seen, Sheet, known,
};
use crate::{
    Problem,
    components::{ErrorText, FieldsSummary},
    forms::{Sent, answer, keep},
    layout::read_first,
    routes,
    wire::load,
};
use domain::{
    IncidentId,
    catalog::ImpactType,
    incident::Set,
    view::{DeclareForm, ImpactsForm},
};
use leptos::{form::ActionForm, prelude::*};
use std::collections::BTreeMap;

/// # Errors
/// `NotFound` also for what may not be seen.
#[server(prefix = "/fn", endpoint = "incident/impacts/form", input = leptos::server_fn::codec::GetUrl)]
pub async fn load_impacts(id: IncidentId) -> Result<ImpactsForm, Problem> {
    use crate::server::{backend, caller, read};
    read(backend().impacts_form(&caller()?, id).await)
}

/// Assesses the impact once per submission, then shows the incident.
///
/// # Errors
/// Every wrong level at once, or conflicts; nothing is written then.
#[server(prefix = "/fn", endpoint = "incident/impacts")]
pub async fn set_impacts(
    id: IncidentId,
    submission: String,
    #[server(default)] asked: BTreeMap<String, Set<String>>,
) -> Result<(), Problem> {
    use crate::server::{backend, caller, redirect};
    backend().set_impacts(&caller()?, id, asked, &submission).await?;
    redirect(&routes::saved(id));
    Ok(())
}

#[component]
pub fn Impacts() -> impl IntoView {
    let id = id_in_path();
    let action = ServerAction::<SetImpacts>::new();
    let sent = Sent::to("/fn/incident/impacts", answer(action));
    let form = load(move || id.get(), |id| async move { load_impacts(known(id)?).await });
    read_first(form, move |form| view! { <Form form action sent/> })
}

fn values(form: &ImpactsForm) -> Vec<(String, String)> {
    form.levels.clone().into_iter().collect()
}

#[component]
fn Form(form: ImpactsForm, action: ServerAction<SetImpacts>, sent: Sent) -> impl IntoView {
    let id = form.about.id;
    let seen = Seen::new(form.about.submission.clone(), values(&form));
    seen.renew(sent, move || async move {
        let fresh = load_impacts(id).await?;
        Ok((fresh.about.submission.clone(), values(&fresh)))
    });
    let axes = form.scales.impact_types.clone();
    let stands = |kind: &ImpactType| {
        let kept = sent.kept(&format!("asked[{}][to]", kind.value));
        let level = kept.unwrap_or_else(|| form.levels.get(&kind.value).cloned().unwrap_or_default());
        (kind.value.clone(), if level.is_empty() { DeclareForm::UNTOUCHED.to_owned() } else { level })
    };
    let chosen: Chosen = RwSignal::new(axes.iter().map(stands).collect());
    let labels: BTreeMap<String, String> = axes.iter().map(|k| (k.value.clone(), k.name.clone())).collect();
    let names = move |field: &str| (field.to_owned(), labels.get(field).cloned().unwrap_or_default());
    view! {
        <Sheet about=form.about title="Impacts">
            <FieldsSummary sent not_done="Not saved" names/>
            <ActionForm action attr:data-keep=keep(&format!("impacts {id}")) attr:data-done=routes::saved(id) attr:class="sheet grid gap-4 p-4" attr:aria-label="Impacts" attr:novalidate="">
                <Hidden id seen/>
                {axes.into_iter().map(|kind| view! { <Axis kind chosen sent seen/> }).collect_view()}
                <div class="grid gap-1 rounded-box border border-base-300 bg-base-200 p-4">
                    <Suggestion scales=form.scales chosen/>
                    <p class="text-xs text-ink-2">{format!("It is {} now. Saving does not change that: post an update to set another priority.", form.priority)}</p>
                </div>
                <p><button class="btn btn-primary btn-sm" disabled=move || action.pending().get()>"Save impacts"</button></p>
            </ActionForm>
        </Sheet>
    }
}

#[component]
fn Axis(kind: ImpactType, chosen: Chosen, sent: Sent, seen: Seen) -> impl IntoView {
    let field = kind.value.clone();
    let (key, id, wrong_id) = (field.clone(), field.clone(), format!("{field}-e"));
    let wrong = Signal::derive(move || sent.error_at(&[&key]));
    let name = format!("asked[{field}]");
    view! {
        <div id=id tabindex="-1">
            <Before name=format!("{name}[from]") field seen/>
            <Scale kind name=format!("{name}[to]") chosen/>
            <ErrorText id=wrong_id text=wrong/>
        </div>
    }
}
