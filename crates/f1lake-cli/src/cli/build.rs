//! Arguments of the commands that build, test, show and keep the lake.

use super::flags::{Flags, LAKE};
use clap::Args;
use f1lake::config::expected::{NUMBER, parser};

pub(crate) type LakeFlags = Flags<LAKE>;

#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    /// Rebuild everything, changed or not
    #[arg(long)]
    pub(crate) full_refresh: bool,
    /// Skip the tests
    #[arg(long)]
    pub(crate) no_tests: bool,
    /// Wait while another build works on the lake, instead of failing
    #[arg(long)]
    pub(crate) wait: bool,
    /// Only this table and the tables it is built from; may be repeated
    #[arg(long, value_name = "TABLE", value_delimiter = ',')]
    pub(crate) model: Vec<String>,
    #[command(flatten)]
    pub(crate) settings: LakeFlags,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// Session: its key, `latest`, or words such as "monza race"
    pub(crate) session: String,
    /// Path of the page [default: f1lake-report-KEY.html]
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<String>,
    /// Laps to compare, such as VER:12,NOR:14; a driver alone means the best lap [default: the best laps]
    #[arg(long, value_name = "LAPS", value_delimiter = ',')]
    pub(crate) laps: Vec<String>,
    #[command(flatten)]
    pub(crate) settings: LakeFlags,
}

#[derive(Debug, Args)]
pub(crate) struct MaintainArgs {
    /// Hours for which old versions stay readable; at least 168
    #[arg(long, value_name = "HOURS", default_value_t = f1lake_lake::LEAST_RETENTION_HOURS, allow_negative_numbers = true, value_parser = parser::<u64>(NUMBER))]
    pub(crate) retention_hours: u64,
    /// List the files that would be removed, but remove none
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) settings: LakeFlags,
}
