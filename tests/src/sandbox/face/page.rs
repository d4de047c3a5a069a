//! The page: the hatched band, the workspace, the place one looks at, the open view and the panels.

use axum::extract::{Query, State as Shared};
use axum::response::Html;
use serde::Deserialize;

use super::html::{ICONS, esc, hidden, put};
use super::{panels, screen, workspace};
use crate::sandbox::slack::state::Slack;
use crate::sandbox::{Sandbox, State};

/// Whose screen, where, and what is said or kept there.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default, rename = "as")]
    pub user: String,
    #[serde(default)]
    pub at: String,
    /// A word about the last click.
    #[serde(default)]
    pub say: String,
    /// What stands in the composer.
    #[serde(default)]
    pub draft: String,
}

/// Where one stands: a person and a place that exist.
pub struct Here<'a> {
    pub slack: &'a Slack,
    pub user: &'a str,
    /// A channel's id, or `home`.
    pub at: String,
    pub draft: &'a str,
}

/// `GET /`.
pub async fn show(Shared(sandbox): Shared<Sandbox>, Query(asked): Query<Asked>) -> Html<String> {
    let (page, at, user) = sandbox.read(|state| page(state, &asked, sandbox.contracts().is_some()));
    sandbox.read_channel(&user, &at);
    Html(page)
}

fn page(state: &State, asked: &Asked, held: bool) -> (String, String, String) {
    let slack = &state.slack;
    let people = || slack.users.iter().filter(|user| !user.is_bot && !user.deleted && user.email.is_some());
    let user =
        people().find(|user| user.id == asked.user).or_else(|| people().next()).map_or("", |user| &user.id);
    let at = place(slack, user, &asked.at);
    let here = Here { slack, user, at: at.clone(), draft: &asked.draft };
    let title = if at == "home" {
        "FireFighter home"
    } else {
        slack.channel(&at).map_or("", |channel| &channel.name)
    };
    let mut out = String::with_capacity(64_000);
    put!(
        out,
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{} | Sandbox</title><link rel=\"icon\" href=\"data:,\"><link rel=\"stylesheet\" href=\"/face.css\">\
         <script src=\"/face.js\" defer></script></head><body>{ICONS}<a class=\"skip\" href=\"#main\">Skip to the channel</a>",
        esc(title)
    );
    band(&mut out, state, &here);
    if !asked.say.is_empty() {
        put!(out, "<p class=\"say\" id=\"say\" role=\"status\">{}</p>", esc(&asked.say));
    }
    out.push_str("<div class=\"desk\">");
    workspace::aside(&mut out, &here);
    screen::main(&mut out, &here);
    out.push_str("<aside class=\"side\" aria-label=\"Open view, faults and deliveries\">");
    screen::open_view(&mut out, &here);
    panels::all(&mut out, state, &here, held);
    out.push_str("</aside></div></body></html>");
    (out, at, user.to_owned())
}

/// The asked place, when this person can see it; else the first channel he is in.
fn place(slack: &Slack, user: &str, asked: &str) -> String {
    if asked == "home" {
        return "home".into();
    }
    let seen =
        |id: &&str| slack.channel(id).is_some_and(|channel| channel.has(user) || !channel.is_private());
    if let Some(id) = Some(asked).filter(seen) {
        return id.to_owned();
    }
    let mut own = slack.channels.iter().filter(|channel| channel.has(user) && !channel.is_direct());
    own.next().or_else(|| slack.channels.first()).map(|channel| channel.id.clone()).unwrap_or_default()
}

/// The hidden fields that bring a form back to where it was sent from.
pub fn back(here: &Here<'_>) -> String {
    hidden("as", here.user) + &hidden("at", &here.at)
}

fn band(out: &mut String, state: &State, here: &Here<'_>) {
    let now = state.clock.now();
    let app = state
        .app
        .url
        .as_deref()
        .and_then(|url| url::Url::parse(url).ok())
        .map(|url| url.origin().ascii_serialization());
    out.push_str(
        "<header class=\"band\"><div class=\"hatch\"><h1><span class=\"mark\">SANDBOX</span>Chat twin</h1>\
         <p class=\"about\">Plays Slack on this machine. Nothing here reaches a real person.</p>",
    );
    out.push_str("<nav aria-label=\"Product\">");
    match app {
        Some(app) => put!(
            out,
            "<a class=\"a\" href=\"{}\" target=\"_blank\" rel=\"noopener\">Open FireFighter</a>",
            esc(&app)
        ),
        None => out.push_str("<span class=\"late\">No product is connected</span>"),
    }
    out.push_str("<noscript> <a class=\"a\" href=\"\">Refresh</a></noscript></nav>");
    let offset = offset_words(state.clock.offset_ms);
    put!(
        out,
        "<form id=\"clock\" data-live action=\"/face/clock\" method=\"post\" class=\"clock\">{}<time class=\"num\" datetime=\"{}\" title=\"UTC{}\">{}</time>\
         <span class=\"late\">{offset}</span>\
         <button class=\"btn small\" name=\"by\" value=\"300000\">+5 min</button><button class=\"btn small\" name=\"by\" value=\"3600000\">+1 h</button></form>",
        back(here),
        now.to_rfc3339(),
        if offset.is_empty() { "" } else { ", moved" },
        now.format("%H:%M:%S")
    );
    out.push_str("</div></header>");
}

/// How far the clock was moved, in words; empty when it was not.
fn offset_words(offset_ms: i64) -> String {
    let minutes = offset_ms / 60_000;
    match (minutes / 1_440, minutes / 60 % 24, minutes % 60) {
        (0, 0, 0) => String::new(),
        (0, 0, minutes) => format!("{minutes} min ahead"),
        (0, hours, 0) => format!("{hours} h ahead"),
        (0, hours, minutes) => format!("{hours} h {minutes} min ahead"),
        (days, hours, _) => format!("{days} d {hours} h ahead"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_says_how_far_it_was_moved() {
        assert_eq!(offset_words(0), "");
        assert_eq!(offset_words(300_000), "5 min ahead");
        assert_eq!(offset_words(3_900_000), "1 h 5 min ahead");
        assert_eq!(offset_words(90_000_000), "1 d 1 h ahead");
    }
}
