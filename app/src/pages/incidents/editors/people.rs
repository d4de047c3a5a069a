//! `/incident/<id>/roles/`: who holds which role, several changes in one go; and who is on it.

use super::{super::detail::id_in_path, Before, Hidden, Seen, Sheet, known};
use crate::{
    Problem,
    components::{ErrorSummary, ErrorText, FieldsSummary, Options, area_text},
    forms::{Sent, answer, keep},
    layout::read_first,
    routes,
    wire::load,
};
use domain::{
    IncidentId,
    incident::Set,
    view::{Choice, PeopleForm, RoleField},
};
use leptos::{form::ActionForm, prelude::*};
use std::collections::BTreeMap;

/// # Errors
/// `NotFound` also for what may not be seen.
#[server(prefix = "/fn", endpoint = "incident/people", input = leptos::server_fn::codec::GetUrl)]
pub async fn load_people(id: IncidentId) -> Result<PeopleForm, Problem> {
    use crate::server::{backend, caller, read};
    read(backend().people_form(&caller()?, id).await)
}

/// Changes roles once per submission, then shows the incident.
///
/// # Errors
/// Every wrong field at once, or conflicts; nothing is written then.
#[server(prefix = "/fn", endpoint = "incident/roles")]
pub async fn set_roles(
    id: IncidentId,
    submission: String,
    #[server(default)] asked: BTreeMap<String, Set<String>>,
    #[server(default)] note: String,
) -> Result<(), Problem> {
    use crate::server::{backend, caller, redirect};
    backend().set_roles(&caller()?, id, asked, &note, &submission).await?;
    redirect(&routes::saved(id));
    Ok(())
}

/// The caller is on it, then sees it.
///
/// # Errors
/// `NotFound` for what may not be seen.
#[server(prefix = "/fn", endpoint = "incident/join")]
pub async fn join_incident(id: IncidentId) -> Result<(), Problem> {
    use crate::server::{backend, caller, redirect};
    backend().join(&caller()?, id).await?;
    redirect(&routes::saved(id));
    Ok(())
}

/// The caller is not on it any more; then the incident, or the list when it cannot be seen any more.
///
/// # Errors
/// Refused while the caller holds a role.
#[server(prefix = "/fn", endpoint = "incident/leave")]
pub async fn leave_incident(id: IncidentId) -> Result<(), Problem> {
    use crate::server::{backend, caller, redirect};
    if backend().leave(&caller()?, id).await? {
        redirect(&routes::saved(id));
    } else {
        redirect(routes::INCIDENTS);
    }
    Ok(())
}

#[component]
pub fn People() -> impl IntoView {
    let id = id_in_path();
    let roles = ServerAction::<SetRoles>::new();
    let join = ServerAction::<JoinIncident>::new();
    let leave = ServerAction::<LeaveIncident>::new();
    let sent = Sent::to("/fn/incident/roles", answer(roles));
    let left = Sent::to("/fn/incident/leave", answer(leave));
    let form = load(move || id.get(), |id| async move { load_people(known(id)?).await });
    read_first(form, move |form| view! { <Page form roles join leave sent left/> })
}

fn values(form: &PeopleForm) -> Vec<(String, String)> {
    form.roles.iter().map(|r| (r.field.clone(), r.holder.clone())).collect()
}

#[component]
fn Page(
    form: PeopleForm,
    roles: ServerAction<SetRoles>,
    join: ServerAction<JoinIncident>,
    leave: ServerAction<LeaveIncident>,
    sent: Sent,
    left: Sent,
) -> impl IntoView {
    let id = form.about.id;
    let seen = Seen::new(form.about.submission.clone(), values(&form));
    seen.renew(sent, move || async move {
        let fresh = load_people(id).await?;
        Ok((fresh.about.submission.clone(), values(&fresh)))
    });
    let labels: BTreeMap<String, String> =
        form.roles.iter().map(|r| (r.field.clone(), r.label.clone())).collect();
    let names = move |field: &str| match field {
        "note" => (field.to_owned(), "Note".to_owned()),
        role => (role.to_owned(), labels.get(role).cloned().unwrap_or_default()),
    };
    let wrong = Signal::derive(move || sent.error_at(&["note"]));
    let people = form.people;
    let button = if form.am_on_it {
        view! {
            <ActionForm action=leave attr:aria-label="Leave">
                <input type="hidden" name="id" value=id.to_string()/>
                <button class="btn btn-line btn-sm">"Leave this incident"</button>
            </ActionForm>
        }
        .into_any()
    } else {
        view! {
            <ActionForm action=join attr:aria-label="Join">
                <input type="hidden" name="id" value=id.to_string()/>
                <button class="btn btn-line btn-sm">"Add me"</button>
            </ActionForm>
        }
        .into_any()
    };
    view! {
        <Sheet about=form.about title="People">
            <FieldsSummary sent not_done="Not saved" names/>
            <ActionForm action=roles attr:data-keep=keep(&format!("roles {id}")) attr:data-done=routes::saved(id) attr:class="sheet grid gap-4 p-4" attr:aria-label="Roles" attr:novalidate="">
                <Hidden id seen/>
                <p class="hint">"New holders are told, and asked into the channel. A role that must be held is handed over, never left empty."</p>
                {form.roles.into_iter().map(|role| view! { <Role role people=people.clone() sent seen/> }).collect_view()}
                <div>
                    <label class="lbl" for="note">"Note for whoever takes over "<span class="font-normal text-ink-2">"optional"</span></label>
                    <p id="note-h" class="hint mb-1">"What is being tried, what comes next, who waits for an answer. It stands in the timeline and in the channel."</p>
                    <textarea id="note" name="note" rows="3" maxlength="1200" class="textarea w-full" aria-describedby="note-h note-e"
                        aria-invalid=move || wrong.with(Option::is_some).then_some("true")>
                        {area_text(sent.kept("note").unwrap_or_default())}
                    </textarea>
                    <ErrorText id="note-e" text=wrong/>
                </div>
                <p><button class="btn btn-primary btn-sm" disabled=move || roles.pending().get()>"Save roles"</button></p>
            </ActionForm>
            <ErrorSummary sent=left not_done="You are still on it" control=|_| "on-it" label=|_| ""/>
            <section id="on-it" class="sheet mt-4 p-4" aria-labelledby="h-on-it">
                <h2 id="h-on-it" class="hd mb-2">"On it"</h2>
                <ul class="mb-3 flex flex-wrap gap-x-4 gap-y-1">
                    {form.on_it.into_iter().map(|person| view! { <li>{person.name}</li> }).collect_view()}
                </ul>
                <p class="hint mb-2">{form.channel}</p>
                {button}
            </section>
        </Sheet>
    }
}

#[component]
fn Role(role: RoleField, people: Vec<Choice>, sent: Sent, seen: Seen) -> impl IntoView {
    let name = format!("asked[{}]", role.field);
    let to = format!("{name}[to]");
    let chosen = sent.kept(&to).unwrap_or_else(|| role.holder.clone());
    let (hint, wrong_id) = (format!("{}-h", role.field), format!("{}-e", role.field));
    let key = role.field.clone();
    let wrong = Signal::derive(move || sent.error_at(&[&key]));
    let mut choices = people;
    if !role.required || role.holder.is_empty() {
        choices.insert(0, Choice::new("", "Nobody"));
    }
    let note = if role.required { "" } else { "optional" };
    view! {
        <div>
            <label class="lbl" for=role.field.clone()>{role.label}" "<span class="font-normal text-ink-2">{note}</span></label>
            <p id=hint.clone() class="hint mb-1">{role.help}</p>
            <Before name=format!("{name}[from]") field=role.field.clone() seen/>
            <select
                id=role.field
                name=to
                class="select select-sm w-80 max-w-full"
                aria-describedby=format!("{hint} {wrong_id}")
                aria-invalid=move || wrong.with(Option::is_some).then_some("true")
            >
                <Options choices chosen/>
            </select>
            <ErrorText id=wrong_id text=wrong/>
        </div>
    }
}
