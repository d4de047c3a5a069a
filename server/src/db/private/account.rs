//! As whom the cluster runs. PostgreSQL refuses to run as root, so root hands it to another user.

use super::PrivateError;
use std::{
    fs,
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::Path,
    process::{Command, Stdio},
};

/// Who runs the cluster.
#[derive(Debug, Clone, PartialEq)]
pub enum Account {
    /// This process' own user.
    Own,
    /// We are root: this one.
    Other { name: String, uid: u32, gid: u32 },
}

impl Account {
    /// `folder` is that of the cluster: an owner it already has stays its owner.
    pub fn choose(data_dir: &Path, folder: &Path) -> Result<Self, PrivateError> {
        if !we_are_root(data_dir)? {
            return Ok(Account::Own);
        }
        if let Some(owner) = fs::metadata(folder).ok().filter(|found| found.uid() != 0) {
            return Ok(Account::Other { name: name_of(owner.uid()), uid: owner.uid(), gid: owner.gid() });
        }
        ["postgres", "nobody"].into_iter().find_map(look_up).ok_or(PrivateError::NoAccount)
    }

    /// A command in this account, from the root folder, with a small environment: nothing that is set for us (`PG*`,
    /// locales) reaches the cluster.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("LC_ALL", "C");
        command.current_dir("/").stdin(Stdio::null());
        if let Account::Other { uid, gid, .. } = self {
            command.uid(*uid).gid(*gid);
        }
        command
    }

    /// Makes the folder, for this account alone.
    pub fn make_folder(&self, folder: &Path) -> Result<(), PrivateError> {
        use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
        let failed = |source| PrivateError::Folder { folder: folder.to_owned(), source };
        if !folder.exists() {
            fs::DirBuilder::new().mode(0o700).create(folder).map_err(failed)?;
        }
        if let Account::Other { uid, gid, .. } = self {
            std::os::unix::fs::chown(folder, Some(*uid), Some(*gid)).map_err(failed)?;
        }
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(failed)
    }

    /// Whether this account can work in the folder: every folder above it must let it pass.
    pub fn can_enter(&self, folder: &Path) -> bool {
        let mut command = self.command("/bin/sh");
        command.args(["-c", "cd \"$0\" && test -w ."]).arg(folder);
        succeeds(command)
    }

    /// Whether this account can run the program.
    pub fn can_run(&self, program: &Path) -> bool {
        let mut command = self.command(program);
        command.arg("--version");
        succeeds(command)
    }

    pub fn name(&self) -> Option<&str> {
        match self {
            Account::Own => None,
            Account::Other { name, .. } => Some(name),
        }
    }
}

fn succeeds(mut command: Command) -> bool {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// What we create belongs to us: the owner of a fresh file says who we are.
fn we_are_root(data_dir: &Path) -> Result<bool, PrivateError> {
    let probe = data_dir.join(format!(".owner-{}", std::process::id()));
    let failed = |source| PrivateError::Folder { folder: data_dir.to_owned(), source };
    let owner = fs::File::create(&probe).and_then(|file| file.metadata()).map(|found| found.uid());
    let removed = fs::remove_file(&probe);
    let owner = owner.map_err(failed)?;
    removed.map_err(failed)?;
    Ok(owner == 0)
}

fn look_up(name: &str) -> Option<Account> {
    let line = passwd().into_iter().find(|fields| fields.first().is_some_and(|found| found == name))?;
    Some(Account::Other {
        name: name.into(),
        uid: line.get(2)?.parse().ok()?,
        gid: line.get(3)?.parse().ok()?,
    })
}

fn name_of(uid: u32) -> String {
    let line =
        passwd().into_iter().find(|fields| fields.get(2).is_some_and(|found| *found == uid.to_string()));
    line.and_then(|fields| fields.first().cloned()).unwrap_or_else(|| format!("user {uid}"))
}

fn passwd() -> Vec<Vec<String>> {
    let text = fs::read_to_string("/etc/passwd").unwrap_or_default();
    text.lines().map(|line| line.split(':').map(str::to_owned).collect()).collect()
}
