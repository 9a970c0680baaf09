//! What each fuzz target checks, as a function of bytes: the fuzzer calls it, and so does the replay of the corpus.
//!
//! Parts that are private to their crate are included by path.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "included sources are used in part; a check fails by panicking"
)]

#[path = "../../crates/openf1-sim/src/clock.rs"]
mod clock;
#[path = "../../crates/openf1-sim/src/query.rs"]
mod query;

pub mod configuration;
pub mod dates;
pub mod decoder;
pub mod filters;
pub mod guard;
pub mod manifest;

/// A target: its name, which is that of its folder in `corpus/`, and its check.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 6] = [
    ("configuration", configuration::check),
    ("dates", dates::check),
    ("decoder", decoder::check),
    ("filters", filters::check),
    ("guard", guard::check),
    ("manifest", manifest::check),
];
