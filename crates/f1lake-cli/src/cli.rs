//! The command line.

use crate::error::Error;
use crate::logging::LogFormat;
use crate::output::OutputFormat;
use crate::values::{COUNT, DAY, KEY, NUMBER, RATE, SEASON, SECONDS, read};
use clap::{Args, Parser, Subcommand};
use figment::value::{Dict, Value};
use jiff::civil::Date;
use serde::Serialize;
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
    Test(LakeOnlyArgs),
    /// Query the lake; without a query, open a shell
    #[cfg(feature = "lake")]
    Sql(SqlArgs),
    /// Write a table to a file
    #[cfg(feature = "lake")]
    Export(ExportArgs),
    /// Show a session: leaderboard, stints and data quality; also writes a page with plots
    #[cfg(feature = "lake")]
    Report(ReportArgs),
    /// List the tables of the lake with rows, versions and sizes
    #[cfg(feature = "lake")]
    Tables(LakeOnlyArgs),
    /// Join small files, remove files of old versions, write checkpoints
    #[cfg(feature = "lake")]
    Maintain(MaintainArgs),
    /// List the sessions that a selection chooses
    Sessions(SessionsArgs),
    /// Show what an extract would cost: requests, time and bytes
    Plan(ExtractArgs),
    /// Show what is landed
    Status(ZoneArgs),
    /// Check every landed file against its manifest; exit code 1 when one is damaged
    Verify(ZoneArgs),
    /// Land lost and damaged files again; damaged ones are kept in _aside/
    Repair(RepairArgs),
    /// Check configuration, destination, API, login, limits and clock
    Doctor(DoctorArgs),
    /// Show every setting and where its value came from
    Config(ConfigArgs),
    /// Serve a simulated OpenF1 API on loopback; prints its base URL on standard output
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

/// Which sessions.
#[derive(Debug, Default, Args, Serialize)]
#[command(next_help_heading = "Which sessions")]
pub(crate) struct SelectionArgs {
    /// How sessions are chosen [default: latest]
    #[arg(long, value_parser = ["latest", "year", "manual"])]
    #[serde(rename = "fetch_mode", skip_serializing_if = "Option::is_none")]
    mode: Option<String>,
    /// Mode latest: number of sessions [default: 10]
    #[arg(allow_negative_numbers = true, value_parser = read::<usize>(COUNT), short = 'n', long, value_name = "N")]
    #[serde(rename = "num_latest_sessions", skip_serializing_if = "Option::is_none")]
    num_sessions: Option<usize>,
    /// Mode year: season, from 2023
    #[arg(long, allow_negative_numbers = true, value_parser = read::<i16>(SEASON))]
    #[serde(rename = "fetch_year", skip_serializing_if = "Option::is_none")]
    year: Option<i16>,
    /// Mode manual: day, in UTC unless --local-days is given; may be repeated
    #[arg(long, value_name = "YYYY-MM-DD", value_delimiter = ',', value_parser = read::<Date>(DAY))]
    #[serde(rename = "manual_batch_days", skip_serializing_if = "Vec::is_empty")]
    date: Vec<Date>,
    /// Which sessions come first
    #[arg(long, value_parser = ["latest", "oldest"])]
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<String>,
    /// Sessions by key, instead of a mode
    #[arg(long, value_name = "KEY", value_delimiter = ',', allow_negative_numbers = true, value_parser = read::<i64>(KEY))]
    #[serde(rename = "session_keys", skip_serializing_if = "Vec::is_empty")]
    session_key: Vec<i64>,
    /// Whole weekends by key, instead of a mode
    #[arg(long, value_name = "KEY", value_delimiter = ',', allow_negative_numbers = true, value_parser = read::<i64>(KEY))]
    #[serde(rename = "meeting_keys", skip_serializing_if = "Vec::is_empty")]
    meeting_key: Vec<i64>,
    /// Only this country: name or three-letter code
    #[arg(long, value_delimiter = ',')]
    #[serde(rename = "countries", skip_serializing_if = "Vec::is_empty")]
    country: Vec<String>,
    /// Only this location or circuit
    #[arg(long, value_delimiter = ',')]
    #[serde(rename = "locations", skip_serializing_if = "Vec::is_empty")]
    location: Vec<String>,
    /// Only this type or name of session, such as Race, "Practice 1", or "Grand Prix" for races that are not sprints
    #[arg(long, value_name = "TYPE", value_delimiter = ',')]
    #[serde(rename = "session_types", skip_serializing_if = "Vec::is_empty")]
    session_type: Vec<String>,
    /// Only sessions that start on this day or later
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = read::<Date>(DAY))]
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Date>,
    /// Only sessions that start on this day or earlier; or a Databricks volume to land in, /Volumes/...
    #[arg(long, value_name = "YYYY-MM-DD|VOLUME")]
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    to: Option<To>,
    /// Read days in local time at the venue instead of UTC
    #[arg(long)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    local_days: bool,
}

/// The last day of a selection, or a destination: both are called `--to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) enum To {
    #[serde(rename = "to")]
    Day(Date),
    #[serde(rename = "landing_volume_path")]
    Volume(String),
}

impl std::str::FromStr for To {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if ["/", "dbfs:/", "file:///"].iter().any(|start| text.starts_with(start)) {
            // The word in front says how the volume is reached, and stays.
            return f1lake::volume_name::bare(text)
                .parse::<f1lake_databricks::VolumePath>()
                .map(|_| Self::Volume(text.to_owned()))
                .map_err(|error| error.to_string());
        }
        text.parse().map(Self::Day).map_err(|_| {
            "expected a day such as 2024-03-24, or a volume such as /Volumes/main/raw/landing; folders go with --out"
                .to_owned()
        })
    }
}

/// How to reach the API.
#[derive(Debug, Default, Args, Serialize)]
#[command(next_help_heading = "API")]
pub(crate) struct ApiArgs {
    /// Base URL of the API, up to and including /v1
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    base_url: Option<String>,
    /// Timeout for a response, seconds [default: 30]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = read::<f64>(SECONDS))]
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<f64>,
    /// Retries after the first attempt [default: 5]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = read::<u32>(NUMBER))]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_retries: Option<u32>,
    /// Delay before the first retry, seconds [default: 1]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = read::<f64>(SECONDS))]
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_delay: Option<f64>,
    /// Requests per second [default: 3, or 6 with an account]
    #[arg(long, value_name = "RATE", allow_negative_numbers = true, value_parser = read::<f64>(RATE))]
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_per_second: Option<f64>,
    /// Requests per minute [default: 30, or 60 with an account]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = read::<u32>(NUMBER))]
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_per_minute: Option<u32>,
    /// File in which processes share the rate limits
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    limiter_state: Option<PathBuf>,
}

/// Where files land.
#[derive(Debug, Default, Args, Serialize)]
#[command(next_help_heading = "Landing zone")]
pub(crate) struct OutArgs {
    /// Folder, URL or Databricks volume of the landing zone [default: ./landing]
    #[arg(long, value_name = "FOLDER")]
    #[serde(rename = "landing_path", skip_serializing_if = "Option::is_none")]
    out: Option<String>,
    /// Landing in a volume: also keep the files in --out [default: ./landing]
    #[arg(long)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    also_local: bool,
    /// Profile of ~/.databrickscfg
    #[arg(long, value_name = "NAME")]
    #[serde(rename = "databricks_profile", skip_serializing_if = "Option::is_none")]
    profile: Option<String>,
}

/// What to fetch and how.
#[derive(Debug, Default, Args, Serialize)]
#[command(next_help_heading = "What and how")]
pub(crate) struct WorkArgs {
    /// Endpoints, such as laps,pit [default: all 18]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    endpoints: Vec<String>,
    /// Requests in flight at the same time [default: 3]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = read::<usize>(COUNT))]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_workers: Option<usize>,
    /// Format of landing files [default: json]
    #[arg(long, value_parser = ["json", "ndjson", "parquet"])]
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<String>,
    /// Compression of landing files [default: none]
    #[arg(long, value_parser = ["none", "gzip", "zstd"])]
    #[serde(skip_serializing_if = "Option::is_none")]
    compression: Option<String>,
    /// Days until a session counts as settled [default: 30]
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true, value_parser = read::<u32>(NUMBER))]
    #[serde(skip_serializing_if = "Option::is_none")]
    settle_days: Option<u32>,
    /// What to do while a live session locks OpenF1 [default: stop]
    #[arg(long, value_parser = ["stop", "wait"])]
    #[serde(skip_serializing_if = "Option::is_none")]
    on_locked: Option<String>,
    /// Fetch landed sessions again
    #[arg(long)]
    #[serde(skip)]
    pub(crate) refresh: bool,
    /// Land responses with fewer rows than before
    #[arg(long)]
    #[serde(skip)]
    pub(crate) accept_shrink: bool,
    /// Wait while another run works on the folder, instead of failing
    #[arg(long)]
    #[serde(skip)]
    pub(crate) wait: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExtractArgs {
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
    #[command(flatten)]
    pub(crate) out: OutArgs,
    #[command(flatten)]
    pub(crate) api: ApiArgs,
}

/// Where the tables are.
#[derive(Debug, Default, Args, Serialize)]
#[command(next_help_heading = "Lake")]
pub(crate) struct LakeArgs {
    /// Folder (or URL) of the lake [default: ./lake]
    #[arg(long, value_name = "FOLDER")]
    #[serde(rename = "lake_path", skip_serializing_if = "Option::is_none")]
    lake: Option<String>,
}

/// Where bronze tables are in Databricks.
#[derive(Debug, Default, Args, Serialize)]
#[command(next_help_heading = "Databricks")]
pub(crate) struct WarehouseArgs {
    /// SQL warehouse: ID or name [default: DATABRICKS_WAREHOUSE_ID]
    #[arg(long, value_name = "ID|NAME")]
    #[serde(rename = "databricks_warehouse", skip_serializing_if = "Option::is_none")]
    warehouse: Option<String>,
    /// Catalog of the bronze tables [default: that of the landing volume]
    #[arg(long, value_name = "NAME")]
    #[serde(rename = "databricks_catalog", skip_serializing_if = "Option::is_none")]
    catalog: Option<String>,
    /// Schema of the bronze tables [default: bronze_raw]
    #[arg(long, value_name = "NAME")]
    #[serde(rename = "databricks_schema", skip_serializing_if = "Option::is_none")]
    schema: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) extract: ExtractArgs,
    #[command(flatten)]
    pub(crate) lake: LakeArgs,
    #[command(flatten)]
    pub(crate) load_to: RunLoadTo,
    #[command(flatten)]
    pub(crate) warehouse: WarehouseArgs,
}

/// Where `run` brings bronze tables.
#[derive(Debug, Default, Args, Serialize)]
#[command(next_help_heading = "Lake")]
pub(crate) struct RunLoadTo {
    /// Where bronze tables are loaded; with databricks, dbt builds silver and gold [default: lake]
    #[arg(long, value_parser = ["lake", "databricks"])]
    #[serde(skip_serializing_if = "Option::is_none")]
    load_to: Option<String>,
}

/// Where `load` brings bronze tables.
#[derive(Debug, Default, Args, Serialize)]
pub(crate) struct LoadToArgs {
    /// Where bronze tables are loaded [default: lake]
    #[arg(long, value_parser = ["lake", "databricks"])]
    #[serde(rename = "load_to", skip_serializing_if = "Option::is_none")]
    to: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct LoadArgs {
    /// Only these sessions [default: all landed ones]
    #[arg(long, value_name = "KEY", value_delimiter = ',', allow_negative_numbers = true, value_parser = read::<i64>(KEY))]
    pub(crate) session_key: Vec<i64>,
    /// Rebuild all bronze tables from the landing zone
    #[arg(long, conflicts_with = "session_key")]
    pub(crate) rebuild: bool,
    /// Databricks: print the SQL of a load into an empty schema, but run nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) to: LoadToArgs,
    #[command(flatten)]
    pub(crate) warehouse: WarehouseArgs,
    #[command(flatten)]
    pub(crate) out: OutArgs,
    #[command(flatten)]
    pub(crate) lake: LakeArgs,
}

/// What a Databricks workspace needs.
#[cfg(feature = "databricks")]
#[derive(Debug, Subcommand)]
pub(crate) enum DatabricksCommand {
    /// Create the schema, volume and bronze tables that are missing
    Setup(SetupArgs),
    /// Print the SQL of a declarative pipeline that reads the landing volume
    Pipeline(ZoneArgs),
}

#[cfg(feature = "databricks")]
#[derive(Debug, Args)]
pub(crate) struct SetupArgs {
    /// Print the SQL, but run nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) warehouse: WarehouseArgs,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

#[cfg(feature = "lake")]
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
    pub(crate) lake: LakeArgs,
}

#[cfg(feature = "lake")]
#[derive(Debug, Args)]
pub(crate) struct LakeOnlyArgs {
    #[command(flatten)]
    pub(crate) lake: LakeArgs,
}

#[cfg(feature = "lake")]
#[derive(Debug, Args)]
pub(crate) struct SqlArgs {
    /// Query, or several separated by semicolons; `-` reads them from standard input
    pub(crate) query: Option<String>,
    /// Write the rows to this file, which ends in .parquet, .csv, .json or .ndjson; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<String>,
    /// Format of the file [default: taken from its name]
    #[arg(long, value_enum, requires = "to")]
    pub(crate) format: Option<FileFormat>,
    /// Print one value per line instead of a table, for rows with many columns
    #[arg(short = 'x', long, conflicts_with = "to")]
    pub(crate) expanded: bool,
    /// Read the tables as they were at a version, a day or an instant (UTC)
    #[arg(long, value_name = "WHEN")]
    pub(crate) as_of: Option<String>,
    #[command(flatten)]
    pub(crate) lake: LakeArgs,
}

/// Format of a file of rows.
#[cfg(feature = "lake")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum FileFormat {
    /// Parquet, compressed with zstd
    #[default]
    Parquet,
    /// Comma-separated values with a header
    Csv,
    /// A JSON array
    Json,
    /// One JSON object per line
    Ndjson,
}

#[cfg(feature = "lake")]
impl FileFormat {
    /// How names of such files end.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
        }
    }

    /// The format of names with this ending, in lower case.
    pub(crate) fn of_ending(ending: &str) -> Option<Self> {
        match ending {
            "parquet" => Some(Self::Parquet),
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            _ => None,
        }
    }

    pub(crate) fn rows(self) -> f1lake_lake::RowFormat {
        match self {
            Self::Parquet => f1lake_lake::RowFormat::Parquet,
            Self::Csv => f1lake_lake::RowFormat::Csv,
            Self::Json => f1lake_lake::RowFormat::Json,
            Self::Ndjson => f1lake_lake::RowFormat::Ndjson,
        }
    }
}

#[cfg(feature = "lake")]
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// Table, such as fact_laps
    pub(crate) table: String,
    /// Format of the file [default: taken from its name, else parquet]
    #[arg(long, value_enum)]
    pub(crate) format: Option<FileFormat>,
    /// File that ends in .parquet, .csv, .json or .ndjson, or `-` for standard output [default: TABLE.FORMAT]
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<String>,
    /// Only rows for which this SQL condition holds
    #[arg(long, value_name = "CONDITION")]
    pub(crate) r#where: Option<String>,
    /// Read the table as it was at a version, a day or an instant (UTC)
    #[arg(long, value_name = "WHEN")]
    pub(crate) as_of: Option<String>,
    #[command(flatten)]
    pub(crate) lake: LakeArgs,
}

#[cfg(feature = "lake")]
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// Session: its key, `latest`, or words such as "monza race"
    pub(crate) session: String,
    /// Path of the page [default: f1lake-report-KEY.html]
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<String>,
    #[command(flatten)]
    pub(crate) lake: LakeArgs,
}

#[cfg(feature = "lake")]
#[derive(Debug, Args)]
pub(crate) struct MaintainArgs {
    /// Hours for which old versions stay readable; at least 168
    #[arg(long, value_name = "HOURS", default_value_t = f1lake_lake::LEAST_RETENTION_HOURS, allow_negative_numbers = true, value_parser = read::<u64>(NUMBER))]
    pub(crate) retention_hours: u64,
    /// List the files that would be removed, but remove none
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) lake: LakeArgs,
}

#[derive(Debug, Args)]
pub(crate) struct SessionsArgs {
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    #[command(flatten)]
    pub(crate) api: ApiArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ZoneArgs {
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RepairArgs {
    /// Wait while another run works on the folder, instead of failing
    #[arg(long)]
    pub(crate) wait: bool,
    #[command(flatten)]
    pub(crate) out: OutArgs,
    #[command(flatten)]
    pub(crate) api: ApiArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub(crate) warehouse: WarehouseArgs,
    #[command(flatten)]
    pub(crate) out: OutArgs,
    #[command(flatten)]
    pub(crate) api: ApiArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    /// Print a configuration file that explains every setting
    #[arg(long)]
    pub(crate) example: bool,
    #[command(flatten)]
    pub(crate) settings: Box<RunArgs>,
}

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
    #[arg(long, default_value_t = 1, allow_negative_numbers = true, value_parser = read::<u64>(NUMBER))]
    pub(crate) seed: u64,
    /// Seasons to generate, from 2023
    #[arg(long, value_delimiter = ',', default_value = "2024", allow_negative_numbers = true, value_parser = read::<i32>(SEASON))]
    pub(crate) seasons: Vec<i32>,
    /// Serve a folder of ENDPOINT.json or ENDPOINT.json.gz files instead of generated seasons
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["seed", "seasons"])]
    pub(crate) replay: Option<PathBuf>,
    /// Port on 127.0.0.1; 0 picks a free one
    #[arg(long, default_value_t = 0, allow_negative_numbers = true, value_parser = read::<u16>("a port from 0 to 65535, such as 8000"))]
    pub(crate) port: u16,
    /// Rate limits to enforce
    #[arg(long, value_enum, default_value_t)]
    pub(crate) limits: SimulatedLimits,
    /// Fault plan, a TOML file
    #[arg(long, value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,
    /// Largest response in rows; larger ones are refused [default: 140000]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = read::<usize>(COUNT))]
    pub(crate) max_rows: Option<usize>,
    /// Account that can log in; its password is read from SIMULATED_PASSWORD
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,
    /// Simulate a live session for this long after the start: anonymous users are locked out
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = read::<f64>(SECONDS))]
    pub(crate) live_for: Option<f64>,
    /// Write the true course of every session to SESSION_KEY.json in this folder before serving
    #[arg(long, value_name = "FOLDER", conflicts_with = "replay")]
    pub(crate) truth: Option<PathBuf>,
}

#[cfg(feature = "lake")]
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Folder of the demo
    #[arg(long, value_name = "FOLDER", default_value = "./f1lake-demo")]
    pub(crate) out: String,
    /// Seed of the generated data: changes every result
    #[arg(long, default_value_t = 1, allow_negative_numbers = true, value_parser = read::<u64>(NUMBER))]
    pub(crate) seed: u64,
}

/// Flags as settings.
pub(crate) fn layer(parts: &[&dyn ErasedLayer]) -> Result<Dict, Error> {
    let mut all = Dict::new();
    for part in parts {
        let part = part.dict()?;
        let volume =
            |flags: &Dict| flags.get("landing_volume_path").and_then(Value::as_str).map(str::is_empty);
        if volume(&all) == Some(false) && volume(&part) == Some(true) {
            return Err(Error::Usage(
                "--to and --out both name a destination for landing files\nhint: remove one, or add --also-local to use both"
                    .to_owned(),
            ));
        }
        all.extend(part);
    }
    Ok(all)
}

/// Flags that are settings.
pub(crate) trait ErasedLayer {
    /// The given settings.
    fn dict(&self) -> Result<Dict, Error>;

    /// Whether they select sessions.
    fn selects(&self) -> bool {
        false
    }
}

fn serialized(flags: &impl Serialize) -> Result<Dict, Error> {
    Value::serialize(flags)
        .map(|value| value.into_dict().unwrap_or_default())
        .map_err(|error| Error::Usage(error.to_string()))
}

/// Flags that correspond directly to settings.
macro_rules! plain_layers {
    ($($flags:ty),+) => {
        $(impl ErasedLayer for $flags {
            fn dict(&self) -> Result<Dict, Error> {
                serialized(self)
            }
        })+
    };
}

plain_layers!(ApiArgs, WorkArgs, LakeArgs, WarehouseArgs, RunLoadTo, LoadToArgs);

impl ErasedLayer for OutArgs {
    fn dict(&self) -> Result<Dict, Error> {
        let mut flags = serialized(self)?;
        if self.out.is_some() && !self.also_local {
            flags.insert("landing_volume_path".to_owned(), Value::from(""));
        }
        Ok(flags)
    }
}

impl ErasedLayer for SelectionArgs {
    fn selects(&self) -> bool {
        true
    }

    /// A flag that belongs to one mode selects that mode; keys and modes exclude each other.
    fn dict(&self) -> Result<Dict, Error> {
        let mut flags = serialized(self)?;
        let by_key = !self.session_key.is_empty() || !self.meeting_key.is_empty();
        let implied: Vec<(&str, &str)> = [
            (self.num_sessions.is_some(), "--num-sessions", "latest"),
            (self.year.is_some(), "--year", "year"),
            (!self.date.is_empty(), "--date", "manual"),
        ]
        .into_iter()
        .filter(|(given, ..)| *given)
        .map(|(_, flag, mode)| (flag, mode))
        .collect();
        let chosen = self.mode.as_deref();
        for (flag, mode) in &implied {
            if by_key {
                return Err(Error::Usage(format!(
                    "{flag} cannot be used with session or meeting keys\nhint: remove one of them"
                )));
            }
            if let Some(chosen) = chosen.filter(|chosen| chosen != mode) {
                return Err(Error::Usage(format!("{flag} needs --mode {mode}, not --mode {chosen}")));
            }
        }
        if let [(first, _), (second, _), ..] = implied.as_slice() {
            return Err(Error::Usage(format!(
                "{first} and {second} belong to different modes\nhint: remove one of them"
            )));
        }
        if by_key && chosen.is_some() {
            return Err(Error::Usage(
                "--mode cannot be used with session or meeting keys\nhint: remove one of them".to_owned(),
            ));
        }
        if let Some(mode) = chosen.or(implied.first().map(|(_, mode)| *mode)) {
            flags.insert("fetch_mode".to_owned(), Value::from(mode));
            // Keys in the file must not override a mode on the command line.
            for keys in ["session_keys", "meeting_keys"] {
                flags.insert(keys.to_owned(), Value::from(Vec::<i64>::new()));
            }
        } else if by_key {
            for (keys, given) in [("session_keys", &self.session_key), ("meeting_keys", &self.meeting_key)] {
                flags.insert(keys.to_owned(), Value::from(given.clone()));
            }
        }
        Ok(flags)
    }
}
