//! Settings that take one of a few values.

use super::expected::any_of;
use super::kind::{Choice, Item, Kind};
use crate::nearest::nearest;
use f1lake_extract::{OnLocked, Order};
use f1lake_zone::{Compression, Format};
use figment::value::Value;
use serde::{Deserialize, Serialize};

/// Ways to choose sessions.
///
/// ```
/// use f1lake::{Config, Mode, config::FetchMode};
///
/// let config = Config { fetch_mode: FetchMode::Year, fetch_year: Some(2024), ..Config::default() };
/// assert_eq!(config.selection().mode, Mode::Year { year: 2024 });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FetchMode {
    /// The last sessions that are over.
    #[default]
    Latest,
    /// A whole season.
    Year,
    /// Days from `manual_batch_days`.
    Manual,
}

/// Where bronze tables are.
///
/// ```
/// use f1lake::{Config, config::LoadTo};
///
/// assert_eq!(Config::default().load_to, LoadTo::Lake);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LoadTo {
    /// Delta tables of the lake.
    #[default]
    Lake,
    /// Tables of a Databricks workspace.
    Databricks,
}

/// The text of a flag as one of the values.
pub(super) fn read(text: &str, choices: &[Choice]) -> Result<Value, String> {
    let text = text.trim();
    let names: Vec<&str> = choices.iter().map(|choice| choice.name).collect();
    if names.contains(&text) {
        return Ok(Value::from(text));
    }
    let hint = nearest(text, &names, 0.7).map(|near| format!("\nhint: did you mean {near}?"));
    Err(format!("expected {}{}", any_of(&names), hint.unwrap_or_default()))
}

macro_rules! choices {
    ($($type:ident { $($variant:ident $name:literal: $help:literal,)+ })+) => {
        $(
            impl Kind for $type {
                const ITEM: Item = Item {
                    expected: "",
                    choices: || {
                        // A new variant does not compile until it is listed.
                        let choice = |value: Self| match value {
                            $(Self::$variant => Choice { name: $name, help: $help },)+
                        };
                        [$(Self::$variant),+].map(choice).to_vec()
                    },
                    read: |text| read(text, &(Self::ITEM.choices)()),
                };
            }
        )+
    };
}

choices! {
    FetchMode {
        Latest "latest": "the last sessions that are over",
        Year "year": "a whole season",
        Manual "manual": "the sessions of given days",
    }
    Order {
        Latest "latest": "newest first",
        Oldest "oldest": "oldest first",
    }
    OnLocked {
        Stop "stop": "end with exit code 4; a later run resumes",
        Wait "wait": "retry every few minutes and resume without help",
    }
    Format {
        Json "json": "one JSON array, one record per line",
        Ndjson "ndjson": "one record per line",
        Parquet "parquet": "typed columns",
    }
    Compression {
        None "none": "uncompressed",
        Gzip "gzip": "gzip",
        Zstd "zstd": "Zstandard, level 3",
    }
    LoadTo {
        Lake "lake": "Delta tables of the lake",
        Databricks "databricks": "tables of a Databricks workspace, where dbt builds silver and gold",
    }
}
