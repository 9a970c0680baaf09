//! Settings that are lists: an array, text with commas, or a single value.

use crate::nearest::nearest;
use figment::value::Value;
use jiff::civil::Date;
use openf1_client::Endpoint;
use serde::{Deserialize, Deserializer};

/// An element of a list.
pub(super) trait Item: Sized {
    /// Parses one, or returns what is expected.
    fn read(text: &str) -> Result<Self, String>;
}

impl Item for String {
    fn read(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }
}

impl Item for i64 {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| {
            format!("expected keys such as 9488, found `{text}`\nhint: `f1lake sessions` lists the keys")
        })
    }
}

impl Item for Date {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("expected a day such as 2024-03-24, found `{text}`"))
    }
}

impl Item for Endpoint {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| {
            let names = Self::ALL.iter().flat_map(|endpoint| [endpoint.name(), endpoint.landing_name()]);
            match nearest(text, names, 0.8) {
                Some(name) => format!("endpoint `{text}` does not exist\nhint: did you mean `{name}`?"),
                None => {
                    let all: Vec<&str> = Self::ALL.iter().map(|endpoint| endpoint.name()).collect();
                    format!("endpoint `{text}` does not exist\nhint: available endpoints: {}", all.join(", "))
                }
            }
        })
    }
}

/// Parses a list: an array, comma-separated text, or a single value.
pub(super) fn list<'de, D: Deserializer<'de>, T: Item>(deserializer: D) -> Result<Vec<T>, D::Error> {
    texts(<Value as Deserialize>::deserialize(deserializer)?)
        .and_then(|texts| texts.iter().map(|text| T::read(text)).collect())
        .map_err(serde::de::Error::custom)
}

/// Parses a day: text, or a TOML date.
pub(super) fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    let days: Vec<Date> = list(deserializer)?;
    match days.as_slice() {
        [] => Ok(None),
        [day] => Ok(Some(*day)),
        _ => Err(serde::de::Error::custom("expected one day, such as 2024-03-24")),
    }
}

fn texts(value: Value) -> Result<Vec<String>, String> {
    match value {
        Value::String(_, text) => {
            Ok(text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect())
        }
        Value::Array(_, values) => {
            let lists: Vec<Vec<String>> = values.into_iter().map(texts).collect::<Result<_, _>>()?;
            Ok(lists.into_iter().flatten().collect())
        }
        Value::Num(_, number) => number
            .to_i128()
            .map(|number| vec![number.to_string()])
            .or_else(|| number.to_u128().map(|number| vec![number.to_string()]))
            .ok_or_else(|| "expected a list, found a fraction".to_owned()),
        // An unquoted date of TOML arrives as a table with its text.
        Value::Dict(_, dict) if dict.len() == 1 => {
            let inner = dict.into_values().next();
            match inner {
                Some(Value::String(_, text)) => Ok(vec![text]),
                _ => Err("expected a list, found a table".to_owned()),
            }
        }
        Value::Empty(..) => Ok(Vec::new()),
        _ => Err("expected a list, or text with commas".to_owned()),
    }
}
