//! What the browser loads when it is needed: pages in families, each family a file of its own beside the first one.
//!
//! Header, addresses and the dashboard come with the first file. Builds cut at the functions here that are `lazy`, so all
//! of them are made with `--split`; without it the browser's part does not load.
//!
//! On the server they are ordinary functions. The framework's own ones would name the files of a page in its head, so that
//! they are on their way with the first one – but leptos 0.8.23 does so outside of the request: now and then nothing is
//! named, or it is named in the head of a page that is made at the same time, with the nonce of the other one.

use crate::pages::{categories::Categories, incidents, incidents::editors, login::Login, previews::Preview};
#[cfg(feature = "hydrate")]
use leptos::lazy;
use leptos::prelude::*;
use leptos_router::LazyRoute;

/// One family: a function that shows the page it is told, and for each page the type by which the router asks for it.
macro_rules! family {
    ($(#[$about:meta])* $show:ident($page:ident), $preload:ident: $($name:ident => $view:path),+ $(,)?) => {
        $(#[$about])*
        #[derive(Clone, Copy)]
        pub enum $page { $($name),+ }

        #[cfg_attr(feature = "hydrate", lazy)]
        fn $show(page: $page) -> AnyView {
            match page { $($page::$name => $view().into_any()),+ }
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
                    return $show($page::$name).await;
                    #[cfg(not(feature = "hydrate"))]
                    return $show($page::$name);
                }

                async fn preload() {
                    #[cfg(feature = "hydrate")]
                    $preload().await;
                }
            }
        )+
    };
}

family! {
    /// Looking for one.
    finding(Finding), __preload_finding:
    List => incidents::List,
}

family! {
    /// The page of one, and its composer.
    reading(Reading), __preload_reading:
    Detail => incidents::Detail,
    Update => incidents::Update,
}

family! {
    /// Changing one: what is opened by a button, filled in and left.
    changing(Changing), __preload_changing:
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
    beside(Beside), __preload_beside:
    SignIn => Login,
    ByCategory => Categories,
    ErrorPreview => Preview,
}
