//! The whole client against a fake workspace on loopback, which checks each request against recorded
//! exchanges of the official client.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod conformance;
mod cutter;
mod fake;
mod independent;
mod login;
#[cfg(unix)]
mod logins;
mod official_sdk;
#[cfg(unix)]
mod programs;
#[cfg(unix)]
mod sdk_logins;
mod secrets;
mod statements;
mod volumes;
