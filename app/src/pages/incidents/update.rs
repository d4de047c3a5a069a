//! `/incident/<id>/update/`: the form to post an update as a page of its own.

use super::{
    AboutIncident,
    composer::{Composer, UPDATE, UpdateIncident},
    detail::{id_in_path, page_of},
};
use crate::{
    components::Title,
    forms::{Sent, answer},
    layout::read_first,
    routes,
    wire::load,
};
use domain::view::IncidentPage;
use leptos::prelude::*;

#[component]
pub fn Update() -> impl IntoView {
    let id = id_in_path();
    let action = ServerAction::<UpdateIncident>::new();
    let sent = Sent::to(UPDATE, answer(action));
    let page = load(move || id.get(), page_of);
    read_first(page, move |page| view! { <Page page action sent/> })
}

#[component]
fn Page(page: IncidentPage, action: ServerAction<UpdateIncident>, sent: Sent) -> impl IntoView {
    let id = page.id;
    let cool = !page.burning();
    view! {
        <Title text=format!("Update incident #{id}")/>
        <div class="mx-auto max-w-[820px] px-4 py-5 lg:px-6">
            <h1 class="text-xl font-bold tracking-tight">"Post an update"</h1>
            <AboutIncident id priority=page.priority status=page.status title=page.title cool/>
            {match page.update {
                Some(form) => view! { <Composer id form action sent tall=true/> }.into_any(),
                None => view! { <p class="sheet px-4 py-3 text-ink-2">{page.closed_to}</p> }.into_any(),
            }}
            <p class="mt-4"><a class="a" href=routes::incident(id)>"Back to the incident"</a></p>
        </div>
    }
}
