//! What any door can show, by meaning and not by layer.
//!
//! The API turns it into status and body, Slack into field errors or an ephemeral text, a page into words next to
//! the field. What may not be seen does not exist: it is [`Error::NotFound`], never [`Error::Forbidden`].

use crate::{IncidentId, Permission};
use serde::{Deserialize, Serialize};

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in, or the session ended.
    #[error("Sign in first")]
    NotSignedIn,
    /// Does not exist, or may not be seen: the same answer for both.
    #[error("Not found")]
    NotFound,
    /// Seen, but not allowed.
    #[error("You need the permission {}", need.as_str())]
    Forbidden { need: Permission },
    /// What was sent is wrong; every field at once.
    #[error("{0}")]
    Invalid(FieldErrors),
    /// Somebody changed a field meanwhile; nothing was written.
    #[error("Changed meanwhile: {}", names(.0))]
    Conflict(Vec<Conflict>),
    /// The same form was sent before with other words.
    #[error("Sent already as #{incident}. Send this as new?")]
    SentAlready { incident: IncidentId },
    /// The rules of an incident's life say no.
    #[error("{}", sentences(.0))]
    Refused(Vec<Refusal>),
    /// A vendor or the database does not answer.
    #[error("{service} does not answer. Try again in a moment")]
    Unavailable { service: String },
    /// Our fault; the chain is in the log under this reference.
    #[error("Something broke on our side. It is written down. Reference {reference}")]
    Internal { reference: String },
}

impl Error {
    /// One wrong field.
    pub fn field(field: impl Into<String>, code: FieldCode, message: impl Into<String>) -> Self {
        let mut errors = FieldErrors::default();
        errors.push(field, code, message);
        Error::Invalid(errors)
    }

    /// One reason why the rules say no.
    pub fn refused(code: &str, message: impl Into<String>) -> Self {
        Error::Refused(vec![Refusal::new(code, message)])
    }
}

/// What is wrong with a value. The names are those of the API's error body (spec 04 §8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldCode {
    Required,
    Null,
    Blank,
    Invalid,
    MinLength,
    MaxLength,
    DoesNotExist,
    IncorrectType,
    InvalidChoice,
}

impl FieldCode {
    pub const fn as_str(self) -> &'static str {
        match self {
            FieldCode::Required => "required",
            FieldCode::Null => "null",
            FieldCode::Blank => "blank",
            FieldCode::Invalid => "invalid",
            FieldCode::MinLength => "min_length",
            FieldCode::MaxLength => "max_length",
            FieldCode::DoesNotExist => "does_not_exist",
            FieldCode::IncorrectType => "incorrect_type",
            FieldCode::InvalidChoice => "invalid_choice",
        }
    }
}

/// One wrong field: its name as in the form and the API, and a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldError {
    pub field: String,
    pub code: FieldCode,
    pub message: String,
}

/// All that is wrong with a request, in the order of the form.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FieldErrors(pub Vec<FieldError>);

impl FieldErrors {
    pub fn push(&mut self, field: impl Into<String>, code: FieldCode, message: impl Into<String>) {
        self.0.push(FieldError { field: field.into(), code, message: message.into() });
    }

    /// Keeps the value, or notes the error under this field.
    pub fn take<T>(&mut self, field: &str, parsed: Result<T, (FieldCode, String)>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err((code, message)) => {
                self.push(field, code, message);
                None
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first sentence about this field.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|e| e.field == field).map(|e| e.message.as_str())
    }

    /// `value` when nothing is wrong.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, FieldErrors> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self),
        }
    }
}

impl std::fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, e) in self.0.iter().enumerate() {
            let gap = if i == 0 { "" } else { " " };
            write!(f, "{gap}{}: {}", e.field, e.message)?;
        }
        Ok(())
    }
}

impl From<FieldErrors> for Error {
    fn from(errors: FieldErrors) -> Self {
        Error::Invalid(errors)
    }
}

/// A field that is no longer what the person saw. Values are as shown to people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    pub field: String,
    pub theirs: String,
    pub yours: String,
}

/// Why the rules say no: a stable code, a sentence, and the field it belongs to when there is one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    pub code: String,
    pub message: String,
    pub field: Option<String>,
}

impl Refusal {
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Refusal { code: code.into(), message: message.into(), field: None }
    }

    pub fn at(mut self, field: &str) -> Self {
        self.field = Some(field.into());
        self
    }
}

fn names(conflicts: &[Conflict]) -> String {
    conflicts.iter().map(|c| c.field.as_str()).collect::<Vec<_>>().join(", ")
}

fn sentences(refusals: &[Refusal]) -> String {
    refusals.iter().map(|r| r.message.as_str()).collect::<Vec<_>>().join(" ")
}
