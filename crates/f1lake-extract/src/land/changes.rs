//! Differences between landed and current data, by primary key.

use super::records::{Key, KeyPart, key_of};
use crate::error::ExtractError;
use crate::report::Changes;
use f1lake_zone::{Rows, ZoneError};
use openf1_client::Endpoint;
use openf1_client::field::{FieldType, parse_time};
use serde_json::{Map, Value};
use std::cmp::Ordering;

/// Compares two landing files of an endpoint, both sorted by key.
pub(crate) fn compare(endpoint: Endpoint, old: &mut Rows, new: &mut Rows) -> Result<Changes, ExtractError> {
    let damaged = |error: serde_json::Error| ZoneError::Damaged {
        path: endpoint.landing_name().to_owned(),
        detail: error.to_string(),
        advice: "run `f1lake verify`",
    };
    let key =
        |text: &str| -> Result<Key, ExtractError> { Ok(key_of(endpoint.spec(), text).map_err(damaged)?) };
    let object = |text: &str| -> Result<Map<String, Value>, ExtractError> {
        Ok(serde_json::from_str(text).map_err(damaged)?)
    };
    let mut changes = Changes::default();
    let (mut left, mut right) = (old.next().transpose()?, new.next().transpose()?);
    loop {
        let order = match (&left, &right) {
            (None, None) => return Ok(changes),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            // Nearly all rows are the same: only the others are parsed.
            (Some(a), Some(b)) if a == b => Ordering::Equal,
            (Some(a), Some(b)) => {
                let (a_key, b_key) = (key(a)?, key(b)?);
                let order = a_key.cmp(&b_key);
                if order == Ordering::Equal {
                    let fields = differing(endpoint, &object(a)?, &object(b)?);
                    if !fields.is_empty() {
                        changes.changed += 1;
                        changes.example(|| format!("~ {}: {}", words(endpoint, &a_key), fields.join(", ")));
                    }
                }
                order
            }
        };
        if order.is_lt()
            && let Some(a) = &left
        {
            changes.removed += 1;
            let a_key = key(a)?;
            changes.example(|| format!("- {}", words(endpoint, &a_key)));
        }
        if order.is_gt()
            && let Some(b) = &right
        {
            changes.added += 1;
            let b_key = key(b)?;
            changes.example(|| format!("+ {}", words(endpoint, &b_key)));
        }
        if order.is_le() {
            left = old.next().transpose()?;
        }
        if order.is_ge() {
            right = new.next().transpose()?;
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
