//! Sign-in through an OpenID Connect provider; absent, people sign in locally.

use super::{Reader, Secret};
use std::time::Duration;
use url::Url;

#[derive(Debug, Clone)]
pub struct OidcSettings {
    /// `OIDC_OP_DISCOVERY_DOCUMENT_URL`.
    pub discovery_url: Url,
    /// `OIDC_RP_CLIENT_ID`.
    pub client_id: String,
    /// `OIDC_RP_CLIENT_SECRET`.
    pub client_secret: Secret,
    /// `OIDC_RP_USE_PKCE`, default true: besides state and nonce.
    pub use_pkce: bool,
    /// `OIDC_UNUSABLE_PASSWORD`: the local password ends at every login, not only at the first.
    pub unusable_password: bool,
    /// `OIDC_TIMEOUT`, seconds, default 15: for each call to the provider.
    pub timeout: Duration,
    /// `FF_DEBUG_NO_SSO_REDIRECT`: who is not signed in gets 401 instead of the provider's page.
    pub no_redirect: bool,
}

const NEEDED: [&str; 3] = ["OIDC_OP_DISCOVERY_DOCUMENT_URL", "OIDC_RP_CLIENT_ID", "OIDC_RP_CLIENT_SECRET"];

impl OidcSettings {
    pub(super) fn read(r: &mut Reader) -> Option<Self> {
        if NEEDED.iter().all(|name| r.text(name).is_none()) {
            return None;
        }
        let remedy = "Set all three of OIDC_OP_DISCOVERY_DOCUMENT_URL, OIDC_RP_CLIENT_ID and OIDC_RP_CLIENT_SECRET, \
                      or none for local sign-in.";
        let discovery_url = r.required_url(NEEDED[0], remedy);
        let client_id = r.required(NEEDED[1], "the client id given by the provider", remedy);
        let client_secret = r.required_secret(NEEDED[2], "the client secret given by the provider", remedy);
        let use_pkce = r.flag("OIDC_RP_USE_PKCE", true);
        let unusable_password = r.flag("OIDC_UNUSABLE_PASSWORD", false);
        let timeout = Duration::from_secs(r.number("OIDC_TIMEOUT", 15, "a number of seconds"));
        let no_redirect = r.flag("FF_DEBUG_NO_SSO_REDIRECT", false);
        Some(OidcSettings {
            discovery_url: discovery_url?,
            client_id: client_id?.into(),
            client_secret: client_secret?,
            use_pkce,
            unusable_password,
            timeout,
            no_redirect,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::tests::{names, read};

    // CFG-021
    #[test]
    fn the_provider_is_read_whole_or_told_what_is_missing() {
        let all = [
            ("OIDC_OP_DISCOVERY_DOCUMENT_URL", "https://id.example.com/.well-known/openid-configuration"),
            ("OIDC_RP_CLIENT_ID", "fire"),
            ("OIDC_RP_CLIENT_SECRET", "s"),
            ("OIDC_TIMEOUT", "3"),
        ];
        let sso = read(&all).sso.expect("on");
        assert_eq!((sso.client_id.as_str(), sso.timeout.as_secs(), sso.use_pkce), ("fire", 3, true));
        assert_eq!(names(&all[1..2]), ["OIDC_OP_DISCOVERY_DOCUMENT_URL", "OIDC_RP_CLIENT_SECRET"]);
    }
}
