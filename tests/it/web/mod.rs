//! What people do in a browser without JavaScript.

mod board;
mod categories;
mod declare;
mod fence;
mod impacts;
mod life;
mod live;
mod past;
mod people;
mod said;
mod search;
mod sign_in;
mod update;
mod written;

use tests::app::{
    App, Web,
    doors::{CATEGORY, P2, PRD, Page},
};

/// A declaration that is fine; `more` overrides.
fn declaration<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![
        ("asked[title]", "Card payments fail at checkout"),
        ("asked[description]", "Customers reach the last step and get an error."),
        ("asked[priority]", P2),
        ("asked[incident_category]", CATEGORY),
        ("asked[environment][]", PRD),
        ("asked[platform][]", "platform-All"),
    ];
    for (name, _) in more {
        form.retain(|(known, _)| known != name);
    }
    form.extend(more.iter().copied());
    form
}

/// Declares by the form; the page that follows.
pub(crate) async fn declares(web: &Web, more: &[(&str, &str)]) -> Page {
    let form = web.get("/incident/create/").await;
    web.submit(&form, "/fn/incident/declare", &declaration(more)).await
}

/// The path of an incident's page, without query and fragment.
pub(crate) fn path(page: &Page) -> String {
    page.at.split(['?', '#']).next().expect("a path").to_owned()
}

/// How many incidents there are.
async fn incidents(t: &App) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM incidents").fetch_one(&t.db).await.expect("countable")
}
