//! How Slack signs what it sends. Source: Slack's guide "Verifying requests from Slack".

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The value of `X-Slack-Signature` for a raw body sent at `timestamp` (seconds).
pub fn signature(secret: &str, timestamp: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(format!("v0:{timestamp}:{body}").as_bytes());
    format!("v0={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contracts::{Contracts, folder};
    use serde_json::Value;

    #[test]
    fn signatures_are_those_of_the_vendors_vectors() {
        let Some(contracts) = Contracts::find() else {
            return println!("skipped: no contracts in {}", folder().display());
        };
        let file = contracts.root().join("slack/request-signing.json");
        let vectors: Value = serde_json::from_slice(&std::fs::read(file).expect("readable")).expect("JSON");
        let vectors = vectors["vectors"].as_array().expect("vectors");
        let mut held = 0;
        for vector in vectors.iter().filter(|vector| vector["valid"] == true) {
            let text = |value: &Value| value.as_str().expect("a text").to_owned();
            let headers = &vector["headers"];
            let sent_at = text(&headers["X-Slack-Request-Timestamp"]).parse().expect("seconds");
            let made = signature(&text(&vector["signing_secret"]), sent_at, &text(&vector["body"]));
            assert_eq!(made, text(&headers["X-Slack-Signature"]), "{}", vector["name"]);
            held += 1;
        }
        assert!(held > 3, "only {held} vectors");
    }
}
