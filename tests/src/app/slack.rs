//! A person in Slack: types commands, fills modals, reads channels.

use crate::sandbox::{
    Sandbox,
    slack::{
        actors::Place,
        delivery::Answer,
        state::{Message, View},
    },
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// What a person declares.
#[derive(Debug, Clone)]
pub struct Declares {
    pub title: String,
    pub description: String,
    /// Group and name do not matter: the name is enough.
    pub category: String,
    /// Code of the customers' impact: `HI`, `LO`…
    pub customers: String,
}

impl Default for Declares {
    fn default() -> Self {
        Declares {
            title: "Card payments fail at checkout".into(),
            description: "Customers reach the last step and get an error.".into(),
            category: "Payment".into(),
            customers: "HI".into(),
        }
    }
}

#[derive(Clone)]
pub struct Person {
    pub id: String,
    sandbox: Sandbox,
}

impl Person {
    pub fn new(sandbox: &Sandbox, id: &str) -> Self {
        Person { id: id.into(), sandbox: sandbox.clone() }
    }

    /// `/incident <text>` in a channel, waiting for what shows up.
    pub async fn types(&self, channel: &str, text: &str) -> Answer {
        let answer = self.sandbox.command(&self.id, channel, "/incident", text).await;
        assert!(answer.is_acknowledged(), "/incident {text}: {answer:?}");
        answer
    }

    /// The view on top of the screen, once it is that of this callback.
    pub async fn sees(&self, callback: &str) -> View {
        self.until(&format!("a view {callback}"), || {
            self.sandbox.view(&self.id).filter(|view| view.callback_id() == callback)
        })
        .await
    }

    /// The view on top of the screen, once it says this.
    pub async fn reads(&self, words: &str) -> View {
        self.until(&format!("a view that says {words:?}"), || {
            self.sandbox.view(&self.id).filter(|view| said(&view.content).contains(words))
        })
        .await
    }

    /// What only this person sees in channels, once one says this.
    pub async fn is_told(&self, words: &str) -> String {
        self.until(&format!("an ephemeral that says {words:?}"), || {
            let all = self.sandbox.ephemerals(&self.id);
            all.iter()
                .map(|e| said(&json!({ "text": e.message.text, "blocks": e.message.blocks })))
                .find(|text| text.contains(words))
        })
        .await
    }

    async fn until<T>(&self, what: &str, look: impl Fn() -> Option<T>) -> T {
        let end = Instant::now() + Duration::from_secs(10);
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(
                Instant::now() < end,
                "{} does not see {what}; on screen: {:#?}; violations: {:#?}",
                self.id,
                self.sandbox.view(&self.id).map(|v| v.content),
                self.sandbox.violations(),
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Presses or chooses in the view on top.
    pub async fn uses(&self, view: &View, element: &str, given: Value) -> Answer {
        self.sandbox.act(&self.id, &Place::view(&view.id), element, &given).await
    }

    /// Presses a button of a message.
    pub async fn presses(&self, channel: &str, message: &Message, button: &str) -> Answer {
        self.sandbox.act(&self.id, &Place::message(channel, &message.ts), button, &Value::Null).await
    }

    /// Submits the view on top with these fields.
    pub async fn submits(&self, view: &View, fields: &[(&str, Value)]) -> Answer {
        let fields: BTreeMap<String, Value> =
            fields.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
        self.sandbox.submit(&self.id, &view.id, &fields).await
    }

    /// The whole way from `/incident open` to the review step, which is returned.
    pub async fn prepares(&self, declares: &Declares) -> View {
        self.types("general", "open").await;
        let root = self.sees("incident_open").await;
        self.uses(&root, "push_incident_select_impact", Value::Null).await;
        let impact = self.sees("incident_select_impact").await;
        let levels =
            [("set_impact_type_customers_impact", level(&impact, "customers_impact", &declares.customers))];
        let answer = self.submits(&impact, &levels).await;
        assert!(answer.is_fine(), "the impacts are saved: {answer:?}");
        self.reads("Set details").await;
        let root = self.sees("incident_open").await;
        self.uses(&root, "push_incident_unified", Value::Null).await;
        let details = self.sees("open_incident_unified").await;
        let answer = self
            .submits(
                &details,
                &[
                    ("incident_category", json!(option(&details, &declares.category))),
                    ("title", json!(declares.title)),
                    ("description", json!(declares.description)),
                ],
            )
            .await;
        assert!(answer.is_fine(), "the details are saved: {answer:?}");
        self.reads("Edit details").await
    }

    /// Declares by the modals; the number of the incident.
    pub async fn declares(&self, declares: &Declares) -> i64 {
        let review = self.prepares(declares).await;
        let answer = self.submits(&review, &[]).await;
        assert!(answer.is_fine(), "the incident is declared: {answer:?}");
        let result = self.sees("incident_result").await;
        number(&said(&result.content)).unwrap_or_else(|| panic!("a number in {:#?}", result.content))
    }
}

/// The value of the option whose label begins with or is this text, anywhere in a view.
pub fn option(view: &View, label: &str) -> String {
    let mut found = Vec::new();
    walk(&json!(view.content), &mut |node| {
        if let (Some(text), Some(value)) = (node["text"]["text"].as_str(), node["value"].as_str())
            && (text == label || text.ends_with(label))
        {
            found.push((text.len(), value.to_owned()));
        }
    });
    found.sort();
    found
        .into_iter()
        .next()
        .map(|(_, value)| value)
        .unwrap_or_else(|| panic!("no option {label:?} in {:#?}", view.content))
}

/// The level of an axis with this code, by the emoji of the reference data.
pub fn level(view: &View, axis: &str, code: &str) -> Value {
    let emoji = match code {
        "HT" => "⏫",
        "HI" => "🔼",
        "MD" => "➡️",
        "LO" => "🔽",
        "LT" => "⏬",
        _ => "0️⃣",
    };
    let mut found = None;
    walk(&json!(view.content), &mut |node| {
        if node["action_id"].as_str().is_some_and(|id| id.contains(axis))
            || node["block_id"].as_str().is_some_and(|id| id.contains(axis))
        {
            walk(node, &mut |inner| {
                if let (Some(text), Some(value)) = (inner["text"]["text"].as_str(), inner["value"].as_str())
                    && text.starts_with(emoji)
                {
                    found.get_or_insert(json!(value));
                }
            });
        }
    });
    found.unwrap_or_else(|| panic!("no level {code} of {axis} in {:#?}", view.content))
}

/// Everything a view or message says, in one line.
pub fn said(content: &(impl serde::Serialize + ?Sized)) -> String {
    let content = serde_json::to_value(content).expect("JSON");
    let mut words = Vec::new();
    walk(&content, &mut |node| {
        if let Some(text) = node["text"].as_str() {
            words.push(text.to_owned());
        }
    });
    words.join(" ")
}

fn walk(node: &Value, see: &mut impl FnMut(&Value)) {
    see(node);
    match node {
        Value::Array(items) => items.iter().for_each(|item| walk(item, see)),
        Value::Object(map) => map.values().for_each(|item| walk(item, see)),
        _ => {}
    }
}

/// The first `#123` of a text.
pub fn number(text: &str) -> Option<i64> {
    text.split('#').skip(1).find_map(|rest| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    })
}
