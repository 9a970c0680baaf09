//! Stints as text, and the legend of compounds.

use crate::charts::tyre_stints;
use crate::colour::Tyre;
use crate::data::ReportData;
use crate::field::Field;

/// Each driver's stints.
pub(super) fn stint_rows(data: &ReportData, field: &Field) -> Vec<(String, String)> {
    let drawable = tyre_stints::drawable(data);
    field
        .members()
        .iter()
        .filter_map(|member| {
            let texts: Vec<String> = drawable
                .iter()
                .filter(|(s, ..)| s.driver_number == member.number)
                .map(|(stint, start, end)| tyre_stints::describe(stint, *start, *end))
                .collect();
            (!texts.is_empty()).then(|| (member.acronym.clone(), texts.join("; ")))
        })
        .collect()
}

/// Compounds that occur, for the legend: class, letter, name.
pub(super) fn tyres(data: &ReportData) -> Vec<(&'static str, &'static str, &'static str)> {
    let used: std::collections::BTreeSet<Tyre> =
        tyre_stints::drawable(data).iter().map(|(s, ..)| Tyre::of(s.compound.as_deref())).collect();
    used.into_iter().map(|t| (t.class(), t.letter(), t.name())).collect()
}
