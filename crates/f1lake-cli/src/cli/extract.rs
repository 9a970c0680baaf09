//! Arguments of the commands that fetch sessions and look after the landing zone.

use super::flags::{API, DATABRICKS, FILES, Flags, LAKE, LANDING, LOAD, SESSIONS, WORK};
use clap::Args;

pub(crate) type SessionsFlags = Flags<{ SESSIONS | API }>;
pub(crate) type ZoneFlags = Flags<LANDING>;
pub(crate) type DoctorFlags = Flags<{ LANDING | API | DATABRICKS }>;

/// How to extract, besides the settings.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "What and how")]
pub(crate) struct How {
    /// Fetch landed sessions again
    #[arg(long)]
    pub(crate) refresh: bool,
    /// Land responses with fewer rows than before
    #[arg(long)]
    pub(crate) accept_shrink: bool,
    /// Wait while another run works on the folder, instead of failing
    #[arg(long)]
    pub(crate) wait: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExtractArgs {
    #[command(flatten)]
    pub(crate) settings: Flags<{ SESSIONS | WORK | LANDING | FILES | API }>,
    #[command(flatten)]
    pub(crate) how: How,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) settings: Flags<{ SESSIONS | WORK | LANDING | FILES | API | LAKE | LOAD | DATABRICKS }>,
    #[command(flatten)]
    pub(crate) how: How,
}

#[derive(Debug, Args)]
pub(crate) struct RepairArgs {
    /// Wait while another run works on the folder, instead of failing
    #[arg(long)]
    pub(crate) wait: bool,
    #[command(flatten)]
    pub(crate) settings: Flags<{ LANDING | API }>,
}

#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    /// Print a configuration file that explains every setting
    #[arg(long)]
    pub(crate) example: bool,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}
