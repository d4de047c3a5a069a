//! Slack: the token, the time, each scope, the channel of announcements.

use super::{Finding, machine};
use crate::{
    context::Clock,
    settings::{Settings, SlackSettings},
    slack::{
        client::{Client, Error, Introduction},
        conversations, rules,
        scopes::Scope,
    },
    telemetry,
};
use sqlx::PgPool;
use std::collections::BTreeSet;

const NOTHING: &str =
    "FireFighter does not speak and hears nothing in Slack. Incidents live on the web and in the API.";
const REINSTALL: &str =
    "Update the app with `firefighter slack-manifest` at api.slack.com/apps and install it again.";

/// What is found of Slack, when it is switched on.
pub async fn examine(settings: &Settings, pool: Option<&PgPool>) -> Vec<Finding> {
    let Some(slack) = &settings.slack else {
        return vec![Finding::off("slack", "no SLACK_BOT_TOKEN")];
    };
    let mut findings = checks_on(slack);
    let client = match Client::new(&slack.api_url, slack.bot_token.reveal(), slack.patience) {
        Ok(client) => client,
        Err(e) => {
            let found = telemetry::chain(e.as_ref());
            findings.push(Finding::failed("slack", found, NOTHING, "See the certificates of this machine."));
            return findings;
        }
    };
    let clock = Clock::of(&settings.site).await;
    let before = clock.now();
    match client.introduce().await {
        Err(e) => findings.push(not_introduced(&e)),
        Ok(us) => {
            let identity = &us.identity;
            let who = format!("{} in {} ({})", identity.user, identity.team, identity.url);
            findings.push(Finding::ok("slack.token", who));
            findings.push(time(&us, before, &clock));
            for scope in Scope::ALL {
                findings.push(scope_of(&client, *scope, us.scopes.as_ref()).await);
            }
            if let Some(pool) = pool {
                findings.push(announcements(&client, pool).await);
            }
        }
    }
    findings
}

fn checks_on(slack: &SlackSettings) -> Vec<Finding> {
    let unchecked = slack.skip_checks.then(|| {
        Finding::warning(
            "settings.FF_SLACK_SKIP_CHECKS",
            "signatures are not checked",
            "Anybody can speak as Slack.",
            "Remove FF_SLACK_SKIP_CHECKS.",
        )
    });
    unchecked.into_iter().collect()
}

fn not_introduced(error: &Error) -> Finding {
    let remedy = match error {
        Error::Unauthorized { .. } => "Copy the bot token of the app into SLACK_BOT_TOKEN.",
        Error::RateLimited { .. } => "Ask again in a minute.",
        Error::Refused { .. } | Error::Unreachable { .. } | Error::Unclear { .. } => {
            "See SLACK_API_URL and whether this machine reaches it; status.slack.com tells of outages."
        }
    };
    Finding::failed("slack.token", telemetry::chain(error), NOTHING, remedy)
}

/// Slack's signature carries its time; ours is product time, as the door takes it.
fn time(us: &Introduction, before: domain::Timestamp, clock: &Clock) -> Finding {
    const CHECK: &str = "slack.clock";
    let now = clock.now();
    let ours = before + (now - before) / 2;
    match us.date {
        // Whole seconds, cut: the middle of the second is meant.
        Some(date) => machine::clock(
            CHECK,
            "Slack",
            date + chrono::TimeDelta::milliseconds(500),
            ours,
            "Over five minutes, everything that Slack delivers is refused as too old.",
        ),
        None => Finding::warning(
            CHECK,
            "Slack does not say what time it is there",
            "A wrong clock shows only when deliveries are refused.",
            "See whether a proxy takes the Date header away.",
        ),
    }
}

/// By Slack's list of what was granted, and by a call that needs it and changes nothing.
async fn scope_of(client: &Client, scope: Scope, granted: Option<&BTreeSet<String>>) -> Finding {
    let check = format!("slack.scope.{}", scope.as_str());
    let missing = |how: &str| Finding::failed(&check, how, scope.breaks(), REINSTALL);
    let listed = granted.map(|granted| granted.contains(scope.as_str()));
    if listed == Some(false) {
        return missing("not granted");
    }
    match (client.may(scope).await, listed) {
        (Ok(Some(false)), _) => missing("a call that needs it is refused"),
        (Ok(Some(true)), _) => Finding::ok(&check, "granted, tried"),
        (Ok(None), Some(_)) => Finding::ok(&check, "granted"),
        (Ok(None), None) => Finding::warning(
            &check,
            "cannot be proven: Slack does not list what was granted",
            scope.breaks(),
            "See whether a proxy takes the X-OAuth-Scopes header away.",
        ),
        (Err(e), _) => {
            Finding::failed(&check, telemetry::chain(&e), scope.breaks(), "Ask again in a minute.")
        }
    }
}

async fn announcements(client: &Client, pool: &PgPool) -> Finding {
    const CHECK: &str = "slack.announcements";
    let tag = rules::ANNOUNCEMENTS;
    let breaks = "Incidents are announced nowhere.";
    let remedy = format!("Run `firefighter channel tag <name> {tag}`.");
    let channel = match conversations::tagged(pool, tag).await {
        Ok(Some(channel)) => channel,
        Ok(None) => {
            return Finding::warning(CHECK, format!("no channel is tagged {tag}"), breaks, &remedy);
        }
        Err(e) => return Finding::failed(CHECK, e.to_string(), breaks, "Mend the database first."),
    };
    match client.info(&channel).await {
        Ok(found) if found.is_archived => {
            Finding::failed(CHECK, format!("#{} is archived", found.name), breaks, &remedy)
        }
        Ok(found) if found.is_private && !found.is_member => {
            let remedy = format!("Invite the bot to #{}.", found.name);
            Finding::failed(CHECK, format!("the bot is not in #{}", found.name), breaks, &remedy)
        }
        Ok(found) => Finding::ok(CHECK, format!("go to #{}", found.name)),
        Err(e) => {
            Finding::failed(CHECK, format!("channel {channel}: {}", telemetry::chain(&e)), breaks, &remedy)
        }
    }
}
