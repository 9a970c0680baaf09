//! Folders of the user for what is not data.

use sha2::Digest;
use std::path::PathBuf;

/// Where limiter states are.
pub(crate) fn cache_dir() -> PathBuf {
    of_user(|folders| folders.cache_dir().to_owned())
}

/// Where the working folders of remote landing zones are.
pub(crate) fn data_dir() -> PathBuf {
    of_user(|folders| folders.data_local_dir().to_owned())
}

fn of_user(folder: fn(&directories::ProjectDirs) -> PathBuf) -> PathBuf {
    directories::ProjectDirs::from("", "", "f1lake")
        .map_or_else(|| std::env::temp_dir().join("f1lake"), |folders| folder(&folders))
}

/// Short and stable, and reveals nothing about the text.
pub(crate) fn fingerprint(text: &str) -> String {
    f1lake_zone::files::hex(&sha2::Sha256::digest(text.as_bytes())[..6])
}
