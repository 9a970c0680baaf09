//! Derives the truth from the state of the generator.

use super::record::{
    Driver, DriverResult, DriverStanding, Lap, Neutralisation, Part, Passage, Standings, Stint, TeamStanding,
    Trace, Truth,
};
use crate::clock::iso;
use crate::generate::calendar::{Kind, Session};
use crate::generate::drive::Drive;
use crate::generate::model::{Ending, Line, Model, Restart, Run, Timing, Told, Trouble};
use crate::generate::seasons::Generated;
use crate::generate::standings;
use crate::generate::track::Track;

fn seconds(ms: i64) -> f64 {
    ms as f64 / 1000.0
}

/// What happened in a session.
pub(crate) fn tell(generated: &Generated, index: usize) -> Truth {
    let session = &generated.sessions[index];
    let model = generated.model(index);
    let roster = generated.roster(session.year);
    let order = Order::new(session, &model);
    let drivers = roster
        .iter()
        .zip(&model.runs)
        .enumerate()
        .map(|(d, (driver, run))| Driver {
            driver_number: driver.number,
            laps: laps(session, &model, run, &order),
            passages: passages(run),
            stints: stints(run),
            result: result(session, &model, d),
        })
        .collect();
    Truth {
        session_key: session.key,
        meeting_key: session.meeting_key,
        year: session.year,
        kind: match session.kind {
            Kind::Race => "race",
            Kind::Sprint => "sprint",
            Kind::Qualifying => "qualifying",
            Kind::SprintQualifying => "sprint_qualifying",
            Kind::Practice => "practice",
            Kind::Testing => "testing",
        }
        .to_owned(),
        start: iso(model.start),
        end: iso(model.end),
        parts: parts(&model),
        neutralisations: neutralisations(session, &model, &order),
        drivers,
        standings: (session.kind == Kind::Race).then(|| standings_after(generated, index)),
        traces: if session.telemetry { traces(generated, index, &model) } else { Vec::new() },
    }
}

/// When each car completed each lap of a race, in time order.
struct Order {
    by_lap: Vec<Vec<i64>>,
}

impl Order {
    fn new(session: &Session, model: &Model) -> Self {
        let mut by_lap: Vec<Vec<i64>> = Vec::new();
        if session.kind.is_race() {
            for lap in model.runs.iter().flat_map(|r| &r.laps).filter(|l| l.complete) {
                let at = lap.number as usize - 1;
                if by_lap.len() <= at {
                    by_lap.resize(at + 1, Vec::new());
                }
                by_lap[at].push(lap.end());
            }
            by_lap.iter_mut().for_each(|ends| ends.sort_unstable());
        }
        Self { by_lap }
    }

    fn of(&self, lap: i64) -> &[i64] {
        self.by_lap.get(lap as usize - 1).map_or(&[], Vec::as_slice)
    }

    /// Laps that the leader had completed at a time.
    fn led(&self, t: i64) -> i64 {
        self.by_lap.iter().filter(|ends| ends.first().is_some_and(|e| *e <= t)).count() as i64
    }
}

fn parts(model: &Model) -> Vec<Part> {
    model
        .parts
        .iter()
        .zip(1..)
        .map(|(part, number)| Part {
            part: number,
            start: iso(part.start),
            end: iso(part.end),
            ended_by: match part.ending {
                Ending::Chequered => "chequered_flag",
                Ending::Red => "red_flag",
            }
            .to_owned(),
        })
        .collect()
}

fn neutralisations(session: &Session, model: &Model, order: &Order) -> Vec<Neutralisation> {
    if !session.kind.is_race() {
        return Vec::new();
    }
    let laps = order.by_lap.len() as i64;
    model
        .troubles
        .iter()
        .map(|t| {
            let first = order.led(t.from) + 1;
            // A time exactly at the line ends a lap; it does not begin the next.
            let last = t.to.map_or(laps, |to| order.led(to - 1) + 1).min(laps);
            Neutralisation {
                kind: match t.trouble {
                    Trouble::SafetyCar => "safety_car",
                    Trouble::Virtual => "virtual_safety_car",
                    Trouble::Red => "red_flag",
                }
                .to_owned(),
                from: iso(t.from),
                to: t.to.map(iso),
                first_lap: (first <= laps).then_some(first),
                last_lap: (first <= laps).then_some(last),
                restart: t.restart.map(|restart| {
                    match restart {
                        Restart::Rolling => "rolling",
                        Restart::Standing => "standing",
                    }
                    .to_owned()
                }),
            }
        })
        .collect()
}

fn laps(session: &Session, model: &Model, run: &Run, order: &Order) -> Vec<Lap> {
    let race = session.kind.is_race();
    run.laps
        .iter()
        .map(|lap| {
            let end = lap.complete.then(|| lap.end());
            let ends = order.of(lap.number);
            let in_trouble = |red_only: bool| {
                race && model
                    .troubles
                    .iter()
                    .any(|t| (t.trouble == Trouble::Red || !red_only) && t.touches(lap))
            };
            let stopped = model.parts.iter().filter_map(|p| p.red).any(|red| red.touches(lap));
            Lap {
                lap_number: lap.number,
                start: iso(lap.start),
                end: end.map(iso),
                duration: end.map(|_| seconds(lap.duration())),
                sectors: lap.sectors.map(|s| end.map(|_| seconds(s))),
                is_completed: lap.complete,
                is_out_lap: lap.out,
                is_in_lap: lap.into_lane,
                is_neutralised: in_trouble(false),
                is_under_red_flag: in_trouble(true) || stopped,
                is_start_lap: lap.from_grid,
                is_deleted: lap.deleted.is_some(),
                is_repeated_by_feed: lap.repeats.is_some(),
                position: end.filter(|_| race).map(|end| ends.partition_point(|e| *e < end) as i64 + 1),
                gap_to_leader: end.filter(|_| race).and_then(|end| Some(seconds(end - ends.first()?))),
                part: model.part_at(lap.start).map(|p| p as i64),
            }
        })
        .collect()
}

fn passages(run: &Run) -> Vec<Passage> {
    run.passages
        .iter()
        .map(|p| Passage {
            kind: p.kind.name().to_owned(),
            entry: iso(p.entry),
            exit: p.exit.map(iso),
            in_lap: p.lap,
            out_lap: p.exit.and_then(|_| run.laps.iter().find(|l| l.number == p.lap + 1)).map(|l| l.number),
            standing: p.standing.map(seconds),
            tyres_changed: p.tyres,
        })
        .collect()
}

fn stints(run: &Run) -> Vec<Stint> {
    run.stints
        .iter()
        .map(|s| Stint {
            first_lap: s.first,
            last_lap: s.last,
            compound: matches!(s.told, Told::Known | Told::Late).then(|| s.compound.to_owned()),
            age_at_start: s.age,
        })
        .collect()
}

fn result(session: &Session, model: &Model, driver: usize) -> DriverResult {
    let race = session.kind.is_race();
    let line: Option<&Line> = model.results.iter().find(|l| l.driver == driver);
    let Some(line) = line else {
        return DriverResult::default();
    };
    let status = match &line.timing {
        _ if line.dsq => Some("dsq"),
        _ if !race => None,
        _ if line.dns => Some("dns"),
        _ if line.dnf => Some("dnf"),
        Timing::Lapped(_) => Some("lapped"),
        _ => Some("finished"),
    };
    let run = &model.runs[driver];
    let fastest = || run.laps.iter().filter(|l| l.counts(race)).map(|l| l.duration()).min();
    DriverResult {
        position: line.position,
        laps: line.laps,
        points: line.points,
        status: status.map(str::to_owned),
        time: match &line.timing {
            Timing::Time { duration, .. } if race => Some(seconds(*duration)),
            _ => None,
        },
        best: match &line.timing {
            Timing::Phases { best, .. } => best.map(|b| b.map(seconds)).to_vec(),
            _ => vec![fastest().map(seconds)],
        },
    }
}

fn standings_after(generated: &Generated, index: usize) -> Standings {
    let held = generated.points(generated.sessions[index].year);
    let races = held.iter().position(|(i, _)| *i == index).map_or(0, |i| i + 1);
    let so_far = || held[..races].iter().map(|(_, won)| won);
    let drivers = standings::table(so_far(), |won| won.number);
    let teams = standings::table(so_far(), |won| won.team);
    Standings {
        drivers: drivers
            .iter()
            .map(|(driver_number, haul)| DriverStanding {
                driver_number: *driver_number,
                points: haul.points,
                position: standings::place(&drivers, haul),
            })
            .collect(),
        teams: teams
            .iter()
            .map(|(team, haul)| TeamStanding {
                team_name: (*team).to_owned(),
                points: haul.points,
                position: standings::place(&teams, haul),
            })
            .collect(),
    }
}

/// The fastest clean lap of each car, as it was driven.
fn traces(generated: &Generated, index: usize, model: &Model) -> Vec<Trace> {
    let session = &generated.sessions[index];
    let track = Track::new(session.place);
    generated
        .roster(session.year)
        .iter()
        .zip(&model.runs)
        .filter_map(|(driver, run)| {
            let clean = |lap: &crate::generate::model::Lap| {
                lap.complete && !lap.slow && lap.deleted.is_none() && lap.repeats.is_none()
            };
            let at = (0..run.laps.len())
                .filter(|i| clean(&run.laps[*i]))
                .min_by_key(|i| run.laps[*i].duration())?;
            let lap = &run.laps[at];
            let seed = generated.drive_seed(session, driver);
            Some(trace(&track, Drive::new(&track, run, at, seed), driver.number, lap.number, lap.duration()))
        })
        .collect()
}

fn trace(track: &Track, mut drive: Drive, driver_number: i64, lap_number: i64, duration: i64) -> Trace {
    let nodes = track.nodes.len() as f64;
    // Rounded to a hundredth of a millisecond.
    let reached = (1..100).filter_map(|i| drive.reaches(nodes * f64::from(i) / 100.0));
    let mut times: Vec<f64> = reached.map(|ms| (ms * 100.0).round() / 100_000.0).collect();
    times.push(seconds(duration));
    let line = (0..=duration / 200)
        .map(|i| {
            let [x, y, _] = track.place(&drive.moment(track, (i * 200) as f64));
            [seconds(i * 200), (x * 10.0).round() / 10.0, (y * 10.0).round() / 10.0]
        })
        .collect();
    Trace { driver_number, lap_number, times, line }
}
