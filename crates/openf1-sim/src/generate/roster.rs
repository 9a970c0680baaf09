//! Who drives for whom.

/// A team of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Team {
    pub(crate) name: &'static str,
    pub(crate) colour: &'static str,
    /// How much slower than the best its car is, in thousandths.
    pub(crate) slow: u32,
}

/// A driver of a year.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Driver {
    pub(crate) number: i64,
    pub(crate) first: &'static str,
    pub(crate) last: &'static str,
    pub(crate) acronym: &'static str,
    pub(crate) country: &'static str,
    pub(crate) team: Team,
}

const fn team(name: &'static str, colour: &'static str, slow: u32) -> Team {
    Team { name, colour, slow }
}

const RED_BULL: Team = team("Red Bull Racing", "3671C6", 0);
const MCLAREN: Team = team("McLaren", "FF8000", 1);
const FERRARI: Team = team("Ferrari", "E8002D", 2);
const MERCEDES: Team = team("Mercedes", "27F4D2", 3);
const ASTON: Team = team("Aston Martin", "229971", 6);
const ALPINE: Team = team("Alpine", "0093CC", 9);
const WILLIAMS: Team = team("Williams", "64C4FF", 8);
const HAAS: Team = team("Haas F1 Team", "B6BABD", 8);
const ALPHA_TAURI: Team = team("AlphaTauri", "5E8FAA", 9);
const RB: Team = team("RB", "6692FF", 7);
const RACING_BULLS: Team = team("Racing Bulls", "6692FF", 7);
const ALFA_ROMEO: Team = team("Alfa Romeo", "C92D4B", 10);
const SAUBER: Team = team("Kick Sauber", "52E252", 11);
const AUDI: Team = team("Audi", "bb0a30", 10);
const CADILLAC: Team = team("Cadillac", "909090", 12);

fn driver(number: i64, acronym: &str, team: Team) -> Option<Driver> {
    let (first, last, acronym, country) = *PEOPLE.iter().find(|p| p.2 == acronym)?;
    Some(Driver { number, first, last, acronym, country, team })
}

/// First name, last name, code, country.
const PEOPLE: [(&str, &str, &str, &str); 28] = [
    ("Max", "Verstappen", "VER", "NED"),
    ("Sergio", "Perez", "PER", "MEX"),
    ("Lewis", "Hamilton", "HAM", "GBR"),
    ("George", "Russell", "RUS", "GBR"),
    ("Charles", "Leclerc", "LEC", "MON"),
    ("Carlos", "Sainz", "SAI", "ESP"),
    ("Lando", "Norris", "NOR", "GBR"),
    ("Oscar", "Piastri", "PIA", "AUS"),
    ("Fernando", "Alonso", "ALO", "ESP"),
    ("Lance", "Stroll", "STR", "CAN"),
    ("Pierre", "Gasly", "GAS", "FRA"),
    ("Esteban", "Ocon", "OCO", "FRA"),
    ("Alexander", "Albon", "ALB", "THA"),
    ("Logan", "Sargeant", "SAR", "USA"),
    ("Valtteri", "Bottas", "BOT", "FIN"),
    ("Guanyu", "Zhou", "ZHO", "CHN"),
    ("Kevin", "Magnussen", "MAG", "DEN"),
    ("Nico", "Hülkenberg", "HUL", "GER"),
    ("Yuki", "Tsunoda", "TSU", "JPN"),
    ("Nyck", "De Vries", "DEV", "NED"),
    ("Daniel", "Ricciardo", "RIC", "AUS"),
    ("Franco", "Colapinto", "COL", "ARG"),
    ("Kimi", "Antonelli", "ANT", "ITA"),
    ("Gabriel", "Bortoleto", "BOR", "BRA"),
    ("Oliver", "Bearman", "BEA", "GBR"),
    ("Liam", "Lawson", "LAW", "NZL"),
    ("Isack", "Hadjar", "HAD", "FRA"),
    ("Arvid", "Lindblad", "LIN", "GBR"),
];

/// The field of a year, by number.
pub(crate) fn drivers(year: i32) -> Vec<Driver> {
    let field: Vec<(Team, [(i64, &str); 2])> = match year {
        ..=2024 => vec![
            (RED_BULL, [(1, "VER"), (11, "PER")]),
            (MERCEDES, [(44, "HAM"), (63, "RUS")]),
            (FERRARI, [(16, "LEC"), (55, "SAI")]),
            (MCLAREN, [(4, "NOR"), (81, "PIA")]),
            (ASTON, [(14, "ALO"), (18, "STR")]),
            (ALPINE, [(10, "GAS"), (31, "OCO")]),
            (WILLIAMS, [(23, "ALB"), if year == 2023 { (2, "SAR") } else { (43, "COL") }]),
            (if year == 2023 { ALFA_ROMEO } else { SAUBER }, [(77, "BOT"), (24, "ZHO")]),
            (HAAS, [(20, "MAG"), (27, "HUL")]),
            if year == 2023 {
                (ALPHA_TAURI, [(22, "TSU"), (21, "DEV")])
            } else {
                (RB, [(22, "TSU"), (3, "RIC")])
            },
        ],
        2025 => vec![
            (RED_BULL, [(1, "VER"), (22, "TSU")]),
            (MERCEDES, [(12, "ANT"), (63, "RUS")]),
            (FERRARI, [(16, "LEC"), (44, "HAM")]),
            (MCLAREN, [(4, "NOR"), (81, "PIA")]),
            (ASTON, [(14, "ALO"), (18, "STR")]),
            (ALPINE, [(10, "GAS"), (43, "COL")]),
            (WILLIAMS, [(23, "ALB"), (55, "SAI")]),
            (SAUBER, [(5, "BOR"), (27, "HUL")]),
            (HAAS, [(31, "OCO"), (87, "BEA")]),
            (RACING_BULLS, [(30, "LAW"), (6, "HAD")]),
        ],
        _ => vec![
            (MCLAREN, [(1, "NOR"), (81, "PIA")]),
            (RED_BULL, [(3, "VER"), (6, "HAD")]),
            (MERCEDES, [(12, "ANT"), (63, "RUS")]),
            (FERRARI, [(16, "LEC"), (44, "HAM")]),
            (ASTON, [(14, "ALO"), (18, "STR")]),
            (ALPINE, [(10, "GAS"), (43, "COL")]),
            (WILLIAMS, [(23, "ALB"), (55, "SAI")]),
            (AUDI, [(5, "BOR"), (27, "HUL")]),
            (HAAS, [(31, "OCO"), (87, "BEA")]),
            (RACING_BULLS, [(30, "LAW"), (41, "LIN")]),
            (CADILLAC, [(11, "PER"), (77, "BOT")]),
        ],
    };
    let seats =
        field.into_iter().flat_map(|(team, pair)| pair.map(|(number, acronym)| (number, acronym, team)));
    let mut drivers: Vec<Driver> = seats.filter_map(|(n, a, t)| driver(n, a, t)).collect();
    drivers.sort_by_key(|d| d.number);
    drivers
}
