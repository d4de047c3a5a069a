//! The panels: misbehaving on purpose, the workspace's rules, what went over the wire, what broke a contract.

use axum::extract::{Path, State as Shared};
use http::StatusCode;
use serde_json::Value;

use super::html::{esc, icon, put};
use super::page::{Here, back};
use crate::sandbox::clock::at_ms;
use crate::sandbox::deliveries::{Delivery, Direction};
use crate::sandbox::faults::{Fault, Kind};
use crate::sandbox::slack::state::Switches;
use crate::sandbox::{Sandbox, State};

const SHOWN: usize = 14;
/// Slower than this is worth a colour.
const SLOW_MS: u64 = 1_000;

/// What can be ordered here: its value, its name, what it does.
pub const FAULTS: [(&str, &str, &str); 13] = [
    ("healthy", "Healthy", "answers at once"),
    ("slow", "Slow", "3 s a call"),
    ("rate_limited", "429", "Retry-After 30 s"),
    ("down", "Down", "503"),
    ("status_500", "500", "not done"),
    ("reset", "Reset", "cut off, not done"),
    ("duplicate", "Duplicates", "each event 3 times"),
    ("late", "Late", "each event 60 s later"),
    ("overtaken", "Out of order", "each event after the next"),
    ("lost_answer", "Lost answer", "done, then cut off"),
    ("times_out", "Too late", "done, cut off after 40 s"),
    ("hang", "No answer", "cut off after 40 s"),
    ("malformed", "Nonsense", "200 without JSON"),
];

/// All panels, one under the other.
pub fn all(out: &mut String, state: &State, here: &Here<'_>, held: bool) {
    faults(out, state, here);
    deliveries(out, state);
    contracts(out, state, held);
}

/// The fault of a panel's value; `None`: healthy.
pub fn fault(value: &str) -> Option<Kind> {
    match value {
        "slow" => Some(Kind::Slow { ms: 3_000 }),
        "rate_limited" => Some(Kind::RateLimited { retry_after: 30 }),
        "down" => Some(Kind::Down),
        "status_500" => Some(Kind::Status500),
        "reset" => Some(Kind::Reset),
        "times_out" => Some(Kind::TimesOut { ms: 40_000 }),
        "duplicate" => Some(Kind::Duplicate { times: 3 }),
        "late" => Some(Kind::Late { ms: 60_000 }),
        "overtaken" => Some(Kind::Overtaken),
        "lost_answer" => Some(Kind::LostAnswer),
        "hang" => Some(Kind::Hang { ms: 40_000 }),
        "malformed" => Some(Kind::Malformed),
        _ => None,
    }
}

fn value(fault: Option<&Fault>) -> &'static str {
    match fault.map(|fault| &fault.kind) {
        Some(Kind::Slow { .. }) => "slow",
        Some(Kind::RateLimited { .. }) => "rate_limited",
        Some(Kind::Down) => "down",
        Some(Kind::Status500) => "status_500",
        Some(Kind::Reset) => "reset",
        Some(Kind::TimesOut { .. }) => "times_out",
        Some(Kind::Duplicate { .. }) => "duplicate",
        Some(Kind::Late { .. }) => "late",
        Some(Kind::Overtaken) => "overtaken",
        Some(Kind::LostAnswer) => "lost_answer",
        Some(Kind::Hang { .. }) => "hang",
        Some(Kind::Malformed) => "malformed",
        Some(Kind::Error { .. }) => "",
        None => "healthy",
    }
}

fn faults(out: &mut String, state: &State, here: &Here<'_>) {
    let first = state.faults.all().next();
    put!(
        out,
        "<section class=\"sheet\" id=\"faults\" data-live aria-labelledby=\"faults-title\"><h2 class=\"hd\" id=\"faults-title\">Misbehave on purpose</h2>\
         <form action=\"/face/faults\" method=\"post\">{}<fieldset class=\"faults\"><legend class=\"away\">Fault</legend>",
        back(here)
    );
    for (name, words, what) in FAULTS {
        let checked = if value(first) == name { " checked" } else { "" };
        put!(
            out,
            "<label><input type=\"radio\" name=\"fault\" value=\"{name}\"{checked}><span><b>{words}</b> <span class=\"quiet\">{what}</span></span></label>"
        );
    }
    out.push_str(
        "</fieldset><div class=\"row\"><label class=\"quiet\" for=\"for\">For</label><select id=\"for\" name=\"for\"><option value=\"5\">the next 5 calls</option>\
         <option value=\"1\">the next call</option><option value=\"minute\">1 minute</option><option value=\"stop\">until I stop it</option></select>\
         <button class=\"btn end\">Apply</button></div></form>",
    );
    if let Some(fault) = first {
        let left = fault.count.map_or_else(|| "until stopped".into(), |count| format!("{count} left"));
        put!(out, "<p class=\"late\">{} {}: {left}</p>", icon("clock"), esc(&fault.method));
    }
    switches(out, &state.slack.switches, here);
    out.push_str("</section>");
}

fn switches(out: &mut String, switches: &Switches, here: &Here<'_>) {
    put!(
        out,
        "<details data-key=\"switches\"><summary class=\"quiet\">Rules of the workspace</summary><form action=\"/face/switches\" method=\"post\">{}<div class=\"boxes\">",
        back(here)
    );
    for (name, words, on) in [
        (
            "private_channels_forbidden",
            "Apps may not create private channels",
            switches.private_channels_forbidden,
        ),
        ("channel_creation_forbidden", "Apps may not create channels", switches.channel_creation_forbidden),
        ("token_revoked", "The app's token is revoked", switches.token_revoked),
        ("messages_tab_off", "Nobody can write to the app", !switches.messages_tab),
        ("triggers_last", "Triggers do not expire", !switches.triggers_expire),
    ] {
        let checked = if on { " checked" } else { "" };
        put!(
            out,
            "<label><input type=\"checkbox\" name=\"{name}\" value=\"true\"{checked}><span>{words}</span></label>"
        );
    }
    put!(
        out,
        "</div><div class=\"field\"><label for=\"missing\">Scopes the app lacks, comma-separated</label><input id=\"missing\" name=\"missing_scopes\" value=\"{}\" autocomplete=\"off\"></div>\
         <button class=\"btn small\">Apply</button></form></details>",
        esc(&switches.missing_scopes.join(","))
    );
}

fn deliveries(out: &mut String, state: &State) {
    let waiting = state.deliveries.waiting;
    put!(
        out,
        "<section class=\"sheet\" id=\"deliveries\" data-live aria-labelledby=\"deliveries-title\"><h2 class=\"hd row\" id=\"deliveries-title\">Deliveries"
    );
    if waiting > 0 {
        put!(out, "<span class=\"late end\">{}{waiting} waiting</span>", icon("clock"));
    }
    out.push_str("</h2>");
    let all = state.deliveries.all();
    if all.is_empty() {
        out.push_str("<p class=\"quiet\">Nothing went either way yet.</p>");
    }
    out.push_str("<ol class=\"log\">");
    for delivery in all.iter().rev().take(SHOWN) {
        line(out, delivery);
    }
    out.push_str("</ol></section>");
}

fn line(out: &mut String, delivery: &Delivery) {
    let way = match delivery.direction {
        Direction::ToApp => "to app",
        Direction::FromApp => "from app",
    };
    let bad = delivery.status.is_none_or(|status| status >= 400);
    let class = if bad {
        "bad"
    } else if delivery.ms >= SLOW_MS || !delivery.note.is_empty() {
        "late"
    } else {
        "quiet"
    };
    let status = delivery.status.map_or_else(|| "no answer".into(), |status| status.to_string());
    let time = if delivery.ms >= SLOW_MS {
        let tenths = (delivery.ms + 50) / 100;
        format!("after {}.{} s", tenths / 10, tenths % 10)
    } else {
        format!("in {} ms", delivery.ms)
    };
    let note = if delivery.note.is_empty() { String::new() } else { format!(", {}", delivery.note) };
    put!(
        out,
        "<li><time>{}</time><span class=\"quiet\">{way}</span><span><a class=\"num\" href=\"/face/delivery/{}\" target=\"_blank\">{}</a> <span class=\"{class}\">{status} {time}{}</span></span></li>",
        at_ms(delivery.at_ms).format("%H:%M:%S"),
        delivery.id,
        esc(&delivery.what),
        esc(&note)
    );
}

/// `GET /face/delivery/<id>`: what was sent and answered, as text.
pub async fn delivery(Shared(sandbox): Shared<Sandbox>, Path(id): Path<u64>) -> Result<String, StatusCode> {
    sandbox.read(|state| {
        let found =
            state.deliveries.all().iter().find(|delivery| delivery.id == id).ok_or(StatusCode::NOT_FOUND)?;
        Ok(format!("{}\n\n{}\n\n{}\n", found.what, pretty(&found.sent), pretty(&found.answered)))
    })
}

/// A body one can read: JSON over several lines, forms decoded.
fn pretty(body: &str) -> String {
    if let Ok(value) = serde_json::from_str::<Value>(body) {
        return serde_json::to_string_pretty(&value).unwrap_or_default();
    }
    let pairs: Vec<(String, String)> =
        if body.contains('=') { serde_urlencoded::from_str(body).unwrap_or_default() } else { Vec::new() };
    if pairs.is_empty() {
        return body.to_owned();
    }
    pairs.iter().map(|(name, value)| format!("{name}: {}", pretty(value))).collect::<Vec<_>>().join("\n")
}

fn contracts(out: &mut String, state: &State, held: bool) {
    out.push_str("<section class=\"sheet\" id=\"contracts\" data-live aria-labelledby=\"contracts-title\"><h2 class=\"hd\" id=\"contracts-title\">Contract</h2>");
    match (held, state.violations.len()) {
        (_, count) if count > 0 => {
            put!(
                out,
                "<p class=\"bad\">{count} {} what Slack documents</p><ul class=\"log\">",
                if count == 1 { "call breaks" } else { "calls break" }
            );
            for violation in state.violations.iter().rev().take(SHOWN) {
                put!(
                    out,
                    "<li>{} <b class=\"num\">{}</b> <span class=\"quiet\">{}</span></li>",
                    esc(&violation.who),
                    esc(&violation.what),
                    esc(&violation.problem)
                );
            }
            out.push_str("</ul>");
        }
        (true, _) => out.push_str("<p class=\"quiet\">Every call fits what Slack documents.</p>"),
        (false, _) => {
            out.push_str("<p class=\"quiet\">No contracts here: only the twin's own rules are held.</p>")
        }
    }
    out.push_str("</section>");
}
