//! An overlay as Arrow: samples as rows, all else as JSON in the metadata of the schema.

use super::laps::{Corner, LapNotes};
use super::rows::{Laid, OverlayRow};
use crate::error::Failure;
use arrow_array::{ArrayRef, Float32Array, Int8Array, RecordBatch, UInt8Array, UInt16Array};
use arrow_schema::{DataType, Field, Schema};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;

/// Name of the metadata of the schema.
const METADATA: &str = "overlay";

#[derive(Serialize)]
struct Metadata<'a> {
    laps: Vec<Lap<'a>>,
    anchors: Vec<f64>,
    is_anchored_at_sectors: bool,
    deltas: Vec<Option<Vec<f64>>>,
    corners: Vec<Apex>,
    minisectors: Vec<Part>,
}

#[derive(Serialize)]
struct Lap<'a> {
    #[serde(flatten)]
    notes: &'a LapNotes,
    sectors: [Option<f64>; 3],
}

#[derive(Serialize)]
struct Apex {
    number: i64,
    distance: f64,
    x: Option<f64>,
    y: Option<f64>,
}

#[derive(Serialize)]
struct Part {
    sector: usize,
    from: f64,
    to: f64,
    times: Vec<Option<f64>>,
    best: Option<usize>,
    lead: Option<f64>,
    noise: Option<f64>,
}

/// Rounds away what no clock measures, so that the text is short.
fn micro(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

fn milli(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

/// The rows of an overlay, with their metadata.
pub(crate) fn batch(notes: &[LapNotes], laid: &Laid, corners: &[Corner]) -> Result<RecordBatch, Failure> {
    let length = laid.anchors_m.last().copied().unwrap_or_default();
    let metadata = Metadata {
        laps: notes.iter().map(|notes| Lap { notes, sectors: notes.times().sectors_s }).collect(),
        anchors: laid.anchors_m.iter().copied().map(milli).collect(),
        is_anchored_at_sectors: laid.is_anchored_at_sectors,
        deltas: laid
            .deltas_s
            .iter()
            .map(|of_lap| of_lap.as_ref().map(|deltas| deltas.iter().copied().map(micro).collect()))
            .collect(),
        corners: corners
            .iter()
            .map(|corner| Apex {
                number: corner.number,
                distance: milli(corner.share_of_lap * length),
                x: corner.x.map(milli),
                y: corner.y.map(milli),
            })
            .collect(),
        minisectors: laid
            .minisectors
            .iter()
            .map(|part| Part {
                sector: part.sector,
                from: milli(part.from_m),
                to: milli(part.to_m),
                times: part.times_s.iter().map(|time| time.map(micro)).collect(),
                best: part.fastest,
                lead: part.lead_s.map(micro),
                noise: part.noise_s.map(micro),
            })
            .collect(),
    };
    let json = serde_json::to_string(&metadata).map_err(Failure::failed)?;

    let rows = &laid.rows;
    let float = |of: &dyn Fn(&OverlayRow) -> Option<f64>| -> ArrayRef {
        Arc::new(rows.iter().map(|row| of(row).map(|value| value as f32)).collect::<Float32Array>())
    };
    let byte = |of: &dyn Fn(&OverlayRow) -> Option<f64>| -> ArrayRef {
        let whole = |value: f64| (0.0..=255.0).contains(&value).then_some(value as u8);
        Arc::new(rows.iter().map(|row| of(row).and_then(whole)).collect::<UInt8Array>())
    };
    let speed = |row: &OverlayRow| row.speed.filter(|v| (0.0..=1000.0).contains(v)).map(|v| v as u16);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("lap", Arc::new(rows.iter().map(|row| i8::try_from(row.lap).ok()).collect::<Int8Array>())),
        ("distance", float(&|row| Some(row.distance_m))),
        ("time", float(&|row| Some(row.time_s))),
        ("delta", float(&|row| row.delta_s)),
        ("noise", float(&|row| row.noise_s)),
        ("speed", Arc::new(rows.iter().map(speed).collect::<UInt16Array>())),
        ("throttle", byte(&|row| row.throttle)),
        ("brake", byte(&|row| row.brake)),
        ("gear", byte(&|row| row.gear)),
        ("x", float(&|row| row.x)),
        ("y", float(&|row| row.y)),
    ];
    let field = |(name, array): &(&str, ArrayRef)| -> Field {
        let of_type: &DataType = array.data_type();
        Field::new(*name, of_type.clone(), true)
    };
    let fields: Vec<Field> = columns.iter().map(field).collect();
    let schema = Schema::new_with_metadata(fields, HashMap::from([(METADATA.to_owned(), json)]));
    RecordBatch::try_new(Arc::new(schema), columns.into_iter().map(|(_, array)| array).collect())
        .map_err(Failure::failed)
}
