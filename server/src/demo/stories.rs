//! The stories as they are written in `stories.json`.

use chrono::NaiveTime;
use domain::Origin;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

const STORIES: &str = include_str!("stories.json");

/// One incident, from its declaration on. People are named by the local part of their address.
#[derive(Debug, Deserialize)]
pub struct Story {
    #[serde(flatten)]
    pub begins: Beginning,
    pub by: String,
    pub door: Origin,
    pub title: String,
    pub description: String,
    /// By name.
    pub category: String,
    /// By value: `PRD`.
    pub environments: Vec<String>,
    /// Type → two-letter code.
    pub impacts: BTreeMap<String, String>,
    #[serde(default)]
    pub dedup_key: Option<String>,
    /// Who else is on it from the beginning.
    #[serde(default)]
    pub invite: Vec<String>,
    /// Amount and details, counted at the end.
    #[serde(default)]
    pub costs: Vec<(String, String)>,
    pub steps: Vec<Step>,
}

/// On a day at an hour (UTC), or so long ago that it still goes on.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Beginning {
    MinutesAgo {
        minutes_ago: i64,
    },
    Day {
        days_ago: i64,
        #[serde(deserialize_with = "hour")]
        at: NaiveTime,
    },
}

/// One entry of the timeline.
#[derive(Debug, Deserialize)]
pub struct Step {
    /// Minutes since the declaration.
    pub after: i64,
    pub by: String,
    /// The new state, by its label.
    #[serde(default)]
    pub status: Option<String>,
    #[serde(default)]
    pub say: Option<String>,
    /// Closed early: why, and where to read on.
    #[serde(default)]
    pub reason: Option<String>,
    #[serde(default)]
    pub reference: Option<String>,
    /// Entered just before: key event → minutes before the declaration.
    #[serde(default)]
    pub key_events: BTreeMap<String, i64>,
}

/// All stories, in the order in which they were declared.
///
/// # Panics
/// When `stories.json` is not what this module reads; a test reads it.
pub fn all() -> Vec<Story> {
    serde_json::from_str(STORIES).expect("stories.json is part of the program and read by a test")
}

fn hour<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    NaiveTime::parse_from_str(&text, "%H:%M").map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forty_are_told_of_every_kind_and_one_burns() {
        let stories = all();
        assert_eq!(stories.len(), 40);
        let burning = |story: &&Story| matches!(story.begins, Beginning::MinutesAgo { .. });
        assert_eq!(stories.iter().filter(burning).count(), 1);
        for door in [Origin::Web, Origin::Slack, Origin::Api] {
            assert!(stories.iter().any(|story| story.door == door), "none through {door:?}");
        }
    }
}
