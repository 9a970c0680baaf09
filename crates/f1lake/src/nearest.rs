//! Finds the nearest valid name.

/// The candidate most similar to the input (Jaro-Winkler); `None` when no similarity exceeds `least` (0:
/// nothing in common, 1: equal).
pub fn nearest<T: AsRef<str>>(
    written: &str,
    candidates: impl IntoIterator<Item = T>,
    least: f64,
) -> Option<T> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(candidate.as_ref(), written), candidate))
        .filter(|(likeness, _)| *likeness > least)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}
