//! State of a car at one moment.

/// State of a car at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// Last node passed, and the fraction of the way to the next.
    pub(crate) node: usize,
    pub(crate) part: f64,
    /// m/s.
    pub(crate) speed: f64,
    /// 0 to 100.
    pub(crate) throttle: f64,
    pub(crate) braking: bool,
}
