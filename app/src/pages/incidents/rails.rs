//! Beside the timeline: who and when; where and what.

use super::{composer::RetryDelivery, timeline::PersonLine};
use crate::{
    components::{Ago, Icon, Prose, Sections, StateMark},
    forms::Sent,
    routes,
};
use domain::{
    IncidentId,
    view::{Fact, Impact, IncidentPage, KeyEvent, Metric, Person, RoleHolder, Surface, SurfaceKind},
};
use leptos::{form::ActionForm, prelude::*};

#[component]
pub fn WhoAndWhen(page: IncidentPage) -> impl IntoView {
    let id = page.id;
    let change = |href: String, text, key| (!page.is_past()).then(|| view! { <Change href text key/> });
    let (people, key_events) = (
        change(routes::people(id), "Change people", "r"),
        change(routes::key_events(id), "Change key events", "t"),
    );
    view! {
        <aside class="sheet min-w-0 xl:sticky xl:top-17" aria-label="Who and when">
            <Sections id="people" title="People">
                <People people=page.people by=page.declared_by members=page.members/>
                {people}
            </Sections>
            <Sections id="key-events" title="Key events">
                <KeyEvents events=page.key_events metrics=page.metrics/>
                {key_events}
            </Sections>
        </aside>
    }
}

/// The way to the form, and the key that goes it.
#[component]
fn Change(
    href: String,
    text: &'static str,
    #[prop(optional, into)] key: Option<&'static str>,
) -> impl IntoView {
    view! {
        <p class="noprint mt-2 text-xs">
            <a class="a" href=href data-key=key>{text}</a>
            {key.map(|key| view! { " "<kbd class="kbd js-only max-md:hidden" aria-hidden="true">{key}</kbd> })}
        </p>
    }
}

#[component]
fn People(people: Vec<RoleHolder>, by: Person, members: String) -> impl IntoView {
    view! {
        <ul>
            {people.into_iter().map(|holder| {
                let name = holder.person.as_ref().map_or_else(|| "Nobody yet".to_owned(), |p| p.name.clone());
                view! { <PersonLine name person=holder.person role=holder.role/> }
            }).collect_view()}
            <PersonLine name=by.name.clone() person=Some(by) role="Reporter".to_owned()/>
        </ul>
        {(!members.is_empty()).then(|| view! { <p class="mt-1 pl-10 text-xs text-ink-2">{members}</p> })}
    }
}

#[component]
fn KeyEvents(events: Vec<KeyEvent>, metrics: Vec<Metric>) -> impl IntoView {
    view! {
        <dl class="grid grid-cols-[1fr_auto_auto] gap-x-3 gap-y-1">
            {events.into_iter().map(|event| view! {
                <dt class="text-ink-2">{event.name}</dt>
                {match event.at {
                    Some(at) => view! { <dd class="font-medium"><Ago at/></dd><dd class="text-right text-xs leading-5 text-ink-3">{event.gap}</dd> }.into_any(),
                    None => view! { <dd class="col-span-2 text-ink-3">{event.note}</dd> }.into_any(),
                }}
            }).collect_view()}
        </dl>
        {if metrics.is_empty() {
            view! { <p class="mt-2.5 border-t border-base-300 pt-2.5 text-xs text-ink-2">"No metrics yet. They follow from key events."</p> }.into_any()
        } else {
            view! {
                <dl class="mt-2.5 grid gap-1 border-t border-base-300 pt-2.5 text-xs">
                    {metrics.into_iter().map(|m| {
                        let hint = if m.odd.is_empty() { format!("{}: {}. Exactly {}", m.code, m.description, m.exact) } else { format!("{}: {}", m.code, m.description) };
                        view! {
                        <div class="flex flex-wrap justify-between gap-x-3" title=hint>
                            <dt class="text-ink-2">{m.name}</dt>
                            {if m.odd.is_empty() {
                                view! { <dd class="font-semibold">{m.duration}</dd> }.into_any()
                            } else {
                                view! { <dd class="text-open">{m.odd}</dd> }.into_any()
                            }}
                        </div>
                    }}).collect_view()}
                </dl>
            }.into_any()
        }}
    }
}

#[component]
pub fn WhereAndWhat(page: IncidentPage, retry: ServerAction<RetryDelivery>, retried: Sent) -> impl IntoView {
    let id = page.id;
    let has_costs = !page.costs.is_empty();
    let may_change = !page.is_past();
    let change = move |href: String, text| may_change.then(|| view! { <Change href text/> });
    let costs = has_costs.then(|| {
        view! {
            <Sections id="costs" title="Costs">
                <Facts facts=page.costs/>
                {change(routes::costs(id), "Change costs")}
            </Sections>
        }
    });
    let mut facts = vec![
        Fact { label: "Category".into(), text: format!("{}, {}", page.category, page.group), url: None },
        Fact { label: "Environment".into(), text: page.environments.join(", "), url: None },
    ];
    facts.extend(page.facts);
    let surfaces = page.surfaces.into_iter().map(|surface| (page.id, surface)).collect::<Vec<_>>();
    view! {
        <aside class="sheet min-w-0 xl:sticky xl:top-17" aria-label="Where and what">
            <Sections id="surfaces" title="Surfaces">
                <Surfaces surfaces pending=page.pending may_retry=page.may_retry retry retried/>
            </Sections>
            <Sections id="impacts" title="Impacts">
                <Impacts impacts=page.impacts suggestion=page.suggestion/>
                {change(routes::impacts(id), "Change impacts")}
            </Sections>
            {costs}
            <Sections id="facts" title="Facts">
                <div class="mb-2.5"><Prose text=page.description/></div>
                <Facts facts/>
                {change(routes::tags(id), "Change tags")}
                {(!has_costs).then(|| change(routes::costs(id), "Add costs"))}
            </Sections>
        </aside>
    }
}

#[component]
fn Surfaces(
    surfaces: Vec<(IncidentId, Surface)>,
    pending: String,
    may_retry: bool,
    retry: ServerAction<RetryDelivery>,
    retried: Sent,
) -> impl IntoView {
    let failed = move || {
        retried.error().map(|problem| view! { <p role="alert" class="err mb-2"><Icon name="circle-alert"/><span>{problem.to_string()}</span></p> })
    };
    view! {
        {failed}
        {if surfaces.is_empty() {
            view! { <p class="text-ink-2">"No surfaces. Nothing outside is connected to this incident."</p> }.into_any()
        } else {
            view! {
                <ul class="divide-y divide-base-300/70">
                    {surfaces.into_iter().map(|(incident, surface)| view! { <SurfaceRow incident surface may_retry retry/> }).collect_view()}
                </ul>
            }.into_any()
        }}
        {(!pending.is_empty()).then(|| view! { <p class="mt-1.5 text-xs text-ink-2">{pending}"."</p> })}
    }
}

#[component]
fn SurfaceRow(
    incident: IncidentId,
    surface: Surface,
    may_retry: bool,
    retry: ServerAction<RetryDelivery>,
) -> impl IntoView {
    let icon = match surface.kind {
        SurfaceKind::Channel => "hash",
        SurfaceKind::Announcement => "megaphone",
        SurfaceKind::Ticket => "ticket",
        SurfaceKind::Paging => "siren",
        SurfaceKind::Document => "file-text",
        SurfaceKind::Message => "message-square",
    };
    let name = match surface.url {
        Some(url) => view! {
            <a class="a-quiet block truncate py-0.5 font-medium leading-5" href=url title=surface.name.clone() target="_blank" rel="noopener">{surface.name.clone()}</a>
        }.into_any(),
        None if surface.name.is_empty() => ().into_any(),
        None => view! { <p class="truncate py-0.5 font-medium leading-5" title=surface.name.clone()>{surface.name.clone()}</p> }.into_any(),
    };
    let job = surface.job.filter(|_| may_retry);
    let label = format!("Retry {}", surface.label);
    let foot = (!surface.reason.is_empty() || job.is_some()).then(|| view! {
        <div class="col-start-2 mt-0.5 flex flex-wrap items-center justify-between gap-2 text-xs text-ink-2">
            <span>{surface.reason}</span>
            {job.map(|job| view! {
                <ActionForm action=retry>
                    <input type="hidden" name="incident" value=incident.to_string()/>
                    <input type="hidden" name="job" value=job.to_string()/>
                    <button class="btn btn-line btn-xs" aria-label=label><Icon name="rotate-cw"/>"Retry"</button>
                </ActionForm>
            })}
        </div>
    });
    view! {
        <li class="grid grid-cols-[1.25rem_minmax(0,1fr)] gap-x-2 py-1.5">
            <span class="pt-0.5 text-ink-3"><Icon name=icon/></span>
            <div class="min-w-0">
                <p class="flex items-center justify-between gap-2 text-xs text-ink-2"><span>{surface.label}</span><StateMark state=surface.state text=surface.text/></p>
                {name}
            </div>
            {foot}
        </li>
    }
}

#[component]
fn Impacts(impacts: Vec<Impact>, suggestion: String) -> impl IntoView {
    if impacts.is_empty() {
        return view! { <p class="text-ink-2">"No impact is noted."</p> }.into_any();
    }
    view! {
        {(!suggestion.is_empty()).then(|| view! { <p class="mb-2 text-xs text-ink-2">{suggestion}</p> })}
        <ul class="grid gap-2">
            {impacts.into_iter().map(|impact| view! {
                <li class="grid grid-cols-[5rem_minmax(0,1fr)] gap-x-2">
                    <span class="text-ink-2">{impact.kind}</span>
                    <span><b class="font-semibold">{impact.label}</b><span class="block text-xs text-ink-2">{impact.name}</span></span>
                </li>
            }).collect_view()}
        </ul>
    }.into_any()
}

#[component]
fn Facts(facts: Vec<Fact>) -> impl IntoView {
    view! {
        <dl class="grid grid-cols-[5.5rem_minmax(0,1fr)] gap-x-2 gap-y-1">
            {facts.into_iter().map(|fact| view! {
                <dt class="text-ink-2">{fact.label}</dt>
                <dd class="min-w-0 wrap-anywhere">
                    {match fact.url {
                        Some(url) => view! { <a class="a" href=url target="_blank" rel="noopener">{fact.text}</a> }.into_any(),
                        None => fact.text.into_any(),
                    }}
                </dd>
            }).collect_view()}
        </dl>
    }
}
