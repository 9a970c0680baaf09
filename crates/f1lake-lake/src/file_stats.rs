//! Statistics of a data file in the log.

use deltalake::kernel::LogicalFileView;
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

/// Statistics of a data file; `None` for what was not collected.
#[derive(Debug)]
pub(crate) struct FileStats(Value);

impl FileStats {
    pub(crate) fn of(file: &LogicalFileView) -> Self {
        Self(file.stats().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// Integer partition values of a file.
    pub(crate) fn partitions(file: &LogicalFileView) -> BTreeMap<String, i64> {
        let values = file.partition_values_map().into_iter();
        values.filter_map(|(name, value)| Some((name, value?.parse().ok()?))).collect()
    }

    /// Number of rows, including those deleted by a deletion vector.
    pub(crate) fn rows(&self) -> Option<u64> {
        self.0.get("numRecords")?.as_u64()
    }

    /// Number of rows in which a column is null.
    pub(crate) fn nulls(&self, column: &str) -> Option<u64> {
        self.0.get("nullCount")?.get(column)?.as_u64()
    }

    /// Smallest and largest value of an integer column.
    pub(crate) fn range(&self, column: &str) -> Option<(i64, i64)> {
        let bound = |which: &str| self.0.get(which)?.get(column)?.as_i64();
        Some((bound("minValues")?, bound("maxValues")?))
    }

    /// The single value of an integer column; `None` when there are several or it is unknown.
    pub(crate) fn only(&self, column: &str) -> Option<i64> {
        let (min, max) = self.range(column)?;
        (min == max && self.nulls(column)? == 0).then_some(min)
    }

    /// Largest value of a time column, in whole milliseconds since 1970: the log keeps no finer resolution.
    pub(crate) fn latest(&self, column: &str) -> Option<i64> {
        let text = self.0.get("maxValues")?.get(column)?.as_str()?;
        Some(text.parse::<Timestamp>().ok()?.as_millisecond())
    }
}
