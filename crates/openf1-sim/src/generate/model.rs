//! What happened in a session: laps, pit lane passages, stints, incidents and the result. All times are whole
//! milliseconds, so sums are exact.

mod outing;
mod practice;
mod qualifying;
mod race;

use super::calendar::{Kind, Place, Session};
use super::random::{Rng, mix};
use super::roster::Driver;

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
    fn first_with(&self, duration: i64, from: i64) -> i64 {
        let laps = self
            .laps
            .iter()
            .filter(|lap| lap.start >= from && lap.counts(false) && lap.duration() == duration);
        laps.map(Lap::end).min().unwrap_or(i64::MAX)
    }

    fn completed(&self) -> i64 {
        self.laps.iter().filter(|l| l.complete).count() as i64
    }

    fn last_end(&self) -> Option<i64> {
        self.laps.iter().rfind(|l| l.complete).map(Lap::end)
    }
}

/// How a result is measured.
#[derive(Debug, Clone)]
pub(crate) enum Timing {
    /// Time and gap to the first.
    Time {
        duration: i64,
        gap: i64,
    },
    /// This many laps behind.
    Lapped(i64),
    /// Best of each qualifying phase, and gaps to the best of the phase.
    Phases {
        best: [Option<i64>; 3],
        gap: [Option<i64>; 3],
    },
    None,
}

/// A line of the result.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// Index in the roster.
    pub(crate) driver: usize,
    /// `None` when not classified.
    pub(crate) position: Option<i64>,
    pub(crate) laps: i64,
    pub(crate) timing: Timing,
    pub(crate) points: i64,
    pub(crate) dnf: bool,
    pub(crate) dns: bool,
    pub(crate) dsq: bool,
}

/// How a part of a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Chequered,
    /// It was stopped and not resumed.
    Red,
}

/// A part of a session. All sessions except qualifying have one.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) ending: Ending,
    pub(crate) red: Option<Red>,
}

/// A red flag outside races.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Red {
    pub(crate) from: i64,
    /// The next green light; `None` when the part was not resumed.
    pub(crate) resume: Option<i64>,
}

impl Red {
    /// Whether part of a lap was driven under it.
    pub(crate) fn touches(&self, lap: &Lap) -> bool {
        self.from < lap.end() && lap.start < self.resume.unwrap_or(self.from)
    }
}

/// Why racing is suspended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    SafetyCar,
    Virtual,
    Red,
}

/// How a race resumes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Restart {
    Rolling,
    Standing,
}

/// A period in which racing is suspended.
#[derive(Debug, Clone)]
pub(crate) struct Neutral {
    pub(crate) trouble: Trouble,
    pub(crate) from: i64,
    /// `None` when the session ended first.
    pub(crate) to: Option<i64>,
    pub(crate) restart: Option<Restart>,
    /// When its end is announced: virtual safety car ending, safety car in this lap, start procedure.
    pub(crate) ending: Option<i64>,
    /// When race control declares the track clear.
    pub(crate) clear: Option<i64>,
    /// When race control sends the field through the pit lane behind the safety car.
    pub(crate) through_lane: Option<i64>,
    /// Who stopped, and when.
    pub(crate) victim: Option<(usize, i64)>,
    /// When the pit lane opens after a red flag.
    pub(crate) resume: Option<i64>,
}

impl Neutral {
    /// The safety car leads a race from its start.
    fn behind_safety_car(start: i64) -> Self {
        Self {
            trouble: Trouble::SafetyCar,
            from: start,
            to: None,
            restart: Some(Restart::Rolling),
            ending: None,
            clear: None,
            through_lane: None,
            victim: None,
            resume: None,
        }
    }

    /// Whether part of a lap was driven in it.
    pub(crate) fn touches(&self, lap: &Lap) -> bool {
        self.from < lap.end() && self.to.is_none_or(|to| lap.start < to)
    }
}

/// A penalty served in the pit lane.
#[derive(Debug, Clone)]
pub(crate) struct Penalty {
    pub(crate) driver: usize,
    pub(crate) kind: Errand,
    pub(crate) at: i64,
}

/// A whole session.
#[derive(Debug)]
pub(crate) struct Model {
    /// By index in the roster.
    pub(crate) runs: Vec<Run>,
    /// In order of position.
    pub(crate) results: Vec<Line>,
    /// Roster indices from pole position on.
    pub(crate) grid: Vec<usize>,
    /// Start of the race or session.
    pub(crate) start: i64,
    /// When the last car stopped.
    pub(crate) end: i64,
    pub(crate) parts: Vec<Part>,
    pub(crate) troubles: Vec<Neutral>,
    pub(crate) penalties: Vec<Penalty>,
}

impl Model {
    /// Number of the part at a time: the last one that had begun.
    pub(crate) fn part_at(&self, t: i64) -> Option<usize> {
        (!self.parts.is_empty()).then(|| self.parts.iter().filter(|p| p.start <= t).count().max(1))
    }

    /// Roster indices in the order of the result.
    pub(crate) fn order(&self) -> Vec<usize> {
        self.results.iter().map(|l| l.driver).collect()
    }
}

/// How much slower than the best car a driver is in this session, in thousandths.
fn pace(seed: u64, session: &Session, driver: &Driver) -> f64 {
    let who = super::random::text(driver.acronym);
    let team = super::random::text(driver.team.name);
    let year = session.year as u64;
    let of_team = f64::from(driver.team.slow) + Rng::new(&[seed, year, team, 1]).unit() * 2.0;
    let of_driver = Rng::new(&[seed, year, who, 2]).unit() * 4.0;
    let of_day = Rng::new(&[seed, session.key as u64, who, 3]).around(2.5);
    of_team + of_driver + of_day + 2.0
}

/// Shares of a lap's time in the first two sectors of a circuit.
pub(crate) fn sector_shares(place: &Place) -> [f64; 2] {
    let shape = mix(&[place.circuit_key as u64, 5]);
    [0.27 + (shape % 100) as f64 / 1000.0, 0.36 + (shape / 100 % 80) as f64 / 1000.0]
}

/// Splits a lap into sectors that add up to it.
fn sectors(session: &Session, duration: i64, rng: &mut Rng) -> [i64; 3] {
    let [one, two] = sector_shares(session.place).map(|share| share + rng.around(0.003));
    let first = (duration as f64 * one) as i64;
    let second = (duration as f64 * two) as i64;
    [first, second, duration - first - second]
}

/// Simulates a session. `grid` is the order of the qualifying, for races.
pub(crate) fn simulate(seed: u64, session: &Session, roster: &[Driver], grid: Option<Vec<usize>>) -> Model {
    let paces: Vec<f64> = roster.iter().map(|d| pace(seed, session, d)).collect();
    match session.kind {
        Kind::Race | Kind::Sprint => {
            let grid = grid.unwrap_or_else(|| (0..roster.len()).collect());
            race::play(seed, session, roster, &paces, grid)
        }
        Kind::Qualifying | Kind::SprintQualifying => qualifying::play(seed, session, roster, &paces),
        Kind::Practice | Kind::Testing => practice::play(seed, session, roster, &paces),
    }
}

fn compound(rng: &mut Rng) -> &'static str {
    ["SOFT", "MEDIUM", "HARD"][rng.range(0, 2) as usize]
}
