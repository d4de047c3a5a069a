//! Where settings come from.

use std::{
    path::{Path, PathBuf},
    process::Command,
};
use tests::app::process::{binary, environment};

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("firefighter-{name}-{}", std::process::id()));
        std::fs::create_dir_all(path.join("below")).expect("a folder");
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

/// The title of the document of the REST API, as a binary that is started here prints it.
fn title(folder: &Path, more: &[(&str, &str)]) -> Result<String, String> {
    let out = Command::new(binary())
        .arg("openapi")
        .current_dir(folder)
        .env_clear()
        .envs(environment("postgres://nobody@localhost/none"))
        .envs(more.iter().copied())
        .output()
        .expect("the binary runs");
    if !out.status.success() {
        return Err(String::from_utf8_lossy(&out.stderr).into_owned());
    }
    let document = String::from_utf8_lossy(&out.stdout).into_owned();
    let title = document.lines().find_map(|line| line.trim().strip_prefix("title: ")).unwrap_or_default();
    Ok(title.to_owned())
}

// CFG-001: a file beside the work, or above it; what the process was told wins; a line that is none is named.
#[test]
fn what_the_process_was_told_wins_over_the_file() {
    let folder = Folder::new("settings");
    let file = folder.0.join(".env");
    std::fs::write(&file, "APP_DISPLAY_NAME='Desk of the file'\n").expect("written");
    for place in [folder.0.clone(), folder.0.join("below")] {
        let found = title(&place, &[]).expect("it prints");
        assert!(found.contains("Desk of the file"), "{found}");
        let found = title(&place, &[("APP_DISPLAY_NAME", "Desk of the process")]).expect("it prints");
        assert!(found.contains("Desk of the process"), "{found}");
    }
    std::fs::write(&file, "this is no setting\n").expect("written");
    let why = title(&folder.0, &[]).expect_err("the file is wrong");
    assert!(why.contains(".env") && why.contains("NAME=value"), "{why}");
}
