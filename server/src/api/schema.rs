//! The OpenAPI document and its page, where `FF_EXPOSE_API_DOCS` says so (spec 04 §1, §10). Anonymous.

use super::{
    address,
    negotiate::{Query, format_of},
    problem::{Problem, Result},
};
use axum::{
    Router,
    extract::FromRequestParts,
    http::{header, request::Parts},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use std::sync::Arc;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::Config;

const SCHEMA: &str = "/api/v2/firefighter/schema";
const PAGE: &str = "/api/v2/firefighter/schema/swagger-ui";
const FILE: &str = "/api/v2/firefighter/schema/swagger-ui/{file}";
/// What [`routes`] answers.
pub const PATHS: &[&str] = &[SCHEMA, PAGE, FILE];

const HTML: &str = "<!DOCTYPE html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>API</title>
<link rel=\"stylesheet\" href=\"/api/v2/firefighter/schema/swagger-ui/swagger-ui.css\">
</head>
<body>
<div id=\"swagger-ui\"></div>
<noscript>This page needs a script. The document itself is at /api/v2/firefighter/schema.</noscript>
<script src=\"/api/v2/firefighter/schema/swagger-ui/swagger-ui-bundle.js\"></script>
<script src=\"/api/v2/firefighter/schema/swagger-ui/start.js\"></script>
</body>
</html>
";

/// A file of its own, because a page may be forbidden to run scripts that stand in it.
const START: &str = "window.ui = SwaggerUIBundle({
  url: '/api/v2/firefighter/schema?format=json',
  dom_id: '#swagger-ui',
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [SwaggerUIBundle.plugins.DownloadUrl],
  deepLinking: true,
  persistAuthorization: true,
  filter: true,
  tryItOutEnabled: true,
  requestSnippetsEnabled: true,
  requestSnippets: {
    generators: {
      curl_bash: { title: 'cURL (bash)', syntax: 'bash' },
      curl_powershell: { title: 'cURL (PowerShell)', syntax: 'powershell' },
      curl_cmd: { title: 'cURL (CMD)', syntax: 'bash' },
    },
    defaultExpanded: false,
  },
});
";

/// The document in both spellings, written once.
struct Document {
    yaml: String,
    json: String,
}

#[derive(Clone, Copy)]
enum Spelling {
    Yaml,
    Json,
}

impl<S: Send + Sync> FromRequestParts<S> for Spelling {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let offered = [
            ("yaml", "application/vnd.oai.openapi", Spelling::Yaml),
            ("yaml", "application/yaml", Spelling::Yaml),
            ("json", "application/json", Spelling::Json),
            ("json", "application/vnd.oai.openapi+json", Spelling::Json),
        ];
        format_of(parts, &Query::of(parts), &offered)
    }
}

/// The name of a file of the page.
struct File(String);

impl<S: Send + Sync> FromRequestParts<S> for File {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        address::part(parts, state, "file").await.map(File)
    }
}

/// Routes of the document and its page.
///
/// # Errors
/// When the document cannot be written; it is plain data, so this is a mistake of ours that shows at start.
pub fn routes<S: Clone + Send + Sync + 'static>(document: &OpenApi) -> Result<Router<S>, serde_json::Error> {
    let json = document.to_pretty_json()?;
    let yaml = document.to_yaml().map_err(serde::ser::Error::custom)?;
    let document = Arc::new(Document { yaml, json });
    let config = Arc::new(Config::from(SCHEMA));
    let file = move |File(name): File| async move { file(&name, config) };
    Ok(Router::new()
        .route(SCHEMA, get(move |spelling: Spelling| async move { show(&document, spelling) }))
        .route(PAGE, get(|| async { Html(HTML) }))
        .route(FILE, get(file)))
}

fn show(document: &Document, spelling: Spelling) -> Response {
    match spelling {
        Spelling::Yaml => {
            ([(header::CONTENT_TYPE, "application/vnd.oai.openapi; charset=utf-8")], document.yaml.clone())
        }
        Spelling::Json => ([(header::CONTENT_TYPE, "application/json")], document.json.clone()),
    }
    .into_response()
}

fn file(name: &str, config: Arc<Config<'static>>) -> Response {
    if name == "start.js" {
        return ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], START).into_response();
    }
    match utoipa_swagger_ui::serve(name, config) {
        Ok(Some(file)) if file.gzpipped => {
            let headers =
                [(header::CONTENT_TYPE, file.content_type), (header::CONTENT_ENCODING, "gzip".into())];
            (headers, file.bytes.into_owned()).into_response()
        }
        Ok(Some(file)) => {
            ([(header::CONTENT_TYPE, file.content_type)], file.bytes.into_owned()).into_response()
        }
        Ok(None) | Err(_) => Problem::not_found().into_response(),
    }
}
