//! What the tables themselves hold of sessions, whatever the table of loads says.

use crate::error::WarehouseError;
use crate::sql::{self, StagedSession};
use crate::warehouse::Warehouse;
use f1lake_bronze::{BronzeTable, Decoded, LoadStatus, Verdict};
use f1lake_zone::LandedEndpoint;
use std::collections::{BTreeMap, BTreeSet};
use tokio_util::sync::CancellationToken;

/// Sessions by table.
#[derive(Debug, Default)]
pub(crate) struct Wanted(BTreeMap<String, (BronzeTable, BTreeSet<i64>)>);

impl Wanted {
    pub(crate) fn add(&mut self, table: &BronzeTable, session_key: i64) {
        let entry = self.0.entry(table.name.clone()).or_insert_with(|| (table.clone(), BTreeSet::new()));
        entry.1.insert(session_key);
    }
}

/// Rows of a session in a table. Times are microseconds since 1970, UTC.
#[derive(Debug, Clone, Copy)]
struct Rows {
    oldest: i64,
    newest: i64,
    decoded: Decoded,
}

/// What tables hold, by session and table.
#[derive(Debug, Default)]
pub(crate) struct Held(BTreeMap<(i64, String), Rows>);

impl Held {
    /// Asks the tables in one statement.
    pub(crate) async fn read(
        warehouse: &Warehouse,
        wanted: &Wanted,
        cancel: &CancellationToken,
    ) -> Result<Self, WarehouseError> {
        if wanted.0.is_empty() {
            return Ok(Self::default());
        }
        let statement =
            sql::held(&warehouse.place, wanted.0.values().map(|(table, sessions)| (table, sessions)));
        let answer = warehouse.run("cannot read the bronze tables", &statement, cancel).await?;
        let mut held = BTreeMap::new();
        for row in &answer.rows {
            let number = |index: usize| row.get(index)?.as_ref()?.parse::<i64>().ok();
            let count = |index| number(index).and_then(|count| u64::try_from(count).ok());
            let read = || {
                let decoded = Decoded { rows: count(4)?, rescued: count(5)?, quarantined: 0 };
                let rows = Rows { oldest: number(2)?, newest: number(3)?, decoded };
                Some(((number(1)?, row.first()?.clone()?), rows))
            };
            let (key, rows) = read().ok_or_else(|| WarehouseError::Damaged {
                table: format!("{}.bronze_*", warehouse.place.schema),
                detail: format!("a session's rows without time or number: {row:?}"),
                advice: "`f1lake load --load-to databricks --rebuild` rebuilds the bronze tables",
            })?;
            held.insert(key, rows);
        }
        Ok(Self(held))
    }

    fn of(&self, session_key: i64, table: &BronzeTable) -> Option<&Rows> {
        self.0.get(&(session_key, table.name.clone()))
    }

    /// Whether a landing file must be loaded into a table.
    pub(crate) fn judge(&self, session_key: i64, table: &BronzeTable, landed: &LandedEndpoint) -> Verdict {
        match self.of(session_key, table) {
            Some(rows) if rows.newest > landed.extracted_at.as_microsecond() => {
                Verdict::Spared(LoadStatus::Stale, rows.decoded)
            }
            _ => Verdict::Due { gone: false },
        }
    }

    /// Whether a table holds exactly these rows of a session: those of the same extract, or none.
    pub(crate) fn is_complete(
        &self,
        session_key: i64,
        table: &BronzeTable,
        landed: &LandedEndpoint,
        decoded: Decoded,
    ) -> bool {
        let extracted_at = landed.extracted_at.as_microsecond();
        match self.of(session_key, table) {
            None => decoded.rows == 0,
            Some(rows) => {
                (rows.oldest, rows.newest, rows.decoded.rows) == (extracted_at, extracted_at, decoded.rows)
            }
        }
    }

    /// Whether a table holds rows of a session that are older than its landing file.
    pub(crate) fn is_older(&self, table: &BronzeTable, staged: &StagedSession) -> bool {
        let rows = self.of(staged.session_key, table);
        rows.is_some_and(|rows| rows.oldest < staged.extracted_at.as_microsecond())
    }
}
