//! Header, menus, footer, the document.

use crate::Site;
use domain::view::{Analytics, Session};

// WEB-027: logo, main menu, user menu, mobile menu; keyboard and screen reader find their way.
#[tokio::test]
async fn the_frame_has_its_menus_and_landmarks() {
    let page = Site::burning().get("/").await;
    page.has(&[
        r##"href="#main""##,
        r#"aria-label="FireFighter, dashboard""#,
        r#"aria-label="Main""#,
        r#"aria-label="Main, small screen""#,
        r#"aria-label="PR, your menu, Priya Raman""#,
        r#"popovertarget="me""#,
        r#"action="/admin/logout/""#,
        r#"role="search""#,
        r#"<main id="main" tabindex="-1""#,
    ]);
    page.says(&["Skip to content", "Incidents", "Declare", "Log out", "#4127 burning", "and 1 more"]);
    let list = Site::burning().get("/incident/").await;
    assert!(list.tag(r#"aria-current="page""#).contains("/incident/"));
}

// WEB-030: tag line, version and links; documents of the API only where they are exposed.
#[tokio::test]
async fn the_footer_says_what_this_is() {
    let mut site = Site::burning();
    let page = site.get("/").await;
    page.says(&[
        "FireFighter 0.1.0",
        "Report, manage, escalate!",
        "Source",
        "OpenAPI",
        "All times Europe/Paris",
    ])
    .does_not_say(&["Swagger"]);
    site.session.site.openapi_url = None;
    site.get("/").await.does_not_say(&["OpenAPI"]);
    for path in ["/incident/", "/incident/4127/", "/incident/create/", "/nope"] {
        site.get(path).await.says(&["Report, manage, escalate!"]);
    }
}

// WEB-033: "<title> | <application>".
#[tokio::test]
async fn titles_name_the_page_and_the_application() {
    let mut site = Site::burning();
    site.session.site.name = "Fire Desk".into();
    for (path, title) in [
        ("/", "Incidents Dashboard | Fire Desk"),
        ("/incident/", "Incidents List | Fire Desk"),
        ("/incident/4127/", "Incident #4127 | Fire Desk"),
        ("/incident/create/", "Declare Critical Incident | Fire Desk"),
        ("/incident/4127/update/", "Update incident #4127 | Fire Desk"),
        ("/nope", "Page not found | Fire Desk"),
    ] {
        assert_eq!(site.get(path).await.title(), title, "{path}");
    }
}

// WEB-131: nothing is loaded from elsewhere, and nothing needs a loosened policy.
#[tokio::test]
async fn pages_load_nothing_from_elsewhere_and_carry_no_inline_style() {
    let site = Site::burning();
    for path in ["/", "/incident/", "/incident/4127/", "/incident/create/", "/admin/login/"] {
        let page = site.get(path).await;
        for piece in ["src=\"http", "src=\"//", " style=", "onclick="] {
            assert!(!page.html.contains(piece), "{path} holds {piece}");
        }
        for link in page.html.split("<link ").skip(1) {
            assert!(link.contains("href=\"/"), "{path} links {link:.80}");
        }
        let bare = page.html.split("<script").skip(1).filter(|script| !script.contains("nonce=")).count();
        assert_eq!(bare, 0, "{path} holds a script without a nonce");
    }
}

// WEB-036: the analytics script is there only when it is set up.
#[tokio::test]
async fn analytics_are_loaded_only_when_set_up() {
    let mut site = Site::burning();
    assert!(!site.get("/").await.html.contains("data-domain"));
    site.session.site.analytics =
        Some(Analytics { domain: "desk.example".into(), script_url: "https://stats.example/x.js".into() });
    let page = site.get("/").await;
    assert!(page.tag("https://stats.example/x.js").contains(r#"data-domain="desk.example""#));
}

#[tokio::test]
async fn who_is_not_signed_in_sees_no_menu_but_the_way_in() {
    let mut site = Site::burning();
    site.session = Session::default();
    let page = site.get("/nope").await;
    page.says(&["Log in"])
        .does_not_say(&["Log out", "Declare", "burning"])
        .has(&["/admin/login/?next=/nope"]);
    assert_eq!(site.get("/incident/4127/").await.status, 401);
}

#[tokio::test]
async fn signing_in_is_a_plain_form_and_says_why_it_failed() {
    let site = Site::burning();
    let page = site.get("/admin/login/?next=/incident/4127/").await;
    page.says(&["Log in", "incident #4127", "Sign in as Yusuf Demir", "User name or e-mail", "Password"]);
    page.has(&[
        r#"action="/admin/login/" method="post""#,
        r#"name="next" value="/incident/4127/""#,
        r#"name="person" value="yusuf.demir""#,
    ]);
    let failed = site.get("/admin/login/?error=credentials&username=yusuf").await;
    failed.says(&["That name and password do not belong together."]);
    assert!(
        failed.tag(r#"id="username""#).contains(r#"value="yusuf""#)
            && failed.tag(r#"id="username""#).contains(r#"aria-invalid="true""#)
    );
    site.get("/admin/login/?error=access%3Cdenied").await.says(&["The provider answered “access<denied”"]);
}
