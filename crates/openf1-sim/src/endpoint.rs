//! The endpoints that exist.

macro_rules! endpoints {
    ($($variant:ident $name:literal;)+) => {
        /// One of the API's 18 endpoints.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(crate) enum Endpoint {
            $($variant,)+
        }

        impl Endpoint {
            pub(crate) const ALL: [Self; 18] = [$(Self::$variant),+];

            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

endpoints! {
    CarData "car_data";
    ChampionshipDrivers "championship_drivers";
    ChampionshipTeams "championship_teams";
    Drivers "drivers";
    Intervals "intervals";
    Laps "laps";
    Location "location";
    Meetings "meetings";
    Overtakes "overtakes";
    Pit "pit";
    Position "position";
    RaceControl "race_control";
    SessionResult "session_result";
    Sessions "sessions";
    StartingGrid "starting_grid";
    Stints "stints";
    TeamRadio "team_radio";
    Weather "weather";
}

impl Endpoint {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|e| e.name() == name)
    }

    /// Telemetry is never served for a whole session.
    pub(crate) fn is_telemetry(self) -> bool {
        matches!(self, Self::CarData | Self::Location)
    }
}
