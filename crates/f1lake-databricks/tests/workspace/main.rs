//! The whole client against a fake workspace on loopback, which checks each request against recorded
//! exchanges of the official client.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod conformance;
mod cutter;
mod fake;
mod independent;
mod login;
mod official_sdk;
mod secrets;
mod statements;
mod volumes;
