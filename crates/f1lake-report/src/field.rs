//! The field: every driver of a report once, in the order of the result, with the same look in all charts.

use crate::clean::clean;
use crate::colour::{DARK_PAGE, LIGHT_PAGE, Rgb};
use crate::data::ReportData;
use crate::frame::Shape;
use std::collections::BTreeMap;

/// A driver as shown in charts and tables.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// Number on the car.
    pub(crate) number: i64,
    /// Three letters, or the number without an acronym.
    pub(crate) acronym: String,
    /// Full name; empty when unknown.
    pub(crate) name: String,
    /// Team; empty when unknown.
    pub(crate) team: String,
    /// The team's colour, or one of the palette.
    pub(crate) colour: Rgb,
    /// 0 for the first driver of this colour, 1 for the second, 2 for all others.
    pub(crate) seat: usize,
}

impl Member {
    /// CSS class and name of the series.
    pub(crate) fn class(&self) -> String {
        format!("d{}", self.number)
    }

    /// Classes of the driver's groups in charts.
    pub(crate) fn series(&self) -> String {
        format!("d d{} seat{}", self.number, self.seat)
    }

    /// Shape of the driver's points.
    pub(crate) fn shape(&self) -> Shape {
        [Shape::Disc, Shape::Square, Shape::Triangle].get(self.seat).copied().unwrap_or(Shape::Triangle)
    }

    /// The colour on light and on dark.
    pub(crate) fn tones(&self) -> (Rgb, Rgb) {
        (self.colour.readable_on(LIGHT_PAGE), self.colour.readable_on(DARK_PAGE))
    }
}

/// All drivers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Field {
    members: Vec<Member>,
    places: BTreeMap<i64, usize>,
}

impl Field {
    /// Order: the leaderboard, then drivers found only in other parts.
    pub(crate) fn of(data: &ReportData) -> Self {
        let known: BTreeMap<i64, _> = data.drivers.iter().rev().map(|d| (d.driver_number, d)).collect();
        let numbers = (data.leaderboard.iter().map(|r| r.driver_number))
            .chain(data.drivers.iter().map(|d| d.driver_number))
            .chain(data.laps.iter().map(|l| l.driver_number))
            .chain(data.stints.iter().map(|s| s.driver_number))
            .chain(data.compared_laps.iter().map(|t| t.driver_number))
            .chain(data.lap_positions.iter().map(|l| l.driver_number))
            .chain(data.pit_stops.iter().map(|p| p.driver_number))
            .chain(data.stint_pace.iter().map(|s| s.driver_number))
            .chain(data.penalties.iter().map(|p| p.driver_number))
            .chain(data.qualifying_times.iter().map(|t| t.driver_number))
            .chain(data.long_runs.iter().map(|r| r.driver_number));
        let mut field = Self::default();
        let mut seats: BTreeMap<String, usize> = BTreeMap::new();
        let mut without_colour = 0;
        for number in numbers {
            if field.places.contains_key(&number) {
                continue;
            }
            let driver = known.get(&number);
            let text = |value: Option<&String>, most| value.map(|v| clean(v, most)).unwrap_or_default();
            let acronym = text(driver.and_then(|d| d.name_acronym.as_ref()), 4);
            let team = text(driver.and_then(|d| d.team_name.as_ref()), 40);
            let (colour, seat) = match Rgb::team(driver.and_then(|d| d.team_colour.as_deref())) {
                Some(colour) => (colour, *seats.entry(colour.css()).and_modify(|s| *s += 1).or_default()),
                None => {
                    without_colour += 1;
                    Rgb::spare(without_colour - 1)
                }
            };
            field.places.insert(number, field.members.len());
            field.members.push(Member {
                number,
                acronym: if acronym.is_empty() { number.to_string() } else { acronym },
                name: text(driver.and_then(|d| d.full_name.as_ref()), 60),
                team,
                colour,
                seat: seat.min(2),
            });
        }
        field
    }

    /// In order.
    pub(crate) fn members(&self) -> &[Member] {
        &self.members
    }

    /// The driver with this number.
    pub(crate) fn get(&self, number: i64) -> Option<&Member> {
        self.members.get(*self.places.get(&number)?)
    }

    /// The acronym for this number.
    pub(crate) fn acronym(&self, number: i64) -> String {
        self.get(number).map_or_else(|| number.to_string(), |m| m.acronym.clone())
    }
}
