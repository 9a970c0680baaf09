//! Types of settings: what each expects, and how its text and the values of a file are read.

use super::choices::Choice;
use super::expected::{COUNT, DAY, KEY, NUMBER, SEASON, SECONDS, parser};
use crate::nearest::nearest;
use figment::value::Value;
use jiff::civil::Date;
use openf1_client::Endpoint;
use serde::{Deserialize, Deserializer, Serialize};
use std::path::PathBuf;
use std::str::FromStr;

/// How many values a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One value.
    One,
    /// An array, text with commas, or a flag that may be repeated.
    List,
    /// True or false; its flag takes no value.
    Switch,
}

/// A type that a setting can have.
pub(super) trait Kind: Sized {
    const SHAPE: Shape = Shape::One;
    /// What is expected instead of a wrong value.
    const EXPECTED: &'static str;

    /// All values, where there are only a few.
    fn choices() -> Vec<Choice> {
        Vec::new()
    }

    /// The text of a flag, or of one element of a list; the error says what is expected.
    fn read(text: &str) -> Result<Value, String>;

    /// A value of any layer.
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// Text as a value of a type.
fn read<T: FromStr + Serialize>(text: &str, expected: &'static str) -> Result<Value, String> {
    Value::serialize(parser::<T>(expected)(text)?).map_err(|error| error.to_string())
}

macro_rules! kinds {
    ($($type:ty, $shape:ident, $expected:expr;)+) => {
        $(kinds!(@one $type, $type, $shape, $expected); kinds!(@one Option<$type>, $type, $shape, $expected);)+
    };
    (@one $kind:ty, $type:ty, $shape:ident, $expected:expr) => {
        impl Kind for $kind {
            const SHAPE: Shape = Shape::$shape;
            const EXPECTED: &'static str = $expected;

            fn read(text: &str) -> Result<Value, String> {
                read::<$type>(text, $expected)
            }

            fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::deserialize(deserializer)
            }
        }
    };
}

kinds! {
    bool, Switch, "true or false";
    f64, One, SECONDS;
    i16, One, SEASON;
    u32, One, NUMBER;
    u64, One, NUMBER;
    usize, One, COUNT;
    PathBuf, One, "text in quotes";
    String, One, "text in quotes";
}

impl Kind for Option<Date> {
    const EXPECTED: &'static str = DAY;

    fn read(text: &str) -> Result<Value, String> {
        read::<Date>(text, DAY)
    }

    /// Text, or a TOML date.
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Vec::<Date>::decode(deserializer)?.as_slice() {
            [] => Ok(None),
            [day] => Ok(Some(*day)),
            _ => Err(serde::de::Error::custom("expected one day, such as 2024-03-24")),
        }
    }
}

/// An element of a list.
pub(super) trait Item: FromStr + Serialize {
    const EXPECTED: &'static str;

    fn choices() -> Vec<Choice> {
        Vec::new()
    }

    /// What is wrong with a text that cannot be parsed.
    fn refusal(_text: &str) -> String {
        format!("expected {}", Self::EXPECTED)
    }
}

impl Item for String {
    const EXPECTED: &'static str = "text";
}

impl Item for i64 {
    const EXPECTED: &'static str = KEY;
}

impl Item for Date {
    const EXPECTED: &'static str = DAY;
}

impl Item for Endpoint {
    const EXPECTED: &'static str = "an endpoint such as laps";

    fn choices() -> Vec<Choice> {
        Self::ALL.iter().map(|endpoint| Choice { name: endpoint.name(), help: "" }).collect()
    }

    fn refusal(text: &str) -> String {
        let names = Self::ALL.iter().flat_map(|endpoint| [endpoint.name(), endpoint.landing_name()]);
        let hint =
            nearest(text, names, 0.8).map(|name| format!("did you mean `{name}`?")).unwrap_or_else(|| {
                let all: Vec<&str> = Self::ALL.iter().map(|endpoint| endpoint.name()).collect();
                format!("available endpoints: {}", all.join(", "))
            });
        format!("endpoint `{text}` does not exist\nhint: {hint}")
    }
}

impl<T: Item> Kind for Vec<T> {
    const SHAPE: Shape = Shape::List;
    const EXPECTED: &'static str = T::EXPECTED;

    fn choices() -> Vec<Choice> {
        T::choices()
    }

    fn read(text: &str) -> Result<Value, String> {
        let item: T = text.trim().parse().map_err(|_| T::refusal(text))?;
        Value::serialize(item).map_err(|error| error.to_string())
    }

    /// An array, comma-separated text, or a single value.
    fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let item = |text: &String| text.parse().map_err(|_| found(T::refusal(text), text));
        texts(<Value as Deserialize>::deserialize(deserializer)?)
            .and_then(|texts| texts.iter().map(item).collect())
            .map_err(serde::de::Error::custom)
    }
}

/// A refusal that names the wrong element of a list.
fn found(refusal: String, text: &str) -> String {
    if refusal.contains(&format!("`{text}`")) {
        return refusal;
    }
    let (problem, hint) = refusal.split_once('\n').map_or((refusal.as_str(), None), |(p, h)| (p, Some(h)));
    format!("{problem}, found `{text}`{}", hint.map(|hint| format!("\n{hint}")).unwrap_or_default())
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
