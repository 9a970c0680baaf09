//! The server over real connections on loopback, with tables that are made here.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod attacks;
mod served;
