//! `f1lake sessions`: lists the selected sessions.

use super::Context;
use crate::cli::SessionsFlags;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::output::{Column, print};
use f1lake_extract::Extractor;
use f1lake_zone::Landing;
use jiff::Timestamp;

pub(crate) async fn run(context: &Context, flags: &SessionsFlags) -> Result<ExitCode, Error> {
    let loaded = context.load(flags)?;
    // Nothing is landed, so no folder is needed.
    let settings = loaded.config.extract_settings(std::path::PathBuf::new(), Timestamp::now());
    let extractor = Extractor::new(f1lake::connect::client(&loaded)?, Landing::memory(), settings)?;
    let selected =
        extractor.sessions().await.map_err(|error| Error::of_extract(error, &loaded.config.base_url))?;
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
