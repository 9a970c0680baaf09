//! `f1lake explore`: the page's server on real lakes.

use crate::program::Place;
use f1lake_http::client_builder;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// `f1lake explore`, killed at the end.
pub(crate) struct Explored {
    child: Child,
    base: String,
    token: String,
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
}

impl Explored {
    pub(crate) fn start(place: &Place, arguments: &[&str]) -> Self {
        let mut child = place
            .command(&[&["explore", "--no-open"], arguments].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let (base, token) = address.trim().split_once("/#t=").unwrap_or_else(|| panic!("{address}"));
        assert!(base.starts_with("http://127.0.0.1:") && token.len() == 64, "{address}");
        let client = client_builder(&base.parse().unwrap(), "test").build().unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        Self { child, base: base.to_owned(), token: token.to_owned(), client, runtime }
    }

    fn ask(&self, method: Method, path: &str, accept: &str, body: Option<&Value>) -> (u16, Vec<u8>) {
        let send = async {
            let mut request = self
                .client
                .request(method, format!("{}{path}", self.base))
                .bearer_auth(&self.token)
                .header("accept", accept);
            if let Some(body) = body {
                request = request.json(body);
            }
            let response: Response = request.send().await.unwrap();
            (response.status().as_u16(), response.bytes().await.unwrap().to_vec())
        };
        self.runtime.block_on(send)
    }

    pub(crate) fn get(&self, path: &str) -> (u16, Vec<u8>) {
        self.ask(Method::GET, path, "*/*", None)
    }

    /// The text of an answer that must come.
    pub(crate) fn text(&self, path: &str) -> String {
        let (status, body) = self.get(path);
        let text = String::from_utf8_lossy(&body).into_owned();
        assert_eq!(status, 200, "{path}: {text}");
        text
    }

    pub(crate) fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.text(path)).unwrap()
    }

    /// A query: its status, and rows or an error as JSON.
    pub(crate) fn sql(&self, sql: &str) -> (u16, Value) {
        let (status, body) =
            self.ask(Method::POST, "/api/sql", "application/json", Some(&json!({"sql": sql})));
        let value = serde_json::from_slice(&body);
        (status, value.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&body))))
    }

    fn export(&self, sql: &str, format: &str) -> Vec<u8> {
        let asked = json!({"sql": sql, "format": format});
        let (status, body) = self.ask(Method::POST, "/api/export", "*/*", Some(&asked));
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        body
    }
}

impl Drop for Explored {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The queries of the panels with their parameters.
fn views() -> BTreeMap<String, Vec<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../f1lake-explore/sql");
    let mut views = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let declared =
            text.lines().nth(1).and_then(|line| line.strip_prefix("-- params:")).unwrap_or_default();
        let names = declared
            .split(',')
            .filter(|param| !param.trim().is_empty() && !param.contains('='))
            .map(|param| param.split_whitespace().next().unwrap().to_owned())
            .collect();
        views.insert(path.file_stem().unwrap().to_string_lossy().into_owned(), names);
    }
    views
}

/// Every panel has an answer for a session, and its query gives the same rows in `f1lake sql`. Returns the rows of each.
pub(crate) fn every_panel_answers(
    place: &Place,
    explored: &Explored,
    lake: &[&str],
    session_key: i64,
    driver_number: i64,
) -> BTreeMap<String, usize> {
    let session = explored.sql(&format!(
        "select season, circuit_key, meeting_key from dim_sessions where session_key = {session_key}"
    ));
    let of_session = |name: &str| session.1[0][name].as_i64().unwrap_or(0);
    let mut rows = BTreeMap::new();
    for (name, params) in views() {
        let value = |param: &str| match param {
            "session_key" => session_key,
            "driver_number" | "drivers" => driver_number,
            "year" | "season" => of_session("season"),
            "circuit_key" => of_session("circuit_key"),
            "meeting_key" => of_session("meeting_key"),
            _ => 1,
        };
        let asked: Vec<String> = params.iter().map(|param| format!("{param}={}", value(param))).collect();
        let asked = asked.join("&");
        let (status, body) = explored.get(&format!("/api/view/{name}?{asked}"));
        assert_eq!(status, 200, "{name} of {session_key}: {}", String::from_utf8_lossy(&body));
        let sql = explored.text(&format!("/api/view/{name}/sql?{asked}"));
        let (status, on_page) = explored.sql(&sql);
        assert_eq!(status, 200, "{name}: {on_page}");
        let run = place.run(&[&["sql", "--output", "json"], lake, &["--", sql.as_str()]].concat());
        assert_eq!(run.code, 0, "{name}: {}", run.stderr);
        let in_shell: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(on_page, in_shell, "{name}");
        rows.insert(name, on_page.as_array().unwrap().len());
    }
    rows
}

/// The demo's lake, from its list to an export.
pub(crate) fn the_demo_can_be_explored(place: &Place, lake: &[&str]) {
    let explored = Explored::start(place, &[lake, &["yas race"]].concat());
    let state = explored.json("/api/lake");
    assert_eq!((&state["state"], &state["generated"]), (&json!("ready"), &json!(true)), "{state}");
    let sessions = explored.json("/api/sessions");
    assert_eq!(sessions.as_array().unwrap().len(), 5);
    assert_eq!(sessions[0]["session_key"], 9647, "the newest first");
    assert_eq!(sessions[0]["telemetry"], "whole");

    let rows = every_panel_answers(place, &explored, lake, 9647, 1);
    let empty: Vec<&String> = rows.iter().filter(|(_, rows)| **rows == 0).map(|(name, _)| name).collect();
    // A race that passes its checks has no rows behind them, and no parts of qualifying.
    let may_be_empty = |name: &str| {
        let of_other_sessions = ["session_part", "session_qualifying", "laps_long_runs"];
        let of_the_stewards = ["session_decisions", "session_penalties", "session_deletions"];
        [&of_other_sessions[..], &of_the_stewards, &["quality_rows_", "session_red_flags"]]
            .concat()
            .iter()
            .any(|start| name.starts_with(start))
    };
    assert!(empty.iter().all(|name| may_be_empty(name)), "{empty:?}");
    every_panel_answers(place, &explored, lake, 9610, 1);
    every_panel_answers(place, &explored, lake, 9499, 1);

    the_rows_behind_a_check_are_as_many_as_it_counts(&explored);
    an_overlay_is_official_at_the_lines(&explored);

    // Every row of a table, in four formats.
    let (_, counted) = explored.sql("select count(*) as n from fact_laps");
    let laps = counted[0]["n"].as_u64().unwrap() as usize;
    let all = "select * from fact_laps order by session_key, driver_number, lap_number";
    assert_eq!(String::from_utf8(explored.export(all, "csv")).unwrap().lines().count(), laps + 1);
    let json: Value = serde_json::from_slice(&explored.export(all, "json")).unwrap();
    assert_eq!(json.as_array().unwrap().len(), laps);
    let parquet = explored.export(all, "parquet");
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"), "{} bytes", parquet.len());
    let arrow = explored.export(all, "arrow");
    assert!(arrow.ends_with(&[0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]), "{} bytes", arrow.len());

    only_reading_is_answered(place, &explored, lake);
    a_table_may_go_and_come_back(place, &explored, lake);
}

/// `data_quality` says how many rows are odd; the page lists them.
fn the_rows_behind_a_check_are_as_many_as_it_counts(explored: &Explored) {
    let (_, counted) =
        explored.sql("select session_key, check_name, odd from data_quality where odd is not null");
    let with_rows = views();
    let mut compared = 0;
    for line in counted.as_array().unwrap() {
        let (check, session) = (line["check_name"].as_str().unwrap(), &line["session_key"]);
        let name = format!("quality_rows_{check}");
        if !with_rows.contains_key(&name) {
            continue;
        }
        let sql = explored.text(&format!("/api/view/{name}/sql?session_key={session}"));
        let (status, rows) = explored.sql(&sql);
        assert_eq!(status, 200, "{name}: {rows}");
        assert_eq!(
            rows.as_array().unwrap().len() as u64,
            line["odd"].as_u64().unwrap(),
            "{name} of {session}"
        );
        compared += 1;
    }
    assert!(compared > 50, "{compared} lines");
}

/// Differences at the sector lines and the end, as the official times say.
fn an_overlay_is_official_at_the_lines(explored: &Explored) {
    let (_, laps) = explored.sql(
        "select session_key, driver_number, lap_number, lap_duration, duration_sector_1 as s1, duration_sector_2 as s2 \
         from fact_laps where session_key in (9647, 9610) and is_clean_lap and \
         abs(duration_sector_1 + duration_sector_2 + duration_sector_3 - lap_duration) < 0.002 \
         order by session_key, lap_duration limit 12",
    );
    let laps = laps.as_array().unwrap();
    assert_eq!(laps.len(), 12);
    let id = |lap: &Value| format!("{}-{}-{}", lap["session_key"], lap["driver_number"], lap["lap_number"]);
    for pair in laps.chunks_exact(2) {
        let (status, body) = explored.get(&format!("/api/overlay?laps={},{}", id(&pair[0]), id(&pair[1])));
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        assert!(body.len() <= 40_000, "{} bytes", body.len());
        let text = String::from_utf8_lossy(&body);
        let start = text.find("{\"laps\":[").unwrap();
        let metadata: Value =
            serde_json::Deserializer::from_str(&text[start..]).into_iter().next().unwrap().unwrap();
        assert_eq!(metadata["is_anchored_at_sectors"], true);
        let seconds = |lap: &Value, name: &str| lap[name].as_f64().unwrap();
        let at_lines = |lap: &Value| {
            let first = seconds(lap, "s1");
            [first, first + seconds(lap, "s2"), seconds(lap, "lap_duration")]
        };
        for ((delta, first), second) in
            metadata["deltas"][1].as_array().unwrap().iter().zip(at_lines(&pair[0])).zip(at_lines(&pair[1]))
        {
            assert!((delta.as_f64().unwrap() - (second - first)).abs() < 0.001, "{pair:?}");
        }
        assert_eq!(metadata["minisectors"].as_array().unwrap().len(), 25);
    }
    for (laps, status, kind) in [
        ("9647-1-999", 404, "not_found"),
        ("9647-1", 400, "parameter"),
        ("9647-1-1,9647-1-1", 400, "parameter"),
    ] {
        let (found, body) = explored.get(&format!("/api/overlay?laps={laps}"));
        let error: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((found, error["kind"].as_str()), (status, Some(kind)), "{laps}: {error}");
    }
}

/// Statements that would change or read something else.
fn only_reading_is_answered(place: &Place, explored: &Explored, lake: &[&str]) {
    place.write("private.csv", "a,b\n1,2\n");
    let file = place.path().join("private.csv");
    let file = file.to_str().unwrap();
    let refused = [
        "drop table gold_analytics.fact_laps".to_owned(),
        "delete from gold_analytics.fact_laps".to_owned(),
        "update gold_analytics.fact_laps set lap_number = 1".to_owned(),
        "insert into gold_analytics.fact_laps select * from gold_analytics.fact_laps".to_owned(),
        "create table mine as select 1".to_owned(),
        "create view mine as select 1".to_owned(),
        "create schema mine".to_owned(),
        "alter table gold_analytics.fact_laps rename to mine".to_owned(),
        "truncate table gold_analytics.fact_laps".to_owned(),
        "set datafusion.execution.batch_size = 1".to_owned(),
        "reset datafusion.execution.batch_size".to_owned(),
        "begin".to_owned(),
        "prepare p as select 1".to_owned(),
        "select 1; drop table gold_analytics.fact_laps".to_owned(),
        format!("copy (select 1) to '{file}'"),
        format!("copy gold_analytics.fact_laps to '{file}' stored as csv"),
        format!("create external table f stored as csv location '{file}'"),
        format!("select * from '{file}'"),
        format!("select * from \"{file}\""),
        format!("select * from read_csv('{file}')"),
        format!("select * from parquet_scan('{file}')"),
        "select * from 'http://127.0.0.1:1/a.parquet'".to_owned(),
        "select * from 's3://bucket/a.parquet'".to_owned(),
        "select * from '/etc/passwd'".to_owned(),
        "select * from information_schema.files".to_owned(),
        "explain analyze delete from gold_analytics.fact_laps".to_owned(),
        "load data inpath 'x' into table y".to_owned(),
        "attach 'x' as y".to_owned(),
        "vacuum".to_owned(),
        "use gold_analytics".to_owned(),
        "grant select on fact_laps to x".to_owned(),
        "call system()".to_owned(),
        "execute p".to_owned(),
        "deallocate p".to_owned(),
        "kill 1".to_owned(),
        "merge into gold_analytics.fact_laps using fact_laps on true when matched then delete".to_owned(),
        "declare x int".to_owned(),
        "create function f() returns int return 1".to_owned(),
        String::new(),
        "(".repeat(10_000),
        format!("select {}1", "1+".repeat(20_000)),
    ];
    assert!(refused.len() >= 40);
    for sql in &refused {
        let (status, error) = explored.sql(sql);
        let start: String = sql.chars().take(60).collect();
        assert_eq!(status, 422, "{start}: {error}");
        assert!(!error["message"].as_str().unwrap().is_empty(), "{start}");
    }
    assert_eq!(std::fs::read_to_string(file).unwrap(), "a,b\n1,2\n");
    let tables = place.run(&[&["tables", "--output", "json"], lake].concat());
    let tables: Value = serde_json::from_str(&tables.stdout).unwrap();
    assert!(tables.as_array().unwrap().iter().all(|table| table["error"].is_null()));

    let (status, error) = explored.sql("select stop_duraton from fact_pit_stops");
    assert_eq!((status, &error["kind"]), (422, &json!("no_column")), "{error}");
    assert_eq!(error["suggestion"], json!({"wrong": "stop_duraton", "right": "stop_duration"}), "{error}");

    // Queries that would never end are stopped, others are answered meanwhile, and the next after them.
    let endless = [
        "select sum(a.speed * b.speed * c.speed) from fact_lap_telemetry a, fact_lap_telemetry b, fact_lap_telemetry c",
        "select count(*) from fact_lap_telemetry a join fact_lap_telemetry b on a.speed < b.speed + a.rpm",
    ];
    for sql in endless {
        let began = std::time::Instant::now();
        let (status, error) = explored.sql(sql);
        assert_eq!((status, &error["kind"]), (408, &json!("timeout")), "{error}");
        assert!(began.elapsed().as_secs() < 20, "{sql}: {:?}", began.elapsed());
        assert_eq!(explored.json("/api/lake")["state"], "ready");
        std::thread::sleep(std::time::Duration::from_secs(3));
        assert_eq!(explored.sql("select 1 as one").1, json!([{"one": 1}]));
    }
    let (_, rows) = explored.sql("select driver_number from fact_lap_telemetry");
    assert_eq!(rows.as_array().unwrap().len(), 100_000);
}

/// A table goes while the page is open: the answer says so, and it is found again when it is back.
fn a_table_may_go_and_come_back(place: &Place, explored: &Explored, lake: &[&str]) {
    let before = explored.json("/api/lake")["revision"].clone();
    let table = place.path().join(lake[1]).join("gold_analytics/fact_laps");
    let aside = place.path().join("aside");
    std::fs::rename(&table, &aside).unwrap();
    std::thread::sleep(std::time::Duration::from_secs(1));
    let (status, body) = explored.get("/api/view/laps_chart?session_key=9647");
    let error: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, &error["kind"]), (422, &json!("no_table")), "{error}");
    assert_ne!(explored.json("/api/lake")["revision"], before);
    std::fs::rename(&aside, &table).unwrap();
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert_eq!(explored.get("/api/view/laps_chart?session_key=9647").0, 200);
    assert_eq!(explored.json("/api/lake")["revision"], before);
}

#[test]
fn a_lake_that_is_not_there_yet_is_explained() {
    let place = Place::new();
    let explored = Explored::start(&place, &["--lake", "nowhere"]);
    assert_eq!(explored.json("/api/lake")["state"], "no_lake");
    assert!(!place.path().join("nowhere").exists(), "looking makes no folder");
    let (status, body) = explored.get("/api/sessions");
    let error: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, &error["kind"]), (409, &json!("no_lake")), "{error}");
    // The page itself comes.
    assert!(explored.text("/session/1/laps").contains("<script"));

    let named = place.run(&["explore", "--lake", "nowhere", "--no-open", "monza race"]);
    assert_eq!(named.code, 2, "{}", named.stderr);
    let port = explored.base.rsplit(':').next().unwrap();
    let taken = place.run(&["explore", "--lake", "nowhere", "--no-open", "--port", port]);
    assert_eq!(taken.code, 2, "{}", taken.stderr);
    assert!(taken.stderr.contains("hint: another program uses the port"), "{}", taken.stderr);
    // A second one beside the first has its own address and key.
    let second = Explored::start(&place, &["--lake", "nowhere"]);
    assert_ne!((&second.base, &second.token), (&explored.base, &explored.token));
}

#[test]
fn a_lake_without_sessions_has_empty_panels() {
    let place = Place::new();
    let manifests = place.path().join("landing").join("_manifest");
    std::fs::create_dir_all(&manifests).unwrap();
    // Its session sent nothing, not even itself.
    let nothing = json!({
        "manifest_version": 1, "session_key": 1, "meeting_key": 1, "name": "2024-01-01_Nowhere_Race", "session_name": "Race",
        "batch_day": "2024-01-01", "year": 2024, "date_start": "2024-01-01T14:00:00Z", "date_end": "2024-01-01T15:00:00Z",
        "extracted_at": "2024-01-02T00:00:00Z", "tool": "f1lake", "base_url": "http://127.0.0.1/v1", "endpoints": {},
    });
    std::fs::write(manifests.join("1.json"), nothing.to_string()).unwrap();
    assert_eq!(place.run(&["load", "--out", "landing"]).code, 0);
    assert_eq!(place.run(&["build", "--no-tests"]).code, 0);
    let explored = Explored::start(&place, &[]);
    assert_eq!(explored.json("/api/lake")["state"], "empty_lake");
    assert_eq!(explored.json("/api/sessions"), json!([]));
    let tables = explored.json("/api/tables");
    let laps = tables.as_array().unwrap().iter().find(|table| table["table"] == "fact_laps").unwrap();
    assert!(laps["columns"].as_array().unwrap().iter().all(|column| column["description"] != ""), "{laps}");
    for (name, params) in views() {
        let asked: Vec<String> = params.iter().map(|param| format!("{param}=1")).collect();
        let (status, body) = explored.get(&format!("/api/view/{name}?{}", asked.join("&")));
        assert_eq!(status, 200, "{name}: {}", String::from_utf8_lossy(&body));
    }
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_server_and_the_address_is_all_it_prints() {
    let place = Place::new();
    let mut explored = Explored::start(&place, &["--lake", "nowhere"]);
    let pid = explored.child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert!(explored.child.wait().unwrap().success());
    let mut told = String::new();
    explored.child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert!(told.contains("Ctrl-C ends it") && !told.contains(&explored.token), "{told}");
}
