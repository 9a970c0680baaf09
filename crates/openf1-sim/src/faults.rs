//! Breaks responses on demand.
//!
//! ```toml
//! seed = 7
//!
//! [[fault]]                # the second and third request for laps get a 503
//! kind = "status"
//! endpoint = "laps"
//! first = 2
//! count = 2
//! status = 503
//! body = "Service Unavailable"
//! retry_after = "1"
//!
//! [[fault]]                # every tenth response of location is cut off in the middle
//! kind = "cut"
//! endpoint = "location"
//! every = 10
//!
//! [[correction]]           # after two requests for the results of 9488, car 1 is disqualified
//! endpoint = "session_result"
//! session_key = 9488
//! after_requests = 2
//! op = "set"
//! match = { driver_number = 1 }
//! values = { dsq = true, position = 20 }
//! ```

use crate::SimError;
use crate::correction::{Change, Correction};
use crate::endpoint::Endpoint;
use crate::generate::random;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What to break and what to correct; nothing by default. Read it with [`FaultPlan::from_toml`].
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(try_from = "RawPlan")]
pub struct FaultPlan {
    seed: u64,
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
    endpoint: Option<String>,
    probability: Option<f64>,
    first: u64,
    every: u64,
    count: Option<u64>,
    after: Option<Duration>,
    until: Option<Duration>,
    query_contains: Option<String>,
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

    /// Whether the plan is empty.
    pub fn is_empty(&self) -> bool {
        self.faults.is_empty() && self.corrections.is_empty()
    }
}

/// How often each fault has matched and has been applied.
#[derive(Debug)]
pub(crate) struct FaultState {
    plan: FaultPlan,
    counters: Vec<(AtomicU64, AtomicU64)>,
}

/// What to do to one response.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) delay: Duration,
    pub(crate) kind: Option<Kind>,
    /// Number of faults applied.
    pub(crate) struck: u64,
}

impl FaultState {
    pub(crate) fn new(plan: FaultPlan) -> Self {
        let counters = plan.faults.iter().map(|_| Default::default()).collect();
        Self { plan, counters }
    }

    /// Selects the fault for a request. `endpoint` is a name or `token`.
    pub(crate) fn judge(&self, endpoint: &str, query: &str, since_start: Duration) -> Verdict {
        let mut verdict = Verdict::default();
        for (i, (fault, (seen, struck))) in self.plan.faults.iter().zip(&self.counters).enumerate() {
            let concerned = fault.endpoint.as_deref().is_none_or(|e| e == endpoint)
                && fault.query_contains.as_deref().is_none_or(|q| query.contains(q))
                && fault.after.is_none_or(|t| since_start >= t)
                && fault.until.is_none_or(|t| since_start < t);
            if !concerned {
                continue;
            }
            let n = seen.fetch_add(1, Ordering::SeqCst) + 1;
            if n < fault.first || (n - fault.first) % fault.every != 0 {
                continue;
            }
            if let Some(p) = fault.probability
                && random::unit(random::mix(&[self.plan.seed, i as u64, n])) >= p
            {
                continue;
            }
            let is_delay = matches!(fault.kind, Kind::Delay(_));
            if !is_delay && verdict.kind.is_some() {
                continue;
            }
            if struck.fetch_add(1, Ordering::SeqCst) >= fault.count.unwrap_or(u64::MAX) {
                continue;
            }
            verdict.struck += 1;
            match &fault.kind {
                Kind::Delay(delay) => verdict.delay += *delay,
                kind => verdict.kind = Some(kind.clone()),
            }
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_every_count() {
        let plan = FaultPlan::from_toml(
            "[[fault]]\nkind = 'cut'\nendpoint = 'laps'\nfirst = 2\nevery = 3\ncount = 2\n[[fault]]\nkind='delay'\ndelay_ms=5",
        )
        .unwrap();
        let state = FaultState::new(plan);
        let struck: Vec<bool> =
            (0..12).map(|_| state.judge("laps", "", Duration::ZERO).kind.is_some()).collect();
        let at: Vec<usize> = (0..12).filter(|i| struck[*i]).collect();
        assert_eq!(at, [1, 4]);
        let other = state.judge("pit", "", Duration::ZERO);
        assert!(other.kind.is_none() && other.delay == Duration::from_millis(5));
    }

    #[test]
    fn time_query_and_probability() {
        let plan = FaultPlan::from_toml(
            "seed = 3\n[[fault]]\nkind='html'\nafter_s=1.5\nuntil_s=3\nquery_contains='x=1'\n[[fault]]\nkind='nan'\nprobability=0.25",
        )
        .unwrap();
        let state = FaultState::new(plan);
        let at = |s: f64, q: &str| state.judge("laps", q, Duration::from_secs_f64(s)).kind;
        assert_ne!(at(1.0, "x=1"), Some(Kind::Html));
        assert_eq!(at(2.0, "x=1"), Some(Kind::Html));
        assert_ne!(at(2.0, "y=1"), Some(Kind::Html));
        assert_ne!(at(3.0, "x=1"), Some(Kind::Html));
        let n = (0..4000).filter(|_| at(9.0, "") == Some(Kind::Nan)).count();
        assert!((800..1200).contains(&n), "{n}");
    }

    #[test]
    fn every_kind_is_known_and_no_other() {
        for kind in FAULT_KINDS {
            let plan = format!("[[fault]]\nkind = '{kind}'\nstatus = 503\ndelay_ms = 5\n");
            let needed = ["status", "delay"].into_iter().filter(|needs| *needs != kind);
            let plan = needed.fold(plan, |plan, other| match other {
                "status" => plan.replace("status = 503\n", ""),
                _ => plan.replace("delay_ms = 5\n", ""),
            });
            assert_eq!(FaultPlan::from_toml(&plan).unwrap().faults.len(), 1, "{kind}");
        }
    }

    #[test]
    fn invalid_plans_are_refused() {
        for (text, needle) in [
            ("[[fault]]\nkind='boom'", "unknown kind `boom`"),
            ("[[fault]]\nkind='status'", "needs `status`"),
            ("[[fault]]\nkind='cut'\nendpoint='nothing'", "endpoint `nothing` does not exist"),
            ("[[fault]]\nkind='cut'\nprobability=2.0", "not between 0 and 1"),
            ("[[fault]]\nkind='cut'\nevery=0", "count from 1"),
            ("[[fault]]\nkind='cut'\nafter_s=-1.0", "after_s"),
            ("[[fault]]\nkind='cut'\nwhat=1", "what"),
            ("[[correction]]\nendpoint='laps'\nop='turn'", "unknown op"),
            ("[[correction]]\nendpoint='laps'\nop='set'", "needs `values`"),
            ("nonsense", "nonsense"),
        ] {
            let error = FaultPlan::from_toml(text).unwrap_err().to_string();
            assert!(error.contains(needle), "{text}: {error}");
        }
    }
}
