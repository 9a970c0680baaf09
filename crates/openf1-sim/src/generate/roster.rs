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
const PEOPLE: [(&str, &str, &str, &str); 32] = [
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
    ("Jack", "Doohan", "DOO", "AUS"),
    ("Theo", "Pourchaire", "POU", "FRA"),
    ("Felipe", "Drugovich", "DRU", "BRA"),
    ("Mick", "Schumacher", "MSC", "GER"),
];

/// The field of a year, by number.
pub(crate) fn drivers(year: i32) -> Vec<Driver> {
    let field: Vec<(i64, &str, Team)> = match year {
        ..=2024 => vec![
            (1, "VER", RED_BULL),
            (11, "PER", RED_BULL),
            (44, "HAM", MERCEDES),
            (63, "RUS", MERCEDES),
            (16, "LEC", FERRARI),
            (55, "SAI", FERRARI),
            (4, "NOR", MCLAREN),
            (81, "PIA", MCLAREN),
            (14, "ALO", ASTON),
            (18, "STR", ASTON),
            (10, "GAS", ALPINE),
            (31, "OCO", ALPINE),
            (23, "ALB", WILLIAMS),
            if year == 2023 { (2, "SAR", WILLIAMS) } else { (43, "COL", WILLIAMS) },
            (77, "BOT", if year == 2023 { ALFA_ROMEO } else { SAUBER }),
            (24, "ZHO", if year == 2023 { ALFA_ROMEO } else { SAUBER }),
            (20, "MAG", HAAS),
            (27, "HUL", HAAS),
            (22, "TSU", if year == 2023 { ALPHA_TAURI } else { RB }),
            if year == 2023 { (21, "DEV", ALPHA_TAURI) } else { (3, "RIC", RB) },
        ],
        2025 => vec![
            (1, "VER", RED_BULL),
            (22, "TSU", RED_BULL),
            (12, "ANT", MERCEDES),
            (63, "RUS", MERCEDES),
            (16, "LEC", FERRARI),
            (44, "HAM", FERRARI),
            (4, "NOR", MCLAREN),
            (81, "PIA", MCLAREN),
            (14, "ALO", ASTON),
            (18, "STR", ASTON),
            (10, "GAS", ALPINE),
            (43, "COL", ALPINE),
            (23, "ALB", WILLIAMS),
            (55, "SAI", WILLIAMS),
            (5, "BOR", SAUBER),
            (27, "HUL", SAUBER),
            (31, "OCO", HAAS),
            (87, "BEA", HAAS),
            (30, "LAW", RACING_BULLS),
            (6, "HAD", RACING_BULLS),
        ],
        // The champion of 2025 takes over number 1.
        _ => vec![
            (1, "NOR", MCLAREN),
            (81, "PIA", MCLAREN),
            (3, "VER", RED_BULL),
            (6, "HAD", RED_BULL),
            (12, "ANT", MERCEDES),
            (63, "RUS", MERCEDES),
            (16, "LEC", FERRARI),
            (44, "HAM", FERRARI),
            (14, "ALO", ASTON),
            (18, "STR", ASTON),
            (10, "GAS", ALPINE),
            (43, "COL", ALPINE),
            (23, "ALB", WILLIAMS),
            (55, "SAI", WILLIAMS),
            (5, "BOR", AUDI),
            (27, "HUL", AUDI),
            (31, "OCO", HAAS),
            (87, "BEA", HAAS),
            (30, "LAW", RACING_BULLS),
            (41, "LIN", RACING_BULLS),
            (11, "PER", CADILLAC),
            (77, "BOT", CADILLAC),
        ],
    };
    let mut drivers: Vec<Driver> = field.into_iter().filter_map(|(n, a, t)| driver(n, a, t)).collect();
    drivers.sort_by_key(|d| d.number);
    drivers
}
