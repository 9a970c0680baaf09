//! What the log says of a data file's rows.

use deltalake::kernel::LogicalFileView;
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

/// Statistics of a data file; what was not collected is `None`.
#[derive(Debug)]
pub(crate) struct FileStats(Value);

impl FileStats {
    pub(crate) fn of(file: &LogicalFileView) -> Self {
        Self(file.stats().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// Whole numbers by which a file is kept apart from others.
    pub(crate) fn partitions(file: &LogicalFileView) -> BTreeMap<String, i64> {
        let values = file.partition_values_map().into_iter();
        values.filter_map(|(name, value)| Some((name, value?.parse().ok()?))).collect()
    }

    /// Rows, those that were deleted by a deletion vector included.
    pub(crate) fn rows(&self) -> Option<u64> {
        self.0.get("numRecords")?.as_u64()
    }

    /// Rows in which a column is null.
    pub(crate) fn nulls(&self, column: &str) -> Option<u64> {
        self.0.get("nullCount")?.get(column)?.as_u64()
    }

    /// Smallest and largest value of a column of whole numbers.
    pub(crate) fn range(&self, column: &str) -> Option<(i64, i64)> {
        let bound = |which: &str| self.0.get(which)?.get(column)?.as_i64();
        Some((bound("minValues")?, bound("maxValues")?))
    }

    /// The one value that every row has in a column of whole numbers; `None` when there are several, or when it is not known.
    pub(crate) fn only(&self, column: &str) -> Option<i64> {
        let (min, max) = self.range(column)?;
        (min == max && self.nulls(column)? == 0).then_some(min)
    }

    /// Largest value of a column of times, in whole milliseconds since 1970: the log keeps no more.
    pub(crate) fn latest(&self, column: &str) -> Option<i64> {
        let text = self.0.get("maxValues")?.get(column)?.as_str()?;
        Some(text.parse::<Timestamp>().ok()?.as_millisecond())
    }
}
