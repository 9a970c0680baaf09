//! The lake through its public interface: landing files in, tables out. One binary, since each one links the
//! engine.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test fails by panicking")]

mod building;
mod decoding;
mod documents;
mod loading;
mod operators;
mod querying;
mod stopping;
mod together;
mod zone;
