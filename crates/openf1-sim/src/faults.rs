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

mod plan;
mod strike;

pub(crate) use plan::Kind;
pub use plan::{FAULT_KINDS, FaultPlan};
pub(crate) use strike::{FaultState, Verdict};

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

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
