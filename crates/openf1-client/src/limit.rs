//! Rate limits that hold where the server counts them, shared by clones, by processes and across restarts.
//!
//! # The rule
//!
//! The server counts *arrivals*: no more than `N` requests may arrive within any time `W` (3 in a second and 30 in a minute; an account
//! doubles both). We cannot see arrivals. A request arrives some time after we let it go and before the head of its answer is here; a
//! handshake, a queue on the way or a busy processor decide when. So a request takes a place of the window from the moment it is let go
//! until `W` after its answer's head came, and
//!
//! > **a request is let go only while fewer than `N` places are taken, for both windows.**
//!
//! # Why it cannot be broken
//!
//! Suppose that `N + 1` requests arrive within less than `W`. One of them was let go last, at the time `t`, and arrives at `t` or later.
//! At `t` fewer than `N` places were taken, so at least one of the `N` others had no place any more: the head of its answer was here at
//! `t - W` or before. It had arrived by then, at least `W` before the last one. The two are not within less than `W`, which contradicts
//! what we supposed. Nothing in this depends on how long anything takes on the way, so no delay, jitter or handshake can break the rule.
//!
//! Three details make it hold in practice:
//!
//! - **Clocks.** Ours may run faster than the server's, so windows are longer by a thousandth and 15 ms.
//! - **Requests without an answer.** Where no connection came about, nothing was sent. When a connection broke or *we* gave up (a timeout,
//!   a cancelled run), the request may still be on its way: it counts as arriving up to 5 s later.
//! - **Killed processes.** A request whose process is gone counts as arriving up to 5 s after that was noticed, and every request as having
//!   arrived 60 s after it was let go, whatever became of its process. Nothing is held for ever.
//!
//! The price is one round trip for every `N` requests of the short window, and one for every minute. A token bucket would cost less and
//! be wrong: one that refills at 30 a minute and holds 30 lets 59 requests into one minute.

mod clock;
mod limiter;
mod limits;
mod log;
mod machine;
mod state_file;
#[cfg(test)]
mod tests;

pub use clock::{Clock, FakeClock, SystemClock};
pub use limiter::{LimiterSnapshot, RateLimiter, Sending};
pub use limits::{LimitError, Limits};
