//! The modals: views made from domain data, and what their submissions do. One file per modal.
//!
//! A view carries ids and what the person saw; what they typed lives in a draft. A submission runs its operation
//! within the answer to Slack, so its result or its errors are the answer.

pub mod details;
pub mod impact;
pub mod open;
pub mod picker;
pub mod recent;
pub mod update;

use super::{
    blocks::{Block, Mrkdwn, View, section},
    client::{Client, Error as SlackError, Which},
    delivery::{Interaction, OpenView},
    directory::Known,
    ids::Callback,
};
use crate::context::Context;
use domain::{Error, UserId};
use uuid::Uuid;

/// Somebody known, at the door, with what they came with.
#[derive(Clone)]
pub struct Asker<'a> {
    pub ctx: &'a Context,
    pub slack: &'a Client,
    pub known: Known,
    pub trigger: String,
    pub response_url: Option<String>,
    pub channel: Option<String>,
    pub view: Option<OpenView>,
}

impl<'a> Asker<'a> {
    pub fn of(ctx: &'a Context, slack: &'a Client, known: Known, interaction: Interaction) -> Self {
        Asker {
            ctx,
            slack,
            known,
            trigger: interaction.trigger_id,
            response_url: interaction.response_url,
            channel: interaction.channel_id,
            view: interaction.view,
        }
    }

    pub fn user(&self) -> Result<UserId, Error> {
        self.known.caller.user_id().ok_or(Error::NotSignedIn)
    }

    /// Shows a view: on top of the modal somebody is in, else as a new one.
    ///
    /// # Errors
    /// As Slack; an open that was answered by "it is open" is no error.
    pub async fn show(&self, view: &View) -> Result<(), Trouble> {
        let in_modal = self.view.as_ref().is_some_and(|v| v.callback.is_some());
        let shown = if in_modal {
            self.slack.views_push(&self.trigger, view).await
        } else {
            self.slack.views_open(&self.trigger, view).await
        };
        match shown {
            Ok(_) => Ok(()),
            Err(error) if error.is("duplicate_external_id") => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Replaces the view somebody is in. When it changed meanwhile, a newer click has been answered: nothing to do.
    ///
    /// # Errors
    /// As Slack.
    pub async fn replace(&self, view: &View) -> Result<(), Trouble> {
        let Some(open) = &self.view else { return self.show(view).await };
        match self.slack.views_update(Which::Id(&open.id), open.hash.as_deref(), view).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_any(&["hash_conflict", "not_found"]) => {
                tracing::debug!(slack.view = open.id, "The view changed or closed meanwhile");
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl Asker<'_> {
    /// Tells this person alone, in their messages with the app, what no view could show. At most once: whether it was
    /// seen cannot be looked up.
    ///
    /// # Errors
    /// As Slack.
    pub async fn whisper(&self, words: &str) -> Result<(), SlackError> {
        let me = &self.known.slack_id;
        let messages = self.slack.open_dm(me).await?;
        self.slack.post_ephemeral(&messages, me, words, &[section(Mrkdwn::escaped(words))]).await
    }
}

/// What can go wrong between a click and its view.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error(transparent)]
    Ours(#[from] Error),
    #[error(transparent)]
    Slack(#[from] SlackError),
}

/// The draft that a view of the open flow belongs to.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub(super) struct DraftOf {
    pub draft: Uuid,
}

impl DraftOf {
    pub fn read(view: &OpenView) -> Result<Uuid, Error> {
        serde_json::from_str::<DraftOf>(&view.metadata).map(|d| d.draft).map_err(|_| Error::NotFound)
    }
}

/// A view that only tells how something ended.
pub fn result(title: &str, blocks: Vec<Block>) -> View {
    View::new(Callback::Result, title, blocks).close("Close")
}

/// As [`result`], one sentence.
pub fn sentence(title: &str, words: &str) -> View {
    result(title, vec![section(Mrkdwn::escaped(words))])
}

/// Shown while an operation takes longer than Slack waits.
pub fn working() -> View {
    result("Working", vec![section("This takes a moment. The result will stand here.")])
}
