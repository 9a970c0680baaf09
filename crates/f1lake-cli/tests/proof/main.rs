//! The program is killed, and its disk fails, at every step; after resuming, everything is as if
//! nothing had happened. Built without the library, so that it links fast and judges only by files.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(target_os = "linux")]
mod clock;
#[cfg(target_os = "linux")]
mod faults;
#[cfg(unix)]
mod kill;
#[cfg(unix)]
mod operators;
mod outcome;
mod place;
#[cfg(unix)]
mod random;
#[path = "../shared/simulated.rs"]
mod simulated;
mod tables;
#[cfg(target_os = "linux")]
mod volume;
