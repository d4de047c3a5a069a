//! Where the browser takes over: the same app on the HTML that is already there.
//!
//! Should it panic (a bug: what it finds differs from what it expects), its listeners would hang on the window and swallow
//! every click. The hook then lets the browser have all clicks and posts to itself: the page goes on as plain HTML.

use leptos::mount::hydrate_lazy;
use wasm_bindgen::{JsCast, closure::Closure, prelude::wasm_bindgen};

/// Called by the page's loader once the module is there.
#[wasm_bindgen]
pub fn hydrate() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        go_on_as_plain_html();
    }));
    hydrate_lazy(app::App);
}

/// From here on no listener below the window's first one hears of a click or a post.
fn go_on_as_plain_html() {
    let Some(window) = web_sys::window() else { return };
    if let Some(root) = window.document().and_then(|document| document.document_element()) {
        // What needs script is hidden again; should that fail it only stands there.
        let _ = root.remove_attribute("data-live");
        let _ = root.remove_attribute("data-js");
    }
    let swallow =
        Closure::<dyn Fn(web_sys::Event)>::new(|event: web_sys::Event| event.stop_immediate_propagation());
    for kind in ["click", "submit", "input", "keydown"] {
        // Nothing is left to tell a failure to.
        let _ =
            window.add_event_listener_with_callback_and_bool(kind, swallow.as_ref().unchecked_ref(), true);
    }
    swallow.forget();
}
