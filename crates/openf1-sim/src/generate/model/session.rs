//! A whole session: its parts, interruptions and result.

use super::run::{Errand, Lap, Run};

/// How a result is measured.
#[derive(Debug, Clone, Default)]
pub(crate) enum Timing {
    /// Time and gap to the first.
    Time { duration: i64, gap: i64 },
    /// This many laps behind.
    Lapped(i64),
    /// Best of each qualifying phase, and gaps to the best of the phase.
    Phases { best: [Option<i64>; 3], gap: [Option<i64>; 3] },
    #[default]
    None,
}

/// A line of the result.
#[derive(Debug, Clone, Default)]
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
    pub(super) fn new(trouble: Trouble, from: i64, restart: Option<Restart>) -> Self {
        Self {
            trouble,
            from,
            to: None,
            restart,
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
#[derive(Debug, Default)]
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
