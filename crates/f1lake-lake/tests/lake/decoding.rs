//! The decoder against arrow-json, an independent reader of the same rows.

use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use f1lake_bronze::{BronzeTable, ColumnType, Decoder, RowOrigin};
use openf1_client::Endpoint;
use openf1_client::field::FieldType;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn recorded() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/replay");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: no recorded answers at {}", folder.display());
    None
}

fn texts(folder: &Path, endpoint: Endpoint) -> Option<Vec<serde_json::Value>> {
    let file = std::fs::File::open(folder.join(format!("{}.json.gz", endpoint.name()))).ok()?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

fn decode(endpoint: Endpoint, rows: &[serde_json::Value]) -> (RecordBatch, u64) {
    let table = BronzeTable::of(endpoint);
    let mut batches = Vec::new();
    let mut rescued = 0;
    // One decoder per session, as in a load; recorded rows are grouped by session.
    for rows in rows.chunk_by(|a, b| a["session_key"] == b["session_key"]) {
        let origin = RowOrigin {
            session_key: rows[0]["session_key"].as_i64().unwrap_or(0),
            source_file: "test".to_owned(),
            extracted_at: 0,
            ingested_at: 0,
        };
        let mut decoder = Decoder::new(&table, origin);
        for row in rows {
            decoder.push(&row.to_string()).unwrap_or_else(|refusal| panic!("{row}: {refusal}"));
        }
        batches.push(decoder.batch().unwrap());
        rescued += decoder.rescued_rows();
    }
    let schema = batches[0].schema();
    (deltalake::arrow::compute::concat_batches(&schema, &batches).unwrap(), rescued)
}

#[test]
fn recorded_rows_decode_as_arrow_json_reads_them() {
    let Some(folder) = recorded() else { return };
    let mut rows_seen = 0;
    for endpoint in Endpoint::ALL.iter().copied().filter(|endpoint| *endpoint != Endpoint::Meetings) {
        let Some(rows) = texts(&folder, endpoint) else { continue };
        // Rows with a null key are refused, which another test covers. The laps of 9161 come from a CSV that
        // turned its lists into numbers; these are correctly rescued.
        let table = BronzeTable::of(endpoint);
        let rows: Vec<_> = rows
            .into_iter()
            .filter(|row| endpoint != Endpoint::Laps || row["session_key"] != 9161)
            .filter(|row| {
                endpoint.spec().key.iter().all(|key| {
                    endpoint.spec().field(key).is_some_and(|field| field.nullable) || !row[*key].is_null()
                })
            })
            .collect();
        let (ours, rescued) = decode(endpoint, &rows);
        assert_eq!(ours.num_rows(), rows.len(), "{endpoint}");
        assert_eq!(rescued, 0, "{endpoint}: something was rescued");
        // arrow-json reads the simple columns and instants.
        let simple: Vec<_> = table
            .columns
            .iter()
            .filter(|column| {
                endpoint
                    .spec()
                    .field(&column.name)
                    .is_some_and(|field| !matches!(field.field_type, FieldType::Gap | FieldType::ResultTime))
            })
            .collect();
        let schema = Schema::new(
            simple
                .iter()
                .map(|column| {
                    let index = ours.schema().index_of(&column.name).unwrap();
                    let data_type = match column.column_type {
                        ColumnType::BigintList => {
                            DataType::List(Arc::new(Field::new("element", DataType::Int64, true)))
                        }
                        _ => ours.schema().field(index).data_type().clone(),
                    };
                    Field::new(&column.name, data_type, true)
                })
                .collect::<Vec<_>>(),
        );
        let mut oracle = deltalake::arrow::json::ReaderBuilder::new(Arc::new(schema))
            .with_batch_size(rows.len().max(1))
            .build_decoder()
            .unwrap();
        oracle.serialize(&rows).unwrap();
        let theirs = oracle.flush().unwrap().unwrap();
        for (index, column) in simple.iter().enumerate() {
            let ours = ours.column_by_name(&column.name).unwrap();
            assert_eq!(
                ours.as_ref(),
                theirs.column(index).as_ref() as &dyn Array,
                "{endpoint}.{}",
                column.name
            );
        }
        rows_seen += rows.len();
    }
    assert!(rows_seen > 50_000, "{rows_seen}");
}

proptest::proptest! {
    #[test]
    fn any_text_is_decoded_or_refused(text in ".*") {
        let table = BronzeTable::of(Endpoint::Laps);
        let origin = RowOrigin { session_key: 1, source_file: String::new(), extracted_at: 0, ingested_at: 0 };
        let mut decoder = Decoder::new(&table, origin);
        proptest::prop_assert!(decoder.push(&text).is_err());
        proptest::prop_assert_eq!(decoder.batch().unwrap().num_rows(), 0);
    }

    #[test]
    fn any_value_of_any_field_is_kept(
        field in 0_usize..16,
        value in proptest::prop_oneof![
            "[-+0-9.eE]{0,20}".prop_map(|text| format!("\"{text}\"")),
            "\\PC{0,20}".prop_map(|text| serde_json::Value::from(text).to_string()),
            (-1e300_f64..1e300).prop_map(|number| serde_json::Value::from(number).to_string()),
            proptest::num::i64::ANY.prop_map(|number| number.to_string()),
            proptest::strategy::Just("[1,\"x\",{}]".to_owned()),
            proptest::strategy::Just("{\"a\":[true]}".to_owned()),
            proptest::strategy::Just("true".to_owned()),
        ],
    ) {
        let table = BronzeTable::of(Endpoint::Laps);
        let origin = RowOrigin { session_key: 1, source_file: String::new(), extracted_at: 0, ingested_at: 0 };
        let mut decoder = Decoder::new(&table, origin);
        let name = Endpoint::Laps.spec().fields[field].name;
        proptest::prop_assume!(!["session_key", "driver_number", "lap_number"].contains(&name));
        let row = format!("{{\"session_key\":1,\"driver_number\":4,\"lap_number\":2,\"{name}\":{value}}}");
        decoder.push(&row).unwrap();
        let batch = decoder.batch().unwrap();
        let kept = |column: &str| batch.column_by_name(column).unwrap().is_valid(0);
        // The value is either in its column or, unchanged, in the rescued data.
        proptest::prop_assert!(kept(name) != kept("_rescued_data"), "{row}");
    }
}

use proptest::strategy::Strategy;
