//! `f1lake sessions`: lists the selected sessions.

use super::Context;
use crate::cli::SessionsFlags;
use crate::error::Error;
use crate::output::{Column, print};
use f1lake::{ExitCode, Pipeline};

pub(crate) async fn run(context: &Context, flags: &SessionsFlags) -> Result<ExitCode, Error> {
    let pipeline = Pipeline::of(context.load(flags)?);
    let selected = pipeline.sessions(pipeline.config().selection()).await?;
    let sessions = &selected.sessions;
    print(
        context.output(),
        sessions,
        sessions,
        &[
            Column::Right("session"),
            Column::Right("meeting"),
            Column::Left("start (UTC)"),
            Column::Left("location"),
            Column::Left("country"),
            Column::Left("name"),
            Column::Left("type"),
        ],
        |session| {
            vec![
                session.session_key.to_string(),
                session.meeting_key.to_string(),
                session.date_start.strftime("%Y-%m-%d %H:%M").to_string(),
                session.location.clone(),
                session.country_name.clone(),
                session.session_name.clone(),
                session.session_type.clone(),
            ]
        },
    )?;
    if let Some(text) = selected.not_yet() {
        context.say(&text);
    }
    Ok(ExitCode::Done)
}
