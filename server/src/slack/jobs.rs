//! The jobs of Slack: each reads fresh state, writes the difference, and ends in a way the queue understands.
//!
//! What a refusal of Slack means for a job is decided here and nowhere else ([`Desk::failed`]): slow down, no answer,
//! needs a person, can never be said.

use super::{
    answer::Posted,
    channel,
    client::{Client, Error as SlackError, Method, done_if},
    conversations, invitations,
    messages::{self, Subject},
    rules, said,
};
use crate::{
    change::ChannelEvent,
    context::Context,
    fault,
    incidents::{
        self, Told,
        query::{self, Incident},
    },
    jobs::{Done, JobError, Run, SlackJob, pace, queue},
};
use domain::{Caller, IncidentId, Origin, RoleTypeId, UpdateId, UserId, catalog::Catalog, incident::Marker};
use std::sync::Arc;

/// Runs one job.
///
/// # Errors
/// [`JobError`], as the decision that follows.
pub async fn run(ctx: &Context, job: &SlackJob, run: &Run) -> Result<Done, JobError> {
    let Some(slack) = ctx.slack() else {
        return Err(JobError::Drop { why: "Slack is switched off.".into() });
    };
    let desk = Desk { ctx, slack, run };
    match job {
        SlackJob::CreateChannel { incident, raised_by } => {
            channel::create(&desk, *incident, *raised_by).await
        }
        SlackJob::ReconcileChannel { incident } => channel::reconcile(&desk, *incident).await,
        SlackJob::Invite { incident } => invitations::invite(&desk, *incident).await,
        SlackJob::DeclaredCard { incident } => declared_card(&desk, *incident).await,
        SlackJob::ArchiveChannel { incident } => channel::archive(&desk, *incident).await,
        SlackJob::RolesMessage { incident } => roles_message(&desk, *incident).await,
        SlackJob::PostUpdate { incident, update } => post_update(&desk, *incident, *update).await,
        SlackJob::CorrectUpdate { incident, update } => correct_update(&desk, *incident, *update).await,
        SlackJob::Announce { incident, update } => announce(&desk, *incident, *update).await,
        SlackJob::RolesChanged { incident, update } => roles_changed(&desk, *incident, *update).await,
        SlackJob::RoleDm { incident, user, role, update } => {
            role_dm(&desk, *incident, *user, *role, *update).await
        }
        SlackJob::LookAgain { say, after, .. } => said::look_again(&desk, *say, *after).await,
        SlackJob::DeleteNotice { channel, ts, .. } => delete_notice(&desk, channel, ts).await,
    }
}

/// What a running job works with.
pub(super) struct Desk<'a> {
    pub ctx: &'a Context,
    pub slack: &'a Client,
    pub run: &'a Run,
}

/// An incident and the words for it.
pub(super) struct Scene {
    pub incident: Incident,
    pub catalog: Arc<Catalog>,
    page: String,
}

impl Scene {
    fn subject(&self, say: &said::Say, run: &Run) -> Subject<'_> {
        Subject {
            incident: &self.incident,
            catalog: &self.catalog,
            page: &self.page,
            say: say.id,
            late: run.late.then_some(run.created_at),
        }
    }
}

impl Desk<'_> {
    /// The incident, whoever may see it: what is said here goes to its own surfaces only.
    pub async fn scene(&self, id: IncidentId) -> Result<Scene, JobError> {
        let everything = Caller::system(Origin::Schedule).viewer();
        let incident = match query::get(&self.ctx.db, everything, id).await {
            Err(domain::Error::NotFound) => {
                return Err(JobError::Drop { why: "The incident is gone.".into() });
            }
            read => read?,
        };
        let page = page(self.ctx, id);
        Ok(Scene { incident, catalog: self.ctx.catalog().await?, page })
    }

    /// Calls Slack, if the method is not paused, its pace allows it, and this run still holds its job. The inner result
    /// is Slack's.
    pub async fn call<T>(
        &self,
        method: Method,
        call: impl Future<Output = super::client::Result<T>>,
    ) -> Result<super::client::Result<T>, JobError> {
        pace::allowed(&self.ctx.db, "slack", method.as_str(), self.ctx.now()).await?;
        if let Some((burst, per_second)) = method.pace() {
            let bucket = format!("slack {}", method.as_str());
            pace::take(&self.ctx.db, &bucket, burst, per_second, self.ctx.now()).await?;
        }
        fault!("slack.before_call");
        fault!(&format!("slack.before_call {}", method.as_str()));
        if !queue::is_held(&self.ctx.db, self.run).await? {
            return Err(JobError::Retry { why: "another server has taken over".into() });
        }
        let answer = call.await;
        fault!("slack.after_call");
        fault!(&format!("slack.after_call {}", method.as_str()));
        Ok(answer)
    }

    /// As [`Desk::call`], where every refusal means the same as anywhere.
    pub async fn must<T>(
        &self,
        method: Method,
        call: impl Future<Output = super::client::Result<T>>,
    ) -> Result<T, JobError> {
        self.call(method, call).await?.map_err(|e| self.failed(e))
    }

    /// Calls Slack although another run holds the job by now, to take back what this one said too late.
    pub async fn take_back(&self, call: impl Future<Output = super::client::Result<()>>, done: &[&str]) {
        match done_if(call.await, done) {
            Ok(()) => {
                tracing::warn!(job.id = self.run.job_id.0, "Said by another server meanwhile; taken back")
            }
            Err(error) => {
                tracing::error!(job.id = self.run.job_id.0, error.message = %chain(&error), "It stands in Slack twice");
            }
        }
    }

    /// Five messages at once in one channel, then one a second (vendor's rate limits).
    pub async fn pace_channel(&self, channel: &str) -> Result<(), JobError> {
        pace::take(&self.ctx.db, &format!("slack post {channel}"), 5.0, 1.0, self.ctx.now()).await
    }

    /// What Slack's refusal means for a job.
    pub fn failed(&self, error: SlackError) -> JobError {
        match error {
            SlackError::RateLimited { method, after } => {
                JobError::RateLimited { method: method.as_str().into(), after }
            }
            SlackError::Unreachable { .. } | SlackError::Unclear { .. } => {
                JobError::Outage { why: chain(&error) }
            }
            SlackError::Unauthorized { code } => {
                let why =
                    format!("Slack rejects the bot token ({code}). Set a valid SLACK_BOT_TOKEN, then retry.");
                JobError::Park { why }
            }
            SlackError::Refused { ref code, ref needed, .. } => refused(code, needed.as_deref(), &error),
        }
    }

    /// As [`Desk::failed`], for a call into a channel: one that is archived or gone is noted as such.
    pub async fn channel_failed(&self, channel: &str, error: SlackError) -> JobError {
        let (event, why) = match error.code() {
            Some("is_archived") => (ChannelEvent::Archived, "The channel is archived."),
            Some("channel_not_found" | "is_inactive") => {
                (ChannelEvent::Deleted, "The channel does not exist any more.")
            }
            _ => return self.failed(error),
        };
        match incidents::channel_event(self.ctx, &Told::seen(channel), event).await {
            Ok(()) => JobError::Drop { why: why.into() },
            Err(broken) => broken.into(),
        }
    }
}

fn refused(code: &str, needed: Option<&str>, error: &SlackError) -> JobError {
    let person = match code {
        "missing_scope" | "not_allowed_token_type" => {
            let scope = needed.unwrap_or("a scope");
            Some(format!("Slack wants the scope {scope}. Add it to the app, install it again, then retry."))
        }
        "restricted_action" | "no_permission" | "not_authorized" | "access_denied" | "permission_denied" => {
            Some(format!("The workspace does not allow this ({code}). Ask its administrator, then retry."))
        }
        "not_in_channel" => Some("FireFighter is not in the channel. Invite it there, then retry.".into()),
        "invalid_blocks"
        | "invalid_blocks_format"
        | "msg_too_long"
        | "msg_blocks_too_long"
        | "invalid_arguments" => {
            Some(format!("Slack does not take the message ({code}). This is a fault of FireFighter."))
        }
        _ => None,
    };
    let nobody = match code {
        "is_archived" => Some("The channel is archived."),
        "channel_not_found" => Some("The channel does not exist any more."),
        "messages_tab_disabled" => Some("Messages to the app are switched off in Slack."),
        "cannot_dm_bot"
        | "user_disabled"
        | "user_not_found"
        | "user_not_visible"
        | "invalid_user_combination" => Some("Slack does not let FireFighter write to this person."),
        _ => None,
    };
    match (person, nobody) {
        (Some(why), _) => JobError::Park { why },
        (None, Some(why)) => JobError::Drop { why: why.into() },
        (None, None) => JobError::Retry { why: error.to_string() },
    }
}

/// Address of an incident's page.
pub(super) fn page(ctx: &Context, id: IncidentId) -> String {
    ctx.settings.site.link(&format!("/incident/{id}/"))
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}

/// The channel to speak in; without one there is nothing to say and never will be.
pub(super) fn open_channel(incident: &Incident) -> Result<&str, JobError> {
    match &incident.channel {
        None => Err(JobError::Drop { why: "The incident has no channel.".into() }),
        Some(channel) if channel.archived => Err(JobError::Drop { why: "The channel is archived.".into() }),
        Some(channel) => Ok(&channel.id),
    }
}

/// Posts the card once, pins it, and from then on edits it to what the incident is.
async fn declared_card(desk: &Desk<'_>, id: IncidentId) -> Result<Done, JobError> {
    let scene = desk.scene(id).await?;
    let channel = open_channel(&scene.incident)?;
    let impacts = query::impacts(&desk.ctx.db, id).await?;
    let mut say = said::take(desk, id, "channel", "card").await?;
    let card = messages::card(&scene.subject(&say, desk.run), &impacts);
    let digest = said::digest(&card);
    if say.posted.is_some() && say.shown.as_deref() == Some(digest.as_str()) {
        return Ok(Done::Nothing);
    }
    if let Some(posted) = &say.posted {
        match desk.call(Method::UpdateMessage, desk.slack.update_message(posted, &card)).await? {
            Ok(()) => {
                pin(desk, posted).await?;
                said::showing(desk, &say, &digest).await?;
                return Ok(Done::Done);
            }
            // Somebody deleted it: the next lines post it anew.
            Err(error) if error.is("message_not_found") => say = said::gone(desk, &say).await?,
            Err(error) => return Err(desk.channel_failed(channel, error).await),
        }
    }
    let (posted, fresh) = said::once(desk, &say, channel, false, &card).await?;
    if !fresh {
        // Found again after a lost answer: it may show an older state.
        desk.must(Method::UpdateMessage, desk.slack.update_message(&posted, &card)).await?;
    }
    pin(desk, &posted).await?;
    said::showing(desk, &say, &digest).await?;
    Ok(Done::Done)
}

async fn pin(desk: &Desk<'_>, at: &Posted) -> Result<(), JobError> {
    let pinned = desk.call(Method::PinsAdd, desk.slack.pin(at)).await?;
    done_if(pinned, &["already_pinned", "too_many_pins"]).map_err(|e| desk.failed(e))
}

async fn roles_message(desk: &Desk<'_>, id: IncidentId) -> Result<Done, JobError> {
    let scene = desk.scene(id).await?;
    let channel = open_channel(&scene.incident)?;
    let holders = query::holders(&desk.ctx.db, id).await?;
    let say = said::take(desk, id, "channel", "roles").await?;
    let message = messages::roles(&scene.subject(&say, desk.run), &holders);
    said(said::once(desk, &say, channel, false, &message).await?)
}

async fn roles_changed(desk: &Desk<'_>, id: IncidentId, update: UpdateId) -> Result<Done, JobError> {
    let scene = desk.scene(id).await?;
    let channel = open_channel(&scene.incident)?;
    let entry = entry(desk, update).await?;
    let changed = query::role_changes(&desk.ctx.db, update).await?;
    let say = said::take(desk, id, "channel", &format!("roles {update}")).await?;
    let message = messages::roles_changed(&scene.subject(&say, desk.run), &entry, &changed);
    said(said::once(desk, &say, channel, false, &message).await?)
}

async fn post_update(desk: &Desk<'_>, id: IncidentId, update: UpdateId) -> Result<Done, JobError> {
    let scene = desk.scene(id).await?;
    let channel = open_channel(&scene.incident)?;
    let entry = entry(desk, update).await?;
    let say = said::take(desk, id, "channel", &format!("update {update}")).await?;
    let message = messages::update(&scene.subject(&say, desk.run), &entry);
    said(said::once(desk, &say, channel, false, &message).await?)
}

/// Edits an update that was told to the words it has now. One that is yet to be told will say them by itself.
async fn correct_update(desk: &Desk<'_>, id: IncidentId, update: UpdateId) -> Result<Done, JobError> {
    let scene = desk.scene(id).await?;
    let channel = open_channel(&scene.incident)?;
    let entry = entry(desk, update).await?;
    let handover = entry.event_type.as_deref() == Some(Marker::RoleHandover.as_str());
    let purpose = if handover { format!("roles {update}") } else { format!("update {update}") };
    let say = said::take(desk, id, "channel", &purpose).await?;
    let Some(posted) = &say.posted else { return Ok(Done::Nothing) };
    let subject = scene.subject(&say, desk.run);
    let message = if handover {
        messages::roles_changed(&subject, &entry, &query::role_changes(&desk.ctx.db, update).await?)
    } else {
        messages::update(&subject, &entry)
    };
    match desk.call(Method::UpdateMessage, desk.slack.update_message(posted, &message)).await? {
        Ok(()) => Ok(Done::Done),
        // Somebody deleted it there; the page keeps it.
        Err(error) if error.is("message_not_found") => Ok(Done::Nothing),
        Err(error) => Err(desk.channel_failed(channel, error).await),
    }
}

/// Tells the tagged channel. What became private meanwhile is not told.
async fn announce(desk: &Desk<'_>, id: IncidentId, update: Option<UpdateId>) -> Result<Done, JobError> {
    let scene = desk.scene(id).await?;
    if scene.incident.private {
        return Err(JobError::Drop { why: "A private incident is not announced.".into() });
    }
    if update.is_none() && !scene.incident.status.is_active() {
        return Err(JobError::Drop { why: "It was closed before it was announced.".into() });
    }
    let Some(channel) = conversations::tagged(&desk.ctx.db, rules::ANNOUNCEMENTS).await? else {
        let tag = rules::ANNOUNCEMENTS;
        tracing::warn!(slack.tag = tag, "No channel is tagged {tag}; incident {id} is not announced");
        return Err(JobError::Drop { why: format!("No channel is tagged {tag}.") });
    };
    let purpose = update.map_or_else(|| "declared".to_owned(), |update| format!("update {update}"));
    let say = said::take(desk, id, "announce", &purpose).await?;
    let subject = scene.subject(&say, desk.run);
    let message = match update {
        None => messages::announcement(&subject),
        Some(update) => {
            let entry = entry(desk, update).await?;
            let timeline = query::timeline(&desk.ctx.db, id, 1_000).await?;
            let heading = rules::heading(&entry, &timeline, &scene.catalog);
            messages::update_announcement(&subject, &entry, &heading)
        }
    };
    said(said::once(desk, &say, &channel, true, &message).await?)
}

async fn role_dm(
    desk: &Desk<'_>,
    id: IncidentId,
    user: UserId,
    role: RoleTypeId,
    update: Option<UpdateId>,
) -> Result<Done, JobError> {
    let dropped = |why: &str| Err(JobError::Drop { why: why.into() });
    let scene = desk.scene(id).await?;
    let Some(kind) = scene.catalog.role_type(role) else {
        return dropped("The role does not exist any more.");
    };
    let holders = query::holders(&desk.ctx.db, id).await?;
    let holds = holders.iter().find(|h| h.role == role && h.person.id == Some(user));
    let Some(holder) = holds else { return dropped("Somebody else holds the role by now.") };
    let Some(slack_id) = &holder.person.slack_id else { return dropped("The holder has no Slack account.") };
    if !conversations::role_is_news(desk.ctx, id, user, role).await? {
        return Ok(Done::Nothing);
    }
    let dm = match desk.call(Method::OpenDm, desk.slack.open_dm(slack_id)).await? {
        Ok(dm) => dm,
        Err(error) => return Err(desk.failed(error)),
    };
    let purpose = update.map_or_else(|| format!("role {role}"), |update| format!("role {role} {update}"));
    let say = said::take(desk, id, &format!("dm {slack_id}"), &purpose).await?;
    let declared_it = update.is_none() && scene.incident.created_by.id == Some(user);
    let message = messages::role_dm(&scene.subject(&say, desk.run), kind, declared_it);
    said(said::once(desk, &say, &dm, false, &message).await?)
}

/// The notice that our own topic change left; people's notices are never ours to delete.
async fn delete_notice(desk: &Desk<'_>, channel: &str, ts: &str) -> Result<Done, JobError> {
    let at = Posted { channel: channel.into(), ts: ts.into() };
    match desk.call(Method::DeleteMessage, desk.slack.delete_message(&at)).await? {
        Ok(()) => Ok(Done::Done),
        Err(e)
            if e.is_any(&[
                "message_not_found",
                "cant_delete_message",
                "channel_not_found",
                "is_archived",
            ]) =>
        {
            Ok(Done::Nothing)
        }
        Err(error) => Err(desk.failed(error)),
    }
}

async fn entry(desk: &Desk<'_>, update: UpdateId) -> Result<query::Update, JobError> {
    match query::update(&desk.ctx.db, update).await {
        Err(domain::Error::NotFound) => Err(JobError::Drop { why: "The update is gone.".into() }),
        read => Ok(read?),
    }
}

fn said((_, fresh): (Posted, bool)) -> Result<Done, JobError> {
    Ok(if fresh { Done::Done } else { Done::Nothing })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn refusal(code: &str, needed: Option<&str>) -> JobError {
        let error = SlackError::Refused {
            method: Method::PostMessage,
            code: code.into(),
            needed: needed.map(str::to_owned),
            answer: Box::new(Value::Null),
        };
        refused(code, needed, &error)
    }

    // SLK-270: what each refusal means for a job.
    #[test]
    fn refusals_end_jobs_by_what_can_be_done_about_them() {
        assert!(
            matches!(refusal("missing_scope", Some("pins:write")), JobError::Park { why } if why.contains("pins:write"))
        );
        assert!(matches!(refusal("restricted_action", None), JobError::Park { .. }));
        assert!(matches!(refusal("not_in_channel", None), JobError::Park { .. }));
        assert!(matches!(refusal("is_archived", None), JobError::Drop { .. }));
        assert!(matches!(refusal("messages_tab_disabled", None), JobError::Drop { .. }));
        assert!(matches!(refusal("channel_not_found", None), JobError::Drop { .. }));
        assert!(
            matches!(refusal("a_code_of_tomorrow", None), JobError::Retry { why } if why.contains("a_code_of_tomorrow"))
        );
    }
}
