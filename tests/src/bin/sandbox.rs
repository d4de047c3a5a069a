//! `sandbox`: plays Slack on this machine, with a face in the browser. A development tool; never part of the product.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::Parser;
use tests::sandbox::{Options, Sandbox};

/// Plays Slack on this machine. Nothing in it reaches a real person.
#[derive(Parser)]
#[command(name = "sandbox", version)]
struct Arguments {
    /// Address to listen on.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    bind: IpAddr,
    /// Port to listen on; 0 takes a free one.
    #[arg(long, env = "SANDBOX_PORT", default_value_t = 8100)]
    port: u16,
    /// The product's base address; can also be given later by `POST /__/app`.
    #[arg(long, env = "SANDBOX_APP_URL")]
    app_url: Option<String>,
    /// What deliveries are signed with.
    #[arg(long, env = "SLACK_SIGNING_SECRET", default_value = "sandbox-signing-secret")]
    signing_secret: String,
    /// The token the product calls with.
    #[arg(long, env = "SLACK_BOT_TOKEN", default_value = "xoxb-sandbox")]
    bot_token: String,
    /// Folder of the vendor contracts that every call is held against.
    #[arg(long, env = "CONTRACTS_DIR")]
    contracts: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let log = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(log).with_writer(std::io::stderr).init();
    let asked = Arguments::parse();
    let sandbox = Sandbox::start(Options {
        addr: SocketAddr::new(asked.bind, asked.port),
        app_url: asked.app_url,
        signing_secret: asked.signing_secret,
        bot_token: asked.bot_token,
        contracts: asked.contracts,
    })
    .await?;
    println!("sandbox: {}", sandbox.url());
    println!("  SLACK_API_URL={}", sandbox.slack_api_url());
    println!("  FF_CLOCK={}", sandbox.clock_url());
    match sandbox.contracts() {
        Some(contracts) => println!("  calls are held against {}", contracts.root().display()),
        None => println!("  no vendor contracts here: calls are not held against them"),
    }
    tokio::signal::ctrl_c().await?;
    Ok(())
}
