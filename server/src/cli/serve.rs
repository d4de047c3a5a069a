//! `serve` and `worker`: from settings to an answering process, and back to nothing left behind.

use crate::{
    api,
    context::{Clock, Context},
    db::{self, Database},
    http, jobs, listen, live, looks,
    settings::{Profile, Settings},
    slack::{
        self,
        client::{Client as SlackClient, Error as SlackError},
    },
    users, web,
};
use anyhow::{Context as _, Result};
use axum::Router;
use futures::FutureExt;
use sqlx::PgPool;
use std::{process::ExitCode, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

/// How long open requests and running jobs may take after the order to stop.
const DRAIN: Duration = Duration::from_secs(15);
/// After this long, then twice as long each time, Slack is asked again who we are.
const ASK_SLACK_AGAIN: Duration = Duration::from_secs(1);
const ASK_SLACK_AT_LEAST: Duration = Duration::from_secs(60);

/// Everything an operation needs, made of the settings.
///
/// # Errors
/// The machine has no usable TLS.
pub async fn context(settings: Arc<Settings>, pool: PgPool) -> Result<Context> {
    let clock = Clock::of(&settings.site).await;
    let slack = match &settings.slack {
        Some(slack) => Some(
            SlackClient::new(&slack.api_url, slack.bot_token.reveal(), slack.patience)
                .map_err(|e| anyhow::anyhow!(e).context("making the client of Slack"))?,
        ),
        None => None,
    };
    Ok(Context::new(pool, clock, settings, slack))
}

/// All doors with all layers around: what `serve` answers with. Once `leaving` is cancelled it is not ready any more.
pub fn router(ctx: &Context, leaving: &CancellationToken) -> Router {
    let doors = Router::new()
        .merge(http::probes(ctx.db.clone(), leaving.clone()))
        .merge(slack::routes::routes().with_state(ctx.clone()))
        .merge(api::router(ctx.clone()))
        .merge(web::router(ctx.clone()));
    http::surround(doors, &ctx.settings)
}

/// Answers until SIGTERM or SIGINT, then lets open work end.
pub async fn serve(settings: Arc<Settings>, with_worker: bool) -> Result<ExitCode> {
    // First, so that a taken port is said at once and not after the database has started.
    let listen = settings.web.listen;
    let listener = TcpListener::bind(listen).await.with_context(|| {
        format!("listening on {listen} (HTTP_BIND, HTTP_PORT): another program may be there already")
    })?;
    let stop = stop_on_signal()?;
    let mut database = prepare(&settings).await?;
    let answered = answer(&settings, database.pool.clone(), listener, with_worker, &stop);
    let ended = async {
        match &mut database.private {
            Some(private) => private.ended().await,
            None => std::future::pending().await,
        }
    };
    let result = tokio::select! {
        result = answered => result,
        () = ended => Err(anyhow::anyhow!("The private database ended by itself; the reason is in postgres.log")),
    };
    database.stop().await;
    result.map(|()| ExitCode::SUCCESS)
}

/// Jobs and schedules only.
pub async fn work(settings: Arc<Settings>) -> Result<ExitCode> {
    let stop = stop_on_signal()?;
    let database = prepare(&settings).await?;
    let ctx = context(settings, database.pool.clone()).await?;
    tracing::info!("FireFighter works on jobs. Ctrl-C ends it");
    jobs::worker::work(ctx, stop).await;
    database.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// The database, migrated, and what a person should know.
async fn prepare(settings: &Settings) -> Result<Database> {
    for notice in &settings.notices {
        tracing::info!("{notice}");
    }
    let database = db::connect(settings).await?;
    tracing::info!("Database: {}", database.described);
    if settings.database.migrate_on_start {
        if let Err(e) = db::migrate(&database.pool).await {
            database.stop().await;
            return Err(e.into());
        }
    } else {
        let pending =
            db::pending_migrations(&database.pool).await.context("reading the state of the database")?;
        if !pending.is_empty() {
            tracing::warn!("{} migrations are missing: run `firefighter migrate`", pending.len());
        }
    }
    Ok(database)
}

async fn answer(
    settings: &Arc<Settings>,
    pool: PgPool,
    listener: TcpListener,
    with_worker: bool,
    stop: &CancellationToken,
) -> Result<()> {
    let ctx = context(settings.clone(), pool).await?;
    if settings.profile == Profile::Development && settings.site.sandbox_url.is_some() {
        users::sandbox::ensure_sandbox_people(&ctx.db, ctx.now()).await?;
    }
    let worker = with_worker.then(|| tokio::spawn(jobs::worker::work(ctx.clone(), stop.clone())));
    let streams = tokio::spawn(live::listen(ctx.clone(), stop.clone()));
    let doors = router(&ctx, stop);
    let at = listener.local_addr().context("reading the own address")?;
    tracing::info!("FireFighter answers at {} (listening on {at})", settings.site.base_url);

    // Requests and jobs have the same time, side by side.
    let drained = async {
        stop.cancelled().await;
        tokio::time::sleep(DRAIN).await;
    }
    .shared();
    let ended = tokio::select! {
        () = listen::serve(listener, doors, stop.clone()) => Ok(()),
        () = drained.clone() => {
            tracing::warn!("Some requests did not end in {} s and are cut off", DRAIN.as_secs());
            Ok(())
        }
        rejected = token_rejected(&ctx) => Err(rejected),
    };
    stop.cancel();
    if let Err(error) = streams.await {
        tracing::error!("Listening for news ended badly: {error}");
    }
    // Written down by `or_internal`; people see the same things as new once more.
    let _shown_twice = looks::write_down(&ctx).await;
    if let Some(worker) = worker {
        join(worker, drained).await;
    }
    ended
}

/// Asks Slack who we are until it says so. Ends only when Slack rejects the token: an outage passes, that does not.
async fn token_rejected(ctx: &Context) -> anyhow::Error {
    let mut wait = ASK_SLACK_AGAIN;
    while let Some(slack) = ctx.slack() {
        match slack.me().await {
            Ok(_) => break,
            Err(SlackError::Unauthorized { code }) => {
                return anyhow::anyhow!(
                    "Slack rejects the token in SLACK_BOT_TOKEN ({code}). Set a valid one"
                );
            }
            Err(e) => tracing::warn!("{e}; asking again in {} s", wait.as_secs()),
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(ASK_SLACK_AT_LEAST);
    }
    std::future::pending().await
}

async fn join(worker: JoinHandle<()>, drained: impl Future<Output = ()>) {
    tokio::select! {
        ended = worker => if let Err(e) = ended { tracing::error!("The worker ended badly: {e}") },
        () = drained => {
            tracing::warn!("A job did not end in {} s; another worker takes it over", DRAIN.as_secs());
        }
    }
}

/// Cancelled by SIGTERM or SIGINT; a second signal ends the process at once.
fn stop_on_signal() -> Result<CancellationToken> {
    let stop = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listening for SIGINT")?;
    let order = stop.clone();
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if order.is_cancelled() {
                std::process::exit(130);
            }
            tracing::info!("Stopping: open work may end, new work waits for the next start");
            order.cancel();
        }
    });
    Ok(stop)
}
