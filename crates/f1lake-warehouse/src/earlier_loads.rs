//! What a warehouse's tables hold, according to the table of loads.

use crate::error::WarehouseError;
use crate::sql::{self, Place};
use f1lake_bronze::{
    BronzeTable, CONFIRMED_AFTER, Decoded, LOADS, LoadStatus, RecordScope, SessionLoad, Verdict,
};
use f1lake_databricks::Rows;
use f1lake_zone::{LandedEndpoint, Manifest};
use openf1_client::Endpoint;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The earlier loads, by session and table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Row>", into = "Vec<Row>")]
pub(crate) struct EarlierLoads(BTreeMap<(i64, String), Known>);

/// A row of the table of loads as it is stored in a file: session, table, digest, time, and the three counts.
type Row = (i64, String, Option<String>, i64, u64, u64, u64);

impl From<Vec<Row>> for EarlierLoads {
    fn from(rows: Vec<Row>) -> Self {
        let row = |(session, table, sha256, extracted_at, rows, rescued, quarantined): Row| {
            let decoded = Decoded { rows, rescued, quarantined };
            ((session, table), Known { sha256, extracted_at, decoded })
        };
        Self(rows.into_iter().map(row).collect())
    }
}

impl From<EarlierLoads> for Vec<Row> {
    fn from(loads: EarlierLoads) -> Self {
        let row = |((session, table), known): ((i64, String), Known)| {
            let Known { sha256, extracted_at, decoded } = known;
            (session, table, sha256, extracted_at, decoded.rows, decoded.rescued, decoded.quarantined)
        };
        loads.0.into_iter().map(row).collect()
    }
}

impl EarlierLoads {
    /// Reads the rows of [`sql::known`].
    pub(crate) fn of(answer: &Rows, place: &Place) -> Result<Self, WarehouseError> {
        let unreadable = |detail: String| WarehouseError::Damaged {
            table: format!("{}.{LOADS}", place.schema),
            detail,
            advice: "`f1lake load --load-to databricks --rebuild` rebuilds the bronze tables",
        };
        if answer.truncated {
            return Err(unreadable(
                "it is larger than a response of the warehouse can be (25 MiB)".to_owned(),
            ));
        }
        let mut known = BTreeMap::new();
        for row in &answer.rows {
            let [key, table, sha256, rows, rescued, quarantined, extracted_at] = row.as_slice() else {
                return Err(unreadable(format!("{} values in a row", row.len())));
            };
            let int = |value: &Option<String>| value.as_ref().and_then(|text| text.parse::<i64>().ok());
            let count = |value| int(value).and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
            let (Some(key), Some(table), Some(extracted_at)) = (int(key), table.clone(), int(extracted_at))
            else {
                return Err(unreadable(format!("a row without session, table or time: {row:?}")));
            };
            let decoded =
                Decoded { rows: count(rows), rescued: count(rescued), quarantined: count(quarantined) };
            known.insert((key, table), Known { sha256: sha256.clone(), extracted_at, decoded });
        }
        Ok(Self(known))
    }

    /// Adds what was recorded, as [`sql::record`] does.
    pub(crate) fn add(&mut self, sessions: &[(&Manifest, &SessionLoad)], scope: &RecordScope) {
        if let RecordScope::AllBut(failed) = scope {
            let here = sessions.iter().map(|(manifest, _)| manifest.session_key);
            let keys: BTreeSet<i64> = here.chain(failed.iter().copied()).collect();
            self.0.retain(|(session, _), _| keys.contains(session));
        }
        for (session_key, landed, table) in sql::load_rows(sessions) {
            let extracted_at = landed.extracted_at.as_microsecond();
            let decoded = Decoded {
                rows: table.rows,
                rescued: table.rescued_rows,
                quarantined: table.quarantined_rows,
            };
            let key = (session_key, table.table.clone());
            if self.0.get(&key).is_none_or(|known| known.extracted_at <= extracted_at) {
                self.0.insert(key, Known { sha256: landed.sha256.clone(), extracted_at, decoded });
            }
        }
    }

    /// Whether a landing file must be loaded into a table.
    pub(crate) fn judge(&self, session_key: i64, table: &BronzeTable, landed: &LandedEndpoint) -> Verdict {
        let known = self.0.get(&(session_key, table.name.clone()));
        known.map_or(Verdict::Due { gone: false }, |known| known.judge(table.endpoint, landed))
    }
}

/// State of a loaded landing file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    sha256: Option<String>,
    /// Microseconds since 1970, UTC.
    extracted_at: i64,
    decoded: Decoded,
}

impl Known {
    /// Whether a landing file must be loaded.
    fn judge(&self, endpoint: Endpoint, landed: &LandedEndpoint) -> Verdict {
        let later = landed.extracted_at.as_microsecond().saturating_sub(self.extracted_at);
        if self.sha256 == landed.sha256 && !(endpoint == Endpoint::SessionResult && later >= CONFIRMED_AFTER)
        {
            Verdict::Spared(LoadStatus::Unchanged, self.decoded)
        } else if self.extracted_at > landed.extracted_at.as_microsecond() {
            Verdict::Spared(LoadStatus::Stale, self.decoded)
        } else {
            Verdict::Due { gone: false }
        }
    }
}
