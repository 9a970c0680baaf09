//! Paths in Unity Catalog volumes: `/Volumes/<catalog>/<schema>/<volume>/<folders>`.

use crate::error::Error;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt;
use std::str::FromStr;

/// Characters that stay unescaped in a segment.
pub(crate) const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'.').remove(b'-').remove(b'~');

/// A volume, or a folder in it.
///
/// ```
/// let path: f1lake_databricks::VolumePath = "dbfs:/Volumes/dev_f1/raw_data/landing/f1".parse()?;
/// assert_eq!((path.catalog(), path.volume().as_str()), ("dev_f1", "dev_f1.raw_data.landing"));
/// assert!("/Volumes/dev_f1/raw_data".parse::<f1lake_databricks::VolumePath>().is_err());
/// # Ok::<(), f1lake_databricks::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VolumePath {
    /// Catalog, schema, volume, then folders.
    segments: Vec<String>,
}

impl FromStr for VolumePath {
    type Err = Error;

    /// # Errors
    /// When the text does not name catalog, schema and volume, or contains empty, `.` or `..` segments.
    fn from_str(text: &str) -> Result<Self, Error> {
        let refuse = |why: &str| {
            Err(Error::Config(format!(
                "`{text}` is not a volume path: {why}; use /Volumes/CATALOG/SCHEMA/VOLUME/FOLDER"
            )))
        };
        let path = text.strip_prefix("dbfs:").unwrap_or(text);
        let Some(rest) = path.strip_prefix("/Volumes/") else {
            return refuse("it does not begin with /Volumes/");
        };
        let segments: Vec<String> = rest.trim_end_matches('/').split('/').map(str::to_owned).collect();
        if segments.iter().any(|segment| matches!(segment.as_str(), "" | "." | "..")) {
            return refuse("it has an empty, `.` or `..` part");
        }
        if segments.iter().any(|segment| segment.chars().any(char::is_control)) {
            return refuse("it has a control character");
        }
        if segments.len() < 3 {
            return refuse("catalog, schema or volume is missing");
        }
        Ok(Self { segments })
    }
}

impl fmt::Display for VolumePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/Volumes/{}", self.segments.join("/"))
    }
}

impl VolumePath {
    /// `catalog.schema.volume`, as used in grants.
    pub fn volume(&self) -> String {
        self.segments[..3].join(".")
    }

    /// Name of the catalog.
    pub fn catalog(&self) -> &str {
        &self.segments[0]
    }

    /// Name of the schema.
    pub fn schema(&self) -> &str {
        &self.segments[1]
    }

    /// The volume itself, without folders.
    pub(crate) fn root(&self) -> Self {
        Self { segments: self.segments[..3].to_vec() }
    }

    pub(crate) fn is_root(&self) -> bool {
        self.segments.len() == 3
    }

    pub(crate) fn join<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut segments = self.segments.clone();
        segments.extend(names.into_iter().map(str::to_owned));
        Self { segments }
    }

    pub(crate) fn parent(&self) -> Self {
        Self { segments: self.segments[..self.segments.len().saturating_sub(1).max(3)].to_vec() }
    }

    /// Path of the Files API for a file.
    pub(crate) fn file_url(&self) -> String {
        format!("/api/2.0/fs/files{}", self.escaped())
    }

    /// Path of the Files API for a folder.
    pub(crate) fn folder_url(&self) -> String {
        format!("/api/2.0/fs/directories{}", self.escaped())
    }

    fn escaped(&self) -> String {
        let mut path = "/Volumes".to_owned();
        for segment in &self.segments {
            path.push('/');
            path.extend(utf8_percent_encode(segment, ESCAPED));
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_escaped_as_the_official_client_does() {
        let path: VolumePath =
            "/Volumes/main/f1/landing/laps/session key=9158/laps #1+ü.json".parse().unwrap();
        // As recorded.
        assert_eq!(
            path.file_url(),
            "/api/2.0/fs/files/Volumes/main/f1/landing/laps/session%20key%3D9158/laps%20%231%2B%C3%BC.json"
        );
        assert_eq!(path.to_string(), "/Volumes/main/f1/landing/laps/session key=9158/laps #1+ü.json");
        assert_eq!(path.volume(), "main.f1.landing");
        assert_eq!(path.root().parent(), path.root());
        let odd = path.root().join(["%2F..", "a_b-c.~"]);
        assert_eq!(odd.folder_url(), "/api/2.0/fs/directories/Volumes/main/f1/landing/%252F../a_b-c.~");
    }

    #[test]
    fn invalid_volume_paths_are_refused() {
        assert_eq!("dbfs:/Volumes/a/b/c/".parse::<VolumePath>().unwrap().to_string(), "/Volumes/a/b/c");
        for bad in [
            "",
            "/Volumes",
            "/Volumes/",
            "/Volumes/a/b",
            "/volumes/a/b/c",
            "Volumes/a/b/c",
            "/dbfs/a/b/c",
            "/Volumes/a//c/d",
            "/Volumes/a/b/..",
            "/Volumes/a/b/c/../d",
            "/Volumes/a/b/c\n",
        ] {
            let error = bad.parse::<VolumePath>().unwrap_err().to_string();
            assert!(error.contains("/Volumes/CATALOG/SCHEMA/VOLUME"), "{error}");
        }
    }
}
