//! The one table of the API's 18 endpoints; long, because adding an endpoint is one edit in one file.
//!
//! It has their names, grain, keys and fields. Typed rows, queries, plans, schemas and documents derive from
//! it.

use crate::field::{FieldType, FieldValue, Gap, ResultTime};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What one request for an endpoint covers.
///
/// ```
/// use openf1_client::endpoint::{Endpoint, Grain};
/// assert_eq!(Endpoint::Laps.spec().grain, Grain::Session);
/// assert_eq!(Endpoint::CarData.spec().grain, Grain::SessionDriver);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grain {
    /// The whole calendar: `sessions`.
    Season,
    /// One race weekend: `meetings`.
    Meeting,
    /// One session, all drivers.
    Session,
    /// One session and some drivers: a whole session is too large (always 422).
    SessionDriver,
}

/// The sessions in which an endpoint has data.
///
/// ```
/// use openf1_client::endpoint::{Endpoint, Presence};
/// assert_eq!(Endpoint::Intervals.spec().presence, Presence::RaceAndSprint);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Presence {
    /// Any session.
    Every,
    /// Races and sprints; always 404 elsewhere.
    RaceAndSprint,
    /// Races only.
    Race,
    /// Requested under the key of the qualifying session that set the grid of a race or sprint.
    GridOfRaceAndSprint,
}

/// A field of an endpoint.
///
/// ```
/// let field = openf1_client::Endpoint::Laps.spec().field("lap_duration").unwrap();
/// assert_eq!((field.nullable, field.doc), (true, "Lap time, s."));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct FieldSpec {
    /// Name as the API sends it.
    pub name: &'static str,
    /// Its type.
    pub field_type: FieldType,
    /// Whether real responses contain null for it or omit it.
    pub nullable: bool,
    /// Meaning and unit.
    pub doc: &'static str,
}

/// Everything the project knows about an endpoint.
///
/// ```
/// let spec = openf1_client::Endpoint::Laps.spec();
/// assert_eq!(spec.key, ["session_key", "driver_number", "lap_number"]);
/// ```
#[derive(Debug)]
pub struct EndpointSpec {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Path below the base URL.
    pub name: &'static str,
    /// Name in landing files and tables (`location` lands as `locations`).
    pub landing_name: &'static str,
    /// What a request covers.
    pub grain: Grain,
    /// The sessions in which it exists.
    pub presence: Presence,
    /// Natural primary key, in sort order.
    pub key: &'static [&'static str],
    /// Rows of a typical race, for estimates.
    pub race_rows: u32,
    /// Uncompressed JSON bytes a row, for estimates.
    pub row_bytes: u32,
    /// Fields, in a fixed order.
    pub fields: &'static [FieldSpec],
    /// Meaning of the endpoint.
    pub doc: &'static str,
}

impl EndpointSpec {
    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&'static FieldSpec> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// A typed row of one endpoint.
///
/// ```
/// use openf1_client::endpoint::{Lap, Row};
/// let lap: Lap = serde_json::from_str(r#"{"lap_number":1,"new":true}"#)?;
/// assert_eq!(lap.lap_number, Some(1));
/// assert_eq!(lap.extra()["new"], true);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub trait Row: Serialize + for<'de> Deserialize<'de> + Send + 'static {
    /// The endpoint it comes from.
    const ENDPOINT: Endpoint;
    /// Builds the row. Unknown fields and unexpected types stay in `extra`: nothing is lost.
    fn from_object(object: Map<String, Value>) -> Self;
    /// Fields missing from the table, or of an unexpected type.
    fn extra(&self) -> &Map<String, Value>;
    /// Back to a JSON object; null fields are left out.
    fn to_object(&self) -> Map<String, Value>;
}

fn take<T: FieldValue>(object: &mut Map<String, Value>, name: &str) -> Option<T> {
    let value = object.get(name)?;
    let parsed = T::from_json(value);
    if parsed.is_some() || value.is_null() {
        object.shift_remove(name);
    }
    parsed
}

macro_rules! nullable {
    (req) => {
        false
    };
    (opt) => {
        true
    };
}

macro_rules! endpoints {
    ($(
        $(#[doc = $doc:literal])+
        $variant:ident / $row:ident: $name:ident as $landing:literal, $grain:ident, $presence:ident,
        key [$($key:literal),+], rows $rows:literal x $bytes:literal {
            $( $(#[doc = $field_doc:literal])+ $null:ident $field:ident: $ty:ty, )+
        }
    )+) => {
        /// An endpoint of the API.
        ///
        /// ```
        /// use openf1_client::Endpoint;
        /// assert_eq!("laps".parse::<Endpoint>()?, Endpoint::Laps);
        /// assert_eq!((Endpoint::Location.name(), Endpoint::Location.landing_name()), ("location", "locations"));
        /// # Ok::<(), openf1_client::endpoint::UnknownEndpoint>(())
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Endpoint {
            $( $(#[doc = $doc])+ $variant, )+
        }

        impl Endpoint {
            /// All 18 endpoints, alphabetically.
            pub const ALL: &'static [Endpoint] = &[$(Endpoint::$variant),+];

            /// Its entry in the table.
            pub fn spec(self) -> &'static EndpointSpec {
                match self {
                    $(Endpoint::$variant => {
                        static SPEC: EndpointSpec = EndpointSpec {
                            endpoint: Endpoint::$variant,
                            name: stringify!($name),
                            landing_name: $landing,
                            grain: Grain::$grain,
                            presence: Presence::$presence,
                            key: &[$($key),+],
                            race_rows: $rows,
                            row_bytes: $bytes,
                            fields: &[$(FieldSpec {
                                name: stringify!($field),
                                field_type: <$ty as FieldValue>::TYPE,
                                nullable: nullable!($null),
                                doc: concat!($($field_doc),+).trim_ascii(),
                            }),+],
                            doc: concat!($($doc),+).trim_ascii(),
                        };
                        &SPEC
                    })+
                }
            }
        }

        $(
            $(#[doc = $doc])+
            ///
            #[doc = concat!("A row of the endpoint `", stringify!($name), "`.")]
            #[derive(Debug, Clone, PartialEq, Default)]
            pub struct $row {
                $( $(#[doc = $field_doc])+ pub $field: Option<$ty>, )+
                /// Fields missing from the table, or of an unexpected type, as received.
                pub extra: Map<String, Value>,
            }

            impl Row for $row {
                const ENDPOINT: Endpoint = Endpoint::$variant;

                fn from_object(mut object: Map<String, Value>) -> Self {
                    Self {
                        $( $field: take(&mut object, stringify!($field)), )+
                        extra: object,
                    }
                }

                fn extra(&self) -> &Map<String, Value> {
                    &self.extra
                }

                fn to_object(&self) -> Map<String, Value> {
                    let mut object = Map::new();
                    $( if let Some(value) = &self.$field {
                        object.insert(stringify!($field).to_owned(), FieldValue::to_json(value));
                    } )+
                    object.extend(self.extra.iter().map(|(k, v)| (k.clone(), v.clone())));
                    object
                }
            }

            impl<'de> Deserialize<'de> for $row {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    Map::deserialize(deserializer).map(Self::from_object)
                }
            }

            impl Serialize for $row {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    self.to_object().serialize(serializer)
                }
            }
        )+

        /// Gives name, row and meaning of each endpoint to another macro.
        macro_rules! each_endpoint {
            ($then:ident) => {
                $then! { $( $(#[doc = $doc])+ $name -> $row; )+ }
            };
        }
        pub(crate) use each_endpoint;
    };
}

endpoints! {
    /// Telemetry of a car, about 3.7 times per second at irregular intervals.
    CarData / CarDataPoint: car_data as "car_data", SessionDriver, Every,
    key ["session_key", "driver_number", "date"], rows 540000 x 166 {
        /// Meeting.
        req meeting_key: i64,
        /// Session.
        req session_key: i64,
        /// Car number.
        req driver_number: i64,
        /// Time of the measurement, UTC.
        req date: Timestamp,
        /// Engine speed, revolutions per minute.
        opt rpm: i64,
        /// Speed, km/h.
        opt speed: i64,
        /// Gear, 0 (neutral) to 8.
        opt n_gear: i64,
        /// Throttle, 0 to 100%; 104 together with brake 104 means no reading.
        opt throttle: i64,
        /// Brake, 0 or 100 (pressed); 104 together with throttle 104 means no reading.
        opt brake: i64,
        /// DRS code: 0 and 1 off, 8 eligible, 10, 12 and 14 on; null from 2026.
        opt drs: i64,
    }
    /// Drivers' championship before and during a race.
    ChampionshipDrivers / ChampionshipDriver: championship_drivers as "championship_drivers", Session, Race,
    key ["session_key", "driver_number"], rows 20 x 190 {
        /// Meeting.
        req meeting_key: i64,
        /// Session.
        req session_key: i64,
        /// Car number.
        req driver_number: i64,
        /// Championship position before the race.
        opt position_start: i64,
        /// Predicted position, not always corrected for penalties.
        opt position_current: i64,
        /// Points before the race.
        opt points_start: f64,
        /// Predicted points.
        opt points_current: f64,
    }
    /// Teams' championship before and during a race.
    ChampionshipTeams / ChampionshipTeam: championship_teams as "championship_teams", Session, Race,
    key ["session_key", "team_name", "position_start"], rows 10 x 190 {
        /// Meeting.
        req meeting_key: i64,
        /// Session.
        req session_key: i64,
        /// Team; null in some rows, so not a key by itself.
        opt team_name: String,
        /// Championship position before the race.
        opt position_start: i64,
        /// Predicted position.
        opt position_current: i64,
        /// Points before the race.
        opt points_start: f64,
        /// Predicted points.
        opt points_current: f64,
    }
    /// Who drove which car in a session; may contain duplicates and rows that are half null.
    Drivers / Driver: drivers as "drivers", Session, Every,
    key ["session_key", "driver_number"], rows 20 x 425 {
        /// Meeting.
        req meeting_key: i64,
        /// Session.
        req session_key: i64,
        /// Car number; drivers change numbers between seasons.
        req driver_number: i64,
        /// Name on television, such as `M VERSTAPPEN`.
        opt broadcast_name: String,
        /// Full name.
        opt full_name: String,
        /// First name.
        opt first_name: String,
        /// Last name.
        opt last_name: String,
        /// Three letters.
        opt name_acronym: String,
        /// Team.
        opt team_name: String,
        /// Team colour, six hex digits without `#`; the case varies.
        opt team_colour: String,
        /// Portrait.
        opt headshot_url: String,
        /// Country, three letters; leaves the API after 2026.
        opt country_code: String,
    }
    /// Gaps between cars in a race or sprint, about every 4 s per driver.
    Intervals / Interval: intervals as "intervals", Session, RaceAndSprint,
    key ["session_key", "driver_number", "date"], rows 20000 x 140 {
        /// Meeting.
        req meeting_key: i64,
        /// Session.
        req session_key: i64,
        /// Car number.
        req driver_number: i64,
        /// Time, UTC.
        req date: Timestamp,
        /// Gap to the leader, seconds or laps; the leader is usually 0.
        opt gap_to_leader: Gap,
        /// Gap to the car ahead, seconds or laps.
        opt interval: Gap,
    }
    /// Laps with sector times, speeds and mini-sectors.
    Laps / Lap: laps as "laps", Session, Every,
    key ["session_key", "driver_number", "lap_number"], rows 1008 x 500 {
        /// Meeting.
        req meeting_key: i64,
        /// Session.
        req session_key: i64,
        /// Car number.
        req driver_number: i64,
        /// Lap, from 1.
        req lap_number: i64,
        /// Start of the lap, UTC, approximate.
        opt date_start: Timestamp,
        /// Lap time, s.
        opt lap_duration: f64,
        /// First sector, s.
        opt duration_sector_1: f64,
        /// Second sector, s.
        opt duration_sector_2: f64,
        /// Third sector, s.
        opt duration_sector_3: f64,
        /// Speed at the first intermediate, km/h.
        opt i1_speed: i64,
        /// Speed at the second intermediate, km/h.
        opt i2_speed: i64,
        /// Speed at the speed trap, km/h.
        opt st_speed: i64,
        /// Whether the lap began in the pit lane.
        opt is_pit_out_lap: bool,
        /// Mini-sector codes of sector 1 (2049 green, 2051 purple, 2064 pit lane).
        opt segments_sector_1: Vec<Option<i64>>,
        /// Mini-sector codes of sector 2.
        opt segments_sector_2: Vec<Option<i64>>,
        /// Mini-sector codes of sector 3.
        opt segments_sector_3: Vec<Option<i64>>,
    }
    /// Position of a car on the track, about 3.8 times per second.
    Location / LocationPoint: location as "locations", SessionDriver, Every,
    key ["session_key", "driver_number", "date"], rows 540000 x 127 {
        /// Meeting.
        req meeting_key: i64,
        /// Session.
        req session_key: i64,
        /// Car number.
        req driver_number: i64,
        /// Time, UTC.
        req date: Timestamp,
        /// East of the circuit's origin, 1/10 m; x, y and z all 0 means no fix.
        opt x: i64,
        /// North of the circuit's origin, 1/10 m.
        opt y: i64,
        /// Height, 1/10 m.
        opt z: i64,
    }
    /// Race weekends and tests.
    Meetings / Meeting: meetings as "meetings", Meeting, Every,
    key ["meeting_key"], rows 1 x 796 {
        /// Meeting.
        req meeting_key: i64,
        /// Name, such as `Singapore Grand Prix`.
        opt meeting_name: String,
        /// Name with sponsors.
        opt meeting_official_name: String,
        /// City or region.
        opt location: String,
        /// Country.
        opt country_key: i64,
        /// Country, three letters.
        opt country_code: String,
        /// Country name.
        opt country_name: String,
        /// Picture of the flag.
        opt country_flag: String,
        /// Circuit.
        opt circuit_key: i64,
        /// Circuit name.
        opt circuit_short_name: String,
        /// `Permanent`, `Temporary - Street` or `Temporary - Road`.
        opt circuit_type: String,
        /// Circuit details (MultiViewer).
        opt circuit_info_url: String,
        /// Picture of the circuit.
        opt circuit_image: String,
        /// Local time minus UTC, `[-]HH:MM:SS`.
        opt gmt_offset: String,
        /// Start of the first session, UTC.
        opt date_start: Timestamp,
        /// End of the last session, UTC.
        opt date_end: Timestamp,
        /// Season.
        opt year: i64,
        /// Code of the meeting in early responses.
        opt meeting_code: String,
        /// Whether it was cancelled.
        opt is_cancelled: bool,
    }
    /// Overtakes in a race or sprint, including swaps by pit stops and penalties; incomplete.
    Overtakes / Overtake: overtakes as "overtakes", Session, RaceAndSprint,
    key ["session_key", "date", "overtaking_driver_number", "overtaken_driver_number"], rows 237 x 160 {
        /// Meeting.
        req meeting_key: i64,
        /// Session.
        req session_key: i64,
        /// Car that passed.
        req overtaking_driver_number: i64,
        /// Car that was passed.
        req overtaken_driver_number: i64,
        /// Time, UTC.
        req date: Timestamp,
        /// Position of the overtaking car afterwards.
        opt position: i64,
    }
    /// Passages through the pit lane.
    Pit / PitStop: pit as "pit", Session, Every,
    key ["session_key", "driver_number", "lap_number", "date"], rows 36 x 180 {
        /// Meeting.
        req meeting_key: i64,
        /// Session.
        req session_key: i64,
        /// Car number.
        req driver_number: i64,
        /// Lap; null in some old rows.
        opt lap_number: i64,
        /// Entry, UTC.
        opt date: Timestamp,
        /// Time in the pit lane, s; hours under a red flag.
        opt lane_duration: f64,
        /// Stationary time, s; from the US GP 2024, often filled in weeks later.
        opt stop_duration: f64,
        /// Older name of `lane_duration`, s; leaves the API after 2026.
        opt pit_duration: f64,
    }
    /// Changes of position; a driver who never changes position may have one row or none.
    Position / PositionChange: position as "position", Session, Every,
    key ["session_key", "driver_number", "date"], rows 400 x 124 {
        /// Meeting.
        req meeting_key: i64,
        /// Session.
        req session_key: i64,
        /// Car number.
        req driver_number: i64,
        /// Time, UTC.
        req date: Timestamp,
        /// Position from then on.
        opt position: i64,
    }
    /// Messages of race control.
    RaceControl / RaceControlMessage: race_control as "race_control", Session, Every,
    key ["session_key", "date", "driver_number", "lap_number", "category", "flag", "scope", "sector", "message"],
    rows 74 x 281 {
        /// Meeting.
        req meeting_key: i64,
        /// Session.
        req session_key: i64,
        /// Time, UTC, mostly to the second.
        opt date: Timestamp,
        /// Car the message is about.
        opt driver_number: i64,
        /// Lap of the leader.
        opt lap_number: i64,
        /// `Flag`, `SafetyCar`, `Drs`, `CarEvent`, `SessionStatus`, `Other` and others.
        opt category: String,
        /// `GREEN`, `YELLOW`, `RED`, `CHEQUERED` and others.
        opt flag: String,
        /// `Track`, `Sector` or `Driver`.
        opt scope: String,
        /// Marshal sector.
        opt sector: i64,
        /// Phase of qualifying, 1 to 3.
        opt qualifying_phase: i64,
        /// Text.
        opt message: String,
    }
    /// Result of a session; corrected by stewards and by hand for days.
    SessionResult / SessionResult: session_result as "session_result", Session, Every,
    key ["session_key", "driver_number"], rows 20 x 204 {
        /// Meeting.
        req meeting_key: i64,
        /// Session.
        req session_key: i64,
        /// Car number.
        req driver_number: i64,
        /// Position; null when not classified.
        opt position: i64,
        /// Laps completed.
        opt number_of_laps: i64,
        /// Points; absent outside races and sprints.
        opt points: f64,
        /// Did not finish.
        opt dnf: bool,
        /// Did not start.
        opt dns: bool,
        /// Disqualified.
        opt dsq: bool,
        /// Best lap or total time, s, or the three phases of qualifying.
        opt duration: ResultTime,
        /// Gap to the first, s or laps, or the three phases of qualifying.
        opt gap_to_leader: ResultTime,
    }
    /// Sessions, with their scheduled times; data may start an hour before and end hours after.
    Sessions / Session: sessions as "sessions", Season, Every,
    key ["session_key"], rows 1 x 395 {
        /// Meeting.
        req meeting_key: i64,
        /// Session.
        req session_key: i64,
        /// `Practice`, `Qualifying` or `Race`; a sprint is a `Race`, so classify by `session_name`.
        opt session_type: String,
        /// `Practice 1`, `Qualifying`, `Sprint Shootout`, `Sprint Qualifying`, `Sprint`, `Race` and others.
        opt session_name: String,
        /// Scheduled start, UTC.
        opt date_start: Timestamp,
        /// Scheduled end, UTC.
        opt date_end: Timestamp,
        /// City or region.
        opt location: String,
        /// Country.
        opt country_key: i64,
        /// Country, three letters.
        opt country_code: String,
        /// Country name.
        opt country_name: String,
        /// Circuit.
        opt circuit_key: i64,
        /// Circuit name.
        opt circuit_short_name: String,
        /// Local time minus UTC, `[-]HH:MM:SS`.
        opt gmt_offset: String,
        /// Season.
        opt year: i64,
        /// Whether it was cancelled; set by hand, from April 2026.
        opt is_cancelled: bool,
    }
    /// Grid of a race or sprint; rows carry the key of the qualifying session that set it.
    StartingGrid / GridSlot: starting_grid as "starting_grid", Session, GridOfRaceAndSprint,
    key ["session_key", "driver_number"], rows 20 x 110 {
        /// Meeting.
        req meeting_key: i64,
        /// Qualifying session.
        req session_key: i64,
        /// Car number.
        req driver_number: i64,
        /// Grid position.
        opt position: i64,
        /// Qualifying lap, s.
        opt lap_duration: f64,
    }
    /// Runs on one set of tyres; may overlap, end before they start, or be null.
    Stints / Stint: stints as "stints", Session, Every,
    key ["session_key", "driver_number", "stint_number"], rows 56 x 145 {
        /// Meeting.
        req meeting_key: i64,
        /// Session.
        req session_key: i64,
        /// Car number.
        req driver_number: i64,
        /// Stint, from 1.
        req stint_number: i64,
        /// First lap.
        opt lap_start: i64,
        /// Last lap.
        opt lap_end: i64,
        /// `SOFT`, `MEDIUM`, `HARD`, `INTERMEDIATE`, `WET`, `UNKNOWN` or `TEST_UNKNOWN`.
        opt compound: String,
        /// Age of the tyres at the start, laps.
        opt tyre_age_at_start: i64,
    }
    /// Recordings of team radio; hardly any from 2026.
    TeamRadio / RadioMessage: team_radio as "team_radio", Session, Every,
    key ["session_key", "driver_number", "date", "recording_url"], rows 128 x 260 {
        /// Meeting.
        req meeting_key: i64,
        /// Session.
        req session_key: i64,
        /// Car number.
        req driver_number: i64,
        /// Time, UTC.
        opt date: Timestamp,
        /// Recording, mp3.
        opt recording_url: String,
    }
    /// Weather at the track, once per minute.
    Weather / WeatherSample: weather as "weather", Session, Every,
    key ["session_key", "date"], rows 157 x 233 {
        /// Meeting.
        req meeting_key: i64,
        /// Session.
        req session_key: i64,
        /// Time, UTC.
        req date: Timestamp,
        /// Air, degrees Celsius.
        opt air_temperature: f64,
        /// Relative humidity, %.
        opt humidity: f64,
        /// Air pressure, mbar.
        opt pressure: f64,
        /// 1 when it rains, else 0.
        opt rainfall: i64,
        /// Track, degrees Celsius; exactly 0.0 is a glitch.
        opt track_temperature: f64,
        /// Direction that the wind comes from, degrees, 0 to 359, with rare glitches above.
        opt wind_direction: i64,
        /// Wind, m/s.
        opt wind_speed: f64,
    }
}

impl Endpoint {
    /// Name in the API.
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    /// Name in landing files and tables.
    pub fn landing_name(self) -> &'static str {
        self.spec().landing_name
    }

    /// Whether a whole session of the endpoint is too large for one request.
    pub fn is_telemetry(self) -> bool {
        self.spec().grain == Grain::SessionDriver
    }
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Not the name of an endpoint.
///
/// ```
/// let error = "lap".parse::<openf1_client::Endpoint>().unwrap_err();
/// assert!(error.to_string().starts_with("endpoint `lap` does not exist"));
/// ```
#[derive(Debug, Clone, thiserror::Error)]
#[error("endpoint `{0}` does not exist; available endpoints: {known}", known = Endpoint::ALL.iter().map(|e| e.name()).collect::<Vec<_>>().join(", "))]
pub struct UnknownEndpoint(pub String);

impl std::str::FromStr for Endpoint {
    type Err = UnknownEndpoint;

    /// Accepts the API's name and the landing name.
    fn from_str(text: &str) -> Result<Self, UnknownEndpoint> {
        Self::ALL
            .iter()
            .copied()
            .find(|endpoint| endpoint.name() == text || endpoint.landing_name() == text)
            .ok_or_else(|| UnknownEndpoint(text.to_owned()))
    }
}

impl Serialize for Endpoint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Endpoint {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_consistent() {
        assert_eq!(Endpoint::ALL.len(), 18);
        for endpoint in Endpoint::ALL {
            let spec = endpoint.spec();
            assert_eq!(spec.name.parse::<Endpoint>().unwrap(), *endpoint);
            assert_eq!(spec.landing_name.parse::<Endpoint>().unwrap(), *endpoint);
            for key in spec.key {
                assert!(spec.field(key).is_some(), "{endpoint}: key field {key}");
            }
            assert!(spec.fields.iter().all(|field| !field.doc.is_empty()));
        }
    }

    #[test]
    fn rows_keep_unknown_and_unexpected_fields() {
        let row: Lap = serde_json::from_str(
            r#"{"session_key":1,"lap_number":"two","lap_duration":90,"tyre":"soft","st_speed":null}"#,
        )
        .unwrap();
        assert_eq!(row.session_key, Some(1));
        assert_eq!(row.lap_duration, Some(90.0));
        assert_eq!(row.lap_number, None);
        assert_eq!(row.extra["lap_number"], "two");
        assert_eq!(row.extra["tyre"], "soft");
        assert!(!row.extra.contains_key("st_speed"));
    }
}
