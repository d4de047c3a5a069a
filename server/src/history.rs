//! The record of what happened: append-only, one hash chain per stream.
//!
//! A record's `body` is stored as the very text that was hashed: sorted keys, no floats, people as ids. Words that
//! people wrote stand apart in `history_text`, salted; the body holds only `SHA-256(salt ‖ text)`, so that erasing
//! words (salt and text set to NULL) leaves the chain valid. Records are never changed or migrated: `v` says how to
//! read one.
//!
//! A stream is written under the row lock its operation already holds, so incidents never wait for each other.

use crate::failure::OrInternal;
use domain::{Actor, Caller, Result, Timestamp};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgPool};

/// The version new records are written with.
const VERSION: i16 = 1;

/// What is to be recorded: facts, and words by field.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// `incident 123`, `catalog`, `access`.
    pub stream: String,
    pub kind: &'static str,
    pub facts: Value,
    pub words: Vec<(String, String)>,
}

/// Appends one record and moves the head of its stream.
///
/// # Errors
/// When the database refuses; the caller's transaction is then lost as a whole.
pub async fn append(conn: &mut PgConnection, record: &Record, caller: &Caller, at: Timestamp) -> Result<()> {
    let head =
        sqlx::query!("SELECT seq, hash FROM history_heads WHERE stream = $1 FOR UPDATE", record.stream)
            .fetch_optional(&mut *conn)
            .await
            .or_internal("reading the head of a history stream")?;
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
        "kind": record.kind,
        "actor": actor,
        "service": service,
        "origin": caller.origin.as_str(),
        "facts": record.facts,
        "words": words,
    }));
    let hash = link(&prev, &body);

    sqlx::query!(
        "WITH head AS (
             INSERT INTO history_heads (stream, seq, hash) VALUES ($1, $2, $7)
             ON CONFLICT (stream) DO UPDATE SET seq = excluded.seq, hash = excluded.hash
         )
         INSERT INTO history (stream, seq, at, v, kind, body, prev, hash) VALUES ($1, $2, $3, $4, $5, $6, $8, $7)",
        record.stream,
        seq,
        at,
        VERSION,
        record.kind,
        body,
        hash,
        prev,
    )
    .execute(&mut *conn)
    .await
    .or_internal("writing a history record")?;

    if !salted.is_empty() {
        let fields: Vec<String> = salted.iter().map(|(f, ..)| (*f).to_owned()).collect();
        let salts: Vec<Vec<u8>> = salted.iter().map(|(_, s, _)| s.to_vec()).collect();
        let texts: Vec<String> = salted.iter().map(|(.., t)| (*t).to_owned()).collect();
        sqlx::query!(
            "INSERT INTO history_text (stream, seq, field, salt, text)
             SELECT $1, $2, * FROM unnest($3::text[], $4::bytea[], $5::text[])",
            record.stream,
            seq,
            &fields,
            &salts,
            &texts,
        )
        .execute(conn)
        .await
        .or_internal("writing the words of a history record")?;
    }
    Ok(())
}

/// The first thing wrong with a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    pub stream: String,
    pub seq: i64,
    pub reason: &'static str,
}

/// What a walk over all streams found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    pub streams: u64,
    pub records: u64,
    pub broken: Vec<Broken>,
}

/// Walks every stream from its first record to its head and names the first bad record of each.
///
/// # Errors
/// When the database does not answer.
pub async fn verify(db: &PgPool) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let streams = sqlx::query_scalar!(
        r#"SELECT stream AS "stream!" FROM history_heads UNION SELECT DISTINCT stream FROM history ORDER BY 1"#
    )
    .fetch_all(db)
    .await
    .or_internal("listing the history streams")?;
    for stream in streams {
        verdict.streams += 1;
        let (records, broken) = verify_stream(db, &stream).await?;
        verdict.records += records;
        verdict.broken.extend(broken);
    }
    Ok(verdict)
}

/// One stream: how many records it has, and the first bad one.
///
/// # Errors
/// When the database does not answer.
pub async fn verify_stream(db: &PgPool, stream: &str) -> Result<(u64, Option<Broken>)> {
    let records =
        sqlx::query!("SELECT seq, body, prev, hash FROM history WHERE stream = $1 ORDER BY seq", stream)
            .fetch_all(db)
            .await
            .or_internal("reading a history stream")?;
    let words = sqlx::query!("SELECT seq, field, salt, text FROM history_text WHERE stream = $1", stream)
        .fetch_all(db)
        .await
        .or_internal("reading the words of a history stream")?;
    let head = sqlx::query!("SELECT seq, hash FROM history_heads WHERE stream = $1", stream)
        .fetch_optional(db)
        .await
        .or_internal("reading the head of a history stream")?;

    let bad = |seq, reason| Some(Broken { stream: stream.to_owned(), seq, reason });
    let mut expected = (1, vec![0; 32]);
    for record in &records {
        if record.seq != expected.0 {
            return Ok((records.len() as u64, bad(expected.0, "a record is missing")));
        }
        if record.prev != expected.1 {
            return Ok((records.len() as u64, bad(record.seq, "it does not follow the record before it")));
        }
        if link(&record.prev, &record.body) != record.hash {
            return Ok((records.len() as u64, bad(record.seq, "its body is not what was hashed")));
        }
        let body: Value = match serde_json::from_str(&record.body) {
            Ok(body) => body,
            Err(_) => return Ok((records.len() as u64, bad(record.seq, "its body cannot be read"))),
        };
        for said in words.iter().filter(|w| w.seq == record.seq) {
            // Erased words have neither salt nor text; what is there must be what was said.
            if let (Some(salt), Some(text)) = (&said.salt, &said.text)
                && body["words"][&said.field].as_str() != Some(&hex::encode(digest(salt, text)))
            {
                return Ok((records.len() as u64, bad(record.seq, "its words are not what was said")));
            }
        }
        expected = (record.seq + 1, record.hash.clone());
    }
    let broken = match head {
        None => bad(expected.0, "the stream has no head"),
        Some(head) if head.seq >= expected.0 => bad(expected.0, "the tail is cut off"),
        Some(head) if (head.seq, &head.hash) != (expected.0 - 1, &expected.1) => {
            bad(head.seq, "the head is not the last record")
        }
        Some(_) => None,
    };
    Ok((records.len() as u64, broken))
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
