//! Laps on one axis of distance, with what the page needs to draw them.

mod answer;
mod laps;
mod rows;

pub(crate) use answer::batch;
pub use laps::LapId;
pub(crate) use laps::{Corner, LapNotes, Track, Tracks};
pub use rows::OverlayRow;
pub(crate) use rows::{Sample, lay};
