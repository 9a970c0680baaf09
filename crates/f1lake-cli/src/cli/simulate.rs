//! Arguments of `simulate` and `demo`.

use super::page::{PageArgs, port};
use clap::Args;
use f1lake::config::expected::{COUNT, NUMBER, SEASON, SECONDS, parser};
use std::path::PathBuf;

/// Limits of the simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum SimulatedLimits {
    /// 3 requests per second and 30 per minute; twice that with a token
    #[default]
    Free,
    /// 6 requests per second and 60 per minute
    Sponsor,
    /// No limits
    None,
}

#[derive(Debug, Args)]
pub(crate) struct SimulateArgs {
    /// Seed of the generated data: changes every result, but not the calendar
    #[arg(long, default_value_t = 1, allow_negative_numbers = true, value_parser = parser::<u64>(NUMBER))]
    pub(crate) seed: u64,
    /// Seasons to generate, from 2023
    #[arg(long, value_delimiter = ',', default_value = "2024", allow_negative_numbers = true, value_parser = parser::<i32>(SEASON))]
    pub(crate) seasons: Vec<i32>,
    /// Serve a folder of ENDPOINT.json or ENDPOINT.json.gz files instead of generated seasons
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["seed", "seasons"])]
    pub(crate) replay: Option<PathBuf>,
    /// Port on 127.0.0.1; 0 picks a free one
    #[arg(long, default_value_t = 0, allow_negative_numbers = true, value_parser = port())]
    pub(crate) port: u16,
    /// Rate limits to enforce
    #[arg(long, value_enum, default_value_t)]
    pub(crate) limits: SimulatedLimits,
    /// Fault plan, a TOML file
    #[arg(long, value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,
    /// Largest response in rows; larger ones are refused [default: 140000]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = parser::<usize>(COUNT))]
    pub(crate) max_rows: Option<usize>,
    /// Account that can log in; its password is read from SIMULATED_PASSWORD
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,
    /// Simulate a live session for this long after the start: anonymous users are locked out
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = parser::<f64>(SECONDS))]
    pub(crate) live_for: Option<f64>,
    /// Write the true course of every session to SESSION_KEY.json in this folder before serving
    #[arg(long, value_name = "FOLDER", conflicts_with = "replay")]
    pub(crate) truth: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Folder of the demo
    #[arg(long, value_name = "FOLDER", default_value = "./f1lake-demo")]
    pub(crate) out: String,
    /// Seed of the generated data: changes every result, but not the calendar
    #[arg(long, default_value_t = 1, allow_negative_numbers = true, value_parser = parser::<u64>(NUMBER))]
    pub(crate) seed: u64,
    /// Afterwards, serve the page of `explore` and open it
    #[arg(long)]
    pub(crate) explore: bool,
    #[command(flatten)]
    pub(crate) page: PageArgs,
}
