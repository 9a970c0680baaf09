//! Routes, and the guard around all of them.

use crate::api;
use crate::assets;
use crate::error::{ErrorKind, Failure};
use crate::guard::{Guard, LARGEST_BODY, seal};
use crate::shared::Shared;
use crate::tables::Tables;
use crate::token::Token;
use crate::views::ViewError;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::HeaderMap;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use std::io;
use std::sync::Arc;
use tokio::net::TcpListener;

/// The server's routes with the guard around them.
#[derive(Debug)]
pub struct App {
    router: Router,
}

impl App {
    /// Routes of data: every one is behind the token.
    fn data() -> [(&'static str, MethodRouter<Arc<Shared>>); 9] {
        [
            ("/api/lake", get(api::lake)),
            ("/api/sessions", get(api::sessions)),
            ("/api/view/{name}", get(api::view)),
            ("/api/view/{name}/sql", get(api::view_sql)),
            ("/api/overlay", get(api::overlay)),
            ("/api/overlay/sql", get(api::overlay_sql)),
            ("/api/tables", get(api::catalogue)),
            ("/api/sql", post(api::sql)),
            ("/api/export", post(api::export)),
        ]
    }

    /// Paths of the routes of data, for tests that try each without permission.
    pub fn data_paths() -> Vec<&'static str> {
        Self::data().into_iter().map(|(path, _)| path).collect()
    }

    /// The server for a lake, for requests to a port of loopback. `version` is shown by the page.
    ///
    /// # Errors
    /// [`ViewError`] when a query that comes with the program is damaged.
    pub fn new(tables: Arc<dyn Tables>, version: &str, port: u16, token: Token) -> Result<Self, ViewError> {
        let shared = Arc::new(Shared::new(tables, version)?);
        let guard = Arc::new(Guard::new(port, token, assets::is_page));
        let mut router = Router::new().route("/assets/{*name}", get(asset));
        for (path, handler) in Self::data() {
            router = router.route(path, handler);
        }
        let router = router
            .fallback(page)
            .method_not_allowed_fallback(|| async {
                Failure::new(ErrorKind::Method, "This address does not answer this method")
            })
            .layer(DefaultBodyLimit::max(LARGEST_BODY))
            .with_state(shared)
            .layer(from_fn_with_state(guard, guarded));
        Ok(Self { router })
    }

    /// The routes, to be served or called in a test.
    pub fn router(&self) -> Router {
        self.router.clone()
    }
}

/// Answers requests until `stop` is ready.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    app: App,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    // A long answer must not delay the end: whoever stops the program does not wait for a page.
    tokio::select! {
        served = axum::serve(listener, app.router) => served,
        () = stop => Ok(()),
    }
}

async fn guarded(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let mut response = match guard.check(&request) {
        Ok(()) => next.run(request).await,
        Err(refusal) => {
            tracing::warn!(?refusal, path = request.uri().path(), "request refused");
            refusal.into_response()
        }
    };
    let nonce = response.extensions_mut().remove::<Nonce>();
    seal(&mut response, nonce.as_ref().map(|nonce| nonce.0.as_str()));
    response
}

/// The nonce of a page's policy.
#[derive(Clone)]
struct Nonce(String);

async fn page(request: Request) -> Response {
    let path = request.uri().path();
    if !assets::is_view(path) {
        return Failure::not_found(path).into_response();
    }
    let Ok(nonce) = Token::random() else {
        return Failure::failed("the system has no random numbers").into_response();
    };
    let mut response = assets::index(nonce.reveal());
    response.extensions_mut().insert(Nonce(nonce.reveal().to_owned()));
    response
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    assets::file(&name, &headers)
        .unwrap_or_else(|| Failure::not_found(&format!("/assets/{name}")).into_response())
}
