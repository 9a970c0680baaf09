//! One driver's session: laps, passages through the pit lane, and sets of tyres.

use crate::generate::random::Rng;

/// A time deleted for leaving the track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deletion {
    /// When race control announces it.
    pub(crate) at: i64,
    pub(crate) turn: i64,
    /// When the car left the track.
    pub(crate) left: i64,
}

/// One lap of a driver.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lap {
    pub(crate) number: i64,
    pub(crate) start: i64,
    pub(crate) sectors: [i64; 3],
    /// Out of the pits.
    pub(crate) out: bool,
    /// Ends in the pit lane.
    pub(crate) into_lane: bool,
    /// Begins from a standing start on the grid.
    pub(crate) from_grid: bool,
    /// Out of or into the pits, off the grid, or held up: not representative.
    pub(crate) slow: bool,
    /// False for the lap on which the car stopped.
    pub(crate) complete: bool,
    /// Milliseconds that the car stands on the grid at the end of the lap.
    pub(crate) to_grid: i64,
    /// The stewards deleted the time.
    pub(crate) deleted: Option<Deletion>,
    /// Number of the earlier lap whose time and third sector the feed repeats.
    pub(crate) repeats: Option<i64>,
}

impl Lap {
    pub(crate) fn duration(&self) -> i64 {
        self.sectors.iter().sum()
    }

    pub(crate) fn end(&self) -> i64 {
        self.start + self.duration()
    }

    /// Whether its time may be the best one. In races, any completed lap counts.
    pub(crate) fn counts(&self, race: bool) -> bool {
        self.complete && self.deleted.is_none() && (race || !self.slow)
    }
}

/// Why a car was in the pit lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Errand {
    Stop,
    DriveThrough,
    StopGo,
    /// Led through by the safety car.
    SafetyCar,
    RedFlag,
    Garage,
}

impl Errand {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::DriveThrough => "drive_through",
            Self::StopGo => "stop_go",
            Self::SafetyCar => "safety_car",
            Self::RedFlag => "red_flag",
            Self::Garage => "garage",
        }
    }
}

/// A passage through the pit lane, or a stay in it.
#[derive(Debug, Clone)]
pub(crate) struct Passage {
    pub(crate) kind: Errand,
    /// The lap that ended in the lane, 0 before the first.
    pub(crate) lap: i64,
    pub(crate) entry: i64,
    /// `None` when the car never left.
    pub(crate) exit: Option<i64>,
    /// Milliseconds stationary for work or a penalty.
    pub(crate) standing: Option<i64>,
    /// Left on another set of tyres.
    pub(crate) tyres: bool,
}

impl Passage {
    /// A stay in the garage.
    pub(super) fn garage(lap: i64, entry: i64, exit: Option<i64>) -> Self {
        Self { kind: Errand::Garage, lap, entry, exit, standing: None, tyres: false }
    }

    /// Milliseconds from the entry to the exit.
    pub(crate) fn lane(&self) -> Option<i64> {
        self.exit.map(|exit| exit - self.entry)
    }
}

/// Laps on one set of tyres.
#[derive(Debug, Clone)]
pub(crate) struct Stint {
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) compound: &'static str,
    pub(crate) age: i64,
    pub(crate) told: Told,
}

impl Stint {
    /// Laps that the tyres have done at its end.
    pub(crate) fn worn(&self) -> i64 {
        self.age + self.last - self.first + 1
    }
}

/// What the feed reports for a compound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    Known,
    /// UNKNOWN for the first lap.
    Late,
    /// UNKNOWN.
    Never,
    /// Null.
    Null,
}

/// One driver's session.
#[derive(Debug, Clone, Default)]
pub(crate) struct Run {
    pub(crate) laps: Vec<Lap>,
    pub(crate) passages: Vec<Passage>,
    pub(crate) stints: Vec<Stint>,
}

impl Run {
    /// End of the first lap with this time that began at or after a moment: of equal times, the first set is
    /// ahead.
    pub(super) fn first_with(&self, duration: i64, from: i64) -> i64 {
        let laps = self
            .laps
            .iter()
            .filter(|lap| lap.start >= from && lap.counts(false) && lap.duration() == duration);
        laps.map(Lap::end).min().unwrap_or(i64::MAX)
    }

    pub(super) fn completed(&self) -> i64 {
        self.laps.iter().filter(|l| l.complete).count() as i64
    }

    pub(super) fn last_end(&self) -> Option<i64> {
        self.laps.iter().rfind(|l| l.complete).map(Lap::end)
    }
}

/// A compound by chance.
pub(super) fn compound(rng: &mut Rng) -> &'static str {
    ["SOFT", "MEDIUM", "HARD"][rng.range(0, 2) as usize]
}
