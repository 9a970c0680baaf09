//! Rate limits that hold where the server counts them, shared by clones, by processes and across restarts.
//!
//! # The rule
//!
//! The server counts *arrivals*: at most `N` requests may arrive within any time `W` (3 in a second and 30 in
//! a minute; an account doubles both). A client cannot see arrivals. A request arrives some time between its
//! release and the arrival of its response's head; a handshake, a queue on the way or a busy processor
//! determine when. So a request holds a slot of the window from its release until `W` after its response's
//! head arrived, and
//!
//! > **a request is released only while fewer than `N` slots are taken, for both windows.**
//!
//! # Why it cannot be broken
//!
//! Suppose that `N + 1` requests arrive within less than `W`. One of them was released last, at the time `t`,
//! and arrives at `t` or later. At `t` fewer than `N` slots were taken, so at least one of the other `N`
//! requests no longer held a slot: the head of its response arrived at `t - W` or before. It had therefore
//! reached the server by then, at least `W` before the last one. The two are not within less than `W`, which
//! contradicts the assumption. The argument does not depend on how long anything takes on the way, so no
//! delay, jitter or handshake can break the rule.
//!
//! Three details make it hold in practice:
//!
//! - **Clocks.** Ours may run faster than the server's, so windows are longer by a thousandth and 15 ms.
//! - **Requests without a response.** If no connection was established, nothing was sent. If a connection
//!   broke or *we* gave up (a timeout, a cancelled run), the request may still be on its way: it counts as
//!   arriving up to 5 s later.
//! - **Killed processes.** A request whose process is gone counts as arriving up to 5 s after that was
//!   noticed, and every request as having arrived 60 s after its release, whatever became of its process. No
//!   slot is held forever.
//!
//! The cost is one round trip for every `N` requests of the short window, and one for every minute. A token
//! bucket would cost less and be wrong: one that refills at 30 a minute and holds 30 lets 59 requests into
//! one minute.

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
