//! What forms send, and what a refused form remembers.
//!
//! Names of fields are those of the domain's raw requests in brackets: `asked[title]`, `asked[status][from]`,
//! `asked[impacts][business_impact]`, `asked[environment][]`. Whatever may be wrong is text, so that every wrong field
//! is named at once.
//!
//! One code path with and without script: a refusal comes back as the action's value when the form was sent by fetch,
//! and as a [`Draft`] of the session when it was sent plainly. [`Sent`] hides the difference.

use crate::{Problem, server};
use domain::{
    Error,
    view::{Draft, Session},
};
use leptos::prelude::*;

/// What came of sending a form: why it was refused and what was typed, with script or without.
#[derive(Clone, Copy)]
pub struct Sent {
    draft: StoredValue<Option<Draft>>,
    error: Memo<Option<Problem>>,
}

impl Sent {
    /// For the form that goes to `path`; `answer` is the action's value, reduced to its error. Made where the page
    /// begins, not inside of something that loads: what is shared with the browser is told apart by its order.
    pub fn to(path: &'static str, answer: Signal<Option<Option<Problem>>>) -> Self {
        let draft: Option<Draft> = SharedValue::new(|| server::draft(path)).into_inner();
        let refused = draft.as_ref().map(|draft| Problem(draft.error.clone()));
        let error = Memo::new(move |_| answer.get().unwrap_or_else(|| refused.clone()));
        Sent { draft: StoredValue::new(draft), error }
    }

    /// Why it was refused.
    pub fn error(&self) -> Option<Problem> {
        self.error.get()
    }

    /// The first sentence about a field, under any of its names.
    pub fn error_at(&self, names: &[&str]) -> Option<String> {
        match self.error.get()?.0 {
            Error::Invalid(errors) => names.iter().find_map(|name| errors.of(name).map(str::to_owned)),
            Error::Conflict(conflicts) => {
                conflicts.iter().find(|conflict| names.contains(&conflict.field.as_str())).map(|conflict| {
                    format!(
                        "{} by now. You chose {}. Posting again sets what is chosen here",
                        conflict.theirs, conflict.yours
                    )
                })
            }
            Error::Refused(refusals) => refusals
                .iter()
                .find(|refusal| refusal.field.as_deref().is_some_and(|field| names.contains(&field)))
                .map(|refusal| refusal.message.clone()),
            _ => None,
        }
    }

    /// What was typed in this field when the form came back.
    pub fn kept(&self, name: &str) -> Option<String> {
        self.draft
            .with_value(|draft| draft.as_ref().map(|draft| draft.first(name).unwrap_or_default().to_owned()))
    }

    /// What was chosen in this field when the form came back.
    pub fn kept_all(&self, name: &str) -> Option<Vec<String>> {
        self.draft
            .with_value(|draft| draft.as_ref().map(|draft| draft.all(name).map(str::to_owned).collect()))
    }
}

/// The answer of an action for [`Sent::to`]: `None` not answered, `Some(None)` accepted.
pub fn answer<F>(action: ServerAction<F>) -> Signal<Option<Option<Problem>>>
where
    F: leptos::server_fn::ServerFn<Error = Problem> + Clone + Send + Sync + 'static,
    F::Output: Clone + Send + Sync + 'static,
{
    Signal::derive(move || {
        action.value().with(|value| value.as_ref().map(|result| result.as_ref().err().cloned()))
    })
}

/// Counts what was accepted; a refusal changes nothing on the page.
pub fn accepted(answer: Signal<Option<Option<Problem>>>, version: RwSignal<usize>) -> Memo<usize> {
    Memo::new(move |before: Option<&usize>| match answer.get() {
        Some(None) => version.get(),
        _ => before.copied().unwrap_or_default(),
    })
}

/// The `data-keep` of a form: whose it is and what it is about. What is typed there stays in this browser until it is
/// sent and accepted, or until its person signs out (`kept.js`). Where it leads once it is accepted says its `data-done`.
pub fn keep(about: &str) -> Option<String> {
    let me = use_context::<Session>()?.me?;
    Some(format!("{} {about}", me.id))
}

/// What was sent is not left in the fields of the form with this id: the browser's own reset brings back what the page
/// was made with.
pub fn start_afresh<F>(action: ServerAction<F>, form: &'static str)
where
    F: leptos::server_fn::ServerFn<Output = (), Error = Problem> + Clone + Send + Sync + 'static,
{
    Effect::new(move |_| {
        if action.value().with(|answer| matches!(answer, Some(Ok(())))) {
            #[cfg(feature = "hydrate")]
            request_animation_frame(move || {
                use wasm_bindgen::JsCast;
                let form = document().get_element_by_id(form);
                if let Some(form) = form.and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok()) {
                    form.reset();
                }
            });
            #[cfg(not(feature = "hydrate"))]
            let _ = form;
        }
    });
}
