//! Every page on a fake backend, through the real router and shell: status, title, words, labels, `aria`. No browser, no
//! database; markup that only looks is not looked at.

mod around;
mod errors;
mod fake;
mod forms;
mod incident;
mod lists;

use app::backend::Backend;
use axum::{Extension, Router, body::Body};
use domain::{
    Caller, Origin, Permissions,
    view::{Draft, Session},
};
use fake::{Fake, World};
use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use leptos::prelude::*;
use leptos_axum::{AxumRouteListing, LeptosRoutes, file_and_error_handler_with_context, generate_route_list};
use std::sync::{Arc, OnceLock};
use tower::ServiceExt;

/// The routes, listed once as at the start of a server: listed again while pages are asked, a page may never end.
fn routes() -> Vec<AxumRouteListing> {
    static ROUTES: OnceLock<Vec<AxumRouteListing>> = OnceLock::new();
    ROUTES.get_or_init(|| generate_route_list(app::App)).clone()
}

/// The pages, mounted as the server mounts them.
struct Site {
    backend: Arc<Fake>,
    session: Session,
    draft: Option<Draft>,
}

impl Site {
    fn burning() -> Self {
        Site { backend: Arc::new(Fake::new(World::Burning)), session: fake::session(), draft: None }
    }

    fn quiet() -> Self {
        Site { backend: Arc::new(Fake::new(World::Quiet)), ..Site::burning() }
    }

    fn router(&self) -> Router {
        let backend: Arc<dyn Backend> = self.backend.clone();
        let context = move || provide_context(backend.clone());
        let options = LeptosOptions::builder().output_name("firefighter").site_root("no-such-folder").build();
        let for_shell = options.clone();
        let mut router = Router::new()
            .leptos_routes_with_context(&options, routes(), context.clone(), move || {
                app::shell(for_shell.clone())
            })
            .fallback(file_and_error_handler_with_context::<LeptosOptions, _>(context, app::shell))
            .with_state(options)
            .layer(Extension(self.session.clone()));
        if let Some(me) = &self.session.me {
            router = router.layer(Extension(Caller::user(me.id, Origin::Web, Permissions::none())));
        }
        if let Some(draft) = &self.draft {
            router = router.layer(Extension(draft.clone()));
        }
        router
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let answer = self.router().oneshot(request).await.expect("the router does not fail");
        let status = answer.status();
        let location = answer.headers().get(header::LOCATION).map(|l| l.to_str().expect("ascii").to_owned());
        let body = answer.into_body().collect().await.expect("a body").to_bytes();
        let html = String::from_utf8(body.to_vec()).expect("utf-8");
        Answer { status, location, text: text_of(&html), html }
    }

    async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).header(header::ACCEPT, "text/html").body(Body::empty());
        self.ask(request.expect("a request")).await
    }

    /// A plain form, as a browser without script sends it.
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = String::new();
        for (name, value) in fields {
            domain::query::push(&mut body, name, value);
        }
        let request = Request::post(path)
            .header(header::ACCEPT, "text/html")
            .header(header::REFERER, "http://desk.example/incident/create/")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body));
        self.ask(request.expect("a request")).await
    }
}

struct Answer {
    status: StatusCode,
    location: Option<String>,
    html: String,
    /// What is read: no tags, no scripts, single spaces.
    text: String,
}

impl Answer {
    #[track_caller]
    fn says(&self, words: &[&str]) -> &Self {
        for word in words {
            assert!(self.text.contains(word), "“{word}” is not said: {}", self.text);
        }
        self
    }

    #[track_caller]
    fn does_not_say(&self, words: &[&str]) -> &Self {
        for word in words {
            assert!(!self.text.contains(word), "“{word}” is said: {}", self.text);
        }
        self
    }

    #[track_caller]
    fn has(&self, pieces: &[&str]) -> &Self {
        for piece in pieces {
            assert!(self.html.contains(piece), "{piece} is missing: {}", self.html);
        }
        self
    }

    /// The words stand in this order.
    #[track_caller]
    fn in_order(&self, words: &[&str]) -> &Self {
        let mut from = 0;
        for word in words {
            let found = self.text[from..].find(word);
            from += found.unwrap_or_else(|| panic!("“{word}” does not follow: {}", &self.text[from..]))
                + word.len();
        }
        self
    }

    fn title(&self) -> &str {
        self.html
            .split_once("<title>")
            .and_then(|(_, rest)| rest.split_once("</title>"))
            .map_or("", |(title, _)| title)
    }

    /// The tag that carries this piece.
    #[track_caller]
    fn tag(&self, piece: &str) -> &str {
        let at = self.html.find(piece).unwrap_or_else(|| panic!("{piece} is missing: {}", self.html));
        let start = self.html[..at].rfind('<').expect("inside of a tag");
        &self.html[start..at + self.html[at..].find('>').expect("a closed tag")]
    }
}

fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html.split_once("<body").map_or(html, |(_, body)| body);
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let end = if after.starts_with("script") { "</script>" } else { ">" };
        // Inline marks join words, blocks part them.
        let inline =
            ["!", "b>", "/b>", "span", "/span", "a ", "/a>"].iter().any(|tag| after.starts_with(tag));
        if !inline {
            text.push(' ');
        }
        rest = after.split_once(end).map_or("", |(_, rest)| rest);
    }
    text.push_str(rest);
    let text = text.split_once('>').map_or(text.as_str(), |(_, text)| text);
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#x27;", "'")
        .replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
