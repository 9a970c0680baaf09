//! `f1lake sessions`: lists the selected sessions.

use super::Context;
use crate::cli::SessionsFlags;
use crate::error::Error;
use crate::output::Table;
use f1lake::{ExitCode, Pipeline};

pub(crate) async fn run(context: &Context, flags: &SessionsFlags) -> Result<ExitCode, Error> {
    let pipeline = Pipeline::of(context.load(flags)?);
    let selected = pipeline.sessions(pipeline.config().selection()).await?;
    let sessions = &selected.sessions;
    Table::of(sessions)
        .right("session", |session| session.session_key.to_string())
        .right("meeting", |session| session.meeting_key.to_string())
        .left("start (UTC)", |session| session.date_start.strftime("%Y-%m-%d %H:%M").to_string())
        .left("location", |session| session.location.clone())
        .left("country", |session| session.country_name.clone())
        .left("name", |session| session.session_name.clone())
        .left("type", |session| session.session_type.clone())
        .print(context.output(), sessions)?;
    if let Some(text) = selected.not_yet() {
        context.say(&text);
    }
    Ok(ExitCode::Done)
}
