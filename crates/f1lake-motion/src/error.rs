//! Why laps cannot be overlaid, or only at their ends, and why they have no minisectors.

/// Why laps cannot be overlaid.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OverlayError {
    /// The lap's official time is missing, not positive, or longer than a day.
    #[error("the lap has no official time")]
    NoLapTime,
    /// Fewer than two readings have a time within the lap and a distance, or the car did not move.
    #[error("the lap has too little telemetry")]
    TooFewReadings,
    /// The integrated lengths of the two laps differ too much.
    #[error("the laps differ too much in length: {first_m:.0} m and {second_m:.0} m")]
    LengthsDiffer {
        /// Length of the first lap, metres.
        first_m: f64,
        /// Length of the second lap, metres.
        second_m: f64,
    },
    /// The integrated length of a lap does not match the anchors.
    #[error("a lap of {lap_m:.0} m does not fit a track of {track_m:.0} m")]
    OtherTrack {
        /// Length of the lap, metres.
        lap_m: f64,
        /// Length by the anchors, metres.
        track_m: f64,
    },
}

/// Why the sector lines are not used as anchors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoSectorLines {
    /// A sector time is null.
    #[error("a sector time is missing")]
    Missing,
    /// The sector times do not add up to the lap time.
    #[error("sector times do not add up to the lap time")]
    DoNotAddUp,
    /// By telemetry, the car covered less than half or more than twice the length of a sector.
    #[error("sector times do not fit the telemetry")]
    DoNotFit,
    /// The anchors lack the positions of the sector lines.
    #[error("the positions of the sector lines are unknown")]
    Unknown,
}

/// Why the lap is not cut into minisectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MinisectorError {
    /// There are too few or too many parts.
    #[error("cannot cut a lap into {count} minisectors: expected 3 to 1000")]
    Count {
        /// Number of parts.
        count: usize,
    },
    /// The positions of the sector lines are unknown, in the anchors or in all laps.
    #[error("the positions of the sector lines are unknown")]
    NoSectorLines,
}

/// Why a lap has no times in the minisectors.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LeftOut {
    /// Its sector times are unusable.
    #[error(transparent)]
    Sectors(#[from] NoSectorLines),
    /// Its integrated length does not match the anchors.
    #[error("a lap of {lap_m:.0} m does not fit a track of {track_m:.0} m")]
    OtherTrack {
        /// Length of the lap, metres.
        lap_m: f64,
        /// Length by the anchors, metres.
        track_m: f64,
    },
}
