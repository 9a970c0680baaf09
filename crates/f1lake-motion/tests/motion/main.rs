//! Laps whose true times are known.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod minisectors;
mod overlay;
mod simulated;
mod synthetic;
