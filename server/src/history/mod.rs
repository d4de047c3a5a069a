//! The record of what happened: append-only, one hash chain per stream.
//!
//! A record's `body` is stored as the very text that was hashed: sorted keys, no floats, people as ids. Words that
//! people wrote stand apart in `history_text`, salted; the body holds only `SHA-256(salt ‖ text)`, so that erasing
//! words (salt and text set to NULL) leaves the chain valid. Records are never changed or migrated: `v` says how to
//! read one.
//!
//! A stream is written under the row lock its operation already holds, so incidents never wait for each other. Every
//! hour the heads that moved go into stream `desk` and its head into the log ([`roots`]): who changes a stream together
//! with its head is found by them. [`verify`] walks it all.

mod erase;
mod roots;
mod verify;

pub use erase::{erase, incidents_with_words_of};
pub use roots::{Head, write_root};
pub use verify::{Broken, Verdict, verify};

use crate::failure::{self, OrInternal};
use domain::{
    Actor, Caller, Result, Timestamp,
    past::{self, Fact, Kind},
};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgExecutor};
use std::collections::BTreeMap;

/// The version new records are written with.
const VERSION: i16 = 1;
/// The stream of what belongs to no incident and no person: channels with a meaning, roots of the history.
pub const DESK: &str = "desk";
/// The stream of who may come in: keys, administrators.
pub const ACCESS: &str = "access";

/// What is to be recorded: facts, and words by field.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// `incident 123`, [`DESK`], [`ACCESS`].
    pub stream: String,
    /// The first of its stream, which cannot exist yet: nobody looks for a head.
    pub begins: bool,
    pub kind: Kind,
    pub facts: Value,
    pub words: Vec<(String, String)>,
}

/// Appends one record and moves the head of its stream.
///
/// # Errors
/// When the database refuses; the caller's transaction is then lost as a whole.
pub async fn append(conn: &mut PgConnection, record: &Record, caller: &Caller, at: Timestamp) -> Result<()> {
    let head = match record.begins {
        true => None,
        false => {
            sqlx::query!("SELECT seq, hash FROM history_heads WHERE stream = $1 FOR UPDATE", record.stream)
                .fetch_optional(&mut *conn)
                .await
                .or_internal("reading the head of a history stream")?
        }
    };
    let (seq, prev) = match head {
        Some(head) => (head.seq + 1, head.hash),
        None => (1, vec![0; 32]),
    };

    let salted: Vec<(&str, [u8; 16], &str)> =
        record.words.iter().map(|(field, text)| (field.as_str(), rand::random(), text.as_str())).collect();
    let words: Map<String, Value> = salted
        .iter()
        .map(|(field, salt, text)| ((*field).to_owned(), Value::String(hex::encode(digest(salt, text)))))
        .collect();
    let (actor, service) = match &caller.actor {
        Actor::User(id) => (Some(id.to_string()), None),
        Actor::Service(name) => (None, Some(name.clone())),
    };
    let body = canonical(&json!({
        "v": VERSION,
        "stream": record.stream,
        "seq": seq,
        "at": at.timestamp_micros(),
        "kind": record.kind.as_str(),
        "actor": actor,
        "service": service,
        "origin": caller.origin.as_str(),
        "facts": record.facts,
        "words": words,
    }));
    let hash = link(&prev, &body);

    let fields: Vec<String> = salted.iter().map(|(f, ..)| (*f).to_owned()).collect();
    let salts: Vec<Vec<u8>> = salted.iter().map(|(_, s, _)| s.to_vec()).collect();
    let texts: Vec<String> = salted.iter().map(|(.., t)| (*t).to_owned()).collect();
    sqlx::query!(
        "WITH head AS (
             INSERT INTO history_heads (stream, seq, hash) VALUES ($1, $2, $7)
             ON CONFLICT (stream) DO UPDATE SET seq = excluded.seq, hash = excluded.hash
         ), record AS (
             INSERT INTO history (stream, seq, at, v, kind, body, prev, hash) VALUES ($1, $2, $3, $4, $5, $6, $8, $7)
         )
         INSERT INTO history_text (stream, seq, field, salt, text)
         SELECT $1, $2, * FROM unnest($9::text[], $10::bytea[], $11::text[])",
        record.stream,
        seq,
        at,
        VERSION,
        record.kind.as_str(),
        body,
        hash,
        prev,
        &fields,
        &salts,
        &texts,
    )
    .execute(conn)
    .await
    .or_internal("writing a history record")?;
    Ok(())
}

#[derive(Debug, thiserror::Error)]
#[error("a record of kind {0:?} is of a younger version")]
struct Unknown(String);

/// A record as it is stored, with its words.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    pub seq: i64,
    pub at: Timestamp,
    pub kind: String,
    pub body: Value,
    /// Field → what was written there; none when it was erased.
    pub words: BTreeMap<String, Option<String>>,
}

impl Stored {
    /// As the fold reads it.
    ///
    /// # Errors
    /// When a younger version wrote it: what it says cannot be known here.
    pub fn record(&self) -> Result<past::Record> {
        let kind = Kind::from_name(&self.kind);
        let kind =
            kind.ok_or_else(|| failure::broken("reading a history record", &Unknown(self.kind.clone())))?;
        let actor = serde_json::from_value(self.body["actor"].clone());
        let actor = actor.or_internal("reading who wrote a history record")?;
        let fact = Fact::read(kind, self.body["facts"].clone())
            .or_internal("reading the facts of a history record")?;
        Ok(past::Record { seq: self.seq, at: self.at, actor, fact, words: self.words.clone() })
    }
}

/// The records of a stream behind number `after`, in order; until a moment: those before the first one of later.
///
/// # Errors
/// When the database does not answer, or a body is no JSON.
pub async fn read(
    db: impl PgExecutor<'_>,
    stream: &str,
    after: i64,
    until: Option<Timestamp>,
) -> Result<Vec<Stored>> {
    let rows = sqlx::query!(
        r#"SELECT h.seq, h.at, h.kind, h.body,
                  (SELECT jsonb_object_agg(t.field, t.text) FROM history_text t
                   WHERE t.stream = h.stream AND t.seq = h.seq) AS words
           FROM history h
           WHERE h.stream = $1 AND h.seq > $2 AND ($3::timestamptz IS NULL OR h.seq < coalesce(
               (SELECT min(l.seq) FROM history l WHERE l.stream = $1 AND l.at > $3), h.seq + 1))
           ORDER BY h.seq"#,
        stream,
        after,
        until,
    )
    .fetch_all(db)
    .await
    .or_internal("reading a history stream")?;
    rows.into_iter()
        .map(|r| {
            let body = serde_json::from_str(&r.body).or_internal("reading a history record")?;
            let words = r.words.map(serde_json::from_value).transpose();
            let words = words.or_internal("reading the words of a history record")?.unwrap_or_default();
            Ok(Stored { seq: r.seq, at: r.at, kind: r.kind, body, words })
        })
        .collect()
}

fn digest(salt: &[u8], text: &str) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(text.as_bytes()).finalize().into()
}

fn link(prev: &[u8], body: &str) -> Vec<u8> {
    Sha256::new().chain_update(prev).chain_update(body.as_bytes()).finalize().to_vec()
}

/// JSON text with sorted keys, whatever order the map in memory has.
pub fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            let members: Vec<String> = keys
                .into_iter()
                .map(|k| format!("{}:{}", Value::String(k.clone()), canonical(&map[k])))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        scalar => {
            debug_assert!(!scalar.is_f64(), "no floats in history: their text is not one");
            scalar.to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hashed_text_does_not_depend_on_the_order_of_keys() {
        let a = json!({"b": 1, "a": {"d": [1, "x"], "c": null}});
        let b = json!({"a": {"c": null, "d": [1, "x"]}, "b": 1});
        assert_eq!(canonical(&a), r#"{"a":{"c":null,"d":[1,"x"]},"b":1}"#);
        assert_eq!(canonical(&a), canonical(&b));
    }

    #[test]
    fn each_link_depends_on_the_one_before() {
        assert_ne!(link(&[0; 32], "x"), link(&[1; 32], "x"));
        assert_ne!(link(&[0; 32], "x"), link(&[0; 32], "y"));
    }
}
