//! What the desk is called, where it is reached, in which zone it lives.

use super::{Profile, Reader, reader::parse_web_address};
use std::path::PathBuf;
use url::Url;

#[derive(Debug, Clone)]
pub struct SiteSettings {
    /// `BASE_URL`, required: every absolute link starts with it.
    pub base_url: Url,
    /// `APP_DISPLAY_NAME`, default FireFighter.
    pub display_name: String,
    /// `VERSION`, default dev.
    pub version: String,
    /// `DEBUG`: on in development, off in production.
    pub debug: bool,
    /// `TIME_ZONE`, default UTC: display, parsing, schedules, office hours.
    pub time_zone: chrono_tz::Tz,
    /// `FF_DEBUG_ERROR_PAGES`: the `/err/*` pages. On in development.
    pub debug_error_pages: bool,
    /// `FF_EXPOSE_API_DOCS`: OpenAPI document and Swagger UI. On in development.
    pub expose_api_docs: bool,
    /// `FF_ROLE_REMINDER_MIN_DAYS_INTERVAL`, days between explanations of a role; -1 never, 0 always, default 90.
    pub role_reminder_min_days: i32,
    /// Both `PLAUSIBLE_SCRIPT_URL` and `PLAUSIBLE_DOMAIN`, or none.
    pub analytics: Option<Analytics>,
    /// `FF_DATA_DIR`, default `./data`.
    pub data_dir: PathBuf,
    /// `FF_CLOCK`: where the offset of product time is read. Development only.
    pub clock: Option<Url>,
    /// `FF_SANDBOX_URL`: the face of the sandbox, linked from the pages. Development only.
    pub sandbox_url: Option<Url>,
    /// `FF_API_SWAGGER_ADDITIONAL_SERVERS`: further servers in the OpenAPI document.
    pub api_servers: Vec<Url>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Analytics {
    pub script_url: Url,
    pub domain: String,
}

impl SiteSettings {
    pub(super) fn read(r: &mut Reader, profile: Profile) -> Option<Self> {
        let dev = !profile.is_production();
        let base_url = r.required_url(
            "BASE_URL",
            "Set BASE_URL to the address people open, for example https://firefighter.example.com.",
        );
        let time_zone = r
            .parsed("TIME_ZONE", "a zone of the IANA list, for example Europe/Paris", |v| v.parse().ok())
            .unwrap_or(chrono_tz::UTC);
        let site = SiteSettings {
            base_url: base_url.clone().unwrap_or_else(placeholder),
            display_name: r.text_or("APP_DISPLAY_NAME", "FireFighter"),
            version: r.text_or("VERSION", "dev"),
            debug: r.flag("DEBUG", dev),
            time_zone,
            debug_error_pages: r.flag("FF_DEBUG_ERROR_PAGES", dev),
            expose_api_docs: r.flag("FF_EXPOSE_API_DOCS", dev),
            role_reminder_min_days: read_role_reminder(r),
            analytics: read_analytics(r),
            data_dir: read_data_dir(r),
            clock: read_development_url(r, profile, "FF_CLOCK"),
            sandbox_url: read_development_url(r, profile, "FF_SANDBOX_URL"),
            api_servers: read_api_servers(r),
        };
        base_url.map(|_| site)
    }

    /// The absolute address of a path of ours that starts with `/`.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.base_url.as_str().trim_end_matches('/'))
    }

    /// Scheme, host and port of [`Self::base_url`], as a browser writes it into `Origin`.
    pub fn origin(&self) -> String {
        self.base_url.origin().ascii_serialization()
    }
}

/// Fills the field while the remaining variables are read; never leaves this file, because a missing address is an
/// error of the whole.
fn placeholder() -> Url {
    Url::parse("http://localhost/").expect("a constant address")
}

pub(super) fn read_data_dir(r: &Reader) -> PathBuf {
    PathBuf::from(r.text_or("FF_DATA_DIR", "./data"))
}

fn read_role_reminder(r: &mut Reader) -> i32 {
    let expected = "a number of days; 0 = always, -1 = never";
    r.parsed("FF_ROLE_REMINDER_MIN_DAYS_INTERVAL", expected, |v| v.parse().ok().filter(|days| *days >= -1))
        .unwrap_or(90)
}

fn read_analytics(r: &mut Reader) -> Option<Analytics> {
    let script_url = r.url("PLAUSIBLE_SCRIPT_URL")?;
    Some(Analytics { script_url, domain: r.text("PLAUSIBLE_DOMAIN")?.to_owned() })
}

/// Product time that somebody can move, and a link to a toy Slack, do not belong on a server that people use.
fn read_development_url(r: &mut Reader, profile: Profile, name: &str) -> Option<Url> {
    if profile.is_production() && r.text(name).is_some() {
        r.problem(name, "is set", "nothing when ENV is not dev", &format!("Remove {name}."));
        return None;
    }
    r.url(name)
}

fn read_api_servers(r: &mut Reader) -> Vec<Url> {
    let name = "FF_API_SWAGGER_ADDITIONAL_SERVERS";
    r.parsed(name, "addresses that start with http:// or https://, comma separated", |value| {
        value.split(',').map(|entry| parse_web_address(entry.trim())).collect()
    })
    .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::settings::tests::{names, read};

    #[test]
    fn base_url_needs_a_scheme_and_loses_its_last_slash() {
        let site = read(&[("BASE_URL", "https://fire.example.com:8443/")]).site;
        assert_eq!(site.link("/incident/7/"), "https://fire.example.com:8443/incident/7/");
        assert_eq!(site.origin(), "https://fire.example.com:8443");
        assert_eq!(
            read(&[("BASE_URL", "https://x.example.com/desk/")]).site.link("/"),
            "https://x.example.com/desk/"
        );
        for wrong in ["fire.example.com", "ftp://fire.example.com", ""] {
            assert_eq!(names(&[("BASE_URL", wrong)]), ["BASE_URL"], "{wrong}");
        }
    }

    #[test]
    fn development_opens_what_production_closes() {
        let (dev, prod) = (read(&[]).site, read(&[("ENV", "prod")]).site);
        assert_eq!((dev.debug, dev.debug_error_pages, dev.expose_api_docs), (true, true, true));
        assert_eq!((prod.debug, prod.debug_error_pages, prod.expose_api_docs), (false, false, false));
        assert!(read(&[("ENV", "prod"), ("FF_EXPOSE_API_DOCS", "1")]).site.expose_api_docs);
    }

    #[test]
    fn defaults_are_those_of_the_manual() {
        let site = read(&[]).site;
        assert_eq!((site.display_name.as_str(), site.version.as_str()), ("FireFighter", "dev"));
        assert_eq!((site.time_zone, site.role_reminder_min_days), (chrono_tz::UTC, 90));
        assert_eq!(site.data_dir, std::path::Path::new("./data"));
        assert_eq!(names(&[("TIME_ZONE", "Paris")]), ["TIME_ZONE"]);
        assert_eq!(read(&[("TIME_ZONE", "Europe/Paris")]).site.time_zone, chrono_tz::Europe::Paris);
        for (text, days) in [("-1", -1), ("0", 0), ("30", 30)] {
            assert_eq!(
                read(&[("FF_ROLE_REMINDER_MIN_DAYS_INTERVAL", text)]).site.role_reminder_min_days,
                days
            );
        }
        assert_eq!(
            names(&[("FF_ROLE_REMINDER_MIN_DAYS_INTERVAL", "-2")]),
            ["FF_ROLE_REMINDER_MIN_DAYS_INTERVAL"]
        );
    }

    #[test]
    fn analytics_needs_both_variables() {
        let script = ("PLAUSIBLE_SCRIPT_URL", "https://stats.example.com/js");
        assert!(read(&[script]).site.analytics.is_none());
        assert!(read(&[script, ("PLAUSIBLE_DOMAIN", "fire.example.com")]).site.analytics.is_some());
    }

    #[test]
    fn the_movable_clock_and_the_sandbox_are_refused_in_production() {
        let both = [("FF_CLOCK", "http://127.0.0.1:9/clock"), ("FF_SANDBOX_URL", "http://127.0.0.1:9")];
        assert!(read(&both).site.clock.is_some());
        assert_eq!(names(&[both[0], both[1], ("ENV", "int")]), ["FF_CLOCK", "FF_SANDBOX_URL"]);
    }
}
