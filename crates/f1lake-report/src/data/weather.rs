//! The weather of a session.

use serde::{Deserialize, Serialize};

/// A sample of the weather.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WeatherSample {
    /// Time in UTC as text, like `2024-03-24T04:00:00Z`.
    pub date: Option<String>,
    /// Air temperature in degrees Celsius.
    pub air_c: Option<f64>,
    /// Track temperature in degrees Celsius.
    pub track_c: Option<f64>,
    /// Wind in m/s.
    pub wind_mps: Option<f64>,
    /// Direction that the wind comes from, degrees clockwise from north.
    pub wind_direction: Option<i64>,
    /// Whether it rained.
    pub is_raining: Option<bool>,
}

/// A spell of rain.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RainWindow {
    /// First wet sample in UTC, as text.
    pub date_start: Option<String>,
    /// First dry sample afterwards in UTC, as text; `None` when it rained until the end.
    pub date_end: Option<String>,
    /// Duration in minutes.
    pub duration_minutes: Option<f64>,
}

/// The weather while the cars drove.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SessionWeather {
    /// First sample in UTC, as text.
    pub date_start: Option<String>,
    /// Last sample in UTC, as text.
    pub date_end: Option<String>,
    /// Lowest air temperature in degrees Celsius.
    pub air_min_c: Option<f64>,
    /// Highest air temperature in degrees Celsius.
    pub air_max_c: Option<f64>,
    /// Lowest track temperature in degrees Celsius.
    pub track_min_c: Option<f64>,
    /// Highest track temperature in degrees Celsius.
    pub track_max_c: Option<f64>,
    /// Mean relative humidity in percent.
    pub humidity_percent: Option<f64>,
    /// Mean wind in m/s.
    pub wind_mps: Option<f64>,
    /// Strongest wind in m/s.
    pub wind_most_mps: Option<f64>,
    /// Mean direction that the wind came from, degrees clockwise from north.
    pub wind_direction: Option<i64>,
    /// Whether it rained; `None` when unknown.
    pub has_rain: Option<bool>,
    /// Minutes of rain.
    pub rain_minutes: Option<f64>,
}
