//! The only file that touches request and response. In the browser every question has the answer "nothing here".
//!
//! What the server puts around a request: `Arc<dyn Backend>` as context; [`Session`] in the extensions of every
//! request; [`domain::Caller`] in those of somebody signed in; [`Draft`] where `?draft=` named one of this session.

use domain::view::{Draft, Session};

#[cfg(feature = "ssr")]
pub use on_server::*;

/// Who looks and at which installation.
pub fn session() -> Session {
    #[cfg(feature = "ssr")]
    {
        extension::<Session>().unwrap_or_default()
    }
    #[cfg(not(feature = "ssr"))]
    {
        Session::default()
    }
}

/// The refused plain post that this page load answers, if it was sent to `path`.
pub fn draft(path: &str) -> Option<Draft> {
    #[cfg(feature = "ssr")]
    {
        extension::<Draft>().filter(|draft| draft.path == path)
    }
    #[cfg(not(feature = "ssr"))]
    {
        let _ = path;
        None
    }
}

/// Gives this page load a status; no effect in the browser.
pub fn status(code: u16) {
    #[cfg(feature = "ssr")]
    {
        if let (Some(options), Ok(code)) =
            (leptos::prelude::use_context::<leptos_axum::ResponseOptions>(), http::StatusCode::from_u16(code))
        {
            options.set_status(code);
        }
    }
    #[cfg(not(feature = "ssr"))]
    {
        let _ = code;
    }
}

/// The browser will need the files of this family: it is told with the answer, before it reads the page. No effect in the
/// browser.
pub fn needs(family: &str) {
    #[cfg(feature = "ssr")]
    {
        let response = leptos::prelude::use_context::<leptos_axum::ResponseOptions>();
        let files = leptos::prelude::use_context::<Families>();
        if let (Some(response), Some(files)) = (response, files.and_then(|all| all.0.get(family).cloned())) {
            response.append_header(http::header::LINK, files);
        }
    }
    #[cfg(not(feature = "ssr"))]
    {
        let _ = family;
    }
}

#[cfg(feature = "ssr")]
mod on_server {
    use crate::{Problem, backend::Backend};
    use domain::{Caller, Error};
    use http::{HeaderValue, request::Parts};
    use leptos::prelude::use_context;
    use std::{collections::HashMap, sync::Arc};

    /// The files of each family of pages, as a `Link` header tells them. The router provides it.
    #[derive(Debug, Clone, Default)]
    pub struct Families(pub Arc<HashMap<String, HeaderValue>>);

    /// Something a layer put into the extensions of this request.
    pub(super) fn extension<T: Clone + Send + Sync + 'static>() -> Option<T> {
        use_context::<Parts>()?.extensions.get::<T>().cloned()
    }

    /// All that pages may ask.
    ///
    /// # Panics
    /// When the router was mounted without it: a mistake of the program, found by the first request.
    pub fn backend() -> Arc<dyn Backend> {
        use_context().expect("the router is mounted with `Arc<dyn Backend>` as context")
    }

    /// Who asks.
    ///
    /// # Errors
    /// [`Error::NotSignedIn`]
    pub fn caller() -> Result<Caller, Problem> {
        extension().ok_or(Problem(Error::NotSignedIn))
    }

    /// Where to go now; works for a plain form and for a fetch.
    pub fn redirect(path: &str) {
        leptos_axum::redirect(path);
    }

    /// The answer of a read, with the status that says the same. Never for a plain form's post: a status there would
    /// beat the redirect, and the person would see raw JSON.
    ///
    /// # Errors
    /// Those of the read.
    pub fn read<T>(result: domain::Result<T>) -> Result<T, Problem> {
        result.map_err(|error| {
            let problem = Problem(error);
            super::status(problem.status());
            problem
        })
    }
}

#[cfg(feature = "ssr")]
use on_server::extension;
