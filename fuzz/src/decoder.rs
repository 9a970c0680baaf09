//! The decoder against a naive reading of the same row by the rules of `docs/data-model.md`, and against arrow-json.
//! Nothing is lost: each field is in its column or in `_rescued_data`.

use arbitrary::{Result, Unstructured};
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use f1lake_bronze::{BronzeTable, ColumnType, Decoder, Refusal, RowOrigin};
use openf1_client::Endpoint;
use openf1_client::field::FieldType;
use serde::de::{MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::sync::Arc;

const SESSION: i64 = 9488;

/// First byte: the endpoint, and whether the rest is the row itself or what a row is made of.
pub fn check(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else { return };
    let endpoint = Endpoint::ALL[usize::from(choice / 2) % Endpoint::ALL.len()];
    if choice % 2 == 0 {
        if let Ok(row) = std::str::from_utf8(rest) {
            row_of(endpoint, row);
        }
    } else if let Ok(row) = build(endpoint, &mut Unstructured::new(rest)) {
        row_of(endpoint, &row);
    }
}

/// A row with its key, mostly, and values of all kinds.
fn build(endpoint: Endpoint, u: &mut Unstructured<'_>) -> Result<String> {
    let mut parts = Vec::new();
    for field in &BronzeTable::of(endpoint).fields {
        if !field.required && field.name != "session_key" && u.ratio(1, 3)? {
            continue;
        }
        let value = if field.name == "session_key" && u.ratio(31, 32)? {
            SESSION.to_string()
        } else if u.ratio(if field.required { 31 } else { 1 }, if field.required { 32 } else { 2 })? {
            usual(field.field_type, u)?
        } else {
            any(u)?
        };
        parts.push(format!("{}:{value}", Value::from(field.name)));
    }
    for _ in 0..u.int_in_range(0..=2)? {
        let name: String = u.arbitrary()?;
        parts.push(format!("{}:{}", Value::from(name), any(u)?));
    }
    Ok(format!("{{{}}}", parts.join(",")))
}

fn usual(field_type: FieldType, u: &mut Unstructured<'_>) -> Result<String> {
    Ok(match field_type {
        FieldType::Int => u.arbitrary::<i16>()?.to_string(),
        FieldType::Float => number(u)?,
        FieldType::Bool => u.arbitrary::<bool>()?.to_string(),
        FieldType::Time => format!(
            "\"20{:02}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}+00:00\"",
            u.int_in_range(0..=99)?,
            u.int_in_range(0..=13)?,
            u.int_in_range(0..=32)?,
            u.int_in_range(0..=24)?,
            u.int_in_range(0..=60)?,
            u.int_in_range(0..=60)?,
            u.int_in_range(0..=999_999)?
        ),
        FieldType::IntList => "[2049,null,0,-1]".to_owned(),
        FieldType::Gap => match u.int_in_range(0..=2)? {
            0 => number(u)?,
            1 => format!("\"+{} LAPS\"", u.arbitrary::<i8>()?),
            _ => "null".to_owned(),
        },
        FieldType::ResultTime => match u.int_in_range(0..=2)? {
            0 => number(u)?,
            1 => "\"+1 LAP\"".to_owned(),
            _ => format!("[{},null,{}]", number(u)?, number(u)?),
        },
        _ => Value::from(u.arbitrary::<String>()?).to_string(),
    })
}

fn number(u: &mut Unstructured<'_>) -> Result<String> {
    Ok(match u.int_in_range(0..=3)? {
        0 => u.arbitrary::<i64>()?.to_string(),
        1 => format!("{}.{}", u.arbitrary::<i16>()?, u.arbitrary::<u64>()?),
        2 => format!("{}e{}", u.arbitrary::<u32>()?, u.int_in_range(-340..=340)?),
        _ => format!("{}.{:03}", u.arbitrary::<u8>()?, u.int_in_range(0..=999)?),
    })
}

fn any(u: &mut Unstructured<'_>) -> Result<String> {
    const ODD: &[&str] = &[
        "null",
        "-0",
        "1.0",
        "1e3",
        "9223372036854775807",
        "9223372036854775808",
        "9007199254740993.0",
        "1e400",
        "[]",
        "[1.5]",
        "[null]",
        "{}",
        "{\"a\":[1]}",
        "\"\\ud800\"",
        "\"\\u0041\"",
        "\"\"",
        "\"12\"",
        "\"+1 LAP\"",
        "\"+ 3 LAPS\"",
        "\"2024-03-24\"",
        "\"2024-03-24T05:06:07\"",
        "\"9999-12-31T23:59:59+00:00\"",
        "[1,2,3,4]",
        "[ 1 , 2 ]",
        "\"nan\"",
        "-1.5",
    ];
    Ok(match u.int_in_range(0..=3)? {
        0 => number(u)?,
        1 => Value::from(u.arbitrary::<String>()?).to_string(),
        _ => (*u.choose(ODD)?).to_owned(),
    })
}

/// The fields of a row in order, as they came.
struct Fields(Vec<(String, Box<RawValue>)>);

impl<'de> serde::Deserialize<'de> for Fields {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Fields;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    fields.push(pair);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

/// The content of a cell; floats by their bits.
#[derive(Debug, Clone, PartialEq)]
enum Content {
    Null,
    Int(i64),
    Float(u64),
    Bool(bool),
    Text(String),
    List(Vec<Option<i64>>),
}

fn content(batch: &RecordBatch, column: usize, column_type: ColumnType) -> Content {
    let array = batch.column(column);
    if array.is_null(0) {
        return Content::Null;
    }
    match column_type {
        ColumnType::Bigint => Content::Int(array.as_primitive::<Int64Type>().value(0)),
        ColumnType::Double => Content::Float(array.as_primitive::<Float64Type>().value(0).to_bits()),
        ColumnType::Boolean => Content::Bool(array.as_boolean().value(0)),
        ColumnType::String => Content::Text(array.as_string::<i32>().value(0).to_owned()),
        ColumnType::Timestamp => Content::Int(array.as_primitive::<TimestampMicrosecondType>().value(0)),
        ColumnType::Date => Content::Int(i64::from(array.as_primitive::<Date32Type>().value(0))),
        ColumnType::BigintList => {
            Content::List(array.as_list::<i32>().value(0).as_primitive::<Int64Type>().iter().collect())
        }
    }
}

/// A JSON number as a float, read by Rust; none when it is beyond a float.
fn float(raw: &str) -> Option<f64> {
    let is_number = raw.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    if is_number { raw.parse().ok().filter(|value: &f64| value.is_finite()) } else { None }
}

fn int(raw: &str) -> Option<i64> {
    if let Ok(whole) = raw.parse::<i128>() {
        return i64::try_from(whole).ok();
    }
    let value = float(raw)?;
    (value.trunc() == value && value.abs() < 2_f64.powi(53)).then_some(value as i64)
}

fn text(raw: &str) -> Option<String> {
    match serde_json::from_str(raw) {
        Ok(Value::String(text)) => Some(text),
        _ => None,
    }
}

fn instant(raw: &str) -> Option<i64> {
    let text = text(raw)?;
    let time = text.parse::<jiff::Timestamp>().ok().or_else(|| {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        jiff::tz::TimeZone::UTC.to_timestamp(civil).ok()
    })?;
    Some(time.as_microsecond())
}

fn day(raw: &str) -> Option<i64> {
    let date: jiff::civil::Date = text(raw)?.parse().ok()?;
    let days = |date: jiff::civil::Date| {
        crate::clock::days_from_civil(date.year().into(), date.month().into(), date.day().into())
    };
    Some(days(date))
}

fn elements(raw: &str) -> Option<Vec<String>> {
    let list: Vec<Box<RawValue>> = serde_json::from_str(raw).ok()?;
    Some(list.iter().map(|item| item.get().to_owned()).collect())
}

fn laps(words: Option<&String>) -> Content {
    let Some(words) = words else { return Content::Null };
    let middle =
        words.strip_prefix('+').and_then(|rest| rest.strip_suffix(" LAP").or(rest.strip_suffix(" LAPS")));
    middle.and_then(|middle| middle.trim().parse().ok()).map_or(Content::Null, Content::Int)
}

/// What a field's columns must hold; `None`: it does not fit.
fn expected(field_type: FieldType, is_day: bool, raw: &str) -> Option<Vec<Content>> {
    let seconds = |raw: &str| float(raw).map_or(Content::Null, |value| Content::Float(value.to_bits()));
    Some(match field_type {
        _ if is_day => vec![Content::Int(day(raw)?)],
        FieldType::Int => vec![Content::Int(int(raw)?)],
        FieldType::Float => vec![Content::Float(float(raw)?.to_bits())],
        FieldType::Bool => vec![Content::Bool(match raw {
            "true" => true,
            "false" => false,
            _ => return None,
        })],
        FieldType::Time => vec![Content::Int(instant(raw)?)],
        FieldType::IntList => {
            let items: Option<Vec<Option<i64>>> = elements(raw)?
                .iter()
                .map(|item| {
                    if item == "null" {
                        Some(None)
                    } else if item == "-0" {
                        None
                    } else {
                        item.parse().ok().map(Some)
                    }
                })
                .collect();
            vec![Content::List(items?)]
        }
        FieldType::Gap => {
            let words = text(raw);
            let sent = words.clone().or(float(raw).map(|_| raw.to_owned()))?;
            vec![seconds(raw), laps(words.as_ref()), Content::Text(sent)]
        }
        FieldType::ResultTime => {
            let words = text(raw);
            let phases: Option<Vec<Content>> =
                elements(raw).filter(|items| items.len() <= 3).and_then(|items| {
                    items
                        .iter()
                        .map(|item| {
                            if item == "null" {
                                Some(Content::Null)
                            } else {
                                float(item).map(|value| Content::Float(value.to_bits()))
                            }
                        })
                        .collect()
                });
            let sent = words.clone().or((float(raw).is_some() || phases.is_some()).then(|| raw.to_owned()))?;
            let mut columns = vec![seconds(raw), laps(words.as_ref())];
            let mut phases = phases.unwrap_or_default().into_iter();
            columns.extend((0..3).map(|_| phases.next().unwrap_or(Content::Null)));
            columns.push(Content::Text(sent));
            columns
        }
        _ => vec![Content::Text(text(raw)?)],
    })
}

fn row_of(endpoint: Endpoint, row: &str) {
    let table = BronzeTable::of(endpoint);
    let origin =
        RowOrigin { session_key: SESSION, source_file: "f".to_owned(), extracted_at: 1, ingested_at: 2 };
    let mut decoder = Decoder::new(&table, origin);
    let outcome = decoder.push(row);
    let Ok(Fields(fields)) = serde_json::from_str::<Fields>(row) else {
        assert!(matches!(outcome, Err(Refusal::NoObject(_))), "{row}: {outcome:?}");
        assert_eq!(decoder.batch().unwrap().num_rows(), 0);
        return;
    };
    let known = |name: &str| table.fields.iter().any(|field| field.name == name);
    // Of a name that comes twice the last one counts, as JSON readers do it.
    let mut sent: BTreeMap<&str, &str> = BTreeMap::new();
    let mut rescued: Vec<(String, String)> = Vec::new();
    for (name, raw) in &fields {
        if known(name) {
            sent.insert(name, raw.get());
        } else if raw.get() != "null" {
            rescued.push((name.clone(), raw.get().to_owned()));
        }
    }
    sent.retain(|_, raw| *raw != "null");
    let mut unknown = std::mem::take(&mut rescued);

    let mut refusal = None;
    for field in &table.fields {
        let raw = sent.get(field.name).copied();
        let readable = match field.field_type {
            FieldType::Int => raw.and_then(int).is_some(),
            FieldType::Time => raw.and_then(instant).is_some(),
            _ => raw.is_some(),
        };
        if field.required && !readable {
            refusal = refusal.or(Some(Refusal::NoKey(field.name)));
        }
        if field.name == "session_key" && table.session_column == "session_key" {
            match raw.and_then(int) {
                Some(SESSION) => {}
                Some(key) => refusal = refusal.or(Some(Refusal::OtherSession(key))),
                None => refusal = refusal.or(Some(Refusal::NoKey("session_key"))),
            }
        }
    }
    assert_eq!(outcome.err(), refusal, "{row}");
    let batch = decoder.batch().unwrap();
    assert_eq!(batch.num_rows(), usize::from(refusal.is_none()));
    if refusal.is_some() {
        return;
    }

    for field in &table.fields {
        let raw = sent.get(field.name).copied();
        let columns = raw.and_then(|raw| expected(field.field_type, field.name == "batch_day", raw));
        if let (Some(raw), None) = (raw, &columns) {
            rescued.push((field.name.to_owned(), raw.to_owned()));
        }
        let count = match field.field_type {
            FieldType::Gap => 3,
            FieldType::ResultTime => 6,
            _ => 1,
        };
        let columns = columns.unwrap_or_else(|| vec![Content::Null; count]);
        for (offset, expected) in columns.into_iter().enumerate() {
            let column = &table.columns[field.first + offset];
            assert_eq!(
                content(&batch, field.first + offset, column.column_type),
                expected,
                "{}: {row}",
                column.name
            );
        }
    }
    rescued.append(&mut unknown);
    let last = table.columns.len() - 1;
    let kept = match content(&batch, last, ColumnType::String) {
        Content::Text(text) => {
            let Fields(pairs) = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
            pairs.into_iter().map(|(name, raw)| (name, raw.get().to_owned())).collect()
        }
        _ => Vec::new(),
    };
    assert_eq!(kept, rescued, "{row}");
    assert_eq!(decoder.rescued_rows(), u64::from(!rescued.is_empty()));
    for (column, expected) in
        [(last - 3, Content::Text("f".to_owned())), (last - 2, Content::Int(1)), (last - 1, Content::Int(2))]
    {
        assert_eq!(content(&batch, column, table.columns[column].column_type), expected);
    }
    if rescued.is_empty()
        && sent.len() == fields.iter().filter(|(name, raw)| known(name) && raw.get() != "null").count()
    {
        arrow_json(&table, &batch, &sent, row);
    }
}

/// `"2024-03-02T15:00:00.123456+00:00"`, with or without the fraction, and no 60th second.
fn as_the_api_prints(raw: &str) -> bool {
    let shape: String = raw.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let whole = "\"0000-00-00T00:00:00";
    [format!("{whole}+00:00\""), format!("{whole}.000000+00:00\"")].contains(&shape)
        && raw.contains("+00:00")
        && !raw.contains(":60")
}

/// arrow-json on the columns of one type: it reads plain numbers, text, lists, and instants as the API prints them.
/// The 60th second is the 59th for jiff and the next minute for arrow-json.
fn arrow_json(table: &BronzeTable, ours: &RecordBatch, sent: &BTreeMap<&str, &str>, row: &str) {
    let plain = |raw: &str| raw.len() < 19 && raw.parse::<i64>().is_ok();
    let mut fields = Vec::new();
    let mut columns = Vec::new();
    for field in &table.fields {
        let Some(raw) = sent.get(field.name) else { continue };
        let simple = match field.field_type {
            _ if field.name == "batch_day" => {
                raw.len() == 12 && raw.get(1..5).is_some_and(|year| year.parse::<u16>().is_ok())
            }
            FieldType::Int => plain(raw),
            FieldType::Float | FieldType::Bool | FieldType::IntList => true,
            FieldType::Time => as_the_api_prints(raw),
            FieldType::Gap | FieldType::ResultTime => false,
            _ => true,
        };
        if simple {
            let column = &table.columns[field.first];
            columns.push((field.first, column.column_type));
            let data_type = match column.column_type {
                // With a time zone it would need a table of zones.
                ColumnType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
                _ => ours.schema().field(field.first).data_type().clone(),
            };
            fields.push(Field::new(field.name, data_type, true));
        }
    }
    if fields.is_empty() {
        return;
    }
    let mut reader =
        arrow_json::ReaderBuilder::new(Arc::new(Schema::new(fields.clone()))).build_decoder().unwrap();
    let read = reader.decode(row.as_bytes()).unwrap_or_else(|error| panic!("{row}: {error}"));
    assert_eq!(read, row.len(), "{row}");
    let theirs = reader.flush().unwrap_or_else(|error| panic!("{row}: {error}")).unwrap();
    for (index, (column, column_type)) in columns.into_iter().enumerate() {
        let (ours, theirs) = (content(ours, column, column_type), content(&theirs, index, column_type));
        assert_eq!(ours, theirs, "{}: {row}", fields[index].name());
    }
}
