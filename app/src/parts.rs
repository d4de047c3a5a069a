//! What the browser loads when it is needed: pages in families, each family a file of its own beside the first one.
//!
//! Header, addresses and the dashboard come with the first file. A release build (`--split`) cuts at the functions here
//! that are `lazy`; other builds leave all in one file, and the functions are ordinary ones. A page that is opened
//! directly names the files it needs in its head, so that they are on their way with the first one.

use crate::pages::{categories::Categories, incidents, incidents::editors, login::Login, previews::Preview};
use leptos::{lazy, prelude::*};
use leptos_router::LazyRoute;

/// One family: a function that shows the page it is told, and for each page the type by which the router asks for it.
macro_rules! family {
    ($(#[$about:meta])* $show:ident($page:ident), $preload:ident: $($name:ident => $view:path),+ $(,)?) => {
        $(#[$about])*
        #[derive(Clone, Copy)]
        pub enum $page { $($name),+ }

        #[lazy]
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
                    $show($page::$name).await
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
