//! The name that was probably meant.

/// The candidate that is most like what was written, by Jaro and Winkler; none when all are at most as like as `least`
/// (0: nothing in common, 1: equal).
pub(crate) fn nearest<T: AsRef<str>>(
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
