//! `/incident/<id>/`: one incident. Header with the ruler, the form to post an update, the timeline, and the rails with
//! who, when, where and what. With `?at=` the same as it was at that moment, to read only.

use super::{
    composer::{Composer, RETRY, RetryDelivery, UPDATE, UpdateIncident},
    past::{AsItWas, Travel},
    rails::{WhereAndWhat, WhoAndWhen},
    reopen::{DeclaredByMistake, MISTAKE, Mistake},
    timeline::Timeline,
};
use crate::{
    Problem,
    components::{
        Ago, Chip, Countdown, Icon, Newer, Prio, PrivateChip, Prose, RulerFull, RulerSmall, Stale, Status,
        Title, Waiting,
    },
    drawn::Drawn,
    forms::{Sent, accepted, answer},
    layout::Trouble,
    live::{Shown, live},
    routes,
    wire::{Loaded, load},
};
use domain::{
    Error, IncidentId,
    view::{IncidentPage, Look},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map, use_query_map};

/// Everything the page shows.
///
/// # Errors
/// `NotFound` also for what may not be seen.
#[server(prefix = "/fn", endpoint = "incident", input = leptos::server_fn::codec::GetUrl)]
pub async fn load_incident(
    id: IncidentId,
    #[server(default)] at: String,
    #[server(default)] since: Option<Look>,
) -> Result<IncidentPage, Problem> {
    use crate::server::{backend, caller, read};
    read(backend().incident_page(&caller()?, id, &at, since).await)
}

/// The incident that the address names.
pub fn id_in_path() -> Memo<Option<IncidentId>> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get("id")?.parse().ok()))
}

/// The incident that the address names, read as it is.
pub async fn page_of(id: Option<IncidentId>) -> Result<IncidentPage, Problem> {
    page_at(id, String::new()).await
}

/// The incident that the address names, read as it was at this moment; empty: now.
pub async fn page_at(id: Option<IncidentId>, at: String) -> Result<IncidentPage, Problem> {
    match id {
        Some(id) => load_incident(id, at, None).await,
        None => {
            crate::server::status(404);
            Err(Problem(Error::NotFound))
        }
    }
}

#[component]
pub fn Detail() -> impl IntoView {
    let id = id_in_path();
    let update = ServerAction::<UpdateIncident>::new();
    let retry = ServerAction::<RetryDelivery>::new();
    let sent = Sent::to(UPDATE, answer(update));
    let retried = Sent::to(RETRY, answer(retry));
    let posted = accepted(answer(update), update.version());
    let mistake = ServerAction::<DeclaredByMistake>::new();
    let mistaken = Sent::to(MISTAKE, answer(mistake));
    let taken_back = accepted(answer(mistake), mistake.version());
    let pressed = accepted(answer(retry), retry.version());
    let done = Signal::derive(move || (posted.get(), taken_back.get()));
    let sending = Signal::derive(move || {
        let words = |asked: &UpdateIncident| asked.asked.message.clone();
        update.input().with(|asked| asked.as_ref().and_then(words)).filter(|words| !words.trim().is_empty())
    });
    let own = Signal::derive(move || update.pending().get() || mistake.pending().get());
    let live = live();
    let query = use_query_map();
    let at = Memo::new(move |_| query.with(|query| query.get("at")).unwrap_or_default());
    let asked = move || (id.get(), at.get(), posted.get(), taken_back.get());
    let first = load(asked, move |(id, at, ..)| page_at(id, at));
    let show = Memo::new(move |_| query.with(|query| query.get("show")).unwrap_or_default());
    view! {
        <Transition fallback=Waiting>
            {move || Suspend::new(async move {
                match first.await {
                    Ok(page) => {
                        let id = page.id;
                        let form = page.update.clone();
                        let life = page.life.clone();
                        let may_reopen = life.may_reopen;
                        let news = not_own(live.about(id), own, done);
                        let moment = StoredValue::new(at.get_untracked());
                        let title = title(&page);
                        // While it is open, what is new stays new.
                        let look = page.since.look;
                        let read = move |_: usize| load_incident(id, moment.get_value(), Some(look));
                        let shown = Shown::new(page, pressed.into(), news, read);
                        leave_when_gone(shown, first);
                        view! {
                            <Title text=title/>
                            <div class="mx-auto max-w-[1480px] px-4 lg:px-6">
                                <Mistake id offered=life.mistake submission=life.submission action=mistake sent=mistaken/>
                            </div>
                            {move || view! { <Head page=shown.now.get() posted=posted.into()/> }}
                            <JumpLinks/>
                            <div class="mx-auto grid max-w-[1480px] items-start gap-5 px-4 py-5 lg:grid-cols-[minmax(0,1fr)_20rem] lg:px-6 xl:grid-cols-[minmax(0,1fr)_18rem_20.5rem]">
                                <div class="flex min-w-0 flex-col gap-4 lg:max-xl:row-span-2">
                                    {match form {
                                        Some(form) => view! { <div><Composer id form action=update sent/></div> }.into_any(),
                                        None => view! { <ClosedTo id text=shown.now.with_untracked(|p| p.closed_to.clone()) may_reopen/> }.into_any(),
                                    }}
                                    <div class="-mb-4">
                                        <Stale shown/>
                                        <Newer shown one="newer entry" many="newer entries" first="#timeline [data-row]"/>
                                    </div>
                                    <Timeline shown show retry sending/>
                                </div>
                                <div class="grid min-w-0 items-start gap-5 md:max-lg:grid-cols-2 lg:contents">
                                    {move || view! { <WhoAndWhen page=shown.now.get()/> }}
                                    {move || view! { <WhereAndWhat page=shown.now.get() retry retried/> }}
                                </div>
                            </div>
                            <Thumb may_post=shown.now.with_untracked(|p| p.update.is_some())/>
                        }.into_any()
                    }
                    Err(problem) => view! { <Trouble problem/> }.into_any(),
                }
            })}
        </Transition>
    }
}

fn title(page: &IncidentPage) -> String {
    match &page.past.at {
        Some(at) => format!("Incident #{} as it was at {}", page.id, at.text),
        None => format!("Incident #{}", page.id),
    }
}

/// What is posted here shows with its own answer: it is no news, and waits behind no button.
fn not_own(news: Signal<i32>, pending: Signal<bool>, done: Signal<(usize, usize)>) -> Signal<i32> {
    let made_after = done.get_untracked();
    let heard = Memo::new(move |before: Option<&i32>| {
        let (news, own) = (news.get(), pending.get() || done.get() != made_after);
        before.copied().filter(|_| own).unwrap_or(news)
    });
    heard.into()
}

/// Who may no longer see it gets the page that says so.
fn leave_when_gone(shown: Shown<IncidentPage>, first: Loaded<Result<IncidentPage, Problem>>) {
    Effect::new(move |_| {
        if shown.problem.with(|problem| matches!(problem, Some(Problem(Error::NotFound)))) {
            first.refetch();
        }
    });
}

#[component]
fn Head(page: IncidentPage, posted: Signal<usize>) -> impl IntoView {
    let cool = !page.burning();
    let hot = page.burning() && page.priority.value <= 2;
    let may_post = page.update.is_some();
    let promise = page.promise.clone();
    let strip = promise.is_some() || !page.doing_now.is_empty() || !page.then.is_empty();
    // Three cells with a promise, two without one: the hairlines between them are the grid's own ground.
    let (strip_class, then_class) = if promise.is_some() {
        (
            "mt-4 grid gap-px overflow-hidden rounded-box border border-base-300 bg-base-300 sm:grid-cols-2 lg:grid-cols-[minmax(15rem,1fr)_2fr_1.35fr]",
            "bg-base-100 px-4 py-2.5 sm:col-span-2 lg:col-span-1",
        )
    } else {
        (
            "mt-4 grid gap-px overflow-hidden rounded-box border border-base-300 bg-base-300 sm:grid-cols-2 lg:grid-cols-[2fr_1fr]",
            "bg-base-100 px-4 py-2.5",
        )
    };
    let ruler = page.ruler.clone();
    let (id, past) = (page.id, page.past.clone());
    view! {
        <div class="border-b border-base-300 bg-base-100">
            <div class=match (hot, page.priority.value) { (true, 1) => "h-[3px] bg-p1", (true, _) => "h-[3px] bg-p2", _ => "h-[3px]" } aria-hidden="true"></div>
            <div class="mx-auto max-w-[1480px] px-4 pt-3 pb-4 lg:px-6">
                <Notes pending=page.pending.clone() posted/>
                <AsItWas id past=past.clone()/>
                <div class="flex flex-wrap items-start gap-x-6 gap-y-3">
                    <div class="min-w-0 flex-1 basis-[26rem]">
                        <p class="text-xs text-ink-2">
                            <a class="a-quiet" href=routes::INCIDENTS>"Incidents"</a>" "<span aria-hidden="true">"/"</span>" "
                            <span class="num">{format!("#{}", page.id)}</span>
                        </p>
                        <div class="mt-1 flex items-start gap-2.5">
                            <Prio mark=page.priority cool=cool large=true/>
                            <h1 class="min-w-0 text-xl font-bold tracking-tight wrap-anywhere">{page.title}</h1>
                        </div>
                        <div class="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1.5">
                            <Status mark=page.status/>
                            {(!page.lasting.is_empty()).then(|| view! { <span class="text-ink-2">{page.lasting}</span> })}
                            {page.private.then(|| view! { <PrivateChip/> })}
                            {page.environments.into_iter().map(|text| view! { <Chip text/> }).collect_view()}
                            <Chip text=page.category/>
                            <span class="text-xs text-ink-2">
                                "declared "<Ago at=page.declared/>" by "<span class="font-medium text-base-content">{page.declared_by.name}</span>
                            </span>
                        </div>
                    </div>
                    {may_post.then(|| view! {
                        <div class="noprint flex flex-wrap items-center gap-2" role="group" aria-label="Actions">
                            <a href="#message" rel="external" class="btn btn-primary btn-sm max-sm:hidden">
                                <Icon name="message-square-plus"/>"Post update "<kbd class="kbd js-only max-md:hidden" aria-hidden="true">"u"</kbd>
                            </a>
                            <a href=routes::edit(page.id) class="btn btn-sm" data-key="e">"Edit "<kbd class="kbd js-only max-md:hidden" aria-hidden="true">"e"</kbd></a>
                            <a href=routes::close(page.id) class="btn btn-sm">"Close"</a>
                        </div>
                    })}
                </div>
                {strip.then(|| view! {
                    <dl class=strip_class>
                        {promise.map(|promise| {
                            let note = promise.note.clone();
                            view! {
                                <div class="bg-base-100 px-4 py-2.5">
                                    <dt class="hd">"Next update"</dt>
                                    <dd class="mt-0.5 flex flex-wrap items-baseline gap-x-2"><Countdown promise/><span class="text-ink-2">{note}</span></dd>
                                </div>
                            }
                        })}
                        <div class="grow bg-base-100 px-4 py-2.5">
                            <dt class="hd">"Doing now"</dt>
                            <dd class="mt-0.5">
                                {if page.doing_now.is_empty() {
                                    view! { <span class="text-ink-2">"Nobody has said anything yet."</span> }.into_any()
                                } else {
                                    view! { <Prose text=page.doing_now class="line-clamp-3 text-base"/> }.into_any()
                                }}
                            </dd>
                        </div>
                        <div class=then_class>
                            <dt class="hd">"Then"</dt>
                            <dd class="mt-0.5 text-ink-2">{page.then}</dd>
                        </div>
                    </dl>
                })}
                {(!ruler.is_empty()).then(|| view! {
                    <div class="mt-4 max-md:hidden"><RulerFull ruler=ruler.clone()/></div>
                    <div class="mt-3 md:hidden"><RulerSmall ruler=ruler.clone()/></div>
                })}
                <Travel id past ruler/>
            </div>
        </div>
    }
}

/// What was just done: shown by the fragment the answer leads to, and by script when there is no new page.
#[component]
fn Notes(pending: String, posted: Signal<usize>) -> impl IntoView {
    // Read in the browser only: the fragment is never sent to the server.
    let fragment = use_location().hash;
    let hash = RwSignal::new(String::new());
    Effect::new(move |_| hash.set(fragment.get()));
    let rest = if pending.is_empty() { String::new() } else { format!(" {pending}.") };
    let declared = format!("The incident is declared.{rest}");
    let told = format!("Update posted.{rest}");
    view! {
        <p id="declared" class="note" class:shown=move || hash.with(|h| h == "#declared") role="status"><Icon name="check"/>{declared}</p>
        <p id="posted" class="note" class:shown=move || posted.get() != 0 || hash.with(|h| h == "#posted") role="status"><Icon name="check"/>{told}</p>
        <p id="saved" class="note" class:shown=move || hash.with(|h| h == "#saved") role="status"><Icon name="check"/>"Saved."</p>
    }
}

#[component]
fn ClosedTo(id: IncidentId, text: String, may_reopen: bool) -> impl IntoView {
    let link = may_reopen.then(|| view! { " "<a class="a" href=routes::reopen(id)>"Reopen"</a> });
    (!text.is_empty()).then(|| view! { <p class="sheet noprint px-4 py-3 text-ink-2">{text}{link}</p> })
}

#[component]
fn JumpLinks() -> impl IntoView {
    JUMPS.draw((), |()| jumps())
}

static JUMPS: Drawn<()> = Drawn::up_to::<1>();

fn jumps() -> impl IntoView {
    const LINKS: [(&str, &str); 6] = [
        ("#timeline", "Timeline"),
        ("#people", "People"),
        ("#key-events", "Key events"),
        ("#surfaces", "Surfaces"),
        ("#impacts", "Impacts"),
        ("#facts", "Facts"),
    ];
    view! {
        <nav aria-label="On this page" class="noprint sticky top-13 z-20 border-b border-base-300 bg-base-100 lg:hidden">
            <ul class="flex gap-1 overflow-x-auto px-3 py-1.5 text-xs font-medium" tabindex="0" role="list">
                {LINKS.into_iter().map(|(href, text)| view! {
                    <li><a class="tap flex items-center whitespace-nowrap rounded-field px-2.5 py-1.5 hover:bg-secondary" rel="external" href=href>{text}</a></li>
                }).collect_view()}
            </ul>
        </nav>
    }
}

/// On phones: the action under the thumb.
#[component]
fn Thumb(may_post: bool) -> impl IntoView {
    may_post.then(|| view! {
        <div class="thumb noprint sticky bottom-0 z-20 flex gap-2 border-t border-base-300 bg-base-100 p-2 sm:hidden">
            <a href="#message" rel="external" class="btn btn-primary flex-1">"Post update"</a>
        </div>
    })
}
