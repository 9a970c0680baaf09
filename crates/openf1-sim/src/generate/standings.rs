//! The championship standings.

use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Points and place of one driver in a race or sprint.
#[derive(Debug)]
pub(crate) struct Won {
    pub(crate) number: i64,
    pub(crate) team: &'static str,
    pub(crate) points: i64,
    /// Place in a Grand Prix; `None` in a sprint and when not classified.
    pub(crate) place: Option<i64>,
}

/// A competitor's points and places so far, ordered by points, then by wins, second places and so on, which
/// count in Grands Prix only.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Haul {
    pub(crate) points: i64,
    /// Number of first places, second places and so on.
    places: Vec<u32>,
}

impl Haul {
    fn add(&mut self, won: &Won) {
        self.points += won.points;
        if let Some(place) = won.place.and_then(|p| usize::try_from(p - 1).ok()) {
            if self.places.len() <= place {
                self.places.resize(place + 1, 0);
            }
            self.places[place] += 1;
        }
    }
}

/// Totals keyed by `who`, best first; equal totals in key order.
pub(crate) fn table<'a, K: Ord + Copy>(
    races: impl Iterator<Item = &'a Vec<Won>>,
    who: impl Fn(&Won) -> K,
) -> Vec<(K, Haul)> {
    let mut hauls: BTreeMap<K, Haul> = BTreeMap::new();
    for won in races.flatten() {
        hauls.entry(who(won)).or_default().add(won);
    }
    let mut table: Vec<(K, Haul)> = hauls.into_iter().collect();
    table.sort_by(|a, b| Reverse(&a.1).cmp(&Reverse(&b.1)));
    table
}

/// Place of a total in a table; equal totals share it.
pub(crate) fn place<K>(table: &[(K, Haul)], haul: &Haul) -> i64 {
    1 + table.iter().filter(|(_, other)| other > haul).count() as i64
}
