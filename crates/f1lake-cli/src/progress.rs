//! Progress of a run on standard error: bars on a terminal, lines elsewhere.

use crate::host::Host;
use crate::logging::LogFormat;
use f1lake_extract::{Event, Progress, RunReport, SessionReport, SessionStatus};
use indicatif::{HumanBytes, HumanCount, HumanDuration, MultiProgress, ProgressBar, ProgressStyle};
use openf1_client::RateLimiter;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Refresh interval of the limiter's state and the remaining time.
const REFRESH: Duration = Duration::from_millis(500);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Quiet,
    Lines,
    Bars,
    Logs,
}

#[derive(Debug, Default)]
struct State {
    working: Vec<String>,
    bytes: u64,
    done: u64,
    expected: u64,
}

/// Displays a run.
#[derive(Debug)]
pub(crate) struct View {
    style: Style,
    bars: MultiProgress,
    sessions: ProgressBar,
    requests: ProgressBar,
    limiter: RateLimiter,
    host: Option<Arc<Host>>,
    started: Instant,
    state: Mutex<State>,
}

/// A view with the task that refreshes it.
#[derive(Debug)]
pub(crate) struct Shown {
    view: Arc<View>,
    ticker: tokio::task::JoinHandle<()>,
}

impl Shown {
    /// Starts the display.
    pub(crate) fn start(bars: &MultiProgress, limiter: RateLimiter, quiet: bool, logs: LogFormat) -> Self {
        let style = match (quiet, logs) {
            (true, _) => Style::Quiet,
            (_, LogFormat::Json) => Style::Logs,
            _ if bars.is_hidden() => Style::Lines,
            _ => Style::Bars,
        };
        let bar = |what: &str| {
            let bar = if style == Style::Bars { ProgressBar::new(0) } else { ProgressBar::hidden() };
            let template = format!("{{bar:24}} {{pos}}/{{len}} {what}  {{msg}}");
            bar.with_style(
                ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar()),
            )
        };
        let view = Arc::new(View {
            style,
            sessions: bars.add(bar("sessions")),
            requests: bars.add(bar("requests")),
            bars: bars.clone(),
            limiter,
            host: Host::current(),
            started: Instant::now(),
            state: Mutex::default(),
        });
        let same = Arc::clone(&view);
        let ticker = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(REFRESH);
            loop {
                ticks.tick().await;
                same.refresh();
            }
        });
        Self { view, ticker }
    }

    /// Receives the progress of the extract.
    pub(crate) fn listener(&self) -> Progress {
        let view = Arc::clone(&self.view);
        Arc::new(move |event| view.hear(event))
    }

    /// Removes the bars.
    pub(crate) fn finish(self) {
        self.ticker.abort();
        self.view.sessions.finish_and_clear();
        self.view.requests.finish_and_clear();
    }
}

impl View {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&self, event: Event) {
        match event {
            Event::Selected { due, skipped, requests } => {
                self.state().expected += requests as u64;
                self.sessions.set_length(due as u64);
                self.requests.set_length(requests as u64);
                if due > 0 {
                    let least = self.limiter.estimate(requests);
                    let time = if least.as_secs() >= 2 {
                        format!(", at least {} within the rate limits", HumanDuration(least))
                    } else {
                        String::new()
                    };
                    let skipped =
                        if skipped > 0 { format!("; {skipped} already landed") } else { String::new() };
                    self.tell(&format!(
                        "{due} {} to fetch, about {requests} requests{time}{skipped}",
                        plural(due, "session", "sessions")
                    ));
                }
            }
            Event::SessionStarted(session) => {
                if self.style == Style::Logs {
                    tracing::info!(
                        session_key = session.session_key,
                        session = session.name,
                        "session started"
                    );
                }
                self.state().working.push(session.name);
            }
            Event::RequestsAdded(count) => {
                let mut state = self.state();
                state.expected = state.expected.saturating_add_signed(count).max(state.done);
                self.requests.set_length(state.expected);
            }
            Event::RequestDone { endpoint, rows, bytes } => {
                tracing::debug!(%endpoint, rows, bytes, "response staged");
                let mut state = self.state();
                state.done += 1;
                state.bytes += bytes;
                state.expected = state.expected.max(state.done);
                self.requests.set_length(state.expected);
                self.requests.set_position(state.done);
            }
            Event::Note(text) => {
                if self.style == Style::Logs {
                    tracing::warn!("{text}");
                } else {
                    self.tell(&format!("note: {text}"));
                }
            }
            Event::SessionEnded(report) => self.ended(&report),
            _ => {}
        }
        self.refresh();
    }

    fn ended(&self, report: &SessionReport) {
        self.state().working.retain(|name| *name != report.session.name);
        self.sessions.inc(1);
        if self.style == Style::Logs {
            let status = status_name(report.status);
            let (session, session_key) = (report.session.name.as_str(), report.session.session_key);
            match &report.error {
                Some(error) => tracing::error!(session_key, session, status, error, "session ended"),
                None => tracing::info!(session_key, session, status, rows = report.rows(), "session ended"),
            }
            return;
        }
        let mut line = format!("{:<11} {}", status_name(report.status), report.session.name);
        match &report.error {
            Some(error) => line.push_str(&format!(": {error}")),
            None if !report.endpoints.is_empty() => line.push_str(&format!(
                ": {} rows of {} endpoints",
                HumanCount(report.rows()),
                report.endpoints.len()
            )),
            None => {}
        }
        self.tell(&line);
        for endpoint in &report.endpoints {
            if let Some(changes) = endpoint.changes.as_ref().filter(|changes| !changes.is_empty()) {
                self.tell(&format!(
                    "            {}: {} added, {} changed, {} removed",
                    endpoint.endpoint, changes.added, changes.changed, changes.removed
                ));
            }
            if let Some(aside) = &endpoint.kept_aside {
                self.tell(&format!(
                    "            {}: the response has fewer rows than before and was set aside in {aside}; \
                     --accept-shrink lands it",
                    endpoint.endpoint
                ));
            }
        }
    }

    /// Prints a line for the user.
    fn tell(&self, line: &str) {
        match self.style {
            Style::Quiet => {}
            Style::Logs => tracing::info!("{line}"),
            Style::Bars => drop(self.bars.println(line)),
            Style::Lines => match &self.host {
                Some(host) => host.tell(line),
                None => crate::output::tell(line),
            },
        }
    }

    fn refresh(&self) {
        if self.style != Style::Bars {
            return;
        }
        let state = self.state();
        self.sessions.set_message(state.working.join(", "));
        let left = state.expected.saturating_sub(state.done);
        let mut message = HumanBytes(state.bytes).to_string();
        let snapshot = self.limiter.snapshot();
        if snapshot.limits.per_second.is_finite() {
            message.push_str(&format!(
                " · limiter {}/min{}",
                format_args!("{} of {}", snapshot.sent_last_minute, snapshot.limits.per_minute),
                if snapshot.next_in.as_secs() >= 1 {
                    format!(", next in {} s", snapshot.next_in.as_secs())
                } else {
                    String::new()
                }
            ));
        }
        if left > 0 && state.done > 0 {
            // The rate limits are one bound, the pace so far is the other; show the slower one.
            let pace = self.started.elapsed().mul_f64(left as f64 / state.done as f64);
            let waiting = self.limiter.estimate(usize::try_from(left).unwrap_or(usize::MAX));
            let bound = if waiting > Duration::from_secs(1) { waiting } else { pace };
            message.push_str(&format!(" · about {} left", HumanDuration(bound)));
        }
        self.requests.set_message(message);
    }
}

/// A status as shown to users.
pub(crate) fn status_name(status: SessionStatus) -> &'static str {
    match status {
        SessionStatus::Landed => "landed",
        SessionStatus::Updated => "updated",
        SessionStatus::Unchanged => "unchanged",
        SessionStatus::Skipped => "skipped",
        SessionStatus::Failed => "failed",
        SessionStatus::Locked => "locked",
        SessionStatus::Interrupted => "interrupted",
    }
}

/// The last line of a run.
pub(crate) fn closing_line(report: &RunReport, destination: &str) -> String {
    let counts: Vec<String> = [
        SessionStatus::Landed,
        SessionStatus::Updated,
        SessionStatus::Unchanged,
        SessionStatus::Skipped,
        SessionStatus::Failed,
        SessionStatus::Locked,
        SessionStatus::Interrupted,
    ]
    .into_iter()
    .map(|status| (report.count(status), status_name(status)))
    .filter(|(count, _)| *count > 0)
    .map(|(count, name)| format!("{count} {name}"))
    .collect();
    let sessions = report.sessions.len();
    let retries = if report.retries > 0 { format!(" ({} retries)", report.retries) } else { String::new() };
    let requests = usize::try_from(report.requests).unwrap_or(usize::MAX);
    format!(
        "{sessions} {} ({}), {requests} {}{retries}, {} received in {:.1} s -> {destination}",
        plural(sessions, "session", "sessions"),
        if counts.is_empty() { "none selected".to_owned() } else { counts.join(", ") },
        plural(requests, "request", "requests"),
        HumanBytes(report.bytes_received),
        report.seconds,
    )
}

/// Singular or plural, by number.
pub(crate) fn plural(count: usize, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}
