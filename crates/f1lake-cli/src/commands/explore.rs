//! `f1lake explore`: the lake as a page on loopback.

mod lake_tables;

use super::Context;
use crate::cli::{ExploreArgs, PageArgs};
use crate::error::Error;
use f1lake::{ExitCode, require_lake};
use f1lake_explore::{App, Token, serve};
use f1lake_lake::{Lake, Query};
use lake_tables::LakeTables;
use std::net::Ipv4Addr;
use tokio::net::TcpListener;

pub(crate) async fn run(context: &Context, args: &ExploreArgs) -> Result<ExitCode, Error> {
    let loaded = context.load(&args.settings)?;
    let lake = f1lake::open_lake(&loaded.config)?;
    let session = match &args.session {
        None => None,
        Some(wanted) => {
            let lake = require_lake(&loaded.config)?;
            Some(super::report::find_session(&Query::open(&lake, None).await?, wanted).await?)
        }
    };
    show(context, lake, session, args.page).await
}

/// Serves the page until a signal, and opens it in a browser.
pub(crate) async fn show(
    context: &Context,
    lake: Lake,
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
    let place = lake.describe();
    let address = |path: &str| format!("http://127.0.0.1:{port}/{path}#t={}", token.reveal());
    let (shown, opened) = (
        address(""),
        address(&session.map_or_else(String::new, |session_key| format!("session/{session_key}"))),
    );
    let tables = std::sync::Arc::new(LakeTables::new(lake));
    let app = App::new(tables, env!("CARGO_PKG_VERSION"), port, token)
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
