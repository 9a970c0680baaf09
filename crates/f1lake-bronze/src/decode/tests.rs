//! Rows, decoded one at a time.

use super::*;
use openf1_client::Endpoint;

#[test]
fn times_of_phases_are_read_to_the_last_bit() {
    let read = read_phases("[ 101.555 ,null, 28271.7161132835718848863]").unwrap();
    assert_eq!(read, [Some(101.555), None, Some(28_271.716_113_283_57)]);
    assert_eq!(read_phases("[1e400]"), None);
    assert_eq!(read_phases("[1,2,3,4]"), None);
    assert_eq!(read_phases("[\"1\"]"), None);
}

fn laps() -> Decoder {
    let source_file = "laps_2024-03-24_Melbourne_Race.json".to_owned();
    let origin = RowOrigin { session_key: 9488, source_file, extracted_at: 1, ingested_at: 2 };
    Decoder::new(&BronzeTable::of(Endpoint::Laps), origin)
}

#[test]
fn rows_are_counted_until_they_are_taken() {
    let mut decoder = laps();
    for lap in 1..=3 {
        let row = format!(r#"{{"session_key":9488,"driver_number":4,"lap_number":{lap},"weather":"dry"}}"#);
        decoder.push(&row).unwrap();
    }
    assert_eq!(decoder.push("{}"), Err(Refusal::NoKey("session_key")));
    assert_eq!((decoder.rows(), decoder.rescued_rows()), (3, 3));
    assert_eq!(decoder.batch().unwrap().num_rows(), 3);
    assert_eq!((decoder.rows(), decoder.rescued_rows()), (0, 3));
}

#[test]
fn non_rows_are_refused_with_the_expected_shape() {
    let refusal = laps().push("[9488]").unwrap_err().to_string();
    assert!(refusal.starts_with("not a JSON object: ") && refusal.contains("expected a row"), "{refusal}");
}

#[test]
fn a_decoder_is_printed_with_its_file_and_without_its_rows() {
    let printed = format!("{:?}", laps());
    assert!(
        printed.contains("laps_2024-03-24_Melbourne_Race.json") && printed.contains("rows: 0"),
        "{printed}"
    );
}
