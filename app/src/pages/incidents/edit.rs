//! `/incident/<id>/edit/`: the words and the place of an incident.
//!
//! Each field goes with what the person saw. Changed by somebody else meanwhile, nothing is written: the form shows both
//! values at the field, with a box to take theirs; sent again without it, the own value is set.

use super::{
    detail::{id_in_path, load_incident, page_of},
    renewed,
};
use crate::{
    Problem,
    components::{CheckBox, ErrorSummary, ErrorText, Grouped, Title, area_text},
    forms::{Sent, answer, keep},
    layout::read_first,
    routes,
    wire::load,
};
use domain::{
    Error, IncidentId,
    incident::RawUpdate,
    view::{Choice, IncidentPage, UpdateForm},
};
use leptos::{form::ActionForm, prelude::*, task::spawn_local};

/// Changes once per submission, then shows the incident. A field named in `theirs` stays as it is.
///
/// # Errors
/// Every wrong field at once, conflicts; nothing is written then.
#[server(prefix = "/fn", endpoint = "incident/edit")]
pub async fn edit_incident(
    id: IncidentId,
    submission: String,
    #[server(default)] asked: RawUpdate,
    #[server(default)] theirs: Vec<String>,
) -> Result<(), Problem> {
    use crate::server::{backend, caller, redirect};
    let mut asked = asked;
    for field in &theirs {
        match field.as_str() {
            "title" => asked.title = None,
            "description" => asked.description = None,
            "incident_category" => asked.incident_category = None,
            "environment" => asked.environment = None,
            _ => {}
        }
    }
    backend().update(&caller()?, id, asked, &submission).await?;
    redirect(&routes::posted(id));
    Ok(())
}

const EDIT: &str = "/fn/incident/edit";

#[component]
pub fn Edit() -> impl IntoView {
    let id = id_in_path();
    let action = ServerAction::<EditIncident>::new();
    let sent = Sent::to(EDIT, answer(action));
    let page = load(move || id.get(), page_of);
    read_first(page, move |page| view! { <Page page action sent/> })
}

#[component]
fn Page(page: IncidentPage, action: ServerAction<EditIncident>, sent: Sent) -> impl IntoView {
    let id = page.id;
    let title = page.title.clone();
    let body = match page.update.clone() {
        Some(form) => view! { <Form page form action sent/> }.into_any(),
        None => view! { <p class="sheet px-4 py-3 text-ink-2">{page.closed_to}</p> }.into_any(),
    };
    view! {
        <Title text=format!("Edit incident #{id}")/>
        <div class="mx-auto max-w-[820px] px-4 py-5 lg:px-6">
            <h1 class="text-xl font-bold tracking-tight">"Edit the incident"</h1>
            <p class="mt-1 mb-4"><a class="a-quiet font-medium wrap-anywhere" href=routes::incident(id)>{format!("#{id} {title}")}</a></p>
            <ErrorSummary sent not_done="Not changed" control label/>
            <div class="mt-4">{body}</div>
            <p class="mt-4"><a class="a" href=routes::incident(id)>"Back to the incident"</a></p>
        </div>
    }
}

/// What the person saw: sent along as `from`.
#[derive(Clone)]
struct Seen {
    title: String,
    description: String,
    category: String,
    environments: Vec<String>,
}

impl Seen {
    fn of(page: &IncidentPage, form: &UpdateForm) -> Self {
        let chosen = page.life.environments.iter().filter(|choice| choice.chosen);
        Seen {
            title: page.title.clone(),
            description: page.description.clone(),
            category: form.category.clone(),
            environments: chosen.map(|choice| choice.value.clone()).collect(),
        }
    }
}

#[component]
fn Form(
    page: IncidentPage,
    form: UpdateForm,
    action: ServerAction<EditIncident>,
    sent: Sent,
) -> impl IntoView {
    let id = page.id;
    let seen = RwSignal::new(Seen::of(&page, &form));
    let submission = renewed(page.life.submission.clone(), sent);
    learn(id, seen, sent);
    let error = move |names: &'static [&'static str]| Signal::derive(move || sent.error_at(names));
    let (title, description, category) =
        (error(&["title"]), error(&["description"]), error(&["incident_category"]));
    let from_title = move || seen.with(|s| s.title.clone());
    let from_description = move || seen.with(|s| s.description.clone());
    let from_category = move || seen.with(|s| s.category.clone());
    let chosen = sent.kept("asked[incident_category][to]").unwrap_or_else(|| form.category.clone());
    view! {
        <ActionForm action attr:data-keep=keep(&format!("edit {id}")) attr:data-done=routes::posted(id) attr:class="sheet grid gap-4 px-4 py-5 sm:px-6" attr:novalidate="" attr:aria-label="Edit the incident">
            <input type="hidden" name="id" value=id.to_string()/>
            <input type="hidden" name="submission" value=submission prop:value=submission/>
            <div class="fld">
                <label for="title">"Title"</label>
                <input type="hidden" name="asked[title][from]" value=from_title prop:value=from_title/>
                <input id="title" name="asked[title][to]" class="input" maxlength="128"
                    value=sent.kept("asked[title][to]").unwrap_or(page.title)
                    aria-invalid=move || title.with(Option::is_some).then_some("true") aria-describedby="title-e"/>
                <ErrorText id="title-e" text=title/>
                <Theirs field="title" sent/>
            </div>
            <div class="fld">
                <label for="description">"Summary"</label>
                <input type="hidden" name="asked[description][from]" value=from_description prop:value=from_description/>
                <textarea id="description" name="asked[description][to]" rows="6" class="textarea min-h-28" maxlength="1200"
                    aria-invalid=move || description.with(Option::is_some).then_some("true") aria-describedby="description-e"
                >{area_text(sent.kept("asked[description][to]").unwrap_or(page.description))}</textarea>
                <ErrorText id="description-e" text=description/>
                <Theirs field="description" sent/>
            </div>
            <div class="fld">
                <label for="category">"Incident category"</label>
                <input type="hidden" name="asked[incident_category][from]" value=from_category prop:value=from_category/>
                <select id="category" name="asked[incident_category][to]" class="select" aria-describedby="category-e"
                    aria-invalid=move || category.with(Option::is_some).then_some("true")>
                    <Grouped groups=form.categories chosen/>
                </select>
                <ErrorText id="category-e" text=category/>
                <Theirs field="incident_category" sent/>
            </div>
            <Environments choices=page.life.environments seen sent/>
            <div class="flex flex-wrap items-center gap-3">
                <button class="btn btn-primary max-sm:w-full" disabled=move || action.pending().get()>"Save changes"</button>
                <a href=routes::incident(id) class="btn btn-ghost max-sm:w-full">"Cancel"</a>
            </div>
            <p class="hint">{form.goes_to}</p>
        </ActionForm>
    }
}

#[component]
fn Environments(choices: Vec<Choice>, seen: RwSignal<Seen>, sent: Sent) -> impl IntoView {
    let kept = sent.kept_all("asked[environment][to][]");
    let from = move || {
        let environments = seen.with(|s| s.environments.clone());
        environments
            .into_iter()
            .map(|id| view! { <input type="hidden" name="asked[environment][from][]" value=id/> })
            .collect_view()
    };
    view! {
        <fieldset id="environments" tabindex="-1" aria-describedby="environments-e">
            <legend class="lbl mb-1">"Environment"</legend>
            {from}
            <div class="flex flex-wrap gap-x-5">
                {choices.into_iter().map(|choice| {
                    let checked = kept.as_ref().map_or(choice.chosen, |kept| kept.contains(&choice.value));
                    view! { <CheckBox name="asked[environment][to][]" choice checked/> }
                }).collect_view()}
            </div>
            <ErrorText id="environments-e" text=Signal::derive(move || sent.error_at(&["environment"]))/>
            <Theirs field="environment" sent/>
        </fieldset>
    }
}

/// The other choice of a conflict.
#[component]
fn Theirs(field: &'static str, sent: Sent) -> impl IntoView {
    move || {
        let conflicts = match sent.error().map(|problem| problem.0) {
            Some(Error::Conflict(conflicts)) => conflicts,
            _ => vec![],
        };
        conflicts.into_iter().find(|conflict| conflict.field == field).map(|conflict| {
            let choice = Choice { note: conflict.theirs, ..Choice::new(field, "Take theirs:") };
            view! { <CheckBox name="theirs[]" choice checked=false/> }
        })
    }
}

/// After a conflict the form learns what is true now; what was typed stays.
fn learn(id: IncidentId, seen: RwSignal<Seen>, sent: Sent) {
    Effect::new(move |_| {
        if let Some(Error::Conflict(_)) = sent.error().map(|problem| problem.0) {
            spawn_local(async move {
                // Should this fail, the next try names the conflict again.
                if let Ok(page) = load_incident(id, String::new(), None).await
                    && let Some(form) = page.update.clone()
                {
                    seen.try_set(Seen::of(&page, &form));
                }
            });
        }
    });
}

fn control(field: &str) -> &'static str {
    match field {
        "description" => "description",
        "incident_category" => "category",
        "environment" => "environments",
        _ => "title",
    }
}

fn label(field: &str) -> &'static str {
    match field {
        "title" => "Title",
        "description" => "Summary",
        "incident_category" => "Incident category",
        "environment" => "Environment",
        _ => "",
    }
}
