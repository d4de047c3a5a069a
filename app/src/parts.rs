//! What the browser loads when it is needed: pages in families, each family a file of its own beside the first one.
//!
//! Header, addresses and the dashboard come with the first file. Builds cut at the functions here, so all of them are made
//! with `--split`; without it the browser's part does not load. A file may not come – the connection is lost, or a release
//! later it is gone –: then the page says so, and the rest of the window goes on.
//!
//! Cut is by the attribute below the framework's `lazy`, which would end the whole window over a file that does not come. On
//! the server, where nothing is cut, `lazy` would name the files of a page in its head; leptos 0.8.23 does so outside of the
//! request: now and then nothing is named, or it is named in the head of a page that is made at the same time, with the
//! nonce of the other one. So the answer names them in a header of its own.

#[cfg(feature = "hydrate")]
use crate::layout::NotLoaded;
use crate::pages::{categories::Categories, incidents, incidents::editors, login::Login, previews::Preview};
use leptos::prelude::*;
#[cfg(feature = "hydrate")]
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use leptos_router::LazyRoute;

/// One family: its file, and for each page the type by which the router asks for it.
macro_rules! family {
    ($(#[$about:meta])* $show:ident($page:ident), $preload:ident: $($name:ident => $view:path),+ $(,)?) => {
        $(#[$about])*
        #[derive(Clone, Copy)]
        pub enum $page { $($name),+ }

        impl $page {
            fn view(self) -> AnyView {
                match self { $($page::$name => $view().into_any()),+ }
            }
        }

        #[cfg(feature = "hydrate")]
        #[wasm_split($show, wasm_split_path = ::leptos::wasm_split, preload($preload), fallible)]
        fn $show(page: $page) -> Result<AnyView, SplitLoaderError> {
            Ok(page.view())
        }

        $(
            #[doc = concat!("The route of `", stringify!($view), "`.")]
            pub struct $name;

            impl LazyRoute for $name {
                fn data() -> Self {
                    $name
                }

                async fn view(_: Self) -> AnyView {
                    #[cfg(feature = "hydrate")]
                    return $show($page::$name).await.unwrap_or_else(|_| NotLoaded().into_any());
                    #[cfg(not(feature = "hydrate"))]
                    {
                        crate::server::needs(stringify!($show));
                        return $page::$name.view();
                    }
                }

                async fn preload() {
                    // What fails now is asked for again by `view`, which says so.
                    #[cfg(feature = "hydrate")]
                    let _asked_again = $preload().await;
                }
            }
        )+
    };
}

family! {
    /// Looking for one.
    finding(Finding), load_finding:
    List => incidents::List,
}

family! {
    /// The page of one, and its composer.
    reading(Reading), load_reading:
    Detail => incidents::Detail,
    Update => incidents::Update,
}

family! {
    /// Changing one: what is opened by a button, filled in and left.
    changing(Changing), load_changing:
    Declare => incidents::Declare,
    KeyEvents => editors::KeyEvents,
    People => editors::People,
    Impacts => editors::Impacts,
    Costs => editors::Costs,
    Tags => editors::Tags,
    Edit => incidents::Edit,
    Correct => incidents::Correct,
    Close => incidents::Close,
    Reopen => incidents::Reopen,
}

family! {
    /// Rarely opened.
    beside(Beside), load_beside:
    SignIn => Login,
    ByCategory => Categories,
    ErrorPreview => Preview,
}
