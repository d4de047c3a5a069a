//! The filter bar: one GET form. Without script a button applies it; with script a change applies itself after 300 ms,
//! and the address stays clean (no empty fields).

use crate::{
    components::{Icon, Prio, Status},
    drawn::Drawn,
    live::Shown,
    routes,
};
use domain::view::{Choice, ChoiceGroup, Filters, IncidentList, PriorityMark, StatusMark};
use leptos::{ev, prelude::*};

/// The bar. What can be chosen comes once, what is chosen follows the address.
#[component]
pub fn FilterBar(options: Filters, shown: Shown<IncidentList>) -> impl IntoView {
    let Filters { status, priority, environment, category, .. } = options;
    let form = NodeRef::<leptos::html::Form>::new();
    let apply = apply_by_script(form);
    // Reading the list again must not touch a field whose choice is the same: somebody may be typing in it.
    let now = move |pick: fn(&Filters) -> String| {
        let now = Memo::new(move |_| shown.now.with(|list| pick(&list.filters)));
        move || now.get()
    };
    let search = now(|f| f.search.clone());
    let created = now(|f| f.created_at.clone());
    let bounds = move || shown.now.with(|list| list.filters.created_bounds.clone());
    let kept = move || shown.now.with(|list| list.filters.kept.clone());
    let also = move || shown.now.with(|list| list.filters.also.clone());
    view! {
        <form
            node_ref=form
            action=routes::INCIDENTS
            method="get"
            class="noprint mt-3 flex flex-wrap items-center gap-2"
            aria-label="Filter incidents"
            // The address says what is chosen, not what the browser remembers when somebody comes back.
            autocomplete="off"
            on:submit=move |event: ev::SubmitEvent| apply.now(&event)
            on:input=move |_| apply.soon()
        >
            {move || kept().into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()}
            <label class="input input-sm w-full gap-2 sm:w-64">
                <Icon name="search" class="text-ink-3"/>
                <input id="filter-search" type="search" name="search" aria-label="Search title, summary or id" placeholder="Title, summary or id"
                    autocomplete="off" value=search prop:value=search/>
            </label>
            <div class="flex gap-2 max-sm:-mx-4 max-sm:w-screen max-sm:overflow-x-auto max-sm:px-4 sm:flex-wrap">
                <Drop title="Status" count=chosen(shown, |f| &f.status)>
                    <Boxes name="status" choices=status shown of=|f| &f.status/>
                </Drop>
                <Drop title="Priority" count=chosen(shown, |f| &f.priority)>
                    <Boxes name="priority" choices=priority shown of=|f| &f.priority/>
                </Drop>
                <Drop title="Environment" count=chosen(shown, |f| &f.environment)>
                    <Boxes name="environment" choices=environment shown of=|f| &f.environment/>
                </Drop>
                <Drop title="Category" count=Signal::derive(move || shown.now.with(|l| l.filters.category.iter().flat_map(|g| &g.choices).filter(|c| c.chosen).count()))>
                    <Categories groups=category shown/>
                </Drop>
                <Drop title="Created" count=Signal::derive(move || usize::from(shown.now.with(|l| !l.filters.created_at.is_empty())))>
                    <div class="fld w-72 max-w-full p-2">
                        <label for="created">"Created"</label>
                        <input id="created" name="created_at" class="input input-sm" placeholder="2026/Q3, last_week, 1 may - now"
                            autocomplete="off" aria-describedby="created-h" value=created prop:value=created/>
                        <p id="created-h" class="hint">{move || match bounds() {
                            text if text.is_empty() => "A year, quarter, week, day or a span of two: 2026/W40 - now".to_owned(),
                            text => text,
                        }}</p>
                    </div>
                </Drop>
                <button class="btn btn-line btn-sm no-js-only">"Update filters"</button>
            </div>
            {move || also().into_iter().map(|text| view! { <span class="chip">{text}</span> }).collect_view()}
            <a class="ml-1 py-1 text-xs text-ink-2 underline underline-offset-2" href=routes::INCIDENTS>"Reset"</a>
            <p class="ml-auto text-xs text-ink-2" role="status">
                {move || shown.waiting.get().then(|| view! { <span class="late loading loading-spinner loading-xs" aria-hidden="true"></span>" " })}
                <b class="font-semibold text-base-content">{move || shown.now.with(|l| l.count.clone())}</b>
                {move || format!(" match, {}", shown.now.with(|l| l.order.clone()))}
            </p>
        </form>
    }
}

fn chosen(shown: Shown<IncidentList>, of: fn(&Filters) -> &Vec<Choice>) -> Signal<usize> {
    Signal::derive(move || {
        shown.now.with(|list| of(&list.filters).iter().filter(|choice| choice.chosen).count())
    })
}

/// One filter; they share a name, so one is open at a time.
#[component]
fn Drop(title: &'static str, count: Signal<usize>, children: Children) -> impl IntoView {
    view! {
        <details class="drop" name="filters">
            <summary class="btn btn-line btn-sm font-medium">
                {title}
                {move || Some(count.get()).filter(|n| *n > 0).map(|n| view! {
                    <span class="rounded-selector bg-primary px-1 text-2xs font-bold text-primary-content">{n.to_string()}<span class="sr-only">" chosen"</span></span>
                })}
                <Icon name="chevron-down" class="text-sm! text-ink-3"/>
            </summary>
            <div class="panel">
                {children()}
                <div class="mt-2 flex justify-end border-t border-base-300 pt-2 no-js-only"><button class="btn btn-primary btn-xs">"Update filters"</button></div>
            </div>
        </details>
    }
}

/// What is ticked at first is part of what they are drawn from.
static BOXES: Drawn<(&'static str, Vec<Choice>)> = Drawn::up_to::<200>();
static CATEGORIES: Drawn<Vec<ChoiceGroup>> = Drawn::up_to::<100>();

#[component]
fn Boxes(
    name: &'static str,
    choices: Vec<Choice>,
    shown: Shown<IncidentList>,
    of: fn(&Filters) -> &Vec<Choice>,
) -> impl IntoView {
    BOXES.draw((name, choices), |(name, choices)| view! {
        <ul class="grid min-w-52">
            {choices.into_iter().map(|choice| {
                let value = choice.value.clone();
                let on = move || shown.now.with(|list| of(&list.filters).iter().any(|c| c.value == value && c.chosen));
                let on = Memo::new(move |_| on());
                view! { <Box name choice on=move || on.get()/> }
            }).collect_view()}
        </ul>
    })
}

/// It begins as the choice says; `on` is asked when the address changes.
#[component]
fn Box(name: &'static str, choice: Choice, on: impl Fn() -> bool + Send + 'static) -> impl IntoView {
    let Choice { value, label, note, rank, chosen } = choice;
    let words = match name {
        "status" => view! { <Status mark=StatusMark { value: rank, label }/> }.into_any(),
        "priority" => view! { <Prio mark=PriorityMark { value: rank, name: label, description: String::new() }/><span class="text-ink-2">{note}</span> }.into_any(),
        _ => view! { <span>{label}</span>" "<span class="text-ink-2">{note}</span> }.into_any(),
    };
    view! {
        <li>
            <label class="tap flex min-h-8 cursor-pointer items-center gap-2.5 rounded-field px-2 hover:bg-base-200">
                <input type="checkbox" class="checkbox checkbox-sm" name=name value=value checked=chosen prop:checked=on/>
                {words}
            </label>
        </li>
    }
}

/// Categories under their groups, each with a box that ticks all of a group (with script).
#[component]
fn Categories(groups: Vec<ChoiceGroup>, shown: Shown<IncidentList>) -> impl IntoView {
    CATEGORIES.draw(groups, |groups| view! {
        <div class="max-h-96 min-w-64 overflow-auto">
            {groups.into_iter().map(|group| view! {
                <fieldset class="pt-1">
                    <legend class="hd px-2 pb-1">{group.label}</legend>
                    <ul class="grid">
                        {group.choices.into_iter().map(|choice| {
                            let value = choice.value.clone();
                            let on = move || shown.now.with(|l| l.filters.category.iter().flat_map(|g| &g.choices).any(|c| c.value == value && c.chosen));
                            let on = Memo::new(move |_| on());
                            view! { <Box name="incident_category" choice on=move || on.get()/> }
                        }).collect_view()}
                    </ul>
                </fieldset>
            }).collect_view()}
        </div>
    })
}

/// Goes to an address without loading the page.
#[cfg(feature = "hydrate")]
type Go = Box<dyn Fn(&str) + Send + Sync>;

/// Applies the form by navigation.
#[derive(Clone, Copy)]
struct Apply {
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "forms are sent by the browser only"))]
    form: NodeRef<leptos::html::Form>,
    #[cfg(feature = "hydrate")]
    go: StoredValue<Go>,
    #[cfg(feature = "hydrate")]
    timer: StoredValue<Option<TimeoutHandle>>,
}

#[cfg(not(feature = "hydrate"))]
fn apply_by_script(form: NodeRef<leptos::html::Form>) -> Apply {
    Apply { form }
}

#[cfg(not(feature = "hydrate"))]
impl Apply {
    fn now(self, _: &ev::SubmitEvent) {}
    fn soon(self) {}
}

#[cfg(feature = "hydrate")]
fn apply_by_script(form: NodeRef<leptos::html::Form>) -> Apply {
    let navigate = leptos_router::hooks::use_navigate();
    let options = leptos_router::NavigateOptions { scroll: false, ..Default::default() };
    let go = move |query: &str| navigate(&routes::incidents(query), options.clone());
    Apply { form, go: StoredValue::new(Box::new(go)), timer: StoredValue::new(None) }
}

#[cfg(feature = "hydrate")]
impl Apply {
    fn now(self, event: &ev::SubmitEvent) {
        event.prevent_default();
        self.go();
    }

    /// After a pause in typing.
    fn soon(self) {
        let pause = std::time::Duration::from_millis(300);
        self.timer.update_value(|timer| {
            if let Some(timer) = timer.take() {
                timer.clear();
            }
            *timer = set_timeout_with_handle(move || self.go(), pause).ok();
        });
    }

    fn go(self) {
        if let Some(form) = self.form.get_untracked() {
            let query = query_of(&form);
            self.go.with_value(|go| go(&query));
        }
    }
}

/// The form as a query string, without what is empty.
#[cfg(feature = "hydrate")]
fn query_of(form: &web_sys::HtmlFormElement) -> String {
    let Ok(data) = web_sys::FormData::new_with_form(form) else { return String::new() };
    let mut query = String::new();
    for pair in js_sys::try_iter(&data).ok().flatten().into_iter().flatten().flatten() {
        let pair = js_sys::Array::from(&pair);
        if let (Some(name), Some(value)) = (pair.get(0).as_string(), pair.get(1).as_string())
            && !value.trim().is_empty()
        {
            domain::query::push(&mut query, &name, value.trim());
        }
    }
    query
}
