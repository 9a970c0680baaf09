//! A response body in one piece: decompressed, checked, its rows counted.

use crate::rows::{Plain, Take, Unusable};
use bytes::Bytes;
use serde_json::value::RawValue;
use std::io::Read;

/// Longest decompressed body that is read into memory.
pub(crate) const MAX_BODY: u64 = 256 * 1024 * 1024;

/// The whole body.
pub(crate) struct Whole;

impl Take for Whole {
    type Kept = Bytes;

    fn take(self, body: &mut Plain<'_>) -> Result<(usize, Bytes), Unusable> {
        let mut bytes = Vec::new();
        body.take(MAX_BODY + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_BODY {
            return Err(Unusable::TooLarge(MAX_BODY));
        }
        Ok((count_rows(&bytes).map_err(Unusable::NotRows)?, bytes.into()))
    }
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
    use crate::rows::read_plain;
    use std::io::Write;

    fn packed(body: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    fn whole(bytes: &[u8], gzip: bool) -> Result<(usize, Bytes), Unusable> {
        read_plain(bytes, gzip, |plain| Whole.take(plain)).0
    }

    #[test]
    fn a_packed_body_is_the_same_as_a_plain_one() {
        let body = br#"[{"a":1},{"a":2}]"#;
        let mut in_two_members = packed(&body[..5]);
        in_two_members.extend(packed(&body[5..]));
        for (bytes, gzip) in [(packed(body), true), (in_two_members, true), (body.to_vec(), false)] {
            let (rows, found) = whole(&bytes, gzip).unwrap();
            assert_eq!((&found[..], rows), (&body[..], 2));
        }
        assert!(matches!(whole(b"", true), Err(Unusable::NotRows(_))));
    }

    #[test]
    fn a_packed_body_that_is_cut_or_damaged_is_an_error() {
        let whole_body = packed(br#"[{"a":1},{"a":2}]"#);
        for length in 1..whole_body.len() {
            assert!(whole(&whole_body[..length], true).is_err(), "{length} bytes");
        }
        let mut damaged = whole_body;
        damaged[12] ^= 1;
        assert!(whole(&damaged, true).is_err());
    }

    #[test]
    fn a_small_body_that_unpacks_to_too_much_is_refused() {
        let zeros = vec![0; 1 << 20];
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        for _ in 0..257 {
            encoder.write_all(&zeros).unwrap();
        }
        let bomb = encoder.finish().unwrap();
        assert!(matches!(whole(&bomb, true), Err(Unusable::TooLarge(MAX_BODY))));
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
