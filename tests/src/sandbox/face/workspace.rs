//! The left side: who one is, and the channels.

use super::html::{esc, icon, put, screen};
use super::page::Here;
use crate::sandbox::slack::presence::unread;
use crate::sandbox::slack::state::{BOT_USER, Channel, ChannelKind};

/// Person and channels, twice: beside the channel, and folded above it on a small screen.
pub fn aside(out: &mut String, here: &Here<'_>) {
    let name = here.slack.user(here.user).map_or("", |user| &user.real_name);
    let place = here.slack.channel(&here.at).map_or_else(|| "FireFighter home".into(), words);
    out.push_str(
        "<aside class=\"workspace\" aria-label=\"Workspace\"><div class=\"wide\" id=\"places\" data-live>",
    );
    inside(out, here, "");
    put!(
        out,
        "</div><details class=\"narrow\" id=\"places-narrow\" data-live><summary>{}<span>{}</span> in <span class=\"cut\">{}</span></summary>",
        icon("menu"),
        esc(name),
        esc(&place)
    );
    inside(out, here, ", small screen");
    out.push_str("</details></aside>");
}

/// A channel's name as people say it.
pub fn words(channel: &Channel) -> String {
    if channel.is_direct() { "FireFighter, direct".into() } else { format!("#{}", channel.name) }
}

fn inside(out: &mut String, here: &Here<'_>, small: &str) {
    let id = if small.is_empty() { "as" } else { "as-small" };
    put!(
        out,
        "<form method=\"get\" action=\"/\" class=\"person\"><label class=\"hd\" for=\"{id}\">You are</label><div class=\"row\"><select id=\"{id}\" name=\"as\" data-go>"
    );
    for user in here.slack.users.iter().filter(|user| !user.is_bot && !user.deleted && user.email.is_some()) {
        let selected = if user.id == here.user { " selected" } else { "" };
        let guest = if user.is_restricted { ", guest" } else { "" };
        put!(out, "<option value=\"{}\"{selected}>{}{guest}</option>", esc(&user.id), esc(&user.real_name));
    }
    put!(
        out,
        "</select><input type=\"hidden\" name=\"at\" value=\"{}\"><button class=\"btn\">Switch</button></div></form>",
        esc(&here.at)
    );
    put!(out, "<nav aria-label=\"Channels{small}\">");
    let mine = |channel: &&Channel| channel.has(here.user) && !channel.is_direct();
    let all = || here.slack.channels.iter().filter(mine);
    group(
        out,
        here,
        "Incidents",
        all().rev().filter(|channel| channel.creator == BOT_USER && !channel.archived).collect(),
    );
    group(
        out,
        here,
        "Channels",
        all().filter(|channel| channel.creator != BOT_USER && !channel.archived).collect(),
    );
    let open = |channel: &&Channel| {
        channel.kind == ChannelKind::Public && !channel.has(here.user) && !channel.archived
    };
    group(out, here, "Not joined", here.slack.channels.iter().filter(open).collect());
    group(out, here, "Archived", all().filter(|channel| channel.archived).collect());
    apps(out, here);
    out.push_str("</nav>");
}

fn group(out: &mut String, here: &Here<'_>, name: &str, channels: Vec<&Channel>) {
    if channels.is_empty() {
        return;
    }
    put!(out, "<p class=\"hd\">{name}</p><ul>");
    for channel in channels {
        let waiting = unread(channel, here.user);
        let shape = if channel.is_private() { "lock" } else { "hash" };
        place(out, here, &channel.id, &icon(shape), &channel.name, waiting);
    }
    out.push_str("</ul>");
}

fn place(out: &mut String, here: &Here<'_>, at: &str, shape: &str, name: &str, waiting: usize) {
    let current = if here.at == at { " aria-current=\"page\"" } else { "" };
    let class = if waiting > 0 && here.at != at { "place new" } else { "place" };
    put!(
        out,
        "<li><a class=\"{class}\" href=\"{}\"{current}>{shape}<span class=\"cut\">{}</span>",
        esc(&screen(here.user, at, &[])),
        esc(name)
    );
    if waiting > 0 && here.at != at {
        put!(out, "<span class=\"count\">{waiting}<span class=\"away\"> unread</span></span>");
    }
    out.push_str("</a></li>");
}

fn apps(out: &mut String, here: &Here<'_>) {
    let current = if here.at == "home" { " aria-current=\"page\"" } else { "" };
    let home = serde_urlencoded::to_string([("as", here.user)]).expect("a pair of texts is a query");
    put!(
        out,
        "<p class=\"hd\">Apps and people</p><ul><li><a class=\"place\" href=\"/face/home?{}\"{current}>{}<span class=\"cut\">FireFighter home</span></a></li>",
        esc(&home),
        icon("mark")
    );
    let direct =
        here.slack.channels.iter().find(|channel| channel.kind == ChannelKind::Im && channel.has(here.user));
    if let Some(direct) = direct {
        place(out, here, &direct.id, &icon("chat"), "FireFighter, direct", unread(direct, here.user));
    }
    out.push_str("</ul>");
}
