//! The program as users run it: flags, files, exit codes and output, against its built-in
//! simulator.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bundle;
mod cases;
mod demo;
mod doctor;
mod exploring;
mod extracting;
mod extractor_files;
mod filters;
mod house;
mod operators;
mod planted;
mod poor_data;
mod program;
mod row_files;
mod secrets;
mod settings;
#[path = "../shared/simulated.rs"]
mod simulated;
mod truth;
mod volumes;
mod words;

use program::{Ended, Place, QUALIFYING, RACE, Simulated, ended, steady};
use volumes::{VOLUME, Volume};
