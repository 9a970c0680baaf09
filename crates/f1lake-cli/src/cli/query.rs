//! Arguments of `sql` and `export`.

use super::build::LakeFlags;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct SqlArgs {
    /// Query, or several separated by semicolons; `-` reads them from standard input
    pub(crate) query: Option<String>,
    /// List example queries, or print the one with this number
    #[arg(long, value_name = "NUMBER", num_args = 0..=1, conflicts_with_all = ["query", "to"])]
    #[allow(clippy::option_option, reason = "a flag, with a value or without one")]
    pub(crate) examples: Option<Option<usize>>,
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
    pub(crate) settings: LakeFlags,
}

/// Format of a file of rows.
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
        let name = if ending == "jsonl" { "ndjson" } else { ending };
        <Self as clap::ValueEnum>::from_str(name, false).ok()
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
    /// Read the tables as they were at a version, a day or an instant (UTC)
    #[arg(long, value_name = "WHEN")]
    pub(crate) as_of: Option<String>,
    #[command(flatten)]
    pub(crate) settings: LakeFlags,
}
