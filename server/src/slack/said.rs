//! Was it said? (spec 10 §23a)
//!
//! Whoever says something in Slack first takes its row, notes in it that the attempt is made, and only then calls. An
//! answer that got lost leaves the note behind; the next run then looks in the channel before it speaks again. A look
//! that fails is no "absent": the run ends without an answer and looks again. What was found twice is said once: the
//! younger is deleted.

use super::{
    answer::{Found, Posted},
    blocks::Message,
    channel,
    client::{Error as SlackError, Method, done_if},
    jobs::{Desk, page},
};
use crate::{
    db, fault,
    jobs::{Done, Job, JobError, SlackJob, queue},
};
use chrono::TimeDelta;
use domain::{Caller, IncidentId, Origin, Timestamp};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

/// Clocks differ: a look begins this long before the first attempt.
const BEFORE: TimeDelta = TimeDelta::seconds(60);
/// A call of a server that died ends within this.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(60);

/// The row of one thing that is said on one surface of one incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Say {
    pub id: Uuid,
    pub incident: IncidentId,
    /// The first attempt whose end is not known.
    pub tried_at: Option<Timestamp>,
    /// Where it stands.
    pub posted: Option<Posted>,
    /// Digest of what is shown there now.
    pub shown: Option<String>,
}

impl Say {
    /// From when on to look.
    pub fn since(&self) -> Option<Timestamp> {
        self.tried_at.map(|at| at - BEFORE)
    }
}

/// Takes the row; the first caller makes it.
pub async fn take(
    desk: &Desk<'_>,
    incident: IncidentId,
    surface: &str,
    purpose: &str,
) -> Result<Say, JobError> {
    let row = sqlx::query!(
        r#"WITH made AS (
               INSERT INTO said (id, incident_id, surface, purpose) VALUES ($1, $2, $3, $4)
               ON CONFLICT (incident_id, surface, purpose) DO NOTHING
               RETURNING id, tried_at, place, vendor_id, shown, done_at
           )
           SELECT id AS "id!", tried_at, place, vendor_id, shown, done_at FROM made
           UNION ALL
           SELECT id, tried_at, place, vendor_id, shown, done_at FROM said
           WHERE incident_id = $2 AND surface = $3 AND purpose = $4
           LIMIT 1"#,
        desk.ctx.new_id(),
        incident.0,
        surface,
        purpose,
    )
    .fetch_one(&desk.ctx.db)
    .await?;
    let posted = match (row.done_at, row.place, row.vendor_id) {
        (Some(_), Some(channel), Some(ts)) => Some(Posted { channel, ts }),
        _ => None,
    };
    Ok(Say { id: row.id, incident, tried_at: row.tried_at, posted, shown: row.shown })
}

/// Whether this was said, without taking a row.
pub async fn was(
    desk: &Desk<'_>,
    incident: IncidentId,
    surface: &str,
    purpose: &str,
) -> Result<bool, JobError> {
    let done = sqlx::query_scalar!(
        r#"SELECT done_at IS NOT NULL AS "done!" FROM said WHERE incident_id = $1 AND surface = $2 AND purpose = $3"#,
        incident.0,
        surface,
        purpose,
    )
    .fetch_optional(&desk.ctx.db)
    .await?;
    Ok(done.unwrap_or(false))
}

/// Notes, committed, that the attempt is made now; not when it was said meanwhile, by another server while this run stood
/// still.
pub async fn trying(desk: &Desk<'_>, say: &Say) -> Result<(), JobError> {
    let noted = sqlx::query!(
        "UPDATE said SET tried_at = coalesce(tried_at, $2) WHERE id = $1 AND done_at IS NULL",
        say.id,
        desk.ctx.now()
    )
    .execute(&desk.ctx.db)
    .await?;
    if noted.rows_affected() == 1 { Ok(()) } else { Err(by_another()) }
}

fn by_another() -> JobError {
    JobError::Retry { why: "another server has said it".into() }
}

/// The answer was clear: nothing was said. An older doubt stays.
pub async fn not_said(desk: &Desk<'_>, say: &Say) -> Result<(), JobError> {
    sqlx::query!("UPDATE said SET tried_at = $2 WHERE id = $1 AND done_at IS NULL", say.id, say.tried_at)
        .execute(&desk.ctx.db)
        .await?;
    Ok(())
}

/// Notes where it stands. False when it stands elsewhere already: this run had stood still for longer than its lease,
/// and another one said it.
pub async fn done(desk: &Desk<'_>, say: &Say, at: &Posted) -> Result<bool, JobError> {
    let mut conn = desk.ctx.db.acquire().await?;
    let noted = note(&mut conn, desk, say, at).await?;
    fault!("slack.stored");
    Ok(noted)
}

/// Like [`done`], for what may stand there twice: what was tried before is looked for once more, because the request
/// of a server that died may still be on its way. Ordered with the note and not before, so that the look knows the place
/// however long the repetition took.
pub async fn landed(desk: &Desk<'_>, say: &Say, at: &Posted) -> Result<bool, JobError> {
    let mut tx = db::begin(&desk.ctx.db).await?;
    let noted = note(&mut tx, desk, say, at).await?;
    if noted && say.tried_at.is_some() {
        let now = desk.ctx.now();
        let look =
            Job::Slack(SlackJob::LookAgain { incident: say.incident, say: say.id, after: now + LOOK_AGAIN });
        let caller = Caller::system(Origin::Schedule);
        let origin =
            queue::Origin { caller: &caller, parent: Some(desk.run), trace: desk.run.trace.clone(), now };
        queue::insert(&mut tx, &[look], &origin).await?;
    }
    tx.commit().await?;
    fault!("slack.stored");
    Ok(noted)
}

async fn note(conn: &mut PgConnection, desk: &Desk<'_>, say: &Say, at: &Posted) -> Result<bool, JobError> {
    let noted = sqlx::query!(
        "UPDATE said SET place = $2, vendor_id = $3, done_at = $4
         WHERE id = $1 AND (done_at IS NULL OR place = $2 AND vendor_id = $3)",
        say.id,
        at.channel,
        at.ts,
        desk.ctx.now(),
    )
    .execute(conn)
    .await?;
    Ok(noted.rows_affected() == 1)
}

/// Notes that another one stays than was noted.
async fn stays(desk: &Desk<'_>, say: &Say, at: &Posted) -> Result<(), JobError> {
    // It may show an older state: the next edit is written whatever it was.
    sqlx::query!(
        "UPDATE said SET place = $2, vendor_id = $3, shown = '' WHERE id = $1",
        say.id,
        at.channel,
        at.ts
    )
    .execute(&desk.ctx.db)
    .await?;
    Ok(())
}

/// Notes what is shown there now.
pub async fn showing(desk: &Desk<'_>, say: &Say, digest: &str) -> Result<(), JobError> {
    sqlx::query!("UPDATE said SET shown = $2 WHERE id = $1", say.id, digest).execute(&desk.ctx.db).await?;
    Ok(())
}

/// It is gone at Slack: the row may be said anew, unless it stands elsewhere by now.
pub async fn gone(desk: &Desk<'_>, say: &Say) -> Result<Say, JobError> {
    let noted = sqlx::query!(
        "UPDATE said SET tried_at = NULL, done_at = NULL, place = NULL, vendor_id = NULL, shown = NULL
         WHERE id = $1 AND vendor_id IS NOT DISTINCT FROM $2",
        say.id,
        say.posted.as_ref().map(|at| at.ts.as_str()),
    )
    .execute(&desk.ctx.db)
    .await?;
    if noted.rows_affected() == 0 {
        return Err(by_another());
    }
    Ok(Say { id: say.id, incident: say.incident, tried_at: None, posted: None, shown: None })
}

/// Says it once, and answers where it stands. `joins`: a public channel that we may not be in; it is entered first,
/// because only who is in a channel can look what was said there.
pub async fn once(
    desk: &Desk<'_>,
    say: &Say,
    channel: &str,
    joins: bool,
    message: &Message,
) -> Result<(Posted, bool), JobError> {
    if let Some(posted) = &say.posted {
        return Ok((posted.clone(), false));
    }
    if joins {
        let joined = desk.call(Method::Join, desk.slack.join(channel)).await?;
        // A private channel cannot be joined; there we were invited, or the post says so.
        done_if(joined, &["method_not_supported_for_channel_type"]).map_err(|e| desk.failed(e))?;
    }
    if let Some(since) = say.since()
        && let Some(posted) = look(desk, say, channel, since).await?
    {
        landed(desk, say, &posted).await?;
        return Ok((posted, false));
    }
    desk.pace_channel(channel).await?;
    trying(desk, say).await?;
    match desk.call(Method::PostMessage, desk.slack.post_message(channel, message)).await {
        Ok(Ok(posted)) => {
            if !landed(desk, say, &posted).await? {
                desk.take_back(desk.slack.delete_message(&posted), &["message_not_found"]).await;
                return Err(by_another());
            }
            Ok((posted, true))
        }
        Ok(Err(error @ SlackError::Unclear { .. })) => Err(desk.failed(error)),
        Ok(Err(error)) => {
            not_said(desk, say).await?;
            Err(desk.channel_failed(channel, error).await)
        }
        Err(not_called) => {
            not_said(desk, say).await?;
            Err(not_called)
        }
    }
}

/// What [`Say`] calls the bookmark of a channel.
pub const BOOKMARK: &str = "bookmark";

/// The look after a repetition: of what stands there twice, the younger goes.
pub async fn look_again(desk: &Desk<'_>, id: Uuid, after: Timestamp) -> Result<Done, JobError> {
    if let Ok(rest) = (after - desk.ctx.now()).to_std()
        && !rest.is_zero()
    {
        return Err(JobError::Paced { after: rest });
    }
    let row =
        sqlx::query!("SELECT incident_id, purpose, tried_at, place, vendor_id FROM said WHERE id = $1", id)
            .fetch_optional(&desk.ctx.db)
            .await?;
    let Some(row) = row else { return Ok(Done::Nothing) };
    let (Some(channel), Some(ts), Some(tried_at)) = (row.place, row.vendor_id, row.tried_at) else {
        return Ok(Done::Nothing);
    };
    let incident = IncidentId(row.incident_id);
    let at = |ts| Posted { channel: channel.clone(), ts };
    let say = Say { id, incident, tried_at: Some(tried_at), posted: Some(at(ts)), shown: None };
    let found = if row.purpose == BOOKMARK {
        let (oldest, _) = channel::one_bookmark(desk, &channel, &page(desk.ctx, incident)).await?;
        oldest.map(|bookmark| at(bookmark.id))
    } else {
        look(desk, &say, &channel, tried_at - BEFORE).await?
    };
    match found {
        Some(found) if Some(&found) != say.posted.as_ref() => {
            stays(desk, &say, &found).await?;
            Ok(Done::Done)
        }
        _ => Ok(Done::Nothing),
    }
}

/// Looks in the channel for this say; of several the oldest stays and the others are deleted.
pub async fn look(
    desk: &Desk<'_>,
    say: &Say,
    channel: &str,
    since: Timestamp,
) -> Result<Option<Posted>, JobError> {
    let found = match desk.call(Method::History, desk.slack.history(channel, since)).await? {
        Ok(found) => found,
        Err(error) => return Err(desk.channel_failed(channel, error).await),
    };
    let mut ours: Vec<Found> = found.into_iter().filter(|message| message.says(say.id)).collect();
    // Fixed width: the order of text is the order of time.
    ours.sort_by(|a, b| a.ts.cmp(&b.ts));
    let mut places = ours.into_iter().map(|m| Posted { channel: channel.to_owned(), ts: m.ts });
    let Some(first) = places.next() else { return Ok(None) };
    for younger in places {
        tracing::warn!(
            slack.channel = channel,
            slack.ts = younger.ts,
            "Said twice; the younger one is deleted"
        );
        let deleted = desk.call(Method::DeleteMessage, desk.slack.delete_message(&younger)).await?;
        done_if(deleted, &["message_not_found"]).map_err(|e| desk.failed(e))?;
    }
    Ok(Some(first))
}

/// What a message shows, in short: an edit is written only when this differs.
pub fn digest(message: &Message) -> String {
    let text = serde_json::to_string(message).expect("a message is plain data");
    hex::encode(Sha256::digest(text))
}
