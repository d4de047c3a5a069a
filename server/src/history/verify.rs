//! Walks the history and names the first bad record of each stream.
//!
//! Asked of every record: is it the next one, does it follow the one before, is its body what was hashed, do its
//! columns and words say the same. Asked of the stream: does it end where its head says, and was it where the roots of
//! `desk` have seen it. `desk` is walked first; its roots count as far as it is whole.

use super::{DESK, digest, link, roots::Head};
use crate::{db, failure::OrInternal};
use domain::{Result, Timestamp};
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use std::collections::{BTreeMap, BTreeSet};

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

struct Stored {
    seq: i64,
    at: Timestamp,
    v: i16,
    kind: String,
    body: String,
    prev: Vec<u8>,
    hash: Vec<u8>,
}

struct Word {
    seq: i64,
    field: String,
    salt: Option<Vec<u8>>,
    text: Option<String>,
}

struct StoredHead {
    seq: i64,
    hash: Vec<u8>,
    rooted: i64,
}

/// All of one stream.
struct Stream {
    name: String,
    records: Vec<Stored>,
    words: Vec<Word>,
    head: Option<StoredHead>,
}

/// Record number → hash, as roots have seen it.
type Seen = BTreeMap<i64, String>;
type Flaw = (i64, &'static str);

/// Walks every stream from its first record to its head and names the first bad record of each.
///
/// # Errors
/// When the database does not answer.
pub async fn verify(db: &PgPool) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    // One moment for all of it: what is written meanwhile is no flaw.
    let mut tx = db::begin_reading(db).await.or_internal("beginning to verify")?;
    let desk = Stream::read(&mut tx, DESK).await?;
    let (roots, flaw) = desk.walk(&Seen::new());
    verdict.add(&desk, flaw);

    let known = sqlx::query_scalar!(
        r#"SELECT stream AS "stream!" FROM history_heads
           UNION SELECT stream FROM history UNION SELECT stream FROM history_text"#
    )
    .fetch_all(&mut *tx)
    .await
    .or_internal("listing the history streams")?;
    let names: BTreeSet<String> =
        known.into_iter().chain(roots.keys().cloned()).filter(|name| name != DESK).collect();
    let never = Seen::new();
    for name in names {
        let stream = Stream::read(&mut tx, &name).await?;
        let (_, flaw) = stream.walk(roots.get(&name).unwrap_or(&never));
        verdict.add(&stream, flaw);
    }
    Ok(verdict)
}

impl Verdict {
    fn add(&mut self, stream: &Stream, flaw: Option<Flaw>) {
        if stream.records.is_empty() && flaw.is_none() {
            return;
        }
        self.streams += 1;
        self.records += stream.records.len() as u64;
        self.broken.extend(flaw.map(|(seq, reason)| Broken { stream: stream.name.clone(), seq, reason }));
    }
}

impl Stream {
    async fn read(conn: &mut PgConnection, name: &str) -> Result<Stream> {
        let records = sqlx::query_as!(
            Stored,
            "SELECT seq, at, v, kind, body, prev, hash FROM history WHERE stream = $1 ORDER BY seq",
            name
        )
        .fetch_all(&mut *conn)
        .await
        .or_internal("reading a history stream")?;
        let words = sqlx::query_as!(
            Word,
            "SELECT seq, field, salt, text FROM history_text WHERE stream = $1 ORDER BY seq",
            name
        )
        .fetch_all(&mut *conn)
        .await
        .or_internal("reading the words of a history stream")?;
        let head = sqlx::query_as!(
            StoredHead,
            "SELECT seq, hash, rooted FROM history_heads WHERE stream = $1",
            name
        )
        .fetch_optional(&mut *conn)
        .await
        .or_internal("reading the head of a history stream")?;
        Ok(Stream { name: name.to_owned(), records, words, head })
    }

    /// What the roots in its good part have seen of other streams, and the first thing wrong.
    fn walk(&self, seen: &Seen) -> (BTreeMap<String, Seen>, Option<Flaw>) {
        let mut roots = BTreeMap::<String, Seen>::new();
        let (mut next, mut prev) = (1, vec![0; 32]);
        for record in &self.records {
            let body = match self.judge(record, next, &prev) {
                Ok(body) => body,
                Err(flaw) => return (roots, Some(flaw)),
            };
            if seen.get(&record.seq).is_some_and(|hash| *hash != hex::encode(&record.hash)) {
                return (roots, Some((record.seq, "it is not the record that a root has seen")));
            }
            for head in rooted(record, &body) {
                roots.entry(head.stream).or_default().insert(head.seq, head.hash);
            }
            (next, prev) = (record.seq + 1, record.hash.clone());
        }
        (roots, self.judge_end(next, &prev, seen))
    }

    fn judge(&self, record: &Stored, next: i64, prev: &[u8]) -> std::result::Result<Value, Flaw> {
        if record.seq != next {
            return Err((next, "a record is missing"));
        }
        let bad = |reason| Err((record.seq, reason));
        if record.prev != prev {
            return bad("it does not follow the record before it");
        }
        if link(&record.prev, &record.body) != record.hash {
            return bad("its body is not what was hashed");
        }
        let Ok(body) = serde_json::from_str::<Value>(&record.body) else {
            return bad("its body cannot be read");
        };
        let columns = body["stream"] == self.name
            && body["seq"] == record.seq
            && body["at"] == record.at.timestamp_micros()
            && body["v"] == record.v
            && body["kind"] == record.kind;
        if !columns {
            return bad("its columns are not what its body says");
        }
        match self.judge_words(record.seq, &body["words"]) {
            Some(reason) => bad(reason),
            None => Ok(body),
        }
    }

    /// Erased words have neither salt nor text; what is there must be what was said.
    fn judge_words(&self, seq: i64, said: &Value) -> Option<&'static str> {
        // Sorted by number, so that a long stream is not searched from its start for each record.
        let from = self.words.partition_point(|word| word.seq < seq);
        let mut there = 0;
        for word in self.words[from..].iter().take_while(|word| word.seq == seq) {
            let Some(hash) = said[&word.field].as_str() else {
                return Some("it has words that were never said");
            };
            there += 1;
            match (&word.salt, &word.text) {
                (Some(salt), Some(text)) if hex::encode(digest(salt, text)) == hash => {}
                (None, None) => {}
                _ => return Some("its words are not what was said"),
            }
        }
        (said.as_object().map_or(0, serde_json::Map::len) != there).then_some("its words are missing")
    }

    fn judge_end(&self, next: i64, last: &[u8], seen: &Seen) -> Option<Flaw> {
        if self.words.last().is_some_and(|word| word.seq >= next)
            || seen.last_key_value().is_some_and(|(seq, _)| *seq >= next)
        {
            return Some((next, "the tail is cut off"));
        }
        match &self.head {
            // A desk that nothing was written to.
            None if self.records.is_empty() && seen.is_empty() => None,
            None => Some((next, "the stream has no head")),
            Some(head) if head.seq >= next => Some((next, "the tail is cut off")),
            Some(head) if head.seq != next - 1 || head.hash != last => {
                Some((head.seq, "the head is not the last record"))
            }
            Some(head) if head.rooted != seen.last_key_value().map_or(0, |(seq, _)| *seq) => {
                Some((head.rooted, "no root has seen what the head says"))
            }
            Some(_) => None,
        }
    }
}

fn rooted(record: &Stored, body: &Value) -> Vec<Head> {
    if record.kind != "history_rooted" {
        return Vec::new();
    }
    // What cannot be read here was not written by us; the hash says so in its own place.
    serde_json::from_value(body["facts"]["heads"].clone()).unwrap_or_default()
}
