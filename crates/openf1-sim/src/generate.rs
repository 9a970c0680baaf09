//! Seasons generated from a seed.
//!
//! Everything derives from (seed, year, session, driver): no table is stored, none depends on the requested
//! seasons, and the same configuration always gives the same bytes.

mod cache;
mod calendar;
mod drive;
mod model;
mod moment;
pub(crate) mod random;
mod roster;
mod seasons;
mod standings;
mod tables;
mod telemetry;
#[cfg(test)]
mod tests;
mod track;
pub mod truth;

pub(crate) use seasons::Generated;
