//! Password hashes: ours are argon2id in PHC form; those of imported accounts are verified in their own form.
//!
//! Hashing takes tens of milliseconds of processor on purpose: call it from `spawn_blocking` ([`super::login`] does).
//! Imported forms understood: `pbkdf2_sha256$…` and `argon2$argon2id$…` (05 §5); everything else never matches.

use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Longer ones are refused before any work: nobody types them, but somebody may send them.
pub const MAX: usize = 1024;

/// An imported hash may ask for this many rounds at most; ours of 2026 have a million.
const MAX_ROUNDS: u32 = 10_000_000;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error("A password has between 1 and {MAX} characters.")]
    Length,
}

/// Checked against when there is nobody to check, so that an unknown name takes as long as a wrong password: our
/// parameters, and a result that no password has.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5LW5vYm9keS0hIQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A hash to store.
///
/// # Errors
/// [`PasswordError::Length`] when empty or too long.
pub fn hash(password: &str) -> Result<String, PasswordError> {
    if password.is_empty() || password.len() > MAX {
        return Err(PasswordError::Length);
    }
    Ok(encode(password))
}

fn encode(password: &str) -> String {
    let salt: [u8; 16] = rand::random();
    let salt = SaltString::encode_b64(&salt).expect("16 bytes are a salt");
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
    hash.expect("the default parameters are valid").to_string()
}

/// True when the password belongs to the stored hash. `None` stands for nobody, or for a person without a password:
/// never true, and as slow as the real check.
pub fn verify(stored: Option<&str>, password: &str) -> bool {
    if password.is_empty() || password.len() > MAX {
        return false;
    }
    match stored {
        Some(hash) if hash.starts_with("$argon2") => verify_argon2(hash, password),
        Some(hash) if hash.starts_with("argon2$argon2") => verify_argon2(&hash["argon2".len()..], password),
        Some(hash) if hash.starts_with("pbkdf2_sha256$") => verify_pbkdf2(hash, password).unwrap_or(false),
        _ => {
            verify_argon2(NOBODY, password);
            false
        }
    }
}

/// True for a hash that should be replaced at the next successful login.
pub fn is_imported(stored: &str) -> bool {
    !stored.starts_with("$argon2")
}

fn verify_argon2(hash: &str, password: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// `pbkdf2_sha256$<rounds>$<salt>$<base64 of 32 bytes>`. One block of output, so the general loop of RFC 8018 §5.2 is
/// one block here.
fn verify_pbkdf2(stored: &str, password: &str) -> Option<bool> {
    let mut parts = stored.split('$').skip(1);
    let rounds: u32 = parts.next()?.parse().ok().filter(|r| (1..=MAX_ROUNDS).contains(r))?;
    let salt = parts.next()?;
    let wanted = BASE64.decode(parts.next()?).ok()?;

    let keyed = Hmac::<Sha256>::new_from_slice(password.as_bytes()).ok()?;
    let mut first = keyed.clone();
    first.update(salt.as_bytes());
    first.update(&1u32.to_be_bytes());
    let mut last = first.finalize().into_bytes();
    let mut sum = last;
    for _ in 1..rounds {
        let mut next = keyed.clone();
        next.update(&last);
        last = next.finalize().into_bytes();
        sum.iter_mut().zip(&last).for_each(|(s, l)| *s ^= l);
    }
    Some(sum.as_slice().ct_eq(&wanted).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_matches_its_own_hash_only() {
        let stored = hash("correct horse").unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(verify(Some(&stored), "correct horse"));
        assert!(!verify(Some(&stored), "correct horse "));
        assert_ne!(stored, hash("correct horse").unwrap(), "salted");
        assert!(!is_imported(&stored));
    }

    #[test]
    fn nobody_and_people_without_a_password_never_match() {
        for stored in [None, Some(""), Some("!unusable"), Some("md5$x$y"), Some("nobody has this password")] {
            assert!(!verify(stored, "nobody has this password"));
        }
    }

    #[test]
    fn checking_nobody_is_as_much_work_as_checking_somebody() {
        let ours = hash("tea").unwrap();
        let (ours, nobody) = (PasswordHash::new(&ours).unwrap(), PasswordHash::new(NOBODY).unwrap());
        assert_eq!(ours.algorithm, nobody.algorithm);
        assert_eq!(ours.version, nobody.version);
        assert_eq!(ours.params.to_string(), nobody.params.to_string());
        assert_eq!(ours.hash.unwrap().len(), nobody.hash.unwrap().len());
        assert!(nobody.salt.is_some());
    }

    #[test]
    fn imported_pbkdf2_is_verified() {
        // RFC 7914 §11: PBKDF2-HMAC-SHA-256 ("passwd", "salt", 1 round), first 32 bytes.
        let wanted = hex::decode("55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc").unwrap();
        let stored = format!("pbkdf2_sha256$1$salt${}", BASE64.encode(wanted));
        assert!(verify(Some(&stored), "passwd"));
        assert!(!verify(Some(&stored), "Passwd"));
        assert!(is_imported(&stored));
    }

    #[test]
    fn imported_pbkdf2_does_all_its_rounds() {
        // From Python: hashlib.pbkdf2_hmac("sha256", b"lètmein", b"seasalt", 1000)
        let stored = "pbkdf2_sha256$1000$seasalt$JgZryXe2Ga8ysg6XbzkLpTdyPQrHqsinbL9BnnhgX4A=";
        assert!(verify(Some(stored), "lètmein"));
    }

    #[test]
    fn a_broken_imported_hash_never_matches() {
        for stored in [
            "pbkdf2_sha256$",
            "pbkdf2_sha256$x$salt$AAAA",
            "pbkdf2_sha256$0$salt$AAAA",
            "pbkdf2_sha256$1$salt$",
        ] {
            assert!(!verify(Some(stored), "passwd"), "{stored}");
        }
    }

    #[test]
    fn imported_argon2_is_verified() {
        let ours = hash("tea").unwrap();
        assert!(verify(Some(&format!("argon2{ours}")), "tea"));
    }

    #[test]
    fn length_is_limited() {
        assert_eq!(hash(""), Err(PasswordError::Length));
        assert_eq!(hash(&"a".repeat(MAX + 1)), Err(PasswordError::Length));
    }
}
