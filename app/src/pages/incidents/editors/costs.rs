//! `/incident/<id>/costs/`: what it costs, line by line.

use super::{super::detail::id_in_path, Before, Hidden, Seen, Sheet, known};
use crate::{
    Problem,
    components::{ErrorSummary, ErrorText, Options, area_text},
    forms::{Sent, accepted, answer, keep, start_afresh},
    layout::read_first,
    routes,
    wire::load,
};
use domain::{
    CostId, IncidentId,
    incident::{RawCost, RawCostChange},
    view::{Choice, CostView, CostsForm},
};
use leptos::{form::ActionForm, prelude::*};
use leptos_router::hooks::use_query_map;

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

/// Changes a cost line once per submission.
///
/// # Errors
/// Every wrong field at once, or conflicts; nothing is written then. Refused when it is gone, or not kept by hand.
#[server(prefix = "/fn", endpoint = "incident/costs/change")]
pub async fn change_cost(
    id: IncidentId,
    line: CostId,
    submission: String,
    #[server(default)] asked: RawCostChange,
) -> Result<(), Problem> {
    use crate::server::{backend, caller, redirect};
    backend().change_cost(&caller()?, id, line, asked, &submission).await?;
    redirect(&changed(id));
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

/// Where a changed line leads.
fn changed(id: IncidentId) -> String {
    format!("{}#lines", routes::costs(id))
}

#[derive(Clone, Copy)]
struct Actions {
    add: ServerAction<AddCost>,
    change: ServerAction<ChangeCost>,
    remove: ServerAction<RemoveCost>,
}

/// What came of each.
#[derive(Clone, Copy)]
struct Answers {
    added: Sent,
    changed: Sent,
    removed: Sent,
}

#[component]
pub fn Costs() -> impl IntoView {
    let id = id_in_path();
    let query = use_query_map();
    // The line to change, by the address.
    let line = Memo::new(move |_| query.with(|query| query.get("line")?.parse::<i64>().ok()).map(CostId));
    let actions =
        Actions { add: ServerAction::new(), change: ServerAction::new(), remove: ServerAction::new() };
    let answers = Answers {
        added: Sent::to("/fn/incident/costs/add", answer(actions.add)),
        changed: Sent::to("/fn/incident/costs/change", answer(actions.change)),
        removed: Sent::to("/fn/incident/costs/remove", answer(actions.remove)),
    };
    start_afresh(actions.add, "add-cost");
    let added = accepted(answer(actions.add), actions.add.version());
    let changed = accepted(answer(actions.change), actions.change.version());
    let form = load(
        move || (id.get(), line.get(), added.get(), changed.get(), actions.remove.version().get()),
        |(id, ..)| async move { load_costs(known(id)?).await },
    );
    read_first(form, move |form| view! { <Page form line=line.get() actions answers/> })
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
fn Page(form: CostsForm, line: Option<CostId>, actions: Actions, answers: Answers) -> impl IntoView {
    let id = form.about.id;
    let Actions { add, change, remove } = actions;
    let Answers { added, changed, removed } = answers;
    let chosen = form.lines.iter().find(|known| Some(known.id) == line && known.editable).cloned();
    let seen = Seen::new(form.about.submission.clone(), chosen.iter().flat_map(values));
    let empty = form.lines.is_empty();
    let gone = line.is_some() && chosen.is_none();
    let below = match chosen {
        Some(line) => {
            let chosen = line.id;
            seen.renew(changed, move || async move {
                let fresh = load_costs(id).await?;
                let line = fresh.lines.iter().find(|known| known.id == chosen);
                Ok((fresh.about.submission, line.map(values).into_iter().flatten().collect()))
            });
            view! {
                <ErrorSummary sent=changed not_done="Not changed" control label/>
                <Change id line kinds=form.kinds change sent=changed seen/>
            }
            .into_any()
        }
        None if form.kinds.is_empty() => {
            view! { <p class="sheet mt-4 p-4 text-ink-2">"There are no kinds of cost yet. An administrator adds them."</p> }.into_any()
        }
        None => {
            seen.renew(added, move || async move { Ok((load_costs(id).await?.about.submission, vec![])) });
            view! {
                <ErrorSummary sent=added not_done="Not added" control label/>
                <Add id kinds=form.kinds add sent=added seen/>
            }
            .into_any()
        }
    };
    view! {
        <Sheet about=form.about title="Costs">
            <ErrorSummary sent=removed not_done="Not removed" control=|_| "lines" label=|_| ""/>
            {gone.then(|| view! { <ErrorSummary sent=changed not_done="Not changed" control=|_| "lines" label=|_| ""/> })}
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
            {below}
        </Sheet>
    }
}

/// What the person sees of a line.
fn values(line: &CostView) -> Vec<(String, String)> {
    let RawCost { cost_type, amount, details } = line.values.clone();
    vec![("cost_type".into(), cost_type), ("amount".into(), amount), ("details".into(), details)]
}

#[component]
fn Change(
    id: IncidentId,
    line: CostView,
    kinds: Vec<Choice>,
    change: ServerAction<ChangeCost>,
    sent: Sent,
    seen: Seen,
) -> impl IntoView {
    let begins = RawCost {
        cost_type: sent.kept("asked[cost_type][to]").unwrap_or(line.values.cost_type),
        amount: sent.kept("asked[amount][to]").unwrap_or(line.values.amount),
        details: sent.kept("asked[details][to]").unwrap_or(line.values.details),
    };
    view! {
        <ActionForm action=change attr:id="change-cost" attr:data-keep=keep(&format!("costs {id} {}", line.id)) attr:data-done=changed(id) attr:class="sheet mt-4 grid gap-4 p-4" attr:aria-labelledby="h-change" attr:novalidate="">
            <h2 id="h-change" class="hd wrap-anywhere">{format!("Change {}, {}", line.kind, line.amount)}</h2>
            <Hidden id seen/>
            <input type="hidden" name="line" value=line.id.to_string()/>
            {["cost_type", "amount", "details"].map(|field| view! { <Before name=format!("asked[{field}][from]") field=field.to_owned() seen/> })}
            <Fields kinds begins sent suffix="[to]"/>
            <p class="flex flex-wrap items-center gap-3">
                <button class="btn btn-primary btn-sm" disabled=move || change.pending().get()>"Save cost"</button>
                <a class="btn btn-ghost btn-sm" rel="external" href=routes::costs(id)>"Cancel"</a>
            </p>
        </ActionForm>
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
    let begins = RawCost {
        cost_type: sent.kept("asked[cost_type]").unwrap_or(preset),
        amount: sent.kept("asked[amount]").unwrap_or_default(),
        details: sent.kept("asked[details]").unwrap_or_default(),
    };
    let mut kinds = kinds;
    kinds.insert(0, Choice::new("", "Choose"));
    view! {
        <ActionForm action=add attr:id="add-cost" attr:data-keep=keep(&format!("costs {id}")) attr:data-done=format!("{}#added", routes::costs(id)) attr:class="sheet mt-4 grid gap-4 p-4" attr:aria-label="Add a cost" attr:novalidate="">
            <Hidden id seen/>
            <Fields kinds begins sent suffix=""/>
            <p><button class="btn btn-primary btn-sm" disabled=move || add.pending().get()>"Add cost"</button></p>
        </ActionForm>
    }
}

/// Kind, amount, details; `suffix` ends their names.
#[component]
fn Fields(kinds: Vec<Choice>, begins: RawCost, sent: Sent, suffix: &'static str) -> impl IntoView {
    let error = move |name: &'static str| Signal::derive(move || sent.error_at(&[name]));
    let invalid = move |name| move || error(name).with(Option::is_some).then_some("true");
    let name = move |field: &str| format!("asked[{field}]{suffix}");
    view! {
        <div>
            <label class="lbl mb-1 block" for="cost_type">"Kind"</label>
            <select id="cost_type" name=name("cost_type") class="select select-sm w-80 max-w-full" aria-describedby="cost_type-e" aria-invalid=invalid("cost_type")>
                <Options choices=kinds chosen=begins.cost_type/>
            </select>
            <ErrorText id="cost_type-e" text=error("cost_type")/>
        </div>
        <div>
            <label class="lbl" for="amount">"Amount in EUR "<span class="font-normal text-ink-2">"optional"</span></label>
            <p id="amount-h" class="hint mb-1">"Rounded to the cent. Leave it empty while nobody knows."</p>
            <input id="amount" name=name("amount") inputmode="decimal" autocomplete="off" value=begins.amount
                class="input input-sm w-48" aria-describedby="amount-h amount-e" aria-invalid=invalid("amount")/>
            <ErrorText id="amount-e" text=error("amount")/>
        </div>
        <div>
            <label class="lbl mb-1 block" for="details">"Details "<span class="font-normal text-ink-2">"optional"</span></label>
            <textarea id="details" name=name("details") rows="2" class="textarea" aria-describedby="details-e" aria-invalid=invalid("details")>
                {area_text(begins.details)}
            </textarea>
            <ErrorText id="details-e" text=error("details")/>
        </div>
    }
}

#[component]
fn Line(id: IncidentId, line: CostView, remove: ServerAction<RemoveCost>) -> impl IntoView {
    let name = format!("Remove {} {}", line.kind, line.amount);
    let change = format!("Change {} {}", line.kind, line.amount);
    let this = line.id;
    // Gone as soon as it is asked for; refused, it is there again.
    let going = move || remove.input().with(|asked| asked.as_ref().is_some_and(|asked| asked.line == this));
    // As a new document: why another line was refused is nothing to this one.
    let buttons = line.editable.then(|| {
        view! {
            <a class="btn btn-line btn-xs" rel="external" href=routes::change_cost(id, line.id) aria-label=change>"Change"</a>
            <ActionForm action=remove>
                <input type="hidden" name="id" value=id.to_string()/>
                <input type="hidden" name="line" value=line.id.to_string()/>
                <button class="btn btn-line btn-xs" aria-label=name>"Remove"</button>
            </ActionForm>
        }
    });
    view! {
        <li class="flex flex-wrap items-start justify-between gap-x-4 gap-y-1" class=("opacity-40", going) class=("line-through", going)>
            <div class="min-w-0 flex-1">
                <p class="font-medium wrap-anywhere">{line.kind}</p>
                <p class="text-ink-2 wrap-anywhere">{line.details}</p>
            </div>
            <span class="num font-semibold">{line.amount}</span>
            {buttons}
        </li>
    }
}
