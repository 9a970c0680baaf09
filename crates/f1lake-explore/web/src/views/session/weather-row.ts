/** A row of sql/session_weather.sql. */
export interface Reading {
  date: number;
  track_temperature: number | null;
  air_temperature: number | null;
  wind_speed: number | null;
  wind_direction: number | null;
  is_raining: boolean | null;
  humidity: number | null;
}

/** The row of sql/session_weather_range.sql. */
export interface WeatherRange {
  samples: number;
  track_temperature_min: number | null;
  track_temperature_max: number | null;
  air_temperature_min: number | null;
  air_temperature_max: number | null;
  wind_speed_mean: number | null;
  wind_speed_max: number | null;
  humidity_mean: number | null;
  has_rain: boolean | null;
  rain_windows: number | null;
  rain_minutes: number | null;
}
