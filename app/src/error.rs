//! The one error of all server functions: the domain's, carried over the wire as it is.

use domain::{Error, FieldCode};
use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// What a page can show: [`domain::Error`] in the clothes that server functions ask for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Problem(pub Error);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Problem(error)
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl FromServerFnError for Problem {
    type Encoder = JsonEncoding;

    /// What went wrong before or after our own code: a form that cannot be read, a line that is cut.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Problem(match error {
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Serialization(_) => {
                Error::field("form", FieldCode::Invalid, "This form could not be read. Load the page again")
            }
            _ => Error::Unavailable { service: "FireFighter".into() },
        })
    }
}

impl Problem {
    /// The status that says the same to programs.
    pub fn status(&self) -> u16 {
        match &self.0 {
            Error::NotSignedIn => 401,
            Error::NotFound => 404,
            Error::Forbidden { .. } => 403,
            Error::Invalid(_) => 400,
            Error::Conflict(_) | Error::SentAlready { .. } | Error::Refused(_) => 409,
            Error::Unavailable { .. } => 503,
            Error::Internal { .. } => 500,
        }
    }
}
