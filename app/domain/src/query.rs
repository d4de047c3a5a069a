//! Query strings: pairs in, pairs out.

/// The pairs of `a=1&b=x+y`, with or without a leading `?`, decoded. What is no UTF-8 is replaced.
pub fn pairs(query: &str) -> Vec<(String, String)> {
    let query = query.strip_prefix('?').unwrap_or(query);
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// Appends `name=value`, encoded.
pub fn push(query: &mut String, name: &str, value: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    encode(query, name);
    query.push('=');
    encode(query, value);
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = || Some(nibble(*bytes.get(at + 1)?)? << 4 | nibble(*bytes.get(at + 2)?)?);
        match bytes[at] {
            b'+' => out.push(b' '),
            b'%' => match hex() {
                Some(byte) => {
                    out.push(byte);
                    at += 2;
                }
                None => out.push(b'%'),
            },
            byte => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn nibble(hex: u8) -> Option<u8> {
    char::from(hex).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn encode(query: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' | b':' | b',' => {
                query.push(char::from(byte));
            }
            b' ' => query.push('+'),
            _ => {
                query.push('%');
                query.push(char::from(HEX[usize::from(byte >> 4)]));
                query.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decodes_what_browsers_send() {
        let expected = [("a", "1 2"), ("b", "é+"), ("c", ""), ("d", "100%")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(pairs("?a=1+2&b=%C3%A9%2b&c&&d=100%"), expected);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(all in proptest::collection::vec((any::<String>(), any::<String>()), 0..5)) {
            let mut query = String::new();
            for (name, value) in &all {
                push(&mut query, name, value);
            }
            prop_assert_eq!(pairs(&query), all);
        }
    }
}
