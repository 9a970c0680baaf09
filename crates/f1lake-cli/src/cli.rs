//! The command line.

#[cfg(feature = "lake")]
mod build;
#[cfg(feature = "lake")]
mod explore;
mod extract;
mod flags;
mod former;
mod load;
#[cfg(feature = "lake")]
mod page;
#[cfg(feature = "lake")]
mod query;
#[cfg(feature = "lake")]
mod simulate;

#[cfg(feature = "lake")]
pub(crate) use build::{BuildArgs, LakeFlags, MaintainArgs, ReportArgs};
#[cfg(feature = "lake")]
pub(crate) use explore::ExploreArgs;
pub(crate) use extract::{
    ConfigArgs, DoctorFlags, ExtractArgs, How, RepairArgs, RunArgs, SessionsFlags, ZoneFlags,
};
pub(crate) use flags::Flags;
pub(crate) use load::LoadArgs;
#[cfg(feature = "databricks")]
pub(crate) use load::{DatabricksCommand, InitArgs, PipelineFlags, SetupArgs};
#[cfg(feature = "lake")]
pub(crate) use page::PageArgs;
#[cfg(feature = "lake")]
pub(crate) use query::{ExportArgs, FileFormat, SqlArgs};
#[cfg(feature = "lake")]
pub(crate) use simulate::{DemoArgs, SimulateArgs, SimulatedLimits};

use crate::logging::LogFormat;
use crate::output::OutputFormat;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;

const EXIT_CODES: &str = "Exit codes: 0 all done, 1 failed or damaged, 2 wrong usage or configuration, \
3 some sessions failed (the others are landed), 4 locked by a live session, 5 login refused, 130 interrupted.";

/// Formula 1 data from the OpenF1 API in a lakehouse.
#[derive(Debug, Parser)]
#[command(name = "f1lake", version, about, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// The command line, with the flags that only the parser knows.
    pub(crate) fn parser() -> clap::Command {
        Self::command().mut_subcommands(former::add_to)
    }

    /// Parses a command line, the first word of which is the program.
    pub(crate) fn parse_from_words(words: &[OsString]) -> Result<Self, clap::Error> {
        Self::from_arg_matches(&Self::parser().try_get_matches_from(words)?)
    }
}

#[derive(Debug, Args)]
pub(crate) struct Globals {
    /// Configuration file [default: f1lake.toml, if it exists]
    #[arg(long, global = true, env = "F1LAKE_CONFIG", value_name = "FILE", help_heading = "Everywhere")]
    pub(crate) config: Option<PathBuf>,
    /// Format of data on standard output
    #[arg(long, global = true, value_enum, default_value_t, help_heading = "Everywhere")]
    pub(crate) output: OutputFormat,
    /// Only errors on standard error
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Everywhere")]
    pub(crate) quiet: bool,
    /// More detail on standard error; repeat for even more
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Everywhere")]
    pub(crate) verbose: u8,
    /// Format of messages on standard error
    #[arg(long, global = true, value_enum, default_value_t, help_heading = "Everywhere")]
    pub(crate) log_format: LogFormat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Extract, load and build everything that is due
    Run(RunArgs),
    /// Fetch sessions from the API into the landing zone
    Extract(ExtractArgs),
    /// Load landed sessions into the bronze tables of the lake
    Load(LoadArgs),
    /// Prepare a Databricks workspace
    #[cfg(feature = "databricks")]
    #[command(subcommand)]
    Databricks(DatabricksCommand),
    /// Build silver and gold tables for what changed, and run their tests
    #[cfg(feature = "lake")]
    Build(BuildArgs),
    /// Run all tests on the whole lake; exit code 1 when one fails
    #[cfg(feature = "lake")]
    Test(LakeFlags),
    /// Query the lake; without a query, open a shell
    #[cfg(feature = "lake")]
    Sql(SqlArgs),
    /// Write a table to a file
    #[cfg(feature = "lake")]
    Export(ExportArgs),
    /// Show a session: leaderboard, stints and data quality; also writes a page with plots
    #[cfg(feature = "lake")]
    Report(ReportArgs),
    /// Explore the lake in a browser; this machine serves the page
    #[cfg(feature = "lake")]
    Explore(ExploreArgs),
    /// List the tables of the lake with rows, versions and sizes
    #[cfg(feature = "lake")]
    Tables(LakeFlags),
    /// Join small files, remove files of old versions, write checkpoints
    #[cfg(feature = "lake")]
    Maintain(MaintainArgs),
    /// List the sessions that a selection chooses
    Sessions(SessionsFlags),
    /// Show what an extract would cost: requests, time and bytes
    Plan(ExtractArgs),
    /// Show what is landed
    Status(ZoneFlags),
    /// Check every landed file against its manifest; exit code 1 when one is damaged
    Verify(ZoneFlags),
    /// Land lost and damaged files again; damaged ones are kept in _aside/
    Repair(RepairArgs),
    /// Check configuration, destination, API, login, limits and clock
    Doctor(DoctorFlags),
    /// Show every setting and where its value came from
    Config(ConfigArgs),
    /// Serve a simulated OpenF1 API on loopback; prints its base URL on standard output
    #[cfg(feature = "lake")]
    Simulate(SimulateArgs),
    /// Take a generated race weekend from the API to gold and a report; needs no network and no account
    #[cfg(feature = "lake")]
    Demo(DemoArgs),
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Flags that mean different things in different commands, and why.
    const SEVERAL_MEANINGS: [(&str, &str); 6] = [
        ("session-key", "`load` takes landed sessions, the others choose what to fetch"),
        ("out", "`demo` makes a folder of its own, with landing zone and lake"),
        ("format", "of landing files, or of a file of rows in `sql` and `export`"),
        ("dry-run", "each command says what it does not do"),
        ("wait", "for another run of the landing zone, or another build of the lake"),
        ("to", "a file of rows; in `export` it has a default"),
    ];

    #[test]
    fn a_flag_has_one_meaning_in_all_commands() {
        let mut meanings: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
        let mut commands = vec![Cli::command()];
        while let Some(command) = commands.pop() {
            commands.extend(command.get_subcommands().cloned());
            for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
                let Some(long) = argument.get_long() else { continue };
                let meaning = format!(
                    "{:?} {:?}",
                    argument.get_value_names(),
                    argument.get_help().map(ToString::to_string)
                );
                meanings
                    .entry(long.to_owned())
                    .or_default()
                    .entry(meaning)
                    .or_default()
                    .push(command.get_name().to_owned());
            }
        }
        let several = |name: &str| SEVERAL_MEANINGS.iter().any(|(flag, _)| *flag == name);
        let wrong: Vec<_> = meanings.iter().filter(|(name, of)| of.len() > 1 && !several(name)).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        if cfg!(all(feature = "lake", feature = "databricks")) {
            for (flag, _) in SEVERAL_MEANINGS {
                assert!(meanings[flag].len() > 1, "--{flag} has one meaning now");
            }
        }
    }
}
