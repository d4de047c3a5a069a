//! Two answers, side by side. What is random by purpose is blanked by its name, nothing else.

use super::asks::Answered;
use regex::Regex;
use std::sync::LazyLock;

/// Name and what surrounds the value. The value becomes `…`.
static RANDOM: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        // The framework writes the nonce of its scripts into `crossorigin`, too.
        r#"(nonce=\\?"|crossorigin="|'nonce-)[^"'\\]+"#,
        r#"(name="submission" value=")[^"]+"#,
        r#"(["']submission["']:["'])[^"']+"#,
        r"(x-request-id: )\S+",
        // In an address, also when it is the `next` of another one; in the hidden data of a view.
        r#"(draft(?:=|%3D|\\*":\\*"))[0-9a-f-]{36}"#,
        // Where a stranger's draft waits for him to sign in.
        "(firefighter-draft=)[^;]+",
        // The whole answer of the function that makes a form's key.
        r#"(\n\n")[0-9a-f-]{36}"#,
        // Of Slack: the moment's trigger, and the draft behind a view.
        r#"("(?:trigger_id|external_id|view_id|hash)":")[^"]*"#,
        r"((?:trigger_id|external_id|view_id|hash)=)[^&]*",
        r#"("type":"button","value":")[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}"#,
    ]
    .map(|pattern| Regex::new(pattern).expect("a pattern"))
    .into()
});

fn blanked(answer: &Answered) -> String {
    RANDOM.iter().fold(answer.everything(), |text, random| random.replace_all(&text, "${1}…").into_owned())
}

/// The first place where two answers differ, with what stands around it.
pub fn difference(with: &Answered, without: &Answered) -> Option<String> {
    let (a, b) = (blanked(with), blanked(without));
    if a == b {
        return None;
    }
    let at = a.bytes().zip(b.bytes()).position(|(x, y)| x != y).unwrap_or(a.len().min(b.len()));
    Some(format!("…{}… and …{}…", around(&a, at), around(&b, at)))
}

fn around(text: &str, at: usize) -> String {
    let bytes = &text.as_bytes()[at.saturating_sub(60).min(text.len())..(at + 60).min(text.len())];
    String::from_utf8_lossy(bytes).into_owned()
}
