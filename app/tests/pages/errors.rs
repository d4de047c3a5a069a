//! Error pages: status and words.

use crate::Site;
use domain::view::Site as Installation;
use leptos::prelude::LeptosOptions;

// WEB-125: 404 advises on the address, 403 speaks of permission, 500 gives a reference, 503 says who does not answer.
#[tokio::test]
async fn errors_have_pages_with_their_status() {
    let site = Site::burning();
    for (path, status, words) in [
        ("/nope", 404, &["Page not found", "Check the URL"][..]),
        ("/incident/9/", 404, &["Page not found", "it is private and you are not in it"]),
        ("/incident/no-number/", 404, &["Page not found"]),
        ("/incident/403/", 403, &["Forbidden", "permission", "view_incident"]),
        ("/incident/500/", 500, &["Server error", "Reference 7Q3F-K2M9"]),
        ("/incident/503/", 503, &["The database does not answer", "Try again"]),
    ] {
        let page = site.get(path).await;
        assert_eq!(page.status, status, "{path}");
        page.says(words).says(&["Dashboard", "Report, manage, escalate!"]);
    }
}

/// What may not be seen says the same as what does not exist.
#[tokio::test]
async fn a_hidden_incident_and_none_look_alike() {
    let site = Site::burning();
    let (one, other) = (site.get("/incident/9/").await, site.get("/incident/10/").await);
    assert_eq!(one.text, other.text);
}

// WEB-127: previews only where they are allowed.
#[tokio::test]
async fn previews_need_the_setting() {
    let mut site = Site::burning();
    for (code, words) in
        [(400, "Bad request"), (403, "permission"), (404, "Check the URL"), (500, "Server error")]
    {
        let page = site.get(&format!("/err/{code}/")).await;
        assert_eq!(page.status, code);
        page.says(&[words]);
    }
    site.session.site.error_previews = false;
    assert_eq!(site.get("/err/500/").await.status, 404);
}

/// Where no app runs, the words are the same and nothing is loaded but the style.
#[tokio::test]
async fn an_error_outside_of_the_app_has_a_page() {
    let options = LeptosOptions::builder().output_name("firefighter").build();
    let html = app::error_page(&options, &Installation::default(), 500, Some("7Q3F".into()));
    for piece in ["<title>500 | FireFighter", "Server error", "7Q3F", "firefighter.css"] {
        assert!(html.contains(piece), "{piece}: {html}");
    }
    assert!(!html.contains("<script"));
}
