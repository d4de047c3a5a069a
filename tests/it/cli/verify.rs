//! `firefighter verify`: somebody with the password of the database changes the record, and is found.

use serde_json::json;
use sqlx::AssertSqlSafe;
use tests::app::{App, Setup, doors::P3};

/// Three incidents' worth of history, the last of them with updates: streams `incident N`, `access`.
async fn desk() -> (App, String) {
    let t = App::with(Setup { no_announcements: true, no_worker: true, ..Setup::default() }).await;
    let api = t.api_as("yusuf.demir@example.com").await;
    api.declares(json!({})).await;
    let number = api.declares(json!({"title": "Search answers slowly", "priority_id": P3})).await;
    let web = t.web_as("yusuf.demir").await;
    for message in ["The index is rebuilt", "It answers again", "It stays quick"] {
        let page = web.get(&format!("/incident/{number}/")).await;
        let sent = web.submit(&page, "/fn/incident/update", &[("asked[message]", message)]).await;
        assert!(sent.text().contains(message), "{}", sent.text());
    }
    (t, format!("incident {number}"))
}

impl Tampered<'_> {
    async fn run(&self, sql: &str) {
        let sql = sql.replace("STREAM", &format!("'{}'", self.stream));
        for statement in sql.split(';').filter(|part| !part.trim().is_empty()) {
            sqlx::query(AssertSqlSafe(statement.to_owned()))
                .execute(&self.app.db)
                .await
                .unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
    }

    /// Exit code 1, and this line.
    async fn is_found(&self, seq: i64, reason: &str) {
        let (fine, said) = self.app.server.try_cli(&["verify"]).await;
        let line = format!("BROKEN {} at {seq}: {reason}", self.stream);
        assert!(said.contains(&line), "expected {line:?}, said: {said}");
        assert_eq!(said.matches("BROKEN").count(), 1, "one stream is broken: {said}");
        assert!(!fine, "the exit code says so: {said}");
    }

    async fn is_whole(&self) {
        let said = self.app.server.cli(&["verify"]).await;
        assert!(said.contains("The history is whole."), "{said}");
    }

    async fn save(&self) {
        self.run(
            "CREATE TABLE kept AS SELECT * FROM history; CREATE TABLE kept_text AS SELECT * FROM history_text;
             CREATE TABLE kept_heads AS SELECT * FROM history_heads",
        )
        .await;
    }

    async fn restore(&self) {
        self.run(
            "DELETE FROM history_text; DELETE FROM history; DELETE FROM history_heads;
             INSERT INTO history SELECT * FROM kept; INSERT INTO history_text SELECT * FROM kept_text;
             INSERT INTO history_heads SELECT * FROM kept_heads",
        )
        .await;
    }
}

struct Tampered<'a> {
    app: &'a App,
    stream: &'a str,
}

const CUT: &str = "DELETE FROM history_text WHERE stream = STREAM AND seq > 2;
     DELETE FROM history WHERE stream = STREAM AND seq > 2";
const HEAD_BACK: &str = "UPDATE history_heads SET seq = 2, rooted = least(rooted, 2),
     hash = (SELECT hash FROM history WHERE stream = STREAM AND seq = 2) WHERE stream = STREAM";

#[tokio::test]
async fn who_changes_the_record_is_found_with_stream_number_and_reason() {
    let (t, stream) = desk().await;
    let db = Tampered { app: &t, stream: &stream };
    db.is_whole().await;
    db.save().await;
    let changed: [(&str, i64, &str); 13] = [
        // A flip: in the body, in what was hashed of it, in a column beside it.
        (
            "UPDATE history SET body = replace(body, '\"origin\":\"web\"', '\"origin\":\"api\"') WHERE stream = STREAM AND seq = 3",
            3,
            "its body is not what was hashed",
        ),
        (
            "UPDATE history SET body = replace(body, '\"origin\":\"web\"', '\"origin\":\"api\"') WHERE stream = STREAM AND seq = 3;
             UPDATE history SET hash = sha256(prev || convert_to(body, 'UTF8')) WHERE stream = STREAM AND seq = 3",
            4,
            "it does not follow the record before it",
        ),
        (
            "UPDATE history SET kind = 'member_left' WHERE stream = STREAM AND seq = 2",
            2,
            "its columns are not what its body says",
        ),
        (
            "UPDATE history SET at = at - interval '1 hour' WHERE stream = STREAM AND seq = 2",
            2,
            "its columns are not what its body says",
        ),
        // Words: other ones, none, more than were said.
        (
            "UPDATE history_text SET text = 'All is well' WHERE stream = STREAM AND seq = 3",
            3,
            "its words are not what was said",
        ),
        ("DELETE FROM history_text WHERE stream = STREAM AND seq = 3", 3, "its words are missing"),
        (
            "INSERT INTO history_text (stream, seq, field, salt, text) VALUES (STREAM, 3, 'title', '', 'x')",
            3,
            "it has words that were never said",
        ),
        // A delete, in the middle and of everything.
        (
            "DELETE FROM history_text WHERE stream = STREAM AND seq = 2; DELETE FROM history WHERE stream = STREAM AND seq = 2",
            2,
            "a record is missing",
        ),
        (
            "DELETE FROM history_text WHERE stream = STREAM; DELETE FROM history WHERE stream = STREAM",
            1,
            "the tail is cut off",
        ),
        // A reorder.
        (
            "ALTER TABLE history_text DROP CONSTRAINT history_text_stream_seq_fkey;
             UPDATE history SET seq = -2 WHERE stream = STREAM AND seq = 2;
             UPDATE history SET seq = 2 WHERE stream = STREAM AND seq = 3;
             UPDATE history SET seq = 3 WHERE stream = STREAM AND seq = -2",
            2,
            "it does not follow the record before it",
        ),
        // The tail and the head.
        (CUT, 3, "the tail is cut off"),
        (
            "UPDATE history_heads SET hash = sha256('x') WHERE stream = STREAM",
            4,
            "the head is not the last record",
        ),
        ("DELETE FROM history_heads WHERE stream = STREAM", 5, "the stream has no head"),
    ];
    for (sql, seq, reason) in changed {
        db.run(sql).await;
        db.is_found(seq, reason).await;
        db.restore().await;
    }
    db.is_whole().await;
}

#[tokio::test]
async fn a_tail_cut_off_together_with_its_head_is_found_by_the_roots() {
    let (t, stream) = desk().await;
    let db = Tampered { app: &t, stream: &stream };
    let said = t.server.cli(&["task", "root_history"]).await;
    assert!(said.contains("root_history: done."), "{said}");
    let root = said.lines().find(|line| line.contains("History root: desk ")).expect("the root is logged");
    let hash: String =
        sqlx::query_scalar("SELECT encode(hash, 'hex') FROM history_heads WHERE stream = 'desk'")
            .fetch_one(&t.db)
            .await
            .expect("the desk has a head");
    assert!(root.contains(&hash), "the log has the hash {hash}: {root}");
    db.is_whole().await;
    let again = t.server.cli(&["task", "root_history"]).await;
    assert!(again.contains("nothing to do"), "nothing has moved: {again}");
    db.save().await;

    let rechained = "UPDATE history SET body = replace(body, '\"origin\":\"web\"', '\"origin\":\"api\"') WHERE stream = STREAM AND seq = 4;
         UPDATE history SET hash = sha256(prev || convert_to(body, 'UTF8')) WHERE stream = STREAM AND seq = 4;
         UPDATE history_heads SET hash = (SELECT hash FROM history WHERE stream = STREAM AND seq = 4) WHERE stream = STREAM";
    let gone = "DELETE FROM history_text WHERE stream = STREAM; DELETE FROM history WHERE stream = STREAM;
         DELETE FROM history_heads WHERE stream = STREAM";
    for (sql, seq, reason) in [
        (format!("{CUT}; {HEAD_BACK}"), 3, "the tail is cut off"),
        (rechained.to_owned(), 4, "it is not the record that a root has seen"),
        (gone.to_owned(), 1, "the tail is cut off"),
        (
            "UPDATE history_heads SET rooted = 3 WHERE stream = STREAM".to_owned(),
            3,
            "no root has seen what the head says",
        ),
    ] {
        db.run(&sql).await;
        db.is_found(seq, reason).await;
        db.restore().await;
    }
    db.is_whole().await;
}

#[tokio::test]
async fn keys_and_administrators_are_recorded() {
    let t = App::with(Setup { no_announcements: true, no_worker: true, ..Setup::default() }).await;
    let made =
        t.server.cli(&["token", "create", "yusuf.demir@example.com", "--name", "nightly export"]).await;
    let id =
        made.split("Key ").nth(1).and_then(|rest| rest.split(' ').next()).expect("Key <id> of …").to_owned();
    t.server.cli(&["token", "revoke", &id]).await;
    let (fine, said) = t.server.try_cli(&["token", "revoke", &id]).await;
    assert!(!fine && said.contains("There is no key"), "{said}");
    let kinds: Vec<(String, String)> = sqlx::query_as(
        "SELECT kind, body::jsonb->'facts'->>'token' FROM history WHERE stream = 'access' ORDER BY seq",
    )
    .fetch_all(&t.db)
    .await
    .expect("the record can be read");
    assert_eq!(kinds, [("token_created".to_owned(), id.clone()), ("token_revoked".to_owned(), id)]);
    let words: String =
        sqlx::query_scalar("SELECT text FROM history_text WHERE stream = 'access' AND field = 'name'")
            .fetch_one(&t.db)
            .await
            .expect("its name is kept");
    assert_eq!(words, "nightly export");
    let verdict = t.server.cli(&["verify"]).await;
    assert!(verdict.contains("The history is whole."), "{verdict}");
}
