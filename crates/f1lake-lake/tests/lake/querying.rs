//! SQL over the lake: errors that help, time travel, results in every format.

use crate::zone::{Zone, lap, rows};
use f1lake_lake::{AsOf, LakeError, Query, RowFormat, SqlProblem, write_rows};
use openf1_client::Endpoint;

async fn zone() -> Zone {
    let mut zone = Zone::new();
    zone.land(1, Endpoint::Laps, &[lap(1, 1, 1, 90.5), lap(1, 1, 2, 91.0)]);
    zone.load().await;
    zone
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_point_at_the_place_and_suggest_the_name() {
    let zone = zone().await;
    let query = Query::open(&zone.lake(), None).await.unwrap();
    let mut seen = String::new();
    for sql in [
        "select lap_duratoin from bronze_raw.bronze_laps",
        "select *\nfrom bronze_raw.bronze_lap",
        "select * fromm bronze_raw.bronze_laps",
        "select count(* from bronze_raw.bronze_laps",
        "drop table bronze_raw.bronze_laps",
        "insert into bronze_raw.bronze_loads select * from bronze_raw.bronze_loads",
    ] {
        let error = query.collect(sql).await.unwrap_err().to_string();
        seen.push_str(&format!("{sql}\n=> {error}\n\n"));
    }
    insta::assert_snapshot!(seen);
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_name_their_problem_for_programs() {
    let zone = zone().await;
    let query = Query::open(&zone.lake(), None).await.unwrap();
    let laps = "bronze_raw.bronze_laps";
    let (no_table, no_column) = (
        |wrong: &str, right| SqlProblem::NoTable { wrong: wrong.to_owned(), right },
        |wrong: &str, right| SqlProblem::NoColumn { wrong: wrong.to_owned(), right },
    );
    for (sql, expected) in [
        ("select * from bronze_lap".to_owned(), no_table("bronze_lap", Some(laps.to_owned()))),
        ("select * from zzz".to_owned(), no_table("zzz", None)),
        (format!("select lap_no from {laps}"), no_column("lap_no", Some("lap_number".to_owned()))),
        (format!("select zzz from {laps}"), no_column("zzz", None)),
        (format!("selec * from {laps}"), SqlProblem::Syntax),
        (format!("drop table {laps}"), SqlProblem::Other),
        (String::new(), SqlProblem::Other),
    ] {
        let Err(LakeError::Sql { problem, .. }) = query.collect(&sql).await else { panic!("{sql}") };
        assert_eq!(problem, expected, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_read_as_they_were() {
    let mut zone = zone().await;
    let before = jiff::Timestamp::now();
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    let version = zone.version("bronze_raw.bronze_laps").await.unwrap();
    zone.land(1, Endpoint::Laps, &[lap(1, 1, 1, 70.0)]);
    zone.load().await;
    let sql = "select count(*), min(lap_duration) from bronze_raw.bronze_laps";
    assert_eq!(zone.one(sql).await, "1 70.0");
    for as_of in [AsOf::Version(version), AsOf::Instant(before)] {
        let then = Query::open(&zone.lake(), Some(as_of)).await.unwrap();
        assert_eq!(rows(&then, sql).await, [["2", "90.5"]], "{as_of:?}");
    }
    for as_of in [AsOf::Version(99), AsOf::Instant("2020-01-01T00:00:00Z".parse().unwrap())] {
        let then = Query::open(&zone.lake(), Some(as_of)).await.unwrap();
        let error = then.collect(sql).await.unwrap_err().to_string();
        assert!(error.contains("bronze_laps"), "{as_of:?}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn as_of_on_a_damaged_table_reports_damage() {
    let zone = zone().await;
    let log = zone.folder.path().join("lake/bronze_raw/bronze_laps/_delta_log");
    for entry in std::fs::read_dir(&log).unwrap() {
        std::fs::write(entry.unwrap().path(), "{").unwrap();
    }
    for as_of in [None, Some(AsOf::Version(0)), Some(AsOf::Instant(jiff::Timestamp::now()))] {
        let query = Query::open(&zone.lake(), as_of).await.unwrap();
        let error = query.collect("select * from bronze_raw.bronze_laps").await.unwrap_err().to_string();
        assert!(error.contains("cannot be read"), "{as_of:?}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn results_come_in_every_format() {
    let zone = zone().await;
    let query = Query::open(&zone.lake(), None).await.unwrap();
    let sql = "select lap_number, lap_duration, date_start, segments_sector_1, i2_speed \
               from bronze_raw.bronze_laps order by lap_number";
    let mut seen = String::new();
    for format in [RowFormat::Json, RowFormat::Ndjson, RowFormat::Csv] {
        let mut text = Vec::new();
        assert_eq!(write_rows(query.sql(sql).await.unwrap(), format, &mut text).await.unwrap(), 2);
        seen.push_str(&format!("{format:?}\n{}\n", String::from_utf8(text).unwrap()));
    }
    insta::assert_snapshot!(seen);
    let mut bytes = Vec::new();
    write_rows(query.sql(sql).await.unwrap(), RowFormat::Parquet, &mut bytes).await.unwrap();
    assert_eq!(&bytes[..4], b"PAR1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_with_a_missing_log_entry_is_named_and_the_others_are_read() {
    let mut zone = zone().await;
    zone.land(2, Endpoint::Laps, &[lap(2, 1, 1, 90.5)]);
    zone.land(2, Endpoint::Pit, &[]);
    zone.load().await;
    let log = zone.folder.path().join("lake/bronze_raw/bronze_laps/_delta_log");
    std::fs::remove_file(log.join(format!("{:020}.json", 1))).unwrap();
    let query = Query::open(&zone.lake(), None).await.unwrap();
    let error = query.collect("select * from bronze_raw.bronze_laps").await.unwrap_err().to_string();
    assert!(error.contains("bronze_raw.bronze_laps is damaged"), "{error}");
    assert_eq!(rows(&query, "select count(*) from bronze_raw.bronze_loads").await.len(), 1);
    let tables = f1lake_lake::tables(&zone.lake()).await.unwrap();
    let damaged: Vec<_> = tables.iter().filter(|table| table.error.is_some()).collect();
    assert_eq!(damaged.len(), 1, "{tables:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subquery_of_one_value_cuts_the_files_that_are_read() {
    let mut zone = Zone::new();
    for session in 1..=4 {
        let laps = [lap(session, 1, 1, 90.5), lap(session, 1, 2, 91.0 + session as f64)];
        zone.land(session, Endpoint::Laps, &laps);
    }
    zone.load().await;
    let query = Query::open(&zone.lake(), None).await.unwrap();
    let laps = "bronze_raw.bronze_laps";
    let second = format!(
        "session_key = (select min(session_key) from {laps} where session_key > (select min(session_key) from {laps}))"
    );
    let sql = |condition: &str| {
        format!("select session_key, lap_number from {laps} a where {condition} order by 1, 2")
    };
    for (condition, expected) in [
        (&*second, vec![["2", "1"], ["2", "2"]]),
        (
            &format!("session_key in (select session_key from {laps} where {second})"),
            vec![["2", "1"], ["2", "2"]],
        ),
        (&format!("session_key = (select session_key from {laps} where false)"), vec![]),
        (
            &format!(
                "session_key > 2 and lap_duration = (select max(lap_duration) from {laps} b where b.session_key = a.session_key)"
            ),
            vec![["3", "2"], ["4", "2"]],
        ),
    ] {
        assert_eq!(rows(&query, &sql(condition)).await, expected, "{condition}");
    }
    let error = query.collect(&sql(&format!("session_key = (select session_key from {laps})"))).await;
    assert!(error.unwrap_err().to_string().contains("more than one row"));
    let plan = format!("{:?}", rows(&query, &format!("explain {}", sql(&second))).await);
    assert_eq!(plan.matches(".parquet").count(), 1, "{plan}");
}
