//! Loads into a stand-in for a workspace that keeps files and tables, and gives statements the meaning they have
//! for Delta tables.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod catalog;
mod interleavings;
mod loads;
mod marker;
mod service;
mod tables;
mod zone;
