//! The only way to change a product table: a transaction that can only be finished by saying what changed.
//!
//! `Write::commit(Change)` records the change in the history of its stream, inserts what must follow as jobs, stores
//! the answer of the form that was sent, and commits: all of it, or nothing. Dropping a `Write` rolls back.

use crate::{
    change::Change,
    consequences::consequences,
    context::Context,
    db,
    failure::{self, OrInternal},
    fault, history,
    jobs::{Run, queue},
    live, told,
};
use domain::{Actor, Caller, Error, IncidentId, Origin, Result, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, Postgres, Transaction};

/// One sending of one form, so that the same form sent twice is done once.
///
/// The key is made by the server and travels with the form: a hidden field on the web, the view's id in Slack, the
/// `Idempotency-Key` of an API call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub door: Origin,
    pub key: String,
    /// Of all that was asked: the same key with other words is not the same form.
    pub digest: String,
}

impl Sent {
    pub fn new(door: Origin, key: impl Into<String>, asked: &impl Serialize) -> Self {
        let asked = serde_json::to_value(asked).map(|v| history::canonical(&v)).unwrap_or_default();
        Sent { door, key: key.into(), digest: hex::encode(Sha256::digest(asked)) }
    }
}

pub struct Write {
    tx: Transaction<'static, Postgres>,
    ctx: Context,
    caller: Caller,
    now: Timestamp,
    parent: Option<Run>,
    sent: Option<(Sent, String)>,
}

impl Context {
    /// Begins a transaction for this caller.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn write(&self, caller: &Caller) -> Result<Write> {
        let tx = db::begin(&self.db).await.or_internal("beginning a transaction")?;
        Ok(Write { tx, ctx: self.clone(), caller: caller.clone(), now: self.now(), parent: None, sent: None })
    }
}

impl Write {
    /// What follows stands right behind this job in its lane.
    pub fn born_of(mut self, run: &Run) -> Self {
        self.parent = Some(run.clone());
        self
    }

    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// The product time of everything written here.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Takes the form's key. Another sending of the same form by the same person waits here until this one is
    /// committed, and then gets its answer.
    ///
    /// # Errors
    /// [`Error::SentAlready`] when the key was used with other words.
    pub async fn once<T: DeserializeOwned>(&mut self, sent: &Sent) -> Result<Option<T>> {
        let person = match &self.caller.actor {
            Actor::User(id) => id.to_string(),
            Actor::Service(name) => name.clone(),
        };
        let taken = sqlx::query!(
            "INSERT INTO submissions (door, key, person, digest, created_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING",
            sent.door.as_str(),
            sent.key,
            person,
            sent.digest,
            self.now,
        )
        .execute(&mut *self.tx)
        .await
        .or_internal("taking a form's key")?
        .rows_affected()
            == 1;
        if taken {
            self.sent = Some((sent.clone(), person));
            return Ok(None);
        }
        let first = sqlx::query!(
            "SELECT digest, incident_id, result FROM submissions WHERE door = $1 AND key = $2 AND person = $3",
            sent.door.as_str(),
            sent.key,
            person,
        )
        .fetch_one(&mut *self.tx)
        .await
        .or_internal("reading what was sent first")?;
        if first.digest != sent.digest {
            return Err(Error::SentAlready { incident: IncidentId(first.incident_id.unwrap_or_default()) });
        }
        let result = first.result.unwrap_or_default();
        serde_json::from_value(result).map(Some).or_internal("reading the first answer")
    }

    /// Records the change, inserts its consequences, stores the form's answer, and commits.
    ///
    /// # Errors
    /// When the database refuses; then nothing of it has happened.
    pub async fn commit<T: Serialize>(mut self, change: Change, answer: T) -> Result<T> {
        fault!("write.before_history");
        history::append(&mut self.tx, &change.record(), &self.caller, self.now).await?;
        let jobs = consequences(&change, self.caller.origin);
        let origin = queue::Origin {
            caller: &self.caller,
            parent: self.parent.as_ref(),
            trace: failure::reference(),
            now: self.now,
        };
        queue::insert(&mut self.tx, &jobs, &origin).await?;
        self.store_answer(change.incident(), &answer).await?;
        fault!("write.before_commit");
        // Also when the answer is lost: it may be committed.
        told::it_changed();
        self.tx.commit().await.or_internal("committing")?;
        fault!("write.after_commit");
        if !jobs.is_empty() {
            queue::announce(&self.ctx);
        }
        live::announce(&self.ctx, live::news_of(&change));
        Ok(answer)
    }

    /// Commits what is remembered of what was said before, and changes nothing that anybody sees.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn remember(self) -> Result<()> {
        self.tx.commit().await.or_internal("committing a memory")
    }

    async fn store_answer<T: Serialize>(&mut self, incident: Option<IncidentId>, answer: &T) -> Result<()> {
        let Some((sent, person)) = &self.sent else { return Ok(()) };
        let result = serde_json::to_value(answer).or_internal("writing a form's answer")?;
        sqlx::query!(
            "UPDATE submissions SET result = $4, incident_id = $5 WHERE door = $1 AND key = $2 AND person = $3",
            sent.door.as_str(),
            sent.key,
            person,
            result,
            incident.map(|i| i.0),
        )
        .execute(&mut *self.tx)
        .await
        .or_internal("storing a form's answer")?;
        Ok(())
    }
}
