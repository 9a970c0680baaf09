//! Texts that the API would read as something else.

use super::filter::Op;

/// The API stores numbers as floats, so larger integers become indistinguishable.
pub(super) const LARGEST: u64 = 1 << 53;

/// Whether the API, which searches for one kind of operator after the other, would find another operator than
/// the filter's.
pub(super) fn hides_operator(op: Op, text: &str) -> bool {
    let written = format!("{op}{text}");
    [Op::Ge, Op::Le, Op::Eq, Op::Gt, Op::Lt]
        .into_iter()
        .find_map(|looked_for| written.find(&looked_for.to_string()).map(|at| (looked_for, at)))
        != Some((op, 0))
}

/// Whether the API would take the end for an offset and put a plus before it: it looks for `date` anywhere.
pub(super) fn ends_in_offset(field: &str, text: &str) -> bool {
    let dated = field.contains("date") || text.contains("date");
    let end: Vec<char> = text.chars().rev().take(6).collect();
    dated
        && matches!(end.as_slice(), [a, b, ':', c, d, ' ']
            if [a, b, c, d].iter().all(|digit| digit.is_ascii_digit()))
}

/// The API compares these as text.
pub(super) const UNCAST: &[&str] = &["gmt_offset", "team_colour"];

/// Whether the API would convert the text into a number, a truth value or a date (it tries those first).
pub(super) fn would_be_cast(text: &str) -> bool {
    let lower = text.trim().to_ascii_lowercase();
    const NAMES: &[&str] = &[
        "jan",
        "feb",
        "mar",
        "apr",
        "may",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "am",
        "pm",
        "utc",
        "gmt",
        "z",
        "t",
        "true",
        "false",
        "none",
        "nan",
        "inf",
        "infinity",
        "latest",
    ];
    NAMES.contains(&lower.as_str())
        || lower.parse::<f64>().is_ok()
        || (lower.starts_with(|first: char| first.is_ascii_digit())
            && lower.chars().all(|c| c.is_ascii_digit() || "-/:. t+z".contains(c)))
}
