//! The endpoints that exist.

/// One of the API's 18 endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Endpoint {
    CarData,
    ChampionshipDrivers,
    ChampionshipTeams,
    Drivers,
    Intervals,
    Laps,
    Location,
    Meetings,
    Overtakes,
    Pit,
    Position,
    RaceControl,
    SessionResult,
    Sessions,
    StartingGrid,
    Stints,
    TeamRadio,
    Weather,
}

impl Endpoint {
    pub(crate) const ALL: [Self; 18] = [
        Self::CarData,
        Self::ChampionshipDrivers,
        Self::ChampionshipTeams,
        Self::Drivers,
        Self::Intervals,
        Self::Laps,
        Self::Location,
        Self::Meetings,
        Self::Overtakes,
        Self::Pit,
        Self::Position,
        Self::RaceControl,
        Self::SessionResult,
        Self::Sessions,
        Self::StartingGrid,
        Self::Stints,
        Self::TeamRadio,
        Self::Weather,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CarData => "car_data",
            Self::ChampionshipDrivers => "championship_drivers",
            Self::ChampionshipTeams => "championship_teams",
            Self::Drivers => "drivers",
            Self::Intervals => "intervals",
            Self::Laps => "laps",
            Self::Location => "location",
            Self::Meetings => "meetings",
            Self::Overtakes => "overtakes",
            Self::Pit => "pit",
            Self::Position => "position",
            Self::RaceControl => "race_control",
            Self::SessionResult => "session_result",
            Self::Sessions => "sessions",
            Self::StartingGrid => "starting_grid",
            Self::Stints => "stints",
            Self::TeamRadio => "team_radio",
            Self::Weather => "weather",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|e| e.name() == name)
    }

    /// Telemetry is never served for a whole session.
    pub(crate) fn is_telemetry(self) -> bool {
        matches!(self, Self::CarData | Self::Location)
    }
}
