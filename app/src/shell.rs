//! The document around the app, and error pages for answers that never reach it.

use crate::{App, layout::ErrorBody, server};
use domain::view::Site;
use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::{HashedStylesheet, MetaTags};

/// Before anything is drawn: the remembered theme, and the mark that script runs (`data-js` shows what needs it).
const FIRST: &str = "(function(d){d.dataset.js='';try{var t=localStorage.getItem('theme');if(t)d.dataset.theme=t}catch(e){}})(document.documentElement)";

/// The document. Every inline script carries the nonce of the request.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let session = server::session();
    let analytics = session.site.analytics;
    // For the two scripts beside the app: whether somebody is here, and by which clock.
    let (stranger, zone) = (session.me.is_none().then_some(""), session.site.zone);
    view! {
        <!DOCTYPE html>
        <html lang="en" data-stranger=stranger data-zone=zone>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="robots" content="noindex, nofollow"/>
                <script nonce=use_nonce() inner_html=FIRST></script>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="icon" href="/favicon.ico" sizes="32x32"/>
                <link rel="apple-touch-icon" href="/touch-icon.png"/>
                <link rel="manifest" href="/site.webmanifest"/>
                <link rel="preload" href="/fonts/atkinson-hyperlegible-next-latin-wght-normal.woff2" r#as="font" r#type="font/woff2" crossorigin=""/>
                <HashedStylesheet options=options.clone() id="css"/>
                {analytics.map(|a| view! { <script defer data-domain=a.domain src=a.script_url nonce=use_nonce()></script> })}
                <script r#type="module" src="/kept.js" nonce=use_nonce()></script>
                <script r#type="module" src="/live.js" nonce=use_nonce()></script>
                <AutoReload options=options.clone()/>
                <HydrationScripts options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// A whole page for an error outside of the app (a refused origin, a broken layer): no script, no session, same words.
/// `reference` is said where there is one.
pub fn error_page(options: &LeptosOptions, site: &Site, status: u16, reference: Option<String>) -> String {
    let owner = Owner::new();
    owner.with(|| {
        let title = format!("{status} | {}", site.name);
        let options = options.clone();
        view! {
            <!DOCTYPE html>
            <html lang="en">
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1"/>
                    <title>{title}</title>
                    <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                    <HashedStylesheet options id="css"/>
                </head>
                <body>
                    <main id="main"><ErrorBody status reference/></main>
                </body>
            </html>
        }
        .to_html()
    })
}
