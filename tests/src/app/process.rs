//! The server as a process: started, killed, started again, asked by its command line.

use super::Setup;
use crate::sandbox::Sandbox;
use std::{
    net::TcpListener,
    path::PathBuf,
    process::Stdio,
    sync::Mutex,
    time::{Duration, Instant},
};
use tokio::process::{Child, Command};

/// The binary under test: `FF_BIN`, else the one beside the tests.
pub fn binary() -> PathBuf {
    if let Some(named) = std::env::var_os("FF_BIN") {
        return named.into();
    }
    let exe = std::env::current_exe().expect("a path");
    let deps = exe.parent().expect("a folder");
    let folder = if deps.ends_with("deps") { deps.parent().expect("a folder") } else { deps };
    folder.join("firefighter")
}

/// What every command of the binary needs.
pub fn environment(database_url: &str) -> Vec<(String, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let site =
        std::env::var("LEPTOS_SITE_ROOT").unwrap_or_else(|_| root.join("target/site").display().to_string());
    let mut env: Vec<(String, String)> = [
        ("ENV", "dev"),
        ("SECRET_KEY", "tests-4Wq8zR1nXc6Lk2Tb9Vh5Jm7Pd3Gf0Ys"),
        ("DATABASE_URL", database_url),
        ("LOG_LEVEL", "info"),
        ("BASE_URL", "http://127.0.0.1:8000"),
        ("HTTP_BIND", "127.0.0.1"),
        ("TIME_ZONE", "Europe/Paris"),
        ("LEPTOS_OUTPUT_NAME", "firefighter"),
        ("LEPTOS_SITE_ROOT", &site),
        ("LEPTOS_SITE_PKG_DIR", "pkg"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    for kept in ["PATH", "HOME", "LEPTOS_HASH_FILES", "RUST_BACKTRACE", "TMPDIR"] {
        if let Ok(value) = std::env::var(kept) {
            env.push((kept.into(), value));
        }
    }
    env
}

/// What connects it to this Slack.
pub fn at_slack(sandbox: &Sandbox) -> [(&'static str, String); 4] {
    [
        ("SLACK_BOT_TOKEN", "xoxb-sandbox".into()),
        ("SLACK_SIGNING_SECRET", "sandbox-signing-secret".into()),
        ("SLACK_API_URL", sandbox.slack_api_url()),
        ("FF_SANDBOX_URL", sandbox.url().into()),
    ]
}

/// One server process.
pub struct Server {
    pub url: String,
    env: Mutex<Vec<(String, String)>>,
    args: Vec<String>,
    child: tokio::sync::Mutex<Option<Child>>,
    log: PathBuf,
}

impl Server {
    /// Starts one on a free port and waits until it is healthy.
    pub async fn start(database_url: &str, sandbox: &Sandbox, setup: &Setup) -> Self {
        let mut args = vec!["serve"];
        if setup.no_worker {
            args.push("--no-worker");
        }
        let server = Self::of(database_url, sandbox, setup, &args);
        server.restart().await;
        server
    }

    /// Starts a worker that answers nobody, and waits until it is ready.
    pub async fn worker_alone(database_url: &str, sandbox: &Sandbox, setup: &Setup) -> Self {
        let server = Self::of(database_url, sandbox, setup, &["worker"]);
        server.spawn().await;
        let end = Instant::now() + Duration::from_secs(30);
        while server.worker().is_none() {
            assert!(Instant::now() < end, "the worker does not become ready:\n{}", server.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        server
    }

    fn of(database_url: &str, sandbox: &Sandbox, setup: &Setup, args: &[&str]) -> Self {
        let port = free_port();
        let url = format!("http://127.0.0.1:{port}");
        let mut env = environment(database_url);
        let mut set = |name: &str, value: String| {
            env.retain(|(known, _)| known != name);
            if !value.is_empty() {
                env.push((name.into(), value));
            }
        };
        set("HTTP_PORT", port.to_string());
        set("BASE_URL", url.clone());
        set("FF_CLOCK", sandbox.clock_url());
        if !setup.no_slack {
            for (name, value) in at_slack(sandbox) {
                set(name, value);
            }
        }
        for (name, value) in &setup.env {
            set(name, value.clone());
        }
        let args = args.iter().map(ToString::to_string).collect();
        let log = std::env::temp_dir().join(format!("firefighter-test-{}-{port}.log", std::process::id()));
        Server { url, env: Mutex::new(env), args, child: tokio::sync::Mutex::new(None), log }
    }

    /// Variables of the next start.
    pub fn set_env(&self, name: &str, value: &str) {
        let mut env = self.env.lock().expect("nobody panics with it");
        env.retain(|(known, _)| known != name);
        if !value.is_empty() {
            env.push((name.into(), value.into()));
        }
    }

    fn env(&self) -> Vec<(String, String)> {
        self.env.lock().expect("nobody panics with it").clone()
    }

    /// Starts it (again) at its address and waits until it is healthy.
    pub async fn restart(&self) {
        self.spawn().await;
        self.until_healthy().await;
    }

    /// Starts it and does not wait: it may die on its way.
    pub async fn spawn(&self) {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(&self.log).expect("a log file");
        let child = Command::new(binary())
            .args(&self.args)
            .env_clear()
            .envs(self.env())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log file"))
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .expect("the binary runs");
        *self.child.lock().await = Some(child);
    }

    pub async fn until_healthy(&self) {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            if self.is_healthy().await {
                return;
            }
            let gone = self.child.lock().await.as_mut().and_then(|child| child.try_wait().ok()).flatten();
            assert!(gone.is_none(), "the server ended ({gone:?}):\n{}", self.log());
            assert!(Instant::now() < end, "the server does not become healthy:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until it has died, by a fault point.
    pub async fn until_dead(&self) {
        let mut running = self.child.lock().await;
        let child = running.as_mut().expect("it was started");
        let died = tokio::time::timeout(Duration::from_secs(30), child.wait()).await;
        assert!(died.is_ok(), "the server does not reach its fault point:\n{}", self.log());
        *running = None;
    }

    /// SIGTERM, as whoever runs it sends before an update.
    pub async fn tell_to_stop(&self) {
        let pid = self.child.lock().await.as_ref().and_then(Child::id).expect("it runs");
        let told = Command::new("kill").args(["-TERM", &pid.to_string()]).status().await;
        assert!(told.is_ok_and(|status| status.success()), "it can be told to stop");
    }

    /// Waits until it has ended by itself.
    pub async fn until_ended(&self) -> std::process::ExitStatus {
        let mut child = self.child.lock().await.take().expect("it was started");
        let ended = tokio::time::timeout(Duration::from_secs(40), child.wait()).await;
        ended.unwrap_or_else(|_| panic!("it does not end:\n{}", self.log())).expect("it can be waited for")
    }

    /// Whether it answers that it is well.
    pub async fn is_healthy(&self) -> bool {
        let probe = format!("{}/api/v2/firefighter/monitoring/healthcheck", self.url);
        reqwest::get(&probe).await.is_ok_and(|answer| answer.status().is_success())
    }

    /// Its process, while it runs.
    pub async fn pid(&self) -> Option<u32> {
        self.child.lock().await.as_ref().and_then(Child::id)
    }

    /// Whether it still runs.
    pub async fn is_running(&self) -> bool {
        self.child.lock().await.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// The order to stop, as a rolling restart gives it.
    pub async fn terminate(&self) {
        self.signal("-TERM").await;
    }

    /// Whether it stands still, by a fault point.
    pub async fn stands_still(&self) -> bool {
        let Some(pid) = self.child.lock().await.as_ref().and_then(Child::id) else { return false };
        // `pid (name) state …`
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('T'))
    }

    /// Lets it stand still.
    pub async fn stop(&self) {
        self.signal("-STOP").await;
    }

    /// Lets it go on after it stood still.
    pub async fn go_on(&self) {
        self.signal("-CONT").await;
    }

    async fn signal(&self, signal: &str) {
        let pid = self.child.lock().await.as_ref().and_then(Child::id).expect("it runs").to_string();
        let sent = Command::new("kill").args([signal, &pid]).status().await.expect("kill runs");
        assert!(sent.success(), "it takes {signal}");
    }

    /// The number of its worker, the newest one.
    pub fn worker(&self) -> Option<i32> {
        let log = self.log();
        let ready = log.rsplit(" is ready").nth(1)?;
        ready.rsplit("Worker ").next()?.trim().parse().ok()
    }

    /// `kill -9`.
    pub async fn kill(&self) {
        if let Some(mut child) = self.child.lock().await.take() {
            child.kill().await.expect("it can be killed");
        }
    }

    /// Its command line, with the same environment. The output, when it ends well.
    pub async fn cli(&self, args: &[&str]) -> String {
        let (ok, out) = self.try_cli(args).await;
        assert!(ok, "firefighter {args:?}: {out}");
        out
    }

    /// Whether it ended well, and its output.
    pub async fn try_cli(&self, args: &[&str]) -> (bool, String) {
        let out = self.command(args, &[]).await;
        let text = [out.stdout, out.stderr].concat();
        (out.status.success(), String::from_utf8_lossy(&text).into_owned())
    }

    /// Exit code and standard output, with further variables; an empty value takes one away.
    pub async fn asks(&self, args: &[&str], more: &[(&str, &str)]) -> (Option<i32>, String) {
        let out = self.command(args, more).await;
        (out.status.code(), String::from_utf8_lossy(&out.stdout).into_owned())
    }

    async fn command(&self, args: &[&str], more: &[(&str, &str)]) -> std::process::Output {
        let mut env = self.env();
        env.retain(|(name, _)| name != "FF_FAULT" && !more.iter().any(|(other, _)| other == name));
        env.extend(more.iter().filter(|(_, v)| !v.is_empty()).map(|(n, v)| ((*n).into(), (*v).into())));
        Command::new(binary()).args(args).env_clear().envs(env).output().await.expect("the binary runs")
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _gone = std::fs::remove_file(&self.log);
        }
    }
}

fn free_port() -> u16 {
    let socket = TcpListener::bind("127.0.0.1:0").expect("a free port");
    socket.local_addr().expect("an address").port()
}
