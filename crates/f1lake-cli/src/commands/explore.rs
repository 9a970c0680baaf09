//! `f1lake explore`: the lake as a page on loopback.

mod lake_tables;
mod query_threads;

use super::Context;
use crate::cli::{ExploreArgs, PageArgs};
use crate::error::Error;
use f1lake::config::Config;
use f1lake::{ExitCode, require_lake};
use f1lake_explore::{App, Token, serve};
use f1lake_lake::Query;
use lake_tables::LakeTables;
use std::net::Ipv4Addr;
use std::sync::Arc;
use tokio::net::TcpListener;

pub(crate) async fn run(context: &Context, args: &ExploreArgs) -> Result<ExitCode, Error> {
    let loaded = context.load(&args.settings)?;
    let session = match &args.session {
        None => None,
        Some(wanted) => {
            let lake = require_lake(&loaded.config)?;
            Some(super::report::find_session(&Query::open(&lake, None).await?, wanted).await?)
        }
    };
    show(context, &loaded.config, session, args.page).await
}

/// Serves the page until a signal, and opens it in a browser.
pub(crate) async fn show(
    context: &Context,
    config: &Config,
    session: Option<i64>,
    page: PageArgs,
) -> Result<ExitCode, Error> {
    let PageArgs { port, no_open } = page;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| {
        Error::Usage(format!(
            "cannot listen on 127.0.0.1:{port}: {error}\nhint: another program uses the port; without --port, a \
             free one is picked"
        ))
    })?;
    let port = listener.local_addr().map_err(Error::io("cannot listen"))?.port();
    let token = Token::random().map_err(|error| Error::Usage(format!("cannot draw a token: {error}")))?;
    let place = &config.lake_path;
    let address = |path: &str| format!("http://127.0.0.1:{port}/{path}#t={}", token.reveal());
    let (shown, opened) = (
        address(""),
        address(&session.map_or_else(String::new, |session_key| format!("session/{session_key}"))),
    );
    let tables = LakeTables::new(config.clone()).map_err(Error::io("cannot start threads for queries"))?;
    let app = App::new(Arc::new(tables), env!("CARGO_PKG_VERSION"), port, token)
        .map_err(|error| Error::Usage(error.to_string()))?;
    crate::output::write(&format!("{shown}\n"))?;
    context.say(&format!(
        "This page shows {place} to you alone: the address contains a key, which changes with each start. \
         Ctrl-C ends it."
    ));
    if !no_open && let Err(error) = open::that_detached(&opened) {
        context.say(&format!("No browser could be opened ({error}): open the address yourself"));
    }
    serve(listener, app, crate::interrupt::signal()).await.map_err(Error::io("cannot serve the page"))?;
    Ok(ExitCode::Done)
}
