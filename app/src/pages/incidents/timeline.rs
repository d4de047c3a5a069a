//! The timeline: what people say is large, what machines did is one quiet line.

use super::{composer::RetryDelivery, past::SinceYouLooked};
use crate::{
    components::{Ago, Icon, Initials, Prio, Prose, Status},
    live::{Settle, Shown},
    routes,
};
use domain::{
    IncidentId,
    view::{About, Changed, Entry, EntryKind, IncidentPage, Older, Person, Said, Session, Step, Value},
};
use leptos::{form::ActionForm, prelude::*};

/// Which entries are shown: `?show=`.
#[derive(Clone, Copy, PartialEq)]
enum Show {
    All,
    Said,
    Changes,
    Machines,
}

const TABS: [(Show, &str, &str); 4] = [
    (Show::All, "", "All"),
    (Show::Said, "said", "Said"),
    (Show::Changes, "changes", "Changes"),
    (Show::Machines, "machines", "Machines"),
];

impl Show {
    fn shows(self, kind: &EntryKind) -> bool {
        match self {
            Show::All => true,
            Show::Said => matches!(kind, EntryKind::Said { .. }),
            Show::Changes => match kind {
                EntryKind::Said { changes, .. } => !changes.is_empty(),
                EntryKind::Changed { .. } => true,
                _ => false,
            },
            Show::Machines => matches!(
                kind,
                EntryKind::Machine { .. } | EntryKind::Other { .. } | EntryKind::Refused { .. }
            ),
        }
    }
}

/// Entries keep their places and say what is true now; newer ones wait. What machines did comes along with what people
/// did and is not worth a call of its own.
impl Settle for IncidentPage {
    const YIELDS: bool = false;

    fn settle(shown: &Self, mut fresh: Self) -> (Self, Option<usize>) {
        if shown.timeline.is_empty() {
            return (fresh, None);
        }
        let known = |entry: &Entry| shown.timeline.iter().any(|old| old.id == entry.id);
        let calls = |entry: &&Entry| {
            !matches!(
                entry.what,
                EntryKind::Day { .. } | EntryKind::Looked { .. } | EntryKind::Machine { .. }
            )
        };
        // The forms keep what they were made with.
        if shown.update.is_some() == fresh.update.is_some() {
            fresh.update.clone_from(&shown.update);
        }
        fresh.life.submission.clone_from(&shown.life.submission);
        let newer = fresh.timeline.iter().filter(|entry| !known(entry)).filter(calls).count();
        fresh.timeline.retain(known);
        (fresh, (newer > 0).then_some(newer))
    }
}

/// Each entry is drawn once and stays where it is as long as it says the same.
#[component]
pub fn Timeline(
    shown: Shown<IncidentPage>,
    show: Memo<String>,
    retry: ServerAction<RetryDelivery>,
    /// Words that were posted here and are not answered yet.
    sending: Signal<Option<String>>,
) -> impl IntoView {
    let page = shown.now;
    let (id, may_retry) = page.with_untracked(|page| (page.id, page.may_retry));
    let tab = Memo::new(move |_| {
        show.with(|show| TABS.iter().find(|(_, name, _)| name == show).map_or(Show::All, |tab| tab.0))
    });
    let counts = Memo::new(move |_| page.with(|page| TABS.map(|(tab, ..)| count(&page.timeline, tab))));
    let entries = Memo::new(move |_| {
        let tab = tab.get();
        page.with(|page| page.timeline.iter().filter(|e| tab.shows(&e.what)).cloned().collect::<Vec<_>>())
    });
    let empty = Memo::new(move |_| entries.with(Vec::is_empty));
    let since = Memo::new(move |_| page.with(|page| page.since.clone()));
    let older = Memo::new(move |_| page.with(|page| page.older.clone()));
    let record = Memo::new(move |_| page.with(|page| page.record.clone()));
    let at = page.with_untracked(|page| page.past.at.as_ref().map(|at| at.iso.clone())).unwrap_or_default();
    let address = move |show: &str| {
        let mut query = String::new();
        for (name, value) in [("at", at.as_str()), ("show", show)] {
            if !value.is_empty() {
                domain::query::push(&mut query, name, value);
            }
        }
        format!("?{query}")
    };
    view! {
        <section id="timeline" class="sheet min-w-0" aria-labelledby="h-timeline">
            <div class="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-base-300 px-4 py-2.5">
                <h2 id="h-timeline" class="text-lg font-semibold">"Timeline"</h2>
                <nav aria-label="Filter the timeline" class="noprint flex flex-wrap gap-1 text-xs font-medium">
                    {TABS.into_iter().zip(0..).map(|((of, name, text), place)| {
                        let now = move || tab.get() == of;
                        view! {
                            <a
                                href=address(name)
                                class=move || if now() { "flex min-h-7 items-center gap-1.5 rounded-field bg-secondary px-2" } else { "flex min-h-7 items-center gap-1.5 rounded-field px-2 text-ink-2 hover:bg-secondary" }
                                aria-current=move || now().then_some("true")
                            >
                                {text}" "<span class="text-ink-2">{move || counts.with(|counts| counts.get(place).copied())}</span>
                            </a>
                        }
                    }).collect_view()}
                </nav>
            </div>
            {move || view! { <SinceYouLooked since=since.get()/> }}
            {move || sending.get().map(|words| view! { <Sending words/> })}
            {move || if empty.get() {
                view! { <p class="px-4 py-6 text-ink-2">"Nothing of this kind yet."</p> }.into_any()
            } else {
                view! {
                    <ol class="tl px-2 py-2 sm:pr-4 sm:pl-0" aria-label="Newest first">
                        <For each=move || entries.get() key=Entry::clone let:entry><Line incident=id entry may_retry retry/></For>
                    </ol>
                }.into_any()
            }}
            {move || older.get().map(|older| view! { <OlderWords incident=id older/> })}
            {move || record.with(|record| (!record.is_empty()).then(|| view! {
                <p class="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-base-300 px-4 py-2.5 text-xs text-ink-2">
                    <span class="state state-ok whitespace-normal"><Icon name="link-2"/>{record.clone()}</span>
                </p>
            }))}
        </section>
    }
}

/// That there is more, and where.
#[component]
fn OlderWords(incident: IncidentId, older: Older) -> impl IntoView {
    let count = match older.count {
        1 => "1 older message is".to_owned(),
        count => format!("{count} older messages are"),
    };
    let href = routes::incident_at(incident, &older.at.iso);
    view! {
        <p class="border-t border-base-300 px-4 py-2.5 text-sm text-ink-2">
            {count}" not shown here. "<a class="a" href=href>"Show the page as it was at "{older.at.text}</a>
        </p>
    }
}

/// An entry on its way, where it will stand. Refused, it is in the form alone, with the reason.
#[component]
fn Sending(words: String) -> impl IntoView {
    let me = use_context::<Session>().and_then(|session| session.me);
    let (name, initials) = me.map(|me| (me.name, me.initials)).unwrap_or_default();
    view! {
        <div class="tl px-2 pt-2 sm:pr-4 sm:pl-0" role="status">
            <div class="ev ev-say opacity-60" data-sending>
                <span class="t max-sm:hidden"></span><span class="dot" aria-hidden="true">{initials}</span>
                <div class="min-w-0">
                    <p class="text-xs text-ink-2"><span class="font-semibold text-base-content">{name}</span>" is posting this"</p>
                    <Prose text=words class="said mt-1"/>
                </div>
            </div>
        </div>
    }
}

fn count(entries: &[Entry], tab: Show) -> usize {
    entries
        .iter()
        .filter(|e| !matches!(e.what, EntryKind::Day { .. } | EntryKind::Looked { .. }) && tab.shows(&e.what))
        .count()
}

#[component]
fn Line(
    incident: IncidentId,
    entry: Entry,
    may_retry: bool,
    retry: ServerAction<RetryDelivery>,
) -> impl IntoView {
    let Entry { id, at, what, new } = entry;
    let new = new.then(|| view! { " "<span class="rounded-selector bg-work-tint px-1 text-xs font-semibold text-work">"new"</span> });
    let time = view! { <a class="t a-quiet" rel="external" title="Link to this entry" href=routes::entry(incident, &id)><Ago at/></a> };
    match what {
        EntryKind::Said { by, did, changes, words, more } => view! {
            <li class="ev ev-say" id=id data-row tabindex="-1">
                {time}<span class="dot" aria-hidden="true">{by.initials.clone()}</span>
                <div class="min-w-0">
                    <p class="text-xs text-ink-2"><Name person=by/>" "{did}{new}</p>
                    <Changes changes/>
                    <Prose text=words class="said mt-1"/>
                    <More incident entry=id.clone() more=*more/>
                </div>
            </li>
        }.into_any(),
        EntryKind::Changed { by, did, changes, about } => view! {
            <li class="ev ev-line" id=id data-row tabindex="-1">
                {time}<Dot icon=icon_of(about)/>
                <div class="min-w-0 leading-5">{by.map(|person| view! { <b>{person.name}</b>" " })}{did}{new}<Changes changes/></div>
            </li>
        }.into_any(),
        EntryKind::Other { system, text } => view! {
            <li class="ev ev-line" id=id>{time}<Dot icon="repeat-2"/><div class="min-w-0 leading-5"><b>{system}</b>" "{text}</div></li>
        }.into_any(),
        EntryKind::Machine { summary, steps } => view! {
            <li class="ev ev-line" id=id>{time}<Dot icon="cog"/><Steps summary steps/></li>
        }.into_any(),
        EntryKind::Refused { what, reason, job } => view! {
            <li class="ev ev-line" id=id>
                {time}<Dot icon="circle-alert"/>
                <div class="min-w-0 leading-5">
                    <span class="font-medium text-p1-ink">{what}</span>" "{reason}
                    {job.filter(|_| may_retry).map(|job| view! {
                        <ActionForm action=retry attr:class="ml-1 inline">
                            <input type="hidden" name="incident" value=incident.to_string()/>
                            <input type="hidden" name="job" value=job.to_string()/>
                            <button class="a cursor-pointer">"Retry"</button>
                        </ActionForm>
                    })}
                </div>
            </li>
        }.into_any(),
        EntryKind::Looked { text } => view! {
            <li class="ev noprint items-center py-2" id=id>
                <span class="max-sm:hidden"></span><span class="dot text-work!"><Icon name="eye"/></span>
                <div class="flex items-center gap-3 text-xs font-semibold text-work"><span>{text}</span><span class="h-px flex-1 bg-work/40"></span></div>
            </li>
        }.into_any(),
        EntryKind::Day { text } => view! {
            <li class="ev items-center py-2" id=id>
                <span class="max-sm:hidden"></span><Dot icon="calendar"/>
                <div class="flex items-center gap-3 text-xs font-semibold text-ink-2"><span>{text}</span><span class="h-px flex-1 bg-base-300"></span></div>
            </li>
        }.into_any(),
    }
}

/// What was promised with the words, whether they were corrected, and the way to correct them.
#[component]
fn More(incident: IncidentId, entry: String, more: Said) -> impl IntoView {
    let Said { promised, corrected, may_correct } = more;
    let correct = entry.strip_prefix("e-").filter(|_| may_correct).map(|id| routes::correct(incident, id));
    view! {
        {promised.map(|by| view! {
            <p class="mt-1 text-xs text-ink-2"><Icon name="timer" class="-mt-0.5 mr-1 inline text-sm!"/>"Next update promised by "<b class="font-semibold"><Ago at=by/></b></p>
        })}
        {corrected.map(|corrected| view! {
            <details class="mt-1 text-xs text-ink-2">
                <summary class="a-quiet py-0.5">
                    "corrected by "<b class="font-medium">{corrected.by}</b>" "<Ago at=corrected.at/>
                    <span class="sr-only">", what it said first"</span>" "<Icon name="chevron-down" class="-mt-0.5 inline text-xs!"/>
                </summary>
                <Prose text=corrected.original class="mt-1 border-l-2 border-base-300 pl-3 text-sm"/>
            </details>
        })}
        {correct.map(|href| view! { <p class="noprint mt-1 text-xs"><a class="a-quiet text-ink-2" href=href>"Correct"</a></p> })}
    }
}

fn icon_of(about: About) -> &'static str {
    match about {
        About::Facts => "pencil",
        About::Status => "circle-dot",
        About::Role => "user-round-check",
        About::KeyEvent => "flag",
        About::Paging => "phone-outgoing",
        About::Help => "life-buoy",
    }
}

#[component]
fn Dot(icon: &'static str) -> impl IntoView {
    view! { <span class="dot"><Icon name=icon/></span> }
}

#[component]
fn Name(person: Person) -> impl IntoView {
    view! { <span class="font-semibold text-base-content">{person.name}</span> }
}

/// From what to what.
#[component]
fn Changes(changes: Vec<Changed>) -> impl IntoView {
    (!changes.is_empty()).then(|| view! {
        <ul class="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-xs">
            {changes.into_iter().map(|change| view! {
                <li class="flex flex-wrap items-center gap-x-1.5 gap-y-1">
                    <span class="sr-only">{format!("{}:", change.field)}</span>
                    {change.from.map(|from| view! { <Was value=from/><Icon name="arrow-right" class="text-xs! text-ink-3"/><span class="sr-only">" to "</span> })}
                    <Is value=change.to/>
                </li>
            }).collect_view()}
        </ul>
    })
}

#[component]
fn Was(value: Value) -> impl IntoView {
    match value {
        Value::Status(mark) => view! { <Status mark/> }.into_any(),
        Value::Priority(mark) => view! { <Prio mark cool=true/> }.into_any(),
        Value::Text(text) => view! { <del class="text-ink-3 wrap-anywhere">{text}</del> }.into_any(),
    }
}

#[component]
fn Is(value: Value) -> impl IntoView {
    match value {
        Value::Status(mark) => view! { <Status mark/> }.into_any(),
        Value::Priority(mark) => view! { <Prio mark/> }.into_any(),
        Value::Text(text) => {
            view! { <ins class="font-medium text-base-content no-underline wrap-anywhere">{text}</ins> }
                .into_any()
        }
    }
}

/// What FireFighter did itself, folded.
#[component]
fn Steps(summary: String, steps: Vec<Step>) -> impl IntoView {
    view! {
        <details class="min-w-0 leading-5">
            <summary class="a-quiet py-0.5">{summary}" "<Icon name="chevron-down" class="-mt-0.5 inline text-xs!"/></summary>
            <ul class="mt-1 grid gap-0.5 text-ink-2">
                {steps.into_iter().map(|step| view! { <li><span class="num">{step.at}</span>" "{step.text}</li> }).collect_view()}
            </ul>
        </details>
    }
}

/// For the rails: a holder's line.
#[component]
pub fn PersonLine(name: String, person: Option<Person>, role: String) -> impl IntoView {
    view! {
        <li class="flex items-center gap-2.5 py-1">
            <Initials person large=true/>
            <div class="min-w-0 flex-1"><p class="font-medium leading-5">{name}</p><p class="text-xs text-ink-2">{role}</p></div>
        </li>
    }
}
