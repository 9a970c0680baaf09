//! Events of a running pipeline, and their text.

use crate::config::Names;
use crate::summary::{brought_back, counted, load_status};
use f1lake_bronze::{LoadStatus, SessionLoad};
use f1lake_extract::SessionReport;
#[cfg(feature = "lake")]
use f1lake_lake::{BuildStatus, ModelBuild};
use indicatif::HumanDuration;
use std::sync::Arc;

/// What happens while a pipeline works.
///
/// ```
/// use f1lake::{Event, config::Names};
///
/// let event = Event::Began("landing in ./landing".to_owned());
/// assert_eq!(event.told(Names::Settings), "landing in ./landing");
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// A step begins: where it lands or loads.
    Began(String),
    /// Of the extract.
    Extract(f1lake_extract::Event),
    /// A session was loaded, or had nothing to load.
    Loaded(SessionLoad),
    /// A model was built, or was current.
    #[cfg(feature = "lake")]
    Built(ModelBuild),
    /// A step ended: its summary.
    Ended(String),
}

/// Receives events; must not block.
pub(crate) type Listener = Arc<dyn Fn(Event) + Send + Sync>;

impl Event {
    /// Lines for people, with the names by which they know settings; empty for what only moves a progress bar.
    pub fn told(&self, names: Names) -> String {
        match self {
            Self::Began(text) | Self::Ended(text) => text.clone(),
            Self::Extract(event) => of_extract(event, names),
            Self::Loaded(session) if session.status == LoadStatus::Unchanged => String::new(),
            Self::Loaded(session) => format!("{}: {}", session.session, of_load(session)),
            #[cfg(feature = "lake")]
            Self::Built(model) => of_build(model),
        }
    }
}

fn of_extract(event: &f1lake_extract::Event, names: Names) -> String {
    use f1lake_extract::Event;
    match event {
        Event::Selected { due: 1.., .. } => selected(event),
        Event::Note(text) => format!("note: {text}"),
        Event::SessionEnded(report) => ended(report, names),
        _ => String::new(),
    }
}

fn selected(event: &f1lake_extract::Event) -> String {
    let f1lake_extract::Event::Selected { due, skipped, requests, least } = event else {
        return String::new();
    };
    let time = if least.as_secs() >= 2 {
        format!(", at least {} within the rate limits", HumanDuration(*least))
    } else {
        String::new()
    };
    let skipped = if *skipped > 0 { format!("; {skipped} already landed") } else { String::new() };
    let (due, requests) = (counted(*due, "session"), counted(*requests, "request"));
    format!("{due} to fetch, about {requests}{time}{skipped}")
}

fn ended(report: &SessionReport, names: Names) -> String {
    let mut text = format!("{:<11} {}", report.status.name(), report.session.name);
    match &report.error {
        Some(error) => text.push_str(&format!(": {error}")),
        None if !report.endpoints.is_empty() => text.push_str(&format!(
            ": {} of {}",
            counted(report.rows(), "row"),
            counted(report.endpoints.len(), "endpoint")
        )),
        None => {}
    }
    for endpoint in &report.endpoints {
        if let Some(changes) = endpoint.changes.as_ref().filter(|changes| !changes.is_empty()) {
            text.push_str(&format!(
                "\n            {}: {} added, {} changed, {} removed",
                endpoint.endpoint, changes.added, changes.changed, changes.removed
            ));
        }
        if let Some(aside) = &endpoint.kept_aside {
            text.push_str(&format!(
                "\n            {}: the response has fewer rows than before and was set aside in {aside}; {} lands it",
                endpoint.endpoint,
                names.of("accept_shrink")
            ));
        }
    }
    text
}

/// What happened to a session; for a failed one, the cause first.
fn of_load(session: &SessionLoad) -> String {
    let rows = counted(session.tables.iter().map(|table| table.rows).sum::<u64>(), "row");
    if session.status == LoadStatus::Failed {
        let count = |status| session.tables.iter().filter(|table| table.status == status).count();
        let others = match count(LoadStatus::Loaded) {
            0 => String::new(),
            loaded => format!("; {} loaded, {rows}", counted(loaded, "table")),
        };
        let why = session.errors().join("; ");
        return format!("FAILED in {}{others}: {why}", counted(count(LoadStatus::Failed), "table"));
    }
    let back = session.tables.iter().filter(|table| table.brought_back).count();
    let back = brought_back(back).map(|back| format!("; {back}")).unwrap_or_default();
    let tables = counted(session.tables.len(), "table");
    format!("{}, {rows} in {tables}{back}", load_status(session.status))
}

#[cfg(feature = "lake")]
fn of_build(model: &ModelBuild) -> String {
    match model.status {
        BuildStatus::Unchanged => String::new(),
        BuildStatus::Built => {
            format!("{}: {} in {:.1} s", model.model, counted(model.rows, "row"), model.seconds)
        }
        BuildStatus::Failed | BuildStatus::Skipped => {
            let status = crate::summary::build_status(model.status);
            format!("{}: {status}: {}", model.model, model.error.as_deref().unwrap_or_default())
        }
    }
}
