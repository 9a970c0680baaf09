//! `/api/overlay`: laps on one axis of distance.

use super::parameters::parameters;
use super::query::typed;
use crate::error::{ErrorKind, Failure};
use crate::ipc;
use crate::overlay::{Corner, LapId, LapNotes, Sample, Track, batch, lay};
use crate::shared::{Handle, Shared};
use crate::views::union;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use f1lake_motion::{Anchors, SECTOR_LINES_SQL, SectorLinesRow};

pub(crate) async fn overlay(State(shared): Handle, uri: Uri) -> Result<Response, Failure> {
    let laps = LapId::list(&parameters(&uri))?;
    let first = laps.first().ok_or_else(|| Failure::parameter("No lap is named"))?;
    let (notes, track, samples) = tokio::join!(
        notes(&shared, &laps),
        track(&shared, first.session_key),
        typed::<Sample>(&shared, samples_sql(&shared, &laps)?),
    );
    // Why the laps cannot be overlaid says more than a failure beside it.
    let (notes, track, samples) = (notes?, track?, samples?);
    let laid = lay(&notes, &samples, track.anchors.as_ref())?;
    let rows = batch(&notes, &laid, &track.corners)?;
    Ok(ipc::response(ipc::encode(&rows.schema(), &[rows])?))
}

pub(crate) async fn overlay_sql(State(shared): Handle, uri: Uri) -> Result<String, Failure> {
    samples_sql(&shared, &LapId::list(&parameters(&uri))?)
}

fn of_laps(shared: &Shared, view: &str, laps: &[LapId]) -> Result<String, Failure> {
    let view = shared.views.get(view)?;
    let queries: Vec<String> = laps
        .iter()
        .enumerate()
        .map(|(index, lap)| view.fill(&lap.parameters(index)))
        .collect::<Result<_, _>>()?;
    Ok(union(&queries))
}

fn samples_sql(shared: &Shared, laps: &[LapId]) -> Result<String, Failure> {
    Ok(format!("{}ORDER BY lap, lap_time_s\n", of_laps(shared, "overlay_samples", laps)?))
}

/// What is known about the laps, in their order. All must be there, and on one circuit.
async fn notes(shared: &Shared, laps: &[LapId]) -> Result<Vec<LapNotes>, Failure> {
    let mut notes: Vec<LapNotes> = typed(shared, of_laps(shared, "overlay_laps", laps)?).await?;
    notes.sort_by_key(|lap| lap.lap);
    for (index, lap) in laps.iter().enumerate() {
        if notes.get(index).is_none_or(|notes| notes.lap != index) {
            return Err(Failure::new(
                ErrorKind::NotFound,
                format!(
                    "Car {} has no lap {} in session {}",
                    lap.driver_number, lap.lap_number, lap.session_key
                ),
            ));
        }
    }
    if let Some(first) = notes.first()
        && notes.iter().any(|lap| lap.circuit_key != first.circuit_key)
    {
        let circuit = first.circuit_short_name.clone().unwrap_or_else(|| "the first circuit".to_owned());
        return Err(Failure::new(ErrorKind::Circuit, "These laps are on different circuits")
            .with_hint(format!("Pick a lap of {circuit}, of any year.")));
    }
    Ok(notes)
}

/// What all laps of a session share.
async fn track(shared: &Shared, session_key: i64) -> Result<Track, Failure> {
    let revision = shared.tables.revision().await?;
    let find = async {
        let lines = SECTOR_LINES_SQL.replace("{session_key}", &session_key.to_string());
        let (lines, corners) =
            tokio::try_join!(typed::<SectorLinesRow>(shared, lines), corners(shared, session_key))?;
        Ok(Track { anchors: Anchors::of_rows(&lines), corners })
    };
    shared.tracks.get(&revision, session_key, find).await
}

/// The corners of the circuit; none in a lake that was built before there were any.
async fn corners(shared: &Shared, session_key: i64) -> Result<Vec<Corner>, Failure> {
    let given = [("session_key".to_owned(), session_key.to_string())];
    let found = typed(shared, shared.views.get("overlay_corners")?.fill(&given)?).await;
    match found {
        Err(failure) if failure.kind == ErrorKind::NoTable => Ok(Vec::new()),
        found => found,
    }
}
