//! Rows of a response as their own text: keyed, sorted, deduplicated, enriched. Values are never reformatted.

use crate::select::calendar::Calendar;
use f1lake_zone::{ADDED, OF_ALL};
use openf1_client::Endpoint;
use openf1_client::endpoint::EndpointSpec;
use openf1_client::field::{FieldName, FieldType, parse_time_us};
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use smallvec::{SmallVec, smallvec};
use std::borrow::Cow;

/// A part of a primary key; nulls sort first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum KeyPart {
    Null,
    Int(i64),
    /// Unix microseconds.
    Time(i64),
    Text(Box<str>),
}

/// A primary key. Keys of telemetry have three parts and are stored inline: one allocation for each of a
/// response's 80,000 rows would fragment the memory.
pub(crate) type Key = SmallVec<[KeyPart; 3]>;

/// A row, as text.
#[derive(Debug, Clone)]
pub(crate) struct Record<'a> {
    pub(crate) key: Key,
    pub(crate) text: Cow<'a, str>,
    /// Fields of the enrichment that it already has.
    present: Present,
}

/// Whether a row has each field of [`ADDED`].
type Present = [bool; ADDED.len()];

fn key_part(field_type: FieldType, raw: &str) -> KeyPart {
    if raw == "null" {
        return KeyPart::Null;
    }
    if let Ok(number) = raw.parse() {
        return KeyPart::Int(number);
    }
    if raw.starts_with('"')
        && let Ok(FieldName(text)) = serde_json::from_str(raw)
    {
        let time = if field_type == FieldType::Time { parse_time_us(&text) } else { None };
        return time.map_or_else(|| KeyPart::Text(text.into()), KeyPart::Time);
    }
    KeyPart::Text(raw.into())
}

/// Reads the key of a row and its fields of the enrichment.
struct Scan(&'static EndpointSpec);

impl<'de> DeserializeSeed<'de> for Scan {
    type Value = (Key, Present);

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Scan {
    type Value = (Key, Present);

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut key: Key = smallvec![KeyPart::Null; self.0.key.len()];
        let mut present = Present::default();
        while let Some(FieldName(name)) = map.next_key()? {
            if let Some(index) = ADDED.iter().position(|field| field.name == name) {
                present[index] = true;
            }
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
        Ok((key, present))
    }
}

/// The key of one row.
pub(crate) fn key_of(spec: &'static EndpointSpec, text: &str) -> Result<Key, serde_json::Error> {
    Ok(Record::read(spec, text)?.key)
}

impl<'a> Record<'a> {
    /// A row from its text, a JSON object.
    pub(crate) fn read(spec: &'static EndpointSpec, text: &'a str) -> Result<Self, serde_json::Error> {
        let (key, present) = Scan(spec).deserialize(&mut serde_json::Deserializer::from_str(text))?;
        Ok(Self { key, text: Cow::Borrowed(text), present })
    }
}

/// Adds the rows of a JSON array to others.
pub(crate) fn read_into<'a>(
    endpoint: Endpoint,
    body: &'a str,
    records: &mut Vec<Record<'a>>,
) -> Result<(), serde_json::Error> {
    let spec = endpoint.spec();
    let rows: Vec<&'a RawValue> = serde_json::from_str(body)?;
    records.reserve_exact(rows.len());
    for row in rows {
        records.push(Record::read(spec, row.get())?);
    }
    Ok(())
}

/// Number of rows that tidying removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tidied {
    pub(crate) duplicates_dropped: u64,
    pub(crate) merged: u64,
}

/// Sorts by key (and text, so that the same rows give the same bytes), drops exact duplicates, and merges
/// drivers where one row has nulls and the other has values.
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
            for (has, other) in earlier.present.iter_mut().zip(later.present) {
                *has |= other;
            }
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

/// Merges two rows of a driver, if they do not contradict each other.
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
            // Colours occur in both cases.
            Some(Value::String(kept)) if value.as_str().is_some_and(|v| v.eq_ignore_ascii_case(kept)) => {}
            Some(kept) if value.is_null() || *kept == value => {}
            Some(_) => return None,
        }
    }
    serde_json::to_string(&whole).ok()
}

/// The values added to every landed record.
#[derive(Debug, Clone)]
pub(crate) struct Enrichment {
    /// `,"name":value` of each field, ready to append; empty where there is none.
    additions: [String; ADDED.len()],
}

impl Enrichment {
    pub(crate) fn new(session_key: i64, session_name: &str, batch_day: &str) -> Self {
        let mut enrichment = Self { additions: Default::default() };
        let values = [Value::from(session_key), Value::from(session_name), Value::from(batch_day)];
        enrichment.set(0, values);
        enrichment
    }

    /// Adds the calendar of the season.
    pub(crate) fn with_calendar(mut self, calendar: Calendar) -> Self {
        let Calendar { meetings, races, sprints } = calendar;
        self.set(OF_ALL, [Value::from(meetings), Value::from(races), Value::from(sprints)]);
        self
    }

    fn set(&mut self, first: usize, values: [Value; 3]) {
        for ((addition, field), value) in self.additions[first..].iter_mut().zip(&ADDED[first..]).zip(values)
        {
            *addition = format!(",{}:{value}", Value::from(field.name));
        }
    }

    /// The record's text with the missing fields appended.
    pub(crate) fn apply(&self, record: &Record<'_>) -> String {
        let text = record.text.trim_end();
        let body = text.strip_suffix('}').unwrap_or(text).trim_end();
        let mut out =
            String::with_capacity(text.len() + self.additions.iter().map(String::len).sum::<usize>());
        out.push_str(body);
        for (addition, present) in self.additions.iter().zip(record.present) {
            if !present {
                out.push_str(addition.strip_prefix(',').filter(|_| out.ends_with('{')).unwrap_or(addition));
            }
        }
        out.push('}');
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use f1lake_zone::added_fields;

    fn read(endpoint: Endpoint, body: &str) -> Vec<Record<'_>> {
        let mut records = Vec::new();
        read_into(endpoint, body, &mut records).unwrap();
        records
    }

    fn texts(records: &[Record<'_>]) -> Vec<String> {
        records.iter().map(|record| record.text.to_string()).collect()
    }

    #[test]
    fn rows_are_sorted_by_instant_not_by_text() {
        let body = r#"[{"session_key":1,"driver_number":4,"date":"2024-01-01T00:00:01+00:00"},
            {"session_key":1,"driver_number":4,"date":"2024-01-01T00:00:00.500000+00:00"},
            {"session_key":1,"driver_number":1,"date":"2024-01-01T00:00:09.1"}]"#;
        let mut records = read(Endpoint::Location, body);
        tidy(Endpoint::Location, &mut records);
        let order: Vec<_> = records.iter().map(|record| record.key[1..].to_vec()).collect();
        assert_eq!(order[0][0], KeyPart::Int(1));
        assert!(order[1][1] < order[2][1]);
    }

    #[test]
    fn exact_duplicates_are_dropped_contradictions_kept() {
        let body = r#"[{"session_key":1,"driver_number":4,"lap_number":1,"st_speed":300},
            {"lap_number":1,"session_key":1,"driver_number":4,"st_speed":300},
            {"session_key":1,"driver_number":4,"lap_number":1,"st_speed":301}]"#;
        let mut records = read(Endpoint::Laps, body);
        assert_eq!(tidy(Endpoint::Laps, &mut records), Tidied { duplicates_dropped: 1, merged: 0 });
        assert_eq!(records.len(), 2);
    }

    #[test]
    fn half_null_drivers_are_merged() {
        let body = r#"[{"session_key":1,"driver_number":4,"full_name":null,"team_colour":"ff8000","country_code":"GBR"},
            {"session_key":1,"driver_number":4,"full_name":"Lando NORRIS","team_colour":"FF8000","country_code":null}]"#;
        let mut records = read(Endpoint::Drivers, body);
        assert_eq!(tidy(Endpoint::Drivers, &mut records).merged, 1);
        let row: Value = serde_json::from_str(&texts(&records)[0]).unwrap();
        assert_eq!(row["full_name"], "Lando NORRIS");
        let landed = Enrichment::new(1, "Race", "2024-03-24").apply(&records[0]);
        assert_eq!(landed.matches("session_key").count(), 1, "{landed}");
        assert_eq!(row["country_code"], "GBR");
    }

    #[test]
    fn enrichment_appends_only_what_is_missing_and_keeps_the_text() {
        let enrichment = Enrichment::new(7, "Race \"A\"", "2024-03-24");
        let apply = |text: &str| {
            let record = Record::read(Endpoint::Weather.spec(), text).unwrap();
            enrichment.apply(&record)
        };
        assert_eq!(
            apply(r#"{"session_key":7,"x":1.50e0 }"#),
            r#"{"session_key":7,"x":1.50e0,"session_name":"Race \"A\"","batch_day":"2024-03-24"}"#
        );
        let whole = r#"{"session_name":"Race","session_key":7,"batch_day":"x"}"#;
        assert_eq!(apply(whole), whole);
        // A name may contain escapes.
        let escaped = r#"{"session\u005fname":"Race","session_key":7,"batch_day":"x"}"#;
        assert_eq!(apply(escaped), escaped);
        let row: Value = serde_json::from_str(&apply("{ }")).unwrap();
        assert_eq!(row.as_object().unwrap().len(), 3);
    }

    #[test]
    fn the_calendar_lands_with_meetings_alone() {
        let calendar = Calendar {
            meetings: vec![1229, 1233],
            races: vec![Some(9472), None],
            sprints: vec![None, Some(9672)],
        };
        let record = Record::read(Endpoint::Meetings.spec(), r#"{"meeting_key":1229}"#).unwrap();
        let text = Enrichment::new(7, "Race", "2024-03-02").with_calendar(calendar).apply(&record);
        assert!(
            text.ends_with(
                r#""season_meetings":[1229,1233],"season_races":[9472,null],"season_sprints":[null,9672]}"#
            ),
            "{text}"
        );
        let row: Value = serde_json::from_str(&text).unwrap();
        let named: Vec<&str> = added_fields(Endpoint::Meetings).map(|field| field.name).collect();
        assert!(named.iter().all(|name| row.get(name).is_some()), "{named:?}");
        assert_eq!(
            added_fields(Endpoint::Sessions).map(|field| field.name).collect::<Vec<_>>(),
            ["batch_day"]
        );
    }
}
