//! Which fault strikes a request.

use super::plan::{FaultPlan, Kind};
use crate::generate::random;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

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
