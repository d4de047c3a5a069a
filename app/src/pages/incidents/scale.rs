//! Who is hit: one question per axis, and the priority that follows.

use crate::components::Prio;
use domain::{
    catalog::{Catalog, ImpactLevel, ImpactType, Priority},
    incident::LevelCode,
    view::{DeclareForm, PriorityMark},
};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// Level code by impact type, as chosen now.
pub type Chosen = RwSignal<BTreeMap<String, String>>;

/// One question on a scale: joined radios, the words of the chosen one under them, without script.
#[component]
pub fn Scale(kind: ImpactType, name: String, chosen: Chosen) -> impl IntoView {
    let short = kind.name.strip_suffix(" Impact").unwrap_or(&kind.name).to_owned();
    let now = chosen
        .with_untracked(|c| c.get(&kind.value).cloned())
        .unwrap_or_else(|| DeclareForm::UNTOUCHED.into());
    let levels = kind.levels.iter().rev();
    let words = levels
        .clone()
        .map(|level| view! { <span class=format!("w{}", level.code.rank())>{level.name.clone()}</span> })
        .collect_view();
    let columns = if kind.levels.len() < 6 { "scale scale-short" } else { "scale" };
    let radios = levels.map(|level| view! { <Level level=level.clone() kind=kind.value.clone() name=name.clone() on=level.code.as_str() == now chosen/> });
    view! {
        <fieldset class=format!("impact impact-{} grid gap-x-4 gap-y-1 sm:grid-cols-[8.5rem_minmax(0,1fr)]", kind.value)>
            <legend class="sr-only">{kind.name.clone()}</legend>
            <div class="sm:pt-2"><p class="font-semibold leading-5">{short}</p><p class="hint">{kind.help_text.clone()}</p></div>
            <div class="min-w-0">
                <div class=columns>{radios.collect_view()}</div>
                <p class="words mt-1 text-xs text-ink-2" aria-hidden="true">{words}</p>
            </div>
        </fieldset>
    }
}

#[component]
fn Level(level: ImpactLevel, kind: String, name: String, on: bool, chosen: Chosen) -> impl IntoView {
    let code = level.code.as_str();
    let label = if level.code == LevelCode::None { "None" } else { level.code.label() };
    let choose = move |_| chosen.update(|chosen| _ = chosen.insert(kind.clone(), code.to_owned()));
    view! {
        <label data-r=level.code.rank().to_string()>
            <input type="radio" name=name value=code checked=on aria-label=format!("{label}: {}", level.name) on:change=choose/>
            <span class="pointer-events-none">{label}</span>
        </label>
    }
}

/// The suggested priority. Before script runs the style sheet shows the line of the worst answer; each line's priority,
/// and the line shown with script, come from the one rule ([`Catalog::suggest_at`]), which is also the server's.
#[component]
pub fn Suggestion(scales: Catalog, chosen: Chosen) -> impl IntoView {
    let suggested: Vec<_> = (1..=6).map(|rank| (rank, scales.suggest_at(rank).cloned())).collect();
    let rank = Memo::new(move |_| chosen.with(|chosen| scales.rank_of(chosen)));
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let lines = suggested.into_iter().map(|(line, suggested)| {
        let on = Signal::derive(move || alive.get() && rank.get() == line);
        view! { <SuggestionLine line suggested on/> }
    });
    view! { <div class="suggest" class:alive=alive role="status">{lines.collect_view()}</div> }
}

#[component]
fn SuggestionLine(line: u8, suggested: Option<Priority>, on: Signal<bool>) -> impl IntoView {
    let body = match suggested {
        Some(priority) => {
            let note = DeclareForm::means(&priority);
            let head = format!("Suggested: {}, {}.", priority.name, priority.description.trim_end_matches('.'));
            view! {
                <Prio mark=PriorityMark::from(&priority) large=true/>
                <span><b class="font-semibold">{head}</b>" "<span class="block text-xs text-ink-2">{note}</span></span>
            }.into_any()
        }
        None => view! {
            <span><b class="font-semibold">"No priority yet."</b>" "<span class="block text-xs text-ink-2">"Choose at least one impact above, or a priority."</span></span>
        }.into_any(),
    };
    view! { <p class=format!("s{line} items-center gap-3") class:on=on>{body}</p> }
}
