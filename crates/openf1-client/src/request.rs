//! Typed requests: filters, then rows.

use crate::client::OpenF1;
use crate::endpoint::{self, Row, each_endpoint};
use crate::error::Error;
use crate::query::{Op, Operand, Query};
use futures::future::BoxFuture;
use jiff::Timestamp;
use std::marker::PhantomData;

/// A typed request. Add filters, then await the rows: [`Error`] lists what can go wrong.
///
/// For the bytes of a response, see [`OpenF1::fetch`].
///
/// ```no_run
/// # async fn run(client: openf1_client::OpenF1) -> Result<(), openf1_client::Error> {
/// use openf1_client::Op;
/// let fast = client.car_data().session(9158).driver(55).filter("speed", Op::Ge, 315).await?;
/// let races = client.sessions().year(2024).filter("session_name", Op::Eq, "Race").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a request is sent when it is awaited"]
pub struct Request<'c, R> {
    client: &'c OpenF1,
    query: Query,
    row: PhantomData<R>,
}

impl<R: Row> Request<'_, R> {
    /// `session_key = key`; see [`Query::session`].
    pub fn session(self, key: i64) -> Self {
        self.with(|query| query.session(key))
    }

    /// The newest session; see [`Query::latest_session`].
    pub fn latest_session(self) -> Self {
        self.with(Query::latest_session)
    }

    /// `meeting_key = key`; see [`Query::meeting`].
    pub fn meeting(self, key: i64) -> Self {
        self.with(|query| query.meeting(key))
    }

    /// `driver_number = number`; see [`Query::driver`].
    pub fn driver(self, number: i64) -> Self {
        self.with(|query| query.driver(number))
    }

    /// `year = year`; see [`Query::year`].
    pub fn year(self, year: i64) -> Self {
        self.with(|query| query.year(year))
    }

    /// Adds any other condition; see [`Query::filter`].
    pub fn filter(self, field: &str, op: Op, value: impl Into<Operand>) -> Self {
        self.with(|query| query.filter(field, op, value))
    }

    /// The half-open window `from <= date < to`; see [`Query::window`].
    pub fn between(self, from: Timestamp, to: Timestamp) -> Self {
        self.with(|query| query.window("date", Some(from), Some(to)))
    }

    fn with(self, add: impl FnOnce(Query) -> Query) -> Self {
        Self { query: add(self.query), ..self }
    }
}

impl<'c, R: Row> IntoFuture for Request<'c, R> {
    type Output = Result<Vec<R>, Error>;
    type IntoFuture = BoxFuture<'c, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let answer = self.client.fetch(&self.query).await?;
            self.client.rows_of(&self.query, &answer)
        })
    }
}

macro_rules! typed_requests {
    ($( $(#[doc = $doc:literal])+ $method:ident -> $row:ident; )+) => {
        /// One method for each endpoint.
        impl OpenF1 {
            $(
                #[doc = concat!("Requests `", stringify!($method), "`:")]
                $(#[doc = $doc])+
                pub fn $method(&self) -> Request<'_, endpoint::$row> {
                    let query = Query::new(<endpoint::$row as Row>::ENDPOINT);
                    Request { client: self, query, row: PhantomData }
                }
            )+
        }
    };
}

each_endpoint!(typed_requests);
