//! `f1lake simulate` as a process, for all test binaries of the program.

#![allow(dead_code, reason = "no test binary uses all of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// `f1lake simulate`, killed at the end.
pub(crate) struct Simulated {
    child: Child,
    pub(crate) base_url: String,
}

impl Simulated {
    /// Starts this command and waits until it serves.
    pub(crate) fn of(command: &mut Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut base_url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut base_url).unwrap();
        let base_url = base_url.trim().to_owned();
        assert!(base_url.starts_with("http://127.0.0.1:") && base_url.ends_with("/v1"), "{base_url}");
        Self { child, base_url }
    }

    /// A counter of the simulator, such as `requests` or `violations`.
    pub(crate) fn count(&self, what: &str) -> u64 {
        let address = self.base_url.trim_start_matches("http://").trim_end_matches("/v1");
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET /_sim/stats HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        let stats: serde_json::Value =
            serde_json::from_str(body).unwrap_or_else(|error| panic!("{body}: {error}"));
        stats[what].as_u64().unwrap()
    }
}

impl Drop for Simulated {
    fn drop(&mut self) {
        // It may already have ended; then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
