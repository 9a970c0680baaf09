//! What the server has seen.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Counters since the server started; also the answer of `GET /_sim/stats`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// All requests but those for the statistics.
    pub requests: u64,
    /// Requests that broke a limit, of either window.
    pub violations: u64,
    /// Requests over the limit of a second.
    pub violations_per_second: u64,
    /// Requests over the limit of a minute.
    pub violations_per_minute: u64,
    /// Requests for each endpoint; `token` and `unknown` among them.
    pub by_endpoint: BTreeMap<String, u64>,
    /// Answers of each status. A connection reset by a fault counts as 0.
    pub by_status: BTreeMap<u16, u64>,
    /// Requests for data: all but `sessions`, `meetings` and `token`.
    pub data_requests: u64,
    /// Rows served.
    pub rows: u64,
    /// Bytes of bodies as sent, compressed where asked for.
    pub bytes: u64,
    /// Bytes of bodies before compression.
    pub bytes_uncompressed: u64,
    /// Faults that were played.
    pub faults: u64,
    /// The same by client: a user with a token, or an address.
    pub by_client: BTreeMap<String, ClientStats>,
}

/// What one client did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientStats {
    /// Requests that count for the limits.
    pub requests: u64,
    /// Requests over the limit of a second.
    pub violations_per_second: u64,
    /// Requests over the limit of a minute.
    pub violations_per_minute: u64,
}
