//! What to break and what to correct, as it is configured.

use crate::SimError;
use crate::correction::{Change, Correction};
use crate::endpoint::Endpoint;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::time::Duration;

/// What to break and what to correct; nothing by default. Read it with [`FaultPlan::from_toml`].
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(try_from = "RawPlan")]
pub struct FaultPlan {
    pub(super) seed: u64,
    pub(crate) faults: Vec<Fault>,
    pub(crate) corrections: Vec<Correction>,
}

/// Every kind of fault that a plan can contain.
pub const FAULT_KINDS: [&str; 11] = [
    "status",
    "delay",
    "stall",
    "cut",
    "wrong_length",
    "bad_gzip",
    "html",
    "object",
    "nan",
    "duplicate_rows",
    "reset",
];

/// How a response is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Status { status: u16, body: Option<String>, retry_after: Option<String> },
    Delay(Duration),
    Stall,
    Cut,
    WrongLength,
    BadGzip,
    Html,
    Object,
    Nan,
    DuplicateRows,
    Reset,
}

#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) kind: Kind,
    pub(super) endpoint: Option<String>,
    pub(super) probability: Option<f64>,
    pub(super) first: u64,
    pub(super) every: u64,
    pub(super) count: Option<u64>,
    pub(super) after: Option<Duration>,
    pub(super) until: Option<Duration>,
    pub(super) query_contains: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPlan {
    #[serde(default)]
    seed: u64,
    #[serde(default)]
    fault: Vec<RawFault>,
    #[serde(default)]
    correction: Vec<RawCorrection>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFault {
    kind: String,
    endpoint: Option<String>,
    probability: Option<f64>,
    first: Option<u64>,
    every: Option<u64>,
    count: Option<u64>,
    after_s: Option<f64>,
    until_s: Option<f64>,
    query_contains: Option<String>,
    status: Option<u16>,
    body: Option<String>,
    retry_after: Option<String>,
    delay_ms: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCorrection {
    endpoint: String,
    session_key: Option<i64>,
    #[serde(default)]
    after_requests: u64,
    op: String,
    #[serde(default, rename = "match")]
    matching: Map<String, Value>,
    #[serde(default)]
    values: Map<String, Value>,
}

fn seconds(name: &str, value: Option<f64>) -> Result<Option<Duration>, String> {
    value.map(|s| Duration::try_from_secs_f64(s).map_err(|e| format!("{name} = {s}: {e}"))).transpose()
}

impl TryFrom<RawFault> for Fault {
    type Error = String;

    fn try_from(raw: RawFault) -> Result<Self, String> {
        let kind = match raw.kind.as_str() {
            "status" => {
                let status = raw.status.ok_or("a fault of kind status needs `status`")?;
                if !(200..=599).contains(&status) {
                    return Err(format!("status {status} is not between 200 and 599"));
                }
                if let Some(text) = &raw.retry_after
                    && axum::http::HeaderValue::from_str(text).is_err()
                {
                    return Err("retry_after contains characters that a header cannot have".to_owned());
                }
                Kind::Status { status, body: raw.body.clone(), retry_after: raw.retry_after.clone() }
            }
            "delay" => Kind::Delay(Duration::from_millis(
                raw.delay_ms.ok_or("a fault of kind delay needs `delay_ms`")?,
            )),
            "stall" => Kind::Stall,
            "cut" => Kind::Cut,
            "wrong_length" => Kind::WrongLength,
            "bad_gzip" => Kind::BadGzip,
            "html" => Kind::Html,
            "object" => Kind::Object,
            "nan" => Kind::Nan,
            "duplicate_rows" => Kind::DuplicateRows,
            "reset" => Kind::Reset,
            other => {
                return Err(format!("unknown kind `{other}` (known: {})", FAULT_KINDS.join(", ")));
            }
        };
        if !matches!(kind, Kind::Status { .. })
            && (raw.status.is_some() || raw.body.is_some() || raw.retry_after.is_some())
        {
            return Err("`status`, `body` and `retry_after` belong to kind `status`".to_owned());
        }
        if !matches!(kind, Kind::Delay(_)) && raw.delay_ms.is_some() {
            return Err("`delay_ms` belongs to kind `delay`".to_owned());
        }
        if let Some(name) = &raw.endpoint
            && name != "token"
            && Endpoint::from_name(name).is_none()
        {
            return Err(format!("endpoint `{name}` does not exist"));
        }
        if let Some(p) = raw.probability
            && !(0.0..=1.0).contains(&p)
        {
            return Err(format!("probability {p} is not between 0 and 1"));
        }
        if raw.first == Some(0) || raw.every == Some(0) {
            return Err("`first` and `every` count from 1".to_owned());
        }
        Ok(Self {
            kind,
            endpoint: raw.endpoint,
            probability: raw.probability,
            first: raw.first.unwrap_or(1),
            every: raw.every.unwrap_or(1),
            count: raw.count,
            after: seconds("after_s", raw.after_s)?,
            until: seconds("until_s", raw.until_s)?,
            query_contains: raw.query_contains,
        })
    }
}

impl TryFrom<RawCorrection> for Correction {
    type Error = String;

    fn try_from(raw: RawCorrection) -> Result<Self, String> {
        let endpoint = Endpoint::from_name(&raw.endpoint)
            .ok_or_else(|| format!("endpoint `{}` does not exist", raw.endpoint))?;
        let change = match raw.op.as_str() {
            "set" => Change::Set,
            "remove" => Change::Remove,
            "add" => Change::Add,
            other => return Err(format!("unknown op `{other}` (known: set, remove, add)")),
        };
        if change != Change::Remove && raw.values.is_empty() {
            return Err(format!("op `{}` needs `values`", raw.op));
        }
        Ok(Self {
            endpoint,
            session_key: raw.session_key,
            after_requests: raw.after_requests,
            change,
            matching: raw.matching,
            values: raw.values,
        })
    }
}

impl TryFrom<RawPlan> for FaultPlan {
    type Error = String;

    fn try_from(raw: RawPlan) -> Result<Self, String> {
        let nth = |what: &str, i: usize, e: String| format!("{what} {}: {e}", i + 1);
        Ok(Self {
            seed: raw.seed,
            faults: raw
                .fault
                .into_iter()
                .enumerate()
                .map(|(i, f)| f.try_into().map_err(|e| nth("fault", i, e)))
                .collect::<Result<_, _>>()?,
            corrections: raw
                .correction
                .into_iter()
                .enumerate()
                .map(|(i, c)| c.try_into().map_err(|e| nth("correction", i, e)))
                .collect::<Result<_, _>>()?,
        })
    }
}

impl FaultPlan {
    /// Parses a plan.
    ///
    /// A plan has a `seed` and any number of `[[fault]]` and `[[correction]]`.
    ///
    /// A fault has a `kind`: `status` (with `status`, `body`, `retry_after`), `delay` (with `delay_ms`),
    /// `stall`, `cut`, `wrong_length`, `bad_gzip`, `html`, `object`, `nan`, `duplicate_rows` or `reset`. It
    /// selects requests by `endpoint` (or `token`), `query_contains`, `after_s` and `until_s` since the
    /// server's start. Of those it breaks every `every`-th from the `first` on, at most `count`, with a
    /// `probability`. The first matching fault applies, but delays add up.
    ///
    /// A correction has `endpoint`, `session_key`, `after_requests`, `op` (`set`, `remove`, `add`),
    /// `match` and `values`.
    pub fn from_toml(text: &str) -> Result<Self, SimError> {
        toml::from_str(text).map_err(|e| SimError::FaultPlan(e.to_string().trim_end().to_owned()))
    }
}
