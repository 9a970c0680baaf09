//! Which formats and compressions there are.

use serde::{Deserialize, Serialize};

/// Format of landing files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One JSON array, one record per line.
    #[default]
    Json,
    /// One record per line.
    Ndjson,
    /// Typed columns.
    Parquet,
}

/// Compression of landing files. Parquet compresses internally: gzip and zstd choose its codec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// None.
    #[default]
    None,
    /// gzip.
    Gzip,
    /// Zstandard, level 3.
    Zstd,
}
