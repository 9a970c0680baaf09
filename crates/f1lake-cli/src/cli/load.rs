//! Arguments of `load` and `databricks`.

#[cfg(feature = "databricks")]
use super::extract::ZoneFlags;
use super::flags::{DATABRICKS, Flags, LAKE, LANDING, LOAD};
use clap::Args;
use f1lake::config::expected::{KEY, parser};

#[derive(Debug, Args)]
pub(crate) struct LoadArgs {
    /// Only these sessions [default: all landed ones]
    #[arg(long, value_name = "KEY,...", value_delimiter = ',', allow_negative_numbers = true, value_parser = parser::<i64>(KEY))]
    pub(crate) session_key: Vec<i64>,
    /// Rebuild all bronze tables from the landing zone
    #[arg(long, conflicts_with = "session_key")]
    pub(crate) rebuild: bool,
    /// Databricks: print the SQL of a load into an empty schema, but run nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) settings: Flags<{ LANDING | LAKE | LOAD | DATABRICKS }>,
}

/// What a Databricks workspace needs.
#[cfg(feature = "databricks")]
#[derive(Debug, clap::Subcommand)]
pub(crate) enum DatabricksCommand {
    /// Create the schema, volume and bronze tables that are missing
    Setup(SetupArgs),
    /// Print the SQL of a declarative pipeline that reads the landing volume
    Pipeline(ZoneFlags),
}

#[cfg(feature = "databricks")]
#[derive(Debug, Args)]
pub(crate) struct SetupArgs {
    /// Print the SQL, but run nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) settings: Flags<{ LANDING | DATABRICKS }>,
}
