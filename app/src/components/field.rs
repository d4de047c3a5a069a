//! Controls of forms.

use super::Icon;
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

/// The options of a select; `chosen` decides, so that a refused form keeps what was chosen.
#[component]
pub fn Options(choices: Vec<Choice>, chosen: String) -> impl IntoView {
    choices.into_iter().map(|choice| view! { <OneOption choice chosen=chosen.clone()/> }).collect_view()
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
    groups
        .into_iter()
        .map(|group| view! { <optgroup label=group.label><Options choices=group.choices chosen=chosen.clone()/></optgroup> })
        .collect_view()
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
