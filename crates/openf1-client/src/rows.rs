//! A response body as it arrives: decompressed in pieces, its rows found one by one.

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use std::io::{BufReader, ErrorKind, Read};
use std::ops::ControlFlow;
use tokio::sync::mpsc;

/// Longest decompressed body of a response whose rows are taken one by one: more would fill a disk.
const MOST_BYTES: u64 = 4 << 30;
/// Longest row.
const LONGEST_ROW: usize = 16 << 20;
/// Bytes that are decompressed at a time.
const PIECE: usize = 64 * 1024;
/// Length of a body's start that is kept for messages.
const LONGEST_QUOTED: usize = 16 * 1024;

/// Takes the rows of a response one by one, while it arrives.
///
/// ```no_run
/// # async fn run(client: openf1_client::OpenF1) -> Result<(), openf1_client::Error> {
/// use openf1_client::{Endpoint, Query, RowSink};
/// use std::ops::ControlFlow;
///
/// struct Longest(usize);
///
/// impl RowSink for Longest {
///     fn row(&mut self, text: &str) -> Result<ControlFlow<()>, serde_json::Error> {
///         self.0 = self.0.max(text.len());
///         Ok(ControlFlow::Continue(()))
///     }
/// }
///
/// let query = Query::new(Endpoint::Laps).session(9158);
/// let answer = client.fetch_rows(&query, None, || Longest(0)).await?;
/// println!("{} rows, the longest of {} bytes", answer.rows, answer.body.0);
/// # Ok(())
/// # }
/// ```
pub trait RowSink: Send + 'static {
    /// Takes the text of a row, which starts with `{` and ends with the matching `}`. `Break` ends the reading: the
    /// response counts as received.
    ///
    /// # Errors
    /// When the text is not valid JSON; the request is then sent again, with a new sink.
    fn row(&mut self, text: &str) -> Result<ControlFlow<()>, serde_json::Error>;
}

/// What becomes of the body of a response.
pub(crate) trait Take: Send + 'static {
    type Kept: Send + 'static;

    /// Reads a body; returns its number of rows, and what was made of them.
    fn take(self, body: &mut Plain<'_>) -> Result<(usize, Self::Kept), Unusable>;
}

/// Why a body has no rows.
#[derive(Debug)]
pub(crate) enum Unusable {
    TooLarge(u64),
    /// Its compression is damaged.
    Damaged(std::io::Error),
    /// It is not a JSON array of objects.
    NotRows(String),
}

impl From<std::io::Error> for Unusable {
    fn from(error: std::io::Error) -> Self {
        Self::Damaged(error)
    }
}

/// A body without its compression; remembers its start and its length.
pub(crate) struct Plain<'r> {
    reader: &'r mut (dyn Read + 'r),
    pub(crate) start: Vec<u8>,
    pub(crate) bytes: u64,
}

impl Read for Plain<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.bytes += read as u64;
        let room = LONGEST_QUOTED.saturating_sub(self.start.len());
        self.start.extend_from_slice(&buffer[..read.min(room)]);
        Ok(read)
    }
}

/// Reads a body through its compression.
pub(crate) fn read_plain<T>(
    body: impl Read,
    gzip: bool,
    read: impl FnOnce(&mut Plain<'_>) -> T,
) -> (T, Vec<u8>, u64) {
    let mut packed = BufReader::new(body);
    let (mut unpacked, mut as_it_is);
    // An empty body is no gzip, whatever its head says.
    let is_packed = gzip && std::io::BufRead::fill_buf(&mut packed).is_ok_and(|bytes| !bytes.is_empty());
    let reader: &mut dyn Read = if is_packed {
        unpacked = MultiGzDecoder::new(packed);
        &mut unpacked
    } else {
        as_it_is = packed;
        &mut as_it_is
    };
    let mut plain = Plain { reader, start: Vec::new(), bytes: 0 };
    let outcome = read(&mut plain);
    (outcome, plain.start, plain.bytes)
}

/// The start of a body, for a message.
pub(crate) struct Start;

impl Take for Start {
    type Kept = ();

    fn take(self, body: &mut Plain<'_>) -> Result<(usize, ()), Unusable> {
        std::io::copy(&mut body.take(LONGEST_QUOTED as u64), &mut std::io::sink())?;
        Ok((0, ()))
    }
}

/// The rows of a body, one by one.
pub(crate) struct Rows<S>(pub(crate) S);

impl<S: RowSink> Take for Rows<S> {
    type Kept = S;

    fn take(mut self, body: &mut Plain<'_>) -> Result<(usize, S), Unusable> {
        Ok((each_row(body, &mut |text| self.0.row(text))?, self.0))
    }
}

/// Gives each element of a JSON array of objects to `row`; returns their number.
fn each_row(
    body: &mut Plain<'_>,
    row: &mut dyn FnMut(&str) -> Result<ControlFlow<()>, serde_json::Error>,
) -> Result<usize, Unusable> {
    let not_rows = |words: &str| Unusable::NotRows(words.to_owned());
    let mut buffer: Vec<u8> = Vec::with_capacity(2 * PIECE);
    let mut state = State::Before;
    let (mut rows, mut at) = (0, 0);
    loop {
        let kept = buffer.len();
        buffer.resize(kept + PIECE, 0);
        let read = match body.read(&mut buffer[kept..]) {
            Err(error) if error.kind() == ErrorKind::Interrupted => 0,
            Err(error) => return Err(error.into()),
            Ok(0) if state == State::After => return Ok(rows),
            Ok(0) => return Err(not_rows("it ends before the end of the list")),
            Ok(read) => read,
        };
        buffer.truncate(kept + read);
        if body.bytes > MOST_BYTES {
            return Err(Unusable::TooLarge(MOST_BYTES));
        }
        // Everything before it was handed over.
        let mut begin = 0;
        while let Some(&byte) = buffer.get(at) {
            at += 1;
            state = match (state, byte) {
                (State::Row { depth, text: Text::Inside }, b'\\') => {
                    State::Row { depth, text: Text::Escaped }
                }
                (State::Row { depth, text: Text::Inside }, b'"') => State::Row { depth, text: Text::Outside },
                (State::Row { depth, text: Text::Escaped }, _) => State::Row { depth, text: Text::Inside },
                (State::Row { depth, text: Text::Outside }, b'"') => State::Row { depth, text: Text::Inside },
                (State::Row { depth, text: Text::Outside }, b'{' | b'[') => {
                    State::Row { depth: depth + 1, text: Text::Outside }
                }
                (State::Row { depth: 1, text: Text::Outside }, b'}' | b']') => {
                    let text = std::str::from_utf8(&buffer[begin..at])
                        .map_err(|error| Unusable::NotRows(format!("row {rows}: {error}")))?;
                    let taken =
                        row(text).map_err(|error| Unusable::NotRows(format!("row {rows}: {error}")))?;
                    rows += 1;
                    begin = at;
                    if taken.is_break() {
                        return Ok(rows);
                    }
                    State::Behind
                }
                (State::Row { depth, text: Text::Outside }, b'}' | b']') => {
                    State::Row { depth: depth - 1, text: Text::Outside }
                }
                (row @ State::Row { .. }, _) => row,
                (state, b' ' | b'\n' | b'\r' | b'\t') => state,
                (State::Before, b'[') => State::First,
                (State::First | State::Next, b'{') => {
                    begin = at - 1;
                    State::Row { depth: 1, text: Text::Outside }
                }
                (State::Behind, b',') => State::Next,
                (State::First | State::Behind, b']') => State::After,
                (State::First | State::Next, _) => {
                    return Err(Unusable::NotRows(format!("element {rows} is not an object")));
                }
                (State::Before | State::Behind | State::After, _) => {
                    return Err(not_rows("it is not a JSON list"));
                }
            };
        }
        let done = if matches!(state, State::Row { .. }) { begin } else { at };
        buffer.drain(..done);
        at -= done;
        if buffer.len() > LONGEST_ROW {
            return Err(Unusable::NotRows(format!("row {rows} is longer than {LONGEST_ROW} bytes")));
        }
    }
}

/// Where in a list the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the list.
    Before,
    /// Before its first row, or its end.
    First,
    Row {
        depth: u32,
        text: Text,
    },
    /// Behind a row.
    Behind,
    /// Behind a comma.
    Next,
    /// Behind the list.
    After,
}

/// Where in a text of JSON the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    Outside,
    Inside,
    Escaped,
}

/// Reads chunks that another task receives; ends where it ends.
pub(crate) struct Arriving {
    pub(crate) chunks: mpsc::Receiver<Bytes>,
    pub(crate) chunk: Bytes,
}

impl Read for Arriving {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.chunk.is_empty() {
            match self.chunks.blocking_recv() {
                Some(chunk) => self.chunk = chunk,
                None => return Ok(0),
            }
        }
        let length = self.chunk.len().min(buffer.len());
        buffer[..length].copy_from_slice(&self.chunk.split_to(length));
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    /// Gives at most `most` bytes at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let length = self.0.len().min(self.1).min(buffer.len());
            buffer[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    fn rows(body: &[u8], most: usize) -> Result<Vec<String>, Unusable> {
        let mut found = Vec::new();
        let mut take = |text: &str| {
            serde_json::from_str::<serde::de::IgnoredAny>(text)?;
            found.push(text.to_owned());
            Ok(ControlFlow::Continue(()))
        };
        let (counted, start, bytes) = read_plain(Slow(body, most), false, |plain| each_row(plain, &mut take));
        let counted = counted?;
        assert_eq!((counted, bytes as usize), (found.len(), body.len()));
        assert_eq!(start, body[..body.len().min(LONGEST_QUOTED)]);
        Ok(found)
    }

    #[test]
    fn only_lists_of_objects_are_rows() {
        assert_eq!(rows(b" [ ] \n", 3).unwrap(), Vec::<String>::new());
        assert_eq!(
            rows(br#"[{"a":"}]\"\\"} , {"b":[{}]}]"#, 1).unwrap(),
            [r#"{"a":"}]\"\\"}"#, r#"{"b":[{}]}"#]
        );
        for body in [
            &b"{\"detail\":\"x\"}"[..],
            b"[1]",
            b"[{\"a\":NaN}]",
            b"[{}",
            b"",
            b"<html>",
            b"[{},]",
            b"[{}{}]",
            b"[,]",
            b"[{}]x",
            b"[{}]]",
            b"[{\"a\":1]]",
            b"[{\"\xff\":1}]",
            b"[[]]",
            b"[{} ,1]",
        ] {
            assert!(matches!(rows(body, 2), Err(Unusable::NotRows(_))), "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn a_sink_that_has_enough_ends_the_reading() {
        let mut seen = 0;
        let mut take = |_: &str| {
            seen += 1;
            Ok(if seen == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        };
        let (counted, ..) = read_plain(&b"[{},{},{},"[..], false, |plain| each_row(plain, &mut take));
        assert_eq!((counted.unwrap(), seen), (2, 2));
    }

    proptest! {
        /// What serde_json calls a list of objects has the same rows here, however it arrives.
        #[test]
        fn rows_are_those_of_serde_json(
            body in prop_oneof![
                r#"\[(\{"[a\\"{}]{0,3}":(1|"[b{}\[\],]{0,3}"|\[\]|null)\}[, ]{0,2}){0,4}\]"#,
                r#"[\[\]{},"\\a:1 ]{0,12}"#,
            ],
            most in 1usize..9,
        ) {
            let theirs = serde_json::from_str::<Vec<&RawValue>>(&body).ok()
                .filter(|rows| rows.iter().all(|row| row.get().starts_with('{')))
                .map(|rows| rows.iter().map(|row| row.get().to_owned()).collect::<Vec<_>>());
            prop_assert_eq!(rows(body.as_bytes(), most).ok(), theirs);
        }
    }
}
