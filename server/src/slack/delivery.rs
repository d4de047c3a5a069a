//! What Slack delivers to the single endpoint, typed: a command, a click, a submission, a shortcut, a question for
//! options, an event (spec 10 §1).
//!
//! Bytes become raw JSON first and types second. Slack adds payload kinds, event types and fields without notice; what
//! is not known becomes [`Delivery::Ignored`] with a word for the log, is answered 200, and never breaks the parsing
//! of what is known. Only the fields that we use are read.

use super::ids::{Callback, Field, Shortcut, Used};
use domain::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// One delivery.
#[derive(Debug, Clone, PartialEq)]
pub enum Delivery {
    /// Slack looks whether the certificate is good.
    SslCheck,
    /// Slack looks whether the address is ours; the challenge is echoed.
    UrlVerification {
        challenge: String,
    },
    Command(Command),
    Action(Box<Interaction>, Pressed),
    Submission(Box<Interaction>, Callback),
    Shortcut(Box<Interaction>, Shortcut),
    /// Somebody types in an external select and waits for options.
    Suggestion(Box<Interaction>, Asked),
    Event(EventDelivery),
    /// Nothing for us; the word says what it was.
    Ignored(String),
}

/// Why a body is none of Slack's deliveries at all: answered 400.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("the body is neither JSON nor a form")]
    NotReadable,
    #[error("the form holds neither a payload nor a command")]
    NothingInIt,
}

/// A slash command (form-encoded).
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Command {
    pub command: String,
    #[serde(default)]
    pub text: String,
    pub user_id: String,
    #[serde(default)]
    pub user_name: String,
    #[serde(default)]
    pub team_id: String,
    #[serde(default)]
    pub channel_id: String,
    #[serde(default)]
    pub trigger_id: String,
    #[serde(default)]
    pub response_url: String,
}

/// The parts of an interaction that every kind shares.
#[derive(Debug, Clone, PartialEq)]
pub struct Interaction {
    pub user_id: String,
    /// Workspace of the person; another one than ours is Slack Connect.
    pub user_team: Option<String>,
    pub trigger_id: String,
    pub response_url: Option<String>,
    /// The channel of a message whose button was pressed.
    pub channel_id: Option<String>,
    pub view: Option<OpenView>,
}

/// The view somebody looks at, with what stands in its fields.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenView {
    pub id: String,
    pub hash: Option<String>,
    pub root_id: Option<String>,
    pub previous_id: Option<String>,
    pub external_id: Option<String>,
    pub callback: Option<Callback>,
    pub metadata: String,
    pub state: State,
}

/// A click or a choice.
#[derive(Debug, Clone, PartialEq)]
pub struct Pressed {
    pub used: Used,
    pub block_id: String,
    /// A button's value, or that of the chosen option.
    pub value: Option<String>,
}

/// A question for options.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    pub used: Used,
    pub typed: String,
}

/// What stands in the fields of a view: one element per block, so the block names the field (§6.3).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State(BTreeMap<String, Value>);

impl State {
    fn read(values: &Value) -> State {
        let blocks = values.as_object().into_iter().flatten();
        State(
            blocks
                .filter_map(|(block, elements)| {
                    Some((block.clone(), elements.as_object()?.values().next()?.clone()))
                })
                .collect(),
        )
    }

    /// A text, or the value of a single choice; empty is none.
    pub fn text(&self, block_id: &str) -> Option<&str> {
        let element = self.0.get(block_id)?;
        let value = element["value"].as_str().or_else(|| element["selected_option"]["value"].as_str());
        value.filter(|v| !v.is_empty())
    }

    /// As [`State::text`], for a field of ours.
    pub fn field(&self, field: Field) -> Option<&str> {
        self.text(field.as_str())
    }

    /// The values of a multiple choice.
    pub fn choices(&self, block_id: &str) -> Vec<String> {
        let chosen = self.0.get(block_id).and_then(|e| e["selected_options"].as_array());
        chosen.into_iter().flatten().filter_map(|o| o["value"].as_str()).map(str::to_owned).collect()
    }

    /// Whether a box is ticked.
    pub fn ticked(&self, block_id: &str) -> bool {
        !self.choices(block_id).is_empty()
    }

    /// The Slack id in a user select.
    pub fn user(&self, block_id: &str) -> Option<&str> {
        self.0.get(block_id)?["selected_user"].as_str()
    }

    /// Whether the view has this field at all; an absent field is not an empty one.
    pub fn has(&self, block_id: &str) -> bool {
        self.0.contains_key(block_id)
    }

    pub fn blocks(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// An event with the id by which a repeated delivery is recognised.
#[derive(Debug, Clone, PartialEq)]
pub struct EventDelivery {
    pub event_id: String,
    pub team_id: Option<String>,
    /// When it happened, by Slack's clock: deliveries come late and out of order.
    pub at: Option<Timestamp>,
    pub event: Event,
}

/// Events that change something here (§11).
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    Archived {
        channel: String,
    },
    Unarchived {
        channel: String,
    },
    Renamed {
        channel: String,
        name: String,
    },
    IdChanged {
        old: String,
        new: String,
    },
    Deleted {
        channel: String,
    },
    Shared {
        channel: String,
        shared: bool,
    },
    ConvertedToPrivate {
        channel: String,
    },
    ConvertedToPublic {
        channel: String,
    },
    Joined {
        channel: String,
        user: String,
        kind: Option<ChannelKind>,
    },
    Left {
        channel: String,
        user: String,
        kind: Option<ChannelKind>,
    },
    /// The notice that a topic changed; deleted when the bot itself changed it.
    TopicNotice {
        channel: String,
        user: String,
        ts: String,
    },
    MessageDeleted {
        channel: String,
        ts: String,
    },
    HomeOpened {
        user: String,
        tab: String,
    },
    /// Slack throttles our events (minute as Unix time).
    RateLimited,
    Other {
        what: String,
    },
}

/// `C` or `G` in member events: public or private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelKind {
    Public,
    Private,
}

impl Delivery {
    /// Types verified bytes.
    ///
    /// # Errors
    /// [`Malformed`] when nothing of Slack's shape is found. Unknown kinds are [`Delivery::Ignored`].
    pub fn parse(content_type: &str, body: &[u8]) -> Result<Delivery, Malformed> {
        if content_type.trim_start().to_ascii_lowercase().starts_with("application/json") {
            let raw: Value = serde_json::from_slice(body).map_err(|_| Malformed::NotReadable)?;
            return Ok(events_api(&raw));
        }
        let form: BTreeMap<String, String> =
            serde_urlencoded::from_bytes(body).map_err(|_| Malformed::NotReadable)?;
        if let Some(payload) = form.get("payload") {
            let raw: Value = serde_json::from_str(payload).map_err(|_| Malformed::NotReadable)?;
            return Ok(interaction(&raw));
        }
        if form.get("ssl_check").is_some_and(|v| v == "1") {
            return Ok(Delivery::SslCheck);
        }
        if form.contains_key("command") {
            let command: Command = serde_urlencoded::from_bytes(body).map_err(|_| Malformed::NotReadable)?;
            return Ok(Delivery::Command(command));
        }
        Err(Malformed::NothingInIt)
    }

    /// One word for the log.
    pub fn kind(&self) -> &'static str {
        match self {
            Delivery::SslCheck => "ssl_check",
            Delivery::UrlVerification { .. } => "url_verification",
            Delivery::Command(_) => "command",
            Delivery::Action(..) => "action",
            Delivery::Submission(..) => "submission",
            Delivery::Shortcut(..) => "shortcut",
            Delivery::Suggestion(..) => "suggestion",
            Delivery::Event(_) => "event",
            Delivery::Ignored(_) => "ignored",
        }
    }
}

fn interaction(raw: &Value) -> Delivery {
    let kind = raw["type"].as_str().unwrap_or("untyped");
    let Some(user_id) = raw["user"]["id"].as_str() else { return ignored(kind, "without a user") };
    let shared = Box::new(Interaction {
        user_id: user_id.to_owned(),
        user_team: text(&raw["user"]["team_id"]),
        trigger_id: text(&raw["trigger_id"]).unwrap_or_default(),
        response_url: text(&raw["response_url"]),
        channel_id: text(&raw["channel"]["id"]).or_else(|| text(&raw["container"]["channel_id"])),
        view: open_view(&raw["view"]),
    });
    match kind {
        "block_actions" => match raw["actions"].get(0) {
            Some(action) => Delivery::Action(shared, pressed(action)),
            None => ignored(kind, "without an action"),
        },
        "view_submission" => match shared.view.as_ref().and_then(|v| v.callback) {
            Some(callback) => Delivery::Submission(shared, callback),
            None => ignored(kind, "of a view that is not ours"),
        },
        "shortcut" | "message_action" => match raw["callback_id"].as_str().and_then(Shortcut::parse) {
            Some(shortcut) => Delivery::Shortcut(shared, shortcut),
            None => ignored(kind, "that is not ours"),
        },
        "block_suggestion" => {
            let used = Used::parse(raw["action_id"].as_str().unwrap_or_default());
            Delivery::Suggestion(shared, Asked { used, typed: text(&raw["value"]).unwrap_or_default() })
        }
        other => Delivery::Ignored(other.to_owned()),
    }
}

fn pressed(action: &Value) -> Pressed {
    Pressed {
        used: Used::parse(action["action_id"].as_str().unwrap_or_default()),
        block_id: text(&action["block_id"]).unwrap_or_default(),
        value: text(&action["value"])
            .or_else(|| text(&action["selected_option"]["value"]))
            .or_else(|| text(&action["selected_user"])),
    }
}

fn open_view(raw: &Value) -> Option<OpenView> {
    Some(OpenView {
        id: text(&raw["id"])?,
        hash: text(&raw["hash"]),
        root_id: text(&raw["root_view_id"]),
        previous_id: text(&raw["previous_view_id"]),
        external_id: text(&raw["external_id"]),
        callback: raw["callback_id"].as_str().and_then(Callback::parse),
        metadata: raw["private_metadata"].as_str().unwrap_or_default().to_owned(),
        state: State::read(&raw["state"]["values"]),
    })
}

fn events_api(raw: &Value) -> Delivery {
    match raw["type"].as_str() {
        Some("url_verification") => {
            Delivery::UrlVerification { challenge: text(&raw["challenge"]).unwrap_or_default() }
        }
        Some("app_rate_limited") => {
            let event_id = format!("rate-limited-{}", raw["minute_rate_limited"]);
            Delivery::Event(EventDelivery {
                event_id,
                team_id: text(&raw["team_id"]),
                at: None,
                event: Event::RateLimited,
            })
        }
        Some("event_callback") => match text(&raw["event_id"]) {
            Some(event_id) => Delivery::Event(EventDelivery {
                event_id,
                team_id: text(&raw["team_id"]),
                at: happened_at(raw),
                event: event(&raw["event"]),
            }),
            None => ignored("event", "without an id"),
        },
        other => Delivery::Ignored(other.unwrap_or("untyped").to_owned()),
    }
}

/// To the microsecond as the event says, else to the second as its envelope does.
fn happened_at(raw: &Value) -> Option<Timestamp> {
    let exact = raw["event"]["event_ts"].as_str().and_then(|ts| {
        let (seconds, micros) = ts.split_once('.').unwrap_or((ts, "0"));
        let nanos = format!("{micros:0<9}").get(..9)?.parse().ok()?;
        Timestamp::from_timestamp(seconds.parse().ok()?, nanos)
    });
    exact.or_else(|| Timestamp::from_timestamp(raw["event_time"].as_i64()?, 0))
}

/// An event missing what its type promises is `Other`, like an unknown one.
fn event(raw: &Value) -> Event {
    let kind = raw["type"].as_str().unwrap_or("untyped");
    let what = match raw["subtype"].as_str() {
        Some(subtype) => format!("{kind}.{subtype}"),
        None => kind.to_owned(),
    };
    typed_event(kind, raw).unwrap_or(Event::Other { what })
}

fn typed_event(kind: &str, raw: &Value) -> Option<Event> {
    let channel = || text(&raw["channel"]);
    Some(match kind {
        "channel_archive" | "group_archive" => Event::Archived { channel: channel()? },
        "channel_unarchive" | "group_unarchive" => Event::Unarchived { channel: channel()? },
        "channel_deleted" | "group_deleted" => Event::Deleted { channel: channel()? },
        "channel_rename" | "group_rename" => {
            Event::Renamed { channel: text(&raw["channel"]["id"])?, name: text(&raw["channel"]["name"])? }
        }
        "channel_id_changed" => {
            Event::IdChanged { old: text(&raw["old_channel_id"])?, new: text(&raw["new_channel_id"])? }
        }
        "channel_shared" => Event::Shared { channel: channel()?, shared: true },
        "channel_unshared" => Event::Shared { channel: channel()?, shared: raw["is_ext_shared"].as_bool()? },
        "member_joined_channel" => {
            Event::Joined { channel: channel()?, user: text(&raw["user"])?, kind: channel_kind(raw) }
        }
        "member_left_channel" => {
            Event::Left { channel: channel()?, user: text(&raw["user"])?, kind: channel_kind(raw) }
        }
        "app_home_opened" => {
            Event::HomeOpened { user: text(&raw["user"])?, tab: text(&raw["tab"]).unwrap_or_default() }
        }
        "message" => match raw["subtype"].as_str()? {
            "channel_topic" | "group_topic" => {
                Event::TopicNotice { channel: channel()?, user: text(&raw["user"])?, ts: text(&raw["ts"])? }
            }
            "channel_convert_to_private" => Event::ConvertedToPrivate { channel: channel()? },
            "channel_convert_to_public" => Event::ConvertedToPublic { channel: channel()? },
            "message_deleted" => Event::MessageDeleted { channel: channel()?, ts: text(&raw["deleted_ts"])? },
            _ => return None,
        },
        _ => return None,
    })
}

fn channel_kind(raw: &Value) -> Option<ChannelKind> {
    match raw["channel_type"].as_str()? {
        "C" => Some(ChannelKind::Public),
        "G" => Some(ChannelKind::Private),
        _ => None,
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|t| !t.is_empty()).map(str::to_owned)
}

fn ignored(kind: &str, why: &str) -> Delivery {
    Delivery::Ignored(format!("{kind} {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slack::ids::Action;
    use serde_json::json;

    fn form(payload: &Value) -> Delivery {
        let body = serde_urlencoded::to_string([("payload", payload.to_string())]).unwrap();
        Delivery::parse("application/x-www-form-urlencoded", body.as_bytes()).unwrap()
    }

    fn events(raw: &Value) -> Delivery {
        Delivery::parse("application/json; charset=utf-8", raw.to_string().as_bytes()).unwrap()
    }

    // SLK-001
    #[test]
    fn one_address_takes_commands_interactions_and_events() {
        let body = "command=%2Fincident&text=open&user_id=U1&trigger_id=1.2.x&channel_id=C1";
        let Delivery::Command(command) =
            Delivery::parse("application/x-www-form-urlencoded", body.as_bytes()).unwrap()
        else {
            panic!("a command")
        };
        assert_eq!((command.command.as_str(), command.text.as_str()), ("/incident", "open"));

        let press = json!({"type": "block_actions", "user": {"id": "U1", "team_id": "T1"}, "trigger_id": "t",
            "channel": {"id": "C1"}, "actions": [{"action_id": "update_incident", "block_id": "b", "value": "42"}]});
        let Delivery::Action(who, pressed) = form(&press) else { panic!("an action") };
        assert_eq!(who.channel_id.as_deref(), Some("C1"));
        assert_eq!(pressed.used, Used::Known(Action::OpenUpdateHub));
        assert_eq!(pressed.value.as_deref(), Some("42"));

        let event = json!({"type": "event_callback", "event_id": "Ev1", "event": {"type": "channel_archive", "channel": "C1"}});
        let Delivery::Event(delivery) = events(&event) else { panic!("an event") };
        assert_eq!(delivery.event_id, "Ev1");
        assert_eq!(delivery.event, Event::Archived { channel: "C1".into() });
    }

    // SLK-004
    #[test]
    fn the_challenge_is_read() {
        let asked = events(&json!({"type": "url_verification", "challenge": "abc"}));
        assert_eq!(asked, Delivery::UrlVerification { challenge: "abc".into() });
    }

    // SLK-005
    #[test]
    fn the_check_of_the_certificate_is_recognised() {
        let parsed = Delivery::parse("application/x-www-form-urlencoded", b"ssl_check=1&token=x");
        assert_eq!(parsed, Ok(Delivery::SslCheck));
    }

    // SLK-271
    #[test]
    fn unknown_kinds_types_and_subtypes_are_ignored_and_never_an_error() {
        assert!(matches!(form(&json!({"type": "brand_new", "user": {"id": "U1"}})), Delivery::Ignored(_)));
        assert!(matches!(
            form(
                &json!({"type": "view_submission", "user": {"id": "U1"}, "view": {"id": "V1", "callback_id": "x"}})
            ),
            Delivery::Ignored(_)
        ));
        assert!(matches!(events(&json!({"type": "later"})), Delivery::Ignored(_)));
        for event in [
            json!({"type": "brand_new_event", "channel": {"odd": 1}}),
            json!({"type": "message", "subtype": "brand_new", "channel": 3}),
            json!({"type": "message", "text": "hello"}),
            json!({"type": "channel_rename", "channel": "C1"}),
            json!(null),
        ] {
            let Delivery::Event(delivery) =
                events(&json!({"type": "event_callback", "event_id": "E", "event": event}))
            else {
                panic!("an event")
            };
            assert!(matches!(delivery.event, Event::Other { .. }), "{event}");
        }
    }

    #[test]
    fn an_event_happened_when_it_says_to_the_microsecond() {
        let at = |raw: Value| happened_at(&raw).map(|at| at.timestamp_micros());
        let said = json!({"event_time": 7, "event": {"event_ts": "1700000000.000123"}});
        assert_eq!(at(said), Some(1_700_000_000_000_123));
        assert_eq!(at(json!({"event_time": 7, "event": {"event_ts": "odd"}})), Some(7_000_000));
        assert_eq!(at(json!({"event": {"event_ts": "1700000000"}})), Some(1_700_000_000_000_000));
        assert_eq!(at(json!({"event": {"event_ts": "1700000000.12é4567890"}})), None);
        assert_eq!(at(json!({})), None);
    }

    #[test]
    fn events_of_private_channels_are_those_of_public_ones() {
        let rename = json!({"type": "group_rename", "channel": {"id": "G1", "name": "new"}});
        assert_eq!(event(&rename), Event::Renamed { channel: "G1".into(), name: "new".into() });
        let topic = json!({"type": "message", "subtype": "group_topic", "channel": "G1", "user": "UBOT", "ts": "1.000100"});
        assert_eq!(
            event(&topic),
            Event::TopicNotice { channel: "G1".into(), user: "UBOT".into(), ts: "1.000100".into() }
        );
    }

    #[test]
    fn the_state_of_a_view_is_read_by_field() {
        let view = json!({"id": "V1", "hash": "h", "callback_id": "incident_update_status", "private_metadata": "7",
            "state": {"values": {
                "message": {"message": {"type": "plain_text_input", "value": null}},
                "status": {"status___30": {"type": "static_select", "selected_option": {"value": "30"}}},
                "environment": {"e": {"type": "multi_static_select", "selected_options": [{"value": "a"}, {"value": "b"}]}},
                "is_key_account": {"k": {"type": "checkboxes", "selected_options": []}},
                "commander": {"u": {"type": "users_select", "selected_user": "U2"}}}}});
        let Delivery::Submission(who, callback) =
            form(&json!({"type": "view_submission", "user": {"id": "U1"}, "view": view}))
        else {
            panic!("a submission")
        };
        let state = &who.view.as_ref().unwrap().state;
        assert_eq!(callback, Callback::UpdateStatus);
        assert_eq!(state.field(Field::Message), None);
        assert_eq!(state.field(Field::Status), Some("30"));
        assert_eq!(state.choices("environment"), ["a", "b"]);
        assert!(!state.ticked("is_key_account"));
        assert_eq!(state.user("commander"), Some("U2"));
        assert!(state.has("message") && !state.has("title"));
    }

    #[test]
    fn what_is_not_slacks_is_malformed() {
        assert_eq!(Delivery::parse("application/json", b"{"), Err(Malformed::NotReadable));
        assert_eq!(Delivery::parse("application/x-www-form-urlencoded", b"a=b"), Err(Malformed::NothingInIt));
    }
}
