//! Where the browser takes over: the same app on the HTML that is already there.
//!
//! Should it panic (a bug: what it finds differs from what it expects), its listeners would hang on the window and swallow
//! every click. The hook then lets the browser have all clicks and posts to itself: the page goes on as plain HTML.

use any_spawner::Executor;
use leptos::{
    mount::hydrate_from_async,
    task::{spawn_local, tick},
};
use wasm_bindgen::{JsCast, closure::Closure, prelude::wasm_bindgen};

/// Called by the page's loader once the module is there.
#[wasm_bindgen]
pub fn hydrate() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        go_on_as_plain_html();
    }));
    // Said by nobody before; a second time would change nothing.
    let _said = Executor::init_wasm_bindgen();
    spawn_local(async {
        let Some(body) = web_sys::window().and_then(|window| window.document()?.body()) else { return };
        // What the page needs besides is loaded in here.
        hydrate_from_async(body, app::App).await.forget();
        // What begins to work with it works now.
        tick().await;
        mark_alive();
    });
}

/// Marks the document once script has taken over all of it: what only stands in for script is hidden then, and what was
/// typed before is put back.
fn mark_alive() {
    if let Some(root) = root() {
        // Nothing is broken without it; the page goes on as it was without script.
        let _ = root.set_attribute("data-live", "");
    }
}

fn root() -> Option<web_sys::Element> {
    web_sys::window()?.document()?.document_element()
}

/// From here on no listener below the window's first one hears of a click or a post.
fn go_on_as_plain_html() {
    let Some(window) = web_sys::window() else { return };
    if let Some(root) = root() {
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
