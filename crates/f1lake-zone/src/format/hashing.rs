//! Hashes a file while it is written.

use crate::files::NewFile;
use sha2::Digest;
use std::io::Write;

/// Counts and hashes the bytes that pass through.
pub(super) struct Hashing<W> {
    pub(super) inner: W,
    pub(super) hash: sha2::Sha256,
    pub(super) bytes: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        let count = self.inner.write(buffer)?;
        self.hash.update(&buffer[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

pub(super) type Output = Hashing<NewFile>;
