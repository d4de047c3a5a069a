//! Keys, with script: they shorten the way and open none. Off while somebody types, and with any modifier but the one
//! that sends a form.

use crate::drawn::Drawn;
use leptos::prelude::*;

/// Key and meaning, as listed under `?`.
const KEYS: [(&str, &str); 11] = [
    ("/", "search"),
    ("d", "declare an incident"),
    ("u", "post an update"),
    ("r", "change people and roles"),
    ("t", "change times: the key events"),
    ("e", "edit the incident"),
    ("j", "next row or entry"),
    ("k", "previous row or entry"),
    ("Enter", "open"),
    ("Ctrl ↵", "send the form you are in"),
    ("Esc", "close what is open"),
];

static HELP: Drawn<()> = Drawn::up_to::<1>();

/// The list of keys.
#[component]
pub fn Help() -> impl IntoView {
    HELP.draw((), |()| help())
}

fn help() -> impl IntoView {
    view! {
        <div id="keys" popover="auto" class="popup w-80 max-w-[calc(100vw-2rem)]" role="dialog" aria-labelledby="keys-h">
            <h2 id="keys-h" class="text-lg font-semibold">"Keyboard shortcuts"</h2>
            <dl class="mt-3 grid grid-cols-[5rem_minmax(0,1fr)] gap-x-3 gap-y-1.5">
                {KEYS.into_iter().map(|(key, meaning)| view! { <dt><kbd class="kbd">{key}</kbd></dt><dd>{meaning}</dd> }).collect_view()}
            </dl>
            <button type="button" class="btn btn-line btn-sm mt-4" popovertarget="keys" popovertargetaction="hide">"Close"</button>
        </div>
    }
}

/// Listens as long as the frame stands.
pub fn listen() {
    #[cfg(feature = "hydrate")]
    in_browser::listen();
}

#[cfg(feature = "hydrate")]
pub use in_browser::remember_theme;

#[cfg(feature = "hydrate")]
mod in_browser {
    use crate::routes;
    use leptos::{ev, prelude::*};
    use leptos_router::{NavigateOptions, hooks::use_navigate};
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlElement, HtmlFormElement, KeyboardEvent};

    pub fn listen() {
        let navigate = use_navigate();
        let handle = window_event_listener(ev::keydown, move |event| {
            if event.default_prevented() {
                return;
            }
            if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
                send_form(&event);
                return;
            }
            if event.ctrl_key() || event.meta_key() || event.alt_key() || typing(&event) {
                return;
            }
            let done = match event.key().as_str() {
                "/" => focus("#search") || focus("#filter-search"),
                "u" => focus("#message"),
                "?" => open_help(),
                "j" => step(1),
                "k" => step(-1),
                key @ ("r" | "t" | "e") => follow(key),
                "d" => {
                    navigate(routes::DECLARE, NavigateOptions::default());
                    true
                }
                _ => false,
            };
            if done {
                event.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
    }

    fn typing(event: &KeyboardEvent) -> bool {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        target.is_some_and(|target| {
            target
                .closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]")
                .is_ok_and(|hit| hit.is_some())
        })
    }

    fn send_form(event: &KeyboardEvent) {
        let form = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .and_then(|target| target.closest("form[method=post]").ok().flatten())
            .and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
        if let Some(form) = form {
            event.prevent_default();
            // A browser that refuses has already shown why at the field.
            let _ = form.request_submit();
        }
    }

    fn element(selector: &str) -> Option<HtmlElement> {
        document().query_selector(selector).ok().flatten()?.dyn_into().ok()
    }

    /// Focuses what is there and shown.
    fn focus(selector: &str) -> bool {
        element(selector)
            .filter(|found| found.offset_parent().is_some())
            .is_some_and(|found| found.focus().is_ok())
    }

    /// Follows the link that this key stands for, where the page has one.
    fn follow(key: &str) -> bool {
        let link = element(&format!("a[data-key={key}]"));
        link.as_ref().inspect(|link| link.click()).is_some()
    }

    fn open_help() -> bool {
        element("#keys").is_some_and(|help| help.show_popover().is_ok())
    }

    /// From row to row: everything that carries `data-row`.
    fn step(by: i32) -> bool {
        let Ok(rows) = document().query_selector_all("[data-row]") else { return false };
        let count = i32::try_from(rows.length()).unwrap_or(i32::MAX);
        let now = document().active_element();
        let at = (0..count).find(|i| {
            let row = u32::try_from(*i).ok().and_then(|i| rows.item(i));
            row.is_some() && row.as_ref().and_then(|row| row.dyn_ref::<Element>()) == now.as_ref()
        });
        let to = at.map_or(if by > 0 { 0 } else { count - 1 }, |at| (at + by).clamp(0, count - 1));
        u32::try_from(to)
            .ok()
            .and_then(|to| rows.item(to))
            .and_then(|row| row.dyn_into::<HtmlElement>().ok())
            .is_some_and(|row| row.focus().is_ok())
    }

    /// Sets the theme now and for later; empty follows the system.
    pub fn remember_theme(theme: &str) {
        let Some(root) = document().document_element() else { return };
        // Where nothing can be stored the choice holds for this page.
        let storage = window().local_storage().ok().flatten();
        let _ = match theme {
            "" => root.remove_attribute("data-theme"),
            theme => root.set_attribute("data-theme", theme),
        };
        if let Some(storage) = storage {
            let _ = if theme.is_empty() {
                storage.remove_item("theme")
            } else {
                storage.set_item("theme", theme)
            };
        }
    }
}
