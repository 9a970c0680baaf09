//! Laps, results, grids and tables.

use super::*;

#[test]
fn laps_add_up_and_follow_each_other() {
    let g = generated(2, &[2023, 2026]);
    for (index, session) in g.sessions.iter().enumerate() {
        let model = g.model(index);
        for run in &model.runs {
            for two in run.laps.windows(2) {
                assert!(two[0].end() <= two[1].start, "{} {}", session.key, session.name);
                assert_eq!(two[0].number + 1, two[1].number);
                if session.kind.is_race() {
                    assert_eq!(two[0].end(), two[1].start);
                }
            }
            for (stint, next) in run.stints.iter().zip(run.stints.iter().skip(1)) {
                assert_eq!(stint.last + 1, next.first);
            }
        }
        let mut seen = BTreeSet::new();
        for row in g.table(index, Endpoint::Laps).iter() {
            let number = |name: &str| row.fields[name].as_f64();
            let sectors = ["duration_sector_1", "duration_sector_2", "duration_sector_3"].map(number);
            let repeated = model.runs.iter().zip(g.roster(session.year)).any(|(run, driver)| {
                let lap = run.laps.iter().find(|l| Some(l.number) == row.int("lap_number"));
                Some(driver.number) == row.int("driver_number") && lap.is_some_and(|l| l.repeats.is_some())
            });
            if let (Some(lap), [Some(a), Some(b), Some(c)]) = (number("lap_duration"), sectors) {
                assert_eq!((lap - a - b - c).abs() < 0.001, !repeated);
            }
            assert!(seen.insert((row.int("driver_number"), row.int("lap_number"))));
            if session.kind == Kind::Race && session.year == 2023 && row.int("lap_number") == Some(1) {
                assert!(row.fields["lap_duration"].is_null() && row.fields["date_start"].is_null());
            }
        }
    }
}

#[test]
fn results_agree_with_laps_grid_and_table() {
    let g = generated(3, &[2024]);
    let mut sums: BTreeMap<i64, i64> = BTreeMap::new();
    let mut held: Vec<usize> = (0..g.sessions.len()).filter(|i| g.sessions[*i].kind.is_race()).collect();
    held.sort_by_key(|i| g.sessions[*i].start);
    let (mut lapped, mut unclassified) = (0, 0);
    for index in held {
        let session = &g.sessions[index];
        if session.cancelled {
            continue;
        }
        let model = g.model(index);
        // The car with more laps, or the same number in less time, is ahead.
        let classified: Vec<_> = model.results.iter().filter(|l| l.position.is_some()).collect();
        for two in classified.windows(2) {
            let end = |d: usize| model.runs[d].laps.iter().rfind(|l| l.complete).unwrap().end();
            assert!(
                two[0].laps > two[1].laps
                    || (two[0].laps == two[1].laps && end(two[0].driver) <= end(two[1].driver))
            );
        }
        let quali = session.kind.grid_kind().unwrap();
        let quali =
            g.sessions.iter().position(|s| s.meeting_key == session.meeting_key && s.kind == quali).unwrap();
        let grid = g.table(quali, Endpoint::StartingGrid);
        assert_eq!(grid.len(), 20);
        assert!(g.table(index, Endpoint::StartingGrid).is_empty());
        let by_grid: Vec<i64> = model.grid.iter().map(|d| g.roster(2024)[*d].number).collect();
        assert_eq!(by_grid, grid.iter().map(|r| r.int("driver_number").unwrap()).collect::<Vec<_>>());
        for row in g.table(index, Endpoint::SessionResult).iter() {
            *sums.entry(row.int("driver_number").unwrap()).or_default() += row.int("points").unwrap();
            lapped += usize::from(row.fields["gap_to_leader"].is_string());
            unclassified += usize::from(row.fields["position"].is_null());
        }
        let table = g.table(index, Endpoint::ChampionshipDrivers);
        if session.kind == Kind::Race {
            assert_eq!(table.len(), 20);
            for row in table.iter() {
                assert_eq!(row.int("points_current"), sums.get(&row.int("driver_number").unwrap()).copied());
            }
            let teams = g.table(index, Endpoint::ChampionshipTeams);
            let of_teams: i64 = teams.iter().map(|r| r.int("points_current").unwrap()).sum();
            assert_eq!((teams.len(), of_teams), (10, sums.values().sum()));
        } else {
            assert!(table.is_empty());
        }
        let starts = model.grid.len();
        let positions = g.table(index, Endpoint::Position);
        assert!(positions.len() > starts, "something happens");
        assert!(g.table(index, Endpoint::Overtakes).len() > 5);
        // The last position of each finisher is that of the result, unless a car stopped late.
        assert_eq!(positions[0].int("driver_number"), Some(by_grid[0]));
    }
    assert!(lapped > 20 && unclassified > 10, "{lapped} lapped, {unclassified} unclassified");
}

#[test]
fn qualifying_results_are_arrays() {
    let g = generated(1, &[2025]);
    let index = g.sessions.iter().position(|s| s.kind == Kind::Qualifying).unwrap();
    let rows = g.table(index, Endpoint::SessionResult);
    let filled =
        |row: &Row| row.fields["duration"].as_array().unwrap().iter().filter(|v| !v.is_null()).count();
    let counts: Vec<usize> = rows.iter().map(filled).collect();
    assert_eq!(counts, [[3; 10].as_slice(), &[2; 5], &[1; 5]].concat());
    assert!(rows.iter().all(|r| !r.fields.contains_key("points")));
    assert_eq!(rows[0].fields["gap_to_leader"][2], 0);
}

#[test]
fn intervals_hold_every_form() {
    let g = generated(1, &[2024]);
    let index = race_at(&g, 2024, "Yas Island");
    let rows = g.table(index, Endpoint::Intervals);
    assert!((4_000..29_000).contains(&rows.len()), "{}", rows.len());
    let texts = rows.iter().filter(|r| r.fields["gap_to_leader"] == "+1 LAP").count();
    let nulls = rows.iter().filter(|r| r.fields["gap_to_leader"].is_null()).count();
    let zeros = rows.iter().filter(|r| r.fields["gap_to_leader"] == 0).count();
    assert!(texts > 20 && nulls > 50 && zeros > 500, "{texts} {nulls} {zeros}");
    assert!(rows.iter().all(|r| r.fields["gap_to_leader"].as_f64().is_none_or(|g| g >= 0.0)));
    let practice = g.sessions.iter().position(|s| s.kind == Kind::Practice).unwrap();
    assert!(g.table(practice, Endpoint::Intervals).is_empty());
}
