//! `/incident-category/`: what incidents are about, and how often each of it fails. The address is the state: the filter
//! is a GET form, order and pages are links.

use crate::{
    Problem,
    components::{BadRequest, Icon, PrivateChip, Title, Waiting},
    layout::Trouble,
    routes,
    wire::load,
};
use domain::view::{CategoryList, CategoryRow, Choice};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The list by its query string.
///
/// # Errors
/// `NotSignedIn`, `NotFound` for a page that does not exist, or that the desk does not answer. What cannot be read of
/// the query is part of the answer.
#[server(prefix = "/fn", endpoint = "categories", input = leptos::server_fn::codec::GetUrl)]
pub async fn load_categories(#[server(default)] query: String) -> Result<CategoryList, Problem> {
    use crate::server::{backend, caller, read};
    read(backend().categories(&caller()?, &query).await)
}

#[component]
pub fn Categories() -> impl IntoView {
    let search = use_location().search;
    let list = load(
        move || search.get().trim_start_matches('?').to_owned(),
        |query| async move { load_categories(query).await },
    );
    view! {
        <Title text="Incident categories"/>
        <Transition fallback=Waiting>
            {move || Suspend::new(async move {
                match list.await {
                    Ok(list) => view! {
                        <div class="mx-auto max-w-[1100px] px-4 py-5 lg:px-6">
                            <h1 class="text-xl font-bold tracking-tight">"Incident categories"</h1>
                            <p class="mt-1 max-w-[64ch] text-ink-2">"What incidents are about. With a period: how often each of it failed, and the mean time between two failures."</p>
                            <Bar list=list.clone()/>
                            <Results list/>
                        </div>
                    }.into_any(),
                    Err(problem) => view! { <Trouble problem/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Bar(list: CategoryList) -> impl IntoView {
    let chosen = list.groups.iter().filter(|group| group.chosen).count();
    let bounds = if list.bounds.is_empty() {
        "A year, quarter, week, day or a span of two: 2026/W40 - now".to_owned()
    } else {
        list.bounds
    };
    view! {
        <form action=routes::CATEGORIES method="get" class="noprint mt-3 flex flex-wrap items-end gap-3" aria-label="Filter categories" autocomplete="off">
            {list.kept.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()}
            <div class="fld w-full sm:w-56">
                <label for="category-search">"Search"</label>
                <input id="category-search" type="search" name="search" class="input input-sm" placeholder="Name, description or group" value=list.search/>
            </div>
            <div class="fld w-full sm:w-72">
                <label for="metrics-period">"MTBF period"</label>
                <input id="metrics-period" name="metrics_period" class="input input-sm" placeholder="2026/Q3, last_week, 1 may - now"
                    aria-describedby="metrics-period-h" value=list.period/>
            </div>
            <details class="drop">
                <summary class="btn btn-line btn-sm font-medium">
                    "Group"
                    {(chosen > 0).then(|| view! {
                        <span class="rounded-selector bg-primary px-1 text-2xs font-bold text-primary-content">{chosen.to_string()}<span class="sr-only">" chosen"</span></span>
                    })}
                    <Icon name="chevron-down" class="text-sm! text-ink-3"/>
                </summary>
                <div class="panel max-h-96 overflow-auto">
                    <ul class="grid min-w-52">{list.groups.into_iter().map(|group| view! { <GroupBox group/> }).collect_view()}</ul>
                </div>
            </details>
            <button class="btn btn-primary btn-sm">"Show"</button>
            <a class="py-1.5 text-xs text-ink-2 underline underline-offset-2" href=routes::CATEGORIES>"Reset"</a>
            <p id="metrics-period-h" class="hint w-full">{bounds}</p>
        </form>
    }
}

#[component]
fn GroupBox(group: Choice) -> impl IntoView {
    view! {
        <li>
            <label class="tap flex min-h-8 cursor-pointer items-center gap-2.5 rounded-field px-2 hover:bg-base-200">
                <input type="checkbox" class="checkbox checkbox-sm" name="group" value=group.value checked=group.chosen/>
                <span>{group.label}</span>
            </label>
        </li>
    }
}

#[component]
fn Results(list: CategoryList) -> impl IntoView {
    if !list.errors.is_empty() {
        return view! { <BadRequest errors=list.errors back=routes::CATEGORIES text="All categories"/> }
            .into_any();
    }
    if list.rows.is_empty() {
        return view! {
            <div class="sheet mt-3 px-4 py-10 sm:px-8">
                <h2 class="text-lg font-semibold">"No category matches"</h2>
                <p class="mt-1 text-ink-2">"No results for what is asked above. Ask for less, or see all of them."</p>
                <p class="mt-4"><a class="btn btn-line btn-sm" href=routes::CATEGORIES>"All categories"</a></p>
            </div>
        }
        .into_any();
    }
    let period = !list.period.is_empty();
    let most = list.rows.iter().map(|row| row.incidents).max().unwrap_or_default();
    let turn = |query: Option<String>, text: &'static str| {
        query.map(|query| view! { <a class="btn btn-line btn-sm" href=routes::categories(&query)>{text}</a> })
    };
    view! {
        <div class="sheet mt-3 overflow-x-auto" tabindex="0" role="region" aria-label="Categories">
            <table class="rows w-full">
                <caption class="sr-only">"Incident categories"</caption>
                <thead>
                    <tr>
                        <Head key="name" text="Name" sort=list.sort.clone() base=list.base.clone()/>
                        <Head key="group" text="Group" sort=list.sort.clone() base=list.base.clone()/>
                        {period.then(|| view! {
                            <Head key="mtbf" text="MTBF" sort=list.sort.clone() base=list.base.clone()/>
                            <Head key="incident_count" text="Incidents" sort=list.sort.clone() base=list.base.clone()/>
                        })}
                    </tr>
                </thead>
                <tbody>{list.rows.into_iter().map(|row| view! { <Row row period most/> }).collect_view()}</tbody>
            </table>
        </div>
        <nav aria-label="Pages" class="mt-3 flex flex-wrap items-center gap-2 text-xs text-ink-2">
            <span>{list.count}</span>
            <span class="ml-auto flex items-center gap-2">{turn(list.newer, "Before")}{turn(list.older, "Next")}</span>
        </nav>
    }
    .into_any()
}

#[component]
fn Head(key: &'static str, text: &'static str, sort: String, base: String) -> impl IntoView {
    let (now, falls) = sort.strip_prefix('-').map_or((sort.as_str(), false), |key| (key, true));
    let here = now == key;
    let next = if here && !falls { format!("-{key}") } else { key.to_owned() };
    let joint = if base.is_empty() { "" } else { "&" };
    let order = here.then_some(if falls { "descending" } else { "ascending" });
    let arrow =
        order.map(|_| view! { <Icon name=if falls { "arrow-down" } else { "arrow-up" } class="text-xs!"/> });
    view! {
        <th scope="col" aria-sort=order>
            <a href=routes::categories(&format!("{base}{joint}sort={next}")) class="a-quiet inline-flex min-h-6 items-center gap-1">{text}{arrow}</a>
        </th>
    }
}

/// A row; the bar says how the count compares with the highest one on the page.
#[component]
fn Row(row: CategoryRow, period: bool, most: i64) -> impl IntoView {
    let share = if most > 0 { 100 * row.incidents / most } else { 0 };
    view! {
        <tr class:row-private=row.private>
            <th scope="row" class="c-name font-medium">
                <span class="flex flex-wrap items-center gap-x-2 gap-y-1">
                    <a class="a-quiet" href=routes::incidents(&row.query)>{row.name}</a>
                    {row.private.then(|| view! { <PrivateChip/> })}
                </span>
            </th>
            <td class="c-under text-ink-2">{row.group}</td>
            {period.then(|| view! {
                <td class="c-under num whitespace-nowrap text-ink-2 max-md:order-last"><span class="md:hidden">"MTBF "</span>{row.mtbf}</td>
                <td class="c-count">
                    <span class="flex items-center gap-2">
                        <span class="num w-10 text-right max-md:w-auto">{row.incidents.to_string()}<span class="md:hidden">{if row.incidents == 1 { " incident" } else { " incidents" }}</span></span>
                        <svg class="h-2 w-24 max-sm:hidden" aria-hidden="true"><rect width=format!("{share}%") height="100%" rx="2" class="fill-ink-3"/></svg>
                    </span>
                </td>
            })}
        </tr>
    }
}
