//! State of a lap at an instant, and between two of them.

/// State of a lap at an instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Knot {
    pub(crate) time_s: f64,
    /// Metres since the lap began.
    pub(crate) place_m: f64,
    /// Square of the position's possible error, summed from the start.
    pub(crate) unsure_m2: f64,
}

/// The knot at a value of `key`, which does not descend; interpolated between knots, clamped outside.
pub(crate) fn between(knots: &[Knot], at: f64, key: impl Fn(&Knot) -> f64) -> Knot {
    const NOTHING: Knot = Knot { time_s: 0.0, place_m: 0.0, unsure_m2: 0.0 };
    let split = knots.partition_point(|knot| key(knot) < at);
    match (split.checked_sub(1).and_then(|before| knots.get(before)), knots.get(split)) {
        (Some(from), Some(to)) => {
            let share = (at - key(from)) / (key(to) - key(from));
            let mix = |from: f64, to: f64| from + (to - from) * share;
            Knot {
                time_s: mix(from.time_s, to.time_s),
                place_m: mix(from.place_m, to.place_m),
                unsure_m2: mix(from.unsure_m2, to.unsure_m2),
            }
        }
        (Some(end), None) | (None, Some(end)) => *end,
        (None, None) => NOTHING,
    }
}
