//! `/incident/`: all incidents the caller may see. The address is the state: filters are a GET form, sort and paging are
//! links.

use super::filters::FilterBar;
use crate::{
    Problem,
    components::{Ago, BadRequest, Due, Icon, Newer, Prio, PrivateChip, Stale, Status, Title, Waiting},
    drawn::Drawn,
    layout::Trouble,
    live::{Settle, Shown, live},
    routes,
    wire::load,
};
use domain::view::{IncidentList, IncidentRow, SavedView};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The list by its query string.
///
/// # Errors
/// `NotSignedIn`, or that the desk does not answer. What cannot be read of the query is part of the answer.
#[server(prefix = "/fn", endpoint = "incidents", input = leptos::server_fn::codec::GetUrl)]
pub async fn load_incidents(#[server(default)] query: String) -> Result<IncidentList, Problem> {
    use crate::server::{backend, caller, read};
    read(backend().incidents(&caller()?, &query).await)
}

/// Rows keep their places and say what is true now; new ones, and another order, wait.
impl Settle for IncidentList {
    const YIELDS: bool = true;

    fn settle(shown: &Self, fresh: Self) -> (Self, Option<usize>) {
        let same = shown.rows.iter().map(|row| row.id).eq(fresh.rows.iter().map(|row| row.id));
        if same || shown.rows.is_empty() || !fresh.errors.is_empty() {
            return (fresh, None);
        }
        let newer = fresh.rows.iter().filter(|row| shown.rows.iter().all(|old| old.id != row.id)).count();
        let now = |old: &IncidentRow| fresh.rows.iter().find(|row| row.id == old.id).unwrap_or(old).clone();
        let rows = shown.rows.iter().map(now).collect();
        let (span, newer_page, older_page) = (shown.span.clone(), shown.newer.clone(), shown.older.clone());
        (IncidentList { rows, span, newer: newer_page, older: older_page, ..fresh.clone() }, Some(newer))
    }
}

#[component]
pub fn List() -> impl IntoView {
    let search = use_location().search;
    let query = move || search.get().trim_start_matches('?').to_owned();
    let first = load(|| (), move |()| load_incidents(untrack(query)));
    let news = live().any();
    view! {
        <Title text="Incidents List"/>
        <Transition fallback=Waiting>
            {move || Suspend::new(async move {
                match first.await {
                    Ok(list) => {
                        let filters = list.filters.clone();
                        let shown = Shown::new(list, Signal::derive(query), news, load_incidents);
                        view! {
                            <div class="mx-auto max-w-[1480px] px-4 py-5 lg:px-6">
                                <h1 class="text-xl font-bold tracking-tight">"Incidents"</h1>
                                {move || view! { <Views views=shown.now.with(|l| l.views.clone())/> }}
                                <FilterBar options=filters shown/>
                                <Stale shown/>
                                <Newer shown one="newer incident" many="newer incidents" first="main [data-row]"/>
                                {move || shown.now.with(results)}
                            </div>
                        }.into_any()
                    }
                    Err(problem) => view! { <Trouble problem/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Views(views: Vec<SavedView>) -> impl IntoView {
    (!views.is_empty()).then(|| view! {
        <nav aria-label="Saved views" class="noprint mt-3 overflow-x-auto" tabindex="0">
            <ul class="flex min-w-max items-center gap-5 border-b border-base-300">
                {views.into_iter().map(|saved| view! {
                    <li>
                        <a
                            href=routes::incidents(&saved.query)
                            class=if saved.current { "tap flex items-center gap-1.5 border-b-2 border-primary py-2 font-semibold" } else { "tap flex items-center gap-1.5 border-b-2 border-transparent py-2 font-medium text-ink-2 hover:text-base-content" }
                            aria-current=saved.current.then_some("page")
                        >
                            {saved.label}" "<span class="text-2xs font-medium text-ink-2">{saved.count}</span>
                        </a>
                    </li>
                }).collect_view()}
            </ul>
        </nav>
    })
}

/// Of the list it copies only what it shows: what can be filtered is most of it.
fn results(list: &IncidentList) -> AnyView {
    if !list.errors.is_empty() {
        return view! { <BadRequest errors=list.errors.clone() back=routes::INCIDENTS text="All incidents"/> }
            .into_any();
    }
    if list.rows.is_empty() {
        return view! { <NoMatch newer=list.newer.clone()/> }.into_any();
    }
    view! {
        <div class="sheet mt-3 overflow-hidden">
            <table class="rows w-full table-fixed max-md:block">
                <caption class="sr-only">{format!("Incidents, {}", list.order)}</caption>
                <Columns sort=list.sort.clone() base=list.base.clone()/>
                <tbody class="max-md:block">{list.rows.iter().map(|row| ROWS.draw(row.clone(), |row| view! { <Row row/> })).collect_view()}</tbody>
            </table>
        </div>
        <nav aria-label="Pages" class="mt-3 flex flex-wrap items-center gap-2 text-xs text-ink-2">
            <span>{list.span.clone()}</span>
            <span class="ml-auto flex items-center gap-2"><Turn query=list.newer.clone() older=false/><Turn query=list.older.clone() older=true/></span>
        </nav>
    }.into_any()
}

/// To the next page of rows; without one it stands there and says so.
#[component]
fn Turn(query: Option<String>, older: bool) -> impl IntoView {
    let text = if older {
        view! { "Older"<Icon name="arrow-right"/> }.into_any()
    } else {
        view! { <Icon name="arrow-left"/>"Newer" }.into_any()
    };
    match query {
        Some(query) => {
            view! { <a class="btn btn-line btn-sm" href=routes::incidents(&query)>{text}</a> }.into_any()
        }
        None => view! { <span class="btn btn-ghost btn-sm btn-disabled" aria-disabled="true">{text}</span> }
            .into_any(),
    }
}

/// Column heads: sort key, words, width and from where on it is shown.
const COLUMNS: [(&str, &str, &str); 9] = [
    ("id", "Id", "w-16"),
    ("priority", "Prio", "w-16"),
    ("title", "Title", ""),
    ("status", "Status", "w-34"),
    ("environment", "Env", "w-14"),
    ("incident_category", "Category", "w-44 max-xl:hidden"),
    ("incident_category__group", "Group", "w-40 max-2xl:hidden"),
    ("created_at", "Created", "w-40 max-lg:hidden"),
    ("", "Update", "w-33 text-right"),
];

#[component]
fn Columns(sort: String, base: String) -> impl IntoView {
    let (now, falls) = match sort.strip_prefix('-') {
        Some(key) => (key, true),
        None => (sort.as_str(), false),
    };
    let heads = COLUMNS.map(|(key, text, class)| {
        if key.is_empty() {
            return view! { <th scope="col" class=class>{text}</th> }.into_any();
        }
        let here = key == now;
        let next = if here && !falls { format!("-{key}") } else { key.to_owned() };
        let joint = if base.is_empty() { "" } else { "&" };
        let href = routes::incidents(&format!("{base}{joint}sort={next}"));
        let order = match (here, falls) {
            (false, _) => None,
            (true, true) => Some("descending"),
            (true, false) => Some("ascending"),
        };
        let arrow = order.map(|order| view! { <Icon name=if order == "descending" { "arrow-down" } else { "arrow-up" } class="text-xs!"/> });
        view! {
            <th scope="col" class=class aria-sort=order>
                <a href=href class="a-quiet inline-flex min-h-6 items-center gap-1">{text}{arrow}</a>
            </th>
        }.into_any()
    });
    view! { <thead><tr>{heads.into_iter().collect_view()}</tr></thead> }
}

static ROWS: Drawn<IncidentRow> = Drawn::up_to::<2_000>();

#[component]
fn Row(row: IncidentRow) -> impl IntoView {
    let cool = row.status.value >= 40;
    let hot = row.priority.value == 1 && !cool;
    let closed = row.status.value >= 60;
    let href = routes::incident(row.id);
    let title_class =
        if closed { "a-quiet font-normal text-ink-2 lg:truncate" } else { "a-quiet lg:truncate" };
    let last = match row.promise {
        Some(promise) => view! { <Due promise/> }.into_any(),
        None => view! { <span class="text-ink-2"><Ago at=row.last/></span> }.into_any(),
    };
    view! {
        <tr class:row-private=row.private class:row-hot=hot>
            <td class="c-id num">{row.id.to_string()}</td>
            <td class="c-prio"><Prio mark=row.priority cool=cool short=true/></td>
            <th scope="row" class="c-title">
                <span class="flex items-center gap-x-2 gap-y-1 max-lg:flex-wrap">
                    <a href=href data-row class=title_class title=row.title.clone()>{row.title.clone()}</a>
                    {row.private.then(|| view! { <PrivateChip/> })}
                </span>
            </th>
            <td class="c-status"><Status mark=row.status/></td>
            <td class="text-ink-2 max-md:hidden">{row.environment}</td>
            <td class="truncate text-ink-2 max-xl:hidden" title=format!("{}, {}", row.category, row.group)>{row.category.clone()}</td>
            <td class="truncate text-ink-2 max-2xl:hidden">{row.group.clone()}</td>
            <td class="whitespace-nowrap text-ink-2 max-lg:hidden"><Ago at=row.created/></td>
            <td class="c-last">{last}</td>
        </tr>
    }
}

#[component]
fn NoMatch(newer: Option<String>) -> impl IntoView {
    view! {
        <div class="sheet mt-3 px-4 py-10 sm:px-8">
            <h2 class="text-lg font-semibold">"No incident matches"</h2>
            <p class="mt-1 text-ink-2">"No results for what is asked above. Ask for less, or see all of them."</p>
            <p class="mt-4 flex flex-wrap gap-2">
                {newer.map(|query| view! { <a class="btn btn-line btn-sm" href=routes::incidents(&query)>"Newer incidents"</a> })}
                <a class="btn btn-line btn-sm" href=routes::INCIDENTS>"All incidents"</a>
            </p>
        </div>
    }
}
