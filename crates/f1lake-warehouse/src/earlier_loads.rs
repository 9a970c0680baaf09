//! What a warehouse's tables hold, according to the table of loads.

use crate::error::WarehouseError;
use crate::sql;
use crate::warehouse::Warehouse;
use f1lake_bronze::{BronzeTable, CONFIRMED_AFTER, Decoded, LOADS, LoadStatus, Verdict};
use f1lake_zone::LandedEndpoint;
use openf1_client::Endpoint;
use std::collections::BTreeMap;
use tokio_util::sync::CancellationToken;

/// The earlier loads, by session and table.
#[derive(Debug, Default)]
pub(crate) struct EarlierLoads(BTreeMap<(i64, String), Known>);

impl EarlierLoads {
    /// Reads them.
    pub(crate) async fn read(
        warehouse: &Warehouse,
        cancel: &CancellationToken,
    ) -> Result<Self, WarehouseError> {
        let what = "cannot read the earlier loads";
        let answer = warehouse.run(what, &sql::known(&warehouse.place), cancel).await?;
        let unreadable = |detail: String| WarehouseError::Damaged {
            table: format!("{}.{LOADS}", warehouse.place.schema),
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

    /// Keeps only those of some tables.
    pub(crate) fn retain(&mut self, table: impl Fn(&str) -> bool) {
        self.0.retain(|(_, name), _| table(name));
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
