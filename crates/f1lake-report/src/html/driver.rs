//! A driver, as tables and filters show him.

use crate::field::Member;

/// A driver.
pub(super) struct DriverView {
    pub(super) number: i64,
    pub(super) class: String,
    pub(super) acronym: String,
    pub(super) name: String,
    pub(super) team: String,
    pub(super) seat: usize,
}

pub(super) fn driver_view(member: &Member) -> DriverView {
    DriverView {
        number: member.number,
        class: member.class(),
        acronym: member.acronym.clone(),
        name: member.name.clone(),
        team: member.team.clone(),
        seat: member.seat.min(2),
    }
}
