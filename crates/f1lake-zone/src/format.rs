//! Formats of landing files: written row by row, read back row by row.

mod file;
mod hashing;
mod kinds;
mod parquet;

pub use file::{FileWriter, Rows, Written, digest};
pub use kinds::{Compression, Format};
