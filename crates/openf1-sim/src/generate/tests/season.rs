//! Contents of a season.

use super::*;

#[test]
fn a_season_has_what_it_should() {
    for year in 2023..=2027 {
        let g = generated(1, &[year]);
        assert_eq!(g.meetings.len(), 25, "24 races and the test");
        let keys: BTreeSet<i64> = g.sessions.iter().map(|s| s.key).collect();
        assert_eq!(keys.len(), g.sessions.len(), "session keys are unique");
        let meeting_keys: BTreeSet<i64> = g.meetings.iter().map(|m| m.key).collect();
        assert_eq!(meeting_keys.len(), g.meetings.len());
        assert!(!g.sessions.is_sorted_by_key(|s| s.key), "keys are not in order of time");
        assert_eq!(g.meetings.iter().filter(|m| m.cancelled).count(), 1);
        assert_eq!(g.sessions.iter().filter(|s| !s.telemetry).count(), 1);
        assert!(g.meetings.is_sorted_by_key(|m| m.start), "{year}");
        assert_eq!(g.roster(year).len(), if year < 2026 { 20 } else { 22 });
        let teams: BTreeSet<_> = g.roster(year).iter().map(|d| d.team.name).collect();
        assert_eq!(teams.len(), if year < 2026 { 10 } else { 11 });
        let one = g.roster(year).iter().find(|d| d.number == 1).unwrap();
        assert_eq!(one.acronym, if year < 2026 { "VER" } else { "NOR" });
        let sprint = if year == 2023 { "Sprint Shootout" } else { "Sprint Qualifying" };
        assert!(g.sessions.iter().any(|s| s.name == sprint));
    }
    let g = generated(1, &[2024]);
    let last = g.sessions.last().unwrap();
    assert_eq!((last.place.location, last.name), ("Yas Island", "Race"));
    assert_eq!(crate::clock::iso(last.start), "2024-12-08T13:00:00+00:00");
}

#[test]
fn rows_depend_on_seed_alone() {
    let (one, other) = (generated(5, &[2024]), generated(5, &[2023, 2024, 2025]));
    let (a, b) = (race_at(&one, 2024, "Monza"), race_at(&other, 2024, "Monza"));
    assert_eq!(one.sessions[a].key, other.sessions[b].key);
    for endpoint in
        [Endpoint::Laps, Endpoint::SessionResult, Endpoint::ChampionshipDrivers, Endpoint::Weather]
    {
        assert_eq!(text(&one.table(a, endpoint)), text(&other.table(b, endpoint)));
    }
    let seed6 = generated(6, &[2024]);
    assert_ne!(text(&one.table(a, Endpoint::Laps)), text(&seed6.table(a, Endpoint::Laps)));
    let raw = format!("session_key={}&driver_number=1", one.sessions[a].key);
    assert_eq!(telemetry(&one, Endpoint::Location, &raw), telemetry(&other, Endpoint::Location, &raw));
}

#[test]
fn bad_configurations_are_refused() {
    for config in [
        GeneratedConfig { seasons: vec![], ..GeneratedConfig::default() },
        GeneratedConfig { seasons: vec![1800], ..GeneratedConfig::default() },
        GeneratedConfig { telemetry_hz: f64::NAN, ..GeneratedConfig::default() },
        GeneratedConfig { telemetry_hz: 0.0, ..GeneratedConfig::default() },
    ] {
        assert!(matches!(Generated::new(config), Err(SimError::Config(_))));
    }
}

#[test]
fn no_rows_before_they_happened() {
    let g = generated(1, &[2024]);
    let session = &g.sessions[race_at(&g, 2024, "Yas Island")];
    let raw = format!("session_key={}", session.key);
    let budget = Budget::default();
    let rows = |now| {
        g.tables(Endpoint::Laps, &query(&raw), now, &Meter::new(&budget))
            .unwrap()
            .iter()
            .map(|t| t.1.len())
            .sum::<usize>()
    };
    assert_eq!(rows(session.end - 1), 0);
    assert!(rows(session.end) > 500);
    assert_eq!(g.latest(session.start - 2 * MINUTE).map(|l| l.1 == session.key), Some(false));
    assert_eq!(g.latest(session.start).map(|l| l.1), Some(session.key));
    let gone = g.sessions.iter().find(|s| s.cancelled).unwrap();
    assert!(
        g.tables(Endpoint::Laps, &query(&format!("session_key={}", gone.key)), NOW, &Meter::new(&budget))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn quirks_are_there() {
    let g = generated(1, &[2024]);
    let twice = g.table(race_at(&g, 2024, "Melbourne"), Endpoint::Drivers);
    assert_eq!(twice.len(), 21);
    assert_eq!(twice[3].fields, twice[4].fields);
    let half = g.table(race_at(&g, 2024, "Monza"), Endpoint::Drivers);
    assert_eq!(half.len(), 21);
    assert!(half[20].fields["team_name"].is_null() && !half[20].fields["name_acronym"].is_null());
    let stints = g.table(race_at(&g, 2024, "Monza"), Endpoint::Stints);
    let mut overlaps = 0;
    for two in stints.windows(2) {
        if two[0].int("driver_number") == two[1].int("driver_number") {
            overlaps += usize::from(two[0].int("lap_end") >= two[1].int("lap_start"));
        }
    }
    assert_eq!(overlaps, 1);
    let new = generated(1, &[2026]);
    let key = new.sessions[race_at(&new, 2026, "Monza")].key;
    let (body, _) = telemetry(&new, Endpoint::CarData, &format!("session_key={key}&driver_number=1"));
    assert!(String::from_utf8(body).unwrap().contains("\"drs\":null"));
}
