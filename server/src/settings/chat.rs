//! Slack: credentials, commands, help links.

use super::{Profile, Reader, Secret};
use std::time::Duration;
use url::Url;

/// A worker's lease allows a call of 35 seconds; this stays below.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, Clone)]
pub struct SlackSettings {
    /// `SLACK_BOT_TOKEN`.
    pub bot_token: Secret,
    /// `SLACK_SIGNING_SECRET`.
    pub signing_secret: Secret,
    /// `SLACK_API_URL`, default `https://slack.com/api`, without a trailing slash.
    pub api_url: Url,
    /// `SLACK_INCIDENT_COMMAND`, default `/incident`: cleaned as all commands are.
    pub command: String,
    /// `SLACK_INCIDENT_COMMAND_ALIASES`, cleaned, without the command itself.
    pub aliases: Vec<String>,
    /// `SLACK_POSTMORTEM_HELP_URL`.
    pub postmortem_help_url: Option<Url>,
    /// `SLACK_INCIDENT_HELP_GUIDE_URL`.
    pub incident_guide_url: Option<Url>,
    /// `SLACK_SEVERITY_HELP_GUIDE_URL`.
    pub severity_guide_url: Option<Url>,
    /// `SLACK_EMERGENCY_COMMUNICATION_GUIDE_URL`.
    pub emergency_guide_url: Option<Url>,
    /// `SLACK_EMERGENCY_USERGROUP_ID`: the group mentioned in emergencies.
    pub emergency_usergroup: Option<String>,
    /// `SLACK_APP_EMOJI`, default `:fire_extinguisher:`.
    pub app_emoji: String,
    /// `FF_SLACK_SKIP_CHECKS`: token and signatures are not checked. Refused in production.
    pub skip_checks: bool,
    /// `FF_SLACK_PATIENCE_MS`: how long a call may take. Development only; thirty seconds otherwise.
    pub patience: Duration,
    /// `ENABLE_DUST` with `DUST_SLACK_BOT_NAME`: the bot that drafts post-mortems.
    pub dust_bot: Option<String>,
}

impl SlackSettings {
    /// On when a bot token is given; `ENABLE_SLACK` says it explicitly.
    pub(super) fn read(r: &mut Reader, profile: Profile) -> Option<Self> {
        let switch = r.flag_if_set("ENABLE_SLACK");
        if !switch.unwrap_or(r.text("SLACK_BOT_TOKEN").is_some()) {
            return None;
        }
        let remedy = "Copy it from the app's page at api.slack.com/apps, or set ENABLE_SLACK=false.";
        let bot_token = r.required_secret("SLACK_BOT_TOKEN", "a bot token (xoxb-…)", remedy);
        let signing_secret =
            r.required_secret("SLACK_SIGNING_SECRET", "the signing secret of the app", remedy);
        let api_url = r.url("SLACK_API_URL").or_else(|| Url::parse("https://slack.com/api").ok());
        let command = read_command(r);
        let aliases = read_aliases(r, &command);
        let slack = SlackSettings {
            bot_token: bot_token.clone().unwrap_or_else(|| Secret::new("")),
            signing_secret: signing_secret.clone().unwrap_or_else(|| Secret::new("")),
            api_url: api_url?,
            command,
            aliases,
            postmortem_help_url: r.url("SLACK_POSTMORTEM_HELP_URL"),
            incident_guide_url: r.url("SLACK_INCIDENT_HELP_GUIDE_URL"),
            severity_guide_url: r.url("SLACK_SEVERITY_HELP_GUIDE_URL"),
            emergency_guide_url: r.url("SLACK_EMERGENCY_COMMUNICATION_GUIDE_URL"),
            emergency_usergroup: r.text("SLACK_EMERGENCY_USERGROUP_ID").map(str::to_owned),
            app_emoji: r.text_or("SLACK_APP_EMOJI", ":fire_extinguisher:"),
            skip_checks: read_skip_checks(r, profile),
            patience: read_patience(r, profile),
            dust_bot: r.flag("ENABLE_DUST", false).then(|| r.text_or("DUST_SLACK_BOT_NAME", "dust")),
        };
        (bot_token.is_some() && signing_secret.is_some()).then_some(slack)
    }

    /// The command and its aliases.
    pub fn commands(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.command.as_str()).chain(self.aliases.iter().map(String::as_str))
    }
}

/// Tests do not wait half a minute for a call that hangs.
fn read_patience(r: &mut Reader, profile: Profile) -> Duration {
    let name = "FF_SLACK_PATIENCE_MS";
    if profile.is_production() && r.text(name).is_some() {
        r.problem(name, "is set", "nothing when ENV is not dev", &format!("Remove {name}."));
    }
    let asked = r.parsed(name, "milliseconds, 1 to 30000", |v| {
        v.parse().ok().map(Duration::from_millis).filter(|d| !d.is_zero() && *d <= PATIENCE)
    });
    asked.unwrap_or(PATIENCE)
}

/// Slack's own commands, which an app cannot take over
/// (https://slack.com/help/articles/201259356-Slash-commands-in-Slack).
const BUILT_IN: [&str; 27] = [
    "/active",
    "/archive",
    "/away",
    "/call",
    "/collapse",
    "/dm",
    "/dnd",
    "/expand",
    "/feed",
    "/feedback",
    "/invite",
    "/join",
    "/leave",
    "/me",
    "/msg",
    "/mute",
    "/open",
    "/remind",
    "/remove",
    "/rename",
    "/search",
    "/shortcuts",
    "/shrug",
    "/status",
    "/topic",
    "/who",
    "/huddle",
];

/// One leading slash, no blanks, at most 32 characters, lower case (spec 10 §7).
fn clean_command(text: &str) -> String {
    let name: String = text.trim().trim_start_matches('/').chars().filter(|c| !c.is_whitespace()).collect();
    format!("/{name}").to_lowercase().chars().take(32).collect()
}

fn read_command(r: &mut Reader) -> String {
    let command = clean_command(r.text("SLACK_INCIDENT_COMMAND").unwrap_or("/incident"));
    if command == "/" || BUILT_IN.contains(&command.as_str()) {
        let expected = "a slash command that Slack does not use itself, for example /incident";
        r.problem("SLACK_INCIDENT_COMMAND", &format!("is {command:?}"), expected, "Choose another name.");
    }
    command
}

fn read_aliases(r: &mut Reader, command: &str) -> Vec<String> {
    let mut aliases: Vec<String> = Vec::new();
    for entry in r.list("SLACK_INCIDENT_COMMAND_ALIASES") {
        let alias = clean_command(&entry);
        if alias == "/" || BUILT_IN.contains(&alias.as_str()) {
            r.notice(format!("SLACK_INCIDENT_COMMAND_ALIASES: {alias} is left out, Slack uses it itself"));
        } else if alias != command && !aliases.contains(&alias) {
            aliases.push(alias);
        }
    }
    aliases
}

fn read_skip_checks(r: &mut Reader, profile: Profile) -> bool {
    let skip = r.flag("FF_SLACK_SKIP_CHECKS", false);
    if skip && profile.is_production() {
        let expected = "false when ENV is not dev: anybody could speak as Slack";
        r.problem("FF_SLACK_SKIP_CHECKS", "is true", expected, "Remove FF_SLACK_SKIP_CHECKS.");
    }
    skip
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::{names, read};

    const ON: [(&str, &str); 2] = [("SLACK_BOT_TOKEN", "xoxb-1"), ("SLACK_SIGNING_SECRET", "s")];

    fn slack(more: &[(&str, &str)]) -> SlackSettings {
        read(&[&ON[..], more].concat()).slack.expect("on")
    }

    // CFG-031
    #[test]
    fn slack_is_read_whole_when_a_token_is_given() {
        let plain = slack(&[]);
        assert_eq!((plain.command.as_str(), plain.api_url.as_str()), ("/incident", "https://slack.com/api"));
        assert_eq!(plain.app_emoji, ":fire_extinguisher:");
        assert!(!plain.skip_checks && plain.dust_bot.is_none());

        let told = slack(&[
            ("SLACK_API_URL", "http://127.0.0.1:8100/api/"),
            ("SLACK_EMERGENCY_USERGROUP_ID", "S1"),
            ("SLACK_INCIDENT_HELP_GUIDE_URL", "https://wiki.example.com/guide"),
            ("ENABLE_DUST", "yes"),
        ]);
        assert_eq!(told.api_url.as_str(), "http://127.0.0.1:8100/api");
        assert_eq!(
            (told.emergency_usergroup.as_deref(), told.dust_bot.as_deref()),
            (Some("S1"), Some("dust"))
        );
        assert_eq!(
            told.incident_guide_url.map(String::from).as_deref(),
            Some("https://wiki.example.com/guide")
        );
    }

    #[test]
    fn slack_is_off_without_a_token_and_half_a_slack_is_told() {
        assert!(read(&[("SLACK_SIGNING_SECRET", "s")]).slack.is_none());
        assert!(read(&[ON[0], ON[1], ("ENABLE_SLACK", "false")]).slack.is_none());
        assert_eq!(names(&ON[..1]), ["SLACK_SIGNING_SECRET"]);
        assert_eq!(names(&[("ENABLE_SLACK", "true")]), ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"]);
    }

    #[test]
    fn commands_are_cleaned_and_those_of_slack_left_out() {
        let told = [
            ON[0],
            ON[1],
            ("SLACK_INCIDENT_COMMAND", " Inci dent "),
            (
                "SLACK_INCIDENT_COMMAND_ALIASES",
                "/fire, FIRE, remind, incident, //a-very-long-name-that-slack-would-not-take",
            ),
        ];
        let settings = read(&told);
        assert!(settings.notices.iter().any(|n| n.contains("/remind")));
        let slack = settings.slack.expect("on");
        assert_eq!(
            slack.commands().collect::<Vec<_>>(),
            ["/incident", "/fire", "/a-very-long-name-that-slack-wou"]
        );
        assert_eq!(names(&[ON[0], ON[1], ("SLACK_INCIDENT_COMMAND", "/status")]), ["SLACK_INCIDENT_COMMAND"]);
    }

    #[test]
    fn unchecked_signatures_are_refused_in_production() {
        assert!(slack(&[("FF_SLACK_SKIP_CHECKS", "1")]).skip_checks);
        assert_eq!(
            names(&[ON[0], ON[1], ("FF_SLACK_SKIP_CHECKS", "1"), ("ENV", "prod")]),
            ["FF_SLACK_SKIP_CHECKS"]
        );
    }
}
