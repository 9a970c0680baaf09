//! A response body: decompressed, checked, its rows counted.

use flate2::bufread::MultiGzDecoder;
use serde_json::value::RawValue;
use std::io::Read;

/// Longest decompressed body that is read into memory; a larger response has to be split.
pub(crate) const MAX_BODY: usize = 256 * 1024 * 1024;

/// A body as received.
pub(crate) struct Body {
    pub(crate) bytes: Vec<u8>,
    pub(crate) gzip: bool,
}

/// A body without its compression.
pub(crate) struct Unpacked {
    pub(crate) bytes: Vec<u8>,
    /// Rows of a JSON array of objects, or why it is not one; 0 when counting was not requested.
    pub(crate) rows: Result<usize, String>,
}

impl Body {
    /// Decompresses the body and counts its rows if asked to; `None` when it exceeds [`MAX_BODY`].
    pub(crate) fn unpack(self, count: bool) -> std::io::Result<Option<Unpacked>> {
        let mut bytes = self.bytes;
        if self.gzip && !bytes.is_empty() {
            let mut unpacked = Vec::with_capacity(expected(&bytes));
            MultiGzDecoder::new(&bytes[..]).take(MAX_BODY as u64 + 1).read_to_end(&mut unpacked)?;
            bytes = unpacked;
        }
        if bytes.len() > MAX_BODY {
            return Ok(None);
        }
        let rows = if count { count_rows(&bytes) } else { Ok(0) };
        Ok(Some(Unpacked { bytes, rows }))
    }
}

/// JSON rows rarely compress better.
const USUAL_RATIO: usize = 32;

/// Capacity for the length that the last four bytes of a gzip body state, capped at a likely ratio because
/// they may be wrong.
fn expected(gzip: &[u8]) -> usize {
    let length = gzip.last_chunk().map_or(0, |length| u32::from_le_bytes(*length) as usize);
    // One byte more: otherwise a full buffer would grow just to find the end.
    length.saturating_add(1).min(gzip.len().saturating_mul(USUAL_RATIO)).min(MAX_BODY)
}

/// Checks that a body is a JSON array of objects, and counts them.
fn count_rows(body: &[u8]) -> Result<usize, String> {
    let rows: Vec<&RawValue> = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    match rows.iter().position(|row| !row.get().starts_with('{')) {
        Some(index) => Err(format!("element {index} is not an object")),
        None => Ok(rows.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn packed(body: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    fn unpack(bytes: Vec<u8>) -> std::io::Result<Option<Unpacked>> {
        Body { bytes, gzip: true }.unpack(true)
    }

    #[test]
    fn a_packed_body_is_the_same_as_a_plain_one() {
        let body = br#"[{"a":1},{"a":2}]"#;
        let mut in_two_members = packed(&body[..5]);
        in_two_members.extend(packed(&body[5..]));
        for found in [
            unpack(packed(body)),
            unpack(in_two_members),
            Body { bytes: body.to_vec(), gzip: false }.unpack(true),
        ] {
            let Unpacked { bytes, rows } = found.unwrap().unwrap();
            assert_eq!((&bytes[..], rows), (&body[..], Ok(2)));
        }
        assert_eq!(unpack(Vec::new()).unwrap().unwrap().bytes, b"");
    }

    #[test]
    fn a_packed_body_that_is_cut_or_damaged_is_an_error() {
        let whole = packed(br#"[{"a":1},{"a":2}]"#);
        for length in 1..whole.len() {
            assert!(unpack(whole[..length].to_vec()).is_err(), "{length} bytes");
        }
        let mut damaged = whole;
        damaged[12] ^= 1;
        assert!(unpack(damaged).is_err());
    }

    #[test]
    fn wrong_gzip_length_reserves_no_memory() {
        let mut body = vec![0; 1020];
        body.extend(u32::MAX.to_le_bytes());
        assert!(expected(&body) <= 64 * 1024, "{}", expected(&body));
        let honest = packed(&vec![b' '; 20_000]);
        assert!(expected(&honest) <= 20_001);
    }

    #[test]
    fn a_small_body_that_unpacks_to_too_much_is_refused_without_being_held() {
        let zeros = vec![0; 1 << 20];
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        for _ in 0..257 {
            encoder.write_all(&zeros).unwrap();
        }
        assert!(unpack(encoder.finish().unwrap()).unwrap().is_none());
    }

    #[test]
    fn only_arrays_of_objects_are_rows() {
        assert_eq!(count_rows(b"[]"), Ok(0));
        assert_eq!(count_rows(b"[{\"a\":1},{}]"), Ok(2));
        for body in [&b"{\"detail\":\"x\"}"[..], b"[1]", b"[{\"a\":NaN}]", b"[{}", b"", b"<html>"] {
            assert!(count_rows(body).is_err(), "{}", String::from_utf8_lossy(body));
        }
    }
}
