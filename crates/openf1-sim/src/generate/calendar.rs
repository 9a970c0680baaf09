//! Meetings and sessions of a season. Keys depend only on the year and, as in the real API, are not in
//! chronological order.

use crate::clock::{DAY, HOUR, MINUTE, days_from_civil};

/// Kind of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Practice,
    Testing,
    Qualifying,
    SprintQualifying,
    Sprint,
    Race,
}

impl Kind {
    /// The session that sets the grid of this one.
    pub(crate) fn grid_kind(self) -> Option<Self> {
        match self {
            Self::Race => Some(Self::Qualifying),
            Self::Sprint => Some(Self::SprintQualifying),
            _ => None,
        }
    }

    pub(crate) fn is_race(self) -> bool {
        matches!(self, Self::Race | Self::Sprint)
    }

    pub(crate) fn is_qualifying(self) -> bool {
        matches!(self, Self::Qualifying | Self::SprintQualifying)
    }
}

/// Where and when a race is held.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) meeting: &'static str,
    pub(crate) location: &'static str,
    pub(crate) country: &'static str,
    pub(crate) country_code: &'static str,
    pub(crate) country_key: i64,
    pub(crate) circuit: &'static str,
    pub(crate) circuit_key: i64,
    pub(crate) circuit_type: &'static str,
    /// Minutes ahead of UTC.
    pub(crate) offset: i64,
    /// The race's date in 2024; other years take the nearest Sunday.
    date: (i64, i64),
    /// Start of the race in UTC.
    time: (i64, i64),
    /// A fast lap in milliseconds.
    pub(crate) lap_ms: i64,
    /// Metres of a lap.
    pub(crate) length: f64,
    /// Number of corners, 10 to 20.
    pub(crate) turns: usize,
    sprint: bool,
}

macro_rules! places {
    ($($meeting:literal $location:literal $country:literal $code:literal $ck:literal
       $circuit:literal $key:literal $type:literal $offset:literal
       $m:literal / $d:literal $h:literal : $min:literal $lap:literal $length:literal $turns:literal $sprint:literal;)*) => {
        [$(Place {
            meeting: $meeting, location: $location, country: $country, country_code: $code,
            country_key: $ck, circuit: $circuit, circuit_key: $key, circuit_type: $type,
            offset: $offset, date: ($m, $d), time: ($h, $min), lap_ms: $lap,
            length: $length, turns: $turns, sprint: $sprint,
        }),*]
    };
}

pub(crate) static PLACES: [Place; 24] = places! {
    "Bahrain Grand Prix" "Sakhir" "Bahrain" "BRN" 36 "Sakhir" 63 "Permanent" 180 3/3 15:00 90_200 5412.0 15 false;
    "Saudi Arabian Grand Prix" "Jeddah" "Saudi Arabia" "KSA" 153 "Jeddah" 149 "Temporary - Street" 180 3/10 17:00 88_300 6174.0 20 false;
    "Australian Grand Prix" "Melbourne" "Australia" "AUS" 5 "Melbourne" 10 "Temporary - Road" 660 3/24 4:00 76_900 5278.0 14 false;
    "Japanese Grand Prix" "Suzuka" "Japan" "JPN" 4 "Suzuka" 46 "Permanent" 540 4/7 5:00 89_100 5807.0 18 false;
    "Chinese Grand Prix" "Shanghai" "China" "CHN" 53 "Shanghai" 49 "Permanent" 480 4/21 7:00 94_200 5451.0 16 true;
    "Miami Grand Prix" "Miami" "United States" "USA" 19 "Miami" 151 "Temporary - Street" -240 5/5 20:00 87_600 5412.0 19 true;
    "Emilia Romagna Grand Prix" "Imola" "Italy" "ITA" 13 "Imola" 6 "Permanent" 120 5/19 13:00 75_400 4909.0 19 false;
    "Monaco Grand Prix" "Monaco" "Monaco" "MON" 114 "Monte Carlo" 22 "Temporary - Street" 120 5/26 13:00 71_100 3337.0 19 false;
    "Canadian Grand Prix" "Montréal" "Canada" "CAN" 46 "Montreal" 23 "Temporary - Road" -240 6/9 18:00 72_300 4361.0 14 false;
    "Spanish Grand Prix" "Barcelona" "Spain" "ESP" 1 "Catalunya" 15 "Permanent" 120 6/23 13:00 72_000 4657.0 14 false;
    "Austrian Grand Prix" "Spielberg" "Austria" "AUT" 17 "Spielberg" 19 "Permanent" 120 6/30 13:00 65_400 4318.0 10 true;
    "British Grand Prix" "Silverstone" "United Kingdom" "GBR" 2 "Silverstone" 2 "Permanent" 60 7/7 14:00 86_800 5891.0 18 false;
    "Hungarian Grand Prix" "Budapest" "Hungary" "HUN" 14 "Hungaroring" 4 "Permanent" 120 7/21 13:00 76_200 4381.0 14 false;
    "Belgian Grand Prix" "Spa-Francorchamps" "Belgium" "BEL" 16 "Spa-Francorchamps" 7 "Permanent" 120 7/28 13:00 105_100 7004.0 19 false;
    "Dutch Grand Prix" "Zandvoort" "Netherlands" "NED" 133 "Zandvoort" 55 "Permanent" 120 8/25 13:00 70_700 4259.0 14 false;
    "Italian Grand Prix" "Monza" "Italy" "ITA" 13 "Monza" 39 "Permanent" 120 9/1 13:00 80_300 5793.0 11 false;
    "Azerbaijan Grand Prix" "Baku" "Azerbaijan" "AZE" 30 "Baku" 144 "Temporary - Street" 240 9/15 11:00 102_100 6003.0 20 false;
    "Singapore Grand Prix" "Marina Bay" "Singapore" "SGP" 157 "Singapore" 61 "Temporary - Street" 480 9/22 12:00 90_200 4940.0 19 false;
    "United States Grand Prix" "Austin" "United States" "USA" 19 "Austin" 9 "Permanent" -300 10/20 19:00 93_200 5513.0 20 true;
    "Mexico City Grand Prix" "Mexico City" "Mexico" "MEX" 8 "Mexico City" 65 "Permanent" -360 10/27 20:00 76_400 4304.0 17 false;
    "São Paulo Grand Prix" "São Paulo" "Brazil" "BRA" 10 "Interlagos" 14 "Permanent" -180 11/3 17:00 70_200 4309.0 15 true;
    "Las Vegas Grand Prix" "Las Vegas" "United States" "USA" 19 "Las Vegas" 152 "Temporary - Street" -480 11/24 6:00 93_000 6201.0 17 false;
    "Qatar Grand Prix" "Lusail" "Qatar" "QAT" 149 "Lusail" 150 "Permanent" 180 12/1 16:00 81_000 5419.0 16 true;
    "Abu Dhabi Grand Prix" "Yas Island" "United Arab Emirates" "UAE" 21 "Yas Marina Circuit" 70 "Permanent" 240 12/8 13:00 83_000 5281.0 16 false;
};

/// A race weekend or a test.
#[derive(Debug, Clone)]
pub(crate) struct Meeting {
    pub(crate) key: i64,
    pub(crate) name: String,
    pub(crate) official_name: String,
    pub(crate) place: &'static Place,
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) year: i32,
    pub(crate) cancelled: bool,
}

/// A session.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) key: i64,
    pub(crate) meeting_key: i64,
    pub(crate) kind: Kind,
    pub(crate) name: &'static str,
    pub(crate) session_type: &'static str,
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) year: i32,
    pub(crate) place: &'static Place,
    /// Name of the meeting without year, for URLs of recordings.
    pub(crate) meeting: String,
    pub(crate) cancelled: bool,
    /// Whether `car_data` and `location` exist.
    pub(crate) telemetry: bool,
}

/// Which race of a year is cancelled.
fn cancelled_location(year: i32) -> &'static str {
    ["Imola", "Jeddah", "Zandvoort", "Sakhir"][(year - 2023).rem_euclid(4) as usize]
}

fn nearest_sunday(year: i32, (month, day): (i64, i64)) -> i64 {
    let days = days_from_civil(i64::from(year), month, day);
    // 1970-01-01 was a Thursday.
    let weekday = (days + 4).rem_euclid(7);
    if weekday <= 3 { days - weekday } else { days + 7 - weekday }
}

/// Adds the meetings and sessions of a year.
pub(crate) fn season(year: i32, meetings: &mut Vec<Meeting>, sessions: &mut Vec<Session>) {
    let nth_year = i64::from(year - 2023);
    let mut session_index = 0;
    let mut add_meeting =
        |index: i64, name: &str, place: &'static Place, list: &[(Kind, &'static str, i64, i64)]| {
            let cancelled = index > 0 && place.location == cancelled_location(year);
            // 7 and 29, and 37 and 251, are coprime: keys are spread but never equal.
            let meeting_key = 1140 + nth_year * 40 + if index == 0 { 0 } else { 1 + index * 7 % 29 };
            for (kind, name_of_session, start, end) in list {
                sessions.push(Session {
                    key: 9000 + nth_year * 400 + session_index * 37 % 251,
                    meeting_key,
                    kind: *kind,
                    name: name_of_session,
                    session_type: match kind {
                        Kind::Practice | Kind::Testing => "Practice",
                        Kind::Qualifying => "Qualifying",
                        // Older rows have their own type.
                        Kind::SprintQualifying if year == 2023 => "Sprint Qualifying",
                        Kind::SprintQualifying => "Qualifying",
                        Kind::Sprint | Kind::Race => "Race",
                    },
                    start: *start,
                    end: *end,
                    year,
                    place,
                    meeting: name.to_owned(),
                    cancelled,
                    telemetry: !(place.location == "Spielberg" && *name_of_session == "Practice 1"),
                });
                session_index += 1;
            }
            meetings.push(Meeting {
                key: meeting_key,
                name: name.to_owned(),
                official_name: format!("FORMULA 1 {} {year}", name.to_uppercase()),
                place,
                start: list.first().map_or(0, |s| s.2),
                end: list.last().map_or(0, |s| s.3),
                year,
                cancelled,
            });
        };

    let first_race = nearest_sunday(year, PLACES[0].date);
    let day = |n: i64| (first_race - 11 + n) * DAY;
    let names =
        if year == 2023 { ["Practice 1", "Practice 2", "Practice 3"] } else { ["Day 1", "Day 2", "Day 3"] };
    let testing: Vec<_> = (0..3)
        .map(|n| {
            let start = day(n) + 7 * HOUR;
            (Kind::Testing, names[n as usize], start, start + 9 * HOUR + 30 * MINUTE)
        })
        .collect();
    add_meeting(0, "Pre-Season Testing", &PLACES[0], &testing);

    for (index, place) in PLACES.iter().enumerate() {
        let race = nearest_sunday(year, place.date) * DAY + place.time.0 * HOUR + place.time.1 * MINUTE;
        // (days before the race, minutes after its time of day, minutes long)
        let at = |kind, name, days: i64, minutes: i64, long: i64| {
            let start = race - days * DAY + minutes * MINUTE;
            (kind, name, start, start + long * MINUTE)
        };
        let list = match (place.sprint, year) {
            (false, _) => vec![
                at(Kind::Practice, "Practice 1", 2, -90, 60),
                at(Kind::Practice, "Practice 2", 2, 120, 60),
                at(Kind::Practice, "Practice 3", 1, -150, 60),
                at(Kind::Qualifying, "Qualifying", 1, 60, 60),
                at(Kind::Race, "Race", 0, 0, 120),
            ],
            (true, 2023) => vec![
                at(Kind::Practice, "Practice 1", 2, -90, 60),
                at(Kind::Qualifying, "Qualifying", 2, 120, 60),
                at(Kind::SprintQualifying, "Sprint Shootout", 1, -150, 44),
                at(Kind::Sprint, "Sprint", 1, 90, 60),
                at(Kind::Race, "Race", 0, 0, 120),
            ],
            (true, _) => vec![
                at(Kind::Practice, "Practice 1", 2, -90, 60),
                at(Kind::SprintQualifying, "Sprint Qualifying", 2, 150, 44),
                at(Kind::Sprint, "Sprint", 1, -180, 60),
                at(Kind::Qualifying, "Qualifying", 1, 60, 60),
                at(Kind::Race, "Race", 0, 0, 120),
            ],
        };
        add_meeting(index as i64 + 1, place.meeting, place, &list);
    }
}
