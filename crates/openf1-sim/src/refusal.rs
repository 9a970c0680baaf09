//! Responses other than 200.

/// A response other than 200.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    Nothing,
    TooMuch,
    Broken(String),
}
