//! Controls of forms.

use super::Icon;
use crate::drawn::Drawn;
use domain::view::{Choice, ChoiceGroup};
use leptos::prelude::*;

/// The error directly under its control, in an element that is always there for `aria-describedby`.
#[component]
pub fn ErrorText(#[prop(into)] id: String, #[prop(into)] text: Signal<Option<String>>) -> impl IntoView {
    view! {
        <div id=id>
            {move || text.get().map(|text| view! { <p class="err"><Icon name="circle-alert"/><span>{text}</span></p> })}
        </div>
    }
}

/// The text inside of a `<textarea>`. The framework writes children of that element into the page as they are, so that
/// a text could end it and go on as markup; escaped here, it stays a text.
pub fn area_text(text: String) -> String {
    if cfg!(feature = "ssr") { text.replace('&', "&amp;").replace('<', "&lt;") } else { text }
}

static OPTIONS: Drawn<(Vec<Choice>, String)> = Drawn::up_to::<500>();
static GROUPED: Drawn<(Vec<ChoiceGroup>, String)> = Drawn::up_to::<200>();

/// Longer lists, as that of all people, are not remembered.
const LONG: usize = 100;

/// The options of a select; `chosen` decides, so that a refused form keeps what was chosen.
#[component]
pub fn Options(choices: Vec<Choice>, chosen: String) -> impl IntoView {
    let remember = choices.len() <= LONG && (chosen.is_empty() || choices.iter().any(|c| c.value == chosen));
    OPTIONS.draw_or_forget(remember, (choices, chosen), |(choices, chosen)| options(choices, &chosen))
}

fn options(choices: Vec<Choice>, chosen: &str) -> impl IntoView + use<> {
    let one = |choice| view! { <OneOption choice chosen=chosen.to_owned()/> };
    choices.into_iter().map(one).collect_view()
}

#[component]
fn OneOption(choice: Choice, chosen: String) -> impl IntoView {
    let selected = choice.value == chosen;
    let text =
        if choice.note.is_empty() { choice.label } else { format!("{}, {}", choice.label, choice.note) };
    view! { <option value=choice.value selected=selected>{text}</option> }
}

/// The same under headings.
#[component]
pub fn Grouped(groups: Vec<ChoiceGroup>, chosen: String) -> impl IntoView {
    let among = |chosen: &str| groups.iter().flat_map(|g| &g.choices).any(|choice| choice.value == chosen);
    let remember = chosen.is_empty() || among(&chosen);
    GROUPED.draw_or_forget(remember, (groups, chosen), |(groups, chosen)| {
        let one = |group: ChoiceGroup| {
            view! { <optgroup label=group.label>{options(group.choices, &chosen)}</optgroup> }
        };
        groups.into_iter().map(one).collect_view()
    })
}

/// A box to tick, with its words.
#[component]
pub fn CheckBox(name: &'static str, choice: Choice, checked: bool) -> impl IntoView {
    view! {
        <label class="tap flex min-h-8 cursor-pointer items-center gap-2.5">
            <input type="checkbox" class="checkbox checkbox-sm" name=name value=choice.value checked=checked/>
            <span class="font-medium">{choice.label}</span>
            <span class="text-ink-2">{choice.note}</span>
        </label>
    }
}
