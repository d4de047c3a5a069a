//! What a browser may load and run on our pages (Content-Security-Policy).
//!
//! A page carries a nonce of its own, made by the framework while rendering, and must not be kept by others. All other
//! answers – files, server functions, error pages without the app – run nothing at all (`http`).

use crate::settings::Settings;
use axum::http::{HeaderValue, header};
use leptos::{config::LeptosOptions, nonce::use_nonce, prelude::use_context};
use leptos_axum::ResponseOptions;

/// What pages may load besides our own files.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Where the analytics script comes from and reports to; with a blank in front, or empty.
    analytics: String,
    /// The rebuild signal of a development server.
    reload: &'static str,
}

impl Policy {
    pub fn of(settings: &Settings, options: &LeptosOptions) -> Self {
        let analytics = settings.site.analytics.as_ref();
        let watching = options.env == leptos::config::Env::DEV;
        Policy {
            analytics: analytics
                .map(|a| format!(" {}", a.script_url.origin().ascii_serialization()))
                .unwrap_or_default(),
            reload: if watching { " ws://localhost:* ws://127.0.0.1:*" } else { "" },
        }
    }

    /// Called while a page is made; outside of one it does nothing.
    pub fn put_on_page(&self) {
        let (Some(nonce), Some(answer)) = (use_nonce(), use_context::<ResponseOptions>()) else { return };
        if let Ok(policy) = HeaderValue::from_str(&self.with_nonce(&nonce)) {
            answer.insert_header(header::CONTENT_SECURITY_POLICY, policy);
            answer.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        }
    }

    fn with_nonce(&self, nonce: &str) -> String {
        let Policy { analytics, reload } = self;
        format!(
            "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'{analytics}; style-src 'self'; \
             connect-src 'self'{analytics}{reload}; img-src 'self' data:; font-src 'self'; manifest-src 'self'; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_files_and_the_named_script_run() {
        let plain = Policy { analytics: String::new(), reload: "" }.with_nonce("n");
        assert!(plain.contains("script-src 'self' 'nonce-n' 'wasm-unsafe-eval'; "), "{plain}");
        assert!(plain.contains("connect-src 'self'; "), "{plain}");
        let told = Policy { analytics: " https://stats.example.com".into(), reload: "" }.with_nonce("n");
        assert!(told.contains("'wasm-unsafe-eval' https://stats.example.com; "), "{told}");
        assert!(!plain.contains("unsafe-inline") && !plain.contains("unsafe-eval "));
    }
}
