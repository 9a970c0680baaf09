//! Commits of the writer, read back.

use super::spec::ensure;
use super::{Marks, Scope, TableSpec, TableWriter};
use crate::lake::Lake;
use arrow_array::StringArray;
use arrow_array::{Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use f1lake_bronze::{Column, ColumnType};
use std::collections::BTreeSet;
use std::sync::Arc;

fn spec(columns: &[(&str, ColumnType)]) -> TableSpec {
    TableSpec {
        name: "bronze_raw.bronze_test".to_owned(),
        columns: columns.iter().map(|(name, kind)| Column::new(*name, *kind, "A column.")).collect(),
        partition_by: Vec::new(),
        comment: "A table.".to_owned(),
    }
}

fn session(key: i64) -> Scope {
    Scope::Sessions { column: "session_key".to_owned(), keys: BTreeSet::from([key]) }
}

async fn paths(lake: &Lake) -> BTreeSet<String> {
    let table = lake.table("bronze_raw.bronze_test", None).await.unwrap().unwrap();
    table.snapshot().unwrap().log_data().iter().map(|file| file.path().into_owned()).collect()
}

#[tokio::test]
async fn a_table_of_an_older_version_gets_its_columns_though_nothing_is_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path().to_str().unwrap()).unwrap();
    let old = spec(&[("session_key", ColumnType::Bigint)]);
    let new = spec(&[("session_key", ColumnType::Bigint), ("season_races", ColumnType::BigintList)]);
    let mut names = Vec::new();
    for spec in [&old, &new, &new, &old] {
        ensure(&lake, spec).await.unwrap();
        let table = lake.table("bronze_raw.bronze_test", None).await.unwrap().unwrap();
        let schema = table.snapshot().unwrap().schema();
        let columns: Vec<String> = schema.fields().map(|field| field.name().clone()).collect();
        names.push((table.version(), columns.join(" ")));
    }
    let both = (Some(1), "session_key season_races".to_owned());
    assert_eq!(names, [(Some(0), "session_key".to_owned()), both.clone(), both.clone(), both]);
}

#[tokio::test]
async fn rows_without_a_session_are_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path().to_str().unwrap()).unwrap();
    let spec = || spec(&[("session_key", ColumnType::Bigint)]);
    let schema = Arc::new(Schema::new(vec![Field::new("session_key", DataType::Int64, true)]));
    let batch = |keys: Vec<Option<i64>>| {
        RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(Int64Array::from(keys))]).unwrap()
    };
    // As another writer may leave a file: a single session by the statistics, and rows without one.
    let mut writer = TableWriter::open(&lake, spec(), &session(1)).await.unwrap();
    writer.write(&batch(vec![Some(1), None, Some(1)])).await.unwrap();
    writer.commit(&session(1), Marks::default()).await.unwrap();
    let mut writer = TableWriter::open(&lake, spec(), &session(1)).await.unwrap();
    writer.write(&batch(vec![Some(1)])).await.unwrap();
    writer.commit(&session(1), Marks::default()).await.unwrap();
    let query = crate::query::Query::open(&lake, None).await.unwrap();
    let counted = "select count(*), count(session_key) from bronze_raw.bronze_test";
    let rows = query.collect(counted).await.unwrap();
    assert_eq!(crate::rows_out::texts(&rows, 10).unwrap(), [["2", "1"]]);
    // They do not stay with the sessions that a rewrite keeps, either.
    let but = Scope::AllBut { column: "session_key".to_owned(), keys: [1].into() };
    let writer = TableWriter::open(&lake, spec(), &but).await.unwrap();
    writer.commit(&but, Marks::default()).await.unwrap();
    let query = crate::query::Query::open(&lake, None).await.unwrap();
    let rows = query.collect(counted).await.unwrap();
    assert_eq!(crate::rows_out::texts(&rows, 10).unwrap(), [["1", "1"]]);
}

#[tokio::test]
async fn a_column_that_becomes_known_is_added_and_no_file_is_rewritten() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path().to_str().unwrap()).unwrap();
    let old = spec(&[("session_key", ColumnType::Bigint)]);
    let mut writer = TableWriter::open(&lake, old, &session(1)).await.unwrap();
    let schema = Arc::new(Schema::new(vec![Field::new("session_key", DataType::Int64, true)]));
    let batch = RecordBatch::try_new(schema, vec![Arc::new(Int64Array::from(vec![1, 1]))]).unwrap();
    writer.write(&batch).await.unwrap();
    writer.commit(&session(1), Marks::default()).await.unwrap();
    let before = paths(&lake).await;

    let new = spec(&[("session_key", ColumnType::Bigint), ("tyre", ColumnType::String)]);
    let mut writer = TableWriter::open(&lake, new, &session(2)).await.unwrap();
    let schema = Arc::new(Schema::new(vec![
        Field::new("session_key", DataType::Int64, true),
        Field::new("tyre", DataType::Utf8, true),
    ]));
    let columns: Vec<arrow_array::ArrayRef> =
        vec![Arc::new(Int64Array::from(vec![2])), Arc::new(StringArray::from(vec!["soft"]))];
    writer.write(&RecordBatch::try_new(schema, columns).unwrap()).await.unwrap();
    writer.commit(&session(2), Marks::default()).await.unwrap();

    assert!(paths(&lake).await.is_superset(&before), "old files were rewritten");
    let query = crate::query::Query::open(&lake, None).await.unwrap();
    let rows = query
        .collect("select session_key, tyre from bronze_raw.bronze_test order by session_key")
        .await
        .unwrap();
    let rows = crate::rows_out::texts(&rows, 10).unwrap();
    assert_eq!(rows, [["1", ""], ["1", ""], ["2", "soft"]]);

    let other = spec(&[("session_key", ColumnType::String)]);
    let error = TableWriter::open(&lake, other, &session(3)).await.err().unwrap().to_string();
    assert!(error.contains("session_key") && error.contains("--rebuild"), "{error}");
}
