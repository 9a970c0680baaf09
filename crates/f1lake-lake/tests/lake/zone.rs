//! A hand-written landing zone with a lake.

use f1lake_bronze::{LoadReport, LoadSettings};
use f1lake_lake::{
    BuildReport, BuildSettings, GOLD, Lake, MaintainSettings, Maintained, Models, Query, SILVER, build,
    build_models, load, maintain,
};
use f1lake_zone::{Compression, Format, LandedEndpoint, Landing, Manifest};
use jiff::Timestamp;
use openf1_client::Endpoint;
use serde_json::{Value, json};
use sha2::Digest;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

pub(crate) struct Zone {
    pub(crate) folder: TempDir,
    manifests: BTreeMap<i64, Manifest>,
}

impl Zone {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("landing/_manifest")).unwrap();
        Self { folder, manifests: BTreeMap::new() }
    }

    pub(crate) fn landing(&self) -> Landing {
        Landing::open(self.folder.path().join("landing").to_str().unwrap()).unwrap()
    }

    pub(crate) fn lake(&self) -> Lake {
        Lake::open(self.folder.path().join("lake").to_str().unwrap()).unwrap()
    }

    pub(crate) fn file(&self, session_key: i64, endpoint: Endpoint) -> PathBuf {
        let landed = &self.manifests[&session_key].endpoints[&endpoint];
        self.folder.path().join("landing").join(landed.file.as_ref().unwrap())
    }

    /// Lands rows as a new version of the endpoint's file.
    pub(crate) fn land(&mut self, session_key: i64, endpoint: Endpoint, rows: &[Value]) {
        let texts: Vec<String> = rows.iter().map(ToString::to_string).collect();
        self.land_texts(session_key, endpoint, &texts);
    }

    pub(crate) fn land_texts(&mut self, session_key: i64, endpoint: Endpoint, rows: &[String]) {
        let day = i16::try_from(session_key % 28).unwrap() + 1;
        let date_start: Timestamp = format!("2024-03-{day:02}T04:00:00Z").parse().unwrap();
        let manifest = self.manifests.entry(session_key).or_insert_with(|| Manifest {
            manifest_version: 1,
            session_key,
            meeting_key: 1229,
            name: format!("2024-03-{day:02}_Melbourne_Race_{session_key}"),
            session_name: "Race".to_owned(),
            batch_day: format!("2024-03-{day:02}"),
            year: 2024,
            date_start,
            date_end: date_start,
            extracted_at: date_start,
            tool: "test".to_owned(),
            base_url: "http://127.0.0.1/v1".to_owned(),
            endpoints: BTreeMap::new(),
        });
        let version = manifest.endpoints.get(&endpoint).map_or(1, |landed| landed.version + 1);
        let extracted_at = date_start + jiff::SignedDuration::from_hours(i64::from(version));
        let body = if rows.is_empty() { "[]\n".to_owned() } else { format!("[\n{}\n]\n", rows.join(",\n")) };
        let name = format!("{}_{}.v{version}.json", endpoint.landing_name(), manifest.name);
        let file = (!rows.is_empty()).then(|| name.clone());
        if file.is_some() {
            std::fs::write(self.folder.path().join("landing").join(&name), &body).unwrap();
        }
        let sha256: String =
            sha2::Sha256::digest(body.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        manifest.endpoints.insert(
            endpoint,
            LandedEndpoint {
                sha256: file.is_some().then_some(sha256),
                file,
                version,
                rows: rows.len() as u64,
                bytes: body.len() as u64,
                duplicates_dropped: 0,
                rows_merged: 0,
                extracted_at,
                format: Format::Json,
                compression: Compression::None,
                requests: Vec::new(),
                replaced: Vec::new(),
                kept_aside: None,
            },
        );
        self.write_manifest(session_key);
    }

    pub(crate) fn manifest(&mut self, session_key: i64) -> &mut Manifest {
        self.manifests.get_mut(&session_key).unwrap()
    }

    pub(crate) fn write_manifest(&self, session_key: i64) {
        let path = self.folder.path().join(format!("landing/_manifest/{session_key}.json"));
        std::fs::write(path, serde_json::to_vec(&self.manifests[&session_key]).unwrap()).unwrap();
    }

    pub(crate) async fn load(&self) -> LoadReport {
        self.load_with(&LoadSettings::default()).await
    }

    pub(crate) async fn load_with(&self, settings: &LoadSettings) -> LoadReport {
        load(&self.lake(), &self.landing(), settings, Arc::new(|_| {}), &CancellationToken::new())
            .await
            .unwrap()
    }

    pub(crate) async fn build(&self, settings: &BuildSettings) -> BuildReport {
        build(&self.lake(), settings, Arc::new(|_| {}), &CancellationToken::new()).await.unwrap()
    }

    pub(crate) async fn build_models(&self, models: &Models, settings: &BuildSettings) -> BuildReport {
        build_models(&self.lake(), models, settings, Arc::new(|_| {}), &CancellationToken::new())
            .await
            .unwrap()
    }

    pub(crate) async fn maintain(&self) -> Vec<Maintained> {
        maintain(&self.lake(), MaintainSettings::default(), &CancellationToken::new()).await.unwrap()
    }

    /// Name and metadata of every Parquet file of a table, old ones included.
    pub(crate) fn parquet_files(
        &self,
        table: &str,
    ) -> Vec<(String, parquet::file::metadata::ParquetMetaData)> {
        use parquet::file::reader::{FileReader, SerializedFileReader};
        let entries = std::fs::read_dir(self.folder.path().join("lake").join(table)).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let paths = paths.filter(|path| path.extension().is_some_and(|extension| extension == "parquet"));
        paths
            .map(|path| {
                let reader = SerializedFileReader::new(std::fs::File::open(&path).unwrap()).unwrap();
                (path.display().to_string(), reader.metadata().clone())
            })
            .collect()
    }

    pub(crate) async fn query(&self, sql: &str) -> Vec<Vec<String>> {
        rows(&Query::open(&self.lake(), None).await.unwrap(), sql).await
    }

    pub(crate) async fn one(&self, sql: &str) -> String {
        let rows = self.query(sql).await;
        assert_eq!(rows.len(), 1, "{sql}: {rows:?}");
        rows[0].join(" ")
    }

    /// Rows of silver and gold, sorted, by table.
    pub(crate) async fn contents(&self) -> Vec<(String, Vec<Vec<String>>)> {
        let mut all = Vec::new();
        for schema in [SILVER, GOLD] {
            for name in self.lake().tables(schema).await.unwrap() {
                let mut rows = self.query(&format!("select * from {schema}.{name}")).await;
                rows.sort();
                all.push((name, rows));
            }
        }
        all
    }

    pub(crate) async fn version(&self, table: &str) -> Option<u64> {
        self.lake().table(table, None).await.unwrap().and_then(|table| table.version())
    }
}

pub(crate) fn no_checks() -> BuildSettings {
    BuildSettings { checks: false, ..BuildSettings::default() }
}

pub(crate) async fn rows(query: &Query, sql: &str) -> Vec<Vec<String>> {
    let batches = query.collect(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    f1lake_lake::texts(&batches, usize::MAX).unwrap()
}

pub(crate) fn lap(session_key: i64, driver: i64, number: i64, seconds: f64) -> Value {
    json!({
        "meeting_key": 1229, "session_key": session_key, "driver_number": driver, "lap_number": number,
        "date_start": format!("2024-03-24T04:{number:02}:00.123000+00:00"), "lap_duration": seconds,
        "duration_sector_1": seconds - 60.0, "duration_sector_2": 30.0, "duration_sector_3": 30.0,
        "i1_speed": 290, "i2_speed": null, "st_speed": 301, "is_pit_out_lap": false,
        "segments_sector_1": [2049, null, 2051], "segments_sector_2": [], "segments_sector_3": null,
        "session_name": "Race", "batch_day": "2024-03-24"
    })
}

pub(crate) fn session(session_key: i64, name: &str) -> Value {
    json!({
        "meeting_key": 1229, "session_key": session_key, "session_type": "Race", "session_name": name,
        "date_start": "2024-03-24T04:00:00+00:00", "date_end": "2024-03-24T06:00:00+00:00", "location": "Melbourne",
        "country_key": 5, "country_code": "AUS", "country_name": "Australia", "circuit_key": 10,
        "circuit_short_name": "Melbourne", "gmt_offset": "11:00:00", "year": 2024, "batch_day": "2024-03-24"
    })
}

pub(crate) fn driver(session_key: i64, number: i64, first: &str, last: &str, team: &str) -> Value {
    json!({
        "meeting_key": 1229, "session_key": session_key, "driver_number": number,
        "broadcast_name": format!("{} {}", &first[..1], last.to_uppercase()),
        "full_name": format!("{first} {}", last.to_uppercase()), "first_name": first, "last_name": last,
        "name_acronym": last[..3].to_uppercase(), "team_name": team, "team_colour": "3671c6",
        "headshot_url": null, "country_code": null, "session_name": "Race", "batch_day": "2024-03-24"
    })
}
