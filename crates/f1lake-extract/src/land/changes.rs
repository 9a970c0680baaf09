//! Differences between landed and current data, by primary key.

use super::records::{Key, KeyPart, key_of};
use crate::error::ExtractError;
use crate::report::Changes;
use f1lake_zone::{Rows, ZoneError};
use openf1_client::Endpoint;
use openf1_client::field::{FieldType, parse_time};
use serde_json::{Map, Value};
use std::cmp::Ordering;

struct Row {
    key: Key,
    object: Map<String, Value>,
}

fn next(endpoint: Endpoint, rows: &mut Rows) -> Result<Option<Row>, ExtractError> {
    let Some(text) = rows.next().transpose()? else { return Ok(None) };
    let damaged = |error: serde_json::Error| ZoneError::Damaged {
        path: endpoint.landing_name().to_owned(),
        detail: error.to_string(),
        advice: "run `f1lake verify`",
    };
    let key = key_of(endpoint.spec(), &text).map_err(damaged)?;
    let object: Map<String, Value> = serde_json::from_str(&text).map_err(damaged)?;
    Ok(Some(Row { key, object }))
}

/// Compares two landing files of an endpoint, both sorted by key.
pub(crate) fn compare(endpoint: Endpoint, old: &mut Rows, new: &mut Rows) -> Result<Changes, ExtractError> {
    let mut changes = Changes::default();
    let mut left = next(endpoint, old)?;
    let mut right = next(endpoint, new)?;
    loop {
        let order = match (&left, &right) {
            (None, None) => return Ok(changes),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.key.cmp(&b.key),
        };
        if order == Ordering::Equal {
            if let (Some(a), Some(b)) = (&left, &right) {
                let fields = differing(endpoint, &a.object, &b.object);
                if !fields.is_empty() {
                    changes.changed += 1;
                    changes.example(|| format!("~ {}: {}", words(endpoint, &a.key), fields.join(", ")));
                }
            }
            left = next(endpoint, old)?;
            right = next(endpoint, new)?;
        } else if order == Ordering::Less {
            if let Some(a) = &left {
                changes.removed += 1;
                changes.example(|| format!("- {}", words(endpoint, &a.key)));
            }
            left = next(endpoint, old)?;
        } else {
            if let Some(b) = &right {
                changes.added += 1;
                changes.example(|| format!("+ {}", words(endpoint, &b.key)));
            }
            right = next(endpoint, new)?;
        }
    }
}

/// Fields that differ, as `name old -> new`; null equals absent.
fn differing(endpoint: Endpoint, old: &Map<String, Value>, new: &Map<String, Value>) -> Vec<String> {
    let absent = Value::Null;
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .filter_map(|name| {
            let before = old.get(name).unwrap_or(&absent);
            let after = new.get(name).unwrap_or(&absent);
            (!same_value(endpoint, name, before, after)).then(|| format!("{name} {before} -> {after}"))
        })
        .collect()
}

fn same_value(endpoint: Endpoint, name: &str, a: &Value, b: &Value) -> bool {
    if a == b {
        return true;
    }
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::String(a), Value::String(b)) => {
            endpoint.spec().field(name).is_some_and(|field| field.field_type == FieldType::Time)
                && parse_time(a).is_some_and(|time| parse_time(b) == Some(time))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(endpoint, name, a, b))
        }
        _ => false,
    }
}

fn words(endpoint: Endpoint, key: &[KeyPart]) -> String {
    let part = |part: &KeyPart| match part {
        KeyPart::Null => "null".to_owned(),
        KeyPart::Int(number) => number.to_string(),
        KeyPart::Time(micros) => jiff::Timestamp::from_microsecond(*micros)
            .map_or_else(|_| micros.to_string(), |time| time.to_string()),
        KeyPart::Text(text) => text.to_string(),
    };
    endpoint
        .spec()
        .key
        .iter()
        .zip(key)
        .filter(|(name, _)| **name != "session_key")
        .map(|(name, value)| format!("{name}={}", part(value)))
        .collect::<Vec<_>>()
        .join(" ")
}
