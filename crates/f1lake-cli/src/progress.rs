//! Progress of a run on standard error: bars on a terminal, lines elsewhere.

use crate::logging::LogFormat;
use f1lake::Event;
use f1lake::config::Names;
use indicatif::{HumanBytes, HumanDuration, MultiProgress, ProgressBar, ProgressStyle};
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

    /// Receives what happens.
    pub(crate) fn listener(&self) -> impl Fn(Event) + Send + Sync + 'static {
        let view = Arc::clone(&self.view);
        move |event| view.hear(&event)
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

    fn hear(&self, event: &Event) {
        if let Event::Extract(event) = event {
            self.follow(event);
        }
        match event {
            Event::Extract(event) if self.style == Style::Logs && log(event) => {}
            event => self.tell(&event.told(Names::Flags)),
        }
        self.refresh();
    }

    /// Keeps the numbers of the bars.
    fn follow(&self, event: &f1lake_extract::Event) {
        use f1lake_extract::Event;
        let mut state = self.state();
        match event {
            Event::Selected { due, requests, .. } => {
                state.expected += *requests as u64;
                self.sessions.set_length(*due as u64);
                self.requests.set_length(*requests as u64);
            }
            Event::SessionStarted(session) => state.working.push(session.name.clone()),
            Event::RequestsAdded(count) => {
                state.expected = state.expected.saturating_add_signed(*count).max(state.done);
                self.requests.set_length(state.expected);
            }
            Event::RequestDone { endpoint, rows, bytes } => {
                tracing::debug!(%endpoint, rows, bytes, "response staged");
                state.done += 1;
                state.bytes += bytes;
                state.expected = state.expected.max(state.done);
                self.requests.set_length(state.expected);
                self.requests.set_position(state.done);
            }
            Event::SessionEnded(report) => {
                state.working.retain(|name| *name != report.session.name);
                self.sessions.inc(1);
            }
            _ => {}
        }
    }

    /// Prints lines for the user.
    fn tell(&self, text: &str) {
        for line in text.lines() {
            match self.style {
                Style::Quiet => {}
                Style::Logs => tracing::info!("{line}"),
                Style::Bars => drop(self.bars.println(line)),
                Style::Lines => crate::output::tell(line),
            }
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

/// Logs an event with its values; `false` when a line says as much.
fn log(event: &f1lake_extract::Event) -> bool {
    use f1lake_extract::Event;
    match event {
        Event::SessionStarted(session) => {
            tracing::info!(session_key = session.session_key, session = session.name, "session started");
        }
        Event::SessionEnded(report) => {
            let status = report.status.name();
            let (session, session_key) = (report.session.name.as_str(), report.session.session_key);
            match &report.error {
                Some(error) => tracing::error!(session_key, session, status, error, "session ended"),
                None => tracing::info!(session_key, session, status, rows = report.rows(), "session ended"),
            }
        }
        Event::Note(text) => tracing::warn!("{text}"),
        _ => return false,
    }
    true
}
