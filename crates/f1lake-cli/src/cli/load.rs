//! Arguments of `load` and `databricks`.

#[cfg(feature = "databricks")]
use super::flags::FILES;
use super::flags::{DATABRICKS, Flags, LAKE, LANDING, LOAD};
use clap::Args;
use f1lake::config::expected::{KEY, parser};
#[cfg(feature = "databricks")]
use std::path::PathBuf;

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

#[cfg(feature = "databricks")]
pub(crate) type PipelineFlags = Flags<{ LANDING | FILES }>;

/// What a Databricks workspace needs.
#[cfg(feature = "databricks")]
#[derive(Debug, clap::Subcommand)]
pub(crate) enum DatabricksCommand {
    /// Create the schema, volume and bronze tables that are missing
    Setup(SetupArgs),
    /// Print the SQL of a declarative pipeline that reads the landing volume
    Pipeline(PipelineFlags),
    /// Write a bundle that deploys a whole workspace: schemas, volume, warehouse, job, dashboard and metric views
    Init(InitArgs),
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

#[cfg(feature = "databricks")]
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Folder of the bundle
    #[arg(default_value = "databricks")]
    pub(crate) folder: PathBuf,
    /// Name of the bundle, and of its job, warehouse and folder in the workspace
    #[arg(long, value_name = "NAME", default_value = "f1lake", value_parser = name)]
    pub(crate) bundle_name: String,
    /// Catalog of target dev
    #[arg(long, value_name = "CATALOG", default_value = "dev_f1", value_parser = name)]
    pub(crate) dev_catalog: String,
    /// Catalog of target prod
    #[arg(long, value_name = "CATALOG", default_value = "prod_f1", value_parser = name)]
    pub(crate) prod_catalog: String,
    /// Python wheel of f1lake for Linux, to be copied into the bundle [default: the published one of this version]
    #[arg(long, value_name = "FILE")]
    pub(crate) wheel: Option<PathBuf>,
    /// Replace files that differ
    #[arg(long)]
    pub(crate) force: bool,
}

/// A name that needs no quotes in SQL, YAML or a path.
#[cfg(feature = "databricks")]
fn name(text: &str) -> Result<String, String> {
    let starts = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if starts && text.chars().all(fits) {
        Ok(text.to_owned())
    } else {
        Err("expected letters, digits and underscores, such as dev_f1".to_owned())
    }
}
