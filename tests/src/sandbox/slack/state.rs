//! What the workspace remembers: people, channels, messages, pins, bookmarks, views, reply addresses.
//!
//! Plain data and how it is found; ids and time stamps are unique in the workspace.

use std::collections::BTreeMap;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The app as the workspace knows it.
pub const APP_ID: &str = "A0FIRE";
pub const BOT_USER: &str = "U0FIRE";
pub const BOT_ID: &str = "B0FIRE";
pub const BOT_NAME: &str = "firefighter";
pub const TEAM: &str = "T0SANDBOX";
pub const TEAM_NAME: &str = "Sandbox";
pub const TEAM_DOMAIN: &str = "sandbox";
/// The deprecated verification token, sent as Slack still sends it.
pub const VERIFICATION_TOKEN: &str = "sandbox-verification-token";

/// A response address works so often (Slack: 5 uses within 30 minutes).
pub const RESPONSE_URL_USES: u32 = 5;
/// And so long.
pub const RESPONSE_URL_LASTS_MS: i64 = 30 * 60 * 1_000;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct User {
    pub id: String,
    /// The handle.
    pub name: String,
    pub real_name: String,
    pub email: Option<String>,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub deleted: bool,
    #[serde(default)]
    pub is_bot: bool,
    /// A guest.
    #[serde(default)]
    pub is_restricted: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UserGroup {
    pub id: String,
    pub name: String,
    pub handle: String,
    pub users: Vec<String>,
    #[serde(default)]
    pub disabled: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    Public,
    Private,
    /// Direct messages of one person and the app.
    Im,
    /// Direct messages of several people and the app.
    Mpim,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Note {
    pub value: String,
    pub creator: String,
    pub last_set: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pin {
    pub ts: String,
    pub created: i64,
    pub created_by: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Bookmark {
    pub id: String,
    pub title: String,
    pub link: String,
    pub emoji: Option<String>,
    pub created: i64,
    pub updated: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reaction {
    pub name: String,
    pub users: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Edited {
    pub user: String,
    pub ts: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Message {
    pub ts: String,
    pub user: String,
    pub text: String,
    #[serde(default)]
    pub blocks: Vec<Value>,
    #[serde(default)]
    pub attachments: Vec<Value>,
    /// Written by the app.
    #[serde(default)]
    pub by_app: bool,
    #[serde(default)]
    pub subtype: Option<String>,
    #[serde(default)]
    pub thread_ts: Option<String>,
    #[serde(default)]
    pub edited: Option<Edited>,
    #[serde(default)]
    pub metadata: Option<Value>,
    #[serde(default)]
    pub reactions: Vec<Reaction>,
    /// What a notice carries: `topic`, `inviter`, `name`.
    #[serde(default)]
    pub extra: Map<String, Value>,
    /// What people chose in its elements: block → action → value.
    #[serde(default)]
    pub state: Map<String, Value>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Channel {
    pub id: String,
    pub name: String,
    pub kind: ChannelKind,
    pub creator: String,
    pub created: i64,
    #[serde(default)]
    pub is_general: bool,
    #[serde(default)]
    pub archived: bool,
    #[serde(default)]
    pub topic: Note,
    #[serde(default)]
    pub purpose: Note,
    /// In the order they came.
    pub members: Vec<String>,
    /// Oldest first, replies among them.
    #[serde(default)]
    pub messages: Vec<Message>,
    #[serde(default)]
    pub pins: Vec<Pin>,
    #[serde(default)]
    pub bookmarks: Vec<Bookmark>,
    #[serde(default)]
    pub previous_names: Vec<String>,
    /// Up to where each person has read.
    #[serde(default)]
    pub read: BTreeMap<String, String>,
}

impl Channel {
    pub fn has(&self, user: &str) -> bool {
        self.members.iter().any(|member| member == user)
    }

    pub fn is_private(&self) -> bool {
        self.kind != ChannelKind::Public
    }

    pub fn is_direct(&self) -> bool {
        matches!(self.kind, ChannelKind::Im | ChannelKind::Mpim)
    }

    pub fn message(&self, ts: &str) -> Option<&Message> {
        self.messages.iter().find(|message| message.ts == ts)
    }

    pub fn message_mut(&mut self, ts: &str) -> Option<&mut Message> {
        self.messages.iter_mut().find(|message| message.ts == ts)
    }

    /// `channel`, `group`, `im` or `mpim`: how events call it.
    pub fn event_kind(&self) -> &'static str {
        match self.kind {
            ChannelKind::Public => "channel",
            ChannelKind::Private => "group",
            ChannelKind::Im => "im",
            ChannelKind::Mpim => "mpim",
        }
    }
}

/// A view on somebody's screen, or his App Home.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct View {
    pub id: String,
    pub user: String,
    /// `modal` or `home`.
    pub kind: String,
    /// As the app gave it, with the missing ids filled in.
    pub content: Map<String, Value>,
    pub hash: String,
    pub external_id: String,
    pub root_view_id: String,
    pub previous_view_id: Option<String>,
    /// What the person chose: block → action → value.
    #[serde(default)]
    pub state: Map<String, Value>,
    /// Field errors, by block.
    #[serde(default)]
    pub errors: BTreeMap<String, String>,
    /// What an external select last offered, by `block/action`.
    #[serde(default)]
    pub suggested: BTreeMap<String, Value>,
}

impl View {
    pub fn blocks(&self) -> &[Value] {
        self.content.get("blocks").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// A plain text of the view: `title`, `submit`, `close`.
    pub fn words(&self, name: &str) -> Option<&str> {
        self.content.get(name)?.get("text")?.as_str()
    }

    pub fn callback_id(&self) -> &str {
        self.content.get("callback_id").and_then(Value::as_str).unwrap_or_default()
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ephemeral {
    pub channel: String,
    pub user: String,
    pub message: Message,
}

/// A reply address handed out with a command or a button.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ResponseUrl {
    pub channel: String,
    pub user: String,
    pub uses_left: u32,
    /// Product time in milliseconds.
    pub until_ms: i64,
    /// The message whose button was pressed.
    pub original: Option<String>,
    pub original_is_ephemeral: bool,
}

/// A key to open one view, for three seconds of machine time.
#[derive(Clone, Debug)]
pub struct Trigger {
    pub user: String,
    pub made: Instant,
    pub used: bool,
    /// The view it was made in: only such a trigger can push.
    pub view: Option<String>,
}

/// What the workspace's owners can switch.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Switches {
    /// Bots may not create private channels: `restricted_action`.
    pub private_channels_forbidden: bool,
    /// Bots may not create channels at all.
    pub channel_creation_forbidden: bool,
    /// Every call answers `token_revoked`.
    pub token_revoked: bool,
    /// Scopes that the app was not given: what needs one answers `missing_scope`.
    pub missing_scopes: Vec<String>,
    /// People can write to the app; off: DMs answer `messages_tab_disabled`.
    pub messages_tab: bool,
    /// Triggers expire after three seconds.
    pub triggers_expire: bool,
    /// Answers do not list what was granted, as behind a proxy that takes headers away.
    pub scopes_hidden: bool,
    /// Slack's clock is so many seconds ahead of the product's.
    pub clock_ahead_s: i64,
}

impl Default for Switches {
    fn default() -> Self {
        Switches {
            private_channels_forbidden: false,
            channel_creation_forbidden: false,
            token_revoked: false,
            missing_scopes: Vec::new(),
            messages_tab: true,
            triggers_expire: true,
            scopes_hidden: false,
            clock_ahead_s: 0,
        }
    }
}

/// The scopes that the app was given when it was installed: more than it needs, as in installations of old.
const INSTALLED: [&str; 23] = [
    "bookmarks:read",
    "bookmarks:write",
    "channels:history",
    "channels:join",
    "channels:manage",
    "channels:read",
    "chat:write",
    "chat:write.public",
    "commands",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:history",
    "im:read",
    "im:write",
    "pins:read",
    "pins:write",
    "reactions:read",
    "reactions:write",
    "team:read",
    "usergroups:read",
    "users:read",
    "users:read.email",
];

impl Switches {
    /// The scopes of the token, as Slack lists them.
    pub fn granted(&self) -> String {
        let there = INSTALLED.iter().filter(|scope| !self.missing_scopes.iter().any(|gone| gone == *scope));
        there.copied().collect::<Vec<_>>().join(",")
    }
}

/// The workspace.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Slack {
    pub users: Vec<User>,
    pub usergroups: Vec<UserGroup>,
    pub channels: Vec<Channel>,
    pub views: BTreeMap<String, View>,
    /// Open modals by person, the lowest first.
    pub stacks: BTreeMap<String, Vec<String>>,
    pub homes: BTreeMap<String, View>,
    pub ephemerals: Vec<Ephemeral>,
    pub response_urls: BTreeMap<String, ResponseUrl>,
    pub switches: Switches,
    /// The event types the app subscribed to (`message.channels` by its long name).
    pub subscriptions: Vec<String>,
    #[serde(skip)]
    pub triggers: BTreeMap<String, Trigger>,
    /// Events to be sent, oldest first.
    #[serde(skip)]
    pub outbox: Vec<Value>,
    last_ts: i64,
    serial: u64,
    /// Makes ids of one start of the twin different from those of the next.
    epoch: String,
}

impl Slack {
    pub fn named(epoch: String) -> Self {
        Slack { epoch, ..Slack::default() }
    }

    /// A fresh id with this prefix, upper-case letters and digits.
    pub fn fresh_id(&mut self, prefix: &str) -> String {
        self.serial += 1;
        format!("{prefix}{}{}", self.epoch, base36(self.serial))
    }

    /// A message time stamp: product time, unique in the workspace, six decimals.
    pub fn fresh_ts(&mut self, now_micros: i64) -> String {
        self.last_ts = now_micros.max(self.last_ts + 1);
        ts_of(self.last_ts)
    }

    pub fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub fn channel(&self, id: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == id)
    }

    pub fn channel_mut(&mut self, id: &str) -> Option<&mut Channel> {
        self.channels.iter_mut().find(|channel| channel.id == id)
    }

    /// By id, name or `#name`.
    pub fn find_channel(&self, text: &str) -> Option<&Channel> {
        let name = text.trim_start_matches('#');
        self.channels
            .iter()
            .find(|channel| channel.id == text || (!channel.is_direct() && channel.name == name))
    }

    /// The direct messages of this person and the app, opened if need be.
    pub fn direct(&mut self, user: &str, now_s: i64) -> (String, bool) {
        let members = [user.to_owned(), BOT_USER.to_owned()];
        self.conversation(ChannelKind::Im, &members, now_s)
    }

    /// A direct conversation of exactly these members; the flag says whether it was there.
    pub fn conversation(&mut self, kind: ChannelKind, members: &[String], now_s: i64) -> (String, bool) {
        let same = |channel: &&Channel| {
            channel.kind == kind
                && channel.members.len() == members.len()
                && members.iter().all(|member| channel.has(member))
        };
        if let Some(channel) = self.channels.iter().find(same) {
            return (channel.id.clone(), true);
        }
        let id = self.fresh_id("D0");
        let name = format!("mpdm-{}", members.join("-").to_lowercase());
        self.channels.push(new_channel(&id, &name, kind, BOT_USER, now_s, members.to_vec()));
        (id, false)
    }

    /// Queues an event if the app subscribed to it.
    pub fn emit(&mut self, subscription: &str, event: Value) {
        if self.subscriptions.iter().any(|name| name == subscription) {
            self.outbox.push(event);
        }
    }
}

/// A channel with these members and nothing in it.
pub fn new_channel(
    id: &str,
    name: &str,
    kind: ChannelKind,
    creator: &str,
    created: i64,
    members: Vec<String>,
) -> Channel {
    Channel {
        id: id.into(),
        name: name.into(),
        kind,
        creator: creator.into(),
        created,
        is_general: false,
        archived: false,
        topic: Note::default(),
        purpose: Note::default(),
        members,
        messages: Vec::new(),
        pins: Vec::new(),
        bookmarks: Vec::new(),
        previous_names: Vec::new(),
        read: BTreeMap::new(),
    }
}

/// Microseconds since 1970 as a Slack time stamp.
pub fn ts_of(micros: i64) -> String {
    format!("{}.{:06}", micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000))
}

/// A number in digits and upper-case letters.
pub fn base36(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        let digit = u32::try_from(number % 36).expect("below 36");
        digits.push(char::from_digit(digit, 36).expect("below 36").to_ascii_uppercase());
        number /= 36;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}
