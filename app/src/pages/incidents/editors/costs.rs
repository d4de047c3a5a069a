//! `/incident/<id>/costs/`: what it costs, line by line.

use super::{super::detail::id_in_path, Hidden, Seen, Sheet, known};
use crate::{
    Problem,
    components::{ErrorSummary, ErrorText, Options, area_text},
    forms::{Sent, answer, keep, start_afresh},
    layout::read_first,
    routes,
};
use domain::{
    CostId, IncidentId,
    incident::RawCost,
    view::{Choice, CostView, CostsForm},
};
use leptos::{form::ActionForm, prelude::*};

/// # Errors
/// `NotFound` also for what may not be seen.
#[server(prefix = "/fn", endpoint = "incident/costs", input = leptos::server_fn::codec::GetUrl)]
pub async fn load_costs(id: IncidentId) -> Result<CostsForm, Problem> {
    use crate::server::{backend, caller, read};
    read(backend().costs_form(&caller()?, id).await)
}

/// Adds a cost line once per submission.
///
/// # Errors
/// Every wrong field at once; nothing is written then.
#[server(prefix = "/fn", endpoint = "incident/costs/add")]
pub async fn add_cost(
    id: IncidentId,
    submission: String,
    #[server(default)] asked: RawCost,
) -> Result<(), Problem> {
    use crate::server::{backend, caller, redirect};
    backend().add_cost(&caller()?, id, asked, &submission).await?;
    redirect(&format!("{}#added", routes::costs(id)));
    Ok(())
}

/// Takes a line away.
///
/// # Errors
/// Refused when it is not kept by hand.
#[server(prefix = "/fn", endpoint = "incident/costs/remove")]
pub async fn remove_cost(id: IncidentId, line: CostId) -> Result<(), Problem> {
    use crate::server::{backend, caller, redirect};
    backend().remove_cost(&caller()?, id, line).await?;
    redirect(&routes::costs(id));
    Ok(())
}

#[component]
pub fn Costs() -> impl IntoView {
    let id = id_in_path();
    let add = ServerAction::<AddCost>::new();
    let remove = ServerAction::<RemoveCost>::new();
    let sent = Sent::to("/fn/incident/costs/add", answer(add));
    start_afresh(add, "add-cost");
    let removed = Sent::to("/fn/incident/costs/remove", answer(remove));
    let added = Memo::new(move |before: Option<&usize>| match answer(add).get() {
        Some(None) => add.version().get(),
        _ => before.copied().unwrap_or_default(),
    });
    let form = Resource::new(
        move || (id.get(), added.get(), remove.version().get()),
        |(id, ..)| async move { load_costs(known(id)?).await },
    );
    read_first(form, move |form| view! { <Page form add remove sent removed/> })
}

fn control(field: &str) -> &'static str {
    match field {
        "cost_type" => "cost_type",
        "amount" => "amount",
        _ => "details",
    }
}

fn label(field: &str) -> &'static str {
    match field {
        "cost_type" => "Kind",
        "amount" => "Amount",
        "details" => "Details",
        _ => "",
    }
}

#[component]
fn Page(
    form: CostsForm,
    add: ServerAction<AddCost>,
    remove: ServerAction<RemoveCost>,
    sent: Sent,
    removed: Sent,
) -> impl IntoView {
    let id = form.about.id;
    let seen = Seen::new(form.about.submission.clone(), []);
    seen.renew(sent, move || async move { Ok((load_costs(id).await?.about.submission, vec![])) });
    let empty = form.lines.is_empty();
    view! {
        <Sheet about=form.about title="Costs">
            <ErrorSummary sent=removed not_done="Not removed" control=|_| "lines" label=|_| ""/>
            <section id="lines" class="sheet p-4" aria-labelledby="h-lines">
                <h2 id="h-lines" class="hd mb-2">"So far"</h2>
                {if empty {
                    view! { <p class="text-ink-2">"No costs are noted."</p> }.into_any()
                } else {
                    view! {
                        <ul class="grid gap-2">
                            {form.lines.into_iter().map(|line| view! { <Line id line remove/> }).collect_view()}
                        </ul>
                        <p class="mt-3 flex justify-between border-t border-base-300 pt-2 font-semibold"><span>"Total"</span><span class="num">{form.total}</span></p>
                    }.into_any()
                }}
            </section>
            <ErrorSummary sent not_done="Not added" control label/>
            {if form.kinds.is_empty() {
                view! { <p class="sheet mt-4 p-4 text-ink-2">"There are no kinds of cost yet. An administrator adds them."</p> }.into_any()
            } else {
                view! { <Add id kinds=form.kinds add sent seen/> }.into_any()
            }}
        </Sheet>
    }
}

#[component]
fn Add(
    id: IncidentId,
    kinds: Vec<Choice>,
    add: ServerAction<AddCost>,
    sent: Sent,
    seen: Seen,
) -> impl IntoView {
    let preset = kinds.iter().find(|kind| kind.chosen).map(|kind| kind.value.clone()).unwrap_or_default();
    let chosen = sent.kept("asked[cost_type]").unwrap_or(preset);
    let mut choices = kinds;
    choices.insert(0, Choice::new("", "Choose"));
    let error = move |name: &'static str| Signal::derive(move || sent.error_at(&[name]));
    let invalid = move |name| move || error(name).with(Option::is_some).then_some("true");
    view! {
        <ActionForm action=add attr:id="add-cost" attr:data-keep=keep(&format!("costs {id}")) attr:data-done=format!("{}#added", routes::costs(id)) attr:class="sheet mt-4 grid gap-4 p-4" attr:aria-label="Add a cost" attr:novalidate="">
            <Hidden id seen/>
            <div>
                <label class="lbl mb-1 block" for="cost_type">"Kind"</label>
                <select id="cost_type" name="asked[cost_type]" class="select select-sm w-80 max-w-full" aria-describedby="cost_type-e" aria-invalid=invalid("cost_type")>
                    <Options choices chosen/>
                </select>
                <ErrorText id="cost_type-e" text=error("cost_type")/>
            </div>
            <div>
                <label class="lbl" for="amount">"Amount in EUR "<span class="font-normal text-ink-2">"optional"</span></label>
                <p id="amount-h" class="hint mb-1">"Rounded to the cent. Leave it empty while nobody knows."</p>
                <input id="amount" name="asked[amount]" inputmode="decimal" autocomplete="off" value=sent.kept("asked[amount]").unwrap_or_default()
                    class="input input-sm w-48" aria-describedby="amount-h amount-e" aria-invalid=invalid("amount")/>
                <ErrorText id="amount-e" text=error("amount")/>
            </div>
            <div>
                <label class="lbl mb-1 block" for="details">"Details "<span class="font-normal text-ink-2">"optional"</span></label>
                <textarea id="details" name="asked[details]" rows="2" class="textarea" aria-describedby="details-e" aria-invalid=invalid("details")>
                    {area_text(sent.kept("asked[details]").unwrap_or_default())}
                </textarea>
                <ErrorText id="details-e" text=error("details")/>
            </div>
            <p><button class="btn btn-primary btn-sm" disabled=move || add.pending().get()>"Add cost"</button></p>
        </ActionForm>
    }
}

#[component]
fn Line(id: IncidentId, line: CostView, remove: ServerAction<RemoveCost>) -> impl IntoView {
    let name = format!("Remove {} {}", line.kind, line.amount);
    let button = line.editable.then(|| {
        view! {
            <ActionForm action=remove>
                <input type="hidden" name="id" value=id.to_string()/>
                <input type="hidden" name="line" value=line.id.to_string()/>
                <button class="btn btn-line btn-xs" aria-label=name>"Remove"</button>
            </ActionForm>
        }
    });
    view! {
        <li class="flex flex-wrap items-start justify-between gap-x-4 gap-y-1">
            <div class="min-w-0 flex-1">
                <p class="font-medium wrap-anywhere">{line.kind}</p>
                <p class="text-ink-2 wrap-anywhere">{line.details}</p>
            </div>
            <span class="num font-semibold">{line.amount}</span>
            {button}
        </li>
    }
}
