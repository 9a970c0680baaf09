//! What the server has received.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Counters since the server started; also the response of `GET /_sim/stats`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// All requests except those for the statistics.
    pub requests: u64,
    /// Requests that exceeded a limit, of either window.
    pub violations: u64,
    /// Requests over the limit per second.
    pub violations_per_second: u64,
    /// Requests over the limit per minute.
    pub violations_per_minute: u64,
    /// Requests by endpoint, including `token` and `unknown`.
    pub by_endpoint: BTreeMap<String, u64>,
    /// Responses by status. A connection reset by a fault counts as 0.
    pub by_status: BTreeMap<u16, u64>,
    /// Requests for data: all except `sessions`, `meetings` and `token`.
    pub data_requests: u64,
    /// Rows served.
    pub rows: u64,
    /// Bytes of bodies as sent, compressed if requested.
    pub bytes: u64,
    /// Bytes of bodies before compression.
    pub bytes_uncompressed: u64,
    /// Faults that were applied.
    pub faults: u64,
    /// The same by client: a user with a token, or an address.
    pub by_client: BTreeMap<String, ClientStats>,
}

/// Counters of one client.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientStats {
    /// Requests that count towards the limits.
    pub requests: u64,
    /// Requests over the limit per second.
    pub violations_per_second: u64,
    /// Requests over the limit per minute.
    pub violations_per_minute: u64,
}
