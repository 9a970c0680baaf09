//! How secrets are shown.

/// Replacement for a secret.
pub(crate) const MASK: &str = "********";
