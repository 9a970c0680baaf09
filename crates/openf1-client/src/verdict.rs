//! The meaning of each status that the API uses.

use crate::answer::Answer;
use crate::error::Error;
use jiff::Timestamp;
use serde::Deserialize;
use std::time::{Duration, Instant};

/// Length of a body's start that is searched for a message and secrets.
const LONGEST_QUOTED: usize = 16 * 1024;
/// Length to which foreign messages are cut in errors.
pub(crate) const LONGEST_DETAIL: usize = 200;
/// First wait after a 429 of the minute window that states no time.
const MINUTE_PAUSE: Duration = Duration::from_secs(15);
/// First wait after any other 429 that states no time.
const SECOND_PAUSE: Duration = Duration::from_secs(1);
/// A minute: the longest known window of the API, and the longest wait that the server did not ask for.
pub(crate) const FULL_MINUTE: Duration = Duration::from_secs(60);

/// Outcome of one attempt.
pub(crate) enum Try<B> {
    Good(Answer<B>),
    Final(Error),
    /// Retry, not before the pause.
    Again {
        error: Error,
        pause: Option<Duration>,
    },
    /// All requests wait at least this long, because the server reports too many.
    TooFast {
        error: Error,
        pause: Duration,
    },
    /// The token was refused.
    Unauthorised(String),
}

/// Response of one attempt.
pub(crate) struct Received<B> {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) served_at: Option<Timestamp>,
    pub(crate) received_at: Timestamp,
    /// Start of the body.
    pub(crate) start: Vec<u8>,
    /// Length of the body without compression.
    pub(crate) bytes: u64,
    /// Rows, and what was made of them; or why there are none.
    pub(crate) rows: Result<(usize, B), String>,
    /// From sending the request to the head of its response.
    pub(crate) round_trip: Duration,
}

/// Classifies a response. The server's message is masked where it repeats a secret.
pub(crate) fn judge<B>(
    request: &str,
    received: Received<B>,
    tries: u32,
    started: Instant,
    redacted: &dyn Fn(&str) -> String,
) -> Try<B> {
    let Received { status, retry_after, served_at, received_at, start, bytes, rows, round_trip } = received;
    // Check rows first: a good response is not searched for messages.
    let reason = match rows {
        Ok((rows, body)) if status == 200 || is_no_results(status, &start) => {
            return Try::Good(Answer {
                rows,
                body,
                bytes,
                status,
                tries,
                received_at,
                served_at,
                round_trip,
            });
        }
        Ok(_) => String::new(),
        Err(reason) => redacted(&reason),
    };
    let request = request.to_owned();
    let detail = detail_of(&start, redacted);
    let failed = |request: String, detail: String| Error::Status {
        request,
        status,
        tries,
        elapsed: started.elapsed(),
        detail,
    };
    match status {
        200 => Try::Again {
            error: Error::Body { request, tries, detail: format!("{reason}: {detail}") },
            pause: None,
        },
        401 | 403 if is_live_lock(&detail) => Try::Final(Error::Locked { request, detail }),
        401 | 403 => Try::Unauthorised(detail),
        422 => Try::Final(Error::TooLarge { request, detail }),
        429 => {
            let pause = retry_after.unwrap_or_else(|| pause_by_words(&detail));
            Try::TooFast { error: failed(request, detail), pause }
        }
        408 | 425 | 500..=599 => Try::Again { error: failed(request, detail), pause: retry_after },
        _ => Try::Final(failed(request, detail)),
    }
}

/// Whether a response says that no row matches.
pub(crate) fn is_no_results(status: u16, start: &[u8]) -> bool {
    status == 404 && detail_of(start, &str::to_owned).starts_with("No results found")
}

/// Messages of the live-session response of 2026 and of 2025.
fn is_live_lock(detail: &str) -> bool {
    detail.contains("session in progress") || detail.contains("Session in progress")
}

/// First wait after a 429 without a time, from its message: "Max 30 requests/minute", or "30 per 10 second".
fn pause_by_words(detail: &str) -> Duration {
    let words: Vec<&str> = detail.split(|c: char| !c.is_alphanumeric()).collect();
    let seconds = words.windows(3).find_map(|three| match three {
        ["per", number, unit] if unit.starts_with("second") => number.parse().ok(),
        _ => None,
    });
    match seconds {
        Some(seconds) => Duration::from_secs(seconds).clamp(SECOND_PAUSE, FULL_MINUTE),
        None if detail.contains("minute") => MINUTE_PAUSE,
        None => SECOND_PAUSE,
    }
}

/// The `detail` of an error body, or its `error`, or the start of its text.
fn detail_of(body: &[u8], redacted: &dyn Fn(&str) -> String) -> String {
    #[derive(Deserialize)]
    struct Detail {
        detail: Option<serde_json::Value>,
        error: Option<serde_json::Value>,
    }
    // A long body is not parsed for a message.
    if body.len() <= LONGEST_QUOTED
        && body.first() == Some(&b'{')
        && let Ok(parsed) = serde_json::from_slice::<Detail>(body)
        && let Some(words) = parsed.detail.or(parsed.error)
    {
        return match words {
            serde_json::Value::String(text) => redacted(&text),
            other => redacted(&other.to_string()),
        };
    }
    let start = redacted(&String::from_utf8_lossy(&body[..body.len().min(LONGEST_QUOTED)]));
    if start.is_empty() { "empty body".to_owned() } else { start }
}

#[cfg(test)]
mod tests {
    use super::*;
    use f1lake_http::one_line;

    fn detail(body: &str) -> String {
        detail_of(body.as_bytes(), &|text| one_line(text, LONGEST_DETAIL))
    }

    #[test]
    fn quoted_messages_are_short_without_control_characters() {
        let long = "x".repeat(100_000);
        let shapes =
            [long.clone(), format!("{{\"detail\":\"{long}\"}}"), format!("{{\"detail\":[\"{long}\"]}}")];
        for body in shapes {
            assert!(detail(&body).chars().count() <= LONGEST_DETAIL + 1, "{}", body.len());
        }
        let short_enough = "y".repeat(300);
        assert_eq!(detail(&format!("{{\"detail\":\"{short_enough}\"}}")).chars().count(), LONGEST_DETAIL + 1);
        for body in ["{\"detail\":\"a\\u001b[31mb\\r\\n\\u202ec\"}", "a\u{1b}[31mb\r\n\u{202e}c"] {
            assert_eq!(detail(body), "a [31mb c");
        }
    }

    #[test]
    fn error_messages_are_found_in_every_known_form() {
        assert_eq!(detail(r#"{"detail":"one","error":"two"}"#), "one");
        assert_eq!(
            detail(r#"{"error":"Rate limit exceeded: 30 per 10 second"}"#),
            "Rate limit exceeded: 30 per 10 second"
        );
        assert_eq!(detail("<html>\n 502"), "<html> 502");
        assert_eq!(detail(""), "empty body");
    }

    #[test]
    fn limit_window_is_parsed_from_a_429_message() {
        let seconds = |words| pause_by_words(words).as_secs();
        assert_eq!(seconds("Rate limit exceeded. Max 3 requests/second."), 1);
        assert_eq!(seconds("Rate limit exceeded. Max 30 requests/minute."), 15);
        assert_eq!(seconds("Rate limit exceeded: 30 per 10 second"), 10);
        assert_eq!(seconds("30 per 99999999999 seconds"), 60);
        assert_eq!(seconds("30 per 0 seconds"), 1);
        assert_eq!(seconds("Too Many Requests"), 1);
    }
}
