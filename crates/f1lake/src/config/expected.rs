//! What the values of settings and flags are expected to be, in words with an example.

use std::str::FromStr;

/// A count of at least one.
pub const COUNT: &str = "a whole number from 1, such as 5";
/// A day.
pub const DAY: &str = "a day such as 2024-03-24";
/// A key of a session or a meeting.
pub const KEY: &str = "a key such as 9488\nhint: `f1lake sessions` lists the keys";
/// A number that may be zero.
pub const NUMBER: &str = "a whole number from 0, such as 5";
/// A rate.
pub const RATE: &str = "a number above 0, such as 2.8";
/// A season.
pub const SEASON: &str = "a season from 2023, such as 2024";
/// A length of time.
pub const SECONDS: &str = "seconds such as 30 or 1.5";

/// A parser of values that says what it expects.
///
/// ```
/// use f1lake::config::expected::{SEASON, parser};
///
/// let season = parser::<i16>(SEASON);
/// assert_eq!(season("2024"), Ok(2024));
/// assert_eq!(season("twenty"), Err("expected a season from 2023, such as 2024".to_owned()));
/// ```
pub fn parser<T: FromStr>(expected: &'static str) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| text.trim().parse().map_err(|_| format!("expected {expected}"))
}

/// `latest, year or manual`.
pub fn any_of(known: &[impl AsRef<str>]) -> String {
    let known: Vec<&str> = known.iter().map(AsRef::as_ref).collect();
    match known.as_slice() {
        [] => "nothing".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
