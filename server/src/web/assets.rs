//! Files that everybody may read: the hashed ones below `/pkg` for ever, those of `public/` for an hour. Scripts of
//! `public/` belong to the pages of one release and are asked for every time.
//!
//! Nothing here is secret and nothing here asks the database. `cargo leptos build` makes the site folder; the server
//! finds it by `LEPTOS_SITE_ROOT`, beside its own binary, or where the build leaves it.

use app::server::Families;
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use leptos::config::{Env, LeptosOptions};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};
use tower::{Layer, Service, ServiceExt};
use tower_http::services::ServeDir;

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");
const ALWAYS_ASK: HeaderValue = HeaderValue::from_static("no-cache");

/// What lies in `public/`, by its ending. A path with another ending is a page's.
const ENDINGS: [&str; 12] =
    ["css", "js", "wasm", "map", "svg", "png", "ico", "jpg", "woff2", "txt", "webmanifest", "xml"];

/// Where the framework finds its files. Names carry a hash when the build left `hash.txt` beside the binary.
pub fn options() -> LeptosOptions {
    let beside = std::env::current_exe().ok().and_then(|binary| binary.parent().map(Path::to_path_buf));
    let in_env = std::env::var("LEPTOS_SITE_ROOT").ok();
    let packaged = || beside.as_ref().map(|folder| folder.join("site")).filter(|site| site.is_dir());
    let root = in_env.map(PathBuf::from).or_else(packaged).unwrap_or_else(|| "target/site".into());
    let hashed = beside.is_some_and(|folder| folder.join("hash.txt").is_file());
    let watching = std::env::var_os("LEPTOS_WATCH").is_some();
    let reload_port = std::env::var("LEPTOS_RELOAD_PORT").ok().and_then(|port| port.parse().ok());
    LeptosOptions::builder()
        .output_name("firefighter")
        .site_root(root.to_string_lossy().as_ref())
        .hash_files(hashed)
        .reload_port(reload_port.unwrap_or(8001))
        .env(if watching { Env::DEV } else { Env::PROD })
        .build()
}

/// The two folders of files.
#[derive(Clone)]
pub struct Files {
    root: PathBuf,
    pkg: PathBuf,
    hashed: bool,
}

impl Files {
    pub fn of(options: &LeptosOptions) -> Self {
        let root = PathBuf::from(options.site_root.as_ref());
        Files { pkg: root.join(options.site_pkg_dir.as_ref()), root, hashed: options.hash_files }
    }

    /// Which files the build made for each family of pages; none where it made no parts, as without a site.
    pub fn families(&self) -> Families {
        let manifest = match self.hashed {
            true => hash_of("manifest").map(|hash| format!("__wasm_split_manifest.{hash}.json")),
            false => Some("__wasm_split_manifest.json".to_owned()),
        };
        let read = manifest.and_then(|name| std::fs::read(self.pkg.join(name)).ok());
        Families(Arc::new(read.map(|manifest| links(&manifest)).unwrap_or_default()))
    }

    /// What the build made. Only hashed names may be kept for ever; a missing file carries no age.
    pub fn hashed(
        &self,
    ) -> impl Service<Request, Response = Response, Error = std::convert::Infallible, Future: Send>
    + Clone
    + Send
    + Sync
    + 'static {
        let age = if self.hashed { FOR_EVER } else { ALWAYS_ASK };
        let dir = ServeDir::new(&self.pkg).precompressed_br().precompressed_gzip();
        tower::util::MapResponseLayer::new(move |response: axum::http::Response<_>| {
            aged(response.map(Body::new), &age)
        })
        .layer(dir)
    }

    /// A file of `public/`.
    ///
    /// # Errors
    /// The request, when its path is not that of a file.
    pub async fn find(&self, request: Request) -> Result<Response, Request> {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        if !reads || !is_file(request.uri().path()) {
            return Err(request);
        }
        let age = if request.uri().path().ends_with(".js") { ALWAYS_ASK } else { AN_HOUR };
        let dir = ServeDir::new(&self.root).precompressed_br().precompressed_gzip();
        match dir.oneshot(request).await {
            Ok(response) => Ok(aged(response.map(Body::new), &age)),
            Err(never) => match never {},
        }
    }
}

/// Of `hash.txt`, which the build leaves beside the binary: `manifest: Rr1HFyZsoYBQvHgK6M1luw`.
fn hash_of(name: &str) -> Option<String> {
    let text = std::fs::read_to_string(std::env::current_exe().ok()?.with_file_name("hash.txt")).ok()?;
    let mut pairs = text.lines().filter_map(|line| line.split_once(": "));
    pairs.find(|(known, _)| *known == name).map(|(_, hash)| hash.trim().to_owned())
}

/// `Link` headers, one for each family, from what `cargo leptos --split` says of its files: names without ending.
fn links(manifest: &[u8]) -> HashMap<String, HeaderValue> {
    let families: HashMap<String, Vec<String>> = serde_json::from_slice(manifest).unwrap_or_else(|error| {
        tracing::warn!(%error, "the list of the browser's parts cannot be read: pages work, and load later");
        HashMap::new()
    });
    let link = |name: String| format!("</pkg/{name}.wasm>; rel=preload; as=fetch; crossorigin");
    let header = |files: Vec<String>| files.into_iter().map(link).collect::<Vec<_>>().join(", ").parse().ok();
    families.into_iter().filter_map(|(family, files)| Some((family, header(files)?))).collect()
}

/// Whether a path asks for a file that everybody may read.
pub fn is_file(path: &str) -> bool {
    let ending = path.rsplit('/').next().and_then(|name| name.rsplit_once('.'));
    path.starts_with("/pkg/") || ending.is_some_and(|(_, ending)| ENDINGS.contains(&ending))
}

fn aged(mut response: Response, age: &HeaderValue) -> Response {
    if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
        response.headers_mut().insert(header::CACHE_CONTROL, age.clone());
        response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    if response.status() == StatusCode::NOT_FOUND {
        return (StatusCode::NOT_FOUND, "There is no such file.\n").into_response();
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_told_by_its_files() {
        let told =
            links(br#"{"reading":["chunk_7.lWL0","split_reading.KTE"],"finding":["split_finding.Mj"]}"#);
        assert_eq!(told.len(), 2);
        assert_eq!(
            told["reading"],
            "</pkg/chunk_7.lWL0.wasm>; rel=preload; as=fetch; crossorigin, \
             </pkg/split_reading.KTE.wasm>; rel=preload; as=fetch; crossorigin"
        );
        assert!(links(b"no list").is_empty());
    }

    #[test]
    fn files_are_told_from_pages_by_their_ending() {
        for file in ["/favicon.ico", "/fonts/a.woff2", "/pkg/anything", "/site.webmanifest"] {
            assert!(is_file(file), "{file}");
        }
        for page in ["/", "/incident/7/", "/incident/7", "/incident/a.b/", "/v1.2", "/incident.json"] {
            assert!(!is_file(page), "{page}");
        }
    }

    #[tokio::test]
    async fn only_what_is_there_is_kept_and_nothing_outside_is_reached() {
        let folder = std::env::temp_dir().join(format!("site-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("pkg")).expect("a folder");
        std::fs::write(folder.join("pkg/a.css"), "a{}").expect("a file");
        std::fs::write(folder.join("icon.svg"), "<svg/>").expect("a file");
        let files = Files { root: folder.clone(), pkg: folder.join("pkg"), hashed: true };
        let ask = |path: &str| Request::get(path).body(Body::empty()).expect("a request");

        let there = files.hashed().oneshot(ask("/a.css")).await.expect("an answer");
        assert_eq!(there.headers()[header::CACHE_CONTROL], FOR_EVER);
        assert_eq!(there.headers()[header::VARY], "accept-encoding");
        let gone = files.hashed().oneshot(ask("/b.css")).await.expect("an answer");
        assert_eq!(gone.status(), StatusCode::NOT_FOUND);
        assert!(!gone.headers().contains_key(header::CACHE_CONTROL));

        let public = files.find(ask("/icon.svg")).await.expect("a file");
        assert_eq!(public.headers()[header::CACHE_CONTROL], AN_HOUR);
        std::fs::write(folder.join("live.js"), "1").expect("a file");
        let script = files.find(ask("/live.js")).await.expect("a file");
        assert_eq!(script.headers()[header::CACHE_CONTROL], ALWAYS_ASK);
        let outside = files.find(ask("/../../etc/passwd.txt")).await.expect("an answer");
        assert_eq!(outside.status(), StatusCode::NOT_FOUND);
        assert!(files.find(ask("/incident/")).await.is_err(), "a page");
        std::fs::remove_dir_all(folder).expect("removed");
    }
}
