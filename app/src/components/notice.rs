//! What a person is told: why a form was refused, and that something is on its way.

use super::Icon;
use crate::{forms::Sent, routes};
use domain::Error;
use leptos::prelude::*;

/// Above a form: what is to be fixed, with a link to each field. `not_done` says what did not happen: "Not declared yet".
/// It takes the focus when it appears.
#[component]
pub fn ErrorSummary(
    sent: Sent,
    not_done: &'static str,
    /// The id of the control of a field, by the field's name.
    control: fn(&str) -> &'static str,
    /// What a field is called in words.
    label: fn(&str) -> &'static str,
) -> impl IntoView {
    let names = move |field: &str| (control(field).to_owned(), label(field).to_owned());
    view! { <FieldsSummary sent not_done names/> }
}

/// The same for a form whose fields are data: `names` says the id of a field's control, and what it is called.
#[component]
pub fn FieldsSummary<F>(sent: Sent, not_done: &'static str, names: F) -> impl IntoView
where
    F: Fn(&str) -> (String, String) + Send + Sync + 'static,
{
    let box_ref = NodeRef::<leptos::html::Div>::new();
    Effect::new(move |_| {
        if sent.error().is_some()
            && let Some(summary) = box_ref.get()
        {
            // Where it cannot be focused it is still announced: `role="alert"`.
            let _ = summary.focus();
        }
    });
    move || {
        sent.error().map(|problem| {
            let (head, body) = words(&problem.0, not_done, &names);
            view! {
                <div
                    node_ref=box_ref
                    role="alert"
                    tabindex="-1"
                    class="mt-4 flex items-start gap-2.5 rounded-box border border-p1 bg-p1-tint px-4 py-3"
                >
                    <Icon name="circle-alert" class="mt-0.5 text-p1-ink"/>
                    <div class="min-w-0">
                        <p class="font-semibold">{head}</p>
                        {body}
                    </div>
                </div>
            }
        })
    }
}

fn words(error: &Error, not_done: &str, names: &dyn Fn(&str) -> (String, String)) -> (String, AnyView) {
    const KEPT: &str = "All you wrote is kept.";
    match error {
        Error::Invalid(errors) => {
            let head = match errors.0.len() {
                1 => format!("{not_done}, one thing to fix"),
                n => format!("{not_done}, {n} things to fix"),
            };
            let lines: Vec<_> = errors.0.iter().map(|e| line(names(&e.field), &e.message)).collect();
            (head, view! { <ul class="grid gap-0.5">{lines}</ul><p>{KEPT}</p> }.into_any())
        }
        Error::Conflict(conflicts) => {
            let lines: Vec<_> = conflicts
                .iter()
                .map(|c| {
                    let text = format!("it is {} by now, you chose {}", c.theirs, c.yours);
                    line(names(&c.field), &text)
                })
                .collect();
            let body = view! {
                <ul class="grid gap-0.5">{lines}</ul>
                <p>"Look at what is chosen below and send it again. All you wrote is kept."</p>
            };
            (format!("{not_done}, somebody changed it while you wrote"), body.into_any())
        }
        Error::Refused(refusals) => {
            let lines: Vec<_> = refusals.iter().map(|r| view! { <li>{r.message.clone()}</li> }).collect();
            (not_done.to_owned(), view! { <ul class="grid gap-0.5">{lines}</ul><p>{KEPT}</p> }.into_any())
        }
        Error::SentAlready { incident } => {
            let body = view! {
                <p>
                    "Look at "<a class="a" href=routes::incident(*incident)>{format!("#{incident}")}</a>
                    ". To send this as new, send the form once more. All you wrote is kept."
                </p>
            };
            (format!("Sent already as #{incident}"), body.into_any())
        }
        Error::NotSignedIn => {
            let body = view! { <p><a class="a" href=routes::LOGIN target="_blank">"Sign in"</a>" in another tab, then send this again. All you wrote is kept."</p> };
            (format!("{not_done}, you are signed out"), body.into_any())
        }
        other => (not_done.to_owned(), view! { <p>{format!("{other}. {KEPT}")}</p> }.into_any()),
    }
}

fn line((control, label): (String, String), message: &str) -> impl IntoView + use<> {
    let text = message.to_owned();
    let href = format!("#{control}");
    let name = (!label.is_empty()).then(|| format!("{label}: "));
    view! { <li><a class="a" rel="external" href=href>{name}{text}</a></li> }
}

/// Something is on its way; silent for the first moments.
#[component]
pub fn Waiting() -> impl IntoView {
    view! {
        <p class="late mx-auto flex max-w-[1480px] items-center gap-2 px-4 py-8 text-ink-2 lg:px-6">
            <span class="loading loading-spinner loading-sm" aria-hidden="true"></span>"On its way"
        </p>
    }
}
