//! Programs on `PATH`.

use std::path::{Path, PathBuf};

/// Larger files are taken for the current CLI without reading them.
const SMALLEST_CLI: u64 = 1024 * 1024;
/// In the script of the CLI before 0.100, which has no `auth token`.
const LEGACY: &[u8] = b"from databricks_cli.cli import ";

/// Finds a program in the folders of `path`.
pub(super) fn find(name: &str, path: &str) -> Option<PathBuf> {
    files(name, path).next()
}

/// Finds the Databricks CLI: `configured` is a path, or a name on `PATH`.
pub(super) fn databricks_cli(configured: Option<&str>, path: &str) -> Result<PathBuf, &'static str> {
    let name = configured.unwrap_or("databricks");
    if name.contains('/') {
        return Ok(PathBuf::from(name));
    }
    let mut found_legacy = false;
    for file in files(name, path) {
        if is_legacy(&file) {
            found_legacy = true;
        } else {
            return Ok(file);
        }
    }
    Err(if found_legacy {
        "Databricks CLI version <0.100.0 detected"
    } else {
        "Most likely the Databricks CLI is not installed"
    })
}

fn is_legacy(file: &Path) -> bool {
    let small = file.metadata().is_ok_and(|about| about.len() < SMALLEST_CLI);
    small && std::fs::read(file).is_ok_and(|text| text.windows(LEGACY.len()).any(|part| part == LEGACY))
}

fn files(name: &str, path: &str) -> impl Iterator<Item = PathBuf> {
    let endings: &[&str] = if cfg!(windows) { &["", ".exe", ".cmd", ".bat"] } else { &[""] };
    // An empty part would mean the current folder.
    let folders: Vec<PathBuf> =
        std::env::split_paths(path).filter(|folder| !folder.as_os_str().is_empty()).collect();
    folders
        .into_iter()
        .flat_map(move |folder| {
            endings.iter().map(move |ending| folder.join(format!("{name}{ending}"))).collect::<Vec<_>>()
        })
        .filter(|file| is_program(file))
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.is_file()
}
