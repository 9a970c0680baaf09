//! SQL statements.

use crate::fake::{Fake, WAREHOUSE};
use f1lake_databricks::{Column, Error, Parameter, Position, Rows, Statement};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

const STATEMENTS: &str = "/api/2.0/sql/statements";

async fn run(fake: &Fake, text: &str) -> Result<Rows, Error> {
    fake.workspace().execute(WAREHOUSE, &Statement::new(text), &CancellationToken::new()).await
}

fn values(rows: &Rows) -> Vec<&str> {
    rows.rows.iter().map(|row| row[0].as_deref().unwrap()).collect()
}

#[tokio::test]
async fn a_statement_is_sent_as_recorded() {
    let fake = Fake::start().await;
    let statement = Statement::new("SELECT :n, :nothing")
        .catalog("main")
        .schema("f1")
        .parameter(Parameter::bigint("n", 1))
        .parameter(Parameter::typed("nothing", "DATE", None));
    let rows = fake.workspace().execute(WAREHOUSE, &statement, &CancellationToken::new()).await.unwrap();
    assert_eq!(rows.columns[0], Column { name: "n".into(), sql_type: "BIGINT".into() });
    assert_eq!(rows.rows, [[Some("1".to_owned()), None]]);
    assert_eq!((rows.first("n"), rows.first("nothing"), rows.first("absent")), (Some("1"), None, None));
    let seen = fake.take_seen();
    assert_eq!(seen[0].line(), format!("POST {STATEMENTS}"));
    let sent: serde_json::Value = serde_json::from_slice(&seen[0].body).unwrap();
    let expected = serde_json::json!({
        "catalog": "main", "disposition": "INLINE", "format": "JSON_ARRAY", "on_wait_timeout": "CONTINUE",
        "parameters": [{"name": "n", "type": "BIGINT", "value": "1"}, {"name": "nothing", "type": "DATE"}],
        "schema": "f1", "statement": "SELECT :n, :nothing", "wait_timeout": "10s", "warehouse_id": "wh1"
    });
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn a_slow_statement_is_awaited_and_all_chunks_are_read() {
    let fake = Fake::start().await;
    let rows = run(&fake, "SELECT n FROM many").await.unwrap();
    assert_eq!(values(&rows), ["1", "2", "3", "4"]);
    let id = &rows.statement_id;
    assert_eq!(
        fake.lines(),
        [
            format!("POST {STATEMENTS}"),
            format!("GET {STATEMENTS}/{id}"),
            format!("GET {STATEMENTS}/{id}/result/chunks/1"),
            format!("GET {STATEMENTS}/{id}/result/chunks/2"),
        ]
    );
    let rows = run(&fake, "CREATE TABLE t (i INT)").await.unwrap();
    assert!(rows.rows.is_empty() && rows.columns.is_empty());
}

#[tokio::test]
async fn incomplete_or_cyclic_results_are_errors() {
    let fake = Fake::start().await;
    let error = run(&fake, "SELECT n FROM short").await.unwrap_err().to_string();
    assert!(error.contains("4 rows arrived of 5"), "{error}");
    let error = run(&fake, "SELECT n FROM circle").await.unwrap_err().to_string();
    assert!(error.contains("chunk 1 follows chunk 1"), "{error}");
}

#[tokio::test]
async fn failed_statement_in_a_200_response_reports_its_position() {
    let fake = Fake::start().await;
    let Error::Sql(error) = run(&fake, "SELECT *\n  FORM laps").await.unwrap_err() else { panic!() };
    assert_eq!((error.state.as_str(), error.error_code.as_str()), ("FAILED", "BAD_REQUEST"));
    assert_eq!(error.position, Some(Position { line: 2, column: 2 }));
    let text = error.to_string();
    assert!(text.contains("near 'FORM'") && text.ends_with("at line 2 column 2: FORM laps"), "{text}");
    assert!(!text.contains('\n'), "{text}");

    let error = run(&fake, "CREATE SCHEMA s").await.unwrap_err().to_string();
    assert!(error.contains("CREATE SCHEMA on Catalog 'main'") && error.contains("GRANT"), "{error}");
    assert!(matches!(run(&fake, "SELECT closed").await, Err(Error::Sql(error)) if error.state == "CLOSED"));
}

#[tokio::test]
async fn stopping_cancels_on_the_warehouse() {
    let fake = Fake::start().await;
    let stop = CancellationToken::new();
    let (workspace, inner_stop) = (fake.workspace(), stop.clone());
    let start = Instant::now();
    let running = tokio::spawn(async move {
        workspace.execute(WAREHOUSE, &Statement::new("SELECT endless"), &inner_stop).await
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    stop.cancel();
    let error = running.await.unwrap().unwrap_err();
    let Error::Canceled { statement_id } = &error else { panic!("{error}") };
    assert!(start.elapsed() < Duration::from_secs(5));
    let lines = fake.lines();
    assert!(lines.contains(&format!("POST {STATEMENTS}/{statement_id}/cancel")), "{lines:?}");
    assert_eq!(lines.last().unwrap(), &format!("GET {STATEMENTS}/{statement_id}"), "the end was not awaited");
    fake.take_seen();
    let error = fake.workspace().execute(WAREHOUSE, &Statement::new("SELECT 1"), &stop).await.unwrap_err();
    assert!(matches!(error, Error::Canceled { .. }) && fake.lines().is_empty(), "{error}");
}

#[tokio::test]
async fn a_statement_is_never_sent_twice_unless_it_was_refused() {
    let fake = Fake::start().await;
    for status in [408, 500, 502, 503, 504] {
        fake.lost_answer("POST", status);
        let error = run(&fake, "CREATE TABLE t (i INT)").await.unwrap_err();
        assert!(matches!(error, Error::OutcomeUnknown { .. }), "{error}");
        assert_eq!(fake.take_seen().len(), 1, "{status}");
    }
    let url = crate::cutter::cutter(&fake, vec![crate::cutter::Cut::Down(3)]).await;
    let workspace = crate::fake::workspace(fake.login_at(&url));
    let statement = Statement::new("CREATE TABLE t (i INT)");
    let error = workspace.execute(WAREHOUSE, &statement, &CancellationToken::new()).await.unwrap_err();
    assert!(matches!(error, Error::OutcomeUnknown { .. }), "{error}");
    assert_eq!(fake.take_seen().len(), 1);
    // After a quota error, nothing runs.
    fake.fault("POST", 429, &[], "");
    run(&fake, "CREATE TABLE t (i INT)").await.unwrap();
}

#[tokio::test]
async fn polling_a_statement_is_retried() {
    let fake = Fake::start().await;
    for status in [500, 503, 429] {
        fake.fault(&format!("GET {STATEMENTS}"), status, &[], "");
    }
    assert_eq!(values(&run(&fake, "SELECT n FROM many").await.unwrap()).len(), 4);
}

#[tokio::test]
async fn a_warehouse_is_found_by_id_or_name_on_any_page() {
    let fake = Fake::start().await;
    let workspace = fake.workspace();
    for (wanted, id) in [
        ("wh1", "wh1"),
        ("Starter Warehouse", "wh1"),
        ("starter warehouse", "wh1"),
        ("twin", "wh3"),
        ("TWIN", "wh4"),
        ("wh5", "wh5"),
    ] {
        assert_eq!(workspace.warehouse(wanted).await.unwrap().id, id, "{wanted}");
    }
    assert_eq!(workspace.warehouse("wh1").await.unwrap().state, "STOPPED");
    let error = workspace.warehouse("Twin").await.unwrap_err().to_string();
    assert!(error.contains("several") && error.contains("wh2") && error.contains("wh5"), "{error}");
    let error = workspace.warehouse("Stater").await.unwrap_err().to_string();
    assert!(
        error.contains("Starter Warehouse (wh1)") && error.contains("DATABRICKS_WAREHOUSE_ID"),
        "{error}"
    );
    fake.fault("GET", 200, &[("content-type", "application/json")], "{}");
    let error = workspace.warehouse("wh1").await.unwrap_err().to_string();
    assert!(error.contains("no SQL warehouse to this login"), "{error}");
}

#[tokio::test]
async fn missing_or_forbidden_warehouse_gives_advice() {
    let fake = Fake::start().await;
    let workspace = fake.workspace();
    for (warehouse, advice) in
        [("gone", "set DATABRICKS_WAREHOUSE_ID"), ("closed", "CAN USE on warehouse closed")]
    {
        let statement = Statement::new("SELECT closed");
        let error = workspace.execute(warehouse, &statement, &CancellationToken::new()).await.unwrap_err();
        assert!(error.to_string().contains(advice), "{error}");
    }
}
