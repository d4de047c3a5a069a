//! A PostgreSQL of our own, when no database is configured.
//!
//! It lives in `<data>/postgres`, listens on a socket in that folder only, and lets in whoever may enter the folder
//! (0700). One process owns it, holding a lock on `<data>/postgres.lock`; the owner starts it as a child and stops it.
//! Another process of the same data folder (`firefighter token create` beside a running server) is a guest and only
//! connects; the owner waits a little for its guests before it ends. When the owner is killed, the lock is free and PostgreSQL still runs: the next owner stops that left-over
//! and starts anew, so no data is lost. `<data>/postgres.path` says where cluster and socket are, for guests and people.
//!
//! PostgreSQL refuses to run as root: root hands it to user `postgres`, else `nobody`. When that user cannot enter the
//! data folder (`/root` is closed), the cluster lives in `/var/lib/firefighter/<hash of the data folder>/`, with a copy
//! of the programs beside it if these are out of reach too.

mod account;
mod binaries;
mod cluster;

use account::Account;
use binaries::Binaries;
use cluster::Cluster;
use sha2::{Digest, Sha256};
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    time::Duration,
};

/// User and database of the cluster.
const NAME: &str = "firefighter";
/// In the data folder: what PostgreSQL says, and a file that guests hold locked.
const LOG: &str = "postgres.log";
const GUESTS: &str = "postgres.guests";
/// How long a start may take, recovery after a crash included.
const START_PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);

/// How long an owner that ends waits for guests.
const GUESTS_PATIENCE: Duration = Duration::from_secs(10);

/// The running private PostgreSQL.
pub struct PrivatePostgres {
    socket: PathBuf,
    described: String,
    role: Option<Role>,
}

/// The locks are held until the end of the process; the operating system frees them when we are killed.
#[expect(clippy::large_enum_variant, reason = "there is one per process")]
enum Role {
    Owner { cluster: Cluster, child: std::process::Child, _lock: fs::File, guests: PathBuf },
    Guest { _lock: fs::File },
}

#[derive(Debug, thiserror::Error)]
pub enum PrivateError {
    #[error(
        "no PostgreSQL on this machine. Install one (Debian: `apt install postgresql`), or run `make run`, which \
         fetches one, or name yours with DATABASE_URL"
    )]
    NoBinaries,
    #[error(
        "{} was made by PostgreSQL {needed}, this machine has {found}. Either install PostgreSQL {needed}, or dump the \
         data where {needed} still runs, move the folder away and load the dump into the new one", cluster.display()
    )]
    OtherVersion { cluster: PathBuf, needed: u32, found: String },
    #[error("PostgreSQL does not run as root, and there is no user `postgres` or `nobody` to run it as")]
    NoAccount,
    #[error("working in {}", folder.display())]
    Folder { folder: PathBuf, source: io::Error },
    #[error("{} belongs to another user. Start as that user, or choose another FF_DATA_DIR", .0.display())]
    NotOurs(PathBuf),
    #[error("another process owns the private database in {} and it does not answer", .0.display())]
    Busy(PathBuf),
    #[error("running {program}")]
    Run { program: String, source: io::Error },
    #[error("{program} failed: {output}")]
    Failed { program: String, output: String },
    #[error("PostgreSQL did not start. The end of {}: {tail}", log.display())]
    Ended { log: PathBuf, tail: String },
    #[error("PostgreSQL does not answer at {}", socket.display())]
    NoAnswer { socket: PathBuf, source: sqlx::Error },
}

impl PrivatePostgres {
    /// Starts the cluster of this data folder, or joins it when another process runs it. Makes it at the first time.
    ///
    /// # Errors
    /// No PostgreSQL programs, those of another version, folders of another user, or it does not start.
    pub async fn start(data_dir: &Path) -> Result<Self, PrivateError> {
        let failed = |source| PrivateError::Folder { folder: data_dir.to_owned(), source };
        fs::create_dir_all(data_dir).map_err(failed)?;
        let data_dir = fs::canonicalize(data_dir).map_err(failed)?;
        let mut waited = Duration::ZERO;
        loop {
            let lock = fs::File::create(data_dir.join("postgres.lock")).map_err(failed)?;
            match lock.try_lock() {
                Ok(()) => return own(&data_dir, lock).await,
                Err(fs::TryLockError::WouldBlock) => {}
                Err(fs::TryLockError::Error(source)) => return Err(failed(source)),
            }
            // The owner may still be starting, or about to end: then it is our turn.
            if let Some(guest) = visit(&data_dir).await? {
                return Ok(guest);
            }
            if waited >= START_PATIENCE {
                return Err(PrivateError::Busy(data_dir));
            }
            tokio::time::sleep(POLL).await;
            waited += POLL;
        }
    }

    pub fn options(&self) -> PgConnectOptions {
        options(&self.socket, NAME)
    }

    /// Which cluster this is, for one line of the log.
    pub fn described(&self) -> String {
        self.described.clone()
    }

    /// Comes back when the cluster ends by itself; never for a guest.
    pub async fn ended(&mut self) {
        while self.is_running() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    fn is_running(&mut self) -> bool {
        match &mut self.role {
            Some(Role::Owner { child, .. }) => matches!(child.try_wait(), Ok(None)),
            Some(Role::Guest { .. }) | None => true,
        }
    }

    /// Shuts the cluster down if this process started it; open connections end.
    pub async fn stop(mut self) {
        let Some(Role::Owner { guests, .. }) = &self.role else { return };
        wait_for_guests(guests).await;
        if let Some(role) = self.role.take()
            && let Err(e) = tokio::task::spawn_blocking(move || role.end()).await
        {
            tracing::error!(error = %e, "The private database could not be stopped");
        }
    }
}

/// A start that fails half-way must not leave a database behind.
impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        if let Some(role) = self.role.take() {
            role.end();
        }
    }
}

impl Role {
    fn end(self) {
        let Role::Owner { cluster, mut child, .. } = self else { return };
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        if let Err(e) = cluster.stop() {
            tracing::error!(error = %e, "The private database could not be stopped; it is killed");
            if let Err(e) = child.kill() {
                tracing::error!(error = %e, "The private database could not be killed");
            }
        }
        if let Err(e) = child.wait() {
            tracing::error!(error = %e, "Waiting for the end of the private database failed");
        }
    }
}

async fn wait_for_guests(guests: &Path) {
    let mut waited = Duration::ZERO;
    while waited < GUESTS_PATIENCE {
        // No such file: there never was a guest. Whatever else is wrong, the end must not hang on it.
        let Ok(file) = fs::File::open(guests) else { return };
        if !matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)) {
            return;
        }
        tokio::time::sleep(POLL).await;
        waited += POLL;
    }
}

async fn own(data_dir: &Path, lock: fs::File) -> Result<PrivatePostgres, PrivateError> {
    let (cluster, moved) = blocking({
        let data_dir = data_dir.to_owned();
        move || settle(&data_dir)
    })
    .await?;
    let child = cluster.spawn()?;
    let described = describe(&cluster, moved);
    let mut postgres = PrivatePostgres {
        socket: cluster.socket.clone(),
        described,
        role: Some(Role::Owner { cluster, child, _lock: lock, guests: data_dir.join(GUESTS) }),
    };
    wait_until_it_answers(&mut postgres, &data_dir.join(LOG)).await?;
    make_database(&postgres.socket).await?;
    Ok(postgres)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PrivateError> + Send + 'static,
) -> Result<T, PrivateError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|e| std::panic::resume_unwind(e.into_panic()))
}

/// Everything before the start: place, account, programs, end of a left-over, first initialisation.
fn settle(data_dir: &Path) -> Result<(Cluster, bool), PrivateError> {
    let (folder, account) = choose_place(data_dir)?;
    let base = fallback(data_dir);
    let binaries = Binaries::find(&folder, cluster::version(&folder)?)?;
    let binaries = binaries.runnable_by(&account, &base)?;
    let moved = folder.starts_with(&base);
    let socket = choose_socket(&folder, &account)?;
    let cluster = Cluster { folder, socket, account, binaries, log: data_dir.join(LOG) };
    cluster.stop_left_over()?;
    cluster.initialise_if_new()?;
    let place = format!("{}\n{}\n", cluster.folder.display(), cluster.socket.display());
    fs::write(data_dir.join("postgres.path"), place)
        .map_err(|source| PrivateError::Folder { folder: data_dir.to_owned(), source })?;
    Ok((cluster, moved))
}

/// `<data>/postgres`, unless we are root and the cluster's user cannot get there.
fn choose_place(data_dir: &Path) -> Result<(PathBuf, Account), PrivateError> {
    let folder = data_dir.join("postgres");
    let account = Account::choose(data_dir, &folder)?;
    if account == Account::Own {
        return Ok((folder, account));
    }
    let was_there = folder.exists();
    if !was_there {
        account.make_folder(&folder)?;
    }
    if account.can_enter(&folder) {
        return Ok((folder, account));
    }
    if was_there && cluster::version(&folder)?.is_some() {
        return Err(PrivateError::NotOurs(folder));
    }
    fs::remove_dir(&folder).map_err(|source| PrivateError::Folder { folder, source })?;
    let base = fallback(data_dir);
    fs::create_dir_all(&base).map_err(|source| PrivateError::Folder { folder: base.clone(), source })?;
    let folder = base.join("postgres");
    let account = Account::choose(data_dir, &folder)?;
    Ok((folder, account))
}

fn fallback(data_dir: &Path) -> PathBuf {
    let digest = hex::encode(Sha256::digest(data_dir.as_os_str().as_encoded_bytes()));
    Path::new("/var/lib/firefighter").join(&digest[..12])
}

/// The folder of the cluster itself, unless the address would be too long: 107 bytes on Linux, 103 elsewhere
/// (`sockaddr_un`).
fn choose_socket(folder: &Path, account: &Account) -> Result<PathBuf, PrivateError> {
    use std::os::unix::fs::MetadataExt;
    const LONGEST: usize = 103;
    if folder.join(".s.PGSQL.5432").as_os_str().len() <= LONGEST {
        return Ok(folder.to_owned());
    }
    let digest = hex::encode(Sha256::digest(folder.as_os_str().as_encoded_bytes()));
    let socket = Path::new("/tmp").join(format!("firefighter-{}", &digest[..12]));
    account.make_folder(&socket)?;
    let failed = |source| PrivateError::Folder { folder: socket.clone(), source };
    // Everybody may make folders in /tmp: one that is not ours, or that is a link, is not used.
    let found = fs::symlink_metadata(&socket).map_err(failed)?;
    if !found.is_dir() || found.mode() & 0o077 != 0 || !account.can_enter(&socket) {
        return Err(PrivateError::NotOurs(socket));
    }
    Ok(socket)
}

fn describe(cluster: &Cluster, moved: bool) -> String {
    let user = cluster.account.name().map(|name| format!(", run as {name}")).unwrap_or_default();
    let why = if moved { " (that user cannot enter the data folder)" } else { "" };
    format!("private PostgreSQL {} in {}{user}{why}", cluster.binaries.version, cluster.folder.display())
}

/// Joins the cluster that another process owns; `None` when it does not answer now.
async fn visit(data_dir: &Path) -> Result<Option<PrivatePostgres>, PrivateError> {
    let failed = |source| PrivateError::Folder { folder: data_dir.to_owned(), source };
    let place = match fs::read_to_string(data_dir.join("postgres.path")) {
        Ok(place) => place,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(failed(e)),
    };
    let mut lines = place.lines().map(PathBuf::from);
    let (Some(folder), Some(socket)) = (lines.next(), lines.next()) else { return Ok(None) };
    // Before the first connection, so that the owner does not end in between.
    let lock = fs::File::create(data_dir.join(GUESTS)).map_err(failed)?;
    if lock.try_lock_shared().is_err() {
        return Ok(None);
    }
    let Ok(connection) = PgConnection::connect_with(&options(&socket, NAME)).await else { return Ok(None) };
    drop(connection.close().await);
    let described = format!("private PostgreSQL in {}, run by another process", folder.display());
    Ok(Some(PrivatePostgres { socket, described, role: Some(Role::Guest { _lock: lock }) }))
}

async fn wait_until_it_answers(postgres: &mut PrivatePostgres, log: &Path) -> Result<(), PrivateError> {
    let mut waited = Duration::ZERO;
    loop {
        match PgConnection::connect_with(&options(&postgres.socket, "postgres")).await {
            Ok(connection) => {
                drop(connection.close().await);
                return Ok(());
            }
            Err(source) if waited >= START_PATIENCE => {
                return Err(PrivateError::NoAnswer { socket: postgres.socket.clone(), source });
            }
            Err(_) => {}
        }
        if !postgres.is_running() {
            return Err(PrivateError::Ended { tail: cluster::tail(log), log: log.to_owned() });
        }
        tokio::time::sleep(POLL).await;
        waited += POLL;
    }
}

async fn make_database(socket: &Path) -> Result<(), PrivateError> {
    let failed = |source| PrivateError::NoAnswer { socket: socket.to_owned(), source };
    let mut connection = PgConnection::connect_with(&options(socket, "postgres")).await.map_err(failed)?;
    let exists: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = 'firefighter')")
            .fetch_one(&mut connection)
            .await
            .map_err(failed)?;
    if !exists {
        sqlx::query("CREATE DATABASE firefighter").execute(&mut connection).await.map_err(failed)?;
    }
    connection.close().await.map_err(failed)
}

fn options(socket: &Path, database: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass().socket(socket).port(5432).username(NAME).database(database)
}
