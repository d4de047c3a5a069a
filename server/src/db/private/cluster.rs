//! One cluster on disk: initialise, start, stop.

use super::{NAME, PrivateError, account::Account, binaries::Binaries};
use std::{
    fs,
    io::ErrorKind,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command},
    time::Duration,
};

pub struct Cluster {
    pub folder: PathBuf,
    /// The folder that holds the socket.
    pub socket: PathBuf,
    pub account: Account,
    pub binaries: Binaries,
    /// What PostgreSQL says; begun anew at each start.
    pub log: PathBuf,
}

/// The major version that made the cluster; `None` when there is none yet.
pub fn version(folder: &Path) -> Result<Option<u32>, PrivateError> {
    match fs::read_to_string(folder.join("PG_VERSION")) {
        Ok(text) => Ok(text.trim().parse().ok()),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) if e.kind() == ErrorKind::PermissionDenied => Err(PrivateError::NotOurs(folder.to_owned())),
        Err(source) => Err(PrivateError::Folder { folder: folder.to_owned(), source }),
    }
}

/// The last lines of a log, for an error text.
pub fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(8)..].join(" | ")
}

impl Cluster {
    /// Made beside its place and moved there when whole, so that a broken initialisation is not taken for a cluster.
    pub fn initialise_if_new(&self) -> Result<(), PrivateError> {
        if version(&self.folder)?.is_some() {
            return Ok(());
        }
        let failed = |source| PrivateError::Folder { folder: self.folder.clone(), source };
        let fresh = self.folder.with_extension("new");
        if fresh.exists() {
            fs::remove_dir_all(&fresh).map_err(failed)?;
        }
        self.account.make_folder(&fresh)?;
        self.initialise(&fresh)?;
        // Replaces the empty folder in one step; one with something in it stays, and this fails.
        fs::rename(&fresh, &self.folder).map_err(failed)
    }

    /// The order of texts is that of their code points: the same on every machine. Where there is no such locale in
    /// UTF-8, the plain one orders the same.
    fn initialise(&self, folder: &Path) -> Result<(), PrivateError> {
        let with = |locale: &str| {
            let mut command = self.account.command(self.binaries.program("initdb"));
            command.arg("-D").arg(folder).args([
                "-U",
                NAME,
                "-E",
                "UTF8",
                "--auth=trust",
                "--no-instructions",
            ]);
            command.arg(format!("--locale={locale}")).arg("--lc-messages=C");
            run(command, "initdb")
        };
        match with("C.UTF-8") {
            Err(PrivateError::Failed { output, .. }) if output.contains("locale") => with("C"),
            result => result,
        }
    }

    /// In a process group of its own: Ctrl-C in a terminal reaches us first, and we stop it last.
    pub fn spawn(&self) -> Result<Child, PrivateError> {
        let failed = |source| PrivateError::Run { program: "postgres".into(), source };
        let log = fs::File::create(&self.log).map_err(failed)?;
        let mut command = self.account.command(self.binaries.program("postgres"));
        command.arg("-D").arg(&self.folder).arg("-k").arg(&self.socket);
        for setting in [
            "listen_addresses=",
            "unix_socket_permissions=0700",
            "port=5432",
            "logging_collector=off",
            // Any number of servers may share it, each with a pool of its own; an unused place costs a few kilobytes.
            "max_connections=400",
        ] {
            command.args(["-c", setting]);
        }
        command.process_group(0).stdout(log.try_clone().map_err(failed)?).stderr(log);
        command.spawn().map_err(failed)
    }

    /// Ends sessions and writes everything down; when that takes over 30 s it ends hard, and the next start recovers.
    pub fn stop(&self) -> Result<(), PrivateError> {
        let end = |mode: &str| {
            let mut command = self.account.command(self.binaries.program("pg_ctl"));
            command.arg("stop").arg("-D").arg(&self.folder).args(["-m", mode, "-w", "-t", "30", "-s"]);
            run(command, "pg_ctl stop")
        };
        end("fast").or_else(|_| end("immediate"))
    }

    /// The owner before us was killed and its cluster still runs.
    pub fn stop_left_over(&self) -> Result<(), PrivateError> {
        let pid_file = self.folder.join("postmaster.pid");
        let text = match fs::read_to_string(&pid_file) {
            Ok(text) => text,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(PrivateError::Folder { folder: self.folder.clone(), source }),
        };
        let pid = text.lines().next().unwrap_or_default().trim();
        if self.is_postgres(pid) { self.stop() } else { self.remove_stale_locks() }
    }

    fn is_postgres(&self, pid: &str) -> bool {
        let command_line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let folder = self.folder.as_os_str().as_encoded_bytes();
        command_line.split(|byte| *byte == 0).any(|argument| argument == folder)
    }

    /// The machine was restarted or PostgreSQL itself was killed; its number may be somebody else's by now, or that of a
    /// dead process nobody has collected, and PostgreSQL would refuse to start. The locks may go only when no session
    /// of the old one works on the files any more: those end by themselves when they notice that their parent is gone.
    /// Without /proc this is left to PostgreSQL.
    fn remove_stale_locks(&self) -> Result<(), PrivateError> {
        if !Path::new("/proc/self").exists() {
            return Ok(());
        }
        let mut tries = 100;
        while self.is_worked_on() {
            if tries == 0 {
                return Err(PrivateError::Busy(self.folder.clone()));
            }
            tries -= 1;
            std::thread::sleep(Duration::from_millis(100));
        }
        for lock in [self.folder.join("postmaster.pid"), self.socket.join(".s.PGSQL.5432.lock")] {
            match fs::remove_file(&lock) {
                Err(source) if source.kind() != ErrorKind::NotFound => {
                    return Err(PrivateError::Folder { folder: self.folder.clone(), source });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Every process of PostgreSQL works in the folder of its cluster.
    fn is_worked_on(&self) -> bool {
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        processes
            .filter_map(|process| fs::read_link(process.path().join("cwd")).ok())
            .any(|cwd| cwd == self.folder)
    }
}

fn run(mut command: Command, program: &str) -> Result<(), PrivateError> {
    let output = command.output().map_err(|source| PrivateError::Run { program: program.into(), source })?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let output = String::from_utf8_lossy(&said).trim().replace('\n', " | ");
    Err(PrivateError::Failed { program: program.into(), output })
}
