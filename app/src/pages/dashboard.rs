//! `/`: what burns, what is active, what waits for you.

use crate::{
    Problem,
    components::{
        Ago, Chip, Countdown, Due, Icon, Initials, Newer, Prio, PrivateChip, Prose, RulerSmall, Stale,
        StateMark, Status, Title, Waiting,
    },
    drawn::Drawn,
    layout::Trouble,
    live::{Settle, Shown, live},
    routes,
    wire::load,
};
use domain::{
    IncidentId,
    view::{ActiveGroup, ActiveRow, Burning, Connection, Dashboard as DashboardView},
};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// What is active.
///
/// # Errors
/// `NotSignedIn`, or that the desk does not answer.
#[server(prefix = "/fn", endpoint = "dashboard", input = leptos::server_fn::codec::GetUrl)]
pub async fn load_dashboard() -> Result<DashboardView, Problem> {
    use crate::server::{backend, caller, read};
    read(backend().dashboard(&caller()?).await)
}

/// Words are of this moment at once; incidents keep their places until somebody asks for the new ones.
impl Settle for DashboardView {
    const YIELDS: bool = true;

    fn settle(shown: &Self, fresh: Self) -> (Self, Option<usize>) {
        let (before, after) = (places(shown), places(&fresh));
        if before == after {
            return (fresh, None);
        }
        let known: BTreeMap<i64, &ActiveRow> = rows(&fresh).map(|row| (row.id, row)).collect();
        let newer = known.keys().filter(|id| before.iter().all(|(_, old)| old != *id)).count();
        let mut settled = DashboardView {
            headline: fresh.headline.clone(),
            summary: fresh.summary.clone(),
            connections: fresh.connections.clone(),
            ..shown.clone()
        };
        let active = settled.groups.iter_mut().flat_map(|group| &mut group.rows).chain(&mut settled.yours);
        for row in active {
            if let Some(&now) = known.get(&row.id) {
                row.clone_from(now);
            }
        }
        if places(&settled).first() == after.first() {
            settled.fire = fresh.fire;
        }
        (settled, Some(newer))
    }
}

/// All incidents, wherever they stand.
fn rows(view: &DashboardView) -> impl Iterator<Item = &ActiveRow> {
    let fire = view.fire.iter().map(|fire| &fire.row);
    fire.chain(view.groups.iter().flat_map(|group| &group.rows)).chain(&view.yours)
}

/// Which incident stands where.
fn places(view: &DashboardView) -> Vec<(String, i64)> {
    let fire = view.fire.iter().map(|fire| ("fire".to_owned(), fire.row.id));
    let active = view
        .groups
        .iter()
        .flat_map(|group| group.rows.iter().map(|row| (group.status.label.clone(), row.id)));
    fire.chain(active).chain(view.yours.iter().map(|row| ("yours".to_owned(), row.id))).collect()
}

#[component]
pub fn Dashboard() -> impl IntoView {
    let first = load(|| (), |()| load_dashboard());
    let news = live().any();
    view! {
        <Title text="Incidents Dashboard"/>
        <Transition fallback=Waiting>
            {move || Suspend::new(async move {
                match first.await {
                    Ok(view) => {
                        let shown = Shown::new(view, Signal::stored(()), news, |()| load_dashboard());
                        view! {
                            <div class="mx-auto max-w-[1480px] px-4 lg:px-6"><Stale shown/><Newer shown one="newer incident" many="newer incidents" first="main [data-row]"/></div>
                            {move || view! { <Page view=shown.now.get()/> }}
                        }.into_any()
                    }
                    Err(problem) => view! { <Trouble problem/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Page(view: DashboardView) -> impl IntoView {
    let quiet = view.fire.is_none();
    let heading = if quiet { "Still to finish" } else { "Also active" };
    let groups: Vec<_> =
        view.groups.into_iter().filter(|group| !group.rows.is_empty() || group.more.is_some()).collect();
    let aside = !view.yours.is_empty() || !view.connections.is_empty();
    let columns = match (quiet, aside) {
        (true, true) => "grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_19rem]",
        (true, false) => "",
        (false, true) => "mt-5 grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_19rem]",
        (false, false) => "mt-5",
    };
    view! {
        <div class="mx-auto max-w-[1480px] px-4 py-5 lg:px-6">
            {(!quiet).then(|| view! {
                <h1 class="flex flex-wrap items-baseline gap-x-3 gap-y-1 text-xl font-bold tracking-tight">
                    {view.headline.clone()}<span class="text-sm font-normal tracking-normal text-ink-2">{view.summary.clone()}</span>
                </h1>
            })}
            {view.fire.map(|fire| view! { <FireBox fire/> })}
            <div class=columns>
                <div class="grid min-w-0 gap-5">
                    {quiet.then(|| view! { <Quiet headline=view.headline.clone() summary=view.summary.clone() text=view.quiet/> })}
                    {(!groups.is_empty()).then(|| view! {
                        <section class="sheet min-w-0 overflow-hidden" aria-labelledby="active">
                            <div class="flex items-center justify-between px-4 py-2.5">
                                <h2 id="active" class="text-lg font-semibold">{heading}</h2>
                                <a class="a text-xs" href=routes::INCIDENTS>"All incidents"</a>
                            </div>
                            {groups.into_iter().map(|group| view! { <Group group/> }).collect_view()}
                        </section>
                    })}
                </div>
                {aside.then(|| view! {
                    <aside class="sheet min-w-0 divide-y divide-base-300 self-start" aria-label="At hand">
                        {(!view.yours.is_empty()).then(|| view! { <Yours rows=view.yours/> })}
                        {(!view.connections.is_empty()).then(|| view! { <ThisDesk connections=view.connections/> })}
                    </aside>
                })}
            </div>
        </div>
    }
}

/// The worst fire, drawn large.
#[component]
fn FireBox(fire: Burning) -> impl IntoView {
    let row = fire.row;
    let href = routes::incident(IncidentId(row.id));
    let said = (!row.words.is_empty()).then(|| view! {
        <blockquote class="mt-3 max-w-[72ch] border-l-2 border-base-300 pl-3">
            <Prose text=row.words class="line-clamp-4 text-base"/>
            {(!row.said_by.is_empty()).then(|| view! { <footer class="mt-1 text-xs text-ink-2">{row.said_by.clone()}</footer> })}
        </blockquote>
    });
    let trouble = (!fire.trouble.is_empty()).then(|| view! {
        <p class="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-base-300 bg-p1-tint px-4 py-2 text-xs lg:px-5">
            {fire.trouble.into_iter().map(|t| view! { <StateMark state=t.state text=format!("{} {}", t.name, t.text)/> }).collect_view()}
            <a class="a ml-auto" href=format!("{href}#surfaces")>"Look"</a>
        </p>
    });
    view! {
        <section aria-labelledby="burn" class="sheet mt-4 overflow-hidden">
            <div class="h-[3px] bg-p1" aria-hidden="true"></div>
            <div class="grid gap-x-8 gap-y-4 p-4 lg:grid-cols-[minmax(0,1fr)_20rem] lg:p-5">
                <div class="min-w-0">
                    <div class="flex items-start gap-2.5">
                        <Prio mark=row.priority large=true/>
                        <h2 id="burn" class="text-xl font-bold tracking-tight wrap-anywhere"><a class="a-quiet" data-row href=href.clone()>{row.title}</a></h2>
                    </div>
                    <p class="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1">
                        <Status mark=row.status/>
                        <span class="text-ink-2">"for "<b class="font-semibold text-base-content">{fire.lasts}</b></span>
                        <span class="num text-ink-2">{format!("#{}", row.id)}</span>
                        {row.private.then(|| view! { <PrivateChip/> })}
                        <Chip text=row.environment/>
                        <Chip text=row.category/>
                    </p>
                    {said}
                </div>
                <div class="lg:border-l lg:border-base-300 lg:pl-6">
                    <dl class="grid grid-cols-2 content-start gap-x-4 gap-y-3">
                        {fire.promise.map(|promise| {
                            let note = promise.note.clone();
                            view! {
                                <div class="col-span-2">
                                    <dt class="hd">"Next update"</dt>
                                    <dd class="flex flex-wrap items-baseline gap-x-2"><Countdown promise/><span class="text-ink-2">{note}</span></dd>
                                </div>
                            }
                        })}
                        {fire.people.into_iter().map(|holder| {
                            let name = holder.person.as_ref().map_or_else(|| "Nobody yet".to_owned(), |p| p.name.clone());
                            view! {
                                <div class="min-w-0">
                                    <dt class="hd">{holder.role}</dt>
                                    <dd class="mt-0.5 flex items-center gap-1.5"><Initials person=holder.person/><span class="truncate">{name}</span></dd>
                                </div>
                            }
                        }).collect_view()}
                    </dl>
                    <div class="mt-3.5 flex flex-wrap gap-2">
                        <a href=href class="btn btn-primary btn-sm">"Open"</a>
                        {fire.channel.map(|channel| view! {
                            <a href=channel.url class="btn btn-line btn-sm" target="_blank" rel="noopener"><Icon name="hash"/>"Join the channel"</a>
                        })}
                    </div>
                </div>
                {(!fire.ruler.is_empty()).then(|| view! { <div class="lg:col-span-2"><RulerSmall ruler=fire.ruler/></div> })}
            </div>
            {trouble}
        </section>
    }
}

/// Good news, said large.
#[component]
fn Quiet(headline: String, summary: String, text: String) -> impl IntoView {
    view! {
        <section class="sheet min-w-0 px-4 py-10 sm:px-8" aria-labelledby="calm">
            <p class="st st-calm"><Icon name="s-mitd"/>"All quiet"</p>
            <h1 id="calm" class="mt-2 text-2xl font-bold tracking-tight">{headline}</h1>
            <p class="mt-2 max-w-[56ch] text-base text-ink-2">{text}</p>
            <p class="mt-1 text-sm text-ink-2">{summary}</p>
        </section>
    }
}

#[component]
fn Group(group: ActiveGroup) -> impl IntoView {
    let heading = format!("active-{}", group.status.value);
    let labelled = heading.clone();
    view! {
        <section aria-labelledby=labelled>
            <h3 id=heading class="flex items-center gap-2 border-y border-base-300 bg-base-200 px-4 py-1.5 text-xs">
                <Status mark=group.status/><span class="text-ink-2">{group.count}</span>
            </h3>
            <ul class="divide-y divide-base-300/70">
                {group.rows.into_iter().map(|row| ROWS.draw(row, |row| view! { <Row row/> })).collect_view()}
                {group.more.map(|more| view! { <li class="px-4 py-2.5 text-xs text-ink-2">{more.text}" "<a class="a" href=more.url>"Show them"</a></li> })}
            </ul>
        </section>
    }
}

static ROWS: Drawn<ActiveRow> = Drawn::up_to::<1_000>();

/// One active incident: what, who leads, how it stands.
#[component]
fn Row(row: ActiveRow) -> impl IntoView {
    let cool = row.status.value >= 40;
    let hot = row.priority.value == 1 && !cool;
    let lead = match row.lead {
        Some(name) => view! { <span class="font-medium text-base-content">{name}</span><br class="max-sm:hidden"/><span class="sm:hidden">", "</span>"Commander" }.into_any(),
        None => view! { <span class="state state-late"><Icon name="user-round-x"/>"no commander"</span> }.into_any(),
    };
    let opened = format!("{}, opened by {}", row.since.full, row.opened_by);
    let promise = row.promise.map(
        |promise| view! { <Due promise/><br class="max-lg:hidden"/><span class="lg:hidden">", "</span> },
    );
    view! {
        <li class="active-row" class:row-private=row.private class:row-hot=hot>
            <span class="pt-px"><Prio mark=row.priority cool=cool short=true/></span>
            <div class="min-w-0">
                <p class="flex flex-wrap items-center gap-x-2 leading-5">
                    <a href=routes::incident(IncidentId(row.id)) data-row class="a-quiet font-semibold wrap-anywhere">{row.title}</a>
                    {row.private.then(|| view! { <PrivateChip/> })}
                </p>
                <p class="mt-0.5 line-clamp-2 text-xs text-ink-2">
                    <span class="num">{format!("#{}", row.id)}</span>
                    {format!(", {}, ", row.environment)}
                    <span title=row.group>{row.category}</span>
                    ". "<span class="text-base-content">{row.words}</span>
                </p>
            </div>
            <p class="text-xs leading-5 text-ink-2 max-sm:col-start-2">{lead}</p>
            <p class="text-xs leading-5 text-ink-2 max-lg:col-start-2 lg:text-right" title=opened>{promise}<Ago at=row.since/></p>
        </li>
    }
}

#[component]
fn Yours(rows: Vec<ActiveRow>) -> impl IntoView {
    view! {
        <section class="p-4">
            <h2 class="hd mb-2">"Yours"</h2>
            <ul class="grid gap-2.5">
                {rows.into_iter().map(|row| view! {
                    <li>
                        <a class="a-quiet font-medium wrap-anywhere" href=routes::incident(IncidentId(row.id))>{row.title}</a>
                        <p class="flex flex-wrap gap-x-2 text-xs text-ink-2"><Status mark=row.status/><span>{format!("#{}", row.id)}</span></p>
                    </li>
                }).collect_view()}
            </ul>
        </section>
    }
}

#[component]
fn ThisDesk(connections: Vec<Connection>) -> impl IntoView {
    view! {
        <section class="p-4">
            <h2 class="hd mb-2">"This desk"</h2>
            <ul class="grid gap-1.5">
                {connections.into_iter().map(|c| view! { <li class="flex justify-between gap-3">{c.name}<StateMark state=c.state text=c.text/></li> }).collect_view()}
            </ul>
        </section>
    }
}
