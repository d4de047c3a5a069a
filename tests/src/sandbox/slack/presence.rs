//! What people do in the workspace that needs no answer: write, react, come and go, make and archive channels; and
//! what they see there.

use serde_json::json;

use super::screen::{fresh_ts, person, writable};
use super::state::{Channel, ChannelKind, Ephemeral, Message, Note, Slack, View, new_channel};
use super::{chat, conversations, dressing};
use crate::sandbox::Sandbox;

impl Sandbox {
    /// A person writes into a channel he is in, or to the app. Returns the message's time stamp.
    ///
    /// # Errors
    /// In words, when he cannot write there.
    pub fn write(
        &self,
        user: &str,
        channel: &str,
        words: &str,
        thread: Option<&str>,
    ) -> Result<String, String> {
        self.with(|state| {
            let place = writable(&state.slack, user, channel)?;
            let ts = fresh_ts(state);
            let blocks = vec![json!({ "type": "rich_text", "block_id": "text", "elements": [
                { "type": "rich_text_section", "elements": [{ "type": "text", "text": words }] }] })];
            let message = Message {
                ts: ts.clone(),
                user: user.into(),
                text: words.into(),
                blocks,
                thread_ts: thread.map(Into::into),
                ..Message::default()
            };
            state.slack.post(&place, message);
            mark_read(&mut state.slack, user, &place);
            Ok(ts)
        })
    }

    /// A person reacts to a message; `name` without colons.
    ///
    /// # Errors
    /// In words, when there is no such message or the reaction is there.
    pub fn react(&self, user: &str, channel: &str, ts: &str, name: &str) -> Result<(), String> {
        self.with(|state| {
            let place = writable(&state.slack, user, channel)?;
            let now = state.clock.now_micros();
            let done = dressing::add_reaction(&mut state.slack, &place, ts, user, name, now);
            done.then_some(()).ok_or_else(|| "there is no such message, or it has that reaction".into())
        })
    }

    /// A person takes his reaction back.
    ///
    /// # Errors
    /// In words, when it is not there.
    pub fn unreact(&self, user: &str, channel: &str, ts: &str, name: &str) -> Result<(), String> {
        self.with(|state| {
            let place = writable(&state.slack, user, channel)?;
            let now = state.clock.now_micros();
            let done = dressing::remove_reaction(&mut state.slack, &place, ts, user, name, now);
            done.then_some(()).ok_or_else(|| "he has not reacted so".into())
        })
    }

    /// A person comes into a public channel.
    ///
    /// # Errors
    /// In words, when he cannot.
    pub fn join(&self, user: &str, channel: &str) -> Result<(), String> {
        self.with(|state| {
            person(&state.slack, user)?;
            let place = state.slack.find_channel(channel).ok_or("there is no such channel")?;
            let (id, private, archived) = (place.id.clone(), place.is_private(), place.archived);
            if private || archived {
                return Err("a private or archived channel cannot be joined".into());
            }
            let now = state.clock.now_micros();
            state.slack.join(&id, user, None, now);
            Ok(())
        })
    }

    /// A member invites somebody.
    ///
    /// # Errors
    /// In words, when he cannot.
    pub fn invite(&self, user: &str, channel: &str, invited: &str) -> Result<(), String> {
        self.with(|state| {
            let place = writable(&state.slack, user, channel)?;
            person(&state.slack, invited)?;
            let now = state.clock.now_micros();
            state.slack.join(&place, invited, Some(user), now);
            Ok(())
        })
    }

    /// A member leaves.
    ///
    /// # Errors
    /// In words, when he is not there.
    pub fn leave(&self, user: &str, channel: &str) -> Result<(), String> {
        self.with(|state| {
            let place = writable(&state.slack, user, channel)?;
            let now = state.clock.now_micros();
            state.slack.leave(&place, user, now);
            Ok(())
        })
    }

    /// A member archives the channel, or opens it again.
    ///
    /// # Errors
    /// In words, when he is not there.
    pub fn archive(&self, user: &str, channel: &str, archived: bool) -> Result<(), String> {
        self.with(|state| {
            let place = state
                .slack
                .find_channel(channel)
                .filter(|place| place.has(user))
                .ok_or("he is not in that channel")?;
            let (id, now) = (place.id.clone(), state.clock.now_micros());
            state.slack.set_archived(&id, user, archived, now);
            Ok(())
        })
    }

    /// A member renames the channel.
    ///
    /// # Errors
    /// In words, when the name is refused.
    pub fn rename(&self, user: &str, channel: &str, name: &str) -> Result<(), String> {
        self.with(|state| {
            let place = writable(&state.slack, user, channel)?;
            conversations::name_allowed(name).map_err(|refused| refused.error)?;
            let now = state.clock.now_micros();
            state.slack.rename(&place, user, name, now);
            Ok(())
        })
    }

    /// A member sets the topic.
    ///
    /// # Errors
    /// In words, when he is not there.
    pub fn set_topic(&self, user: &str, channel: &str, topic: &str) -> Result<(), String> {
        self.with(|state| {
            let place = writable(&state.slack, user, channel)?;
            let (now, now_s) = (state.clock.now_micros(), state.clock.now_s());
            if let Some(kept) = state.slack.channel_mut(&place) {
                kept.topic = Note { value: topic.into(), creator: user.into(), last_set: now_s };
            }
            state.slack.notice(
                &place,
                "topic",
                user,
                format!("set the channel topic: {topic}"),
                json!({ "topic": topic }),
                now,
            );
            Ok(())
        })
    }

    /// A person makes a channel and is its first member.
    ///
    /// # Errors
    /// In words, when the name is refused or taken.
    pub fn create_channel(&self, user: &str, name: &str, private: bool) -> Result<String, String> {
        self.with(|state| {
            person(&state.slack, user)?;
            conversations::name_allowed(name).map_err(|refused| refused.error)?;
            if state.slack.find_channel(name).is_some() {
                return Err("name_taken".into());
            }
            let id = state.slack.fresh_id("C0");
            let kind = if private { ChannelKind::Private } else { ChannelKind::Public };
            let (now_s, now) = (state.clock.now_s(), state.clock.now_micros());
            state.slack.channels.push(new_channel(&id, name, kind, user, now_s, Vec::new()));
            state.slack.join(&id, user, None, now);
            Ok(id)
        })
    }

    /// Somebody deletes a message.
    ///
    /// # Errors
    /// In words, when it is not there.
    pub fn delete_message(&self, channel: &str, ts: &str) -> Result<(), String> {
        self.with(|state| {
            let place = state.slack.find_channel(channel).ok_or("there is no such channel")?;
            place.message(ts).ok_or("there is no such message")?;
            let (id, now) = (place.id.clone(), state.clock.now_micros());
            chat::remove(&mut state.slack, &id, ts, now);
            Ok(())
        })
    }

    /// A person takes a message that only he sees off his screen.
    pub fn dismiss(&self, user: &str, ts: &str) {
        self.with(|state| state.slack.ephemerals.retain(|kept| kept.user != user || kept.message.ts != ts));
    }

    /// A person opens the app's home. Returns the direct channel with the app.
    ///
    /// # Errors
    /// In words, when there is no such person.
    pub fn open_home(&self, user: &str) -> Result<String, String> {
        self.with(|state| {
            person(&state.slack, user)?;
            let now_s = state.clock.now_s();
            let (channel, _) = state.slack.direct(user, now_s);
            let event_ts = fresh_ts(state);
            let mut event = json!({ "type": "app_home_opened", "user": user, "channel": channel, "tab": "home", "event_ts": event_ts });
            if let Some(home) = state.slack.homes.get(user) {
                event["view"] = state.slack.view_json(home);
            }
            state.slack.emit("app_home_opened", event);
            Ok(channel)
        })
    }

    /// A person has read a channel.
    pub fn read_channel(&self, user: &str, channel: &str) {
        let unread =
            self.read(|state| state.slack.find_channel(channel).is_some_and(|place| unread(place, user) > 0));
        if unread {
            self.with(|state| mark_read(&mut state.slack, user, channel));
        }
    }

    /// A channel by id or name.
    pub fn channel(&self, channel: &str) -> Option<Channel> {
        self.read(|state| state.slack.find_channel(channel).cloned())
    }

    /// The messages of a channel, oldest first; empty when there is no such channel.
    pub fn messages(&self, channel: &str) -> Vec<Message> {
        self.channel(channel).map(|channel| channel.messages).unwrap_or_default()
    }

    /// What the app wrote to a person alone, oldest first: his direct messages with it.
    pub fn direct_messages(&self, user: &str) -> Vec<Message> {
        self.read(|state| {
            let mut direct = state
                .slack
                .channels
                .iter()
                .filter(|channel| channel.kind == ChannelKind::Im && channel.has(user));
            direct.next().map(|channel| channel.messages.clone()).unwrap_or_default()
        })
    }

    /// What only this person sees, oldest first.
    pub fn ephemerals(&self, user: &str) -> Vec<Ephemeral> {
        self.read(|state| state.slack.ephemerals.iter().filter(|kept| kept.user == user).cloned().collect())
    }

    /// The view on top of a person's screen.
    pub fn view(&self, user: &str) -> Option<View> {
        self.read(|state| {
            let top = state.slack.stacks.get(user)?.last()?;
            state.slack.views.get(top).cloned()
        })
    }

    /// A person's App Home as it was last published.
    pub fn home(&self, user: &str) -> Option<View> {
        self.read(|state| state.slack.homes.get(user).cloned())
    }
}

/// How many messages of others a member has not read.
pub fn unread(channel: &Channel, user: &str) -> usize {
    if !channel.has(user) {
        return 0;
    }
    let read = channel.read.get(user).map_or("", String::as_str);
    channel
        .messages
        .iter()
        .filter(|message| message.user != user && message.subtype.is_none() && message.ts.as_str() > read)
        .count()
}

fn mark_read(slack: &mut Slack, user: &str, channel: &str) {
    let Some(id) = slack.find_channel(channel).map(|place| place.id.clone()) else { return };
    let Some(place) = slack.channel_mut(&id) else { return };
    if let Some(last) = place.messages.last().map(|message| message.ts.clone()) {
        place.read.insert(user.to_owned(), last);
    }
}
