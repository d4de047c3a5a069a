//! Jira, RAID, PagerDuty, Confluence, Atlas: each `None` until its `ENABLE_*` is true (spec 05 §3.2, §3.3).

use super::{Reader, Secret, reader::parse_web_address};
use url::Url;

/// Whether `ENABLE_<name>` is on.
fn enabled(r: &mut Reader, switch: &str) -> bool {
    r.flag(switch, false)
}

fn remedy(switch: &str) -> String {
    format!("Set it, or switch the integration off with {switch}=false.")
}

#[derive(Debug, Clone)]
pub struct JiraSettings {
    /// `RAID_JIRA_API_URL`: https is put in front when there is no scheme; no trailing slash.
    pub api_url: Url,
    /// `RAID_JIRA_API_USER`.
    pub user: String,
    /// `RAID_JIRA_API_PASSWORD`.
    pub password: Secret,
    /// `RAID_JIRA_WEBHOOK_SECRET`; absent, the webhooks refuse everything.
    pub webhook_secret: Option<Secret>,
    /// With `ENABLE_JIRA_POSTMORTEM`.
    pub postmortem: Option<JiraPostmortemSettings>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct JiraPostmortemSettings {
    /// `JIRA_POSTMORTEM_PROJECT_KEY`, default INCIDENT.
    pub project_key: String,
    /// `JIRA_POSTMORTEM_ISSUE_TYPE`, default Post-mortem.
    pub issue_type: String,
    /// `JIRA_POSTMORTEM_READY_STATUS`, default Ready: the status that allows an incident to be closed.
    pub ready_status: String,
    /// `JIRA_FIELD_*`, defaults `customfield_12699` to `12703` and `12369`.
    pub incident_summary_field: String,
    pub timeline_field: String,
    pub root_causes_field: String,
    pub impact_field: String,
    pub mitigation_actions_field: String,
    pub incident_category_field: String,
}

impl JiraSettings {
    pub(super) fn read(r: &mut Reader) -> Option<Self> {
        let on = enabled(r, "ENABLE_JIRA");
        let postmortem = enabled(r, "ENABLE_JIRA_POSTMORTEM");
        if !on {
            if postmortem {
                needs_jira(r, "ENABLE_JIRA_POSTMORTEM");
            }
            return None;
        }
        let remedy = remedy("ENABLE_JIRA");
        let address =
            r.required("RAID_JIRA_API_URL", "the address of Jira, with or without https://", &remedy);
        let api_url = address.and_then(|_| {
            r.parsed("RAID_JIRA_API_URL", "the address of Jira, with or without https://", |value| {
                let scheme = if value.contains("://") { "" } else { "https://" };
                parse_web_address(&format!("{scheme}{value}"))
            })
        });
        let user = r.required("RAID_JIRA_API_USER", "the account's e-mail address", &remedy);
        let password = r.required_secret("RAID_JIRA_API_PASSWORD", "an API token of that account", &remedy);
        let webhook_secret = r.text("RAID_JIRA_WEBHOOK_SECRET").map(Secret::new);
        let postmortem = postmortem.then(|| JiraPostmortemSettings::read(r));
        Some(JiraSettings {
            api_url: api_url?,
            user: user?.into(),
            password: password?,
            webhook_secret,
            postmortem,
        })
    }
}

fn needs_jira(r: &mut Reader, switch: &str) {
    let remedy = format!("Set ENABLE_JIRA=true, or {switch}=false.");
    r.problem(switch, "is true without Jira", "ENABLE_JIRA=true beside it", &remedy);
}

impl JiraPostmortemSettings {
    fn read(r: &Reader) -> Self {
        JiraPostmortemSettings {
            project_key: r.text_or("JIRA_POSTMORTEM_PROJECT_KEY", "INCIDENT"),
            issue_type: r.text_or("JIRA_POSTMORTEM_ISSUE_TYPE", "Post-mortem"),
            ready_status: r.text_or("JIRA_POSTMORTEM_READY_STATUS", "Ready"),
            incident_summary_field: r.text_or("JIRA_FIELD_INCIDENT_SUMMARY", "customfield_12699"),
            timeline_field: r.text_or("JIRA_FIELD_TIMELINE", "customfield_12700"),
            root_causes_field: r.text_or("JIRA_FIELD_ROOT_CAUSES", "customfield_12701"),
            impact_field: r.text_or("JIRA_FIELD_IMPACT", "customfield_12702"),
            mitigation_actions_field: r.text_or("JIRA_FIELD_MITIGATION_ACTIONS", "customfield_12703"),
            incident_category_field: r.text_or("JIRA_FIELD_INCIDENT_CATEGORY", "customfield_12369"),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct RaidSettings {
    /// `RAID_DEFAULT_JIRA_QRAFT_USER_ID`.
    pub default_jira_user: String,
    /// `RAID_JIRA_PROJECT_KEY`.
    pub project_key: String,
    /// `RAID_TOOLBOX_URL`.
    pub toolbox_url: Url,
    /// `RAID_JIRA_INCIDENT_CATEGORY_FIELD`.
    pub incident_category_field: Option<String>,
    /// `RAID_WATCHER_EMAIL_EXCLUSIONS`, lower case: who is not told about tickets.
    pub watcher_exclusions: Vec<String>,
}

impl RaidSettings {
    pub(super) fn read(r: &mut Reader) -> Option<Self> {
        if !enabled(r, "ENABLE_RAID") {
            return None;
        }
        if !enabled(r, "ENABLE_JIRA") {
            needs_jira(r, "ENABLE_RAID");
        }
        let remedy = remedy("ENABLE_RAID");
        let default_jira_user = r.required("RAID_DEFAULT_JIRA_QRAFT_USER_ID", "a Jira account id", &remedy);
        let project_key = r.required("RAID_JIRA_PROJECT_KEY", "the key of a Jira project", &remedy);
        let toolbox_url = r.required_url("RAID_TOOLBOX_URL", &remedy);
        let watcher_exclusions = r.list("RAID_WATCHER_EMAIL_EXCLUSIONS");
        Some(RaidSettings {
            default_jira_user: default_jira_user?.into(),
            project_key: project_key?.into(),
            toolbox_url: toolbox_url?,
            incident_category_field: r.text("RAID_JIRA_INCIDENT_CATEGORY_FIELD").map(str::to_owned),
            watcher_exclusions: watcher_exclusions.iter().map(|email| email.to_lowercase()).collect(),
        })
    }
}

#[derive(Debug, Clone)]
pub struct PagerDutySettings {
    /// `PAGERDUTY_API_KEY`.
    pub api_key: Secret,
    /// `PAGERDUTY_ACCOUNT_EMAIL`: who pages in our name.
    pub account_email: String,
    /// `PAGERDUTY_URL`, default `https://api.pagerduty.com`.
    pub url: Url,
}

impl PagerDutySettings {
    pub(super) fn read(r: &mut Reader) -> Option<Self> {
        if !enabled(r, "ENABLE_PAGERDUTY") {
            return None;
        }
        let remedy = remedy("ENABLE_PAGERDUTY");
        let api_key = r.required_secret("PAGERDUTY_API_KEY", "an API key", &remedy);
        let account_email = r.required("PAGERDUTY_ACCOUNT_EMAIL", "the e-mail of a PagerDuty user", &remedy);
        let url = r.url("PAGERDUTY_URL").or_else(|| Url::parse("https://api.pagerduty.com").ok());
        Some(PagerDutySettings { api_key: api_key?, account_email: account_email?.into(), url: url? })
    }
}

#[derive(Debug, Clone)]
pub struct ConfluenceSettings {
    /// `CONFLUENCE_URL`.
    pub url: Url,
    /// `CONFLUENCE_USERNAME`.
    pub username: String,
    /// `CONFLUENCE_API_KEY`.
    pub api_key: Secret,
    /// `CONFLUENCE_POSTMORTEM_SPACE`.
    pub postmortem_space: String,
    /// `CONFLUENCE_RUNBOOKS_FOLDER_ID`.
    pub runbooks_folder: i64,
    /// `CONFLUENCE_POSTMORTEM_TEMPLATE_PAGE_ID`.
    pub postmortem_template: i64,
    /// `CONFLUENCE_POSTMORTEM_FOLDER_ID`.
    pub postmortem_folder: i64,
    /// `CONFLUENCE_ON_CALL_PAGE_ID`; absent, the on-call page is not written.
    pub on_call_page: Option<i64>,
    /// `CONFLUENCE_MOCK_CREATE_POSTMORTEM`: no page is made.
    pub mock_create: bool,
}

impl ConfluenceSettings {
    pub(super) fn read(r: &mut Reader) -> Option<Self> {
        if !enabled(r, "ENABLE_CONFLUENCE") {
            return None;
        }
        let remedy = remedy("ENABLE_CONFLUENCE");
        let url = r.required_url("CONFLUENCE_URL", &remedy);
        let username = r.required("CONFLUENCE_USERNAME", "the account's e-mail address", &remedy);
        let api_key = r.required_secret("CONFLUENCE_API_KEY", "an API token of that account", &remedy);
        let space = r.required("CONFLUENCE_POSTMORTEM_SPACE", "the key of a space", &remedy);
        let mut page = |name| {
            r.required(name, "the number of a page", &remedy)?;
            r.parsed(name, "the number of a page", |v| v.parse::<i64>().ok())
        };
        let runbooks_folder = page("CONFLUENCE_RUNBOOKS_FOLDER_ID");
        let postmortem_template = page("CONFLUENCE_POSTMORTEM_TEMPLATE_PAGE_ID");
        let postmortem_folder = page("CONFLUENCE_POSTMORTEM_FOLDER_ID");
        let on_call_page = r.parsed("CONFLUENCE_ON_CALL_PAGE_ID", "the number of a page", |v| v.parse().ok());
        let mock_create = r.flag("CONFLUENCE_MOCK_CREATE_POSTMORTEM", false);
        Some(ConfluenceSettings {
            url: url?,
            username: username?.into(),
            api_key: api_key?,
            postmortem_space: space?.into(),
            runbooks_folder: runbooks_folder?,
            postmortem_template: postmortem_template?,
            postmortem_folder: postmortem_folder?,
            on_call_page,
            mock_create,
        })
    }
}

#[derive(Debug, Clone)]
pub struct AtlasSettings {
    /// `ATLAS_URL`: https with a host.
    pub url: Url,
    /// `ATLAS_SHARED_SECRET`; absent, nothing is asked and the log says so.
    pub shared_secret: Option<Secret>,
}

impl AtlasSettings {
    pub(super) fn read(r: &mut Reader) -> Option<Self> {
        if !enabled(r, "ENABLE_ATLAS") {
            return None;
        }
        let expected = "an address that starts with https://";
        r.required("ATLAS_URL", expected, &remedy("ENABLE_ATLAS"))?;
        let url =
            r.parsed("ATLAS_URL", expected, |v| parse_web_address(v).filter(|url| url.scheme() == "https"));
        Some(AtlasSettings { url: url?, shared_secret: r.text("ATLAS_SHARED_SECRET").map(Secret::new) })
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::tests::{names, read};

    const JIRA: [(&str, &str); 4] = [
        ("ENABLE_JIRA", "true"),
        ("RAID_JIRA_API_URL", "jira.example.com/"),
        ("RAID_JIRA_API_USER", "bot@example.com"),
        ("RAID_JIRA_API_PASSWORD", "t"),
    ];
    const RAID: [(&str, &str); 4] = [
        ("ENABLE_RAID", "true"),
        ("RAID_DEFAULT_JIRA_QRAFT_USER_ID", "5f1"),
        ("RAID_JIRA_PROJECT_KEY", "RAID"),
        ("RAID_TOOLBOX_URL", "https://toolbox.example.com"),
    ];

    // CFG-032
    #[test]
    fn jira_is_read_only_when_enabled_and_its_address_is_completed() {
        assert!(read(&JIRA[1..]).jira.is_none());
        let jira = read(&JIRA).jira.expect("on");
        assert_eq!(jira.api_url.as_str().trim_end_matches('/'), "https://jira.example.com");
        let plain = [JIRA[0], ("RAID_JIRA_API_URL", "http://127.0.0.1:9000"), JIRA[2], JIRA[3]];
        assert_eq!(read(&plain).jira.expect("on").api_url.scheme(), "http");
        assert_eq!(names(&JIRA[..1]), ["RAID_JIRA_API_URL", "RAID_JIRA_API_USER", "RAID_JIRA_API_PASSWORD"]);
    }

    // CFG-033
    #[test]
    fn jira_postmortems_need_jira_and_have_field_ids() {
        assert_eq!(names(&[("ENABLE_JIRA_POSTMORTEM", "true")]), ["ENABLE_JIRA_POSTMORTEM"]);
        let on = [&JIRA[..], &[("ENABLE_JIRA_POSTMORTEM", "true"), ("JIRA_FIELD_IMPACT", "customfield_1")]]
            .concat();
        let postmortem = read(&on).jira.and_then(|jira| jira.postmortem).expect("on");
        assert_eq!(
            (postmortem.project_key.as_str(), postmortem.issue_type.as_str()),
            ("INCIDENT", "Post-mortem")
        );
        assert_eq!(postmortem.impact_field, "customfield_1");
        assert_eq!(postmortem.timeline_field, "customfield_12700");
    }

    // CFG-034
    #[test]
    fn raid_needs_jira_and_lowers_excluded_addresses() {
        assert_eq!(names(&RAID), ["ENABLE_RAID"]);
        let all =
            [&JIRA[..], &RAID[..], &[("RAID_WATCHER_EMAIL_EXCLUSIONS", "Bot@Example.com, b@x.org")]].concat();
        let raid = read(&all).raid.expect("on");
        assert_eq!(raid.watcher_exclusions, ["bot@example.com", "b@x.org"]);
    }

    // CFG-035
    #[test]
    fn pagerduty_needs_key_and_account() {
        assert_eq!(names(&[("ENABLE_PAGERDUTY", "1")]), ["PAGERDUTY_API_KEY", "PAGERDUTY_ACCOUNT_EMAIL"]);
        let on =
            [("ENABLE_PAGERDUTY", "1"), ("PAGERDUTY_API_KEY", "k"), ("PAGERDUTY_ACCOUNT_EMAIL", "a@b.c")];
        assert_eq!(read(&on).pagerduty.expect("on").url.as_str(), "https://api.pagerduty.com/");
    }

    // CFG-036
    #[test]
    fn confluence_needs_its_pages_as_numbers() {
        let on = [
            ("ENABLE_CONFLUENCE", "1"),
            ("CONFLUENCE_URL", "https://wiki.example.com"),
            ("CONFLUENCE_USERNAME", "u"),
            ("CONFLUENCE_API_KEY", "k"),
            ("CONFLUENCE_POSTMORTEM_SPACE", "PM"),
            ("CONFLUENCE_RUNBOOKS_FOLDER_ID", "1"),
            ("CONFLUENCE_POSTMORTEM_TEMPLATE_PAGE_ID", "2"),
            ("CONFLUENCE_POSTMORTEM_FOLDER_ID", "3"),
        ];
        let confluence = read(&on).confluence.expect("on");
        assert_eq!((confluence.runbooks_folder, confluence.on_call_page), (1, None));
        let wrong = [&on[..], &[("CONFLUENCE_POSTMORTEM_FOLDER_ID", "three")]].concat();
        assert_eq!(names(&wrong), ["CONFLUENCE_POSTMORTEM_FOLDER_ID"]);
        assert_eq!(names(&on[..1]).len(), 7);
    }

    // CFG-037
    #[test]
    fn atlas_is_reached_by_https_only() {
        for wrong in ["http://atlas.example.com", "https://", "atlas"] {
            assert_eq!(names(&[("ENABLE_ATLAS", "1"), ("ATLAS_URL", wrong)]), ["ATLAS_URL"], "{wrong}");
        }
        assert!(read(&[("ENABLE_ATLAS", "1"), ("ATLAS_URL", "https://atlas.example.com")]).atlas.is_some());
    }
}
