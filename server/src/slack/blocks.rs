//! Block Kit, with Slack's limits in the constructors (spec 10 §22).
//!
//! A view or message that breaks a limit is refused as a whole, and somebody in an outage stares at "something went
//! wrong". So nothing here can be built too large: texts are shortened with an ellipsis, lists beyond 100 options
//! become external selects, fields beyond ten go into a further section. Text of people enters mrkdwn only through
//! [`Mrkdwn::escaped`], so a title with `<!channel>` pings nobody (§13.5).

pub use super::elements::*;
use super::ids::Callback;
pub use super::mrkdwn::{Mrkdwn, escape, shorten};
use super::mrkdwn::{Text, marked, plain};
use serde::Serialize;
use serde_json::{Map, Value};

use uuid::Uuid;

/// Most characters of a section, of one of its fields, of a header, a button, a view's title.
pub const SECTION: usize = 3000;
pub const FIELD: usize = 2000;
pub const HEADER: usize = 150;
pub const LABEL: usize = 75;
pub const TITLE: usize = 24;
/// Most entries of a static select; more need an external one.
pub const OPTIONS: usize = 100;
pub const VIEW_BLOCKS: usize = 100;
pub const MESSAGE_BLOCKS: usize = 50;
pub const METADATA: usize = 3000;
/// A text field of a modal takes no more.
pub const INPUT: usize = 3000;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Block {
    #[serde(flatten)]
    body: Body,
    #[serde(skip_serializing_if = "Option::is_none")]
    block_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Body {
    Header {
        text: Text,
    },
    Section {
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<Text>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        fields: Vec<Text>,
        #[serde(skip_serializing_if = "Option::is_none")]
        accessory: Option<Element>,
    },
    Divider {},
    Context {
        elements: Vec<Text>,
    },
    Actions {
        elements: Vec<Element>,
    },
    Input {
        label: Text,
        element: Element,
        #[serde(skip_serializing_if = "Option::is_none")]
        hint: Option<Text>,
        optional: bool,
    },
}

impl Block {
    fn of(body: Body) -> Self {
        Block { body, block_id: None }
    }

    /// Gives the block an id, at most 255 characters.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.block_id = Some(id.into().chars().take(255).collect());
        self
    }

    pub fn block_id(&self) -> Option<&str> {
        self.block_id.as_deref()
    }

    /// Whether it holds a field that a person fills.
    pub fn is_input(&self) -> bool {
        matches!(self.body, Body::Input { .. })
    }
}

pub fn header(text: &str) -> Block {
    Block::of(Body::Header { text: plain(text, HEADER) })
}

pub fn section(text: impl Into<Mrkdwn>) -> Block {
    Block::of(Body::Section { text: Some(marked(text.into(), SECTION)), fields: vec![], accessory: None })
}

/// A text with a button or select at its right.
pub fn section_with(text: impl Into<Mrkdwn>, accessory: Element) -> Block {
    Block::of(Body::Section {
        text: Some(marked(text.into(), SECTION)),
        fields: vec![],
        accessory: Some(accessory),
    })
}

/// Fields in two columns; beyond ten they go on in a further section, the element stands at the first.
pub fn fields(texts: Vec<Mrkdwn>, mut accessory: Option<Element>) -> Vec<Block> {
    let texts: Vec<_> = texts.into_iter().map(|t| marked(t, FIELD)).collect();
    texts
        .chunks(10)
        .map(|ten| Block::of(Body::Section { text: None, fields: ten.to_vec(), accessory: accessory.take() }))
        .collect()
}

pub fn divider() -> Block {
    Block::of(Body::Divider {})
}

/// Small print; beyond ten parts the rest is joined into the last.
pub fn context(parts: impl IntoIterator<Item = Mrkdwn>) -> Block {
    let mut parts: Vec<Mrkdwn> = parts.into_iter().collect();
    if parts.len() > 10 {
        let rest = parts.split_off(9).iter().map(Mrkdwn::as_str).collect::<Vec<_>>().join(" · ");
        parts.push(Mrkdwn::trusted(rest));
    }
    if parts.is_empty() {
        parts.push("–".into());
    }
    Block::of(Body::Context { elements: parts.into_iter().map(|p| marked(p, SECTION)).collect() })
}

/// A row of buttons, at most 25.
pub fn actions(mut elements: Vec<Element>) -> Block {
    debug_assert!(!elements.is_empty() && elements.len() <= 25, "a row of buttons has 1 to 25");
    elements.truncate(25);
    Block::of(Body::Actions { elements })
}

/// A field of a form.
pub fn input(label: &str, element: Element, optional: bool, hint: Option<&str>) -> Block {
    let hint = hint.filter(|h| !h.trim().is_empty()).map(|h| plain(h, FIELD));
    Block::of(Body::Input { label: plain(label, FIELD), element, hint, optional })
}

/// A modal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct View {
    #[serde(rename = "type")]
    kind: &'static str,
    callback_id: &'static str,
    title: Text,
    blocks: Vec<Block>,
    #[serde(skip_serializing_if = "Option::is_none")]
    submit: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    close: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_metadata: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
}

impl View {
    /// # Panics
    /// In debug builds, when there are more than 100 blocks: the caller has to page.
    pub fn new(callback: Callback, title: &str, mut blocks: Vec<Block>) -> Self {
        debug_assert!(blocks.len() <= VIEW_BLOCKS, "{} blocks in one view", blocks.len());
        blocks.truncate(VIEW_BLOCKS);
        View {
            kind: "modal",
            callback_id: callback.as_str(),
            title: plain(title, TITLE),
            blocks,
            submit: None,
            close: None,
            private_metadata: None,
            external_id: None,
        }
    }

    pub fn submit(mut self, label: &str) -> Self {
        self.submit = Some(plain(label, TITLE));
        self
    }

    pub fn close(mut self, label: &str) -> Self {
        self.close = Some(plain(label, TITLE));
        self
    }

    /// What comes back with the view. Ids only: what people typed lives in a draft (§9.1).
    ///
    /// # Panics
    /// In debug builds beyond 3,000 characters.
    pub fn metadata(mut self, metadata: &impl Serialize) -> Self {
        let text = serde_json::to_string(metadata).expect("metadata is plain data");
        debug_assert!(text.chars().count() <= METADATA, "metadata of {} characters", text.len());
        self.private_metadata = Some(text);
        self
    }

    /// A name of ours for the view, by which an open that got no answer is recognised (§23a).
    pub fn external_id(mut self, id: Uuid) -> Self {
        self.external_id = Some(id.to_string());
        self
    }

    /// Blocks with a field, in order: errors can only stand at one of them.
    pub fn input_ids(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().filter(|b| b.is_input()).filter_map(Block::block_id)
    }

    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }
}

/// What is said in a channel: words for notifications, blocks, and its own name (§13.1).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Message {
    pub text: String,
    pub blocks: Vec<Block>,
    pub metadata: Metadata,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Metadata {
    pub event_type: String,
    pub event_payload: Map<String, Value>,
}

impl Message {
    /// `ff_type` says what kind it is, `say` which one: in the metadata and as the id of the last block, so that it is
    /// found again after an answer that got lost (§23a).
    pub fn new(ff_type: &str, text: &str, mut blocks: Vec<Block>, say: Uuid) -> Self {
        debug_assert!(ff_type.starts_with(|c: char| c.is_ascii_lowercase()), "{ff_type}");
        if blocks.is_empty() {
            blocks.push(section(Mrkdwn::escaped(text)));
        }
        debug_assert!(blocks.len() <= MESSAGE_BLOCKS, "{} blocks in one message", blocks.len());
        blocks.truncate(MESSAGE_BLOCKS);
        if let Some(last) = blocks.last_mut() {
            last.block_id = Some(say.to_string());
        }
        let mut event_payload = Map::new();
        event_payload.insert("ff_type".into(), ff_type.into());
        event_payload.insert("say".into(), say.to_string().into());
        let text = escape(&shorten(text, SECTION));
        Message { text, blocks, metadata: Metadata { event_type: ff_type.into(), event_payload } }
    }

    /// Adds ids that other tools read from the metadata; never words.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.metadata.event_payload.insert(key.into(), value.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slack::ids::{Action, Callback};
    use serde_json::json;

    fn json_of(block: &impl Serialize) -> Value {
        serde_json::to_value(block).unwrap()
    }

    fn text_len(value: &Value) -> usize {
        value["text"]["text"].as_str().unwrap().chars().count()
    }

    // SLK-026
    #[test]
    fn words_of_people_cannot_mention_anybody() {
        let title = "<!channel> down & <@U0INES>";
        assert_eq!(Mrkdwn::escaped(title).as_str(), "&lt;!channel&gt; down &amp; &lt;@U0INES&gt;");
        assert_eq!(Mrkdwn::bold("a*b").as_str(), "*a∗b*");
        assert_eq!(Mrkdwn::link("https://x/?a=1&b=<", "a|b>").as_str(), "<https://x/?a=1&amp;b=%3C|a¦b&gt;>");
        assert_eq!(Mrkdwn::quote("one\n<!here>").as_str(), "> one\n> &lt;!here&gt;");
        let message = Message::new("ff_test", title, vec![], Uuid::nil());
        assert!(!message.text.contains('<'));
    }

    // SLK-037
    #[test]
    fn labels_are_shortened_with_an_ellipsis() {
        let choice = json_of(&Choice::new(&"é".repeat(80), 7));
        assert_eq!(text_len(&choice), 75);
        assert!(choice["text"]["text"].as_str().unwrap().ends_with('…'));
        assert_eq!(choice["value"], "7");
    }

    // SLK-038
    #[test]
    fn an_empty_list_has_one_entry_that_says_so() {
        let select = json_of(&select("a", vec![], None));
        assert_eq!(select["options"][0]["value"], NONE_AVAILABLE);
        let grouped = json_of(&grouped_select("a", vec![ChoiceGroup::new("Empty", vec![])], None));
        assert_eq!(grouped["option_groups"][0]["options"][0]["value"], NONE_AVAILABLE);
    }

    // SLK-041
    #[test]
    fn more_than_a_hundred_options_are_asked_for_while_typing() {
        let many: Vec<_> = (0..101).map(|n| Choice::new(&format!("Option {n}"), n)).collect();
        let element = json_of(&select("a", many.clone(), Some("100")));
        assert_eq!(element["type"], "external_select");
        assert_eq!(element["initial_option"]["value"], "100");
        assert_eq!(json_of(&multi_select("a", many.clone(), &[]))["type"], "multi_external_select");
        let grouped =
            json_of(&grouped_select("a", vec![ChoiceGroup::new("All", many[..100].to_vec())], None));
        assert_eq!(grouped["type"], "static_select");
    }

    // SLK-040
    #[test]
    fn a_ticked_box_is_shown_ticked_again() {
        assert_eq!(json_of(&tick_box("a", "Yes", true))["initial_options"][0]["value"], "True");
        assert!(json_of(&tick_box("a", "Yes", false)).get("initial_options").is_none());
    }

    // SLK-048
    #[test]
    fn nothing_can_be_built_beyond_the_limits() {
        let long = "x & y ".repeat(2_000);
        assert!(text_len(&json_of(&section(Mrkdwn::escaped(&long)))) <= SECTION);
        assert!(text_len(&json_of(&section(Mrkdwn::quote(&long)))) <= SECTION);
        assert!(Mrkdwn::quote(&long).as_str().ends_with("[...]"));
        assert_eq!(text_len(&json_of(&header(&long))), HEADER);
        let view = json_of(&View::new(Callback::Open, &long, vec![divider()]).submit(&long));
        assert!(view["title"]["text"].as_str().unwrap().chars().count() <= TITLE);
        assert!(view["submit"]["text"].as_str().unwrap().chars().count() <= TITLE);
        let split = fields((0..23).map(|n| Mrkdwn::trusted(format!("{n}"))).collect(), None);
        assert_eq!(split.len(), 3);
        assert_eq!(
            json_of(&context((0..30).map(|n| Mrkdwn::trusted(format!("{n}")))))["elements"]
                .as_array()
                .unwrap()
                .len(),
            10
        );
        let typed = json_of(&text_input("a", true, Some(&long), Length { min: Some(10), max: Some(1_200) }));
        assert_eq!(typed["initial_value"].as_str().unwrap().chars().count(), 1_200);
    }

    #[test]
    fn cutting_never_leaves_half_an_entity() {
        let markup = Mrkdwn::escaped(&"&".repeat(SECTION));
        let text = json_of(&section(markup));
        let text = text["text"]["text"].as_str().unwrap();
        assert!(text.ends_with("&amp;…"), "{}", &text[text.len() - 12..]);
    }

    // SLK-187
    #[test]
    fn a_message_carries_its_name_in_metadata_and_last_block() {
        let say = Uuid::from_u128(7);
        let message = Message::new("ff_incident_declared", "Incident 1", vec![section("a"), divider()], say)
            .with("incident_id", 1);
        let sent = json_of(&message);
        assert_eq!(sent["text"], "Incident 1");
        assert_eq!(sent["metadata"]["event_type"], "ff_incident_declared");
        assert_eq!(
            sent["metadata"]["event_payload"],
            json!({"ff_type": "ff_incident_declared", "say": say, "incident_id": 1})
        );
        assert_eq!(sent["blocks"][1], json!({"type": "divider", "block_id": say}));
    }

    #[test]
    fn buttons_name_their_action_and_carry_a_value() {
        let sent = json_of(&button(Action::OpenUpdateHub, "Update", 42));
        assert_eq!(sent["action_id"], "update_incident");
        assert_eq!(sent["value"], "42");
        assert_eq!(json_of(&link_button("Page", "https://ff/incident/1/"))["url"], "https://ff/incident/1/");
    }
}
