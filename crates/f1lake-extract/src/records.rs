//! Rows of an answer as their own text: keyed, sorted, deduplicated, enriched. Values are never re-printed.

use openf1_client::Endpoint;
use openf1_client::endpoint::EndpointSpec;
use openf1_client::field::{FieldType, parse_time};
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// A part of a primary key; nulls sort first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum KeyPart {
    Null,
    Int(i64),
    /// Unix microseconds.
    Time(i64),
    Text(String),
}

/// A primary key.
pub(crate) type Key = Box<[KeyPart]>;

/// A row, as text.
#[derive(Debug, Clone)]
pub(crate) struct Record<'a> {
    pub(crate) key: Key,
    pub(crate) text: Cow<'a, str>,
}

fn key_part(field_type: FieldType, raw: &str) -> KeyPart {
    if raw == "null" {
        return KeyPart::Null;
    }
    if let Ok(number) = raw.parse() {
        return KeyPart::Int(number);
    }
    if raw.starts_with('"')
        && let Ok(text) = serde_json::from_str::<String>(raw)
    {
        return match (field_type, parse_time(&text)) {
            (FieldType::Time, Some(time)) => KeyPart::Time(time.as_microsecond()),
            _ => KeyPart::Text(text),
        };
    }
    KeyPart::Text(raw.to_owned())
}

struct KeyOf(&'static EndpointSpec);

impl<'de> DeserializeSeed<'de> for KeyOf {
    type Value = Key;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for KeyOf {
    type Value = Key;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Key, A::Error> {
        let mut key: Key = vec![KeyPart::Null; self.0.key.len()].into_boxed_slice();
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            match self.0.key.iter().position(|field| *field == name) {
                Some(index) => {
                    let raw: &RawValue = map.next_value()?;
                    let field_type = self.0.field(&name).map_or(FieldType::Text, |field| field.field_type);
                    key[index] = key_part(field_type, raw.get());
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(key)
    }
}

/// The key of one row.
pub(crate) fn key_of(spec: &'static EndpointSpec, text: &str) -> Result<Key, serde_json::Error> {
    KeyOf(spec).deserialize(&mut serde_json::Deserializer::from_str(text))
}

/// The rows of a JSON array.
pub(crate) fn read<'a>(endpoint: Endpoint, body: &'a str) -> Result<Vec<Record<'a>>, serde_json::Error> {
    let spec = endpoint.spec();
    let rows: Vec<&'a RawValue> = serde_json::from_str(body)?;
    rows.into_iter()
        .map(|row| Ok(Record { key: key_of(spec, row.get())?, text: Cow::Borrowed(row.get()) }))
        .collect()
}

/// How many rows tidying took away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tidied {
    pub(crate) duplicates_dropped: u64,
    pub(crate) merged: u64,
}

/// Sorts by key (and text, so that the same rows give the same bytes), drops exact duplicates, and merges
/// drivers of which one row only holds nulls where the other holds values.
pub(crate) fn tidy(endpoint: Endpoint, records: &mut Vec<Record<'_>>) -> Tidied {
    let mut tidied = Tidied::default();
    records.sort_unstable_by(|a, b| a.key.cmp(&b.key).then_with(|| a.text.cmp(&b.text)));
    records.dedup_by(|later, earlier| {
        if later.key != earlier.key {
            return false;
        }
        if same_row(&later.text, &earlier.text) {
            tidied.duplicates_dropped += 1;
            return true;
        }
        if endpoint == Endpoint::Drivers
            && let Some(merged) = merge(&earlier.text, &later.text)
        {
            earlier.text = Cow::Owned(merged);
            tidied.merged += 1;
            return true;
        }
        false
    });
    tidied
}

fn same_row(a: &str, b: &str) -> bool {
    a == b
        || match (serde_json::from_str::<Value>(a), serde_json::from_str::<Value>(b)) {
            (Ok(a), Ok(b)) => a == b,
            _ => false,
        }
}

/// One row from two of the same driver, when they contradict each other nowhere.
fn merge(a: &str, b: &str) -> Option<String> {
    let a: Map<String, Value> = serde_json::from_str(a).ok()?;
    let b: Map<String, Value> = serde_json::from_str(b).ok()?;
    let (mut whole, part) =
        if a.values().filter(|v| v.is_null()).count() <= b.values().filter(|v| v.is_null()).count() {
            (a, b)
        } else {
            (b, a)
        };
    for (name, value) in part {
        match whole.get(&name) {
            Some(Value::Null) | None => {
                whole.insert(name, value);
            }
            // Colours come in both cases.
            Some(Value::String(kept)) if value.as_str().is_some_and(|v| v.eq_ignore_ascii_case(kept)) => {}
            Some(kept) if value.is_null() || *kept == value => {}
            Some(_) => return None,
        }
    }
    serde_json::to_string(&whole).ok()
}

/// What every landed record carries beside the API's fields.
#[derive(Debug, Clone)]
pub(crate) struct Enrichment {
    pub(crate) session_key: i64,
    pub(crate) session_name: String,
    pub(crate) batch_day: String,
    /// Set when all rows are of one driver.
    pub(crate) driver_number: Option<i64>,
}

impl Enrichment {
    /// The row's text with the fields it lacks appended.
    pub(crate) fn apply(&self, text: &str) -> Result<String, serde_json::Error> {
        let present: Present = serde_json::from_str(text)?;
        let body = text.trim_end().strip_suffix('}').unwrap_or(text).trim_end();
        let mut out = String::with_capacity(text.len() + 64);
        out.push_str(body);
        let mut first = body.ends_with('{');
        let mut append = |name: &str, value: &Value| {
            if !first {
                out.push(',');
            }
            first = false;
            out.push_str(&Value::from(name).to_string());
            out.push(':');
            out.push_str(&value.to_string());
        };
        if !present.session_key {
            append("session_key", &Value::from(self.session_key));
        }
        if let Some(number) = self.driver_number
            && !present.driver_number
        {
            append("driver_number", &Value::from(number));
        }
        if !present.session_name {
            append("session_name", &Value::from(self.session_name.as_str()));
        }
        if !present.batch_day {
            append("batch_day", &Value::from(self.batch_day.as_str()));
        }
        out.push('}');
        Ok(out)
    }
}

#[derive(Default)]
struct Present {
    session_key: bool,
    driver_number: bool,
    session_name: bool,
    batch_day: bool,
}

impl<'de> serde::Deserialize<'de> for Present {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Present;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a row")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Present, A::Error> {
                let mut present = Present::default();
                while let Some(name) = map.next_key::<Cow<'de, str>>()? {
                    match name.as_ref() {
                        "session_key" => present.session_key = true,
                        "driver_number" => present.driver_number = true,
                        "session_name" => present.session_name = true,
                        "batch_day" => present.batch_day = true,
                        _ => {}
                    }
                    map.next_value::<IgnoredAny>()?;
                }
                Ok(present)
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(records: &[Record<'_>]) -> Vec<String> {
        records.iter().map(|record| record.text.to_string()).collect()
    }

    #[test]
    fn rows_are_sorted_by_instant_not_by_text() {
        let body = r#"[{"session_key":1,"driver_number":4,"date":"2024-01-01T00:00:01+00:00"},
            {"session_key":1,"driver_number":4,"date":"2024-01-01T00:00:00.500000+00:00"},
            {"session_key":1,"driver_number":1,"date":"2024-01-01T00:00:09.1"}]"#;
        let mut records = read(Endpoint::Location, body).unwrap();
        tidy(Endpoint::Location, &mut records);
        let order: Vec<_> = records.iter().map(|record| record.key[1..].to_vec()).collect();
        assert_eq!(order[0][0], KeyPart::Int(1));
        assert!(order[1][1] < order[2][1]);
    }

    #[test]
    fn duplicates_go_and_contradictions_stay() {
        let body = r#"[{"session_key":1,"driver_number":4,"lap_number":1,"st_speed":300},
            {"lap_number":1,"session_key":1,"driver_number":4,"st_speed":300},
            {"session_key":1,"driver_number":4,"lap_number":1,"st_speed":301}]"#;
        let mut records = read(Endpoint::Laps, body).unwrap();
        assert_eq!(tidy(Endpoint::Laps, &mut records), Tidied { duplicates_dropped: 1, merged: 0 });
        assert_eq!(records.len(), 2);
    }

    #[test]
    fn half_null_drivers_are_merged() {
        let body = r#"[{"session_key":1,"driver_number":4,"full_name":null,"team_colour":"ff8000","country_code":"GBR"},
            {"session_key":1,"driver_number":4,"full_name":"Lando NORRIS","team_colour":"FF8000","country_code":null}]"#;
        let mut records = read(Endpoint::Drivers, body).unwrap();
        assert_eq!(tidy(Endpoint::Drivers, &mut records).merged, 1);
        let row: Value = serde_json::from_str(&texts(&records)[0]).unwrap();
        assert_eq!(row["full_name"], "Lando NORRIS");
        assert_eq!(row["country_code"], "GBR");
    }

    #[test]
    fn enrichment_appends_only_what_is_missing_and_keeps_the_text() {
        let enrichment = Enrichment {
            session_key: 7,
            session_name: "Race \"A\"".to_owned(),
            batch_day: "2024-03-24".to_owned(),
            driver_number: None,
        };
        assert_eq!(
            enrichment.apply(r#"{"session_key":7,"x":1.50e0 }"#).unwrap(),
            r#"{"session_key":7,"x":1.50e0,"session_name":"Race \"A\"","batch_day":"2024-03-24"}"#
        );
        assert_eq!(
            enrichment.apply(r#"{"session_name":"Race","session_key":7,"batch_day":"x"}"#).unwrap(),
            r#"{"session_name":"Race","session_key":7,"batch_day":"x"}"#
        );
        assert!(serde_json::from_str::<Value>(&enrichment.apply("{}").unwrap()).is_ok());
    }
}
