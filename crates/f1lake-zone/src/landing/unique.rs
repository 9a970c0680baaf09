//! Names that no other run takes.

/// A unique part for a file name.
pub(super) fn unique() -> String {
    use std::hash::{BuildHasher, Hasher};
    let chance = std::hash::RandomState::new().build_hasher().finish();
    format!("{}-{chance:016x}", std::process::id())
}
