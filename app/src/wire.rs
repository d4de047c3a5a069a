//! How what a page shows comes to the browser: as JSON in the page, and as JSON in answers of server functions.

use leptos::prelude::{Resource, codee};
use serde::{Serialize, de::DeserializeOwned};
use std::future::Future;

/// JSON, read from bytes: as server functions read their answers. Read from text, as the framework does in pages, all
/// code that reads a type would be in the browser's part twice.
///
/// In the page it stands within a JavaScript text, where each of its quotes takes a backslash and stops the copying of
/// what lies between. So quotes and apostrophes change places: there are many of the one and few of the other.
pub struct Json;

fn swapped(text: Vec<u8>) -> Vec<u8> {
    let swap = |byte| match byte {
        b'"' => b'\'',
        b'\'' => b'"',
        other => other,
    };
    text.into_iter().map(swap).collect()
}

impl<T: Serialize> codee::Encoder<T> for Json {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, Self::Error> {
        String::from_utf8(swapped(serde_json::to_vec(value)?)).map_err(serde::ser::Error::custom)
    }
}

impl<T: DeserializeOwned> codee::Decoder<T> for Json {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, Self::Error> {
        serde_json::from_slice(&swapped(text.as_bytes().to_vec()))
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

#[cfg(test)]
mod tests {
    use super::Json;
    use leptos::prelude::codee::{Decoder, Encoder};

    #[test]
    fn what_is_written_is_read() {
        let said = vec!["Ada's \"second\" payment".to_owned(), "naïve – \u{1F525} \\ <script>'\"".to_owned()];
        let written: String = Json::encode(&said).expect("it is text");
        assert_eq!(written.matches('"').count(), 2, "apostrophes alone are quotes now: {written}");
        let read: Vec<String> = Json::decode(&written).expect("it is JSON");
        assert_eq!(read, said);
    }
}
