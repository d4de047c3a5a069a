//! The form to declare, and what stands beside it.

use super::{
    declare::DeclareIncident,
    new_submission,
    scale::{Chosen, Scale, Suggestion},
};
use crate::{
    Problem,
    components::{CheckBox, ErrorText, Grouped, Icon, Options, Prio, StateMark, Status, area_text},
    forms::{Sent, keep},
    routes,
    wire::Loaded,
};
use domain::{
    Error,
    view::{Choice, ChoiceGroup, Connection, DeclareForm, RecentIncident},
};
use leptos::{form::ActionForm, leptos_dom::helpers::debounce, prelude::*, task::spawn_local};
use std::time::Duration;

/// What is typed so far, as far as it helps to find the same incident. Words settle before they are looked for.
#[derive(Clone, Copy)]
pub struct Typed {
    words: RwSignal<String>,
    category: RwSignal<String>,
}

impl Typed {
    /// As the form came back.
    pub fn new(sent: Sent) -> Self {
        let kept = |name: &str| RwSignal::new(sent.kept(name).unwrap_or_default());
        Typed { words: kept("asked[title]"), category: kept("asked[incident_category]") }
    }

    /// Words and category.
    pub fn now(self) -> (String, String) {
        (self.words.get(), self.category.get())
    }
}

#[component]
pub fn Form(
    form: DeclareForm,
    action: ServerAction<DeclareIncident>,
    sent: Sent,
    typed: Typed,
    alike: Loaded<Result<Vec<RecentIncident>, Problem>>,
) -> impl IntoView {
    let kept = move |name: &str| sent.kept(name).unwrap_or_default();
    let submission = RwSignal::new(form.submission.clone());
    Effect::new(move |_| {
        if let Some(Error::SentAlready { .. }) = sent.error().map(|problem| problem.0) {
            spawn_local(async move {
                if let Ok(key) = new_submission().await {
                    submission.try_set(key);
                }
            });
        }
    });
    let impacts = form.scales.impact_types.clone();
    let chosen: Chosen = RwSignal::new(
        impacts
            .iter()
            .filter_map(|scale| {
                sent.kept(&format!("asked[impacts][{}]", scale.value)).map(|code| (scale.value.clone(), code))
            })
            .collect(),
    );
    let (DeclareForm { environments, platforms, then, connections, .. }, scales) =
        (form.clone(), form.clone());
    view! {
        <ActionForm action attr:data-keep=keep("declare") attr:data-done="#declared" attr:class="mt-4 grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20.5rem]" attr:novalidate="" attr:aria-label="Declare an incident">
            <input type="hidden" name="submission" value=submission prop:value=submission/>
            <div class="sheet min-w-0">
                <Part id="what" title="What happens">
                    <Text id="title" name="asked[title]" label="Title" limit=128 value=kept("asked[title]") sent names=&["title"] typed=typed
                        hint="10 to 128 characters. What is broken, and where?"/>
                    <Summary value=kept("asked[description]") sent/>
                </Part>
                <Part id="who" title="Who is hit">
                    <p class="-mt-3 text-ink-2">"The worst answer suggests the priority."</p>
                    <div id="impacts" tabindex="-1" class="grid gap-4">
                        {impacts.into_iter().map(|kind| {
                            let name = format!("asked[impacts][{}]", kind.value);
                            view! { <Scale kind name chosen/> }
                        }).collect_view()}
                        <ErrorText id="impacts-e" text=Signal::derive(move || impact_error(sent))/>
                    </div>
                    <PriorityChoice form=scales chosen sent/>
                </Part>
                <Part id="where" title="Where">
                    <Category groups=form.categories sent typed/>
                    <div class="grid gap-5 sm:grid-cols-[13rem_minmax(0,1fr)]">
                        <Several id="environments" name="asked[environment][]" legend="Environment" choices=environments sent names=&["environment"]/>
                        {(!platforms.is_empty()).then(|| view! {
                            <Several id="platforms" name="asked[platform][]" legend="Platform" choices=platforms sent names=&["platform"]/>
                        })}
                    </div>
                    <div class="asked-customers max-w-80">
                        <Text id="zendesk" name="asked[zendesk_ticket_id]" label="Zendesk Ticket ID" optional=true limit=128 value=kept("asked[zendesk_ticket_id]")
                            sent names=&["zendesk_ticket_id"] hint="Asked because customers are hit"/>
                    </div>
                    <Sellers sent/>
                </Part>
                <div class="flex flex-wrap items-center gap-3 border-t border-base-300 px-4 py-4 sm:px-6">
                    <button class="btn btn-primary max-sm:w-full" disabled=move || action.pending().get()>
                        "Declare incident "<kbd class="kbd js-only max-md:hidden" aria-hidden="true">"Ctrl ↵"</kbd>
                    </button>
                    <a href=routes::HOME class="btn btn-ghost max-sm:w-full">"Cancel"</a>
                </div>
            </div>
            <Beside alike then connections/>
        </ActionForm>
    }
}

/// The first sentence about any impact.
fn impact_error(sent: Sent) -> Option<String> {
    match sent.error()?.0 {
        Error::Invalid(errors) => {
            errors.0.into_iter().find(|e| e.field.contains("impact")).map(|e| e.message)
        }
        _ => None,
    }
}

#[component]
fn Part(id: &'static str, title: &'static str, children: Children) -> impl IntoView {
    view! {
        <section class="grid gap-4 border-t border-base-300 px-4 py-5 first:border-t-0 sm:px-6" aria-labelledby=id>
            <h2 id=id class="text-lg font-semibold">{title}</h2>
            {children()}
        </section>
    }
}

#[component]
fn Text(
    id: &'static str,
    name: &'static str,
    label: &'static str,
    limit: i32,
    value: String,
    sent: Sent,
    names: &'static [&'static str],
    hint: &'static str,
    #[prop(optional)] optional: bool,
    #[prop(optional, into)] typed: Option<Typed>,
) -> impl IntoView {
    let wrong = Signal::derive(move || sent.error_at(names));
    let (error_id, hint_id) = match id {
        "title" => ("title-e", "title-h"),
        "zendesk" => ("zendesk-e", "zendesk-h"),
        "seller" => ("seller-e", "seller-h"),
        _ => ("zoho-e", "zoho-h"),
    };
    let mut settle = debounce(Duration::from_millis(300), move |text: String| {
        if let Some(typed) = typed {
            typed.words.set(text);
        }
    });
    view! {
        <div class="fld">
            <label for=id>{label}{optional.then(|| view! { " "<span class="font-normal text-ink-2">"optional"</span> })}</label>
            <input id=id name=name class="input" value=value maxlength=limit.to_string() on:input:target=move |event| settle(event.target().value())
                aria-invalid=move || wrong.with(Option::is_some).then_some("true") aria-describedby=format!("{error_id} {hint_id}")/>
            <ErrorText id=error_id text=wrong/>
            <p id=hint_id class="hint">{hint}</p>
        </div>
    }
}

#[component]
fn Summary(value: String, sent: Sent) -> impl IntoView {
    let wrong = Signal::derive(move || sent.error_at(&["description"]));
    view! {
        <div class="fld">
            <label for="description">"Summary"</label>
            <textarea id="description" name="asked[description]" rows="4" class="textarea min-h-28" maxlength="1200"
                aria-invalid=move || wrong.with(Option::is_some).then_some("true") aria-describedby="description-e description-h">{area_text(value)}</textarea>
            <ErrorText id="description-e" text=wrong/>
            <p id="description-h" class="hint">"What people see, since when, who told you. 10 to 1,200 characters. No passwords, no customer data."</p>
        </div>
    }
}

/// The suggested priority, and the choice.
#[component]
fn PriorityChoice(form: DeclareForm, chosen: Chosen, sent: Sent) -> impl IntoView {
    let wrong = Signal::derive(move || sent.error_at(&["priority"]));
    let kept = sent.kept("asked[priority]").unwrap_or_default();
    let choices = form.priorities.clone();
    view! {
        <div class="rounded-box border border-base-300 bg-base-200 p-4">
            <div class="grid items-center gap-x-6 gap-y-3 sm:grid-cols-[minmax(0,1fr)_13rem]">
                <Suggestion scales=form.scales chosen/>
                <div class="fld">
                    <label for="priority" class="text-xs! font-medium!">"Priority"</label>
                    <select id="priority" name="asked[priority]" class="select select-sm" aria-describedby="priority-e">
                        <option value="" selected=kept.is_empty()>"As suggested"</option>
                        <Options choices chosen=kept/>
                    </select>
                    <ErrorText id="priority-e" text=wrong/>
                </div>
            </div>
        </div>
    }
}

#[component]
fn Category(groups: Vec<ChoiceGroup>, sent: Sent, typed: Typed) -> impl IntoView {
    let wrong = Signal::derive(move || sent.error_at(&["incident_category"]));
    let kept = sent.kept("asked[incident_category]").unwrap_or_default();
    view! {
        <div class="fld">
            <label for="category">"Incident category"</label>
            <select id="category" name="asked[incident_category]" class="select" aria-describedby="category-e category-h"
                on:change:target=move |event| typed.category.set(event.target().value())
                aria-invalid=move || wrong.with(Option::is_some).then_some("true")>
                <option value="" selected=kept.is_empty()>"Choose one"</option>
                <Grouped groups chosen=kept/>
            </select>
            <ErrorText id="category-e" text=wrong/>
            <p id="category-h" class="hint">"Decides who is invited. Categories marked private open a private channel."</p>
        </div>
    }
}

#[component]
fn Several(
    id: &'static str,
    name: &'static str,
    legend: &'static str,
    choices: Vec<Choice>,
    sent: Sent,
    names: &'static [&'static str],
) -> impl IntoView {
    let kept = sent.kept_all(name);
    let error_id = if id == "environments" { "environments-e" } else { "platforms-e" };
    view! {
        <fieldset id=id tabindex="-1" aria-describedby=error_id>
            <legend class="lbl mb-1">{legend}</legend>
            <div class="flex flex-wrap gap-x-5">
                {choices.into_iter().map(|choice| {
                    let checked = kept.as_ref().map_or(choice.chosen, |kept| kept.contains(&choice.value));
                    view! { <CheckBox name choice checked/> }
                }).collect_view()}
            </div>
            <ErrorText id=error_id text=Signal::derive(move || sent.error_at(names))/>
        </fieldset>
    }
}

/// Asked when sellers are hit.
#[component]
fn Sellers(sent: Sent) -> impl IntoView {
    let kept = move |name: &str| sent.kept(name).unwrap_or_default();
    let ticked = move |name: &str| sent.kept(name).is_some_and(|value| value == "true");
    let yes = |label: &str| Choice::new("true", label);
    view! {
        <div class="asked-sellers"><div class="grid gap-4 sm:grid-cols-2">
            <Text id="seller" name="asked[seller_contract_id]" label="Seller Contract ID" optional=true limit=128 value=kept("asked[seller_contract_id]")
                sent names=&["seller_contract_id"] hint="Asked because sellers are hit"/>
            <Text id="zoho" name="asked[zoho_desk_ticket_id]" label="Zoho Desk Ticket ID" optional=true limit=128 value=kept("asked[zoho_desk_ticket_id]")
                sent names=&["zoho_desk_ticket_id"] hint="Asked because sellers are hit"/>
            <CheckBox name="asked[is_key_account]" choice=yes("Key account") checked=ticked("asked[is_key_account]")/>
            <CheckBox name="asked[is_seller_in_golden_list]" choice=yes("Seller is in the golden list") checked=ticked("asked[is_seller_in_golden_list]")/>
        </div></div>
    }
}

#[component]
fn Beside(
    alike: Loaded<Result<Vec<RecentIncident>, Problem>>,
    then: Vec<String>,
    connections: Vec<Connection>,
) -> impl IntoView {
    view! {
        <aside class="sheet min-w-0 divide-y divide-base-300 lg:sticky lg:top-17" aria-label="Before you send">
            <Transition>
                {move || Suspend::new(async move {
                    // Should it not answer, the form stands without it.
                    let found = alike.await.unwrap_or_default();
                    (!found.is_empty()).then(|| view! { <Alike found/> })
                })}
            </Transition>
            <section class="p-4">
                <h2 class="hd mb-2">"What happens when you declare"</h2>
                <ol class="grid gap-2">
                    {then.into_iter().map(|text| view! {
                        <li class="grid grid-cols-[1.25rem_minmax(0,1fr)] gap-x-2 leading-5"><span class="pt-0.5 text-ink-3"><Icon name="arrow-right"/></span><span>{text}</span></li>
                    }).collect_view()}
                </ol>
                <p class="mt-3 text-xs text-ink-2">"The incident exists the moment you send. Should something outside be slow, these steps wait their turn and the page shows it."</p>
            </section>
            <section class="p-4">
                <h2 class="hd mb-2">"Which priority"</h2>
                <p class="text-ink-2">"P1 is critical, P2 major, P3 minor with customers affected, P4 minor, P5 cosmetic. In doubt choose the higher one."</p>
            </section>
            {(!connections.is_empty()).then(|| view! {
                <section class="p-4">
                    <h2 class="hd mb-2">"Connections"</h2>
                    <ul class="grid gap-1.5">{connections.into_iter().map(|c| view! { <li class="flex justify-between gap-3">{c.name}<StateMark state=c.state text=c.text/></li> }).collect_view()}</ul>
                </section>
            })}
        </aside>
    }
}

/// Recent incidents that may be this one; what is written can go to one of them instead.
#[component]
fn Alike(found: Vec<RecentIncident>) -> impl IntoView {
    let told = match found.len() {
        1 => "1 incident may be the same".to_owned(),
        n => format!("{n} incidents may be the same"),
    };
    view! {
        <section class="p-4">
            <h2 class="hd mb-2">"Is it one of these?"</h2>
            <p class="sr-only" role="status">{told}</p>
            <ul class="grid gap-2.5">{found.into_iter().map(|incident| view! { <Recent incident/> }).collect_view()}</ul>
        </section>
    }
}

#[component]
fn Recent(incident: RecentIncident) -> impl IntoView {
    let cool = incident.status.value >= 40;
    let label = format!("Add to it instead: #{}", incident.id);
    let instead = (incident.status.value < 60).then(|| view! {
        <button class="btn btn-line btn-xs mt-1" name="instead" value=incident.id.to_string() aria-label=label data-done=format!("{}#saved", routes::incident(incident.id))
            title="Nothing is declared: what you wrote becomes an update of this incident">"Add to it instead"</button>
    });
    view! {
        <li class="grid grid-cols-[2rem_minmax(0,1fr)] gap-x-2">
            <span><Prio mark=incident.priority cool=cool short=true/></span>
            <div>
                <a class="a-quiet font-medium leading-5 wrap-anywhere" href=routes::incident(incident.id) target="_blank">{incident.title}</a>
                <p class="flex flex-wrap gap-x-2 text-xs text-ink-2"><Status mark=incident.status/><span>{format!("#{}, {}", incident.id, incident.opened.text)}</span></p>
                {instead}
            </div>
        </li>
    }
}
