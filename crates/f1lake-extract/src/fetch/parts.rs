//! Divides the rows of a response among the sessions or drivers that share it, while it arrives.

use crate::error::ExtractError;
use crate::plan::request::Request;
use crate::plan::slice::Drivers;
use f1lake_zone::ZoneError;
use openf1_client::RowSink;
use openf1_client::field::FieldName;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use tempfile::SpooledTempFile;

/// Compressed rows of a part beyond this wait on disk.
const IN_MEMORY: usize = 64 * 1024;
/// Window of the compression, as a power of two: many parts are compressed at once.
const WINDOW: u32 = 17;

/// The session and the driver of a row.
#[derive(Debug, Default, Clone, Copy)]
struct Owner {
    session_key: Option<i64>,
    driver_number: Option<i64>,
}

/// Reads the owner of a row, and checks its JSON.
struct Scan;

impl<'de> DeserializeSeed<'de> for Scan {
    type Value = Owner;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Owner, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Scan {
    type Value = Owner;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Owner, A::Error> {
        let mut owner = Owner::default();
        while let Some(FieldName(name)) = map.next_key()? {
            match &*name {
                "session_key" => owner.session_key = map.next_value::<&RawValue>()?.get().parse().ok(),
                "driver_number" => owner.driver_number = map.next_value::<&RawValue>()?.get().parse().ok(),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(owner)
    }
}

/// The rows of one part, as a compressed JSON array.
struct Part {
    /// Session or driver.
    key: i64,
    rows: u64,
    encoder: Option<zstd::Encoder<'static, SpooledTempFile>>,
}

impl Part {
    fn write(&mut self, text: &str, folder: &Path) -> std::io::Result<()> {
        let encoder = match &mut self.encoder {
            Some(encoder) => encoder,
            none => {
                let file = tempfile::spooled_tempfile_in(IN_MEMORY, folder);
                let mut encoder = zstd::Encoder::new(file, 1)?;
                encoder.window_log(WINDOW)?;
                none.insert(encoder)
            }
        };
        encoder.write_all(if self.rows == 0 { b"[" } else { b"," })?;
        encoder.write_all(text.as_bytes())?;
        self.rows += 1;
        Ok(())
    }

    fn finish(self) -> std::io::Result<PartRows> {
        let Some(mut encoder) = self.encoder else { return Ok(PartRows { rows: 0, body: None }) };
        encoder.write_all(b"]")?;
        let mut file = encoder.finish()?;
        file.seek(SeekFrom::Start(0))?;
        Ok(PartRows { rows: self.rows, body: Some(file) })
    }
}

/// The rows that a response holds of one part.
pub(super) struct PartRows {
    pub(super) rows: u64,
    body: Option<SpooledTempFile>,
}

impl PartRows {
    /// A compressed JSON array; `None` without rows.
    pub(super) fn body(&mut self) -> Option<&mut dyn Read> {
        self.body.as_mut().map(|file| file as &mut dyn Read)
    }
}

/// What a response held.
pub(super) struct Divided {
    /// In the order of the request's parts.
    pub(super) parts: Vec<PartRows>,
    /// Rows of sessions or drivers that were not requested.
    pub(super) foreign: BTreeMap<String, u64>,
    /// Rows that name no session, in a response for several.
    pub(super) unnamed: u64,
}

/// Divides rows by session or driver.
pub(super) struct Parts {
    folder: PathBuf,
    sessions: Vec<i64>,
    by_driver: bool,
    parts: Vec<Part>,
    foreign: BTreeMap<String, u64>,
    unnamed: u64,
    failure: Option<std::io::Error>,
}

impl Parts {
    /// Rows beyond those that fit into memory wait in `folder`.
    pub(super) fn of(request: &Request, folder: PathBuf) -> Self {
        let by_driver = request.is_by_driver();
        let part = |key| Part { key, rows: 0, encoder: None };
        let parts = request.parts.iter().map(|slice| match &slice.drivers {
            Drivers::Some(numbers) => part(numbers.first().copied().unwrap_or_default()),
            Drivers::All | Drivers::Range(..) => part(slice.session_key),
        });
        Self {
            folder,
            sessions: request.parts.iter().map(|slice| slice.session_key).collect(),
            by_driver,
            parts: parts.collect(),
            foreign: BTreeMap::new(),
            unnamed: 0,
            failure: None,
        }
    }

    /// # Errors
    /// When the rows could not be kept.
    pub(super) fn finish(self) -> Result<Divided, ExtractError> {
        let wrap = || ZoneError::io("cannot stage a response", &self.folder);
        if let Some(error) = self.failure {
            return Err(wrap()(error).into());
        }
        let parts = self.parts.into_iter().map(Part::finish).collect::<Result<_, _>>().map_err(wrap())?;
        Ok(Divided { parts, foreign: self.foreign, unnamed: self.unnamed })
    }

    /// Index of the part that a row belongs to; `None` for rows that were not requested.
    fn part_of(&mut self, owner: Owner) -> Option<usize> {
        if let Some(session_key) = owner.session_key
            && !self.sessions.contains(&session_key)
        {
            *self.foreign.entry(format!("session {session_key}")).or_default() += 1;
            return None;
        }
        let key = if self.by_driver { owner.driver_number } else { owner.session_key };
        let Some(key) = key else {
            // Such a row stays with the first driver, or the one session; it is quarantined later.
            self.unnamed += u64::from(!self.by_driver && self.parts.len() > 1);
            return Some(0);
        };
        let found = self.parts.iter().position(|part| part.key == key);
        if found.is_none() {
            *self.foreign.entry(format!("driver {key}")).or_default() += 1;
        }
        found
    }
}

impl RowSink for Parts {
    fn row(&mut self, text: &str) -> Result<ControlFlow<()>, serde_json::Error> {
        let owner = Scan.deserialize(&mut serde_json::Deserializer::from_str(text))?;
        let Some(index) = self.part_of(owner) else { return Ok(ControlFlow::Continue(())) };
        let written = self.parts[index].write(text, &self.folder);
        Ok(match written {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.failure = Some(error);
                ControlFlow::Break(())
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::slice::{Slice, Window};
    use openf1_client::Endpoint;

    fn divide(request: &Request, rows: &[&str]) -> (Vec<(u64, String)>, BTreeMap<String, u64>, u64) {
        let mut parts = Parts::of(request, std::env::temp_dir());
        for row in rows {
            assert!(parts.row(row).unwrap().is_continue());
        }
        let Divided { parts, foreign, unnamed } = parts.finish().unwrap();
        let texts = parts.into_iter().map(|mut part| {
            let text = part.body().map_or(Vec::new(), |body| zstd::decode_all(body).unwrap());
            (part.rows, String::from_utf8(text).unwrap())
        });
        (texts.collect(), foreign, unnamed)
    }

    #[test]
    fn rows_are_divided_by_session_and_none_is_foreign() {
        let parts = [7, 8, 9].map(|key| Slice::whole(Endpoint::Pit, key)).to_vec();
        let rows = [
            r#"{"session_key":8,"lap_number":1}"#,
            r#"{"lap_number":2, "session_key": 7 }"#,
            r#"{"session_key":6}"#,
            r#"{"session_key":8,"note":"session_key"}"#,
        ];
        let (parts, foreign, unnamed) = divide(&Request { parts }, &rows);
        assert_eq!(parts[0], (1, format!("[{}]", rows[1])));
        assert_eq!(parts[1], (2, format!("[{},{}]", rows[0], rows[3])));
        assert_eq!(parts[2], (0, String::new()));
        assert_eq!((foreign, unnamed), ([("session 6".to_owned(), 1)].into(), 0));
    }

    #[test]
    fn rows_without_a_session_are_counted_where_several_share_a_request() {
        let parts: Vec<Slice> = [7, 8].map(|key| Slice::whole(Endpoint::Pit, key)).to_vec();
        let single = Request::from(parts[0].clone());
        assert_eq!(divide(&single, &["{}", r#"{"session_key":null}"#]).2, 0);
        assert_eq!(divide(&single, &["{}"]).0, [(1, "[{}]".to_owned())]);
        assert_eq!(divide(&Request { parts }, &["{}", r#"{"session_key":7}"#]).2, 1);
    }

    #[test]
    fn rows_are_divided_by_driver() {
        let slice = |number| Slice {
            endpoint: Endpoint::Location,
            session_key: 7,
            drivers: Drivers::Some(vec![number]),
            window: Window::WHOLE,
        };
        let request = Request { parts: vec![slice(4), slice(44)] };
        let rows = [
            r#"{"session_key":7,"driver_number":44}"#,
            r#"{"session_key":7,"driver_number":null}"#,
            r#"{"session_key":7,"driver_number":1}"#,
            r#"{"session_key":8,"driver_number":44}"#,
        ];
        let (parts, foreign, _) = divide(&request, &rows);
        assert_eq!(parts, [(1, format!("[{}]", rows[1])), (1, format!("[{}]", rows[0]))]);
        assert_eq!(foreign, [("driver 1".to_owned(), 1), ("session 8".to_owned(), 1)].into());
    }

    #[test]
    fn large_parts_wait_on_disk_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let request = Request::from(Slice::whole(Endpoint::Laps, 7));
        let mut parts = Parts::of(&request, folder.path().join("missing"));
        let mut state = 1u64;
        let noise: Vec<String> = (0..20_000)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                format!(r#"{{"session_key":7,"lap":{state}}}"#)
            })
            .collect();
        let ended = noise.iter().any(|row| parts.row(row).unwrap().is_break());
        assert!(ended, "nothing was written to the folder");
        let error = parts.finish().err().unwrap().to_string();
        assert!(error.contains("cannot stage a response"), "{error}");
    }
}
