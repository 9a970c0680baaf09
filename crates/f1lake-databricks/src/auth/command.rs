//! Runs the programs that hold a login, and reads the tokens that they print.

use f1lake_http::{MASK, SecretString, Token};
use serde_json::Value;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How a program ended.
pub(super) struct Ran {
    success: bool,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

/// Why a program gave no token.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It could not be run.
    System(std::io::Error),
    /// It ended with an error; its words, without tokens.
    Refused(String),
    /// It printed something else.
    Unreadable(String),
}

/// The fields in which a program prints its token.
pub(super) struct Fields {
    pub(super) token: &'static str,
    pub(super) expiry: &'static [&'static str],
}

impl Ran {
    /// What it printed, when it ended well.
    pub(super) fn stdout(self) -> Result<Vec<u8>, Trouble> {
        if self.success {
            return Ok(self.stdout);
        }
        let words =
            [&self.stdout, &self.stderr].map(|bytes| String::from_utf8_lossy(bytes).trim().to_owned());
        let words: Vec<String> = words.into_iter().filter(|words| !words.is_empty()).collect();
        Err(Trouble::Refused(without_tokens(&words.join("\n"))))
    }

    /// The token that it printed, to be renewed `early` before its end, or at half its life.
    pub(super) fn token(self, fields: &Fields, early: Duration) -> Result<Token<Instant>, Trouble> {
        let stdout = self.stdout()?;
        // The output contains the token, so no part of it may reach an error.
        let unreadable = |why: &str| Trouble::Unreadable(format!("cannot unmarshal CLI result: {why}"));
        let json: Value = serde_json::from_slice(&stdout).map_err(|_| unreadable("it is not JSON"))?;
        let bearer = json.get(fields.token).and_then(Value::as_str);
        let bearer = bearer.ok_or_else(|| unreadable(&format!("no {}", fields.token)))?;
        let expiry = fields.expiry.iter().find_map(|name| expiry(json.get(name)?));
        let expiry = expiry.ok_or_else(|| unreadable(&format!("no {}", fields.expiry.join(", "))))?;
        let left = expiry.duration_since(jiff::Timestamp::now());
        let left = Duration::try_from(left).unwrap_or_default();
        // A token that has ended may be all it has; it is not asked for in every request.
        let used = (left - early.min(left / 2)).max(Duration::from_secs(1));
        Ok(Token { bearer: SecretString::from(bearer), renew_at: Instant::now() + used })
    }
}

/// Runs a program for at most `limit`.
pub(super) async fn run(program: &Path, arguments: &[&str], limit: Duration) -> Result<Ran, Trouble> {
    tracing::debug!(program = %program.display(), arguments = arguments.join(" "), "asking for a login");
    let program = PathBuf::from(program);
    let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
    let ran = tokio::task::spawn_blocking(move || run_here(&program, &arguments, limit)).await;
    ran.unwrap_or_else(|_| Err(std::io::Error::other("the thread stopped"))).map_err(Trouble::System)
}

fn run_here(program: &Path, arguments: &[String], limit: Duration) -> std::io::Result<Ran> {
    let started = Instant::now();
    let mut child = start(program, arguments)?;
    // Both at once: a program that fills one pipe would wait for ever.
    let stdout = child.stdout.take().map(read);
    let stderr = child.stderr.take().map(read);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if started.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Err(std::io::Error::new(
                ErrorKind::TimedOut,
                format!("{} did not end in {} s", program.display(), limit.as_secs()),
            ));
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let all = |reader: Option<std::thread::JoinHandle<Vec<u8>>>| {
        reader.and_then(|reader| reader.join().ok()).unwrap_or_default()
    };
    Ok(Ran { success: status.success(), stdout: all(stdout), stderr: all(stderr) })
}

fn start(program: &Path, arguments: &[String]) -> std::io::Result<Child> {
    let mut attempts = 0;
    loop {
        let child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        match child {
            // Something is just writing it: an update.
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy && attempts < 10 => {
                attempts += 1;
                std::thread::sleep(Duration::from_millis(20));
            }
            other => return other,
        }
    }
}

fn read(mut pipe: impl Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What arrived before an error counts.
        drop(pipe.read_to_end(&mut bytes));
        bytes
    })
}

/// A time as `az` and `databricks` print it: seconds, with an offset, or in the time zone of this machine.
fn expiry(value: &Value) -> Option<jiff::Timestamp> {
    if let Some(seconds) = value.as_i64() {
        return jiff::Timestamp::from_second(seconds).ok();
    }
    let text = value.as_str()?.trim();
    text.parse().ok().or_else(|| {
        let local: jiff::civil::DateTime = text.parse().ok()?;
        jiff::tz::TimeZone::system().to_timestamp(local).ok()
    })
}

/// Masks what looks like a token: a program may print one with its error.
fn without_tokens(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    for part in text.split_inclusive(|c: char| c.is_whitespace() || "\"'<>,:;=&()".contains(c)) {
        let word = part.trim_end_matches(|c: char| c.is_whitespace() || "\"'<>,:;=&()".contains(c));
        if ["eyJ", "dapi", "dose"].iter().any(|start| word.starts_with(start)) && word.len() > 8 {
            masked.push_str(MASK);
            masked.push_str(&part[word.len()..]);
        } else {
            masked.push_str(part);
        }
    }
    f1lake_http::redact(&masked, &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: Fields = Fields { token: "access_token", expiry: &["expiry"] };

    fn printed(stdout: &str) -> Ran {
        Ran { success: true, stdout: stdout.into(), stderr: Vec::new() }
    }

    #[test]
    fn times_are_read_in_the_forms_of_both_programs() {
        let at = |value: Value| expiry(&value).map(|time| time.to_string());
        let expected = Some("2026-11-27T23:00:00Z".to_owned());
        for text in ["2026-11-27T23:00:00Z", "2026-11-28T00:00:00+01:00", "2026-11-27T18:00:00.000-05:00"] {
            assert_eq!(at(text.into()), expected, "{text}");
        }
        assert_eq!(at(1_795_820_400.into()), expected);
        let local = "2026-11-27T23:00:00".parse::<jiff::civil::DateTime>().unwrap();
        let local = jiff::tz::TimeZone::system().to_timestamp(local).unwrap();
        for text in ["2026-11-27 23:00:00.000000", "2026-11-27T23:00:00"] {
            assert_eq!(expiry(&text.into()), Some(local), "{text}");
        }
        for wrong in [Value::Null, "soon".into(), "".into()] {
            assert_eq!(expiry(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_token_is_used_until_shortly_before_its_end() {
        let end = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(60);
        let token = printed(&format!(r#"{{"access_token":"eyJ-canary","expiry":"{end}"}}"#))
            .token(&FIELDS, Duration::from_secs(1200))
            .unwrap();
        let left = token.renew_at.duration_since(Instant::now()).as_secs();
        assert!((2390..=2400).contains(&left), "{left}");
        let ended = printed(r#"{"access_token":"eyJ-canary","expiry":"2020-01-01T00:00:00Z"}"#)
            .token(&FIELDS, Duration::from_secs(1200))
            .unwrap();
        assert!(ended.renew_at.duration_since(Instant::now()) <= Duration::from_secs(1));
    }

    #[test]
    fn what_a_program_prints_is_never_quoted_with_its_token() {
        for wrong in ["", "eyJ-canary", r#"{"token":"eyJ-canary"}"#, r#"{"access_token":"eyJ-canary"}"#] {
            let trouble = printed(wrong).token(&FIELDS, Duration::ZERO).unwrap_err();
            let Trouble::Unreadable(words) = trouble else { panic!("{trouble:?}") };
            assert!(
                words.starts_with("cannot unmarshal CLI result: ") && !words.contains("canary"),
                "{words}"
            );
        }
        let failed = Ran {
            success: false,
            stdout: br#"{"access_token":"eyJ-canary.x"}"#.to_vec(),
            stderr: b"no login; Bearer dapi-canary, token=dose-canary-1".to_vec(),
        };
        let Err(Trouble::Refused(words)) = failed.stdout() else { panic!() };
        assert!(words.contains("no login") && !words.contains("canary"), "{words}");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn programs_are_run_with_their_output_and_are_stopped_when_they_hang() {
        let shell = Path::new("/bin/sh");
        let second = Duration::from_secs(1);
        let ran = run(shell, &["-c", "printf out; printf err >&2"], second).await.unwrap();
        assert_eq!(ran.stdout().unwrap(), b"out");
        let ran = run(shell, &["-c", "yes | head -c 300000 >&2; exit 3"], second * 30).await.unwrap();
        assert!(matches!(ran.stdout(), Err(Trouble::Refused(words)) if words.len() > 200_000));
        let hung = run(shell, &["-c", "exec sleep 30"], Duration::from_millis(50)).await;
        assert!(matches!(hung, Err(Trouble::System(error)) if error.kind() == ErrorKind::TimedOut));
        let absent = run(Path::new("/nonexistent/az"), &[], second).await;
        assert!(matches!(absent, Err(Trouble::System(error)) if error.kind() == ErrorKind::NotFound));
    }
}
