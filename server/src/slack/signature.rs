//! Did Slack send these bytes, and just now? (spec 10 §1; vendor: "Verifying requests from Slack")
//!
//! `v0=` + HMAC-SHA256 over `v0:{timestamp}:{raw body}`, compared in constant time on the raw bytes, before anything is
//! parsed. The window of five minutes is measured on product time, so that a sandbox with a moved clock works.

use domain::Timestamp;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Older or newer than this is a replay or a wrong clock.
pub const WINDOW_SECONDS: i64 = 300;

pub const SIGNATURE_HEADER: &str = "x-slack-signature";
pub const TIMESTAMP_HEADER: &str = "x-slack-request-timestamp";

/// Why a request is not taken for Slack's. People outside learn only 401.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forged {
    #[error("no signature or timestamp header")]
    Unsigned,
    #[error("timestamp outside of five minutes")]
    OutsideWindow,
    #[error("signature does not match")]
    WrongSignature,
}

/// Checks signature and age.
///
/// # Errors
/// [`Forged`], also when the secret is empty: no secret verifies nothing.
pub fn verify(
    secret: &str,
    timestamp: Option<&str>,
    signature: Option<&str>,
    body: &[u8],
    now: Timestamp,
) -> Result<(), Forged> {
    let (Some(timestamp), Some(signature)) = (timestamp, signature) else { return Err(Forged::Unsigned) };
    let sent_at: i64 = timestamp.parse().map_err(|_| Forged::Unsigned)?;
    if now.timestamp().abs_diff(sent_at) > WINDOW_SECONDS.unsigned_abs() {
        return Err(Forged::OutsideWindow);
    }
    let sent =
        signature.strip_prefix("v0=").and_then(|hex| hex::decode(hex).ok()).ok_or(Forged::WrongSignature)?;
    if secret.is_empty() {
        return Err(Forged::WrongSignature);
    }
    // `verify_slice` compares in constant time.
    mac(secret, timestamp, body).verify_slice(&sent).map_err(|_| Forged::WrongSignature)
}

/// The signature Slack would send; for tests and for the sandbox's deliveries.
pub fn sign(secret: &str, timestamp: i64, body: &[u8]) -> String {
    format!("v0={}", hex::encode(mac(secret, &timestamp.to_string(), body).finalize().into_bytes()))
}

fn mac(secret: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(b"v0:");
    mac.update(timestamp.as_bytes());
    mac.update(b":");
    mac.update(body);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(seconds, 0).unwrap()
    }

    const BODY: &[u8] = b"command=%2Fincident&text=open";

    // SLK-002
    #[test]
    fn only_the_exact_bytes_with_the_right_secret_pass() {
        let signature = sign("secret", 1_000, BODY);
        assert_eq!(verify("secret", Some("1000"), Some(&signature), BODY, at(1_010)), Ok(()));
        for (secret, timestamp, body) in
            [("other", "1000", BODY), ("secret", "1001", BODY), ("secret", "1000", b"command=")]
        {
            assert_eq!(
                verify(secret, Some(timestamp), Some(&signature), body, at(1_010)),
                Err(Forged::WrongSignature)
            );
        }
        assert_eq!(
            verify("secret", Some("1000"), Some(&signature[3..]), BODY, at(1_010)),
            Err(Forged::WrongSignature)
        );
        assert_eq!(verify("secret", Some("1000"), None, BODY, at(1_010)), Err(Forged::Unsigned));
        assert_eq!(
            verify("", Some("1000"), Some(&sign("", 1_000, BODY)), BODY, at(1_010)),
            Err(Forged::WrongSignature)
        );
    }

    // SLK-003
    #[test]
    fn five_minutes_and_a_second_is_too_old_and_too_early() {
        let signature = sign("secret", 1_000, BODY);
        let check = |now| verify("secret", Some("1000"), Some(&signature), BODY, at(now));
        assert_eq!(check(1_300), Ok(()));
        assert_eq!(check(1_301), Err(Forged::OutsideWindow));
        assert_eq!(check(700), Ok(()));
        assert_eq!(check(699), Err(Forged::OutsideWindow));
        assert_eq!(verify("secret", Some("soon"), Some(&signature), BODY, at(1_000)), Err(Forged::Unsigned));
    }
}
