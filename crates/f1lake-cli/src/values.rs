//! Parses values of flags, with errors that name what is expected.

use std::str::FromStr;

pub(crate) const COUNT: &str = "a whole number from 1, such as 5";
pub(crate) const DAY: &str = "a day such as 2024-03-24";
pub(crate) const KEY: &str = "a key such as 9488\nhint: `f1lake sessions` lists the keys";
pub(crate) const NUMBER: &str = "a whole number from 0, such as 5";
pub(crate) const RATE: &str = "a number above 0, such as 2.8";
pub(crate) const SEASON: &str = "a season from 2023, such as 2024";
pub(crate) const SECONDS: &str = "seconds such as 30 or 1.5";

/// Parses a value, or returns what is expected instead.
pub(crate) fn read<T: FromStr>(wanted: &'static str) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| text.trim().parse().map_err(|_| format!("expected {wanted}"))
}
