//! What the app must be allowed to do in the workspace, each scope with what stops without it and how it is proven.
//!
//! Every method of the client names its scopes ([`Method::scopes`]), every event we ask for too ([`EVENTS`]); the
//! manifest asks for exactly these and `firefighter doctor` tries them one by one.

use super::transport::Method;
use serde_json::{Value, json};

macro_rules! scopes {
    ($($variant:ident = $name:literal $breaks:literal),* $(,)?) => {
        /// A permission of the bot.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Scope { $($variant),* }

        impl Scope {
            pub const ALL: &'static [Scope] = &[$(Scope::$variant),*];

            /// As Slack calls it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Scope::$variant => $name),* }
            }

            /// What does not work without it.
            pub const fn breaks(self) -> &'static str {
                match self { $(Scope::$variant => $breaks),* }
            }
        }
    };
}

scopes! {
    BookmarksRead = "bookmarks:read" "The bookmark of a channel is not found again and may stand there twice.",
    BookmarksWrite = "bookmarks:write" "Channels get no bookmark that leads to the incident.",
    ChannelsHistory = "channels:history" "After a lost answer nobody can look whether a message was posted; topic notices stay.",
    ChannelsJoin = "channels:join" "The bot cannot enter the channel where incidents are announced.",
    ChannelsManage = "channels:manage" "Incidents get no channel.",
    ChannelsRead = "channels:read" "Channels are not found, and who joins or leaves is not seen.",
    ChatWrite = "chat:write" "Nothing is said in Slack: no card, no update, no announcement.",
    ChatWritePublic = "chat:write.public" "Nothing is said in public channels that the bot has not joined.",
    Commands = "commands" "The slash command and the shortcuts do not exist.",
    GroupsHistory = "groups:history" "The same as channels:history, in channels of private incidents.",
    GroupsRead = "groups:read" "Channels of private incidents are not found.",
    GroupsWrite = "groups:write" "Private incidents get no channel.",
    ImHistory = "im:history" "After a lost answer nobody can look whether somebody was told of a role.",
    ImWrite = "im:write" "Nobody is told directly that they hold a role.",
    PinsRead = "pins:read" "Nobody can look whether the card is pinned.",
    PinsWrite = "pins:write" "The card of an incident is not pinned.",
    UsersRead = "users:read" "Who asks in Slack is not known: nobody can declare or update there.",
    UsersReadEmail = "users:read.email" "People of Slack and of FireFighter are not found to be the same.",
}

/// What Slack is asked to tell us, by its name in a manifest, and what that takes.
pub const EVENTS: &[(&str, &[Scope])] = &[
    ("app_home_opened", &[]),
    ("channel_archive", &[Scope::ChannelsRead]),
    ("channel_deleted", &[Scope::ChannelsRead]),
    ("channel_id_changed", &[Scope::ChannelsRead]),
    ("channel_rename", &[Scope::ChannelsRead]),
    ("channel_shared", &[Scope::ChannelsRead, Scope::GroupsRead]),
    ("channel_unarchive", &[Scope::ChannelsRead]),
    ("channel_unshared", &[Scope::ChannelsRead, Scope::GroupsRead]),
    ("group_archive", &[Scope::GroupsRead]),
    ("group_deleted", &[Scope::GroupsRead]),
    ("group_rename", &[Scope::GroupsRead]),
    ("group_unarchive", &[Scope::GroupsRead]),
    ("member_joined_channel", &[Scope::ChannelsRead, Scope::GroupsRead]),
    ("member_left_channel", &[Scope::ChannelsRead, Scope::GroupsRead]),
    ("message.channels", &[Scope::ChannelsHistory]),
    ("message.groups", &[Scope::GroupsHistory]),
];

/// An id that no channel and no person has.
const NOWHERE: &str = "C0000000000";
const NOBODY: &str = "U0000000000";

impl Scope {
    /// A call that changes nothing and is refused for another reason when the scope is there. None: Slack's own list
    /// of what was granted has to do.
    pub fn probe(self) -> Option<(Method, Value)> {
        let no_name = |private: bool| json!({"name": "---", "is_private": private});
        let no_message = json!({"channel": NOWHERE, "timestamp": "1.000000"});
        let listed = |kind: &str| json!({"types": kind, "limit": 1});
        Some(match self {
            Scope::BookmarksRead => (Method::BookmarksList, json!({"channel_id": NOWHERE})),
            Scope::BookmarksWrite => (
                Method::BookmarksAdd,
                json!({"channel_id": NOWHERE, "title": "FireFighter", "type": "link", "link": "https://slack.com/"}),
            ),
            Scope::ChannelsJoin => (Method::Join, json!({"channel": NOWHERE})),
            Scope::ChannelsManage => (Method::Create, no_name(false)),
            Scope::ChannelsRead => (Method::List, listed("public_channel")),
            Scope::ChatWrite => (Method::DeleteMessage, json!({"channel": NOWHERE, "ts": "1.000000"})),
            Scope::GroupsRead => (Method::List, listed("private_channel")),
            Scope::GroupsWrite => (Method::Create, no_name(true)),
            Scope::ImWrite => (Method::OpenDm, json!({"users": NOBODY})),
            Scope::PinsRead => (Method::PinsList, json!({"channel": NOWHERE})),
            Scope::PinsWrite => (Method::PinsAdd, no_message),
            Scope::UsersRead => (Method::UserInfo, json!({"user": NOBODY})),
            Scope::UsersReadEmail => (Method::UserByEmail, json!({"email": "nobody@example.invalid"})),
            Scope::ChannelsHistory
            | Scope::ChatWritePublic
            | Scope::Commands
            | Scope::GroupsHistory
            | Scope::ImHistory => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slack::delivery::{Delivery, Event};
    use std::collections::BTreeSet;

    // SLK-267
    #[test]
    fn every_scope_has_a_use_and_every_use_its_scope() {
        let mut used: BTreeSet<Scope> =
            Method::ALL.iter().flat_map(|method| method.scopes()).copied().collect();
        used.extend(EVENTS.iter().flat_map(|(_, scopes)| *scopes));
        // The command and the shortcuts are neither a call nor an event.
        used.insert(Scope::Commands);
        assert_eq!(used, Scope::ALL.iter().copied().collect());
    }

    #[test]
    fn a_probe_needs_the_scope_that_it_proves() {
        for scope in Scope::ALL {
            if let Some((method, _)) = scope.probe() {
                assert!(method.scopes().contains(scope), "{} by {}", scope.as_str(), method.as_str());
            }
        }
    }

    #[test]
    fn every_event_that_is_asked_for_is_understood() {
        let channel = json!({"id": "C1", "name": "n"});
        for (name, _) in EVENTS {
            let kind = name.split('.').next().expect("a type");
            let understood = [json!("C1"), channel.clone()].into_iter().any(|channel| {
                let event = json!({"type": kind, "subtype": "channel_topic", "channel": channel, "user": "U1",
                    "ts": "1.000000", "tab": "home", "old_channel_id": "C1", "new_channel_id": "C2",
                    "is_ext_shared": false});
                let body = json!({"type": "event_callback", "event_id": "Ev1", "event": event}).to_string();
                let delivery = Delivery::parse("application/json", body.as_bytes()).expect("readable");
                matches!(&delivery, Delivery::Event(d) if !matches!(d.event, Event::Other { .. }))
            });
            assert!(understood, "{name}");
        }
    }
}
