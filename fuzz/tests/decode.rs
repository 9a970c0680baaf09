//! The decoder's own tests, without the query engine that its crate links.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    reason = "included sources are used in part; a test fails by panicking"
)]

#[path = "../../crates/f1lake-tables/src/bronze.rs"]
mod bronze;
#[path = "../../crates/f1lake-tables/src/column.rs"]
mod column;
#[path = "../../crates/f1lake-tables/src/decode.rs"]
mod decode;
