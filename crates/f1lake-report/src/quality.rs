//! Data-quality checks as readable lines.

use crate::clean::clean;
use crate::data::{QualityLine, QualityStatus, ReportData};
use crate::field::Field;

/// A check that found odd rows.
#[derive(Debug, PartialEq)]
pub(crate) struct Finding {
    /// Name of the check.
    pub(crate) check: String,
    /// `3 of 58`.
    pub(crate) count: String,
    /// Acronyms.
    pub(crate) drivers: String,
    /// What was counted.
    pub(crate) description: String,
}

/// Checks that found odd rows, in order.
pub(crate) fn findings(data: &ReportData, field: &Field) -> Vec<Finding> {
    let text = |value: &Option<String>, most| value.as_deref().map(|v| clean(v, most)).unwrap_or_default();
    of_status(data, QualityStatus::Warned)
        .map(|line| Finding {
            check: clean(&line.check_name, 60),
            count: match (line.odd, line.looked_at) {
                (Some(odd), Some(all)) if all > 1 => format!("{odd} of {all}"),
                (Some(odd), _) => odd.to_string(),
                (None, _) => String::new(),
            },
            drivers: drivers(line, field),
            description: text(&line.description, 300),
        })
        .collect()
}

/// `2 of 17 checks found odd rows, 3 had no data to check`.
pub(crate) fn summary(data: &ReportData) -> String {
    let count = |status| of_status(data, status).count();
    let (warned, idle) = (count(QualityStatus::Warned), count(QualityStatus::NotChecked));
    let checked = data.quality.len() - idle;
    let rest = match idle {
        0 => String::new(),
        n => format!(", {n} had no data to check"),
    };
    match (checked, warned) {
        (0, _) => "no check ran".to_owned(),
        (1, 0) => format!("1 check passed{rest}"),
        (n, 0) => format!("{n} checks passed{rest}"),
        (n, found) => format!("{found} of {n} checks found odd rows{rest}"),
    }
}

/// Names of the checks with this status, joined by commas.
pub(crate) fn names(data: &ReportData, status: QualityStatus) -> String {
    of_status(data, status).map(|line| clean(&line.check_name, 60)).collect::<Vec<_>>().join(", ")
}

fn of_status(data: &ReportData, status: QualityStatus) -> impl Iterator<Item = &QualityLine> {
    data.quality.iter().filter(move |line| line.status == status)
}

/// Acronyms of the drivers; unknown numbers stay numbers.
fn drivers(line: &QualityLine, field: &Field) -> String {
    let Some(numbers) = &line.drivers else { return String::new() };
    let names: Vec<String> = numbers
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .take(40)
        .map(|part| part.parse().map_or_else(|_| clean(part, 12), |number| field.acronym(number)))
        .collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Driver;

    fn line(name: &str, status: QualityStatus, odd: i64) -> QualityLine {
        QualityLine {
            check_name: name.to_owned(),
            status,
            odd: Some(odd),
            looked_at: Some(58),
            drivers: (odd > 0).then(|| "1, 99".to_owned()),
            ..Default::default()
        }
    }

    #[test]
    fn findings_name_drivers_and_the_summary_counts() {
        let mut data = ReportData {
            drivers: vec![Driver {
                driver_number: 1,
                name_acronym: Some("VER".to_owned()),
                ..Default::default()
            }],
            quality: vec![
                line("lap_gaps", QualityStatus::Warned, 3),
                line("null_names", QualityStatus::Passed, 0),
            ],
            ..Default::default()
        };
        let found = findings(&data, &Field::of(&data));
        assert_eq!((found.len(), &*found[0].count, &*found[0].drivers), (1, "3 of 58", "VER, 99"));
        assert_eq!(summary(&data), "1 of 2 checks found odd rows");
        data.quality.push(line("frozen_location", QualityStatus::NotChecked, 0));
        data.quality.remove(0);
        assert_eq!(summary(&data), "1 check passed, 1 had no data to check");
        assert_eq!(summary(&ReportData::default()), "no check ran");
    }

    #[test]
    fn unknown_status_counts_as_not_checked() {
        let line: QualityLine = serde_json::from_str(r#"{"check_name": "x", "status": "pondered"}"#).unwrap();
        assert_eq!(line.status, QualityStatus::NotChecked);
    }
}
