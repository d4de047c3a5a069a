//! The signing key, who may send forms to us, and https.

use super::{Profile, Reader, Secret, SiteSettings};
use std::collections::HashMap;
use url::Url;

#[derive(Debug, Clone)]
pub struct SecuritySettings {
    /// `SECRET_KEY`, required: signs what we hand out.
    pub secret_key: Secret,
    /// `CSRF_TRUSTED_ORIGINS`: origins beside that of `BASE_URL` whose forms are taken. The old default `https://*`
    /// counts as none.
    pub trusted_origins: Vec<TrustedOrigin>,
    own_origin: String,
    /// `SECURE_SSL_REDIRECT`: http is sent to https, probes excepted. On in production.
    pub ssl_redirect: bool,
    /// `Secure` cookies and HSTS: in production when `BASE_URL` is https.
    pub https_only: bool,
}

impl SecuritySettings {
    pub(super) fn read(
        r: &mut Reader,
        profile: Profile,
        env: &str,
        site: Option<&SiteSettings>,
    ) -> Option<Self> {
        let secret_key = read_secret_key(r, env);
        let trusted_origins = read_trusted_origins(r);
        let https = site.is_some_and(|site| site.base_url.scheme() == "https");
        let ssl_redirect = r.flag("SECURE_SSL_REDIRECT", profile.is_production() && https);
        Some(SecuritySettings {
            secret_key: secret_key?,
            trusted_origins,
            own_origin: site?.origin(),
            ssl_redirect,
            https_only: profile.is_production() && https,
        })
    }

    /// Whether an unsafe request with this `Origin` header is ours or of a listed origin.
    pub fn trusts(&self, origin: &str) -> bool {
        origin == self.own_origin || self.trusted_origins.iter().any(|trusted| trusted.matches(origin))
    }
}

/// Shannon entropy below 4 bits per character is a warning in development and an error elsewhere (spec 05 §2).
fn read_secret_key(r: &mut Reader, env: &str) -> Option<Secret> {
    let expected = "50 or more random characters";
    let remedy = "Make one with `openssl rand -base64 48` and keep it: a new key ends all sessions.";
    let key = r.required("SECRET_KEY", expected, remedy)?;
    let skip = r.flag("FF_SKIP_SECRET_KEY_CHECK", false);
    if !skip && entropy_per_character(key) < 4.0 {
        if env == "dev" {
            r.notice("SECRET_KEY is weak: good enough for development only");
        } else {
            r.problem("SECRET_KEY", "is weak", expected, remedy);
        }
    }
    Some(Secret::new(key))
}

fn entropy_per_character(text: &str) -> f64 {
    let mut counts: HashMap<char, f64> = HashMap::new();
    for c in text.chars() {
        *counts.entry(c).or_default() += 1.0;
    }
    let total: f64 = counts.values().sum();
    counts.values().map(|n| n / total).map(|p| -p * p.log2()).sum()
}

fn read_trusted_origins(r: &mut Reader) -> Vec<TrustedOrigin> {
    let mut origins = Vec::new();
    for entry in r.list("CSRF_TRUSTED_ORIGINS").into_iter().filter(|entry| entry != "https://*") {
        match TrustedOrigin::parse(&entry) {
            Some(origin) => origins.push(origin),
            None => r.problem(
                "CSRF_TRUSTED_ORIGINS",
                &format!("contains {entry:?}"),
                "https://host or https://*.domain, comma separated, without a path",
                "Correct the entry, or remove it: the origin of BASE_URL is trusted anyway.",
            ),
        }
    }
    origins
}

/// `https://host`, `https://host:port`, or `https://*.domain` for every host below it.
#[derive(Debug, Clone, PartialEq)]
pub struct TrustedOrigin {
    scheme: String,
    /// Host without `*.`.
    host: String,
    port: Option<u16>,
    below: bool,
}

impl TrustedOrigin {
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let below = rest.starts_with("*.");
        let url = Url::parse(&format!("{scheme}://{}", rest.trim_start_matches("*."))).ok()?;
        let plain = url.path() == "/" && url.query().is_none() && url.username().is_empty();
        let web = matches!(url.scheme(), "http" | "https");
        let host = url.host_str().filter(|host| plain && web && !host.contains('*'))?;
        Some(TrustedOrigin {
            scheme: url.scheme().into(),
            host: host.into(),
            port: url.port_or_known_default(),
            below,
        })
    }

    pub fn matches(&self, origin: &str) -> bool {
        let Ok(url) = Url::parse(origin) else { return false };
        let Some(host) = url.host_str() else { return false };
        let same_host = match self.below {
            false => host == self.host,
            true => host.strip_suffix(&self.host).is_some_and(|front| front.ends_with('.')),
        };
        same_host && url.scheme() == self.scheme && url.port_or_known_default() == self.port
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::{KEY, names, problems, read};

    // CFG-007
    #[test]
    fn a_weak_key_is_a_warning_in_dev_and_an_error_elsewhere() {
        let weak = ("SECRET_KEY", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
        assert!(read(&[weak]).notices.iter().any(|n| n.contains("SECRET_KEY is weak")));
        assert_eq!(names(&[weak, ("ENV", "prod")]), ["SECRET_KEY"]);
        assert!(!problems(&[weak, ("ENV", "prod")])[0].what.contains("aaa"));
        read(&[weak, ("ENV", "prod"), ("FF_SKIP_SECRET_KEY_CHECK", "true")]);
        assert!(read(&[("ENV", "prod"), ("SECRET_KEY", KEY)]).notices.is_empty());
    }

    #[test]
    fn entropy_is_measured_per_character() {
        assert_eq!(entropy_per_character("aaaa"), 0.0);
        assert_eq!(entropy_per_character("abcd"), 2.0);
        assert_eq!(entropy_per_character("0123456789abcdef"), 4.0);
    }

    // CFG-013
    #[test]
    fn only_the_own_origin_and_listed_ones_are_trusted() {
        let plain = read(&[("CSRF_TRUSTED_ORIGINS", "https://*")]).security;
        assert!(plain.trusts("https://fire.example.com"));
        assert!(!plain.trusts("https://evil.example.com") && !plain.trusts("null"));
        assert!(!plain.trusts("http://fire.example.com"));

        let listed =
            read(&[("CSRF_TRUSTED_ORIGINS", "https://a.example.org, https://*.corp.example:8443")]).security;
        assert!(listed.trusts("https://a.example.org") && listed.trusts("https://x.y.corp.example:8443"));
        for stranger in [
            "https://b.example.org",
            "https://evilcorp.example:8443",
            "https://corp.example:8443",
            "https://x.corp.example",
            "http://a.example.org",
            "https://a.example.org:444",
        ] {
            assert!(!listed.trusts(stranger), "{stranger}");
        }
        assert_eq!(names(&[("CSRF_TRUSTED_ORIGINS", "a.example.org,https://x.example/path")]).len(), 2);
    }

    #[test]
    fn https_is_forced_in_production_unless_switched_off() {
        assert!(!read(&[]).security.ssl_redirect);
        assert!(read(&[("ENV", "prod")]).security.ssl_redirect);
        assert!(!read(&[("ENV", "prod"), ("SECURE_SSL_REDIRECT", "off")]).security.ssl_redirect);
    }
}
