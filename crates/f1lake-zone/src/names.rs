//! Names of files in the landing zone.

use crate::format::{Compression, Format};
use openf1_client::Endpoint;

/// The key that must differ for two names to have different files: some disks ignore case, and `Race.v2` is
/// the second version of `Race`.
pub fn files_of(name: &str) -> String {
    let mut rest = name.to_lowercase();
    while let Some((before, version)) = rest.rsplit_once(".v")
        && !version.is_empty()
        && version.bytes().all(|byte| byte.is_ascii_digit())
    {
        let length = before.len();
        rest.truncate(length);
    }
    rest
}

/// Name of a landing file: `laps_2024-03-24_Melbourne_Race.v2.json.gz`.
pub fn file_name(
    endpoint: Endpoint,
    name: &str,
    version: u32,
    format: Format,
    compression: Compression,
) -> String {
    let version = if version > 1 { format!(".v{version}") } else { String::new() };
    format!("{}_{name}{version}.{}", endpoint.landing_name(), extension(format, compression))
}

/// Extension of a format and compression, without the first dot.
pub fn extension(format: Format, compression: Compression) -> &'static str {
    match (format, compression) {
        (Format::Json, Compression::None) => "json",
        (Format::Json, Compression::Gzip) => "json.gz",
        (Format::Json, Compression::Zstd) => "json.zst",
        (Format::Ndjson, Compression::None) => "ndjson",
        (Format::Ndjson, Compression::Gzip) => "ndjson.gz",
        (Format::Ndjson, Compression::Zstd) => "ndjson.zst",
        (Format::Parquet, _) => "parquet",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_match_the_python_extractor() {
        assert_eq!(
            file_name(Endpoint::Location, "2024-12-08_Yas_Island_Race", 1, Format::Json, Compression::None),
            "locations_2024-12-08_Yas_Island_Race.json"
        );
        assert_eq!(
            file_name(Endpoint::Laps, "x", 2, Format::Ndjson, Compression::Zstd),
            "laps_x.v2.ndjson.zst"
        );
    }

    #[test]
    fn colliding_file_names_are_detected() {
        assert_eq!(files_of("2024-03-24_Monza_Race"), files_of("2024-03-24_MONZA_Race.v2.v31"));
        assert_ne!(files_of("2024-03-24_Monza_Race"), files_of("2024-03-24_Monza_Race.v2a"));
        assert_eq!(files_of("Race.v"), "race.v");
    }
}
