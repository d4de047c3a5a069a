//! What a story came to: the product's database and the twins, without what may differ between two good runs (ids of
//! rows, exact times, how often something was tried).

use super::{App, slack::said};
use serde_json::{Value, json};
use sqlx::Row;

impl App {
    /// The end state of everything that people can see. Incidents are counted from 1 (`#N1`), because a declaration
    /// that was rolled back has burned its number.
    pub async fn end_state(&self) -> Value {
        let ids: Vec<i64> = sqlx::query_scalar("SELECT id FROM incidents ORDER BY id")
            .fetch_all(&self.db)
            .await
            .expect("incidents can be listed");
        let mut text = self.raw_end_state().await.to_string();
        for (n, id) in ids.iter().enumerate() {
            let n = n + 1;
            for (from, to) in [
                (format!("\"id\":{id}"), format!("\"id\":\"N{n}\"")),
                (format!("\"incident_id\":{id}"), format!("\"incident_id\":\"N{n}\"")),
                (format!("\"incident {id}\""), format!("\"incident N{n}\"")),
                (format!("/incident/{id}/"), format!("/incident/N{n}/")),
                (format!("#{id}:"), format!("#N{n}:")),
                (format!("#{id} "), format!("#N{n} ")),
                (format!("#{id}>"), format!("#N{n}>")),
                (format!("-{id}-"), format!("-N{n}-")),
            ] {
                text = text.replace(&from, &to);
            }
        }
        serde_json::from_str(&text).expect("still JSON")
    }

    async fn raw_end_state(&self) -> Value {
        json!({
            "incidents": self.rows(
                "SELECT id, title, description, status, private, ignore, closure_reason,
                        mitigated_at IS NOT NULL AS mitigated, closed_at IS NOT NULL AS closed, custom_fields
                 FROM incidents ORDER BY id").await,
            "updates": self.rows(
                "SELECT incident_id, message, status, title, event_type, is_milestone FROM incident_updates
                 ORDER BY incident_id, event_type NULLS FIRST, created_at, message").await,
            "members": self.rows("SELECT m.incident_id, u.username FROM incident_members m JOIN users u ON u.id = m.user_id ORDER BY 1, 2").await,
            "roles": self.rows("SELECT r.incident_id, r.role_type_id, u.username FROM incident_roles r JOIN users u ON u.id = r.user_id ORDER BY 1, 2").await,
            "history": self.rows(
                // Whether an hour passes in a run is chance.
                "SELECT stream, kind FROM history WHERE kind <> 'history_rooted' ORDER BY stream, kind, seq").await,
            "unfinished": self.rows("SELECT kind, state FROM jobs WHERE state NOT IN ('done', 'merged') AND vendor <> 'core' ORDER BY 1, 2").await,
            "channels": self.channels(),
        })
    }

    async fn rows(&self, sql: &'static str) -> Value {
        let wrapped = format!("SELECT to_jsonb(t) FROM ({sql}) AS t");
        let rows = sqlx::query(sqlx::AssertSqlSafe(wrapped))
            .fetch_all(&self.db)
            .await
            .expect("the end state can be read");
        rows.iter().map(|row| row.get::<Value, _>(0)).collect()
    }

    /// Every conversation: name, topic, people, pins, bookmarks, and what is said in it, in order.
    fn channels(&self) -> Value {
        self.sandbox.read(|state| {
            let name = |id: &str| state.slack.channel(id).map(|c| c.name.clone()).unwrap_or_default();
            let mut channels: Vec<Value> = state
                .slack
                .channels
                .iter()
                .map(|channel| {
                    let mut members = channel.members.clone();
                    members.sort();
                    let messages: Vec<String> = channel
                        .messages
                        .iter()
                        .map(|m| {
                            named(&timeless(&said(&json!({ "text": m.text, "blocks": m.blocks }))), &name)
                        })
                        .collect();
                    json!({
                        "name": if channel.is_direct() { members.join(" ") } else { channel.name.clone() },
                        "private": channel.is_private(),
                        "archived": channel.archived,
                        "topic": timeless(&channel.topic.value),
                        "members": members,
                        "messages": messages,
                        "pins": channel.pins.len(),
                        "bookmarks": channel.bookmarks.iter().map(|b| b.title.clone()).collect::<Vec<_>>(),
                    })
                })
                .collect();
            channels.sort_by_key(|c| c["name"].to_string());
            Value::Array(channels)
        })
    }
}

/// Dates of Slack (`<!date^…>`) and this run's address blanked: they differ between two good runs.
fn timeless(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("<!date^") {
        out.push_str(&rest[..at]);
        out.push_str("<time>");
        rest = rest[at..].find('>').map_or("", |end| &rest[at + end + 1..]);
    }
    out.push_str(rest);
    let mut words = Vec::new();
    for word in out.split(' ') {
        let mut word = word.to_owned();
        if let Some(start) = word.find("http://127.0.0.1:") {
            let from = start + "http://127.0.0.1:".len();
            let digits = word[from..].chars().take_while(char::is_ascii_digit).count();
            word.replace_range(start..from + digits, "<server>");
        }
        words.push(word);
    }
    words.join(" ")
}

/// Channel mentions by name instead of by id.
fn named(text: &str, name: &impl Fn(&str) -> String) -> String {
    let mut parts = text.split("<#");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (id, rest) = part.split_once('>').unwrap_or((part, ""));
        out.push('#');
        out.push_str(&name(id));
        out.push_str(rest);
    }
    out
}
