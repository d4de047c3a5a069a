//! How what a page shows comes to the browser: as JSON in the page, and as JSON in answers of server functions.

use leptos::prelude::{Resource, codee};
use serde::{Serialize, de::DeserializeOwned};
use std::future::Future;

/// JSON, read from bytes: as server functions read their answers. Read from text, as the framework does in pages, all
/// code that reads a type would be in the browser's part twice.
pub struct Json;

impl<T: Serialize> codee::Encoder<T> for Json {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, Self::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> codee::Decoder<T> for Json {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, Self::Error> {
        serde_json::from_slice(text.as_bytes())
    }
}

/// What a page reads first: in the page when the server made it, else asked for.
pub type Loaded<T> = Resource<T, Json>;

/// Reads by what `source` says, and again when it says something else.
pub fn load<S, T, F>(
    source: impl Fn() -> S + Send + Sync + 'static,
    read: impl Fn(S) -> F + Send + Sync + 'static,
) -> Loaded<T>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = T> + Send + 'static,
{
    Resource::new_with_options(source, read, false)
}
