//! Holds what goes over the wire against the vendors' contracts, where that folder is present.
//!
//! The contracts are a folder of JSON Schemas beside the project (another place by `CONTRACTS_DIR`); nothing of it is
//! copied here. A stranger's clone does not have it: then [`Contracts::find`] is `None`, every check that needs it
//! says that it is skipped, and the rest passes.
//!
//! Requests are strict (a misspelt argument fails), what vendors send is open. Each schema is compiled once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use anyhow::{Context as _, bail};
use jsonschema::{Registry, Validator};
use serde_json::{Map, Value, json};

const VENDORS: [&str; 1] = ["slack"];
const WEB_API: &str = "https://contracts.invalid/slack/web-api.contract.json";
const RESPONSES: &str = "https://contracts.invalid/slack/web-api.responses.schema.json";
const EVENTS: &str = "https://contracts.invalid/slack/events.schema.json";
const INTERACTIVITY: &str = "https://contracts.invalid/slack/interactivity.schema.json";
const BLOCK_KIT: &str = "https://contracts.invalid/slack/block-kit.schema.json";

/// One difference between a document and its contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// JSON pointer into the document.
    pub pointer: String,
    pub message: String,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at {:?}", self.message, self.pointer)
    }
}

/// How a method takes its arguments.
struct Method {
    form_encoding: HashMap<String, String>,
    takes_json: bool,
}

/// The vendors' contracts, loaded.
pub struct Contracts {
    root: PathBuf,
    registry: Registry<'static>,
    methods: HashMap<String, Method>,
    compiled: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Contracts {
    /// The contracts of `CONTRACTS_DIR`, else of the folder beside the project; `None` where there is none.
    /// Loaded once per process.
    ///
    /// # Panics
    /// When the folder is there and cannot be read as contracts: skipping in silence would hide it.
    pub fn find() -> Option<Arc<Self>> {
        static FOUND: OnceLock<Option<Arc<Contracts>>> = OnceLock::new();
        FOUND
            .get_or_init(|| {
                let dir = folder();
                dir.join("slack").is_dir().then(|| {
                    let loaded = Contracts::load(&dir);
                    Arc::new(
                        loaded.unwrap_or_else(|error| panic!("contracts in {}: {error:#}", dir.display())),
                    )
                })
            })
            .clone()
    }

    /// Reads every schema of the known vendors under `dir`.
    ///
    /// # Errors
    /// A file that is not JSON, a schema without `$id`, a `$ref` that leads nowhere.
    pub fn load(dir: &Path) -> anyhow::Result<Self> {
        let mut builder = Registry::new();
        let mut methods = HashMap::new();
        for vendor in VENDORS {
            let folder = dir.join(vendor);
            for entry in
                std::fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))?
            {
                let path = entry?.path();
                if path.extension().is_none_or(|extension| extension != "json") {
                    continue;
                }
                let document = read_json(&path)?;
                if document.get("$schema").is_none() {
                    continue;
                }
                let id = document["$id"]
                    .as_str()
                    .with_context(|| format!("{} has no $id", path.display()))?
                    .to_owned();
                if id == WEB_API {
                    methods = web_api_methods(&document);
                }
                builder = builder.add(id, document)?;
            }
        }
        let registry = builder.prepare().context("resolving the references between schemas")?;
        Ok(Contracts { root: dir.to_owned(), registry, methods, compiled: Mutex::default() })
    }

    /// The folder they were read from.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Checks `document` against the schema at `uri`. All differences at once.
    ///
    /// # Errors
    /// The differences; an unknown schema is one too.
    pub fn check(&self, uri: &str, document: &Value) -> Result<(), Vec<Difference>> {
        let validator = self.validator(uri).map_err(|error| {
            vec![Difference { pointer: String::new(), message: format!("{uri}: {error:#}") }]
        })?;
        let differences: Vec<_> = validator
            .iter_errors(document)
            .map(|error| Difference {
                pointer: error.instance_path().to_string(),
                message: error.masked().to_string(),
            })
            .collect();
        if differences.is_empty() { Ok(()) } else { Err(differences) }
    }

    fn validator(&self, uri: &str) -> anyhow::Result<Arc<Validator>> {
        let mut compiled = self.compiled.lock().expect("no check panics while it holds the lock");
        if let Some(validator) = compiled.get(uri) {
            return Ok(validator.clone());
        }
        let validator = jsonschema::options()
            .with_registry(&self.registry)
            .should_validate_formats(true)
            .build(&json!({ "$ref": uri }))
            .map_err(|error| anyhow::anyhow!("{error}"))?;
        let validator = Arc::new(validator);
        compiled.insert(uri.to_owned(), validator.clone());
        Ok(validator)
    }

    /// Whether a Slack method of that name is in the contract.
    pub fn knows_slack_method(&self, method: &str) -> bool {
        self.methods.contains_key(method)
    }

    /// Decodes the body of a Web API call and holds it against the method's arguments.
    ///
    /// # Errors
    /// All differences in one text, each with its JSON pointer.
    pub fn slack_request(&self, method: &str, content_type: &str, body: &[u8]) -> Result<(), String> {
        let arguments = self.slack_arguments(method, content_type, body)?;
        self.slack_arguments_check(method, &arguments).map_err(|differences| told(&differences))
    }

    /// Holds decoded arguments against the method's schema.
    ///
    /// # Errors
    /// The differences.
    pub fn slack_arguments_check(&self, method: &str, arguments: &Value) -> Result<(), Vec<Difference>> {
        self.check(&format!("{WEB_API}#/$defs/args.{method}"), arguments)
    }

    /// Decodes the body of a Web API call the way Slack does.
    ///
    /// # Errors
    /// An unknown method, JSON sent to a method that takes forms only, an array where a comma list is expected.
    pub fn slack_arguments(&self, method: &str, content_type: &str, body: &[u8]) -> Result<Value, String> {
        let Some(contract) = self.methods.get(method) else {
            return Err(format!("no method {method} is known"));
        };
        if content_type.starts_with("application/json") {
            if !contract.takes_json {
                return Err(format!("{method} takes form bodies only, a JSON body is ignored"));
            }
            let document: Value =
                serde_json::from_slice(body).map_err(|error| format!("the body is not JSON: {error}"))?;
            let Value::Object(fields) = document else { return Err("the body is not an object".into()) };
            let mut arguments = Map::new();
            for (name, value) in fields {
                let decoded = match (contract.form_encoding.get(&name).map(String::as_str), value) {
                    (Some("csv"), Value::String(text)) => comma_list(&text),
                    (Some("csv"), other) => {
                        return Err(format!("{name} is sent as {other}, not as a comma-separated text"));
                    }
                    (_, other) => other,
                };
                arguments.insert(name, decoded);
            }
            return Ok(Value::Object(arguments));
        }
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_bytes(body).map_err(|error| format!("the body is not a form: {error}"))?;
        let mut arguments = Map::new();
        for (name, text) in pairs {
            let value = match contract.form_encoding.get(&name).map(String::as_str) {
                Some("bool") => match text.as_str() {
                    "true" | "1" => Value::Bool(true),
                    "false" | "0" => Value::Bool(false),
                    other => return Err(format!("{name}={other} is neither true nor false")),
                },
                Some("int") => text
                    .parse::<i64>()
                    .map(Value::from)
                    .map_err(|_| format!("{name}={text} is not a whole number"))?,
                Some("csv") => comma_list(&text),
                Some("json") => {
                    serde_json::from_str(&text).map_err(|error| format!("{name} is not JSON: {error}"))?
                }
                _ => Value::String(text),
            };
            arguments.insert(name, value);
        }
        Ok(Value::Object(arguments))
    }

    /// Holds what a Web API method answers against its response schema.
    ///
    /// # Errors
    /// The differences.
    pub fn slack_response(&self, method: &str, answer: &Value) -> Result<(), Vec<Difference>> {
        self.check(&format!("{RESPONSES}#/$defs/{method}"), answer)
    }

    /// Holds the body of an Events API delivery against the schema.
    ///
    /// # Errors
    /// The differences.
    pub fn slack_event(&self, body: &Value) -> Result<(), Vec<Difference>> {
        self.check(EVENTS, body)
    }

    /// Holds an interactivity payload against the schema.
    ///
    /// # Errors
    /// The differences.
    pub fn slack_interaction(&self, payload: &Value) -> Result<(), Vec<Difference>> {
        self.check(INTERACTIVITY, payload)
    }

    /// Holds the decoded form of a slash command against the schema.
    ///
    /// # Errors
    /// The differences.
    pub fn slack_command(&self, form: &Value) -> Result<(), Vec<Difference>> {
        self.check(&format!("{INTERACTIVITY}#/$defs/slash_command"), form)
    }

    /// Holds what the app answers Slack with: `name` is `response.message`, `response.view_submission`,
    /// `response.block_suggestion` or `response.url_verification`.
    ///
    /// # Errors
    /// The differences.
    pub fn slack_answer(&self, name: &str, body: &Value) -> Result<(), Vec<Difference>> {
        self.check(&format!("{BLOCK_KIT}#/$defs/{name}"), body)
    }
}

/// All differences in one line.
pub fn told(differences: &[Difference]) -> String {
    differences.iter().map(Difference::to_string).collect::<Vec<_>>().join("; ")
}

/// Where contracts are looked for: `CONTRACTS_DIR`, else `../shared/contracts` beside the workspace.
pub fn folder() -> PathBuf {
    std::env::var_os("CONTRACTS_DIR")
        .filter(|dir| !dir.is_empty())
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/contracts"), PathBuf::from)
}

fn read_json(path: &Path) -> anyhow::Result<Value> {
    let text = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    match serde_json::from_slice(&text) {
        Ok(document) => Ok(document),
        Err(error) => bail!("{} is not JSON: {error}", path.display()),
    }
}

fn web_api_methods(contract: &Value) -> HashMap<String, Method> {
    let operations = contract["operations"].as_object().into_iter().flatten();
    operations
        .map(|(name, operation)| {
            let encoding = operation["form_encoding"].as_object().into_iter().flatten();
            let form_encoding = encoding
                .filter_map(|(argument, how)| Some((argument.clone(), how.as_str()?.to_owned())))
                .collect();
            let takes_json = operation["json_body"].as_bool().unwrap_or(false);
            (name.clone(), Method { form_encoding, takes_json })
        })
        .collect()
}

fn comma_list(text: &str) -> Value {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(Value::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(contracts: &Contracts, sample: &Value, bytes: &[u8]) -> Value {
        let _ = contracts;
        if sample["encoding"] != "form" {
            return serde_json::from_slice(bytes).expect("samples are JSON");
        }
        let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(bytes).expect("samples are forms");
        if sample["decode"] == "payload-json" {
            let payload = &pairs.iter().find(|(name, _)| name == "payload").expect("a payload").1;
            return serde_json::from_str(payload).expect("the payload is JSON");
        }
        pairs.into_iter().map(|(name, value)| (name, Value::from(value))).collect::<Map<_, _>>().into()
    }

    #[test]
    fn every_sample_of_the_vendor_gives_the_verdict_its_index_states() {
        let Some(contracts) = Contracts::find() else {
            return println!("skipped: no contracts in {}", folder().display());
        };
        let root = contracts.root().join("slack");
        let index = read_json(&root.join("samples/index.json")).expect("an index");
        let samples = index["samples"].as_array().expect("a list of samples");
        assert!(samples.len() > 300, "only {} samples", samples.len());
        for sample in samples {
            let file = sample["file"].as_str().expect("a file");
            let bytes = std::fs::read(root.join(file)).expect("the sample is there");
            let verdict = match sample["kind"].as_str().expect("a kind") {
                kind @ ("request-form" | "request-json") => {
                    let content_type = if kind == "request-form" {
                        "application/x-www-form-urlencoded"
                    } else {
                        "application/json"
                    };
                    contracts.slack_request(
                        sample["operation"].as_str().expect("a method"),
                        content_type,
                        &bytes,
                    )
                }
                _ => contracts
                    .check(sample["schema"].as_str().expect("a schema"), &decoded(&contracts, sample, &bytes))
                    .map_err(|differences| told(&differences)),
            };
            let valid = sample["valid"].as_bool().unwrap_or(true);
            assert_eq!(verdict.is_ok(), valid, "{file}: {verdict:?}");
        }
    }

    #[test]
    fn a_difference_names_its_place() {
        let Some(contracts) = Contracts::find() else {
            return println!("skipped: no contracts in {}", folder().display());
        };
        let body = br#"{"channel":"C0TECH","name":"Upper"}"#;
        let refused =
            contracts.slack_request("conversations.rename", "application/json", body).expect_err("refused");
        assert!(refused.contains("/name"), "{refused}");
        let unknown = contracts.slack_request(
            "conversations.rename",
            "application/json",
            br#"{"channel":"C0TECH","name":"a","nmae":"b"}"#,
        );
        assert!(unknown.expect_err("refused").contains("nmae"));
    }
}
