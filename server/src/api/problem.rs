//! What went wrong, as every door below `/api/` says it: `{"type": …, "errors": [{"code", "detail", "attr"}]}`
//! (spec 04 §8). Always JSON, also where a table was asked for.
//!
//! What may not be seen does not exist: an invisible incident and an unknown number give the same answer.

use axum::{
    Json,
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::Error;
use serde::Serialize;
use utoipa::ToSchema;

const REFERENCE: HeaderName = HeaderName::from_static("x-error-reference");

/// Why a request is not answered with what it asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Problem {
    /// What an operation or read says.
    Domain(Error),
    /// Neither a key nor a session.
    NoCredentials,
    /// A key that is not accepted, and why.
    BadCredentials(&'static str),
    /// A session's unsafe request that came from another site.
    CrossSite,
    MethodNotAllowed(Method),
    NotAcceptable,
    UnsupportedMediaType(String),
    /// The body cannot be read at all.
    Malformed(String),
    TooLarge,
}

pub type Result<T, E = Problem> = std::result::Result<T, E>;

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Problem::Domain(error)
    }
}

impl From<domain::FieldErrors> for Problem {
    fn from(errors: domain::FieldErrors) -> Self {
        Problem::Domain(Error::Invalid(errors))
    }
}

/// The body of every error.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProblemBody {
    #[serde(rename = "type")]
    pub kind: ProblemKind,
    /// One for each wrong field; exactly one for everything else.
    pub errors: Vec<ProblemEntry>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::enum_variant_names, reason = "the names that stand in the body (04 §8)")]
pub enum ProblemKind {
    ValidationError,
    ClientError,
    ServerError,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProblemEntry {
    /// Stable, for programs: `required`, `does_not_exist`, `not_found`…
    #[schema(example = "required")]
    pub code: String,
    /// A sentence, for people.
    #[schema(example = "This field is required.")]
    pub detail: String,
    /// The field or parameter it is about.
    #[schema(required, example = "title")]
    pub attr: Option<String>,
}

impl Problem {
    pub fn not_found() -> Self {
        Problem::Domain(Error::NotFound)
    }

    pub fn status(&self) -> StatusCode {
        match self {
            Problem::Domain(error) => match error {
                Error::NotSignedIn => StatusCode::UNAUTHORIZED,
                Error::NotFound => StatusCode::NOT_FOUND,
                Error::Forbidden { .. } => StatusCode::FORBIDDEN,
                Error::Invalid(_) => StatusCode::BAD_REQUEST,
                Error::Conflict(_) | Error::SentAlready { .. } | Error::Refused(_) => StatusCode::CONFLICT,
                Error::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
                Error::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
            },
            Problem::NoCredentials | Problem::BadCredentials(_) => StatusCode::UNAUTHORIZED,
            Problem::CrossSite => StatusCode::FORBIDDEN,
            Problem::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Problem::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Problem::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Problem::Malformed(_) => StatusCode::BAD_REQUEST,
            Problem::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        }
    }

    pub fn body(&self) -> ProblemBody {
        let kind = match self {
            Problem::Domain(Error::Invalid(_)) => ProblemKind::ValidationError,
            other if other.status().is_server_error() => ProblemKind::ServerError,
            _ => ProblemKind::ClientError,
        };
        ProblemBody { kind, errors: self.entries() }
    }

    fn entries(&self) -> Vec<ProblemEntry> {
        let (code, detail) = match self {
            Problem::Domain(error) => return domain_entries(error),
            Problem::NoCredentials => {
                ("not_authenticated", "Authentication credentials were not provided.".into())
            }
            Problem::BadCredentials(why) => ("authentication_failed", (*why).into()),
            Problem::CrossSite => {
                let words = "This request came from another site. Send it from here, or use an API key.";
                ("permission_denied", words.into())
            }
            Problem::MethodNotAllowed(method) => {
                ("method_not_allowed", format!("Method \"{method}\" not allowed."))
            }
            Problem::NotAcceptable => {
                ("not_acceptable", "Could not satisfy the request Accept header.".into())
            }
            Problem::UnsupportedMediaType(found) => {
                ("unsupported_media_type", format!("Unsupported media type \"{found}\" in request."))
            }
            Problem::Malformed(why) => ("parse_error", why.clone()),
            Problem::TooLarge => ("payload_too_large", "The body is larger than 1 MB.".into()),
        };
        vec![entry(code, detail, None)]
    }
}

fn domain_entries(error: &Error) -> Vec<ProblemEntry> {
    match error {
        Error::NotSignedIn => Problem::NoCredentials.entries(),
        Error::NotFound => vec![entry("not_found", "Not found.".into(), None)],
        Error::Forbidden { need } => {
            let words =
                format!("You do not have permission to perform this action. It needs {}.", need.as_str());
            vec![entry("permission_denied", words, None)]
        }
        Error::Invalid(errors) => {
            let wrong = errors.0.iter();
            wrong.map(|e| entry(e.code.as_str(), e.message.clone(), Some(e.field.clone()))).collect()
        }
        Error::Conflict(conflicts) => conflicts
            .iter()
            .map(|c| {
                let words = format!("Changed meanwhile: it is {:?} now, you sent {:?}.", c.theirs, c.yours);
                entry("conflict", words, Some(c.field.clone()))
            })
            .collect(),
        Error::SentAlready { incident } => {
            let words =
                format!("This idempotency key was used before with another body, for incident {incident}.");
            vec![entry("sent_already", words, None)]
        }
        Error::Refused(reasons) => {
            reasons.iter().map(|r| entry(&r.code, r.message.clone(), r.field.clone())).collect()
        }
        Error::Unavailable { .. } => vec![entry("unavailable", format!("{error}."), None)],
        Error::Internal { .. } => vec![entry("error", format!("{error}."), None)],
    }
}

fn entry(code: &str, detail: String, attr: Option<String>) -> ProblemEntry {
    ProblemEntry { code: code.to_owned(), detail, attr }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status(), Json(self.body())).into_response();
        if self.status() == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Problem::Domain(Error::Internal { reference }) = &self
            && let Ok(value) = HeaderValue::from_str(reference)
        {
            response.headers_mut().insert(REFERENCE, value);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{FieldCode, FieldErrors, Permission, Refusal};
    use serde_json::{Value, json};

    fn shown(problem: impl Into<Problem>) -> (u16, Value) {
        let problem = problem.into();
        (problem.status().as_u16(), serde_json::to_value(problem.body()).unwrap())
    }

    // API-073: one entry for every wrong field, with its code and name.
    #[test]
    fn a_validation_error_tells_every_field() {
        let mut errors = FieldErrors::default();
        errors.push("title", FieldCode::Required, "This field is required.");
        errors.push("priority_id", FieldCode::DoesNotExist, "Does not exist.");
        let (status, body) = shown(errors);
        assert_eq!(status, 400);
        assert_eq!(
            body,
            json!({"type": "validation_error", "errors": [
                {"code": "required", "detail": "This field is required.", "attr": "title"},
                {"code": "does_not_exist", "detail": "Does not exist.", "attr": "priority_id"},
            ]})
        );
    }

    // API-074: one entry without a field. API-076: a body that cannot be read is parse_error.
    #[test]
    fn client_errors_have_one_entry() {
        for (problem, status, code) in [
            (Problem::NoCredentials, 401, "not_authenticated"),
            (Problem::BadCredentials("Invalid token."), 401, "authentication_failed"),
            (Error::Forbidden { need: Permission::ViewIncident }.into(), 403, "permission_denied"),
            (Problem::CrossSite, 403, "permission_denied"),
            (Error::NotFound.into(), 404, "not_found"),
            (Problem::MethodNotAllowed(Method::PUT), 405, "method_not_allowed"),
            (Problem::NotAcceptable, 406, "not_acceptable"),
            (Problem::UnsupportedMediaType("text/plain".into()), 415, "unsupported_media_type"),
            (Problem::Malformed("JSON parse error".into()), 400, "parse_error"),
        ] {
            let (found, body) = shown(problem);
            assert_eq!(found, status, "{code}");
            assert_eq!(body["type"], "client_error");
            assert_eq!(body["errors"].as_array().map(Vec::len), Some(1));
            assert_eq!(body["errors"][0]["code"], code);
            assert_eq!(body["errors"][0]["attr"], Value::Null);
        }
    }

    // API-075: a broken server says a reference and nothing else.
    #[test]
    fn a_server_error_tells_no_details() {
        let (status, body) = shown(Error::Internal { reference: "7Q3F-K2M9".into() });
        assert_eq!((status, &body["type"]), (500, &json!("server_error")));
        assert_eq!(
            body["errors"],
            json!([{
                "code": "error",
                "detail": "Something broke on our side. It is written down. Reference 7Q3F-K2M9.",
                "attr": null
            }])
        );
        assert_eq!(shown(Error::Unavailable { service: "The database".into() }).0, 503);
    }

    #[test]
    fn what_the_rules_refuse_is_a_conflict_with_its_code() {
        let error = Error::Refused(vec![Refusal::new("closed", "It is closed.").at("status")]);
        let (status, body) = shown(error);
        assert_eq!(status, 409);
        assert_eq!(body["errors"][0], json!({"code": "closed", "detail": "It is closed.", "attr": "status"}));
    }

    // API-004: who is not known is told how to say who they are.
    #[test]
    fn a_401_names_the_scheme() {
        let response = Problem::NoCredentials.into_response();
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
        assert!(!Problem::CrossSite.into_response().headers().contains_key(header::WWW_AUTHENTICATE));
    }
}
