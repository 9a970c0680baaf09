//! `f1lake status`: what is landed.

use super::Context;
use crate::cli::ZoneFlags;
use crate::error::Error;
use crate::output::Table;
use f1lake::ExitCode;
use f1lake::Zone;
use f1lake::summary::counted;
use indicatif::{HumanBytes, HumanCount};
use jiff::Timestamp;
use serde::Serialize;

#[derive(Serialize)]
struct Line {
    session_key: i64,
    meeting_key: i64,
    session: String,
    endpoints: usize,
    rows: u64,
    bytes: u64,
    corrections: u32,
    extracted_at: Timestamp,
    settled: bool,
}

pub(crate) async fn run(context: &Context, flags: &ZoneFlags) -> Result<ExitCode, Error> {
    let loaded = context.load(flags)?;
    let zone = Zone::require(&loaded.config)?;
    let mut manifests = zone.landing.manifests().await?;
    manifests.sort_by_key(|manifest| manifest.date_start);
    let lines: Vec<Line> = manifests
        .iter()
        .map(|manifest| Line {
            session_key: manifest.session_key,
            meeting_key: manifest.meeting_key,
            session: manifest.name.clone(),
            endpoints: manifest.endpoints.len(),
            rows: manifest.rows(),
            bytes: manifest.bytes(),
            corrections: manifest.endpoints.values().map(|endpoint| endpoint.version.saturating_sub(1)).sum(),
            extracted_at: manifest.extracted_at,
            settled: manifest.settled(loaded.config.settle_days),
        })
        .collect();
    let state = |line: &Line| {
        let mut state = if line.settled { "settled" } else { "not settled yet" }.to_owned();
        if line.corrections > 0 {
            state.push_str(&format!(", {} corrected", line.corrections));
        }
        state
    };
    Table::of(&lines)
        .left("session", |line| line.session.clone())
        .right("key", |line| line.session_key.to_string())
        .right("endpoints", |line| line.endpoints.to_string())
        .right("rows", |line| HumanCount(line.rows).to_string())
        .right("size", |line| HumanBytes(line.bytes).to_string())
        .left("extracted (UTC)", |line| line.extracted_at.strftime("%Y-%m-%d %H:%M").to_string())
        .left("state", state)
        .print(context.output(), &lines)?;
    let unfinished = std::fs::read_dir(zone.work_dir.join("staging")).map_or(0, Iterator::count);
    context.say(&format!(
        "{} landed in {}: {}, {}{}",
        counted(lines.len(), "session"),
        zone.landing.describe(),
        counted(lines.iter().map(|line| line.rows).sum::<u64>(), "row"),
        HumanBytes(lines.iter().map(|line| line.bytes).sum()),
        if unfinished > 0 {
            format!("; {unfinished} unfinished, which the next extract resumes")
        } else {
            String::new()
        }
    ));
    Ok(ExitCode::Done)
}
