//! Which sessions a run is about.

pub(crate) mod calendar;
pub(crate) mod catalogue;
mod filter;
pub(crate) mod selected;
pub(crate) mod session;
