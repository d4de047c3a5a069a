//! `/incident/create/`: declare. What happens, who is hit, where; the priority follows from who is hit.

use super::declare_form::{Form, Typed};
use crate::{
    Problem,
    components::{ErrorSummary, Title, Waiting},
    forms::{Sent, answer},
    layout::Trouble,
    wire::load,
};
use domain::{
    IncidentId,
    incident::RawDeclaration,
    view::{DeclareForm, RecentIncident},
};
use leptos::prelude::*;

/// What the form offers.
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or that the desk does not answer.
#[server(prefix = "/fn", endpoint = "incident/declare-form", input = leptos::server_fn::codec::GetUrl)]
pub async fn load_declare_form() -> Result<DeclareForm, Problem> {
    use crate::server::{backend, caller, read};
    read(backend().declare_form(&caller()?).await)
}

/// "Is it one of these?", as far as it is typed.
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or that the desk does not answer.
#[server(prefix = "/fn", endpoint = "incident/similar", input = leptos::server_fn::codec::GetUrl)]
pub async fn load_similar(
    #[server(default)] words: String,
    #[server(default)] category: String,
) -> Result<Vec<RecentIncident>, Problem> {
    use crate::server::{backend, caller};
    Ok(backend().similar(&caller()?, &words, &category).await?)
}

/// Declares once per submission, then shows the incident. With `instead` nothing is declared: what was written becomes
/// an update of that incident, which is the same one.
///
/// # Errors
/// Every wrong field at once; nothing is declared then.
#[server(prefix = "/fn", endpoint = "incident/declare")]
pub async fn declare_incident(
    submission: String,
    #[server(default)] asked: RawDeclaration,
    #[server(default)] instead: Option<IncidentId>,
) -> Result<(), Problem> {
    use crate::{
        routes,
        server::{backend, caller, redirect},
    };
    if let Some(id) = instead {
        backend().update(&caller()?, id, asked.as_update(), &submission).await?;
        redirect(&routes::saved(id));
        return Ok(());
    }
    let id = backend().declare(&caller()?, asked, &submission).await?;
    redirect(&format!("{}#declared", routes::incident(id)));
    Ok(())
}

const DECLARE: &str = "/fn/incident/declare";

#[component]
pub fn Declare() -> impl IntoView {
    let action = ServerAction::<DeclareIncident>::new();
    let sent = Sent::to(DECLARE, answer(action));
    let form = load(|| (), |()| load_declare_form());
    let typed = Typed::new(sent);
    let alike = load(move || typed.now(), |(words, category)| load_similar(words, category));
    view! {
        <Title text="Declare Critical Incident"/>
        <Transition fallback=Waiting>
            {move || Suspend::new(async move {
                match form.await {
                    Ok(form) => view! {
                        <div class="mx-auto max-w-[1200px] px-4 py-5 lg:px-6">
                            <h1 class="text-xl font-bold tracking-tight">"Declare an incident"</h1>
                            <p class="mt-1 max-w-[64ch] text-ink-2">
                                "Declare when customers, partners or services are hit or may be. Not sure? Declare, with the higher priority. It is easy to lower and cheap to close."
                            </p>
                            <ErrorSummary sent not_done="Not declared yet" control label/>
                            <Form form action sent typed alike/>
                        </div>
                    }.into_any(),
                    Err(problem) => view! { <Trouble problem/> }.into_any(),
                }
            })}
        </Transition>
    }
}

/// The first part of a field's name: `impacts.business_impact` and `environments[0]` are about the whole question.
fn stem(field: &str) -> &str {
    field.split(['.', '[']).next().unwrap_or(field)
}

fn control(field: &str) -> &'static str {
    match stem(field) {
        "title" => "title",
        "description" | "message" => "description",
        "impacts" => "impacts",
        "priority" => "priority",
        "incident_category" => "category",
        "environment" => "environments",
        "platform" => "platforms",
        "zendesk_ticket_id" => "zendesk",
        "seller_contract_id" => "seller",
        "zoho_desk_ticket_id" => "zoho",
        field if field.starts_with("set_impact_type_") => "impacts",
        _ => "title",
    }
}

fn label(field: &str) -> &'static str {
    match control(field) {
        "description" => "Summary",
        "impacts" => "Who is hit",
        "priority" => "Priority",
        "category" => "Incident category",
        "environments" => "Environment",
        "platforms" => "Platform",
        "zendesk" => "Zendesk Ticket ID",
        "seller" => "Seller Contract ID",
        "zoho" => "Zoho Desk Ticket ID",
        _ if stem(field) == "title" => "Title",
        _ => "",
    }
}
