//! Types of settings: what each expects, and how its text and the values of a file are read.

use super::expected::{COUNT, DAY, KEY, NUMBER, SEASON, SECONDS, parser};
use crate::nearest::nearest;
use figment::value::Value;
use jiff::civil::Date;
use openf1_client::Endpoint;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use std::path::PathBuf;
use std::str::FromStr;

/// How many values a setting takes.
///
/// ```
/// use f1lake::config::{Setting, Shape};
///
/// assert_eq!(Setting::named("countries")?.shape, Shape::List);
/// # Ok::<(), f1lake::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One value.
    One,
    /// An array, text with commas, or a flag that may be repeated.
    List,
    /// True or false; its flag takes no value.
    Switch,
}

/// A value that a setting can have.
///
/// ```
/// use f1lake::config::{Choice, Setting};
///
/// let choices: Vec<Choice> = Setting::named("order")?.choices();
/// assert_eq!(choices.iter().map(|choice| choice.name).collect::<Vec<_>>(), ["latest", "oldest"]);
/// # Ok::<(), f1lake::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// As it is written.
    pub name: &'static str,
    /// What it means, for help; may be empty.
    pub help: &'static str,
}

/// How one value of a setting is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    /// What is expected instead of a wrong value.
    pub(super) expected: &'static str,
    /// All values, where there are only a few.
    pub(super) choices: fn() -> Vec<Choice>,
    /// The text of a flag, or of one element of a list; the error says what is expected.
    pub(super) read: fn(&str) -> Result<Value, String>,
}

/// A type that a setting can have.
pub(super) trait Kind: DeserializeOwned {
    const SHAPE: Shape = Shape::One;
    const ITEM: Item;

    /// A value of any layer.
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }

    /// A value of any layer that may be unset.
    fn decode_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Option::<Self>::deserialize(deserializer)
    }
}

/// Text as a value of a type.
fn read<T: FromStr + Serialize>(text: &str, expected: &'static str) -> Result<Value, String> {
    Value::serialize(parser::<T>(expected)(text)?).map_err(|error| error.to_string())
}

macro_rules! kinds {
    ($($type:ty, $shape:ident, $expected:expr;)+) => {
        $(
            impl Kind for $type {
                const SHAPE: Shape = Shape::$shape;
                const ITEM: Item = Item {
                    expected: $expected,
                    choices: Vec::new,
                    read: |text| read::<$type>(text, $expected),
                };
            }
        )+
    };
}

kinds! {
    bool, Switch, "true or false";
    f64, One, SECONDS;
    i16, One, SEASON;
    i64, One, KEY;
    u32, One, NUMBER;
    u64, One, NUMBER;
    usize, One, COUNT;
    PathBuf, One, "text in quotes";
    String, One, "text in quotes";
}

impl Kind for Date {
    const ITEM: Item = Item { expected: DAY, choices: Vec::new, read: |text| read::<Self>(text, DAY) };

    /// Text, or a TOML date.
    fn decode_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        match Vec::<Self>::decode(deserializer)?.as_slice() {
            [] => Ok(None),
            [day] => Ok(Some(*day)),
            _ => Err(serde::de::Error::custom("expected one day, such as 2024-03-24")),
        }
    }
}

impl Kind for Endpoint {
    const ITEM: Item = Item {
        expected: "an endpoint such as laps",
        choices: || Self::ALL.iter().map(|endpoint| Choice { name: endpoint.name(), help: "" }).collect(),
        read: read_endpoint,
    };
}

fn read_endpoint(text: &str) -> Result<Value, String> {
    read::<Endpoint>(text, Endpoint::ITEM.expected).map_err(|_| {
        let names = Endpoint::ALL.iter().flat_map(|endpoint| [endpoint.name(), endpoint.landing_name()]);
        let all = || Endpoint::ALL.iter().map(|endpoint| endpoint.name()).collect::<Vec<_>>().join(", ");
        let hint = match nearest(text, names, 0.8) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("available endpoints: {}", all()),
        };
        format!("endpoint `{text}` does not exist\nhint: {hint}")
    })
}

impl<T: Kind> Kind for Option<T> {
    const SHAPE: Shape = T::SHAPE;
    const ITEM: Item = T::ITEM;

    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::decode_option(deserializer)
    }
}

impl<T: Kind> Kind for Vec<T> {
    const SHAPE: Shape = Shape::List;
    const ITEM: Item = T::ITEM;

    /// An array, comma-separated text, or a single value.
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let item = |text: &String| {
            let value = (T::ITEM.read)(text).map_err(|refusal| found(&refusal, text))?;
            value.deserialize().map_err(|error| error.to_string())
        };
        texts(<Value as Deserialize>::deserialize(deserializer)?)
            .and_then(|texts| texts.iter().map(item).collect())
            .map_err(serde::de::Error::custom)
    }
}

/// A refusal that names the wrong element of a list.
fn found(refusal: &str, text: &str) -> String {
    if refusal.contains(&format!("`{text}`")) {
        return refusal.to_owned();
    }
    let (problem, hint) = refusal.split_at(refusal.find('\n').unwrap_or(refusal.len()));
    format!("{problem}, found `{text}`{hint}")
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
