//! The middle and the open view: the channel with its messages, the App Home, the modal on top.

use std::collections::BTreeMap;

use serde_json::Map;

use super::blocks::{attachments, blocks, is_card};
use super::emoji::emoji;
use super::fields::Held;
use super::html::{esc, hidden, icon, is_web, put, screen};
use super::mrkdwn::{mrkdwn, plain};
use super::page::{Here, back};
use super::workspace::words;
use crate::sandbox::clock::at_ms;
use crate::sandbox::slack::state::{Channel, Message, View};

/// What can be typed, as the composer offers it.
const COMMANDS: [(&str, &str); 3] = [
    ("/incident open", "declare a new incident"),
    ("/incident update", "post an update"),
    ("/incident help", "what can be typed"),
];
/// Reactions that are one click away.
const QUICK: [&str; 4] = ["mega", "eyes", "pushpin", "white_check_mark"];

/// The place one looks at.
pub fn main(out: &mut String, here: &Here<'_>) {
    out.push_str("<main id=\"main\" tabindex=\"-1\">");
    match here.slack.channel(&here.at) {
        Some(channel) => {
            head(out, here, channel);
            messages(out, here, channel);
            composer(out, here, channel);
        }
        None => home(out, here),
    }
    out.push_str("</main>");
}

fn head(out: &mut String, here: &Here<'_>, channel: &Channel) {
    let shape = if channel.is_direct() {
        "chat"
    } else if channel.is_private() {
        "lock"
    } else {
        "hash"
    };
    let name = words(channel);
    put!(
        out,
        "<div class=\"head\" id=\"head\" data-live><div class=\"row\"><h2>{}<span class=\"cut\">{}</span></h2>\
         <span class=\"fact\">{}{}<span class=\"away\"> members</span></span>",
        icon(shape),
        esc(name.trim_start_matches('#')),
        icon("users"),
        channel.members.len()
    );
    if !channel.pins.is_empty() {
        put!(
            out,
            "<span class=\"fact\">{}{}<span class=\"away\"> pinned</span></span>",
            icon("pin"),
            channel.pins.len()
        );
    }
    if channel.archived {
        out.push_str("<span class=\"chip\">archived</span>");
    }
    if !channel.is_direct() && !channel.is_general && !channel.archived {
        let (deed, label) = if channel.has(here.user) { ("leave", "Leave") } else { ("join", "Join") };
        put!(
            out,
            "<form action=\"/face/member\" method=\"post\" class=\"end\">{}{}<button class=\"btn small\" name=\"do\" value=\"{deed}\">{label}</button></form>",
            back(here),
            hidden("channel", &channel.id)
        );
    }
    out.push_str("</div>");
    let note = if channel.topic.value.is_empty() { &channel.purpose.value } else { &channel.topic.value };
    if !note.is_empty() {
        put!(out, "<p class=\"topic\">{}</p>", mrkdwn(here.slack, note));
    }
    if !channel.bookmarks.is_empty() {
        out.push_str("<ul class=\"bookmarks\" aria-label=\"Bookmarks\">");
        for bookmark in channel.bookmarks.iter().filter(|bookmark| is_web(&bookmark.link)) {
            let sign = bookmark.emoji.as_deref().map_or_else(|| icon("bookmark"), plain);
            put!(
                out,
                "<li><a href=\"{}\" target=\"_blank\" rel=\"noopener\">{sign} {}</a></li>",
                esc(&bookmark.link),
                esc(&bookmark.title)
            );
        }
        out.push_str("</ul>");
    }
    out.push_str("</div>");
}

fn messages(out: &mut String, here: &Here<'_>, channel: &Channel) {
    out.push_str("<div class=\"messages\" id=\"messages\" data-live tabindex=\"0\" role=\"region\" aria-label=\"Messages, oldest first\"><ol>");
    let own =
        here.slack.ephemerals.iter().filter(|kept| kept.user == here.user && kept.channel == channel.id);
    let mut rows: Vec<(&Message, bool)> = channel.messages.iter().map(|message| (message, false)).collect();
    rows.extend(own.map(|kept| (&kept.message, true)));
    rows.sort_by(|(a, _), (b, _)| a.ts.cmp(&b.ts));
    let is_reply = |message: &Message| message.thread_ts.as_ref().is_some_and(|thread| *thread != message.ts);
    let mut day = String::new();
    for (message, ephemeral) in rows.iter().filter(|(message, _)| !is_reply(message)) {
        let date = moment(&message.ts).format("%A, %-d %B %Y").to_string();
        if date != day {
            put!(out, "<li class=\"day\"><span>{date}</span></li>");
            day = date;
        }
        row(out, here, channel, message, *ephemeral);
        for (reply, ephemeral) in
            rows.iter().filter(|(reply, _)| is_reply(reply) && reply.thread_ts.as_ref() == Some(&message.ts))
        {
            row(out, here, channel, reply, *ephemeral);
        }
    }
    if rows.is_empty() {
        out.push_str("<li class=\"day\"><span>Nothing was said here yet.</span></li>");
    }
    out.push_str("</ol></div>");
}

fn moment(ts: &str) -> chrono::DateTime<chrono::Utc> {
    at_ms(
        ts.split('.')
            .next()
            .and_then(|seconds| seconds.parse::<i64>().ok())
            .unwrap_or_default()
            .saturating_mul(1_000),
    )
}

fn row(out: &mut String, here: &Here<'_>, channel: &Channel, message: &Message, ephemeral: bool) {
    let at = moment(&message.ts);
    let author = here.slack.user(&message.user);
    let name = author.map_or(message.user.as_str(), |author| &author.real_name);
    let time = format!("<time datetime=\"{}\">{}</time>", at.to_rfc3339(), at.format("%H:%M"));
    if message.subtype.is_some() {
        put!(
            out,
            "<li class=\"notice\" id=\"m{}\"><span>{time} {} {}</span></li>",
            esc(&message.ts),
            esc(name),
            notice(here, message)
        );
        return;
    }
    let reply = message.thread_ts.as_ref().is_some_and(|thread| *thread != message.ts);
    let class = match (ephemeral, reply) {
        (true, _) => "bubble hatch",
        (false, true) => "bubble reply",
        (false, false) => "bubble",
    };
    let face = if author.is_some_and(|author| author.is_bot) {
        icon("mark")
    } else {
        esc(&initials(name)).to_string()
    };
    put!(
        out,
        "<li class=\"{class}\" id=\"m{}\"><span class=\"who\" aria-hidden=\"true\">{face}</span><div>",
        esc(&message.ts)
    );
    if ephemeral {
        let person = here.slack.user(here.user).map_or("", |user| &user.real_name);
        put!(out, "<p class=\"only\">{}Only you, {}, see this</p>", icon("eye"), esc(person));
    }
    put!(out, "<p class=\"by\"><b>{}</b>", esc(name));
    if message.by_app {
        out.push_str("<span class=\"chip\">app</span>");
    }
    out.push_str(&time);
    if message.edited.is_some() {
        out.push_str("<span class=\"quiet\">edited</span>");
    }
    if channel.pins.iter().any(|pin| pin.ts == message.ts) {
        put!(out, "<span class=\"fact\">{}pinned</span>", icon("pin"));
    }
    out.push_str("</p>");
    body(out, here, channel, message);
    reactions(out, message);
    tools(out, here, channel, message, ephemeral);
    out.push_str("</div></li>");
}

/// A notice without the name that stands before it.
fn notice(here: &Here<'_>, message: &Message) -> String {
    let own = format!("<@{}> ", message.user);
    mrkdwn(here.slack, message.text.strip_prefix(&own).unwrap_or(&message.text))
}

fn body(out: &mut String, here: &Here<'_>, channel: &Channel, message: &Message) {
    let held = Held { state: &message.state, errors: None, suggested: None, scope: &message.ts };
    if !message.by_app || (message.blocks.is_empty() && message.attachments.is_empty()) {
        put!(out, "<div class=\"words\">{}</div>", mrkdwn(here.slack, &message.text));
        return;
    }
    let class = if is_card(&message.blocks) { "blocks card" } else { "blocks" };
    put!(
        out,
        "<form action=\"/face/act\" method=\"post\" class=\"{class}\">{}{}{}",
        back(here),
        hidden("channel", &channel.id),
        hidden("ts", &message.ts)
    );
    if message.blocks.is_empty() {
        put!(out, "<div class=\"words\">{}</div>", mrkdwn(here.slack, &message.text));
    }
    out.push_str(&blocks(here.slack, &message.blocks, &held));
    out.push_str(&attachments(here.slack, &message.attachments, &held));
    out.push_str("</form>");
}

fn reactions(out: &mut String, message: &Message) {
    if message.reactions.is_empty() {
        return;
    }
    out.push_str("<p class=\"reactions\">");
    for reaction in &message.reactions {
        let sign = emoji(&reaction.name).map_or_else(|| format!(":{}:", reaction.name), str::to_owned);
        put!(
            out,
            "<span class=\"react\"><span aria-hidden=\"true\">{}</span><span class=\"away\">{}</span> {}</span>",
            esc(&sign),
            esc(&reaction.name.replace('_', " ")),
            reaction.users.len()
        );
    }
    out.push_str("</p>");
}

/// What a person can do with a message: react, answer, delete; dismiss what only he sees.
fn tools(out: &mut String, here: &Here<'_>, channel: &Channel, message: &Message, ephemeral: bool) {
    let form = format!(
        "<form action=\"/face/message\" method=\"post\">{}{}{}",
        back(here),
        hidden("channel", &channel.id),
        hidden("ts", &message.ts)
    );
    if ephemeral {
        put!(out, "{form}<button class=\"link\" name=\"do\" value=\"dismiss\">Dismiss</button></form>");
        return;
    }
    if !channel.has(here.user) || channel.archived {
        return;
    }
    put!(
        out,
        "<details class=\"tools\" data-key=\"{0}\"><summary aria-label=\"React or answer\">{1}</summary>{form}<div class=\"row\">",
        esc(&message.ts),
        icon("more")
    );
    for name in QUICK {
        let sign = emoji(name).unwrap_or(name);
        put!(
            out,
            "<button class=\"btn small\" name=\"react\" value=\"{name}\" aria-label=\"React with {}\">{sign}</button>",
            name.replace('_', " ")
        );
    }
    out.push_str("<button class=\"btn small\" name=\"do\" value=\"delete\">Delete</button></div>");
    put!(
        out,
        "<div class=\"row\"><input name=\"text\" aria-label=\"Answer in the thread\" placeholder=\"Answer in the thread\" autocomplete=\"off\">\
         <button class=\"btn small\" name=\"do\" value=\"reply\">Answer</button></div></form></details>"
    );
}

fn composer(out: &mut String, here: &Here<'_>, channel: &Channel) {
    if channel.archived || !channel.has(here.user) {
        let why = if channel.archived {
            "This channel is archived."
        } else {
            "Join the channel to write here. Commands work."
        };
        put!(out, "<p class=\"quiet closed\">{why}</p>");
        if channel.archived {
            return;
        }
    }
    out.push_str("<div class=\"composer\"><details id=\"commands\" class=\"commands\"><summary class=\"quiet\">Commands</summary><ul>");
    for (command, what) in COMMANDS {
        let link = screen(here.user, &here.at, &[("draft", command)]);
        put!(
            out,
            "<li><a href=\"{}#text\" data-command=\"{command}\"><b class=\"num\">{command}</b> <span class=\"quiet\">{what}</span></a></li>",
            esc(&link)
        );
    }
    put!(
        out,
        "</ul></details><form action=\"/face/send\" method=\"post\" class=\"row\" id=\"composer\">{}<label class=\"away\" for=\"text\">Message or command</label>\
         <input id=\"text\" name=\"text\" class=\"num\" value=\"{}\" placeholder=\"Message, or a command like /incident open\" autocomplete=\"off\"><button class=\"btn main\">Send</button></form></div>",
        back(here),
        esc(here.draft)
    );
}

fn home(out: &mut String, here: &Here<'_>) {
    put!(out, "<div class=\"head\"><div class=\"row\"><h2>{}FireFighter home</h2></div></div>", icon("mark"));
    out.push_str("<div class=\"messages\" id=\"messages\" data-live tabindex=\"0\" role=\"region\" aria-label=\"App Home\">");
    match here.slack.homes.get(here.user) {
        Some(view) => {
            let held =
                Held { state: &view.state, errors: None, suggested: Some(&view.suggested), scope: &view.id };
            put!(
                out,
                "<form action=\"/face/act\" method=\"post\" class=\"blocks home\">{}{}{}</form>",
                back(here),
                hidden("view", &view.id),
                blocks(here.slack, view.blocks(), &held)
            );
        }
        None => out.push_str("<p class=\"quiet closed\">The app has not published a home for you yet.</p>"),
    }
    out.push_str("</div>");
    put!(
        out,
        "<div class=\"composer\"><form action=\"/face/shortcut\" method=\"post\">{}<button class=\"btn\" name=\"callback_id\" value=\"open_incident\">Run the shortcut “Open incident”</button></form></div>",
        back(here)
    );
}

/// The modal on top of this person's screen, docked at the side.
pub fn open_view(out: &mut String, here: &Here<'_>) {
    out.push_str("<div id=\"view\" data-live>");
    let stack = here.slack.stacks.get(here.user).map(Vec::as_slice).unwrap_or_default();
    if let Some(view) = stack.last().and_then(|id| here.slack.views.get(id)) {
        modal(out, here, view, stack.len());
    }
    out.push_str("</div>");
}

fn modal(out: &mut String, here: &Here<'_>, view: &View, depth: usize) {
    let none = Map::new();
    let no_errors = BTreeMap::new();
    let held = Held {
        state: if view.state.is_empty() { &none } else { &view.state },
        errors: Some(if view.errors.is_empty() { &no_errors } else { &view.errors }),
        suggested: Some(&view.suggested),
        scope: &view.id,
    };
    let keep = || back(here) + &hidden("view", &view.id);
    put!(
        out,
        "<div role=\"dialog\" aria-labelledby=\"view-title\" class=\"modal\" data-hash=\"{}\"><div class=\"top\">{}<h2 id=\"view-title\">{}</h2><span class=\"quiet end\">view {depth} of 3</span>\
         <form action=\"/face/view\" method=\"post\">{}<button class=\"btn bare\" name=\"do\" value=\"clear\" aria-label=\"Close all views\">{}</button></form></div>",
        esc(&view.hash),
        icon("mark"),
        plain(view.words("title").unwrap_or_default()),
        keep(),
        icon("x")
    );
    put!(out, "<form action=\"/face/view\" method=\"post\" class=\"view\">{}", keep());
    let submit = view.words("submit");
    // The first button is what Enter presses.
    let enter = if submit.is_some() { "submit" } else { "keep" };
    put!(
        out,
        "<button class=\"away\" name=\"do\" value=\"{enter}\" tabindex=\"-1\" aria-hidden=\"true\">Enter</button>"
    );
    if let Some(words) = view.errors.get("") {
        put!(out, "<p class=\"error\" role=\"alert\">{}</p>", esc(words));
    } else if !view.errors.is_empty() {
        let count = view.errors.len();
        put!(
            out,
            "<p class=\"error\" role=\"alert\">{count} {} to fix.</p>",
            if count == 1 { "thing" } else { "things" }
        );
    }
    put!(out, "<div class=\"blocks\">{}</div>", blocks(here.slack, view.blocks(), &held));
    let close = view.words("close").unwrap_or(if depth > 1 { "Back" } else { "Cancel" });
    put!(
        out,
        "<div class=\"bottom\"><span class=\"num quiet cut\">{}</span><button class=\"btn end\" name=\"do\" value=\"close\" formnovalidate>{}</button>",
        esc(view.callback_id()),
        plain(close)
    );
    if let Some(submit) = submit {
        put!(out, "<button class=\"btn main\" name=\"do\" value=\"submit\">{}</button>", plain(submit));
    }
    out.push_str("</div></form></div>");
}

fn initials(name: &str) -> String {
    name.split(' ').filter_map(|part| part.chars().next()).take(2).collect()
}
