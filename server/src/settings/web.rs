//! Where we listen, and what our own calls carry.

use super::Reader;
use http::{HeaderName, HeaderValue};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

#[derive(Debug, Clone)]
pub struct WebSettings {
    /// `HTTP_BIND`, default 0.0.0.0, and `HTTP_PORT`, default 8000.
    pub listen: SocketAddr,
    /// `FF_USER_ID_HEADER`, default `FF-User-Id`: the answer's header that names the person.
    pub user_id_header: HeaderName,
}

impl WebSettings {
    pub(super) fn read(r: &mut Reader) -> Self {
        let bind = r
            .parsed("HTTP_BIND", "an IP address, for example 0.0.0.0 or 127.0.0.1", |v| v.parse().ok())
            .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let port = r.number("HTTP_PORT", 8000_u16, "a port from 0 to 65535; 0 takes a free one");
        let user_id_header = r
            .parsed("FF_USER_ID_HEADER", "the name of an HTTP header", |v| v.parse().ok())
            .unwrap_or(HeaderName::from_static("ff-user-id"));
        WebSettings { listen: SocketAddr::new(bind, port), user_id_header }
    }
}

/// For every call we make to the outside.
#[derive(Debug, Clone, Default)]
pub struct OutgoingSettings {
    /// `FF_HTTP_CLIENT_ADDITIONAL_HEADERS=Name:value,Name:value`. The values are marked sensitive.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl OutgoingSettings {
    pub(super) fn read(r: &mut Reader) -> Self {
        let name = "FF_HTTP_CLIENT_ADDITIONAL_HEADERS";
        let mut headers = Vec::new();
        for (i, entry) in r.list(name).iter().enumerate() {
            match parse_header(entry) {
                Some(header) => headers.push(header),
                None => r.problem(
                    name,
                    &format!("has no header as entry {}", i + 1),
                    "Name:value,Name:value",
                    "Write each header as its name, a colon, its value.",
                ),
            }
        }
        OutgoingSettings { headers }
    }
}

fn parse_header(entry: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = entry.split_once(':')?;
    let mut value = HeaderValue::from_str(value.trim()).ok()?;
    value.set_sensitive(true);
    Some((name.trim().parse().ok()?, value))
}

#[cfg(test)]
mod tests {
    use crate::settings::tests::{names, read};

    #[test]
    fn the_listen_address_is_bind_and_port() {
        assert_eq!(read(&[]).web.listen.to_string(), "0.0.0.0:8000");
        let web = read(&[("HTTP_BIND", "127.0.0.1"), ("HTTP_PORT", "8123")]).web;
        assert_eq!(web.listen.to_string(), "127.0.0.1:8123");
        assert_eq!(names(&[("HTTP_BIND", "everywhere"), ("HTTP_PORT", "70000")]), ["HTTP_BIND", "HTTP_PORT"]);
    }

    #[test]
    fn further_headers_are_read_and_never_shown() {
        let outgoing =
            read(&[("FF_HTTP_CLIENT_ADDITIONAL_HEADERS", "X-Proxy-Key: abc, X-Team:desk")]).outgoing;
        assert_eq!(outgoing.headers.len(), 2);
        assert_eq!(outgoing.headers[0].0, "x-proxy-key");
        assert!(!format!("{outgoing:?}").contains("abc"));
        let wrong = [("FF_HTTP_CLIENT_ADDITIONAL_HEADERS", "no colon here")];
        assert_eq!(names(&wrong), ["FF_HTTP_CLIENT_ADDITIONAL_HEADERS"]);
    }
}
