//! Slack's Web API, one method per call we make; how they travel and what can go wrong is in [`super::transport`].

use super::answer::{Bookmark, Conversation, Found, Identity, NotInvited, Person, Posted, ShownView};
use super::blocks::{Block, Message, View};
pub use super::transport::{Client, Error, Introduction, Method, Result, done_if};
use domain::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// Which view to replace.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// By Slack's id.
    Id(&'a str),
    /// By the name we gave it.
    External(Uuid),
}

impl Client {
    /// Who we are, and whether the token is good. <https://docs.slack.dev/reference/methods/auth.test>
    pub async fn auth_test(&self) -> Result<Identity> {
        self.call(Method::AuthTest, json!({})).await
    }

    /// Says something in a channel. <https://docs.slack.dev/reference/methods/chat.postMessage>
    pub async fn post_message(&self, channel: &str, message: &Message) -> Result<Posted> {
        self.call(
            Method::PostMessage,
            said(message, json!({"channel": channel, "unfurl_links": false, "unfurl_media": false})),
        )
        .await
    }

    /// Says something to one person in a channel; cannot be looked up afterwards.
    /// <https://docs.slack.dev/reference/methods/chat.postEphemeral>
    pub async fn post_ephemeral(
        &self,
        channel: &str,
        user: &str,
        text: &str,
        blocks: &[Block],
    ) -> Result<()> {
        let mut args = json!({"channel": channel, "user": user, "text": text});
        if !blocks.is_empty() {
            args["blocks"] = json!(blocks);
        }
        self.call::<Value>(Method::PostEphemeral, args).await.map(drop)
    }

    /// Rewrites an own message. <https://docs.slack.dev/reference/methods/chat.update>
    pub async fn update_message(&self, at: &Posted, message: &Message) -> Result<()> {
        let args = said(message, json!({"channel": at.channel, "ts": at.ts}));
        self.call::<Value>(Method::UpdateMessage, args).await.map(drop)
    }

    /// Removes an own message. <https://docs.slack.dev/reference/methods/chat.delete>
    pub async fn delete_message(&self, at: &Posted) -> Result<()> {
        self.call::<Value>(Method::DeleteMessage, json!({"channel": at.channel, "ts": at.ts})).await.map(drop)
    }

    /// Opens a modal. The trigger is good for three seconds and once.
    /// <https://docs.slack.dev/reference/methods/views.open>
    pub async fn views_open(&self, trigger: &str, view: &View) -> Result<ShownView> {
        self.view(Method::ViewsOpen, json!({"trigger_id": trigger, "view": view})).await
    }

    /// Lays a modal on top, three at most. <https://docs.slack.dev/reference/methods/views.push>
    pub async fn views_push(&self, trigger: &str, view: &View) -> Result<ShownView> {
        self.view(Method::ViewsPush, json!({"trigger_id": trigger, "view": view})).await
    }

    /// Replaces a modal; with a `hash` only when nobody replaced it meanwhile (`hash_conflict`).
    /// <https://docs.slack.dev/reference/methods/views.update>
    pub async fn views_update(&self, which: Which<'_>, hash: Option<&str>, view: &View) -> Result<ShownView> {
        let mut args = json!({"view": view});
        match which {
            Which::Id(id) => args["view_id"] = id.into(),
            Which::External(id) => args["external_id"] = id.to_string().into(),
        }
        if let Some(hash) = hash {
            args["hash"] = hash.into();
        }
        self.view(Method::ViewsUpdate, args).await
    }

    async fn view(&self, method: Method, args: Value) -> Result<ShownView> {
        #[derive(Deserialize)]
        struct Answer {
            view: ShownView,
        }
        self.call::<Answer>(method, args).await.map(|a| a.view)
    }

    /// Creates a channel. <https://docs.slack.dev/reference/methods/conversations.create>
    pub async fn create_channel(&self, name: &str, private: bool) -> Result<Conversation> {
        self.conversation(Method::Create, json!({"name": name, "is_private": private})).await
    }

    /// Enters a public channel; is there already = done. <https://docs.slack.dev/reference/methods/conversations.join>
    pub async fn join(&self, channel: &str) -> Result<()> {
        self.call::<Value>(Method::Join, json!({"channel": channel})).await.map(drop)
    }

    /// Invites at most 100 people; who cannot be invited is told, the others are in.
    /// <https://docs.slack.dev/reference/methods/conversations.invite>
    pub async fn invite(&self, channel: &str, people: &[String]) -> Result<Vec<NotInvited>> {
        let args = json!({"channel": channel, "users": people.join(","), "force": true});
        match self.call::<Value>(Method::Invite, args).await {
            Ok(answer) => Ok(not_invited(&answer)),
            // With `force` everybody who can be invited is, and the answer is still `ok: false` with the rest.
            Err(Error::Refused { answer, .. }) if !not_invited(&answer).is_empty() => {
                Ok(not_invited(&answer))
            }
            Err(e) => Err(e),
        }
    }

    /// <https://docs.slack.dev/reference/methods/conversations.rename>
    pub async fn rename(&self, channel: &str, name: &str) -> Result<Conversation> {
        self.conversation(Method::Rename, json!({"channel": channel, "name": name})).await
    }

    /// At most 250 characters; each write leaves a notice in the channel.
    /// <https://docs.slack.dev/reference/methods/conversations.setTopic>
    pub async fn set_topic(&self, channel: &str, topic: &str) -> Result<()> {
        self.call::<Value>(Method::SetTopic, json!({"channel": channel, "topic": topic})).await.map(drop)
    }

    /// <https://docs.slack.dev/reference/methods/conversations.archive>
    pub async fn archive(&self, channel: &str) -> Result<()> {
        self.call::<Value>(Method::Archive, json!({"channel": channel})).await.map(drop)
    }

    /// The direct message with somebody. <https://docs.slack.dev/reference/methods/conversations.open>
    pub async fn open_dm(&self, user: &str) -> Result<String> {
        self.conversation(Method::OpenDm, json!({"users": user})).await.map(|c| c.id)
    }

    /// <https://docs.slack.dev/reference/methods/conversations.info>
    pub async fn info(&self, channel: &str) -> Result<Conversation> {
        self.conversation(Method::Info, json!({"channel": channel})).await
    }

    async fn conversation(&self, method: Method, args: Value) -> Result<Conversation> {
        #[derive(Deserialize)]
        struct Answer {
            channel: Conversation,
        }
        self.call::<Answer>(method, args).await.map(|a| a.channel)
    }

    /// Everybody in a channel. <https://docs.slack.dev/reference/methods/conversations.members>
    pub async fn members(&self, channel: &str) -> Result<Vec<String>> {
        self.pages(Method::Members, json!({"channel": channel}), "members").await
    }

    /// What was said in a channel since then, newest first. <https://docs.slack.dev/reference/methods/conversations.history>
    pub async fn history(&self, channel: &str, since: Timestamp) -> Result<Vec<Found>> {
        let oldest = format!("{}.{:06}", since.timestamp(), since.timestamp_subsec_micros());
        let args =
            json!({"channel": channel, "oldest": oldest, "inclusive": true, "include_all_metadata": true});
        self.pages(Method::History, args, "messages").await
    }

    /// What was said in a thread since then. <https://docs.slack.dev/reference/methods/conversations.replies>
    pub async fn replies(&self, channel: &str, thread: &str, since: Timestamp) -> Result<Vec<Found>> {
        let oldest = format!("{}.{:06}", since.timestamp(), since.timestamp_subsec_micros());
        let args = json!({"channel": channel, "ts": thread, "oldest": oldest, "inclusive": true, "include_all_metadata": true});
        self.pages(Method::Replies, args, "messages").await
    }

    /// Every channel of the workspace that the bot may see, archived ones left out.
    /// <https://docs.slack.dev/reference/methods/conversations.list>
    pub async fn channels(&self) -> Result<Vec<Conversation>> {
        let args = json!({"types": "public_channel,private_channel", "exclude_archived": true});
        self.pages(Method::List, args, "channels").await
    }

    /// Channels the bot is in, archived ones too. <https://docs.slack.dev/reference/methods/users.conversations>
    pub async fn own_conversations(&self) -> Result<Vec<Conversation>> {
        let args = json!({"types": "public_channel,private_channel", "exclude_archived": false});
        self.pages(Method::OwnConversations, args, "channels").await
    }

    /// Pins an own message. <https://docs.slack.dev/reference/methods/pins.add>
    pub async fn pin(&self, at: &Posted) -> Result<()> {
        self.call::<Value>(Method::PinsAdd, json!({"channel": at.channel, "timestamp": at.ts}))
            .await
            .map(drop)
    }

    /// The `ts` of pinned messages. <https://docs.slack.dev/reference/methods/pins.list>
    pub async fn pins(&self, channel: &str) -> Result<Vec<String>> {
        let answer: Value = self.call(Method::PinsList, json!({"channel": channel})).await?;
        let items = answer["items"].as_array().cloned().unwrap_or_default();
        Ok(items.iter().filter_map(|i| i["message"]["ts"].as_str()).map(str::to_owned).collect())
    }

    /// <https://docs.slack.dev/reference/methods/bookmarks.list>
    pub async fn bookmarks(&self, channel: &str) -> Result<Vec<Bookmark>> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(default)]
            bookmarks: Vec<Bookmark>,
        }
        self.call::<Answer>(Method::BookmarksList, json!({"channel_id": channel})).await.map(|a| a.bookmarks)
    }

    /// <https://docs.slack.dev/reference/methods/bookmarks.add>
    pub async fn add_bookmark(
        &self,
        channel: &str,
        title: &str,
        link: &str,
        emoji: Option<&str>,
    ) -> Result<Bookmark> {
        #[derive(Deserialize)]
        struct Answer {
            bookmark: Bookmark,
        }
        let mut args = json!({"channel_id": channel, "title": title, "type": "link", "link": link});
        if let Some(emoji) = emoji {
            args["emoji"] = emoji.into();
        }
        self.call::<Answer>(Method::BookmarksAdd, args).await.map(|a| a.bookmark)
    }

    /// <https://docs.slack.dev/reference/methods/bookmarks.edit>
    pub async fn edit_bookmark(&self, channel: &str, bookmark: &str, title: &str, link: &str) -> Result<()> {
        let args = json!({"channel_id": channel, "bookmark_id": bookmark, "title": title, "link": link});
        self.call::<Value>(Method::BookmarksEdit, args).await.map(drop)
    }

    /// <https://docs.slack.dev/reference/methods/bookmarks.remove>
    pub async fn remove_bookmark(&self, channel: &str, bookmark: &str) -> Result<()> {
        let args = json!({"channel_id": channel, "bookmark_id": bookmark});
        self.call::<Value>(Method::BookmarksRemove, args).await.map(drop)
    }

    /// <https://docs.slack.dev/reference/methods/users.info>
    pub async fn user_info(&self, user: &str) -> Result<Person> {
        self.person(Method::UserInfo, json!({"user": user})).await
    }

    /// Deactivated people are `users_not_found`. <https://docs.slack.dev/reference/methods/users.lookupByEmail>
    pub async fn user_by_email(&self, email: &str) -> Result<Person> {
        self.person(Method::UserByEmail, json!({"email": email})).await
    }

    async fn person(&self, method: Method, args: Value) -> Result<Person> {
        #[derive(Deserialize)]
        struct Answer {
            user: Person,
        }
        self.call::<Answer>(method, args).await.map(|a| a.user)
    }
}

fn said(message: &Message, mut args: Value) -> Value {
    args["text"] = message.text.as_str().into();
    args["blocks"] = json!(message.blocks);
    args["metadata"] = json!(message.metadata);
    args
}

fn not_invited(answer: &Value) -> Vec<NotInvited> {
    serde_json::from_value(answer["errors"].clone()).unwrap_or_default()
}
