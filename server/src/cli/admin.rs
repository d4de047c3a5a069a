//! Commands that change something: reference data, keys, administrators, what schedules do.

use crate::{
    catalog,
    context::Context,
    demo, generate, incidents,
    jobs::{Done, Run, schedule, worker},
    settings::Profile,
    users::{self, Email, User, directory, password, tokens},
};
use anyhow::{Context as _, Result, anyhow, bail, ensure};
use chrono::TimeDelta;
use domain::{Caller, Error, Origin};
use std::{
    collections::HashMap,
    io::{IsTerminal, Read},
    process::ExitCode,
};
use uuid::Uuid;

pub async fn seed(ctx: &Context, incidents: Option<i64>) -> Result<ExitCode> {
    catalog::seed(&ctx.db).await?;
    println!("The reference data is there.");
    if let Some(number) = incidents {
        let made =
            generate::incidents(ctx, number, |done| eprintln!("{done} of {number} incidents are made."))
                .await?;
        println!(
            "{} made-up incidents are there: {} rows in {:.1} s, {:.1} s for a million rows.",
            made.incidents,
            made.rows,
            made.took.as_secs_f64(),
            made.seconds_per_million()
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Fills an empty development database. One in use is left alone; away from the sandbox it is refused.
pub async fn fill(ctx: &Context) -> Result<ExitCode> {
    // Its people have one password that everybody knows: never beside a Slack that is real.
    ensure!(
        ctx.settings.profile == Profile::Development && ctx.settings.site.sandbox_url.is_some(),
        "Invented incidents and people are for development with the sandbox only: set ENV=dev and FF_SANDBOX_URL."
    );
    users::sandbox::ensure_sandbox_people(&ctx.db, ctx.now()).await?;
    match demo::fill(ctx).await? {
        0 => println!("The database is in use; nothing is added."),
        told => println!("Ninety days of a small company are there: {told} incidents."),
    }
    Ok(ExitCode::SUCCESS)
}

/// Asks Slack for the channel of this name and gives it its meaning.
pub async fn tag_channel(ctx: &Context, name: &str, tag: &str) -> Result<ExitCode> {
    let name = name.trim_start_matches('#');
    let slack = ctx.slack().ok_or_else(|| anyhow!("Slack is not set up: SLACK_BOT_TOKEN is missing."))?;
    let channels = slack.channels().await.context("asking Slack for its channels")?;
    let Some(channel) = channels.into_iter().find(|channel| channel.name == name) else {
        bail!("Slack shows no channel #{name}. If it is private, invite the bot first.");
    };
    let channel = incidents::NewChannel {
        private: channel.is_private,
        id: channel.id,
        name: channel.name,
        creator: Some(channel.creator).filter(|creator| !creator.is_empty()),
    };
    incidents::tag_channel(ctx, &Caller::system(Origin::Cli), &channel, tag).await?;
    println!("#{name} is tagged {tag}.");
    Ok(ExitCode::SUCCESS)
}

pub async fn create_token(ctx: &Context, email: &str, name: &str, days: Option<u16>) -> Result<ExitCode> {
    let user = person(ctx, email).await?;
    let expires_at = days.map(|days| ctx.now() + TimeDelta::days(days.into()));
    let token = tokens::create(ctx, &Caller::system(Origin::Cli), user.id, name, expires_at).await?;
    // The key alone on stdout, so that a script can take it.
    eprintln!("Key {} of {}. It is shown now and never again:", token.id, user.email);
    println!("{}", token.key);
    Ok(ExitCode::SUCCESS)
}

pub async fn revoke_token(ctx: &Context, id: Uuid) -> Result<ExitCode> {
    match tokens::revoke(ctx, &Caller::system(Origin::Cli), id).await {
        Ok(()) => {}
        Err(Error::NotFound) => bail!("There is no key {id}. See `firefighter token list`."),
        Err(e) => return Err(e.into()),
    }
    println!("Key {id} is revoked.");
    Ok(ExitCode::SUCCESS)
}

pub async fn list_tokens(ctx: &Context, email: Option<&str>) -> Result<ExitCode> {
    let of = match email {
        Some(email) => Some(person(ctx, email).await?.id),
        None => None,
    };
    let tokens = tokens::list(&ctx.db, of).await?;
    let ids: Vec<_> = tokens.iter().map(|token| token.user).collect();
    let owners = directory::by_ids(&ctx.db, &ids).await?;
    let owners: HashMap<_, _> = owners.into_iter().map(|user| (user.id, user.email)).collect();
    println!("{:<36}  {:<9}  {:<10}  {:<10}  {:<32}  NAME", "ID", "KEY", "MADE", "ENDS", "PERSON");
    for token in tokens {
        let ends = token.expires_at.map_or("never".into(), |at| at.format("%Y-%m-%d").to_string());
        let person = owners.get(&token.user).map_or("", String::as_str);
        let (made, key) = (token.created_at.format("%Y-%m-%d"), token.prefix);
        println!("{:<36}  {key:<8}…  {made:<10}  {ends:<10}  {person:<32}  {}", token.id, token.name);
    }
    Ok(ExitCode::SUCCESS)
}

/// Does what a schedule's job does, in the foreground: no row, no second try.
pub async fn task(ctx: &Context, name: Option<&str>) -> Result<ExitCode> {
    let list = || {
        let lines = schedule::ALL.iter().map(|known| format!("  {:<16}  {}", known.name, known.about));
        lines.collect::<Vec<_>>().join("\n")
    };
    let Some(name) = name else {
        println!("{}", list());
        return Ok(ExitCode::SUCCESS);
    };
    let Some(schedule) = schedule::ALL.iter().find(|known| known.name == name) else {
        bail!("There is no task {name:?}. There are:\n{}", list());
    };
    let job = schedule.job(ctx.now());
    let done = worker::perform(ctx, &job, &Run::in_the_foreground(&job, ctx.now())).await?;
    let what = match done {
        Done::Done => "done",
        Done::Nothing => "nothing to do",
    };
    println!("{name}: {what}.");
    Ok(ExitCode::SUCCESS)
}

/// The password comes by stdin, so that it is neither in the shell's history nor in the list of processes.
pub async fn create_admin(ctx: &Context, email: &str, username: Option<&str>) -> Result<ExitCode> {
    if std::io::stdin().is_terminal() {
        eprintln!("Password for {email}, then Enter and Ctrl-D:");
    }
    let mut typed = String::new();
    std::io::stdin().read_to_string(&mut typed).context("reading the password from stdin")?;
    make_admin(ctx, email, username, typed.trim_end_matches(['\r', '\n'])).await
}

/// As installations of old do it: all from variables, and no failure when the person is there already.
pub async fn create_superuser(ctx: &Context) -> Result<ExitCode> {
    let admin = &ctx.settings.first_admin;
    let (Some(email), Some(password)) = (&admin.email, &admin.password) else {
        return Err(anyhow!("Set DJANGO_SUPERUSER_EMAIL and DJANGO_SUPERUSER_PASSWORD."));
    };
    make_admin(ctx, email, admin.username.as_deref(), password.reveal()).await
}

async fn make_admin(ctx: &Context, email: &str, username: Option<&str>, typed: &str) -> Result<ExitCode> {
    let email = parse(email)?;
    let hash = password::hash(typed)?;
    users::admin::create(ctx, &Caller::system(Origin::Cli), username, email.clone(), &hash).await?;
    println!("{email} is administrator and signs in at {}", ctx.settings.site.link("/admin/login/"));
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn person(ctx: &Context, email: &str) -> Result<User> {
    let found = directory::by_email(&ctx.db, &parse(email)?).await?;
    found.ok_or_else(|| anyhow!("Nobody has the address {email}."))
}

fn parse(email: &str) -> Result<Email> {
    Email::parse(email).map_err(|(_, message)| anyhow!("{email}: {message}"))
}
