//! Settings: environment variables with the names of existing installations, read once, typed, checked together.
//!
//! Order: process environment, then a `.env` file found by walking up from the working folder, then
//! `FF_ENV_VAR_MAPPING`. Reading never stops at the first mistake: a person sees everything that is wrong at once,
//! each with its name, the expected shape and what to do. An integration that is switched off is `None` and its other
//! variables are not read. Source of names and defaults: `docs/OPERATIONS.md`.

mod chat;
mod database;
mod first_admin;
mod integrations;
mod logging;
mod reader;
mod secret;
mod security;
mod site;
mod sso;
mod web;

pub use chat::SlackSettings;
pub use database::{DatabaseSettings, DatabaseSource};
pub use first_admin::FirstAdminSettings;
pub use integrations::{
    AtlasSettings, ConfluenceSettings, JiraPostmortemSettings, JiraSettings, PagerDutySettings, RaidSettings,
};
pub use logging::{LogFormat, LoggingSettings};
pub use reader::Reader;
pub use secret::Secret;
pub use security::{SecuritySettings, TrustedOrigin};
pub use site::{Analytics, SiteSettings};
pub use sso::OidcSettings;
pub use web::{OutgoingSettings, WebSettings};

use std::{collections::BTreeMap, fmt};

/// Names and values as read, before they mean anything.
pub type Variables = BTreeMap<String, String>;

/// Which defaults and which strictness apply (spec 05 §1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    Development,
    Production,
}

impl Profile {
    pub fn is_production(self) -> bool {
        self == Profile::Production
    }
}

/// Everything the product is told from outside.
#[derive(Debug, Clone)]
pub struct Settings {
    pub profile: Profile,
    /// `ENV` as written, trimmed: `dev`, `prod`, `prd`, `support`, `int`. Part of Jira labels and summaries.
    pub env: String,
    pub site: SiteSettings,
    pub security: SecuritySettings,
    pub web: WebSettings,
    pub outgoing: OutgoingSettings,
    pub logging: LoggingSettings,
    pub database: DatabaseSettings,
    pub first_admin: FirstAdminSettings,
    /// `None`: local sign-in only.
    pub sso: Option<OidcSettings>,
    /// `None`: no Slack; incidents live on the web and in the API.
    pub slack: Option<SlackSettings>,
    pub jira: Option<JiraSettings>,
    pub raid: Option<RaidSettings>,
    pub pagerduty: Option<PagerDutySettings>,
    pub confluence: Option<ConfluenceSettings>,
    pub atlas: Option<AtlasSettings>,
    /// What a person should know though the product starts: said once in the log.
    pub notices: Vec<String>,
}

/// One thing that is wrong with the settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    pub name: String,
    /// Continues the name: `is not set`, `is "maybe"`.
    pub what: String,
    pub expected: String,
    pub remedy: String,
}

/// All that is wrong with the settings; printed as a readable list.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingsError(pub Vec<Problem>);

impl std::error::Error for SettingsError {}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => writeln!(f, "One setting is wrong:")?,
            n => writeln!(f, "{n} settings are wrong:")?,
        }
        for p in &self.0 {
            write!(
                f,
                "\n  {} {}\n    expected: {}\n    to do:    {}\n",
                p.name, p.what, p.expected, p.remedy
            )?;
        }
        Ok(())
    }
}

impl Settings {
    /// Reads the process environment and `.env`.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn load() -> Result<Self, SettingsError> {
        Self::from_env(process_and_file_variables()?)
    }

    /// As [`Settings::load`], for printing the manifest of an app that does not exist yet: neither its token nor a
    /// secret is needed. `public_url` takes the place of `BASE_URL`; without a scheme it is https.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn load_for_manifest(public_url: Option<&str>) -> Result<Self, SettingsError> {
        Self::for_manifest(process_and_file_variables()?, public_url)
    }

    fn for_manifest(mut variables: Variables, public_url: Option<&str>) -> Result<Self, SettingsError> {
        let mut problems = apply_mapping(&mut variables);
        variables.remove("FF_ENV_VAR_MAPPING");
        for name in ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SECRET_KEY"] {
            variables.insert(name.into(), "not-used-by-the-manifest".into());
        }
        variables.insert("FF_SKIP_SECRET_KEY_CHECK".into(), "true".into());
        variables.remove("ENABLE_SLACK");
        let address = public_url.map(str::to_owned).or_else(|| variables.get("BASE_URL").cloned());
        if let Some(address) = address.filter(|address| !address.trim().is_empty()) {
            let whole = if address.contains("://") { address } else { format!("https://{}", address.trim()) };
            variables.insert("BASE_URL".into(), whole);
        }
        match Self::from_env(variables) {
            Ok(settings) if problems.is_empty() => Ok(settings),
            Ok(_) => Err(SettingsError(problems)),
            Err(SettingsError(more)) => {
                problems.extend(more);
                Err(SettingsError(problems))
            }
        }
    }

    /// The settings that these variables mean. Pure: nothing else is looked at.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn from_env(mut variables: Variables) -> Result<Self, SettingsError> {
        let mapping_problems = apply_mapping(&mut variables);
        let mut r = Reader::new(&variables);
        r.problems = mapping_problems;

        let env = r.text_or("ENV", "dev");
        let profile = read_profile(&mut r, &env);
        let site = SiteSettings::read(&mut r, profile);
        let security = SecuritySettings::read(&mut r, profile, &env, site.as_ref());
        let web = WebSettings::read(&mut r);
        let outgoing = OutgoingSettings::read(&mut r);
        let logging = LoggingSettings::read(&mut r, profile);
        let data_dir = site::read_data_dir(&r);
        let database = DatabaseSettings::read(&mut r, &data_dir);
        let first_admin = FirstAdminSettings::read(&r);
        let sso = OidcSettings::read(&mut r);
        let slack = SlackSettings::read(&mut r, profile);
        let jira = JiraSettings::read(&mut r);
        let raid = RaidSettings::read(&mut r);
        let pagerduty = PagerDutySettings::read(&mut r);
        let confluence = ConfluenceSettings::read(&mut r);
        let atlas = AtlasSettings::read(&mut r);
        note_what_is_not_used(&mut r);

        match (site, security, database) {
            (Some(site), Some(security), Some(database)) if r.problems.is_empty() => Ok(Settings {
                profile,
                env,
                site,
                security,
                web,
                outgoing,
                logging,
                database,
                first_admin,
                sso,
                slack,
                jira,
                raid,
                pagerduty,
                confluence,
                atlas,
                notices: r.notices,
            }),
            _ => Err(SettingsError(r.problems)),
        }
    }
}

/// The process environment wins over the file.
fn process_and_file_variables() -> Result<Variables, SettingsError> {
    let unreadable = |e: dotenvy::Error| {
        SettingsError(vec![Problem {
            name: ".env".into(),
            what: format!("cannot be read: {e}"),
            expected: "lines of the form NAME=value".into(),
            remedy: "Correct the line, or put the value into quotes.".into(),
        }])
    };
    let mut variables = Variables::new();
    match dotenvy::dotenv_iter() {
        Ok(lines) => {
            for line in lines {
                let (name, value) = line.map_err(unreadable)?;
                variables.insert(name, value);
            }
        }
        Err(e) if e.not_found() => {}
        Err(e) => return Err(unreadable(e)),
    }
    variables.extend(
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
    );
    Ok(variables)
}

/// `FF_ENV_VAR_MAPPING=TARGET:SOURCE,…`: each target gets the value of its source, empty when the source is unset.
fn apply_mapping(variables: &mut Variables) -> Vec<Problem> {
    let before = variables.clone();
    let mut r = Reader::new(&before);
    for pair in r.list("FF_ENV_VAR_MAPPING") {
        match pair.split_once(':').map(|(target, source)| (target.trim(), source.trim())) {
            Some((target, source)) if !target.is_empty() && !source.is_empty() => {
                variables.insert(target.into(), before.get(source).cloned().unwrap_or_default());
            }
            _ => r.problem(
                "FF_ENV_VAR_MAPPING",
                &format!("contains {pair:?}"),
                "TARGET:SOURCE,TARGET2:SOURCE2",
                "Write both names with a colon between them.",
            ),
        }
    }
    r.problems
}

fn read_profile(r: &mut Reader, env: &str) -> Profile {
    match env.to_ascii_lowercase().as_str() {
        "dev" => Profile::Development,
        "prod" | "prd" | "support" | "int" => Profile::Production,
        _ => {
            let expected = "dev, or one of prod, prd, support, int";
            r.problem("ENV", &format!("is {env:?}"), expected, "Set ENV=prod on a server that people use.");
            Profile::Production
        }
    }
}

/// Variables that existing installations have and that mean nothing here: one line, so that nobody wonders.
fn note_what_is_not_used(r: &mut Reader) {
    let unused: Vec<_> = ["REDIS_HOST", "REDIS_PORT", "GUNICORN_WORKERS", "GUNICORN_TIMEOUT", "STATIC_ROOT"]
        .into_iter()
        .filter(|name| r.text(name).is_some())
        .collect();
    if !unused.is_empty() {
        let names = unused.join(", ");
        r.notice(format!(
            "Set but not used: {names}. PostgreSQL holds sessions, queue and locks; one process serves all"
        ));
    }
    if r.text("FF_ADDITIONAL_SETTINGS_MODULE").is_some() {
        r.notice("FF_ADDITIONAL_SETTINGS_MODULE is set but not used: it names Python code. Its settings are variables now");
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A strong key of no meaning.
    pub(crate) const KEY: &str = "q7Jp2Xz9Lw4Rk8Vn3Tb6Yh1Gf5Ds0Ac-EuMiOyQxWzKjHgPv";

    pub(crate) fn variables(pairs: &[(&str, &str)]) -> Variables {
        let base = [("SECRET_KEY", KEY), ("BASE_URL", "https://fire.example.com")];
        base.iter().chain(pairs).map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    pub(crate) fn read(pairs: &[(&str, &str)]) -> Settings {
        Settings::from_env(variables(pairs)).expect("valid settings")
    }

    pub(crate) fn problems(pairs: &[(&str, &str)]) -> Vec<Problem> {
        Settings::from_env(variables(pairs)).expect_err("invalid settings").0
    }

    pub(crate) fn names(pairs: &[(&str, &str)]) -> Vec<String> {
        problems(pairs).into_iter().map(|p| p.name).collect()
    }

    // CFG-003
    #[test]
    fn env_chooses_the_profile_and_unknown_names_are_refused() {
        assert_eq!(read(&[]).profile, Profile::Development);
        assert_eq!(read(&[("ENV", " dev ")]).env, "dev");
        for env in ["prod", "prd", "support", "int", "PROD", "Int"] {
            let settings = read(&[("ENV", env)]);
            assert_eq!((settings.profile, settings.env.as_str()), (Profile::Production, env));
        }
        assert_eq!(names(&[("ENV", "staging")]), ["ENV"]);
    }

    // CFG-002
    #[test]
    fn the_mapping_overwrites_targets_before_anything_is_read() {
        let settings = read(&[
            ("FF_ENV_VAR_MAPPING", "BASE_URL:PUBLIC_ADDRESS, APP_DISPLAY_NAME:UNSET"),
            ("PUBLIC_ADDRESS", "https://desk.example.com"),
            ("APP_DISPLAY_NAME", "Overwritten by the unset source"),
        ]);
        assert_eq!(settings.site.base_url.as_str(), "https://desk.example.com/");
        assert_eq!(settings.site.display_name, "FireFighter");
        assert_eq!(names(&[("FF_ENV_VAR_MAPPING", "BASE_URL")]), ["FF_ENV_VAR_MAPPING"]);
    }

    // SLK-265
    #[test]
    fn a_manifest_needs_an_address_and_a_good_command_and_nothing_else() {
        let of = |pairs: &[(&str, &str)], public: Option<&str>| {
            let variables = pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
            Settings::for_manifest(variables, public)
        };
        let settings = of(&[("BASE_URL", "fire.example.com")], None).expect("enough");
        assert_eq!(settings.site.base_url.as_str(), "https://fire.example.com/");
        assert!(settings.slack.is_some(), "without a token");
        let tunnel =
            of(&[("BASE_URL", "https://fire.example.com")], Some("abc.tunnel.example")).expect("enough");
        assert_eq!(tunnel.site.base_url.as_str(), "https://abc.tunnel.example/");
        let names = |wrong: Result<Settings, SettingsError>| {
            wrong.expect_err("wrong").0.into_iter().map(|p| p.name).collect::<Vec<_>>()
        };
        assert_eq!(names(of(&[], None)), ["BASE_URL"]);
        let status = [("BASE_URL", "https://fire.example.com"), ("SLACK_INCIDENT_COMMAND", "/status")];
        assert_eq!(names(of(&status, None)), ["SLACK_INCIDENT_COMMAND"]);
    }

    // CFG-006
    #[test]
    fn everything_that_is_wrong_is_told_at_once_with_what_to_do() {
        let error = Settings::from_env(Variables::from([
            ("TIME_ZONE".into(), "Mars/Olympus".into()),
            ("HTTP_PORT".into(), "eighty".into()),
            ("ENABLE_PAGERDUTY".into(), "true".into()),
        ]))
        .expect_err("five problems");
        let names: Vec<_> = error.0.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "BASE_URL",
                "TIME_ZONE",
                "SECRET_KEY",
                "HTTP_PORT",
                "PAGERDUTY_API_KEY",
                "PAGERDUTY_ACCOUNT_EMAIL"
            ]
        );
        let text = error.to_string();
        assert!(text.starts_with("6 settings are wrong:"), "{text}");
        assert!(error.0.iter().all(|p| !p.expected.is_empty() && !p.remedy.is_empty()));
    }

    // CFG-020
    #[test]
    fn redis_variables_are_read_and_said_to_be_unused_once() {
        let settings = read(&[("REDIS_HOST", "redis"), ("REDIS_PORT", "6379")]);
        let said: Vec<_> = settings.notices.iter().filter(|n| n.contains("REDIS")).collect();
        assert_eq!(said.len(), 1);
        assert!(said[0].contains("REDIS_HOST, REDIS_PORT"));
    }

    #[test]
    fn secrets_never_show_themselves() {
        let shown = format!(
            "{:?}",
            read(&[
                ("SLACK_BOT_TOKEN", "xoxb-very-secret"),
                ("SLACK_SIGNING_SECRET", "sign-very-secret"),
                ("DATABASE_URL", "postgres://fire:db-very-secret@db/fire"),
            ])
        );
        assert!(!shown.contains("very-secret") && !shown.contains(KEY), "{shown}");
    }

    // CFG-038
    #[test]
    fn every_integration_is_off_by_itself() {
        let s = read(&[]);
        assert!(s.slack.is_none() && s.jira.is_none() && s.raid.is_none() && s.pagerduty.is_none());
        assert!(s.confluence.is_none() && s.atlas.is_none() && s.sso.is_none());
    }
}
