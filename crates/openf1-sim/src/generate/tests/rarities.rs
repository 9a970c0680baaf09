//! Every season has the rarities of real ones, for any seed.

use super::*;
use crate::generate::truth::{Neutralisation, Truth};

const SEASONS: [(u64, i32); 7] =
    [(1, 2023), (1, 2024), (2, 2024), (77, 2025), (3, 2026), (12_345, 2027), (9, 2042)];

struct Season {
    g: Generated,
    truths: Vec<(usize, Truth)>,
}

fn season(seed: u64, year: i32) -> Season {
    let g = generated(seed, &[year]);
    let held = |i: &usize| !g.sessions[*i].cancelled;
    let truths = (0..g.sessions.len()).filter(held).map(|i| (i, tell(&g, i))).collect();
    Season { g, truths }
}

impl Season {
    fn rows(&self, index: usize, endpoint: Endpoint) -> Arc<Vec<Row>> {
        self.g.table(index, endpoint)
    }

    fn messages(&self, index: usize) -> Vec<(i64, String)> {
        let text = |r: &Row| r.fields["message"].as_str().unwrap().to_owned();
        let date = |r: &Row| crate::clock::parse(r.fields["date"].as_str().unwrap()).unwrap().ms;
        self.rows(index, Endpoint::RaceControl).iter().map(|r| (date(r), text(r))).collect()
    }

    fn races(&self) -> impl Iterator<Item = &(usize, Truth)> {
        self.truths.iter().filter(|(_, t)| t.kind == "race")
    }

    fn neutralised(&self, wanted: impl Fn(&Neutralisation) -> bool) -> usize {
        self.truths.iter().flat_map(|(_, t)| &t.neutralisations).filter(|n| wanted(n)).count()
    }

    fn passages(&self, kind: &str) -> usize {
        let all = self.truths.iter().flat_map(|(_, t)| &t.drivers).flat_map(|d| &d.passages);
        all.filter(|p| p.kind == kind).count()
    }
}

#[test]
fn every_season_has_every_rarity() {
    for (seed, year) in SEASONS {
        let s = season(seed, year);
        let name = format!("seed {seed}, {year}");
        let of = |kind: &str, restart: Option<&str>| {
            s.neutralised(|n| n.kind == kind && n.restart.as_deref() == restart && n.to.is_some())
        };
        assert!(of("virtual_safety_car", None) >= 1, "{name}");
        assert!(of("safety_car", Some("rolling")) >= 3, "{name}");
        assert_eq!((of("red_flag", Some("standing")), of("red_flag", Some("rolling"))), (1, 1), "{name}");
        let behind = s.races().filter(|(_, t)| t.neutralisations.first().is_some_and(|n| n.from == t.start));
        assert_eq!(behind.count(), 1, "{name}: starts behind the safety car");
        assert!(s.passages("safety_car") > 15, "{name}");
        assert_eq!((s.passages("drive_through"), s.passages("stop_go")), (1, 1), "{name}");
        assert!(s.passages("red_flag") > 20, "{name}");
        let races = || s.races().flat_map(|(_, t)| &t.drivers);
        let passages = || races().flat_map(|d| &d.passages);
        let at = |time: &str| time.parse::<jiff::Timestamp>().unwrap().as_second();
        let repairs = passages().filter(|p| {
            p.kind == "stop" && p.exit.as_ref().is_some_and(|exit| at(exit) - at(&p.entry) > 500)
        });
        let given_up = passages().filter(|p| p.kind == "garage" && p.exit.is_none());
        assert_eq!((repairs.count(), given_up.count()), (1, 1), "{name}: repairs");
        let status = |wanted: &str| races().filter(|d| d.result.status.as_deref() == Some(wanted)).count();
        assert_eq!(status("dsq"), 1, "{name}");
        assert!(status("dns") >= 1 && status("dnf") > 8 && status("lapped") > 20, "{name}");
        let excluded = s.truths.iter().filter(|(_, t)| t.kind == "qualifying").flat_map(|(_, t)| &t.drivers);
        assert_eq!(excluded.filter(|d| d.result.status.as_deref() == Some("dsq")).count(), 1, "{name}");

        let laps = || s.truths.iter().flat_map(|(_, t)| &t.drivers).flat_map(|d| &d.laps);
        assert_eq!(laps().filter(|l| l.is_repeated_by_feed).count(), 1, "{name}");
        assert!(laps().filter(|l| l.is_deleted).count() > 50, "{name}");
        let red = |kind: &str| {
            let of = s.truths.iter().filter(|(_, t)| t.kind == kind);
            of.flat_map(|(_, t)| &t.parts).filter(|p| p.ended_by == "red_flag").count()
        };
        assert_eq!((red("qualifying"), red("sprint_qualifying"), red("practice")), (3, 1, 1), "{name}");

        // The same in the rows.
        let stints: Vec<Row> =
            s.truths.iter().flat_map(|(i, _)| s.rows(*i, Endpoint::Stints).to_vec()).collect();
        let compound = |wanted: Value| stints.iter().filter(|r| r.fields["compound"] == wanted).count();
        assert_eq!((compound("UNKNOWN".into()), compound(Value::Null)), (2, 1), "{name}");
        let (index, budapest) =
            s.races().find(|(i, _)| s.g.sessions[*i].place.location == "Budapest").unwrap();
        let fifth = budapest.drivers.iter().find(|d| d.result.position == Some(5)).unwrap().driver_number;
        let drivers = s.rows(*index, Endpoint::Drivers);
        assert!(
            drivers.iter().all(|r| r.int("driver_number") != Some(fifth)) && drivers.len() > 18,
            "{name}"
        );
        let no_start =
            s.races().filter(|(i, _)| s.rows(*i, Endpoint::Laps)[0].fields["date_start"].is_null());
        assert!(no_start.count() >= 1, "{name}: lap 1 without a start");
        let melbourne =
            s.g.sessions.iter().position(|m| m.kind == Kind::Race && m.place.location == "Melbourne");
        let stints = s.rows(melbourne.unwrap(), Endpoint::Stints);
        for two in stints.windows(2).filter(|two| two[0].int("driver_number") == two[1].int("driver_number"))
        {
            assert_eq!(two[0].int("lap_end"), two[1].int("lap_start"), "{name}");
        }
    }
}

#[test]
fn equal_points_are_decided_by_places() {
    for (seed, year) in SEASONS {
        let s = season(seed, year);
        let mut decided = 0;
        for (index, truth) in s.races() {
            let table = &truth.standings.as_ref().unwrap().drivers;
            assert!(table.is_sorted_by(|a, b| a.points >= b.points));
            // Not in numerical order: positions decided.
            decided += table
                .windows(2)
                .filter(|t| t[0].points == t[1].points && t[0].driver_number > t[1].driver_number)
                .count();
            let rows = s.rows(*index, Endpoint::ChampionshipDrivers);
            let told: Vec<_> = rows
                .iter()
                .map(|r| (r.int("driver_number").unwrap(), r.int("points_current").unwrap()))
                .collect();
            assert_eq!(told, table.iter().map(|d| (d.driver_number, d.points)).collect::<Vec<_>>());
            let won: i64 = table.iter().map(|d| d.points).sum();
            assert_eq!(won, truth.standings.as_ref().unwrap().teams.iter().map(|t| t.points).sum::<i64>());
        }
        assert!(decided > 5, "seed {seed}, {year}: {decided}");
    }
}

#[test]
fn race_control_matches_the_race() {
    for (seed, year) in SEASONS {
        let s = season(seed, year);
        for (index, truth) in &s.truths {
            let name = format!("seed {seed}, {year}, {} {}", s.g.sessions[*index].place.location, truth.kind);
            let said = s.messages(*index);
            let race = truth.kind == "race" || truth.kind == "sprint";
            let count = |text: &str| said.iter().filter(|m| m.1 == text).count();
            let parts = truth.parts.iter().filter(|p| p.ended_by == "chequered_flag").count();
            assert_eq!(count("CHEQUERED FLAG"), parts, "{name}");
            let refused = said.iter().filter(|m| m.1.ends_with(" WILL NOT BE RESUMED")).count();
            assert_eq!(refused, truth.parts.len() - parts, "{name}");
            let flag = s.rows(*index, Endpoint::RaceControl);
            let flag = flag.iter().find(|r| r.fields["flag"] == "CHEQUERED" && race);
            let most = truth.drivers.iter().map(|d| d.result.laps).max();
            assert!(flag.is_none_or(|f| f.int("lap_number") == most), "{name}: {flag:?} {most:?}");
            for n in &truth.neutralisations {
                let at = |text: &Option<String>| crate::clock::parse(text.as_ref().unwrap()).unwrap().ms;
                let (from, to) = (at(&Some(n.from.clone())), at(&n.to));
                let near = |text: &str, low: i64, high: i64| {
                    assert!(
                        said.iter().any(|m| m.1 == text && (low..=high).contains(&m.0)),
                        "{name}: {text} from {} to {}: {n:?}",
                        crate::clock::iso(low),
                        crate::clock::iso(high)
                    );
                };
                match n.kind.as_str() {
                    "virtual_safety_car" => {
                        near("VIRTUAL SAFETY CAR DEPLOYED", from - 1000, from);
                        near("VIRTUAL SAFETY CAR ENDING", to - 16_000, to - 9_000);
                        near("TRACK CLEAR", to - 1000, to);
                    }
                    "safety_car" => {
                        near("SAFETY CAR IN THIS LAP", from, to - 20_000);
                        near("TRACK CLEAR", to - 13_000, to);
                    }
                    _ => {
                        near("RED FLAG", from - 1000, from);
                        near("TRACK CLEAR", from, to - 60_000);
                    }
                }
            }
            // Each deletion names a time and a lap that has it, or outside races the one before.
            let mut named = 0;
            for (_, text) in said.iter().filter(|m| m.1.contains(" DELETED ")) {
                let words: Vec<&str> = text.split(' ').collect();
                let number: i64 = words[1].parse().unwrap();
                let (minutes, seconds) = words[4].split_once(':').unwrap();
                let time = minutes.parse::<f64>().unwrap() * 60.0 + seconds.parse::<f64>().unwrap();
                let lap: i64 = words[words.len() - 2].parse().unwrap();
                let driver = truth.drivers.iter().find(|d| d.driver_number == number).unwrap();
                let fits = |l: &&crate::truth::Lap| {
                    let named = l.lap_number == lap || (!race && l.lap_number + 1 == lap);
                    l.is_deleted && named && (l.duration.unwrap() - time).abs() < 1e-6
                };
                assert!(driver.laps.iter().any(|l| fits(&l)), "{name}: {text}");
                named += 1;
            }
            assert_eq!(
                named,
                truth.drivers.iter().flat_map(|d| &d.laps).filter(|l| l.is_deleted).count(),
                "{name}"
            );
        }
    }
}

#[test]
fn a_time_is_deleted_while_the_next_part_runs() {
    for (seed, year) in SEASONS {
        let s = season(seed, year);
        let (index, truth) = s
            .truths
            .iter()
            .find(|(i, t)| t.kind == "qualifying" && s.g.sessions[*i].place.location == "Monaco")
            .unwrap();
        let model = s.g.model(*index);
        let second = model.parts[1].start;
        let late = model.runs.iter().flat_map(|r| &r.laps).filter(|l| {
            l.end() < model.parts[0].end + 3 * MINUTE && l.deleted.is_some_and(|d| d.at > second)
        });
        assert_eq!(late.count(), 1, "seed {seed}, {year}");
        assert!(truth.drivers.iter().filter(|d| d.result.best[1].is_some()).count() >= 14);
    }
}

#[test]
fn no_car_overtakes_behind_the_safety_car() {
    let ms = |text: &str| crate::clock::parse(text).unwrap().ms;
    for (seed, year) in SEASONS {
        let s = season(seed, year);
        let mut compared = 0;
        for (index, truth) in s.races() {
            let model = s.g.model(*index);
            for n in truth.neutralisations.iter().filter(|n| n.kind == "safety_car") {
                let (from, to) = (ms(&n.from), ms(n.to.as_deref().unwrap()));
                // Ends of laps in the queue, of cars that did not turn into the lane before or after.
                let mut at_line: Vec<(i64, i64, usize)> = Vec::new();
                for (d, run) in model.runs.iter().enumerate() {
                    for lap in run.laps.iter().filter(|l| l.complete && from < l.start && l.start < to) {
                        let led = run.passages.iter().all(|p| {
                            p.lap != lap.number && p.lap + 1 != lap.number
                                || p.kind == model::Errand::SafetyCar
                        });
                        if led {
                            at_line.push((lap.start, lap.end(), d));
                        }
                    }
                }
                at_line.sort_unstable();
                for two in at_line.windows(2) {
                    assert!(
                        two[0].1 + 400 <= two[1].1,
                        "{} {}: {two:?}",
                        s.g.sessions[*index].place.location,
                        n.from
                    );
                    compared += 1;
                }
                // The queue has closed up when racing begins.
                let last = n.last_lap.unwrap();
                let mut gaps: Vec<f64> = truth
                    .drivers
                    .iter()
                    .filter_map(|d| d.laps.iter().find(|l| l.lap_number == last)?.gap_to_leader)
                    .collect();
                gaps.sort_by(f64::total_cmp);
                assert!(gaps[gaps.len() / 2] < 25.0, "{gaps:?}");
                let leader = truth.drivers.iter().filter_map(|d| {
                    let lap = d.laps.iter().find(|l| l.lap_number == last)?;
                    (lap.position == Some(1)).then(|| ms(lap.end.as_deref().unwrap()))
                });
                assert_eq!(
                    leader.collect::<Vec<_>>(),
                    [to],
                    "racing goes on when the leader crosses the line"
                );
            }
        }
        assert!(compared > 100, "{compared}");
    }
}
