//! Helpers; the tests are in files by subject.

mod agreement;
mod rarities;
mod results;
mod season;
mod telemetry;

use super::*;
use crate::clock::{HOUR, MINUTE};
use crate::config::{Budget, GeneratedConfig};
use crate::endpoint::Endpoint;
use crate::error::SimError;
use crate::meter::Meter;
use crate::query::Query;
use crate::refusal::Refusal;
use crate::row::Row;
use calendar::{Kind, Session};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use truth::tell;

const NOW: i64 = 2_000_000_000_000;

fn generated(seed: u64, seasons: &[i32]) -> Generated {
    Generated::new(GeneratedConfig { seed, seasons: seasons.to_vec(), ..GeneratedConfig::default() }).unwrap()
}

fn query(raw: &str) -> Query {
    Query::parse(raw, || None).unwrap()
}

fn text(rows: &[Row]) -> String {
    let mut buffer = Vec::new();
    for row in rows {
        row.write(&mut buffer);
        buffer.push(b'\n');
    }
    String::from_utf8(buffer).unwrap()
}

fn telemetry(g: &Generated, endpoint: Endpoint, raw: &str) -> (Vec<u8>, usize) {
    let budget = Budget { max_rows: None, ..Budget::default() };
    g.telemetry(endpoint, &query(raw), NOW, &Meter::new(&budget)).unwrap()
}

fn race_at(g: &Generated, year: i32, location: &str) -> usize {
    g.sessions
        .iter()
        .position(|s| s.year == year && s.kind == Kind::Race && s.place.location == location)
        .unwrap()
}
