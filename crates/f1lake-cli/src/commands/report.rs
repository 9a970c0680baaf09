//! `f1lake report`: one session in the terminal and as a page.

use super::Context;
use crate::cli::ReportArgs;
use crate::error::Error;
use crate::output::{OutputFormat, json, terminal_width, write};
use f1lake::{ExitCode, require_lake};
use f1lake_lake::{Lake, LakeError, Query, SqlProblem};
use f1lake_report::{
    ChosenLap, LapTrace, Part, ReportData, Rows, lap_telemetry_sql, render_html, render_text,
};
use f1lake_zone::files::{Existing, write_file};
use serde_json::Value;
use std::path::Path;

/// Width of the text without a terminal.
const WIDTH: usize = 100;
/// More laps would make the page large and its table wide.
const MOST_LAPS: usize = 10;

pub(crate) async fn run(context: &Context, args: &ReportArgs) -> Result<ExitCode, Error> {
    let loaded = context.load(&args.settings)?;
    let lake = require_lake(&loaded.config)?;
    let query = Query::open(&lake, None).await?;
    let session_key = find_session(&query, &args.session).await?;
    let mut data = collect(&query, session_key, !args.laps.is_empty()).await?;
    if !args.laps.is_empty() {
        let laps = chosen_laps(&query, session_key, &args.laps, &data).await?;
        data = data.with_laps(laps);
    }
    let file = match &args.html {
        Some(file) => file.clone(),
        None => format!("f1lake-report-{session_key}.html"),
    };
    show(context, &data, Path::new(&file))?;
    Ok(ExitCode::Done)
}

/// Shows the report of a session in the terminal and writes it into a file.
pub(crate) async fn report(
    context: &Context,
    lake: &Lake,
    session_key: i64,
    file: &Path,
) -> Result<(), Error> {
    let query = Query::open(lake, None).await?;
    show(context, &collect(&query, session_key, false).await?, file)
}

fn show(context: &Context, data: &ReportData, file: &Path) -> Result<(), Error> {
    let page = render_html(data)?;
    let failed = |source| Error::File { path: file.display().to_string(), source };
    write_file(file, page.as_bytes(), Existing::Replace).map_err(failed)?;
    match context.output() {
        OutputFormat::Table => {
            let terminal = terminal_width();
            let width = terminal.unwrap_or(WIDTH);
            let colour = terminal.is_some() && std::env::var_os("NO_COLOR").is_none();
            write(&render_text(data, width, colour))?;
        }
        OutputFormat::Json | OutputFormat::Csv => write(&json(data)?)?,
    }
    context.say(&format!("report with plots: {}", file.display()));
    Ok(())
}

/// Finds a session by key, `latest`, or words of its name, location and day.
pub(super) async fn find_session(query: &Query, wanted: &str) -> Result<i64, Error> {
    let sql = "select session_key, concat_ws('_', cast(batch_day as varchar), location, session_name) as name \
               from gold_analytics.dim_sessions order by date_start desc, session_key";
    // Without that table nothing was built.
    let rows: Vec<Value> = match query.rows(sql).await {
        Err(LakeError::Sql { problem: SqlProblem::NoTable { .. }, .. }) => Vec::new(),
        other => other?,
    };
    let sessions: Vec<(i64, String)> = rows
        .iter()
        .filter_map(|row| Some((row["session_key"].as_i64()?, row["name"].as_str()?.replace(' ', "_"))))
        .collect();
    let fits = |name: &str| {
        let name = name.to_lowercase();
        wanted.to_lowercase().split([' ', '_']).all(|word| name.contains(word))
    };
    let found: Vec<&(i64, String)> = match wanted.parse::<i64>() {
        Ok(wanted) => sessions.iter().filter(|(key, _)| *key == wanted).collect(),
        Err(_) if wanted == "latest" => sessions.first().into_iter().collect(),
        Err(_) => sessions.iter().filter(|(_, name)| fits(name)).collect(),
    };
    match found.as_slice() {
        [(key, _)] => Ok(*key),
        [] => Err(Error::Usage(no_such_session(wanted, &sessions))),
        several => {
            let some: Vec<String> =
                several.iter().take(5).map(|(key, name)| format!("{key} {name}")).collect();
            Err(Error::Usage(format!(
                "{} sessions match {wanted}, such as {}\nhint: give the key",
                several.len(),
                some.join(", ")
            )))
        }
    }
}

/// The message when no built session matches.
fn no_such_session(wanted: &str, sessions: &[(i64, String)]) -> String {
    const SOME: usize = 5;
    if sessions.is_empty() {
        return "the lake has no built session yet\nhint: `f1lake run` fetches and builds the last 10"
            .to_owned();
    }
    let missing = match wanted.parse::<i64>() {
        Ok(key) => format!("session {key} is not built"),
        Err(_) => format!("no built session is named {wanted}"),
    };
    let mut text = format!("{missing}\nhint: available sessions: ");
    let shown: Vec<String> = sessions.iter().take(SOME).map(|(key, name)| format!("{key} {name}")).collect();
    text.push_str(&shown.join(", "));
    if sessions.len() > SOME {
        text.push_str(&format!(" and {} older; `f1lake sql \"select session_key, session_name, location from dim_sessions\"` lists all", sessions.len() - SOME));
    }
    text
}

/// Telemetry of the laps of `--laps`, in their order.
async fn chosen_laps(
    query: &Query,
    session_key: i64,
    wanted: &[String],
    data: &ReportData,
) -> Result<Vec<LapTrace>, Error> {
    if wanted.len() > MOST_LAPS {
        return Err(Error::Usage(format!(
            "--laps names {} laps: expected at most {MOST_LAPS}\nhint: the first two are overlaid",
            wanted.len()
        )));
    }
    let mut laps: Vec<LapTrace> = Vec::new();
    for text in wanted {
        let wrong = |what: String| Error::Usage(format!("--laps {text}: {what}"));
        let chosen = ChosenLap::read(text, data).map_err(|error| wrong(error.to_string()))?;
        let rows =
            query.rows(&lap_telemetry_sql(session_key, chosen.driver_number, chosen.lap_number)).await?;
        let Some(lap) = LapTrace::from_rows(rows)?.filter(|lap| lap.samples.len() > 1) else {
            let hint = match chosen.lap_number {
                Some(_) => {
                    "\nhint: without a lap number, the driver's best lap that has telemetry is compared"
                }
                None => "",
            };
            return Err(wrong(format!("{} has no telemetry{hint}", chosen.describe(data))));
        };
        let is_same =
            |other: &LapTrace| (other.driver_number, other.lap_number) == (lap.driver_number, lap.lap_number);
        if laps.iter().any(is_same) {
            return Err(wrong(format!("lap {} of this driver is named twice", lap.lap_number)));
        }
        laps.push(lap);
    }
    Ok(laps)
}

/// The rows of all parts; those that an older lake lacks are named in `not_built`. Laps that were chosen take
/// the place of the best ones.
async fn collect(query: &Query, session_key: i64, are_laps_chosen: bool) -> Result<ReportData, Error> {
    let mut parts = Rows::new();
    let mut not_built = Vec::new();
    for part in Part::ALL {
        if part == Part::Telemetry && are_laps_chosen {
            continue;
        }
        match query.rows(&part.sql(session_key)).await {
            Ok(rows) => {
                parts.insert(part, rows);
            }
            Err(LakeError::Sql {
                problem: SqlProblem::NoTable { .. } | SqlProblem::NoColumn { .. }, ..
            }) if part.is_optional() => not_built.push(part),
            Err(LakeError::Sql { text, .. }) => {
                return Err(Error::Usage(format!(
                    "the lake was built by another version of f1lake ({})\nhint: run `f1lake build` and try \
                     again",
                    text.lines().next().unwrap_or_default().trim_start_matches("error: ")
                )));
            }
            Err(other) => return Err(other.into()),
        }
    }
    let mut data = ReportData::from_rows(parts)?;
    data.not_built = not_built;
    Ok(data)
}
