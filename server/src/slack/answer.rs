//! What Slack's Web API answers: the parts we read. Missing parts have defaults, because the vendor adds and drops
//! fields without notice.

use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

/// Who we are in the workspace (`auth.test`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Identity {
    pub url: String,
    #[serde(default)]
    pub team: String,
    pub team_id: String,
    #[serde(default)]
    pub user: String,
    pub user_id: String,
    #[serde(default)]
    pub bot_id: Option<String>,
}

/// A message that stands in Slack. `ts` is its name, a string: as a number it would lose zeros (spec 10 §13.1).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Posted {
    pub channel: String,
    pub ts: String,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Conversation {
    pub id: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub creator: String,
    /// Unix seconds.
    #[serde(default)]
    pub created: i64,
    #[serde(default)]
    pub is_private: bool,
    #[serde(default)]
    pub is_archived: bool,
    #[serde(default)]
    pub is_member: bool,
    #[serde(default)]
    pub topic: Topic,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Topic {
    #[serde(default)]
    pub value: String,
}

/// A message read back, to look whether something was said.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Found {
    pub ts: String,
    #[serde(default)]
    pub metadata: Value,
    #[serde(default)]
    pub blocks: Value,
}

impl Found {
    /// Whether this is the message with that say id: by metadata, else by the id of its last block.
    pub fn says(&self, say: Uuid) -> bool {
        let say = say.to_string();
        self.metadata["event_payload"]["say"] == say.as_str()
            || self
                .blocks
                .as_array()
                .and_then(|b| b.last())
                .is_some_and(|last| last["block_id"] == say.as_str())
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Bookmark {
    pub id: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub link: Option<String>,
    /// Unix seconds.
    #[serde(default)]
    pub date_created: i64,
}

/// A person or bot of the directory.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Person {
    pub id: String,
    #[serde(default)]
    pub team_id: Option<String>,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub deleted: bool,
    #[serde(default)]
    pub is_bot: bool,
    #[serde(default)]
    pub is_restricted: bool,
    #[serde(default)]
    pub is_ultra_restricted: bool,
    #[serde(default)]
    pub is_stranger: bool,
    #[serde(default)]
    pub is_email_confirmed: Option<bool>,
    #[serde(default)]
    pub real_name: Option<String>,
    #[serde(default)]
    pub profile: Profile,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Profile {
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub real_name: Option<String>,
    #[serde(default)]
    pub display_name: Option<String>,
    #[serde(default)]
    pub first_name: Option<String>,
    #[serde(default)]
    pub last_name: Option<String>,
    #[serde(default)]
    pub image_512: Option<String>,
    #[serde(default)]
    pub image_192: Option<String>,
}

/// Somebody who could not be invited, and Slack's code for why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct NotInvited {
    #[serde(default)]
    pub user: String,
    #[serde(default)]
    pub error: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ShownView {
    pub id: String,
    #[serde(default)]
    pub hash: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_message_is_recognised_by_metadata_or_by_its_last_block() {
        let say = Uuid::from_u128(5);
        let found = |metadata: Value, blocks: Value| Found { ts: "1.000000".into(), metadata, blocks };
        assert!(found(json!({"event_payload": {"say": say}}), json!([])).says(say));
        assert!(found(Value::Null, json!([{"block_id": "x"}, {"block_id": say}])).says(say));
        assert!(!found(Value::Null, json!([{"block_id": say}, {"block_id": "x"}])).says(say));
    }
}
