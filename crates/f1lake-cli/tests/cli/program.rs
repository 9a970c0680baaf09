//! The program in an empty folder, and its simulator.

pub(crate) use crate::simulated::Simulated;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The race and the qualifying of the generated weekend at Yas Island, 2024.
pub(crate) const RACE: &str = "9647";

pub(crate) const QUALIFYING: &str = "9610";

/// A word that must never be printed.
pub(crate) const CANARY: &str = "canary-in-a-coal-mine";

/// An empty folder to work in, which is also the home of the program.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
}

pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_f1lake"));
        command.args(arguments).current_dir(self.path()).stdin(Stdio::null());
        for (name, _) in std::env::vars() {
            if name.starts_with("F1LAKE_")
                || name.starts_with("OPENF1_")
                || name.starts_with("DATABRICKS_")
                || name.starts_with("DBT_")
                || name == "RUST_LOG"
                || name == "CARGO"
            {
                command.env_remove(name);
            }
        }
        command.env("HOME", self.path()).env("XDG_CACHE_HOME", self.path().join(".cache"));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        ended(self.command(arguments))
    }

    /// Runs against a server without waiting for the real API's limits.
    pub(crate) fn run_fast(&self, server: &Simulated, arguments: &[&str]) -> Ended {
        ended(self.fast(server, arguments))
    }

    pub(crate) fn fast(&self, server: &Simulated, arguments: &[&str]) -> Command {
        let mut all = arguments.to_vec();
        all.extend([
            "--base-url",
            &server.base_url,
            "--rate-per-second",
            "1000",
            "--rate-per-minute",
            "10000",
        ]);
        all.extend(["--retry-delay", "0.01"]);
        self.command(&all)
    }

    pub(crate) fn files(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.path().join(folder)) else { return Vec::new() };
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.starts_with(['_', '.']))
            .collect();
        names.sort();
        names
    }

    pub(crate) fn rows(&self, file: &str) -> Vec<Value> {
        serde_json::from_slice(&std::fs::read(self.path().join(file)).unwrap()).unwrap()
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        std::fs::write(self.path().join(file), text).unwrap();
    }
}

pub(crate) fn ended(mut command: Command) -> Ended {
    let output = command.output().unwrap();
    let ended = Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    };
    assert!(!ended.stdout.contains(CANARY) && !ended.stderr.contains(CANARY), "a secret was printed");
    ended
}

/// What a server on this machine answers.
pub(crate) async fn get(url: &str) -> reqwest::Response {
    let url = url.parse().unwrap();
    let client = f1lake_http::client_builder(&url, "test").build().unwrap();
    client.get(url).send().await.unwrap()
}

impl Simulated {
    pub(crate) fn start(place: &Place, arguments: &[&str]) -> Self {
        Self::of(place.command(&[&["simulate"], arguments].concat()).env("SIMULATED_PASSWORD", CANARY))
    }
}

/// Replaces what differs between machines and runs.
pub(crate) fn steady(text: &str, place: &Place) -> String {
    let folder = place.path().canonicalize().unwrap();
    let text =
        text.replace(folder.to_str().unwrap(), "FOLDER").replace(place.path().to_str().unwrap(), "FOLDER");
    let mut words: Vec<String> = Vec::new();
    for line in text.lines() {
        let mut line = line.to_owned();
        while let Some(start) = line.find("127.0.0.1:") {
            let digits =
                line[start + 10..].find(|c: char| !c.is_ascii_digit()).unwrap_or(line.len() - start - 10);
            line.replace_range(start..start + 10 + digits, "SERVER");
        }
        words.push(line);
    }
    words.join("\n")
}

/// The recorded responses, if this machine has them.
pub(crate) fn recorded() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/replay");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: no recorded answers at {}", folder.display());
    None
}
