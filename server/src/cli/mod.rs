//! The command line: the door of the people who run FireFighter.
//!
//! `firefighter` alone serves. Every other command reads the same settings, opens the same database – a private one is
//! joined when a server runs it, else started for the moment – does one thing, prints its result to stdout and ends.
//! What goes wrong is said on stderr with what to do; the exit code is 1, or 2 for wrong settings and arguments.

mod admin;
mod checks;
mod database;
mod erase;
mod routes;
mod serve;

pub use serve::{context, router};

use crate::{
    api,
    context::Context,
    db::{self, Database},
    settings::Settings,
    telemetry,
};
use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use std::{process::ExitCode, sync::Arc};
use uuid::Uuid;

#[derive(Parser)]
#[command(
    name = "firefighter",
    version,
    about = "An incident desk: declare, work, learn",
    max_term_width = 100
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Migrate, then answer people, Slack and programs; without a command this is what happens
    Serve {
        /// Leave the jobs to `firefighter worker` processes
        #[arg(long)]
        no_worker: bool,
    },
    /// Run jobs and schedules, without answering anybody
    #[command(alias = "scheduler")]
    Worker,
    /// Bring the database to the state this version needs
    Migrate,
    /// Add the reference data that is missing; what was changed stays
    Seed {
        /// Make up so many incidents besides, to measure and to look around in; refused in production
        #[arg(long, value_name = "N")]
        incidents: Option<i64>,
        /// Fill an empty development database with ninety days of a small company
        #[arg(long, conflicts_with = "incidents")]
        demo: bool,
    },
    /// Try settings, database and every vendor, and say what to fix
    #[command(alias = "check-config")]
    Doctor {
        /// For a program: {"ok", "findings": [{"check", "state", "found", "breaks", "remedy"}]}
        #[arg(long)]
        json: bool,
    },
    /// Walk the history and prove that nobody changed it
    Verify,
    /// Erase words for ever: what was written on an incident, or by a person
    #[command(subcommand)]
    Erase(erase::EraseCommand),
    /// Print what the app in Slack must be: paste it at api.slack.com/apps. Needs BASE_URL, and no token yet
    #[command(alias = "generate-manifest")]
    SlackManifest {
        /// As JSON: so it is without being asked
        #[arg(long)]
        json: bool,
        /// As YAML
        #[arg(long, visible_alias = "yml", conflicts_with = "json")]
        yaml: bool,
        /// Another address than BASE_URL, for example of a tunnel
        #[arg(long)]
        public_url: Option<String>,
    },
    /// Print the OpenAPI document of the REST API, as YAML
    Openapi,
    /// Print every page, form, endpoint, command and button
    #[command(hide = true)]
    Routes,
    /// Keys of the REST API
    #[command(subcommand)]
    Token(TokenCommand),
    /// People
    #[command(subcommand)]
    User(UserCommand),
    /// Run the private database of a folder until standard input ends; needs no settings
    #[command(hide = true)]
    Database {
        #[arg(long)]
        data_dir: std::path::PathBuf,
    },
    /// Run what a schedule runs, now and here; without a name, list the schedules
    Task {
        /// As shown in the list
        name: Option<String>,
    },
    /// Channels of Slack that have a meaning
    #[command(subcommand)]
    Channel(ChannelCommand),
    /// Make the administrator of DJANGO_SUPERUSER_EMAIL, _USERNAME and _PASSWORD
    #[command(hide = true)]
    CreateSuperuser,
}

#[derive(Subcommand)]
enum TokenCommand {
    /// Make a key with all permissions of this person, and show it once
    Create {
        /// The person's e-mail address
        email: String,
        /// What it is for
        #[arg(long, default_value = "")]
        name: String,
        /// Days until it ends; without it, it never ends
        #[arg(long)]
        days: Option<u16>,
    },
    /// End a key at once
    Revoke {
        /// As shown by `token list`
        id: Uuid,
    },
    /// Show the keys of everybody, or of one person
    List {
        /// The person's e-mail address
        email: Option<String>,
    },
}

#[derive(Subcommand)]
enum ChannelCommand {
    /// Give a channel its meaning: tech_incidents (announcements), it_deploy, dev_firefighter (support)
    Tag {
        /// Its name in Slack
        name: String,
        tag: String,
    },
}

#[derive(Subcommand)]
enum UserCommand {
    /// Make a person administrator, with the password read from stdin
    CreateAdmin {
        /// The person's e-mail address
        email: String,
        #[arg(long)]
        username: Option<String>,
    },
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(Command::Database { data_dir }) = &arguments.command {
        return alone(database::run(data_dir));
    }
    let loaded = match &arguments.command {
        Some(Command::SlackManifest { public_url, .. }) => Settings::load_for_manifest(public_url.as_deref()),
        _ => Settings::load(),
    };
    let settings = match (loaded, &arguments.command) {
        (Ok(settings), _) => settings,
        (Err(e), Some(Command::Doctor { json })) => return ended(checks::doctor_of_settings(&e, *json)),
        (Err(e), _) => {
            eprintln!("{e}");
            return ExitCode::from(2);
        }
    };
    if let Some(Command::SlackManifest { json, yaml, .. }) = &arguments.command {
        return ended(checks::slack_manifest(&settings, *yaml && !*json));
    }
    telemetry::init(&settings.logging);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => {
            eprintln!("The runtime does not start: {e}");
            return ExitCode::FAILURE;
        }
    };
    ended(runtime.block_on(run(arguments.command, settings)))
}

/// The exit code of a command, and its error for a person.
fn ended(done: Result<ExitCode>) -> ExitCode {
    match done {
        Ok(code) => code,
        Err(e) => {
            eprintln!("{}", telemetry::chain(e.as_ref()));
            ExitCode::FAILURE
        }
    }
}

/// A command that needs no settings.
fn alone(command: impl Future<Output = Result<()>>) -> ExitCode {
    let done = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(command),
        Err(e) => Err(e.into()),
    };
    ended(done.map(|()| ExitCode::SUCCESS))
}

async fn run(command: Option<Command>, settings: Settings) -> Result<ExitCode> {
    let settings = Arc::new(settings);
    match command.unwrap_or(Command::Serve { no_worker: false }) {
        Command::Serve { no_worker } => serve::serve(settings, !no_worker).await,
        Command::Worker => serve::work(settings).await,
        Command::Doctor { json } => checks::doctor(settings, json).await,
        Command::Openapi => {
            print!("{}", api::openapi(&settings)?);
            Ok(ExitCode::SUCCESS)
        }
        Command::Routes => {
            routes::all()?.iter().for_each(|line| println!("{line}"));
            Ok(ExitCode::SUCCESS)
        }
        Command::Migrate => {
            with_database(&settings, async |database| {
                db::migrate(&database.pool).await?;
                println!("The database is up to date.");
                Ok(ExitCode::SUCCESS)
            })
            .await
        }
        command => {
            with_context(settings, async |ctx| match command {
                Command::Seed { demo: true, .. } => admin::fill(&ctx).await,
                Command::Seed { incidents, demo: false } => admin::seed(&ctx, incidents).await,
                Command::Verify => checks::verify(&ctx).await,
                Command::Erase(command) => erase::erase(&ctx, command).await,
                Command::Token(TokenCommand::Create { email, name, days }) => {
                    admin::create_token(&ctx, &email, &name, days).await
                }
                Command::Token(TokenCommand::Revoke { id }) => admin::revoke_token(&ctx, id).await,
                Command::Token(TokenCommand::List { email }) => {
                    admin::list_tokens(&ctx, email.as_deref()).await
                }
                Command::User(UserCommand::CreateAdmin { email, username }) => {
                    admin::create_admin(&ctx, &email, username.as_deref()).await
                }
                Command::Channel(ChannelCommand::Tag { name, tag }) => {
                    admin::tag_channel(&ctx, &name, &tag).await
                }
                Command::Task { name } => admin::task(&ctx, name.as_deref()).await,
                Command::CreateSuperuser => admin::create_superuser(&ctx).await,
                Command::Serve { .. }
                | Command::Worker
                | Command::Doctor { .. }
                | Command::SlackManifest { .. }
                | Command::Migrate
                | Command::Openapi
                | Command::Routes
                | Command::Database { .. } => {
                    unreachable!("these have their own arm above")
                }
            })
            .await
        }
    }
}

/// Opens the database for one piece of work and ends it again, whatever came of the work.
async fn with_database<T>(settings: &Settings, work: impl AsyncFnOnce(&Database) -> Result<T>) -> Result<T> {
    let database = db::connect(settings).await?;
    let done = work(&database).await;
    database.stop().await;
    done
}

/// The same with everything an operation needs, on a migrated database.
async fn with_context(
    settings: Arc<Settings>,
    work: impl AsyncFnOnce(Context) -> Result<ExitCode>,
) -> Result<ExitCode> {
    with_database(&settings, async |database| {
        let pending =
            db::pending_migrations(&database.pool).await.context("reading the state of the database")?;
        anyhow::ensure!(
            pending.is_empty(),
            "The database is not up to date. Run `firefighter migrate` first."
        );
        work(context(settings.clone(), database.pool.clone()).await?).await
    })
    .await
}
