//! The body of `POST incidents` (spec 04 §7.1): everything that is wrong with it at once, in the order of the fields.

use crate::users::Email;
use domain::{
    FieldCode, FieldErrors,
    catalog::Catalog,
    incident::{Declaration, Limits, RawDeclaration},
};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

/// The fields, in the order in which they are told.
const FIELDS: [&str; 8] = [
    "title",
    "description",
    "environment_id",
    "incident_category_id",
    "priority_id",
    "created_by_email",
    "ignore",
    "dedup_key",
];

/// A new incident. Other keys are ignored.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IncidentDeclaration {
    #[schema(min_length = 1, max_length = 128, example = "Checkout answers 500 for one in ten customers")]
    pub title: String,
    #[schema(min_length = 1, max_length = 20_000, example = "Since 14:05 the payment step fails.")]
    pub description: String,
    /// Of `environments`.
    #[schema(example = "2a5b6c26-9bd5-4f4c-9bb7-5dd1b5f2d8ad")]
    pub environment_id: Uuid,
    /// Of `incident-categories`.
    #[schema(example = "a2a9bd2e-6a0c-45a6-9f5c-41b2a65c7f3b")]
    pub incident_category_id: Uuid,
    /// Of `severities`, one that is enabled for new incidents.
    #[schema(example = "a3e1f2b4-0d8c-4a44-9d5e-6c6b0c6f0a11")]
    pub priority_id: Uuid,
    /// Who opens it. Somebody unknown is added.
    #[schema(format = Email, example = "ines.okafor@example.com")]
    pub created_by_email: String,
    /// A false alarm or a duplicate.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(default = false, nullable = false)]
    pub ignore: Option<bool>,
    /// While an incident with this key is not yet past Mitigated, it is returned instead of a new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 160, example = "alert-checkout-5xx")]
    pub dedup_key: Option<String>,
}

/// What a body asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    pub declaration: Declaration,
    pub opener: Email,
}

/// # Errors
/// Every wrong field, in the order of [`IncidentDeclaration`].
pub fn parse(body: &Map<String, Value>, catalog: &Catalog) -> Result<Asked, FieldErrors> {
    let mut errors = FieldErrors::default();
    let raw = RawDeclaration {
        title: errors.take("title", required(body, "title", text)),
        description: errors.take("description", required(body, "description", text)),
        environment: errors
            .take("environment_id", required(body, "environment_id", key))
            .into_iter()
            .collect(),
        incident_category: errors.take("incident_category_id", required(body, "incident_category_id", key)),
        priority: errors.take("priority_id", required(body, "priority_id", key)),
        ignore: errors.take("ignore", optional(body, "ignore", flag)).flatten().unwrap_or_default(),
        dedup_key: errors.take("dedup_key", nullable(body, "dedup_key", text)).flatten(),
        ..RawDeclaration::default()
    };
    let email = required(body, "created_by_email", text).and_then(|email| Email::parse(&email));
    let opener = errors.take("created_by_email", email);
    let declaration = match Declaration::parse(&raw, catalog, Limits::Api) {
        Ok(declaration) => Some(declaration),
        Err(further) => {
            // What was wrong already is no longer in `raw`, and would be told again as missing.
            let told = |field: &str| errors.of(field).is_some();
            let new: Vec<_> = further.0.into_iter().filter(|error| !told(&error.field)).collect();
            errors.0.extend(new);
            None
        }
    };
    errors.0.sort_by_key(|error| FIELDS.iter().position(|field| *field == error.field));
    errors.finish(declaration.zip(opener).map(|(declaration, opener)| Asked { declaration, opener }))
}

type Parsed<T> = Result<T, (FieldCode, String)>;

fn required<T>(body: &Map<String, Value>, field: &str, read: impl Fn(&Value) -> Parsed<T>) -> Parsed<T> {
    match optional(body, field, read)? {
        Some(value) => Ok(value),
        None => Err((FieldCode::Required, "This field is required.".into())),
    }
}

fn optional<T>(
    body: &Map<String, Value>,
    field: &str,
    read: impl Fn(&Value) -> Parsed<T>,
) -> Parsed<Option<T>> {
    match body.get(field) {
        None => Ok(None),
        Some(Value::Null) => Err((FieldCode::Null, "This field may not be null.".into())),
        Some(value) => read(value).map(Some),
    }
}

fn nullable<T>(
    body: &Map<String, Value>,
    field: &str,
    read: impl Fn(&Value) -> Parsed<T>,
) -> Parsed<Option<T>> {
    match body.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => read(value).map(Some),
    }
}

/// Text; a number is taken as it is written.
fn text(value: &Value) -> Parsed<String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err((FieldCode::Invalid, "Not a valid string.".into())),
    }
}

/// The id of a row; whether it is one, and of which row, the rules find out.
fn key(value: &Value) -> Parsed<String> {
    let kind = match value {
        Value::String(text) if text.trim().is_empty() => {
            return Err((FieldCode::Null, "This field may not be null.".into()));
        }
        Value::String(text) => return Ok(text.clone()),
        Value::Number(_) => "number",
        Value::Bool(_) => "boolean",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
        Value::Null => "null",
    };
    Err((FieldCode::IncorrectType, format!("Incorrect type. Expected an id as text, received {kind}.")))
}

fn flag(value: &Value) -> Parsed<bool> {
    let word = match value {
        Value::Bool(flag) => return Ok(*flag),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_lowercase(),
        _ => String::new(),
    };
    match word.as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Ok(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Ok(false),
        _ => Err((FieldCode::Invalid, "Must be a valid boolean.".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn good() -> Value {
        let catalog = Catalog::demo();
        json!({
            "title": " Checkout answers 500 ", "description": "x",
            "environment_id": catalog.environments[1].id, "incident_category_id": catalog.categories[0].id,
            "priority_id": catalog.priorities[2].id, "created_by_email": "ines.okafor@example.com",
            "status": 60, "private": true
        })
    }

    fn with(changes: Value) -> Result<Asked, FieldErrors> {
        let mut body = good();
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        parse(body.as_object().unwrap(), &Catalog::demo())
    }

    fn wrong(changes: Value) -> Vec<(String, &'static str)> {
        with(changes).unwrap_err().0.into_iter().map(|error| (error.field, error.code.as_str())).collect()
    }

    fn one(field: &str, value: Value) -> &'static str {
        let errors = wrong(json!({ field: value }));
        assert_eq!((errors.len(), errors[0].0.as_str()), (1, field), "{errors:?}");
        errors[0].1
    }

    // API-062: short words are enough; other keys are ignored.
    #[test]
    fn a_good_body_is_a_declaration() {
        let asked = with(json!({})).unwrap();
        assert_eq!(asked.declaration.title.as_str(), "Checkout answers 500");
        assert_eq!((asked.declaration.private, asked.declaration.ignore), (None, false));
        assert_eq!(asked.declaration.dedup_key, None);
        assert_eq!(asked.opener.as_str(), "ines.okafor@example.com");
    }

    // API-062: nothing sent, six fields are asked for, in this order.
    #[test]
    fn an_empty_body_tells_six_required_fields() {
        let errors = parse(&Map::new(), &Catalog::demo()).unwrap_err();
        let told: Vec<_> = errors.0.iter().map(|error| (error.field.as_str(), error.code)).collect();
        let expected = FIELDS[..6].iter().map(|field| (*field, FieldCode::Required)).collect::<Vec<_>>();
        assert_eq!(told, expected);
    }

    // API-062: every field says what is wrong with it, all at once.
    #[test]
    fn each_field_is_checked() {
        assert_eq!(one("title", json!(null)), "null");
        assert_eq!(one("title", json!("  ")), "blank");
        assert_eq!(one("title", json!("x".repeat(129))), "max_length");
        assert_eq!(one("title", json!(["x"])), "invalid");
        assert_eq!(one("description", json!("")), "blank");
        assert_eq!(one("description", json!("x".repeat(20_001))), "max_length");
        assert_eq!(one("environment_id", json!("abc")), "invalid");
        assert_eq!(one("environment_id", json!(Uuid::nil())), "does_not_exist");
        assert_eq!(one("incident_category_id", json!([1])), "incorrect_type");
        assert_eq!(one("priority_id", json!(null)), "null");
        assert_eq!(one("priority_id", json!(5)), "incorrect_type");
        assert_eq!(one("created_by_email", json!("ines")), "invalid");
        assert_eq!(one("created_by_email", json!("")), "blank");
        assert_eq!(one("ignore", json!("perhaps")), "invalid");
        assert_eq!(one("ignore", json!(null)), "null");
        let all = wrong(json!({"dedup_key": "", "title": null, "created_by_email": 5, "priority_id": "x"}));
        let fields: Vec<_> = all.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["title", "priority_id", "created_by_email", "dedup_key"]);
    }

    // API-071: blank and too long are refused, null is none.
    #[test]
    fn a_dedup_key_has_words_or_is_absent() {
        assert_eq!(one("dedup_key", json!("")), "blank");
        assert_eq!(one("dedup_key", json!("x".repeat(161))), "max_length");
        assert_eq!(with(json!({"dedup_key": null})).unwrap().declaration.dedup_key, None);
        let kept = with(json!({"dedup_key": format!(" {} ", "x".repeat(160))})).unwrap();
        assert_eq!(kept.declaration.dedup_key, Some("x".repeat(160)));
    }

    #[test]
    fn ignore_is_read_in_many_spellings() {
        for yes in [json!(true), json!("true"), json!("True"), json!(1), json!("on")] {
            assert!(with(json!({ "ignore": yes })).unwrap().declaration.ignore, "{yes}");
        }
    }
}
