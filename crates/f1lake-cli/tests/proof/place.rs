//! A folder to work in, the program, the simulator, and the three steps from the API to gold.

pub(crate) use crate::simulated::Simulated;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The race and the qualifying of the generated weekend at Yas Island, 2024.
const SESSIONS: &str = "9647,9610";
/// Everything except telemetry and intervals, so that a run takes seconds, not minutes.
const ENDPOINTS: &str = "sessions,meetings,drivers,laps,position,stints,session_result,overtakes,pit,race_control,\
                         team_radio,weather,starting_grid,championship_drivers,championship_teams";
/// Maximum number of requests in flight.
pub(crate) const WORKERS: u64 = 3;

/// A folder with a landing zone and a lake, which is also the home of the program.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A copy of another folder.
    pub(crate) fn like(other: &Place) -> Self {
        let place = Self::new();
        copy(other.path(), place.path());
        place
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Keeps the folder for the investigation of a failure.
    pub(crate) fn keep(self) -> PathBuf {
        self.folder.keep()
    }

    /// The program, or a wrapper around it, without the settings of the user who started the test.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path()).stdin(Stdio::null());
        for (name, _) in std::env::vars() {
            if ["F1LAKE_", "OPENF1_", "DATABRICKS_"].iter().any(|prefix| name.starts_with(prefix))
                || matches!(name.as_str(), "RUST_LOG" | "RUST_BACKTRACE")
            {
                command.env_remove(name);
            }
        }
        command.env("HOME", self.path()).env("XDG_CACHE_HOME", self.path().join(".cache"));
        command
    }

    /// Runs a step to its end.
    pub(crate) fn run(&self, step: Step, server: &Simulated) -> Result<(), String> {
        let ended = ended(self.command(PROGRAM).args(step.arguments(server)));
        if ended.code == 0 { Ok(()) } else { Err(format!("{step:?} ended with {}", ended.told())) }
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_f1lake");

/// Output and exit code of a program.
pub(crate) struct Ended {
    /// Exit code; 128 + signal when it was killed.
    pub(crate) code: i32,
    pub(crate) text: String,
}

impl Ended {
    pub(crate) fn told(&self) -> String {
        format!("code {}: {}", self.code, self.text.trim())
    }
}

pub(crate) fn ended(command: &mut Command) -> Ended {
    let output = command.output().unwrap();
    let text =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    Ended { code: output.status.code().unwrap_or(-1), text }
}

/// A step from the API to gold as a separate command; `Run` is all of them in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Extract,
    Load,
    Build,
    Run,
}

/// The three steps in order.
pub(crate) const STEPS: [Step; 3] = [Step::Extract, Step::Load, Step::Build];

impl Step {
    pub(crate) fn arguments(self, server: &Simulated) -> Vec<String> {
        let workers = WORKERS.to_string();
        let api =
            ["--base-url", &server.base_url, "--rate-per-second", "1000", "--rate-per-minute", "100000"];
        let sessions = ["--session-key", SESSIONS, "--endpoints", ENDPOINTS, "--max-workers", &workers];
        let (landing, lake) = (["--out", "landing"], ["--lake", "lake"]);
        let arguments = match self {
            Self::Extract => [&["extract", "--quiet"], &sessions[..], &api, &landing].concat(),
            Self::Load => [&["load", "--quiet"], &landing[..], &lake].concat(),
            Self::Build => [&["build", "--quiet", "--no-tests"], &lake[..]].concat(),
            Self::Run => [&["run", "--quiet"], &sessions[..], &api, &landing, &lake].concat(),
        };
        arguments.into_iter().map(str::to_owned).collect()
    }
}

impl Simulated {
    /// Every response takes this many milliseconds, so that requests are in flight; no limits.
    pub(crate) fn start(delay_ms: u32) -> Self {
        Self::with("none", delay_ms)
    }

    /// With the API's limits: `free` or `sponsor`.
    pub(crate) fn limited(limits: &str) -> Self {
        Self::with(limits, 0)
    }

    /// With another seed: the same sessions, other times.
    #[cfg(unix)]
    pub(crate) fn seeded(seed: u32) -> Self {
        Self::serve(&["--limits", "none", "--seed", &seed.to_string()], 0)
    }

    fn with(limits: &str, delay_ms: u32) -> Self {
        Self::serve(&["--limits", limits], delay_ms)
    }

    fn serve(arguments: &[&str], delay_ms: u32) -> Self {
        let faults = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&faults, format!("[[fault]]\nkind = \"delay\"\ndelay_ms = {delay_ms}\n")).unwrap();
        let mut command = Command::new(PROGRAM);
        command.args(["simulate", "--seasons", "2024"]).args(arguments).arg("--faults").arg(faults.path());
        Self::of(&mut command)
    }

    /// Number of requests for data, without those for the catalogue.
    pub(crate) fn data_requests(&self) -> u64 {
        self.count("data_requests")
    }
}

/// A number from an environment variable.
pub(crate) fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name)
        .ok()
        .map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

/// Compiles a C source of this folder; returns `None` with a message if there is no compiler.
pub(crate) fn compiled(source: &str, flags: &[&str], folder: &Path) -> Option<PathBuf> {
    let target = folder.join(source).with_extension("out");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/proof").join(source);
    match Command::new("cc").args(flags).args(["-O1", "-o"]).arg(&target).arg(path).output() {
        Ok(output) if output.status.success() => Some(target),
        Ok(output) => panic!("{source} does not compile: {}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => {
            eprintln!("SKIPPED: {source} needs a C compiler: {error}");
            None
        }
    }
}
