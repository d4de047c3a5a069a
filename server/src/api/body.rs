//! The body of a request as one object: JSON or a form (spec 04 §4).

use super::problem::{Problem, Result};
use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{StatusCode, header},
    response::IntoResponse,
};
use domain::{Error, FieldCode};
use serde_json::{Map, Value};

/// The keys and values that were sent; nothing sent is an empty object.
#[derive(Debug, Clone, PartialEq)]
pub struct Fields(pub Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let kind = kind.unwrap_or_default().to_owned();
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            match rejection.into_response().status() {
                StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge,
                _ => Problem::Malformed("The body could not be read to its end.".into()),
            }
        })?;
        read(&kind, &bytes).map(Fields)
    }
}

fn read(kind: &str, bytes: &[u8]) -> Result<Map<String, Value>> {
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    let media = kind.split(';').next().unwrap_or_default().trim();
    match media.to_ascii_lowercase().as_str() {
        "application/json" => json(bytes),
        "application/x-www-form-urlencoded" => {
            let pairs = domain::query::pairs(&String::from_utf8_lossy(bytes));
            Ok(pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect())
        }
        _ => Err(Problem::UnsupportedMediaType(kind.to_owned())),
    }
}

fn json(bytes: &[u8]) -> Result<Map<String, Value>> {
    let kind = match serde_json::from_slice(bytes) {
        Ok(Value::Object(map)) => return Ok(map),
        Ok(Value::Array(_)) => "list",
        Ok(Value::String(_)) => "text",
        Ok(Value::Number(_)) => "number",
        Ok(Value::Bool(_)) => "boolean",
        Ok(Value::Null) => "null",
        Err(error) => return Err(Problem::Malformed(format!("JSON parse error - {error}"))),
    };
    let words = format!("Invalid data. Expected an object, but got {kind}.");
    Err(Error::field("non_field_errors", FieldCode::Invalid, words).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    // API-076: what is no JSON is a parse error.
    #[test]
    fn malformed_json_is_told() {
        for bytes in [&b"{"[..], b"{'a': 1}", b"nonsense", b"{\"a\": \xff}", b"{} {}"] {
            assert!(matches!(read("application/json", bytes), Err(Problem::Malformed(_))), "{bytes:?}");
        }
    }

    // API-014: bodies of other types are refused, nothing at all is an empty object.
    #[test]
    fn json_and_forms_are_read() {
        let json = read("application/json; charset=utf-8", b"{\"title\": \"x\"}").unwrap();
        let form = read("application/x-www-form-urlencoded", b"title=x").unwrap();
        assert_eq!((json.get("title"), &json), (Some(&Value::from("x")), &form));
        assert_eq!(read("", b""), Ok(Map::new()));
        for kind in ["text/plain", "", "application/xml"] {
            assert_eq!(read(kind, b"x"), Err(Problem::UnsupportedMediaType(kind.into())));
        }
    }

    #[test]
    fn a_list_is_no_incident() {
        let Err(problem) = read("application/json", b"[]") else { panic!("refused") };
        assert_eq!(
            (problem.status(), problem.body().errors[0].code.as_str()),
            (StatusCode::BAD_REQUEST, "invalid")
        );
    }
}
